#include "charts/map-view.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

/* The side that a map is zoomed to at most, logical pixels */
#define SIDE 320

struct _RnMapView
{
  GtkWidget parent_instance;

  GtkWidget *readout;       /* the only child, below the map */
  cairo_surface_t *surface; /* a pixel to a value */
  RnTensor *maps;
  int channel;
  double rms;
};

G_DEFINE_FINAL_TYPE (RnMapView, rn_map_view, GTK_TYPE_WIDGET)

static int
get_columns (RnMapView *self)
{
  return self->maps != NULL ? self->maps->dims[2] : 1;
}

static int
get_rows (RnMapView *self)
{
  return self->maps != NULL ? self->maps->dims[1] : 1;
}

/* Returns: logical pixels to a value: whole, or less than 1 for a map that is larger than SIDE */
static double
get_zoom (RnMapView *self)
{
  const int side = MAX (get_columns (self), get_rows (self));

  return side > SIDE ? (double) SIDE / side : SIDE / side;
}

char *
rn_map_view_describe (RnMapView *self, int x, int y)
{
  g_autofree char *value = NULL;

  if (self->maps == NULL)
    return g_strdup ("");
  if (x < 0 || y < 0 || x >= get_columns (self) || y >= get_rows (self))
    {
      value = rn_format_number (self->rms);
      return g_strdup_printf (_ ("channel %d, RMS %s"), self->channel, value);
    }
  value = rn_format_number (
      (double) self->maps->data[((gsize) y * (gsize) get_columns (self) + (gsize) x) *
                                    (gsize) self->maps->dims[3] +
                                (gsize) self->channel]);
  return g_strdup_printf (_ ("channel %d, x %d, y %d: %s"), self->channel, x, y, value);
}

static void
update_readout (RnMapView *self, double x, double y)
{
  const double zoom = get_zoom (self);
  g_autofree char *text =
      rn_map_view_describe (self, (int) floor (x / zoom), (int) floor (y / zoom));

  gtk_label_set_text (GTK_LABEL (self->readout), text);
}

static void
on_leave (RnMapView *self)
{
  update_readout (self, -1.0, -1.0);
}

static void
rn_map_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnMapView *self = RN_MAP_VIEW (widget);
  const double zoom = get_zoom (self);
  const double width = get_columns (self) * zoom, height = get_rows (self) * zoom;
  cairo_t *cr;

  if (self->surface == NULL)
    return;
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  cairo_scale (cr, zoom, zoom);
  cairo_set_source_surface (cr, self->surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
  gtk_widget_snapshot_child (widget, self->readout, snapshot);
}

static void
rn_map_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnMapView *self = RN_MAP_VIEW (widget);
  const double zoom = get_zoom (self);

  gtk_widget_measure (self->readout, orientation, -1, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = MAX (*minimum, (int) ceil (get_columns (self) * zoom));
  else
    *minimum += (int) ceil (get_rows (self) * zoom) + 6;
  *natural = MAX (*minimum, *natural);
}

static void
rn_map_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnMapView *self = RN_MAP_VIEW (widget);
  const int top = (int) ceil (get_rows (self) * get_zoom (self)) + 6;

  gtk_widget_size_allocate (self->readout, &(GtkAllocation){ 0, top, width, MAX (height - top, 0) },
                            -1);
}

static void
rn_map_view_dispose (GObject *object)
{
  RnMapView *self = RN_MAP_VIEW (object);

  g_clear_pointer (&self->readout, gtk_widget_unparent);
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  G_OBJECT_CLASS (rn_map_view_parent_class)->dispose (object);
}

static void
rn_map_view_class_init (RnMapViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_map_view_dispose;
  widget_class->snapshot = rn_map_view_snapshot;
  widget_class->measure = rn_map_view_measure;
  widget_class->size_allocate = rn_map_view_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "mapview");
}

static void
rn_map_view_init (RnMapView *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->channel = -1;
  self->readout = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->readout), 0.0f);
  /* as wide as the longest read-out of a usual map: the popover does not move under the pointer */
  gtk_label_set_width_chars (GTK_LABEL (self->readout), 32);
  gtk_widget_add_css_class (self->readout, "numeric");
  gtk_widget_add_css_class (self->readout, "caption");
  gtk_widget_set_parent (self->readout, GTK_WIDGET (self));
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (update_readout), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (update_readout), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

GtkWidget *
rn_map_view_new (void)
{
  return g_object_new (RN_TYPE_MAP_VIEW, NULL);
}

int
rn_map_view_get_channel (RnMapView *self)
{
  return self->channel;
}

static cairo_surface_t *
make_surface (const RnMapPicture *picture, int channel)
{
  const int width = picture->maps->dims[2], height = picture->maps->dims[1];
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  const int stride = cairo_image_surface_get_stride (surface) / (int) sizeof (guint32);
  guint32 *pixels;

  cairo_surface_flush (surface);
  pixels = (guint32 *) (gpointer) cairo_image_surface_get_data (surface);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[(gsize) y * (gsize) stride + (gsize) x] =
          rn_map_picture_get_argb (picture, channel, x, y);
  cairo_surface_mark_dirty (surface);
  return surface;
}

void
rn_map_view_set_map (RnMapView *self, const RnMapPicture *picture, int channel)
{
  RnTensor *maps;
  g_autofree char *label = NULL;

  g_return_if_fail (RN_IS_MAP_VIEW (self) && picture != NULL);
  g_return_if_fail (channel >= 0 && channel < picture->maps->dims[3]);
  maps = rn_tensor_ref (picture->maps);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  self->maps = maps;
  self->channel = channel;
  self->rms = picture->rms[channel];
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  self->surface = make_surface (picture, channel);
  on_leave (self);
  label = g_strdup_printf (_ ("Feature map of channel %d"), channel);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  gtk_label_get_text (GTK_LABEL (self->readout)), -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
