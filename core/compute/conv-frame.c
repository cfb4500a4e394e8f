#include "conv-frame.h"

#include <string.h>

gsize
rn_conv_frame_row (const RnConvShape *shape)
{
  return (gsize) (shape->w + 2 * shape->pad) * (gsize) shape->c;
}

gsize
rn_conv_frame_floats (const RnConvShape *shape, int band)
{
  return (gsize) ((band - 1) * shape->stride + shape->kernel) * rn_conv_frame_row (shape);
}

void
rn_conv_read_pixels (float *to, const float *x, gsize pixels, int channels,
                     const RnConvInput *input)
{
  const RnNormTile tile = {
    .rows = (int) pixels,
    .lanes = channels,
    .stride = (gsize) channels,
    .z = x,
    .y = to,
    .lane = { input == NULL ? NULL : input->scale, input == NULL ? NULL : input->shift },
  };

  if (input == NULL)
    memcpy (to, x, pixels * (gsize) channels * sizeof (float));
  else
    rn_kernels ()->norm_apply (&tile, TRUE);
}

float *
rn_conv_frame_fill (float *frame, const float *x, int first, int last, const RnConvShape *shape,
                    const RnConvInput *input)
{
  const gsize row_floats = rn_conv_frame_row (shape);
  const gsize edge = (gsize) shape->pad * (gsize) shape->c;
  const gsize inside = (gsize) shape->w * (gsize) shape->c;
  int end = (last - 1) * shape->stride + shape->kernel - shape->pad;

  for (int i = first * shape->stride - shape->pad; i < end; i++, frame += row_floats)
    if (i < 0 || i >= shape->h)
      memset (frame, 0, row_floats * sizeof (float));
    else
      {
        memset (frame, 0, edge * sizeof (float));
        rn_conv_read_pixels (frame + edge, x + (gsize) i * inside, (gsize) shape->w, shape->c,
                             input);
        memset (frame + edge + inside, 0, edge * sizeof (float));
      }
  return frame;
}
