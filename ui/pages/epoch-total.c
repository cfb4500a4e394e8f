#include "pages/epoch-total.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/bench.h>

#include "state/format.h"

#define REST_MS 900 /* without an edit before it is measured */

/* Told across threads: not zero breaks the measurement off */
typedef struct
{
  int cancel;
} Flag;

typedef struct
{
  RnSpec *spec;
  int batch;
  gint64 pictures;
  Flag *flag;
} Job;

struct _RnEpochTotal
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *box;
  GtkWidget *number;
  GtkWidget *button;
  guint rest_id;
  Flag *flag; /* (nullable): of the measurement under way */
  double seconds;
  int batch;
  RnDataset *dataset; /* (nullable): that is known here; only to tell it from another */
  gboolean is_training;
};

G_DEFINE_FINAL_TYPE (RnEpochTotal, rn_epoch_total, GTK_TYPE_WIDGET)

static void
job_free (gpointer data)
{
  Job *job = data;

  rn_spec_free (job->spec);
  g_atomic_rc_box_release (job->flag);
  g_free (job);
}

gboolean
rn_epoch_total_is_measuring (RnEpochTotal *self)
{
  return self->flag != NULL || self->rest_id != 0;
}

double
rn_epoch_total_get_seconds (RnEpochTotal *self)
{
  return self->seconds;
}

/* Returns: (nullable): why nothing can be measured now */
static const char *
find_reason (RnEpochTotal *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);

  if (spec == NULL)
    return _ ("No network is shown.");
  if (rn_session_get_dataset (self->session) == NULL)
    return _ ("No data set is open.");
  if (rn_session_is_training (self->session))
    return _ ("It is measured when nothing trains.");
  if (!rn_spec_check (spec, NULL))
    return _ ("The network cannot run.");
  return NULL;
}

static void
show (RnEpochTotal *self)
{
  const gboolean is_measuring = rn_epoch_total_is_measuring (self);
  const char *reason = is_measuring ? NULL : find_reason (self);
  const char *deed = is_measuring ? _ ("Stop measuring") : _ ("Measure an epoch");
  g_autofree char *text = NULL;

  if (is_measuring)
    text = g_strdup (_ ("measuring…"));
  else if (isnan (self->seconds))
    text = g_strdup ("–");
  else if (self->seconds < 59.5)
    text = g_strdup_printf (_ ("%d s"), (int) fmax (round (self->seconds), 1.0));
  else
    text = rn_format_duration (self->seconds);
  gtk_label_set_text (GTK_LABEL (self->number), text);
  gtk_button_set_icon_name (GTK_BUTTON (self->button),
                            is_measuring ? "process-stop-symbolic" : "view-refresh-symbolic");
  gtk_widget_set_sensitive (self->button, reason == NULL);
  gtk_widget_set_tooltip_text (self->button, reason != NULL ? reason : deed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  deed, -1);
}

static void
break_off (RnEpochTotal *self)
{
  g_clear_handle_id (&self->rest_id, g_source_remove);
  if (self->flag != NULL)
    g_atomic_int_set (&self->flag->cancel, 1);
  g_clear_pointer (&self->flag, g_atomic_rc_box_release);
}

/* Measuring */

static void
measure_epoch (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  double seconds;
  GError *error = NULL;

  if (rn_bench_estimate_epoch (job->spec, job->batch, job->pictures, 0, &job->flag->cancel,
                               &seconds, &error))
    g_task_return_pointer (task, g_memdup2 (&seconds, sizeof seconds), g_free);
  else
    g_task_return_error (task, error);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer data)
{
  RnEpochTotal *self = RN_EPOCH_TOTAL (source);
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autofree double *seconds = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->flag != job->flag)
    return; /* broken off, or another has begun */
  g_clear_pointer (&self->flag, g_atomic_rc_box_release);
  self->seconds = seconds != NULL ? *seconds : NAN;
  show (self);
}

