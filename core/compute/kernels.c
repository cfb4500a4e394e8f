#include "kernels.h"

#include "kernels-conv.h"
#include "kernels-winograd.h"
#include "vector.h"

/* Sums are kept in explicit vector accumulators: gcc makes no such thing of plain loops without -ffast-math. */
#define BLOCK 4 /* vectors side by side, so that additions overlap */
#define CHAINS 12

/* Calls columns (…, first lane, vectors, part) over all lanes. */
#define FOR_COLUMNS(lanes, columns, ...)                                                           \
  do                                                                                               \
    {                                                                                              \
      int at = 0;                                                                                  \
      for (; at + BLOCK * VECTOR <= (lanes); at += BLOCK * VECTOR)                                 \
        columns (__VA_ARGS__, at, BLOCK, 0);                                                       \
      for (; at + VECTOR <= (lanes); at += VECTOR)                                                 \
        columns (__VA_ARGS__, at, 1, 0);                                                           \
      if (at < (lanes))                                                                            \
        columns (__VA_ARGS__, at, 1, (lanes) -at);                                                 \
    }                                                                                              \
  while (0)

INLINE void
statistics_columns (const RnNormTile *t, int at, int n, int part)
{
  Vec shift[BLOCK], sum[BLOCK], sum2[BLOCK];

  for (int i = 0; i < n; i++)
    {
      shift[i] = load (t->lane[0] + at + i * VECTOR, part);
      sum[i] = sum2[i] = splat (0.0f);
    }
  for (int row = 0; row < t->rows; row++)
    for (int i = 0; i < n; i++)
      {
        Vec v = load (t->z + row * t->stride + at + i * VECTOR, part) - shift[i];

        sum[i] += v;
        sum2[i] += v * v;
      }
  for (int i = 0; i < n; i++)
    {
      store (t->sum[0] + at + i * VECTOR, sum[i], part);
      store (t->sum[1] + at + i * VECTOR, sum2[i], part);
    }
}

static void
norm_statistics (const RnNormTile *tile)
{
  FOR_COLUMNS (tile->lanes, statistics_columns, tile);
}

INLINE void
apply_columns (const RnNormTile *t, gboolean relu, gboolean with_s, int at, int n, int part)
{
  Vec scale[BLOCK], shift[BLOCK];

  for (int i = 0; i < n; i++)
    {
      scale[i] = load (t->lane[0] + at + i * VECTOR, part);
      shift[i] = load (t->lane[1] + at + i * VECTOR, part);
    }
  for (int row = 0; row < t->rows; row++)
    for (int i = 0; i < n; i++)
      {
        gsize offset = row * t->stride + at + i * VECTOR;
        Vec v = load (t->z + offset, part) * scale[i] + shift[i];

        if (with_s)
          v += load (t->s + offset, part);
        store (t->y + offset, relu ? relu_of (v) : v, part);
      }
}

static void
norm_apply (const RnNormTile *tile, gboolean relu)
{
  if (tile->s != NULL && relu)
    FOR_COLUMNS (tile->lanes, apply_columns, tile, TRUE, TRUE);
  else if (tile->s != NULL)
    FOR_COLUMNS (tile->lanes, apply_columns, tile, FALSE, TRUE);
  else if (relu)
    FOR_COLUMNS (tile->lanes, apply_columns, tile, TRUE, FALSE);
  else
    FOR_COLUMNS (tile->lanes, apply_columns, tile, FALSE, FALSE);
}

/* The same arithmetic as apply_columns(): measuring changes no bit. */
INLINE void
measured_columns (const RnNormTile *t, gboolean relu, gboolean with_s, int at, int n, int part)
{
  Vec scale[BLOCK], shift[BLOCK], sum[BLOCK];
  Bits alive[BLOCK];

  for (int i = 0; i < n; i++)
    {
      scale[i] = load (t->lane[0] + at + i * VECTOR, part);
      shift[i] = load (t->lane[1] + at + i * VECTOR, part);
      sum[i] = splat (0.0f);
      alive[i] = (Bits){ 0 };
    }
  for (int row = 0; row < t->rows; row++)
    for (int i = 0; i < n; i++)
      {
        gsize offset = row * t->stride + at + i * VECTOR;
        Vec v = load (t->z + offset, part) * scale[i] + shift[i];

        if (with_s)
          {
            Vec s = load (t->s + offset, part);

            v += s;
            sum[i] += s * s;
          }
        if (relu)
          v = relu_of (v);
        alive[i] |= v != splat (0.0f);
        store (t->y + offset, v, part);
      }
  for (int i = 0; i < n; i++)
    {
      store (t->sum[0] + at + i * VECTOR, sum[i], part);
      store (t->sum[1] + at + i * VECTOR, (Vec) (alive[i] & (Bits) splat (1.0f)), part);
    }
}

