#include "kernels-conv.h"

/* Both kernels keep their sums in registers: enough of them to hide the latency of an addition, and room beside them for the
 * factors. They cover BLOCKS times RN_CONV_BLOCK lanes by TILE pixels or channels. With 512 bits a vector of x is as dear to
 * load as two products are to add, so there each is used for two blocks. */
#define VECTORS (RN_CONV_BLOCK / VECTOR)
#if VECTOR == 16
#define TILE 14
#define BLOCKS 2
#else
#define TILE (12 / VECTORS)
#define BLOCKS 1
#endif

/* Calls tile (argument, first, length) for lengths of at most TILE that are as equal as may be: a short one at the end would
 * leave the units waiting. The length is a constant in each call. */
#define TILE_CASE(tile, length, argument, first)                                                   \
  case length:                                                                                     \
    tile (argument, first, length);                                                                \
    break;

#if TILE == 14
#define LONG_TILES(tile, argument, first)                                                          \
  TILE_CASE (tile, 14, argument, first)                                                            \
  TILE_CASE (tile, 13, argument, first)                                                            \
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

/* Filters that come from far would be waited for in a call's first tile and be at hand in the others, so the next ones are asked
 * for evenly, by all tiles: @step bytes at each of @rounds. */
typedef struct
{
  const char *at;
  gsize step;
} Ahead;

/* For pixels [q,q + n) of @all; [next,next + blocks * rounds * RN_CONV_BLOCK) */
INLINE Ahead
look_ahead (const float *next, const float *w, int q, const int n, int all, gsize rounds,
            const int blocks)
{
  const gsize line = (gsize) blocks * RN_CONV_BLOCK * sizeof (float);
  Ahead ahead = { (const char *) w, 0 };

  if (next != NULL)
    {
      ahead.at = (const char *) next + rounds * line * (gsize) q / (gsize) all;
      ahead.step = (line * (gsize) n + (gsize) all - 1) / (gsize) all;
    }
  return ahead;
}

INLINE void
fetch_ahead (Ahead *ahead)
{
  __builtin_prefetch (ahead->at, 0, 2);
  if (BLOCKS > 1 && ahead->step > 64)
    __builtin_prefetch (ahead->at + 64, 0, 2);
  ahead->at += ahead->step;
}

/* v, channels [k,k + VECTOR) of pixel q, or @part of them, finished */
INLINE void
store_finished (const RnConvRow *t, Vec v, int q, int k, int part)
{
  const gsize at = (gsize) q * t->y_pixel + (gsize) k;

  if (t->finish.bias != NULL)
    v += load (t->finish.bias + k, part);
  if (t->finish.add != NULL)
    v += load (t->finish.add + at, part);
  store (t->y + at, t->finish.relu ? relu_of (v) : v, part);
}

/* The same where the channels end early: so rare that one copy saves code */
static __attribute__ ((noinline)) void
store_cut (const RnConvRow *t, Vec v, int q, int k)
{
  if (k < t->k)
    store_finished (t, v, q, k, t->k - k < VECTOR ? t->k - k : 0);
}

/* A tile's sums, finished, to channels [0,blocks * RN_CONV_BLOCK), the last of which may be cut. Unrolled, so that no sum has to have
 * an address. */
INLINE void
store_tile (const RnConvRow *t, Vec (*sum)[BLOCKS * VECTORS], int q, const int n, const int blocks)
{
  if (t->k < blocks * RN_CONV_BLOCK)
    {
#pragma GCC unroll 14
      for (int j = 0; j < n; j++)
#pragma GCC unroll 8
        for (int v = 0; v < blocks * VECTORS; v++)
          store_cut (t, sum[j][v], q + j, v * VECTOR);
    }
  else if (t->finish.bias == NULL && t->finish.add == NULL && !t->finish.relu)
    {
#pragma GCC unroll 14
      for (int j = 0; j < n; j++)
#pragma GCC unroll 8
        for (int v = 0; v < blocks * VECTORS; v++)
          store (t->y + (gsize) (q + j) * t->y_pixel + v * VECTOR, sum[j][v], 0);
    }
  else
    {
#pragma GCC unroll 14
      for (int j = 0; j < n; j++)
#pragma GCC unroll 8
        for (int v = 0; v < blocks * VECTORS; v++)
          store_finished (t, sum[j][v], q + j, v * VECTOR, 0);
    }
}

