#include "torch-files.h"

#include <gio/gio.h>
#include <math.h>
#include <sys/wait.h>

#include "residua/evaluator.h"
#include "residua/model.h"

#define SIDE 64
#define CLASSES 10
/* A script's exit status where a library is missing */
#define MISSING 77

static int
run_script (const char *folder, const char *script)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "core", "formats", script, NULL);
  const char *argv[] = { "/usr/bin/python3", "-W", "ignore", path, folder, NULL };
  g_autofree char *errors = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                     &errors, &status, NULL))
    return MISSING;
  if (!WIFEXITED (status) || (WEXITSTATUS (status) != 0 && WEXITSTATUS (status) != MISSING))
    g_error ("%s failed: %s", script, errors);
  return WEXITSTATUS (status);
}

gboolean
torch_files_make (const char *folder, const char *script)
{
  static GHashTable *made;
  g_autofree char *key = g_build_filename (folder, script, NULL);

  if (made == NULL)
    made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_contains (made, key))
    g_hash_table_insert (made, g_strdup (key), GINT_TO_POINTER (run_script (folder, script)));
  if (GPOINTER_TO_INT (g_hash_table_lookup (made, key)) == 0)
    return TRUE;
  g_test_skip ("needs python3-torch, python3-torchvision and python3-onnx");
  return FALSE;
}

static float *
read_floats (const char *folder, const char *name, gsize n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *bytes;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, ==, n * sizeof (float));
  return (float *) bytes;
}

/* What PyTorch wrote as [C,H,W], as [H,W,C] */
static float *
read_picture (const char *folder)
{
  g_autofree float *planes = read_floats (folder, "picture", 3 * SIDE * SIDE);
  float *picture = g_new (float, 3 * SIDE * SIDE);

  for (int i = 0; i < SIDE * SIDE; i++)
    for (int c = 0; c < 3; c++)
      picture[i * 3 + c] = planes[c * SIDE * SIDE + i];
  return picture;
}

void
torch_files_assert_logits (const char *folder, const char *file, const char *reference)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree float *picture = read_picture (folder),
                   *expected = read_floats (folder, reference, CLASSES);
  const RnModelHints hints = { .side = SIDE };
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (RnModel) model = NULL;
  g_autoptr (GError) error = NULL;
  float logits[CLASSES];
  double square = 0.0;

  model = rn_model_load (path, &hints, &error);
  g_assert_no_error (error);
  evaluator = rn_evaluator_new (model, RN_PATH_RUN, 1, &error);
  g_assert_no_error (error);
  g_assert_true (rn_evaluator_run (evaluator, logits, picture, 1, SIDE, SIDE, NULL, &error));
  for (int k = 0; k < CLASSES; k++)
    square += (double) (expected[k] * expected[k]);
  for (int k = 0; k < CLASSES; k++)
    g_assert_cmpfloat_with_epsilon (logits[k], expected[k],
                                    1e-4 * fmax (1.0, sqrt (square / CLASSES)));
}
