#include "pages/map-reader.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"
#include "charts/figure.h"
#include "charts/palette.h"
#include "pages/maps.h"
#include "state/format.h"

#define SIDE 224 /* what is asked for, logical pixels */
#define HEAD 24  /* above the map in print */

struct _RnMapReader
{
  GtkWidget parent_instance;

  GtkWidget *title;
  GtkWidget *canvas;
  GtkWidget *range;
  GtkWidget *reading;
  RnTensor *maps;
  int channel;
  int row, column; /* of the cursor, -1 and -1: none */
};

G_DEFINE_FINAL_TYPE (RnMapReader, rn_map_reader, GTK_TYPE_WIDGET)

/* Where the map lies on the canvas: whole pixels for a value as long as there is room for it */
static gboolean
place (RnMapReader *self, int width, int height, double *zoom, double *x, double *y)
{
  double fit;

  if (self->maps == NULL || self->channel < 0)
    return FALSE;
  fit = MIN ((double) width / self->maps->dims[2], (double) height / self->maps->dims[1]);
  *zoom = fit >= 1.0 ? floor (fit) : fit;
  *x = floor ((width - *zoom * self->maps->dims[2]) / 2);
  *y = floor ((height - *zoom * self->maps->dims[1]) / 2);
  return *zoom > 0.0;
}

static void
draw_cursor (RnMapReader *self, cairo_t *cr, double zoom, double x, double y)
{
  if (self->row < 0)
    return;
  cairo_rectangle (cr, x + self->column * zoom - 0.5, y + self->row * zoom - 0.5, zoom + 1.0,
                   zoom + 1.0);
  cairo_set_line_width (cr, 3.0);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgba (cr, 1, 1, 1, 1);
  cairo_stroke (cr);
}

static void
draw_map (RnMapReader *self, cairo_t *cr, const RnPalette *palette, double zoom, double x, double y)
{
  cairo_surface_t *surface;
  float min, max;

  rn_maps_range (self->maps, self->channel, &min, &max);
  surface = rn_maps_surface (self->maps, self->channel,
                             MAX (fabs ((double) min), fabs ((double) max)), min < 0.0f, palette);
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, zoom, zoom);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  RnMapReader *self = data;
  RnPalette palette;
  double zoom, x, y;

  if (!place (self, width, height, &zoom, &x, &y))
    return;
  rn_palette_get (GTK_WIDGET (self), &palette);
  draw_map (self, cr, &palette, zoom, x, y);
  draw_cursor (self, cr, zoom, x, y);
}

/* As a figure: the map below what is said of it */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnMapReader *self = RN_MAP_READER (widget);
  RnPalette palette;
  double zoom, x, y;

  if (!place (self, width, height - HEAD, &zoom, &x, &y))
    return;
  rn_palette_get_for_print (&palette);
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, gtk_label_get_text (GTK_LABEL (self->title)), x,
                HEAD / 2.0, 0.0, &palette.text);
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, gtk_label_get_text (GTK_LABEL (self->range)),
                x + zoom * self->maps->dims[2], HEAD / 2.0, 1.0, &palette.dim);
  draw_map (self, cr, &palette, zoom, x, y + HEAD);
}

/* One of the maps, which nobody writes to any more */
typedef struct
{
  RnTensor *maps;
  int channel;
} Numbers;

static void
numbers_free (gpointer data)
{
  Numbers *numbers = data;

  rn_tensor_unref (numbers->maps);
  g_free (numbers);
}

/* Returns: (transfer full) (nullable) (type Numbers) */
static gpointer
copy_numbers (GtkWidget *widget)
{
  const RnMapReader *self = RN_MAP_READER (widget);
  Numbers *numbers = NULL;

  if (self->maps != NULL && self->channel >= 0)
    {
      numbers = g_new (Numbers, 1);
      *numbers = (Numbers){ rn_tensor_ref (self->maps), self->channel };
    }
  return numbers;
}

/* A line for each row of the map */
static char *
format_csv (gconstpointer data)
{
  const Numbers *numbers = data;
  const RnTensor *maps = numbers != NULL ? numbers->maps : NULL;
  GString *text = g_string_new (NULL);

  for (int i = 0; maps != NULL && i < maps->dims[1] * maps->dims[2]; i++)
    {
      rn_figure_append_number (text, (double) maps->data[(gsize) i * (gsize) maps->dims[3] +
                                                         (gsize) numbers->channel]);
      g_string_append_c (text, (i + 1) % maps->dims[2] == 0 ? '\n' : ',');
    }
  return g_string_free (text, FALSE);
}

static const RnFigure figure = { "one-map", draw_for_print, copy_numbers, format_csv,
                                 numbers_free };

/* In three digits and with a real minus */
static char *
format_value (float value)
{
  g_autofree char *size = rn_format_number (fabs ((double) value));

  return g_strdup_printf ("%s%s", value < 0.0f ? "−" : "", size);
}

static void
read_out (RnMapReader *self)
{
  g_autofree char *value = NULL, *text = NULL;
  const int width = self->maps != NULL ? self->maps->dims[2] : 0;

  if (self->row >= 0)
    {
      const gsize at = ((gsize) self->row * width + self->column) * (gsize) self->maps->dims[3];

      value = format_value (self->maps->data[at + (gsize) self->channel]);
      text = g_strdup_printf (_ ("row %d, column %d: %s"), self->row, self->column, value);
    }
  gtk_label_set_text (GTK_LABEL (self->reading), text != NULL ? text
                                                 : self->maps != NULL && self->channel >= 0
                                                     ? _ ("Point at a value to read it")
                                                     : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  gtk_label_get_text (GTK_LABEL (self->reading)), -1);
  gtk_widget_queue_draw (self->canvas);
}

