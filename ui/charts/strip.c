#include "charts/strip.h"

struct _RnStrip
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnStrip, rn_strip, GTK_TYPE_WIDGET)

static void
rn_strip_init (RnStrip *self)
{
}

static void
rn_strip_class_init (RnStripClass *class)
{
}

GtkWidget *
rn_strip_new (RnMeasureKind kind, RnTimeAxis *time, RnSelection *selection)
{
  return g_object_new (RN_TYPE_STRIP, NULL);
}

void
rn_strip_set_data (RnStrip *self, RnStripData *data, const RnSpec *spec)
{
}

void
rn_strip_changed (RnStrip *self)
{
}

char *
rn_strip_describe (RnStrip *self, int row, gint64 step)
{
  return g_strdup ("");
}
