#include "conv-direct.h"

#include <string.h>

#include "conv-frame.h"
#include "conv-lanes.h"
#include "divide.h"

/* A piece is a panel of filters on a band of rows of one picture of y. The panel stays in the second cache, and pieces that
 * follow one another share it; the rows of x that a band sees are copied into scratch with their frame of zeros and stay in the
 * first cache. Without padding there is no frame, and x is read where it lies; where a window is a pixel, too, all pixels of the
 * batch are one row, cut into bands of pixels. Where rows are short, and filters many or windows no wider than a pixel,
 * a band's rows are one call of the kernel: its registers are full, and the filters come once a band. */
#define BAND_FLOATS 6144
#define PANEL_FLOATS (64 * 1024)
#define STEP (2 * RN_CONV_BLOCK) /* channels that a kernel may take at once */
#define ENOUGH_PIECES 16
#define RUN_UNIT                                                                                   \
  12 /* pixels that fill the kernel's registers, or nearly, in every instruction set */
#define LEAST_RUN (4 * RUN_UNIT)

typedef struct
{
  const RnConvShape *shape;
  float *y;
  const float *x, *packed;
  RnFinish finish;
  const RnConvInput *input; /* (nullable), as is */
  const RnNormGather *gather;
  int rows;           /* P, or bands of pixels */
  int band;           /* rows in a piece */
  int n_bands;        /* in a picture */
  int run;            /* pixels in a row: Q, or of a band */
  gboolean is_joined; /* a band's rows are one call of the kernel */
  int panel;          /* channels in a piece, a multiple of STEP */
  int n_panels;
  int framed; /* of all pictures' bands, the one that this member's scratch holds; -1: none */
} Plan;

static gboolean
is_pointwise (const RnConvShape *shape)
{
  return shape->kernel == 1 && shape->stride == 1 && shape->pad == 0;
}

/* of y, as far as there can be memory for them */
static int
count_pixels (const RnConvShape *shape)
{
  return (int) MIN ((gint64) shape->n * shape->p * shape->q, G_MAXINT / 2);
}

static gsize
filter_depth (const RnConvShape *shape)
{
  return (gsize) shape->kernel * (gsize) shape->kernel * (gsize) shape->c;
}

static gboolean
joins_rows (const RnConvShape *shape)
{
  return shape->q < LEAST_RUN / 2 &&
         (shape->kernel == 1 || STEP * filter_depth (shape) > PANEL_FLOATS);
}

static void
cut_into_bands (Plan *plan)
{
  const RnConvShape *shape = plan->shape;
  const gint64 most = ((gint64) shape->n * shape->p + ENOUGH_PIECES - 1) / ENOUGH_PIECES;
  int band = 1;

  plan->run = shape->q;
  plan->rows = shape->p;
  plan->is_joined = joins_rows (shape);
  if (plan->is_joined)
    band = MIN (rn_divide_up (LEAST_RUN, shape->q), shape->p);
  else
    while (band < shape->p && band < most && rn_conv_frame_floats (shape, band + 1) <= BAND_FLOATS)
      band++;
  plan->n_bands = rn_divide_up (shape->p, band);
  plan->band = rn_divide_up (shape->p, plan->n_bands);
  plan->n_bands = rn_divide_up (shape->p, plan->band);
}

static void
cut_into_runs (Plan *plan)
{
  const RnConvShape *shape = plan->shape;
  const int pixels = count_pixels (shape);
  const int wanted = MAX (BAND_FLOATS / shape->c / RUN_UNIT * RUN_UNIT, LEAST_RUN);

  plan->band = 1;
  plan->rows = MAX ((pixels + wanted / 2) / wanted, 1);
  plan->run = rn_divide_up (pixels, plan->rows);
  plan->rows = plan->n_bands = rn_divide_up (pixels, plan->run);
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape, .framed = -1 };
  const int channels = rn_divide_up (shape->k, STEP) * STEP;
  int panel, pictures = 1;

  if (is_pointwise (shape))
    cut_into_runs (&plan);
  else
    {
      cut_into_bands (&plan);
      pictures = shape->n;
    }
  panel = (int) (PANEL_FLOATS / filter_depth (shape)) / STEP * STEP;
  if (pictures < ENOUGH_PIECES && pictures * plan.n_bands < ENOUGH_PIECES)
    panel = MIN (panel, channels / rn_divide_up (ENOUGH_PIECES, pictures * plan.n_bands));
  plan.panel = CLAMP (panel / STEP * STEP, STEP, channels);
  plan.n_panels = rn_divide_up (shape->k, plan.panel);
  return plan;
}

typedef struct
{
  float *packed;
  const float *w, *scale;
  const RnConvShape *shape;
} Pack;

/* A piece is a block of filters: packed [R S C,16] of w [16,R S C], zeros in the place of missing channels */
static void
pack_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pack *pack = data;
  const gsize depth = filter_depth (pack->shape);
  const int k = piece * RN_CONV_BLOCK, n = MIN (RN_CONV_BLOCK, pack->shape->k - k);
  float *packed = pack->packed + (gsize) k * depth;

  if (n < RN_CONV_BLOCK)
    memset (packed, 0, RN_CONV_BLOCK * depth * sizeof (float));
  rn_conv_pack_lanes (packed, RN_CONV_BLOCK, pack->w + (gsize) k * depth, depth, depth, n,
                      pack->scale == NULL ? NULL : pack->scale + k);
}

void
rn_conv_direct_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
                     const RnConvShape *shape)
{
  Pack pack = { packed, w, scale, shape };

  rn_worker_share (worker, rn_divide_up (shape->k, RN_CONV_BLOCK), pack_piece, &pack);
}