static void
norm_apply_measured (const RnNormTile *tile, gboolean relu)
{
  if (tile->s != NULL)
    FOR_COLUMNS (tile->lanes, measured_columns, tile, relu, TRUE);
  else
    FOR_COLUMNS (tile->lanes, measured_columns, tile, relu, FALSE);
}

/* Where a ReLU let something through */
typedef enum
{
  MASK_NOTHING,
  MASK_BY_Y, /* y > 0 */
  MASK_BY_Z  /* z lane[1] + lane[2] > 0, what norm_apply() makes of z */
} Mask;

INLINE void
sums_columns (const RnNormTile *t, gboolean with_dy2, const Mask mask, int at, int n, int part)
{
  Vec mean[BLOCK], scale[BLOCK], shift[BLOCK], sum[BLOCK], sum2[BLOCK];

  for (int i = 0; i < n; i++)
    {
      mean[i] = load (t->lane[0] + at + i * VECTOR, part);
      sum[i] = sum2[i] = splat (0.0f);
      if (mask != MASK_BY_Z)
        continue;
      scale[i] = load (t->lane[1] + at + i * VECTOR, part);
      shift[i] = load (t->lane[2] + at + i * VECTOR, part);
    }
  for (int row = 0; row < t->rows; row++)
    for (int i = 0; i < n; i++)
      {
        gsize offset = row * t->stride + at + i * VECTOR;
        Vec d = load (t->d + offset, part), z = load (t->z + offset, part);

        if (with_dy2)
          d += load (t->dy2 + offset, part);
        if (mask == MASK_BY_Y)
          d = (Vec) ((Bits) d & (load (t->y + offset, part) > splat (0.0f)));
        if (mask == MASK_BY_Z)
          d = (Vec) ((Bits) d & (z * scale[i] + shift[i] > splat (0.0f)));
        if (with_dy2 || mask != MASK_NOTHING)
          store (t->d + offset, d, part);
        sum[i] += d;
        sum2[i] += d * (z - mean[i]);
      }
  for (int i = 0; i < n; i++)
    {
      store (t->sum[0] + at + i * VECTOR, sum[i], part);
      store (t->sum[1] + at + i * VECTOR, sum2[i], part);
    }
}

static void
norm_backward_sums (const RnNormTile *tile)
{
  const Mask mask = tile->y != NULL ? MASK_BY_Y : tile->lane[1] != NULL ? MASK_BY_Z : MASK_NOTHING;

  if (tile->dy2 != NULL && mask == MASK_BY_Y)
    FOR_COLUMNS (tile->lanes, sums_columns, tile, TRUE, MASK_BY_Y);
  else if (tile->dy2 != NULL && mask == MASK_BY_Z)
    FOR_COLUMNS (tile->lanes, sums_columns, tile, TRUE, MASK_BY_Z);
  else if (tile->dy2 != NULL)
    FOR_COLUMNS (tile->lanes, sums_columns, tile, TRUE, MASK_NOTHING);
  else if (mask == MASK_BY_Y)
    FOR_COLUMNS (tile->lanes, sums_columns, tile, FALSE, MASK_BY_Y);
  else if (mask == MASK_BY_Z)
    FOR_COLUMNS (tile->lanes, sums_columns, tile, FALSE, MASK_BY_Z);
  else
    FOR_COLUMNS (tile->lanes, sums_columns, tile, FALSE, MASK_NOTHING);
}

INLINE void
backward_columns (const RnNormTile *t, int at, int n, int part)
{
  Vec mean[BLOCK], a[BLOCK], b[BLOCK], c[BLOCK];

  for (int i = 0; i < n; i++)
    {
      mean[i] = load (t->lane[0] + at + i * VECTOR, part);
      a[i] = load (t->lane[1] + at + i * VECTOR, part);
      b[i] = load (t->lane[2] + at + i * VECTOR, part);
      c[i] = load (t->lane[3] + at + i * VECTOR, part);
    }
  for (int row = 0; row < t->rows; row++)
    for (int i = 0; i < n; i++)
      {
        gsize offset = row * t->stride + at + i * VECTOR;
        Vec v = load (t->z + offset, part) - mean[i];

        store (t->dz + offset, load (t->d + offset, part) * a[i] - (v * b[i] + c[i]), part);
      }
}

