#include "pages/picture-view.h"

#include <math.h>
#include <residua/augment.h>

#include "charts/figure.h"
#include "charts/overlay.h"

#define RADIUS 8.0           /* of the corners, logical pixels */
#define AT_ONCE (512 * 512)  /* pixels: more are brought down in a task */
#define MIN_SIDE 160         /* logical pixels */
#define SHOWN_SIDE 640       /* the shorter side of what a task makes */
#define WHOLE_ZOOM_BELOW 128 /* pixels: up to this side a picture is enlarged by whole numbers */

struct _RnPictureView
{
  GtkWidget parent_instance;

  RnPicture *picture;
  cairo_surface_t *surface; /* of the picture, or brought down */
  GCancellable *task;
  int natural_side;
  gboolean is_square;
  gboolean can_shrink;
  RnTensor *overlay;
  cairo_surface_t *overlay_surface;
  double opacity;
  graphene_rect_t *outlines;
  int n_outlines;
  int marked;
};

G_DEFINE_FINAL_TYPE (RnPictureView, rn_picture_view, GTK_TYPE_WIDGET)

cairo_surface_t *
rn_picture_view_surface_of (const RnPicture *picture)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, picture->width, picture->height);
  const int stride = cairo_image_surface_get_stride (surface), channels = picture->channels;
  guint8 *rows = cairo_image_surface_get_data (surface);
  const guint8 *from = picture->pixels;

  cairo_surface_flush (surface);
  for (int y = 0; y < picture->height; y++)
    {
      guint32 *row = (guint32 *) (gpointer) (rows + (gsize) y * stride);

      for (int x = 0; x < picture->width; x++, from += channels)
        row[x] = (guint32) from[0] << 16 | (guint32) from[channels == 3 ? 1 : 0] << 8 |
                 from[channels == 3 ? 2 : 0];
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* In a task: a picture that is too large for the window's thread */

static void
bring_down (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RnPicture *picture = data;
  g_autoptr (RnPicture) small = NULL;
  GError *error = NULL;

  if (MIN (picture->width, picture->height) > SHOWN_SIDE)
    small = rn_picture_resize_shorter (picture, SHOWN_SIDE, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, rn_picture_view_surface_of (small != NULL ? small : picture),
                           (GDestroyNotify) cairo_surface_destroy);
}

static void
brought_down (GObject *source, GAsyncResult *result, gpointer data)
{
  RnPictureView *self = RN_PICTURE_VIEW (source);
  cairo_surface_t *surface = g_task_propagate_pointer (G_TASK (result), NULL);

  if (surface == NULL)
    return;
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  self->surface = surface;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
stop_task (RnPictureView *self)
{
  if (self->task != NULL)
    g_cancellable_cancel (self->task);
  g_clear_object (&self->task);
}

static void
make_surface (RnPictureView *self)
{
  g_autoptr (GTask) task = NULL;

  stop_task (self);
  if ((gint64) self->picture->width * self->picture->height <= AT_ONCE)
    {
      g_clear_pointer (&self->surface, cairo_surface_destroy);
      self->surface = rn_picture_view_surface_of (self->picture);
      return;
    }
  self->task = g_cancellable_new ();
  task = g_task_new (self, self->task, brought_down, NULL);
  g_task_set_task_data (task, rn_picture_ref (self->picture), (GDestroyNotify) rn_picture_unref);
  g_task_run_in_thread (task, bring_down);
}

void
rn_picture_view_set_picture (RnPictureView *self, RnPicture *picture, const char *name)
{
  g_return_if_fail (RN_IS_PICTURE_VIEW (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name != NULL ? name : "", -1);
  if (picture == self->picture)
    return;
  g_clear_pointer (&self->picture, rn_picture_unref);
  if (picture != NULL)
    {
      self->picture = rn_picture_ref (picture);
      make_surface (self);
    }
  else
    {
      stop_task (self);
      g_clear_pointer (&self->surface, cairo_surface_destroy);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

RnPicture *
rn_picture_view_get_picture (RnPictureView *self)
{
  return self->picture;
}

void
rn_picture_view_set_natural_side (RnPictureView *self, int side)
{
  self->natural_side = side;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
rn_picture_view_set_can_shrink (RnPictureView *self, gboolean can_shrink)
{
  self->can_shrink = can_shrink;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
rn_picture_view_set_square (RnPictureView *self, gboolean is_square)
{
  self->is_square = is_square;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Only what speaks for the class is coloured; what speaks against it leaves the picture as it is. */
static cairo_surface_t *
colour_overlay (const RnTensor *map)
{
  const int height = map->dims[0], width = map->dims[1];
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  const int stride = cairo_image_surface_get_stride (surface);
  guint8 *rows = cairo_image_surface_get_data (surface);
  float max = 0.0f;

  for (int i = 0; i < height * width; i++)
    max = MAX (max, map->data[i]);
  cairo_surface_flush (surface);
  for (int i = 0; i < height * width; i++)
    {
      const double t = max > 0.0f ? CLAMP ((double) map->data[i] / (double) max, 0.0, 1.0) : 0.0;
      GdkRGBA colour = rn_palette_viridis (t);
      guint32 *row = (guint32 *) (gpointer) (rows + (gsize) (i / width) * stride);

      colour.alpha = (float) sqrt (t);
      row[i % width] = rn_palette_argb (&colour);
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

void
rn_picture_view_set_overlay (RnPictureView *self, RnTensor *map)
{
  g_return_if_fail (RN_IS_PICTURE_VIEW (self));

  if (map == self->overlay)
    return;
  g_clear_pointer (&self->overlay, rn_tensor_unref);
  g_clear_pointer (&self->overlay_surface, cairo_surface_destroy);
  if (map != NULL)
    {
      self->overlay = rn_tensor_ref (map);
      self->overlay_surface = colour_overlay (map);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_picture_view_set_overlay_opacity (RnPictureView *self, double opacity)
{
  self->opacity = CLAMP (opacity, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_picture_view_set_outlines (RnPictureView *self, const graphene_rect_t *outlines, int n,
                              int marked)
{
  g_free (self->outlines);
  self->outlines = n > 0 ? g_memdup2 (outlines, (gsize) n * sizeof *outlines) : NULL;
  self->n_outlines = n;
  self->marked = marked;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
rn_picture_view_n_outlines (RnPictureView *self, int *marked)
{
  if (marked != NULL)
    *marked = self->n_outlines > 0 ? self->marked : -1;
  return self->n_outlines;
}

/* Drawing */

static void
round_rectangle (cairo_t *cr, double x, double y, double width, double height)
{
  const double r = MIN (RADIUS, MIN (width, height) / 2);

  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x + width - r, y + height - r, r, 0, G_PI / 2);
  cairo_arc (cr, x + r, y + height - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

/* Scales the user space so that @surface fills (0, 0, width, height), and fills the clip with it. */
static void
paint_surface (cairo_t *cr, cairo_surface_t *surface, double x, double y, double width,
               double height, cairo_filter_t filter, double alpha)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, width / cairo_image_surface_get_width (surface),
               height / cairo_image_surface_get_height (surface));
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint_with_alpha (cr, alpha);
  cairo_restore (cr);
}

/* A frame within the outline of view @at, seen on any picture */
static void
draw_outline (RnPictureView *self, cairo_t *cr, const RnPalette *palette, int at, double x,
              double y, double width, double height)
{
  const graphene_rect_t *box = &self->outlines[at];
  const gboolean is_marked = at == self->marked;
  const double inset = is_marked ? 1.5 : 0.5;

  cairo_rectangle (cr, round (x + (double) box->origin.x * width) + inset,
                   round (y + (double) box->origin.y * height) + inset,
                   round ((double) box->size.width * width) - 2.0 * inset,
                   round ((double) box->size.height * height) - 2.0 * inset);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
  cairo_set_line_width (cr, is_marked ? 5.0 : 3.0);
  cairo_stroke_preserve (cr);
  if (is_marked)
    rn_palette_set_source (cr, &palette->accent, 1.0);
  else
    cairo_set_source_rgba (cr, 1, 1, 1, 0.95);
  cairo_set_line_width (cr, is_marked ? 3.0 : 1.0);
  cairo_stroke (cr);
}

static void
draw_outlines (RnPictureView *self, cairo_t *cr, double x, double y, double width, double height)
{
  RnPalette palette;

  rn_palette_get (GTK_WIDGET (self), &palette);
  for (int i = 0; i < self->n_outlines; i++)
    if (i != self->marked)
      draw_outline (self, cr, &palette, i, x, y, width, height);
  if (self->marked >= 0 && self->marked < self->n_outlines)
    draw_outline (self, cr, &palette, self->marked, x, y, width, height);
}

/* Where the picture stands in the widget: what is seen of it is @width x @height from (@x, @y) on */
typedef struct
{
  double x, y, width, height;
  double zoom;
  gboolean is_pixelated;
} Place;

static Place
get_place (RnPictureView *self, int width, int height)
{
  const double full_w = cairo_image_surface_get_width (self->surface),
               full_h = cairo_image_surface_get_height (self->surface);
  const double seen_w = self->is_square ? MIN (full_w, full_h) : full_w,
               seen_h = self->is_square ? seen_w : full_h;
  Place place = { .zoom = MIN (width / seen_w, height / seen_h) };

  if (place.zoom >= 2.0 && MAX (full_w, full_h) <= WHOLE_ZOOM_BELOW)
    {
      place.zoom = floor (place.zoom);
      place.is_pixelated = TRUE;
    }
  place.width = seen_w * place.zoom;
  place.height = seen_h * place.zoom;
  place.x = floor ((width - place.width) / 2);
  /* in the middle of a square at the top, so that pictures side by side are level whatever stands below them */
  place.y = floor ((MAX (seen_w, seen_h) - seen_h) * place.zoom / 2);
  return place;
}

static void
draw (RnPictureView *self, cairo_t *cr, int width, int height)
{
  const Place place = get_place (self, width, height);
  const double full_w = cairo_image_surface_get_width (self->surface) * place.zoom,
               full_h = cairo_image_surface_get_height (self->surface) * place.zoom;

  round_rectangle (cr, place.x, place.y, place.width, place.height);
  cairo_clip (cr);
  paint_surface (cr, self->surface, place.x - (full_w - place.width) / 2,
                 place.y - (full_h - place.height) / 2, full_w, full_h,
                 place.is_pixelated ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD, 1.0);
  if (self->overlay_surface != NULL && self->opacity > 0.0)
    paint_surface (cr, self->overlay_surface, place.x, place.y, place.width, place.height,
                   CAIRO_FILTER_BILINEAR, self->opacity);
  if (self->n_outlines > 0)
    draw_outlines (self, cr, place.x, place.y, place.width, place.height);
}

gboolean
rn_picture_view_read (RnPictureView *self, double x, double y, int *column, int *row, double *value)
{
  Place place;

  g_return_val_if_fail (RN_IS_PICTURE_VIEW (self), FALSE);

  if (self->surface == NULL || self->overlay == NULL)
    return FALSE;
  place = get_place (self, gtk_widget_get_width (GTK_WIDGET (self)),
                     gtk_widget_get_height (GTK_WIDGET (self)));
  x = (x - place.x) / place.width;
  y = (y - place.y) / place.height;
  if (x < 0.0 || y < 0.0 || x >= 1.0 || y >= 1.0)
    return FALSE;
  *column = (int) (x * self->overlay->dims[1]);
  *row = (int) (y * self->overlay->dims[0]);
  *value = (double) self->overlay->data[*row * self->overlay->dims[1] + *column];
  return TRUE;
}

/* As a figure */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  if (RN_PICTURE_VIEW (widget)->surface != NULL)
    draw (RN_PICTURE_VIEW (widget), cr, width, height);
}

/* Returns: (transfer full) (nullable) (type RnTensor) */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnTensor *map = RN_PICTURE_VIEW (widget)->overlay;

  return map != NULL ? rn_tensor_ref (map) : NULL;
}

/* A line for each row of the map */
static char *
format_csv (gconstpointer numbers)
{
  const RnTensor *map = numbers;
  GString *text = g_string_new (NULL);

  for (int i = 0; map != NULL && i < map->dims[0] * map->dims[1]; i++)
    {
      rn_figure_append_number (text, (double) map->data[i]);
      g_string_append_c (text, (i + 1) % map->dims[1] == 0 ? '\n' : ',');
    }
  return g_string_free (text, FALSE);
}

static const RnFigure figure = { "map", draw_for_print, copy_numbers, format_csv,
                                 (GDestroyNotify) rn_tensor_unref };

void
rn_picture_view_make_figure (RnPictureView *self)
{
  g_return_if_fail (RN_IS_PICTURE_VIEW (self));

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  rn_figure_attach (GTK_WIDGET (self), &figure);
}

static void
rn_picture_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnPictureView *self = RN_PICTURE_VIEW (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  RnPalette palette;
  cairo_t *cr;

  if (width < 1 || height < 1)
    return;
  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  if (self->surface != NULL)
    draw (self, cr, width, height);
  else
    {
      const double side = MIN (width, height);

      round_rectangle (cr, (width - side) / 2, 0, side, side);
      rn_palette_set_source (cr, &palette.tint, 1.0);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_picture_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  rn_figure_allocate (widget);
}

static void
rn_picture_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnPictureView *self = RN_PICTURE_VIEW (widget);

  const int side = self->natural_side, least = MIN (MIN_SIDE, side);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = least;
      *natural = side;
    }
  else /* the room of a square, whatever the picture: what stands below does not jump */
    {
      *natural = for_size < 0 ? side : CLAMP (for_size, least, side);
      *minimum = self->can_shrink ? least : *natural;
    }
}

static GtkSizeRequestMode
rn_picture_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
rn_picture_view_dispose (GObject *object)
{
  RnPictureView *self = RN_PICTURE_VIEW (object);

  rn_figure_detach (GTK_WIDGET (self));
  stop_task (self);
  g_clear_pointer (&self->picture, rn_picture_unref);
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_clear_pointer (&self->overlay, rn_tensor_unref);
  g_clear_pointer (&self->overlay_surface, cairo_surface_destroy);
  g_clear_pointer (&self->outlines, g_free);
  self->n_outlines = 0;
  G_OBJECT_CLASS (rn_picture_view_parent_class)->dispose (object);
}

static void
rn_picture_view_init (RnPictureView *self)
{
  self->natural_side = 288;
  self->opacity = 0.6;
}

static void
rn_picture_view_class_init (RnPictureViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_picture_view_dispose;
  widget_class->snapshot = rn_picture_view_snapshot;
  widget_class->measure = rn_picture_view_measure;
  widget_class->size_allocate = rn_picture_view_size_allocate;
  widget_class->get_request_mode = rn_picture_view_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  rn_figure_install (widget_class);
}

GtkWidget *
rn_picture_view_new (void)
{
  return g_object_new (RN_TYPE_PICTURE_VIEW, NULL);
}
