#include "pages/spec-compare.h"

#include <glib/gi18n-lib.h>
#include <residua/compute-info.h>

#include "pages/compare-totals.h"
#include "pages/data-table.h"
#include "pages/text.h"
#include "state/fit.h"
#include "state/format.h"

#define TABLE_HEIGHT 160

typedef enum
{
  COLUMN_PART,
  COLUMN_THIS,
  COLUMN_OTHER,
  COLUMN_PARAMETERS,
  COLUMN_MACS,
  N_COLUMNS
} Column;

#define WORDS_CHARS 12 /* from which what a block is takes two lines */
#define N_LEFT 3       /* columns of words */

/* A row of the table: where it stands in the comparison that is shown */
#define RN_TYPE_DIFF_ITEM (rn_diff_item_get_type ())
G_DECLARE_FINAL_TYPE (RnDiffItem, rn_diff_item, RN, DIFF_ITEM, GObject)

struct _RnDiffItem
{
  GObject parent_instance;

  char *texts[N_COLUMNS];
  gboolean differs;
};

G_DEFINE_FINAL_TYPE (RnDiffItem, rn_diff_item, G_TYPE_OBJECT)

typedef struct
{
  RnSpecDiff *diff;
  GPtrArray *items;
} Counted;

typedef struct
{
  RnSpec *specs[2];
  RnSpec *trained[2]; /* what a training makes of them */
  int batch;
  int threads;
} Question;

/* A network to choose */
typedef struct
{
  RnDocument *document; /* (nullable) */
  const char *preset;   /* (nullable); neither: the plain twin */
} Choice;

struct _RnSpecCompare
{
  GtkWidget parent_instance;

  RnSession *session;
  GArray *choices; /* of Choice */
  GtkStringList *names;
  GtkWidget *list;
  GtkWidget *summary;
  GtkWidget *totals;
  GListStore *store;
  GCancellable *cancellable;
  RnSpecDiff *diff;
  int batch;
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (RnSpecCompare, rn_spec_compare, GTK_TYPE_WIDGET)

enum
{
  COMPARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
rn_diff_item_finalize (GObject *object)
{
  RnDiffItem *self = RN_DIFF_ITEM (object);

  for (int i = 0; i < N_COLUMNS; i++)
    g_free (self->texts[i]);
  G_OBJECT_CLASS (rn_diff_item_parent_class)->finalize (object);
}

static void
rn_diff_item_init (RnDiffItem *self)
{
}

static void
rn_diff_item_class_init (RnDiffItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_diff_item_finalize;
}

static void
choice_clear (gpointer data)
{
  g_clear_object (&((Choice *) data)->document);
}

/* Counting, in a task */

/* "7" where both networks have it there, "7, –" where it stands beside nothing */
static char *
name_row (const RnDiffRow *row)
{
  if (row->part == RN_PART_STEM)
    return g_strdup (_ ("Stem"));
  if (row->part == RN_PART_HEAD)
    return g_strdup (_ ("Head"));
  if (row->at[0] == row->at[1])
    return g_strdup_printf ("%d", row->at[0] + 1);
  if (row->at[0] < 0)
    return g_strdup_printf ("– · %d", row->at[1] + 1);
  return row->at[1] < 0 ? g_strdup_printf ("%d · –", row->at[0] + 1)
                        : g_strdup_printf ("%d · %d", row->at[0] + 1, row->at[1] + 1);
}

static RnDiffItem *
make_item (const RnSpecDiff *diff, const RnDiffRow *row)
{
  RnDiffItem *item = g_object_new (RN_TYPE_DIFF_ITEM, NULL);
  g_autofree char *name = name_row (row);

  item->differs = row->differs;
  item->texts[COLUMN_PART] = g_strdup_printf (row->differs ? "≠ %s" : "%s", name);
  item->texts[COLUMN_THIS] = rn_spec_diff_describe (diff, row, 0);
  item->texts[COLUMN_OTHER] = rn_spec_diff_describe (diff, row, 1);
  item->texts[COLUMN_PARAMETERS] =
      rn_format_change (row->costs[0].parameters, row->costs[1].parameters, rn_format_amount);
  item->texts[COLUMN_MACS] =
      rn_format_change (row->costs[0].macs, row->costs[1].macs, rn_format_amount);
  return item;
}

static void
counted_free (gpointer data)
{
  Counted *counted = data;

  rn_spec_diff_free (counted->diff);
  g_ptr_array_unref (counted->items);
  g_free (counted);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  for (int i = 0; i < 2; i++)
    {
      rn_spec_free (question->specs[i]);
      rn_spec_free (question->trained[i]);
    }
  g_free (question);
}

/* The memory to train is that of the networks as they are trained. */
static void
count_training (const Question *question, RnSpecDiff *diff)
{
  for (int i = 0; i < 2; i++)
    {
      RnCost cost;

      rn_cost_of_network (question->trained[i], question->batch, question->threads, &cost);
      diff->totals[i].train_bytes = cost.train_bytes;
    }
}

static void
count (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  Counted *counted = g_new0 (Counted, 1);

  counted->diff =
      rn_spec_diff_new (question->specs[0], question->specs[1], question->batch, question->threads);
  count_training (question, counted->diff);
  counted->items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < counted->diff->rows->len; i++)
    g_ptr_array_add (counted->items,
                     make_item (counted->diff, &g_array_index (counted->diff->rows, RnDiffRow, i)));
  g_task_return_pointer (task, counted, counted_free);
}

/* Showing it */

static void
show_words (RnSpecCompare *self)
{
  const int n = (int) self->diff->rows->len, differ = self->diff->n_different;
  g_autofree char *text =
      differ == 0
          ? g_strdup (_ ("The two are the same network."))
          : g_strdup_printf (ngettext ("%d of %d parts differs, marked with ≠.",
                                       "%d of %d parts differ, marked with ≠.", (gulong) differ),
                             differ, n);

  gtk_label_set_text (GTK_LABEL (self->summary), text);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  Counted *counted = g_task_propagate_pointer (G_TASK (result), NULL);
  RnSpecCompare *self;

  if (counted == NULL)
    return; /* cancelled: @data may be gone */
  self = RN_SPEC_COMPARE (data);
  g_clear_pointer (&self->diff, rn_spec_diff_free);
  self->diff = g_steal_pointer (&counted->diff);
  g_list_store_splice (self->store, 0, g_list_model_get_n_items (G_LIST_MODEL (self->store)),
                       counted->items->pdata, counted->items->len);
  counted_free (counted);
  rn_compare_totals_set (RN_COMPARE_TOTALS (self->totals), self->diff);
  show_words (self);
  g_signal_emit (self, signals[COMPARED], 0);
}

/* Returns: (transfer full) (nullable) */
static RnSpec *
get_other (RnSpecCompare *self, const RnSpec *spec)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->list));
  const Choice *choice;

  if (at >= self->choices->len)
    return NULL;
  choice = &g_array_index (self->choices, Choice, at);
  if (choice->document != NULL)
    return rn_spec_copy (rn_document_get_spec (choice->document));
  return choice->preset != NULL ? rn_spec_preset (choice->preset, NULL) : rn_spec_plain_twin (spec);
}