/* sum[j] += the product of pixel j's @depth floats and as many rows of filters. Pixels are x_pixel floats apart, in @lines of n / lines
 * that are x_line floats apart. Returns: the filters behind those.
 * A pixel's place is that of the first of three and 0, 1 or 2 pixels more, which a load can say; left alone, the compiler keeps a
 * register for each, has too few, and lends them from those of the sums. */
INLINE const float *
add_products (Vec (*sum)[BLOCKS * VECTORS], const float *x, gsize x_pixel, gsize x_line, int depth,
              const float *w, gsize block, Ahead *ahead, const int n, const int lines,
              const int blocks)
{
  const int across = n / lines, threes = (across + 2) / 3;
  gsize pixel = x_pixel * sizeof (float);
  const char *at[2 * ((TILE + 2) / 3)];

  for (int i = 0; i < lines * threes; i++)
    at[i] = (const char *) (x + (gsize) (i / threes) * x_line + (gsize) (i % threes * 3) * x_pixel);
  for (const float *end = w + (gsize) depth * RN_CONV_BLOCK; w < end; w += RN_CONV_BLOCK)
    {
      Vec filter[BLOCKS * VECTORS];

      fetch_ahead (ahead);
      for (int b = 0; b < blocks; b++)
        for (int v = 0; v < VECTORS; v++)
          filter[b * VECTORS + v] = load (w + (gsize) b * block + v * VECTOR, 0);
      __asm__("" : "+r"(pixel));
      for (int j = 0; j < n; j++)
        {
          const char *three = at[j / across * threes + j % across / 3];
          const Vec input = splat (*(const float *) (three + (gsize) (j % across % 3) * pixel));

          for (int v = 0; v < blocks * VECTORS; v++)
            sum[j][v] += input * filter[v];
        }
      for (int i = 0; i < lines * threes; i++)
        at[i] += sizeof (float);
    }
  return w;
}

/* Pixels [q,q + n), the first of which sees x: so many whole lines, or some of one */
INLINE void
lines_tile (const RnConvRow *t, const float *x, int q, const int n, const int lines,
            const int blocks)
{
  Vec sum[TILE][BLOCKS * VECTORS];
  const gsize rounds = (gsize) t->kernel * (gsize) t->depth;
  const float *w = t->w;
  Ahead ahead = look_ahead (t->ahead, w, q, n, t->q, rounds, blocks);

  for (int j = 0; j < n; j++)
    for (int v = 0; v < blocks * VECTORS; v++)
      sum[j][v] = splat (0.0f);
  for (int r = 0; r < t->kernel; r++, x += t->x_row)
    w = add_products (sum, x, t->x_pixel, t->x_line, t->depth, w, rounds * RN_CONV_BLOCK, &ahead, n,
                      lines, blocks);
  store_tile (t, sum, q, n, blocks);
}

/* Whole lines of half a tile each: two at a time */
INLINE void
pairs_of_lines (const RnConvRow *t, const int blocks)
{
  const int n = TILE / 2;
  const float *x = t->x;
  int q = 0;

  for (; q + n < t->q; q += 2 * n, x += 2 * t->x_line)
    lines_tile (t, x, q, 2 * n, 2, blocks);
  if (q < t->q)
    lines_tile (t, x, q, n, 1, blocks);
}

