#include "state/record.h"

#include <math.h>
#include <string.h>

#include "../core/train/tiny.h"
#include "train/feed.h"

/* A record by hand: snapshots as the worker makes them. */

static RnRecord *
record_new (gint64 measure_every)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  RnSettings settings;

  rn_settings_init (&settings);
  settings.measure_every = measure_every;
  return rn_record_new (spec, &settings, NULL);
}

static float
loss_of (gint64 step)
{
  return 1.0f + (float) (step * 7919 % 1000) / 1000.0f;
}

static float
ratio_of (gint64 step, int block)
{
  return (float) block + (float) step / 1024.0f;
}

static void
add_point (RnSnapshot *snapshot, gint64 step)
{
  const double loss = loss_of (step);
  const RnPoint point = { step, step, loss, loss, loss, 0.5, 0.5, 0.5, 0.1 };

  g_array_append_val (snapshot->points, point);
}

static void
add_measures (RnSnapshot *snapshot, gint64 step)
{
  for (int i = 0; i < 3; i++)
    {
      const RnBlockMeasure measure = { .step = step,
                                       .block = (guint32) i + 1,
                                       .rms_s = i == 2 ? NAN : 1.0f,
                                       .rms_f = ratio_of (step, i),
                                       .ratio = i == 2 ? NAN : ratio_of (step, i),
                                       .gradient = 0.5f,
                                       .dead = 0.25f,
                                       .response = 2.0f };

      g_array_append_val (snapshot->measures, measure);
    }
}

static void
take_steps (RnRecord *record, gint64 first, gint64 last)
{
  for (gint64 step = first; step <= last; step++)
    {
      g_autoptr (RnSnapshot) snapshot = rn_snapshot_new ();

      snapshot->state = RN_STATE_RUNNING;
      snapshot->step = step;
      snapshot->epoch = (double) step / 8.0;
      add_point (snapshot, step);
      add_measures (snapshot, step);
      rn_record_take_snapshot (record, snapshot);
    }
}

static void
assert_steps (RnRecord *record, gint64 last)
{
  RnStripData *ratios = rn_record_get_strip (record, RN_MEASURE_RATIO);
  RnColumn entry;

  g_assert_cmpint (rn_record_get_last_step (record), ==, last);
  g_assert_cmpint (rn_series_last_step (rn_record_get_loss (record)), ==, last);
  g_assert_cmpuint (rn_series_n (rn_record_get_loss (record)), ==, last);
  g_assert_cmpint (rn_strip_data_n_columns (ratios), ==, last);
  for (gint64 step = 1; step <= last; step++)
    {
      g_assert_true (rn_series_lookup (rn_record_get_loss (record), step, &entry));
      g_assert_cmpint (entry.last, ==, step);
      g_assert_cmpfloat (entry.mean, ==, loss_of (step));
      g_assert_cmpfloat (rn_strip_data_get_column (ratios, (int) step - 1)[1], ==,
                         ratio_of (step, 1));
      g_assert_true (isnan (rn_strip_data_get_column (ratios, (int) step - 1)[2]));
    }
}

static void
test_what_the_feed_tells_is_there (void)
{
  g_autoptr (RnRecord) record = record_new (1);
  gint64 step;

  take_steps (record, 1, 40);
  assert_steps (record, 40);
  g_assert_false (rn_record_is_incomplete (record));
  g_assert_cmpfloat (rn_record_get_epoch_steps (record), ==, 8.0);
  g_assert_cmpfloat (rn_record_get_newest (record, &step)[1].ratio, ==, ratio_of (40, 1));
  g_assert_cmpint (step, ==, 40);
  g_assert_true (isnan (rn_record_get_best_error (record)));
}

static void
note_change (guint *changes, guint flags)
{
  *changes |= flags;
}

