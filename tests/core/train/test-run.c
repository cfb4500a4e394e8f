#include "residua/run.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "compute/memory.h"
#include "formats/safetensors.h"
#include "network/model.h"
#include "residua/error.h"
#include "train/run-files.h"
#include "train/run-writer.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
assert_error (const GError *error, GQuark domain, int code, const char *path, const char *fragment)
{
  g_assert_error (error, domain, code);
  if (strstr (error->message, path) == NULL || strstr (error->message, fragment) == NULL)
    g_error ("“%s” does not name %s and say “%s”", error->message, path, fragment);
}

static void
remove_tree (const char *path)
{
  const char *const arguments[] = { "rm", "-rf", path, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               NULL, NULL, NULL, NULL));
}

/* A run of a tiny network */

static RnSpec *
tiny_spec (void)
{
  RnSpec *spec = rn_spec_new ("tiny", 8, 3, RN_STEM_3X3, 2, 3, NULL);
  const RnBlockSpec block = { .id = 7, .channels = 4, .stride = 2, .shortcut = RN_SHORTCUT_B };

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  return spec;
}

static RnModel *
tiny_model (guint64 seed)
{
  static const char *const classes[] = { "a", "b", "c", NULL };
  const RnPreprocess preprocess = { .side = 8, .channels = 3, .std = { 1, 1, 1 } };
  g_autoptr (RnSpec) spec = tiny_spec ();

  return rn_model_new (spec, NULL, seed, classes, &preprocess, NULL);
}

static RnRunWriter *
create (const char *path, GError **error)
{
  static const char *const classes[] = { "a", "b", "c", NULL };
  g_autoptr (RnSpec) spec = tiny_spec ();
  RnSettings settings;

  rn_settings_init (&settings);
  settings.steps = 1000;
  return rn_run_writer_create (path, spec, &settings, "sample", "0123", classes, error);
}

/* What step @step would write, the same each time */
static void
append_step (RnRunWriter *writer, gint64 step)
{
  RnRandom random;
  RnHistoryRow row = { .step = step };
  RnBlockMeasure measure = { .step = step, .block = 7 };

  rn_random_start (&random, 1, RN_STREAM_TEST, (guint64) step, 0);
  row.epoch = (double) step / 3.0;
  row.loss = exp (rn_random_normal (&random) * 5.0);
  row.error = rn_random_uniform (&random);
  row.rate = 0.1;
  row.test_loss = step % 5 == 0 ? rn_random_uniform (&random) : NAN;
  row.test_error = step % 5 == 0 ? rn_random_uniform (&random) : NAN;
  measure.rms_s = (float) rn_random_normal (&random);
  measure.rms_f = NAN;
  measure.response = (float) rn_random_normal (&random);
  g_assert_true (rn_run_writer_append_history (writer, &row, NULL));
  g_assert_true (rn_run_writer_append_measures (writer, &measure, 1, NULL));
  g_assert_true (
      rn_run_writer_append_timing (writer, step, 1000000 + step, 123.456, 2, "avx2", "Zen", NULL));
}

static void
append_steps (RnRunWriter *writer, gint64 first, gint64 last)
{
  for (gint64 step = first; step <= last; step++)
    append_step (writer, step);
}

static gboolean
checkpoint (RnRunWriter *writer, gint64 step, GError **error)
{
  g_autoptr (RnModel) model = tiny_model ((guint64) step);
  const RnParameters *parameters = rn_model_get_parameters (model);
  g_autofree float *momentum = g_new0 (float, parameters->n_learned);
  const double state[] = { 1.0 / 3.0, (double) step };
  const RnCheckpoint content = {
    .model = model, .momentum = momentum, .step = step, .rate = 0.1, .state = state, .n_state = 2
  };

  for (int i = 0; i < parameters->n; i++)
    if (parameters->items[i].offset < parameters->n_learned)
      for (gsize j = 0; j < parameters->items[i].count; j++)
        momentum[parameters->items[i].offset + j] = (float) step + (float) j / 7.0f;
  return rn_run_writer_checkpoint (writer, &content, error);
}

/* A run of @steps steps with a checkpoint each @every steps, and at the start */
static RnRunWriter *
trained (const char *path, gint64 steps, gint64 every)
{
  g_autoptr (GError) error = NULL;
  RnRunWriter *writer = create (path, &error);

  g_assert_no_error (error);
  g_assert_true (checkpoint (writer, 0, NULL));
  for (gint64 step = 1; step <= steps; step++)
    {
      append_step (writer, step);
      if (step % every == 0)
        g_assert_true (checkpoint (writer, step, NULL));
    }
  return writer;
}

static char *
contents_of (const char *run, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (run, name, NULL);
  char *contents;

  g_assert_true (g_file_get_contents (path, &contents, length, NULL));
  return contents;
}

static void
assert_same_file (const char *run_a, const char *run_b, const char *name)
{
  gsize n_a, n_b;
  g_autofree char *a = contents_of (run_a, name, &n_a), *b = contents_of (run_b, name, &n_b);

  g_test_message ("%s", name);
  g_assert_cmpuint (n_a, ==, n_b);
  g_assert_true (memcmp (a, b, n_a) == 0);
}

static void
append_bytes (const char *run, const char *name, const void *bytes, gsize length)
{
  g_autofree char *path = g_build_filename (run, name, NULL);
  FILE *file = fopen (path, "ab");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, length, file), ==, length);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
