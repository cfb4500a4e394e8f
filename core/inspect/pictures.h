#pragma once

#include "residua/augment.h"
#include "residua/dataset.h"
#include "residua/model.h"

/* Pictures of a data set as a network sees them. */

/* x[i] = the single view of picture @indices[i], normalised       x [n,side,side,channels]
 *
 * @cancel: (nullable): looked at before each, as decoding large pictures takes longer than whoever cancels wants to wait
 */
gboolean rn_pictures_load (float *x, const RnPreprocess *preprocess, RnDataset *dataset,
                           RnSplit split, const int *indices, int n, const int *cancel,
                           GError **error);

/* Whether @model can be asked about these pictures, and which of its classes each of the data set's is: that of the same name.
 * Where a model names none, or not one of theirs and there are as many, it is that of the same number.
 *
 * Returns: (transfer full): a class of the model for each of the data set; NULL with RN_ERROR_DATA, RN_ERROR_SHAPE
 */
int *rn_pictures_match (const RnModel *model, RnDataset *dataset, RnSplit split, GError **error);
