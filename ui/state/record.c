#include "state/record.h"

#include <math.h>

#include "state/record-private.h"

G_DEFINE_FINAL_TYPE (RnRecord, rn_record, G_TYPE_OBJECT)

static guint signal_changed;

static void
clear_response (gpointer data)
{
  RnRecordResponse *response = data;

  g_clear_pointer (&response->name, g_free);
}

static void
rn_record_finalize (GObject *object)
{
  RnRecord *self = RN_RECORD (object);

  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->damage, g_free);
  g_clear_pointer (&self->loss, rn_series_unref);
  g_clear_pointer (&self->error, rn_series_unref);
  for (int i = 0; i < RN_N_MEASURES; i++)
    g_clear_pointer (&self->strips[i], rn_strip_data_unref);
  g_clear_pointer (&self->tests, g_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->responses, g_array_unref);
  g_clear_pointer (&self->stamps, g_array_unref);
  g_clear_pointer (&self->newest, g_array_unref);
  G_OBJECT_CLASS (rn_record_parent_class)->finalize (object);
}

static void
rn_record_class_init (RnRecordClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_record_finalize;
  signal_changed = g_signal_new ("changed", RN_TYPE_RECORD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
rn_record_init (RnRecord *self)
{
  self->loss = rn_series_new ();
  self->error = rn_series_new ();
  self->tests = g_array_new (FALSE, FALSE, sizeof (RnTest));
  self->marks = g_array_new (FALSE, FALSE, sizeof (RnRecordMark));
  self->responses = g_array_new (FALSE, FALSE, sizeof (RnRecordResponse));
  g_array_set_clear_func (self->responses, clear_response);
  self->stamps = g_array_new (FALSE, FALSE, sizeof (RnTimeStamp));
  self->newest = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));
  self->best_error = NAN;
  self->stamp_gap = RN_RECORD_STAMP_SECONDS;
}

RnRecord *
rn_record_new (const RnSpec *spec, const RnSettings *settings, const char *path)
{
  RnRecord *self = g_object_new (RN_TYPE_RECORD, NULL);

  self->spec = rn_spec_copy (spec);
  self->settings = *settings;
  self->path = g_strdup (path);
  for (int i = 0; i < RN_N_MEASURES; i++)
    self->strips[i] = rn_strip_data_new (rn_spec_n_blocks (spec));
  return self;
}

static void
changed (RnRecord *self, guint changes)
{
  if (changes != 0)
    g_signal_emit (self, signal_changed, 0, changes);
}

/* Growing */

void
rn_record_append_measures (RnRecord *self, const RnBlockMeasure *measures)
{
  const int n = rn_spec_n_blocks (self->spec);
  g_autofree float *values = g_new (float, MAX (n, 1));

  for (int kind = 0; kind < RN_N_MEASURES; kind++)
    {
      for (int i = 0; i < n; i++)
        values[i] = (float) rn_measure_get (&measures[i], (RnMeasureKind) kind);
      rn_strip_data_append (self->strips[kind], measures[0].step, values);
    }
  g_array_set_size (self->newest, 0);
  g_array_append_vals (self->newest, measures, (guint) n);
}

/* Tests come by step, but one on demand may come again at the same step. */
void
rn_record_append_test (RnRecord *self, gint64 step, double loss, double error)
{
  const RnTest test = { step, loss, error };

  if (self->tests->len > 0 &&
      g_array_index (self->tests, RnTest, self->tests->len - 1).step == step)
    g_array_set_size (self->tests, self->tests->len - 1);
  g_array_append_val (self->tests, test);
  if (!(self->best_error <= error))
    self->best_error = error;
}

/* Leaves out every second one where there are many. */
static void
thin_stamps (RnRecord *self)
{
  RnTimeStamp *stamps = (RnTimeStamp *) (gpointer) self->stamps->data;
  guint n = 0;

  for (guint i = 1; i < self->stamps->len; i += 2)
    stamps[n++] = stamps[i];
  g_array_set_size (self->stamps, n);
  self->stamp_gap *= 2.0;
}

