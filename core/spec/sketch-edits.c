#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"
#include "spec/sketch-private.h"
#include "spec/spec-private.h"

/* The edits of a sketch: each makes the list of blocks that is wanted. */

/* The list under way */
typedef struct
{
  const RnSpec *spec;
  int n;            /* blocks of the specification */
  guint8 *is_meant; /* one for each of them */
  int n_meant;
  int first, last; /* of those that are meant; -1 */
} Choice;

static void
choice_clear (Choice *choice)
{
  g_clear_pointer (&choice->is_meant, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Choice, choice_clear)

int
rn_spec_find_block (const RnSpec *spec, guint32 id)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (rn_spec_get_block (spec, i)->id == id)
      return i;
  return -1;
}

/* Finds @ids, each of which must be there; twice counts once. */
static gboolean
choose (Choice *choice, const RnSketch *sketch, const guint32 *ids, int n, GError **error)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);

  *choice = (Choice){ .spec = rn_sketch_get_spec (sketch), .first = -1, .last = -1 };
  choice->n = rn_spec_n_blocks (choice->spec);
  choice->is_meant = g_new0 (guint8, choice->n);
  for (int i = 0; i < n; i++)
    g_hash_table_add (wanted, GUINT_TO_POINTER (ids[i]));
  for (int i = 0; i < choice->n; i++)
    {
      const guint32 id = rn_spec_get_block (choice->spec, i)->id;

      if (!g_hash_table_remove (wanted, GUINT_TO_POINTER (id)))
        continue;
      choice->is_meant[i] = TRUE;
      choice->n_meant++;
      choice->first = choice->first < 0 ? i : choice->first;
      choice->last = i;
    }
  for (int i = 0; i < n; i++)
    if (g_hash_table_contains (wanted, GUINT_TO_POINTER (ids[i])))
      {
        g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("There is no block with the id %u"),
                     ids[i]);
        return FALSE;
      }
  return TRUE;
}

static GArray *
list_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (RnBlockSpec));
}

/* Appends the blocks [first, end) that are meant, or those that are not. */
static void
list_add (GArray *list, const Choice *choice, int first, int end, gboolean is_meant)
{
  for (int i = first; i < end; i++)
    if (choice->is_meant[i] == is_meant)
      g_array_append_vals (list, rn_spec_get_block (choice->spec, i), 1);
}

/* Makes @list the sketch's blocks. Takes @action. */
static gboolean
commit_list (RnSketch *sketch, const GArray *list, char *action, const char *key, GError **error)
{
  g_autofree char *name = action;
  g_autoptr (RnSpec) next = NULL;

  if (list->len > RN_MAX_BLOCKS)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("A network has at most %d blocks; this would make %u"), RN_MAX_BLOCKS,
                   list->len);
      return FALSE;
    }
  next = rn_spec_copy (rn_sketch_get_spec (sketch));
  if (!rn_spec_set_blocks (next, (const RnBlockSpec *) (gconstpointer) list->data, (int) list->len,
                           error))
    return FALSE;
  rn_sketch_commit (sketch, g_steal_pointer (&next), g_steal_pointer (&name), key);
  return TRUE;
}

static void
tell_ids (const RnSketch *sketch, int at, int n, guint32 *ids)
{
  for (int i = 0; ids != NULL && i < n; i++)
    ids[i] = rn_spec_get_block (rn_sketch_get_spec (sketch), at + i)->id;
}

/* Takes @action. */
static gboolean
insert (RnSketch *sketch, int at, const RnBlockSpec *blocks, int n, guint32 *new_ids, char *action,
        GError **error)
{
  const RnSpec *spec = rn_sketch_get_spec (sketch);
  const int n_old = rn_spec_n_blocks (spec);
  g_autoptr (GArray) list = list_new ();

  g_assert (at >= 0 && at <= n_old && n >= 0);

  if (at > 0)
    g_array_append_vals (list, rn_spec_get_block (spec, 0), (guint) at);
  for (int i = 0; i < n; i++)
    {
      RnBlockSpec block = blocks[i];

      block.id = 0;
      block.zero_gamma = block.zero_gamma != FALSE;
      g_array_append_val (list, block);
    }
  if (at < n_old)
    g_array_append_vals (list, rn_spec_get_block (spec, at), (guint) (n_old - at));
  if (!commit_list (sketch, list, action, NULL, error))
    return FALSE;
  tell_ids (sketch, at, n, new_ids);
  return TRUE;
}

