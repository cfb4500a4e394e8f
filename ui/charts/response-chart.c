#include "charts/response-chart.h"

struct _RnResponseChart
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnResponseChart, rn_response_chart, GTK_TYPE_WIDGET)

static void
rn_response_chart_init (RnResponseChart *self)
{
}

static void
rn_response_chart_class_init (RnResponseChartClass *class)
{
}

GtkWidget *
rn_response_chart_new (RnSelection *selection)
{
  return g_object_new (RN_TYPE_RESPONSE_CHART, NULL);
}

void
rn_response_chart_set_curve (RnResponseChart *self, int at, const char *name,
                             const RnResponsePoint *points, guint n)
{
}

void
rn_response_chart_set_sorted (RnResponseChart *self, gboolean sorted)
{
}
