#include "runs/run-events.h"

#include <glib/gi18n-lib.h>
#include <residua/tensorboard.h>

/* What is written, from the question to the end of its task */
typedef struct
{
  RnSession *session;
  GtkFileChooserNative *chooser;
  char *path;   /* of the run */
  char *folder; /* (nullable): until it is chosen */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->session);
  g_clear_object (&job->chooser);
  g_free (job->path);
  g_free (job->folder);
  g_free (job);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  g_autoptr (RnRun) run = rn_run_open (job->path, &error);

  if (run != NULL && rn_run_export_tensorboard (run, job->folder, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit_by_name (job->session, "message", _ ("Curves saved for TensorBoard"));
  else
    g_signal_emit_by_name (job->session, "problem", _ ("Not saved"), error->message);
}

static void
on_chosen (GtkNativeDialog *dialog, int response, gpointer data)
{
  Job *job = data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GTask) task = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  job->folder = file == NULL ? NULL : g_file_get_path (file);
  g_clear_object (&job->chooser);
  if (job->folder == NULL)
    {
      job_free (job);
      return;
    }
  task = g_task_new (NULL, NULL, on_written, NULL);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, write_in_thread);
}

void
rn_run_ask_events (GtkWidget *parent, RnSession *session, const char *path)
{
  Job *job = g_new0 (Job, 1);

  job->session = g_object_ref (session);
  job->path = g_strdup (path);
  job->chooser = gtk_file_chooser_native_new (_ ("Save for TensorBoard"),
                                              GTK_WINDOW (gtk_widget_get_root (parent)),
                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Save"),
                                              _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (job->chooser), TRUE);
  g_signal_connect (job->chooser, "response", G_CALLBACK (on_chosen), job);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (job->chooser));
}
