#include <glib/gi18n-lib.h>
#include <math.h>

#include "base/random.h"
#include "inspect/study-private.h"
#include "network/model.h"
#include "residua/error.h"

/* One study under way: what all of its points need */
typedef struct
{
  RnStudy *study;
  RnAnswer *answers;
  int n_done;
  int n_points;
  RnStudyFunc func;
  gpointer user_data;
  const int *cancel;
} Course;

static void
course_init (Course *self, RnStudy *study, int n_points, RnStudyFunc func, gpointer user_data,
             const int *cancel)
{
  *self = (Course){ study, NULL, 0, n_points, func, user_data, cancel };
  self->answers = g_new (RnAnswer, rn_study_count (study));
}

static gboolean
tell (Course *self, RnStudyPoint point, GError **error)
{
  point.wrong = rn_answers_n_wrong (self->answers, rn_study_count (self->study));
  self->n_done++;
  return self->func (&point, (double) self->n_done / self->n_points, self->user_data) ||
         rn_study_cancelled (error);
}

/* Lesions */

static gboolean
measure_lesion (Course *self, RnStudyPoint point, const gboolean *gates, GError **error)
{
  point.tau = 1.0;
  return rn_study_answers (self->study, self->answers, gates, NULL, NULL, self->cancel, error) &&
         tell (self, point, error);
}

/* @off: the first @n of a shuffled list of residual blocks */
static gboolean
switched_off (Course *self, RnStudyPoint point, const int *off, int n, int n_blocks, GError **error)
{
  g_autofree gboolean *gates = g_new (gboolean, MAX (n_blocks, 1));

  for (int i = 0; i < n_blocks; i++)
    gates[i] = TRUE;
  for (int i = 0; i < n; i++)
    gates[off[i]] = FALSE;
  return measure_lesion (self, point, gates, error);
}

/* How the network is measured without the first @n of @off */
typedef gboolean (*WithoutFunc) (Course *self, RnStudyPoint point, const int *off, int n,
                                 int n_blocks, GError **error);

static gboolean
lesions (Course *self, WithoutFunc without, int *residual, int n_residual, int n_blocks,
         int most_off, int draws, guint64 seed, GError **error)
{
  if (!without (self, (RnStudyPoint){ .block = -1 }, residual, 0, n_blocks, error))
    return FALSE;
  for (int i = 0; i < n_residual; i++)
    if (!without (self, (RnStudyPoint){ .n_off = 1, .block = residual[i] }, residual + i, 1,
                  n_blocks, error))
      return FALSE;
  for (int n_off = 1; n_off <= most_off; n_off++)
    for (int draw = 0; draw < draws; draw++)
      {
        RnRandom random;

        rn_random_start (&random, seed, RN_STREAM_STUDY, (guint64) n_off, (guint64) draw);
        rn_random_shuffle (&random, residual, n_residual);
        if (!without (self, (RnStudyPoint){ .n_off = n_off, .block = -1, .draw = draw }, residual,
                      n_off, n_blocks, error))
          return FALSE;
      }
  return TRUE;
}

gboolean
rn_study_lesions (RnStudy *study, int most_off, int draws, guint64 seed, RnStudyFunc func,
                  gpointer user_data, const int *cancel, GError **error)
{
  const RnSpec *spec = rn_model_get_spec (rn_study_get_model (study));
  const int n_blocks = rn_spec_n_blocks (spec);
  g_autofree int *residual = g_new (int, MAX (n_blocks, 1));
  int n_residual = 0;
  gboolean is_done;
  Course course;

  for (int i = 0; i < n_blocks; i++)
    if (!rn_block_kind_is_plain (rn_spec_get_block (spec, i)->kind))
      residual[n_residual++] = i;
  most_off = CLAMP (most_off, 0, n_residual);
  draws = CLAMP (draws, 1, 1000);
  course_init (&course, study, 1 + n_residual + most_off * draws, func, user_data, cancel);
  is_done =
      lesions (&course, switched_off, residual, n_residual, n_blocks, most_off, draws, seed, error);
  g_free (course.answers);
  return is_done;
}

/* Blocks in another order, or without some of them */

/* Whether the two can stand in one another's place: same layers, no change of shape. */
static gboolean
is_alike (const RnLayout *layout, int a, int b)
{
  const RnLayoutBlock *p = &layout->blocks[a], *q = &layout->blocks[b];

  if (p->n_convs != q->n_convs || p->shortcut != q->shortcut || p->in_c != q->in_c ||
      p->out_c != q->out_c || p->in_h != q->in_h || p->in_w != q->in_w)
    return FALSE;
  return p->in_c == p->out_c && p->in_h == p->out_h && p->in_w == p->out_w && q->out_h == q->in_h &&
         q->out_w == q->in_w;
}

typedef struct
{
  int a, b;
} Pair;

static GArray *
find_pairs (const RnLayout *layout)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  for (int a = 0; a < layout->n_blocks; a++)
    for (int b = a + 1; b < layout->n_blocks; b++)
      if (is_alike (layout, a, b))
        g_array_append_val (pairs, ((Pair){ a, b }));
  return pairs;
}

static gboolean
measure_order (Course *self, RnStudyPoint point, const int *order, int n, GError **error)
{
  g_autoptr (RnModel) model =
      rn_model_rearrange (rn_study_get_model (self->study), order, n, error);
  g_autoptr (RnEvaluator) evaluator =
      model != NULL
          ? rn_evaluator_new (model, RN_PATH_TAPS, rn_study_get_threads (self->study), error)
          : NULL;

  return evaluator != NULL &&
         rn_study_answers_of (self->study, evaluator, self->answers, NULL, NULL, NULL, self->cancel,
                              error) &&
         tell (self, point, error);
}