void
rn_map_reader_point_at (RnMapReader *self, int row, int column)
{
  const gboolean is_inside = self->maps != NULL && self->channel >= 0 && row >= 0 && column >= 0 &&
                             row < self->maps->dims[1] && column < self->maps->dims[2];

  self->row = is_inside ? row : -1;
  self->column = is_inside ? column : -1;
  read_out (self);
}

const char *
rn_map_reader_get_reading (RnMapReader *self)
{
  return gtk_label_get_text (GTK_LABEL (self->reading));
}

static void
say_range (RnMapReader *self)
{
  g_autofree char *title = NULL, *low = NULL, *high = NULL, *range = NULL;
  float min, max;

  if (self->maps == NULL || self->channel < 0)
    {
      gtk_label_set_text (GTK_LABEL (self->title), "");
      gtk_label_set_text (GTK_LABEL (self->range), "");
      return;
    }
  rn_maps_range (self->maps, self->channel, &min, &max);
  low = format_value (min);
  high = format_value (max);
  title = g_strdup_printf (_ ("Channel %d"), self->channel);
  range = g_strdup_printf (_ ("%s to %s"), low, high);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->range), range);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
}

void
rn_map_reader_set_map (RnMapReader *self, RnTensor *maps, int channel)
{
  g_return_if_fail (RN_IS_MAP_READER (self));

  if (maps != NULL)
    rn_tensor_ref (maps);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  self->maps = maps;
  self->channel = maps != NULL && channel < maps->dims[3] ? channel : -1;
  say_range (self);
  rn_map_reader_point_at (self, self->row, self->column);
}

int
rn_map_reader_get_channel (RnMapReader *self)
{
  return self->channel;
}

static void
moved (GtkEventControllerMotion *motion, double at_x, double at_y, RnMapReader *self)
{
  double zoom, x, y;

  if (place (self, gtk_widget_get_width (self->canvas), gtk_widget_get_height (self->canvas), &zoom,
             &x, &y))
    rn_map_reader_point_at (self, (int) floor ((at_y - y) / zoom), (int) floor ((at_x - x) / zoom));
}

static void
left (GtkEventControllerMotion *motion, RnMapReader *self)
{
  rn_map_reader_point_at (self, -1, -1);
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
             RnMapReader *self)
{
  int rows = 0, columns = 0;

  if (self->maps == NULL || self->channel < 0)
    return FALSE;
  if (key == GDK_KEY_Left || key == GDK_KEY_Right)
    columns = key == GDK_KEY_Left ? -1 : 1;
  else if (key == GDK_KEY_Up || key == GDK_KEY_Down)
    rows = key == GDK_KEY_Up ? -1 : 1;
  else
    return FALSE;
  if (self->row < 0)
    rn_map_reader_point_at (self, 0, 0);
  else
    rn_map_reader_point_at (self, CLAMP (self->row + rows, 0, self->maps->dims[1] - 1),
                            CLAMP (self->column + columns, 0, self->maps->dims[2] - 1));
  return TRUE;
}

static GtkWidget *
make_label (RnMapReader *self, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, style);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static void
make_canvas (RnMapReader *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->canvas = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (self->canvas), SIDE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->canvas), SIDE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->canvas), draw, self, NULL);
  gtk_widget_set_focusable (self->canvas, TRUE);
  g_signal_connect (motion, "motion", G_CALLBACK (moved), self);
  g_signal_connect (motion, "leave", G_CALLBACK (left), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->canvas, motion);
  gtk_widget_add_controller (self->canvas, keys);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Enlarged map"), -1);
}

static void
rn_map_reader_init (RnMapReader *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->channel = self->row = self->column = -1;
  self->title = make_label (self, "caption-heading");
  self->range = make_label (self, "caption");
  gtk_widget_add_css_class (self->range, "dim-label");
  gtk_widget_set_hexpand (self->range, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->range), 1);
  self->reading = make_label (self, "caption");
  make_canvas (self);
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->range);
  gtk_widget_set_parent (head, GTK_WIDGET (self));
  gtk_widget_set_parent (self->canvas, GTK_WIDGET (self));
  gtk_widget_set_parent (self->reading, GTK_WIDGET (self));
  rn_figure_attach (GTK_WIDGET (self), &figure);
}

static void
rn_map_reader_dispose (GObject *object)
{
  RnMapReader *self = RN_MAP_READER (object);
  GtkWidget *child;

  rn_figure_detach (GTK_WIDGET (self));
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  self->channel = -1;
  G_OBJECT_CLASS (rn_map_reader_parent_class)->dispose (object);
}

static void
rn_map_reader_class_init (RnMapReaderClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_map_reader_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  rn_figure_install (widget_class);
}

GtkWidget *
rn_map_reader_new (void)
{
  GtkWidget *self = g_object_new (RN_TYPE_MAP_READER, NULL);
  GtkBoxLayout *layout = GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (layout, 6);
  return self;
}
