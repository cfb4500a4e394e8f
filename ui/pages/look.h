#pragma once

#include <gio/gio.h>
#include <residua/classify.h>

G_BEGIN_DECLS

/* One look at one picture with one model: its answer as trained, its answer with branches switched off, and what the
 * class activation maps are made of, all from the same weights. Immutable and reference counted. Of a look that is not
 * RN_LOOK_INSIDE the answer comes first, and what the maps are made of with a second, fuller look. */

typedef enum
{
  RN_LOOK_INSIDE, /* one view, unfolded: with gates and what the activation maps are made of */
  RN_LOOK_ONE,    /* one view */
  RN_LOOK_TEN,    /* corners, centre, and their mirror images */
  RN_LOOK_SCALES  /* fully convolutional at the paper's five scales */
} RnLookKind;

typedef struct
{
  RnModel *model;
  RnPicture *view; /* what the network saw */
  int n_classes;
  float *logits;        /* as trained; averaged over views */
  float *probabilities; /* NULL where RN_LOOK_INSIDE */
  char *notes;          /* (nullable): what gave way, a sentence */
  double seconds;       /* how long the answer took */

  gboolean is_full; /* what the maps are made of has been looked for */
  char *problem;    /* (nullable): why it could not be had, a sentence */
  float *gated;     /* (nullable): with the branches switched off, where RN_LOOK_INSIDE */
  RnTensor *
      last; /* of the single view, into the global average pool, [1,H,W,C]; NULL in a network without blocks */
  RnTensor *weight; /* of fc, [classes,C] */
  RnTensor *bias;   /* of fc, [classes] */
} RnLook;

RnLook *rn_look_ref (RnLook *look);
void rn_look_unref (RnLook *look);

/**
 * rn_look_new:
 * @gates: (nullable): one per block, as in RnPass; for RN_LOOK_INSIDE
 *
 * Runs the network, on one thread; for a task. Full only where RN_LOOK_INSIDE.
 */
RnLook *rn_look_new (RnModel *model, RnPicture *picture, RnLookKind kind, const gboolean *gates,
                     const int *cancel, GError **error);

/** rn_look_new() in a task; @n_gates: 0 where all branches are on */
void rn_look_async (RnModel *model, RnPicture *picture, RnLookKind kind, const gboolean *gates,
                    int n_gates, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer data);
RnLook *rn_look_finish (GAsyncResult *result, GError **error);
/** In a task: a full copy of @look, for rn_look_finish(); it fails only where it is cancelled. */
void rn_look_fill_async (RnLook *look, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);

/**
 * rn_look_activation:
 * @sum: (out): of the whole map, in double precision
 * @logit: (out): where RN_LOOK_INSIDE, the class's logit less its bias; equals @sum but for rounding, as the pool is a mean
 *
 * Class activation map (Zhou et al. 2016), exact with global average pooling.
 *
 * Returns: (transfer full) (nullable): `[H,W]`
 */
RnTensor *rn_look_activation (const RnLook *look, int class, double *sum, double *logit);

/** The views that @kind stands for, at an input of @side. */
void rn_look_views (RnLookKind kind, int side, RnViews *views);
/** p = softmax (logits), in double precision */
void rn_look_softmax (double *p, const float *logits, int n);
/** Entropy of @p in bits. */
double rn_look_entropy (const double *p, int n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLook, rn_look_unref)

G_END_DECLS
