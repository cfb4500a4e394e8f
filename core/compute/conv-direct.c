#include "conv-direct.h"

#include <string.h>

#include "conv-sum.h"
#include "kernels.h"

/* A piece is a band of rows of one picture of y; the rows of x that it sees are copied into scratch with their frame of
 * zeros, behind the packed filters, and stay in the first cache. */
#define BAND_FLOATS 6144
#define ENOUGH_PIECES 16
#define SLACK RN_CONV_BLOCK /* that kernels read and ignore */

typedef struct
{
  const RnConvShape *shape;
  float *out;
  const float *x, *dy;
  const RnConvEpilogue *epilogue;
  int band;    /* rows of y in a piece */
  int n_bands; /* in a picture */
  int n_groups;
} Plan;

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

static gsize
filter_depth (const RnConvShape *shape)
{
  return (gsize) shape->kernel * (gsize) shape->kernel * (gsize) shape->c;
}

static gsize
frame_row (const RnConvShape *shape)
{
  return (gsize) (shape->w + 2 * shape->pad) * (gsize) shape->c;
}

static gsize
frame_floats (const RnConvShape *shape, int band)
{
  return (gsize) ((band - 1) * shape->stride + shape->kernel) * frame_row (shape) + SLACK;
}

static gsize
packed_floats (const RnConvShape *shape)
{
  return (gsize) divide_up (shape->k, RN_CONV_BLOCK) * RN_CONV_BLOCK * filter_depth (shape);
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape };
  int most = divide_up (shape->n * shape->p, ENOUGH_PIECES);
  int band = 1;

  while (band < MIN (shape->p, most) && frame_floats (shape, band + 1) <= BAND_FLOATS)
    band++;
  plan.n_bands = divide_up (shape->p, band);
  plan.band = divide_up (shape->p, plan.n_bands);
  plan.n_bands = divide_up (shape->p, plan.band);
  return plan;
}

/* packed [K / 16,R S C,16] of w [K,R S C], zeros in the place of missing channels */
static void
pack (float *packed, const float *w, const RnConvShape *shape)
{
  const gsize depth = filter_depth (shape);

  for (int k = 0; k < shape->k; k += RN_CONV_BLOCK, packed += RN_CONV_BLOCK * depth)
    {
      int n = MIN (RN_CONV_BLOCK, shape->k - k);

      if (n < RN_CONV_BLOCK)
        memset (packed, 0, RN_CONV_BLOCK * depth * sizeof (float));
      for (gsize i = 0; i < depth; i++)
        for (int lane = 0; lane < n; lane++)
          packed[i * RN_CONV_BLOCK + (gsize) lane] = w[(gsize) (k + lane) * depth + i];
    }
}

/* Rows that output rows [first,last) see, with their frame, from x [H,W,C] to frame [.., W + 2 pad, C]. */
static void
fill_frame (float *frame, const float *x, int first, int last, const RnConvShape *shape)
{
  const gsize row_floats = frame_row (shape), edge = (gsize) shape->pad * (gsize) shape->c;
  const gsize inside = (gsize) shape->w * (gsize) shape->c;
  int end = (last - 1) * shape->stride + shape->kernel - shape->pad;

  for (int i = first * shape->stride - shape->pad; i < end; i++, frame += row_floats)
    if (i < 0 || i >= shape->h)
      memset (frame, 0, row_floats * sizeof (float));
    else
      {
        memset (frame, 0, edge * sizeof (float));
        memcpy (frame + edge, x + (gsize) i * inside, inside * sizeof (float));
        memset (frame + edge + inside, 0, edge * sizeof (float));
      }
  memset (frame, 0, SLACK * sizeof (float));
}