replace (const char *run, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (run, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static int
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  int n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Making */

static void
a_run_is_there_with_a_checkpoint_or_not_at_all (void)
{
  g_autofree char *parent = path_of ("made/in"), *path = g_build_filename (parent, "run", NULL);
  g_autoptr (RnRunWriter) writer = create (path, NULL);
  g_autoptr (RnRun) run = NULL;

  g_assert_nonnull (writer);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_pointer (&writer, rn_run_writer_free);
  g_assert_cmpint (count_entries (parent), ==, 0);

  writer = create (path, NULL);
  g_assert_true (checkpoint (writer, 0, NULL));
  g_assert_cmpint (count_entries (parent), ==, 1);
  run = rn_run_open (path, NULL);
  g_assert_nonnull (run);
  g_clear_pointer (&writer, rn_run_writer_free);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
}

static void
a_taken_name_is_refused (void)
{
  g_autofree char *file = path_of ("taken-file"), *empty = path_of ("taken-folder"),
                  *link = path_of ("taken-link");
  const char *const taken[] = { file, empty, link };

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  g_assert_cmpint (symlink ("/nowhere", link), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_autofree char *with_slash = g_strconcat (taken[i], "/", NULL);
      g_autoptr (GError) error = NULL, second = NULL;

      g_assert_null (create (taken[i], &error));
      assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, taken[i], "");
      g_assert_null (create (with_slash, &second));
      assert_error (second, G_IO_ERROR, G_IO_ERROR_EXISTS, taken[i], "");
    }
}

static void
a_name_taken_meanwhile_is_not_written_over (void)
{
  g_autofree char *path = path_of ("meanwhile");
  g_autoptr (RnRunWriter) first = create (path, NULL), second = create (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (checkpoint (first, 0, NULL));
  g_assert_false (checkpoint (second, 0, &error));
  assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, path, "");
  g_clear_pointer (&second, rn_run_writer_free);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
}

/* A program that dies while it makes a run in @parent. Returns: (transfer full): what it leaves */
static char *
leave_half_made (const char *parent)
{
  g_autofree char *path = g_build_filename (parent, "died", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int status;
  const pid_t pid = fork ();

  if (pid == 0)
    _exit (create (path, NULL) != NULL ? 0 : 1);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  dir = g_dir_open (parent, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "died.new-"))
      return g_build_filename (parent, name, NULL);
  return NULL;
}

static void
what_a_dead_program_left_half_made_is_cleared (void)
{
  g_autofree char *parent = path_of ("half-made"), *live = g_build_filename (parent, "live", NULL);
  g_autofree char *bare = g_build_filename (parent, "bare.new-abcdef", NULL);
  g_autofree char *link = g_build_filename (parent, "link.new-abcdef", NULL);
  g_autofree char *target = path_of ("half-made-target");
  g_autofree char *kept = g_build_filename (target, RN_RUN_CLASSES, NULL);
  g_autofree char *dead = NULL;
  g_autoptr (RnRunWriter) writer = create (live, NULL);

  dead = leave_half_made (parent);
  g_assert_true (g_file_test (dead, G_FILE_TEST_IS_DIR));
  g_assert_cmpint (g_mkdir (bare, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  g_assert_true (g_file_set_contents (kept, "", 0, NULL));
  g_assert_cmpint (symlink (target, link), ==, 0);
  rn_run_clear_making (parent);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (bare, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (checkpoint (writer, 0, NULL)); /* the one that is being made was left alone */
  g_assert_true (g_file_test (live, G_FILE_TEST_IS_DIR));
}

static void
a_new_run_clears_what_is_half_made_beside_it (void)
{
  g_autofree char *parent = path_of ("beside"), *path = g_build_filename (parent, "next", NULL);
  g_autofree char *dead = NULL;
  g_autoptr (RnRunWriter) writer = NULL;

  g_assert_cmpint (g_mkdir (parent, 0700), ==, 0);
  dead = leave_half_made (parent);
  g_assert_true (g_file_test (dead, G_FILE_TEST_IS_DIR));
  writer = create (path, NULL);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_cmpint (count_entries (parent), ==, 1);
}

static void
a_run_with_a_step_is_not_cleared_whatever_it_is_called (void)
{
  g_autofree char *parent = path_of ("odd"), *path = g_build_filename (parent, "run", NULL);
  g_autofree char *odd = g_build_filename (parent, "run.new-abcdef", NULL);
  RnRunWriter *writer = trained (path, 1, 1);

  rn_run_writer_free (writer);
  g_assert_cmpint (g_rename (path, odd), ==, 0);
  rn_run_clear_making (parent);
  g_assert_true (g_file_test (odd, G_FILE_TEST_IS_DIR));
}

static void
put (const char *own, const char *name)
{
  g_autofree char *path = g_build_filename (own, name, NULL);

  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
}

/* Folders of the person's own, called like one in the making: with and without a file that a run has too */
static void
what_is_no_run_is_not_cleared_whatever_it_is_called (void)
{
  static const char *const files[][2] = { { "notes.txt", "lock" },
                                          { "notes.txt", "spec.json" },
                                          { "checkpoints/mine.bin", "lock" } };
  g_autofree char *parent = path_of ("own");

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *own = g_build_filename (parent, "site.new-design", NULL);
      g_autofree char *checkpoints = g_build_filename (own, RN_RUN_CHECKPOINTS, NULL);
      g_autofree char *first = g_build_filename (own, files[i][0], NULL);

      g_test_message ("%s, %s", files[i][0], files[i][1]);
      g_assert_cmpint (g_mkdir_with_parents (checkpoints, 0700), ==, 0);
      put (own, files[i][0]);
      rn_run_clear_making (parent);
      g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
      put (own, files[i][1]);
      rn_run_clear_making (parent);
      g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
      g_unlink (first);
    }
}

/* As flock(1) does around the command that it runs */
static void
a_folder_that_others_have_locked_is_not_waited_for_for_ever (void)
{
  g_autofree char *parent = path_of ("around-locked"),
                  *path = g_build_filename (parent, "run", NULL);
  g_autoptr (RnRunWriter) writer = NULL;
  int fd;

  g_assert_cmpint (g_mkdir (parent, 0700), ==, 0);
  fd = open (parent, O_RDONLY | O_DIRECTORY);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  writer = create (path, NULL);
  g_assert_nonnull (writer);
  close (fd);
}

static void
only_its_own_suffix_says_that_a_run_is_being_made (void)
{
  g_assert_true (rn_run_is_in_making ("run.new-a1B2c3"));
  g_assert_true (rn_run_is_in_making ("run.new-x.new-a1B2c3"));
  g_assert_false (rn_run_is_in_making ("run.new-a1B2c"));
  g_assert_false (rn_run_is_in_making ("run.new-a1B2c34"));
  g_assert_false (rn_run_is_in_making ("run.new-a1B2c-"));
  g_assert_false (rn_run_is_in_making ("run.new-a1B2c3.old"));
  g_assert_false (rn_run_is_in_making (".new-a1B2c3"));
  g_assert_false (rn_run_is_in_making ("run"));
}

static void
a_folder_that_cannot_be_made_is_an_error (void)
{
  g_autofree char *file = path_of ("a-file"), *below = g_build_filename (file, "run", NULL);
  g_autoptr (GError) error = NULL, proc = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (create (below, &error));
  assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, below, "");
  g_assert_null (create ("/proc/self/run", &proc));
  assert_error (proc, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "/proc/self/run", "");
}

/* Reading */

static void
what_is_written_is_read_back_to_the_bit (void)
{
  g_autofree char *path = path_of ("readable"), *slashed = g_strconcat (path, "//", NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 40, 10);
  g_autoptr (RnRun) run = rn_run_open (slashed, NULL);
  g_autoptr (RnSpec) spec = tiny_spec ();
  g_autoptr (GArray) rows = rn_run_read_history (run, NULL),
                     measures = rn_run_read_measures (run, NULL);

  g_assert_cmpstr (rn_run_get_path (run), ==, path);
  g_assert_true (rn_spec_equal (rn_run_get_spec (run), spec));
  g_assert_cmpuint (rn_spec_get_block (rn_run_get_spec (run), 0)->id, ==, 7);
  g_assert_cmpint (rn_run_get_settings (run)->steps, ==, 1000);
  g_assert_cmpstr (rn_run_get_data (run), ==, "sample");
  g_assert_cmpstr (rn_run_get_data_digest (run), ==, "0123");
  g_assert_cmpuint (rows->len, ==, 40);
  g_assert_cmpuint (measures->len, ==, 40);
  for (gint64 step = 1; step <= 40; step++)
    {
      const RnHistoryRow *row = &g_array_index (rows, RnHistoryRow, step - 1);
      const RnBlockMeasure *measure = &g_array_index (measures, RnBlockMeasure, step - 1);
      RnRandom random;

      rn_random_start (&random, 1, RN_STREAM_TEST, (guint64) step, 0);
      g_assert_cmpint (row->step, ==, step);
      g_assert_cmpfloat (row->epoch, ==, (double) step / 3.0);
      g_assert_cmpfloat (row->loss, ==, exp (rn_random_normal (&random) * 5.0));
      g_assert_cmpfloat (row->error, ==, rn_random_uniform (&random));
      if (step % 5 == 0)
        {
          g_assert_cmpfloat (row->test_loss, ==, rn_random_uniform (&random));
          g_assert_cmpfloat (row->test_error, ==, rn_random_uniform (&random));
        }
      else
        g_assert_true (isnan (row->test_loss) && isnan (row->test_error));
      g_assert_cmpint (measure->step, ==, step);
      g_assert_cmpuint (measure->block, ==, 7);
      g_assert_cmpfloat (measure->rms_s, ==, (float) rn_random_normal (&random));
      g_assert_true (isnan (measure->rms_f));
      g_assert_cmpfloat (measure->response, ==, (float) rn_random_normal (&random));
    }
}

static void
nothing_but_timing_tells_time (void)
{
  static const char *const same[] = { RN_RUN_SPEC,
                                      RN_RUN_SETTINGS,
                                      RN_RUN_CLASSES,
                                      RN_RUN_HISTORY,
                                      RN_RUN_BLOCKS,
                                      RN_RUN_EVENTS,
                                      "checkpoints/step-00000005.safetensors" };
  g_autofree char *first = path_of ("time-a"), *second = path_of ("time-b");
  g_autoptr (RnRunWriter) a = trained (first, 5, 5), b = NULL;

  g_usleep (1100000);
  b = trained (second, 5, 5);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    assert_same_file (first, second, same[i]);
}

static void
a_torn_end_is_left_out (void)
{
  g_autofree char *path = path_of ("torn"),
                  *history = g_build_filename (path, RN_RUN_HISTORY, NULL);
  g_autofree char *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL), *whole = NULL;
  g_autoptr (RnRunWriter) writer = trained (path, 3, 3);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  gsize length, before;

  whole = contents_of (path, RN_RUN_HISTORY, &length);
  for (before = length - 1; whole[before - 1] != '\n';)
    before--;
  for (gsize size = length - 1; size >= before; size--)
    {
      g_autoptr (GArray) rows = NULL;

      g_assert_cmpint (truncate (history, (off_t) size), ==, 0);
      rows = rn_run_read_history (run, NULL);
      g_assert_cmpuint (rows->len, ==, 2);
    }
  for (gsize cut = 0; cut <= RN_RUN_BLOCKS_RECORD_SIZE; cut++)
    {
      g_autoptr (GArray) measures = NULL;

      g_assert_cmpint (truncate (blocks, (off_t) (RN_RUN_BLOCKS_HEADER_SIZE +
                                                  3 * RN_RUN_BLOCKS_RECORD_SIZE - cut)),
                       ==, 0);
      measures = rn_run_read_measures (run, NULL);
      g_assert_cmpuint (measures->len, ==, cut == 0 ? 3 : 2);
    }
}

static void
broken_histories_are_refused_naming_the_line (void)
{
#define HEADER RN_RUN_HISTORY_HEADER
  static const struct
  {
    const char *text;
    const char *fragment;
  } broken[] = {
    { "", "line 1" },
    { "step", "line 1" },
    { "step,loss\n", "line 1" },
    { HEADER "1,1,1,1,1,,\n2,1,1\n", "line 3" },
    { HEADER "1,1,1,1,1,,,\n", "line 2" },
    { HEADER "1,1,1,1,1\n", "line 2" },
    { HEADER "\n", "line 2" },
    { HEADER "2,1,1,1,1,,\n", "line 2 is of step 2 and not 1" },
    { HEADER "1,1,1,1,1,,\n1,1,1,1,1,,\n", "line 3 is of step 1 and not 2" },
    { HEADER "0,1,1,1,1,,\n", "line 2 is of step 0" },
    { HEADER "-1,1,1,1,1,,\n", "line 2" },
    { HEADER "99999999999999999999,1,1,1,1,,\n", "line 2" },
    { HEADER "1,nan,1,1,1,,\n", "line 2" },
    { HEADER "1,1,inf,1,1,,\n", "line 2" },
    { HEADER "1,1,1e999,1,1,,\n", "line 2" },
    { HEADER "1,1,,1,1,,\n", "line 2" },
    { HEADER "1,1, 1,1,1,,\n", "line 2" },
    { HEADER "1,1,0x1,1,1,,\n", "line 2" },
    { HEADER "1,1,1,1,1,,\r\n", "line 2" },
    { HEADER "1,1,1,1,1,,x\n", "line 2" },
  };
#undef HEADER
  g_autofree char *path = path_of ("broken-history"),
                  *history = g_build_filename (path, RN_RUN_HISTORY, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 1, 1);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autofree char *line = g_strnfill (5000, '1'),
                  *with_long_line = g_strconcat (RN_RUN_HISTORY_HEADER, line, NULL);
  static const char with_zero[] = RN_RUN_HISTORY_HEADER "1,1,1\0,1,1,,\n2,1,1,1,1,,\n";
  g_autoptr (GError) too_long = NULL, zero = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      replace (path, RN_RUN_HISTORY, broken[i].text);
      g_assert_null (rn_run_read_history (run, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, history, broken[i].fragment);
      g_assert_cmpint (rn_run_best_step (run), ==, -1);
    }
  replace (path, RN_RUN_HISTORY, with_long_line);
  g_assert_null (rn_run_read_history (run, &too_long));
  assert_error (too_long, RN_ERROR, RN_ERROR_FORMAT, history, "line 2");
  g_assert_true (g_file_set_contents (history, with_zero, sizeof with_zero - 1, NULL));
  g_assert_null (rn_run_read_history (run, &zero));
  assert_error (zero, RN_ERROR, RN_ERROR_FORMAT, history, "line 2");
}

static void
append_zeros (const char *run, const char *name)
{
  gsize length;
  g_autofree char *path = g_build_filename (run, name, NULL);
  g_autofree char *contents = contents_of (run, name, &length);

  contents = g_realloc (contents, length + 4096);
  memset (contents + length, 0, 4096);
  g_assert_true (g_file_set_contents (path, contents, (gssize) length + 4096, NULL));
}

static void
zeros_that_a_power_cut_left_behind_are_left_out (void)
{
  g_autofree char *path = path_of ("power-cut");
  g_autoptr (RnRunWriter) writer = trained (path, 3, 1);
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL, measures = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&writer, rn_run_writer_free);
  append_zeros (path, RN_RUN_HISTORY);
  append_zeros (path, RN_RUN_BLOCKS);
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 3);
  measures = rn_run_read_measures (run, &error);
  g_assert_no_error (error);
  writer = rn_run_writer_resume (path, 3, &error);
  g_assert_no_error (error);
}

