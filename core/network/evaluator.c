#include "network/evaluator-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/batch-norm.h"
#include "compute/info.h"
#include "compute/layers.h"
#include "compute/memory.h"
#include "network/model.h"
#include "network/plan.h"
#include "residua/error.h"

/* Two of the three forward paths. Both walk the layout with four buffers that take turns; they differ in what a
 * convolution is followed by.
 *
 *   taps     z = conv (x, w);  y = relu (z scale + shift [+ s])       every z and every norm's output can be copied out
 *   running  y = relu (conv (x, w scale) + shift [+ s])               in one pass per convolution
 *
 * where scale = gamma / sqrt (running variance + eps) and shift = beta - running mean scale. Filters are packed for the kernels,
 * in the path for running times scale, when a convolution first meets them, and kept.
 */

typedef struct
{
  float *filters;
  RnConvMethod method;
  gboolean is_filled;
} Packed;

struct _RnEvaluator
{
  RnModel *model;
  RnPath path;
  RnTeam *team;
  gboolean owns_team;

  Packed *packed; /* of each convolution */
  float *norms;   /* scale and shift of each convolution */
  float **scale;
  float **shift;

  /* grown to the largest pass so far */
  float *buffers;
  gsize n_buffers;
};

/* One pass: what its members share. */
typedef struct
{
  RnEvaluator *self;
  const RnLayout *layout;
  RnRunningPlan plan;
  const float *arena;
  const float *x;
  float *logits;
  int n;
  const RnPass *pass;

  int group;      /* pictures that a member takes through the network by itself, or 0 */
  float *buffers; /* the plan's, then what convolutions share */
  gsize region;   /* floats of both; with groups each member has its own */
} Pass;

/* Packs the filters of a convolution that were not yet. Each member comes here once a pass and convolution, and only then looks
 * whether they are filled. */
static void
pack_filters (RnWorker *worker, const Pass *pass, int index, const RnConvShape *shape)
{
  const RnEvaluator *self = pass->self;
  const RnParameters *parameters = rn_model_get_parameters (self->model);
  Packed *packed = &self->packed[index];

  if (packed->is_filled)
    return;
  rn_conv_pack (worker, packed->filters,
                pass->arena + rn_parameters_get (parameters, index, RN_PARAMETER_FILTER)->offset,
                self->path == RN_PATH_RUN ? self->scale[index] : NULL, shape);
  if (rn_worker_index (worker) == 0)
    packed->is_filled = TRUE;
}

static gsize
pixels_of (const Pass *pass, const RnLayoutConv *conv)
{
  return (gsize) pass->n * conv->out_h * conv->out_w;
}

/* The tap called @name, or @name followed by @suffix, or NULL where nobody asked for it. */
static RnTensor *
tap_of (const Pass *pass, const char *name, const char *suffix)
{
  const gsize length = strlen (name);

  if (pass->pass->tap_names == NULL)
    return NULL;
  for (int i = 0; pass->pass->tap_names[i] != NULL; i++)
    {
      const char *wanted = pass->pass->tap_names[i];

      if (strncmp (wanted, name, length) == 0 && strcmp (wanted + length, suffix) == 0)
        return pass->pass->taps[i];
    }
  return NULL;
}

typedef struct
{
  float *to;
  const float *from;
  gsize count;
} Copy;

#define COPY_PIECE ((gsize) 1 << 16)

static void
copy_piece (RnWorker *worker, int piece, gpointer data)
{
  const Copy *copy = data;
  const gsize from = (gsize) piece * COPY_PIECE;

  memcpy (copy->to + from, copy->from + from,
          MIN (COPY_PIECE, copy->count - from) * sizeof (float));
}

static void
copy_to_tap (RnWorker *worker, RnTensor *tap, const float *from)
{
  Copy copy;

  if (tap == NULL)
    return;
  copy = (Copy){ tap->data, from, rn_tensor_count (tap) };
  rn_worker_share (worker, (int) ((copy.count + COPY_PIECE - 1) / COPY_PIECE), copy_piece, &copy);
}

