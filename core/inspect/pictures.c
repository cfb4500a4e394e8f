#include "inspect/pictures.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/classify.h"
#include "residua/error.h"

static gboolean
check_cancel (const int *cancel, GError **error)
{
  if (cancel == NULL || __atomic_load_n (cancel, __ATOMIC_RELAXED) == 0)
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}

gboolean
rn_pictures_load (float *x, const RnPreprocess *preprocess, RnDataset *dataset, RnSplit split,
                  const int *indices, int n, const int *cancel, GError **error)
{
  const gsize count = (gsize) preprocess->side * preprocess->side * preprocess->channels;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (RnPicture) picture =
          check_cancel (cancel, error) ? rn_dataset_get_picture (dataset, split, indices[i], error)
                                       : NULL;
      g_autoptr (RnPicture) view =
          picture != NULL ? rn_view_single (picture, preprocess, error) : NULL;

      if (view == NULL)
        return FALSE;
      rn_preprocess_apply (preprocess, x + (gsize) i * count, view);
    }
  return TRUE;
}

/* Returns: the class called @name, @at where several are; -1 where there is none */
static int
find_class (const char *const *classes, int n, const char *name, int at)
{
  if (at < n && strcmp (classes[at], name) == 0)
    return at;
  for (int k = 0; k < n; k++)
    if (strcmp (classes[k], name) == 0)
      return k;
  return -1;
}

static gboolean
match_classes (int *matches, const RnModel *model, RnDataset *dataset, GError **error)
{
  const char *const *known = rn_model_get_classes (model);
  const char *const *names = rn_dataset_get_classes (dataset);
  const int n = rn_dataset_n_classes (dataset);
  const int n_model = rn_spec_get_classes (rn_model_get_spec (model));
  int n_found = 0, missing = -1;

  for (int i = 0; i < n; i++)
    {
      matches[i] = known != NULL ? find_class (known, n_model, names[i], i) : i;
      n_found += matches[i] >= 0;
      missing = matches[i] < 0 && missing < 0 ? i : missing;
    }
  if (n_found == n)
    return TRUE;
  if (n_found > 0 || n != n_model)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                   _ ("“%s”, a class of “%s”, is none that the network tells apart"),
                   names[missing], rn_dataset_get_source (dataset));
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    matches[i] = i;
  return TRUE;
}

static gboolean
check (const RnPreprocess *preprocess, int classes, RnDataset *dataset, RnSplit split,
       GError **error)
{
  const char *source = rn_dataset_get_source (dataset);

  if (rn_dataset_count (dataset, split) < 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                   split == RN_SPLIT_TEST ? _ ("“%s” has no test pictures")
                                          : _ ("“%s” has no training pictures"),
                   source);
      return FALSE;
    }
  if (rn_dataset_n_classes (dataset) > classes)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("The network tells %d classes apart, “%s” has %d"), classes, source,
                   rn_dataset_n_classes (dataset));
      return FALSE;
    }
  if (rn_dataset_get_channels (dataset) != preprocess->channels)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("The network takes %d channels, the pictures of “%s” have %d"),
                   preprocess->channels, source, rn_dataset_get_channels (dataset));
      return FALSE;
    }
  return TRUE;
}

int *
rn_pictures_match (const RnModel *model, RnDataset *dataset, RnSplit split, GError **error)
{
  const int classes = rn_spec_get_classes (rn_model_get_spec (model));
  g_autofree int *matches = g_new (int, MAX (rn_dataset_n_classes (dataset), 1));

  if (!check (rn_model_get_preprocess (model), classes, dataset, split, error) ||
      !match_classes (matches, model, dataset, error))
    return NULL;
  return g_steal_pointer (&matches);
}