void
rn_record_append_stamp (RnRecord *self, gint64 step)
{
  const RnTimeStamp stamp = { step, self->seconds };

  if (self->stamps->len > 0)
    {
      const RnTimeStamp *last = &g_array_index (self->stamps, RnTimeStamp, self->stamps->len - 1);

      if (step <= last->step || stamp.seconds - last->seconds < self->stamp_gap)
        return;
    }
  if (self->stamps->len >= RN_RECORD_MAX_STAMPS)
    thin_stamps (self);
  g_array_append_val (self->stamps, stamp);
}

/* Time between two snapshots counts where training went on over it. */
static void
run_clock (RnRecord *self, RnState state)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->was_running)
    self->seconds += (double) (now - self->taken_us) * 1e-6;
  self->taken_us = now;
  self->was_running = state == RN_STATE_RUNNING || state == RN_STATE_EVALUATING;
}

static void
set_responses (RnRecord *self, const GArray *responses)
{
  g_array_set_size (self->responses, 0);
  for (guint i = 0; i < responses->len; i++)
    {
      const RnLayerResponse *from = &g_array_index (responses, RnLayerResponse, i);
      const RnRecordResponse response = { g_strdup (from->name), from->block, from->kernel,
                                          from->std };

      g_array_append_val (self->responses, response);
    }
}

/* Going back. What is known of commands stays: they happen again where they did. */

#define CUT_ARRAY(array, type, last)                                                               \
  while ((array)->len > 0 && g_array_index ((array), type, (array)->len - 1).step > (last))        \
  g_array_set_size ((array), (array)->len - 1)

static void
cut (RnRecord *self, gint64 step)
{
  rn_series_cut (self->loss, step);
  rn_series_cut (self->error, step);
  for (int i = 0; i < RN_N_MEASURES; i++)
    rn_strip_data_cut (self->strips[i], step);
  CUT_ARRAY (self->tests, RnTest, step);
  CUT_ARRAY (self->stamps, RnTimeStamp, step);
  for (guint i = self->marks->len; i > 0; i--)
    if (g_array_index (self->marks, RnRecordMark, i - 1).kind == RN_MARK_ERROR)
      g_array_remove_index (self->marks, i - 1);
  if (self->newest->len > 0 && g_array_index (self->newest, RnBlockMeasure, 0).step > step)
    {
      g_array_set_size (self->newest, 0);
      self->lacks = TRUE;
    }
  self->best_error = NAN;
  for (guint i = 0; i < self->tests->len; i++)
    self->best_error = fmin (self->best_error, g_array_index (self->tests, RnTest, i).error);
  self->seconds = self->stamps->len > 0
                      ? g_array_index (self->stamps, RnTimeStamp, self->stamps->len - 1).seconds
                      : 0.0;
  self->last_step = step;
}

/* Snapshots */

static guint
take_points (RnRecord *self, const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const RnPoint *point = &g_array_index (points, RnPoint, i);

      if (point->first_step != rn_series_last_step (self->loss) + 1 ||
          point->first_step != point->last_step)
        self->lacks = TRUE;
      rn_series_append (self->loss, point->first_step, point->last_step, (float) point->loss_min,
                        (float) point->loss_max, (float) point->loss_mean);
      rn_series_append (self->error, point->first_step, point->last_step, (float) point->error_min,
                        (float) point->error_max, (float) point->error_mean);
    }
  return points->len > 0 ? RN_RECORD_HISTORY : 0;
}

static guint
take_measures (RnRecord *self, const GArray *measures)
{
  const gint64 every = self->settings.measure_every;
  gint64 step, before = 0;

  if (measures->len == 0 || measures->len != (guint) rn_spec_n_blocks (self->spec))
    return 0;
  step = g_array_index (measures, RnBlockMeasure, 0).step;
  rn_record_get_newest (self, &before);
  if (step <= before)
    return 0;
  if (every < 1 || step != (before / every + 1) * every)
    self->lacks = TRUE;
  rn_record_append_measures (self, (const RnBlockMeasure *) (gpointer) measures->data);
  return RN_RECORD_MEASURES;
}

