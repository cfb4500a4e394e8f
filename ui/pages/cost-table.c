#include "pages/cost-table.h"

#include <glib/gi18n-lib.h>
#include <residua/compute-info.h>

#include "pages/cost-bar.h"
#include "pages/data-table.h"
#include "state/format.h"

#define TABLE_HEIGHT 200
#define NAME_CHARS 7  /* a longer one may be shortened */
#define FIELD_CHARS 6 /* "501 px": the columns do not move while one scrolls */

typedef enum
{
  COLUMN_NAME,
  COLUMN_OUTPUT,
  COLUMN_PARAMETERS,
  COLUMN_MACS,
  COLUMN_FIELD,
  COLUMN_MEMORY,
  N_COLUMNS
} Column;

#define RN_TYPE_COST_ROW (rn_cost_row_get_type ())
G_DECLARE_FINAL_TYPE (RnCostRow, rn_cost_row, RN, COST_ROW, GObject)

struct _RnCostRow
{
  GObject parent_instance;

  char *name;
  RnPart part;
  guint32 block; /* id, 0 for stem and head */
  RnCost cost;
  double shares[N_COLUMNS];      /* of the column's largest; of columns that have bars */
  GtkListItem *cells[N_COLUMNS]; /* (nullable): that show it */
};

G_DEFINE_FINAL_TYPE (RnCostRow, rn_cost_row, G_TYPE_OBJECT)

typedef struct
{
  GPtrArray *rows;
  RnCost total;
} Counted;

typedef struct
{
  RnSpec *spec;
  RnSpec *trained; /* (nullable) */
  int batch;
  int threads;
} Question;

struct _RnCostTable
{
  GtkWidget parent_instance;