static gboolean
is_place (const RnSketch *sketch, int at)
{
  return at >= 0 && at <= rn_spec_n_blocks (rn_sketch_get_spec (sketch));
}

gboolean
rn_sketch_insert (RnSketch *sketch, int at, const RnBlockSpec *blocks, int n, guint32 *new_ids,
                  GError **error)
{
  g_return_val_if_fail (is_place (sketch, at) && n >= 0, FALSE);

  return insert (sketch, at, blocks, n, new_ids,
                 n == 1 ? g_strdup_printf (_ ("insert block %d"), at + 1)
                        : g_strdup_printf (ngettext ("insert %d block", "insert %d blocks",
                                                     (gulong) n),
                                           n),
                 error);
}

gboolean
rn_sketch_paste (RnSketch *sketch, int at, const RnBlockSpec *blocks, int n, guint32 *new_ids,
                 GError **error)
{
  g_return_val_if_fail (is_place (sketch, at) && n >= 0, FALSE);

  return insert (sketch, at, blocks, n, new_ids,
                 g_strdup_printf (ngettext ("paste %d block", "paste %d blocks", (gulong) n), n),
                 error);
}

gboolean
rn_sketch_insert_stage (RnSketch *sketch, int at, RnBlockSpec first, int n, guint32 *new_ids,
                        GError **error)
{
  g_autofree RnBlockSpec *blocks = NULL;

  g_return_val_if_fail (is_place (sketch, at) && n >= 1, FALSE);

  if (n > RN_MAX_BLOCKS)
    n = RN_MAX_BLOCKS + 1; /* refused below */
  blocks = g_new (RnBlockSpec, n);
  for (int i = 0; i < n; i++)
    {
      blocks[i] = first;
      blocks[i].stride = i == 0 ? first.stride : 1;
    }
  return insert (sketch, at, blocks, n, new_ids,
                 g_strdup_printf (ngettext ("insert a stage of %d block",
                                            "insert a stage of %d blocks", (gulong) n),
                                  n),
                 error);
}

gboolean
rn_sketch_remove (RnSketch *sketch, const guint32 *ids, int n, GError **error)
{
  g_auto (Choice) choice = { NULL };
  g_autoptr (GArray) list = list_new ();

  if (!choose (&choice, sketch, ids, n, error))
    return FALSE;
  list_add (list, &choice, 0, choice.n, FALSE);
  return commit_list (sketch, list,
                      choice.n_meant == 1
                          ? g_strdup_printf (_ ("delete block %d"), choice.first + 1)
                          : g_strdup_printf (ngettext ("delete %d block", "delete %d blocks",
                                                       (gulong) choice.n_meant),
                                             choice.n_meant),
                      NULL, error);
}

gboolean
rn_sketch_move (RnSketch *sketch, const guint32 *ids, int n, int at, GError **error)
{
  g_auto (Choice) choice = { NULL };
  g_autoptr (GArray) list = list_new ();

  g_return_val_if_fail (is_place (sketch, at), FALSE);

  if (!choose (&choice, sketch, ids, n, error))
    return FALSE;
  list_add (list, &choice, 0, at, FALSE);
  list_add (list, &choice, 0, choice.n, TRUE);
  list_add (list, &choice, at, choice.n, FALSE);
  return commit_list (sketch, list,
                      choice.n_meant == 1
                          ? g_strdup_printf (_ ("move block %d"), choice.first + 1)
                          : g_strdup_printf (ngettext ("move %d block", "move %d blocks",
                                                       (gulong) choice.n_meant),
                                             choice.n_meant),
                      NULL, error);
}

