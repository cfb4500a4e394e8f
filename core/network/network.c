#include "network/network.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "compute/info.h"
#include "compute/layers.h"
#include "compute/memory.h"
#include "network/network-private.h"
#include "residua/error.h"

static float *
allocate (RnNetwork *network, gsize n_floats)
{
  float *floats = rn_floats_new (n_floats);

  if (floats != NULL)
    network->memory += n_floats * sizeof (float);
  return floats;
}

/* Points every convolution at its share of the arenas. */
static void
wire (RnNetwork *network)
{
  const RnParameters *parameters = network->parameters;
  float *statistics = network->statistics;

  for (int i = 0; i < network->layout->n_convs; i++)
    {
      RnNetworkConv *conv = &network->convs[i];
      const gsize w = rn_parameters_get (parameters, i, RN_PARAMETER_FILTER)->offset;
      const gsize gamma = rn_parameters_get (parameters, i, RN_PARAMETER_GAMMA)->offset;
      const gsize beta = rn_parameters_get (parameters, i, RN_PARAMETER_BETA)->offset;
      float **mine[5] = { &conv->mean, &conv->var, &conv->inv_std, &conv->scale, &conv->shift };

      for (int j = 0; j < 5; j++)
        {
          *mine[j] = statistics;
          statistics += rn_floats_aligned ((gsize) network->layout->convs[i].out_c);
        }
      conv->w = network->arena + w;
      conv->gamma = network->arena + gamma;
      conv->beta = network->arena + beta;
      conv->dw = network->gradients + w;
      conv->dgamma = network->gradients + gamma;
      conv->dbeta = network->gradients + beta;
      conv->running_mean =
          network->arena + rn_parameters_get (parameters, i, RN_PARAMETER_MEAN)->offset;
      conv->running_var =
          network->arena + rn_parameters_get (parameters, i, RN_PARAMETER_VARIANCE)->offset;
    }
  network->fc_w =
      network->arena + rn_parameters_get (parameters, -1, RN_PARAMETER_FC_WEIGHT)->offset;
  network->fc_b = network->arena + rn_parameters_get (parameters, -1, RN_PARAMETER_FC_BIAS)->offset;
  network->fc_dw = network->gradients + (network->fc_w - network->arena);
  network->fc_db = network->gradients + (network->fc_b - network->arena);
}

static gboolean
allocate_all (RnNetwork *network)
{
  const RnLayout *layout = network->layout;
  const RnParameters *parameters = network->parameters;
  gsize scratch, conv_shared, norm_partials, statistics = 0;

  rn_plan_workspace (layout, network->batch, TRUE, &scratch, &conv_shared, &norm_partials);
  for (int i = 0; i < layout->n_convs; i++)
    statistics += 5 * rn_floats_aligned ((gsize) layout->convs[i].out_c);

  network->arena = allocate (network, parameters->n_floats);
  network->momentum = allocate (network, parameters->n_learned);
  network->gradients = allocate (network, parameters->n_learned);
  network->statistics = allocate (network, statistics);
  network->conv_shared = allocate (network, conv_shared);
  network->norm_partials = allocate (network, norm_partials * 2);
  network->activations = allocate (network, network->plan->n_floats);
  if (!rn_team_reserve (network->team, scratch))
    return FALSE;
  network->memory += scratch * (gsize) rn_team_n_threads (network->team) * sizeof (float);
  return network->arena != NULL && network->momentum != NULL && network->gradients != NULL &&
         network->statistics != NULL && network->conv_shared != NULL &&
         network->norm_partials != NULL && network->activations != NULL;
}

RnNetwork *
rn_network_new (const RnSpec *spec, int batch, RnTeam *team, guint64 seed, GError **error)
{
  g_autoptr (RnNetwork) network = NULL;

  g_return_val_if_fail (batch >= 1, NULL);

  if (!rn_spec_check (spec, error))
    return NULL;
  rn_compute_start ();
  network = g_new0 (RnNetwork, 1);
  network->spec = rn_spec_copy (spec);
  network->layout = rn_layout_new (spec, 0, 0);
  network->parameters = rn_parameters_new (network->layout);
  network->plan = rn_training_plan_new (network->layout, batch);
  network->team = team;
  network->batch = batch;
  network->epsilon = 1e-5;
  network->convs = g_new0 (RnNetworkConv, network->layout->n_convs);
  if (!allocate_all (network))
    {
      RnPlanSize size;

      rn_plan_training (network->layout, batch, rn_team_n_threads (team), &size);
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("Training this network with batches of %d needs %.1f GB of memory, more than "
                      "there is"),
                   batch, (double) size.total_bytes * 1e-9);
      return NULL;
    }
  wire (network);
  rn_parameters_initialise (network->parameters, spec, network->layout, network->arena, seed);
  return g_steal_pointer (&network);
}

