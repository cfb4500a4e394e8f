#include "pages/class-bar.h"

#include <glib/gi18n-lib.h>

#include "charts/axis.h"
#include "charts/palette.h"
#include "state/format.h"

#define GAP 6
#define TRAIN_HEIGHT 6
#define TEST_HEIGHT 4

struct _RnClassBar
{
  GtkWidget parent_instance;

  char *name;
  char *numbers[2];
  int counts[2];
  int most;
  int name_px;
  int number_px;
};

G_DEFINE_FINAL_TYPE (RnClassBar, rn_class_bar, GTK_TYPE_WIDGET)

static int
get_line_height (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (widget, RN_TEXT_CAPTION, "0");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

static void
measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
         int *minimum_baseline, int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = 2 * get_line_height (widget) + 4;
  else
    {
      *minimum = 120;
      *natural = 240;
    }
}

static void
draw_bar (cairo_t *cr, const RnPalette *palette, const GdkRGBA *colour, double x, double y,
          double width, double height, double share)
{
  gdk_cairo_set_source_rgba (cr, &palette->track);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, colour);
  /* whatever there is shows */
  cairo_rectangle (cr, x, y, share > 0.0 ? MAX (width * share, 1.0) : 0.0, height);
  cairo_fill (cr);
}

static void
draw_name (RnClassBar *self, cairo_t *cr, const RnPalette *palette, double width, double middle)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_BODY, self->name);
  int height;

  pango_layout_set_width (layout, (int) width * PANGO_SCALE);
  /* names of one family begin alike */
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_get_pixel_size (layout, NULL, &height);
  gdk_cairo_set_source_rgba (cr, &palette->text);
  cairo_move_to (cr, 0, middle - height / 2.0);
  pango_cairo_show_layout (cr, layout);
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnClassBar *self = RN_CLASS_BAR (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const int name_px = MIN (self->name_px, width / 3);
  const int x = name_px + 2 * GAP, bar = width - x - self->number_px - GAP;
  const double upper = height / 4.0, lower = 3.0 * height / 4.0;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  RnPalette palette;
  cairo_t *cr;

  if (self->name == NULL)
    return;
  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  draw_name (self, cr, &palette, name_px, height / 2.0);
  if (bar > 0)
    {
      draw_bar (cr, &palette, &palette.series[0], x, (int) upper, bar, TRAIN_HEIGHT,
                (double) self->counts[0] / self->most);
      draw_bar (cr, &palette, &palette.series[1], x, (int) lower - TEST_HEIGHT, bar, TEST_HEIGHT,
                (double) self->counts[1] / self->most);
    }
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, self->numbers[0], width, upper + 1, 1.0,
                &palette.text);
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, self->numbers[1], width, lower - 1, 1.0,
                &palette.series[1]);
  cairo_destroy (cr);
}

static void
rn_class_bar_init (RnClassBar *self)
{
}

static void
finalize (GObject *object)
{
  RnClassBar *self = RN_CLASS_BAR (object);

  g_free (self->name);
  g_free (self->numbers[0]);
  g_free (self->numbers[1]);
  G_OBJECT_CLASS (rn_class_bar_parent_class)->finalize (object);
}

static void
rn_class_bar_class_init (RnClassBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  widget_class->measure = measure;
  widget_class->snapshot = snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

GtkWidget *
rn_class_bar_new (void)
{
  return g_object_new (RN_TYPE_CLASS_BAR, NULL);
}

void
rn_class_bar_set (RnClassBar *self, const char *name, const int counts[2], int most, int name_px,
                  int number_px)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_CLASS_BAR (self) && most >= 1);

  g_free (self->name);
  self->name = g_strdup (name);
  for (int split = 0; split < 2; split++)
    {
      self->counts[split] = counts[split];
      g_free (self->numbers[split]);
      self->numbers[split] = rn_format_count (counts[split]);
    }
  self->most = most;
  self->name_px = name_px;
  self->number_px = number_px;
  text = g_strdup_printf (_ ("%s: %s training and %s test pictures"), name, self->numbers[0],
                          self->numbers[1]);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