/* y = [relu] (norm (conv (x)) [+ s]); in the path with taps also what was asked for on the way */
static void
run_conv (RnWorker *worker, const Pass *pass, int index, float *y, const float *x, const float *s,
          gboolean relu)
{
  const RnEvaluator *self = pass->self;
  const RnLayoutConv *layer = &pass->layout->convs[index];
  const RnConvShape shape = rn_conv_shape_of (layer, pass->n);
  const gsize pixels = pixels_of (pass, layer);
  const float *filters = self->packed[index].filters;
  float *shared = pass->buffers + pass->plan.n_floats;
  RnTensor *tap;

  if (pass->group == 0)
    pack_filters (worker, pass, index, &shape);
  if (self->path == RN_PATH_RUN)
    {
      const RnFinish finish = { self->shift[index], s, relu };

      rn_conv_run (worker, y, x, filters, shared, &shape, &finish);
      return;
    }
  rn_conv_run (worker, y, x, filters, shared, &shape, NULL);
  copy_to_tap (worker, tap_of (pass, layer->conv_name, ""), y);
  tap = tap_of (pass, layer->norm_name, "");
  if (tap != NULL)
    rn_norm_apply (worker, tap->data, y, NULL, self->scale[index], self->shift[index], FALSE, NULL,
                   NULL, pixels, layer->out_c);
  if (layer->block >= 0 && relu &&
      index == pass->layout->blocks[layer->block].first_conv +
                   pass->layout->blocks[layer->block].n_convs - 1)
    {
      const char *name = pass->layout->blocks[layer->block].name;

      if ((tap = tap_of (pass, name, ".f")) != NULL)
        rn_norm_apply (worker, tap->data, y, NULL, self->scale[index], self->shift[index], FALSE,
                       NULL, NULL, pixels, layer->out_c);
      if ((tap = tap_of (pass, name, ".sum")) != NULL)
        rn_norm_apply (worker, tap->data, y, s, self->scale[index], self->shift[index], FALSE, NULL,
                       NULL, pixels, layer->out_c);
    }
  rn_norm_apply (worker, y, y, s, self->scale[index], self->shift[index], relu, NULL, NULL, pixels,
                 layer->out_c);
}

/* Returns: s; NULL in plain blocks */
static const float *
run_shortcut (RnWorker *worker, const Pass *pass, const RnLayoutBlock *block, const float *x)
{
  float *s = pass->buffers + pass->plan.shortcut;

  switch (block->shortcut)
    {
    case RN_PATH_IDENTITY:
      return x;
    case RN_PATH_SUBSAMPLE:
      rn_subsample_forward (worker, s, x, pass->n, block->in_h, block->in_w, block->in_c,
                            block->out_c, rn_block_stride_of (pass->layout, block),
                            block->pad_before);
      return s;
    case RN_PATH_PROJECTION:
      run_conv (worker, pass, block->downsample, s, x, NULL, FALSE);
      return s;
    case RN_PATH_NONE:
    default:
      return NULL;
    }
}

typedef struct
{
  float *y;
  const float *s;
  gsize count;
} Rectify;

static void
rectify_piece (RnWorker *worker, int piece, gpointer data)
{
  const Rectify *rectify = data;
  const gsize from = (gsize) piece * COPY_PIECE, to = MIN (from + COPY_PIECE, rectify->count);

  for (gsize i = from; i < to; i++)
    rectify->y[i] = rectify->s[i] < 0.0f ? 0.0f : rectify->s[i]; /* NaN stays */
}

/* Whether somebody looks into the residual branch of a block that is switched off. */
static gboolean
branch_is_tapped (const Pass *pass, const RnLayoutBlock *block)
{
  if (pass->pass->tap_names == NULL)
    return FALSE;
  for (int i = 0; i < block->n_convs; i++)
    if (tap_of (pass, pass->layout->convs[block->first_conv + i].conv_name, "") != NULL ||
        tap_of (pass, pass->layout->convs[block->first_conv + i].norm_name, "") != NULL)
      return TRUE;
  return tap_of (pass, block->name, ".f") != NULL;
}

