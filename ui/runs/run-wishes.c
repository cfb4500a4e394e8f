#include "runs/run-wishes.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/text.h"
#include "runs/run-files.h"

/* What is being done, from the wish to the end of its task */
typedef struct
{
  GWeakRef parent;
  RnSession *session;
  char *path;
  RnRunChangedFunc done;
  GWeakRef owner;
} Wish;

static Wish *
wish_new (GtkWidget *parent, RnSession *session, const char *path, RnRunChangedFunc done,
          GObject *owner)
{
  Wish *wish = g_new0 (Wish, 1);

  g_weak_ref_init (&wish->parent, parent);
  g_weak_ref_init (&wish->owner, owner);
  wish->session = g_object_ref (session);
  wish->path = g_strdup (path);
  wish->done = done;
  return wish;
}

static void
wish_free (Wish *wish)
{
  g_weak_ref_clear (&wish->parent);
  g_weak_ref_clear (&wish->owner);
  g_object_unref (wish->session);
  g_free (wish->path);
  g_free (wish);
}

static void
tell_done (Wish *wish)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&wish->owner);

  if (owner != NULL)
    wish->done (owner);
}

/* Returns: (transfer full) (nullable): the document in @documents that is this run */
static RnDocument *
find_document (GListModel *documents, const char *path)
{
  const guint n = documents != NULL ? g_list_model_get_n_items (documents) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (documents, i);

      if (rn_document_get_kind (document) == RN_DOCUMENT_RUN &&
          g_strcmp0 (rn_document_get_path (document), path) == 0)
        return g_steal_pointer (&document);
    }
  return NULL;
}

gboolean
rn_run_is_compared (RnSession *session, const char *path)
{
  g_autoptr (RnDocument) document = find_document (rn_session_get_compared (session), path);

  return document != NULL;
}

/* Lets go of a run whose folder has gone from @path; @now: (nullable): where it is instead */
static void
follow (RnSession *session, const char *path, const char *now)
{
  g_autoptr (RnDocument) document = find_document (rn_session_get_documents (session), path);
  const gboolean was_shown = document != NULL && document == rn_session_get_document (session);

  if (rn_run_is_compared (session, path))
    {
      rn_session_compare (session, path);
      if (now != NULL)
        rn_session_compare (session, now);
    }
  if (document != NULL)
    rn_session_close (session, document);
  if (was_shown && now != NULL)
    rn_session_open_run (session, now);
  rn_session_run_moved (session, path, now);
}

/* Renaming */

static void
on_renamed (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *now = rn_run_files_finish (result, &error);

  if (now == NULL)
    g_signal_emit_by_name (wish->session, "problem", _ ("Not renamed"), error->message);
  else
    {
      follow (wish->session, wish->path, now);
      tell_done (wish);
    }
  wish_free (wish);
}

void
rn_run_rename (GtkWidget *parent, RnSession *session, const char *path, const char *name,
               RnRunChangedFunc done, GObject *owner)
{
  rn_run_rename_async (path, name, on_renamed, wish_new (parent, session, path, done, owner));
}

static void
on_rename_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Wish *wish = data;
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);

  if (g_str_equal (response, "rename"))
    {
      rn_run_rename_async (wish->path, gtk_editable_get_text (GTK_EDITABLE (entry)), on_renamed,
                           wish);
      return;
    }
  wish_free (wish);
}

static void
on_name_changed (GtkEditable *entry, gpointer data)
{
  adw_message_dialog_set_response_enabled (data, "rename", *gtk_editable_get_text (entry) != '\0');
}

static GtkWindow *
get_window (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

void
rn_run_ask_rename (GtkWidget *parent, RnSession *session, const char *path, RnRunChangedFunc done,
                   GObject *owner)
{
  g_autofree char *name = g_filename_display_basename (path);
  GtkWidget *dialog = adw_message_dialog_new (get_window (parent), _ ("Rename the run"), NULL);
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), name);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name of the run"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename",
                                    _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect (entry, "changed", G_CALLBACK (on_name_changed), dialog);
  g_signal_connect (dialog, "response", G_CALLBACK (on_rename_response),
                    wish_new (parent, session, path, done, owner));
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

/* Removing */

static void
tell_removed (Wish *wish, const char *format)
{
  g_autofree char *name = g_filename_display_basename (wish->path);
  g_autofree char *text = g_strdup_printf (format, name);

  follow (wish->session, wish->path, NULL);
  g_signal_emit_by_name (wish->session, "message", text);
  tell_done (wish);
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *gone = rn_run_files_finish (result, &error);

  if (gone != NULL)
    tell_removed (wish, _ ("“%s” is deleted"));
  else
    g_signal_emit_by_name (wish->session, "problem", _ ("Not deleted"), error->message);
  wish_free (wish);
}

void
rn_run_delete (GtkWidget *parent, RnSession *session, const char *path, RnRunChangedFunc done,
               GObject *owner)
{
  rn_run_delete_async (path, on_deleted, wish_new (parent, session, path, done, owner));
}

static void
on_delete_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Wish *wish = data;

  if (g_str_equal (response, "delete"))
    rn_run_delete_async (wish->path, on_deleted, wish);
  else
    wish_free (wish);
}

/* Takes @wish over. */
static void
ask_delete (Wish *wish)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&wish->parent);
  g_autofree char *name = g_filename_display_basename (wish->path);
  GtkWidget *dialog;

  if (parent == NULL)
    {
      wish_free (wish);
      return;
    }
  dialog = adw_message_dialog_new (get_window (parent), NULL, NULL);
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _ ("Delete “%s” for good?"),
                                     name);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog),
                               _ ("There is no wastebasket for its folder. Its curves and "
                                  "checkpoints cannot be brought back."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  rn_text_keep_words (dialog);
  g_signal_connect (dialog, "response", G_CALLBACK (on_delete_response), wish);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_trashed (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *gone = rn_run_files_finish (result, &error);

  if (gone != NULL)
    tell_removed (wish, _ ("“%s” is in the wastebasket"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      ask_delete (wish);
      return;
    }
  else
    g_signal_emit_by_name (wish->session, "problem", _ ("Not moved to the wastebasket"),
                           error->message);
  wish_free (wish);
}

void
rn_run_ask_trash (GtkWidget *parent, RnSession *session, const char *path, RnRunChangedFunc done,
                  GObject *owner)
{
  rn_run_trash_async (path, on_trashed, wish_new (parent, session, path, done, owner));
}
