#include "charts/norm-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/plot-frame.h"
#include "state/format.h"

struct _RnNormChart
{
  RnPlot parent_instance;

  int n;                              /* channels */
  double *figures[RN_N_NORM_FIGURES]; /* n each */
  RnAxis axis;
};

G_DEFINE_FINAL_TYPE (RnNormChart, rn_norm_chart, RN_TYPE_PLOT)

static RnPlotFrame
get_frame (RnNormChart *self, int width, int height)
{
  g_autofree char *least = rn_axis_format (&self->axis, self->axis.min);
  g_autofree char *most = rn_axis_format (&self->axis, self->axis.max);

  return rn_plot_frame (GTK_WIDGET (self), strlen (least) > strlen (most) ? least : most, width,
                        height);
}

static RnPlotFrame
get_frame_now (RnNormChart *self)
{
  return get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                    gtk_widget_get_height (GTK_WIDGET (self)));
}

static int
count (RnPlot *plot)
{
  return RN_NORM_CHART (plot)->n;
}

static int
find (RnPlot *plot, double x, double y)
{
  const RnPlotFrame frame = get_frame_now (RN_NORM_CHART (plot));

  return rn_plot_frame_find (&frame, x, y, count (plot));
}

static void
locate (RnPlot *plot, int at, double *x, double *top, double *bottom)
{
  const RnPlotFrame frame = get_frame_now (RN_NORM_CHART (plot));

  *x = rn_plot_frame_get_x (&frame, at, count (plot));
  *top = frame.y;
  *bottom = frame.y + frame.height;
}

static char *
describe (RnPlot *plot, int at)
{
  RnNormChart *self = RN_NORM_CHART (plot);
  g_autofree char *gamma = rn_format_number (self->figures[RN_NORM_GAMMA][at]);
  g_autofree char *beta = rn_format_number (self->figures[RN_NORM_BETA][at]);
  g_autofree char *mean = rn_format_number (self->figures[RN_NORM_MEAN][at]);
  g_autofree char *std = rn_format_number (self->figures[RN_NORM_DEVIATION][at]);

  return g_strdup_printf (_ ("channel %d: γ %s, β %s\nrunning mean %s, deviation %s"), at, gamma,
                          beta, mean, std);
}

static void
write_csv (RnPlot *plot, GString *text)
{
  RnNormChart *self = RN_NORM_CHART (plot);

  g_string_append (text, "channel,gamma,beta,running_mean,running_std\n");
  for (int at = 0; at < self->n; at++)
    {
      g_string_append_printf (text, "%d", at);
      for (int i = 0; i < RN_N_NORM_FIGURES; i++)
        {
          g_string_append_c (text, ',');
          rn_figure_append_number (text, self->figures[i][at]);
        }
      g_string_append_c (text, '\n');
    }
}

/* Drawing */

static void
draw_figure (RnNormChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame,
             int figure)
{
  rn_plot_frame_set_series (cr, palette, figure);
  cairo_new_path (cr);
  for (int at = 0; at < self->n; at++)
    if (isfinite (self->figures[figure][at]))
      cairo_line_to (cr, rn_plot_frame_get_x (frame, at, self->n),
                     rn_plot_frame_get_y (frame, &self->axis, self->figures[figure][at]));
    else
      cairo_new_sub_path (cr);
  cairo_stroke (cr);
}

static void
draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnNormChart *self = RN_NORM_CHART (plot);
  const char *const names[] = { "γ", "β", _ ("running mean"), _ ("deviation") };
  const RnPlotFrame frame = get_frame (self, width, height);
  const char *unit = C_ ("axis", "value");
  g_autofree int *numbers = g_new (int, MAX (self->n, 1));

  if (self->n == 0)
    return;
  for (int i = 0; i < self->n; i++)
    numbers[i] = i;
  rn_plot_frame_draw_y (&frame, cr, palette, &self->axis, rn_axis_format, unit);
  rn_plot_frame_draw_places (&frame, cr, palette, numbers, self->n);
  rn_plot_frame_draw_x_unit (&frame, cr, palette, _ ("channel"));
  rn_plot_frame_draw_names (&frame, cr, palette, unit, names, RN_N_NORM_FIGURES);
  for (int i = RN_N_NORM_FIGURES - 1; i >= 0; i--)
    draw_figure (self, cr, palette, &frame, i);
}

/* Data */

static void
clear (RnNormChart *self)
{
  for (int i = 0; i < RN_N_NORM_FIGURES; i++)
    g_clear_pointer (&self->figures[i], g_free);
  self->n = 0;
}

static gboolean
take (RnNormChart *self, RnNormFigure figure, const RnModel *model, const char *norm,
      const char *part)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", norm, part);
  g_autoptr (RnTensor) values = rn_model_get_parameter (model, name);

  if (values == NULL)
    return FALSE;
  self->n = (int) rn_tensor_count (values);
  self->figures[figure] = g_new (double, self->n);
  for (int i = 0; i < self->n; i++)
    self->figures[figure][i] =
        figure == RN_NORM_DEVIATION ? sqrt ((double) values->data[i]) : (double) values->data[i];
  return TRUE;
}

static void
fit_axis (RnNormChart *self)
{
  double low = INFINITY, high = -INFINITY;

  for (int i = 0; i < RN_N_NORM_FIGURES; i++)
    for (int at = 0; at < self->n; at++)
      if (isfinite (self->figures[i][at]))
        {
          low = MIN (low, self->figures[i][at]);
          high = MAX (high, self->figures[i][at]);
        }
  rn_axis_fit (&self->axis, low, high, FALSE);
}

gboolean
rn_norm_chart_set (RnNormChart *self, const RnModel *model, const char *name)
{
  g_return_val_if_fail (RN_IS_NORM_CHART (self), FALSE);

  clear (self);
  if (model != NULL && name != NULL &&
      !(take (self, RN_NORM_GAMMA, model, name, "weight") &&
        take (self, RN_NORM_BETA, model, name, "bias") &&
        take (self, RN_NORM_MEAN, model, name, "running_mean") &&
        take (self, RN_NORM_DEVIATION, model, name, "running_var")))
    clear (self);
  fit_axis (self);
  rn_plot_invalidate (RN_PLOT (self));
  return self->n > 0;
}

int
rn_norm_chart_n_channels (RnNormChart *self)
{
  return self->n;
}

double
rn_norm_chart_get (RnNormChart *self, RnNormFigure figure, int channel)
{
  return channel >= 0 && channel < self->n ? self->figures[figure][channel] : NAN;
}

/* The widget */

static void
rn_norm_chart_finalize (GObject *object)
{
  clear (RN_NORM_CHART (object));
  G_OBJECT_CLASS (rn_norm_chart_parent_class)->finalize (object);
}

static void
rn_norm_chart_init (RnNormChart *self)
{
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Batch-norm by channel"), -1);
}

static void
rn_norm_chart_class_init (RnNormChartClass *class)
{
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_norm_chart_finalize;
  plot->figure.name = "batch-norm";
  plot->minimum_width = 240;
  plot->minimum_height = 170;
  plot->natural_width = 400;
  plot->natural_height = 200;
  plot->count = count;
  plot->find = find;
  plot->locate = locate;
  plot->describe = describe;
  plot->draw = draw;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "normchart");
  rn_plot_class_step_by_keys (plot);
}

GtkWidget *
rn_norm_chart_new (void)
{
  return g_object_new (RN_TYPE_NORM_CHART, NULL);
}
