#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include <residua/error.h>

#include "state/record-private.h"

/* Reading a run from disk, in a task. */

/* timing.csv has a row about every ten seconds of training; a longer wait was none, apart from long steps. */
#define PAUSE_SECONDS 30.0

static gboolean
load_history (RnRecord *self, RnRun *run, GError **error)
{
  g_autoptr (GArray) rows = rn_run_read_history (run, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (rows, RnHistoryRow, i);
      const float loss = (float) row->loss, wrong = (float) row->error;

      rn_series_append (self->loss, row->step, row->step, loss, loss, loss);
      rn_series_append (self->error, row->step, row->step, wrong, wrong, wrong);
      if (!isnan (row->test_error))
        rn_record_append_test (self, row->step, row->test_loss, row->test_error);
    }
  if (rows->len > 0)
    {
      const RnHistoryRow *last = &g_array_index (rows, RnHistoryRow, rows->len - 1);

      self->last_step = last->step;
      if (last->epoch > 0.0)
        self->epoch_steps = round ((double) last->step / last->epoch);
    }
  return TRUE;
}

typedef struct
{
  RnRecord *record;
  GArray *group;  /* the records of one step so far */
  gint64 damaged; /* step of a group that is none, or -1 */
} MeasureReading;

/* Whether these are the blocks of the network, at a step that the history may have reached: anything else was written by
 * nobody. A run that is trained meanwhile is a step ahead of what was read of its history.
 */
static gboolean
is_sound (RnRecord *record, const GArray *group)
{
  for (guint i = 0; i < group->len; i++)
    {
      const RnBlockMeasure *measure = &g_array_index (group, RnBlockMeasure, i);

      if (measure->block != rn_spec_get_block (record->spec, (int) i)->id || measure->step < 1 ||
          measure->step > record->last_step + 1)
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_measure (const RnBlockMeasure *measure, gpointer data)
{
  MeasureReading *reading = data;
  GArray *group = reading->group;

  if (group->len > 0 && g_array_index (group, RnBlockMeasure, 0).step != measure->step)
    g_array_set_size (group, 0);
  g_array_append_vals (group, measure, 1);
  if (group->len == (guint) rn_spec_n_blocks (reading->record->spec))
    {
      if (!is_sound (reading->record, group))
        {
          reading->damaged = measure->step;
          return FALSE;
        }
      rn_record_append_measures (reading->record, (const RnBlockMeasure *) (gpointer) group->data);
      g_array_set_size (group, 0);
    }
  return TRUE;
}

/* Measures up to the first damage: curves and weights do not hang on them. */
static gboolean
load_measures (RnRecord *self, RnRun *run, GError **error)
{
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));
  g_autoptr (GError) local = NULL;
  MeasureReading reading = { self, group, -1 };

  if (!rn_run_scan_measures (run, add_measure, &reading, &local))
    {
      if (!g_error_matches (local, RN_ERROR, RN_ERROR_FORMAT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      self->damage = g_strdup_printf (_ ("%s. The run is shown without the measures after it"),
                                      local->message);
    }
  else if (reading.damaged >= 0)
    self->damage = g_strdup_printf (_ ("The measures in “%s” are damaged at step %lld. The run is "
                                       "shown without those after it"),
                                    self->path, (long long) reading.damaged);
  return TRUE;
}

static gboolean
load_marks (RnRecord *self, RnRun *run, GError **error)
{
  g_autoptr (GArray) events = rn_run_read_events (run, error);
  const RnRecordMark failed = { RN_MARK_ERROR, self->last_step, 0.0 };

  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      const RnRunEvent *event = &g_array_index (events, RnRunEvent, i);
      const RnRecordMark mark = { RN_MARK_RATE, event->step, event->value };

      if (strcmp (event->name, "rate") == 0)
        g_array_append_val (self->marks, mark);
    }
  if (rn_run_find_divergence (events, self->last_step) > 0)
    g_array_append_val (self->marks, failed);
  return TRUE;
}

/* Seconds of training from the times of day in timing.csv, pauses left out; nothing hangs on them, so what is not there
 * is left out.
 */
static void
load_stamps (RnRecord *self, RnRun *run)
{
  g_autoptr (GArray) rows = rn_run_read_timing (run, NULL);
  const RnTimingRow *before = NULL;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const RnTimingRow *row = &g_array_index (rows, RnTimingRow, i);
      const double gap = before == NULL ? 0.0 : (double) (row->unix_time - before->unix_time);
      const double steps = before == NULL ? 0.0 : (double) (row->step - before->step);
      /* What the steps took at the speed that the row tells, where they are too long for the cadence or came after a
       * pause */
      const double expected =
          row->pictures_per_s > 0.0 ? steps * self->settings.batch / row->pictures_per_s : 0.0;

      self->seconds += gap >= 0.0 && gap <= PAUSE_SECONDS ? gap : expected;
      if (row->step <= self->last_step)
        rn_record_append_stamp (self, row->step);
      before = row;
    }
}