static void
broken_measures_are_refused (void)
{
  g_autofree char *path = path_of ("broken-blocks"),
                  *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 3, 3);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  gsize length;
  g_autofree char *whole = contents_of (path, RN_RUN_BLOCKS, &length);
  /* of the header: magic, version, size of a record; of the records: a step that falls, and one under 0 */
  static const gsize places[] = { 0, 7, 8, 12, 16 + 36, 16 + 7 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *bad = g_memdup2 (whole, length);
      g_autoptr (GError) error = NULL;

      bad[places[i]] = (char) (i == 4 ? 0 : bad[places[i]] ^ 0x80);
      g_assert_true (g_file_set_contents (blocks, bad, (gssize) length, NULL));
      g_assert_null (rn_run_read_measures (run, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, blocks, i < 4 ? "does not begin" : "record");
    }
  g_assert_cmpint (truncate (blocks, 15), ==, 0);
  g_assert_null (rn_run_read_measures (run, NULL));
}

static void
logs_that_are_no_files_are_refused (void)
{
  g_autofree char *path = path_of ("odd-logs"),
                  *history = g_build_filename (path, RN_RUN_HISTORY, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 1, 1);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GError) absent = NULL, is_folder = NULL, is_pipe = NULL, is_device = NULL, huge = NULL;

  g_unlink (history);
  g_assert_null (rn_run_read_history (run, &absent));
  assert_error (absent, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, history, "");
  g_mkdir (history, 0700);
  g_assert_null (rn_run_read_history (run, &is_folder));
  assert_error (is_folder, RN_ERROR, RN_ERROR_FORMAT, history, "");
  g_rmdir (history);
  g_assert_cmpint (mkfifo (history, 0600), ==, 0);
  g_assert_null (rn_run_read_history (run, &is_pipe));
  assert_error (is_pipe, RN_ERROR, RN_ERROR_FORMAT, history, "");
  g_unlink (history);
  g_assert_cmpint (symlink ("/dev/zero", history), ==, 0);
  g_assert_null (rn_run_read_history (run, &is_device));
  assert_error (is_device, RN_ERROR, RN_ERROR_FORMAT, history, "");
  g_unlink (history);
  replace (path, RN_RUN_HISTORY, "");
  g_assert_cmpint (truncate (history, (off_t) RN_RUN_MAX_LOG + 1), ==, 0);
  g_assert_null (rn_run_read_history (run, &huge));
  assert_error (huge, RN_ERROR, RN_ERROR_MEMORY, history, "1 GiB");
}