static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const gsize depth = filter_depth (shape), frame_stride = frame_row (shape);
  const gsize y_row = (gsize) shape->q * (gsize) shape->k;
  const float *packed = rn_worker_scratch (worker);
  float *frame = rn_worker_scratch (worker) + packed_floats (shape);
  int picture = piece / plan->n_bands;
  int first = piece % plan->n_bands * plan->band;
  int last = MIN (first + plan->band, shape->p);
  gsize offset = (gsize) (picture * shape->p + first) * y_row;
  const RnConvEpilogue *epilogue = plan->epilogue;
  RnConvRow row = {
    .y_pixel = (gsize) shape->k,
    .q = shape->q,
    .x_row = frame_stride,
    .x_pixel = (gsize) (shape->stride * shape->c),
    .kernel = shape->kernel,
    .depth = shape->kernel * shape->c,
  };

  fill_frame (frame, plan->x + (gsize) picture * (gsize) (shape->h * shape->w) * (gsize) shape->c,
              first, last, shape);
  for (int k = 0; k < shape->k; k += RN_CONV_BLOCK)
    for (int p = first; p < last; p++)
      {
        row.k = MIN (RN_CONV_BLOCK, shape->k - k);
        row.w = packed + (gsize) k * depth;
        row.x = frame + (gsize) ((p - first) * shape->stride) * frame_stride;
        row.y = plan->out + offset + (gsize) (p - first) * y_row + k;
        rn_kernels ()->conv_row (&row);
      }
  if (epilogue != NULL && (epilogue->bias != NULL || epilogue->add != NULL || epilogue->relu))
    rn_kernels ()->epilogue (plan->out + offset, epilogue->bias,
                             epilogue->add == NULL ? NULL : epilogue->add + offset, epilogue->relu,
                             (last - first) * shape->q, shape->k, (gsize) shape->k);
}

void
rn_conv_direct_forward (RnWorker *worker, float *y, const float *x, const float *w,
                        const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  Plan plan = describe (shape);

  plan.out = y;
  plan.x = x;
  plan.epilogue = epilogue;
  pack (rn_worker_scratch (worker), w, shape);
  rn_worker_share (worker, shape->n * plan.n_bands, forward_piece, &plan);
}

/* Pieces of the whole batch are dealt to groups, each with partial sums of its own. */
static Plan
plan_filters (const RnConvShape *shape)
{
  Plan plan = describe (shape);
  gsize filters = (gsize) shape->k * filter_depth (shape);

  plan.n_groups = rn_conv_count_groups (filters, shape->n * plan.n_bands);
  return plan;
}

static void
backward_filters_group (RnWorker *worker, int group, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const gsize picture_floats = (gsize) (shape->h * shape->w) * (gsize) shape->c;
  const gsize filters = (gsize) shape->k * filter_depth (shape);
  const gsize dy_row = (gsize) shape->q * (gsize) shape->k;
  const int n_pieces = shape->n * plan->n_bands;
  float *frame = rn_worker_scratch (worker);
  RnConvFilters f = {
    .dw = plan->out + (gsize) group * filters,
    .dy_row = dy_row,
    .dy_pixel = (gsize) shape->k,
    .q = shape->q,
    .k = shape->k,
    .x = frame,
    .x_row = (gsize) shape->stride * frame_row (shape),
    .x_pixel = (gsize) (shape->stride * shape->c),
    .x_tap = frame_row (shape),
    .kernel = shape->kernel,
    .depth = shape->kernel * shape->c,
  };
  int begin = (int) ((gint64) n_pieces * group / plan->n_groups);
  int end = (int) ((gint64) n_pieces * (group + 1) / plan->n_groups);

  memset (f.dw, 0, filters * sizeof (float));
  for (int piece = begin; piece < end; piece++)
    {
      int picture = piece / plan->n_bands;
      int first = piece % plan->n_bands * plan->band;
      int last = MIN (first + plan->band, shape->p);

      fill_frame (frame, plan->x + (gsize) picture * picture_floats, first, last, shape);
      f.p = last - first;
      f.dy = plan->dy + (gsize) (picture * shape->p + first) * dy_row;
      rn_kernels ()->conv_filters (&f);
    }
}

void
rn_conv_direct_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                 float *partials, const RnConvShape *shape)
{
  Plan plan = plan_filters (shape);

  plan.out = partials;
  plan.x = x;
  plan.dy = dy;
  rn_worker_share (worker, plan.n_groups, backward_filters_group, &plan);
  rn_conv_sum_groups (worker, dw, partials, (gsize) shape->k * filter_depth (shape), plan.n_groups);
}

gsize
rn_conv_direct_scratch (const RnConvShape *shape)
{
  return packed_floats (shape) + frame_floats (shape, describe (shape).band);
}

gsize
rn_conv_direct_partials (const RnConvShape *shape)
{
  return (gsize) plan_filters (shape).n_groups * (gsize) shape->k * filter_depth (shape);
}