gsize
rn_conv_direct_packed (const RnConvShape *shape)
{
  return (gsize) (rn_divide_up (shape->k, RN_CONV_BLOCK) * RN_CONV_BLOCK) * filter_depth (shape);
}

/* @n rows of y from pixel @pixel on, channels of one panel; @x is the first that they see, `x_band` floats a row of y further;
 * @later: the panel that is next */
static void
convolve_band (const Plan *plan, RnConvRow *row, int panel, int later, gsize pixel, int n,
               const float *x, gsize x_band)
{
  const RnConvShape *shape = plan->shape;
  const int end = MIN ((panel + 1) * plan->panel, shape->k);
  const gsize y_row = (gsize) row->q * (gsize) shape->k, first = pixel * (gsize) shape->k;

  for (int k = panel * plan->panel; k < end; k += STEP)
    {
      const gboolean is_last = k + STEP >= end;
      const int next = is_last ? later * plan->panel : k + STEP;

      row->k = MIN (STEP, end - k);
      row->ahead = n == 1 && next < shape->k && !(is_last && later == panel)
                       ? plan->packed + (gsize) next * filter_depth (shape)
                       : NULL;
      row->w = plan->packed + (gsize) k * filter_depth (shape);
      row->finish.bias = plan->finish.bias == NULL ? NULL : plan->finish.bias + k;
      for (int i = 0; i < n; i++)
        {
          const gsize at = first + (gsize) i * y_row + (gsize) k;

          row->x = x + (gsize) i * x_band;
          row->y = plan->y + at;
          row->finish.add = plan->finish.add == NULL ? NULL : plan->finish.add + at;
          rn_kernels ()->conv_row (row);
        }
    }
}

/* What convolve_band() wrote goes to slot @slot */
static void
gather_band (const Plan *plan, int panel, int slot, gsize pixel, int rows, int run)
{
  const int k = panel * plan->panel, n = MIN (plan->panel, plan->shape->k - k);
  const RnNormArea area = { .pixel = pixel, .rows = rows, .run = run, .width = (gsize) run };

  if (plan->gather == NULL)
    return;
  rn_norm_gather_begin (plan->gather, slot, k, n);
  rn_norm_gather (plan->gather, slot, k, n, &area);
}

static void
run_piece (RnWorker *worker, int piece, gpointer data)
{
  Plan *plan = data; /* each member has one */
  const RnConvShape *shape = plan->shape;
  const int per_panel = shape->n * plan->n_bands;
  const int panel = piece / per_panel, picture = piece % per_panel / plan->n_bands;
  const int first = piece % plan->n_bands * plan->band;
  const int last = MIN (first + plan->band, plan->rows);
  const gsize c = (gsize) shape->c, pixel = (gsize) (picture * shape->p + first) * (gsize) shape->q;
  const float *x = plan->x + (gsize) picture * (gsize) (shape->h * shape->w) * c;
  RnConvRow row = {
    .y_pixel = (gsize) shape->k,
    .q = plan->run,
    .finish = plan->finish,
    .x_row = rn_conv_frame_row (shape),
    .x_pixel = (gsize) shape->stride * c,
    .kernel = shape->kernel,
    .depth = shape->kernel * shape->c,
  };

  if (shape->pad > 0)
    {
      if (plan->framed != piece % per_panel)
        rn_conv_frame_fill (rn_worker_scratch (worker), x, first, last, shape, plan->input);
      plan->framed = piece % per_panel;
      x = rn_worker_scratch (worker);
    }
  else
    x += (gsize) (first * shape->stride) * row.x_row;
  if (plan->is_joined)
    {
      row.across = row.q;
      row.x_line = (gsize) shape->stride * row.x_row;
      row.q *= last - first;
    }
  convolve_band (plan, &row, panel, rn_worker_foresee (worker, piece) / per_panel, pixel,
                 plan->is_joined ? 1 : last - first, x, (gsize) shape->stride * row.x_row);
  rn_worker_account (worker, RN_WORK_DIRECT);
  gather_band (plan, panel, piece % per_panel, pixel, last - first, shape->q);
}

static void
run_pointwise_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const int first = piece % plan->n_bands * plan->run;
  const gsize c = (gsize) shape->c;
  RnConvRow row = {
    .y_pixel = (gsize) shape->k,
    .q = MIN (plan->run, count_pixels (shape) - first),
    .finish = plan->finish,
    .x_pixel = c,
    .kernel = 1,
    .depth = shape->c,
  };

  convolve_band (plan, &row, piece / plan->n_bands,
                 rn_worker_foresee (worker, piece) / plan->n_bands, (gsize) first, 1,
                 plan->x + (gsize) first * c, 0);
  rn_worker_account (worker, RN_WORK_DIRECT);
  gather_band (plan, piece / plan->n_bands, piece % plan->n_bands, (gsize) first, 1, row.q);
}

void
rn_conv_direct_run (RnWorker *worker, float *y, const float *x, const float *packed,
                    const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                    const RnNormGather *gather)
{
  Plan plan = describe (shape);

  plan.input = input;
  plan.gather = gather;
  plan.y = y;
  plan.x = x;
  plan.packed = packed;
  if (finish != NULL)
    plan.finish = *finish;
  if (is_pointwise (shape))
    rn_worker_share (worker, plan.n_panels * plan.n_bands, run_pointwise_piece, &plan);
  else
    rn_worker_share (worker, plan.n_panels * shape->n * plan.n_bands, run_piece, &plan);
}

gsize
rn_conv_direct_scratch (const RnConvShape *shape)
{
  return shape->pad > 0 ? rn_conv_frame_floats (shape, describe (shape).band) : 0;
}

int
rn_conv_direct_slots (const RnConvShape *shape)
{
  return (is_pointwise (shape) ? 1 : shape->n) * describe (shape).n_bands;
}
