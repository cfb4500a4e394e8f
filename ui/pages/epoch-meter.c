#include "pages/epoch-meter.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/bench.h>
#include <residua/compute-info.h>

#include "state/fit.h"
#include "state/lab-desk.h"
#include "state/format.h"

#define REST_MS 900 /* without a change before it is measured */

typedef struct
{
  RnSpec *spec;
  RnSettings settings;
  RnDataset *dataset;
  int threads; /* 0: as many as there are processors */
  int cancel;  /* told across threads: not zero breaks the measurement off */
} Job;

struct _RnEpochMeter
{
  GObject parent_instance;

  RnSession *session;
  RnSpec *specs[RN_MOST_METERED];
  double seconds[RN_MOST_METERED];
  int n;
  int at; /* that is being measured */
  guint rest_id;
  GCancellable *cancellable; /* (nullable): of the measurement under way */
  RnSettings settings;       /* that what is known holds for */
  int threads;               /* the same */
  RnDataset *dataset;        /* (nullable): the same; only to tell it from another */
  gboolean is_waiting;       /* for something in training */
  gboolean is_seen;
};

G_DEFINE_FINAL_TYPE (RnEpochMeter, rn_epoch_meter, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
job_free (gpointer data)
{
  Job *job = data;

  rn_spec_free (job->spec);
  rn_dataset_unref (job->dataset);
  g_free (job);
}

gboolean
rn_epoch_meter_is_measuring (RnEpochMeter *self)
{
  return self->cancellable != NULL || self->rest_id != 0;
}

double
rn_epoch_meter_get_seconds (RnEpochMeter *self, int at)
{
  return at < self->n ? self->seconds[at] : NAN;
}

char *
rn_format_epoch (double seconds)
{
  if (isnan (seconds))
    return g_strdup ("–");
  if (seconds < 59.5)
    return g_strdup_printf (_ ("%d s"), (int) fmax (round (seconds), 1.0));
  return rn_format_duration (seconds);
}

static gboolean
is_anything_training (RnEpochMeter *self)
{
  return rn_session_is_training (self->session) ||
         rn_lab_desk_is_training (rn_session_get_lab (self->session));
}

static gboolean
is_known (RnEpochMeter *self)
{
  for (int i = 0; i < self->n; i++)
    if (isnan (self->seconds[i]))
      return FALSE;
  return TRUE;
}

/* Returns: (nullable): why nothing can be measured now */
static const char *
find_reason (RnEpochMeter *self)
{
  if (self->n == 0)
    return _ ("No network is shown.");
  if (rn_session_get_dataset (self->session) == NULL)
    return _ ("No data set is open.");
  if (is_anything_training (self))
    return _ ("It is measured when nothing trains.");
  for (int i = 0; i < self->n; i++)
    if (!rn_spec_check (self->specs[i], NULL))
      return _ ("The network cannot run.");
  return NULL;
}

static void
tell (RnEpochMeter *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
break_off (RnEpochMeter *self)
{
  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* Measuring */

static void
on_cancelled (GCancellable *cancellable, Job *job)
{
  g_atomic_int_set (&job->cancel, 1);
}

/* It trains a few steps, so it steps back like training: in a thread of its own, for a shared one would stay behind. */
static gpointer
measure (gpointer data)
{
  GTask *task = data;
  Job *job = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  const gulong id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), job, NULL);
  double seconds = NAN;
  GError *error = NULL;
  gboolean well;

  rn_compute_lower_priority ();
  well = rn_bench_estimate_epoch (job->spec, &job->settings, job->dataset, job->threads,
                                  &job->cancel, &seconds, &error);
  g_cancellable_disconnect (cancellable, id);
  if (well)
    g_task_return_pointer (task, g_memdup2 (&seconds, sizeof seconds), g_free);
  else
    g_task_return_error (task, error);
  g_idle_add_once ((GSourceOnceFunc) g_object_unref, task); /* what it holds is the window's */
  return NULL;
}

static void measure_next (RnEpochMeter *self);

static void
on_measured (GObject *source, GAsyncResult *result, gpointer data)
{
  RnEpochMeter *self = RN_EPOCH_METER (source);
  g_autofree double *seconds = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->cancellable == NULL || self->cancellable != g_task_get_cancellable (G_TASK (result)))
    return; /* broken off, or another has begun */
  g_clear_object (&self->cancellable);
  self->seconds[self->at++] = seconds != NULL ? *seconds : NAN;
  measure_next (self);
  tell (self);
}

static void
measure_next (RnEpochMeter *self)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  if (self->at >= self->n || find_reason (self) != NULL)
    return;
  job = g_new0 (Job, 1);
  job->spec = rn_fit_spec_or_copy (self->specs[self->at], rn_session_get_dataset (self->session));
  job->settings = self->settings;
  job->threads = rn_session_get_threads (self->session);
  job->dataset = rn_dataset_ref (rn_session_get_dataset (self->session));
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, on_measured, NULL);
  g_task_set_source_tag (task, measure_next);
  g_task_set_task_data (task, job, job_free);
  g_thread_unref (g_thread_new ("residua-meter", measure, g_steal_pointer (&task)));
}

static void
begin (RnEpochMeter *self)
{
  break_off (self);
  self->at = 0;
  measure_next (self);
  tell (self);
}

