#include "charts/pace.h"

void
rn_pace_init (RnPace *self, GtkWidget *widget, gint64 interval_us, void (*work) (GtkWidget *widget))
{
  *self = (RnPace){ .widget = widget, .work = work, .interval_us = interval_us };
}

static void
do_work (RnPace *self)
{
  self->is_waiting = FALSE;
  self->done_us = g_get_monotonic_time ();
  self->work (self->widget);
}

static gboolean
on_timeout (gpointer data)
{
  RnPace *self = data;

  self->timeout_id = 0;
  do_work (self);
  return G_SOURCE_REMOVE;
}

void
rn_pace_ask (RnPace *self)
{
  gint64 left_us;

  self->is_waiting = TRUE;
  if (self->timeout_id != 0 || !gtk_widget_get_mapped (self->widget))
    return;
  left_us = self->done_us == 0 ? 0 : self->done_us + self->interval_us - g_get_monotonic_time ();
  if (left_us <= 0)
    do_work (self);
  else
    self->timeout_id = g_timeout_add ((guint) (left_us / 1000 + 1), on_timeout, self);
}

void
rn_pace_map (RnPace *self)
{
  if (self->is_waiting)
    rn_pace_ask (self);
}

void
rn_pace_unmap (RnPace *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
}
