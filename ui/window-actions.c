#include "window-private.h"

#include <glib/gi18n-lib.h>

#include "about.h"
#include "export-dialog.h"
#include "pages/memory-check.h"
#include "pages/runs-page.h"
#include "pages/text.h"
#include "places.h"
#include "preferences.h"
#include "shortcuts.h"

#define PRESENTER_SCALE 1.5

static GAction *
find_action (RnWindow *self, const char *name)
{
  return g_action_map_lookup_action (G_ACTION_MAP (self), name);
}

static void
enable (RnWindow *self, const char *name, gboolean is_enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (find_action (self, name)), is_enabled);
}

/* Training */

/* Returns: whether the shown document can be trained: a model from elsewhere has no run to go on with */
static gboolean
can_train (RnWindow *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_get_kind (document) != RN_DOCUMENT_MODEL;
}

/* Returns: whether the shown document has learned something: a sketch has not */
static gboolean
has_weights (RnWindow *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_get_kind (document) != RN_DOCUMENT_SKETCH;
}

static void
start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_start_training (RN_WINDOW (data)->session, data);
}

static void
pause_training (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_pause (RN_WINDOW (data)->session);
}

static void
start_or_pause (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;

  if (rn_session_is_training (self->session))
    rn_session_pause (self->session);
  else
    rn_start_training (self->session, GTK_WIDGET (self));
}

static void
step (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_step_training (RN_WINDOW (data)->session, data);
}

static void
stop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_stop (RN_WINDOW (data)->session);
}

/* Documents */

static void
show_document (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;
  GListModel *documents = rn_session_get_documents (self->session);
  g_autoptr (RnDocument) document = NULL;

  if (documents != NULL && g_variant_get_int32 (parameter) >= 0)
    document = g_list_model_get_item (documents, (guint) g_variant_get_int32 (parameter));
  if (document != NULL)
    rn_session_show (self->session, document);
}

static void
on_close_answered (RnWindow *self, const char *response, AdwMessageDialog *dialog)
{
  if (g_str_equal (response, "discard"))
    rn_session_close (self->session, g_object_get_data (G_OBJECT (dialog), "document"));
}

/* Nothing keeps a sketch that is closed. */
static void
ask_to_discard (RnWindow *self, RnDocument *document)
{
  g_autofree char *title =
      g_strdup_printf (_ ("Close “%s” without saving it?"), rn_document_get_title (document));
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), title,
                                              _ ("What was changed since it was saved is lost."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("Close _without saving"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  rn_text_keep_words (dialog);
  g_object_set_data_full (G_OBJECT (dialog), "document", g_object_ref (document), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_answered), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
close_document (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;
  RnDocument *document = rn_session_get_document (self->session);

  if (document != NULL && rn_document_is_to_keep (document))
    ask_to_discard (self, document);
  else if (document != NULL)
    rn_session_close (self->session, document);
}

static void
show_preset (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;
  g_autoptr (RnSpec) spec = rn_spec_preset (g_variant_get_string (parameter, NULL), NULL);

  if (spec != NULL)
    rn_session_show_preset (self->session, spec);
}

static void
open_files (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_window_choose_files (data, FALSE);
}

static void
open_pictures (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_window_choose_files (data, TRUE);
}

static void
paste (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_window_paste (data);
}

/* What is seen */

static void
change_page (GSimpleAction *action, GVariant *state, gpointer data)
{
  RnWindow *self = data;
  const char *name = g_variant_get_string (state, NULL);

  if (gtk_stack_get_child_by_name (GTK_STACK (self->pages), name) != NULL)
    rn_window_show_page (self, name);
}

static void
on_page (RnWindow *self)
{
  const char *name = rn_window_get_page (self);

  if (name != NULL)
    g_simple_action_set_state (G_SIMPLE_ACTION (find_action (self, "page")),
                               g_variant_new_string (name));
}

static void
show_runs (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;
  g_autofree const char **names = NULL;
  const char *title;

  g_variant_get (parameter, "(&s^a&s)", &title, &names);
  rn_runs_page_show_group (RN_RUNS_PAGE (rn_window_get_page_widget (self, "runs")), title, names);
  rn_window_show_page (self, "runs");
}

static void
change_spine (GSimpleAction *action, GVariant *state, gpointer data)
{
  gtk_widget_set_visible (RN_WINDOW (data)->side, g_variant_get_boolean (state));
}

static void
on_spine (RnWindow *self)
{
  g_simple_action_set_state (G_SIMPLE_ACTION (find_action (self, "spine")),
                             g_variant_new_boolean (gtk_widget_get_visible (self->side)));
}

static void
scale_type (RnWindow *self)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (self));

  g_object_get (settings, "gtk-xft-dpi", &self->type_size, NULL);
  /* -1 is the desktop's default: 96 dots an inch, in 1024ths */
  if (self->type_size <= 0)
    self->type_size = 96 * 1024;
  g_object_set (settings, "gtk-xft-dpi", (int) (self->type_size * PRESENTER_SCALE), NULL);
}

void
rn_window_end_presenting (RnWindow *self)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (self));

  if (self->type_size == 0)
    return;
  g_object_set (settings, "gtk-xft-dpi", self->type_size, NULL);
  self->type_size = 0;
  gtk_window_unfullscreen (GTK_WINDOW (self));
}

static void
change_presenter (GSimpleAction *action, GVariant *state, gpointer data)
{
  RnWindow *self = data;

  if (!g_variant_get_boolean (state))
    rn_window_end_presenting (self);
  else if (self->type_size == 0)
    {
      scale_type (self);
      gtk_window_fullscreen (GTK_WINDOW (self));
    }
  g_simple_action_set_state (action, state);
}

