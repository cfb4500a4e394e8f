#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Mean and standard deviation of each channel, as numbers. */

#define RN_TYPE_CHANNEL_TABLE (rn_channel_table_get_type ())
G_DECLARE_FINAL_TYPE (RnChannelTable, rn_channel_table, RN, CHANNEL_TABLE, GtkWidget)

GtkWidget *rn_channel_table_new (void);
/** @mean, @std: @n (1 or 3) of each, on the scale where white is 1 */
void rn_channel_table_set (RnChannelTable *self, int n, const float *mean, const float *std);
/** A sentence in the numbers' place: "Measuring…", or why they could not be measured */
void rn_channel_table_set_text (RnChannelTable *self, const char *text);

G_END_DECLS