  RnSelection *selection;
  GListStore *store;
  GtkSingleSelection *chosen;
  GCancellable *cancellable;
  RnCost total;
  gboolean is_counted;
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (RnCostTable, rn_cost_table, GTK_TYPE_WIDGET)

static guint signal_counted;

static void
rn_cost_row_finalize (GObject *object)
{
  g_free (RN_COST_ROW (object)->name);
  G_OBJECT_CLASS (rn_cost_row_parent_class)->finalize (object);
}

static void
rn_cost_row_init (RnCostRow *self)
{
}

static void
rn_cost_row_class_init (RnCostRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_cost_row_finalize;
}

/* Counting, in a task */

static void
question_free (gpointer data)
{
  Question *question = data;

  rn_spec_free (question->spec);
  g_clear_pointer (&question->trained, rn_spec_free);
  g_free (question);
}

static void
counted_free (gpointer data)
{
  Counted *counted = data;

  g_ptr_array_unref (counted->rows);
  g_free (counted);
}

static RnCostRow *
add_row (Counted *counted, char *name, RnPart part)
{
  RnCostRow *row = g_object_new (RN_TYPE_COST_ROW, NULL);

  row->name = name;
  row->part = part;
  g_ptr_array_add (counted->rows, row);
  return row;
}

/* Returns: what a bar stands for; 0 in a column without bars */
static double
get_amount (const RnCost *cost, Column column)
{
  switch (column)
    {
    case COLUMN_PARAMETERS:
      return (double) cost->parameters;
    case COLUMN_MACS:
      return (double) cost->macs;
    case COLUMN_MEMORY:
      return (double) cost->train_bytes;
    case COLUMN_NAME:
    case COLUMN_OUTPUT:
    case COLUMN_FIELD:
    case N_COLUMNS:
    default:
      return 0.0;
    }
}

static gboolean
has_bars (Column column)
{
  return column == COLUMN_PARAMETERS || column == COLUMN_MACS || column == COLUMN_MEMORY;
}

static void
find_shares (GPtrArray *rows)
{
  double most[N_COLUMNS] = { 0.0 };

  for (guint i = 0; i < rows->len; i++)
    for (Column c = 0; c < N_COLUMNS; c++)
      most[c] = MAX (most[c], get_amount (&((RnCostRow *) rows->pdata[i])->cost, c));
  for (guint i = 0; i < rows->len; i++)
    {
      RnCostRow *row = rows->pdata[i];

      for (Column c = 0; c < N_COLUMNS; c++)
        row->shares[c] = most[c] > 0.0 ? get_amount (&row->cost, c) / most[c] : 0.0;
    }
}

static void
count (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  const RnSpec *spec = question->spec;
  const int n = rn_spec_n_blocks (spec);
  g_autofree RnCost *costs = g_new (RnCost, MAX (n, 1));
  Counted *counted = g_new0 (Counted, 1);
  RnCost trained;

  counted->rows = g_ptr_array_new_with_free_func (g_object_unref);
  rn_cost_of_stem (spec, question->batch,
                   &add_row (counted, g_strdup (_ ("Stem")), RN_PART_STEM)->cost);
  rn_cost_of_blocks (spec, question->batch, costs);
  for (int i = 0; i < n; i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      const char *kind = rn_format_block_kind (block->kind);
      RnCostRow *row =
          add_row (counted,
                   g_strdup_printf (block->stride > 1 ? "%d · %s /2" : "%d · %s", i + 1, kind),
                   RN_PART_BLOCK);

      row->block = block->id;
      row->cost = costs[i];
    }
  rn_cost_of_head (spec, question->batch,
                   &add_row (counted, g_strdup (_ ("Head")), RN_PART_HEAD)->cost);
  find_shares (counted->rows);
  rn_cost_of_network (spec, question->batch, question->threads, &counted->total);
  if (question->trained != NULL)
    {
      rn_cost_of_network (question->trained, question->batch, question->threads, &trained);
      counted->total.train_bytes = trained.train_bytes;
    }
  g_task_return_pointer (task, counted, counted_free);
}

/* Cells */

static char *
describe_cell (const RnCostRow *row, Column column)
{
  const RnCost *cost = &row->cost;

  switch (column)
    {
    case COLUMN_NAME:
      return g_strdup (row->name);
    case COLUMN_OUTPUT:
      if (row->part == RN_PART_HEAD)
        return g_strdup_printf (ngettext ("%d class", "%d classes", (gulong) cost->channels),
                                cost->channels);
      return g_strdup_printf ("%d×%d×%d", cost->height, cost->width, cost->channels);
    case COLUMN_PARAMETERS:
      return rn_format_count (cost->parameters);
    case COLUMN_MACS:
      return rn_format_amount (cost->macs);
    case COLUMN_FIELD:
      return row->part == RN_PART_HEAD
                 ? g_strdup (_ ("all"))
                 : g_strdup_printf (_ ("%lld px"), (long long) cost->receptive_field);
    case COLUMN_MEMORY:
      return rn_format_bytes (cost->train_bytes);
    case N_COLUMNS:
    default:
      g_return_val_if_reached (NULL);
    }
}

static void
show_cell (GtkListItem *item, Column column)
{
  const RnCostRow *row = gtk_list_item_get_item (item);
  GtkWidget *cell = gtk_list_item_get_child (item);
  g_autofree char *text = row != NULL ? describe_cell (row, column) : NULL;

  if (row != NULL && has_bars (column))
    rn_cost_bar_set (RN_COST_BAR (cell), text, row->shares[column]);
  else if (row != NULL)
    gtk_label_set_text (GTK_LABEL (cell), text);
}

/* Makes @self what @other is, which becomes what @self was. */
static void
exchange (RnCostRow *self, RnCostRow *other)
{
  RnCostRow was = *self;

  self->name = other->name;
  self->part = other->part;
  self->block = other->block;
  self->cost = other->cost;
  memcpy (self->shares, other->shares, sizeof self->shares);
  other->name = was.name;
  for (Column c = 0; c < N_COLUMNS; c++)
    if (self->cells[c] != NULL)
      show_cell (self->cells[c], c);
}

/* Rows that are there stay and tell what they have become: a list whose items go and come makes hundreds of cells anew,
 * which takes the time of many frames, and after most edits most rows say what they said. */
static void
fill (RnCostTable *self, GPtrArray *rows)
{
  const guint before = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  const guint kept = MIN (before, rows->len);

  for (guint i = 0; i < kept; i++)
    {
      g_autoptr (RnCostRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      exchange (row, rows->pdata[i]);
    }
  if (before != rows->len)
    g_list_store_splice (self->store, kept, before - kept, rows->pdata + kept, rows->len - kept);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  Counted *counted = g_task_propagate_pointer (G_TASK (result), NULL);
  RnCostTable *self;

  if (counted == NULL)
    return; /* cancelled: @data may be gone */
  self = RN_COST_TABLE (data);
  self->is_filling = TRUE;
  fill (self, counted->rows);
  gtk_single_selection_set_selected (self->chosen, GTK_INVALID_LIST_POSITION);
  self->is_filling = FALSE;
  self->total = counted->total;
  self->is_counted = TRUE;
  counted_free (counted);
  g_signal_emit (self, signal_counted, 0);
}

void
rn_cost_table_set_spec (RnCostTable *self, const RnSpec *spec, const RnSpec *trained, int batch,
                        int threads)
{
  g_autoptr (GTask) task = NULL;
  Question *question;

  g_return_if_fail (RN_IS_COST_TABLE (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->is_counted = FALSE;
  if (spec == NULL)
    {
      g_list_store_remove_all (self->store);
      return;
    }
  question = g_new0 (Question, 1);
  question->spec = rn_spec_copy (spec);
  question->trained = trained != NULL ? rn_spec_copy (trained) : NULL;
  question->batch = batch;
  question->threads = threads;
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, on_counted, self);
  g_task_set_source_tag (task, rn_cost_table_set_spec);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, count);
}

gboolean
rn_cost_table_get_total (RnCostTable *self, RnCost *total)
{
  if (self->is_counted)
    *total = self->total;
  return self->is_counted;
}

guint
rn_cost_table_n_rows (RnCostTable *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->store));
}

