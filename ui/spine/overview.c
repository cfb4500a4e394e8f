#include "spine/overview.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "spine/spine-draw.h"

#define STRIP_X_PX 7.0
#define STRIP_WIDTH_PX 10.0

struct _RnOverview
{
  GtkWidget parent_instance;

  RnSpineBody *body; /* a sibling: outlives this */
  RnSpineLayout *layout;
  guint n_specs;  /* of the body's view when it was laid out */
  GArray *pixels; /* of guint32 */
};

G_DEFINE_FINAL_TYPE (RnOverview, rn_overview, GTK_TYPE_WIDGET)

static const RnSpineView *
view_of (RnOverview *self)
{
  return rn_spine_body_get_view (self->body);
}

/* The most extreme of the blocks that have a part of pixel @y; FALSE where it is beside all */
static gboolean
value_at (RnOverview *self, int y, double *value)
{
  const RnSpineView *view = view_of (self);
  const int n = rn_spec_n_blocks (view->spec);
  const int at = rn_spine_layout_find (self->layout, y + 0.5);
  const RnRow *row = at >= 0 ? &g_array_index (self->layout->rows, RnRow, at) : NULL;
  double extremity = -2.0;

  if (row == NULL || row->n_blocks == 0 || y + 0.5 < row->y)
    return FALSE;
  /* 1 px of ground between blocks where that leaves enough of them */
  if (row->height >= 4.0 && y + 1.5 >= row->y + row->height)
    return FALSE;
  for (int i = rn_spine_layout_block_at (self->layout, y); i < n; i++)
    {
      double top, height;
      const double candidate = rn_spine_view_get_value (view, i);

      rn_spine_layout_heat_of (self->layout, i, &top, &height);
      if (top >= y + 1.0)
        break;
      if (rn_spine_scale_extremity (&view->scale, candidate) <= extremity)
        continue;
      extremity = rn_spine_scale_extremity (&view->scale, candidate);
      *value = candidate;
    }
  return extremity > -2.0;
}

/* Returns: whether any pixel has another colour than before */
static gboolean
fill_pixels (RnOverview *self)
{
  const RnSpineView *view = view_of (self);
  const guint height = (guint) MAX (gtk_widget_get_height (GTK_WIDGET (self)), 0);
  gboolean is_changed = height != self->pixels->len;
  RnPalette palette;

  rn_palette_get (GTK_WIDGET (self), &palette);
  g_array_set_size (self->pixels, height);
  for (guint y = 0; y < height; y++)
    {
      guint32 *pixel = &g_array_index (self->pixels, guint32, y);
      guint32 colour = 0;
      double value = NAN;

      if (self->layout != NULL && view->spec != NULL && value_at (self, (int) y, &value))
        {
          const GdkRGBA rgba =
              isnan (value) ? palette.track : rn_spine_scale_colour (&view->scale, &palette, value);

          colour = rn_palette_argb (&rgba);
        }
      is_changed |= colour != *pixel;
      *pixel = colour;
    }
  return is_changed;
}

