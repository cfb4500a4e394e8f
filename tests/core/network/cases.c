#include "cases.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/random.h"

#define BASIC(c, s, o)                                                                             \
  {                                                                                                \
    .kind = RN_BLOCK_BASIC, .channels = c, .stride = s, .shortcut = o                              \
  }
#define BOTTLENECK(c, s, o, where)                                                                 \
  {                                                                                                \
    .kind = RN_BLOCK_BOTTLENECK, .channels = c, .stride = s, .shortcut = o,                        \
    .bottleneck_stride = where                                                                     \
  }
#define PLAIN(c, s)                                                                                \
  {                                                                                                \
    .kind = RN_BLOCK_PLAIN_BASIC, .channels = c, .stride = s                                       \
  }
#define PLAIN_BOTTLENECK(c, s, where)                                                              \
  {                                                                                                \
    .kind = RN_BLOCK_PLAIN_BOTTLENECK, .channels = c, .stride = s, .bottleneck_stride = where      \
  }

const Case cases[] = {
  { "identity",
    8,
    3,
    RN_STEM_3X3,
    5,
    4,
    4,
    4,
    2,
    { BASIC (5, 1, RN_SHORTCUT_B), BASIC (5, 1, RN_SHORTCUT_A_END) } },
  { "A-split",
    9,
    1,
    RN_STEM_3X3,
    4,
    5,
    5,
    5,
    3,
    { BASIC (4, 1, RN_SHORTCUT_A_SPLIT), BASIC (7, 2, RN_SHORTCUT_A_SPLIT),
      BASIC (12, 1, RN_SHORTCUT_A_SPLIT) } },
  { "A-end",
    7,
    3,
    RN_STEM_3X3,
    6,
    3,
    3,
    3,
    3,
    { BASIC (9, 2, RN_SHORTCUT_A_END), BASIC (9, 2, RN_SHORTCUT_A_END),
      BOTTLENECK (16, 1, RN_SHORTCUT_A_END, RN_STRIDE_IN_3X3) } },
  { "B",
    10,
    3,
    RN_STEM_3X3,
    4,
    10,
    4,
    2,
    3,
    { BASIC (6, 1, RN_SHORTCUT_B), BASIC (8, 2, RN_SHORTCUT_B), BASIC (8, 1, RN_SHORTCUT_B) } },
  { "C",
    8,
    1,
    RN_STEM_3X3,
    4,
    2,
    3,
    3,
    3,
    { BASIC (4, 1, RN_SHORTCUT_C), BASIC (6, 2, RN_SHORTCUT_C),
      BOTTLENECK (8, 1, RN_SHORTCUT_C, RN_STRIDE_IN_3X3) } },
  { "bottlenecks",
    11,
    3,
    RN_STEM_3X3,
    8,
    6,
    3,
    3,
    4,
    { BOTTLENECK (16, 1, RN_SHORTCUT_B, RN_STRIDE_IN_3X3),
      BOTTLENECK (16, 1, RN_SHORTCUT_B, RN_STRIDE_IN_3X3),
      BOTTLENECK (24, 2, RN_SHORTCUT_B, RN_STRIDE_IN_3X3),
      BOTTLENECK (24, 2, RN_SHORTCUT_A_SPLIT, RN_STRIDE_IN_1X1) } },
  { "large stem",
    29,
    3,
    RN_STEM_7X7_POOL,
    8,
    5,
    3,
    3,
    4,
    { BOTTLENECK (16, 1, RN_SHORTCUT_B, RN_STRIDE_IN_3X3),
      BOTTLENECK (24, 2, RN_SHORTCUT_A_SPLIT, RN_STRIDE_IN_1X1), BASIC (24, 1, RN_SHORTCUT_A_END),
      BASIC (28, 1, RN_SHORTCUT_C) } },
  { "large stem, plain first",
    22,
    1,
    RN_STEM_7X7_POOL,
    6,
    4,
    2,
    2,
    2,
    { PLAIN (6, 1), BASIC (10, 1, RN_SHORTCUT_A_END) } },
  { "plain",
    9,
    3,
    RN_STEM_3X3,
    5,
    7,
    3,
    3,
    3,
    { PLAIN (5, 1), PLAIN (8, 2), PLAIN_BOTTLENECK (12, 1, RN_STRIDE_IN_3X3) } },
  { "plain among others",
    12,
    3,
    RN_STEM_3X3,
    4,
    3,
    2,
    2,
    5,
    { BASIC (4, 1, RN_SHORTCUT_B), PLAIN_BOTTLENECK (8, 2, RN_STRIDE_IN_1X1),
      BASIC (8, 1, RN_SHORTCUT_B), PLAIN (6, 1), BASIC (6, 2, RN_SHORTCUT_A_SPLIT) } },
  { "no block", 6, 3, RN_STEM_3X3, 5, 3, 2, 2, 0, { { 0 } } },
  { "no block, large stem", 15, 3, RN_STEM_7X7_POOL, 5, 3, 3, 3, 0, { { 0 } } },
  { "one picture", 9, 3, RN_STEM_3X3, 4, 4, 1, 1, 1, { BASIC (8, 2, RN_SHORTCUT_A_SPLIT) } },
  { "one of five",
    8,
    1,
    RN_STEM_3X3,
    4,
    4,
    5,
    1,
    2,
    { BASIC (4, 1, RN_SHORTCUT_B), BOTTLENECK (8, 2, RN_SHORTCUT_B, RN_STRIDE_IN_1X1) } },
  { "one class", 5, 1, RN_STEM_3X3, 3, 1, 2, 2, 1, { BASIC (3, 1, RN_SHORTCUT_B) } },
};
const int n_cases = G_N_ELEMENTS (cases);

