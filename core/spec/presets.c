#include "residua/spec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"
#include "residua/spelling.h"

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

#define CIFAR(name, kind, n, shortcut)                                                             \
  {                                                                                                \
    name, FALSE, RN_BLOCK_##kind, { n, n, n, 0 }, RN_SHORTCUT_##shortcut, RN_STRIDE_IN_3X3         \
  }
#define IMAGENET(name, kind, shortcut, stride, ...)                                                \
  {                                                                                                \
    name, TRUE, RN_BLOCK_##kind, { __VA_ARGS__ }, RN_SHORTCUT_##shortcut, RN_STRIDE_##stride       \
  }

/* 8 and 14 are for the sample set. */
static const Preset presets[] = {
  CIFAR ("resnet8", BASIC, 1, A_SPLIT),
  CIFAR ("resnet8-b", BASIC, 1, B),
  CIFAR ("resnet8-c", BASIC, 1, C),
  CIFAR ("plain8", PLAIN_BASIC, 1, A_SPLIT),
  CIFAR ("resnet14", BASIC, 2, A_SPLIT),
  CIFAR ("resnet14-b", BASIC, 2, B),
  CIFAR ("resnet14-c", BASIC, 2, C),
  CIFAR ("plain14", PLAIN_BASIC, 2, A_SPLIT),
  CIFAR ("resnet20", BASIC, 3, A_SPLIT),
  CIFAR ("resnet20-b", BASIC, 3, B),
  CIFAR ("resnet20-c", BASIC, 3, C),
  CIFAR ("plain20", PLAIN_BASIC, 3, A_SPLIT),
  CIFAR ("resnet32", BASIC, 5, A_SPLIT),
  CIFAR ("resnet32-b", BASIC, 5, B),
  CIFAR ("resnet32-c", BASIC, 5, C),
  CIFAR ("plain32", PLAIN_BASIC, 5, A_SPLIT),
  CIFAR ("resnet44", BASIC, 7, A_SPLIT),
  CIFAR ("resnet44-b", BASIC, 7, B),
  CIFAR ("resnet44-c", BASIC, 7, C),
  CIFAR ("plain44", PLAIN_BASIC, 7, A_SPLIT),
  CIFAR ("resnet56", BASIC, 9, A_SPLIT),
  CIFAR ("resnet56-b", BASIC, 9, B),
  CIFAR ("resnet56-c", BASIC, 9, C),
  CIFAR ("plain56", PLAIN_BASIC, 9, A_SPLIT),
  CIFAR ("resnet110", BASIC, 18, A_SPLIT),
  CIFAR ("resnet110-b", BASIC, 18, B),
  CIFAR ("resnet110-c", BASIC, 18, C),
  CIFAR ("plain110", PLAIN_BASIC, 18, A_SPLIT),
  CIFAR ("resnet1202", BASIC, 200, A_SPLIT),
  CIFAR ("resnet1202-b", BASIC, 200, B),
  CIFAR ("resnet1202-c", BASIC, 200, C),
  CIFAR ("plain1202", PLAIN_BASIC, 200, A_SPLIT),

  IMAGENET ("resnet18", BASIC, B, IN_3X3, 2, 2, 2, 2),
  IMAGENET ("resnet18-a", BASIC, A_SPLIT, IN_3X3, 2, 2, 2, 2),
  IMAGENET ("plain18", PLAIN_BASIC, A_SPLIT, IN_3X3, 2, 2, 2, 2),
  IMAGENET ("resnet34", BASIC, B, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("resnet34-a", BASIC, A_SPLIT, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("resnet34-c", BASIC, C, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("plain34", PLAIN_BASIC, A_SPLIT, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("resnet50", BOTTLENECK, B, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("resnet50-paper", BOTTLENECK, B, IN_1X1, 3, 4, 6, 3),
  IMAGENET ("plain50", PLAIN_BOTTLENECK, B, IN_3X3, 3, 4, 6, 3),
  IMAGENET ("resnet101", BOTTLENECK, B, IN_3X3, 3, 4, 23, 3),
  IMAGENET ("resnet101-paper", BOTTLENECK, B, IN_1X1, 3, 4, 23, 3),
  IMAGENET ("plain101", PLAIN_BOTTLENECK, B, IN_3X3, 3, 4, 23, 3),
  IMAGENET ("resnet152", BOTTLENECK, B, IN_3X3, 3, 8, 36, 3),
  IMAGENET ("resnet152-paper", BOTTLENECK, B, IN_1X1, 3, 8, 36, 3),
  IMAGENET ("plain152", PLAIN_BOTTLENECK, B, IN_3X3, 3, 8, 36, 3),
};

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

static void
set_unknown_error (GError **error, const char *name)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (name, (gssize) strnlen (name, RN_MAX_NAME));
  gboolean is_taken[G_N_ELEMENTS (presets)] = { FALSE };

  for (int n = 0; n < MAX_NEAREST; n++)
    {
      int nearest = -1, least = G_MAXINT;

      for (int i = 0; i < (int) G_N_ELEMENTS (presets); i++)
        {
          const int far = is_taken[i] ? G_MAXINT : rn_spelling_distance (name, presets[i].name);

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
