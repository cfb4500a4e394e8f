#include "pages/dataset-study.h"

typedef enum
{
  STEP_SUMMARY,
  STEP_CHANNELS,
  STEP_AXES,
  STEP_DONE
} Step;

struct _RnDatasetStudy
{
  GObject parent_instance;

  RnDataset *dataset;
  int side;
  Step step;
  gboolean is_working; /* a task runs, perhaps still for the data set before */
  gboolean wants_axes;
  RnDatasetSummary *summary;
  RnPreprocess channels;
  gboolean has_channels;
  float axes[9];
  gboolean has_axes;
  char *problem;
};

G_DEFINE_FINAL_TYPE (RnDatasetStudy, rn_dataset_study, G_TYPE_OBJECT)

static guint changed_signal;

/* What one task does */
typedef struct
{
  RnDataset *dataset;
  int side;
  Step step;
  RnDatasetSummary *summary;
  RnPreprocess channels;
  float axes[9];
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->summary, rn_dataset_summary_unref);
  rn_preprocess_clear (&work->channels);
  rn_dataset_unref (work->dataset);
  g_free (work);
}

static void
do_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  gboolean done = TRUE;

  if (work->step == STEP_SUMMARY)
    work->summary = rn_dataset_summary_new (work->dataset);
  else if (work->step == STEP_CHANNELS)
    done = rn_preprocess_measure (&work->channels, work->dataset, work->side, FALSE, &error);
  else
    done = rn_colour_axes_measure (work->axes, work->dataset, work->side, &error);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void work_on (RnDatasetStudy *self);

static void
take_result (RnDatasetStudy *self, const Work *work)
{
  if (work->step == STEP_SUMMARY)
    self->summary = rn_dataset_summary_ref (work->summary);
  else if (work->step == STEP_CHANNELS)
    {
      rn_preprocess_copy (&self->channels, &work->channels);
      self->has_channels = TRUE;
    }
  else
    {
      for (int i = 0; i < 9; i++)
        self->axes[i] = work->axes[i];
      self->has_axes = TRUE;
    }
  self->step++;
}

static void
on_worked (GObject *object, GAsyncResult *result, gpointer data)
{
  RnDatasetStudy *self = RN_DATASET_STUDY (object);
  const Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  const gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  self->is_working = FALSE;
  if (work->dataset == self->dataset && work->side == self->side)
    {
      if (done)
        take_result (self, work);
      else
        {
          self->problem = g_strdup (error->message);
          self->step = STEP_DONE;
        }
      g_signal_emit (self, changed_signal, 0);
    }
  work_on (self);
}

/* Whether @step can be done and is wanted */
static gboolean
has_to_do (RnDatasetStudy *self)
{
  if (self->dataset == NULL || self->is_working || self->step == STEP_DONE)
    return FALSE;
  if (self->step == STEP_SUMMARY)
    return TRUE;
  if (rn_dataset_count (self->dataset, RN_SPLIT_TRAIN) == 0)
    return FALSE;
  return self->step == STEP_CHANNELS ||
         (self->wants_axes && rn_dataset_get_channels (self->dataset) == 3);
}

static void
work_on (RnDatasetStudy *self)
{
  g_autoptr (GTask) task = NULL;
  Work *work;

  if (!has_to_do (self))
    return;
  work = g_new0 (Work, 1);
  work->dataset = rn_dataset_ref (self->dataset);
  work->side = self->side;
  work->step = self->step;
  task = g_task_new (self, NULL, on_worked, NULL);
  g_task_set_task_data (task, work, work_free);
  self->is_working = TRUE;
  g_task_run_in_thread (task, do_work);
}

static void
forget (RnDatasetStudy *self)
{
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  g_clear_pointer (&self->problem, g_free);
  rn_preprocess_clear (&self->channels);
  self->has_channels = self->has_axes = FALSE;
  self->step = STEP_SUMMARY;
}

static void
rn_dataset_study_init (RnDatasetStudy *self)
{
}

static void
finalize (GObject *object)
{
  forget (RN_DATASET_STUDY (object));
  G_OBJECT_CLASS (rn_dataset_study_parent_class)->finalize (object);
}

static void
rn_dataset_study_class_init (RnDatasetStudyClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

RnDatasetStudy *
rn_dataset_study_new (void)
{
  return g_object_new (RN_TYPE_DATASET_STUDY, NULL);
}

void
rn_dataset_study_start (RnDatasetStudy *self, RnDataset *dataset, int side)
{
  g_return_if_fail (RN_IS_DATASET_STUDY (self));
  g_return_if_fail (side >= 1);

  if (self->dataset == dataset && self->side == side)
    return;
  if (dataset != NULL)
    rn_dataset_ref (dataset);
  forget (self);
  self->dataset = dataset;
  self->side = side;
  g_signal_emit (self, changed_signal, 0);
  work_on (self);
}

void
rn_dataset_study_want_axes (RnDatasetStudy *self)
{
  g_return_if_fail (RN_IS_DATASET_STUDY (self));

  self->wants_axes = TRUE;
  work_on (self);
}

RnDatasetSummary *
rn_dataset_study_get_summary (RnDatasetStudy *self)
{
  return self->summary;
}

const RnPreprocess *
rn_dataset_study_get_channels (RnDatasetStudy *self)
{
  return self->has_channels ? &self->channels : NULL;
}

const float *
rn_dataset_study_get_axes (RnDatasetStudy *self)
{
  return self->has_axes ? self->axes : NULL;
}

const char *
rn_dataset_study_get_problem (RnDatasetStudy *self)
{
  return self->problem;
}
