#include "spine/spine-edit.h"

#include <glib/gi18n-lib.h>

/* Blocks of a stage where there is none to go by: those of ResNet-20 */
#define USUAL_STAGE 3

/* What a new block is like where no other stands beside it: the paper's for CIFAR-10 */
static const RnBlockSpec usual_block = { .kind = RN_BLOCK_BASIC,
                                         .stride = 1,
                                         .shortcut = RN_SHORTCUT_A_SPLIT,
                                         .bottleneck_stride = RN_STRIDE_IN_3X3 };

gboolean
rn_edit_is_possible (RnSession *session)
{
  return rn_session_get_spec (session) != NULL;
}

/* Where */

static int
n_blocks (RnSession *session)
{
  return rn_spec_n_blocks (rn_session_get_spec (session));
}

void
rn_edit_collect (RnSession *session, GArray *ids)
{
  RnSelection *selection = rn_session_get_selection (session);

  for (int i = 0; i < n_blocks (session); i++)
    {
      const guint32 id = rn_spec_get_block (rn_session_get_spec (session), i)->id;

      if (rn_selection_contains (selection, id))
        g_array_append_val (ids, id);
    }
}

static GArray *
collect (RnSession *session)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  rn_edit_collect (session, ids);
  return ids;
}

/* Returns: the lead's index; -1 where it is the stem or nothing is selected, the number of blocks for the head */
static int
find_lead (RnSession *session)
{
  RnSelection *selection = rn_session_get_selection (session);

  switch (rn_selection_get_part (selection))
    {
    case RN_PART_STEM:
      return -1;
    case RN_PART_NONE:
    case RN_PART_HEAD:
      return n_blocks (session);
    default:
      return rn_spec_find_block (rn_session_get_spec (session), rn_selection_get_block (selection));
    }
}

int
rn_edit_find_place (RnSession *session)
{
  return MIN (find_lead (session) + 1, n_blocks (session));
}

/* What a new block is like */

static int
channels_at (const RnSpec *spec, int at)
{
  return at > 0 ? rn_spec_get_block (spec, at - 1)->channels : rn_spec_get_stem_channels (spec);
}

/* Options of the block before seam @at, else of that behind it; the shape stays as it is. */
static RnBlockSpec
block_at (const RnSpec *spec, int at)
{
  RnBlockSpec block = usual_block;

  if (rn_spec_n_blocks (spec) > 0)
    block = *rn_spec_get_block (spec, MAX (at - 1, 0));
  block.id = 0;
  block.channels = channels_at (spec, at);
  block.stride = 1;
  return block;
}

static void
set_kind (RnBlockSpec *block, RnBlockKind kind)
{
  block->kind = kind;
  if (rn_block_kind_is_bottleneck (kind))
    block->channels = MIN ((block->channels + 3) / 4 * 4, RN_MAX_CHANNELS);
}

/* Returns: how many blocks the stage has that ends at seam @at */
static int
stage_before (const RnSpec *spec, int at)
{
  int n = 0;

  while (n < at)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, at - 1 - n);

      n++;
      if (block->stride == 2 || channels_at (spec, at - n) != block->channels)
        break;
    }
  return n > 0 ? n : USUAL_STAGE;
}

static RnBlockSpec
first_of_stage (const RnSpec *spec, int at)
{
  RnBlockSpec first = block_at (spec, at);

  if (at > 0)
    {
      first.channels = MIN (2 * first.channels, RN_MAX_CHANNELS);
      first.stride = 2;
    }
  set_kind (&first, first.kind);
  return first;
}

/* Edits */

/* The lead is the last of them, as where they had been selected one after the other. */
static void
select_blocks (RnSession *session, const guint32 *ids, guint n)
{
  RnSelection *selection = rn_session_get_selection (session);

  if (n == 0)
    return;
  rn_selection_select (selection, RN_PART_BLOCK, ids[0], NULL);
  if (n > 1)
    rn_selection_extend (selection, rn_session_get_spec (session), ids[n - 1]);
}

/* Ends an edit that came to @error, and selects @n blocks of it. Returns: whether it was made */
static gboolean
end (RnSession *session, GError *error, const guint32 *ids, guint n)
{
  if (!rn_session_end_edit (session, error))
    return FALSE;
  select_blocks (session, ids, n);
  return TRUE;
}

