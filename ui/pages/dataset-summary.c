#include "pages/dataset-summary.h"

#include <glib/gi18n-lib.h>

#include "state/format.h"

struct _RnDatasetSummary
{
  gatomicrefcount references;
  int n_classes;
  int most;
  /* Of each split: its indices ordered by class; those of class c stand from start[c] to start[c + 1]. */
  int *order[2];
  int *start[2];
};

/* A counting sort by class */
static void
sort_split (RnDatasetSummary *self, const RnDataset *dataset, RnSplit split)
{
  const int count = rn_dataset_count (dataset, split), n_classes = self->n_classes;
  int *const start = g_new0 (int, n_classes + 1), *const order = g_new (int, MAX (count, 1));
  g_autofree int *next = NULL;

  for (int i = 0; i < count; i++)
    start[rn_dataset_get_label (dataset, split, i) + 1]++;
  for (int c = 0; c < n_classes; c++)
    {
      self->most = MAX (self->most, start[c + 1]);
      start[c + 1] += start[c];
    }
  next = g_memdup2 (start, ((gsize) n_classes + 1) * sizeof *start);
  for (int i = 0; i < count; i++)
    order[next[rn_dataset_get_label (dataset, split, i)]++] = i;
  self->start[split] = start;
  self->order[split] = order;
}

RnDatasetSummary *
rn_dataset_summary_new (const RnDataset *dataset)
{
  RnDatasetSummary *self = g_new0 (RnDatasetSummary, 1);

  g_atomic_ref_count_init (&self->references);
  self->n_classes = rn_dataset_n_classes (dataset);
  self->most = 1;
  sort_split (self, dataset, RN_SPLIT_TRAIN);
  sort_split (self, dataset, RN_SPLIT_TEST);
  return self;
}

RnDatasetSummary *
rn_dataset_summary_ref (RnDatasetSummary *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rn_dataset_summary_unref (RnDatasetSummary *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (int split = 0; split < 2; split++)
    {
      g_free (self->order[split]);
      g_free (self->start[split]);
    }
  g_free (self);
}

int
rn_dataset_summary_n_classes (const RnDatasetSummary *self)
{
  return self->n_classes;
}

int
rn_dataset_summary_get_count (const RnDatasetSummary *self, RnSplit split, int class)
{
  g_return_val_if_fail (class >= 0 && class < self->n_classes, 0);

  return self->start[split][class + 1] - self->start[split][class];
}

int
rn_dataset_summary_get_most (const RnDatasetSummary *self)
{
  return self->most;
}

const int *
rn_dataset_summary_get_indices (const RnDatasetSummary *self, RnSplit split, int class, int *n)
{
  *n = rn_dataset_summary_get_count (self, split, class);
  return self->order[split] + self->start[split][class];
}

char *
rn_dataset_summary_describe (const RnDatasetSummary *self, const RnDataset *dataset)
{
  const char *const *classes = rn_dataset_get_classes (dataset);
  g_autofree char *least_text = NULL, *most_text = NULL;
  int least = 0, most = 0, least_count, most_count;

  for (int c = 1; c < self->n_classes; c++)
    {
      const int count = rn_dataset_summary_get_count (self, RN_SPLIT_TRAIN, c);

      if (count < rn_dataset_summary_get_count (self, RN_SPLIT_TRAIN, least))
        least = c;
      if (count > rn_dataset_summary_get_count (self, RN_SPLIT_TRAIN, most))
        most = c;
    }
  least_count = rn_dataset_summary_get_count (self, RN_SPLIT_TRAIN, least);
  most_count = rn_dataset_summary_get_count (self, RN_SPLIT_TRAIN, most);
  least_text = rn_format_count (least_count);
  most_text = rn_format_count (most_count);
  if (most_count == 0)
    return g_strdup (_ ("There are no training pictures."));
  if (least_count == most_count)
    return g_strdup_printf (ngettext ("Balanced: every class has %s training picture.",
                                      "Balanced: every class has %s training pictures.",
                                      (gulong) most_count),
                            most_text);
  if ((double) most_count <= 1.5 * least_count)
    return g_strdup_printf (_ ("Nearly balanced: from %s training pictures (%s) to %s (%s)."),
                            least_text, classes[least], most_text, classes[most]);
  if (least_count == 0)
    return g_strdup_printf (_ ("Unbalanced: “%s” has no training pictures, “%s” has %s."),
                            classes[least], classes[most], most_text);
  return g_strdup_printf (
      _ ("Unbalanced: “%s” has %.1f times as many training pictures as “%s” (%s and %s). The "
         "network will lean towards the large classes."),
      classes[most], (double) most_count / least_count, classes[least], most_text, least_text);
}
