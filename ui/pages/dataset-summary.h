#pragma once

#include <residua/dataset.h>

G_BEGIN_DECLS

/* How the pictures of a data set are spread over its classes: counted once, in a task; then every question is O(1).
 * Reference counted, immutable.
 */
typedef struct _RnDatasetSummary RnDatasetSummary;

/** For a task: looks at every label. */
RnDatasetSummary *rn_dataset_summary_new (const RnDataset *dataset);
RnDatasetSummary *rn_dataset_summary_ref (RnDatasetSummary *self);
void rn_dataset_summary_unref (RnDatasetSummary *self);

int rn_dataset_summary_n_classes (const RnDatasetSummary *self);
int rn_dataset_summary_get_count (const RnDatasetSummary *self, RnSplit split, int class);
/** Returns: the largest count of a class in either split; at least 1 */
int rn_dataset_summary_get_most (const RnDatasetSummary *self);
/** Returns: (transfer none): the indices of @class's pictures in @split, rising. @n: (out) */
const int *rn_dataset_summary_get_indices (const RnDatasetSummary *self, RnSplit split, int class,
                                           int *n);
/** Returns: (transfer full): how balanced the training split is, in words */
char *rn_dataset_summary_describe (const RnDatasetSummary *self, const RnDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnDatasetSummary, rn_dataset_summary_unref)

G_END_DECLS
