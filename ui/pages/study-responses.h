#pragma once

#include <residua/dataset.h>
#include <residua/model.h>

#include "charts/response-chart.h"

G_BEGIN_DECLS

/* Figure 7 of the paper measured: how strongly each layer of a model answers, over pictures of a data set. For a thread of its
 * own. */

/** A model to be measured, and what came of it */
typedef struct
{
  char *name;
  char *path;     /* (nullable): a file or the folder of a run; NULL where the model is given */
  GArray *points; /* of RnResponsePoint, by depth: the 3x3 layers; empty until measured */
  char *problem;  /* (nullable): why it could not be */
} RnStudyCurve;

/** @path: (nullable) */
RnStudyCurve *rn_study_curve_new (const char *name, const char *path);
RnStudyCurve *rn_study_curve_copy (const RnStudyCurve *curve);
void rn_study_curve_free (gpointer curve);
/**
 * rn_study_curve_measure:
 * @model: (nullable): where the curve has no path
 * @is_shown: whether its blocks are those of the spine: only then do points bear their ids
 * @count: pictures, from the first
 * @threads: 1 to 256; 0 for as many as there are processors
 *
 * Fills @curve's points, or its problem.
 */
void rn_study_curve_measure (RnStudyCurve *curve, RnModel *model, gboolean is_shown,
                             RnDataset *dataset, int count, int threads, RnProgressFunc progress,
                             gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnStudyCurve, rn_study_curve_free)

G_END_DECLS
