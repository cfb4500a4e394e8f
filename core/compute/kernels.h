#pragma once

#include <glib.h>

/* The hot loops. kernels.c and kernels-conv.c are compiled once for each instruction set, info.c chooses one at start. */

/* * A tile of batch-norm is [rows,lanes] floats in rows that are `stride` floats apart; a lane is a channel, or, where
 * there are few channels, one channel of one of several neighbouring pixels, so that vectors are full. Arrays of per-lane
 * values are [lanes]. */
typedef struct
{
  int rows, lanes;
  gsize stride;

  const float *z;
  const float *s;   /* (nullable) */
  float *y;         /* (nullable) in backward */
  const float *dy2; /* (nullable) */
  float *d;
  float *dz;

  const float *lane[4]; /* per-lane inputs, see each kernel */
  float *sum[2];        /* per-lane results, overwritten */
} RnNormTile;

/* Direct convolution works on blocks of so many channels: one row of a packed filter. */
#define RN_CONV_BLOCK 16

/* What is done to results while they are in registers:  y = relu (y + bias[k] + add); all nullable or FALSE. */
typedef struct
{
  const float *bias;
  const float *add; /* laid out like y */
  gboolean relu;
} RnFinish;

/* One row of y, some of its channels:  y[q,k] = sum over r, i of x[r,q,i] w[r,i,k], finished, where i runs through the S C
 * floats of a window's row, which lie together. A row of a matrix product is the case R = 1. */
typedef struct
{
  float *y;
  gsize y_pixel; /* floats from one pixel to the next */
  int q, k;      /* pixels, channels: 1 or more */
  RnFinish finish;

  const float *x;
  gsize x_row, x_pixel; /* floats from one r, one q, to the next */
  int kernel, depth;    /* R, S C */
  const float *w;       /* [k / RN_CONV_BLOCK,R,S C,RN_CONV_BLOCK], rounded up */
  const float
      *ahead; /* (nullable) filters that are wanted next: they come to the second cache meanwhile */

  /* Where the pixels are of several rows of y: so many of each, whose first see x `x_line` floats apart. 0: of one row */
  int across;
  gsize x_line;
} RnConvRow;

/* The gradient of filters from a band of y:  dw[k,r,i] += sum over p, q of dy[p,q,k] x[p,q,r,i] */
typedef struct
{
  float *dw; /* [K,R,S C] */
  const float *dy;
  gsize dy_row, dy_pixel;
  int p, q, k;

  const float *x;              /* may be read up to 2 RN_CONV_BLOCK floats past a window's end */
  gsize x_row, x_pixel, x_tap; /* floats from one p, one q, one r, to the next */
  int kernel, depth;
} RnConvFilters;

/* A product of matrices:  y [q,k] = x [q,depth] w;  k is a multiple of RN_CONV_BLOCK */
typedef struct
{
  float *y;
  gsize y_pixel;
  int q, k;
  const float *x;
  gsize x_pixel;
  int depth;
  const float *w;     /* [k / RN_CONV_BLOCK,depth,RN_CONV_BLOCK] */
  const float *ahead; /* (nullable) as above */
} RnConvProduct;

/* Winograd's transforms (kernels-winograd.c): a position is one of the 36 of a tile, and arrays of positions lie `position`
 * floats apart. */

/* Where a tile lies in a picture. */
typedef struct
{
  const float *rows
      [6]; /* the picture's rows that it reads, from their first column; zeros where there are none */
  gsize pixel, row; /* floats from one pixel, one row to the next */
  int channels;     /* that are transformed, a vector's or more */
  int column;       /* of the picture where the tile begins, -1 at the left edge */
  int first, end;   /* columns of the tile that lie in the picture */
  int n_rows;       /* that it stores */
} RnWinogradTile;

typedef struct
{
  const char *name;
  int width; /* lanes that make full use of the registers: a multiple of the vector's length */
  int vector;

  /* sum[0] = sum of (z - lane[0]), sum[1] = sum of its square */
  void (*norm_statistics) (const RnNormTile *tile);
  /* y = z lane[0] + lane[1] + s, then ReLU if asked for */
  void (*norm_apply) (const RnNormTile *tile, gboolean relu);
  /* the same; sum[0] = sum of s^2, sum[1] is non-zero where the lane of y is not zero everywhere */
  void (*norm_apply_measured) (const RnNormTile *tile, gboolean relu);
  /* d = (d + dy2) where y > 0, or, without y, where z lane[1] + lane[2] > 0, or, without those, everywhere;
   * sum[0] = sum of d, sum[1] = sum of d (z - lane[0]) */
  void (*norm_backward_sums) (const RnNormTile *tile);
  /* dz = lane[1] d - lane[2] (z - lane[0]) - lane[3] */
  void (*norm_backward_apply) (const RnNormTile *tile);

  /* @rounds of multiplying and adding all that registers hold, for those who ask what the processor can do. @x: [2], changed
   * so that nothing is left out. Returns: operations in a round */
  gsize (*peak) (float *x, gsize rounds);

  /* x += a */
  void (*add) (float *x, const float *a, gsize count);
  void (*sgd) (float *w, float *v, const float *g, gsize count, float rate, float momentum,
               float decay);
  double (*sum_squares) (const float *x, gsize count);
  gboolean (*all_finite) (const float *x, gsize count);

  void (*conv_row) (const RnConvRow *row);
  void (*conv_filters) (const RnConvFilters *filters);
  void (*conv_product) (const RnConvProduct *product);

  /* u [36,16] = G w G' of taps [3,3,16], and back: taps = G' d G */
  void (*winograd_filters) (float *u, const float *taps, gsize position);
  void (*winograd_filters_back) (float *taps, const float *d, gsize position);
  /* v [36,C] = B' x B of 6x6 pixels */
  void (*winograd_input) (float *v, const RnWinogradTile *tile, gsize position);
  /* z [36,K] = A dy A' of 4x4 pixels */
  void (*winograd_gradient) (float *z, const RnWinogradTile *tile, gsize position);
  /* y = A' m A, finished; 4x4 pixels or what of them is in the picture */
  void (*winograd_output) (const RnWinogradTile *tile, float *y, const float *m, gsize position,
                           const RnFinish *finish);
  /* d [C / 16,K,16] += sum over n of z [n,K] v [n,C], rows [first,end) of K, multiples of RN_CONV_BLOCK */
  void (*winograd_outer) (float *d, const float *z, const float *v, int n, int k, int c, int first,
                          int end);
} RnKernels;

extern const RnKernels rn_kernels_baseline;
#if defined(__x86_64__)
extern const RnKernels rn_kernels_avx2;
extern const RnKernels rn_kernels_avx512;
#endif

/* The chosen set. */
const RnKernels *rn_kernels (void);
