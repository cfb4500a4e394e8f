#include "charts/lab-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "charts/lab-plot.h"
#include "charts/overlay.h"
#include "charts/pace.h"
#include "state/format.h"

#define KEY_STEPS 40 /* by which the keys cross an axis that has no points yet */

struct _RnLabChart
{
  GtkWidget parent_instance;

  RnExperiment *experiment;
  RnLabResults *results; /* (nullable): whose figure is drawn */
  RnLabPlot plot;
  char *title;
  char *empty_text;
  gboolean is_fitted;
  GskRenderNode *base; /* (nullable): all but what follows the pointer */
  guint n_drawn;
  RnPace draw_pace;
  RnPace text_pace;
  double readout; /* x of the figure; NaN: none */
  gboolean has_pointer;
  double pointer_y;
};

G_DEFINE_FINAL_TYPE (RnLabChart, rn_lab_chart, GTK_TYPE_WIDGET)

static void
invalidate (GtkWidget *widget)
{
  g_clear_pointer (&RN_LAB_CHART (widget)->base, gsk_render_node_unref);
  gtk_widget_queue_draw (widget);
}

static void
refresh (GtkWidget *widget)
{
  RnLabChart *self = RN_LAB_CHART (widget);

  rn_lab_plot_fit (&self->plot, self->is_fitted);
  self->is_fitted = rn_lab_plot_has_data (&self->plot);
  invalidate (widget);
}

static RnLabFrame
get_frame (RnLabChart *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return rn_lab_plot_get_frame (&self->plot, gtk_widget_get_pango_context (widget),
                                gtk_widget_get_width (widget), gtk_widget_get_height (widget));
}

/* Words */

char *
rn_lab_chart_describe (RnLabChart *self, double x)
{
  g_return_val_if_fail (RN_IS_LAB_CHART (self), NULL);

  return rn_lab_plot_describe (&self->plot, x);
}

/* Returns: (transfer full): the arms' numbers at their ends */
static char *
summarize (RnLabChart *self)
{
  const RnLabFigure *figure = self->plot.figure;
  GString *text = g_string_new (NULL);

  for (guint i = 0; figure != NULL && i < figure->series->len; i++)
    {
      const RnLabSeries *series = figure->series->pdata[i];
      g_autofree char *value = NULL;

      if (series->n == 0)
        continue;
      value = figure->y_is_share ? rn_format_percent (series->mean[series->n - 1])
                                 : rn_format_number (series->mean[series->n - 1]);
      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "", series->label, value);
    }
  if (text->len == 0)
    g_string_append (text, self->empty_text);
  return g_string_free (text, FALSE);
}

static void
update_summary (GtkWidget *widget)
{
  g_autofree char *text = summarize (RN_LAB_CHART (widget));

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
}

/* Pointer and keys */

/* Returns: the value of x under the pixel @at, NaN outside of the plot */
static double
find_x (RnLabChart *self, double at)
{
  const RnLabFrame frame = get_frame (self);
  const double share = (at - frame.x) / frame.width;

  if (share < -0.05 || share > 1.05)
    return NAN;
  return self->plot.x_min + CLAMP (share, 0.0, 1.0) * (self->plot.x_max - self->plot.x_min);
}

