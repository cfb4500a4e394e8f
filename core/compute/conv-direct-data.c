#include "conv-direct.h"

#include <string.h>

#include "kernels.h"

/* dx is a convolution of dy with the filters turned round. With a stride, rows i of dx fall into classes a = (i + pad) mod
 * stride, and a class sees only the rows r = a, a + stride, .. of a filter; columns alike. So there are stride^2 smaller
 * convolutions, all of them of stride 1 over the same dy, which together do no more products than the forward one.
 *
 * A piece is a band of rows of one picture's dx; the rows of dy that it sees are copied into scratch with a frame of zeros,
 * behind the packed filters. */
#define BAND_FLOATS 6144
#define ENOUGH_PIECES 16

typedef struct
{
  const RnConvShape *shape;
  float *dx;
  const float *dy;
  int band;          /* rows of dx in a piece */
  int n_bands;       /* in a picture */
  int left, columns; /* the frame's first column of dy, mostly negative, and its width */
} Plan;

/* Rows (or columns) first, first + stride, .. of dx; the m-th sees rows origin + m - (taps - 1) .. origin + m of dy. */
typedef struct
{
  int first, origin, taps;
} Class;

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

static int
divide_down (int a, int b)
{
  return a >= 0 ? a / b : -divide_up (-a, b);
}

static Class
find_class (const RnConvShape *shape, int a)
{
  Class class = { .taps = a < shape->kernel ? divide_up (shape->kernel - a, shape->stride) : 0 };
  int below = a - shape->pad;

  class.first = below - divide_down (below, shape->stride) * shape->stride;
  class.origin = (class.first + shape->pad - a) / shape->stride;
  return class;
}

/* The first of the rows of dy that row i of dx sees, or its first one after them. */
static int
first_seen (const RnConvShape *shape, int i)
{
  return divide_down (i + shape->pad - (shape->kernel - 1), shape->stride);
}

static int
end_seen (const RnConvShape *shape, int i)
{
  return divide_down (i + shape->pad, shape->stride) + 1;
}

static gsize
packed_floats (const RnConvShape *shape)
{
  return (gsize) divide_up (shape->c, RN_CONV_BLOCK) * RN_CONV_BLOCK *
         (gsize) (shape->kernel * shape->kernel) * (gsize) shape->k;
}

static gsize
frame_floats (const Plan *plan, int band)
{
  int rows = divide_up (band + plan->shape->kernel, plan->shape->stride) + 1;

  return (gsize) rows * (gsize) plan->columns * (gsize) plan->shape->k;
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape };
  int most = divide_up (shape->n * shape->h, ENOUGH_PIECES);
  int band = 1;

  plan.left = MIN (first_seen (shape, 0), 0);
  plan.columns = MAX (end_seen (shape, shape->w - 1), shape->q) - plan.left;
  while (band < MIN (shape->h, most) && frame_floats (&plan, band + 1) <= BAND_FLOATS)
    band++;
  plan.n_bands = divide_up (shape->h, band);
  plan.band = divide_up (shape->h, plan.n_bands);
  plan.n_bands = divide_up (shape->h, plan.band);
  return plan;
}

/* One tap's filters of a block of channels: packed [K,16] of w [K,R S,C], zeros in the place of missing channels. */
static void
pack_tap (float *packed, const float *w, int n, const RnConvShape *shape)
{
  const gsize filter = (gsize) (shape->kernel * shape->kernel) * (gsize) shape->c;

  for (int k = 0; k < shape->k; k++, packed += RN_CONV_BLOCK, w += filter)
    {
      if (n < RN_CONV_BLOCK)
        memset (packed, 0, RN_CONV_BLOCK * sizeof (float));
      memcpy (packed, w, (gsize) n * sizeof (float));
    }
}

/* packed [C / 16] of, for each class of rows and of columns, [taps,taps,K,16], where the taps run backwards */
static void
pack (float *packed, const float *w, const RnConvShape *shape)
{
  const int stride = shape->stride;

  for (int c = 0; c < shape->c; c += RN_CONV_BLOCK)
    for (int classes = 0; classes < stride * stride; classes++)
      {
        int a = classes / stride, b = classes % stride;
        int rows = find_class (shape, a).taps, columns = find_class (shape, b).taps;

        for (int i = rows - 1; i >= 0; i--)
          for (int j = columns - 1; j >= 0; j--, packed += RN_CONV_BLOCK * (gsize) shape->k)
            {
              int tap = (a + i * stride) * shape->kernel + b + j * stride;

              pack_tap (packed, w + (gsize) tap * (gsize) shape->c + c,
                        MIN (RN_CONV_BLOCK, shape->c - c), shape);
            }
      }
}

