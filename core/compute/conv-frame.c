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

float *
rn_conv_frame_fill (float *frame, const float *x, int first, int last, const RnConvShape *shape)
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
        memcpy (frame + edge, x + (gsize) i * inside, inside * sizeof (float));
        memset (frame + edge + inside, 0, edge * sizeof (float));
      }
  return frame;
}