gboolean
rn_edit_insert (RnSession *session, RnCargo *cargo, int at)
{
  const RnSpec *spec = rn_session_get_spec (session);
  const int n = cargo->is_stage ? stage_before (spec, at) : 1;
  g_autofree guint32 *ids = g_new0 (guint32, n);
  RnBlockSpec block = cargo->is_stage ? first_of_stage (spec, at) : block_at (spec, at);
  RnSketch *sketch = rn_session_begin_edit (session);
  GError *error = NULL;

  if (cargo->is_stage)
    rn_sketch_insert_stage (sketch, at, block, n, ids, &error);
  else
    {
      set_kind (&block, cargo->kind);
      rn_sketch_insert (sketch, at, &block, n, ids, &error);
    }
  return end (session, error, ids, (guint) n);
}

gboolean
rn_edit_insert_alike (RnSession *session)
{
  const int at = rn_edit_find_place (session);
  const RnBlockSpec block = block_at (rn_session_get_spec (session), at);
  GError *error = NULL;
  guint32 id = 0;

  rn_sketch_insert (rn_session_begin_edit (session), at, &block, 1, &id, &error);
  return end (session, error, &id, 1);
}

static gboolean
insert_blocks (RnSession *session, const GArray *blocks, int at)
{
  g_autofree guint32 *ids = g_new0 (guint32, blocks->len + 1);
  GError *error = NULL;

  if (blocks->len == 0)
    return FALSE;
  rn_sketch_paste (rn_session_begin_edit (session), at, (const RnBlockSpec *) blocks->data,
                   (int) blocks->len, ids, &error);
  return end (session, error, ids, blocks->len);
}

static GArray *
blocks_of (RnSession *session, const GArray *ids)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (RnBlockSpec));
  const RnSpec *spec = rn_session_get_spec (session);

  for (guint i = 0; i < ids->len; i++)
    {
      const int at = rn_spec_find_block (spec, g_array_index (ids, guint32, i));

      if (at >= 0)
        g_array_append_val (blocks, *rn_spec_get_block (spec, at));
    }
  return blocks;
}

static gboolean
move_to (RnSession *session, const GArray *ids, int at)
{
  const guint32 *moved = (const guint32 *) ids->data;
  GError *error = NULL;

  rn_sketch_move (rn_session_begin_edit (session), moved, (int) ids->len, at, &error);
  return end (session, error, moved, ids->len);
}

gboolean
rn_edit_drop (RnSession *session, RnCargo *cargo, int at, gboolean is_copy)
{
  g_autoptr (GArray) blocks = NULL;

  if (cargo->ids->len == 0)
    return rn_edit_insert (session, cargo, at);
  if (!is_copy)
    return move_to (session, cargo->ids, at);
  blocks = blocks_of (session, cargo->ids);
  return insert_blocks (session, blocks, at);
}

gboolean
rn_edit_repeat (RnSession *session, int times)
{
  g_autoptr (GArray) ids = collect (session);
  g_autofree guint32 *new_ids = g_new0 (guint32, (gsize) ids->len * (gsize) times + 1);
  GError *error = NULL;

  if (ids->len == 0)
    return FALSE;
  rn_sketch_repeat (rn_session_begin_edit (session), (const guint32 *) ids->data, (int) ids->len,
                    times, new_ids, &error);
  return end (session, error, new_ids, ids->len * (guint) times);
}

gboolean
rn_edit_move_by (RnSession *session, int by)
{
  g_autoptr (GArray) ids = collect (session);
  const RnSpec *spec = rn_session_get_spec (session);
  int first, last;

  if (ids->len == 0)
    return FALSE;
  first = rn_spec_find_block (spec, g_array_index (ids, guint32, 0));
  last = rn_spec_find_block (spec, g_array_index (ids, guint32, ids->len - 1));
  if (by < 0 ? first == 0 && last == (int) ids->len - 1
             : last == n_blocks (session) - 1 && last - first == (int) ids->len - 1)
    return FALSE;
  return move_to (session, ids, by < 0 ? MAX (first - 1, 0) : MIN (last + 2, n_blocks (session)));
}