/* @turn: in: the block's input is turn[0]; out: its output is. The other two are free. */
static void
run_block (RnWorker *worker, const Pass *pass, int b, float *turn[3])
{
  const RnLayoutBlock *block = &pass->layout->blocks[b];
  const gboolean is_off = pass->pass->gates != NULL && !pass->pass->gates[b];
  const gsize count = (gsize) pass->n * block->out_h * block->out_w * block->out_c;
  float *x = turn[0], *in = x, *out = turn[1];
  const float *s;

  copy_to_tap (worker, tap_of (pass, block->name, ".in"), x);
  s = run_shortcut (worker, pass, block, x);
  if (s != NULL)
    copy_to_tap (worker, tap_of (pass, block->name, ".shortcut"), s);
  if (!is_off || branch_is_tapped (pass, block))
    for (int i = 0; i < block->n_convs; i++)
      {
        out = i % 2 == 0 ? turn[1] : turn[2];
        run_conv (worker, pass, block->first_conv + i, out, in, i == block->n_convs - 1 ? s : NULL,
                  TRUE);
        in = out;
      }
  if (is_off)
    {
      Rectify rectify = { out, s, count };

      copy_to_tap (worker, tap_of (pass, block->name, ".sum"), s);
      rn_worker_share (worker, (int) ((count + COPY_PIECE - 1) / COPY_PIECE), rectify_piece,
                       &rectify);
    }
  copy_to_tap (worker, tap_of (pass, block->name, ".out"), out);
  turn[out == turn[1] ? 1 : 2] = x;
  turn[0] = out;
}

/* All pictures of @pass from the first convolution to the logits */
static void
run_network (RnWorker *worker, const Pass *pass)
{
  const RnLayout *layout = pass->layout;
  const RnLayoutConv *stem = &layout->convs[0];
  const RnParameters *parameters = rn_model_get_parameters (pass->self->model);
  float *buffers = pass->buffers, *pooled = buffers + pass->plan.pooled;
  float *turn[3] = { buffers + pass->plan.turn[0], buffers + pass->plan.turn[1],
                     buffers + pass->plan.turn[2] };

  run_conv (worker, pass, 0, turn[0], pass->x, NULL, TRUE);
  if (layout->pool)
    {
      float *out = turn[1];

      rn_pool_forward (worker, out, NULL, turn[0], pass->n, stem->out_h, stem->out_w, stem->out_c);
      turn[1] = turn[0];
      turn[0] = out;
    }
  for (int b = 0; b < layout->n_blocks && !rn_worker_is_cancelled (worker); b++)
    run_block (worker, pass, b, turn);
  if (rn_worker_is_cancelled (worker))
    return;
  rn_average_forward (worker, pooled, turn[0], pass->n, layout->out_h * layout->out_w,
                      layout->out_c);
  copy_to_tap (worker, tap_of (pass, "pool", ""), pooled);
  rn_linear_forward (worker, pass->logits, pooled,
                     pass->arena +
                         rn_parameters_get (parameters, -1, RN_PARAMETER_FC_WEIGHT)->offset,
                     pass->arena + rn_parameters_get (parameters, -1, RN_PARAMETER_FC_BIAS)->offset,
                     pass->n, layout->out_c, layout->classes);
  copy_to_tap (worker, tap_of (pass, "fc", ""), pass->logits);
}

/* A piece is a group of pictures, the whole network a member's own affair. */
static void
run_group (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;
  const gsize first = (gsize) piece * (gsize) pass->group;
  Pass mine = *pass;

  mine.n = MIN (pass->group, pass->n - (int) first);
  mine.x +=
      first * (gsize) pass->layout->in_h * (gsize) pass->layout->in_w * (gsize) pass->layout->in_c;
  mine.logits += first * (gsize) pass->layout->classes;
  mine.buffers += (gsize) rn_worker_index (worker) * pass->region;
  rn_worker_begin_alone (worker);
  run_network (worker, &mine);
  rn_worker_end_alone (worker);
}

