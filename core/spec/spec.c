#include "residua/spec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"
#include "spec/layout.h"
#include "spec/spec-private.h"

struct _RnSpec
{
  char *name; /* never NULL, valid UTF-8, at most RN_MAX_NAME bytes */
  int side;
  int channels;
  RnStemKind stem;
  int stem_channels;
  int classes;
  GArray *blocks;
  guint32 last_id; /* the highest ever given: an id that has been removed does not come back */
  gboolean is_draft;
};

gboolean
rn_block_kind_is_plain (RnBlockKind kind)
{
  return kind == RN_BLOCK_PLAIN_BASIC || kind == RN_BLOCK_PLAIN_BOTTLENECK;
}

gboolean
rn_block_kind_is_bottleneck (RnBlockKind kind)
{
  return kind == RN_BLOCK_BOTTLENECK || kind == RN_BLOCK_PLAIN_BOTTLENECK;
}

static gboolean
check_range (const char *field, int value, int min, int max, GError **error)
{
  if (value >= min && value <= max)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("“%s” is %d, but must be %d to %d"), field,
               value, min, max);
  return FALSE;
}

static gboolean
check_input (int side, int channels, GError **error)
{
  if (!check_range ("side", side, 1, RN_MAX_SIDE, error))
    return FALSE;
  if (channels == 1 || channels == 3)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“channels” of the input is %d, but must be 1 or 3"), channels);
  return FALSE;
}

static gboolean
check_stem (RnStemKind stem, int stem_channels, GError **error)
{
  return check_range ("stem", (int) stem, RN_STEM_3X3, RN_STEM_7X7_POOL, error) &&
         check_range ("channels of the stem", stem_channels, 1, RN_MAX_CHANNELS, error);
}

gboolean
rn_block_check (const RnBlockSpec *block, GError **error)
{
  if (!check_range ("kind", (int) block->kind, RN_BLOCK_BASIC, RN_BLOCK_PLAIN_BOTTLENECK, error) ||
      !check_range ("channels", block->channels, 1, RN_MAX_CHANNELS, error) ||
      !check_range ("stride", block->stride, 1, 2, error) ||
      !check_range ("shortcut", (int) block->shortcut, RN_SHORTCUT_A_SPLIT, RN_SHORTCUT_C, error) ||
      !check_range ("bottleneck_stride", (int) block->bottleneck_stride, RN_STRIDE_IN_3X3,
                    RN_STRIDE_IN_1X1, error))
    return FALSE;
  if (!rn_block_kind_is_bottleneck (block->kind) || block->channels % 4 == 0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“channels” is %d, but must be a multiple of 4 in a bottleneck"),
               block->channels);
  return FALSE;
}

gboolean
rn_block_fits (const RnBlockSpec *block, int in_channels)
{
  const gboolean is_option_a =
      block->shortcut == RN_SHORTCUT_A_SPLIT || block->shortcut == RN_SHORTCUT_A_END;

  return rn_block_kind_is_plain (block->kind) || !is_option_a || block->channels >= in_channels;
}

/* Whether @block, the one at index @at, is in order and its shortcut can reach its output from @in_channels. */
static gboolean
check_block (const RnSpec *spec, const RnBlockSpec *block, int at, int in_channels, GError **error)
{
  if (!rn_block_check (block, error))
    {
      g_prefix_error (error, _ ("block %d: "), at + 1);
      return FALSE;
    }
  if (spec->is_draft || rn_block_fits (block, in_channels))
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("block %d: shortcut option A can only add channels, but here %d become %d"),
               at + 1, in_channels, block->channels);
  return FALSE;
}

static const RnBlockSpec *
block_at (const RnSpec *spec, int at)
{
  return &g_array_index (spec->blocks, RnBlockSpec, at);
}

static int
channels_before (const RnSpec *spec, int at)
{
  return at == 0 ? spec->stem_channels : block_at (spec, at - 1)->channels;
}

