#include "charts/strip-image.h"

#include <math.h>
#include <string.h>

/* Rows at least this high are told apart by a free line at the end of a stage, device pixels */
#define LEAST_SPLIT_ROW 3

/* Rows of pixels that show the same blocks */
typedef struct
{
  int first, last; /* blocks */
  int top, end;    /* pixels */
} Band;

int
rn_strip_row_top (int row, int n, int height)
{
  return (int) ((gint64) row * height / n);
}

int
rn_strip_row_at (int y, int n, int height)
{
  int row = (int) ((gint64) CLAMP (y, 0, height - 1) * n / height);

  while (row + 1 < n && rn_strip_row_top (row + 1, n, height) <= y)
    row++;
  return row;
}

void
rn_strip_image_clear (RnStripImage *self)
{
  const guint64 n_painted = self->n_painted;

  g_clear_pointer (&self->surface, cairo_surface_destroy);
  *self = (RnStripImage){ .n_painted = n_painted };
}

static int
make_bands (const RnStripContent *content, int height, Band *bands)
{
  const int n = rn_strip_data_n_rows (content->data);
  const int n_bands = MIN (n, height);

  for (int i = 0; i < n_bands; i++)
    if (n > height)
      /* a block that lies in two pixels shows in both */
      bands[i] = (Band){ (int) ((gint64) i * n / height),
                         (int) (((gint64) (i + 1) * n + height - 1) / height) - 1, i, i + 1 };
    else
      {
        bands[i] =
            (Band){ i, i, rn_strip_row_top (i, n, height), rn_strip_row_top (i + 1, n, height) };
        if (content->stage_ends != NULL && content->stage_ends[i] && i + 1 < n &&
            bands[i].end - bands[i].top >= LEAST_SPLIT_ROW * content->device_scale)
          bands[i].end -= content->device_scale;
      }
  return n_bands;
}

/* The columns of the data that pixel @x shows. Returns: FALSE past the last */
static gboolean
find_columns (const RnStripContent *content, int x, int *first, int *last)
{
  const double from =
      rn_time_axis_to_step (content->time, (double) x / content->device_scale, content->width);
  const double to = rn_time_axis_to_step (content->time, (double) (x + 1) / content->device_scale,
                                          content->width);

  /* the cell of step t covers (t - 1, t]; a hair is left out at both ends against rounding */
  *first = rn_strip_data_find (content->data, (gint64) floor (MAX (from, 0.0) + 1e-6) + 1);
  *last = rn_strip_data_find (content->data, (gint64) ceil (to - 1e-6));
  if (*first < 0)
    return FALSE;
  if (*last < 0)
    *last = rn_strip_data_n_columns (content->data) - 1;
  *last = MAX (*last, *first);
  return TRUE;
}

/* Returns: the colour of the blocks of @band in the columns @first to @last; 0 where all are NaN */
static guint32
get_colour (const RnStripContent *content, const Band *band, int first, int last)
{
  float low = INFINITY, high = -INFINITY;

  for (int i = first; i <= last; i++)
    {
      const float *values = rn_strip_data_get_column (content->data, i);

      for (int row = band->first; row <= band->last; row++)
        if (!isnan (values[row]))
          {
            low = MIN (low, values[row]);
            high = MAX (high, values[row]);
          }
    }
  if (low > high)
    return 0;
  /* the most extreme of many is the least or the largest of them */
  return rn_strip_scale_get_argb (content->scale,
                                  rn_strip_scale_more_extreme (content->scale, high, low));
}

/* Returns: rn_palette_hatch() as a tile, (transfer full) */
static guint32 *
make_hatch (const RnStripContent *content)
{
  const int side = RN_HATCH_PX * content->device_scale;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 3 * side, 3 * side);
  guint32 *tile = g_new (guint32, side * side);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, content->device_scale, content->device_scale);
  cr = cairo_create (surface);
  rn_palette_hatch (cr, &content->scale->palette, 0, 0, 3 * RN_HATCH_PX, 3 * RN_HATCH_PX);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  /* the middle one of nine, which no edge has touched */
  for (int y = 0; y < side; y++)
    memcpy (tile + y * side,
            cairo_image_surface_get_data (surface) +
                (side + y) * cairo_image_surface_get_stride (surface) + (gsize) side * sizeof *tile,
            (gsize) side * sizeof *tile);
  cairo_surface_destroy (surface);
  return tile;
}

