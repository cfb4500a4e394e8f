#include "charts/map-texture.h"

#include <math.h>

/* More pixels than this are not worth their memory: smaller zoom instead */
#define MAX_PIXELS (16 << 20)
/* Diagonals in maps that are NaN, device pixels */
#define HATCH_PX 4

static void
place (RnMapLayout *layout, const RnMapRoom *room)
{
  layout->cell_width = room->map_width * layout->zoom / layout->shrink;
  layout->cell_height = room->map_height * layout->zoom / layout->shrink;
  layout->cell_width = MAX (layout->cell_width, 1);
  layout->cell_height = MAX (layout->cell_height, 1);
  layout->pitch_x = layout->cell_width + room->gap;
  layout->pitch_y = layout->cell_height + room->gap + room->caption;
  layout->columns =
      CLAMP ((room->available + room->gap) / layout->pitch_x, 1, MAX (room->n_maps, 1));
  layout->rows = (room->n_maps + layout->columns - 1) / layout->columns;
  layout->width = layout->columns * layout->pitch_x - room->gap;
  layout->height = MAX (layout->rows * layout->pitch_y - room->gap, 1);
}

void
rn_map_layout_fit (RnMapLayout *layout, const RnMapRoom *room)
{
  const int side = MAX (room->map_width, room->map_height);
  const int available = MAX (room->available, 1);

  *layout = (RnMapLayout){ .n_maps = room->n_maps, .zoom = 1, .shrink = 1 };
  if (room->map_width > available)
    layout->shrink = (room->map_width + available - 1) / available;
  else
    layout->zoom = CLAMP (room->map_size / side, 1, available / room->map_width);
  place (layout, room);
  while (layout->zoom > 1 && (gint64) layout->width * layout->height > MAX_PIXELS)
    {
      layout->zoom--;
      place (layout, room);
    }
}

int
rn_map_layout_find (const RnMapLayout *layout, int x, int y)
{
  int at;

  if (x < 0 || y < 0 || x >= layout->width || x % layout->pitch_x >= layout->cell_width ||
      y % layout->pitch_y >= layout->cell_height)
    return -1;
  at = y / layout->pitch_y * layout->columns + x / layout->pitch_x;
  return at < layout->n_maps ? at : -1;
}

static int
compare_by_strength (gconstpointer a, gconstpointer b, gpointer data)
{
  const double *rms = data;
  const int i = *(const int *) a, k = *(const int *) b;

  if (isnan (rms[i]) || isnan (rms[k]))
    return (isnan (rms[i]) ? 1 : 0) - (isnan (rms[k]) ? 1 : 0);
  return rms[i] > rms[k] ? -1 : rms[i] < rms[k] ? 1 : i - k;
}

/* rms[c] = sqrt (mean of x[y,x,c]^2), limits[c] = max |x[y,x,c]| over what is finite          x [H,W,C] */
static void
measure (RnMapPicture *self)
{
  const int channels = self->maps->dims[3];
  const gsize n = (gsize) self->maps->dims[1] * (gsize) self->maps->dims[2];

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      {
        const double value = (double) self->maps->data[i * (gsize) channels + (gsize) c];

        self->rms[c] += value * value;
        if (isfinite (value))
          self->limits[c] = MAX (self->limits[c], fabs (value));
        if (value < 0.0)
          self->is_signed = TRUE;
      }
  for (int c = 0; c < channels; c++)
    self->rms[c] = sqrt (self->rms[c] / (double) n);
}

static void
share_limit (RnMapPicture *self)
{
  const int channels = self->maps->dims[3];
  double limit = 0.0;

  for (int c = 0; c < channels; c++)
    limit = MAX (limit, self->limits[c]);
  for (int c = 0; c < channels; c++)
    self->limits[c] = limit;
}

static GdkRGBA
mix_over (const GdkRGBA *ground, const GdkRGBA *text, double t)
{
  const float alpha = (float) t * text->alpha;

  return (GdkRGBA){ ground->red + (text->red - ground->red) * alpha,
                    ground->green + (text->green - ground->green) * alpha,
                    ground->blue + (text->blue - ground->blue) * alpha, 1.0f };
}

