#include "spine/spine-layout.h"

#include <math.h>

#define TOP_PX 4.0
#define END_PX 30.0 /* the rows of stem and head */
#define BOTTOM_PX 6.0
/* Rows that a person opened though there is no room for them */
#define OPENED_PX 24.0
/* A folded stage gives a block this much at most */
#define FOLDED_BLOCK_PX 5.0

/* Heights before places are known */
typedef struct
{
  double seam;
  double block;
  double *folded; /* per stage: its row where it is folded */
} Heights;

static RnDetail
detail_of (double height)
{
  return height < RN_SPINE_MIN_ROW_PX ? RN_DETAIL_HEAT
         : height < 20.0              ? RN_DETAIL_BAR
         : height < 44.0              ? RN_DETAIL_LINE
                                      : RN_DETAIL_CARD;
}

static RnRow *
row_at (const RnSpineLayout *layout, guint at)
{
  return &g_array_index (layout->rows, RnRow, at);
}

static RnStage *
stage_at (const RnSpineLayout *layout, guint at)
{
  return &g_array_index (layout->stages, RnStage, at);
}

static gboolean
has (const GArray *numbers, int number)
{
  for (guint i = 0; numbers != NULL && i < numbers->len; i++)
    if (g_array_index (numbers, int, i) == number)
      return TRUE;
  return FALSE;
}

/* Of the map after a layer of stride 2 that pads */
static int
halved (int side)
{
  return (side + 1) / 2;
}

static void
find_stages (RnSpineLayout *layout, const RnSpec *spec)
{
  int side = rn_spec_get_side (spec);
  RnStage *last = NULL;

  if (rn_spec_get_stem (spec) == RN_STEM_7X7_POOL)
    side = halved (halved (side));
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      if (block->stride == 2)
        side = halved (side);
      if (last == NULL || last->channels != block->channels || last->side != side)
        {
          const RnStage stage = { .first_block = i, .channels = block->channels, .side = side };

          g_array_append_val (layout->stages, stage);
          last = stage_at (layout, layout->stages->len - 1);
        }
      last->n_blocks++;
    }
}

static void
add_row (RnSpineLayout *layout, RnRowKind kind, int first, int n_blocks, int stage, double height)
{
  const RnRow row = { .kind = kind,
                      .detail = detail_of (height),
                      .first_block = first,
                      .n_blocks = n_blocks,
                      .stage = stage,
                      .y = layout->height,
                      .height = height };

  g_array_append_val (layout->rows, row);
  layout->height += height;
}

static void
place (RnSpineLayout *layout, int n_blocks, const Heights *heights)
{
  layout->height = TOP_PX;
  add_row (layout, RN_ROW_STEM, -1, 0, -1, END_PX);
  for (guint i = 0; i < layout->stages->len; i++)
    {
      RnStage *stage = stage_at (layout, i);

      stage->y = layout->height;
      stage->seam = heights->seam;
      layout->height += heights->seam;
      if (stage->is_folded)
        add_row (layout, RN_ROW_STAGE, stage->first_block, stage->n_blocks, (int) i,
                 heights->folded[i]);
      for (int b = 0; !stage->is_folded && b < stage->n_blocks; b++)
        add_row (layout, RN_ROW_BLOCK, stage->first_block + b, 1, (int) i, heights->block);
      stage->height = layout->height - stage->y;
    }
  add_row (layout, RN_ROW_HEAD, n_blocks, 0, -1, END_PX);
  layout->height += BOTTOM_PX;
}

/* Rows that are read stand on whole pixels, so that they look alike. */
static double
whole (double height)
{
  return height >= 20.0 ? floor (height) : height;
}

static void
fold_what_pays (RnSpineLayout *layout, const GArray *unfolded)
{
  for (guint i = 0; i < layout->stages->len; i++)
    {
      RnStage *stage = stage_at (layout, i);

      if (stage->n_blocks * RN_SPINE_MIN_ROW_PX > RN_SPINE_MIN_FOLDED_PX &&
          !has (unfolded, (int) i))
        stage->is_folded = TRUE;
    }
}

