#include "charts/curve-chart.h"

struct _RnCurveChart
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnCurveChart, rn_curve_chart, GTK_TYPE_WIDGET)

static void
rn_curve_chart_init (RnCurveChart *self)
{
}

static void
rn_curve_chart_class_init (RnCurveChartClass *class)
{
}

GtkWidget *
rn_curve_chart_new (const char *title, const char *unit, RnTimeAxis *time)
{
  return g_object_new (RN_TYPE_CURVE_CHART, NULL);
}

int
rn_curve_chart_add_line (RnCurveChart *self, const char *name, RnSeries *series, int colour,
                         gboolean dashed)
{
  return 0;
}

void
rn_curve_chart_set_dots (RnCurveChart *self, int line, const RnDot *dots, guint n)
{
}

void
rn_curve_chart_set_marks (RnCurveChart *self, const RnChartMark *marks, guint n)
{
}

void
rn_curve_chart_clear (RnCurveChart *self)
{
}

void
rn_curve_chart_changed (RnCurveChart *self)
{
}

void
rn_curve_chart_set_empty_text (RnCurveChart *self, const char *text)
{
}

char *
rn_curve_chart_describe (RnCurveChart *self, gint64 step)
{
  return g_strdup ("");
}

void
rn_curve_chart_save_async (RnCurveChart *self, GFile *file, RnFigureFormat format,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
}

gboolean
rn_curve_chart_save_finish (RnCurveChart *self, GAsyncResult *result, GError **error)
{
  return 0;
}

void
rn_curve_chart_copy (RnCurveChart *self)
{
}
