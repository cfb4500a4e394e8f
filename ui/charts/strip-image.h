#pragma once

#include <gtk/gtk.h>

#include "charts/strip-data.h"
#include "charts/strip-scale.h"
#include "charts/time-axis.h"

G_BEGIN_DECLS

/* The heat of a strip as one picture in device pixels. New columns are painted into it as data comes; it is painted
 * anew when place, size, range or colours change. Where nothing was measured yet it is transparent; NaN is hatched.
 */
typedef struct
{
  cairo_surface_t *surface; /* (nullable), its device scale set */
  int width, height;        /* device pixels */
  guint64 n_painted;        /* pixel columns painted so far, all in all */

  /* what it shows */
  int device_scale;
  int n_columns; /* of the data */
  const RnStripData *data;
  guint generation, serial;
  double from, to;
  RnTimeUnit unit;
} RnStripImage;

/** What to show, in a plot of @width x @height logical pixels */
typedef struct
{
  const RnStripData *data;
  const gboolean *stage_ends; /* [n_rows]: whether a line of 1 px is left free below */
  RnTimeAxis *time;
  const RnStripScale *scale;
  int width, height, device_scale;
} RnStripContent;

/** Brings the picture up to date. @self: zeros at first */
void rn_strip_image_update (RnStripImage *self, const RnStripContent *content);
void rn_strip_image_clear (RnStripImage *self);

/** Where row @row of @n begins in a plot @height device pixels high; that of row @n is @height. */
int rn_strip_row_top (int row, int n, int height);
/** Returns: the row at @y, 0 to @n - 1, the first where several share the pixel */
int rn_strip_row_at (int y, int n, int height);

G_END_DECLS
