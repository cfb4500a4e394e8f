#include "winograd-tiles.h"

#define NARROW_FILTERS                                                                             \
  (64 * 64) /* pairs of channels whose transformed filters stay in the second cache */
#define NARROW_TILES 12
#define WIDE_FLOATS                                                                                \
  (2 * 1024 * 1024) /* of positions that are shared, about; the third cache keeps them */
#define LEAST_WIDE_TILES 24
#define PAD 16

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

RnWinogradTiles
rn_winograd_tiles (const RnConvShape *shape, int c, int k)
{
  RnWinogradTiles tiles = { .n = shape->n, .h = shape->h, .w = shape->w, .c = c, .k = k };
  int part;

  tiles.across = divide_up (tiles.w, 4);
  tiles.per_picture = tiles.across * divide_up (tiles.h, 4);
  tiles.n_tiles = (int) MIN ((gint64) tiles.n * tiles.per_picture, G_MAXINT / 4);
  tiles.is_wide = (gint64) c * k > NARROW_FILTERS;
  part = tiles.is_wide ? MAX (WIDE_FLOATS / (RN_WINOGRAD_POSITIONS * (c + k)), LEAST_WIDE_TILES)
                       : NARROW_TILES;
  tiles.n_parts = divide_up (tiles.n_tiles, part);
  part = divide_up (tiles.n_tiles, tiles.n_parts);
  tiles.in_position = (gsize) part * (gsize) c + PAD;
  tiles.out_position = (gsize) part * (gsize) k + PAD;
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

void
rn_winograd_read (const RnWinogradTiles *tiles, float *v, const float *x, const float *zeros,
                  int first, int n)
{
  Place place = find_place (tiles, first);

  for (int t = 0; t < n; t++, v += tiles->c, go_to_next (tiles, &place))
    {
      const RnWinogradTile tile = make_tile (tiles, &place, x, tiles->c, 6, 1, zeros);

      rn_kernels ()->winograd_input (v, &tile, tiles->in_position);
    }
}

void
rn_winograd_read_gradients (const RnWinogradTiles *tiles, float *z, const float *dy,
                            const float *zeros, int first, int n)
{
  Place place = find_place (tiles, first);

  for (int t = 0; t < n; t++, z += tiles->k, go_to_next (tiles, &place))
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

  for (int t = 0; t < n; t++, m += tiles->k, go_to_next (tiles, &place))
    {
      const gsize at = ((gsize) place.picture * (gsize) tiles->h + (gsize) place.top) * row +
                       (gsize) place.left * pixel + (gsize) k;
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