void
rn_network_load (RnNetwork *network, const RnModel *model)
{
  g_return_if_fail (rn_spec_equal (network->spec, rn_model_get_spec (model)));

  network->epsilon = rn_model_get_epsilon (model);
  memcpy (network->arena, rn_model_get_arena (model),
          network->parameters->n_floats * sizeof *network->arena);
}

double
rn_network_get_epsilon (const RnNetwork *network)
{
  return network->epsilon;
}

void
rn_network_free (RnNetwork *network)
{
  if (network == NULL)
    return;
  rn_floats_free (network->arena);
  rn_floats_free (network->momentum);
  rn_floats_free (network->gradients);
  rn_floats_free (network->statistics);
  rn_floats_free (network->conv_shared);
  rn_floats_free (network->norm_partials);
  rn_floats_free (network->activations);
  g_free (network->convs);
  g_clear_pointer (&network->plan, rn_training_plan_free);
  g_clear_pointer (&network->parameters, rn_parameters_free);
  g_clear_pointer (&network->layout, rn_layout_free);
  g_clear_pointer (&network->spec, rn_spec_free);
  g_free (network);
}

const RnLayout *
rn_network_get_layout (const RnNetwork *network)
{
  return network->layout;
}

const RnParameters *
rn_network_get_parameters (const RnNetwork *network)
{
  return network->parameters;
}

float *
rn_network_get_arena (RnNetwork *network)
{
  return network->arena;
}

float *
rn_network_get_momentum (RnNetwork *network)
{
  return network->momentum;
}

float *
rn_network_get_gradients (RnNetwork *network)
{
  return network->gradients;
}

const float *
rn_network_get_logits (const RnNetwork *network)
{
  return network->activations + network->plan->logits;
}

gsize
rn_network_get_memory (const RnNetwork *network)
{
  return network->memory;
}

gboolean
rn_network_compute (RnNetwork *network, const float *x, const int *labels, int n, gboolean measure,
                    const int *cancel, double *loss, int *wrong)
{
  g_return_val_if_fail (n >= 1 && n <= network->batch, FALSE);

  network->x = x;
  network->labels = labels;
  network->n = n;
  network->measure = measure;
  if (!rn_team_run (network->team, rn_network_pass, network, cancel))
    return FALSE;
  *loss = network->loss;
  *wrong = network->wrong;
  return TRUE;
}

gboolean
rn_network_is_finite (const RnNetwork *network)
{
  for (int i = 0; i < network->layout->n_convs; i++)
    {
      const RnNetworkConv *conv = &network->convs[i];
      const gsize channels = (gsize) network->layout->convs[i].out_c;

      if (!rn_all_finite (conv->mean, channels) || !rn_all_finite (conv->var, channels))
        return FALSE;
    }
  return isfinite (network->loss) &&
         rn_all_finite (network->gradients, network->parameters->n_learned);
}

typedef struct
{
  RnNetwork *network;
  float rate, momentum, decay;
  gboolean spare_norms;
} Update;

static void
update_everything (RnWorker *worker, gpointer data)
{
  const Update *update = data;
  const RnNetwork *network = update->network;
  const RnParameters *parameters = network->parameters;

  if (!update->spare_norms)
    {
      rn_sgd_update (worker, network->arena, network->momentum, network->gradients,
                     parameters->n_learned, update->rate, update->momentum, update->decay);
      return;
    }
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *p = &parameters->items[i];
      const gboolean decays = p->kind == RN_PARAMETER_FILTER || p->kind == RN_PARAMETER_FC_WEIGHT;

      if (p->kind != RN_PARAMETER_MEAN && p->kind != RN_PARAMETER_VARIANCE)
        rn_sgd_update (worker, network->arena + p->offset, network->momentum + p->offset,
                       network->gradients + p->offset, p->count, update->rate, update->momentum,
                       decays ? update->decay : 0.0f);
    }
}

