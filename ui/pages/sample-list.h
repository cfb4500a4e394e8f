#pragma once

#include <gio/gio.h>

#include "pages/dataset-summary.h"

G_BEGIN_DECLS

/* One picture's place in a data set; its pixels are loaded by whoever shows it (see sample-loader.h). */

#define RN_TYPE_SAMPLE_ITEM (rn_sample_item_get_type ())
G_DECLARE_FINAL_TYPE (RnSampleItem, rn_sample_item, RN, SAMPLE_ITEM, GObject)

/** @dataset: (nullable): NULL for the sample set's scenes; @position: where it stands in its list, for the loader */
RnSampleItem *rn_sample_item_new (RnDataset *dataset, RnSplit split, int index, guint position);
/** (nullable): NULL for the sample set's scenes */
RnDataset *rn_sample_item_get_dataset (RnSampleItem *self);
RnSplit rn_sample_item_get_split (RnSampleItem *self);
int rn_sample_item_get_index (RnSampleItem *self);
/** Returns: where it stands in the list that made it */
guint rn_sample_item_get_position (RnSampleItem *self);
int rn_sample_item_get_class (RnSampleItem *self);
/** Returns: (transfer full): "boat, test 1,204" */
char *rn_sample_item_make_name (RnSampleItem *self);
/** For any thread. Returns: (transfer full): its pixels */
RnPicture *rn_sample_item_load (RnSampleItem *self, GError **error);

/* The pictures of one split, of all classes or of one, as a list whose items are made when they are asked for: a set
 * of millions costs nothing. Without a data set it lists the first scenes of the sample set, which can be drawn at once.
 */

#define RN_TYPE_SAMPLE_LIST (rn_sample_list_get_type ())
G_DECLARE_FINAL_TYPE (RnSampleList, rn_sample_list, RN, SAMPLE_LIST, GObject)

/* How many scenes stand in for the sample set while it is drawn */
#define RN_SAMPLE_LIST_PREVIEW 120

RnSampleList *rn_sample_list_new (void);
/**
 * rn_sample_list_set_dataset:
 * @dataset: (nullable)
 * @is_preview: without @dataset: whether the sample set's scenes stand in for it; the list is empty otherwise
 *
 * Another data set shows all its classes.
 */
void rn_sample_list_set_dataset (RnSampleList *self, RnDataset *dataset, gboolean is_preview);
/** Needed for a single class; until it is there, that class's list is empty. */
void rn_sample_list_set_summary (RnSampleList *self, RnDatasetSummary *summary);
/** @class: -1 for all */
void rn_sample_list_set_filter (RnSampleList *self, RnSplit split, int class);
RnDataset *rn_sample_list_get_dataset (RnSampleList *self); /* (nullable) */
int rn_sample_list_get_class (RnSampleList *self);

G_END_DECLS