static void
run_pass (RnWorker *worker, gpointer data)
{
  const Pass *pass = data;

  if (pass->group == 0)
    {
      run_network (worker, pass);
      return;
    }
  for (int i = 0; i < pass->layout->n_convs; i++)
    {
      const RnConvShape shape = rn_conv_shape_of (&pass->layout->convs[i], pass->group);

      pack_filters (worker, pass, i, &shape);
    }
  rn_worker_share (worker, (pass->n + pass->group - 1) / pass->group, run_group, (gpointer) pass);
}

/* The shape of what @name taps; FALSE where there is nothing of that name. */
static gboolean
shape_of_tap (const RnLayout *layout, const char *name, int n, int dims[4])
{
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      if (strcmp (name, conv->conv_name) == 0 || strcmp (name, conv->norm_name) == 0)
        {
          const int shape[4] = { n, conv->out_h, conv->out_w, conv->out_c };

          memcpy (dims, shape, sizeof shape);
          return TRUE;
        }
    }
  for (int i = 0; i < layout->n_blocks; i++)
    {
      const RnLayoutBlock *block = &layout->blocks[i];
      const gboolean is_mine = g_str_has_prefix (name, block->name);
      const char *part = is_mine ? name + strlen (block->name) : "";
      const gboolean is_in = strcmp (part, ".in") == 0;

      if (is_in || strcmp (part, ".f") == 0 || strcmp (part, ".out") == 0 ||
          strcmp (part, ".sum") == 0 ||
          (strcmp (part, ".shortcut") == 0 && block->shortcut != RN_PATH_NONE))
        {
          const int shape[4] = { n, is_in ? block->in_h : block->out_h,
                                 is_in ? block->in_w : block->out_w,
                                 is_in ? block->in_c : block->out_c };

          memcpy (dims, shape, sizeof shape);
          return TRUE;
        }
    }
  if (strcmp (name, "pool") == 0 || strcmp (name, "fc") == 0)
    {
      const int shape[4] = { n, 1, 1, strcmp (name, "fc") == 0 ? layout->classes : layout->out_c };

      memcpy (dims, shape, sizeof shape);
      return TRUE;
    }
  return FALSE;
}

static void
clear_taps (const RnPass *pass)
{
  for (int i = 0; pass->tap_names != NULL && pass->tap_names[i] != NULL; i++)
    g_clear_pointer (&pass->taps[i], rn_tensor_unref);
}

static gboolean
prepare_taps (const Pass *pass, GError **error)
{
  const RnPass *wanted = pass->pass;

  for (int i = 0; wanted->tap_names != NULL && wanted->tap_names[i] != NULL; i++)
    wanted->taps[i] = NULL;
  for (int i = 0; wanted->tap_names != NULL && wanted->tap_names[i] != NULL; i++)
    {
      int dims[4], same = 0;

      /* who asks twice is handed the same tensor twice */
      while (strcmp (wanted->tap_names[same], wanted->tap_names[i]) != 0)
        same++;
      if (same < i)
        {
          wanted->taps[i] = rn_tensor_ref (wanted->taps[same]);
          continue;
        }
      if (!shape_of_tap (pass->layout, wanted->tap_names[i], pass->n, dims))
        {
          g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("This network has no layer called “%s”"),
                       wanted->tap_names[i]);
          clear_taps (wanted);
          return FALSE;
        }
      wanted->taps[i] = rn_tensor_new (4, dims, error);
      if (wanted->taps[i] == NULL)
        {
          clear_taps (wanted);
          return FALSE;
        }
    }
  return TRUE;
}

/* Gates and taps are of the path with taps, and only residual blocks have a gate. */
static gboolean
check_pass (const Pass *pass, GError **error)
{
  const RnPass *wanted = pass->pass;

  if (pass->self->path == RN_PATH_RUN && (wanted->gates != NULL || wanted->tap_names != NULL))
    {
      g_set_error_literal (
          error, RN_ERROR, RN_ERROR_SHAPE,
          _ ("The folded network has neither layers to look at nor branches to switch"));
      return FALSE;
    }
  for (int b = 0; wanted->gates != NULL && b < pass->layout->n_blocks; b++)
    if (!wanted->gates[b] && pass->layout->blocks[b].shortcut == RN_PATH_NONE)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                     _ ("Block %d is plain and has no branch to switch off"), b + 1);
        return FALSE;
      }
  return TRUE;
}

