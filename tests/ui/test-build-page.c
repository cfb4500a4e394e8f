#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pages/build-page.h"
#include "state/format.h"

#define WAIT_MS 20000

typedef struct
{
  RnSession *session;
  RnBuildPage *page;
  GtkWidget *window;
  char *folder;
} Fixture;

typedef gboolean (*Condition) (gpointer data);

static void
wait_until (Condition condition, gpointer data)
{
  const gint64 end = g_get_monotonic_time () + WAIT_MS * 1000;

  while (!condition (data) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_assert_true (condition (data));
}

static gboolean
has_presets (gpointer page)
{
  return rn_preset_list_n_shown (rn_build_page_get_presets (page)) > 0;
}

static gboolean
has_costs (gpointer page)
{
  RnCost total;

  return rn_cost_table_get_total (rn_build_page_get_costs (page), &total);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("residua-build-page-XXXXXX", NULL);
  f->session = rn_session_new (f->folder);
  f->page = RN_BUILD_PAGE (rn_build_page_new (f->session));
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 640);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->page));
  gtk_window_present (GTK_WINDOW (f->window));
  wait_until (has_presets, f->page);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_object_unref (f->session);
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
test_every_preset_is_listed_with_its_costs (Fixture *f, gconstpointer data)
{
  RnPresetList *presets = rn_build_page_get_presets (f->page);
  const char *const *names = rn_spec_preset_names ();

  g_assert_cmpuint (rn_preset_list_n_shown (presets), ==, g_strv_length ((char **) names));
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *text = rn_preset_list_describe (presets, i);
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], NULL);
      g_autofree char *title = rn_format_spec_title (spec);
      g_autofree char *parameters = NULL, *macs = NULL;
      RnCost cost;

      rn_cost_of_network (spec, 1, 1, &cost);
      parameters = rn_format_amount (cost.parameters);
      macs = rn_format_amount (cost.macs);
      g_assert_true (g_str_has_prefix (text, title));
      g_assert_nonnull (strstr (text, parameters));
      g_assert_nonnull (strstr (text, macs));
      g_assert_nonnull (strstr (text, rn_spec_get_side (spec) == 32 ? "CIFAR" : "ImageNet"));
    }
}

static void
test_the_search_leaves_what_has_all_its_words (Fixture *f, gconstpointer data)
{
  RnPresetList *presets = rn_build_page_get_presets (f->page);
  const guint all = rn_preset_list_n_shown (presets);

  rn_preset_list_set_search (presets, "PLAIN imagenet");
  g_assert_cmpuint (rn_preset_list_n_shown (presets), ==, 5);
  rn_preset_list_set_search (presets, "nothing is called so");
  g_assert_cmpuint (rn_preset_list_n_shown (presets), ==, 0);
  rn_preset_list_set_search (presets, "");
  g_assert_cmpuint (rn_preset_list_n_shown (presets), ==, all);
}

static void
test_a_chosen_preset_is_a_new_sketch (Fixture *f, gconstpointer data)
{
  RnPresetList *presets = rn_build_page_get_presets (f->page);
  g_autoptr (RnSpec) expected = rn_spec_preset ("resnet50-paper", NULL);
  const guint before = g_list_model_get_n_items (rn_session_get_documents (f->session));

  rn_preset_list_set_search (presets, "resnet50-paper");
  g_assert_cmpuint (rn_preset_list_n_shown (presets), ==, 1);
  rn_preset_list_choose (presets, 0);
  g_assert_true (rn_spec_equal (rn_session_get_spec (f->session), expected));
  g_assert_cmpint (rn_document_get_kind (rn_session_get_document (f->session)), ==,
                   RN_DOCUMENT_SKETCH);
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_documents (f->session)), >=,
                    MAX (before, 1));
}

static void
assert_same_cost (const RnCost *a, const RnCost *b)
{
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpint (a->parameters, ==, b->parameters);
  g_assert_cmpint (a->macs, ==, b->macs);
  g_assert_cmpint (a->receptive_field, ==, b->receptive_field);
  g_assert_cmpuint (a->train_bytes, ==, b->train_bytes);
}

