#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "pages/memory-check.h"
#include "pages/throttle.h"
#include "pages/train-page.h"
#include "state/format.h"

#define N_PICTURES 60
#define SIDE 8
#define WAIT_MS 20000

static char *folder; /* of data and runs, removed at the end */

/* Data: two classes of noise, IDX */

static void
put_be32 (GByteArray *bytes, guint32 value)
{
  const guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big, 4);
}

static void
write_idx (const char *split, guint n)
{
  g_autoptr (GByteArray) pictures = g_byte_array_new (), labels = g_byte_array_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (n);
  g_autofree char *pictures_name = g_strdup_printf ("%s-images-idx3-ubyte", split);
  g_autofree char *labels_name = g_strdup_printf ("%s-labels-idx1-ubyte", split);
  g_autofree char *pictures_path = g_build_filename (folder, "data", pictures_name, NULL);
  g_autofree char *labels_path = g_build_filename (folder, "data", labels_name, NULL);

  put_be32 (pictures, 0x803);
  put_be32 (pictures, n);
  put_be32 (pictures, SIDE);
  put_be32 (pictures, SIDE);
  put_be32 (labels, 0x801);
  put_be32 (labels, n);
  for (guint i = 0; i < n; i++)
    {
      const guint8 label = i % 2;

      for (int p = 0; p < SIDE * SIDE; p++)
        {
          const guint8 pixel = (guint8) g_rand_int_range (random, 0, label ? 100 : 256);

          g_byte_array_append (pictures, &pixel, 1);
        }
      g_byte_array_append (labels, &label, 1);
    }
  g_assert_true (g_file_set_contents (pictures_path, (char *) pictures->data, pictures->len, NULL));
  g_assert_true (g_file_set_contents (labels_path, (char *) labels->data, labels->len, NULL));
}

static void
make_data (void)
{
  g_autofree char *data = NULL;

  folder = g_dir_make_tmp ("residua-train-page-XXXXXX", NULL);
  data = g_build_filename (folder, "data", NULL);
  g_mkdir (data, 0700);
  write_idx ("train", N_PICTURES);
  write_idx ("t10k", 20);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static RnSpec *
make_spec (void)
{
  RnSpec *spec = rn_spec_new ("tiny", SIDE, 1, RN_STEM_3X3, 4, 2, NULL);
  const RnBlockSpec block = { .kind = RN_BLOCK_BASIC, .channels = 4, .stride = 1 };

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  g_assert_true (rn_spec_add_block (spec, 1, block, NULL));
  return spec;
}

static RnSession *
make_session (void)
{
  g_autofree char *runs = g_build_filename (folder, "runs", NULL);
  g_autoptr (RnSpec) spec = make_spec ();
  RnSession *session = rn_session_new (runs);

  rn_session_show_sketch (session, spec, NULL);
  return session;
}

typedef gboolean (*Condition) (gpointer data);

static void
wait_until (Condition condition, gpointer data)
{
  const gint64 end = g_get_monotonic_time () + WAIT_MS * 1000;

  while (!condition (data) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_assert_true (condition (data));
}

static gboolean
has_passed (gpointer end)
{
  return g_get_monotonic_time () >= *(gint64 *) end;
}

static void
wait_ms (int milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  wait_until (has_passed, &end);
}

/* A page of a session, in a window */
typedef struct
{
  RnSession *session;
  RnTrainPage *page;
  GtkWidget *window;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->session = make_session ();
  f->page = RN_TRAIN_PAGE (rn_train_page_new (f->session));
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 640);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->page));
  rn_session_set_clock (f->session, f->window);
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer done)
{
  *(gboolean *) done = TRUE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *) flag;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gboolean is_done = FALSE;

  gtk_window_destroy (GTK_WINDOW (f->window));
  rn_session_shut_down (f->session, on_shut_down, &is_done);
  wait_until (is_set, &is_done);
  g_object_unref (f->session);
}

/* The first descendant of @type whose text or accessible label is @text */
static const char *
text_of (GtkWidget *widget)
{
  if (GTK_IS_INSCRIPTION (widget))
    return gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_BUTTON (widget))
    return gtk_button_get_label (GTK_BUTTON (widget));
  return NULL;
}