/* running = 0.9 running + 0.1 new, the variance unbiased. One pixel in all has none: the running variance is left as it is. */
static void
update_statistics (RnNetwork *network)
{
  for (int i = 0; i < network->layout->n_convs; i++)
    {
      const RnLayoutConv *shape = &network->layout->convs[i];
      const RnNetworkConv *conv = &network->convs[i];
      const double count = (double) network->n * shape->out_h * shape->out_w;

      for (int c = 0; c < shape->out_c; c++)
        conv->running_mean[c] = (float) (0.9 * conv->running_mean[c] + 0.1 * conv->mean[c]);
      if (count < 2.0)
        continue;
      for (int c = 0; c < shape->out_c; c++)
        conv->running_var[c] =
            (float) (0.9 * conv->running_var[c] + 0.1 * count / (count - 1.0) * conv->var[c]);
    }
}

void
rn_network_commit (RnNetwork *network, double rate, double momentum, double decay,
                   gboolean spare_norms)
{
  Update update = { network, (float) rate, (float) momentum, (float) decay, spare_norms };

  rn_team_run (network->team, update_everything, &update, NULL);
  update_statistics (network);
}

/* Mean over the channels of a batch-norm's output squared, and of the output: of each channel the mean is beta and the
 * variance gamma^2 var / (var + eps), so no pass over the data is needed. */
static void
response_of (const RnNetwork *network, int index, double *mean_square, double *mean)
{
  const RnNetworkConv *conv = &network->convs[index];
  const int channels = network->layout->convs[index].out_c;
  double squares = 0.0, sum = 0.0;

  for (int c = 0; c < channels; c++)
    {
      const double gamma = conv->gamma[c], beta = conv->beta[c], var = conv->var[c];

      squares += beta * beta + gamma * gamma * var / (var + network->epsilon);
      sum += beta;
    }
  *mean_square = squares / channels;
  *mean = sum / channels;
}

static double
response_std (const RnNetwork *network, int index)
{
  double mean_square, mean;

  response_of (network, index, &mean_square, &mean);
  return sqrt (MAX (mean_square - mean * mean, 0.0));
}

static double
gradient_of (const RnNetwork *network, int block)
{
  double squares = 0.0, count = 0.0;

  for (int i = 0; i < network->layout->n_convs; i++)
    if (network->layout->convs[i].block == block)
      {
        const gsize n = rn_parameters_get (network->parameters, i, RN_PARAMETER_FILTER)->count;

        squares += rn_sum_squares (network->convs[i].dw, n);
        count += (double) n;
      }
  return sqrt (squares / count);
}

void
rn_network_get_measures (const RnNetwork *network, RnBlockMeasure *measures)
{
  const RnLayout *layout = network->layout;

  for (int b = 0; b < layout->n_blocks; b++)
    {
      const RnLayoutBlock *block = &layout->blocks[b];
      const int last = block->first_conv + block->n_convs - 1, last_3x3 = block->first_conv + 1;
      const double count = (double) network->n * block->out_h * block->out_w * block->out_c;
      double mean_square, mean, dead = 0.0;

      response_of (network, last, &mean_square, &mean);
      for (int i = 0; i < block->n_convs; i++)
        dead += (double) network->convs[block->first_conv + i].measures.n_dead /
                layout->convs[block->first_conv + i].out_c / block->n_convs;
      measures[b] = (RnBlockMeasure){ .block = rn_spec_get_block (network->spec, b)->id,
                                      .rms_s = NAN,
                                      .rms_f = (float) sqrt (mean_square),
                                      .ratio = NAN,
                                      .gradient = (float) gradient_of (network, b),
                                      .dead = (float) dead };
      if (block->shortcut != RN_PATH_NONE)
        {
          measures[b].rms_s = (float) sqrt (network->convs[last].measures.sum_s2 / count);
          measures[b].ratio = measures[b].rms_f / measures[b].rms_s;
        }
      measures[b].response = (float) response_std (network, last_3x3);
    }
}

void
rn_network_set_ways (RnNetwork *network, double *ways)
{
  network->ways = ways;
}

void
rn_network_get_responses (const RnNetwork *network, RnLayerResponse *responses)
{
  const RnLayout *layout = network->layout;

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];
      RnLayerResponse *response = &responses[i];

      G_STATIC_ASSERT (sizeof response->name >= sizeof conv->norm_name);
      g_strlcpy (response->name, conv->norm_name, sizeof response->name);
      response->block = conv->block < 0 ? 0 : rn_spec_get_block (network->spec, conv->block)->id;
      response->kernel = conv->kernel;
      response->std = response_std (network, i);
    }
}

void
rn_network_get_position (const RnNetwork *network, int *block, gboolean *backward)
{
  *block = atomic_load (&((RnNetwork *) network)->at_block);
  *backward = atomic_load (&((RnNetwork *) network)->backward);
}