static void
folders_that_are_no_runs_are_refused (void)
{
  static const struct
  {
    const char *file;
    const char *text; /* NULL removes it */
    const char *fragment;
  } broken[] = {
    { RN_RUN_SPEC, NULL, "no spec.json in it" },
    { RN_RUN_SPEC, "", "spec.json" },
    { RN_RUN_SPEC, "{\"version\":1}", "spec.json" },
    { RN_RUN_SPEC, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "spec.json" },
    { RN_RUN_SETTINGS, NULL, "settings.json" },
    { RN_RUN_SETTINGS, "", "settings.json" },
    { RN_RUN_SETTINGS, "{\"version\":1}", "settings.json" },
    { RN_RUN_SETTINGS, "{}{}", "settings.json" },
    { RN_RUN_SETTINGS, "\xff", "settings.json" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *path = path_of ("no-run"),
                      *file = g_build_filename (path, broken[i].file, NULL);
      g_autoptr (RnRunWriter) writer = trained (path, 1, 1);
      g_autoptr (GError) error = NULL, resumed = NULL;

      g_clear_pointer (&writer, rn_run_writer_free);
      g_unlink (file);
      if (broken[i].text != NULL)
        replace (path, broken[i].file, broken[i].text);
      g_assert_null (rn_run_open (path, &error));
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, broken[i].fragment));
      g_assert_null (rn_run_writer_open (path, &resumed));
      g_assert_cmpstr (resumed->message, ==, error->message);
      remove_tree (path);
    }
}

/* Appending */

static void
another_program_is_kept_out (void)
{
  g_autofree char *path = path_of ("locked-by-others");
  g_autoptr (RnRunWriter) writer = trained (path, 2, 1), second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_run_writer_open (path, &error));
  assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, path, "");
  g_clear_pointer (&writer, rn_run_writer_free);
  second = rn_run_writer_open (path, NULL);
  g_assert_nonnull (second);
}

static void
resuming_cuts_exactly_what_came_after_the_checkpoint (void)
{
  static const char *const logs[] = { RN_RUN_HISTORY, RN_RUN_BLOCKS, RN_RUN_TIMING };
  static const char *const tears[] = { "", "2", "21,1.5,0.", "21,1.5,0.7,1,0.1,," };
  g_autofree char *alone = path_of ("alone");
  g_autoptr (RnRunWriter) whole = trained (alone, 30, 10);

  for (gint64 killed = 20; killed < 24; killed++)
    {
      g_autofree char *path = path_of ("killed");
      g_autofree char *leftover =
          g_build_filename (path, "checkpoints/step-00000030.safetensors.tmp-abcdef", NULL);
      g_autoptr (RnRunWriter) writer = trained (path, killed, 10), resumed = NULL;
      const char *tear = tears[killed - 20];

      g_clear_pointer (&writer, rn_run_writer_free);
      append_bytes (path, RN_RUN_HISTORY, tear, strlen (tear));
      append_bytes (path, RN_RUN_TIMING, tear, strlen (tear));
      append_bytes (path, RN_RUN_BLOCKS, tear, strlen (tear));
      g_assert_true (g_file_set_contents (leftover, "torn", 4, NULL));
      resumed = rn_run_writer_resume (path, 20, NULL);
      g_assert_nonnull (resumed);
      g_assert_false (g_file_test (leftover, G_FILE_TEST_EXISTS));
      append_steps (resumed, 21, 30);
      g_assert_true (checkpoint (resumed, 30, NULL));
      for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
        assert_same_file (alone, path, logs[i]);
      assert_same_file (alone, path, "checkpoints/step-00000030.safetensors");
      g_clear_pointer (&resumed, rn_run_writer_free);
      remove_tree (path);
    }
}

static void
resuming_from_an_older_checkpoint_removes_the_newer (void)
{
  g_autofree char *path = path_of ("older");
  g_autoptr (RnRunWriter) writer = trained (path, 30, 10);
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) steps = NULL, rows = NULL;

  g_clear_pointer (&writer, rn_run_writer_free);
  writer = rn_run_writer_resume (path, 10, NULL);
  run = rn_run_open (path, NULL);
  steps = rn_run_list_checkpoints (run, NULL);
  rows = rn_run_read_history (run, NULL);
  g_assert_cmpuint (steps->len, ==, 2);
  g_assert_cmpint (g_array_index (steps, gint64, 1), ==, 10);
  g_assert_cmpuint (rows->len, ==, 10);
}

static void
a_checkpoint_may_come_before_its_row (void)
{
  g_autofree char *path = path_of ("pending");
  g_autoptr (RnRunWriter) writer = trained (path, 9, 100);
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) rows = NULL;

  g_assert_true (checkpoint (writer, 10, NULL));
  append_steps (writer, 10, 12);
  g_clear_pointer (&writer, rn_run_writer_free);
  writer = rn_run_writer_open (path, NULL);
  g_assert_true (rn_run_writer_cut (writer, 10, 9, NULL));
  append_step (writer, 10);
  run = rn_run_open (path, NULL);
  rows = rn_run_read_history (run, NULL);
  g_assert_cmpuint (rows->len, ==, 10);
}

static void
a_history_that_is_too_short_for_its_checkpoint_is_an_error (void)
{
  g_autofree char *path = path_of ("short"),
                  *history = g_build_filename (path, RN_RUN_HISTORY, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 10, 10);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&writer, rn_run_writer_free);
  g_assert_cmpint (truncate (history, (off_t) strlen (RN_RUN_HISTORY_HEADER)), ==, 0);
  g_assert_null (rn_run_writer_resume (path, 10, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, history,
                "ends at step 0, before the checkpoint of step 10");
}

static void
a_lost_timing_file_is_made_again (void)
{
  g_autofree char *path = path_of ("no-timing"),
                  *timing = g_build_filename (path, RN_RUN_TIMING, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 4, 2);
  g_autofree char *isa = NULL, *core = NULL, *text = NULL;

  g_clear_pointer (&writer, rn_run_writer_free);
  writer = rn_run_writer_resume (path, 4, NULL);
  g_assert_true (rn_run_writer_get_machine (writer, &isa, &core));
  g_assert_cmpstr (isa, ==, "avx2");
  g_assert_cmpstr (core, ==, "Zen");
  g_clear_pointer (&writer, rn_run_writer_free);
  g_unlink (timing);
  writer = rn_run_writer_resume (path, 4, NULL);
  g_assert_nonnull (writer);
  text = contents_of (path, RN_RUN_TIMING, NULL);
  g_assert_cmpstr (text, ==, RN_RUN_TIMING_HEADER);
  g_free (g_steal_pointer (&isa));
  g_free (g_steal_pointer (&core));
  g_assert_false (rn_run_writer_get_machine (writer, &isa, &core));
}