static GtkWidget *
find (GtkWidget *widget, GType type, const char *text)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) &&
      (text == NULL || g_strcmp0 (text_of (widget), text) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
type_into (Fixture *f, RnField field, const char *text)
{
  GtkWidget *entry = rn_train_settings_get_control (rn_train_page_get_settings (f->page), field);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

/* Fields */

static void
test_every_field_reads_back_what_it_writes (void)
{
  RnDraft draft = { .epochs = 12.5, .n_pictures = 1000 };

  rn_settings_init (&draft.settings);
  draft.settings.seed = G_MAXUINT64;
  draft.settings.weight_decay = 3.25e-5;
  draft.settings.schedule.warmup_steps = 17;
  draft.settings.schedule.warmup_error = 0.8;
  draft.settings.augment.scale_max = 480;
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    {
      RnDraft read = draft;
      g_autofree char *text = NULL, *problem = NULL, *again = NULL;

      if (rn_field_get_control (field) != RN_CONTROL_ENTRY)
        continue;
      text = rn_field_format (field, &draft);
      g_assert_true (rn_field_parse (field, text, &read, &problem));
      g_assert_null (problem);
      again = rn_field_format (field, &read);
      g_assert_cmpstr (again, ==, text);
      g_assert_cmpmem (&read, sizeof read, &draft, sizeof draft);
    }
}

static void
test_a_field_out_of_bounds_is_refused_with_its_bounds (void)
{
  static const struct
  {
    RnField field;
    const char *text, *bound;
  } cases[] = {
    { RN_FIELD_EPOCHS, "0", "0.1" },        { RN_FIELD_EPOCHS, "10001", "10000" },
    { RN_FIELD_BATCH, "0", "1" },           { RN_FIELD_BATCH, "65537", "65536" },
    { RN_FIELD_BATCH, "12.5", "whole" },    { RN_FIELD_BATCH, "", "whole" },
    { RN_FIELD_RATE, "0", "over 0" },       { RN_FIELD_RATE, "nan", "over 0" },
    { RN_FIELD_RATE, "fast", "1000" },      { RN_FIELD_MOMENTUM, "1", "under 1" },
    { RN_FIELD_DECAY, "-0.1", "0" },        { RN_FIELD_FACTOR, "1", "under 1" },
    { RN_FIELD_PAD, "65", "64" },           { RN_FIELD_SEED, "-1", "negative" },
    { RN_FIELD_MILESTONES, "75%, x", "x" }, { RN_FIELD_MILESTONES, "50%+cosine", "?" },
    { RN_FIELD_MEASURE, "1e3", "whole" },   { RN_FIELD_PATIENCE, "0", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RnDraft draft = { .epochs = 10, .n_pictures = 1000 }, before;
      g_autofree char *problem = NULL;

      rn_settings_init (&draft.settings);
      before = draft;
      g_assert_false (rn_field_parse (cases[i].field, cases[i].text, &draft, &problem));
      g_assert_nonnull (strstr (problem, cases[i].bound));
      g_assert_cmpmem (&draft, sizeof draft, &before, sizeof before);
    }
}

static void
test_milestones_as_shares_are_steps_of_the_training (void)
{
  RnDraft draft = { .epochs = 10, .n_pictures = 1000 }; /* 8 steps an epoch */
  g_autofree char *problem = NULL, *text = NULL;

  rn_settings_init (&draft.settings);
  g_assert_cmpint (rn_draft_steps (&draft), ==, 80);
  g_assert_true (rn_field_parse (RN_FIELD_MILESTONES, " 50%, 75% ", &draft, &problem));
  g_assert_cmpint (draft.settings.schedule.n_milestones, ==, 2);
  g_assert_cmpint (draft.settings.schedule.milestones[0], ==, 40);
  g_assert_cmpint (draft.settings.schedule.milestones[1], ==, 60);
  text = rn_field_format (RN_FIELD_MILESTONES, &draft);
  g_assert_cmpstr (text, ==, "50%, 75%");
}

/* Settings */

static void
test_what_is_typed_reaches_the_session (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);
  const RnSettings *settings;

  type_into (f, RN_FIELD_EPOCHS, "7");
  type_into (f, RN_FIELD_BATCH, "32");
  type_into (f, RN_FIELD_RATE, "0.25");
  type_into (f, RN_FIELD_MOMENTUM, "0.5");
  type_into (f, RN_FIELD_SEED, "12345678901234567890");
  type_into (f, RN_FIELD_PAD, "2");
  gtk_switch_set_active (GTK_SWITCH (rn_train_settings_get_control (panel, RN_FIELD_DROP_LAST)),
                         TRUE);
  adw_combo_row_set_selected (ADW_COMBO_ROW (
                                  rn_train_settings_get_control (panel, RN_FIELD_SCHEDULE)),
                              RN_SCHEDULE_PLATEAU);
  type_into (f, RN_FIELD_PATIENCE, "3");
  adw_combo_row_set_selected (ADW_COMBO_ROW (
                                  rn_train_settings_get_control (panel, RN_FIELD_WARMUP)),
                              RN_WARMUP_ERROR);
  type_into (f, RN_FIELD_WARMUP_ERROR, "0.7");

  settings = rn_session_get_settings (f->session);
  g_assert_cmpfloat (rn_session_get_epochs (f->session), ==, 7.0);
  g_assert_cmpint (settings->batch, ==, 32);
  g_assert_cmpfloat (settings->rate, ==, 0.25);
  g_assert_cmpfloat (settings->momentum, ==, 0.5);
  g_assert_cmpuint (settings->seed, ==, G_GUINT64_CONSTANT (12345678901234567890));
  g_assert_cmpint (settings->augment.pad, ==, 2);
  g_assert_true (settings->drop_last);
  g_assert_cmpint (settings->schedule.kind, ==, RN_SCHEDULE_PLATEAU);
  g_assert_cmpint (settings->schedule.patience, ==, 3);
  g_assert_cmpfloat (settings->schedule.warmup_error, ==, 0.7);
  g_assert_cmpint (settings->schedule.warmup_steps, ==, 0);
}

static void
test_what_the_session_has_is_shown (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);
  RnSettings settings = *rn_session_get_settings (f->session);
  GtkEditable *rate = GTK_EDITABLE (rn_train_settings_get_control (panel, RN_FIELD_RATE));
  GtkSwitch *flip = GTK_SWITCH (rn_train_settings_get_control (panel, RN_FIELD_FLIP));

  settings.rate = 0.375;
  settings.augment.flip = !settings.augment.flip;
  settings.schedule.kind = RN_SCHEDULE_COSINE;
  rn_session_set_settings (f->session, &settings);

  g_assert_cmpstr (gtk_editable_get_text (rate), ==, "0.375");
  g_assert_cmpint (gtk_switch_get_active (flip), ==, settings.augment.flip);
  g_assert_false (gtk_widget_get_visible (rn_train_settings_get_row (panel, RN_FIELD_MILESTONES)));
}

static void
test_an_invalid_value_is_explained_and_does_not_reach_the_session (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);
  AdwActionRow *row = ADW_ACTION_ROW (rn_train_settings_get_row (panel, RN_FIELD_MOMENTUM));
  GtkWidget *entry = rn_train_settings_get_control (panel, RN_FIELD_MOMENTUM);
  const double before = rn_session_get_settings (f->session)->momentum;

  type_into (f, RN_FIELD_MOMENTUM, "1.5");
  g_assert_cmpfloat (rn_session_get_settings (f->session)->momentum, ==, before);
  g_assert_nonnull (rn_train_settings_get_problem (panel, RN_FIELD_MOMENTUM));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (row), "under 1"));
  gtk_test_accessible_assert_state (entry, GTK_ACCESSIBLE_STATE_INVALID,
                                    GTK_ACCESSIBLE_INVALID_TRUE);

  /* the others still do, and leave it standing */
  type_into (f, RN_FIELD_BATCH, "16");
  g_assert_cmpint (rn_session_get_settings (f->session)->batch, ==, 16);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "1.5");
  g_assert_cmpfloat (rn_session_get_settings (f->session)->momentum, ==, before);

  type_into (f, RN_FIELD_MOMENTUM, "0.75");
  g_assert_cmpfloat (rn_session_get_settings (f->session)->momentum, ==, 0.75);
  g_assert_null (rn_train_settings_get_problem (panel, RN_FIELD_MOMENTUM));
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==,
                   rn_field_get_subtitle (RN_FIELD_MOMENTUM));
}