void
rn_cost_table_get_row (RnCostTable *self, guint at, RnCost *cost)
{
  g_autoptr (RnCostRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), at);

  g_return_if_fail (row != NULL);

  *cost = row->cost;
}

/* When it is asked for: a tooltip that is set asks the screen where the pointer is. */
static gboolean
on_query_name (GtkWidget *label, int x, int y, gboolean is_keyboard, GtkTooltip *tooltip)
{
  gtk_tooltip_set_text (tooltip, gtk_label_get_text (GTK_LABEL (label)));
  return TRUE;
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, gpointer column)
{
  GtkWidget *label;

  if (has_bars ((Column) GPOINTER_TO_INT (column)))
    {
      gtk_list_item_set_child (item, rn_cost_bar_new ());
      return;
    }
  label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), GPOINTER_TO_INT (column) == COLUMN_NAME ? 0 : 1);
  if (GPOINTER_TO_INT (column) == COLUMN_NAME)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), NAME_CHARS);
      gtk_widget_set_has_tooltip (label, TRUE);
      g_signal_connect (label, "query-tooltip", G_CALLBACK (on_query_name), NULL);
    }
  else if (GPOINTER_TO_INT (column) == COLUMN_FIELD)
    gtk_label_set_width_chars (GTK_LABEL (label), FIELD_CHARS);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, gpointer column)
{
  RnCostRow *row = gtk_list_item_get_item (item);

  row->cells[GPOINTER_TO_INT (column)] = item;
  show_cell (item, (Column) GPOINTER_TO_INT (column));
}

/* The view may have given the row another cell before. */
static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item, gpointer column)
{
  RnCostRow *row = gtk_list_item_get_item (item);

  if (row != NULL && row->cells[GPOINTER_TO_INT (column)] == item)
    row->cells[GPOINTER_TO_INT (column)] = NULL;
}

static void
on_chosen (RnCostTable *self)
{
  RnCostRow *row = gtk_single_selection_get_selected_item (self->chosen);

  if (row != NULL && self->selection != NULL && !self->is_filling)
    rn_selection_select (self->selection, row->part, row->block, NULL);
}

static void
add_columns (GtkWidget *view)
{
  const char *const titles[N_COLUMNS] = { _ ("Part"),      _ ("Output"), _ ("Parameters"),
                                          _ ("Mult-adds"), _ ("Sees"),   _ ("Memory") };

  for (int i = 0; i < N_COLUMNS; i++)
    rn_data_table_add_column (view, titles[i], i, 1, on_setup, on_bind, on_unbind);
}

static void
rn_cost_table_dispose (GObject *object)
{
  RnCostTable *self = RN_COST_TABLE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&child, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (rn_cost_table_parent_class)->dispose (object);
}

static void
rn_cost_table_init (RnCostTable *self)
{
  GtkWidget *view, *scrolled = gtk_scrolled_window_new ();

  self->store = g_list_store_new (RN_TYPE_COST_ROW);
  self->chosen = gtk_single_selection_new (G_LIST_MODEL (self->store));
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  g_signal_connect_swapped (self->chosen, "notify::selected-item", G_CALLBACK (on_chosen), self);
  view = rn_data_table_new (GTK_SELECTION_MODEL (g_object_ref (self->chosen)),
                            _ ("Costs of each part"));
  add_columns (view);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), TABLE_HEIGHT);
  /* over the table it would cover the last numbers */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
}

static void
rn_cost_table_class_init (RnCostTableClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_cost_table_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signal_counted = g_signal_new ("counted", RN_TYPE_COST_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_cost_table_new (RnSelection *selection)
{
  RnCostTable *self = g_object_new (RN_TYPE_COST_TABLE, NULL);

  if (selection != NULL)
    self->selection = g_object_ref (selection);
  return GTK_WIDGET (self);
}