/* Lines of @band after its first repeat it; what is transparent in it becomes the hatch. */
static void
fill_band (guint32 *pixels, int stride, const Band *band, int x0, int x1, const guint32 *hatch,
           int side)
{
  const guint32 *top = pixels + (gsize) band->top * stride;

  for (int y = band->end - 1; y >= band->top; y--)
    {
      guint32 *line = pixels + (gsize) y * stride;

      if (line != top)
        memcpy (line + x0, top + x0, (gsize) (x1 - x0) * sizeof *line);
      for (int x = x0; x < x1; x++)
        if (line[x] == 0)
          line[x] = hatch[y % side * side + x % side];
    }
}

static void
paint (RnStripImage *self, const RnStripContent *content, int x0)
{
  const int stride = cairo_image_surface_get_stride (self->surface) / (int) sizeof (guint32);
  g_autofree Band *bands = g_new (Band, MAX (self->height, 1));
  const int n_bands = make_bands (content, self->height, bands);
  g_autofree guint32 *hatch = make_hatch (content);
  int before_first = -1, before_last = -1, first, last, x1;
  guint32 *pixels;

  cairo_surface_flush (self->surface);
  pixels = (guint32 *) (gpointer) cairo_image_surface_get_data (self->surface);
  for (x1 = x0; x1 < self->width && find_columns (content, x1, &first, &last); x1++)
    {
      for (int i = 0; i < n_bands; i++)
        {
          guint32 *pixel = pixels + (gsize) bands[i].top * stride + x1;

          *pixel = x1 > x0 && first == before_first && last == before_last
                       ? pixel[-1]
                       : get_colour (content, &bands[i], first, last);
        }
      before_first = first;
      before_last = last;
    }
  for (int i = 0; i < n_bands; i++)
    fill_band (pixels, stride, &bands[i], x0, x1, hatch, RN_HATCH_PX * content->device_scale);
  cairo_surface_mark_dirty (self->surface);
  self->n_painted += (guint64) (x1 - x0);
}

/* Returns: the first pixel that is no longer right, if only the last column changed and others came */
static int
find_first_change (RnStripImage *self, const RnStripContent *content)
{
  gint64 from, to;
  double x;

  if (self->n_columns == 0)
    return 0;
  rn_strip_data_get_span (content->data, self->n_columns - 1, &from, &to);
  x = rn_time_axis_to_x (content->time, (double) from, content->width) * content->device_scale;
  return (int) CLAMP (floor (x), 0.0, self->width);
}

/* Returns: whether what is in the picture is still right but for its end */
static gboolean
is_valid (const RnStripImage *self, const RnStripContent *content, double from, double to)
{
  return self->surface != NULL && self->data == content->data &&
         self->generation == rn_strip_data_get_generation (content->data) &&
         self->n_columns <= rn_strip_data_n_columns (content->data) &&
         self->serial == content->scale->serial && self->device_scale == content->device_scale &&
         self->width == content->width * content->device_scale &&
         self->height == content->height * content->device_scale && self->from == from &&
         self->to == to && self->unit == rn_time_axis_get_unit (content->time) &&
         /* in seconds every new stamp moves what lies beyond the last */
         self->unit != RN_TIME_SECONDS;
}

void
rn_strip_image_update (RnStripImage *self, const RnStripContent *content)
{
  double from, to;
  int x0 = 0;

  g_return_if_fail (content->width > 0 && content->height > 0);
  rn_time_axis_get_range (content->time, &from, &to);
  if (is_valid (self, content, from, to))
    x0 = find_first_change (self, content);
  else
    {
      const guint64 n_painted = self->n_painted;

      rn_strip_image_clear (self);
      *self = (RnStripImage){ .width = content->width * content->device_scale,
                              .height = content->height * content->device_scale,
                              .n_painted = n_painted,
                              .device_scale = content->device_scale,
                              .data = content->data,
                              .generation = rn_strip_data_get_generation (content->data),
                              .serial = content->scale->serial,
                              .from = from,
                              .to = to,
                              .unit = rn_time_axis_get_unit (content->time) };
      self->surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, self->width, self->height);
      cairo_surface_set_device_scale (self->surface, self->device_scale, self->device_scale);
    }
  paint (self, content, x0);
  self->n_columns = rn_strip_data_n_columns (content->data);
}