static void
test_changes_are_told_by_kind (void)
{
  g_autoptr (RnRecord) record = record_new (1);
  g_autoptr (RnSnapshot) tested = rn_snapshot_new (), quiet = rn_snapshot_new ();
  const RnMark mark = { RN_MARK_TEST, 4, 0.25, 0.75 };
  const RnLayerResponse response = { "layer1.0.bn1", 1, 3, 0.5 };
  guint changes = 0;

  g_signal_connect_swapped (record, "changed", G_CALLBACK (note_change), &changes);
  take_steps (record, 1, 4);
  g_assert_cmpuint (changes, ==, RN_RECORD_HISTORY | RN_RECORD_MEASURES);
  changes = 0;
  tested->step = 4;
  g_array_append_val (tested->marks, mark);
  g_array_append_val (tested->responses, response);
  rn_record_take_snapshot (record, tested);
  g_assert_cmpuint (changes, ==, RN_RECORD_TESTS | RN_RECORD_RESPONSES);
  g_assert_cmpfloat (rn_record_get_best_error (record), ==, 0.25);
  g_assert_cmpfloat (g_array_index (rn_record_get_tests (record), RnTest, 0).loss, ==, 0.75);
  g_assert_cmpstr (g_array_index (rn_record_get_responses (record), RnRecordResponse, 0).name, ==,
                   "layer1.0.bn1");
  changes = 0;
  quiet->step = 4;
  rn_record_take_snapshot (record, quiet);
  g_assert_cmpuint (changes, ==, 0);
}

static void
test_merged_points_and_missing_measures_make_it_incomplete (void)
{
  g_autoptr (RnRecord) merged = record_new (0), missing = record_new (1), rare = record_new (4);
  g_autoptr (RnSnapshot) pair = rn_snapshot_new (), late = rn_snapshot_new (),
                         fourth = rn_snapshot_new (), eighth = rn_snapshot_new ();
  const RnPoint point = { 1, 2, 1.0, 2.0, 1.5, 0.5, 0.5, 0.5, 0.1 };

  pair->step = 2;
  g_array_append_val (pair->points, point);
  rn_record_take_snapshot (merged, pair);
  g_assert_true (rn_record_is_incomplete (merged));

  late->step = 2;
  add_point (late, 1);
  add_point (late, 2);
  add_measures (late, 2);
  rn_record_take_snapshot (missing, late);
  g_assert_true (rn_record_is_incomplete (missing));

  fourth->step = 4;
  add_measures (fourth, 4);
  eighth->step = 8;
  add_measures (eighth, 8);
  rn_record_take_snapshot (rare, fourth);
  rn_record_take_snapshot (rare, eighth);
  g_assert_false (rn_record_is_incomplete (rare));
}

static void
test_a_run_that_went_back_is_cut (void)
{
  g_autoptr (RnRecord) record = record_new (1);
  g_autoptr (RnSnapshot) back = rn_snapshot_new (), told = rn_snapshot_new ();
  const RnMark rate = { RN_MARK_RATE, 25, 0.01, 0.0 }, test = { RN_MARK_TEST, 30, 0.5, 1.0 };

  take_steps (record, 1, 30);
  told->step = 30;
  g_array_append_val (told->marks, rate);
  g_array_append_val (told->marks, test);
  rn_record_take_snapshot (record, told);
  back->state = RN_STATE_RUNNING;
  back->step = 20;
  rn_record_take_snapshot (record, back);
  assert_steps (record, 20);
  g_assert_cmpuint (rn_record_get_tests (record)->len, ==, 0);
  /* the command stays: it happens again at its step */
  g_assert_cmpuint (rn_record_get_marks (record)->len, ==, 1);
  g_assert_null (rn_record_get_newest (record, NULL));
  take_steps (record, 21, 35);
  assert_steps (record, 35);
}

