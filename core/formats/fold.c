#include "formats/fold.h"

#include <math.h>

static const float *
values_of (const RnModel *model, int conv, RnParameterKind kind)
{
  return rn_model_get_arena (model) +
         rn_parameters_get (rn_model_get_parameters (model), conv, kind)->offset;
}

static double
scale_of (const RnModel *model, int conv, int channel)
{
  const double gamma = values_of (model, conv, RN_PARAMETER_GAMMA)[channel];
  const double variance = values_of (model, conv, RN_PARAMETER_VARIANCE)[channel];

  return gamma / sqrt (variance + rn_model_get_epsilon (model));
}

void
rn_fold_filter (const RnModel *model, int conv, float *filter)
{
  const RnLayoutConv *layer = &rn_model_get_layout (model)->convs[conv];
  const float *w = values_of (model, conv, RN_PARAMETER_FILTER);
  const gsize length = (gsize) layer->kernel * (gsize) layer->kernel * (gsize) layer->in_c;

  for (int k = 0; k < layer->out_c; k++)
    {
      const double scale = scale_of (model, conv, k);

      for (gsize i = 0; i < length; i++)
        *filter++ = (float) (*w++ * scale);
    }
}

void
rn_fold_bias (const RnModel *model, int conv, float *bias)
{
  const float *beta = values_of (model, conv, RN_PARAMETER_BETA);
  const float *mean = values_of (model, conv, RN_PARAMETER_MEAN);

  for (int k = 0; k < rn_model_get_layout (model)->convs[conv].out_c; k++)
    bias[k] = (float) (beta[k] - mean[k] * scale_of (model, conv, k));
}