static void
norm_backward_apply (const RnNormTile *tile)
{
  FOR_COLUMNS (tile->lanes, backward_columns, tile);
}

static void
add (float *x, const float *a, gsize count)
{
  gsize i = 0;

  for (; i + VECTOR <= count; i += VECTOR)
    store (x + i, load (x + i, 0) + load (a + i, 0), 0);
  for (; i < count; i++)
    x[i] += a[i];
}

INLINE void
sgd_vector (float *w, float *v, const float *g, Vec rate, Vec momentum, Vec decay, int part)
{
  Vec now = load (w, part);
  Vec step = momentum * load (v, part) + (load (g, part) + decay * now);

  store (v, step, part);
  store (w, now - rate * step, part);
}

static void
sgd (float *w, float *v, const float *g, gsize count, float rate, float momentum, float decay)
{
  gsize i = 0;

  for (; i + VECTOR <= count; i += VECTOR)
    sgd_vector (w + i, v + i, g + i, splat (rate), splat (momentum), splat (decay), 0);
  if (i < count)
    sgd_vector (w + i, v + i, g + i, splat (rate), splat (momentum), splat (decay),
                (int) (count - i));
}

static double
sum_squares (const float *x, gsize count)
{
  Wide sum[BLOCK] = { 0 };
  const int half = VECTOR / 2;
  double total = 0.0;
  gsize i = 0;

  for (; i + BLOCK * half <= count; i += BLOCK * half)
    for (int j = 0; j < BLOCK; j++)
      {
        Wide v = __builtin_convertvector(*(const LooseHalf *) (x + i + j * half), Wide);

        sum[j] += v * v;
      }
  for (int j = 0; j < BLOCK; j++)
    for (int lane = 0; lane < half; lane++)
      total += sum[j][lane];
  for (; i < count; i++)
    total += (double) x[i] * x[i];
  return total;
}

/* Neither infinite nor NaN: the exponent's bits are not all ones. */
static gboolean
all_finite (const float *x, gsize count)
{
  const gint32 exponent = 0x7f800000;
  gsize i = 0;

  while (i + VECTOR <= count)
    {
      gsize end = MIN (count - VECTOR, i + 4096);
      Bits bad = { 0 };

      for (; i <= end; i += VECTOR)
        bad |= (*(const LooseBits *) (x + i) & exponent) == exponent;
      for (int lane = 0; lane < VECTOR; lane++)
        if (bad[lane])
          return FALSE;
    }
  for (; i < count; i++)
    if (!__builtin_isfinite (x[i]))
      return FALSE;
  return TRUE;
}

/* Chains of operations that wait for one another, enough of them that the units never do; x [1] is 0 and x [0] stays as it is */
static gsize
peak (float *x, gsize rounds)
{
  const Vec factor = splat (1.0f - x[1]), term = splat (x[1]);
  Vec chain[CHAINS], sum = term;

  for (int i = 0; i < CHAINS; i++)
    chain[i] = splat (x[0]);
  for (gsize round = 0; round < rounds; round++)
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++)
      chain[i] = chain[i] * factor + term;
  for (int i = 0; i < CHAINS; i++)
    sum += chain[i] - splat (x[0]);
  for (int lane = 0; lane < VECTOR; lane++)
    x[0] += sum[lane];
  return 2 * CHAINS * VECTOR;
}

const RnKernels IN_SET (kernels) = {
  .name = G_STRINGIFY (RN_SET),
  .width = BLOCK * VECTOR,
  .vector = VECTOR,
  .norm_statistics = norm_statistics,
  .norm_apply = norm_apply,
  .norm_apply_measured = norm_apply_measured,
  .norm_backward_sums = norm_backward_sums,
  .norm_backward_apply = norm_backward_apply,
  .peak = peak,
  .add = add,
  .sgd = sgd,
  .sum_squares = sum_squares,
  .all_finite = all_finite,
  .conv_row = IN_SET (conv_row),
  .conv_filters = IN_SET (conv_filters),
  .conv_product = IN_SET (conv_product),
  .winograd_filters = IN_SET (winograd_filters),
  .winograd_filters_back = IN_SET (winograd_filters_back),
  .winograd_input = IN_SET (winograd_input),
  .winograd_gradient = IN_SET (winograd_gradient),
  .winograd_output = IN_SET (winograd_output),
  .winograd_outer = IN_SET (winograd_outer),
};
