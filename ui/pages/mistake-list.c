#include "pages/mistake-list.h"

#include <glib/gi18n-lib.h>

#include "pages/clear-ground.h"
#include "pages/sample-cell.h"
#include "pages/tab-stop.h"
#include "state/format.h"

struct _RnMistakeList
{
  GtkWidget parent_instance;

  RnSampleLoader *loader;
  GtkWidget *scroller;
  GtkWidget *view;
  GListStore *rows;   /* of RnSampleItem; @answers in the same order */
  GArray *answers;    /* of RnAnswer */
  RnDataset *dataset; /* (nullable) */
  RnMistakeOrder order;
  char **names;
};

G_DEFINE_FINAL_TYPE (RnMistakeList, rn_mistake_list, GTK_TYPE_WIDGET)

enum
{
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* "cat taken for dog", "98 % sure" */
static void
describe (RnMistakeList *self, const RnAnswer *answer, char **what, char **how_sure)
{
  const int n = self->names != NULL ? (int) g_strv_length (self->names) : 0;
  const char *truth = answer->truth >= 0 && answer->truth < n ? self->names[answer->truth] : "–";
  g_autofree char *percent = rn_format_percent ((double) answer->confidence);

  if (answer->answer < 0 || answer->answer >= n)
    {
      *what = g_strdup_printf (_ ("%s, no answer"), truth);
      *how_sure = g_strdup (_ ("a number of the answer is not finite"));
      return;
    }
  *what = answer->answer == answer->truth
              ? g_strdup_printf (_ ("%s, right"), truth)
              : g_strdup_printf (_ ("%s taken for %s"), truth, self->names[answer->answer]);
  *how_sure = g_strdup_printf (_ ("%s sure"), percent);
}

static GtkWidget *
make_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  return label;
}

static void
set_up (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnMistakeList *self = data;
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *how_sure = make_label ();

  gtk_widget_add_css_class (how_sure, "dim-label");
  gtk_widget_add_css_class (how_sure, "numeric");
  gtk_widget_set_valign (text, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (text), make_label ());
  gtk_box_append (GTK_BOX (text), how_sure);
  gtk_box_append (GTK_BOX (row), rn_sample_cell_new (self->loader));
  gtk_box_append (GTK_BOX (row), text);
  gtk_list_item_set_child (item, row);
}

static void
bind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnMistakeList *self = data;
  RnSampleItem *sample = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *cell = gtk_widget_get_first_child (row);
  GtkWidget *what = gtk_widget_get_first_child (gtk_widget_get_next_sibling (cell));
  g_autofree char *answer = NULL, *how_sure = NULL, *name = NULL;

  describe (self, rn_mistake_list_get (self, rn_sample_item_get_position (sample)), &answer,
            &how_sure);
  gtk_label_set_text (GTK_LABEL (what), answer);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (what)), how_sure);
  rn_sample_cell_set_item (RN_SAMPLE_CELL (cell), sample);
  name = g_strdup_printf ("%s, %s", answer, how_sure);
  /* what can be focused is GTK's own widget around the row */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
unbind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  rn_sample_cell_set_item (RN_SAMPLE_CELL (gtk_widget_get_first_child (row)), NULL);
}

void
rn_mistake_list_activate (RnMistakeList *self, guint at)
{
  g_return_if_fail (RN_IS_MISTAKE_LIST (self));

  if (at < self->answers->len)
    g_signal_emit (self, signals[ACTIVATED], 0, rn_mistake_list_get (self, at)->index);
}

static void
make_view (RnMistakeList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSingleSelection *selection =
      gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->rows)));

  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  g_signal_connect (factory, "setup", G_CALLBACK (set_up), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind), self);
  self->view = gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory);
  rn_clear_ground (self->view);
  rn_tab_stop_make (self->view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pictures and their answers"), -1);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (rn_mistake_list_activate), self);
}

static void
rn_mistake_list_dispose (GObject *object)
{
  RnMistakeList *self = RN_MISTAKE_LIST (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->rows);
  g_clear_object (&self->loader);
  G_OBJECT_CLASS (rn_mistake_list_parent_class)->dispose (object);
}

static void
rn_mistake_list_finalize (GObject *object)
{
  RnMistakeList *self = RN_MISTAKE_LIST (object);

  g_array_unref (self->answers);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_strfreev (self->names);
  G_OBJECT_CLASS (rn_mistake_list_parent_class)->finalize (object);
}

static void
rn_mistake_list_init (RnMistakeList *self)
{
  self->loader = rn_sample_loader_new ();
  self->rows = g_list_store_new (RN_TYPE_SAMPLE_ITEM);
  self->answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  make_view (self);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->view);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

static void
rn_mistake_list_class_init (RnMistakeListClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_mistake_list_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_mistake_list_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

GtkWidget *
rn_mistake_list_new (void)
{
  return g_object_new (RN_TYPE_MISTAKE_LIST, NULL);
}

/* What has no answer is sure of nothing. */
static float
get_sureness (const RnAnswer *answer)
{
  return answer->answer >= 0 ? answer->confidence : 0.0f;
}

/* The surest first; of equals the first of the data set */
static int
compare_sureness (const RnAnswer *a, const RnAnswer *b)
{
  const float x = get_sureness (a), y = get_sureness (b);

  return x > y ? -1 : x < y ? 1 : a->index - b->index;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer order)
{
  const RnAnswer *x = a, *y = b;
  int by = 0;

  switch (*(const RnMistakeOrder *) order)
    {
    case RN_MISTAKES_LEAST_SURE:
      return -compare_sureness (x, y);
    case RN_MISTAKES_BY_TRUTH:
      by = x->truth - y->truth;
      break;
    case RN_MISTAKES_BY_ANSWER:
      by = x->answer - y->answer;
      break;
    case RN_MISTAKES_SUREST:
    default:
      break;
    }
  return by != 0 ? by : compare_sureness (x, y);
}

static void
fill (RnMistakeList *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  g_array_sort_with_data (self->answers, compare, &self->order);
  for (guint at = 0; at < self->answers->len; at++)
    g_ptr_array_add (items, rn_sample_item_new (self->dataset, RN_SPLIT_TEST,
                                                rn_mistake_list_get (self, at)->index, at));
  g_list_store_splice (self->rows, 0, g_list_model_get_n_items (G_LIST_MODEL (self->rows)),
                       items->pdata, items->len);
}

void
rn_mistake_list_set (RnMistakeList *self, RnDataset *dataset, const char *const *names,
                     const RnAnswer *answers, guint n)
{
  g_return_if_fail (RN_IS_MISTAKE_LIST (self));

  g_array_set_size (self->answers, 0);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  if (dataset != NULL)
    {
      self->dataset = rn_dataset_ref (dataset);
      self->names = g_strdupv ((char **) names);
      g_array_append_vals (self->answers, answers, n);
      rn_sample_loader_set_source (self->loader, dataset,
                                   RN_SAMPLE_CELL_SIZE *
                                       gtk_widget_get_scale_factor (GTK_WIDGET (self)));
      rn_sample_loader_set_view (self->loader, 0, n);
    }
  fill (self);
}

void
rn_mistake_list_set_order (RnMistakeList *self, RnMistakeOrder order)
{
  g_return_if_fail (RN_IS_MISTAKE_LIST (self));

  if (self->order == order)
    return;
  self->order = order;
  fill (self);
}

guint
rn_mistake_list_count (RnMistakeList *self)
{
  return self->answers->len;
}

const RnAnswer *
rn_mistake_list_get (RnMistakeList *self, guint at)
{
  return &g_array_index (self->answers, RnAnswer, at);
}
