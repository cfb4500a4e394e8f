#include "pages/cost-table.h"

#include <glib/gi18n-lib.h>
#include <residua/compute-info.h>

#include "pages/clear-ground.h"
#include "pages/cost-cells.h"
#include "pages/tab-stop.h"
#include "state/format.h"

#define TABLE_HEIGHT 200

#define RN_TYPE_COST_ROW (rn_cost_row_get_type ())
G_DECLARE_FINAL_TYPE (RnCostRow, rn_cost_row, RN, COST_ROW, GObject)

struct _RnCostRow
{
  GObject parent_instance;

  RnPart part;
  guint32 block; /* id, 0 for stem and head */
  RnCost cost;
  RnCostLine line;
  RnCostCells *cells; /* (nullable): that show it */
};

G_DEFINE_FINAL_TYPE (RnCostRow, rn_cost_row, G_TYPE_OBJECT)

typedef struct
{
  GPtrArray *rows;
  const char *widest[RN_N_COST_COLUMNS]; /* the rows' */
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
  RnCostColumns *columns;
  RnCostCells *titles;
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
  rn_cost_line_clear (&RN_COST_ROW (object)->line);
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

  row->line.texts[RN_COST_NAME] = name;
  row->part = part;
  g_ptr_array_add (counted->rows, row);
  return row;
}

/* Returns: what a bar stands for; 0 in a column without bars */
static double
get_amount (const RnCost *cost, RnCostColumn column)
{
  switch (column)
    {
    case RN_COST_PARAMETERS:
      return (double) cost->parameters;
    case RN_COST_MACS:
      return (double) cost->macs;
    case RN_COST_MEMORY:
      return (double) cost->train_bytes;
    case RN_COST_NAME:
    case RN_COST_OUTPUT:
    case RN_COST_FIELD:
    case RN_N_COST_COLUMNS:
    default:
      return 0.0;
    }
}

static void
find_shares (GPtrArray *rows)
{
  double most[RN_N_COST_COLUMNS] = { 0.0 };

  for (guint i = 0; i < rows->len; i++)
    for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
      most[c] = MAX (most[c], get_amount (&((RnCostRow *) rows->pdata[i])->cost, c));
  for (guint i = 0; i < rows->len; i++)
    {
      RnCostRow *row = rows->pdata[i];

      for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
        row->line.shares[c] = most[c] > 0.0 ? get_amount (&row->cost, c) / most[c] : 0.0;
    }
}

/* Returns: (transfer full): of a column that is not the name's */
static char *
describe (const RnCostRow *row, RnCostColumn column)
{
  const RnCost *cost = &row->cost;

  switch (column)
    {
    case RN_COST_OUTPUT:
      if (row->part == RN_PART_HEAD)
        return g_strdup_printf (ngettext ("%d class", "%d classes", (gulong) cost->channels),
                                cost->channels);
      return g_strdup_printf ("%d×%d×%d", cost->height, cost->width, cost->channels);
    case RN_COST_PARAMETERS:
      return rn_format_count (cost->parameters);
    case RN_COST_MACS:
      return rn_format_amount (cost->macs);
    case RN_COST_FIELD:
      return row->part == RN_PART_HEAD
                 ? g_strdup (_ ("all"))
                 : g_strdup_printf (_ ("%lld px"), (long long) cost->receptive_field);
    case RN_COST_MEMORY:
      return rn_format_bytes (cost->train_bytes);
    case RN_COST_NAME:
    case RN_N_COST_COLUMNS:
    default:
      g_return_val_if_reached (NULL);
    }
}

static void
write_line (RnCostRow *row)
{
  GString *sentence = g_string_new (row->line.texts[RN_COST_NAME]);

  for (RnCostColumn c = RN_COST_NAME + 1; c < RN_N_COST_COLUMNS; c++)
    {
      row->line.texts[c] = describe (row, c);
      g_string_append_printf (sentence, "; %s: %s", rn_cost_column_title (c), row->line.texts[c]);
    }
  row->line.sentence = g_string_free (sentence, FALSE);
}

/* Returns: about how wide @text is: the columns measure what seems the widest, and a letter of hangul is as wide as two
 * digits */
static glong
estimate_width (const char *text)
{
  glong width = 0;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    width += g_unichar_iswide (g_utf8_get_char (c)) ? 2 : 1;
  return width;
}

static void
write_lines (Counted *counted)
{
  glong most[RN_N_COST_COLUMNS] = { 0 };

  for (guint i = 0; i < counted->rows->len; i++)
    {
      RnCostRow *row = counted->rows->pdata[i];

      write_line (row);
      for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
        {
          const glong width = estimate_width (row->line.texts[c]);

          if (width <= most[c])
            continue;
          most[c] = width;
          counted->widest[c] = row->line.texts[c];
        }
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
  write_lines (counted);
  rn_cost_of_network (spec, question->batch, question->threads, &counted->total);
  if (question->trained != NULL)
    {
      rn_cost_of_network (question->trained, question->batch, question->threads, &trained);
      counted->total.train_bytes = trained.train_bytes;
    }
  g_task_return_pointer (task, counted, counted_free);
}

/* Rows */

/* What can be focused, and is read, is the list's own widget around the cells. */
static void
show_row (RnCostRow *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self->cells));

  rn_cost_cells_set_line (self->cells, &self->line);
  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    self->line.sentence, -1);
}

