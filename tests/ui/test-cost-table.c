#include <adwaita.h>

#include "pages/cost-cells.h"
#include "pages/cost-table.h"
#include "settle.h"

#define PATIENCE_S 60.0

typedef struct
{
  GtkWidget *window;
  GtkWidget *table;
  GtkWidget *view; /* its list */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->window = gtk_window_new ();
  f->table = rn_cost_table_new (NULL);
  f->view = find_widget (f->table, GTK_TYPE_LIST_VIEW, 0);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 700, 400);
  gtk_window_set_child (GTK_WINDOW (f->window), f->table);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
is_counted (gpointer data)
{
  const Fixture *f = data;
  RnCost total;

  return rn_cost_table_get_total (RN_COST_TABLE (f->table), &total);
}

static void
show (Fixture *f, const char *preset)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);

  rn_cost_table_set_spec (RN_COST_TABLE (f->table), spec, NULL, 32, 1);
  settle_until (is_counted, f, PATIENCE_S);
}

/* Returns: (transfer none) (nullable): the cells of the row that is read as @sentence */
static RnCostCells *
find_cells (Fixture *f, const char *sentence)
{
  for (GtkWidget *row = gtk_widget_get_first_child (f->view); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      g_autofree char *differs =
          gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                              sentence);

      if (differs == NULL)
        return RN_COST_CELLS (find_widget (row, RN_TYPE_COST_CELLS, 0));
    }
  return NULL;
}

static gboolean
has_first_block (gpointer f)
{
  return find_cells (f, "1 · basic; Output: 32×32×16; Parameters: 4,672; Mult-adds: 4.72 M; "
                        "Sees: 7 px; Memory: 6.3\u00a0MB") != NULL;
}

static gboolean
has_head (gpointer f)
{
  return find_cells (f, "Head; Output: 10 classes; Parameters: 650; Mult-adds: 640; Sees: all; "
                        "Memory: 18.9\u00a0kB") != NULL;
}

static void
test_a_row_is_read_with_its_columns (Fixture *f, gconstpointer data)
{
  show (f, "resnet20");
  settle_until (has_first_block, f, PATIENCE_S);
  settle_until (has_head, f, PATIENCE_S);
}

static GtkAdjustment *
get_scroll (Fixture *f)
{
  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (f->view));
}

static gboolean
is_laid_out (gpointer f)
{
  return gtk_adjustment_get_upper (get_scroll (f)) > 602 * 10;
}

/* Of 602 rows the list keeps some: those that come into view say what they are, and go back to what they were. */
static void
test_rows_say_what_they_are_after_a_jump (Fixture *f, gconstpointer data)
{
  show (f, "resnet1202");
  settle_until (is_laid_out, f, PATIENCE_S);
  g_assert_true (has_first_block (f));
  g_assert_false (has_head (f));
  gtk_adjustment_set_value (get_scroll (f), gtk_adjustment_get_upper (get_scroll (f)));
  settle_until (has_head, f, PATIENCE_S);
  g_assert_false (has_first_block (f));
  gtk_adjustment_set_value (get_scroll (f), 0);
  settle_until (has_first_block, f, PATIENCE_S);
  /* and where they stay while the network becomes another */
  show (f, "resnet56");
  settle_until (has_head, f, PATIENCE_S);
}

static int
width_of (Fixture *f)
{
  int width;

  gtk_widget_measure (find_widget (f->view, RN_TYPE_COST_CELLS, 0), GTK_ORIENTATION_HORIZONTAL, -1,
                      &width, NULL, NULL, NULL);
  return width;
}

static void
test_columns_follow_the_font (Fixture *f, gconstpointer data)
{
  GtkSettings *settings = gtk_widget_get_settings (f->window);
  int dpi, width;

  show (f, "resnet20");
  settle_until (has_first_block, f, PATIENCE_S);
  width = width_of (f);
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", dpi * 3 / 2, NULL);
  g_assert_cmpint (width_of (f), >, width * 4 / 3);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
  g_assert_cmpint (width_of (f), ==, width);
}

static void
assert_places (RnCostColumns *columns, const char *const *widest, int width, gboolean has_bars)
{
  RnCostPlaces places;

  rn_cost_columns_place (columns, width, &places);
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      g_assert_cmpint (places.left[c], >=, c > 0 ? places.right[c - 1] : 0);
      /* names may be shortened, numbers not */
      g_assert_cmpint (places.right[c] - places.left[c] - places.bar[c], >=,
                       rn_row_texts_get_width (rn_cost_columns_get_texts (columns, TRUE),
                                               rn_cost_column_title (c)));
      if (c != RN_COST_NAME)
        g_assert_cmpint (places.right[c] - places.left[c] - places.bar[c], >=,
                         rn_row_texts_get_width (rn_cost_columns_get_texts (columns, FALSE),
                                                 widest[c]));
      g_assert_cmpint (places.right[c], <=, width);
      g_assert_cmpint (places.bar[c] > 0, ==, has_bars && rn_cost_column_has_bars (c));
    }
}