/* Returns: (transfer full): what undo calls @times copies of what is chosen */
static char *
name_copies (const Choice *choice, int times)
{
  if (times > 1)
    return g_strdup_printf (ngettext ("repeat %d block", "repeat %d blocks",
                                      (gulong) choice->n_meant),
                            choice->n_meant);
  if (choice->n_meant == 1)
    return g_strdup_printf (_ ("duplicate block %d"), choice->first + 1);
  return g_strdup_printf (ngettext ("duplicate %d block", "duplicate %d blocks",
                                    (gulong) choice->n_meant),
                          choice->n_meant);
}

gboolean
rn_sketch_repeat (RnSketch *sketch, const guint32 *ids, int n, int times, guint32 *new_ids,
                  GError **error)
{
  g_auto (Choice) choice = { NULL };
  g_autoptr (GArray) copies = list_new ();

  g_return_val_if_fail (times >= 1, FALSE);

  if (!choose (&choice, sketch, ids, n, error))
    return FALSE;
  if (choice.n_meant == 0)
    return TRUE;
  /* one too many is refused with its number */
  for (int i = 0; i < times && copies->len <= RN_MAX_BLOCKS; i++)
    list_add (copies, &choice, 0, choice.n, TRUE);
  return insert (sketch, choice.last + 1, (const RnBlockSpec *) (gpointer) copies->data,
                 (int) copies->len, new_ids, name_copies (&choice, times), error);
}

/* Fields */

static void
give_fields (RnBlockSpec *block, guint mask, const RnBlockSpec *values)
{
  if (mask & RN_FIELD_KIND)
    block->kind = values->kind;
  if (mask & RN_FIELD_CHANNELS)
    block->channels = values->channels;
  else if (rn_block_kind_is_bottleneck (block->kind))
    block->channels = (block->channels + 3) / 4 * 4;
  if (mask & RN_FIELD_STRIDE)
    block->stride = values->stride;
  if (mask & RN_FIELD_SHORTCUT)
    block->shortcut = values->shortcut;
  if (mask & RN_FIELD_BOTTLENECK_STRIDE)
    block->bottleneck_stride = values->bottleneck_stride;
  if (mask & RN_FIELD_ZERO_GAMMA)
    block->zero_gamma = values->zero_gamma != FALSE;
}

/* Returns: (transfer none): what undo calls a change of the fields of @mask */
static const char *
name_fields (guint mask)
{
  switch (mask)
    {
    case RN_FIELD_KIND:
      return _ ("change the kind");
    case RN_FIELD_CHANNELS:
      return _ ("change the channels");
    case RN_FIELD_STRIDE:
      return _ ("change the stride");
    case RN_FIELD_SHORTCUT:
      return _ ("change the shortcut");
    case RN_FIELD_BOTTLENECK_STRIDE:
      return _ ("change where it strides");
    case RN_FIELD_ZERO_GAMMA:
      return _ ("change the last gamma");
    default:
      return _ ("change settings");
    }
}

static char *
name_change (const Choice *choice, guint mask)
{
  if (choice->n_meant == 1)
    /* Translators: such as "change the stride", and the block's number */
    return g_strdup_printf (_ ("%s of block %d"), name_fields (mask), choice->first + 1);
  /* Translators: such as "change the stride" */
  return g_strdup_printf (ngettext ("%s of %d block", "%s of %d blocks", (gulong) choice->n_meant),
                          name_fields (mask), choice->n_meant);
}

gboolean
rn_sketch_set_fields (RnSketch *sketch, const guint32 *ids, int n, guint mask,
                      const RnBlockSpec *values, GError **error)
{
  g_auto (Choice) choice = { NULL };
  g_autoptr (GArray) list = list_new ();
  g_autoptr (GString) key = g_string_new ("channels");

  if (!choose (&choice, sketch, ids, n, error))
    return FALSE;
  for (int i = 0; i < choice.n; i++)
    {
      RnBlockSpec block = *rn_spec_get_block (choice.spec, i);

      if (choice.is_meant[i])
        {
          give_fields (&block, mask, values);
          g_string_append_printf (key, " %u", block.id);
        }
      g_array_append_val (list, block);
    }
  return commit_list (sketch, list, name_change (&choice, mask),
                      mask == RN_FIELD_CHANNELS ? key->str : NULL, error);
}

