#pragma once

#include "network/parameters.h"

/* A residual network in straightforward loops and double precision: what the fast one is held against. It walks the
 * same layout and the same parameter table, and shares no arithmetic with what it checks.
 */

/* One convolution with its batch-norm: everything on the way, kept. */
typedef struct
{
  const double *x;    /* what it saw; borrowed */
  double *z;          /* [N,P,Q,K] */
  double *norm;       /* batch-norm's output */
  double *y;          /* after ReLU; of a block's last: relu (norm + s); of a projection: unused */
  double *dy;         /* gradient of y (of norm in a projection) */
  double *mean, *var; /* of the batch, or the running ones */
} RefConv;

typedef struct
{
  const double *in;
  double *s; /* NULL in plain blocks */
  double *f;
  double *sum;
  const double *out;
  double *ds;
} RefBlock;

typedef struct
{
  RnLayout *layout;
  RnParameters *parameters;
  int n;
  double epsilon;
  double *arena;     /* n_floats, in the table's places */
  double *gradients; /* n_learned */
  double *x;         /* [N,H,W,C] */
  RefConv *convs;
  RefBlock *blocks;
  double *
      pool; /* the stem's max-pool, where there is one, and its winners as indices into the stem's y */
  gsize *winners;
  double *dpool;
  double *pooled, *logits, *dlogits;
  double loss;
  int wrong;
  double
      margin; /* how near to 0 a ReLU's input came: nearer than rounding, its gradient is anybody's guess */
  GPtrArray *memory;
} RefNetwork;

/* @height, @width: 0 and 0 for the specification's own side */
RefNetwork *ref_network_new (const RnSpec *spec, int n, int height, int width);
void ref_network_free (RefNetwork *ref);

void ref_network_set_arena (RefNetwork *ref, const float *arena);
void ref_network_set_x (RefNetwork *ref, const float *x);

/* With the batch's statistics; loss is the mean cross-entropy */
void ref_network_train (RefNetwork *ref, const int *labels);
/* Gradients of the last ref_network_train() */
void ref_network_backward (RefNetwork *ref, const int *labels);
/* With running statistics; @gates: (nullable), as an evaluation pass's */
void ref_network_evaluate (RefNetwork *ref, const gboolean *gates);

double ref_rms (const double *x, gsize count);

/* What an evaluation's tap of that name should give; NULL where there is none. */
const double *ref_network_find (const RefNetwork *ref, const char *name, int dims[4]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RefNetwork, ref_network_free)
