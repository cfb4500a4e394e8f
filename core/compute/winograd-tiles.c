#include "winograd-tiles.h"

#include "conv-frame.h"

#define NARROW_FILTERS                                                                             \
  (64 * 64) /* pairs of channels whose transformed filters stay in the second cache */
#define WIDE_FLOATS                                                                                \
  (2 * 1024 * 1024) /* of positions that are shared, about; the third cache keeps them */
#define LEAST_WIDE_TILES 24
#define PAD 16

RnWinogradTiles
rn_winograd_tiles (const RnConvShape *shape, int c, int k)
{
  RnWinogradTiles tiles = {
    .n = shape->n,
    .h = shape->h,
    .w = shape->w,
    .c = c,
    .k = k,
    .c_lanes = rn_winograd_lanes (c),
    .k_lanes = rn_winograd_lanes (k),
  };
  int part;

  tiles.across = rn_divide_up (tiles.w, 4);
  tiles.per_picture = tiles.across * rn_divide_up (tiles.h, 4);
  tiles.n_tiles = (int) MIN ((gint64) tiles.n * tiles.per_picture, G_MAXINT / 4);
  tiles.is_wide = (gint64) c * k > NARROW_FILTERS;
  part = tiles.is_wide ? MAX (WIDE_FLOATS / (RN_WINOGRAD_POSITIONS * (c + k)), LEAST_WIDE_TILES)
                       : RN_WINOGRAD_NARROW;
  tiles.n_parts = rn_divide_up (tiles.n_tiles, part);
  part = rn_divide_up (tiles.n_tiles, tiles.n_parts);
  tiles.in_position = (gsize) part * (gsize) tiles.c_lanes + PAD;
  tiles.out_position = (gsize) part * (gsize) tiles.k_lanes + PAD;
  return tiles;
}

/* A tile's upper left output */
typedef struct
{
  int picture, top, left;
} Place;

static Place
find_place (const RnWinogradTiles *tiles, int id)
{
  const int in_picture = id % tiles->per_picture;

  return (Place){ id / tiles->per_picture, in_picture / tiles->across * 4,
                  in_picture % tiles->across * 4 };
}

static void
go_to_next (const RnWinogradTiles *tiles, Place *place)
{
  place->left += 4;
  if (place->left < tiles->w)
    return;
  place->left = 0;
  place->top += 4;
  if (place->top < tiles->h)
    return;
  place->top = 0;
  place->picture++;
}

static gsize
pixel_of (const RnWinogradTiles *tiles, const Place *place)
{
  return ((gsize) place->picture * (gsize) tiles->h + (gsize) place->top) * (gsize) tiles->w +
         (gsize) place->left;
}

/* The tile as @side rows of @x [N,H,W,channels], from @above rows and columns outside it on */
static RnWinogradTile
make_tile (const RnWinogradTiles *tiles, const Place *place, const float *x, int channels, int side,
           int above, const float *zeros)
{
  const gsize pixel = (gsize) channels, row = (gsize) tiles->w * pixel;
  const float *picture = x + (gsize) place->picture * (gsize) tiles->h * row;
  RnWinogradTile tile = {
    .pixel = pixel, .row = row, .channels = channels, .column = place->left - above
  };

  for (int i = 0; i < side; i++)
    {
      const int at = place->top - above + i;

      tile.rows[i] = at < 0 || at >= tiles->h ? zeros : picture + (gsize) at * row;
    }
  tile.first = place->left == 0 ? above : 0;
  tile.end = MIN (side, tiles->w - tile.column);
  return tile;
}

/* The 6 rows of pixels that @across tiles of one row of tiles read are written as they are to be seen. Returns: the first
 * column in them */
static int
fill_strip (const RnWinogradTiles *tiles, const RnWinogradSource *source, const Place *place,
            int across)
{
  const int begin = MAX (place->left - 1, 0), end = MIN (place->left + 4 * across + 1, tiles->w);
  const gsize c = (gsize) tiles->c, row_floats = rn_winograd_strip (tiles) / 6;

  for (int i = 0; i < 6; i++)
    {
      const int at = place->top - 1 + i;
      const gsize row = (gsize) place->picture * (gsize) tiles->h + (gsize) at;

      if (at >= 0 && at < tiles->h)
        rn_conv_read_pixels (source->strip + (gsize) i * row_floats,
                             source->x + (row * (gsize) tiles->w + (gsize) begin) * c,
                             (gsize) (end - begin), tiles->c, source->input);
    }
  return begin;
}

/* The tile as it lies in the strip, whose first column is @begin of the picture */
static void
move_to_strip (RnWinogradTile *tile, const RnWinogradTiles *tiles, const RnWinogradSource *source,
               int begin)
{
  for (int i = 0; i < 6; i++)
    if (tile->rows[i] != source->zeros)
      tile->rows[i] = source->strip + (gsize) i * (rn_winograd_strip (tiles) / 6);
  tile->column -= begin;
}

