#include "conv.h"

#include <stdlib.h>

#include "conv-direct.h"
#include "conv-gemm.h"

/* The one place that chooses the algorithm. */
static gboolean
direct (const RnConvShape *shape, int what)
{
  const char *e = getenv ("DIRECT");
  return e != NULL && (atoi (e) >> what & 1) && (shape->kernel > 1 || shape->stride > 1);
}

gsize
rn_conv_scratch (const RnConvShape *shape)
{
  return MAX (rn_conv_gemm_scratch (shape), rn_conv_direct_scratch (shape));
}

gsize
rn_conv_partials (const RnConvShape *shape)
{
  return MAX (rn_conv_gemm_partials (shape), rn_conv_direct_partials (shape));
}

void
rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w,
                 const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  if (direct (shape, 0))
    rn_conv_direct_forward (worker, y, x, w, shape, epilogue);
  else
    rn_conv_gemm_forward (worker, y, x, w, shape, epilogue);
}

void
rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                       const RnConvShape *shape)
{
  if (direct (shape, 1))
    rn_conv_direct_backward_data (worker, dx, dy, w, shape);
  else
    rn_conv_gemm_backward_data (worker, dx, dy, w, shape);
}

void
rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                          float *partials, const RnConvShape *shape)
{
  if (direct (shape, 2))
    rn_conv_direct_backward_filters (worker, dw, x, dy, partials, shape);
  else
    rn_conv_gemm_backward_filters (worker, dw, x, dy, partials, shape);
}