const Case *
case_find (const char *name)
{
  for (int i = 0; i < n_cases; i++)
    if (g_str_equal (cases[i].name, name))
      return &cases[i];
  g_assert_not_reached ();
}

RnSpec *
case_spec (const Case *self)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_new (self->name, self->side, self->channels, self->stem,
                              self->stem_channels, self->classes, &error);

  g_assert_no_error (error);
  for (int i = 0; i < self->n_blocks; i++)
    {
      rn_spec_add_block (spec, i, self->blocks[i], &error);
      g_assert_no_error (error);
    }
  return spec;
}

RnSpec *
random_spec (guint64 seed)
{
  const RnStemKind stem = seed % 4 == 3 ? RN_STEM_7X7_POOL : RN_STEM_3X3;
  g_autoptr (GError) error = NULL;
  RnRandom random;
  RnSpec *spec;
  int n_blocks;

  rn_random_start (&random, seed, RN_STREAM_TEST, 1, 0);
  spec = rn_spec_new (NULL, (stem == RN_STEM_3X3 ? 6 : 17) + (int) rn_random_below (&random, 8),
                      rn_random_below (&random, 2) == 0 ? 1 : 3, stem,
                      3 + (int) rn_random_below (&random, 5),
                      2 + (int) rn_random_below (&random, 6), &error);
  g_assert_no_error (error);
  n_blocks = 1 + (int) rn_random_below (&random, 4);
  /* What does not follow is refused, and drawn again. A bottleneck of one inner channel would have filters of one
   * weight, to whose size batch-norm is blind: their gradient is nothing but rounding. */
  while (rn_spec_n_blocks (spec) < n_blocks)
    {
      const RnBlockSpec block = { .kind = (RnBlockKind) rn_random_below (&random, 4),
                                  .channels = 8 * (1 + (int) rn_random_below (&random, 3)),
                                  .stride = rn_random_below (&random, 3) == 0 ? 2 : 1,
                                  .shortcut = (RnShortcut) rn_random_below (&random, 4),
                                  .bottleneck_stride =
                                      (RnBottleneckStride) rn_random_below (&random, 2) };

      rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, NULL);
    }
  return spec;
}

float *
random_pictures (guint64 seed, int n, int height, int width, int channels)
{
  const gsize count = (gsize) n * height * width * channels;
  float *x = g_new (float, count);
  RnRandom random;

  rn_random_start (&random, seed, RN_STREAM_TEST, 2, 0);
  for (gsize i = 0; i < count; i++)
    x[i] = (float) rn_random_normal (&random);
  return x;
}

int *
random_labels (guint64 seed, int n, int classes)
{
  int *labels = g_new (int, n);
  RnRandom random;

  rn_random_start (&random, seed, RN_STREAM_TEST, 3, 0);
  for (int i = 0; i < n; i++)
    labels[i] = (int) rn_random_below (&random, (guint64) classes);
  return labels;
}

