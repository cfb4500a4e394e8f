#include "formats/hints.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "formats/class-names-resource.h"
#include "residua/error.h"

#define N_IMAGENET 1000
#define MAX_CLASS_BYTES 200
#define MAX_CLASSES_BYTES ((gsize) 32 * 1024 * 1024)

typedef struct
{
  const char *name;
  int side;
  gboolean is_imagenet; /* the names of its classes; else CIFAR-10's */
  float mean[3];
  float std[3];
} Preset;

static const Preset presets[] = {
  { "imagenet", 224, TRUE, { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } },
  { "cifar10", 32, FALSE, { 0.4914f, 0.4822f, 0.4465f }, { 0.2023f, 0.1994f, 0.2010f } },
  { "cifar10-imagenet", 32, FALSE, { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } },
};

static const char *const cifar10_classes[] = { "airplane", "automobile", "bird", "cat",
                                               "deer",     "dog",        "frog", "horse",
                                               "ship",     "truck",      NULL };

static gpointer
read_imagenet_classes (gpointer unused)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (rn_class_names_get_resource (),
                                                     "/io/github/residua/imagenet-classes.txt",
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autofree char *lines = g_strndup (text, length);

  return g_strsplit (g_strchomp (lines), "\n", -1);
}

const char *const *
rn_imagenet_classes (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, read_imagenet_classes, NULL);
}

const char *const *
rn_model_preset_names (void)
{
  static const char *const names[] = { "imagenet", "cifar10", "cifar10-imagenet", NULL };

  return names;
}

static void
set_preset (RnModelHints *hints, const Preset *preset)
{
  hints->has_mean = TRUE;
  memcpy (hints->mean, preset->mean, sizeof hints->mean);
  memcpy (hints->std, preset->std, sizeof hints->std);
  hints->side = preset->side;
  hints->classes = preset->is_imagenet ? rn_imagenet_classes () : cifar10_classes;
}

gboolean
rn_model_hints_set_preset (RnModelHints *hints, const char *name, GError **error)
{
  g_autofree char *known = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      {
        set_preset (hints, &presets[i]);
        return TRUE;
      }
  known = g_strjoinv (", ", (char **) rn_model_preset_names ());
  g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("There is no preset “%s”; there are %s"), name,
               known);
  return FALSE;
}

/* What is usual for such a network */
static const Preset *
guess_preset (const RnSpec *spec, gboolean imagenet_mean)
{
  if (rn_spec_get_stem (spec) == RN_STEM_7X7_POOL)
    return &presets[0];
  return &presets[imagenet_mean ? 2 : 1];
}

static void
fill_preprocess (const RnModelHints *hints, const RnSpec *spec, gboolean imagenet_mean,
                 RnPreprocess *preprocess)
{
  const Preset *usual = guess_preset (spec, imagenet_mean);
  const gboolean given = hints != NULL && hints->has_mean;

  preprocess->side = rn_spec_get_side (spec);
  preprocess->channels = rn_spec_get_channels (spec);
  for (int i = 0; i < preprocess->channels; i++)
    if (given || preprocess->channels == 3)
      {
        preprocess->mean[i] = given ? hints->mean[i] : usual->mean[i];
        preprocess->std[i] = given ? hints->std[i] : usual->std[i];
      }
    else
      {
        preprocess->mean[i] = 0.0f;
        preprocess->std[i] = 1.0f;
      }
}

/* Shapes say that a network has a thousand classes, which nearly always are ImageNet's. */
const char *const *
rn_model_hints_get_classes (const RnModelHints *hints, const RnSpec *spec)
{
  const int n = rn_spec_get_classes (spec);

  if (hints != NULL && hints->classes != NULL)
    return g_strv_length ((char **) hints->classes) == (guint) n ? hints->classes : NULL;
  return n == N_IMAGENET && rn_spec_get_stem (spec) == RN_STEM_7X7_POOL ? rn_imagenet_classes ()
                                                                        : NULL;
}

static RnModelGuess
find_guesses (const RnModelHints *hints, const RnSpec *spec)
{
  int channels = rn_spec_get_stem_channels (spec);
  RnModelGuess guesses = 0;

  if (hints == NULL || !hints->has_mean)
    guesses |= RN_GUESS_MEAN;
  if (hints == NULL || hints->classes == NULL)
    guesses |= RN_GUESS_CLASSES;
  if (hints == NULL || !(hints->epsilon > 0.0))
    guesses |= RN_GUESS_EPSILON;
  if (hints == NULL || hints->side == 0)
    guesses |= RN_GUESS_SIDE;
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      const gboolean is_a =
          block->shortcut == RN_SHORTCUT_A_SPLIT || block->shortcut == RN_SHORTCUT_A_END;

      if (is_a && block->channels > channels &&
          (hints == NULL || !(hints->pad_end || hints->has_padding)))
        guesses |= RN_GUESS_PADDING;
      if (rn_block_kind_is_bottleneck (block->kind) && block->stride > 1 &&
          (hints == NULL || !(hints->stride_in_1x1 || hints->has_stride)))
        guesses |= RN_GUESS_STRIDE;
      channels = block->channels;
    }
  return guesses;
}

static gboolean
check_classes (const RnModelHints *hints, const RnSpec *spec, GError **error)
{
  const int n = rn_spec_get_classes (spec);
  const guint n_names = hints != NULL && hints->needs_classes && hints->classes != NULL
                            ? g_strv_length ((char **) hints->classes)
                            : (guint) n;

  if (n_names == (guint) n)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_DATA,
               ngettext ("The network tells %d class apart, %u names are given",
                         "The network tells %d classes apart, %u names are given", (gulong) n),
               n, n_names);
  return FALSE;
}

gboolean
rn_hints_apply (const RnModelHints *hints, const RnSpec *spec, gboolean imagenet_mean,
                RnPreprocess *preprocess, double *epsilon, char ***classes, RnModelGuess *guesses,
                GError **error)
{
  if (!check_classes (hints, spec, error))
    return FALSE;
  fill_preprocess (hints, spec, imagenet_mean, preprocess);
  *epsilon = hints != NULL && hints->epsilon > 0.0 ? hints->epsilon : 1e-5;
  *classes = g_strdupv ((char **) rn_model_hints_get_classes (hints, spec));
  *guesses = find_guesses (hints, spec);
  return TRUE;
}

/* Names of one's own */

char **
rn_model_read_classes (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = rn_file_read (path, MAX_CLASSES_BYTES, error);
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  gsize length;
  guint n;

  if (bytes == NULL)
    return NULL;
  length = g_bytes_get_size (bytes);
  text = g_strndup (length > 0 ? g_bytes_get_data (bytes, NULL) : "", length);
  /* what follows a NUL would be left out in silence */
  names = g_strsplit (strlen (text) == length ? g_strchomp (text) : "", "\n", RN_MAX_CLASSES + 1);
  n = g_strv_length (names);
  if (n == 0 || n > RN_MAX_CLASSES)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” holds no names of classes"), path);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      g_strstrip (names[i]);
      if (*names[i] != '\0' && strlen (names[i]) <= MAX_CLASS_BYTES &&
          g_utf8_validate (names[i], -1, NULL))
        continue;
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s”, line %u: a name of a class is 1 to %d bytes of UTF-8"), path, i + 1,
                   MAX_CLASS_BYTES);
      return NULL;
    }
  return g_steal_pointer (&names);
}