/* Which fields of two blocks are the same */
static guint
same_fields (const RnBlockSpec *a, const RnBlockSpec *b)
{
  return (a->kind == b->kind ? RN_FIELD_KIND : 0) |
         (a->channels == b->channels ? RN_FIELD_CHANNELS : 0) |
         (a->stride == b->stride ? RN_FIELD_STRIDE : 0) |
         (a->shortcut == b->shortcut ? RN_FIELD_SHORTCUT : 0) |
         (a->bottleneck_stride == b->bottleneck_stride ? RN_FIELD_BOTTLENECK_STRIDE : 0) |
         (!a->zero_gamma == !b->zero_gamma ? RN_FIELD_ZERO_GAMMA : 0);
}

guint
rn_spec_get_shared_fields (const RnSpec *spec, const guint32 *ids, int n, RnBlockSpec *values)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  guint shared = 0;
  gboolean is_first = TRUE;

  *values = (RnBlockSpec){ .channels = 1, .stride = 1 };
  for (int i = 0; i < n; i++)
    g_hash_table_add (wanted, GUINT_TO_POINTER (ids[i]));
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      if (!g_hash_table_contains (wanted, GUINT_TO_POINTER (block->id)))
        continue;
      if (is_first)
        {
          *values = *block;
          shared = RN_FIELD_ALL;
        }
      shared &= same_fields (values, block);
      is_first = FALSE;
    }
  return shared;
}

gboolean
rn_sketch_mend (RnSketch *sketch, const RnSpecProblem *problem, GError **error)
{
  const int at = rn_spec_find_block (rn_sketch_get_spec (sketch), problem->block);
  g_autoptr (RnSpec) next = NULL;
  RnBlockSpec block;

  if (at < 0)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("There is no block with the id %u"),
                   problem->block);
      return FALSE;
    }
  next = rn_spec_copy (rn_sketch_get_spec (sketch));
  block = *rn_spec_get_block (next, at);
  rn_mend_apply (problem->mend, &block);
  if (!rn_spec_set_block (next, at, block, error))
    return FALSE;
  rn_sketch_commit (sketch, g_steal_pointer (&next), g_strdup_printf (_ ("mend block %d"), at + 1),
                    NULL);
  return TRUE;
}

/* The rest */

/* Takes both. Returns: @well */
static gboolean
commit_frame (RnSketch *sketch, RnSpec *next, gboolean well, const char *action, const char *key)
{
  if (well)
    rn_sketch_commit (sketch, next, g_strdup (action), key);
  else
    rn_spec_free (next);
  return well;
}

gboolean
rn_sketch_set_input (RnSketch *sketch, int side, int channels, GError **error)
{
  RnSpec *next = rn_spec_copy (rn_sketch_get_spec (sketch));

  return commit_frame (sketch, next, rn_spec_set_input (next, side, channels, error),
                       _ ("change the input"),
                       channels == rn_spec_get_channels (next) ? "input" : NULL);
}

gboolean
rn_sketch_set_stem (RnSketch *sketch, RnStemKind stem, int channels, GError **error)
{
  const gboolean is_number = stem == rn_spec_get_stem (rn_sketch_get_spec (sketch));
  RnSpec *next = rn_spec_copy (rn_sketch_get_spec (sketch));

  return commit_frame (sketch, next, rn_spec_set_stem (next, stem, channels, error),
                       _ ("change the stem"), is_number ? "stem" : NULL);
}

gboolean
rn_sketch_set_classes (RnSketch *sketch, int classes, GError **error)
{
  RnSpec *next = rn_spec_copy (rn_sketch_get_spec (sketch));

  return commit_frame (sketch, next, rn_spec_set_classes (next, classes, error),
                       _ ("change the classes"), "classes");
}

void
rn_sketch_set_name (RnSketch *sketch, const char *name)
{
  RnSpec *next = rn_spec_copy (rn_sketch_get_spec (sketch));

  rn_spec_set_name (next, name);
  rn_sketch_commit (sketch, next, g_strdup (_ ("rename the network")), "name");
}