static gboolean
has_id (const RnSpec *spec, guint32 id)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (block_at (spec, i)->id == id)
      return TRUE;
  return FALSE;
}

/* Past the last of 2^32 ids the search begins again at 1 and passes over those in use. */
static guint32
fresh_id (const RnSpec *spec)
{
  guint32 id = spec->last_id;

  do
    id = id == G_MAXUINT32 ? 1 : id + 1;
  while (spec->last_id == G_MAXUINT32 && has_id (spec, id));
  return id;
}

/* Settles @block's id for a place where @replaced (0: none) goes away. */
static gboolean
settle_id (const RnSpec *spec, RnBlockSpec *block, int at, guint32 replaced, GError **error)
{
  if (block->id == 0)
    {
      block->id = fresh_id (spec);
      return TRUE;
    }
  if (block->id == replaced || !has_id (spec, block->id))
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("block %d: “id” is %u, which another block has"),
               at + 1, block->id);
  return FALSE;
}

RnSpec *
rn_spec_new (const char *name, int side, int channels, RnStemKind stem, int stem_channels,
             int classes, GError **error)
{
  RnSpec *spec;

  if (name != NULL && (strlen (name) > RN_MAX_NAME || !g_utf8_validate (name, -1, NULL)))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“name” has %zu bytes, but must be UTF-8 of at most %d"), strlen (name),
                   RN_MAX_NAME);
      return NULL;
    }
  if (!check_input (side, channels, error) || !check_stem (stem, stem_channels, error) ||
      !check_range ("classes", classes, 1, RN_MAX_CLASSES, error))
    return NULL;

  spec = g_new0 (RnSpec, 1);
  spec->name = g_strdup (name != NULL ? name : "");
  spec->side = side;
  spec->channels = channels;
  spec->stem = stem;
  spec->stem_channels = stem_channels;
  spec->classes = classes;
  spec->blocks = g_array_new (FALSE, FALSE, sizeof (RnBlockSpec));
  return spec;
}

RnSpec *
rn_spec_copy (const RnSpec *spec)
{
  RnSpec *copy = g_memdup2 (spec, sizeof *spec);

  copy->name = g_strdup (spec->name);
  copy->blocks = g_array_copy (spec->blocks);
  return copy;
}

void
rn_spec_swap (RnSpec *a, RnSpec *b)
{
  const guint32 last_id = MAX (a->last_id, b->last_id);
  const RnSpec was = *a;

  *a = *b;
  *b = was;
  a->last_id = b->last_id = last_id;
}

void
rn_spec_free (RnSpec *spec)
{
  if (spec == NULL)
    return;
  g_array_unref (spec->blocks);
  g_free (spec->name);
  g_free (spec);
}

/* Whether two blocks do the same to an input of @in_channels. Settings without effect there do not count. */
static gboolean
same_block (const RnBlockSpec *a, const RnBlockSpec *b, int in_channels)
{
  int pad_a, pad_b;

  if (a->kind != b->kind || a->channels != b->channels || a->stride != b->stride)
    return FALSE;
  if (rn_block_kind_is_bottleneck (a->kind) && a->stride > 1 &&
      a->bottleneck_stride != b->bottleneck_stride)
    return FALSE;
  if (!rn_block_kind_is_plain (a->kind) && !a->zero_gamma != !b->zero_gamma)
    return FALSE;
  return rn_shortcut_path_of (a, in_channels, &pad_a) ==
             rn_shortcut_path_of (b, in_channels, &pad_b) &&
         pad_a == pad_b;
}

gboolean
rn_spec_equal (const RnSpec *a, const RnSpec *b)
{
  if (a->side != b->side || a->channels != b->channels || a->stem != b->stem ||
      a->stem_channels != b->stem_channels || a->classes != b->classes ||
      a->blocks->len != b->blocks->len)
    return FALSE;
  for (int i = 0; i < rn_spec_n_blocks (a); i++)
    if (!same_block (block_at (a, i), block_at (b, i), channels_before (a, i)))
      return FALSE;
  return TRUE;
}

