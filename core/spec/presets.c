#include "residua/spec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

#define MAX_STAGES 4

/* Table 1 (ImageNet) and section 4.2 (CIFAR) of He et al. 2015. */
typedef struct
{
  const char *name;
  gboolean is_imagenet; /* else CIFAR: 32x32, 3x3 stem of 16, three stages, 10 classes */
  RnBlockKind kind;
  int blocks[MAX_STAGES]; /* in each stage */
  RnShortcut shortcut;
  RnBottleneckStride bottleneck_stride;
} Preset;

#define CIFAR(depth, n)                                                                            \
  { "resnet" depth, FALSE, RN_BLOCK_BASIC, { n, n, n }, RN_SHORTCUT_A_SPLIT },                     \
      { "resnet" depth "-b", FALSE, RN_BLOCK_BASIC, { n, n, n }, RN_SHORTCUT_B },                  \
      { "resnet" depth "-c", FALSE, RN_BLOCK_BASIC, { n, n, n }, RN_SHORTCUT_C },                  \
  {                                                                                                \
    "plain" depth, FALSE, RN_BLOCK_PLAIN_BASIC, { n, n, n }, RN_SHORTCUT_A_SPLIT                   \
  }

#define DEEP_IMAGENET(depth, a, b, c, d)                                                           \
  { "resnet" depth, TRUE, RN_BLOCK_BOTTLENECK, { a, b, c, d }, RN_SHORTCUT_B, RN_STRIDE_IN_3X3 },  \
      { "resnet" depth "-paper", TRUE,          RN_BLOCK_BOTTLENECK,                               \
        { a, b, c, d },          RN_SHORTCUT_B, RN_STRIDE_IN_1X1 },                                \
  {                                                                                                \
    "plain" depth, TRUE, RN_BLOCK_PLAIN_BOTTLENECK, { a, b, c, d }, RN_SHORTCUT_B,                 \
        RN_STRIDE_IN_3X3                                                                           \
  }

static const Preset presets[] = {
  CIFAR ("8", 1), /* these two for the sample set */
  CIFAR ("14", 2),
  CIFAR ("20", 3),
  CIFAR ("32", 5),
  CIFAR ("44", 7),
  CIFAR ("56", 9),
  CIFAR ("110", 18),
  CIFAR ("1202", 200),
  { "resnet18", TRUE, RN_BLOCK_BASIC, { 2, 2, 2, 2 }, RN_SHORTCUT_B },
  { "resnet18-a", TRUE, RN_BLOCK_BASIC, { 2, 2, 2, 2 }, RN_SHORTCUT_A_SPLIT },
  { "plain18", TRUE, RN_BLOCK_PLAIN_BASIC, { 2, 2, 2, 2 }, RN_SHORTCUT_A_SPLIT },
  { "resnet34", TRUE, RN_BLOCK_BASIC, { 3, 4, 6, 3 }, RN_SHORTCUT_B },
  { "resnet34-a", TRUE, RN_BLOCK_BASIC, { 3, 4, 6, 3 }, RN_SHORTCUT_A_SPLIT },
  { "resnet34-c", TRUE, RN_BLOCK_BASIC, { 3, 4, 6, 3 }, RN_SHORTCUT_C },
  { "plain34", TRUE, RN_BLOCK_PLAIN_BASIC, { 3, 4, 6, 3 }, RN_SHORTCUT_A_SPLIT },
  DEEP_IMAGENET ("50", 3, 4, 6, 3),
  DEEP_IMAGENET ("101", 3, 4, 23, 3),
  DEEP_IMAGENET ("152", 3, 8, 36, 3),
};

/* Distances are counted on this many bytes: longer names are near to nothing anyway. */
#define MAX_COMPARED 32
#define MAX_NEAREST 3

static RnSpec *
build (const Preset *preset)
{
  const int first_width = preset->is_imagenet ? 64 : 16;
  const int expansion = rn_block_kind_is_bottleneck (preset->kind) ? 4 : 1;
  RnSpec *spec = preset->is_imagenet
                     ? rn_spec_new (preset->name, 224, 3, RN_STEM_7X7_POOL, first_width, 1000, NULL)
                     : rn_spec_new (preset->name, 32, 3, RN_STEM_3X3, first_width, 10, NULL);

  for (int stage = 0; stage < MAX_STAGES; stage++)
    for (int i = 0; i < preset->blocks[stage]; i++)
      {
        const RnBlockSpec block = {
          .kind = preset->kind,
          .channels = (first_width << stage) * expansion,
          .stride = stage > 0 && i == 0 ? 2 : 1,
          .shortcut = preset->shortcut,
          .bottleneck_stride = preset->bottleneck_stride,
        };

        if (!rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, NULL))
          g_assert_not_reached ();
      }
  return spec;
}

/* Levenshtein's distance between the beginnings of two names: row[j] is that of a's first i and b's first j bytes. */
static int
distance (const char *a, const char *b)
{
  const int n_a = (int)strnlen (a, MAX_COMPARED), n_b = (int)strnlen (b, MAX_COMPARED);
  int row[MAX_COMPARED + 1];

  for (int j = 0; j <= n_b; j++)
    row[j] = j;
  for (int i = 1; i <= n_a; i++)
    {
      int diagonal = row[0];

      row[0] = i;
      for (int j = 1; j <= n_b; j++)
        {
          const int replaced = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (replaced, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n_b];
}

static void
set_unknown_error (GError **error, const char *name)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (name, (gssize)strnlen (name, RN_MAX_NAME));
  gboolean is_taken[G_N_ELEMENTS (presets)] = { FALSE };

  for (int n = 0; n < MAX_NEAREST; n++)
    {
      int nearest = -1, least = G_MAXINT;

      for (int i = 0; i < (int)G_N_ELEMENTS (presets); i++)
        {
          const int far = is_taken[i] ? G_MAXINT : distance (name, presets[i].name);

          if (far < least)
            {
              nearest = i;
              least = far;
            }
        }
      is_taken[nearest] = TRUE;
      g_string_append_printf (list, n == 0 ? "“%s”" : ", “%s”", presets[nearest].name);
    }
  g_set_error (error, RN_ERROR, RN_ERROR_DATA,
               _ ("There is no network called “%s”; the nearest are %s"), valid, list->str);
}

RnSpec *
rn_spec_preset (const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      return build (&presets[i]);
  set_unknown_error (error, name);
  return NULL;
}

const char *const *
rn_spec_preset_names (void)
{
  static const char *names[G_N_ELEMENTS (presets) + 1];
  static gsize is_filled;

  if (g_once_init_enter (&is_filled))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
        names[i] = presets[i].name;
      g_once_init_leave (&is_filled, 1);
    }
  return names;
}
