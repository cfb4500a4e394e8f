#include "charts/pace.h"

/* When the next turn is: the window's thread alone has paces */
static gint64 next_turn_us;

void
rn_pace_init (RnPace *self, GtkWidget *widget, gint64 interval_us, void (*work) (GtkWidget *widget))
{
  *self = (RnPace){ .widget = widget, .work = work, .interval_us = interval_us };
}

static void
do_work (RnPace *self)
{
  self->is_waiting = FALSE;
  self->turn_us = 0;
  self->done_us = g_get_monotonic_time ();
  self->work (self->widget);
}

static gboolean on_timeout (gpointer data);

/* Does the work, or waits until it is due, and then for its turn. */
static void
proceed (RnPace *self)
{
  const gint64 now_us = g_get_monotonic_time ();
  gint64 due_us = self->done_us + self->interval_us;

  if (self->done_us == 0)
    {
      do_work (self);
      return;
    }
  if (due_us <= now_us && self->turn_us == 0)
    {
      self->turn_us = MAX (now_us, next_turn_us);
      next_turn_us = self->turn_us + RN_PACE_TURN_US;
    }
  due_us = MAX (due_us, self->turn_us);
  if (due_us <= now_us)
    do_work (self);
  else
    self->timeout_id = g_timeout_add ((guint) ((due_us - now_us) / 1000 + 1), on_timeout, self);
}

static gboolean
on_timeout (gpointer data)
{
  RnPace *self = data;

  self->timeout_id = 0;
  proceed (self);
  return G_SOURCE_REMOVE;
}

void
rn_pace_ask (RnPace *self)
{
  self->is_waiting = TRUE;
  if (self->timeout_id == 0 && gtk_widget_get_mapped (self->widget))
    proceed (self);
}

void
rn_pace_map (RnPace *self)
{
  if (self->is_waiting)
    do_work (self);
}

void
rn_pace_unmap (RnPace *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->turn_us = 0;
}