static guint
take_marks (RnRecord *self, const GArray *marks)
{
  guint changes = 0;

  for (guint i = 0; i < marks->len; i++)
    {
      const RnMark *mark = &g_array_index (marks, RnMark, i);
      const RnRecordMark own = { mark->kind, mark->step, mark->value };

      if (mark->kind == RN_MARK_TEST)
        {
          rn_record_append_test (self, mark->step, mark->value2, mark->value);
          changes |= RN_RECORD_TESTS;
        }
      else if (mark->kind != RN_MARK_CHECKPOINT)
        {
          g_array_append_val (self->marks, own);
          changes |= RN_RECORD_MARKS;
        }
    }
  return changes;
}

/* Where what the snapshot tells begins: the step before its first point */
static gint64
start_of (const RnSnapshot *snapshot)
{
  return snapshot->points->len > 0 ? g_array_index (snapshot->points, RnPoint, 0).first_step - 1
                                   : snapshot->step;
}

void
rn_record_take_snapshot (RnRecord *self, const RnSnapshot *snapshot)
{
  guint changes = 0;

  if (start_of (snapshot) < self->last_step)
    {
      cut (self, start_of (snapshot));
      changes |= RN_RECORD_HISTORY | RN_RECORD_TESTS | RN_RECORD_MEASURES | RN_RECORD_MARKS;
    }
  run_clock (self, snapshot->state);
  changes |= take_points (self, snapshot->points);
  changes |= take_measures (self, snapshot->measures);
  changes |= take_marks (self, snapshot->marks);
  if (snapshot->responses->len > 0)
    {
      set_responses (self, snapshot->responses);
      changes |= RN_RECORD_RESPONSES;
    }
  self->last_step = MAX (self->last_step, snapshot->step);
  if (snapshot->epoch > 0.0)
    self->epoch_steps = round ((double) snapshot->step / snapshot->epoch);
  if (snapshot->points->len > 0)
    rn_record_append_stamp (self, snapshot->step);
  changed (self, changes);
}

/* Adopting */

/* What @own has after the end of @fresh is appended to @fresh, which then takes the place of @own's contents. Returns:
 * whether something is missing between or merged in what was appended
 */
static gboolean
adopt_series (RnSeries *own, RnSeries *fresh)
{
  gboolean lacks = FALSE;

  for (gsize at = rn_series_find (own, rn_series_last_step (fresh) + 1); at < rn_series_n (own);
       at++)
    {
      const gint64 end = rn_series_last_step (fresh);
      RnSeriesEntry entry;

      rn_series_get_entry (own, at, &entry);
      lacks = lacks || entry.first != entry.last || entry.first != end + 1;
      rn_series_append (fresh, MAX (entry.first, end + 1), entry.last, entry.min, entry.max,
                        entry.mean);
    }
  if (rn_series_get_weight (own) >= 0.0 &&
      rn_series_get_weight (fresh) != rn_series_get_weight (own))
    rn_series_smooth (fresh, rn_series_get_weight (own));
  rn_series_swap (own, fresh);
  return lacks;
}

static gint64
end_of_strip (const RnStripData *strip)
{
  const int n = rn_strip_data_n_columns (strip);
  gint64 from, to = 0;

  if (n > 0)
    rn_strip_data_get_span (strip, n - 1, &from, &to);
  return to;
}

/* @every: steps between measures. Returns: as above */
static gboolean
adopt_strip (RnStripData *own, RnStripData *fresh, gint64 every)
{
  gboolean lacks = FALSE;

  for (int i = 0; i < rn_strip_data_n_columns (own); i++)
    {
      const gint64 end = end_of_strip (fresh);
      gint64 from, to;

      rn_strip_data_get_span (own, i, &from, &to);
      if (to <= end)
        continue;
      lacks = lacks || to != end + every;
      rn_strip_data_append (fresh, to, rn_strip_data_get_column (own, i));
    }
  rn_strip_data_swap (own, fresh);
  return lacks;
}

static int
compare_tests (gconstpointer a, gconstpointer b)
{
  const gint64 first = ((const RnTest *) a)->step, second = ((const RnTest *) b)->step;

  return (first > second) - (first < second);
}

