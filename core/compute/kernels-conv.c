#include "kernels-conv.h"

/* Both kernels hold 12 vectors of sums in registers: enough to hide the latency of an addition, and it leaves room for the
 * factors. They cover RN_CONV_BLOCK lanes by TILE pixels or channels. */
#define VECTORS (RN_CONV_BLOCK / VECTOR)
#define TILE (12 / VECTORS)

/* Calls tile (argument, first, length) for lengths of at most TILE that are as equal as may be: a short one at the end would
 * leave the units waiting. The length is a constant in each call. */
#define TILE_CASE(tile, length, argument, first)                                                   \
  case length:                                                                                     \
    tile (argument, first, length);                                                                \
    break;

#if TILE == 12
#define LONG_TILES(tile, argument, first)                                                          \
  TILE_CASE (tile, 12, argument, first)                                                            \
  TILE_CASE (tile, 11, argument, first)                                                            \
  TILE_CASE (tile, 10, argument, first)                                                            \
  TILE_CASE (tile, 9, argument, first)                                                             \
  TILE_CASE (tile, 8, argument, first)                                                             \
  TILE_CASE (tile, 7, argument, first)                                                             \
  MIDDLE_TILES (tile, argument, first)
#else
#define LONG_TILES MIDDLE_TILES
#endif
#define MIDDLE_TILES(tile, argument, first)                                                        \
  TILE_CASE (tile, 6, argument, first)                                                             \
  TILE_CASE (tile, 5, argument, first)                                                             \
  TILE_CASE (tile, 4, argument, first)

#if TILE == 3
#define SOME_TILES(tile, argument, first)
#else
#define SOME_TILES LONG_TILES
#endif

#define FOR_TILES(count, tile, argument)                                                           \
  for (int n_tiles = ((count) + TILE - 1) / TILE, i = 0, first = 0; i < n_tiles; i++)              \
    {                                                                                              \
      int end = (int) ((gint64) (count) * (i + 1) / n_tiles);                                      \
      switch (end - first)                                                                         \
        {                                                                                          \
          SOME_TILES (tile, argument, first)                                                       \
          TILE_CASE (tile, 3, argument, first)                                                     \
          TILE_CASE (tile, 2, argument, first)                                                     \
          TILE_CASE (tile, 1, argument, first)                                                     \
        }                                                                                          \
      first = end;                                                                                 \
    }

/* Pixels [q,q + n). */
INLINE void
row_tile (const RnConvRow *t, int q, const int n)
{
  Vec sum[TILE][VECTORS];
  const float *w = t->w;
  const int depth = t->depth;

  for (int j = 0; j < n; j++)
    for (int v = 0; v < VECTORS; v++)
      sum[j][v] = splat (0.0f);

  for (int r = 0; r < t->kernel; r++)
    {
      const float *x = t->x + (gsize) r * t->x_row + (gsize) q * t->x_pixel;

      for (int i = 0; i < depth; i++, w += RN_CONV_BLOCK)
        {
          Vec filter[VECTORS];

          for (int v = 0; v < VECTORS; v++)
            filter[v] = load (w + v * VECTOR, 0);
          for (int j = 0; j < n; j++)
            for (int v = 0; v < VECTORS; v++)
              sum[j][v] += splat (x[(gsize) j * t->x_pixel + (gsize) i]) * filter[v];
        }
    }

  for (int j = 0; j < n; j++)
    {
      float *y = t->y + (gsize) (q + j) * t->y_pixel;

      if (t->k == RN_CONV_BLOCK)
        for (int v = 0; v < VECTORS; v++)
          store (y + v * VECTOR, sum[j][v], 0);
      else
        memcpy (y, sum[j], (gsize) t->k * sizeof (float));
    }
}

void
IN_SET (conv_row) (const RnConvRow *row)
{
  FOR_TILES (row->q, row_tile, row);
}

/* One r, lanes [lane,lane + lanes) of its S C floats, all channels. */
typedef struct
{
  const RnConvFilters *f;
  const float *x;
  float *dw;
  int lanes;
} FiltersColumn;

INLINE Vec
load_sum (const float *dw, int lanes)
{
  Vec v = { 0 };

  if (lanes >= VECTOR)
    return load (dw, 0);
  if (lanes > 0)
    memcpy (&v, dw, (gsize) lanes * sizeof (float));
  return v;
}

INLINE void
store_sum (float *dw, Vec v, int lanes)
{
  if (lanes >= VECTOR)
    store (dw, v, 0);
  else if (lanes > 0)
    memcpy (dw, &v, (gsize) lanes * sizeof (float));
}

/* Channels [k,k + n). */
INLINE void
filters_tile (const FiltersColumn *t, int k, const int n)
{
  const RnConvFilters *f = t->f;
  const gsize filter = (gsize) f->kernel * (gsize) f->depth;
  Vec sum[TILE][VECTORS];

  for (int j = 0; j < n; j++)
    for (int v = 0; v < VECTORS; v++)
      sum[j][v] = load_sum (t->dw + (gsize) (k + j) * filter + v * VECTOR, t->lanes - v * VECTOR);

  for (int p = 0; p < f->p; p++)
    {
      const float *x = t->x + (gsize) p * f->x_row;
      const float *dy = f->dy + (gsize) p * f->dy_row + k;

      for (int q = 0; q < f->q; q++, x += f->x_pixel, dy += f->dy_pixel)
        {
          Vec input[VECTORS];

          for (int v = 0; v < VECTORS; v++)
            input[v] = load (x + v * VECTOR, 0);
          for (int j = 0; j < n; j++)
            for (int v = 0; v < VECTORS; v++)
              sum[j][v] += splat (dy[j]) * input[v];
        }
    }

  for (int j = 0; j < n; j++)
    for (int v = 0; v < VECTORS; v++)
      store_sum (t->dw + (gsize) (k + j) * filter + v * VECTOR, sum[j][v], t->lanes - v * VECTOR);
}

void
IN_SET (conv_filters) (const RnConvFilters *f)
{
  for (int r = 0; r < f->kernel; r++)
    for (int lane = 0; lane < f->depth; lane += RN_CONV_BLOCK)
      {
        const FiltersColumn column = {
          .f = f,
          .x = f->x + (gsize) r * f->x_tap + lane,
          .dw = f->dw + (gsize) r * (gsize) f->depth + lane,
          .lanes = MIN (f->depth - lane, RN_CONV_BLOCK),
        };

        FOR_TILES (f->k, filters_tile, &column);
      }
}
