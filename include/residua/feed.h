#pragma once

#include "residua/run.h"

G_BEGIN_DECLS

typedef enum
{
  RN_STATE_IDLE,
  RN_STATE_PREPARING,
  RN_STATE_RUNNING,
  RN_STATE_EVALUATING,
  RN_STATE_PAUSED,
  RN_STATE_FINISHED,
  RN_STATE_STOPPED,
  RN_STATE_FAILED
} RnState;

/**
 * RnPoint:
 * @first_step, @last_step: the steps that were merged into this point; equal for one step
 *
 * One step, or neighbouring steps merged while nobody looked: minimum, maximum and mean.
 */
typedef struct
{
  gint64 first_step;
  gint64 last_step;
  double loss_min, loss_max, loss_mean;
  double error_min, error_max, error_mean;
  double rate;
} RnPoint;

typedef enum
{
  RN_MARK_RATE,
  RN_MARK_CHECKPOINT,
  RN_MARK_TEST,
  RN_MARK_ERROR
} RnMarkKind;

/**
 * RnMark:
 * @value: the rate; the test error; unused otherwise
 * @value2: the test loss
 */
typedef struct
{
  RnMarkKind kind;
  gint64 step;
  double value;
  double value2;
} RnMark;

/**
 * RnWatched:
 *
 * A tap of the watched picture, `[1,H,W,C]`.
 */
typedef struct
{
  char *tap;
  gint64 step;
  RnTensor *values;
} RnWatched;

#define RN_LAYER_RESPONSE_NAME 48

/**
 * RnLayerResponse:
 * @name: of the batch-norm, "bn1", "layer1.0.bn1", "layer2.0.downsample.1"
 * @block: id of its block, 0 in the stem
 * @kernel: side of its convolution's filters
 * @std: standard deviation over every element of its output, before ReLU and addition
 *
 * A layer's response on the step's batch (He et al. 2015, figure 7).
 */
typedef struct
{
  char name[RN_LAYER_RESPONSE_NAME];
  guint32 block;
  int kernel;
  double std;
} RnLayerResponse;

/**
 * RnSnapshot:
 * @points: (element-type RnPoint): since the last snapshot, in order, none left out
 * @measures: (element-type RnBlockMeasure): of the newest measured step
 * @responses: (element-type RnLayerResponse): of the same step, every batch-norm in forward order
 * @watched: (element-type RnWatched): newest only
 * @marks: (element-type RnMark): since the last snapshot
 * @failure: (nullable): why it failed; in another state than RN_STATE_FAILED, what did not come of a wish: an evaluation,
 *   a picture to watch, or room on the disk to write
 *
 * What the worker tells. Immutable once offered; the taker frees it.
 */
typedef struct
{
  RnState state;
  gint64 step;
  gint64 steps;
  double epoch;
  double rate;
  double pictures_per_s;
  double seconds_left;
  gsize memory_bytes;
  GArray *points;
  GArray *measures;
  GArray *responses;
  GPtrArray *watched;
  GArray *marks;
  GError *failure;
} RnSnapshot;

void rn_snapshot_free (RnSnapshot *snapshot);

/**
 * RnFeed:
 *
 * The bounded way from the worker to whoever looks. The worker never waits for it and no number is lost: while a
 * snapshot waits, newer ones are appended to it; past RN_FEED_MAX_POINTS neighbouring points merge by pairs.
 * Reference counted.
 */
typedef struct _RnFeed RnFeed;

#define RN_FEED_MAX_POINTS 4096

RnFeed *rn_feed_ref (RnFeed *feed);
void rn_feed_unref (RnFeed *feed);

/**
 * rn_feed_set_wake:
 * @wake: (nullable): called on the worker's thread when the feed turns from empty to filled; must not block
 */
void rn_feed_set_wake (RnFeed *feed, GFunc wake, gpointer data);

/** Returns: (transfer full) (nullable): what waits, or NULL */
RnSnapshot *rn_feed_take (RnFeed *feed);

/** Waits for at most @timeout_us. Returns: as rn_feed_take() */
RnSnapshot *rn_feed_wait (RnFeed *feed, gint64 timeout_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnFeed, rn_feed_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSnapshot, rn_snapshot_free)

G_END_DECLS