static void
commands_are_read_back_in_the_order_of_their_steps (void)
{
  g_autofree char *path = path_of ("events");
  g_autoptr (RnRunWriter) writer = trained (path, 10, 10);
  g_autoptr (GArray) all = NULL, later = NULL, after = NULL;

  g_assert_true (rn_run_writer_append_event (writer, 3, "rate", 0.1 + 0.2, NULL));
  g_assert_true (rn_run_writer_append_event (writer, 9, "rate", 0.01, NULL));
  g_assert_true (rn_run_writer_append_event (writer, 7, "rate", 0.02, NULL));
  g_assert_true (rn_run_writer_append_event (writer, 9, "rate", 0.03, NULL));
  all = rn_run_writer_read_events (writer, 0, NULL);
  g_assert_cmpuint (all->len, ==, 4);
  g_assert_cmpfloat (g_array_index (all, RnRunEvent, 0).value, ==, 0.1 + 0.2);
  g_assert_cmpstr (g_array_index (all, RnRunEvent, 0).name, ==, "rate");
  later = rn_run_writer_read_events (writer, 7, NULL);
  g_assert_cmpuint (later->len, ==, 3);
  g_assert_cmpfloat (g_array_index (later, RnRunEvent, 0).value, ==, 0.02);
  g_assert_cmpfloat (g_array_index (later, RnRunEvent, 1).value, ==, 0.01);
  g_assert_cmpfloat (g_array_index (later, RnRunEvent, 2).value, ==, 0.03);

  /* A torn command is gone for good */
  g_clear_pointer (&writer, rn_run_writer_free);
  append_bytes (path, RN_RUN_EVENTS, "9,rate,0.0", 10);
  writer = rn_run_writer_resume (path, 10, NULL);
  g_assert_true (rn_run_writer_append_event (writer, 10, "rate", 5.0, NULL));
  after = rn_run_writer_read_events (writer, 0, NULL);
  g_assert_cmpuint (after->len, ==, 5);
  g_assert_cmpfloat (g_array_index (after, RnRunEvent, 4).value, ==, 5.0);
}

static void
broken_commands_are_refused_naming_the_line (void)
{
  static const char *const broken[] = { "x,rate,1\n", "-1,rate,1\n",
                                        "1,rate\n",   "1,rate,1,1\n",
                                        "1,,1\n",     "1,rate,nan\n",
                                        "1,rate,\n",  "1,a-word-that-is-too-long,1\n",
                                        "\n" };
  g_autofree char *path = path_of ("broken-events"),
                  *events = g_build_filename (path, RN_RUN_EVENTS, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 1, 1);

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *text = g_strconcat (RN_RUN_EVENTS_HEADER "1,rate,1\n", broken[i], NULL);
      g_autoptr (GError) error = NULL;

      replace (path, RN_RUN_EVENTS, text);
      g_assert_null (rn_run_writer_read_events (writer, 0, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, events, "line 3");
    }
}

static void
another_length_changes_nothing_else (void)
{
  g_autofree char *path = path_of ("longer"), *before = NULL, *after = NULL, *expected = NULL;
  g_autoptr (RnRunWriter) writer = trained (path, 2, 1);
  g_auto (GStrv) parts = NULL;

  before = contents_of (path, RN_RUN_SETTINGS, NULL);
  g_assert_true (rn_run_writer_set_steps (writer, 2000, NULL));
  after = contents_of (path, RN_RUN_SETTINGS, NULL);
  parts = g_strsplit (before, "\"steps\": 1000", 2);
  expected = g_strjoinv ("\"steps\": 2000", parts);
  g_assert_cmpstr (after, ==, expected);
}

static void
a_row_without_numbers_is_refused (void)
{
  g_autofree char *path = path_of ("diverged");
  g_autoptr (RnRunWriter) writer = trained (path, 1, 1);
  const RnHistoryRow nan_loss = {
    .step = 2, .loss = NAN, .error = 0.9, .rate = 0.1, .test_loss = NAN, .test_error = NAN
  };
  const RnHistoryRow inf_test = {
    .step = 2, .loss = 1, .error = 0.9, .rate = 0.1, .test_loss = INFINITY, .test_error = 0.9
  };
  g_autoptr (GError) first = NULL, second = NULL;
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GArray) rows = NULL;

  g_assert_false (rn_run_writer_append_history (writer, &nan_loss, &first));
  g_assert_error (first, RN_ERROR, RN_ERROR_DIVERGED);
  g_assert_false (rn_run_writer_append_history (writer, &inf_test, &second));
  g_assert_error (second, RN_ERROR, RN_ERROR_DIVERGED);
  rows = rn_run_read_history (run, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
}