static void
test_adopting_fills_in_what_was_merged_and_keeps_what_came_since (void)
{
  g_autoptr (RnRecord) record = record_new (1), fresh = record_new (1);
  RnSeries *loss = rn_record_get_loss (record);
  RnStripData *strip = rn_record_get_strip (record, RN_MEASURE_RATIO);
  g_autoptr (RnSnapshot) merged = rn_snapshot_new ();
  RnPoint point = { 11, 18, 0.0, 9.0, 4.5, 0.5, 0.5, 0.5, 0.1 };

  take_steps (record, 1, 10);
  merged->step = 20;
  merged->state = RN_STATE_RUNNING;
  g_array_append_val (merged->points, point);
  add_point (merged, 19);
  add_point (merged, 20);
  add_measures (merged, 20);
  rn_record_take_snapshot (record, merged);
  g_assert_true (rn_record_is_incomplete (record));
  rn_series_smooth (loss, 0.75);

  take_steps (fresh, 1, 25);
  take_steps (record, 21, 30);
  rn_record_adopt (record, fresh);
  assert_steps (record, 30);
  g_assert_false (rn_record_is_incomplete (record));
  g_assert_true (rn_record_get_loss (record) == loss);
  g_assert_true (rn_record_get_strip (record, RN_MEASURE_RATIO) == strip);
  g_assert_cmpfloat (rn_series_get_weight (loss), ==, 0.75);
  take_steps (record, 31, 35);
  assert_steps (record, 35);
}

static void
test_what_was_merged_since_stays_incomplete (void)
{
  g_autoptr (RnRecord) record = record_new (1), fresh = record_new (1);
  g_autoptr (RnSnapshot) late = rn_snapshot_new ();

  take_steps (record, 1, 10);
  take_steps (fresh, 1, 10);
  late->step = 12;
  add_point (late, 11);
  add_point (late, 12);
  add_measures (late, 12);
  rn_record_take_snapshot (record, late);
  rn_record_adopt (record, fresh);
  g_assert_true (rn_record_is_incomplete (record));
}

static void
test_a_long_run_has_the_same_strip_after_adopting (void)
{
  g_autoptr (RnRecord) record = record_new (1), fresh = record_new (1), whole = record_new (1);
  const int kinds[] = { RN_MEASURE_RATIO, RN_MEASURE_DEAD };

  take_steps (whole, 1, 5000);
  take_steps (fresh, 1, 4500);
  take_steps (record, 1, 2);
  take_steps (record, 4501, 5000);
  g_assert_true (rn_record_is_incomplete (record));
  rn_record_adopt (record, fresh);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      RnStripData *a = rn_record_get_strip (record, kinds[k]);
      RnStripData *b = rn_record_get_strip (whole, kinds[k]);

      g_assert_cmpint (rn_strip_data_n_columns (a), ==, rn_strip_data_n_columns (b));
      for (int i = 0; i < rn_strip_data_n_columns (a); i++)
        g_assert_cmpmem (rn_strip_data_get_column (a, i), 3 * sizeof (float),
                         rn_strip_data_get_column (b, i), 3 * sizeof (float));
    }
}

/* Time counts while it runs, and stands still while it is paused. */
static void
test_stamps_leave_pauses_out (void)
{
  g_autoptr (RnRecord) record = record_new (0);
  const GArray *stamps = rn_record_get_stamps (record);
  g_autoptr (RnSnapshot) running = rn_snapshot_new (), paused = rn_snapshot_new (),
                         again = rn_snapshot_new (), last = rn_snapshot_new ();
  gint64 first_us, second_us;

  running->state = RN_STATE_RUNNING;
  first_us = -g_get_monotonic_time ();
  rn_record_take_snapshot (record, running);
  g_usleep (1100000);
  paused->state = RN_STATE_PAUSED;
  paused->step = 1;
  add_point (paused, 1);
  rn_record_take_snapshot (record, paused);
  first_us += g_get_monotonic_time ();
  g_usleep (1500000);
  again->state = RN_STATE_RUNNING;
  again->step = 1;
  second_us = -g_get_monotonic_time ();
  rn_record_take_snapshot (record, again);
  g_usleep (1100000);
  last->state = RN_STATE_RUNNING;
  last->step = 2;
  add_point (last, 2);
  rn_record_take_snapshot (record, last);
  second_us += g_get_monotonic_time ();
  g_assert_cmpuint (stamps->len, ==, 2);
  g_assert_cmpint (g_array_index (stamps, RnTimeStamp, 1).step, ==, 2);
  g_assert_cmpfloat_with_epsilon (g_array_index (stamps, RnTimeStamp, 0).seconds,
                                  (double) first_us * 1e-6, 0.1);
  g_assert_cmpfloat_with_epsilon (g_array_index (stamps, RnTimeStamp, 1).seconds,
                                  (double) (first_us + second_us) * 1e-6, 0.2);
}