RnRecord *
rn_record_load (const char *path, GError **error)
{
  g_autoptr (RnRun) run = rn_run_open (path, error);
  g_autoptr (RnRecord) self = NULL;

  if (run == NULL)
    return NULL;
  self = rn_record_new (rn_run_get_spec (run), rn_run_get_settings (run), rn_run_get_path (run));
  self->data = g_strdup (rn_run_get_data (run));
  if (!load_history (self, run, error) || !load_measures (self, run, error) ||
      !load_marks (self, run, error))
    return NULL;
  load_stamps (self, run);
  return g_steal_pointer (&self);
}

/* Responses */

static RnTensor *
parameter_of (const RnModel *model, const char *layer, const char *what)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", layer, what);

  return rn_model_get_parameter (model, name);
}

/* As for a batch, with running statistics: the mean of a channel is beta, its variance gamma^2 var / (var + eps). */
static gboolean
response_of (const RnModel *model, const char *norm, double *std)
{
  g_autoptr (RnTensor) gammas = parameter_of (model, norm, "weight");
  g_autoptr (RnTensor) betas = parameter_of (model, norm, "bias");
  g_autoptr (RnTensor) variances = parameter_of (model, norm, "running_var");
  const double epsilon = rn_model_get_epsilon (model);
  double squares = 0.0, sum = 0.0;
  gsize n;

  if (gammas == NULL || betas == NULL || variances == NULL)
    return FALSE;
  n = rn_tensor_count (gammas);
  for (gsize c = 0; c < n; c++)
    {
      const double gamma = gammas->data[c], beta = betas->data[c], var = variances->data[c];

      squares += beta * beta + gamma * gamma * var / (var + epsilon);
      sum += beta;
    }
  squares /= (double) n;
  sum /= (double) n;
  *std = sqrt (MAX (squares - sum * sum, 0.0));
  return TRUE;
}

/* "layer2.1" begins a new block where the part after the layer is a number. @at: counts the blocks */
static guint32
block_of (const RnSpec *spec, const char *norm, char **before, int *at)
{
  const char *first = strchr (norm, '.'), *second = first == NULL ? NULL : strchr (first + 1, '.');
  char *prefix;

  if (second == NULL || !g_str_has_prefix (norm, "layer"))
    return 0;
  prefix = g_strndup (norm, (gsize) (second - norm));
  if (g_strcmp0 (prefix, *before) != 0)
    (*at)++;
  g_free (*before);
  *before = prefix;
  return *at < rn_spec_n_blocks (spec) ? rn_spec_get_block (spec, *at)->id : 0;
}

/* The side of the filters of the convolution that stands before a batch-norm: "bn1" of "conv1", "downsample.1" of
 * "downsample.0" */
static int
kernel_of (const RnModel *model, const char *norm)
{
  g_autoptr (GString) name = g_string_new (norm);
  g_autoptr (RnTensor) filters = NULL;

  if (g_str_has_suffix (norm, "downsample.1"))
    g_string_overwrite (name, name->len - 1, "0");
  else
    g_string_replace (name, "bn", "conv", 1);
  g_string_append (name, ".weight");
  filters = rn_model_get_parameter (model, name->str);
  return filters != NULL && filters->n_dims == 4 ? filters->dims[3] : 0;
}

void
rn_record_load_responses (RnRecord *self)
{
  g_autoptr (RnRun) run = rn_run_open (self->path, NULL);
  g_autoptr (RnModel) model = run == NULL ? NULL : rn_run_load_model (run, -1, NULL);
  g_auto (GStrv) names = model == NULL ? NULL : rn_model_list_parameters (model);
  g_autofree char *before = NULL;
  int at = -1;

  for (int i = 0; names != NULL && names[i] != NULL; i++)
    {
      RnRecordResponse response = { NULL, 0, 0, 0.0 };
      char *end;

      if (!g_str_has_suffix (names[i], ".running_var"))
        continue;
      response.name = g_strdup (names[i]);
      end = response.name + strlen (response.name) - strlen (".running_var");
      *end = '\0';
      response.block = block_of (self->spec, response.name, &before, &at);
      response.kernel = kernel_of (model, response.name);
      if (response_of (model, response.name, &response.std))
        g_array_append_val (self->responses, response);
      else
        g_free (response.name);
    }
}