/* Makes @self what @other is, which becomes what @self was. */
static void
exchange (RnCostRow *self, RnCostRow *other)
{
  const RnCostLine was = self->line;

  self->part = other->part;
  self->block = other->block;
  self->cost = other->cost;
  self->line = other->line;
  other->line = was;
  if (self->cells != NULL)
    show_row (self);
}

/* Titles and rows stand elsewhere. */
static void
place (RnCostTable *self)
{
  rn_cost_cells_place (self->titles);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (RnCostRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (row->cells != NULL)
        rn_cost_cells_place (row->cells);
    }
}

/* Rows that are there stay and tell what they have become: a list whose items go and come makes hundreds of them anew,
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
  if (rn_cost_columns_set_widest (self->columns, counted->widest))
    place (self);
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

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, RnCostTable *self)
{
  gtk_list_item_set_child (item, rn_cost_cells_new (self->columns));
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item)
{
  RnCostRow *row = gtk_list_item_get_item (item);

  row->cells = RN_COST_CELLS (gtk_list_item_get_child (item));
  show_row (row);
}

/* The view may have given the row other cells before. */
static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item)
{
  RnCostRow *row = gtk_list_item_get_item (item);
  RnCostCells *cells = RN_COST_CELLS (gtk_list_item_get_child (item));

  rn_cost_cells_set_line (cells, NULL);
  if (row != NULL && row->cells == cells)
    row->cells = NULL;
}

static void
on_chosen (RnCostTable *self)
{
  RnCostRow *row = gtk_single_selection_get_selected_item (self->chosen);

  if (row != NULL && self->selection != NULL && !self->is_filling)
    rn_selection_select (self->selection, row->part, row->block, NULL);
}

static void
forget_fonts (RnCostTable *self)
{
  rn_cost_columns_clear (self->columns);
  place (self);
}

static void
rn_cost_table_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_cost_table_parent_class)->css_changed (widget, change);
  forget_fonts (RN_COST_TABLE (widget));
}

static void
rn_cost_table_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (rn_cost_table_parent_class)->system_setting_changed (widget, setting);
  forget_fonts (RN_COST_TABLE (widget));
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
rn_cost_table_finalize (GObject *object)
{
  rn_cost_columns_free (RN_COST_TABLE (object)->columns);
  G_OBJECT_CLASS (rn_cost_table_parent_class)->finalize (object);
}

static GtkWidget *
make_rows (RnCostTable *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (), *view;

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  view = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->chosen)), factory);
  gtk_widget_add_css_class (view, "cost-rows");
  rn_clear_ground (view);
  rn_tab_stop_make (view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Costs of each part"), -1);
  /* its bar stands beside the titles, too, which are as wide as the rows */
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), TABLE_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
show_bar (GtkAdjustment *scroll, GtkWidget *bar)
{
  gtk_widget_set_visible (bar, gtk_adjustment_get_upper (scroll) >
                                   gtk_adjustment_get_page_size (scroll));
}

/* Over the table a bar would cover the last numbers. */
static GtkWidget *
make_bar (GtkWidget *rows)
{
  GtkAdjustment *scroll = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (rows));
  GtkWidget *bar = gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL, scroll);

  g_signal_connect_object (scroll, "changed", G_CALLBACK (show_bar), bar, 0);
  show_bar (scroll, bar);
  return bar;
}

static void
rn_cost_table_init (RnCostTable *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new (), *rows;

  self->store = g_list_store_new (RN_TYPE_COST_ROW);
  self->chosen = gtk_single_selection_new (G_LIST_MODEL (self->store));
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  g_signal_connect_swapped (self->chosen, "notify::selected-item", G_CALLBACK (on_chosen), self);
  self->titles = RN_COST_CELLS (rn_cost_cells_new (NULL));
  self->columns = rn_cost_columns_new (GTK_WIDGET (self), GTK_WIDGET (self->titles));
  rn_cost_cells_set_columns (self->titles, self->columns);
  gtk_widget_add_css_class (GTK_WIDGET (self->titles), "cost-titles");
  gtk_widget_add_css_class (GTK_WIDGET (self->titles), "caption-heading");
  rows = make_rows (self);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->titles));
  gtk_box_append (GTK_BOX (column), rows);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), column);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), make_bar (rows));
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

static void
rn_cost_table_class_init (RnCostTableClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_cost_table_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_cost_table_finalize;
  widget_class->css_changed = rn_cost_table_css_changed;
  widget_class->system_setting_changed = rn_cost_table_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "costtable");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
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
