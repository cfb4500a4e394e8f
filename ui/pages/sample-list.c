#include "pages/sample-list.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "state/format.h"

/* The sample set's scenes take the classes in turn. */
#define N_SAMPLE_CLASSES 10
/* With this side they have the sample set's own pixels. */
#define SAMPLE_SIDE 32

struct _RnSampleItem
{
  GObject parent_instance;

  RnDataset *dataset; /* (nullable): the sample set's scenes */
  RnSplit split;
  int index;
  guint position;
};

G_DEFINE_FINAL_TYPE (RnSampleItem, rn_sample_item, G_TYPE_OBJECT)

static void
rn_sample_item_init (RnSampleItem *self)
{
}

static void
rn_sample_item_finalize (GObject *object)
{
  RnSampleItem *self = RN_SAMPLE_ITEM (object);

  g_clear_pointer (&self->dataset, rn_dataset_unref);
  G_OBJECT_CLASS (rn_sample_item_parent_class)->finalize (object);
}

static void
rn_sample_item_class_init (RnSampleItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_sample_item_finalize;
}

RnSampleItem *
rn_sample_item_new (RnDataset *dataset, RnSplit split, int index, guint position)
{
  RnSampleItem *self = g_object_new (RN_TYPE_SAMPLE_ITEM, NULL);

  self->dataset = dataset != NULL ? rn_dataset_ref (dataset) : NULL;
  self->split = split;
  self->index = index;
  self->position = position;
  return self;
}

RnDataset *
rn_sample_item_get_dataset (RnSampleItem *self)
{
  return self->dataset;
}

RnSplit
rn_sample_item_get_split (RnSampleItem *self)
{
  return self->split;
}

int
rn_sample_item_get_index (RnSampleItem *self)
{
  return self->index;
}

guint
rn_sample_item_get_position (RnSampleItem *self)
{
  return self->position;
}

int
rn_sample_item_get_class (RnSampleItem *self)
{
  return self->dataset != NULL ? rn_dataset_get_label (self->dataset, self->split, self->index)
                               : self->index % N_SAMPLE_CLASSES;
}

/* "test 1204" of the core with the language's thousands; files keep their names */
static char *
make_short_name (RnSampleItem *self)
{
  const gboolean is_training = self->split == RN_SPLIT_TRAIN;
  g_autofree char *name =
      self->dataset != NULL ? rn_dataset_get_name (self->dataset, self->split, self->index) : NULL;
  g_autofree char *plain =
      g_strdup_printf (is_training ? _ ("train %d") : _ ("test %d"), self->index);
  g_autofree char *count = NULL;

  if (name != NULL && strcmp (name, plain) != 0)
    return g_steal_pointer (&name);
  count = rn_format_count (self->index);
  return g_strdup_printf (is_training ? _ ("train %s") : _ ("test %s"), count);
}

char *
rn_sample_item_make_name (RnSampleItem *self)
{
  g_autofree char *name = make_short_name (self);

  if (self->dataset == NULL)
    return g_steal_pointer (&name);
  return g_strdup_printf ("%s, %s",
                          rn_dataset_get_classes (self->dataset)[rn_sample_item_get_class (self)],
                          name);
}

RnPicture *
rn_sample_item_load (RnSampleItem *self, GError **error)
{
  return self->dataset != NULL
             ? rn_dataset_get_picture (self->dataset, self->split, self->index, error)
             : rn_sample_render (self->split, self->index, SAMPLE_SIDE, error);
}

struct _RnSampleList
{
  GObject parent_instance;

  RnDataset *dataset;
  gboolean is_preview;
  RnDatasetSummary *summary;
  RnSplit split;
  int class;
  guint n;
  const int *indices; /* of the summary; NULL: all, in order */
};

static GType
get_item_type (GListModel *model)
{
  return RN_TYPE_SAMPLE_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return RN_SAMPLE_LIST (model)->n;
}

static gpointer
get_item (GListModel *model, guint position)
{
  RnSampleList *self = RN_SAMPLE_LIST (model);

  if (position >= self->n)
    return NULL;
  return rn_sample_item_new (self->dataset, self->split,
                             self->indices != NULL ? self->indices[position] : (int) position,
                             position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RnSampleList, rn_sample_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
rn_sample_list_init (RnSampleList *self)
{
  self->class = -1;
}

static void
rn_sample_list_finalize (GObject *object)
{
  RnSampleList *self = RN_SAMPLE_LIST (object);

  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  G_OBJECT_CLASS (rn_sample_list_parent_class)->finalize (object);
}

static void
rn_sample_list_class_init (RnSampleListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_sample_list_finalize;
}

RnSampleList *
rn_sample_list_new (void)
{
  return g_object_new (RN_TYPE_SAMPLE_LIST, NULL);
}

/* After any change of what is listed */
static void
list_again (RnSampleList *self)
{
  const guint n_before = self->n;
  int n = 0;

  self->indices = NULL;
  if (self->dataset == NULL)
    n = self->is_preview && self->class < 0 ? RN_SAMPLE_LIST_PREVIEW : 0;
  else if (self->class < 0)
    n = rn_dataset_count (self->dataset, self->split);
  else if (self->summary != NULL && self->class < rn_dataset_summary_n_classes (self->summary))
    self->indices = rn_dataset_summary_get_indices (self->summary, self->split, self->class, &n);
  self->n = (guint) n;
  if (n_before > 0 || self->n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->n);
}

void
rn_sample_list_set_dataset (RnSampleList *self, RnDataset *dataset, gboolean is_preview)
{
  g_return_if_fail (RN_IS_SAMPLE_LIST (self));

  if (self->dataset == dataset && self->is_preview == is_preview)
    return;
  if (dataset != NULL)
    rn_dataset_ref (dataset);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  self->dataset = dataset;
  self->is_preview = is_preview;
  self->class = -1;
  list_again (self);
}

void
rn_sample_list_set_summary (RnSampleList *self, RnDatasetSummary *summary)
{
  g_return_if_fail (RN_IS_SAMPLE_LIST (self));

  if (self->summary == summary)
    return;
  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  self->summary = rn_dataset_summary_ref (summary);
  if (self->class >= 0)
    list_again (self);
}

void
rn_sample_list_set_filter (RnSampleList *self, RnSplit split, int class)
{
  g_return_if_fail (RN_IS_SAMPLE_LIST (self));

  if (self->split == split && self->class == class)
    return;
  self->split = split;
  self->class = class;
  list_again (self);
}

RnDataset *
rn_sample_list_get_dataset (RnSampleList *self)
{
  return self->dataset;
}

int
rn_sample_list_get_class (RnSampleList *self)
{
  return self->class;
}
