#include "pages/throttle.h"

static gboolean flush_again (gpointer data);

static void
flush (RnThrottle *self)
{
  const guint flags = self->pending;

  self->pending = 0;
  self->timer = g_timeout_add (RN_THROTTLE_MS, flush_again, self);
  self->func (self->widget, flags);
}

static gboolean
flush_again (gpointer data)
{
  RnThrottle *self = data;

  self->timer = 0;
  if (self->pending != 0 && gtk_widget_get_mapped (self->widget))
    flush (self);
  return G_SOURCE_REMOVE;
}

static void
on_map (RnThrottle *self)
{
  if (self->pending != 0 && self->timer == 0)
    flush (self);
}

void
rn_throttle_init (RnThrottle *self, GtkWidget *widget, RnThrottleFunc func)
{
  *self = (RnThrottle){ .widget = widget, .func = func };
  g_signal_connect_swapped (widget, "map", G_CALLBACK (on_map), self);
}

void
rn_throttle_add (RnThrottle *self, guint flags)
{
  self->pending |= flags;
  if (self->timer == 0 && gtk_widget_get_mapped (self->widget))
    flush (self);
}

void
rn_throttle_hurry (RnThrottle *self, guint flags)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  rn_throttle_add (self, flags);
}

void
rn_throttle_clear (RnThrottle *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->widget != NULL)
    g_signal_handlers_disconnect_by_data (self->widget, self);
  self->widget = NULL;
}
