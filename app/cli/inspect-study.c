#include "inspect-study.h"

#include <glib/gi18n.h>

#include "terminal.h"

#define BAR_COLUMNS 24
#define MOST_OFF 10 /* random blocks, or pairs */
#define SEED 1      /* of the drawings, as in the window */

/* One study under way */
typedef struct
{
  RnCliStudyResult *result;
  RnCliProgress progress;
} Course;

static gboolean
on_point (const RnStudyPoint *point, double done, gpointer data)
{
  Course *course = data;

  g_array_append_val (course->result->points, *point);
  return rn_cli_progress_func (done, &course->progress);
}

static gboolean
on_gradient (const RnPathGradient *gradient, double done, gpointer data)
{
  Course *course = data;

  g_array_append_val (course->result->gradients, *gradient);
  return rn_cli_progress_func (done, &course->progress);
}

static gboolean
measure (Course *course, RnStudy *study, int draws, GError **error)
{
  course->result->n_pictures = rn_study_count (study);
  switch (course->result->kind)
    {
    case RN_CLI_STUDY_LESIONS:
      return rn_study_lesions (study, MOST_OFF, draws, SEED, on_point, course, NULL, error);
    case RN_CLI_STUDY_SHUFFLES:
      return rn_study_shuffles (study, MOST_OFF, draws, SEED, on_point, course, NULL, error);
    case RN_CLI_STUDY_PATHS:
    case RN_CLI_STUDY_NONE:
    default:
      return rn_study_path_gradients (study, draws, SEED, on_gradient, course, NULL, error);
    }
}

gboolean
rn_cli_study_run (RnCliStudyResult *result, RnCliStudy kind, RnModel *model, RnDataset *dataset,
                  RnSplit split, int count, int draws, int threads, GError **error)
{
  g_autoptr (RnStudy) study = NULL;
  Course course = { result, { NULL } };
  gboolean is_done;

  *result = (RnCliStudyResult){ .kind = kind };
  result->points = g_array_new (FALSE, FALSE, sizeof (RnStudyPoint));
  result->gradients = g_array_new (FALSE, FALSE, sizeof (RnPathGradient));
  rn_cli_progress_start (&course.progress, _ ("Reading"));
  study = rn_study_new (model, dataset, split, count, threads, rn_cli_progress_func,
                        &course.progress, NULL, error);
  rn_cli_progress_end (&course.progress);
  if (study == NULL)
    return FALSE;
  rn_cli_progress_start (&course.progress, _ ("Measuring"));
  is_done = measure (&course, study, draws, error);
  rn_cli_progress_end (&course.progress);
  return is_done;
}

void
rn_cli_study_clear (RnCliStudyResult *result)
{
  g_clear_pointer (&result->points, g_array_unref);
  g_clear_pointer (&result->gradients, g_array_unref);
}

static double
get_error (const RnCliStudyResult *result, const RnStudyPoint *point)
{
  return (double) point->wrong / result->n_pictures;
}

/* Paths */

static int
count_residual (RnModel *model)
{
  const RnSpec *spec = rn_model_get_spec (model);
  int n = 0;

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    n += !rn_block_kind_is_plain (rn_spec_get_block (spec, i)->kind);
  return n;
}

/* The three figures of each length, 0 to @n: share of the paths, mean gradient of one, share of the gradient */
typedef struct
{
  int n;
  double *paths, *gradients, *shares;
} Lengths;

