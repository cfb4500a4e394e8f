#pragma once

#include "charts/plot.h"

G_BEGIN_DECLS

/* A confusion matrix: a row for each true class, a column for each answer. Pointing at a cell, or the arrow keys, say what
 * it counts; a click or Return picks it, and picks nothing where it was picked before; Escape does too. Ctrl+C copies the
 * picture.
 */

#define RN_TYPE_CONFUSION (rn_confusion_get_type ())
G_DECLARE_FINAL_TYPE (RnConfusion, rn_confusion, RN, CONFUSION, RnPlot)

/* Signal "picked" (no arguments): rn_confusion_get_picked() answers otherwise. */

GtkWidget *rn_confusion_new (void);
/**
 * rn_confusion_set:
 * @names: @n of them, copied
 * @counts: `[n,n]`, copied: pictures of the class of the row that were taken for the class of the column
 * @n: 1 to 10,000; 0 shows nothing
 *
 * What was picked stays picked where there are as many classes as before.
 */
void rn_confusion_set (RnConfusion *self, const char *const *names, const int *counts, int n);
/** Returns: 0 where there is no such cell */
int rn_confusion_get_count (RnConfusion *self, int truth, int answer);
/** -1, -1 picks none. */
void rn_confusion_pick (RnConfusion *self, int truth, int answer);
/** Returns: whether a cell is picked */
gboolean rn_confusion_get_picked (RnConfusion *self, int *truth, int *answer);
/** Returns: (transfer full): "cat taken for dog: 12 of 200"; "" where there is no such cell */
char *rn_confusion_describe (RnConfusion *self, int truth, int answer);
/** The middle of a cell in the widget; FALSE where there is none */
gboolean rn_confusion_get_place (RnConfusion *self, int truth, int answer, double *x, double *y);

G_END_DECLS