void
randomise_arena (float *arena, const RnSpec *spec, const RnParameters *parameters, guint64 seed)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  RnRandom random;

  rn_parameters_initialise (parameters, spec, layout, arena, seed);
  rn_random_start (&random, seed, RN_STREAM_TEST, 4, 0);
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *p = &parameters->items[i];

      for (gsize j = 0; j < p->count; j++)
        switch (p->kind)
          {
          case RN_PARAMETER_GAMMA:
            arena[p->offset + j] = (float) rn_random_between (&random, 0.5, 1.5);
            break;
          case RN_PARAMETER_VARIANCE:
            arena[p->offset + j] = (float) rn_random_between (&random, 0.3, 3.0);
            break;
          case RN_PARAMETER_BETA:
          case RN_PARAMETER_MEAN:
            arena[p->offset + j] = (float) (0.3 * rn_random_normal (&random));
            break;
          case RN_PARAMETER_FILTER:
          case RN_PARAMETER_FC_WEIGHT:
          case RN_PARAMETER_FC_BIAS:
            break;
          }
    }
}

RnModel *
random_model (const RnSpec *spec, guint64 seed)
{
  const RnPreprocess preprocess = { .side = rn_spec_get_side (spec),
                                    .channels = rn_spec_get_channels (spec),
                                    .mean = { 0.4f, 0.5f, 0.45f },
                                    .std = { 0.25f, 0.2f, 0.3f } };
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  g_autofree float *arena = g_new0 (float, parameters->n_floats);
  g_autoptr (GError) error = NULL;
  RnModel *model;

  randomise_arena (arena, spec, parameters, seed);
  model = rn_model_new (spec, arena, 0, NULL, &preprocess, &error);
  g_assert_no_error (error);
  return model;
}

#define CLEAR_MARGIN 1e-5

float *
clear_pictures (RefNetwork *ref, guint64 seed, const int *labels)
{
  for (guint64 attempt = 0; attempt < 200; attempt++)
    {
      float *x = random_pictures (seed + 1000 * attempt, ref->n, ref->layout->in_h,
                                  ref->layout->in_w, ref->layout->in_c);

      ref_network_set_x (ref, x);
      ref_network_train (ref, labels);
      if (ref->margin > CLEAR_MARGIN)
        {
          ref_network_backward (ref, labels);
          return x;
        }
      g_free (x);
    }
  g_error ("No pictures keep every ReLU away from 0");
}

void
assert_near (const char *what, const float *a, const double *b, gsize count, double tolerance)
{
  double difference = 0.0, norm = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
  if (!(sqrt (difference) <= tolerance * sqrt (norm)))
    g_error ("%s: differs by %g of its norm %g, more than %g", what, sqrt (difference / norm),
             sqrt (norm), tolerance);
}

void
assert_agree (const char *what, const float *a, const double *b, gsize count, double tolerance)
{
  double worst = 0.0, squares = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      const double difference = fabs (a[i] - b[i]);

      worst = isnan (worst) || difference <= worst ? worst : difference;
      squares += b[i] * b[i];
    }
  if (!(worst <= tolerance * MAX (1.0, sqrt (squares / (double) count))))
    g_error ("%s: differs by up to %g at RMS %g, more than %g", what, worst,
             sqrt (squares / (double) count), tolerance);
}

void
assert_same_bits (const char *what, const float *a, const float *b, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (memcmp (&a[i], &b[i], sizeof a[i]) != 0)
      g_error ("%s: [%" G_GSIZE_FORMAT "] is %.9g and %.9g", what, i, (double) a[i], (double) b[i]);
}

char *
shared_path (const char *first, ...)
{
  g_autofree char *root = g_strdup (g_getenv ("RESIDUA_SHARED"));
  g_autofree char *rest = NULL;
  g_autofree char *path = NULL;
  va_list arguments;

  if (root == NULL)
    root = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", NULL);
  va_start (arguments, first);
  rest = g_build_filename_valist (first, &arguments);
  va_end (arguments);
  path = g_build_filename (root, rest, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *message = g_strdup_printf ("%s is not there", path);

      g_test_skip (message);
      return NULL;
    }
  return g_steal_pointer (&path);
}
