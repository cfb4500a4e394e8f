#pragma once

#include <residua/tensor.h>

#include "charts/plot.h"

G_BEGIN_DECLS

/* How the values of a tensor are distributed: the share of them in each of forty equal parts of their range. They are counted in
 * a task, the newest request only. Left and Right (Home, End) go from part to part; Ctrl+C copies the picture.
 */

#define RN_HISTOGRAM_BINS 40

/** What is counted */
typedef struct
{
  double low, high; /* of the finite values */
  double mean, std; /* population figures of the same, in double precision */
  double zeros;     /* share of all values */
  gsize n;          /* finite values */
  gsize n_odd;      /* others: NaN and infinite */
  gsize bins[RN_HISTOGRAM_BINS];
} RnHistogramCounts;

#define RN_TYPE_HISTOGRAM (rn_histogram_get_type ())
G_DECLARE_FINAL_TYPE (RnHistogram, rn_histogram, RN, HISTOGRAM, RnPlot)

/* Signal "counted" (no arguments): rn_histogram_get_counts() answers otherwise. */

GtkWidget *rn_histogram_new (void);
/** @values: (nullable): kept until they are counted */
void rn_histogram_set_values (RnHistogram *self, RnTensor *values);
/** Returns: (nullable): of the values that were counted last */
const RnHistogramCounts *rn_histogram_get_counts (RnHistogram *self);

/** Counts @values. Walks all of them twice: for a task where they are many. */
void rn_histogram_count (RnHistogramCounts *counts, const RnTensor *values);

G_END_DECLS
