#include "conv-direct.h"

#include <string.h>

#include "divide.h"

/* dx is a convolution of dy with the filters turned round. With a stride, rows i of dx fall into classes a = (i + pad) mod
 * stride, and a class sees only the rows r = a, a + stride, .. of a filter; columns alike. So there are stride^2 smaller
 * convolutions, all of them of stride 1 over the same dy, which together do no more products than the forward one.
 *
 * A piece is a panel of channels, whose filters stay in the second cache, on a band of rows of one picture's dx; the rows of dy
 * that it sees are copied into scratch with a frame of zeros. */
#define BAND_FLOATS 6144
#define PANEL_FLOATS (64 * 1024)
#define STEP (2 * RN_CONV_BLOCK) /* channels that a kernel may take at once */
#define ENOUGH_PIECES 16

typedef struct
{
  const RnConvShape *shape;
  float *dx;
  const float *dy, *w;
  const RnNormGather *gather; /* (nullable) */
  float *packed;
  int panel; /* channels in a piece, a multiple of STEP */
  int n_panels;
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
divide_down (int a, int b)
{
  return a >= 0 ? a / b : -rn_divide_up (-a, b);
}

static Class
find_class (const RnConvShape *shape, int a)
{
  Class class = { .taps = a < shape->kernel ? rn_divide_up (shape->kernel - a, shape->stride) : 0 };
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

/* floats of a tap's filters, of one block of channels */
static gsize
tap_floats (const RnConvShape *shape)
{
  return RN_CONV_BLOCK * (gsize) shape->k;
}

gsize
rn_conv_direct_data_packed (const RnConvShape *shape)
{
  return (gsize) rn_divide_up (shape->c, RN_CONV_BLOCK) * (gsize) (shape->kernel * shape->kernel) *
         tap_floats (shape);
}

static gsize
frame_floats (const Plan *plan, int band)
{
  int rows = rn_divide_up (band + plan->shape->kernel, plan->shape->stride) + 1;

  return (gsize) rows * (gsize) plan->columns * (gsize) plan->shape->k;
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape };
  const gint64 most = ((gint64) shape->n * shape->h + ENOUGH_PIECES - 1) / ENOUGH_PIECES;
  const int channels = rn_divide_up (shape->c, STEP) * STEP;
  int band = 1, panel;

  plan.left = MIN (first_seen (shape, 0), 0);
  plan.columns = MAX (end_seen (shape, shape->w - 1), shape->q) - plan.left;
  while (band < shape->h && band < most && frame_floats (&plan, band + 1) <= BAND_FLOATS)
    band++;
  plan.n_bands = rn_divide_up (shape->h, band);
  plan.band = rn_divide_up (shape->h, plan.n_bands);
  plan.n_bands = rn_divide_up (shape->h, plan.band);
  panel = PANEL_FLOATS / (shape->kernel * shape->kernel * shape->k);
  if (shape->n < ENOUGH_PIECES && shape->n * plan.n_bands < ENOUGH_PIECES)
    panel = MIN (panel, channels / rn_divide_up (ENOUGH_PIECES, shape->n * plan.n_bands));
  plan.panel = CLAMP (panel / STEP * STEP, STEP, channels);
  plan.n_panels = rn_divide_up (shape->c, plan.panel);
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

/* One block of channels, c and on: packed [classes of rows and columns] of [C / 16,taps,taps,K,16], where the taps run
 * backwards */
static void
pack_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const int stride = shape->stride, c = piece * RN_CONV_BLOCK;
  const gsize n_blocks = (gsize) rn_divide_up (shape->c, RN_CONV_BLOCK);
  float *class = plan->packed;

  for (int classes = 0; classes < stride * stride; classes++)
    {
      const int a = classes / stride, b = classes % stride;
      const int rows = find_class (shape, a).taps, columns = find_class (shape, b).taps;
      const gsize block = (gsize) (rows * columns) * tap_floats (shape);
      float *packed = class + (gsize) piece * block;

      for (int i = rows - 1; i >= 0; i--)
        for (int j = columns - 1; j >= 0; j--, packed += tap_floats (shape))
          {
            const int tap = (a + i * stride) * shape->kernel + b + j * stride;

            pack_tap (packed, plan->w + (gsize) tap * (gsize) shape->c + c,
                      MIN (RN_CONV_BLOCK, shape->c - c), shape);
          }
      class += n_blocks * block;
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

/* The pixels of one class in rows [top,bottom), channels [c,c + n) of a picture's dx. @frame begins with row @above. */
static void
convolve_class (const Plan *plan, float *dx, const float *frame, const float *packed, Class rows,
                Class columns, int c, int n, int top, int bottom, int above)
{
  const RnConvShape *shape = plan->shape;
  const gsize k = (gsize) shape->k, frame_row = (gsize) plan->columns * k;
  int m = top <= rows.first ? 0 : rn_divide_up (top - rows.first, shape->stride);
  RnConvRow row = {
    .y_pixel = (gsize) (shape->stride * shape->c),
    .q = rn_divide_up (shape->w - columns.first, shape->stride),
    .k = n,
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

/* All classes in rows [top,bottom), channels [c,c + n) of a picture's dx */
static void
convolve_classes (const Plan *plan, float *dx, const float *frame, int c, int n, int top,
                  int bottom, int above)
{
  const RnConvShape *shape = plan->shape;
  const gsize n_blocks = (gsize) rn_divide_up (shape->c, RN_CONV_BLOCK);
  const float *class = plan->packed;

  for (int a = 0; a < shape->stride; a++)
    for (int b = 0; b < shape->stride; b++)
      {
        const Class rows = find_class (shape, a), columns = find_class (shape, b);
        const gsize block = (gsize) (rows.taps * columns.taps) * tap_floats (shape);

        if (columns.first < shape->w)
          convolve_class (plan, dx, frame, class + (gsize) (c / RN_CONV_BLOCK) * block, rows,
                          columns, c, n, top, bottom, above);
        class += n_blocks * block;
      }
}

/* @rows rows of dx, channels [c,end), have been written */
static void
gather_band (const Plan *plan, int slot, int c, int end, gsize pixel, int rows)
{
  const int run = plan->shape->w;
  const RnNormArea area = { .pixel = pixel, .rows = rows, .run = run, .width = (gsize) run };

  if (plan->gather == NULL)
    return;
  rn_norm_gather_begin (plan->gather, slot, c, end - c);
  rn_norm_gather (plan->gather, slot, c, end - c, &area);
}

static void
backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  float *frame = rn_worker_scratch (worker);
  const int per_panel = shape->n * plan->n_bands;
  const int panel = piece / per_panel, picture = piece % per_panel / plan->n_bands;
  const int top = piece % plan->n_bands * plan->band;
  const int bottom = MIN (top + plan->band, shape->h);
  const int above = first_seen (shape, top);
  const int end = MIN ((panel + 1) * plan->panel, shape->c);
  float *dx = plan->dx + (gsize) picture * (gsize) (shape->h * shape->w) * (gsize) shape->c;

  fill_frame (frame, plan->dy + (gsize) picture * (gsize) (shape->p * shape->q) * (gsize) shape->k,
              above, end_seen (shape, bottom - 1), plan);
  for (int c = panel * plan->panel; c < end; c += STEP)
    convolve_classes (plan, dx, frame, c, MIN (STEP, end - c), top, bottom, above);
  rn_worker_account (worker, RN_WORK_DIRECT);
  gather_band (plan, piece % per_panel, panel * plan->panel, end,
               (gsize) (picture * shape->h + top) * (gsize) shape->w, bottom - top);
}

void
rn_conv_direct_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                              float *packed, const RnConvShape *shape, const RnNormGather *gather)
{
  Plan plan = describe (shape);

  plan.gather = gather;
  plan.dx = dx;
  plan.dy = dy;
  plan.w = w;
  plan.packed = packed;
  rn_worker_share (worker, rn_divide_up (shape->c, RN_CONV_BLOCK), pack_piece, &plan);
  rn_worker_share (worker, plan.n_panels * shape->n * plan.n_bands, backward_piece, &plan);
}

gsize
rn_conv_direct_data_scratch (const RnConvShape *shape)
{
  Plan plan = describe (shape);

  return frame_floats (&plan, plan.band);
}

int
rn_conv_direct_data_slots (const RnConvShape *shape)
{
  return shape->n * describe (shape).n_bands;
}