static void
on_motion (RnLabChart *self, double x, double y)
{
  self->has_pointer = TRUE;
  self->pointer_y = y;
  self->readout = find_x (self, x);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (RnLabChart *self)
{
  self->has_pointer = FALSE;
  self->readout = NAN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_pressed (RnLabChart *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* Returns: what the keys move by: from one point to the next of the longest series, at least a fortieth of the axis */
static double
get_key_step (RnLabChart *self)
{
  const RnLabFigure *figure = self->plot.figure;
  const double range = self->plot.x_max - self->plot.x_min;
  int n = 0;

  for (guint i = 0; figure != NULL && i < figure->series->len; i++)
    n = MAX (n, ((const RnLabSeries *) figure->series->pdata[i])->n);
  return range / CLAMP (n - 1, 1, KEY_STEPS);
}

/* Arguments: by how many steps; beyond all of them is to the end */
static gboolean
move (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnLabChart *self = RN_LAB_CHART (widget);
  const double step = get_key_step (self);
  double from = self->readout;
  int by;

  if (!rn_lab_plot_has_data (&self->plot))
    return FALSE;
  g_variant_get (arguments, "(i)", &by);
  if (isnan (from))
    from = by > 0 ? self->plot.x_min - step : self->plot.x_max + step;
  self->has_pointer = FALSE;
  self->readout = CLAMP (from + by * step, self->plot.x_min, self->plot.x_max);
  gtk_widget_queue_draw (widget);
  return TRUE;
}

/* The widget */

static void
snapshot_readout (RnLabChart *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  const RnLabFrame frame = get_frame (self);
  g_autofree char *text = NULL;
  double x;

  if (isnan (self->readout))
    return;
  text = rn_lab_plot_describe (&self->plot, self->readout);
  if (*text == '\0')
    return;
  x = rn_lab_plot_get_x (&self->plot, &frame, self->readout);
  rn_overlay_line (snapshot, GTK_WIDGET (self), &palette->dim, palette, 1, x, frame.y,
                   frame.y + frame.height);
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text, x,
                   self->has_pointer ? self->pointer_y : frame.y + frame.height / 2.0);
}

static void
draw_empty (RnLabChart *self, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  g_autoptr (PangoLayout) layout =
      rn_text_layout (GTK_WIDGET (self), RN_TEXT_BODY, self->empty_text);
  int text_height;

  pango_layout_set_width (layout, MAX (width - 24, 1) * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  rn_palette_set_source (cr, &palette->dim, 1.0);
  cairo_move_to (cr, 12.0, round ((height - text_height) / 2.0));
  pango_cairo_show_layout (cr, layout);
}

static void
draw_base (RnLabChart *self, const RnPalette *palette, int width, int height)
{
  GtkSnapshot *own = gtk_snapshot_new ();
  cairo_t *cr = gtk_snapshot_append_cairo (own, &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width,
                                                                     (float) height));

  self->n_drawn++;
  if (rn_lab_plot_has_data (&self->plot))
    rn_lab_plot_draw (&self->plot, cr, gtk_widget_get_pango_context (GTK_WIDGET (self)), palette,
                      gtk_widget_get_scale_factor (GTK_WIDGET (self)), width, height);
  else
    draw_empty (self, cr, palette, width, height);
  cairo_destroy (cr);
  self->base = gtk_snapshot_free_to_node (own);
}

static void
rn_lab_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnLabChart *self = RN_LAB_CHART (widget);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (self->base == NULL)
    draw_base (self, &palette, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  if (self->base != NULL)
    gtk_snapshot_append_node (snapshot, self->base);
  snapshot_readout (self, snapshot, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_lab_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 180;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 400 : 240;
}

static void
rn_lab_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&RN_LAB_CHART (widget)->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_lab_chart_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_lab_chart_parent_class)->css_changed (widget, change);
  invalidate (widget);
}

static void
rn_lab_chart_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_lab_chart_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
rn_lab_chart_map (GtkWidget *widget)
{
  RnLabChart *self = RN_LAB_CHART (widget);

  GTK_WIDGET_CLASS (rn_lab_chart_parent_class)->map (widget);
  rn_pace_map (&self->draw_pace);
  rn_pace_map (&self->text_pace);
}

static void
rn_lab_chart_unmap (GtkWidget *widget)
{
  RnLabChart *self = RN_LAB_CHART (widget);

  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  GTK_WIDGET_CLASS (rn_lab_chart_parent_class)->unmap (widget);
}

static void
rn_lab_chart_dispose (GObject *object)
{
  RnLabChart *self = RN_LAB_CHART (object);

  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->base, gsk_render_node_unref);
  for (int arm = 0; arm < RN_LAB_MAX_ARMS; arm++)
    g_clear_object (&self->plot.lives[arm].record);
  self->plot.figure = NULL;
  g_clear_pointer (&self->results, rn_lab_results_unref);
  G_OBJECT_CLASS (rn_lab_chart_parent_class)->dispose (object);
}