/* Rows [first,end) of dy [P,Q,K], zeros where there are none. */
static void
fill_frame (float *frame, const float *dy, int first, int end, const Plan *plan)
{
  const RnConvShape *shape = plan->shape;
  const gsize k = (gsize) shape->k, inside = (gsize) shape->q * k;
  const gsize left = (gsize) -plan->left * k, row_floats = (gsize) plan->columns * k;

  for (int p = first; p < end; p++, frame += row_floats)
    if (p < 0 || p >= shape->p)
      memset (frame, 0, row_floats * sizeof (float));
    else
      {
        memset (frame, 0, left * sizeof (float));
        memcpy (frame + left, dy + (gsize) p * inside, inside * sizeof (float));
        memset (frame + left + inside, 0, (row_floats - left - inside) * sizeof (float));
      }
}

/* The pixels of one class in rows [top,bottom), channels [c,c + 16) of a picture's dx. @frame begins with row @above. */
static void
convolve_class (const Plan *plan, float *dx, const float *frame, const float *packed, Class rows,
                Class columns, int c, int top, int bottom, int above)
{
  const RnConvShape *shape = plan->shape;
  const gsize k = (gsize) shape->k, frame_row = (gsize) plan->columns * k;
  int m = top <= rows.first ? 0 : divide_up (top - rows.first, shape->stride);
  RnConvRow row = {
    .y_pixel = (gsize) (shape->stride * shape->c),
    .q = divide_up (shape->w - columns.first, shape->stride),
    .k = MIN (RN_CONV_BLOCK, shape->c - c),
    .x_row = frame_row,
    .x_pixel = k,
    .kernel = rows.taps,
    .depth = columns.taps * shape->k,
    .w = packed,
  };

  for (int i = rows.first + m * shape->stride; i < bottom; i += shape->stride, m++)
    {
      int p = rows.origin + m - (rows.taps - 1), q = columns.origin - (columns.taps - 1);

      /* A class without taps reads nothing and stores zeros. */
      row.x = row.kernel * row.depth == 0
                  ? frame
                  : frame + (gsize) (p - above) * frame_row + (gsize) (q - plan->left) * k;
      row.y = dx + (gsize) (i * shape->w + columns.first) * (gsize) shape->c + c;
      rn_kernels ()->conv_row (&row);
    }
}

static void
backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const float *packed = rn_worker_scratch (worker);
  float *frame = rn_worker_scratch (worker) + packed_floats (shape);
  const gsize picture = (gsize) (piece / plan->n_bands);
  int top = piece % plan->n_bands * plan->band;
  int bottom = MIN (top + plan->band, shape->h);
  int above = first_seen (shape, top);
  float *dx = plan->dx + picture * (gsize) (shape->h * shape->w) * (gsize) shape->c;

  fill_frame (frame, plan->dy + picture * (gsize) (shape->p * shape->q) * (gsize) shape->k, above,
              end_seen (shape, bottom - 1), plan);
  for (int c = 0; c < shape->c; c += RN_CONV_BLOCK)
    for (int a = 0; a < shape->stride; a++)
      for (int b = 0; b < shape->stride; b++)
        {
          Class rows = find_class (shape, a), columns = find_class (shape, b);

          if (columns.first < shape->w)
            convolve_class (plan, dx, frame, packed, rows, columns, c, top, bottom, above);
          packed += (gsize) (rows.taps * columns.taps * shape->k) * RN_CONV_BLOCK;
        }
}

void
rn_conv_direct_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                              const RnConvShape *shape)
{
  Plan plan = describe (shape);

  plan.dx = dx;
  plan.dy = dy;
  pack (rn_worker_scratch (worker), w, shape);
  rn_worker_share (worker, shape->n * plan.n_bands, backward_piece, &plan);
}

gsize
rn_conv_direct_data_scratch (const RnConvShape *shape)
{
  Plan plan = describe (shape);

  return packed_floats (shape) + frame_floats (&plan, plan.band);
}