static void
test_a_scale_from_above_its_end_waits_for_the_end (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);

  type_into (f, RN_FIELD_SCALE_MIN, "256");
  g_assert_nonnull (rn_train_settings_get_problem (panel, RN_FIELD_SCALE_MAX));
  g_assert_cmpint (rn_session_get_settings (f->session)->augment.scale_min, ==, 0);
  type_into (f, RN_FIELD_SCALE_MAX, "480");
  g_assert_null (rn_train_settings_get_problem (panel, RN_FIELD_SCALE_MAX));
  g_assert_cmpint (rn_session_get_settings (f->session)->augment.scale_min, ==, 256);
  g_assert_cmpint (rn_session_get_settings (f->session)->augment.scale_max, ==, 480);
}

static void
test_reset_brings_the_usual_settings_back (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);
  const double epochs = rn_session_get_epochs (f->session);
  RnSettings usual;

  type_into (f, RN_FIELD_RATE, "3");
  type_into (f, RN_FIELD_EPOCHS, "2");
  type_into (f, RN_FIELD_MOMENTUM, "x");
  rn_train_settings_reset (panel);
  rn_settings_init (&usual);
  g_assert_cmpfloat (rn_session_get_settings (f->session)->rate, ==, usual.rate);
  g_assert_cmpfloat (rn_session_get_settings (f->session)->momentum, ==, usual.momentum);
  g_assert_cmpfloat (rn_session_get_epochs (f->session), ==, epochs);
  g_assert_null (rn_train_settings_get_problem (panel, RN_FIELD_MOMENTUM));
}