static void
ask (RnSpecCompare *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnSpec *other = spec != NULL ? get_other (self, spec) : NULL;
  g_autoptr (GTask) task = NULL;
  Question *question;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->diff, rn_spec_diff_free);
  if (other == NULL)
    return;
  question = g_new0 (Question, 1);
  question->specs[0] = rn_spec_copy (spec);
  question->specs[1] = other;
  for (int i = 0; i < 2; i++)
    question->trained[i] =
        rn_fit_spec_or_copy (question->specs[i], rn_session_get_dataset (self->session));
  question->batch = self->batch;
  question->threads = rn_session_count_threads (self->session);
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, on_counted, self);
  g_task_set_source_tag (task, ask);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, count);
}

/* Choices */

static void
add_choice (RnSpecCompare *self, GPtrArray *names, Choice choice, char *name)
{
  if (choice.document != NULL)
    g_object_ref (choice.document);
  g_array_append_val (self->choices, choice);
  g_ptr_array_add (names, name);
}

static void
add_presets (RnSpecCompare *self, GPtrArray *names)
{
  const char *const *presets = rn_spec_preset_names ();

  for (int i = 0; presets[i] != NULL; i++)
    {
      g_autoptr (RnSpec) named = rn_spec_new (presets[i], 1, 1, RN_STEM_3X3, 1, 1, NULL);

      add_choice (self, names, (Choice){ NULL, presets[i] }, rn_format_spec_title (named));
    }
}

/* What is chosen stays chosen where it is still there. */
static void
list_choices (RnSpecCompare *self)
{
  GListModel *documents = rn_session_get_documents (self->session);
  const guint before = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->list));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Choice kept = { NULL, NULL };
  guint selected = 0;

  if (before < self->choices->len)
    kept = g_array_index (self->choices, Choice, before);
  if (kept.document != NULL)
    g_object_ref (kept.document);
  g_array_set_size (self->choices, 0);
  add_choice (self, names, (Choice){ NULL, NULL }, g_strdup (_ ("Its plain twin")));
  for (guint i = 0; documents != NULL && i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (documents, i);

      if (document != rn_session_get_document (self->session))
        add_choice (self, names, (Choice){ document, NULL },
                    g_strdup (rn_document_get_title (document)));
    }
  add_presets (self, names);
  for (guint i = 0; i < self->choices->len; i++)
    {
      const Choice *choice = &g_array_index (self->choices, Choice, i);

      if (choice->document == kept.document && g_strcmp0 (choice->preset, kept.preset) == 0)
        selected = i;
    }
  g_ptr_array_add (names, NULL);
  self->is_filling = TRUE;
  gtk_string_list_splice (self->names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->names)),
                          (const char *const *) names->pdata);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->list), selected);
  self->is_filling = FALSE;
  g_clear_object (&kept.document);
}

