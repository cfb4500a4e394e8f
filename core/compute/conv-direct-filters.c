#include "conv-direct.h"

#include <string.h>

#include "conv-frame.h"
#include "conv-sum.h"
#include "divide.h"

/* The gradient of filters: bands of rows of all pictures' dy are dealt to groups, each with partial sums of its own, which
 * stay in the second cache; the rows of x that a band sees are copied into scratch with their frame of zeros. */
#define BAND_FLOATS 6144
#define ENOUGH_PIECES 16
#define SLACK (2 * RN_CONV_BLOCK) /* that the kernel reads and ignores */

typedef struct
{
  const RnConvShape *shape;
  float *partials;
  const float *x, *dy;
  const RnConvInput *input; /* (nullable) */
  int band;                 /* rows of y */
  int n_bands;              /* in a picture */
  int n_groups;
} Plan;

static gsize
filters_floats (const RnConvShape *shape)
{
  return (gsize) shape->k * (gsize) (shape->kernel * shape->kernel) * (gsize) shape->c;
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape };
  const gint64 most = ((gint64) shape->n * shape->p + ENOUGH_PIECES - 1) / ENOUGH_PIECES;
  int band = 1;

  while (band < shape->p && band < most && rn_conv_frame_floats (shape, band + 1) <= BAND_FLOATS)
    band++;
  plan.n_bands = rn_divide_up (shape->p, band);
  plan.band = rn_divide_up (shape->p, plan.n_bands);
  plan.n_bands = rn_divide_up (shape->p, plan.band);
  plan.n_groups = rn_conv_count_groups (filters_floats (shape), shape->n * plan.n_bands);
  return plan;
}

/* dw [K,R,S C] of one group, overwritten */
static void
sum_group (RnWorker *worker, int group, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const gsize picture_floats = (gsize) (shape->h * shape->w) * (gsize) shape->c;
  const gsize dy_row = (gsize) shape->q * (gsize) shape->k;
  const int n_pieces = shape->n * plan->n_bands;
  const int begin = (int) ((gint64) n_pieces * group / plan->n_groups);
  const int end = (int) ((gint64) n_pieces * (group + 1) / plan->n_groups);
  float *frame = rn_worker_scratch (worker);
  RnConvFilters f = {
    .dw = plan->partials + (gsize) group * filters_floats (shape),
    .dy_row = dy_row,
    .dy_pixel = (gsize) shape->k,
    .q = shape->q,
    .k = shape->k,
    .x = frame,
    .x_row = (gsize) shape->stride * rn_conv_frame_row (shape),
    .x_pixel = (gsize) (shape->stride * shape->c),
    .x_tap = rn_conv_frame_row (shape),
    .kernel = shape->kernel,
    .depth = shape->kernel * shape->c,
  };

  memset (f.dw, 0, filters_floats (shape) * sizeof (float));
  for (int piece = begin; piece < end; piece++)
    {
      const int picture = piece / plan->n_bands;
      const int first = piece % plan->n_bands * plan->band;
      const int last = MIN (first + plan->band, shape->p);
      float *rest = rn_conv_frame_fill (frame, plan->x + (gsize) picture * picture_floats, first,
                                        last, shape, plan->input);

      memset (rest, 0, SLACK * sizeof (float));
      f.p = last - first;
      f.dy = plan->dy + (gsize) (picture * shape->p + first) * dy_row;
      rn_kernels ()->conv_filters (&f);
    }
  rn_worker_account (worker, RN_WORK_DIRECT);
}

void
rn_conv_direct_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                 float *partials, const RnConvShape *shape,
                                 const RnConvInput *input)
{
  Plan plan = describe (shape);

  plan.input = input;
  plan.partials = partials;
  plan.x = x;
  plan.dy = dy;
  rn_worker_share (worker, plan.n_groups, sum_group, &plan);
  rn_conv_sum_groups (worker, dw, partials, filters_floats (shape), plan.n_groups);
}

gsize
rn_conv_direct_filters_scratch (const RnConvShape *shape)
{
  return rn_conv_frame_floats (shape, describe (shape).band) + SLACK;
}

gsize
rn_conv_direct_partials (const RnConvShape *shape)
{
  return (gsize) describe (shape).n_groups * filters_floats (shape);
}