/* Shares @room: folded stages by their number of blocks, the rest for rows of open blocks. */
static void
share (const RnSpineLayout *layout, int n_blocks, double room, double least, Heights *heights)
{
  int n_folded = 0, n_open;
  double folded_room;

  for (guint i = 0; i < layout->stages->len; i++)
    if (stage_at (layout, i)->is_folded)
      n_folded += stage_at (layout, i)->n_blocks;
  n_open = n_blocks - n_folded;
  folded_room = MAX (room - n_open * MAX (least, 20.0), 0.0);
  for (guint i = 0; i < layout->stages->len; i++)
    {
      const RnStage *stage = stage_at (layout, i);
      const double most = MAX (stage->n_blocks * FOLDED_BLOCK_PX, RN_SPINE_MIN_FOLDED_PX);

      if (!stage->is_folded)
        continue;
      heights->folded[i] =
          CLAMP (folded_room * stage->n_blocks / n_folded, RN_SPINE_MIN_FOLDED_PX, most);
      room -= heights->folded[i];
    }
  if (n_open > 0)
    heights->block = whole (CLAMP (room / n_open, least, RN_SPINE_MAX_ROW_PX));
}

static void
fit (RnSpineLayout *layout, int n_blocks, double room, const GArray *unfolded, Heights *heights)
{
  double least = RN_SPINE_MIN_ROW_PX;

  if (n_blocks > 0 && room < n_blocks * RN_SPINE_MIN_ROW_PX)
    {
      fold_what_pays (layout, unfolded);
      for (guint i = 0; i < layout->stages->len; i++)
        if (!stage_at (layout, i)->is_folded && has (unfolded, (int) i))
          least = OPENED_PX;
    }
  share (layout, n_blocks, room, least, heights);
}

static void
zoom_to (const RnSpineLayout *layout, double zoom, Heights *heights)
{
  heights->block = zoom;
  for (guint i = 0; i < layout->stages->len; i++)
    heights->folded[i] =
        CLAMP (stage_at (layout, i)->n_blocks * 3.0, RN_SPINE_MIN_FOLDED_PX, 160.0);
}

static RnSpineLayout *
layout_new (const RnSpec *spec)
{
  RnSpineLayout *layout = g_new0 (RnSpineLayout, 1);

  layout->rows =
      g_array_sized_new (FALSE, FALSE, sizeof (RnRow), (guint) rn_spec_n_blocks (spec) + 2);
  layout->stages = g_array_new (FALSE, FALSE, sizeof (RnStage));
  find_stages (layout, spec);
  return layout;
}

/* Returns: what is left of @available for blocks */
static double
room_for_blocks (const RnSpineLayout *layout, double available, Heights *heights)
{
  const guint n = layout->stages->len;
  const double between = MAX (available, 0.0) - TOP_PX - 2.0 * END_PX - BOTTOM_PX;

  heights->seam = n > 0 ? CLAMP (0.25 * between / n, 2.0, RN_SPINE_SEAM_PX) : 0.0;
  return MAX (between - n * heights->seam, 0.0);
}

RnSpineLayout *
rn_spine_layout_new (const RnSpec *spec, double available, double zoom, const GArray *folded,
                     const GArray *unfolded)
{
  RnSpineLayout *layout = layout_new (spec);
  const int n_blocks = rn_spec_n_blocks (spec);
  g_autofree double *heights_of_folded = g_new0 (double, layout->stages->len + 1);
  Heights heights = { .folded = heights_of_folded };
  const double room = room_for_blocks (layout, available, &heights);

  for (guint i = 0; i < layout->stages->len; i++)
    stage_at (layout, i)->is_folded = stage_at (layout, i)->n_blocks > 1 && has (folded, (int) i);
  if (zoom > 0.0)
    {
      heights.seam = RN_SPINE_SEAM_PX;
      zoom_to (layout, zoom, &heights);
    }
  else
    fit (layout, n_blocks, room, unfolded, &heights);
  place (layout, n_blocks, &heights);
  return layout;
}