/* Tests on demand are not in the run: they are kept. */
static void
adopt_tests (RnRecord *self, RnRecord *fresh)
{
  for (guint i = 0; i < fresh->tests->len; i++)
    {
      const RnTest *test = &g_array_index (fresh->tests, RnTest, i);

      for (guint j = self->tests->len; j > 0; j--)
        if (g_array_index (self->tests, RnTest, j - 1).step == test->step)
          g_array_remove_index (self->tests, j - 1);
      g_array_append_vals (self->tests, test, 1);
    }
  g_array_sort (self->tests, compare_tests);
  self->best_error = NAN;
  for (guint i = 0; i < self->tests->len; i++)
    self->best_error = fmin (self->best_error, g_array_index (self->tests, RnTest, i).error);
}

void
rn_record_adopt (RnRecord *self, RnRecord *fresh)
{
  gint64 own_step = 0, fresh_step = 0;
  gboolean lacks;

  lacks = adopt_series (self->loss, fresh->loss);
  lacks |= adopt_series (self->error, fresh->error);
  for (int i = 0; i < RN_N_MEASURES; i++)
    lacks |= adopt_strip (self->strips[i], fresh->strips[i], self->settings.measure_every);
  adopt_tests (self, fresh);
  rn_record_get_newest (self, &own_step);
  if (rn_record_get_newest (fresh, &fresh_step) != NULL && fresh_step > own_step)
    {
      g_array_set_size (self->newest, 0);
      g_array_append_vals (self->newest, fresh->newest->data, fresh->newest->len);
    }
  self->lacks = lacks;
  self->last_step = MAX (self->last_step, fresh->last_step);
  if (self->epoch_steps == 0.0)
    self->epoch_steps = fresh->epoch_steps;
  changed (self, RN_RECORD_HISTORY | RN_RECORD_TESTS | RN_RECORD_MEASURES);
}

gboolean
rn_record_is_incomplete (RnRecord *self)
{
  return self->lacks;
}

/* Looking */

const RnSpec *
rn_record_get_spec (RnRecord *self)
{
  return self->spec;
}

const RnSettings *
rn_record_get_settings (RnRecord *self)
{
  return &self->settings;
}

void
rn_record_set_steps (RnRecord *self, gint64 steps)
{
  self->settings.steps = steps;
}

const char *
rn_record_get_path (RnRecord *self)
{
  return self->path;
}

const char *
rn_record_get_damage (RnRecord *self)
{
  return self->damage;
}

const char *
rn_record_get_data (RnRecord *self)
{
  return self->data;
}

void
rn_record_set_data (RnRecord *self, const char *data)
{
  g_free (self->data);
  self->data = g_strdup (data);
}

gint64
rn_record_get_last_step (RnRecord *self)
{
  return self->last_step;
}

double
rn_record_get_epoch_steps (RnRecord *self)
{
  return self->epoch_steps;
}

RnSeries *
rn_record_get_loss (RnRecord *self)
{
  return self->loss;
}

RnSeries *
rn_record_get_error (RnRecord *self)
{
  return self->error;
}

RnStripData *
rn_record_get_strip (RnRecord *self, RnMeasureKind kind)
{
  g_return_val_if_fail (kind >= 0 && kind < RN_N_MEASURES, NULL);
  return self->strips[kind];
}

const GArray *
rn_record_get_tests (RnRecord *self)
{
  return self->tests;
}

const GArray *
rn_record_get_marks (RnRecord *self)
{
  return self->marks;
}

const GArray *
rn_record_get_responses (RnRecord *self)
{
  return self->responses;
}

const GArray *
rn_record_get_stamps (RnRecord *self)
{
  return self->stamps;
}

const RnBlockMeasure *
rn_record_get_newest (RnRecord *self, gint64 *step)
{
  if (self->newest->len == 0)
    return NULL;
  if (step != NULL)
    *step = g_array_index (self->newest, RnBlockMeasure, 0).step;
  return (const RnBlockMeasure *) (gpointer) self->newest->data;
}

double
rn_record_get_best_error (RnRecord *self)
{
  return self->best_error;
}
