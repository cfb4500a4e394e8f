#pragma once

#include <stdatomic.h>

#include "compute/batch-norm.h"
#include "network/network.h"
#include "network/plan.h"

/* Batch-norm of one convolution, in training: c floats each, from the batch. */
typedef struct
{
  float *mean;
  float *var;
  float *inv_std;
  float *scale; /* gamma inv_std */
  float *shift; /* beta - mean scale */
  float *gamma; /* in the arena, as the next two */
  float *beta;
  float *running_mean;
  float *running_var;
  float *dgamma;
  float *dbeta;
  float *w;
  float *dw;
  RnNormMeasures measures;
} RnNetworkConv;

struct _RnNetwork
{
  RnSpec *spec;
  RnLayout *layout;
  RnParameters *parameters;
  RnTrainingPlan *plan;
  RnTeam *team;
  int batch;
  gsize memory;

  double epsilon; /* batch-norm's */
  float *arena;
  float *momentum;
  float *gradients;
  float *activations;
  float *statistics; /* where the RnNetworkConv point */
  float *conv_shared;
  float *norm_partials; /* doubles */
  RnNetworkConv *convs;
  float *fc_w, *fc_b, *fc_dw, *fc_db;

  /* the pass under way or done */
  const float *x;
  const int *labels;
  int n;
  gboolean measure;
  double *ways; /* (nullable): as rn_network_set_ways() says */
  double loss;
  int wrong;
  atomic_int at_block;
  atomic_int backward;
};

/* What lies at a place of the plan */
static inline float *
rn_network_at (const RnNetwork *network, gsize place)
{
  return network->activations + place;
}

/* The whole step, called by every member of the team: @data is the network. */
void rn_network_pass (RnWorker *worker, gpointer data);
