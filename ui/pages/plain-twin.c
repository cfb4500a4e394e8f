#include "pages/plain-twin.h"

#include <glib/gi18n-lib.h>

#include "pages/memory-check.h"
#include "runs/run-wishes.h"

/* What the task needs: the run to read, and the data that it has to have been trained on; and what it finds */
typedef struct
{
  GWeakRef widget;
  char *path;
  RnDataset *dataset;
  RnSettings settings;
  RnSpec *twin;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_weak_ref_clear (&reading->widget);
  g_clear_pointer (&reading->twin, rn_spec_free);
  g_free (reading->path);
  rn_dataset_unref (reading->dataset);
  g_free (reading);
}

static void
read_run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  g_autofree char *name = g_filename_display_basename (reading->path);
  GError *error = NULL;
  g_autoptr (RnRun) run = rn_run_open (reading->path, &error);

  if (run == NULL)
    g_task_return_error (task, error);
  else if (g_strcmp0 (rn_run_get_data_digest (run), rn_dataset_get_digest (reading->dataset)) != 0)
    g_task_return_new_error (task, RN_ERROR, RN_ERROR_DATA,
                             _ ("“%s” was trained on other pictures than those that are open"),
                             name);
  else if (!rn_spec_has_shortcuts (rn_run_get_spec (run)))
    g_task_return_new_error (task, RN_ERROR, RN_ERROR_DATA,
                             _ ("“%s” has no shortcuts to take away"), name);
  else
    {
      reading->settings = *rn_run_get_settings (run);
      reading->twin = rn_spec_plain_twin (rn_run_get_spec (run));
      g_task_return_boolean (task, TRUE);
    }
}

/* The length of a training is chosen in epochs of the data that is open. */
static double
get_epochs (RnDataset *dataset, const RnSettings *settings)
{
  const int n = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const int rest = settings->drop_last ? 0 : settings->batch - 1;
  const int steps = MAX ((n + rest) / settings->batch, 1);

  return (double) settings->steps / steps;
}

/* Settings come from the run itself, so nothing differs but the shortcuts. */
static void
train (RnSession *session, GtkWidget *widget, const Reading *reading)
{
  /* of its own: an edit of the run that is shown would begin with its weights */
  g_autoptr (RnDocument) sketch = rn_document_new_sketch (reading->twin, NULL);

  rn_session_show (session, sketch);
  rn_session_set_epochs (session, get_epochs (reading->dataset, &reading->settings));
  rn_session_set_settings (session, &reading->settings);
  if (!rn_run_is_compared (session, reading->path))
    rn_session_compare (session, reading->path);
  rn_start_training (session, widget);
  gtk_widget_activate_action (widget, "win.page", "s", "train");
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *session = RN_SESSION (source);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GtkWidget) widget = g_weak_ref_get ((GWeakRef *) &reading->widget);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit_by_name (session, "problem", _ ("The plain twin cannot be trained"),
                           error->message);
  else if (widget != NULL)
    train (session, widget, reading);
}

void
rn_plain_twin_train (RnSession *session, GtkWidget *widget, const char *run_path)
{
  RnDataset *dataset = rn_session_get_dataset (session);
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  if (rn_session_is_training (session) || dataset == NULL ||
      rn_lab_desk_is_busy (rn_session_get_lab (session)))
    {
      g_signal_emit_by_name (session, "problem", _ ("The plain twin cannot be trained"),
                             dataset == NULL
                                 ? _ ("The data is not open yet.")
                                 : _ ("A training is under way. Pause or stop it first."));
      return;
    }
  task = g_task_new (session, NULL, on_read, NULL);
  reading = g_new0 (Reading, 1);
  g_weak_ref_init (&reading->widget, widget);
  reading->path = g_strdup (run_path);
  reading->dataset = rn_dataset_ref (dataset);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_run);
}

/* The button */

static void
update (GtkWidget *button)
{
  RnSession *session = g_object_get_data (G_OBJECT (button), "session");
  RnRecord *record = rn_session_get_record (session);
  const gboolean has_twin = record != NULL && rn_record_get_path (record) != NULL &&
                            rn_record_get_last_step (record) > 0 &&
                            rn_spec_has_shortcuts (rn_record_get_spec (record));

  gtk_widget_set_visible (button, has_twin && !rn_session_is_training (session));
}

static void
on_clicked (GtkWidget *button)
{
  RnSession *session = g_object_get_data (G_OBJECT (button), "session");
  RnRecord *record = rn_session_get_record (session);

  if (record != NULL)
    rn_plain_twin_train (session, button, rn_record_get_path (record));
}

GtkWidget *
rn_plain_twin_button_new (RnSession *session)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("residua-lab-symbolic");
  const char *label = _ ("Train the plain twin on the same batches");

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "session", g_object_ref (session), g_object_unref);
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), NULL);
  g_signal_connect_object (session, "document", G_CALLBACK (update), button, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (update), button, G_CONNECT_SWAPPED);
  update (button);
  return button;
}