/* Whether a label somewhere below says @text */
static gboolean
says (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static void
test_the_table_says_what_the_core_counts (Fixture *f, gconstpointer data)
{
  RnCostTable *table = rn_build_page_get_costs (f->page);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20-b", NULL);
  RnSettings settings = *rn_session_get_settings (f->session);
  g_autofree char *parameters = NULL, *memory = NULL;
  RnCost shown, expected;

  settings.batch = 17;
  rn_session_set_settings (f->session, &settings);
  rn_build_page_choose (f->page, "resnet20-b");
  wait_until (has_costs, f->page);
  rn_cost_table_get_total (table, &shown);
  rn_cost_of_network (spec, 17, rn_compute_n_processors (), &expected);
  assert_same_cost (&shown, &expected);
  parameters = rn_format_count (expected.parameters);
  memory = rn_format_bytes (expected.train_bytes);
  g_assert_true (says (GTK_WIDGET (f->page), parameters));
  g_assert_true (says (GTK_WIDGET (f->page), memory));

  g_assert_cmpuint (rn_cost_table_n_rows (table), ==, 11);
  for (int i = 0; i < 9; i++)
    {
      rn_cost_table_get_row (table, (guint) i + 1, &shown);
      rn_cost_of_block (spec, i, 17, &expected);
      assert_same_cost (&shown, &expected);
    }
  rn_cost_table_get_row (table, 0, &shown);
  rn_cost_of_stem (spec, 17, &expected);
  assert_same_cost (&shown, &expected);
  rn_cost_table_get_row (table, 10, &shown);
  rn_cost_of_head (spec, 17, &expected);
  assert_same_cost (&shown, &expected);
}

static void
test_the_plain_twin_is_a_sketch_without_shortcuts (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) expected = rn_spec_preset ("plain32", NULL);

  rn_build_page_choose (f->page, "resnet32");
  rn_build_page_show_twin (f->page);
  g_assert_true (rn_spec_equal (rn_session_get_spec (f->session), expected));
}

static void
on_message (RnSession *session, const char *text, gboolean *is_told)
{
  *is_told = TRUE;
}

static void
on_problem (RnSession *session, const char *title, const char *text, gboolean *is_told)
{
  *is_told = TRUE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *) flag;
}

static void
test_a_saved_network_reads_back (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "net.json", NULL);
  g_autoptr (RnSpec) read = NULL;
  gboolean is_told = FALSE;

  rn_build_page_choose (f->page, "resnet8");
  g_signal_connect (f->session, "message", G_CALLBACK (on_message), &is_told);
  rn_build_page_save (f->page, path);
  wait_until (is_set, &is_told);
  read = rn_spec_load (path, NULL);
  g_assert_nonnull (read);
  g_assert_true (rn_spec_equal (read, rn_session_get_spec (f->session)));
  g_remove (path);
}

static void
test_a_network_that_cannot_be_saved_is_a_problem (Fixture *f, gconstpointer data)
{
  gboolean is_told = FALSE;

  rn_build_page_choose (f->page, "resnet8");
  g_signal_connect (f->session, "problem", G_CALLBACK (on_problem), &is_told);
  rn_build_page_save (f->page, "/nonexistent/net.json");
  wait_until (is_set, &is_told);
}

static void
test_a_network_is_fitted_to_the_data (void)
{
  g_autoptr (RnSpec) small = rn_spec_new ("small", 28, 1, RN_STEM_3X3, 8, 7, NULL);
  g_autoptr (RnSpec) large = rn_spec_preset ("resnet18", NULL);
  g_autoptr (RnDataset) dataset = rn_dataset_open ("sample", 1, NULL, NULL, NULL);
  const int side = 32, classes = rn_dataset_n_classes (dataset);

  g_assert_true (rn_spec_fit_dataset (small, dataset));
  g_assert_cmpint (rn_spec_get_side (small), ==, side);
  g_assert_cmpint (rn_spec_get_channels (small), ==, 3);
  g_assert_cmpint (rn_spec_get_classes (small), ==, classes);
  g_assert_false (rn_spec_fit_dataset (small, dataset));
  /* the large stem halves twice: pictures are scaled to its input instead */
  g_assert_true (rn_spec_fit_dataset (large, dataset));
  g_assert_cmpint (rn_spec_get_side (large), ==, 224);
  g_assert_cmpint (rn_spec_get_classes (large), ==, classes);
}

static void
test_it_fits_into_the_smallest_window (Fixture *f, gconstpointer data)
{
  int least;

  rn_build_page_choose (f->page, "resnet1202");
  wait_until (has_costs, f->page);
  gtk_widget_measure (GTK_WIDGET (f->page), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL,
                      NULL);
  g_assert_cmpint (least, <=, 720); /* beside a spine of 240 */
}

#define ADD(name, test) g_test_add ("/build-page/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("every preset is listed with its costs", test_every_preset_is_listed_with_its_costs);
  ADD ("the search leaves what has all its words", test_the_search_leaves_what_has_all_its_words);
  ADD ("a chosen preset is a new sketch", test_a_chosen_preset_is_a_new_sketch);
  ADD ("the table says what the core counts", test_the_table_says_what_the_core_counts);
  ADD ("the plain twin is a sketch without shortcuts",
       test_the_plain_twin_is_a_sketch_without_shortcuts);
  ADD ("a saved network reads back", test_a_saved_network_reads_back);
  ADD ("a network that cannot be saved is a problem",
       test_a_network_that_cannot_be_saved_is_a_problem);
  ADD ("it fits into the smallest window", test_it_fits_into_the_smallest_window);
  g_test_add_func ("/build-page/a network is fitted to the data",
                   test_a_network_is_fitted_to_the_data);
  return g_test_run ();
}