static gboolean
has_dataset (gpointer session)
{
  return rn_session_get_dataset (session) != NULL;
}

static void
open_data (Fixture *f)
{
  g_autofree char *data = g_build_filename (folder, "data", NULL);

  rn_session_open_dataset (f->session, data);
  wait_until (has_dataset, f->session);
}

static void
test_milestones_stay_shares_when_the_length_changes (Fixture *f, gconstpointer data)
{
  RnTrainSettings *panel = rn_train_page_get_settings (f->page);
  GtkEditable *entry = GTK_EDITABLE (rn_train_settings_get_control (panel, RN_FIELD_MILESTONES));
  const RnSettings *settings = rn_session_get_settings (f->session);

  type_into (f, RN_FIELD_MILESTONES, "50%, 75%");
  open_data (f);
  /* a length that cannot be parted so, and back */
  type_into (f, RN_FIELD_EPOCHS, "15");
  type_into (f, RN_FIELD_BATCH, "60");
  g_assert_cmpint (settings->steps, ==, 15);
  g_assert_cmpint (settings->schedule.milestones[0], ==, 8);
  type_into (f, RN_FIELD_BATCH, "6");
  g_assert_cmpint (settings->steps, ==, 150);
  g_assert_cmpint (settings->schedule.milestones[0], ==, 75);
  g_assert_cmpint (settings->schedule.milestones[1], ==, 113);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "50%, 75%");
}

/* Memory */

static RnMemoryCheck checked;
static gboolean is_checked;

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (rn_memory_check_finish (result, &checked, NULL));
  is_checked = TRUE;
}

