#include "charts/lesion-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "charts/lesion-private.h"
#include "charts/overlay.h"
#include "state/format.h"

G_DEFINE_FINAL_TYPE (RnLesionChart, rn_lesion_chart, GTK_TYPE_WIDGET)

static void
invalidate (RnLesionChart *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static RnLesionPlace *
get_place (RnLesionChart *self, int at)
{
  return at >= 0 && at < (int) self->places->len ? &g_array_index (self->places, RnLesionPlace, at)
                                                 : NULL;
}

static RnLesionFrame
get_frame (RnLesionChart *self)
{
  return rn_lesion_get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                              gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Words */

char *
rn_lesion_chart_describe (RnLesionChart *self, int at)
{
  const RnLesionPlace *place = get_place (self, at);
  g_autofree char *mean = NULL, *low = NULL, *high = NULL;

  if (place == NULL || place->n == 0)
    return g_strdup ("");
  mean = rn_format_percent (place->sum / place->n);
  low = rn_format_percent (place->low);
  high = rn_format_percent (place->high);
  if (self->plot == RN_LESION_MANY)
    return g_strdup_printf (ngettext ("%d random block off: %s wrong, %s to %s",
                                      "%d random blocks off: %s wrong, %s to %s", place->number),
                            place->number, mean, low, high);
  if (place->changes_shape)
    return g_strdup_printf (_ ("block %d, which changes the shape: %s wrong without it"),
                            place->number, mean);
  return g_strdup_printf (_ ("block %d: %s wrong without it"), place->number, mean);
}

/* The worst place */
static void
say_summary (RnLesionChart *self)
{
  g_autofree char *text = NULL;
  int worst = -1;

  for (int at = 0; at < (int) self->places->len; at++)
    {
      const RnLesionPlace *place = get_place (self, at);
      const RnLesionPlace *before = get_place (self, worst);

      if (place->n > 0 && (before == NULL || place->sum / place->n > before->sum / before->n))
        worst = at;
    }
  text = rn_lesion_chart_describe (self, worst);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

/* Pointer and keys */

static int
find (RnLesionChart *self, double x)
{
  const RnLesionFrame frame = get_frame (self);
  const int n = (int) self->places->len;

  if (n == 0 || x < frame.x - 12.0 || x > frame.x + frame.width + 12.0)
    return -1;
  return n == 1 ? 0 : (int) CLAMP (round ((x - frame.x) / frame.width * (n - 1)), 0.0, n - 1.0);
}

static void
on_motion (RnLesionChart *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
  self->has_pointer = TRUE;
  self->hover = find (self, x);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (RnLesionChart *self)
{
  self->has_pointer = FALSE;
  self->hover = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
choose (RnLesionChart *self, int at)
{
  const RnLesionPlace *place = get_place (self, at);

  if (place != NULL && place->block != 0 && self->selection != NULL)
    rn_selection_select (self->selection, RN_PART_BLOCK, place->block, NULL);
}

static void
on_pressed (RnLesionChart *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  choose (self, find (self, x));
}

/* Arguments: by how many places; beyond all of them is to the end */
static gboolean
move (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnLesionChart *self = RN_LESION_CHART (widget);
  const int n = (int) self->places->len;
  int by;

  if (n == 0)
    return FALSE;
  g_variant_get (arguments, "(i)", &by);
  self->has_pointer = FALSE;
  self->hover = CLAMP ((self->hover >= 0 ? self->hover : by > 0 ? -1 : n) + by, 0, n - 1);
  choose (self, self->hover);
  gtk_widget_queue_draw (widget);
  return TRUE;
}

/* The widget */

static void
snapshot_hover (RnLesionChart *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  const RnLesionFrame frame = get_frame (self);
  const double x = rn_lesion_get_x (self, &frame, self->hover);
  g_autofree char *text = rn_lesion_chart_describe (self, self->hover);

  if (*text == '\0')
    return;
  rn_overlay_line (snapshot, GTK_WIDGET (self), &palette->dim, palette, 1, x, frame.y,
                   frame.y + frame.height);
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text, x,
                   self->has_pointer ? self->pointer_y : frame.y + frame.height / 2.0);
}

static void
rn_lesion_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnLesionChart *self = RN_LESION_CHART (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (self->base == NULL)
    {
      GtkSnapshot *own = gtk_snapshot_new ();
      cairo_t *cr = gtk_snapshot_append_cairo (own, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                         (float) height));

      rn_lesion_draw (self, cr, &palette, width, height);
      cairo_destroy (cr);
      self->base = gtk_snapshot_free_to_node (own);
    }
  if (self->base != NULL)
    gtk_snapshot_append_node (snapshot, self->base);
  snapshot_hover (self, snapshot, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_lesion_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 180;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 400 : 240;
}

static void
rn_lesion_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&RN_LESION_CHART (widget)->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_lesion_chart_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_lesion_chart_parent_class)->css_changed (widget, change);
  invalidate (RN_LESION_CHART (widget));
}

static void
rn_lesion_chart_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_lesion_chart_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
rn_lesion_chart_dispose (GObject *object)
{
  RnLesionChart *self = RN_LESION_CHART (object);

  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (rn_lesion_chart_parent_class)->dispose (object);
}

static void
rn_lesion_chart_finalize (GObject *object)
{
  g_array_unref (RN_LESION_CHART (object)->places);
  G_OBJECT_CLASS (rn_lesion_chart_parent_class)->finalize (object);
}

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  rn_lesion_draw (RN_LESION_CHART (widget), cr, &palette, width, height);
}

/* Returns: (transfer full) (type GString) */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnLesionChart *self = RN_LESION_CHART (widget);
  GString *text =
      g_string_new (self->plot == RN_LESION_EACH ? "block,mean,low,high\n" : "off,mean,low,high\n");

  for (int at = 0; at < (int) self->places->len; at++)
    {
      double values[3];

      if (!rn_lesion_chart_get (self, at, &values[0], &values[1], &values[2]))
        continue;
      g_string_append_printf (text, "%d", get_place (self, at)->number);
      for (int i = 0; i < 3; i++)
        {
          char number[G_ASCII_DTOSTR_BUF_SIZE];

          g_string_append_printf (text, ",%s",
                                  g_ascii_formatd (number, sizeof number, "%.9g", values[i]));
        }
      g_string_append_c (text, '\n');
    }
  return text;
}

