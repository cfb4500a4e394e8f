#pragma once

#include <gtk/gtk.h>

#include "runs/run-list.h"

G_BEGIN_DECLS

/* A run as a row: its curve in small, what it is, how far it is, and what can be done with it. */

#define RN_TYPE_RUN_ROW (rn_run_row_get_type ())
G_DECLARE_FINAL_TYPE (RnRunRow, rn_run_row, RN, RUN_ROW, GtkWidget)

/* Signal "asked" (int RnRunWish): for something to be done with the row's run */
typedef enum
{
  RN_RUN_WISH_OPEN,
  RN_RUN_WISH_RESUME,
  RN_RUN_WISH_COMPARE, /* or no longer */
  RN_RUN_WISH_RENAME,
  RN_RUN_WISH_SHOW_FOLDER,
  RN_RUN_WISH_EVENTS, /* a file for TensorBoard */
  RN_RUN_WISH_TWIN,   /* the same without shortcuts is to be trained */
  RN_RUN_WISH_TRASH
} RnRunWish;

GtkWidget *rn_run_row_new (void);
/** @item: (nullable) */
void rn_run_row_set_item (RnRunRow *self, RnRunItem *item);
RnRunItem *rn_run_row_get_item (RnRunRow *self); /* (nullable) */
/** Whether its curves are compared; asks for nothing. */
void rn_run_row_set_compared (RnRunRow *self, gboolean is_compared);
/** Returns: (transfer full): all that it says, in one line */
char *rn_run_row_describe (RnRunRow *self);

G_END_DECLS
