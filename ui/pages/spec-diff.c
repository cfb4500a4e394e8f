#include "pages/spec-diff.h"

#include <glib/gi18n-lib.h>
#include <residua/compute-info.h>
#include <string.h>

#include "spine/spine-words.h"
#include "state/format.h"

void
rn_spec_diff_free (RnSpecDiff *self)
{
  if (self == NULL)
    return;
  for (int side = 0; side < 2; side++)
    rn_spec_free (self->specs[side]);
  g_array_unref (self->rows);
  g_free (self);
}

/* Stages */

/* Returns: the block after the stage that begins at @at */
static int
stage_end (const RnSpec *spec, int at)
{
  const int n = rn_spec_n_blocks (spec);

  for (at++; at < n && !rn_spine_changes_shape (spec, at); at++)
    ;
  return MIN (at, n);
}

static gboolean
has_same_shortcut (const RnSpec *const specs[2], const int at[2])
{
  return rn_spine_is_projection (specs[0], at[0]) == rn_spine_is_projection (specs[1], at[1]) &&
         (rn_spine_is_projection (specs[0], at[0]) || !rn_spine_changes_shape (specs[0], at[0]) ||
          rn_spec_get_block (specs[0], at[0])->shortcut ==
              rn_spec_get_block (specs[1], at[1])->shortcut);
}

/* Settings that have no effect in their block do not count. */
static gboolean
is_same_block (const RnSpec *const specs[2], const int at[2])
{
  const RnBlockSpec *a = rn_spec_get_block (specs[0], at[0]);
  const RnBlockSpec *b = rn_spec_get_block (specs[1], at[1]);

  if (a->kind != b->kind || a->channels != b->channels || a->stride != b->stride)
    return FALSE;
  if (a->stride > 1 && rn_block_kind_is_bottleneck (a->kind) &&
      a->bottleneck_stride != b->bottleneck_stride)
    return FALSE;
  return rn_block_kind_is_plain (a->kind) ||
         (a->zero_gamma == b->zero_gamma && has_same_shortcut (specs, at));
}

static gboolean
costs_same (const RnCost costs[2])
{
  return costs[0].height == costs[1].height && costs[0].width == costs[1].width &&
         costs[0].channels == costs[1].channels && costs[0].parameters == costs[1].parameters &&
         costs[0].macs == costs[1].macs;
}

static void
add_row (RnSpecDiff *self, const RnDiffRow *row)
{
  g_array_append_vals (self->rows, row, 1);
  self->n_different += row->differs;
}

/* @at, @ends: of both networks' stages; -1 where there is no such stage */
static void
add_stage (RnSpecDiff *self, const int at[2], const int ends[2], RnCost *const costs[2])
{
  const int n = MAX (ends[0] - at[0], ends[1] - at[1]);

  for (int i = 0; i < n; i++)
    {
      RnDiffRow row = { .part = RN_PART_BLOCK };

      for (int side = 0; side < 2; side++)
        {
          row.at[side] = at[side] + i < ends[side] ? at[side] + i : -1;
          if (row.at[side] >= 0)
            row.costs[side] = costs[side][row.at[side]];
        }
      row.differs = row.at[0] < 0 || row.at[1] < 0 || !costs_same (row.costs) ||
                    !is_same_block ((const RnSpec *const *) self->specs, row.at);
      add_row (self, &row);
    }
}

static void
add_blocks (RnSpecDiff *self, int batch)
{
  RnCost *costs[2];
  int at[2] = { 0, 0 }, ends[2], n[2];

  for (int side = 0; side < 2; side++)
    {
      n[side] = rn_spec_n_blocks (self->specs[side]);
      costs[side] = g_new0 (RnCost, MAX (n[side], 1));
      rn_cost_of_blocks (self->specs[side], batch, costs[side]);
    }
  while (at[0] < n[0] || at[1] < n[1])
    {
      for (int side = 0; side < 2; side++)
        ends[side] = at[side] < n[side] ? stage_end (self->specs[side], at[side]) : at[side];
      add_stage (self, at, ends, costs);
      memcpy (at, ends, sizeof at);
    }
  g_free (costs[0]);
  g_free (costs[1]);
}

static void
add_end (RnSpecDiff *self, RnPart part, int batch)
{
  RnDiffRow row = { .part = part };

  for (int side = 0; side < 2; side++)
    {
      if (part == RN_PART_STEM)
        rn_cost_of_stem (self->specs[side], batch, &row.costs[side]);
      else
        rn_cost_of_head (self->specs[side], batch, &row.costs[side]);
    }
  row.differs = !costs_same (row.costs) ||
                (part == RN_PART_STEM &&
                 rn_spec_get_stem (self->specs[0]) != rn_spec_get_stem (self->specs[1]));
  add_row (self, &row);
}

RnSpecDiff *
rn_spec_diff_new (const RnSpec *a, const RnSpec *b, int batch, int threads)
{
  RnSpecDiff *self = g_new0 (RnSpecDiff, 1);

  self->specs[0] = rn_spec_copy (a);
  self->specs[1] = rn_spec_copy (b);
  self->rows = g_array_new (FALSE, FALSE, sizeof (RnDiffRow));
  for (int side = 0; side < 2; side++)
    rn_cost_of_network (self->specs[side], batch, threads, &self->totals[side]);
  add_end (self, RN_PART_STEM, batch);
  add_blocks (self, batch);
  add_end (self, RN_PART_HEAD, batch);
  return self;
}

/* Words */

static const char *
describe_shortcut (const RnSpec *spec, int at)
{
  if (rn_block_kind_is_plain (rn_spec_get_block (spec, at)->kind))
    return NULL;
  if (rn_spine_is_projection (spec, at))
    return _ ("projection");
  if (!rn_spine_changes_shape (spec, at))
    return _ ("identity");
  return rn_spec_get_block (spec, at)->shortcut == RN_SHORTCUT_A_END ? _ ("zeros at the end")
                                                                     : _ ("zeros on both sides");
}

static char *
describe_block (const RnSpec *spec, int at)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  const char *shortcut = describe_shortcut (spec, at);
  GString *text = g_string_new (rn_format_block_kind (block->kind));

  g_string_append_printf (text, block->stride > 1 ? ", %d /2" : ", %d", block->channels);
  if (shortcut != NULL)
    g_string_append_printf (text, ", %s", shortcut);
  if (block->zero_gamma && shortcut != NULL)
    g_string_append_printf (text, ", %s", _ ("γ from 0"));
  return g_string_free (text, FALSE);
}

char *
rn_spec_diff_describe (const RnSpecDiff *self, const RnDiffRow *row, int side)
{
  const RnSpec *spec = self->specs[side];

  if (row->at[side] < 0)
    return g_strdup ("–");
  if (row->part == RN_PART_BLOCK)
    return describe_block (spec, row->at[side]);
  return row->part == RN_PART_STEM ? rn_spine_stem_text (spec) : rn_spine_head_text (spec);
}