RnSpineLayout *
rn_spine_layout_new_overview (const RnSpec *spec, double available)
{
  RnSpineLayout *layout = layout_new (spec);
  const int n_blocks = rn_spec_n_blocks (spec);
  Heights heights = { 0 };
  const double room = room_for_blocks (layout, available, &heights);

  heights.block = whole (MIN (room / MAX (n_blocks, 1), RN_SPINE_MAX_ROW_PX));
  place (layout, n_blocks, &heights);
  return layout;
}

void
rn_spine_layout_free (RnSpineLayout *layout)
{
  if (layout == NULL)
    return;
  g_array_unref (layout->rows);
  g_array_unref (layout->stages);
  g_free (layout);
}

int
rn_spine_layout_find (const RnSpineLayout *layout, double y)
{
  guint from = 0, to = layout->rows->len;

  /* the first row that ends below @y */
  while (from < to)
    {
      const guint middle = (from + to) / 2;
      const RnRow *row = row_at (layout, middle);

      if (row->y + row->height <= y)
        from = middle + 1;
      else
        to = middle;
    }
  if (from == layout->rows->len || y < row_at (layout, 0)->y)
    return -1;
  return (int) from;
}

int
rn_spine_layout_row_of (const RnSpineLayout *layout, int index)
{
  guint from = 0, to = layout->rows->len;

  /* the last row that begins with @index or before */
  while (to - from > 1)
    {
      const guint middle = (from + to) / 2;

      if (row_at (layout, middle)->first_block <= index)
        from = middle;
      else
        to = middle;
    }
  return (int) from;
}

void
rn_spine_layout_heat_of (const RnSpineLayout *layout, int index, double *y, double *height)
{
  const RnRow *row = row_at (layout, (guint) rn_spine_layout_row_of (layout, index));

  *height = row->height / MAX (row->n_blocks, 1);
  *y = row->y + (row->n_blocks > 0 ? (index - row->first_block) * *height : 0.0);
}

int
rn_spine_layout_block_at (const RnSpineLayout *layout, double y)
{
  const RnRow *head = row_at (layout, layout->rows->len - 1);
  const int n_blocks = head->first_block, at = rn_spine_layout_find (layout, y);
  const RnRow *row;

  if (n_blocks == 0)
    return -1;
  if (at < 0)
    return y < head->y ? 0 : n_blocks - 1;
  row = row_at (layout, (guint) at);
  if (row->n_blocks == 0)
    return row->kind == RN_ROW_STEM ? 0 : n_blocks - 1;
  return row->first_block +
         CLAMP ((int) ((y - row->y) * row->n_blocks / row->height), 0, row->n_blocks - 1);
}

double
rn_spine_layout_map (const RnSpineLayout *from, double y, const RnSpineLayout *to)
{
  const int at = rn_spine_layout_find (from, y);
  const RnRow *row;
  int index;
  double top, height, to_top, to_height;

  if (at < 0)
    return y < row_at (from, 0)->y ? 0.0 : to->height;
  row = row_at (from, (guint) at);
  index = row->n_blocks > 0 ? rn_spine_layout_block_at (from, y) : row->first_block;
  rn_spine_layout_heat_of (from, index, &top, &height);
  rn_spine_layout_heat_of (to, index, &to_top, &to_height);
  /* within a seam: as far above the block, cut at the seam */
  if (y < top)
    return to_top + MAX (y - top, -RN_SPINE_SEAM_PX) * MIN (1.0, to_height / height);
  return to_top + (y - top) / height * to_height;
}