guint32
rn_map_picture_get_argb (const RnMapPicture *self, int channel, int x, int y)
{
  const RnTensor *maps = self->maps;
  const gsize at = ((gsize) y * (gsize) maps->dims[2] + (gsize) x) * (gsize) maps->dims[3];
  const double value = (double) maps->data[at + (gsize) channel];
  const double limit = self->limits[channel];
  const double t = isnan (value) || limit == 0.0 ? 0.0 : CLAMP (value / limit, -1.0, 1.0);
  const GdkRGBA colour = self->is_signed ? rn_palette_signed (&self->palette, t)
                                         : mix_over (&self->palette.ground, &self->palette.text, t);

  return rn_palette_argb (&colour);
}

static gboolean
is_hatched (const RnMapPicture *self, int channel, int x, int y)
{
  const RnTensor *maps = self->maps;
  const gsize at = ((gsize) y * (gsize) maps->dims[2] + (gsize) x) * (gsize) maps->dims[3];

  return isnan (maps->data[at + (gsize) channel]);
}

/* Paints the map at place @at; each line of values once, then repeated. */
static void
paint_map (const RnMapPicture *self, guint32 *pixels, int at, guint32 hatch)
{
  const RnMapLayout *l = &self->layout;
  const int channel = self->order[at];
  guint32 *corner = pixels + (gsize) (at / l->columns * l->pitch_y) * (gsize) l->width +
                    at % l->columns * l->pitch_x;

  for (int py = 0; py < l->cell_height; py++)
    for (int px = 0; px < l->cell_width; px++)
      {
        const int x = px / l->zoom * l->shrink, y = py / l->zoom * l->shrink;
        guint32 *pixel = corner + (gsize) py * (gsize) l->width + px;

        if (is_hatched (self, channel, x, y) && (px + py) % HATCH_PX == 0)
          *pixel = hatch;
        else if (px % l->zoom != 0)
          *pixel = is_hatched (self, channel, x, y) ? rn_map_picture_get_argb (self, channel, x, y)
                                                    : pixel[-1];
        else if (py % l->zoom != 0 && !is_hatched (self, channel, x, y))
          *pixel = pixel[-l->width];
        else
          *pixel = rn_map_picture_get_argb (self, channel, x, y);
      }
}

static GdkTexture *
paint (const RnMapPicture *self)
{
  const RnMapLayout *l = &self->layout;
  const GdkRGBA hatch = mix_over (&self->palette.ground, &self->palette.text, 0.2);
  guint32 *pixels = g_new0 (guint32, (gsize) l->width * (gsize) l->height);
  g_autoptr (GBytes) bytes = NULL;

  for (int i = 0; i < l->n_maps; i++)
    paint_map (self, pixels, i, rn_palette_argb (&hatch));
  bytes = g_bytes_new_take (pixels, (gsize) l->width * (gsize) l->height * sizeof *pixels);
  return gdk_memory_texture_new (l->width, l->height, GDK_MEMORY_DEFAULT, bytes,
                                 (gsize) l->width * sizeof *pixels);
}

RnMapPicture *
rn_map_picture_new (RnTensor *maps, const RnMapLayout *layout, const RnPalette *palette,
                    RnMapScale scale, gboolean sorted)
{
  const int channels = maps->dims[3];
  RnMapPicture *self = g_new0 (RnMapPicture, 1);

  self->maps = rn_tensor_ref (maps);
  self->layout = *layout;
  self->palette = *palette;
  self->order = g_new (int, channels);
  self->limits = g_new0 (double, channels);
  self->rms = g_new0 (double, channels);
  for (int c = 0; c < channels; c++)
    self->order[c] = c;
  measure (self);
  if (sorted)
    g_qsort_with_data (self->order, channels, sizeof *self->order, compare_by_strength, self->rms);
  if (scale == RN_MAP_SCALE_COMMON)
    share_limit (self);
  self->texture = paint (self);
  return self;
}

void
rn_map_picture_free (RnMapPicture *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->texture);
  rn_tensor_unref (self->maps);
  g_free (self->order);
  g_free (self->limits);
  g_free (self->rms);
  g_free (self);
}
