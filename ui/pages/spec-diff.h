#pragma once

#include <residua/cost.h>

#include "state/selection.h"

G_BEGIN_DECLS

/* Two networks side by side: what each costs, and which parts differ. */

typedef struct
{
  RnPart part; /* stem, block or head */
  int at
      [2]; /* its index in each network's blocks, -1 where it has none here; 0 for stem and head */
  gboolean differs; /* in what it does or costs, or that only one has it */
  RnCost costs[2];  /* zeros where it has none */
} RnDiffRow;

typedef struct
{
  RnSpec *specs[2];
  RnCost totals[2];
  GArray *rows;    /* of RnDiffRow, from the stem to the head */
  int n_different; /* rows */
} RnSpecDiff;

/**
 * rn_spec_diff_new:
 * @batch: pictures trained at once
 * @threads: that train, at least 1
 *
 * Blocks stand beside those of the same place in the same stage; where one network's stage is shorter, beside nothing.
 * Takes milliseconds for networks of many blocks: for a task.
 */
RnSpecDiff *rn_spec_diff_new (const RnSpec *a, const RnSpec *b, int batch, int threads);
void rn_spec_diff_free (RnSpecDiff *self);
/** Returns: (transfer full): "basic, 32 /2, projection", of row @row's part in network @side; "–" where it has none */
char *rn_spec_diff_describe (const RnSpecDiff *self, const RnDiffRow *row, int side);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSpecDiff, rn_spec_diff_free)

G_END_DECLS