static void
test_the_largest_batch_that_fits_is_offered (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  const int threads = rn_compute_n_processors ();
  g_autofree char *text = NULL;
  RnCost cost;

  rn_cost_of_network (spec, 128, threads, &cost);
  is_checked = FALSE;
  rn_memory_check_async (spec, 128, threads, cost.train_bytes, NULL, on_checked, NULL);
  wait_until (is_set, &is_checked);
  g_assert_false (rn_memory_check_fits (&checked));
  g_assert_cmpuint (checked.needed, ==, cost.train_bytes);
  g_assert_cmpint (checked.largest_batch, <, 128);
  text = rn_memory_check_describe (&checked);
  g_assert_nonnull (strstr (text, "largest batch"));

  const double limit = RN_MEMORY_SHARE * (double) checked.available;
  rn_cost_of_network (spec, checked.largest_batch, threads, &cost);
  g_assert_cmpfloat ((double) cost.train_bytes, <=, limit);
  rn_cost_of_network (spec, checked.largest_batch + 1, threads, &cost);
  g_assert_cmpfloat ((double) cost.train_bytes, >, limit);
}

/* Progress */

static void
test_the_progress_says_what_the_status_says (void)
{
  RnStatus status = {
    .state = RN_STATE_RUNNING,
    .step = 5462,
    .steps = 24960,
    .epoch = 5462.0 / 390.0,
    .epochs = 64,
    .pictures_per_s = 1218,
    .seconds_left = 31 * 60,
    .memory_bytes = 236000000,
    .test_error = 0.079,
  };
  g_autofree char *state = rn_progress_describe_state (&status, "sample", NULL);
  g_autofree char *detail = rn_progress_describe_detail (&status);
  static const struct
  {
    RnState state;
    const char *text;
  } states[] = {
    { RN_STATE_IDLE, "Ready to train" },
    { RN_STATE_PREPARING, "Preparing the sample set, 40 %" },
    { RN_STATE_EVALUATING, "Evaluating in epoch 15 of 64" },
    { RN_STATE_PAUSED, "Paused in epoch 15 of 64" },
    { RN_STATE_FINISHED, "Finished" },
    { RN_STATE_STOPPED, "Stopped" },
    { RN_STATE_FAILED, "Diverged at step 5,462" },
  };

  g_assert_cmpstr (state, ==, "Epoch 15 of 64");
  g_assert_cmpstr (detail, ==,
                   "step 5,462 of 24,960 · 1,218 pictures/s · 31 min left · 236.0\u00a0MB");
  status.preparing = 0.4;
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *text = NULL;

      status.state = states[i].state;
      text = rn_progress_describe_state (&status, "sample", "Diverged at step 5,462");
      g_assert_cmpstr (text, ==, states[i].text);
    }
  /* the last step belongs to the last epoch */
  status.state = RN_STATE_RUNNING;
  status.epoch = 64.0;
  g_free (state);
  state = rn_progress_describe_state (&status, "sample", NULL);
  g_assert_cmpstr (state, ==, "Epoch 64 of 64");
}

