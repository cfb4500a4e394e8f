#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Two widgets side by side where there is room, one below the other where there is not. Below each other in too little
 * height, the first gives way down to its least. */

#define RN_TYPE_PAIR (rn_pair_get_type ())
G_DECLARE_FINAL_TYPE (RnPair, rn_pair, RN, PAIR, GtkWidget)

/** @share: of the width for @first when they are side by side, 0 to 1; @threshold: that begins at this width, pixels */
GtkWidget *rn_pair_new (GtkWidget *first, GtkWidget *second, double share, int threshold);
/** Side by side, @first gets at most @width pixels however much room there is; G_MAXINT at first. */
void rn_pair_set_most_first (RnPair *self, int width);

G_END_DECLS
