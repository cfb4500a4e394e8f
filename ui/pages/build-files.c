#include "pages/build-files.h"

#include <glib/gi18n-lib.h>
#include <residua/spec-table.h>

#include "remembered.h"

#define FOLDER_KEY "networks-folder"

/* Folder */

GFile *
rn_build_get_folder (void)
{
  GSettings *remembered = rn_remembered ();
  g_autofree char *path =
      remembered != NULL ? g_settings_get_string (remembered, FOLDER_KEY) : NULL;

  return path != NULL && *path != '\0' ? g_file_new_for_path (path) : NULL;
}

void
rn_build_remember_folder (GFile *file)
{
  GSettings *remembered = rn_remembered ();
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (remembered != NULL && path != NULL)
    g_settings_set_string (remembered, FOLDER_KEY, path);
}

/* Writing */

/* A network on its way to a file */
typedef struct
{
  RnSession *session;
  RnSpec *spec;
  GFile *file;
  RnExport format;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->session);
  g_clear_pointer (&job->spec, rn_spec_free);
  g_clear_object (&job->file);
  g_free (job);
}

static Job *
job_new (RnSession *session, GFile *file, RnExport format)
{
  Job *job = g_new0 (Job, 1);

  job->session = g_object_ref (session);
  job->spec = rn_spec_copy (rn_session_get_spec (session));
  job->file = file != NULL ? g_object_ref (file) : NULL;
  job->format = format;
  return job;
}

static void
tell (RnSession *session, GFile *file, const GError *error)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *text = g_strdup_printf (_ ("Saved as “%s”"), name);

  if (error == NULL)
    g_signal_emit_by_name (session, "message", text);
  else
    g_signal_emit_by_name (session, "problem", _ ("The figure was not saved"), error->message);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;

  rn_network_export_finish (result, &error);
  tell (job->session, job->file, error);
  job_free (job);
}

void
rn_build_export_to (RnSession *session, GFile *file, RnExport format)
{
  g_return_if_fail (rn_session_get_spec (session) != NULL);

  rn_network_export_async (rn_session_get_spec (session), file, format, NULL, on_exported,
                           job_new (session, file, format));
}

/* The table of a network with a thousand blocks is short, but finding it takes a walk through them. */

static void
make_table (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, rn_spec_to_table (((Job *) data)->spec), g_free);
}

static void
on_table (GObject *source, GAsyncResult *result, gpointer data)
{
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autofree char *table = g_task_propagate_pointer (G_TASK (result), NULL);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (source)), table);
  g_signal_emit_by_name (job->session, "message", _ ("The table is on the clipboard"));
}

void
rn_build_copy_table (RnSession *session, GtkWidget *widget)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (rn_session_get_spec (session) != NULL);

  task = g_task_new (widget, NULL, on_table, NULL);
  g_task_set_source_tag (task, rn_build_copy_table);
  g_task_set_task_data (task, job_new (session, NULL, RN_EXPORT_TEXT), job_free);
  g_task_run_in_thread (task, make_table);
}

/* Dialogs */

static void
on_response (GtkNativeDialog *dialog, int response, Job *job)
{
  g_autoptr (GFile) file = NULL;
  const GtkFileChooserAction action = gtk_file_chooser_get_action (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL && g_file_peek_path (file) != NULL)
    {
      rn_build_remember_folder (file);
      if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
        rn_session_open_spec (job->session, g_file_peek_path (file));
      else if (rn_session_get_spec (job->session) == NULL)
        ; /* closed meanwhile */
      else if (job->format == RN_N_EXPORTS)
        rn_session_save_sketch (job->session, g_file_peek_path (file));
      else
        rn_build_export_to (job->session, file, job->format);
    }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
job_free_closure (gpointer data, GClosure *closure)
{
  job_free (data);
}

static GtkFileChooserNative *
make_dialog (RnSession *session, GtkWidget *widget, GtkFileChooserAction action, const char *title,
             RnExport format)
{
  const gboolean is_save = action == GTK_FILE_CHOOSER_ACTION_SAVE;
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, action,
                                   is_save ? _ ("_Save") : _ ("_Open"), NULL);
  g_autoptr (GFile) folder = rn_build_get_folder ();
  Job *job = g_new0 (Job, 1);

  job->session = g_object_ref (session);
  job->format = format;
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), job, job_free_closure, 0);
  return dialog;
}

static void
add_filter (GtkFileChooserNative *dialog)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Networks (JSON)"));
  gtk_file_filter_add_pattern (filter, "*.json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
}

static void
propose_name (GtkFileChooserNative *dialog, const RnSpec *spec, const char *ending)
{
  const char *stem = *rn_spec_get_name (spec) != '\0' ? rn_spec_get_name (spec) : "network";
  g_autofree char *name = g_strdup_printf ("%s.%s", stem, ending);

  g_strdelimit (name, "/", '-');
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
}

void
rn_build_open (RnSession *session, GtkWidget *widget)
{
  GtkFileChooserNative *dialog = make_dialog (session, widget, GTK_FILE_CHOOSER_ACTION_OPEN,
                                              _ ("Open a network"), RN_N_EXPORTS);

  add_filter (dialog);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
rn_build_save_as (RnSession *session, GtkWidget *widget)
{
  GtkFileChooserNative *dialog = make_dialog (session, widget, GTK_FILE_CHOOSER_ACTION_SAVE,
                                              _ ("Save the network"), RN_N_EXPORTS);

  add_filter (dialog);
  propose_name (dialog, rn_session_get_spec (session), "json");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
rn_build_save (RnSession *session, GtkWidget *widget)
{
  RnDocument *document = rn_session_get_document (session);
  const char *path = document != NULL && rn_document_get_kind (document) == RN_DOCUMENT_SKETCH
                         ? rn_document_get_path (document)
                         : NULL;

  if (path != NULL)
    rn_session_save_sketch (session, path);
  else
    rn_build_save_as (session, widget);
}

void
rn_build_export (RnSession *session, GtkWidget *widget, RnExport format)
{
  GtkFileChooserNative *dialog =
      make_dialog (session, widget, GTK_FILE_CHOOSER_ACTION_SAVE,
                   format == RN_EXPORT_TEXT ? _ ("Save the table") : _ ("Save the figure"), format);

  propose_name (dialog, rn_session_get_spec (session), rn_export_ending (format));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