static void
test_the_progress_says_what_it_waits_for (void)
{
  static const struct
  {
    RnStatus status;
    const char *text;
  } waits[] = {
    { { .state = RN_STATE_RUNNING, .is_pending = TRUE, .is_pausing = TRUE }, "Pausing" },
    { { .state = RN_STATE_RUNNING, .is_pending = TRUE, .is_pausing = TRUE, .is_saving = TRUE },
      "Saving, then pausing" },
    { { .state = RN_STATE_RUNNING, .is_pending = TRUE, .is_stopping = TRUE },
      "Saving and stopping" },
    { { .state = RN_STATE_PREPARING, .is_pending = TRUE, .preparing = 1.0 },
      "Preparing the network" },
    { { .state = RN_STATE_PREPARING, .is_pending = TRUE, .is_stopping = TRUE, .preparing = 1.0 },
      "Giving up the preparation" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autofree char *text = rn_progress_describe_state (&waits[i].status, "sample", NULL);

      g_assert_cmpstr (text, ==, waits[i].text);
    }
}

/* Training */

static gboolean
has_steps (gpointer session)
{
  return rn_session_get_status (session)->step >= 3;
}

static gboolean
is_sensitive (gpointer widget)
{
  return gtk_widget_is_sensitive (widget);
}

static gboolean
is_unmapped (gpointer widget)
{
  return !gtk_widget_get_mapped (widget);
}

static gboolean
is_paused (gpointer session)
{
  return rn_session_get_status (session)->state == RN_STATE_PAUSED;
}

static gboolean
has_rate_mark (gpointer session)
{
  RnRecord *record = rn_session_get_record (session);
  const GArray *marks = record != NULL ? rn_record_get_marks (record) : NULL;

  for (guint i = 0; marks != NULL && i < marks->len; i++)
    if (g_array_index (marks, RnRecordMark, i).kind == RN_MARK_RATE &&
        g_array_index (marks, RnRecordMark, i).value == 0.0625)
      return TRUE;
  return FALSE;
}

static guint n_tests_before;

static gboolean
has_another_test (gpointer session)
{
  return rn_record_get_tests (rn_session_get_record (session))->len > n_tests_before;
}

static void
train_some_steps (Fixture *f)
{
  open_data (f);
  type_into (f, RN_FIELD_BATCH, "4");
  type_into (f, RN_FIELD_EPOCHS, "2000");
  type_into (f, RN_FIELD_EVALUATE, "1000000");
  type_into (f, RN_FIELD_CHECKPOINT, "1000000");
  g_signal_emit_by_name (rn_train_page_get_start (f->page), "clicked");
  wait_until (has_steps, f->session);
}

static int
height_of (GtkWidget *widget)
{
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
  return height;
}

static void
test_nothing_moves_when_a_training_begins (Fixture *f, gconstpointer data)
{
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (f->page));
  GtkWidget *evaluate = find (progress, GTK_TYPE_BUTTON, "Evaluate now");
  const int height = height_of (progress);

  g_assert_false (gtk_widget_is_sensitive (evaluate));
  train_some_steps (f);
  wait_until (is_sensitive, evaluate);
  g_assert_cmpint (height_of (progress), ==, height);
}

static void
test_the_buttons_command_the_session (Fixture *f, gconstpointer data)
{
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (f->page));
  GtkWidget *apply, *evaluate, *rate;

  train_some_steps (f);
  g_assert_true (rn_session_is_training (f->session));
  g_assert_cmpint (rn_record_get_settings (rn_session_get_record (f->session))->batch, ==, 4);
  apply = find (progress, GTK_TYPE_BUTTON, "Apply");
  evaluate = find (progress, GTK_TYPE_BUTTON, "Evaluate now");
  rate = find (progress, GTK_TYPE_ENTRY, NULL);
  wait_until (is_sensitive, evaluate);
  wait_until (is_unmapped, rn_train_page_get_start (f->page));
  g_assert_false (gtk_widget_get_sensitive (apply));
  gtk_editable_set_text (GTK_EDITABLE (rate), "-1");
  g_assert_false (gtk_widget_get_sensitive (apply));
  gtk_editable_set_text (GTK_EDITABLE (rate), "0.0625");
  g_assert_true (gtk_widget_get_sensitive (apply));
  g_signal_emit_by_name (apply, "clicked");
  wait_until (has_rate_mark, f->session);
  g_assert_false (gtk_widget_get_sensitive (apply));

  n_tests_before = rn_record_get_tests (rn_session_get_record (f->session))->len;
  g_signal_emit_by_name (evaluate, "clicked");
  wait_until (has_another_test, f->session);

  rn_session_pause (f->session);
  wait_until (is_paused, f->session);
  wait_ms (5 * RN_THROTTLE_MS);
  {
    const RnStatus *status = rn_session_get_status (f->session);
    g_autofree char *state =
        rn_progress_describe_state (status, rn_session_get_dataset_name (f->session), NULL);
    g_autofree char *detail = rn_progress_describe_detail (status);
    g_autofree char *percent = rn_format_percent (status->test_error);
    g_autofree char *error = g_strdup_printf ("test error %s", percent);

    g_assert_true (g_str_has_prefix (state, "Paused in epoch"));
    g_assert_nonnull (find (progress, GTK_TYPE_LABEL, state));
    g_assert_nonnull (find (progress, GTK_TYPE_INSCRIPTION, detail));
    g_assert_nonnull (find (progress, GTK_TYPE_LABEL, error));
  }
}

