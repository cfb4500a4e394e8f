#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Work for a widget that data asks for more often than it is worth doing: done at once where it was last done long
 * enough ago, else once that time is over; not at all while the widget is unmapped, but then when it is mapped. A field
 * of the widget, on the window's thread; it wakes nobody up while nothing is asked for.
 *
 * Those that the same data ask take turns, a frame each: drawn in one, all charts of a page would take most of the time
 * that a frame has.
 */
typedef struct
{
  GtkWidget *widget; /* its owner */
  void (*work) (GtkWidget *widget);
  gint64 interval_us;
  gint64 done_us; /* when it was last done; 0: never */
  gint64 turn_us; /* that it has taken; 0: none */
  guint timeout_id;
  gboolean is_waiting;
} RnPace;

/** The design's limits: redraws by data, and texts for assistive technology */
#define RN_PACE_DRAW_US (G_USEC_PER_SEC / 10)
#define RN_PACE_TEXT_US (5 * G_USEC_PER_SEC)

/** Of one's work to the next one's */
#define RN_PACE_TURN_US (G_USEC_PER_SEC / 60)

void rn_pace_init (RnPace *self, GtkWidget *widget, gint64 interval_us,
                   void (*work) (GtkWidget *widget));
void rn_pace_ask (RnPace *self);
/** From the widget's map(), after the parent's */
void rn_pace_map (RnPace *self);
/** From its unmap() and dispose() */
void rn_pace_unmap (RnPace *self);

G_END_DECLS