static void
data_changed (RnOverview *self)
{
  if (fill_pixels (self))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lay_out (RnOverview *self)
{
  const RnSpineView *view = view_of (self);

  g_clear_pointer (&self->layout, rn_spine_layout_free);
  self->n_specs = view->n_specs;
  if (view->spec != NULL)
    self->layout =
        rn_spine_layout_new_overview (view->spec, gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Most often it was scrolled, which moves the frame alone. */
static void
view_changed (RnOverview *self)
{
  if (self->n_specs != view_of (self)->n_specs)
    {
      lay_out (self);
      fill_pixels (self);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
rn_overview_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (RN_OVERVIEW (widget));
  fill_pixels (RN_OVERVIEW (widget));
}

static void
rn_overview_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnOverview *self = RN_OVERVIEW (widget);

  GTK_WIDGET_CLASS (rn_overview_parent_class)->css_changed (widget, change);
  if (self->body != NULL)
    fill_pixels (self);
}

static void
rn_overview_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? RN_OVERVIEW_WIDTH_PX : 0;
}

/* Runs of one colour are one rectangle. */
static void
draw_strip (RnOverview *self, cairo_t *cr)
{
  const guint32 *pixels = (const guint32 *) self->pixels->data;

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (guint from = 0, to; from < self->pixels->len; from = to)
    {
      const guint32 c = pixels[from];
      const double alpha = (c >> 24) / 255.0;

      for (to = from + 1; to < self->pixels->len && pixels[to] == c; to++)
        ;
      if (c == 0)
        continue;
      cairo_set_source_rgba (cr, (c >> 16 & 0xff) / 255.0 / alpha, (c >> 8 & 0xff) / 255.0 / alpha,
                             (c & 0xff) / 255.0 / alpha, alpha);
      cairo_rectangle (cr, STRIP_X_PX, from, STRIP_WIDTH_PX, to - from);
      cairo_fill (cr);
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
}

/* Blocks that do not fit are seen however little a block has. */
static void
draw_problems (RnOverview *self, cairo_t *cr, const RnPalette *palette)
{
  const GArray *problems = view_of (self)->problems;

  rn_palette_set_source (cr, &palette->warning, 1.0);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    {
      double y, height;

      rn_spine_layout_heat_of (self->layout, g_array_index (problems, RnSpecProblem, i).at, &y,
                               &height);
      cairo_rectangle (cr, STRIP_X_PX, floor (y), STRIP_WIDTH_PX, MAX (floor (height) - 1.0, 3.0));
    }
  cairo_fill (cr);
}

static void
draw_frame (RnOverview *self, cairo_t *cr, const RnPalette *palette)
{
  const RnSpineView *view = view_of (self);
  const double all = gtk_widget_get_height (GTK_WIDGET (self));
  double from, to;

  rn_spine_body_get_visible (self->body, &from, &to);
  from = rn_spine_layout_map (view->layout, from + 0.5, self->layout);
  to = rn_spine_layout_map (view->layout, to - 0.5, self->layout);
  from = CLAMP (floor (from), 0.0, all - 4.0) + 0.75;
  to = CLAMP (ceil (to), from + 6.0, all) - 0.75;
  rn_spine_path_box (cr, 3.75, from, RN_OVERVIEW_WIDTH_PX - 7.5, to - from, 4.0);
  rn_palette_set_source (cr, &palette->text, 0.06);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 1.5);
  rn_palette_set_source (cr, &palette->dim, 1.0);
  cairo_stroke (cr);
}

static gboolean
is_all_in_view (RnOverview *self)
{
  double from, to;

  rn_spine_body_get_visible (self->body, &from, &to);
  return from <= 0.0 && to >= view_of (self)->layout->height - 1.0;
}

static void
rn_overview_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnOverview *self = RN_OVERVIEW (widget);
  const float height = (float) gtk_widget_get_height (widget);
  RnPalette palette;
  cairo_t *cr;

  if (self->layout == NULL || view_of (self)->layout == NULL || height < 8.0f)
    return;
  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0.0f, 0.0f, RN_OVERVIEW_WIDTH_PX, height));
  draw_strip (self, cr);
  draw_problems (self, cr, &palette);
  if (!is_all_in_view (self))
    draw_frame (self, cr, &palette);
  cairo_destroy (cr);
}

const guint32 *
rn_overview_get_pixels (RnOverview *self, int *n)
{
  *n = (int) self->pixels->len;
  return (const guint32 *) self->pixels->data;
}

int
rn_overview_go (RnOverview *self, double y)
{
  const RnSpineView *view = view_of (self);

  if (self->layout == NULL || view->layout == NULL)
    return -1;
  rn_spine_body_scroll_to (self->body, rn_spine_layout_map (self->layout, y, view->layout));
  return rn_spine_layout_block_at (self->layout, y);
}

static void
drag_begin (GtkGestureDrag *gesture, double x, double y, RnOverview *self)
{
  rn_overview_go (self, y);
}

static void
drag_update (GtkGestureDrag *gesture, double dx, double dy, RnOverview *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    rn_overview_go (self, y + dy);
}

static void
rn_overview_finalize (GObject *object)
{
  RnOverview *self = RN_OVERVIEW (object);

  rn_spine_layout_free (self->layout);
  g_array_unref (self->pixels);
  G_OBJECT_CLASS (rn_overview_parent_class)->finalize (object);
}

static void
rn_overview_class_init (RnOverviewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_overview_finalize;
  widget_class->measure = rn_overview_measure;
  widget_class->size_allocate = rn_overview_size_allocate;
  widget_class->snapshot = rn_overview_snapshot;
  widget_class->css_changed = rn_overview_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
rn_overview_init (RnOverview *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->pixels = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ ("The whole network: click to go there"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Overview of the network"), -1);
}

GtkWidget *
rn_overview_new (RnSpineBody *body)
{
  RnOverview *self = g_object_new (RN_TYPE_OVERVIEW, NULL);

  self->body = body;
  g_signal_connect_object (body, "data", G_CALLBACK (data_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (body, "view", G_CALLBACK (view_changed), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
