#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One measure of every block over time: rows are blocks in order, columns are measured steps. At most
 * RN_STRIP_MAX_COLUMNS; past that neighbouring columns merge by pairs (their mean), so a run of any length takes
 * bounded memory. Owned by one thread while it grows. Reference counted.
 */
#define RN_STRIP_MAX_COLUMNS 2048

typedef struct _RnStripData RnStripData;

RnStripData *rn_strip_data_new (int n_rows);
RnStripData *rn_strip_data_ref (RnStripData *self);
void rn_strip_data_unref (RnStripData *self);
/* Returns: (transfer full): one that does not grow with @self, for a task */
RnStripData *rn_strip_data_copy (const RnStripData *self);

/* @values: n_rows of them, NaN where there is none; @step: above all so far, at least 1. A NaN is left out of the mean
 * of a merged column, which is NaN where all were.
 */
void rn_strip_data_append (RnStripData *self, gint64 step, const float *values);
/* Forgets what was measured after @step, and with it a merged column that reaches beyond. */
void rn_strip_data_cut (RnStripData *self, gint64 step);

int rn_strip_data_n_rows (const RnStripData *self);
int rn_strip_data_n_columns (const RnStripData *self);
/* The steps that column @at stands for: after @from, up to @to. The first begins at 0. */
void rn_strip_data_get_span (const RnStripData *self, int at, gint64 *from, gint64 *to);
/* Returns: of how many measured steps column @at is the mean; 1 where it is what was measured at the span's end */
gint64 rn_strip_data_get_n_merged (const RnStripData *self, int at);
/* Returns: n_rows values of column @at; valid until the next append */
const float *rn_strip_data_get_column (const RnStripData *self, int at);
/* Returns: the column that has @step, -1 where none has */
int rn_strip_data_find (const RnStripData *self, gint64 step);
/* The smallest and largest finite value above zero so far; FALSE where there is none */
gboolean rn_strip_data_get_range (const RnStripData *self, double *min, double *max);
/* Returns: a number that changes whenever columns were merged or cut; while it stays, all columns but the last stay */
guint rn_strip_data_get_generation (const RnStripData *self);

/* Exchanges what the two hold: whoever has one of them sees from now on what the other held. O(1) */
void rn_strip_data_swap (RnStripData *a, RnStripData *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnStripData, rn_strip_data_unref)

G_END_DECLS