/* A limit on the size of files stands for a full disk: a write ends in its middle. */
static void
limit_file_size (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
a_full_disk_is_an_error_and_tears_nothing (void)
{
  g_autofree char *path = path_of ("full"),
                  *history = g_build_filename (path, RN_RUN_HISTORY, NULL);
  g_autofree char *checkpoints = g_build_filename (path, RN_RUN_CHECKPOINTS, NULL), *before = NULL,
                  *after = NULL;
  g_autoptr (RnRunWriter) writer = trained (path, 10, 10);
  const RnHistoryRow row = {
    .step = 11, .loss = 1, .error = 0.5, .rate = 0.1, .test_loss = NAN, .test_error = NAN
  };
  g_autoptr (GError) appended = NULL, saved = NULL;
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (RnModel) model = NULL;
  gsize length;

  before = contents_of (path, RN_RUN_HISTORY, &length);
  signal (SIGXFSZ, SIG_IGN);
  limit_file_size (length + 5);
  g_assert_false (rn_run_writer_append_history (writer, &row, &appended));
  g_assert_false (checkpoint (writer, 11, &saved));
  limit_file_size (RLIM_INFINITY);
  signal (SIGXFSZ, SIG_DFL);

  assert_error (appended, G_IO_ERROR, G_IO_ERROR_NO_SPACE, history, "");
  g_assert_nonnull (strstr (saved->message, "step-00000011.safetensors"));
  after = contents_of (path, RN_RUN_HISTORY, NULL);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (count_entries (checkpoints), ==, 2);
  model = rn_run_load_model (run, -1, NULL);
  g_assert_cmpint (rn_model_get_step (model), ==, 10);
  /* And on it goes when there is room again */
  g_assert_true (rn_run_writer_append_history (writer, &row, NULL));
  g_assert_true (checkpoint (writer, 11, NULL));
}

/* Checkpoints */

static void
a_checkpoint_comes_back_to_the_bit (void)
{
  g_autofree char *path = path_of ("exact"), *file = rn_run_checkpoint_path (path, 20);
  g_autoptr (RnRunWriter) writer = trained (path, 20, 10);
  g_autoptr (RnLoadedCheckpoint) loaded = rn_checkpoint_load (file, NULL),
                                 newest = rn_run_writer_load_newest (writer, NULL);
  g_autoptr (RnModel) model = tiny_model (20), as_model = rn_model_load (file, NULL, NULL);
  const RnParameters *parameters = rn_model_get_parameters (model);

  g_assert_cmpint (loaded->step, ==, 20);
  g_assert_cmpint (newest->step, ==, 20);
  g_assert_cmpfloat (loaded->rate, ==, 0.1);
  g_assert_cmpint (loaded->n_state, ==, 2);
  g_assert_cmpfloat (loaded->state[0], ==, 1.0 / 3.0);
  g_assert_cmpfloat (loaded->state[1], ==, 20.0);
  g_assert_true (memcmp (rn_model_get_arena (model), rn_model_get_arena (loaded->model),
                         parameters->n_floats * sizeof (float)) == 0);
  g_assert_true (memcmp (rn_model_get_arena (model), rn_model_get_arena (as_model),
                         parameters->n_floats * sizeof (float)) == 0);
  for (int i = 0; i < parameters->n; i++)
    if (parameters->items[i].offset < parameters->n_learned)
      for (gsize j = 0; j < parameters->items[i].count; j++)
        g_assert_cmpfloat (loaded->momentum[parameters->items[i].offset + j], ==,
                           20.0f + (float) j / 7.0f);
  g_assert_cmpstr (rn_model_get_classes (as_model)[2], ==, "c");
  g_assert_cmpint (rn_model_get_step (as_model), ==, 20);
}

/* What is asked for in a checkpoint and not there, or otherwise there */
static void
what_is_no_checkpoint_is_refused (void)
{
  g_autofree char *file = path_of ("model.safetensors");
  g_autoptr (RnModel) model = tiny_model (1);
  const gsize n = rn_model_get_parameters (model)->n_learned;
  g_autofree float *momentum = g_new0 (float, n);
  const double good[] = { 1.0 };
  RnCheckpoint content = {
    .model = model, .momentum = momentum, .step = 4, .rate = NAN, .state = good, .n_state = 1
  };
  g_autoptr (GError) no_state = NULL, no_rate = NULL, zero_rate = NULL, no_number = NULL;

  g_assert_true (rn_model_save (model, file, NULL));
  g_assert_null (rn_checkpoint_load (file, &no_state));
  assert_error (no_state, RN_ERROR, RN_ERROR_FORMAT, file, "no tensor “train.state.step”");
  g_assert_true (rn_checkpoint_save (&content, file, NULL));
  g_assert_null (rn_checkpoint_load (file, &no_rate));
  assert_error (no_rate, RN_ERROR, RN_ERROR_FORMAT, file, "rate nan");
  content.rate = 0.0;
  g_assert_true (rn_checkpoint_save (&content, file, NULL));
  g_assert_null (rn_checkpoint_load (file, &zero_rate));
  assert_error (zero_rate, RN_ERROR, RN_ERROR_FORMAT, file, "rate 0");
  content.rate = 0.1;
  momentum[0] = INFINITY;
  g_assert_true (rn_checkpoint_save (&content, file, NULL));
  g_assert_null (rn_checkpoint_load (file, &no_number));
  assert_error (no_number, RN_ERROR, RN_ERROR_FORMAT, file, "train.momentum.conv1.weight");
}

/* As a hole, so that it takes no room */
static void
measures_that_are_too_many_are_not_cut_off (void)
{
  g_autofree char *path = path_of ("many"), *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autoptr (RnRunWriter) writer = trained (path, 20, 10), resumed = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_clear_pointer (&writer, rn_run_writer_free);
  g_assert_cmpint (truncate (blocks, ((goffset) 1 << 30) + 1), ==, 0);
  resumed = rn_run_writer_resume (path, 20, &error);
  g_assert_null (resumed);
  assert_error (error, RN_ERROR, RN_ERROR_MEMORY, blocks, "larger than 1 GiB");
  g_assert_cmpint (g_stat (blocks, &status), ==, 0);
  g_assert_cmpint (status.st_size, ==, ((goffset) 1 << 30) + 1);
}

static void
the_newest_checkpoint_that_reads_well_is_taken (void)
{
  g_autofree char *path = path_of ("damaged");
  g_autofree char *newest = rn_run_checkpoint_path (path, 30),
                  *older = rn_run_checkpoint_path (path, 20);
  g_autofree char *wrong = rn_run_checkpoint_path (path, 99),
                  *start = rn_run_checkpoint_path (path, 0);
  g_autofree char *first = rn_run_checkpoint_path (path, 10), *bytes = NULL;
  g_autoptr (RnRunWriter) writer = trained (path, 30, 10);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (RnModel) fallen_back = NULL;
  g_autoptr (RnLoadedCheckpoint) checkpoint_too = NULL;
  g_autoptr (GError) exact = NULL, none = NULL, empty = NULL;
  gsize length;

  g_assert_cmpint (truncate (newest, 100), ==, 0);
  /* One that claims to be of another step */
  g_assert_true (g_file_get_contents (older, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (wrong, bytes, (gssize) length, NULL));
  fallen_back = rn_run_load_model (run, -1, NULL);
  g_assert_cmpint (rn_model_get_step (fallen_back), ==, 20);
  checkpoint_too = rn_run_writer_load_newest (writer, NULL);
  g_assert_cmpint (checkpoint_too->step, ==, 20);
  g_assert_null (rn_run_load_model (run, 30, &exact));
  assert_error (exact, RN_ERROR, RN_ERROR_FORMAT, newest, "");
  g_unlink (older);
  g_unlink (start);
  g_unlink (first);
  g_assert_null (rn_run_load_model (run, -1, &none));
  assert_error (none, RN_ERROR, RN_ERROR_FORMAT, wrong, "step 99");
  g_unlink (newest);
  g_unlink (wrong);
  g_assert_null (rn_run_load_model (run, -1, &empty));
  assert_error (empty, RN_ERROR, RN_ERROR_FORMAT, path, "holds no checkpoint");
}

static void
odd_names_among_the_checkpoints_are_passed_over (void)
{
  static const char *const odd[] = { "step-1.safetensors",
                                     "step-000000010.safetensors",
                                     "step--0000001.safetensors",
                                     "step-0000001x.safetensors",
                                     "step-99999999999999999999.safetensors",
                                     "step-.safetensors",
                                     "step-00000001",
                                     "step-00000001.safetensors.tmp-abcdef",
                                     "model.safetensors",
                                     "\xff\xfe" };
  g_autofree char *path = path_of ("odd-names");
  g_autoptr (RnRunWriter) writer = trained (path, 10, 5);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GArray) steps = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *file = g_build_filename (path, RN_RUN_CHECKPOINTS, odd[i], NULL);

      g_assert_true (g_file_set_contents (file, "", 0, NULL));
    }
  steps = rn_run_list_checkpoints (run, NULL);
  g_assert_cmpuint (steps->len, ==, 3);
  g_assert_cmpint (g_array_index (steps, gint64, 0), ==, 0);
  g_assert_cmpint (g_array_index (steps, gint64, 1), ==, 5);
  g_assert_cmpint (g_array_index (steps, gint64, 2), ==, 10);
}

static void
append_tested (RnRunWriter *writer, gint64 step, double test_error)
{
  const RnHistoryRow row = { .step = step,
                             .loss = 1,
                             .error = 0.5,
                             .rate = 0.1,
                             .test_loss = isnan (test_error) ? NAN : 1.0,
                             .test_error = test_error };

  g_assert_true (rn_run_writer_append_history (writer, &row, NULL));
}

static void
the_best_checkpoint_is_the_earliest_of_the_lowest_test_error (void)
{
  static const double errors[] = { 0.9, 0.3, NAN, 0.2, 0.25, 0.2, 0.1 };
  g_autofree char *path = path_of ("best");
  g_autoptr (RnRunWriter) writer = create (path, NULL);
  g_autoptr (RnRun) run = NULL;

  g_assert_true (checkpoint (writer, 0, NULL));
  run = rn_run_open (path, NULL);
  g_assert_cmpint (rn_run_best_step (run), ==, -1);
  for (int i = 0; i < 7; i++)
    {
      append_tested (writer, i + 1, errors[i]);
      /* The last, and best, has no checkpoint */
      if (i < 6)
        g_assert_true (checkpoint (writer, i + 1, NULL));
    }
  g_assert_cmpint (rn_run_best_step (run), ==, 4);
}

/* Large files without content count by their size, and are never read. */
static void
fake_checkpoint (const char *run, gint64 step, off_t size)
{
  g_autofree char *path = rn_run_checkpoint_path (run, step);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (truncate (path, size), ==, 0);
}

