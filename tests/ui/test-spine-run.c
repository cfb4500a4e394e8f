#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "charts/strip.h"
#include "spine/spine.h"
#include "../core/train/tiny.h"
#include "training.h"

/* Spine and strip say what a real run has on disk, at any step, for each block its own. */

typedef struct
{
  World world;
  GtkWidget *window;
  RnSpine *spine;
  RnStrip *strip;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer epochs)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *spine, *strip;

  world_set_up (&fixture->world, epochs);
  spine = rn_spine_new (fixture->world.session);
  strip = rn_strip_new (RN_MEASURE_RATIO, rn_session_get_time (fixture->world.session),
                        rn_session_get_selection (fixture->world.session));
  fixture->spine = RN_SPINE (spine);
  fixture->strip = RN_STRIP (strip);
  gtk_widget_set_hexpand (strip, TRUE);
  gtk_box_append (GTK_BOX (box), spine);
  gtk_box_append (GTK_BOX (box), strip);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
  rn_session_set_clock (fixture->world.session, fixture->window);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer epochs)
{
  rn_session_set_clock (fixture->world.session, NULL);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  world_tear_down (&fixture->world, epochs);
}

static gboolean
has_ended (World *world)
{
  return is_settled (world) && rn_session_get_status (world->session)->state == RN_STATE_FINISHED;
}

/* Trains to the end. Returns: (transfer full) (element-type RnBlockMeasure): blocks.bin */
static GArray *
train (Fixture *fixture)
{
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GError) error = NULL;
  GArray *measures;

  rn_session_open_dataset (fixture->world.session, fixture->world.data);
  world_wait (&fixture->world, has_dataset, 20.0);
  rn_session_start (fixture->world.session);
  world_wait (&fixture->world, has_ended, 60.0);
  run = world_open_run (&fixture->world);
  measures = rn_run_read_measures (run, &error);
  g_assert_no_error (error);
  rn_strip_set_data (fixture->strip,
                     rn_record_get_strip (rn_session_get_record (fixture->world.session),
                                          RN_MEASURE_RATIO),
                     rn_session_get_spec (fixture->world.session));
  return measures;
}

static gint64 wanted_step;

static gboolean
has_wanted_step (World *world)
{
  gint64 step = -1;

  return rn_session_get_measures (world->session, &step) != NULL && step == wanted_step;
}

static void
go_to (Fixture *fixture, gint64 step)
{
  wanted_step = step;
  rn_time_axis_set_cursor (rn_session_get_time (fixture->world.session), step);
  world_wait (&fixture->world, has_wanted_step, 10.0);
}

static const RnSpine *watched_spine;
static const char *wanted_text;
static int wanted_index;

static gboolean
says_wanted_text (World *world)
{
  g_autofree char *row = rn_spine_describe_block ((RnSpine *) watched_spine, wanted_index);

  return strstr (row, wanted_text) != NULL;
}

/* @number: as it is shown. Spine and strip say it of block @index at @step; the spine within its tenth of a second. */
static void
assert_says (Fixture *fixture, int index, gint64 step, const char *number)
{
  g_autofree char *cell = rn_strip_describe (fixture->strip, index, step);
  g_autofree char *in_row = g_strdup_printf ("ratio %s,", number);
  g_autofree char *in_cell = g_strdup_printf (": %s", number);

  watched_spine = fixture->spine;
  wanted_text = in_row;
  wanted_index = index;
  world_wait (&fixture->world, says_wanted_text, 10.0);
  g_assert_true (g_str_has_suffix (cell, in_cell));
}

static void
test_twenty_random_numbers_are_those_of_the_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) measures = train (fixture);
  const RnSpec *spec = rn_session_get_spec (fixture->world.session);
  const int n = rn_spec_n_blocks (spec);
  int n_checked = 0;

  while (n_checked < 20)
    {
      const guint at = (guint) g_test_rand_int_range (0, (gint32) measures->len);
      const RnBlockMeasure *measure = &g_array_index (measures, RnBlockMeasure, at);
      g_autofree char *number = NULL;
      int index = 0;

      while (index < n && rn_spec_get_block (spec, index)->id != measure->block)
        index++;
      g_assert_cmpint (index, <, n);
      /* a plain block has no shortcut to compare with */
      if (isnan (measure->rms_s))
        continue;
      number =
          rn_measure_format (RN_MEASURE_RATIO, (double) measure->rms_f / (double) measure->rms_s);
      go_to (fixture, measure->step);
      assert_says (fixture, index, measure->step, number);
      n_checked++;
    }
}

/* The first step is measured before anything is learned: gamma and beta of the block's last batch-norm are zero. */
static void
test_a_branch_that_gives_nothing_reads_zero_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GArray) measures = NULL;
  g_autoptr (GError) error = NULL;
  RnBlockSpec block = *rn_spec_get_block (spec, 1);

  block.zero_gamma = TRUE;
  g_assert_true (rn_spec_set_block (spec, 1, block, &error));
  rn_session_show_sketch (fixture->world.session, spec, NULL);
  measures = train (fixture);
  go_to (fixture, 1);
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockMeasure *measure = &g_array_index (measures, RnBlockMeasure, i);
      g_autofree char *number =
          rn_measure_format (RN_MEASURE_RATIO, (double) measure->rms_f / (double) measure->rms_s);

      g_assert_cmpint (measure->step, ==, 1);
      if (!isnan (measure->rms_s))
        assert_says (fixture, i, 1, i == 1 ? "0" : number);
    }
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      g_autofree char *row = rn_spine_describe_block (fixture->spine, i);

      g_assert_cmpint (strstr (row, "ratio 0,") != NULL, ==, i == 1);
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/spine-run/twenty random numbers are those of the run", Fixture, GINT_TO_POINTER (4),
              set_up, test_twenty_random_numbers_are_those_of_the_run, tear_down);
  g_test_add ("/spine-run/a branch that gives nothing reads zero alone", Fixture,
              GINT_TO_POINTER (1), set_up, test_a_branch_that_gives_nothing_reads_zero_alone,
              tear_down);
  return g_test_run ();
}