/* Room for the filters of every convolution, as this pass wants them */
static gboolean
make_packed (RnEvaluator *self, const Pass *pass)
{
  for (int i = 0; i < pass->layout->n_convs; i++)
    {
      const RnConvShape shape =
          rn_conv_shape_of (&pass->layout->convs[i], pass->group > 0 ? pass->group : pass->n);
      const RnConvMethod method = rn_conv_forward_method (&shape);
      Packed *packed = &self->packed[i];

      if (packed->filters != NULL && packed->method == method)
        continue;
      rn_floats_free (packed->filters);
      *packed = (Packed){ rn_floats_new_unset (rn_conv_packed (&shape)), method, FALSE };
      if (packed->filters == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Makes everything at least as long as this pass needs it. */
static gboolean
make_room (RnEvaluator *self, Pass *pass)
{
  const int n = pass->group > 0 ? pass->group : pass->n;
  const gsize regions = pass->group > 0 ? (gsize) rn_team_n_threads (self->team) : 1;
  gsize scratch, shared, last_scratch = 0, last_shared = 0, n_buffers;

  rn_plan_workspace (pass->layout, n, FALSE, &scratch, &shared, NULL);
  if (pass->n % n > 0)
    rn_plan_workspace (pass->layout, pass->n % n, FALSE, &last_scratch, &last_shared, NULL);
  shared = MAX (shared, last_shared);
  pass->region = rn_floats_aligned (pass->plan.n_floats + shared);
  if (pass->region > G_MAXSIZE / sizeof (float) / regions)
    return FALSE;
  n_buffers = pass->region * regions;
  if (n_buffers > self->n_buffers)
    {
      g_clear_pointer (&self->buffers, rn_floats_free);
      self->n_buffers = 0;
      self->buffers = rn_floats_new_unset (n_buffers);
    }
  if (self->buffers == NULL || !rn_team_reserve (self->team, MAX (scratch, last_scratch)))
    return FALSE;
  pass->buffers = self->buffers;
  self->n_buffers = MAX (self->n_buffers, n_buffers);
  return make_packed (self, pass);
}

static gboolean
grow (RnEvaluator *self, Pass *pass, GError **error)
{
  RnPlanSize size;

  if (make_room (self, pass))
    return TRUE;
  rn_plan_running (pass->layout, pass->n, rn_team_n_threads (self->team), &size);
  g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
               _ ("Running this network on %d pictures of %d × %d needs %.1f GB, more memory "
                  "than there is"),
               pass->n, pass->layout->in_w, pass->layout->in_h, (double) size.total_bytes * 1e-9);
  return FALSE;
}

gboolean
rn_evaluator_run (RnEvaluator *self, float *logits, const float *x, int n, int height, int width,
                  const RnPass *pass, GError **error)
{
  const RnPass nothing = { 0 };
  g_autoptr (RnLayout) layout = NULL;
  Pass shared;

  g_return_val_if_fail (n >= 1 && height >= 1 && width >= 1, FALSE);

  if (height > RN_MAX_SIDE || width > RN_MAX_SIDE)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("A picture of %d × %d is too large: %d is the longest side"), width, height,
                   RN_MAX_SIDE);
      return FALSE;
    }
  layout = rn_layout_new (rn_model_get_spec (self->model), height, width);
  shared = (Pass){ .self = self,
                   .layout = layout,
                   .arena = rn_model_get_arena (self->model),
                   .x = x,
                   .logits = logits,
                   .n = n,
                   .pass = pass != NULL ? pass : &nothing };
  shared.group = self->path == RN_PATH_RUN ? rn_running_group (layout, n) : 0;
  rn_running_plan_init (&shared.plan, layout, shared.group > 0 ? shared.group : n);
  if (!check_pass (&shared, error) || !grow (self, &shared, error) ||
      !prepare_taps (&shared, error))
    return FALSE;
  if (!rn_team_run (self->team, run_pass, &shared, shared.pass->cancel))
    {
      for (int i = 0; i < layout->n_convs; i++)
        self->packed[i].is_filled = FALSE;
      clear_taps (shared.pass);
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  return TRUE;
}

/* scale and shift of each norm */
static void
prepare_norms (RnEvaluator *self, const RnLayout *layout)
{
  const RnParameters *parameters = rn_model_get_parameters (self->model);
  const float *arena = rn_model_get_arena (self->model);
  const double epsilon = rn_model_get_epsilon (self->model);
  float *end = self->norms;

  for (int i = 0; i < layout->n_convs; i++)
    {
      const float *gamma = arena + rn_parameters_get (parameters, i, RN_PARAMETER_GAMMA)->offset;
      const float *beta = arena + rn_parameters_get (parameters, i, RN_PARAMETER_BETA)->offset;
      const float *mean = arena + rn_parameters_get (parameters, i, RN_PARAMETER_MEAN)->offset;
      const float *var = arena + rn_parameters_get (parameters, i, RN_PARAMETER_VARIANCE)->offset;
      const int channels = layout->convs[i].out_c;

      self->scale[i] = end;
      self->shift[i] = end + rn_floats_aligned ((gsize) channels);
      end += 2 * rn_floats_aligned ((gsize) channels);
      for (int c = 0; c < channels; c++)
        {
          const double scale = gamma[c] / sqrt (var[c] + epsilon);

          self->scale[i][c] = (float) scale;
          self->shift[i][c] = (float) (beta[c] - mean[c] * scale);
        }
    }
}

static RnEvaluator *
evaluator_new (RnModel *model, RnPath path, RnTeam *team, gboolean owns_team, GError **error)
{
  g_autoptr (RnEvaluator) self = g_new0 (RnEvaluator, 1);
  const RnLayout *layout = rn_model_get_layout (model);
  gsize n_norms = 0;

  for (int i = 0; i < layout->n_convs; i++)
    n_norms += 2 * rn_floats_aligned ((gsize) layout->convs[i].out_c);
  self->model = rn_model_ref (model);
  self->path = path;
  self->team = team;
  self->owns_team = owns_team;
  self->scale = g_new (float *, layout->n_convs);
  self->shift = g_new (float *, layout->n_convs);
  self->norms = rn_floats_new (n_norms);
  self->packed = g_new0 (Packed, layout->n_convs);
  if (team == NULL || self->norms == NULL)
    {
      g_set_error_literal (
          error, RN_ERROR, RN_ERROR_MEMORY,
          _ ("There is not enough memory, or no more threads, to run this network"));
      return NULL;
    }
  prepare_norms (self, layout);
  return g_steal_pointer (&self);
}

RnEvaluator *
rn_evaluator_new (RnModel *model, RnPath path, int threads, GError **error)
{
  rn_compute_start ();
  return evaluator_new (model, path, rn_team_new (threads > 0 ? threads : rn_info_n_processors ()),
                        TRUE, error);
}

RnEvaluator *
rn_evaluator_new_on_team (RnModel *model, RnPath path, RnTeam *team, GError **error)
{
  rn_compute_start ();
  return evaluator_new (model, path, team, FALSE, error);
}

void
rn_evaluator_free (RnEvaluator *self)
{
  if (self == NULL)
    return;
  for (int i = 0; self->packed != NULL && i < rn_model_get_layout (self->model)->n_convs; i++)
    rn_floats_free (self->packed[i].filters);
  g_free (self->packed);
  rn_floats_free (self->norms);
  rn_floats_free (self->buffers);
  g_free (self->scale);
  g_free (self->shift);
  if (self->owns_team && self->team != NULL)
    rn_team_free (self->team);
  g_clear_pointer (&self->model, rn_model_unref);
  g_free (self);
}

RnModel *
rn_evaluator_get_model (RnEvaluator *self)
{
  return self->model;
}

int
rn_evaluator_batch_for (RnEvaluator *self, int height, int width)
{
  g_autoptr (RnLayout) layout = rn_layout_new (rn_model_get_spec (self->model), height, width);

  return rn_running_batch (layout);
}
