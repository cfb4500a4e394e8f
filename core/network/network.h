#pragma once

#include "compute/parallel.h"
#include "network/model.h"
#include "network/parameters.h"
#include "residua/feed.h"

/* A network that trains: parameters, gradients and momentum each in one arena, activations where the planner put them.
 * rn_network_compute() does forward and backward and changes nothing that lasts; rn_network_commit() makes the step
 * true: parameters, momentum and running statistics together. So a step can be abandoned at any moment before.
 *
 * One thread at a time uses it; the work is done by the team it was given.
 */

typedef struct _RnNetwork RnNetwork;

/* @batch: the most pictures a step will have. Parameters are initialised from @seed. RN_ERROR_MEMORY, or
 * RN_ERROR_SHAPE for a draft that does not fit. @team: borrowed */
RnNetwork *rn_network_new (const RnSpec *spec, int batch, RnTeam *team, guint64 seed,
                           GError **error);
void rn_network_free (RnNetwork *network);

/* Parameters, running statistics and batch-norm's epsilon of a model of the same specification; momentum stays. */
void rn_network_load (RnNetwork *network, const RnModel *model);
/* Batch-norm's: 1e-5 until a model brought another */
double rn_network_get_epsilon (const RnNetwork *network);

const RnLayout *rn_network_get_layout (const RnNetwork *network);
const RnParameters *rn_network_get_parameters (const RnNetwork *network);
/* The arenas: parameters and running statistics (n_floats), momentum and gradients (n_learned each) */
float *rn_network_get_arena (RnNetwork *network);
float *rn_network_get_momentum (RnNetwork *network);
float *rn_network_get_gradients (RnNetwork *network);
/* n x classes, of the last rn_network_compute() */
const float *rn_network_get_logits (const RnNetwork *network);
/* What is allocated, bytes */
gsize rn_network_get_memory (const RnNetwork *network);

/* Forward and backward in training mode.
 * @x: [n,H,W,C]; @labels: n of them in [0, classes); 1 <= n <= batch
 * @measure: also gather the measures of every block
 * @cancel: (nullable): becomes non-zero to abandon the step
 * @loss, @wrong: mean cross-entropy, and how many were answered wrongly
 * Returns: FALSE where it was abandoned */
gboolean rn_network_compute (RnNetwork *network, const float *x, const int *labels, int n,
                             gboolean measure, const int *cancel, double *loss, int *wrong);

/* Which way the gradient goes back through a residual block; plain blocks have one way only. */
typedef enum
{
  RN_ROUTE_BOTH,
  RN_ROUTE_BRANCH,
  RN_ROUTE_SHORTCUT
} RnRoute;

/* Gradient of the loss of the last rn_network_compute(), whose pictures must still be there, with respect to them.
 * @dx: [n,H,W,C], overwritten; @routes: (nullable): one per block, NULL is RN_ROUTE_BOTH everywhere. A block's final ReLU counts
 *   for both ways, as it was on the way forward
 * The gradients of the parameters are worthless afterwards. Returns: FALSE where it was cancelled */
gboolean rn_network_back_to_pictures (RnNetwork *network, float *dx, const RnRoute *routes,
                                      const int *cancel);

/* Whether loss, all gradients and all statistics of the last compute are finite. A variance can be infinite while the
 * rest is not, and would stay in the running statistics for good. */
gboolean rn_network_is_finite (const RnNetwork *network);

/* v = momentum v + g + decay w;  w -= rate v;  running = 0.9 running + 0.1 batch's (variance unbiased) */
void rn_network_commit (RnNetwork *network, double rate, double momentum, double decay,
                        gboolean spare_norms);

/* The measures of the last compute that was asked for them, one per block, before it is committed; steps are left 0. */
void rn_network_get_measures (const RnNetwork *network, RnBlockMeasure *measures);

/* @ways: (nullable): where every compute from now on leaves, for each block, the sum of squares of the gradient that comes
 * to its input through the shortcut, and through the branch: [n_blocks,2]; NULL for none. Plain blocks have one way only:
 * the shortcut's is NaN.
 */
void rn_network_set_ways (RnNetwork *network, double *ways);

/* The responses of the last compute, one per convolution of the layout, in its order, before it is committed. */
void rn_network_get_responses (const RnNetwork *network, RnLayerResponse *responses);

/* Where the pass under way is, from any thread: block -1 is the stem, n_blocks the head. */
void rn_network_get_position (const RnNetwork *network, int *block, gboolean *backward);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnNetwork, rn_network_free)
