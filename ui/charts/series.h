#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a curve draws from: a number for every step, complete, with a pyramid of (min, max, mean) over it, so that any
 * stretch is asked for in time that does not grow with the run. Reference counted. It grows on the thread that owns it
 * (the window's, or a task's before it hands the series over); others may read a series that no longer grows.
 *
 * Memory: 10 bytes a step where every step is known alone, 30 an entry where gaps or merged entries are near; both with
 * smoothing and pyramid.
 */
typedef struct _RnSeries RnSeries;

RnSeries *rn_series_new (void);
RnSeries *rn_series_ref (RnSeries *self);
void rn_series_unref (RnSeries *self);

/* Steps @first to @last (1 or more, after all steps so far; gaps are missing) with their figures; one step has all
 * three equal. NaN is kept, drawn as missing and left out of sums. Amortised O(1).
 */
void rn_series_append (RnSeries *self, gint64 first, gint64 last, float min, float max, float mean);

/* Forgets everything after @step: a run that went back to a checkpoint. A merged entry that reaches beyond it goes as a
 * whole; the run's file knows more then.
 */
void rn_series_cut (RnSeries *self, gint64 step);

/* Returns: entries, merged ones counted once */
gsize rn_series_n (const RnSeries *self);
gint64 rn_series_first_step (const RnSeries *self); /* 0 where it is empty */
gint64 rn_series_last_step (const RnSeries *self);
/* Returns: whether some entry stands for several steps, so that the run's file knows more */
gboolean rn_series_is_merged (const RnSeries *self);
/* In bytes; what copies share is counted in each */
gsize rn_series_memory (const RnSeries *self);

typedef struct
{
  gint64 first; /* steps, both included */
  gint64 last;
  float min;
  float max;
  float mean;
  float smooth; /* NaN until it was computed */
} RnSeriesEntry;

/* @at: 0 to rn_series_n() - 1. O(1) */
void rn_series_get_entry (const RnSeries *self, gsize at, RnSeriesEntry *entry);
/* Returns: the first entry that ends at @step or later; rn_series_n() where none does. O(log n) */
gsize rn_series_find (const RnSeries *self, gint64 step);

typedef struct
{
  float min;
  float max;
  float mean;   /* each step counts once */
  float smooth; /* debiased exponential mean at the column's end; NaN until it was computed */
  gint64 last;  /* the newest step in the column; 0 where the column is empty */
} RnColumn;

/* Columns of equal width from step @x0 to @x1 (real numbers, x0 < x1): column i has the steps in
 * (x0 + i w, x0 + (i + 1) w]; a merged entry is in every column that has one of its steps. O(n_columns x log n).
 */
void rn_series_get_columns (const RnSeries *self, double x0, double x1, int n_columns,
                            RnColumn *columns);

/* The entry at @step, or the nearest before it. Returns: FALSE where there is none */
gboolean rn_series_lookup (const RnSeries *self, gint64 step, RnColumn *entry);

/* Debiased exponential smoothing, over the full data: s = (1 - w) sum w^(t-i) y_i / (1 - w^t), 0 <= w < 1, where t
 * counts the steps that have a number. What is appended later goes on by itself. The weight that smooths now is
 * remembered; O(n).
 */
void rn_series_smooth (RnSeries *self, double weight);
/* Returns: -1 before the first smoothing */
double rn_series_get_weight (const RnSeries *self);

/* Returns: (transfer full): a copy that no longer grows, for a task to smooth or to write out. It shares the numbers:
 * O(n / 4096).
 */
RnSeries *rn_series_copy (const RnSeries *self);
/* Takes the smoothing that a task has computed on an earlier copy of this series, and goes on from there. */
void rn_series_adopt_smoothing (RnSeries *self, const RnSeries *from);

/* Exchanges what the two hold, smoothing included: whoever has one of them sees from now on what the other held. O(1) */
void rn_series_swap (RnSeries *a, RnSeries *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSeries, rn_series_unref)

G_END_DECLS