static void
show_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;

  gtk_window_present (
      GTK_WINDOW (rn_preferences_new (GTK_WINDOW (self), self->session, self->remembered)));
}

static void
show_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (GTK_WINDOW (rn_shortcuts_new (data)));
}

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (GTK_WINDOW (rn_about_new (data)));
}

static void
open_example (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree char *path = rn_places_get_example ();

  rn_session_open_model (RN_WINDOW (data)->session, path);
}

static void
on_exported (RnWindow *self, const char *text)
{
  rn_window_toast (self, text);
}

static void
export_model (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnWindow *self = data;
  GtkWidget *dialog = rn_export_dialog_new (GTK_WINDOW (self), self->session);

  g_signal_connect_object (dialog, "done", G_CALLBACK (on_exported), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static const GActionEntry entries[] = {
  { "start", start, NULL, NULL, NULL, { 0 } },
  { "pause", pause_training, NULL, NULL, NULL, { 0 } },
  { "start-or-pause", start_or_pause, NULL, NULL, NULL, { 0 } },
  { "step", step, NULL, NULL, NULL, { 0 } },
  { "stop", stop, NULL, NULL, NULL, { 0 } },
  { "document", show_document, "i", NULL, NULL, { 0 } },
  { "close-document", close_document, NULL, NULL, NULL, { 0 } },
  { "preset", show_preset, "s", NULL, NULL, { 0 } },
  { "open", open_files, NULL, NULL, NULL, { 0 } },
  { "open-pictures", open_pictures, NULL, NULL, NULL, { 0 } },
  { "paste", paste, NULL, NULL, NULL, { 0 } },
  { "open-example", open_example, NULL, NULL, NULL, { 0 } },
  { "export", export_model, NULL, NULL, NULL, { 0 } },
  { "show-runs", show_runs, "(sas)", NULL, NULL, { 0 } },
  { "page", NULL, "s", "'train'", change_page, { 0 } },
  { "spine", NULL, NULL, "true", change_spine, { 0 } },
  { "presenter", NULL, NULL, "false", change_presenter, { 0 } },
  { "preferences", show_preferences, NULL, NULL, NULL, { 0 } },
  { "shortcuts", show_shortcuts, NULL, NULL, NULL, { 0 } },
  { "about", show_about, NULL, NULL, NULL, { 0 } },
};

/* Ctrl+V goes by focus: what has it comes first, an entry or the spine with its blocks. */
static gboolean
paste_by_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  rn_window_paste (RN_WINDOW (widget));
  return TRUE;
}

static void
add_paste (RnWindow *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_v,
                                                                                  GDK_CONTROL_MASK),
                                                          gtk_callback_action_new (paste_by_key,
                                                                                   NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
rn_window_bind_actions (RnWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_paste (self);
  rn_window_add_undo (self);
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (on_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->side, "notify::visible", G_CALLBACK (on_spine), self,
                           G_CONNECT_SWAPPED);
}

/* What the button for it all does now: "start", "pause" or "resume" */
static const char *
face_of (RnWindow *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  if (rn_session_is_training (self->session))
    return "pause";
  return document != NULL && rn_document_get_kind (document) == RN_DOCUMENT_RUN ? "resume"
                                                                                : "start";
}

static void
update_start_button (RnWindow *self)
{
  const char *face = face_of (self);
  GtkWidget *content = gtk_stack_get_child_by_name (GTK_STACK (self->start_faces), face);
  const char *label = adw_button_content_get_label (ADW_BUTTON_CONTENT (content));
  g_autofree char *tip = NULL;

  if (content == gtk_stack_get_visible_child (GTK_STACK (self->start_faces)) &&
      gtk_widget_get_has_tooltip (self->start_button))
    return;
  gtk_stack_set_visible_child (GTK_STACK (self->start_faces), content);
  tip = g_strdup_printf (_ ("%s (%s)"), label, _ ("Ctrl+Return"));
  gtk_widget_set_tooltip_text (self->start_button, tip);
  /* the labels of all its faces would be read as well */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->start_button),
                                 GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->start_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
rn_window_update_actions (RnWindow *self)
{
  const gboolean is_training = rn_session_is_training (self->session);
  const gboolean can_start = !is_training && can_train (self);

  enable (self, "start", can_start);
  enable (self, "pause", is_training);
  enable (self, "start-or-pause", is_training || can_start);
  enable (self, "step", can_start);
  /* what is still being prepared is given up */
  enable (self, "stop", is_training || rn_session_has_trainer (self->session));
  enable (self, "export", has_weights (self));
  enable (self, "close-document", rn_session_get_document (self->session) != NULL);
  update_start_button (self);
}

GMenuModel *
rn_window_new_menu (RnWindow *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) files = g_menu_new ();
  g_autoptr (GMenuModel) edits = rn_window_new_undo_menu (self);
  g_autoptr (GMenu) view = g_menu_new ();
  g_autoptr (GMenu) program = g_menu_new ();

  g_menu_append (files, _ ("Open…"), "win.open");
  g_menu_append (files, _ ("Export…"), "win.export");
  g_menu_append (view, _ ("Spine"), "win.spine");
  g_menu_append (view, _ ("Presenter mode"), "win.presenter");
  g_menu_append (program, _ ("Preferences"), "win.preferences");
  g_menu_append (program, _ ("Keyboard shortcuts"), "win.shortcuts");
  g_menu_append (program, _ ("About Residua"), "win.about");
  g_menu_append (program, _ ("Quit"), "app.quit");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (menu, NULL, edits);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (program));
  return G_MENU_MODEL (menu);
}