/* A run on disk by hand */

static char *
stored_run (const char *folder)
{
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 48, 12);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (RnTrainer) trainer = NULL;
  RnSettings settings;

  rn_settings_init (&settings);
  settings.steps = 9;
  settings.batch = 16;
  settings.measure_every = 2;
  trainer = rn_trainer_new (path, spec, &settings, dataset, 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 4);
  rn_trainer_wait (trainer);
  rn_trainer_set_rate (trainer, 0.0625);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  return path;
}

static void
test_stored_stamps_leave_pauses_out (void)
{
  g_autofree char *folder = tiny_folder_new (), *path = stored_run (folder);
  g_autofree char *timing = g_build_filename (path, "timing.csv", NULL);
  g_autoptr (RnRecord) record = NULL;
  const GArray *stamps;
  static const double expected[] = { 0.0, 10.0, 20.0, 22.0, 32.0 };

  /* 16 pictures a step at 16 a second: the two steps around the night took two seconds */
  g_assert_true (g_file_set_contents (timing,
                                      "step,time,pictures_per_s,threads,isa,blas\n"
                                      "1,1000,16.0,2,avx2,Zen\n"
                                      "3,1010,16.0,2,avx2,Zen\n"
                                      "5,1020,16.0,2,avx2,Zen\n"
                                      "7,40000,16.0,2,avx2,Zen\n"
                                      "9,40010,16.0,2,avx2,Zen\n",
                                      -1, NULL));
  record = rn_record_load (path, NULL);
  stamps = rn_record_get_stamps (record);
  g_assert_cmpuint (stamps->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (g_array_index (stamps, RnTimeStamp, i).seconds, ==, expected[i]);
  tiny_folder_remove (folder);
}

static void
test_a_stored_run_is_read_whole (void)
{
  g_autofree char *folder = tiny_folder_new (), *path = stored_run (folder);
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRecord) record = rn_record_load (path, &error);
  const RnRecordMark *mark;
  gint64 from, to, step;

  g_assert_no_error (error);
  g_assert_cmpint (rn_record_get_last_step (record), ==, 9);
  g_assert_cmpfloat (rn_record_get_epoch_steps (record), ==, 3.0);
  g_assert_cmpuint (rn_record_get_tests (record)->len, ==, 3);
  g_assert_cmpint (rn_strip_data_n_columns (rn_record_get_strip (record, RN_MEASURE_GRADIENT)), ==,
                   4);
  rn_strip_data_get_span (rn_record_get_strip (record, RN_MEASURE_GRADIENT), 3, &from, &to);
  g_assert_cmpint (from, ==, 6);
  g_assert_cmpint (to, ==, 8);
  g_assert_nonnull (rn_record_get_newest (record, &step));
  g_assert_cmpint (step, ==, 8);
  mark = &g_array_index (rn_record_get_marks (record), RnRecordMark, 0);
  g_assert_cmpuint (rn_record_get_marks (record)->len, ==, 1);
  g_assert_cmpint (mark->kind, ==, RN_MARK_RATE);
  g_assert_cmpint (mark->step, ==, 4);
  g_assert_cmpfloat (mark->value, ==, 0.0625);
  g_assert_cmpstr (rn_record_get_data (record), ==, data);
  g_assert_false (rn_record_is_incomplete (record));
  tiny_folder_remove (folder);
}

