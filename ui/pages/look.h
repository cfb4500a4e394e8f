#pragma once

#include <gio/gio.h>
#include <residua/dataset.h>
#include <residua/evaluator.h>

G_BEGIN_DECLS

/* One look at one picture with one model: its answer as trained, its answer with branches switched off, and what the
 * class activation maps are made of, all from the same weights. Immutable and reference counted. */

typedef struct
{
  RnModel *model;
  RnPicture *view; /* what the network saw */
  int n_classes;
  float *logits;    /* as trained */
  float *gated;     /* (nullable): with the branches switched off */
  RnTensor *last;   /* into the global average pool, [1,H,W,C]; NULL in a network without blocks */
  RnTensor *weight; /* of fc, [classes,C] */
  RnTensor *bias;   /* of fc, [classes] */
  double seconds;   /* how long the network took */
} RnLook;

RnLook *rn_look_ref (RnLook *look);
void rn_look_unref (RnLook *look);

/**
 * rn_look_new:
 * @gates: (nullable): one per block, as in RnPass
 *
 * Runs the network, on one thread; for a task.
 */
RnLook *rn_look_new (RnModel *model, RnPicture *picture, const gboolean *gates, const int *cancel,
                     GError **error);

/** rn_look_new() in a task; @n_gates: 0 where all branches are on */
void rn_look_async (RnModel *model, RnPicture *picture, const gboolean *gates, int n_gates,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
RnLook *rn_look_finish (GAsyncResult *result, GError **error);

/**
 * rn_look_activation:
 * @sum: (out): of the whole map, in double precision
 * @logit: (out): the class's logit less its bias; equals @sum but for rounding, as the pool is a mean
 *
 * Class activation map (Zhou et al. 2016), exact with global average pooling.
 *
 * Returns: (transfer full) (nullable): `[H,W]`
 */
RnTensor *rn_look_activation (const RnLook *look, int class, double *sum, double *logit);

/** p = softmax (logits), in double precision */
void rn_look_softmax (double *p, const float *logits, int n);
/** Entropy of @p in bits. */
double rn_look_entropy (const double *p, int n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLook, rn_look_unref)

G_END_DECLS
