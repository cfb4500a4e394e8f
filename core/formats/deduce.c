#include "formats/deduce.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/json.h"
#include "residua/error.h"

typedef struct
{
  GHashTable *tensors;
  const char *path;
  const RnModelHints *hints;
  GError **error;
} Deduction;

/* What the file has where @name was sought: "conv1.0.weight" for "conv1.weight". The first of several in the alphabet;
 * NULL where there is none
 */
static const char *
find_near (const Deduction *deduction, const char *name)
{
  const gsize length = (gsize) (strrchr (name, '.') - name) + 1;
  const char *nearest = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, deduction->tensors);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (strncmp (key, name, length) == 0 && (nearest == NULL || strcmp (key, nearest) < 0))
      nearest = key;
  return nearest;
}

static void
miss (const Deduction *deduction, const char *name)
{
  const char *near = find_near (deduction, name);

  if (near != NULL)
    g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
                 _ ("“%s” holds no residual network that is known here: it has no tensor “%s”, but "
                    "“%s”"),
                 deduction->path, name, near);
  else
    g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
                 _ ("“%s” holds no residual network that is known here: it has no tensor “%s”"),
                 deduction->path, name);
}

G_GNUC_PRINTF (3, 4)
static const RnStoredTensor *
find (const Deduction *deduction, int n_dims, const char *format, ...)
{
  va_list arguments;
  g_autofree char *name = NULL;
  const RnStoredTensor *tensor;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  tensor = g_hash_table_lookup (deduction->tensors, name);
  if (tensor == NULL)
    {
      miss (deduction, name);
      return NULL;
    }
  if (tensor->n_dims != n_dims)
    {
      g_autofree char *shape = rn_tensor_shape_to_string (tensor->n_dims, tensor->dims);

      g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s”: tensor “%s” has shape %s, which should have %d sides"),
                   deduction->path, tensor->name, shape, n_dims);
      return NULL;
    }
  return tensor;
}

G_GNUC_PRINTF (2, 3)
static gboolean
has (const Deduction *deduction, const char *format, ...)
{
  va_list arguments;
  g_autofree char *name = NULL;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_hash_table_contains (deduction->tensors, name);
}

/* Either of two layers will do: where one is missing the reader shall miss it, not the whole block. */
static gboolean
has_block (const Deduction *deduction, int l, int m)
{
  return has (deduction, "layer%d.%d.conv1.weight", l, m) ||
         has (deduction, "layer%d.%d.conv2.weight", l, m);
}

/* Sides are checked against the bounds of a specification before they become an int. */
static int
bounded (gint64 side)
{
  return (int) MIN (side, G_MAXINT32);
}

/* The relatives with a stem of three convolutions (ResNet-C, -D, -T) */
static gboolean
check_stem (const Deduction *deduction)
{
  if (!has (deduction, "conv1.0.weight"))
    return TRUE;
  g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s”: its stem is of several convolutions (“conv1.0.weight”); one of 3x3 or 7x7 "
                  "is known here"),
               deduction->path);
  return FALSE;
}

/* A specification without blocks */
static RnSpec *
deduce_ends (const Deduction *deduction)
{
  const RnStoredTensor *conv = check_stem (deduction) ? find (deduction, 4, "conv1.weight") : NULL;
  const RnStoredTensor *fc = conv == NULL ? NULL : find (deduction, 2, "fc.weight");
  RnStemKind stem;
  RnSpec *spec;
  int side;

  if (fc == NULL)
    return NULL;
  if (conv->dims[2] != 3 && conv->dims[2] != 7)
    {
      g_autofree char *shape = rn_tensor_shape_to_string (4, conv->dims);

      g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s”: tensor “%s” has shape %s; a stem is known with filters of 3x3 or 7x7"),
                   deduction->path, conv->name, shape);
      return NULL;
    }
  stem = conv->dims[2] == 3 ? RN_STEM_3X3 : RN_STEM_7X7_POOL;
  side = stem == RN_STEM_3X3 ? 32 : 224;
  if (deduction->hints != NULL && deduction->hints->side > 0)
    side = deduction->hints->side;
  spec = rn_spec_new (NULL, side, bounded (conv->dims[1]), stem, bounded (conv->dims[0]),
                      bounded (fc->dims[0]), deduction->error);
  if (spec == NULL)
    g_prefix_error (deduction->error, _ ("“%s” holds no residual network that is known here: "),
                    deduction->path);
  return spec;
}

/* The output channels of block @m of layer @l; 0 on error */
static int
deduce_channels (const Deduction *deduction, int l, int m, RnBlockKind *kind)
{
  const gboolean bottleneck = has (deduction, "layer%d.%d.conv3.weight", l, m);
  const RnStoredTensor *last =
      find (deduction, 4, "layer%d.%d.conv%d.weight", l, m, bottleneck ? 3 : 2);

  *kind = bottleneck ? RN_BLOCK_BOTTLENECK : RN_BLOCK_BASIC;
  if (last != NULL && last->dims[0] == 0)
    g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE, _ ("“%s”: tensor “%s” is empty"),
                 deduction->path, last->name);
  return last == NULL ? 0 : bounded (last->dims[0]);
}

