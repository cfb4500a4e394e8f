#include "truth.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <math.h>
#include <sys/wait.h>

#include "compute/memory.h"
#include "network/model.h"

RnModel *
truth_model (const RnSpec *spec, RnRandom *random, gboolean pixel_mean)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  float *arena = rn_floats_new (parameters->n_floats);
  RnPreprocess preprocess = { rn_spec_get_side (spec), rn_spec_get_channels (spec) };
  const gsize n_pixels = (gsize) (preprocess.side * preprocess.side * preprocess.channels);
  g_autoptr (GError) error = NULL;
  RnModel *model;

  rn_parameters_initialise (parameters, spec, layout, arena, 7);
  for (int i = 0; i < parameters->n; i++)
    for (gsize j = 0; j < parameters->items[i].count; j++)
      {
        float *value = &arena[parameters->items[i].offset + j];

        switch (parameters->items[i].kind)
          {
          case RN_PARAMETER_GAMMA:
          case RN_PARAMETER_VARIANCE:
            *value = (float) rn_random_between (random, 0.5, 1.5);
            break;
          case RN_PARAMETER_BETA:
          case RN_PARAMETER_MEAN:
            *value = (float) rn_random_between (random, -0.3, 0.3);
            break;
          case RN_PARAMETER_FILTER:
          case RN_PARAMETER_FC_WEIGHT:
          case RN_PARAMETER_FC_BIAS:
          default:
            break;
          }
      }
  for (int i = 0; i < preprocess.channels; i++)
    {
      preprocess.mean[i] = (float) rn_random_between (random, 0.2, 0.7);
      preprocess.std[i] = (float) rn_random_between (random, 0.2, 0.4);
    }
  if (pixel_mean)
    preprocess.pixel_mean = g_new (float, n_pixels);
  for (gsize i = 0; pixel_mean && i < n_pixels; i++)
    preprocess.pixel_mean[i] = (float) rn_random_between (random, 0.2, 0.7);
  model = rn_model_new_take (spec, arena, NULL, &preprocess, 1e-5, 12, &error);
  g_assert_no_error (error);
  rn_preprocess_clear (&preprocess);
  return model;
}

void
truth_init_take (Truth *truth, RnModel *model, RnPicture **pictures, int n)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 1, NULL);
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const int side = preprocess->side;
  double squares = 0.0;

  truth->n = n;
  truth->pictures = pictures;
  truth->n_inputs = (gsize) (side * side * preprocess->channels);
  truth->classes = (gsize) rn_spec_get_classes (rn_model_get_spec (model));
  truth->x = g_new (float, (gsize) n * truth->n_inputs);
  truth->logits = g_new (float, (gsize) n * truth->classes);
  for (int i = 0; i < n; i++)
    rn_preprocess_apply (preprocess, truth->x + (gsize) i * truth->n_inputs, pictures[i]);
  g_assert_true (rn_evaluator_run (evaluator, truth->logits, truth->x, n, side, side, NULL, NULL));
  for (gsize i = 0; i < (gsize) n * truth->classes; i++)
    squares += (double) truth->logits[i] * truth->logits[i];
  truth->allowed = 1e-4 * MAX (1.0, sqrt (squares / (double) ((gsize) n * truth->classes)));
}

void
truth_init (Truth *truth, RnModel *model, int n, RnRandom *random)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const int side = preprocess->side;
  RnPicture **pictures = g_new (RnPicture *, n);

  for (int i = 0; i < n; i++)
    {
      pictures[i] = rn_picture_new (side, side, preprocess->channels, NULL);
      for (int j = 0; j < side * side * preprocess->channels; j++)
        pictures[i]->pixels[j] = (guint8) rn_random_below (random, 256);
    }
  truth_init_take (truth, model, pictures, n);
}

void
truth_clear (Truth *truth)
{
  for (int i = 0; i < truth->n; i++)
    rn_picture_unref (truth->pictures[i]);
  g_free (truth->pictures);
  g_free (truth->x);
  g_free (truth->logits);
}

gboolean
truth_compile (const char *compiler, const char *source, const char *library)
{
  const char *const arguments[] = { compiler,    "-std=c99", "-Wall", "-Wextra",
                                    "-pedantic", "-Werror",  "-O1",   "-ffp-contract=off",
                                    "-shared",   "-fPIC",    "-o",    library,
                                    source,      NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                     &output, &status, &error))
    return FALSE;
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s does not like %s: %.2000s", compiler, source, output);
  return TRUE;
}

typedef int (*Classify) (const unsigned char *bytes, float *scores);

double
truth_compare_c (const Truth *truth, const char *library)
{
  void *handle = dlopen (library, RTLD_NOW | RTLD_LOCAL);
  Classify classify = handle == NULL ? NULL : (Classify) dlsym (handle, "classify");
  g_autofree float *scores = g_new (float, truth->classes);
  double largest = 0.0;

  if (classify == NULL)
    g_error ("%s", dlerror ());
  for (int i = 0; i < truth->n; i++)
    {
      const int answer = classify (truth->pictures[i]->pixels, scores);

      for (gsize k = 0; k < truth->classes; k++)
        {
          const float expected = truth->logits[(gsize) i * truth->classes + k];

          g_assert_cmpfloat_with_epsilon (scores[k], expected, truth->allowed);
          g_assert_true (scores[k] <= scores[answer]);
          largest = fmax (largest, fabs ((double) (scores[k] - expected)));
        }
    }
  dlclose (handle);
  return largest;
}

static void
write_floats (const char *path, const float *values, gsize n)
{
  g_assert_true (
      g_file_set_contents (path, (const char *) values, (gssize) (n * sizeof *values), NULL));
}

void
truth_write (const Truth *truth, RnModel *model, const char *folder, const char *name,
             gboolean bytes)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const gsize pixels = (gsize) (preprocess->side * preprocess->side),
              channels = (gsize) preprocess->channels, n = (gsize) truth->n;
  g_autofree float *x = g_new (float, n * truth->n_inputs);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *input = g_strconcat (path, ".f32", NULL),
                  *logits = g_strconcat (path, ".logits", NULL),
                  *shape = g_strconcat (path, ".txt", NULL),
                  *network = g_strconcat (path, ".json", NULL);
  g_autofree char *text = g_strdup_printf ("%d %d %d %d %zu", truth->n, preprocess->channels,
                                           preprocess->side, preprocess->side, truth->classes);
  g_autofree char *json = rn_spec_to_json (rn_model_get_spec (model));

  for (gsize i = 0; i < n; i++)
    for (gsize p = 0; p < pixels; p++)
      for (gsize c = 0; c < channels; c++)
        x[(i * channels + c) * pixels + p] =
            bytes ? (float) truth->pictures[i]->pixels[p * channels + c]
                  : truth->x[(i * pixels + p) * channels + c];
  write_floats (input, x, n * truth->n_inputs);
  write_floats (logits, truth->logits, n * truth->classes);
  g_assert_true (g_file_set_contents (shape, text, -1, NULL));
  g_assert_true (g_file_set_contents (network, json, -1, NULL));
}

void
truth_ask_peer (const char *peer, const char *folder)
{
  const char *const arguments[] = {
    "/usr/bin/python3", g_test_get_filename (G_TEST_DIST, "core", "formats", "peers.py", NULL),
    peer, folder, NULL
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL, *errors = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &errors,
                     &status, &error))
    {
      g_test_skip (error->message);
      return;
    }
  g_strchomp (output);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    {
      g_test_skip (output);
      return;
    }
  g_test_message ("%s", output);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s\n%s", output, errors);
}
