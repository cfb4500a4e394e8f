#include "spine/spine-place.h"

#include <math.h>

/* From a line's tag to the box that the line is close to */
#define TAG_CLEAR_PX 1.0

static const RnRow *
row_at (const RnSpineLayout *layout, guint at)
{
  return &g_array_index (layout->rows, RnRow, at);
}

RnSpinePlace
rn_spine_place_at (const RnSpineLayout *layout, double y)
{
  const RnRow *head = row_at (layout, layout->rows->len - 1);
  const int found = rn_spine_layout_find (layout, y);
  RnSpinePlace place = { .at = y < head->y ? 0 : head->first_block, .stage = -1 };
  const RnRow *row;
  double share;

  if (found < 0)
    return place;
  row = row_at (layout, (guint) found);
  if (row->n_blocks == 0 || y < row->y)
    {
      /* a seam belongs to the row below it */
      place.at = MAX (row->first_block, 0);
      return place;
    }
  share = (y - row->y) / row->height;
  place.at = row->first_block + CLAMP ((int) round (share * row->n_blocks), 0, row->n_blocks);
  if (row->kind == RN_ROW_STAGE)
    place.stage = row->stage;
  return place;
}

double
rn_spine_place_y (const RnSpineLayout *layout, int at)
{
  double y, height;

  rn_spine_layout_heat_of (layout, at - 1, &y, &height);
  return y + height;
}

double
rn_spine_place_tag_y (const RnSpineLayout *layout, int at, double height)
{
  const RnRow *head = row_at (layout, layout->rows->len - 1);
  const double line = rn_spine_place_y (layout, at);

  if (at == 0)
    return line + TAG_CLEAR_PX;
  return MIN (line - 0.5 * height, head->y - TAG_CLEAR_PX - height);
}

void
rn_spine_place_shape (const RnSpineLayout *layout, const RnSpec *spec, int at, int *side,
                      int *channels)
{
  const RnRow *row = row_at (layout, (guint) rn_spine_layout_row_of (layout, at - 1));

  if (row->stage >= 0)
    {
      const RnStage *stage = &g_array_index (layout->stages, RnStage, (guint) row->stage);

      *side = stage->side;
      *channels = stage->channels;
      return;
    }
  *side = rn_spec_get_side (spec);
  *channels = rn_spec_get_stem_channels (spec);
  /* two layers of stride 2 that pad */
  if (rn_spec_get_stem (spec) == RN_STEM_7X7_POOL)
    *side = (((*side + 1) / 2) + 1) / 2;
}
