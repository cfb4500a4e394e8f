#include <math.h>
#include <string.h>
#include <zlib.h>

#include "compute/memory.h"
#include "network/model.h"
#include "residua/evaluator.h"

/* torchvision's ResNet-50 under its own names: tests/golden/resnet50.py computes the same with PyTorch. */

#define SIDE 64
#define CLASSES 10

/* In [-1, 1), of whole numbers of 32 bits; as in the script */
static void
fill_numbers (float *numbers, const char *name, gsize n)
{
  const guint32 seed = (guint32) crc32 (0, (const Bytef *) name, (uInt) strlen (name));

  for (gsize i = 0; i < n; i++)
    {
      guint32 h = ((guint32) i + 1) * 2654435761u ^ seed;

      h ^= h >> 15;
      h *= 2246822519u;
      h ^= h >> 13;
      numbers[i] = (float) (h >> 8) / 8388608.0f - 1.0f;
    }
}

/* @values: in the order of the file, [K,C,R,S] */
static void
fill_parameter (float *values, const RnParameter *parameter)
{
  const gsize fan_in = parameter->count / (gsize) parameter->dims[0];
  float scale = 0.5f, shift = 1.0f;

  fill_numbers (values, parameter->name, parameter->count);
  if (parameter->n_dims > 1)
    {
      scale = (float) sqrt (3.0 / (double) fan_in);
      shift = 0.0f;
    }
  else if (g_str_has_suffix (parameter->name, "bias") ||
           g_str_has_suffix (parameter->name, "running_mean"))
    {
      scale = 0.25f;
      shift = 0.0f;
    }
  for (gsize i = 0; i < parameter->count; i++)
    values[i] = values[i] * scale + shift;
}

static RnModel *
make_model (void)
{
  const RnPreprocess preprocess = { .side = SIDE, .channels = 3, .std = { 1.0f, 1.0f, 1.0f } };
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet50", NULL);
  g_autoptr (RnLayout) layout = NULL;
  g_autoptr (RnParameters) parameters = NULL;
  g_autoptr (GError) error = NULL;
  RnModel *model;
  float *arena;

  g_assert_true (rn_spec_set_input (spec, SIDE, 3, NULL));
  g_assert_true (rn_spec_set_classes (spec, CLASSES, NULL));
  layout = rn_layout_new (spec, 0, 0);
  parameters = rn_parameters_new (layout);
  arena = rn_floats_new (parameters->n_floats);
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      g_autofree float *values = g_new (float, parameter->count);

      fill_parameter (values, parameter);
      rn_parameter_from_file_order (parameter, arena + parameter->offset, values);
    }
  model = rn_model_new_take (spec, arena, NULL, &preprocess, 1e-5, -1, &error);
  g_assert_no_error (error);
  return model;
}

/* [C,H,W] of the script as [H,W,C] */
static float *
make_picture (void)
{
  g_autofree float *planes = g_new (float, 3 * SIDE * SIDE);
  float *picture = g_new (float, 3 * SIDE * SIDE);

  fill_numbers (planes, "picture", 3 * SIDE * SIDE);
  for (int i = 0; i < SIDE * SIDE; i++)
    for (int c = 0; c < 3; c++)
      picture[i * 3 + c] = planes[c * SIDE * SIDE + i];
  return picture;
}

static void
resnet50_gives_the_logits_of_torchvision (gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", "resnet50.txt", NULL);
  g_autofree char *text = NULL;
  g_autofree float *picture = make_picture ();
  g_autoptr (RnModel) model = make_model ();
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  float logits[CLASSES];
  double squares = 0.0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, CLASSES);
  evaluator = rn_evaluator_new (model, (RnPath) GPOINTER_TO_INT (data), 1, &error);
  g_assert_no_error (error);
  g_assert_true (rn_evaluator_run (evaluator, logits, picture, 1, SIDE, SIDE, NULL, &error));
  for (int k = 0; k < CLASSES; k++)
    squares += pow (g_ascii_strtod (lines[k], NULL), 2.0);
  for (int k = 0; k < CLASSES; k++)
    g_assert_cmpfloat_with_epsilon ((double) logits[k], g_ascii_strtod (lines[k], NULL),
                                    1e-4 * fmax (1.0, sqrt (squares / CLASSES)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/golden/resnet50/unfolded", GINT_TO_POINTER (RN_PATH_TAPS),
                        resnet50_gives_the_logits_of_torchvision);
  g_test_add_data_func ("/golden/resnet50/folded", GINT_TO_POINTER (RN_PATH_RUN),
                        resnet50_gives_the_logits_of_torchvision);
  return g_test_run ();
}