const char *
rn_spec_get_name (const RnSpec *spec)
{
  return spec->name;
}

void
rn_spec_set_name (RnSpec *spec, const char *name)
{
  char *valid = g_utf8_make_valid (name != NULL ? name : "", -1);

  if (strlen (valid) > RN_MAX_NAME)
    *g_utf8_find_prev_char (valid, valid + RN_MAX_NAME + 1) = '\0';
  g_free (spec->name);
  spec->name = valid;
}

int
rn_spec_get_side (const RnSpec *spec)
{
  return spec->side;
}

int
rn_spec_get_channels (const RnSpec *spec)
{
  return spec->channels;
}

RnStemKind
rn_spec_get_stem (const RnSpec *spec)
{
  return spec->stem;
}

int
rn_spec_get_stem_channels (const RnSpec *spec)
{
  return spec->stem_channels;
}

int
rn_spec_get_classes (const RnSpec *spec)
{
  return spec->classes;
}

gboolean
rn_spec_set_input (RnSpec *spec, int side, int channels, GError **error)
{
  if (!check_input (side, channels, error))
    return FALSE;
  spec->side = side;
  spec->channels = channels;
  return TRUE;
}

gboolean
rn_spec_set_stem (RnSpec *spec, RnStemKind stem, int stem_channels, GError **error)
{
  if (!check_stem (stem, stem_channels, error))
    return FALSE;
  if (spec->blocks->len > 0 && !check_block (spec, block_at (spec, 0), 0, stem_channels, error))
    return FALSE;
  spec->stem = stem;
  spec->stem_channels = stem_channels;
  return TRUE;
}

gboolean
rn_spec_set_classes (RnSpec *spec, int classes, GError **error)
{
  if (!check_range ("classes", classes, 1, RN_MAX_CLASSES, error))
    return FALSE;
  spec->classes = classes;
  return TRUE;
}

int
rn_spec_n_blocks (const RnSpec *spec)
{
  return (int) spec->blocks->len;
}

const RnBlockSpec *
rn_spec_get_block (const RnSpec *spec, int at)
{
  g_return_val_if_fail (at >= 0 && at < rn_spec_n_blocks (spec), NULL);

  return block_at (spec, at);
}

/* A block leans only on the channels that it is given, so a change at one place can break that block and the next,
 * and no other. The next is named by the place where it stands before the change: a person sees it there.
 */
gboolean
rn_spec_add_block (RnSpec *spec, int at, RnBlockSpec block, GError **error)
{
  const int n = rn_spec_n_blocks (spec);

  g_return_val_if_fail (at >= 0 && at <= n, FALSE);

  if (n >= RN_MAX_BLOCKS)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("block %d: a network has at most %d blocks"),
                   at + 1, RN_MAX_BLOCKS);
      return FALSE;
    }
  if (!check_block (spec, &block, at, channels_before (spec, at), error) ||
      (at < n && !check_block (spec, block_at (spec, at), at, block.channels, error)) ||
      !settle_id (spec, &block, at, 0, error))
    return FALSE;
  spec->last_id = MAX (spec->last_id, block.id);
  g_array_insert_val (spec->blocks, at, block);
  return TRUE;
}

gboolean
rn_spec_set_block (RnSpec *spec, int at, RnBlockSpec block, GError **error)
{
  const int n = rn_spec_n_blocks (spec);

  g_return_val_if_fail (at >= 0 && at < n, FALSE);

  if (!check_block (spec, &block, at, channels_before (spec, at), error) ||
      (at + 1 < n && !check_block (spec, block_at (spec, at + 1), at + 1, block.channels, error)) ||
      !settle_id (spec, &block, at, block_at (spec, at)->id, error))
    return FALSE;
  spec->last_id = MAX (spec->last_id, block.id);
  g_array_index (spec->blocks, RnBlockSpec, at) = block;
  return TRUE;
}

