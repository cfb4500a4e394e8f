#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "charts/strip.h"
#include "data/loader.h"
#include "network/model.h"
#include "spine/spine.h"
#include "../core/network/reference.h"
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

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_the_head_leads_back_to_the_network_in_training (Fixture *fixture, gconstpointer data)
{
  RnSession *session = fixture->world.session;
  RnSpineHead *head = rn_spine_get_head (fixture->spine);
  g_autoptr (RnSpec) other = rn_spec_preset ("resnet8", NULL);
  RnDocument *live;

  rn_session_open_dataset (session, fixture->world.data);
  world_wait (&fixture->world, has_dataset, 20.0);
  g_assert_null (rn_spine_head_get_live_text (head));
  rn_session_start (session);
  world_wait (&fixture->world, is_running, 20.0);
  rn_session_pause (session);
  world_wait (&fixture->world, is_paused, 20.0);
  live = rn_session_get_live (session);
  g_assert_null (rn_spine_head_get_live_text (head));
  rn_session_show_sketch (session, other, "other.json");
  g_assert_cmpstr (rn_spine_head_get_live_text (head), ==, "tiny, run 1 is in training");
  g_signal_emit_by_name (find_button (GTK_WIDGET (head), "Show"), "clicked");
  g_assert_true (rn_session_get_document (session) == live);
  g_assert_null (rn_spine_head_get_live_text (head));
  rn_session_show_sketch (session, other, "other.json");
  rn_session_stop (session);
  world_wait (&fixture->world, is_settled, 20.0);
  g_assert_null (rn_spine_head_get_live_text (head));
}

/* Against plain arithmetic */

/* What F(x) is to x in block @index when @batch goes through the network with the parameters of @model: loops in double
 * precision that share no arithmetic with the program
 */
static double
compute_ratio (const RnModel *model, const RnBatch *batch, int index)
{
  g_autoptr (RefNetwork) ref = ref_network_new (rn_model_get_spec (model), batch->n, 0, 0);
  const RnLayoutBlock *block = &ref->layout->blocks[index];
  const gsize count = (gsize) batch->n * block->out_h * block->out_w * block->out_c;

  ref_network_set_arena (ref, rn_model_get_arena (model));
  ref_network_set_x (ref, batch->x);
  ref_network_train (ref, batch->labels);
  return ref_rms (ref->blocks[index].f, count) / ref_rms (ref->blocks[index].s, count);
}

/* The weights of the shown run before each of its steps, from a training that does the same to the bit.
 * Returns: (transfer full) (element-type RnModel)
 */
static GPtrArray *
train_again (Fixture *fixture, RnLoader **loader)
{
  RnSession *session = fixture->world.session;
  const RnSettings *settings = rn_record_get_settings (rn_session_get_record (session));
  g_autofree char *path = g_build_filename (fixture->world.folder, "again", NULL);
  GPtrArray *models = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_model_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnTrainer) trainer = rn_trainer_new (path, rn_session_get_spec (session), settings,
                                                  rn_session_get_dataset (session), 1, &error);

  g_assert_no_error (error);
  for (gint64 step = 0; step < settings->steps; step++)
    {
      g_ptr_array_add (models, rn_trainer_copy_model (trainer));
      rn_trainer_run (trainer, 1);
      rn_trainer_wait (trainer);
    }
  *loader = rn_loader_new (rn_session_get_dataset (session), rn_trainer_get_preprocess (trainer),
                           &settings->augment, settings->batch, settings->drop_last, settings->seed,
                           &error);
  g_assert_no_error (error);
  return models;
}

/* What the spine says of block @index, as a number; NaN while it has not heard of it */
static double
read_ratio (Fixture *fixture, int index)
{
  g_autofree char *row = rn_spine_describe_block (fixture->spine, index);
  const char *number = strstr (row, "ratio ");

  return number == NULL ? NAN : g_ascii_strtod (number + strlen ("ratio "), NULL);
}

static double wanted_ratio;

/* Three digits are shown. */
static gboolean
says_wanted_ratio (World *world)
{
  Fixture *fixture = (Fixture *) (gpointer) world;

  return fabs (read_ratio (fixture, wanted_index) - wanted_ratio) <= 0.006 * wanted_ratio;
}

