#include "pages/study-responses.h"

#include <residua/inspect.h>
#include <residua/run.h>

#include "pages/taps.h"

static void
point_clear (gpointer data)
{
  g_free ((char *) ((RnResponsePoint *) data)->name);
}

RnStudyCurve *
rn_study_curve_new (const char *name, const char *path)
{
  RnStudyCurve *curve = g_new0 (RnStudyCurve, 1);

  curve->name = g_strdup (name);
  curve->path = g_strdup (path);
  curve->points = g_array_new (FALSE, FALSE, sizeof (RnResponsePoint));
  g_array_set_clear_func (curve->points, point_clear);
  return curve;
}

static void
add_point (RnStudyCurve *curve, const char *name, guint32 block, double std)
{
  const RnResponsePoint point = { g_strdup (name), block, std };

  g_array_append_val (curve->points, point);
}

RnStudyCurve *
rn_study_curve_copy (const RnStudyCurve *curve)
{
  RnStudyCurve *copy = rn_study_curve_new (curve->name, curve->path);

  for (guint i = 0; i < curve->points->len; i++)
    {
      const RnResponsePoint *point = &g_array_index (curve->points, RnResponsePoint, i);

      add_point (copy, point->name, point->block, point->std);
    }
  copy->problem = g_strdup (curve->problem);
  return copy;
}

void
rn_study_curve_free (gpointer data)
{
  RnStudyCurve *curve = data;

  if (curve == NULL)
    return;
  g_free (curve->name);
  g_free (curve->path);
  g_array_unref (curve->points);
  g_free (curve->problem);
  g_free (curve);
}

/* Returns: the id of the block that @layer ("layer1.0.bn1") belongs to, 0 for the stem */
static guint32
find_block (const RnSpec *spec, const char *layer)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      g_autofree char *start = rn_tap_of_block (spec, i, "");

      if (g_str_has_prefix (layer, start))
        return rn_spec_get_block (spec, i)->id;
    }
  return 0;
}

static GPtrArray *
measure (RnModel *model, RnDataset *dataset, int count, int threads, RnProgressFunc progress,
         gpointer data, GError **error)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, threads, error);

  return evaluator == NULL ? NULL
                           : rn_inspect_responses (evaluator, dataset, RN_SPLIT_TEST, count,
                                                   progress, data, error);
}

void
rn_study_curve_measure (RnStudyCurve *curve, RnModel *model, gboolean is_shown, RnDataset *dataset,
                        int count, int threads, RnProgressFunc progress, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) own =
      curve->path != NULL ? rn_model_load_any (curve->path, NULL, &error) : rn_model_ref (model);
  g_autoptr (GPtrArray) responses =
      own != NULL ? measure (own, dataset, count, threads, progress, data, &error) : NULL;

  if (responses == NULL)
    {
      curve->problem = g_strdup (error->message);
      return;
    }
  for (guint i = 0; i < responses->len; i++)
    {
      const RnResponse *response = responses->pdata[i];

      if (response->kernel == 3)
        add_point (curve, response->name,
                   is_shown ? find_block (rn_model_get_spec (own), response->name)
                            : RN_RESPONSE_NO_BLOCK,
                   response->std);
    }
}