static gboolean
has_compared (gpointer session)
{
  return g_list_model_get_n_items (rn_session_get_compared (session)) == 1;
}

static gboolean
has_no_trainer (gpointer session)
{
  return !rn_session_has_trainer (session);
}

static void
test_lines_stand_for_the_run_and_for_those_compared (Fixture *f, gconstpointer data)
{
  RnCurveCard *curves = rn_train_page_get_curves (f->page);
  g_autofree char *path = NULL;
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnDocument) document = NULL;
  g_autoptr (RnDocument) compared = NULL;
  g_autoptr (RnRecord) record = NULL;
  g_autofree char *name = NULL;
  RnSettings settings;

  g_assert_null (rn_curve_card_get_line (curves, 0));
  train_some_steps (f);
  wait_ms (3 * RN_THROTTLE_MS);
  g_assert_cmpstr (rn_curve_card_get_line (curves, 0), ==, "train");
  g_assert_cmpstr (rn_curve_card_get_line (curves, 1), ==, "test");
  g_assert_null (rn_curve_card_get_line (curves, 2));

  path = g_strdup (rn_record_get_path (rn_session_get_record (f->session)));
  rn_session_stop (f->session);
  wait_until (has_no_trainer, f->session);
  rn_settings_init (&settings);
  record = rn_record_new (spec, &settings, NULL);
  document = rn_document_new_run (record);
  rn_session_show (f->session, document);
  rn_session_compare (f->session, path);
  wait_until (has_compared, f->session);
  wait_ms (3 * RN_THROTTLE_MS);
  compared = g_list_model_get_item (rn_session_get_compared (f->session), 0);
  name = g_strdup_printf ("%s, train", rn_document_get_title (compared));
  g_assert_cmpstr (rn_curve_card_get_line (curves, 0), ==, "train");
  g_assert_cmpstr (rn_curve_card_get_line (curves, 2), ==, name);
  g_assert_nonnull (rn_curve_card_get_line (curves, 3));
  g_assert_null (rn_curve_card_get_line (curves, 4));

  rn_session_compare (f->session, path);
  wait_ms (3 * RN_THROTTLE_MS);
  g_assert_null (rn_curve_card_get_line (curves, 2));
}

/* Redrawing */

static RnRecord *
show_record (Fixture *f)
{
  g_autoptr (RnSpec) spec = make_spec ();
  RnSettings settings;
  RnRecord *record;
  g_autoptr (RnDocument) document = NULL;

  rn_settings_init (&settings);
  record = rn_record_new (spec, &settings, NULL);
  document = rn_document_new_run (record);
  rn_session_show (f->session, document);
  wait_ms (3 * RN_THROTTLE_MS);
  return record;
}

static void
test_both_charts_have_one_scale_and_one_smoothing (Fixture *f, gconstpointer data)
{
  RnCurveCard *curves = rn_train_page_get_curves (f->page);
  RnCurveChart *loss = rn_curve_card_get_chart (curves, RN_CURVE_LOSS);
  RnCurveChart *error = rn_curve_card_get_chart (curves, RN_CURVE_ERROR);
  gboolean is_log;
  double weights[2];

  for (int i = 0; i < 2; i++)
    {
      g_object_set (i == 0 ? error : loss, "log-scale", i == 0, NULL);
      g_object_get (i == 0 ? loss : error, "log-scale", &is_log, NULL);
      g_assert_cmpint (is_log, ==, i == 0);
    }
  g_object_get (loss, "smoothing", &weights[0], NULL);
  g_object_get (error, "smoothing", &weights[1], NULL);
  g_assert_cmpfloat (weights[0], ==, weights[1]);
}

