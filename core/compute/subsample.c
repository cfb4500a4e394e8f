#include "layers.h"

#include <string.h>

typedef struct
{
  float *to;
  const float *from;
  int h, w, p, q, c, k, stride, before;
} Subsample;

static Subsample
describe (float *to, const float *from, int h, int w, int c, int k, int stride, int before)
{
  return (Subsample){
    .to = to,
    .from = from,
    .h = h,
    .w = w,
    .c = c,
    .k = k,
    .stride = stride,
    .before = before,
    .p = (h + stride - 1) / stride,
    .q = (w + stride - 1) / stride,
  };
}

/* A piece is a row of s. */
static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Subsample *sub = data;
  gsize row = (gsize) (piece / sub->p) * (gsize) sub->h + (gsize) (piece % sub->p * sub->stride);
  const float *x = sub->from + row * (gsize) sub->w * (gsize) sub->c;
  float *s = sub->to + (gsize) piece * (gsize) sub->q * (gsize) sub->k;

  for (int q = 0; q < sub->q; q++)
    {
      memset (s, 0, (gsize) sub->k * sizeof (float));
      memcpy (s + sub->before, x, (gsize) sub->c * sizeof (float));
      s += sub->k;
      x += (gsize) sub->stride * (gsize) sub->c;
    }
}

void
rn_subsample_forward (RnWorker *worker, float *s, const float *x, int n, int h, int w, int c, int k,
                      int stride, int before)
{
  Subsample sub = describe (s, x, h, w, c, k, stride, before);

  rn_worker_share (worker, n * sub.p, forward_piece, &sub);
}

/* A piece is a row of dx. */
static void
backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Subsample *sub = data;
  gsize picture = (gsize) (piece / sub->h);
  int i = piece % sub->h;
  gsize row_floats = (gsize) sub->w * (gsize) sub->c;
  float *dx = sub->to + (gsize) piece * row_floats;
  const float *ds;

  memset (dx, 0, row_floats * sizeof (float));
  if (i % sub->stride != 0)
    return;
  ds = sub->from +
       (picture * (gsize) sub->p + (gsize) (i / sub->stride)) * (gsize) sub->q * (gsize) sub->k +
       sub->before;
  for (int q = 0; q < sub->q; q++)
    memcpy (dx + (gsize) q * (gsize) sub->stride * (gsize) sub->c, ds + (gsize) q * (gsize) sub->k,
            (gsize) sub->c * sizeof (float));
}

void
rn_subsample_backward (RnWorker *worker, float *dx, const float *ds, int n, int h, int w, int c,
                       int k, int stride, int before)
{
  Subsample sub = describe (dx, ds, h, w, c, k, stride, before);

  rn_worker_share (worker, n * h, backward_piece, &sub);
}