/* However wide the table is, nothing lies on another, and bars stand in all three columns or in none. */
static void
test_columns_share_the_width (Fixture *f, gconstpointer data)
{
  const char *widest[RN_N_COST_COLUMNS] = {
    "600 · plain bottleneck /2", "112×112×2048", "123,456,789", "442,368", "4,501 px", "999.9 MB"
  };
  GtkWidget *titles = g_object_ref_sink (rn_cost_cells_new (NULL));
  RnCostColumns *columns = rn_cost_columns_new (f->table, titles);
  int least, natural;

  g_assert_true (rn_cost_columns_set_widest (columns, widest));
  g_assert_false (rn_cost_columns_set_widest (columns, widest));
  /* nothing has to be placed anew for another number of as many digits */
  widest[RN_COST_NAME] = "601 · plain bottleneck /2";
  g_assert_false (rn_cost_columns_set_widest (columns, widest));
  least = rn_cost_columns_get_width (columns, &natural);
  g_assert_cmpint (least, <, natural);
  for (int width = least; width < 2 * natural; width++)
    assert_places (columns, widest, width, width >= natural);
  rn_cost_columns_free (columns);
  g_object_unref (titles);
}

static gboolean
has_four_rows (gpointer data)
{
  const Fixture *f = data;

  return gtk_widget_get_first_child (f->view) != NULL &&
         g_list_model_get_n_items (
             G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (f->view)))) >= 4;
}

/* Of the rows the stem is the first, so row 3 is block 3. What the table fills in itself is no choice. */
static void
test_a_row_that_is_chosen_selects_its_block (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSelection) selection = rn_selection_new ();
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);

  f->table = rn_cost_table_new (selection);
  f->view = find_widget (f->table, GTK_TYPE_LIST_VIEW, 0);
  gtk_window_set_child (GTK_WINDOW (f->window), f->table);
  show (f, "resnet20");
  settle_until (has_four_rows, f, PATIENCE_S);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_NONE);
  gtk_selection_model_select_item (gtk_list_view_get_model (GTK_LIST_VIEW (f->view)), 3, TRUE);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_BLOCK);
  g_assert_cmpuint (rn_selection_get_block (selection), ==, rn_spec_get_block (spec, 2)->id);
  gtk_selection_model_select_item (gtk_list_view_get_model (GTK_LIST_VIEW (f->view)), 0, TRUE);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
  show (f, "resnet56");
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
}

/* Names are the first to give way. */
static void
test_long_names_are_shortened_where_there_is_no_room (Fixture *f, gconstpointer data)
{
  RnCostColumns *columns;
  GtkWidget *titles = g_object_ref_sink (rn_cost_cells_new (NULL));
  GtkWidget *cells;
  const RnCostLine line = { .texts = { (char *) "600 · plain bottleneck /2", (char *) "32×32×16",
                                       (char *) "650", (char *) "640", (char *) "7 px",
                                       (char *) "6.3 MB" },
                            .sentence = (char *) "" };
  int least, natural;

  columns = rn_cost_columns_new (f->table, titles);
  rn_cost_columns_set_widest (columns, (const char *const *) line.texts);
  cells = g_object_ref_sink (rn_cost_cells_new (columns));
  rn_cost_cells_set_line (RN_COST_CELLS (cells), &line);
  least = rn_cost_columns_get_width (columns, &natural);
  gtk_widget_allocate (cells, least, 30, -1, NULL);
  g_assert_true (rn_cost_cells_is_shortened (RN_COST_CELLS (cells)));
  gtk_widget_allocate (cells, natural, 30, -1, NULL);
  g_assert_false (rn_cost_cells_is_shortened (RN_COST_CELLS (cells)));
  g_object_unref (cells);
  g_object_unref (titles);
  rn_cost_columns_free (columns);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/cost-table/rows-are-read-with-columns", test_a_row_is_read_with_its_columns);
  ADD ("/cost-table/after-a-jump", test_rows_say_what_they_are_after_a_jump);
  ADD ("/cost-table/choosing", test_a_row_that_is_chosen_selects_its_block);
  ADD ("/cost-table/font", test_columns_follow_the_font);
  ADD ("/cost-table/places", test_columns_share_the_width);
  ADD ("/cost-table/long-names", test_long_names_are_shortened_where_there_is_no_room);
  return g_test_run ();
}
