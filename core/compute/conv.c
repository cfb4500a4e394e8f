#include "conv.h"

#include "conv-gemm.h"

/* The one place that chooses the algorithm. */

gsize
rn_conv_scratch (const RnConvShape *shape)
{
  return rn_conv_gemm_scratch (shape);
}

gsize
rn_conv_partials (const RnConvShape *shape)
{
  return rn_conv_gemm_partials (shape);
}

void
rn_conv_forward (RnWorker *worker,
                 float *y,
                 const float *x,
                 const float *w,
                 const RnConvShape *shape,
                 const RnConvEpilogue *epilogue)
{
  rn_conv_gemm_forward (worker, y, x, w, shape, epilogue);
}

void
rn_conv_backward_data (RnWorker *worker,
                       float *dx,
                       const float *dy,
                       const float *w,
                       const RnConvShape *shape)
{
  rn_conv_gemm_backward_data (worker, dx, dy, w, shape);
}

void
rn_conv_backward_filters (RnWorker *worker,
                          float *dw,
                          const float *x,
                          const float *dy,
                          float *partials,
                          const RnConvShape *shape)
{
  rn_conv_gemm_backward_filters (worker, dw, x, dy, partials, shape);
}
