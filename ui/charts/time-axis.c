#include "charts/time-axis.h"

struct _RnTimeAxis
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RnTimeAxis, rn_time_axis, G_TYPE_OBJECT)

static void
rn_time_axis_init (RnTimeAxis *self)
{
}

static void
rn_time_axis_class_init (RnTimeAxisClass *class)
{
}

RnTimeAxis *
rn_time_axis_new (void)
{
  return g_object_new (RN_TYPE_TIME_AXIS, NULL);
}

void
rn_time_axis_set_unit (RnTimeAxis *self, RnTimeUnit unit)
{
}

RnTimeUnit
rn_time_axis_get_unit (RnTimeAxis *self)
{
  return 0;
}

void
rn_time_axis_set_epoch_steps (RnTimeAxis *self, double steps)
{
}

double
rn_time_axis_get_epoch_steps (RnTimeAxis *self)
{
  return 0;
}

void
rn_time_axis_set_stamps (RnTimeAxis *self, const RnTimeStamp *stamps, guint n)
{
}

void
rn_time_axis_add_stamp (RnTimeAxis *self, RnTimeStamp stamp)
{
}

void
rn_time_axis_set_extent (RnTimeAxis *self, gint64 last_step)
{
}

gint64
rn_time_axis_get_extent (RnTimeAxis *self)
{
  return 0;
}

void
rn_time_axis_get_range (RnTimeAxis *self, double *from, double *to)
{
}

void
rn_time_axis_set_range (RnTimeAxis *self, double from, double to)
{
}

void
rn_time_axis_zoom (RnTimeAxis *self, double around_step, double factor)
{
}

void
rn_time_axis_pan (RnTimeAxis *self, double steps)
{
}

void
rn_time_axis_reset (RnTimeAxis *self)
{
}

gboolean
rn_time_axis_is_following (RnTimeAxis *self)
{
  return 0;
}

double
rn_time_axis_to_x (RnTimeAxis *self, double step, double width)
{
  return 0;
}

double
rn_time_axis_to_step (RnTimeAxis *self, double x, double width)
{
  return 0;
}

int
rn_time_axis_get_ticks (RnTimeAxis *self, double at[RN_MAX_TICKS], char *labels[RN_MAX_TICKS])
{
  return 0;
}

const char *
rn_time_axis_get_unit_label (RnTimeAxis *self)
{
  return "";
}

void
rn_time_axis_set_hover (RnTimeAxis *self, gint64 step)
{
}

gint64
rn_time_axis_get_hover (RnTimeAxis *self)
{
  return 0;
}

void
rn_time_axis_set_cursor (RnTimeAxis *self, gint64 step)
{
}

gint64
rn_time_axis_get_cursor (RnTimeAxis *self)
{
  return 0;
}