static void
begin (RnEpochTotal *self)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  break_off (self);
  if (find_reason (self) != NULL)
    {
      show (self);
      return;
    }
  self->flag = g_atomic_rc_box_new0 (Flag);
  job = g_new0 (Job, 1);
  job->spec = rn_spec_copy (rn_session_get_spec (self->session));
  job->batch = self->batch;
  job->pictures = rn_dataset_count (rn_session_get_dataset (self->session), RN_SPLIT_TRAIN);
  job->flag = g_atomic_rc_box_acquire (self->flag);
  task = g_task_new (self, NULL, on_measured, NULL);
  g_task_set_source_tag (task, begin);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, measure_epoch);
  show (self);
}

static gboolean
on_rest (gpointer data)
{
  RnEpochTotal *self = data;

  self->rest_id = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

/* What was measured is true no longer. */
static void
restart (RnEpochTotal *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  break_off (self);
  self->seconds = NAN;
  self->batch = settings != NULL ? settings->batch : 128;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && find_reason (self) == NULL)
    self->rest_id = g_timeout_add (REST_MS, on_rest, self);
  show (self);
}

void
rn_epoch_total_toggle (RnEpochTotal *self)
{
  if (!rn_epoch_total_is_measuring (self))
    {
      begin (self);
      return;
    }
  break_off (self);
  show (self);
}

static void
on_settings (RnEpochTotal *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if (settings != NULL && settings->batch != self->batch)
    restart (self);
}

/* The signal also tells the progress of opening. */
static void
on_dataset (RnEpochTotal *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  if (dataset == self->dataset)
    return;
  self->dataset = dataset;
  restart (self);
}

/* The status changes ten times a second; what matters here is whether anything trains. */
static void
on_status (RnEpochTotal *self)
{
  const gboolean is_training = rn_session_is_training (self->session);

  if (is_training == self->is_training)
    return;
  self->is_training = is_training;
  if (is_training)
    break_off (self);
  show (self);
}

static void
rn_epoch_total_map (GtkWidget *widget)
{
  RnEpochTotal *self = RN_EPOCH_TOTAL (widget);

  GTK_WIDGET_CLASS (rn_epoch_total_parent_class)->map (widget);
  if (isnan (self->seconds))
    restart (self);
}

static void
rn_epoch_total_unmap (GtkWidget *widget)
{
  RnEpochTotal *self = RN_EPOCH_TOTAL (widget);

  break_off (self);
  show (self);
  GTK_WIDGET_CLASS (rn_epoch_total_parent_class)->unmap (widget);
}

static void
rn_epoch_total_dispose (GObject *object)
{
  RnEpochTotal *self = RN_EPOCH_TOTAL (object);

  break_off (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_epoch_total_parent_class)->dispose (object);
}

static void
rn_epoch_total_init (RnEpochTotal *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  GtkWidget *name = gtk_label_new (_ ("for an epoch"));

  self->seconds = NAN;
  self->number = gtk_label_new ("–");
  self->button = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_add_css_class (self->number, "title-4");
  gtk_widget_add_css_class (self->number, "numeric");
  gtk_widget_add_css_class (name, "caption");
  gtk_widget_add_css_class (name, "dim-label");
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "epoch-button");
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (rn_epoch_total_toggle), self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (line), self->number);
  gtk_box_append (GTK_BOX (line), self->button);
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_box_append (GTK_BOX (self->box), name);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_epoch_total_class_init (RnEpochTotalClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_epoch_total_dispose;
  widget_class->map = rn_epoch_total_map;
  widget_class->unmap = rn_epoch_total_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_epoch_total_new (RnSession *session)
{
  RnEpochTotal *self = g_object_new (RN_TYPE_EPOCH_TOTAL, NULL);

  self->session = g_object_ref (session);
  self->dataset = rn_session_get_dataset (session);
  g_signal_connect_object (session, "document", G_CALLBACK (restart), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  restart (self);
  return GTK_WIDGET (self);
}