void
rn_spec_compare_refresh (RnSpecCompare *self, int batch)
{
  g_return_if_fail (RN_IS_SPEC_COMPARE (self));

  self->batch = batch;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  list_choices (self);
  ask (self);
}

guint
rn_spec_compare_n_choices (RnSpecCompare *self)
{
  return self->choices->len;
}

const char *
rn_spec_compare_get_choice (RnSpecCompare *self, guint at)
{
  return gtk_string_list_get_string (self->names, at);
}

void
rn_spec_compare_choose (RnSpecCompare *self, guint at)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->list), at);
}

RnCompareTotals *
rn_spec_compare_get_totals (RnSpecCompare *self)
{
  return RN_COMPARE_TOTALS (self->totals);
}

const RnSpecDiff *
rn_spec_compare_get_diff (RnSpecCompare *self)
{
  return self->diff;
}

static void
on_chosen (RnSpecCompare *self)
{
  if (!self->is_filling)
    ask (self);
}

/* Making it */

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, gpointer column)
{
  GtkWidget *label = gtk_label_new (NULL);
  const gboolean is_left = GPOINTER_TO_INT (column) < N_LEFT;

  gtk_label_set_xalign (GTK_LABEL (label), is_left ? 0 : 1);
  if (is_left && GPOINTER_TO_INT (column) != COLUMN_PART)
    {
      rn_text_wrap (label);
      gtk_label_set_width_chars (GTK_LABEL (label), WORDS_CHARS);
    }
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, gpointer column)
{
  RnDiffItem *row = gtk_list_item_get_item (item);
  GtkWidget *label = gtk_list_item_get_child (item);
  const char *text = row->texts[GPOINTER_TO_INT (column)];

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, text);
  if (row->differs)
    gtk_widget_add_css_class (label, "heading");
  else
    gtk_widget_remove_css_class (label, "heading");
}

static GtkWidget *
make_table (RnSpecCompare *self)
{
  const char *const titles[N_COLUMNS] = { _ ("Part"), _ ("This"), _ ("Other"), _ ("Parameters"),
                                          _ ("Multiply-adds") };
  GtkWidget *scrolled = gtk_scrolled_window_new (), *view;
  GtkNoSelection *model;

  self->store = g_list_store_new (RN_TYPE_DIFF_ITEM);
  model = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->store)));
  view = rn_data_table_new (GTK_SELECTION_MODEL (model), _ ("Parts of both networks"));
  for (int i = 0; i < N_COLUMNS; i++)
    rn_data_table_add_column (view, titles[i], i, N_LEFT, on_setup, on_bind);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), TABLE_HEIGHT);
  /* over the table it would cover the last numbers */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static GtkWidget *
make_choice (RnSpecCompare *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkExpression *expression = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  self->names = gtk_string_list_new (NULL);
  self->list = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (self->names)), expression);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (self->list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Compare with"), -1);
  gtk_widget_set_hexpand (self->list, TRUE);
  g_signal_connect_swapped (self->list, "notify::selected", G_CALLBACK (on_chosen), self);
  gtk_box_append (GTK_BOX (line), gtk_label_new (_ ("Compare with")));
  gtk_box_append (GTK_BOX (line), self->list);
  return line;
}

static void
rn_spec_compare_map (GtkWidget *widget)
{
  RnSpecCompare *self = RN_SPEC_COMPARE (widget);

  GTK_WIDGET_CLASS (rn_spec_compare_parent_class)->map (widget);
  list_choices (self);
  ask (self);
}

static void
rn_spec_compare_dispose (GObject *object)
{
  RnSpecCompare *self = RN_SPEC_COMPARE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&child, gtk_widget_unparent);
  g_clear_object (&self->names);
  g_clear_object (&self->store);
  g_clear_object (&self->session);
  g_clear_pointer (&self->diff, rn_spec_diff_free);
  g_clear_pointer (&self->choices, g_array_unref);
  G_OBJECT_CLASS (rn_spec_compare_parent_class)->dispose (object);
}

static void
rn_spec_compare_init (RnSpecCompare *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->batch = 128;
  self->choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  g_array_set_clear_func (self->choices, choice_clear);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

static void
rn_spec_compare_class_init (RnSpecCompareClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_spec_compare_dispose;
  widget_class->map = rn_spec_compare_map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[COMPARED] = g_signal_new ("compared", RN_TYPE_SPEC_COMPARE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
fill (RnSpecCompare *self, GtkBox *box)
{
  self->totals = rn_compare_totals_new (self->session);
  self->summary = rn_text_new (NULL, "dim-label");
  gtk_box_append (box, make_choice (self));
  gtk_box_append (box, self->totals);
  gtk_box_append (box, self->summary);
  gtk_box_append (box, make_table (self));
}

GtkWidget *
rn_spec_compare_new (RnSession *session)
{
  RnSpecCompare *self = g_object_new (RN_TYPE_SPEC_COMPARE, NULL);

  self->session = g_object_ref (session);
  fill (self, GTK_BOX (gtk_widget_get_first_child (GTK_WIDGET (self))));
  return GTK_WIDGET (self);
}