static void
test_nothing_is_redrawn_while_nobody_sees_it (Fixture *f, gconstpointer data)
{
  g_autoptr (RnRecord) record = show_record (f);
  guint before;

  gtk_widget_set_visible (f->window, FALSE);
  wait_ms (2 * RN_THROTTLE_MS);
  before = rn_train_page_n_updates (f->page);
  for (int i = 0; i < 5; i++)
    {
      g_signal_emit_by_name (record, "changed", RN_RECORD_HISTORY | RN_RECORD_MEASURES);
      wait_ms (RN_THROTTLE_MS);
    }
  g_assert_cmpuint (rn_train_page_n_updates (f->page), ==, before);
  gtk_widget_set_visible (f->window, TRUE);
  wait_ms (3 * RN_THROTTLE_MS);
  g_assert_cmpuint (rn_train_page_n_updates (f->page), ==, before + 1);
}

static void
test_data_redraws_at_most_ten_times_a_second (Fixture *f, gconstpointer data)
{
  g_autoptr (RnRecord) record = show_record (f);
  const guint before = rn_train_page_n_updates (f->page);
  const gint64 start = g_get_monotonic_time ();
  double seconds;

  g_signal_emit_by_name (record, "changed", RN_RECORD_HISTORY);
  g_assert_cmpuint (rn_train_page_n_updates (f->page), ==, before + 1);
  for (int i = 0; i < 100; i++)
    {
      g_signal_emit_by_name (record, "changed", RN_RECORD_HISTORY);
      wait_ms (5);
    }
  seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  g_assert_cmpfloat (rn_train_page_n_updates (f->page) - before, <=, 10.0 * seconds + 1.0);
  g_assert_cmpuint (rn_train_page_n_updates (f->page) - before, >=, 3);
}

static void
test_it_fits_into_the_smallest_window (Fixture *f, gconstpointer data)
{
  int least;

  gtk_widget_measure (GTK_WIDGET (f->page), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL,
                      NULL);
  g_assert_cmpint (least, <=, 720); /* beside a spine of 240 */
}

#define ADD_PAGE(name, test)                                                                       \
  g_test_add ("/train-page/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  int result;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  make_data ();
  g_test_add_func ("/train-fields/every field reads back what it writes",
                   test_every_field_reads_back_what_it_writes);
  g_test_add_func ("/train-fields/a field out of bounds is refused with its bounds",
                   test_a_field_out_of_bounds_is_refused_with_its_bounds);
  g_test_add_func ("/train-fields/milestones as shares are steps of the training",
                   test_milestones_as_shares_are_steps_of_the_training);
  g_test_add_func ("/train-page/the progress says what the status says",
                   test_the_progress_says_what_the_status_says);
  g_test_add_func ("/train-page/the progress says what it waits for",
                   test_the_progress_says_what_it_waits_for);
  g_test_add_func ("/train-page/the largest batch that fits is offered",
                   test_the_largest_batch_that_fits_is_offered);
  ADD_PAGE ("what is typed reaches the session", test_what_is_typed_reaches_the_session);
  ADD_PAGE ("what the session has is shown", test_what_the_session_has_is_shown);
  ADD_PAGE ("an invalid value is explained and does not reach the session",
            test_an_invalid_value_is_explained_and_does_not_reach_the_session);
  ADD_PAGE ("a scale from above its end waits for the end",
            test_a_scale_from_above_its_end_waits_for_the_end);
  ADD_PAGE ("milestones stay shares when the length changes",
            test_milestones_stay_shares_when_the_length_changes);
  ADD_PAGE ("reset brings the usual settings back", test_reset_brings_the_usual_settings_back);
  ADD_PAGE ("nothing moves when a training begins", test_nothing_moves_when_a_training_begins);
  ADD_PAGE ("the buttons command the session", test_the_buttons_command_the_session);
  ADD_PAGE ("lines stand for the run and for those compared",
            test_lines_stand_for_the_run_and_for_those_compared);
  ADD_PAGE ("both charts have one scale and one smoothing",
            test_both_charts_have_one_scale_and_one_smoothing);
  ADD_PAGE ("nothing is redrawn while nobody sees it",
            test_nothing_is_redrawn_while_nobody_sees_it);
  ADD_PAGE ("data redraws at most ten times a second",
            test_data_redraws_at_most_ten_times_a_second);
  ADD_PAGE ("it fits into the smallest window", test_it_fits_into_the_smallest_window);
  result = g_test_run ();
  remove_tree (folder);
  g_free (folder);
  return result;
}