/* Pixels [q,q + n), @blocks whole blocks of channels, the last of which may be cut. */
INLINE void
row_tile (const RnConvRow *t, int q, const int n, const int blocks)
{
  Vec sum[TILE][BLOCKS * VECTORS];
  const int depth = t->depth, line = t->across > 0 ? q / t->across : 0;
  int column = q - line * t->across; /* the next pixel's */
  const float *w = t->w, *x[TILE], *at = t->x + (gsize) line * t->x_line;
  const gsize block = (gsize) t->kernel * (gsize) depth * RN_CONV_BLOCK;
  Ahead ahead = look_ahead (t->ahead, w, q, n, t->q, block / RN_CONV_BLOCK, blocks);

  if (t->across == 0 || column + n <= t->across)
    {
      lines_tile (t, at + (gsize) column * t->x_pixel, q, n, 1, blocks);
      return;
    }
  for (int j = 0; j < n; j++)
    {
      x[j] = at + (gsize) column * t->x_pixel;
      if (++column == t->across)
        {
          column = 0;
          at += t->x_line;
        }
      for (int v = 0; v < blocks * VECTORS; v++)
        sum[j][v] = splat (0.0f);
    }

  for (int r = 0; r < t->kernel; r++)
    for (gsize i = (gsize) r * t->x_row, end = i + (gsize) depth; i < end; i++, w += RN_CONV_BLOCK)
      {
        Vec filter[BLOCKS * VECTORS];

        fetch_ahead (&ahead);
        for (int b = 0; b < blocks; b++)
          for (int v = 0; v < VECTORS; v++)
            filter[b * VECTORS + v] = load (w + (gsize) b * block + v * VECTOR, 0);
        for (int j = 0; j < n; j++)
          {
            const Vec input = splat (x[j][i]);

            for (int v = 0; v < blocks * VECTORS; v++)
              sum[j][v] += input * filter[v];
          }
      }
  store_tile (t, sum, q, n, blocks);
}

INLINE void
narrow_tile (const RnConvRow *t, int q, const int n)
{
  row_tile (t, q, n, 1);
}

INLINE void
wide_tile (const RnConvRow *t, int q, const int n)
{
  row_tile (t, q, n, BLOCKS);
}

void
IN_SET (conv_row) (const RnConvRow *row)
{
  RnConvRow rest = *row;

  while (rest.k > 0)
    {
      const int blocks = rest.k > (BLOCKS - 1) * RN_CONV_BLOCK ? BLOCKS : 1;
      const int lanes = blocks * RN_CONV_BLOCK;
      const float *next =
          rest.w + (gsize) blocks * (gsize) rest.kernel * (gsize) rest.depth * RN_CONV_BLOCK;

      rest.ahead = rest.k > lanes ? next : row->ahead;
      if (rest.across == TILE / 2 && blocks == BLOCKS)
        pairs_of_lines (&rest, BLOCKS);
      else if (blocks > 1)
        FOR_TILES (rest.q, wide_tile, &rest)
      else
        FOR_TILES (rest.q, narrow_tile, &rest)
      rest.k -= lanes;
      rest.y += lanes;
      rest.w = next;
      if (rest.finish.bias != NULL)
        rest.finish.bias += lanes;
      if (rest.finish.add != NULL)
        rest.finish.add += lanes;
    }
}

/* Pixels [q,q + n), @blocks whole blocks of channels: row_tile() where there is nothing but one row of whole blocks, for then the
 * compiler keeps all that the loop needs in registers */
INLINE void
product_tile (const RnConvProduct *t, int q, const int n, const int blocks)
{
  Vec sum[TILE][BLOCKS * VECTORS];
  const gsize rounds = (gsize) t->depth;
  const float *x = t->x + (gsize) q * t->x_pixel;
  float *y = t->y + (gsize) q * t->y_pixel;
  Ahead ahead = look_ahead (t->ahead, t->w, q, n, t->q, rounds, blocks);

  for (int j = 0; j < n; j++)
    for (int v = 0; v < blocks * VECTORS; v++)
      sum[j][v] = splat (0.0f);

  add_products (sum, x, t->x_pixel, 0, t->depth, t->w, rounds * RN_CONV_BLOCK, &ahead, n, 1,
                blocks);

#pragma GCC unroll 14
  for (int j = 0; j < n; j++)
#pragma GCC unroll 8
    for (int v = 0; v < blocks * VECTORS; v++)
      store (y + (gsize) j * t->y_pixel + v * VECTOR, sum[j][v], 0);
}