static gboolean
on_rest (gpointer data)
{
  RnEpochMeter *self = data;

  self->rest_id = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

/* What was measured is true no longer. */
static void
restart (RnEpochMeter *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  break_off (self);
  for (int i = 0; i < RN_MOST_METERED; i++)
    self->seconds[i] = NAN;
  self->dataset = rn_session_get_dataset (self->session);
  self->threads = rn_session_get_threads (self->session);
  if (settings != NULL)
    self->settings = *settings;
  else
    rn_settings_init (&self->settings);
  if (self->is_seen && find_reason (self) == NULL)
    self->rest_id = g_timeout_add (REST_MS, on_rest, self);
  tell (self);
}

void
rn_epoch_meter_toggle (RnEpochMeter *self)
{
  if (!rn_epoch_meter_is_measuring (self))
    {
      begin (self);
      return;
    }
  break_off (self);
  tell (self);
}

void
rn_epoch_meter_set_specs (RnEpochMeter *self, const RnSpec *const *specs, int n)
{
  g_return_if_fail (n >= 0 && n <= RN_MOST_METERED);

  for (int i = 0; i < RN_MOST_METERED; i++)
    {
      g_clear_pointer (&self->specs[i], rn_spec_free);
      if (i < n)
        self->specs[i] = rn_spec_copy (specs[i]);
    }
  self->n = n;
  restart (self);
}

void
rn_epoch_meter_set_seen (RnEpochMeter *self, gboolean is_seen)
{
  self->is_seen = is_seen;
  if (is_seen && !is_known (self))
    restart (self);
  if (!is_seen && rn_epoch_meter_is_measuring (self))
    {
      break_off (self);
      tell (self);
    }
}

/* What it depends on */

/* Whether an epoch takes as long with the one as with the other */
static gboolean
is_alike (const RnSettings *a, const RnSettings *b)
{
  g_autofree char *augment_a = rn_augment_to_string (&a->augment);
  g_autofree char *augment_b = rn_augment_to_string (&b->augment);

  return a->batch == b->batch && !a->drop_last == !b->drop_last &&
         a->evaluate_every == b->evaluate_every && g_str_equal (augment_a, augment_b);
}

static void
on_settings (RnEpochMeter *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if ((settings != NULL && !is_alike (settings, &self->settings)) ||
      rn_session_get_threads (self->session) != self->threads)
    restart (self);
}

/* The signal also tells the progress of opening. */
static void
on_dataset (RnEpochMeter *self)
{
  if (rn_session_get_dataset (self->session) != self->dataset)
    restart (self);
}

/* The status changes ten times a second; what matters here is whether anything trains. What was broken off or waited is
 * measured when nothing does any more.
 */
static void
on_status (RnEpochMeter *self)
{
  const gboolean is_waiting = is_anything_training (self);

  if (is_waiting == self->is_waiting)
    return;
  self->is_waiting = is_waiting;
  if (is_waiting)
    break_off (self);
  else if (self->is_seen && !is_known (self))
    restart (self);
  tell (self);
}

/* Its button */

static void
show_button (RnEpochMeter *self, GtkWidget *button)
{
  const gboolean is_measuring = rn_epoch_meter_is_measuring (self);
  const char *reason = is_measuring ? NULL : find_reason (self);
  const char *deed = is_measuring ? _ ("Stop measuring") : _ ("Measure an epoch");

  gtk_button_set_icon_name (GTK_BUTTON (button),
                            is_measuring ? "process-stop-symbolic" : "view-refresh-symbolic");
  gtk_widget_set_sensitive (button, reason == NULL);
  gtk_widget_set_tooltip_text (button, reason != NULL ? reason : deed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, deed, -1);
}

GtkWidget *
rn_epoch_meter_new_button (RnEpochMeter *self)
{
  GtkWidget *button = gtk_button_new ();

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "epoch-button");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (rn_epoch_meter_toggle), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "changed", G_CALLBACK (show_button), button, 0);
  show_button (self, button);
  return button;
}

/* Making it */

static void
rn_epoch_meter_dispose (GObject *object)
{
  RnEpochMeter *self = RN_EPOCH_METER (object);

  break_off (self);
  self->n = 0;
  for (int i = 0; i < RN_MOST_METERED; i++)
    g_clear_pointer (&self->specs[i], rn_spec_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_epoch_meter_parent_class)->dispose (object);
}

static void
rn_epoch_meter_init (RnEpochMeter *self)
{
  rn_settings_init (&self->settings);
  for (int i = 0; i < RN_MOST_METERED; i++)
    self->seconds[i] = NAN;
}

static void
rn_epoch_meter_class_init (RnEpochMeterClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_epoch_meter_dispose;
  signals[CHANGED] = g_signal_new ("changed", RN_TYPE_EPOCH_METER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

RnEpochMeter *
rn_epoch_meter_new (RnSession *session)
{
  RnEpochMeter *self = g_object_new (RN_TYPE_EPOCH_METER, NULL);
  RnLabDesk *desk = rn_session_get_lab (session);

  self->session = g_object_ref (session);
  self->is_waiting = is_anything_training (self);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "changed", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "ended", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  return self;
}