static void
rn_lab_chart_finalize (GObject *object)
{
  RnLabChart *self = RN_LAB_CHART (object);

  g_clear_pointer (&self->experiment, rn_experiment_unref);
  g_free (self->title);
  g_free (self->empty_text);
  G_OBJECT_CLASS (rn_lab_chart_parent_class)->finalize (object);
}

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  rn_lab_plot_draw (&RN_LAB_CHART (widget)->plot, cr, gtk_widget_get_pango_context (widget),
                    &palette, 1.0, width, height);
}

/* Returns: (transfer full) (type GString) */
static gpointer
copy_numbers (GtkWidget *widget)
{
  return rn_lab_plot_to_csv (&RN_LAB_CHART (widget)->plot);
}

static const RnFigure figure = { "experiment", draw_for_print, copy_numbers, rn_figure_format_text,
                                 rn_figure_free_text };

static void
rn_lab_chart_init (RnLabChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *press = gtk_gesture_click_new ();

  self->readout = NAN;
  self->empty_text = g_strdup (_ ("Drawn while the networks train."));
  rn_pace_init (&self->draw_pace, GTK_WIDGET (self), RN_PACE_DRAW_US, refresh);
  rn_pace_init (&self->text_pace, GTK_WIDGET (self), RN_PACE_TEXT_US, update_summary);
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
rn_lab_chart_class_init (RnLabChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_lab_chart_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lab_chart_finalize;
  widget_class->snapshot = rn_lab_chart_snapshot;
  widget_class->measure = rn_lab_chart_measure;
  widget_class->size_allocate = rn_lab_chart_size_allocate;
  widget_class->css_changed = rn_lab_chart_css_changed;
  widget_class->state_flags_changed = rn_lab_chart_state_flags_changed;
  widget_class->map = rn_lab_chart_map;
  widget_class->unmap = rn_lab_chart_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "labchart");
  rn_figure_install (widget_class);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move, "(i)", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move, "(i)", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, move, "(i)", -G_MAXINT / 2);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, move, "(i)", G_MAXINT / 2);
}

GtkWidget *
rn_lab_chart_new (RnExperiment *experiment, RnLabFigureKind kind, const char *title)
{
  RnLabChart *self = g_object_new (RN_TYPE_LAB_CHART, NULL);

  self->experiment = rn_experiment_ref (experiment);
  self->plot.experiment = experiment;
  self->plot.kind = kind;
  self->title = g_strdup (title);
  rn_lab_plot_fit (&self->plot, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  rn_pace_ask (&self->text_pace);
  return GTK_WIDGET (self);
}

void
rn_lab_chart_set_results (RnLabChart *self, RnLabResults *results, int at, double steps)
{
  g_return_if_fail (RN_IS_LAB_CHART (self));

  if (results != NULL)
    rn_lab_results_ref (results);
  g_clear_pointer (&self->results, rn_lab_results_unref);
  self->results = results;
  self->plot.figure = results != NULL ? rn_lab_results_get_figure (results, at) : NULL;
  self->plot.steps = steps;
  self->is_fitted = FALSE;
  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

void
rn_lab_chart_set_live (RnLabChart *self, int arm, RnRecord *record, gint64 offset)
{
  g_return_if_fail (RN_IS_LAB_CHART (self));
  g_return_if_fail (arm >= 0 && arm < RN_LAB_MAX_ARMS);

  g_set_object (&self->plot.lives[arm].record, record);
  self->plot.lives[arm].offset = offset;
  rn_pace_ask (&self->draw_pace);
}

void
rn_lab_chart_changed (RnLabChart *self)
{
  g_return_if_fail (RN_IS_LAB_CHART (self));

  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

void
rn_lab_chart_set_empty_text (RnLabChart *self, const char *text)
{
  g_return_if_fail (RN_IS_LAB_CHART (self));

  if (g_strcmp0 (self->empty_text, text) == 0)
    return;
  g_free (self->empty_text);
  self->empty_text = g_strdup (text);
  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

guint
rn_lab_chart_n_drawn (RnLabChart *self)
{
  return self->n_drawn;
}