/* The block that comes to where the last one was is selected, so that Delete can go on. */
static void
select_near (RnSession *session, int at)
{
  RnSelection *selection = rn_session_get_selection (session);
  const int n = n_blocks (session);

  if (n == 0)
    rn_selection_select (selection, RN_PART_STEM, 0, NULL);
  else
    rn_selection_select (selection, RN_PART_BLOCK,
                         rn_spec_get_block (rn_session_get_spec (session), CLAMP (at, 0, n - 1))
                             ->id,
                         NULL);
}

gboolean
rn_edit_delete (RnSession *session)
{
  g_autoptr (GArray) ids = collect (session);
  GError *error = NULL;
  int first;

  if (ids->len == 0)
    return FALSE;
  first = rn_spec_find_block (rn_session_get_spec (session), g_array_index (ids, guint32, 0));
  rn_sketch_remove (rn_session_begin_edit (session), (const guint32 *) ids->data, (int) ids->len,
                    &error);
  if (!rn_session_end_edit (session, error))
    return FALSE;
  select_near (session, first);
  return TRUE;
}

static gboolean
set_fields (RnSession *session, guint mask, const RnBlockSpec *values)
{
  g_autoptr (GArray) ids = collect (session);
  GError *error = NULL;

  if (ids->len == 0)
    return FALSE;
  rn_sketch_set_fields (rn_session_begin_edit (session), (const guint32 *) ids->data,
                        (int) ids->len, mask, values, &error);
  return rn_session_end_edit (session, error);
}

gboolean
rn_edit_set_kind (RnSession *session, RnBlockKind kind)
{
  const RnBlockSpec values = { .kind = kind };

  return set_fields (session, RN_FIELD_KIND, &values);
}

gboolean
rn_edit_next_kind (RnSession *session)
{
  const int lead = find_lead (session);
  const RnSpec *spec = rn_session_get_spec (session);

  if (lead < 0 || lead >= rn_spec_n_blocks (spec))
    return FALSE;
  return rn_edit_set_kind (session, (rn_spec_get_block (spec, lead)->kind + 1) %
                                        (RN_BLOCK_PLAIN_BOTTLENECK + 1));
}

gboolean
rn_edit_set_shortcut (RnSession *session, RnShortcut shortcut)
{
  const RnBlockSpec values = { .shortcut = shortcut };

  return set_fields (session, RN_FIELD_SHORTCUT, &values);
}

gboolean
rn_edit_has_shortcut (RnSession *session)
{
  g_autoptr (GArray) ids = collect (session);
  g_autoptr (GArray) blocks = blocks_of (session, ids);

  for (guint i = 0; i < blocks->len; i++)
    if (!rn_block_kind_is_plain (g_array_index (blocks, RnBlockSpec, i).kind))
      return TRUE;
  return FALSE;
}

gboolean
rn_edit_mend (RnSession *session, guint32 id)
{
  g_autoptr (GArray) problems = rn_spec_find_problems (rn_session_get_spec (session));
  GError *error = NULL;

  for (guint i = 0; i < problems->len; i++)
    {
      const RnSpecProblem *problem = &g_array_index (problems, RnSpecProblem, i);

      if (problem->block != id)
        continue;
      rn_sketch_mend (rn_session_begin_edit (session), problem, &error);
      return rn_session_end_edit (session, error);
    }
  return FALSE;
}

gboolean
rn_edit_deepen (RnSession *session)
{
  const int at = rn_edit_find_place (session);
  GError *error = NULL;
  guint32 id = 0;

  rn_sketch_deepen (rn_session_begin_edit (session), at, &id, &error);
  return end (session, error, &id, 1);
}

/* Clipboard */

char *
rn_edit_to_text (RnSession *session, const GArray *ids)
{
  g_autoptr (GArray) blocks = blocks_of (session, ids);

  return blocks->len > 0 ? rn_blocks_to_json ((const RnBlockSpec *) blocks->data, (int) blocks->len)
                         : NULL;
}

gboolean
rn_edit_paste (RnSession *session, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) blocks = rn_blocks_from_json (text, -1, _ ("the clipboard"), &error);

  if (blocks == NULL)
    {
      g_signal_emit_by_name (session, "message", error->message);
      return FALSE;
    }
  return insert_blocks (session, blocks, rn_edit_find_place (session));
}