static void
lengths_clear (Lengths *self)
{
  g_free (self->paths);
  g_free (self->gradients);
  g_free (self->shares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lengths, lengths_clear)

static void
lengths_init (Lengths *self, const RnCliStudyResult *result, RnModel *model)
{
  self->n = count_residual (model);
  self->paths = g_new (double, self->n + 1);
  self->gradients = g_new0 (double, self->n + 1);
  self->shares = g_new (double, self->n + 1);
  for (guint i = 0; i < result->gradients->len; i++)
    {
      const RnPathGradient *one = &g_array_index (result->gradients, RnPathGradient, i);

      self->gradients[one->length] += one->norm;
    }
  /* every length is drawn as often as every other */
  for (int k = 0; k <= self->n; k++)
    self->gradients[k] *= (self->n + 1.0) / result->gradients->len;
  rn_path_lengths (self->paths, self->n);
  rn_path_shares (self->shares, self->gradients, self->n);
}

/* Text */

static void
print_paths (const RnCliStudyResult *result, RnModel *model)
{
  const RnCliCell heading[] = {
    { _ ("length"), 6 }, { _ ("paths"), 9 }, { _ ("gradient"), 11 }, { _ ("share"), 9 }
  };
  g_auto (Lengths) lengths = { 0 };
  double most = 1e-30;

  lengths_init (&lengths, result, model);
  for (int k = 0; k <= lengths.n; k++)
    most = MAX (most, lengths.shares[k]);
  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  for (int k = 0; k <= lengths.n; k++)
    {
      g_autofree char *bar = rn_cli_bar (lengths.shares[k] / most, BAR_COLUMNS);

      rn_cli_print ("%6d %7.3f %% %11.4g %7.3f %%  %s", k, 100.0 * lengths.paths[k],
                    lengths.gradients[k], 100.0 * lengths.shares[k], bar);
    }
}

static char *
name_point (const RnCliStudyResult *result, const RnStudyPoint *point)
{
  if (point->n_off == 0)
    return g_strdup (_ ("whole network"));
  if (result->kind == RN_CLI_STUDY_SHUFFLES)
    return g_strdup_printf (ngettext ("%d pair exchanged", "%d pairs exchanged",
                                      (gulong) point->n_off),
                            point->n_off);
  if (point->block >= 0)
    return g_strdup_printf (_ ("without block %d"), point->block + 1);
  return g_strdup_printf (ngettext ("%d random block off", "%d random blocks off",
                                    (gulong) point->n_off),
                          point->n_off);
}

static void
print_points (const RnCliStudyResult *result)
{
  const RnCliCell heading[] = { { "", -28 }, { _ ("tau"), 7 }, { _ ("error"), 9 } };

  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  for (guint i = 0; i < result->points->len; i++)
    {
      const RnStudyPoint *point = &g_array_index (result->points, RnStudyPoint, i);
      const double error = get_error (result, point);
      g_autofree char *name = name_point (result, point);
      g_autofree char *tau = g_strdup_printf ("%.3f", point->tau);
      g_autofree char *percent = g_strdup_printf ("%.2f %%", 100.0 * error);
      g_autofree char *bar = rn_cli_bar (error, BAR_COLUMNS);
      const RnCliCell cells[] = { { name, -28 }, { tau, 7 }, { percent, 9 }, { bar, 0 } };

      rn_cli_print_cells (cells, G_N_ELEMENTS (cells));
    }
}

void
rn_cli_study_print (const RnCliStudyResult *result, RnModel *model)
{
  if (result->kind == RN_CLI_STUDY_PATHS)
    print_paths (result, model);
  else
    print_points (result);
}

/* JSON */

static void
paths_to_json (const RnCliStudyResult *result, RnModel *model, JsonBuilder *builder)
{
  g_auto (Lengths) lengths = { 0 };

  lengths_init (&lengths, result, model);
  for (int k = 0; k <= lengths.n; k++)
    {
      json_builder_begin_object (builder);
      rn_cli_json_int (builder, "length", k);
      rn_cli_json_number (builder, "paths", lengths.paths[k]);
      rn_cli_json_number (builder, "gradient", lengths.gradients[k]);
      rn_cli_json_number (builder, "gradient_share", lengths.shares[k]);
      json_builder_end_object (builder);
    }
}

static void
points_to_json (const RnCliStudyResult *result, JsonBuilder *builder)
{
  for (guint i = 0; i < result->points->len; i++)
    {
      const RnStudyPoint *point = &g_array_index (result->points, RnStudyPoint, i);

      json_builder_begin_object (builder);
      rn_cli_json_int (builder, result->kind == RN_CLI_STUDY_SHUFFLES ? "pairs" : "off",
                       point->n_off);
      if (point->block >= 0)
        rn_cli_json_int (builder, "block", point->block + 1);
      rn_cli_json_int (builder, "draw", point->draw);
      rn_cli_json_number (builder, "tau", point->tau);
      rn_cli_json_int (builder, "wrong", point->wrong);
      rn_cli_json_number (builder, "error", get_error (result, point));
      json_builder_end_object (builder);
    }
}

void
rn_cli_study_to_json (const RnCliStudyResult *result, RnModel *model, JsonBuilder *builder)
{
  static const char *const names[] = { [RN_CLI_STUDY_LESIONS] = "lesions",
                                       [RN_CLI_STUDY_SHUFFLES] = "shuffles",
                                       [RN_CLI_STUDY_PATHS] = "paths" };

  rn_cli_json_string (builder, "study", names[result->kind]);
  rn_cli_json_int (builder, "count", result->n_pictures);
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  if (result->kind == RN_CLI_STUDY_PATHS)
    paths_to_json (result, model, builder);
  else
    points_to_json (result, builder);
  json_builder_end_array (builder);
}