static void
test_a_broken_run_is_refused_naming_the_file (void)
{
  g_autofree char *folder = tiny_folder_new (), *path = stored_run (folder);
  g_autofree char *history = g_build_filename (path, "history.csv", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (history, "step,epoch\n1,2\n", -1, NULL));
  g_assert_null (rn_record_load (path, &error));
  g_assert_nonnull (strstr (error->message, history));
  tiny_folder_remove (folder);
}

/* Whatever byte is another, and wherever the file ends: the run opens with its curve, and with no measure that nobody
 * took. */
static void
test_a_run_with_damaged_measures_opens_with_those_before (void)
{
  g_autofree char *folder = tiny_folder_new (), *path = stored_run (folder);
  g_autofree char *blocks = g_build_filename (path, "blocks.bin", NULL), *whole = NULL;
  gsize length;
  int n_told = 0;

  g_assert_true (g_file_get_contents (blocks, &whole, &length, NULL));
  for (int i = 0; i < 200; i++)
    {
      const gsize at = (gsize) g_test_rand_int_range (0, (gint32) length);
      const gboolean is_torn = i % 4 == 0;
      g_autofree char *bytes = g_memdup2 (whole, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnRecord) record = NULL;
      gint64 step = 0;

      bytes[at] = (char) (bytes[at] ^ g_test_rand_int_range (1, 256));
      g_assert_true (g_file_set_contents (blocks, bytes, (gssize) (is_torn ? at : length), NULL));
      record = rn_record_load (path, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rn_record_get_last_step (record), ==, 9);
      if (rn_record_get_newest (record, &step) != NULL)
        g_assert_cmpint (step, <=, 10);
      n_told += rn_record_get_damage (record) != NULL;
    }
  g_assert_cmpint (n_told, >, 10);
  tiny_folder_remove (folder);
}

static void
test_a_run_with_damaged_measures_can_be_resumed_and_says_so (void)
{
  g_autofree char *folder = tiny_folder_new (), *path = stored_run (folder);
  g_autofree char *blocks = g_build_filename (path, "blocks.bin", NULL), *whole = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (RnRecord) record = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (blocks, &whole, &length, NULL));
  /* the step of the fifth record is nine now, more than that of the sixth */
  whole[16 + 4 * 36] = 9;
  g_assert_true (g_file_set_contents (blocks, whole, (gssize) length, NULL));
  trainer = rn_trainer_resume (path, NULL, 0, 1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (rn_trainer_get_warnings (trainer)[0], blocks));
  g_clear_pointer (&trainer, rn_trainer_free);
  record = rn_record_load (path, &error);
  g_assert_no_error (error);
  g_assert_null (rn_record_get_damage (record));
  tiny_folder_remove (folder);
}

#define ADD(name) g_test_add_func ("/record/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (what_the_feed_tells_is_there);
  ADD (changes_are_told_by_kind);
  ADD (merged_points_and_missing_measures_make_it_incomplete);
  ADD (a_run_that_went_back_is_cut);
  ADD (adopting_fills_in_what_was_merged_and_keeps_what_came_since);
  ADD (what_was_merged_since_stays_incomplete);
  ADD (a_long_run_has_the_same_strip_after_adopting);
  ADD (stamps_leave_pauses_out);
  ADD (stored_stamps_leave_pauses_out);
  ADD (a_stored_run_is_read_whole);
  ADD (a_broken_run_is_refused_naming_the_file);
  ADD (a_run_with_damaged_measures_opens_with_those_before);
  ADD (a_run_with_damaged_measures_can_be_resumed_and_says_so);
  return g_test_run ();
}
