#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/info.h"
#include "compute/memory.h"
#include "inspect/pictures.h"
#include "network/model.h"
#include "network/network.h"
#include "residua/error.h"
#include "residua/inspect.h"

#define BATCH 64

/* A network that goes forward and back, and the batch that it is shown */
typedef struct
{
  RnTeam *team;
  RnNetwork *network;
  float *x;
  int *indices;
  int *labels;
  int *matches; /* the model's class of each of the data set's */
  double *ways; /* [n_blocks,2]: of the newest batch */
  double *sums; /* of all */
} Pass;

static void
pass_clear (Pass *self)
{
  g_clear_pointer (&self->network, rn_network_free);
  g_clear_pointer (&self->team, rn_team_free);
  g_clear_pointer (&self->x, rn_floats_free);
  g_clear_pointer (&self->indices, g_free);
  g_clear_pointer (&self->labels, g_free);
  g_clear_pointer (&self->matches, g_free);
  g_clear_pointer (&self->ways, g_free);
  g_clear_pointer (&self->sums, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pass, pass_clear)

static gboolean
pass_init (Pass *self, RnModel *model, int batch, int threads, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const RnSpec *spec = rn_model_get_spec (model);
  const gsize picture = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  const int n_blocks = MAX (rn_spec_n_blocks (spec), 1);

  rn_compute_start ();
  self->team = rn_team_new (threads > 0 ? threads : rn_info_n_processors ());
  self->x = rn_floats_new (picture * (gsize) batch);
  if (self->team == NULL || self->x == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for a batch"));
      return FALSE;
    }
  self->network = rn_network_new (spec, batch, self->team, 1, error);
  if (self->network == NULL)
    return FALSE;
  rn_network_load (self->network, model);
  self->indices = g_new (int, batch);
  self->labels = g_new (int, batch);
  self->ways = g_new0 (double, 2 * n_blocks);
  self->sums = g_new0 (double, 2 * n_blocks);
  rn_network_set_ways (self->network, self->ways);
  return TRUE;
}

/* The mean loss of a batch has a gradient of 1 / n; weighted by n, batches of any size count by their pictures. */
static gboolean
add_batch (Pass *self, RnModel *model, RnDataset *dataset, RnSplit split, int n, const int *cancel,
           GError **error)
{
  const int n_blocks = rn_spec_n_blocks (rn_model_get_spec (model));
  double loss;
  int wrong;

  for (int i = 0; i < n; i++)
    self->labels[i] = self->matches[rn_dataset_get_label (dataset, split, self->indices[i])];
  if (!rn_pictures_load (self->x, rn_model_get_preprocess (model), dataset, split, self->indices, n,
                         cancel, error))
    return FALSE;
  if (!rn_network_compute (self->network, self->x, self->labels, n, FALSE, cancel, &loss, &wrong))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  for (int i = 0; i < 2 * n_blocks; i++)
    self->sums[i] += self->ways[i] * n * n;
  return TRUE;
}

GArray *
rn_inspect_gradient_ways (RnModel *model, RnDataset *dataset, RnSplit split, int count, int threads,
                          const int *cancel, GError **error)
{
  const RnSpec *spec = rn_model_get_spec (model);
  const int total = rn_dataset_count (dataset, split);
  const int n = CLAMP (count, MIN (BATCH, total), total);
  g_autoptr (GArray) ways = g_array_new (FALSE, FALSE, sizeof (RnGradientWays));
  g_auto (Pass) pass = { NULL };

  pass.matches = rn_pictures_match (model, dataset, split, error);
  if (pass.matches == NULL || !pass_init (&pass, model, MIN (BATCH, n), threads, error))
    return NULL;
  for (int from = 0; from < n; from += BATCH)
    {
      const int of_batch = MIN (BATCH, n - from);

      for (int i = 0; i < of_batch; i++)
        pass.indices[i] = (int) ((gint64) (from + i) * total / n);
      if (!add_batch (&pass, model, dataset, split, of_batch, cancel, error))
        return NULL;
    }
  for (int b = 0; b < rn_spec_n_blocks (spec); b++)
    {
      const RnGradientWays way = { rn_spec_get_block (spec, b)->id, sqrt (pass.sums[2 * b]) / n,
                                   sqrt (pass.sums[2 * b + 1]) / n };

      g_array_append_val (ways, way);
    }
  return g_steal_pointer (&ways);
}
