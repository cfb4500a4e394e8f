#pragma once

#include <gtk/gtk.h>

/* Whether a person can see all of what is shown. */

/**
 * fit_check:
 * @root: (nullable): a window or a part of one, mapped and laid out
 * @faults: a line is added for each widget of which something is lost:
 *   a text that is shortened, where neither it nor what it is in says all of it in a tooltip;
 *   a line that ends in the middle of a Korean word;
 *   a place that is smaller than what the widget needs, or that sticks out of its parent's;
 *   a list or page that must be scrolled sideways.
 *
 * Returns: how many widgets were looked at
 */
guint fit_check (GtkWidget *root, GString *faults);
