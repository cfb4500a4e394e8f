#pragma once

#include <gtk/gtk.h>

#include "pages/dataset-summary.h"

G_BEGIN_DECLS

/* How many pictures each class has: a bar for training above one for test, in a virtual list, and a sentence. */

#define RN_TYPE_CLASS_BALANCE (rn_class_balance_get_type ())
G_DECLARE_FINAL_TYPE (RnClassBalance, rn_class_balance, RN, CLASS_BALANCE, GtkWidget)

/* Signal "chosen" (int class): a row was clicked, or Return pressed on it */

GtkWidget *rn_class_balance_new (void);
/** Both are kept; both NULL empties it. */
void rn_class_balance_set (RnClassBalance *self, RnDataset *dataset, RnDatasetSummary *summary);
/** Returns: (transfer none): what it says of the balance */
const char *rn_class_balance_get_text (RnClassBalance *self);

G_END_DECLS