static const RnFigure figure = { "lesions", draw_for_print, copy_numbers, rn_figure_format_text,
                                 rn_figure_free_text };

static void
rn_lesion_chart_init (RnLesionChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *press = gtk_gesture_click_new ();

  self->places = g_array_new (FALSE, TRUE, sizeof (RnLesionPlace));
  self->hover = -1;
  self->whole = NAN;
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  rn_figure_attach (GTK_WIDGET (self), &figure);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
}

static void
rn_lesion_chart_class_init (RnLesionChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_lesion_chart_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lesion_chart_finalize;
  widget_class->snapshot = rn_lesion_chart_snapshot;
  widget_class->measure = rn_lesion_chart_measure;
  widget_class->size_allocate = rn_lesion_chart_size_allocate;
  widget_class->css_changed = rn_lesion_chart_css_changed;
  widget_class->state_flags_changed = rn_lesion_chart_state_flags_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "lesionchart");
  rn_figure_install (widget_class);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move, "(i)", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move, "(i)", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, move, "(i)", -G_MAXINT / 2);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, move, "(i)", G_MAXINT / 2);
}

GtkWidget *
rn_lesion_chart_new (RnLesionPlot plot, RnSelection *selection)
{
  RnLesionChart *self = g_object_new (RN_TYPE_LESION_CHART, NULL);

  self->plot = plot;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  plot == RN_LESION_EACH ? _ ("Error without each block")
                                                         : _ ("Error without random blocks"),
                                  -1);
  if (selection != NULL)
    {
      self->selection = g_object_ref (selection);
      g_signal_connect_object (selection, "changed", G_CALLBACK (invalidate), self,
                               G_CONNECT_SWAPPED);
    }
  return GTK_WIDGET (self);
}

/* Data */

static void
add_blocks (RnLesionChart *self, const RnSpec *spec)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      const int before =
          i > 0 ? rn_spec_get_block (spec, i - 1)->channels : rn_spec_get_stem_channels (spec);
      const RnLesionPlace place = { .number = i + 1,
                                    .block = block->id,
                                    .changes_shape =
                                        block->stride != 1 || block->channels != before };

      if (!rn_block_kind_is_plain (block->kind))
        g_array_append_val (self->places, place);
    }
}

static RnLesionPlace *
find_number (RnLesionChart *self, int number)
{
  for (int at = 0; at < (int) self->places->len; at++)
    if (get_place (self, at)->number == number)
      return get_place (self, at);
  return NULL;
}

static void
take (RnLesionChart *self, const RnStudyPoint *point, double error)
{
  RnLesionPlace *place;

  if (self->plot == RN_LESION_EACH)
    place = point->block >= 0 ? find_number (self, point->block + 1) : NULL;
  else
    {
      if (point->block >= 0)
        return;
      place = find_number (self, point->n_off);
      if (place == NULL)
        {
          g_array_set_size (self->places, self->places->len + 1);
          place = get_place (self, (int) self->places->len - 1);
          place->number = point->n_off;
        }
    }
  if (place == NULL)
    return;
  place->low = place->n > 0 ? MIN (place->low, error) : error;
  place->high = place->n > 0 ? MAX (place->high, error) : error;
  place->sum += error;
  place->n++;
}

void
rn_lesion_chart_set (RnLesionChart *self, const RnSpec *spec, const RnStudyPoint *points, guint n,
                     int n_pictures)
{
  double most = 0.0;

  g_return_if_fail (RN_IS_LESION_CHART (self));

  g_array_set_size (self->places, 0);
  self->whole = NAN;
  if (spec != NULL && self->plot == RN_LESION_EACH)
    add_blocks (self, spec);
  for (guint i = 0; spec != NULL && n_pictures > 0 && i < n; i++)
    {
      const double error = (double) points[i].wrong / n_pictures;

      if (points[i].n_off == 0)
        self->whole = error;
      take (self, &points[i], error);
      most = MAX (most, error);
    }
  rn_axis_fit (&self->axis, 0.0, most > 0.0 ? most : 1.0, FALSE);
  if (self->hover >= (int) self->places->len)
    self->hover = -1;
  say_summary (self);
  invalidate (self);
}

int
rn_lesion_chart_count (RnLesionChart *self)
{
  return (int) self->places->len;
}

gboolean
rn_lesion_chart_get (RnLesionChart *self, int at, double *mean, double *low, double *high)
{
  const RnLesionPlace *place = get_place (self, at);

  if (place == NULL || place->n == 0)
    return FALSE;
  *mean = place->sum / place->n;
  *low = place->low;
  *high = place->high;
  return TRUE;
}

gboolean
rn_lesion_chart_get_place (RnLesionChart *self, int at, double *x, double *y)
{
  const RnLesionFrame frame = get_frame (self);
  const RnLesionPlace *place = get_place (self, at);

  if (place == NULL || place->n == 0)
    return FALSE;
  *x = rn_lesion_get_x (self, &frame, at);
  *y = rn_lesion_get_y (self, &frame, place->sum / place->n);
  return TRUE;
}