/* Where the projection is not the first of the shortcut, there is a pooling before it (ResNet-D). */
static gboolean
check_projection (const Deduction *deduction, int l, int m)
{
  g_autofree char *name = g_strdup_printf ("layer%d.%d.downsample.1.weight", l, m);
  const RnStoredTensor *second = g_hash_table_lookup (deduction->tensors, name);

  if (second == NULL || second->n_dims != 4)
    return TRUE;
  g_set_error (deduction->error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s”: its shortcuts average pixels before their projection (“%s”), which is not "
                  "known here"),
               deduction->path, second->name);
  return FALSE;
}

/* @channels: into the block. A network with projections where nothing changes is option C; where only some blocks have
 * one, those that change the shape are option B.
 */
static gboolean
add_block (const Deduction *deduction, RnSpec *spec, int l, int m, int *channels)
{
  RnBlockSpec block = { .stride = l > 1 && m == 0 ? 2 : 1 };
  gboolean changes;

  if (!check_projection (deduction, l, m))
    return FALSE;
  block.channels = deduce_channels (deduction, l, m, &block.kind);
  if (block.channels == 0)
    return FALSE;
  changes = block.stride != 1 || block.channels != *channels;
  if (has (deduction, "layer%d.%d.downsample.0.weight", l, m))
    block.shortcut = changes ? RN_SHORTCUT_B : RN_SHORTCUT_C;
  else
    block.shortcut = deduction->hints != NULL && deduction->hints->pad_end ? RN_SHORTCUT_A_END
                                                                           : RN_SHORTCUT_A_SPLIT;
  if (deduction->hints != NULL && deduction->hints->stride_in_1x1)
    block.bottleneck_stride = RN_STRIDE_IN_1X1;
  *channels = block.channels;
  if (rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, deduction->error))
    return TRUE;
  g_prefix_error (deduction->error, _ ("“%s”: layer%d.%d: "), deduction->path, l, m);
  return FALSE;
}

void
rn_deduce_shortcuts (RnSpec *spec)
{
  const int n = rn_spec_n_blocks (spec);
  int n_projections = 0, n_changing_a = 0;

  for (int i = 0, channels = rn_spec_get_stem_channels (spec); i < n; i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      if (block->shortcut == RN_SHORTCUT_B || block->shortcut == RN_SHORTCUT_C)
        n_projections++;
      else if (block->stride != 1 || block->channels != channels)
        n_changing_a++;
      channels = block->channels;
    }
  for (int i = 0; i < n; i++)
    {
      RnBlockSpec block = *rn_spec_get_block (spec, i);

      if (n_projections == n)
        block.shortcut = RN_SHORTCUT_C;
      else if (n_projections > 0 && n_changing_a == 0 && block.shortcut != RN_SHORTCUT_C)
        block.shortcut = RN_SHORTCUT_B;
      /* Never refused: the shapes stay as they are */
      rn_spec_set_block (spec, i, block, NULL);
    }
}

void
rn_deduce_name (RnSpec *spec, const char *path)
{
  const char *const *names = rn_spec_preset_names ();
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *valid = g_utf8_make_valid (base, -1);
  g_autofree char *shown = rn_json_quote (valid);

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnSpec) preset = rn_spec_preset (names[i], NULL);

      if (preset != NULL && rn_spec_n_blocks (preset) == rn_spec_n_blocks (spec) &&
          rn_spec_set_classes (preset, rn_spec_get_classes (spec), NULL) &&
          rn_spec_set_input (preset, rn_spec_get_side (spec), rn_spec_get_channels (spec), NULL) &&
          rn_spec_equal (preset, spec))
        {
          rn_spec_set_name (spec, names[i]);
          return;
        }
    }
  rn_spec_set_name (spec, shown);
}

RnSpec *
rn_deduce_spec (GHashTable *tensors, const char *path, const RnModelHints *hints, GError **error)
{
  const Deduction deduction = { tensors, path, hints, error };
  g_autoptr (RnSpec) spec = deduce_ends (&deduction);
  int channels;

  if (spec == NULL)
    return NULL;
  channels = rn_spec_get_stem_channels (spec);
  for (int l = 1; has_block (&deduction, l, 0); l++)
    for (int m = 0; has_block (&deduction, l, m); m++)
      if (!add_block (&deduction, spec, l, m, &channels))
        return NULL;
  rn_deduce_shortcuts (spec);
  rn_deduce_name (spec, path);
  return g_steal_pointer (&spec);
}