static void
test_twenty_random_numbers_are_those_of_plain_arithmetic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) measures = train (fixture);
  const RnSpec *spec = rn_session_get_spec (fixture->world.session);
  g_autoptr (RnLoader) loader = NULL;
  g_autoptr (GPtrArray) models = train_again (fixture, &loader);
  int n_checked = 0;

  G_STATIC_ASSERT (G_STRUCT_OFFSET (Fixture, world) == 0);
  while (n_checked < 20)
    {
      const gint64 step = g_test_rand_int_range (1, (gint32) models->len + 1);
      const RnBatch *batch = rn_loader_get (loader, step - 1, NULL);

      wanted_index = g_test_rand_int_range (0, rn_spec_n_blocks (spec));
      if (rn_block_kind_is_plain (rn_spec_get_block (spec, wanted_index)->kind))
        continue;
      wanted_ratio = compute_ratio (models->pdata[step - 1], batch, wanted_index);
      go_to (fixture, step);
      world_wait (&fixture->world, says_wanted_ratio, 10.0);
      n_checked++;
    }
}

/* Fills the tensor @name of the safetensors file @path with zeros. */
static void
clear_tensor (const char *path, const char *name)
{
  g_autofree char *bytes = NULL, *wanted = g_strdup_printf ("\"%s\"", name), *header = NULL;
  const char *offsets;
  guint64 length, from, to;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  memcpy (&length, bytes, sizeof length);
  length = GUINT64_FROM_LE (length);
  header = g_strndup (bytes + 8, length);
  offsets = strstr (strstr (header, wanted), "\"data_offsets\":[");
  g_assert_nonnull (offsets);
  g_assert_cmpint (sscanf (offsets, "\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT,
                           &from, &to),
                   ==, 2);
  g_assert_cmpuint (8 + length + to, <=, n);
  memset (bytes + 8 + length + from, 0, to - from);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
}

static gboolean
is_block_2_heard (World *world)
{
  return read_ratio ((Fixture *) (gpointer) world, 1) > 0.0;
}

static void
start_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (rn_session_open_run_finish (RN_SESSION (source), result, NULL));
  rn_session_start (RN_SESSION (source));
}

static void
test_a_branch_that_a_checkpoint_silences_reads_zero_alone (Fixture *fixture, gconstpointer data)
{
  RnSession *session = fixture->world.session;
  g_autofree char *path = g_build_filename (fixture->world.folder, "runs", "silenced", NULL);
  g_autofree char *checkpoint =
      g_build_filename (path, "checkpoints", "step-00000010.safetensors", NULL);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  RnSettings settings = *rn_session_get_settings (session);
  RnTrainer *trainer;

  rn_session_open_dataset (session, fixture->world.data);
  world_wait (&fixture->world, has_dataset, 20.0);
  settings.steps = 14;
  settings.measure_every = 1;
  trainer = rn_trainer_new (path, spec, &settings, rn_session_get_dataset (session), 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 10);
  rn_trainer_wait (trainer);
  rn_trainer_free (trainer);
  clear_tensor (checkpoint, "layer2.0.bn2.weight");
  clear_tensor (checkpoint, "layer2.0.bn2.bias");

  rn_session_open_run_async (session, path, start_opened, NULL);
  world_wait (&fixture->world, has_ended, 60.0);
  rn_strip_set_data (fixture->strip,
                     rn_record_get_strip (rn_session_get_record (session), RN_MEASURE_RATIO),
                     rn_session_get_spec (session));
  go_to (fixture, 11);
  assert_says (fixture, 1, 11, "0");
  g_assert_cmpfloat (read_ratio (fixture, 0), >, 0.0);
  go_to (fixture, 10);
  world_wait (&fixture->world, is_block_2_heard, 10.0);
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
  g_test_add ("/spine-run/the head leads back to the network in training", Fixture,
              GINT_TO_POINTER (60), set_up, test_the_head_leads_back_to_the_network_in_training,
              tear_down);
  g_test_add ("/spine-run/twenty random numbers are those of plain arithmetic", Fixture,
              GINT_TO_POINTER (4), set_up, test_twenty_random_numbers_are_those_of_plain_arithmetic,
              tear_down);
  g_test_add ("/spine-run/a branch that a checkpoint silences reads zero alone", Fixture,
              GINT_TO_POINTER (4), set_up,
              test_a_branch_that_a_checkpoint_silences_reads_zero_alone, tear_down);
  return g_test_run ();
}