static gboolean
measure_shuffle (Course *self, RnStudyPoint point, const int *order, int n, GError **error)
{
  point.tau = rn_kendall_tau (order, n);
  point.block = -1;
  return measure_order (self, point, order, n, error);
}

static void
set_in_order (int *order, int n)
{
  for (int i = 0; i < n; i++)
    order[i] = i;
}

static gboolean
is_in_order (const int *order, int n)
{
  for (int i = 0; i < n; i++)
    if (order[i] != i)
      return FALSE;
  return TRUE;
}

/* Whether @n_pairs exchanges can lead to another order: an even number of the only one never does. */
static gboolean
can_change (const GArray *pairs, int n_pairs)
{
  return pairs->len > 1 || n_pairs % 2 == 1;
}

/* @order: (out): after @n_pairs random exchanges; drawn until it is another than it was trained in */
static void
draw_order (const GArray *pairs, int n_pairs, RnRandom *random, int *order, int n)
{
  do
    {
      set_in_order (order, n);
      for (int i = 0; i < n_pairs; i++)
        {
          const Pair pair = g_array_index (pairs, Pair, rn_random_below (random, pairs->len));
          const int kept = order[pair.a];

          order[pair.a] = order[pair.b];
          order[pair.b] = kept;
        }
    }
  while (is_in_order (order, n));
}

static gboolean
shuffles (Course *self, const GArray *pairs, int *order, int n, int most_pairs, int draws,
          guint64 seed, GError **error)
{
  set_in_order (order, n);
  if (!measure_shuffle (self, (RnStudyPoint){ 0 }, order, n, error))
    return FALSE;
  for (int n_pairs = 1; n_pairs <= most_pairs; n_pairs++)
    for (int draw = 0; draw < draws && can_change (pairs, n_pairs); draw++)
      {
        RnRandom random;

        rn_random_start (&random, seed, RN_STREAM_STUDY, (guint64) n_pairs, (guint64) draw);
        draw_order (pairs, n_pairs, &random, order, n);
        if (!measure_shuffle (self, (RnStudyPoint){ .n_off = n_pairs, .draw = draw }, order, n,
                              error))
          return FALSE;
      }
  return TRUE;
}

gboolean
rn_study_shuffles (RnStudy *study, int most_pairs, int draws, guint64 seed, RnStudyFunc func,
                   gpointer user_data, const int *cancel, GError **error)
{
  const RnLayout *layout = rn_model_get_layout (rn_study_get_model (study));
  g_autoptr (GArray) pairs = find_pairs (layout);
  g_autofree int *order = g_new (int, MAX (layout->n_blocks, 1));
  gboolean is_done;
  Course course;
  int n_orders;

  most_pairs = CLAMP (most_pairs, 0, 1000);
  draws = CLAMP (draws, 1, 1000);
  if (pairs->len == 0)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_SHAPE,
                           _ ("No two blocks of this network have the same shape"));
      return FALSE;
    }
  n_orders = 1;
  for (int n_pairs = 1; n_pairs <= most_pairs; n_pairs++)
    n_orders += can_change (pairs, n_pairs) ? draws : 0;
  course_init (&course, study, n_orders, func, user_data, cancel);
  is_done = shuffles (&course, pairs, order, layout->n_blocks, most_pairs, draws, seed, error);
  g_free (course.answers);
  return is_done;
}

/* Removals */

/* @off: the first @n of a shuffled list of blocks */
static gboolean
removed (Course *self, RnStudyPoint point, const int *off, int n, int n_blocks, GError **error)
{
  g_autofree int *order = g_new (int, MAX (n_blocks, 1));
  int n_left = 0;

  for (int i = 0; i < n_blocks; i++)
    {
      gboolean is_off = FALSE;

      for (int j = 0; j < n; j++)
        is_off |= off[j] == i;
      if (!is_off)
        order[n_left++] = i;
    }
  point.tau = 1.0;
  return measure_order (self, point, order, n_left, error);
}

gboolean
rn_study_removals (RnStudy *study, int most_off, int draws, guint64 seed, RnStudyFunc func,
                   gpointer user_data, const int *cancel, GError **error)
{
  const RnLayout *layout = rn_model_get_layout (rn_study_get_model (study));
  g_autofree int *blocks = g_new (int, MAX (layout->n_blocks, 1));
  gboolean is_done;
  int n = 0;
  Course course;

  for (int i = 0; i < layout->n_blocks; i++)
    if (is_alike (layout, i, i))
      blocks[n++] = i;
  if (n == 0)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_SHAPE,
                           _ ("Every block of this network changes the shape"));
      return FALSE;
    }
  most_off = CLAMP (most_off, 0, n);
  draws = CLAMP (draws, 1, 1000);
  course_init (&course, study, 1 + n + most_off * draws, func, user_data, cancel);
  is_done = lesions (&course, removed, blocks, n, layout->n_blocks, most_off, draws, seed, error);
  g_free (course.answers);
  return is_done;
}

/* Numbers */

double
rn_kendall_tau (const int *order, int n)
{
  gint64 inversions = 0;

  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++)
      inversions += order[i] > order[j];
  return n < 2 ? 1.0 : 1.0 - 4.0 * (double) inversions / ((double) n * (n - 1));
}

void
rn_path_lengths (double *shares, int n_blocks)
{
  /* share[k] = C(n, k) / 2^n, by logarithms, as C(4096, 2048) is no double */
  const double all = lgamma (n_blocks + 1.0) - n_blocks * G_LN2;

  for (int k = 0; k <= n_blocks; k++)
    shares[k] = exp (all - lgamma (k + 1.0) - lgamma (n_blocks - k + 1.0));
}
