#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What data asks a widget to show, at most ten times a second and only while the widget is mapped. The first request
 * after a quiet time is answered at once, what comes while nobody sees it when the widget is mapped again.
 */

#define RN_THROTTLE_MS 100

typedef void (*RnThrottleFunc) (GtkWidget *widget, guint flags);

typedef struct
{
  GtkWidget *widget;
  RnThrottleFunc func;
  guint pending;
  guint timer;
} RnThrottle;

/** @func: gets all flags that were added since its last call */
void rn_throttle_init (RnThrottle *self, GtkWidget *widget, RnThrottleFunc func);
/** @flags: at least one bit */
void rn_throttle_add (RnThrottle *self, guint flags);
/** As rn_throttle_add(), but at once where the widget is mapped: for what a person waits for. */
void rn_throttle_hurry (RnThrottle *self, guint flags);
/** In the widget's dispose. */
void rn_throttle_clear (RnThrottle *self);

G_END_DECLS