void
rn_winograd_read (const RnWinogradTiles *tiles, float *v, const RnWinogradSource *source, int first,
                  int n)
{
  Place place = find_place (tiles, first);
  int begin = 0, in_strip = 0;

  for (int t = 0; t < n; t++, v += tiles->c_lanes, go_to_next (tiles, &place))
    {
      RnWinogradTile tile = make_tile (tiles, &place, source->x, tiles->c, 6, 1, source->zeros);

      if (source->input != NULL && in_strip == 0)
        {
          in_strip = MIN (n - t, tiles->across - place.left / 4);
          begin = fill_strip (tiles, source, &place, in_strip);
        }
      if (source->input != NULL)
        {
          move_to_strip (&tile, tiles, source, begin);
          in_strip--;
        }
      rn_kernels ()->winograd_input (v, &tile, tiles->in_position);
    }
}

void
rn_winograd_read_gradients (const RnWinogradTiles *tiles, float *z, const float *dy,
                            const float *zeros, int first, int n)
{
  Place place = find_place (tiles, first);

  for (int t = 0; t < n; t++, z += tiles->k_lanes, go_to_next (tiles, &place))
    {
      const RnWinogradTile tile = make_tile (tiles, &place, dy, tiles->k, 4, 0, zeros);

      rn_kernels ()->winograd_gradient (z, &tile, tiles->out_position);
    }
}

void
rn_winograd_write (const RnWinogradTiles *tiles, float *y, const float *m, int first, int n, int k,
                   int channels, const RnFinish *finish)
{
  const gsize pixel = (gsize) tiles->k, row = (gsize) tiles->w * pixel;
  Place place = find_place (tiles, first);

  for (int t = 0; t < n; t++, m += tiles->k_lanes, go_to_next (tiles, &place))
    {
      const gsize at = pixel_of (tiles, &place) * pixel + (gsize) k;
      const RnWinogradTile tile = {
        .pixel = pixel,
        .row = row,
        .channels = channels,
        .n_rows = MIN (4, tiles->h - place.top),
        .end = MIN (4, tiles->w - place.left),
      };
      RnFinish here = *finish;

      if (here.bias != NULL)
        here.bias += k;
      if (here.add != NULL)
        here.add += at;
      rn_kernels ()->winograd_output (&tile, y + at, m + k, tiles->out_position, &here);
    }
}

void
rn_winograd_gather (const RnWinogradTiles *tiles, const RnNormGather *gather, int slot, int first,
                    int n, int k, int channels)
{
  Place place = find_place (tiles, first);

  while (n > 0)
    {
      /* what of them lies in one row of tiles */
      const int across = MIN (n, tiles->across - place.left / 4);
      const RnNormArea area = {
        .pixel = pixel_of (tiles, &place),
        .rows = MIN (4, tiles->h - place.top),
        .run = MIN (4 * across, tiles->w - place.left),
        .width = (gsize) tiles->w,
        /* how many channels a member takes hangs on how many members there are */
        .cut_for = tiles->k,
      };

      rn_norm_gather (gather, slot, k, channels, &area);
      place.left += 4 * (across - 1);
      go_to_next (tiles, &place);
      n -= across;
    }
}

void
rn_winograd_ahead (RnWinogradAhead *ahead, const RnWinogradTiles *tiles, int part)
{
  const int first = rn_winograd_first (tiles, part);
  Place place = find_place (tiles, first);

  ahead->n = rn_winograd_first (tiles, part + 1) - first;
  for (int t = 0; t < ahead->n; t++, go_to_next (tiles, &place))
    {
      ahead->pixels[t] = pixel_of (tiles, &place);
      ahead->rows[t] = tiles->h - place.top;
    }
}

#define ROWS 4
#define LINE 16 /* floats of a cache line */

void
rn_winograd_fetch (const RnWinogradAhead *ahead, const RnWinogradTiles *tiles, const float *x,
                   int channels, int below, int position)
{
  const int n = ROWS * ahead->n;
  const int end = n * (position + 1) / RN_WINOGRAD_POSITIONS;

  for (int i = n * position / RN_WINOGRAD_POSITIONS; i < end; i++)
    {
      const int t = i / ROWS, row = i % ROWS + below;
      const float *pixels =
          x + (ahead->pixels[t] + (gsize) row * (gsize) tiles->w) * (gsize) channels;

      if (row < ahead->rows[t])
        for (int line = 0; line < ROWS * channels; line += LINE)
          __builtin_prefetch (pixels + line, 0, 2);
    }
}