gboolean
rn_spec_remove_block (RnSpec *spec, int at, GError **error)
{
  const int n = rn_spec_n_blocks (spec);

  g_return_val_if_fail (at >= 0 && at < n, FALSE);

  if (at + 1 < n &&
      !check_block (spec, block_at (spec, at + 1), at + 1, channels_before (spec, at), error))
    return FALSE;
  g_array_remove_index (spec->blocks, (guint) at);
  return TRUE;
}

/* Finds the highest id of the list and refuses one that stands twice. */
static gboolean
check_ids (const RnBlockSpec *blocks, int n, guint32 *highest, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < n; i++)
    {
      if (blocks[i].id != 0 && !g_hash_table_add (seen, GUINT_TO_POINTER (blocks[i].id)))
        {
          g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("block %d: “id” is %u, which another block has"), i + 1, blocks[i].id);
          return FALSE;
        }
      *highest = MAX (*highest, blocks[i].id);
    }
  return TRUE;
}

gboolean
rn_spec_set_draft (RnSpec *spec, gboolean is_draft, GError **error)
{
  if (!is_draft && !rn_spec_check (spec, error))
    return FALSE;
  spec->is_draft = is_draft;
  return TRUE;
}

gboolean
rn_spec_is_draft (const RnSpec *spec)
{
  return spec->is_draft;
}

gboolean
rn_spec_check (const RnSpec *spec, GError **error)
{
  const RnSpec strict = { .is_draft = FALSE };

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (!check_block (&strict, block_at (spec, i), i, channels_before (spec, i), error))
      return FALSE;
  return TRUE;
}

guint32
rn_spec_get_last_id (const RnSpec *spec)
{
  return spec->last_id;
}

void
rn_spec_reserve_ids (RnSpec *spec, guint32 last_id)
{
  spec->last_id = MAX (spec->last_id, last_id);
}

gboolean
rn_spec_set_blocks (RnSpec *spec, const RnBlockSpec *blocks, int n, GError **error)
{
  guint32 highest = spec->last_id;

  g_return_val_if_fail (n >= 0 && n <= RN_MAX_BLOCKS, FALSE);

  if (!check_ids (blocks, n, &highest, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    if (!check_block (spec, &blocks[i], i, i == 0 ? spec->stem_channels : blocks[i - 1].channels,
                      error))
      return FALSE;

  g_array_set_size (spec->blocks, 0);
  g_array_append_vals (spec->blocks, blocks, (guint) n);
  spec->last_id = highest;
  for (int i = 0; i < n; i++)
    if (blocks[i].id == 0)
      {
        const guint32 id = fresh_id (spec);

        g_array_index (spec->blocks, RnBlockSpec, i).id = id;
        spec->last_id = MAX (spec->last_id, id);
      }
  return TRUE;
}

gboolean
rn_spec_has_shortcuts (const RnSpec *spec)
{
  for (guint i = 0; i < spec->blocks->len; i++)
    if (!rn_block_kind_is_plain (g_array_index (spec->blocks, RnBlockSpec, i).kind))
      return TRUE;
  return FALSE;
}

RnSpec *
rn_spec_plain_twin (const RnSpec *spec)
{
  RnSpec *twin = rn_spec_copy (spec);
  g_autofree char *name = g_str_has_prefix (spec->name, "resnet")
                              ? g_strconcat ("plain", spec->name + strlen ("resnet"), NULL)
                              : g_strconcat ("plain ", spec->name, NULL);

  rn_spec_set_name (twin, name);
  for (guint i = 0; i < twin->blocks->len; i++)
    {
      RnBlockSpec *block = &g_array_index (twin->blocks, RnBlockSpec, i);

      block->kind = rn_block_kind_is_bottleneck (block->kind) ? RN_BLOCK_PLAIN_BOTTLENECK
                                                              : RN_BLOCK_PLAIN_BASIC;
    }
  return twin;
}