static void
assert_checkpoints (const char *path, const gint64 *expected, guint n)
{
  g_autoptr (GArray) steps = rn_run_list_folder (path, NULL);

  g_assert_cmpuint (steps->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (steps, gint64, i), ==, expected[i]);
}

static void
old_checkpoints_go_but_never_the_best_nor_the_latest_two (void)
{
  const off_t mib = 1 << 20;
  static const gint64 fitting[] = { 2, 4, 5, 6, 7 }, too_large[] = { 2, 7, 8 };
  g_autofree char *path = path_of ("kept");
  g_autoptr (RnRunWriter) writer = create (path, NULL);

  g_assert_true (checkpoint (writer, 0, NULL));
  for (gint64 step = 1; step <= 6; step++)
    {
      append_tested (writer, step, step == 2 || step == 3 ? 0.1 : 0.5);
      fake_checkpoint (path, step, 120 * mib);
    }
  append_tested (writer, 7, 0.5);
  g_assert_true (checkpoint (writer, 7, NULL));
  /* 7 is small; 6, 5 and 4 fit beside the best into 512 MiB, 3 does not, nor do those before it */
  assert_checkpoints (path, fitting, G_N_ELEMENTS (fitting));

  fake_checkpoint (path, 7, 600 * mib);
  append_tested (writer, 8, 0.5);
  g_assert_true (checkpoint (writer, 8, NULL));
  assert_checkpoints (path, too_large, G_N_ELEMENTS (too_large));

  /* A resumed writer knows the best, too */
  g_clear_pointer (&writer, rn_run_writer_free);
  writer = rn_run_writer_resume (path, 8, NULL);
  append_tested (writer, 9, 0.5);
  fake_checkpoint (path, 8, 600 * mib);
  g_assert_true (checkpoint (writer, 9, NULL));
  assert_checkpoints (path, (const gint64[]){ 2, 8, 9 }, 3);
}

static void
a_model_is_found_under_all_its_names (void)
{
  g_autofree char *path = path_of ("named"), *best = g_strconcat (path, "@best", NULL),
                  *exact = g_strconcat (path, "@10", NULL);
  g_autofree char *absent = g_strconcat (path, "@7", NULL),
                  *odd = g_strconcat (path, "@first", NULL);
  g_autofree char *literal = path_of ("odd@best"), *nothing = path_of ("nothing@best"),
                  *file = NULL, *bytes = NULL;
  g_autofree char *literal_run = path_of ("run@3");
  g_autoptr (RnRunWriter) writer = trained (path, 20, 5), other = trained (literal_run, 2, 1),
                          untested = NULL;
  g_autoptr (RnModel) latest_model = rn_model_load_any (path, NULL, NULL),
                      best_model = rn_model_load_any (best, NULL, NULL);
  g_autoptr (RnModel) exact_model = rn_model_load_any (exact, NULL, NULL), literal_model = NULL,
                      run_model = NULL;
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GError) no_step = NULL, no_word = NULL, no_file = NULL, no_best = NULL;
  gsize length;

  g_assert_cmpint (rn_model_get_step (latest_model), ==, 20);
  g_assert_cmpint (rn_run_best_step (run), >, 0);
  g_assert_cmpint (rn_model_get_step (best_model), ==, rn_run_best_step (run));
  g_assert_cmpint (rn_model_get_step (exact_model), ==, 10);

  g_assert_null (rn_model_load_any (absent, NULL, &no_step));
  assert_error (no_step, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "step-00000007.safetensors", path);
  g_assert_null (rn_model_load_any (odd, NULL, &no_word));
  assert_error (no_word, RN_ERROR, RN_ERROR_DATA, odd, "best");
  g_assert_null (rn_model_load_any (nothing, NULL, &no_file));
  assert_error (no_file, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, nothing, "");

  /* A file, and a run, whose names have an at sign in them */
  file = rn_run_checkpoint_path (path, 15);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (literal, bytes, (gssize) length, NULL));
  literal_model = rn_model_load_any (literal, NULL, NULL);
  g_assert_cmpint (rn_model_get_step (literal_model), ==, 15);
  run_model = rn_model_load_any (literal_run, NULL, NULL);
  g_assert_cmpint (rn_model_get_step (run_model), ==, 2);

  {
    g_autofree char *literal_best = g_strconcat (literal_run, "@best", NULL);

    g_assert_null (rn_model_load_any (literal_best, NULL, &no_best));
    assert_error (no_best, RN_ERROR, RN_ERROR_DATA, literal_run, "no best checkpoint");
  }
}

/* A run of many steps is read in the time of its bytes. */
static void
a_long_history_is_cut_quickly (void)
{
  g_autofree char *path = path_of ("long");
  g_autoptr (RnRunWriter) writer = trained (path, 1, 1);
  g_autoptr (GString) rows = g_string_new (NULL);
  gint64 started;

  for (int step = 2; step <= 200000; step++)
    g_string_append_printf (rows, "%d,0.5,2.3025850929940459,0.9140625,0.10000000000000001,,\n",
                            step);
  append_bytes (path, RN_RUN_HISTORY, rows->str, rows->len);
  g_clear_pointer (&writer, rn_run_writer_free);
  started = g_get_monotonic_time ();
  writer = rn_run_writer_resume (path, 200000, NULL);
  g_assert_nonnull (writer);
  g_assert_cmpint (g_get_monotonic_time () - started, <, 10 * G_USEC_PER_SEC);
}

/* Finding */

/* blocks.bin of three blocks, each third step measured from 3 to 300 */
static RnRunWriter *
measured (const char *path)
{
  RnRunWriter *writer = trained (path, 0, 1);

  for (gint64 step = 3; step <= 300; step += 3)
    {
      RnBlockMeasure group[3] = { { 0 } };

      for (int i = 0; i < 3; i++)
        group[i] = (RnBlockMeasure){ .step = step,
                                     .block = (guint32) i + 5,
                                     .rms_f = (float) step + (float) i / 8.0f };
      g_assert_true (rn_run_writer_append_measures (writer, group, 3, NULL));
    }
  return writer;
}

static void
assert_found (const char *blocks, gint64 asked, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) group = rn_run_find_blocks (blocks, 3, asked, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (group->len, ==, expected == 0 ? 0 : 3);
  for (guint i = 0; i < group->len; i++)
    {
      const RnBlockMeasure *measure = &g_array_index (group, RnBlockMeasure, i);

      g_assert_cmpint (measure->step, ==, expected);
      g_assert_cmpuint (measure->block, ==, i + 5);
      g_assert_cmpfloat (measure->rms_f, ==, (float) expected + (float) i / 8.0f);
    }
}

static void
measures_are_found_by_step (void)
{
  g_autofree char *path = path_of ("found");
  g_autofree char *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autoptr (RnRunWriter) writer = measured (path);

  for (gint64 step = 0; step <= 310; step++)
    assert_found (blocks, step, MIN (step, 300) / 3 * 3);
  assert_found (blocks, G_MAXINT64, 300);
  assert_found (blocks, -1, 0);
}

static void
a_torn_end_is_passed_over_where_measures_are_found (void)
{
  static const char zeros[100] = { 0 };
  g_autofree char *path = path_of ("found-torn");
  g_autofree char *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autoptr (RnRunWriter) writer = measured (path);

  append_bytes (path, RN_RUN_BLOCKS, zeros, sizeof zeros);
  assert_found (blocks, 1000, 300);
  for (int cut = 1; cut <= 3 * RN_RUN_BLOCKS_RECORD_SIZE; cut++)
    {
      g_assert_cmpint (truncate (blocks,
                                 RN_RUN_BLOCKS_HEADER_SIZE + 300 * RN_RUN_BLOCKS_RECORD_SIZE - cut),
                       ==, 0);
      assert_found (blocks, 1000, 297);
    }
  g_assert_cmpint (truncate (blocks, RN_RUN_BLOCKS_HEADER_SIZE + 5), ==, 0);
  assert_found (blocks, 1000, 0);
}

