#include "window-private.h"

#include <glib/gi18n-lib.h>

#include "import-dialog.h"
#include "pages/lab-page.h"
#include "pages/memory-check.h"
#include "pages/text.h"
#include "remembered.h"

#define NOTIFICATION "training"

void
rn_window_toast (RnWindow *self, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (markup));
}

static void
on_problem (RnWindow *self, const char *title, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), title, text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  rn_text_keep_words (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* One of our dialogs may have the focus. */
static gboolean
is_looked_at (GtkApplication *application)
{
  for (GList *each = gtk_application_get_windows (application); each != NULL; each = each->next)
    if (gtk_window_is_active (each->data))
      return TRUE;
  return FALSE;
}

/* Who looks elsewhere is told by the desktop. */
static void
on_ended (RnWindow *self, int state, const char *text)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GNotification) notification = NULL;

  if (self->is_closing)
    return;
  if (application == NULL || is_looked_at (application))
    {
      rn_window_toast (self, text);
      return;
    }
  notification = g_notification_new (state == RN_STATE_FINISHED ? _ ("The training is finished")
                                     : state == RN_STATE_PAUSED ? _ ("The training is paused")
                                                                : _ ("The training has stopped"));
  g_notification_set_body (notification, text);
  if (state != RN_STATE_FINISHED)
    g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action (notification, "app.activate");
  g_application_send_notification (G_APPLICATION (application), NOTIFICATION, notification);
}

/* While it trains, the computer neither sleeps nor logs out by itself. */
void
rn_window_update_inhibition (RnWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  const gboolean is_busy = self->is_closing || rn_session_is_training (self->session) ||
                           rn_lab_desk_is_training (rn_session_get_lab (self->session));

  if (application == NULL || is_busy == self->is_inhibiting)
    return;
  self->is_inhibiting = is_busy;
  if (is_busy)
    self->inhibit_cookie =
        gtk_application_inhibit (application, GTK_WINDOW (self),
                                 GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_LOGOUT,
                                 _ ("A network is training"));
  else if (self->inhibit_cookie != 0)
    gtk_application_uninhibit (application, self->inhibit_cookie);
}

static void
on_status (RnWindow *self)
{
  rn_window_update_actions (self);
  rn_window_update_inhibition (self);
}

/* A run that ended by a crash */

/* @what: "Resume the run", to whoever has it read to him */
static GtkWidget *
new_notice (const char *text, const char *what)
{
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *button;

  rn_text_wrap (label);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_info_bar_add_child (GTK_INFO_BAR (bar), label);
  button = gtk_info_bar_add_button (GTK_INFO_BAR (bar), _ ("Resume"), GTK_RESPONSE_ACCEPT);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, what, -1);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (bar), TRUE);
  return bar;
}

static void
end_notice (RnWindow *self)
{
  gtk_box_remove (GTK_BOX (self->notices), self->crash_bar);
  self->crash_bar = NULL;
  g_clear_pointer (&self->crashed, g_free);
}

static void
on_notice (GtkInfoBar *bar, int response, gpointer data)
{
  RnWindow *self = data;

  if (response == GTK_RESPONSE_ACCEPT)
    rn_resume_training (self->session, GTK_WIDGET (self), self->crashed);
  end_notice (self);
}

static void
offer_crashed (RnWindow *self, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *text = g_strdup_printf (
      _ ("The training of “%s” was cut off. It can be resumed where it was last saved."), name);

  self->crashed = g_strdup (path);
  self->crash_bar = new_notice (text, _ ("Resume the run"));
  g_signal_connect_object (self->crash_bar, "response", G_CALLBACK (on_notice), self, 0);
  gtk_box_append (GTK_BOX (self->notices), self->crash_bar);
}

static void
on_crashed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnWindow) self = data;
  g_autofree char *path = rn_session_find_crashed_finish (RN_SESSION (source), result, NULL);

  /* by now the person may have begun something else */
  if (path != NULL && self->crashed == NULL && !rn_session_has_trainer (self->session))
    offer_crashed (self, path);
}

/* The notice goes with its run. */
static void
on_moved (RnWindow *self, const char *from, const char *to)
{
  if (self->crashed == NULL || g_strcmp0 (self->crashed, from) != 0)
    return;
  end_notice (self);
  if (to != NULL)
    offer_crashed (self, to);
}

/* An experiment that did */

static void
on_lab_notice (GtkInfoBar *bar, int response, RnWindow *self)
{
  const RnLabWish *wish = g_object_get_data (G_OBJECT (bar), "wish");

  if (response == GTK_RESPONSE_ACCEPT)
    {
      rn_window_show_page (self, "lab");
      rn_lab_page_go_on (RN_LAB_PAGE (rn_window_get_page_widget (self, "lab")), wish);
    }
  gtk_box_remove (GTK_BOX (self->notices), GTK_WIDGET (bar));
}

/* The task's data is what people call it: its title, or the name of a file that cannot be read now. */
static void
look_for_mark (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RnLabWish *wish = rn_lab_mark_take ();
  g_autoptr (RnExperiment) experiment = wish != NULL ? rn_experiment_load (wish->what, NULL) : NULL;

  if (wish != NULL)
    g_task_set_task_data (task,
                          experiment != NULL ? g_strdup (rn_experiment_get_title (experiment))
                                             : g_filename_display_basename (wish->what),
                          g_free);
  g_task_return_pointer (task, wish, (GDestroyNotify) rn_lab_wish_free);
}

static void
on_mark (GObject *source, GAsyncResult *result, gpointer data)
{
  RnWindow *self = RN_WINDOW (source);
  RnLabWish *wish = g_task_propagate_pointer (G_TASK (result), NULL);
  const char *name = g_task_get_task_data (G_TASK (result));
  g_autofree char *text = NULL;
  GtkWidget *bar;

  if (wish == NULL)
    return;
  text =
      g_strdup_printf (_ ("The experiment “%s” was cut off. It can go on where it was last saved."),
                       name);
  bar = new_notice (text, _ ("Resume the experiment"));
  g_object_set_data_full (G_OBJECT (bar), "wish", wish, (GDestroyNotify) rn_lab_wish_free);
  g_signal_connect_object (bar, "response", G_CALLBACK (on_lab_notice), self, 0);
  gtk_box_append (GTK_BOX (self->notices), bar);
}

static void
find_cut_off (RnWindow *self)
{
  g_autoptr (GTask) task = g_task_new (self, self->opening, on_mark, NULL);

  g_task_run_in_thread (task, look_for_mark);
}

/* What the file cannot tell is asked for; its guesses are shown meanwhile. */
static void
on_guessed (RnWindow *self)
{
  rn_import_dialog_present (GTK_WINDOW (self), self->session,
                            rn_session_get_document (self->session));
}

/* Whoever opened it: a dialog, a drop, the command line or a run that goes on */
static void
on_dataset (RnWindow *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  if (dataset != NULL)
    rn_remembered_note_data (self->remembered, rn_dataset_get_source (dataset));
}

void
rn_window_listen (RnWindow *self)
{
  g_signal_connect_object (self->session, "status", G_CALLBACK (on_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "document", G_CALLBACK (on_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "dataset", G_CALLBACK (on_dataset), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "moved", G_CALLBACK (on_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (rn_window_toast), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "problem", G_CALLBACK (on_problem), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "guessed", G_CALLBACK (on_guessed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED);
  rn_session_find_crashed_async (self->session, on_crashed, g_object_ref (self));
  find_cut_off (self);
}