INLINE void
narrow_product (const RnConvProduct *t, int q, const int n)
{
  product_tile (t, q, n, 1);
}

INLINE void
wide_product (const RnConvProduct *t, int q, const int n)
{
  product_tile (t, q, n, BLOCKS);
}

void
IN_SET (conv_product) (const RnConvProduct *product)
{
  RnConvProduct rest = *product;

  while (rest.k > 0)
    {
      const int blocks = rest.k >= BLOCKS * RN_CONV_BLOCK ? BLOCKS : 1;
      const int lanes = blocks * RN_CONV_BLOCK;
      const float *next = rest.w + (gsize) lanes * (gsize) rest.depth;

      rest.ahead = rest.k > lanes ? next : product->ahead;
      if (blocks > 1)
        FOR_TILES (rest.q, wide_product, &rest)
      else
        FOR_TILES (rest.q, narrow_product, &rest)
      rest.k -= lanes;
      rest.y += lanes;
      rest.w = next;
    }
}

/* One r, `lanes` of its S C floats, all channels */
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
filters_tile (const FiltersColumn *t, int k, const int n, const int blocks)
{
  const RnConvFilters *f = t->f;
  const gsize filter = (gsize) f->kernel * (gsize) f->depth;
  const int vectors = blocks * VECTORS;
  Vec sum[TILE][BLOCKS * VECTORS];

  for (int j = 0; j < n; j++)
    for (int v = 0; v < vectors; v++)
      sum[j][v] = load_sum (t->dw + (gsize) (k + j) * filter + v * VECTOR, t->lanes - v * VECTOR);

  for (int p = 0; p < f->p; p++)
    {
      const float *x = t->x + (gsize) p * f->x_row;
      const float *dy = f->dy + (gsize) p * f->dy_row + k;

      for (int q = 0; q < f->q; q++, x += f->x_pixel, dy += f->dy_pixel)
        {
          Vec input[BLOCKS * VECTORS];

          for (int v = 0; v < vectors; v++)
            input[v] = load (x + v * VECTOR, 0);
          for (int j = 0; j < n; j++)
            for (int v = 0; v < vectors; v++)
              sum[j][v] += splat (dy[j]) * input[v];
        }
    }

  for (int j = 0; j < n; j++)
    for (int v = 0; v < vectors; v++)
      store_sum (t->dw + (gsize) (k + j) * filter + v * VECTOR, sum[j][v], t->lanes - v * VECTOR);
}

INLINE void
narrow_filters (const FiltersColumn *t, int k, const int n)
{
  filters_tile (t, k, n, 1);
}

INLINE void
wide_filters (const FiltersColumn *t, int k, const int n)
{
  filters_tile (t, k, n, BLOCKS);
}

void
IN_SET (conv_filters) (const RnConvFilters *f)
{
  for (int r = 0; r < f->kernel; r++)
    for (int lane = 0; lane < f->depth; lane += BLOCKS * RN_CONV_BLOCK)
      {
        const FiltersColumn column = {
          .f = f,
          .x = f->x + (gsize) r * f->x_tap + lane,
          .dw = f->dw + (gsize) r * (gsize) f->depth + lane,
          .lanes = f->depth - lane,
        };

        if (column.lanes > RN_CONV_BLOCK)
          FOR_TILES (f->k, wide_filters, &column)
        else
          FOR_TILES (f->k, narrow_filters, &column)
      }
}