static void
broken_measures_are_refused_where_they_are_found (void)
{
  g_autofree char *path = path_of ("found-broken");
  g_autofree char *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autoptr (RnRunWriter) writer = measured (path);
  g_autoptr (GError) error = NULL, header_error = NULL, none_error = NULL;

  /* a file of other blocks than the network has */
  g_assert_null (rn_run_find_blocks (blocks, 4, 300, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, blocks, "lacks blocks");
  replace (path, RN_RUN_BLOCKS, "RNBLOCKS and so on and so on");
  g_assert_null (rn_run_find_blocks (blocks, 3, 300, &header_error));
  assert_error (header_error, RN_ERROR, RN_ERROR_FORMAT, blocks, "version");
  g_assert_cmpint (g_unlink (blocks), ==, 0);
  g_assert_null (rn_run_find_blocks (blocks, 3, 300, &none_error));
  assert_error (none_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, blocks, "");
}

/* Finding takes a few reads of a record, however long the run. */
static void
measures_of_a_long_run_are_found_quickly (void)
{
  g_autofree char *path = path_of ("found-long");
  g_autofree char *blocks = g_build_filename (path, RN_RUN_BLOCKS, NULL);
  g_autofree guint8 *bytes = g_malloc (1000000 * RN_RUN_BLOCKS_RECORD_SIZE);
  g_autoptr (RnRunWriter) writer = trained (path, 0, 1);
  gint64 started;

  for (gint64 step = 1; step <= 1000000; step++)
    {
      const RnBlockMeasure measure = { .step = step, .block = 7 };

      rn_run_measure_to_bytes (bytes + (step - 1) * RN_RUN_BLOCKS_RECORD_SIZE, &measure);
    }
  append_bytes (path, RN_RUN_BLOCKS, bytes, 1000000 * RN_RUN_BLOCKS_RECORD_SIZE);
  started = g_get_monotonic_time ();
  for (gint64 step = 1; step <= 1000; step++)
    {
      g_autoptr (GArray) group = rn_run_find_blocks (blocks, 1, step * 999, NULL);

      g_assert_cmpint (g_array_index (group, RnBlockMeasure, 0).step, ==, step * 999);
    }
  g_assert_cmpint (g_get_monotonic_time () - started, <, 2 * G_USEC_PER_SEC);
}

static void
a_run_tells_its_measures_commands_and_speed (void)
{
  g_autofree char *path = path_of ("told");
  g_autoptr (RnRunWriter) writer = trained (path, 20, 5);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GArray) group = rn_run_read_measures_at (run, 12, NULL), timing = NULL, events = NULL;
  const RnTimingRow *row;

  g_assert_true (rn_run_writer_append_event (writer, 8, "rate", 0.25, NULL));
  append_bytes (path, RN_RUN_TIMING, "21,10", 5);
  g_assert_cmpuint (group->len, ==, 1);
  g_assert_cmpint (g_array_index (group, RnBlockMeasure, 0).step, ==, 12);
  g_assert_cmpuint (g_array_index (group, RnBlockMeasure, 0).block, ==, 7);
  timing = rn_run_read_timing (run, NULL);
  g_assert_cmpuint (timing->len, ==, 20);
  row = &g_array_index (timing, RnTimingRow, 19);
  g_assert_cmpint (row->step, ==, 20);
  g_assert_cmpint (row->unix_time, ==, 1000020);
  g_assert_cmpfloat (row->pictures_per_s, ==, 123.5);
  g_assert_cmpint (row->threads, ==, 2);
  events = rn_run_read_events (run, NULL);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpint (g_array_index (events, RnRunEvent, 0).step, ==, 8);
  g_assert_cmpstr (g_array_index (events, RnRunEvent, 0).name, ==, "rate");
  g_assert_cmpfloat (g_array_index (events, RnRunEvent, 0).value, ==, 0.25);
}

static gboolean
take_three (const RnBlockMeasure *measure, gpointer data)
{
  gint64 *n = data;

  g_assert_cmpint (measure->step, ==, *n + 1);
  return ++*n < 3;
}

static void
measures_are_scanned_until_it_is_enough (void)
{
  g_autofree char *path = path_of ("scanned");
  g_autoptr (RnRunWriter) writer = trained (path, 20, 5);
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  gint64 n = 0;

  g_assert_true (rn_run_scan_measures (run, take_three, &n, NULL));
  g_assert_cmpint (n, ==, 3);
}

#define ADD(name) g_test_add_func ("/run/" #name, name)

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  ADD (a_run_is_there_with_a_checkpoint_or_not_at_all);
  ADD (a_taken_name_is_refused);
  ADD (a_name_taken_meanwhile_is_not_written_over);
  ADD (what_a_dead_program_left_half_made_is_cleared);
  ADD (a_new_run_clears_what_is_half_made_beside_it);
  ADD (a_run_with_a_step_is_not_cleared_whatever_it_is_called);
  ADD (what_is_no_run_is_not_cleared_whatever_it_is_called);
  ADD (a_folder_that_others_have_locked_is_not_waited_for_for_ever);
  ADD (only_its_own_suffix_says_that_a_run_is_being_made);
  ADD (a_folder_that_cannot_be_made_is_an_error);
  ADD (what_is_written_is_read_back_to_the_bit);
  ADD (nothing_but_timing_tells_time);
  ADD (a_torn_end_is_left_out);
  ADD (broken_histories_are_refused_naming_the_line);
  ADD (zeros_that_a_power_cut_left_behind_are_left_out);
  ADD (broken_measures_are_refused);
  ADD (logs_that_are_no_files_are_refused);
  ADD (folders_that_are_no_runs_are_refused);
  ADD (another_program_is_kept_out);
  ADD (resuming_cuts_exactly_what_came_after_the_checkpoint);
  ADD (resuming_from_an_older_checkpoint_removes_the_newer);
  ADD (a_checkpoint_may_come_before_its_row);
  ADD (a_history_that_is_too_short_for_its_checkpoint_is_an_error);
  ADD (a_lost_timing_file_is_made_again);
  ADD (commands_are_read_back_in_the_order_of_their_steps);
  ADD (broken_commands_are_refused_naming_the_line);
  ADD (another_length_changes_nothing_else);
  ADD (a_row_without_numbers_is_refused);
  ADD (a_full_disk_is_an_error_and_tears_nothing);
  ADD (a_checkpoint_comes_back_to_the_bit);
  ADD (what_is_no_checkpoint_is_refused);
  ADD (measures_that_are_too_many_are_not_cut_off);
  ADD (the_newest_checkpoint_that_reads_well_is_taken);
  ADD (odd_names_among_the_checkpoints_are_passed_over);
  ADD (the_best_checkpoint_is_the_earliest_of_the_lowest_test_error);
  ADD (old_checkpoints_go_but_never_the_best_nor_the_latest_two);
  ADD (a_model_is_found_under_all_its_names);
  ADD (a_long_history_is_cut_quickly);
  ADD (measures_are_found_by_step);
  ADD (a_torn_end_is_passed_over_where_measures_are_found);
  ADD (broken_measures_are_refused_where_they_are_found);
  ADD (measures_of_a_long_run_are_found_quickly);
  ADD (a_run_tells_its_measures_commands_and_speed);
  ADD (measures_are_scanned_until_it_is_enough);
  result = g_test_run ();
  remove_tree (folder);
  g_free (folder);
  return result;
}
