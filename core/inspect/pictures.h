#pragma once

#include "residua/augment.h"
#include "residua/dataset.h"

/* Pictures of a data set as a network sees them. */

/* x[i] = the single view of picture @indices[i], normalised       x [n,side,side,channels]
 *
 * @cancel: (nullable): looked at before each, as decoding large pictures takes longer than whoever cancels wants to wait
 */
gboolean rn_pictures_load (float *x, const RnPreprocess *preprocess, RnDataset *dataset,
                           RnSplit split, const int *indices, int n, const int *cancel,
                           GError **error);

/* Whether a model of @preprocess and @classes can be asked about these pictures at all: RN_ERROR_DATA, RN_ERROR_SHAPE */
gboolean rn_pictures_check (const RnPreprocess *preprocess, int classes, RnDataset *dataset,
                            RnSplit split, GError **error);