/* All blocks of @spec take ids that no block has had. */
static void
give_fresh_ids (RnSpec *spec, guint32 last_id)
{
  const int n = rn_spec_n_blocks (spec);
  g_autofree RnBlockSpec *blocks =
      n > 0 ? g_memdup2 (rn_spec_get_block (spec, 0), (gsize) n * sizeof (RnBlockSpec)) : NULL;

  rn_spec_reserve_ids (spec, last_id);
  for (int i = 0; i < n; i++)
    blocks[i].id = 0;
  if (!rn_spec_set_blocks (spec, blocks, n, NULL))
    g_assert_not_reached ();
}

static gboolean
is_same_text (const RnSpec *a, const RnSpec *b)
{
  g_autofree char *first = rn_spec_to_json (a), *second = rn_spec_to_json (b);

  return strcmp (first, second) == 0;
}

void
rn_sketch_replace (RnSketch *sketch, const RnSpec *spec)
{
  const RnSpec *origin = rn_sketch_get_origin (sketch);
  const RnSpec *now = rn_sketch_get_spec (sketch);
  RnSpec *next = rn_spec_copy (spec);

  rn_spec_set_draft (next, TRUE, NULL);
  if (origin != NULL && !is_same_text (origin, spec) && !is_same_text (now, spec))
    give_fresh_ids (next, MAX (rn_spec_get_last_id (now), rn_spec_get_last_id (spec)));
  rn_sketch_commit (sketch, next, g_strdup (_ ("replace the network")), NULL);
}

void
rn_sketch_change (RnSketch *sketch, const RnSpec *spec, const char *action)
{
  RnSpec *next = rn_spec_copy (spec);

  rn_spec_set_draft (next, TRUE, NULL);
  rn_sketch_commit (sketch, next, g_strdup (action), NULL);
}

void
rn_sketch_make_plain (RnSketch *sketch)
{
  rn_sketch_commit (sketch, rn_spec_plain_twin (rn_sketch_get_spec (sketch)),
                    g_strdup (_ ("make it plain")), NULL);
}

/* Deepening */

/* Returns: the residual block that is nearest to the seam at @at, the one before it first; NULL where there is none */
static const RnBlockSpec *
nearest_residual (const RnSpec *spec, int at)
{
  const int n = rn_spec_n_blocks (spec);

  for (int far = 0; far < n; far++)
    {
      const int places[] = { at - 1 - far, at + far };

      for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
        if (places[i] >= 0 && places[i] < n &&
            !rn_block_kind_is_plain (rn_spec_get_block (spec, places[i])->kind))
          return rn_spec_get_block (spec, places[i]);
    }
  return NULL;
}

gboolean
rn_spec_can_deepen (const RnSpec *spec, GError **error)
{
  if (rn_spec_n_blocks (spec) == 0 || nearest_residual (spec, 0) != NULL)
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("A plain network cannot be deepened without changing its output: it has "
                          "no shortcuts that would carry the signal past a block that has learned "
                          "nothing yet."));
  return FALSE;
}

gboolean
rn_sketch_deepen (RnSketch *sketch, int at, guint32 *new_id, GError **error)
{
  const RnSpec *spec = rn_sketch_get_spec (sketch);
  const RnBlockSpec *model;
  RnBlockSpec block = { .kind = RN_BLOCK_BASIC, .shortcut = RN_SHORTCUT_B };

  g_return_val_if_fail (is_place (sketch, at), FALSE);

  if (!rn_spec_can_deepen (spec, error))
    return FALSE;
  model = nearest_residual (spec, at);
  if (model != NULL)
    block = *model;
  block.channels =
      at > 0 ? rn_spec_get_block (spec, at - 1)->channels : rn_spec_get_stem_channels (spec);
  block.stride = 1;
  block.zero_gamma = TRUE;
  if (block.shortcut == RN_SHORTCUT_C)
    block.shortcut = RN_SHORTCUT_B;
  if (rn_block_kind_is_bottleneck (block.kind) && block.channels % 4 != 0)
    block.kind = RN_BLOCK_BASIC;
  return insert (sketch, at, &block, 1, new_id, g_strdup_printf (_ ("deepen by block %d"), at + 1),
                 error);
}
