#include "charts/sparkline.h"

struct _RnSparkline
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnSparkline, rn_sparkline, GTK_TYPE_WIDGET)

static void
rn_sparkline_init (RnSparkline *self)
{
}

static void
rn_sparkline_class_init (RnSparklineClass *class)
{
}

GtkWidget *
rn_sparkline_new (void)
{
  return g_object_new (RN_TYPE_SPARKLINE, NULL);
}

void
rn_sparkline_set_values (RnSparkline *self, const float *values, guint n, const char *name)
{
}
