#include "pages/maps.h"

#include <math.h>

#define N_COLOURS 255 /* odd: zero has a colour of its own */

double
rn_maps_rms (const RnTensor *maps)
{
  const gsize count = rn_tensor_count (maps);
  double sum = 0.0;

  for (gsize i = 0; i < count; i++)
    sum += (double) maps->data[i] * (double) maps->data[i];
  return sqrt (sum / (double) count);
}

/* x [1,H,W,C]; strength[c] = sqrt (mean of x[.,.,.,c]^2) */
void
rn_maps_strengths (const RnTensor *maps, double *strengths)
{
  const int channels = maps->dims[maps->n_dims - 1];
  const gsize pixels = rn_tensor_count (maps) / (gsize) channels;

  for (int c = 0; c < channels; c++)
    strengths[c] = 0.0;
  for (gsize p = 0; p < pixels; p++)
    for (int c = 0; c < channels; c++)
      {
        const double value = (double) maps->data[p * (gsize) channels + c];

        strengths[c] += value * value;
      }
  for (int c = 0; c < channels; c++)
    strengths[c] = sqrt (strengths[c] / (double) pixels);
}

int
rn_maps_strongest (const RnTensor *maps, int *channels, int n)
{
  const int n_channels = maps->dims[maps->n_dims - 1];
  g_autofree double *strengths = g_new (double, n_channels);

  rn_maps_strengths (maps, strengths);
  n = MIN (n, n_channels);
  for (int i = 0; i < n; i++)
    {
      int best = -1;

      for (int c = 0; c < n_channels; c++)
        if (strengths[c] >= 0.0 && (best < 0 || strengths[c] > strengths[best]))
          best = c;
      if (best < 0) /* only NaN is left */
        return i;
      channels[i] = best;
      strengths[best] = -1.0;
    }
  return n;
}

void
rn_maps_range (const RnTensor *maps, int channel, float *min, float *max)
{
  const int channels = maps->dims[maps->n_dims - 1];
  const gsize count = rn_tensor_count (maps);

  *min = INFINITY;
  *max = -INFINITY;
  for (gsize i = (gsize) channel; i < count; i += (gsize) channels)
    {
      if (maps->data[i] < *min)
        *min = maps->data[i];
      if (maps->data[i] > *max)
        *max = maps->data[i];
    }
  if (*min > *max)
    *min = *max = 0.0f;
}

static void
fill_colours (guint32 *colours, gboolean is_signed, const RnPalette *palette)
{
  for (int i = 0; i < N_COLOURS; i++)
    {
      const double t = 2.0 * i / (N_COLOURS - 1) - 1.0;
      GdkRGBA colour = palette->ground;

      if (is_signed)
        colour = rn_palette_signed (palette, t);
      else if (t > 0.0)
        {
          const float u = (float) t * palette->text.alpha;

          colour.red += (palette->text.red - colour.red) * u;
          colour.green += (palette->text.green - colour.green) * u;
          colour.blue += (palette->text.blue - colour.blue) * u;
        }
      colours[i] = rn_palette_argb (&colour);
    }
}

cairo_surface_t *
rn_maps_surface (const RnTensor *maps, int channel, double limit, gboolean is_signed,
                 const RnPalette *palette)
{
  const int height = maps->dims[1], width = maps->dims[2], channels = maps->dims[3];
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  guint8 *rows = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);
  guint32 colours[N_COLOURS];

  fill_colours (colours, is_signed, palette);
  cairo_surface_flush (surface);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const double value =
            (double) maps->data[((gsize) y * width + x) * (gsize) channels + channel];
        const double share = limit > 0.0 ? value / limit : 0.0;
        const double t = isnan (share) ? 0.0 : CLAMP (share, -1.0, 1.0);
        guint32 *row = (guint32 *) (gpointer) (rows + (gsize) y * stride);

        row[x] = colours[(int) lround ((t + 1.0) / 2.0 * (N_COLOURS - 1))];
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}
