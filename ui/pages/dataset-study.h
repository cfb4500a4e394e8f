#pragma once

#include <gio/gio.h>
#include <residua/augment.h>

#include "pages/dataset-summary.h"

G_BEGIN_DECLS

/* What is found out about a data set, in tasks, one after the other: first the classes (at once), then the channels, and
 * the axes of the colours when they are wanted (both look at pixels, of a folder of photographs for minutes). */

#define RN_TYPE_DATASET_STUDY (rn_dataset_study_get_type ())
G_DECLARE_FINAL_TYPE (RnDatasetStudy, rn_dataset_study, RN, DATASET_STUDY, GObject)

/* Signal "changed": something below answers otherwise */

RnDatasetStudy *rn_dataset_study_new (void);
/** @dataset: (nullable); @side: of the input that pictures are brought to. The same again does nothing. */
void rn_dataset_study_start (RnDatasetStudy *self, RnDataset *dataset, int side);
/** Asks for the axes too, of this and later data sets. */
void rn_dataset_study_want_axes (RnDatasetStudy *self);

RnDatasetSummary *rn_dataset_study_get_summary (RnDatasetStudy *self); /* (nullable): not yet */
/** Returns: (transfer none) (nullable): not yet */
const RnPreprocess *rn_dataset_study_get_channels (RnDatasetStudy *self);
/** Returns: (transfer none) (nullable): 9 numbers; NULL: not yet, or grey */
const float *rn_dataset_study_get_axes (RnDatasetStudy *self);
/** Returns: (nullable): why the pixels could not be measured */
const char *rn_dataset_study_get_problem (RnDatasetStudy *self);

G_END_DECLS
