#include "inspect/pictures.h"

#include <glib/gi18n-lib.h>

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

gboolean
rn_pictures_check (const RnPreprocess *preprocess, int classes, RnDataset *dataset, RnSplit split,
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
