#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "compute/info.h"
#include "compute/layers.h"
#include "compute/memory.h"
#include "inspect/study-private.h"
#include "network/model.h"
#include "network/network.h"
#include "network/plan.h"
#include "residua/error.h"

#define MOST_PICTURES 32 /* of a batch */
#define MOST_BYTES                                                                                 \
  ((gsize) 1 << 30)      /* that the copy in training may take, where fewer pictures would do */
#define LEAST_PICTURES 2 /* a batch-norm of one picture of one pixel is no batch-norm */

/* A copy of the model as it trains, and one batch of the study's pictures */
typedef struct
{
  RnStudy *study;
  RnTeam *team;
  RnNetwork *network;
  int batch;
  int *which; /* all pictures of the study, shuffled for each drawing */
  int *labels;
  float *x;
  float *dx;
  gsize n_floats; /* of x */
  int *residual;  /* blocks with a shortcut */
  int n_residual;
  RnRoute *routes;
} Paths;

static void
paths_clear (Paths *self)
{
  g_clear_pointer (&self->network, rn_network_free);
  g_clear_pointer (&self->team, rn_team_free);
  rn_floats_free (self->x);
  rn_floats_free (self->dx);
  g_free (self->which);
  g_free (self->labels);
  g_free (self->residual);
  g_free (self->routes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Paths, paths_clear)

/* As for one thread, for a batch that hung on their number would give other figures. */
static int
choose_batch (RnStudy *study, const RnLayout *layout)
{
  int batch = MIN (MOST_PICTURES, rn_study_count (study));
  RnPlanSize size;

  for (; batch > LEAST_PICTURES; batch /= 2)
    {
      rn_plan_training (layout, batch, 1, &size);
      if (size.total_bytes <= MOST_BYTES)
        break;
    }
  return batch;
}

static gboolean
find_residual (Paths *self, const RnLayout *layout, GError **error)
{
  self->residual = g_new (int, MAX (layout->n_blocks, 1));
  self->routes = g_new0 (RnRoute, MAX (layout->n_blocks, 1));
  for (int b = 0; b < layout->n_blocks; b++)
    if (layout->blocks[b].shortcut != RN_PATH_NONE)
      self->residual[self->n_residual++] = b;
  if (self->n_residual > 0)
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("A plain network has one path only: no block has a shortcut"));
  return FALSE;
}

static gboolean
make_network (Paths *self, RnModel *model, int threads, GError **error)
{
  self->team = rn_team_new (threads);
  if (self->team == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("%d threads could not be started"),
                   threads);
      return FALSE;
    }
  self->network = rn_network_new (rn_model_get_spec (model), self->batch, self->team, 0, error);
  if (self->network == NULL)
    return FALSE;
  rn_network_load (self->network, model);
  return TRUE;
}

static gboolean
paths_init (Paths *self, RnStudy *study, GError **error)
{
  RnModel *model = rn_study_get_model (study);
  const RnLayout *layout = rn_model_get_layout (model);
  const int n = rn_study_count (study), asked = rn_study_get_threads (study);
  const int threads = asked > 0 ? asked : rn_info_n_processors ();

  self->study = study;
  self->batch = choose_batch (study, layout);
  if (!find_residual (self, layout, error) || !make_network (self, model, threads, error))
    return FALSE;
  self->n_floats = (gsize) self->batch * layout->in_h * layout->in_w * layout->in_c;
  self->which = g_new (int, n);
  self->labels = g_new (int, self->batch);
  for (int i = 0; i < n; i++)
    self->which[i] = i;
  self->x = rn_floats_new (self->n_floats);
  self->dx = rn_floats_new (self->n_floats);
  if (self->x != NULL && self->dx != NULL)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %d pictures"),
               self->batch);
  return FALSE;
}

/* The first of the shuffled pictures are the batch. */
static gboolean
go_forward (Paths *self, RnRandom *random, const int *cancel, GError **error)
{
  const int n = rn_study_count (self->study);
  double loss;
  int wrong;

  for (int i = 0; i < self->batch; i++)
    {
      const int k = i + (int) rn_random_below (random, (guint64) (n - i)), kept = self->which[i];

      self->which[i] = self->which[k];
      self->which[k] = kept;
    }
  if (!rn_study_gather (self->study, self->x, self->labels, self->which, self->batch, cancel,
                        error))
    return FALSE;
  return rn_network_compute (self->network, self->x, self->labels, self->batch, FALSE, cancel,
                             &loss, &wrong) ||
         rn_study_cancelled (error);
}

static gboolean
go_back (Paths *self, RnRandom *random, int length, const int *cancel)
{
  rn_random_shuffle (random, self->residual, self->n_residual);
  for (int i = 0; i < self->n_residual; i++)
    self->routes[self->residual[i]] = i < length ? RN_ROUTE_BRANCH : RN_ROUTE_SHORTCUT;
  return rn_network_back_to_pictures (self->network, self->dx, self->routes, cancel);
}

gboolean
rn_study_path_gradients (RnStudy *study, int draws, guint64 seed, RnPathFunc func,
                         gpointer user_data, const int *cancel, GError **error)
{
  g_auto (Paths) self = { NULL };

  draws = CLAMP (draws, 1, 1000);
  if (!paths_init (&self, study, error))
    return FALSE;
  for (int draw = 0; draw < draws; draw++)
    {
      RnRandom random;

      rn_random_start (&random, seed, RN_STREAM_STUDY, (guint64) draw, 0);
      if (!go_forward (&self, &random, cancel, error))
        return FALSE;
      for (int length = 0; length <= self.n_residual; length++)
        {
          RnPathGradient gradient = { length, draw, 0.0 };
          const double done = draw + (length + 1.0) / (self.n_residual + 1.0);

          if (!go_back (&self, &random, length, cancel))
            return rn_study_cancelled (error);
          gradient.norm = sqrt (rn_sum_squares (self.dx, self.n_floats));
          if (!func (&gradient, done / draws, user_data))
            return rn_study_cancelled (error);
        }
    }
  return TRUE;
}

void
rn_path_shares (double *shares, const double *gradients, int n_blocks)
{
  double sum = 0.0;

  rn_path_lengths (shares, n_blocks);
  for (int k = 0; k <= n_blocks; k++)
    {
      shares[k] *= gradients[k] > 0.0 ? gradients[k] : 0.0;
      sum += shares[k];
    }
  /* infinity over infinity, or times a number of paths that is 0 in double precision, tells no share */
  for (int k = 0; k <= n_blocks; k++)
    shares[k] = sum > 0.0 && isfinite (sum) ? shares[k] / sum : 0.0;
}
