#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "looking.h"
#include "pages/build-files.h"
#include "pages/build-page.h"
#include "state/format.h"
#include "tiny.h"

#define WAIT_MS 60000

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
has_dataset (gpointer session)
{
  return rn_session_get_dataset (session) != NULL;
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

/* The large stem's network is drawn at ImageNet's side; a start takes the side of pictures that have one size. */
static void
test_memory_to_train_is_of_the_input_that_training_takes (Fixture *f, gconstpointer data)
{
  RnCostTable *table = rn_build_page_get_costs (f->page);
  g_autofree char *folder = tiny_folder_new (), *memory = NULL;
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 6, 3);
  const int batch = rn_session_get_settings (f->session)->batch;
  g_autoptr (RnSpec) trained = NULL;
  RnCost shown, drawn_cost, trained_cost;

  rn_session_open_dataset (f->session, rn_dataset_get_source (dataset));
  wait_until (has_dataset, f->session);
  rn_build_page_choose (f->page, "resnet18");
  wait_until (has_costs, f->page);
  trained = rn_session_fit (f->session, rn_session_get_document (f->session));
  g_assert_cmpint (rn_spec_get_side (rn_session_get_spec (f->session)), ==, 224);
  g_assert_cmpint (rn_spec_get_side (trained), ==, 8);
  rn_cost_of_network (rn_session_get_spec (f->session), batch, rn_compute_n_processors (),
                      &drawn_cost);
  rn_cost_of_network (trained, batch, rn_compute_n_processors (), &trained_cost);
  g_assert_cmpuint (trained_cost.train_bytes, <, drawn_cost.train_bytes / 8);
  rn_cost_table_get_total (table, &shown);
  g_assert_cmpint (shown.macs, ==, drawn_cost.macs);
  g_assert_cmpuint (shown.train_bytes, ==, trained_cost.train_bytes);
  memory = rn_format_bytes (trained_cost.train_bytes);
  g_assert_true (says (GTK_WIDGET (f->page), memory));
  g_assert_nonnull (strstr (rn_build_page_get_input (f->page), "8×8"));
  g_assert_nonnull (strstr (rn_build_page_get_input (f->page), "224×224"));
  /* nothing is said where training takes what is drawn */
  rn_build_page_choose (f->page, "resnet20");
  wait_until (has_costs, f->page);
  g_assert_null (rn_build_page_get_input (f->page));
  tiny_folder_remove (folder);
}

static void
test_the_plain_twin_is_a_sketch_without_shortcuts (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) expected = rn_spec_preset ("plain32", NULL);

  rn_build_page_choose (f->page, "resnet32");
  rn_build_tools_activate (rn_build_page_get_tools (f->page), "plain-twin");
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
  rn_session_save_sketch (f->session, path);
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
  rn_session_save_sketch (f->session, "/nonexistent/net.json");
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

/* Properties */

static RnPropertyRow *
block_row (Fixture *f, RnBlockProperty property)
{
  return rn_block_properties_get_row (rn_property_panel_get_blocks (
                                          rn_build_page_get_properties (f->page)),
                                      property);
}

static RnPropertyRow *
network_row (Fixture *f, RnNetworkProperty property)
{
  return rn_network_properties_get_row (rn_property_panel_get_network (
                                            rn_build_page_get_properties (f->page)),
                                        property);
}

static const RnBlockSpec *
get_block (Fixture *f, int at)
{
  return rn_spec_get_block (rn_session_get_spec (f->session), at);
}

static void
select_blocks (Fixture *f, int first, int last)
{
  RnSelection *selection = rn_session_get_selection (f->session);

  rn_selection_select (selection, RN_PART_BLOCK, get_block (f, first)->id, NULL);
  for (int i = first + 1; i <= last; i++)
    rn_selection_toggle (selection, get_block (f, i)->id);
}

static void
test_properties_change_the_selected_block_alone (Fixture *f, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;

  rn_build_page_choose (f->page, "resnet20");
  before = rn_spec_to_json (rn_session_get_spec (f->session));
  select_blocks (f, 4, 4);
  g_assert_cmpstr (rn_property_panel_get_title (rn_build_page_get_properties (f->page)), ==,
                   "Block 5 of 9");
  g_assert_cmpint (rn_property_row_get_value (block_row (f, RN_BLOCK_PROPERTY_CHANNELS)), ==, 32);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_KIND), RN_BLOCK_BOTTLENECK);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_CHANNELS), 48);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_STRIDE), 1);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_SHORTCUT), RN_SHORTCUT_C);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE), RN_STRIDE_IN_1X1);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_ZERO_GAMMA), 1);
  g_assert_cmpint (get_block (f, 4)->kind, ==, RN_BLOCK_BOTTLENECK);
  g_assert_cmpint (get_block (f, 4)->channels, ==, 48);
  g_assert_cmpint (get_block (f, 4)->stride, ==, 2);
  g_assert_cmpint (get_block (f, 4)->shortcut, ==, RN_SHORTCUT_C);
  g_assert_cmpint (get_block (f, 4)->bottleneck_stride, ==, RN_STRIDE_IN_1X1);
  g_assert_true (get_block (f, 4)->zero_gamma);
  g_assert_cmpint (get_block (f, 3)->kind, ==, RN_BLOCK_BASIC);
  g_assert_cmpint (get_block (f, 5)->channels, ==, 32);
  for (int i = 0; i < 6; i++)
    rn_build_tools_activate (rn_build_page_get_tools (f->page), "undo");
  after = rn_spec_to_json (rn_session_get_spec (f->session));
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (rn_property_row_get_value (block_row (f, RN_BLOCK_PROPERTY_CHANNELS)), ==, 32);
}

static void
test_what_several_blocks_do_not_share_is_mixed (Fixture *f, gconstpointer data)
{
  rn_build_page_choose (f->page, "resnet20");
  select_blocks (f, 2, 4);
  g_assert_cmpstr (rn_property_panel_get_title (rn_build_page_get_properties (f->page)), ==,
                   "3 blocks");
  g_assert_true (rn_property_row_is_mixed (block_row (f, RN_BLOCK_PROPERTY_CHANNELS)));
  g_assert_true (rn_property_row_is_mixed (block_row (f, RN_BLOCK_PROPERTY_STRIDE)));
  g_assert_false (rn_property_row_is_mixed (block_row (f, RN_BLOCK_PROPERTY_KIND)));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (
                       rn_property_row_get_control (block_row (f, RN_BLOCK_PROPERTY_CHANNELS)))),
                   ==, "mixed");
  /* the lead's own number is meant for all of them */
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_CHANNELS), 16);
  g_assert_false (rn_property_row_is_mixed (block_row (f, RN_BLOCK_PROPERTY_CHANNELS)));
  for (int i = 2; i <= 4; i++)
    g_assert_cmpint (get_block (f, i)->channels, ==, 16);
  g_assert_cmpint (get_block (f, 4)->stride, ==, 1);
  g_assert_cmpint (get_block (f, 3)->stride, ==, 2);
  g_assert_cmpint (get_block (f, 5)->channels, ==, 32);
}

/* As a person types it, with the number that the lead has already */
static void
test_a_number_typed_over_mixed_is_for_all (Fixture *f, gconstpointer data)
{
  GtkWidget *button = NULL;

  rn_build_page_choose (f->page, "resnet20");
  select_blocks (f, 2, 4);
  button = rn_property_row_get_control (block_row (f, RN_BLOCK_PROPERTY_CHANNELS));
  gtk_editable_set_text (GTK_EDITABLE (button), "16");
  gtk_spin_button_update (GTK_SPIN_BUTTON (button));
  for (int i = 2; i <= 4; i++)
    g_assert_cmpint (get_block (f, i)->channels, ==, 16);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (button)), ==, "16");
}

static void
test_limits_are_kept (Fixture *f, gconstpointer data)
{
  RnPropertyRow *channels = block_row (f, RN_BLOCK_PROPERTY_CHANNELS);
  GtkSpinButton *button = GTK_SPIN_BUTTON (rn_property_row_get_control (channels));
  double least, most;

  rn_build_page_choose (f->page, "resnet20");
  select_blocks (f, 8, 8);
  gtk_spin_button_get_range (button, &least, &most);
  g_assert_cmpfloat (least, ==, 1.0);
  g_assert_cmpfloat (most, ==, RN_MAX_CHANNELS);
  gtk_spin_button_set_value (button, 1e9);
  g_assert_cmpint (get_block (f, 8)->channels, ==, RN_MAX_CHANNELS);
  /* the inner width of a bottleneck is a quarter */
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_KIND), RN_BLOCK_BOTTLENECK);
  gtk_spin_button_set_value (button, 66);
  g_assert_cmpint (get_block (f, 8)->channels % 4, ==, 0);
  g_assert_cmpint (ABS (get_block (f, 8)->channels - 66), ==, 2);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_KIND), RN_BLOCK_PLAIN_BASIC);
  g_assert_false (gtk_widget_is_sensitive (
      rn_property_row_get_control (block_row (f, RN_BLOCK_PROPERTY_SHORTCUT))));
}

static void
test_input_stem_and_head_can_be_changed (Fixture *f, gconstpointer data)
{
  const RnSpec *spec;

  rn_build_page_choose (f->page, "resnet20");
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_SIDE), 64);
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_COLOUR), 0);
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_STEM), RN_STEM_7X7_POOL);
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_STEM_CHANNELS), 8);
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_CLASSES), 7);
  spec = rn_session_get_spec (f->session);
  g_assert_cmpint (rn_spec_get_side (spec), ==, 64);
  g_assert_cmpint (rn_spec_get_channels (spec), ==, 1);
  g_assert_cmpint (rn_spec_get_stem (spec), ==, RN_STEM_7X7_POOL);
  g_assert_cmpint (rn_spec_get_stem_channels (spec), ==, 8);
  g_assert_cmpint (rn_spec_get_classes (spec), ==, 7);
  rn_selection_select (rn_session_get_selection (f->session), RN_PART_HEAD, 0, NULL);
  g_assert_true (
      gtk_widget_get_visible (GTK_WIDGET (network_row (f, RN_NETWORK_PROPERTY_CLASSES))));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (network_row (f, RN_NETWORK_PROPERTY_SIDE))));
}

/* What cannot run */

static void
test_a_block_that_does_not_fit_is_told_and_mended (Fixture *f, gconstpointer data)
{
  RnProblemList *problems = rn_build_page_get_problems (f->page);

  rn_build_page_choose (f->page, "resnet20");
  g_assert_cmpuint (rn_problem_list_n (problems), ==, 0);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (problems)));
  select_blocks (f, 2, 2);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_CHANNELS), 8);
  g_assert_cmpuint (rn_problem_list_n (problems), >=, 1);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (problems)));
  g_assert_nonnull (strstr (rn_problem_list_get_text (problems, 0), "Block 3"));
  g_assert_nonnull (strstr (rn_problem_list_get_text (problems, 0), "16 to 8"));
  g_assert_nonnull (rn_problem_list_get_mend (problems, 0));
  rn_problem_list_mend (problems, 0);
  g_assert_cmpuint (rn_problem_list_n (problems), ==, 0);
  g_assert_cmpint (get_block (f, 2)->shortcut, ==, RN_SHORTCUT_B);
  g_assert_true (rn_spec_check (rn_session_get_spec (f->session), NULL));
}

static gboolean
has_problem (gpointer list)
{
  return rn_problem_list_n (list) > 0;
}

static void
test_too_little_memory_offers_the_largest_batch (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  RnSettings settings = *rn_session_get_settings (f->session);
  RnProblemList *problems;
  RnCost cost;

  rn_build_page_choose (f->page, "resnet20");
  settings.batch = 64;
  rn_session_set_settings (f->session, &settings);
  rn_cost_of_network (spec, 32, rn_compute_n_processors (), &cost);
  problems = RN_PROBLEM_LIST (g_object_ref_sink (
      rn_problem_list_new (f->session, (gsize) ((double) cost.train_bytes / RN_MEMORY_SHARE) + 1)));
  wait_until (has_problem, problems);
  g_assert_nonnull (strstr (rn_problem_list_get_mend (problems, 0), "32"));
  rn_problem_list_mend (problems, 0);
  g_assert_cmpint (rn_session_get_settings (f->session)->batch, ==, 32);
  g_object_unref (problems);
}

/* Comparison */

static gboolean
has_diff (gpointer compare)
{
  return rn_spec_compare_get_diff (compare) != NULL;
}

static void
compare_with (Fixture *f, const char *title)
{
  RnSpecCompare *compare = rn_build_page_get_compare (f->page);

  rn_build_page_show (f->page, "compare");
  wait_until (has_diff, compare);
  for (guint i = 0; i < rn_spec_compare_n_choices (compare); i++)
    if (g_str_equal (rn_spec_compare_get_choice (compare, i), title))
      {
        rn_spec_compare_choose (compare, i);
        wait_until (has_diff, compare);
        return;
      }
  g_error ("“%s” cannot be chosen", title);
}

static void
test_the_plain_twin_differs_in_every_block_and_in_no_number (Fixture *f, gconstpointer data)
{
  const RnSpecDiff *diff;

  rn_build_page_choose (f->page, "resnet20");
  compare_with (f, "Its plain twin");
  diff = rn_spec_compare_get_diff (rn_build_page_get_compare (f->page));
  g_assert_cmpint (diff->n_different, ==, 9);
  g_assert_cmpint (diff->totals[0].parameters, ==, 269722);
  g_assert_cmpint (diff->totals[1].parameters, ==, 269722);
  g_assert_cmpint (diff->totals[0].macs, ==, diff->totals[1].macs);
  g_assert_true (says (GTK_WIDGET (f->page), "9 of 11 parts differ, marked with ≠."));
}

static void
test_options_a_b_and_c_differ_where_they_project (Fixture *f, gconstpointer data)
{
  const RnSpecDiff *diff;

  rn_build_page_choose (f->page, "resnet20");
  compare_with (f, "ResNet-20 (b)");
  diff = rn_spec_compare_get_diff (rn_build_page_get_compare (f->page));
  g_assert_cmpint (diff->n_different, ==, 2);
  g_assert_cmpint (diff->totals[1].parameters - diff->totals[0].parameters, ==, 272474 - 269722);
  g_assert_true (says (GTK_WIDGET (f->page), "+2,752"));
  compare_with (f, "ResNet-20 (c)");
  diff = rn_spec_compare_get_diff (rn_build_page_get_compare (f->page));
  g_assert_cmpint (diff->n_different, ==, 9);
  g_assert_cmpint (diff->totals[1].parameters, ==, 283962);
}

static gboolean
has_no_problem (gpointer list)
{
  return !has_problem (list);
}

/* Threads have memory of their own: Build foretells it for as many as the preferences say. */
static void
test_memory_to_train_is_of_the_threads_that_were_chosen (Fixture *f, gconstpointer data)
{
  RnCostTable *table = rn_build_page_get_costs (f->page);
  static const int threads[] = { 1, 37 };
  RnCost shown, expected[2];
  GtkWidget *problems;

  rn_build_page_choose (f->page, "resnet20");
  for (int i = 0; i < 2; i++)
    {
      rn_session_set_threads (f->session, threads[i]);
      wait_until (has_costs, f->page);
      rn_cost_table_get_total (table, &shown);
      rn_cost_of_network (rn_session_get_spec (f->session),
                          rn_session_get_settings (f->session)->batch, threads[i], &expected[i]);
      assert_same_cost (&shown, &expected[i]);
      compare_with (f, "Plain-20");
      g_assert_cmpuint (rn_spec_compare_get_diff (rn_build_page_get_compare (f->page))
                            ->totals[0]
                            .train_bytes,
                        ==, expected[i].train_bytes);
    }
  g_assert_cmpuint (expected[0].train_bytes, <, expected[1].train_bytes);

  /* so much memory that one thread just fits */
  problems = g_object_ref_sink (
      rn_problem_list_new (f->session,
                           (gsize) ((double) (expected[0].train_bytes + 1000) / RN_MEMORY_SHARE)));
  wait_until (has_problem, problems);
  rn_session_set_threads (f->session, 1);
  wait_until (has_no_problem, problems);
  g_object_unref (problems);
}

/* Whether a label that can be seen begins so */
static gboolean
says_how_to_begin (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) &&
      g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), "This network has no blocks yet"))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says_how_to_begin (child))
      return TRUE;
  return FALSE;
}

static void
test_an_empty_network_says_how_to_begin (Fixture *f, gconstpointer data)
{
  const RnBlockSpec block = { .channels = 16, .stride = 1, .shortcut = RN_SHORTCUT_A_SPLIT };

  rn_build_page_choose (f->page, "resnet20");
  g_assert_false (says_how_to_begin (GTK_WIDGET (f->page)));
  rn_session_new_sketch (f->session);
  g_assert_true (says_how_to_begin (GTK_WIDGET (f->page)));
  g_assert_true (rn_sketch_insert (rn_session_begin_edit (f->session), 0, &block, 1, NULL, NULL));
  rn_session_end_edit (f->session, NULL);
  g_assert_false (says_how_to_begin (GTK_WIDGET (f->page)));
}

static void
test_stages_of_other_depths_stand_beside_each_other (void)
{
  g_autoptr (RnSpec) small = rn_spec_preset ("resnet8", NULL);
  g_autoptr (RnSpec) large = rn_spec_preset ("resnet14", NULL);
  g_autoptr (RnSpecDiff) diff = rn_spec_diff_new (small, large, 8, 1);
  static const int at[8][2] = { { 0, 0 },  { 0, 0 }, { -1, 1 }, { 1, 2 },
                                { -1, 3 }, { 2, 4 }, { -1, 5 }, { 0, 0 } };

  g_assert_cmpuint (diff->rows->len, ==, 8);
  g_assert_cmpint (diff->n_different, ==, 3);
  for (guint i = 0; i < 8; i++)
    {
      const RnDiffRow *row = &g_array_index (diff->rows, RnDiffRow, i);

      g_assert_cmpint (row->at[0], ==, at[i][0]);
      g_assert_cmpint (row->at[1], ==, at[i][1]);
    }
}

static gboolean
is_metered (gpointer data)
{
  RnEpochMeter *meter = data;

  return !isnan (rn_epoch_meter_get_seconds (meter, 0)) &&
         !isnan (rn_epoch_meter_get_seconds (meter, 1));
}

/* Both are measured while they are seen, and it can be broken off. */
static void
test_an_epoch_of_both_is_measured (Fixture *f, gconstpointer data)
{
  RnSettings settings = *rn_session_get_settings (f->session);
  RnEpochMeter *meter = rn_compare_totals_get_meter (
      rn_spec_compare_get_totals (rn_build_page_get_compare (f->page)));

  settings.batch = 4;
  rn_session_set_settings (f->session, &settings);
  rn_session_open_dataset (f->session, "sample");
  wait_until (has_dataset, f->session);
  rn_build_page_choose (f->page, "resnet8");
  compare_with (f, "ResNet-20");
  g_assert_true (rn_epoch_meter_is_measuring (meter));
  wait_until (is_metered, meter);
  g_assert_false (rn_epoch_meter_is_measuring (meter));
  for (int i = 0; i < 2; i++)
    g_assert_cmpfloat (rn_epoch_meter_get_seconds (meter, i), >, 0.0);
  looking_shoot (f->window, "build-compare");
  rn_build_page_show (f->page, "costs");
  compare_with (f, "ResNet-14");
  g_assert_true (rn_epoch_meter_is_measuring (meter));
  rn_epoch_meter_toggle (meter);
  g_assert_false (rn_epoch_meter_is_measuring (meter));
  g_assert_true (isnan (rn_epoch_meter_get_seconds (meter, 1)));
}

/* An epoch */

static gboolean
is_measured (gpointer epoch)
{
  return !isnan (rn_epoch_total_get_seconds (epoch));
}

static void
test_an_epoch_is_measured_after_an_edit (Fixture *f, gconstpointer data)
{
  RnEpochTotal *epoch = rn_build_page_get_epoch (f->page);
  RnSettings settings = *rn_session_get_settings (f->session);

  settings.batch = 4;
  rn_session_set_settings (f->session, &settings);
  rn_build_page_choose (f->page, "resnet8");
  g_assert_false (rn_epoch_total_is_measuring (epoch)); /* it takes pictures */
  rn_session_open_dataset (f->session, "sample");
  wait_until (has_dataset, f->session);
  g_assert_true (rn_epoch_total_is_measuring (epoch));
  wait_until (is_measured, epoch);
  g_assert_cmpfloat (rn_epoch_total_get_seconds (epoch), >, 0.0);
  g_assert_false (rn_epoch_total_is_measuring (epoch));
  rn_property_row_choose (network_row (f, RN_NETWORK_PROPERTY_STEM_CHANNELS), 8);
  g_assert_false (is_measured (epoch));
  g_assert_true (rn_epoch_total_is_measuring (epoch));
  rn_epoch_total_toggle (epoch);
  g_assert_false (rn_epoch_total_is_measuring (epoch));
  g_assert_true (says (GTK_WIDGET (epoch), "–"));
}

static gboolean
is_training (gpointer session)
{
  return rn_session_is_training (session);
}

static gboolean
is_idle (gpointer session)
{
  return !rn_session_is_training (session);
}

static void
test_an_epoch_waits_for_a_training_and_is_measured_then (Fixture *f, gconstpointer data)
{
  RnEpochTotal *epoch = rn_build_page_get_epoch (f->page);
  g_autofree char *folder = tiny_folder_new ();
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 60, 3);

  rn_session_open_dataset (f->session, rn_dataset_get_source (dataset));
  wait_until (has_dataset, f->session);
  rn_build_page_choose (f->page, "resnet8");
  rn_session_start (f->session);
  wait_until (is_training, f->session);
  g_assert_false (rn_epoch_total_is_measuring (epoch));
  rn_session_stop (f->session);
  wait_until (is_idle, f->session);
  g_assert_true (rn_epoch_total_is_measuring (epoch));
  wait_until (is_measured, epoch);
  tiny_folder_remove (folder);
}

/* What the page does at once after an edit of 600 blocks; counting and comparing are for tasks. Only what takes much longer
 * than a frame fails: other programs run meanwhile. */
static void
test_an_edit_of_600_blocks_holds_up_no_frame (Fixture *f, gconstpointer data)
{
  double least = G_MAXDOUBLE;

  rn_build_page_choose (f->page, "resnet1202");
  select_blocks (f, 300, 300);
  for (int i = 0; i < 10; i++)
    {
      const gint64 begin_us = g_get_monotonic_time ();

      rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_ZERO_GAMMA), i % 2 == 0);
      least = MIN (least, (double) (g_get_monotonic_time () - begin_us) / 1000.0);
    }
  g_test_minimized_result (least, "an edit of one of 600 blocks: %.2f ms", least);
  g_assert_cmpfloat (least, <, 50.0);
}

/* Tools */

/* @label: (transfer full) (nullable): that the menu of the tools has, once it is opened */
static void
assert_menu_names (RnBuildTools *tools, char *label)
{
  GtkMenuButton *button = looking_find (GTK_WIDGET (tools), GTK_TYPE_MENU_BUTTON, 0);

  g_assert_nonnull (label);
  g_assert_false (says (GTK_WIDGET (button), label));
  gtk_menu_button_popup (button);
  g_assert_true (says (GTK_WIDGET (button), label));
  gtk_menu_button_popdown (button);
  g_free (label);
}

static void
test_undo_and_redo_are_named (Fixture *f, gconstpointer data)
{
  RnBuildTools *tools = rn_build_page_get_tools (f->page);
  g_autofree char *undo = NULL, *redo = NULL;

  rn_build_page_choose (f->page, "resnet20");
  select_blocks (f, 2, 2);
  rn_property_row_choose (block_row (f, RN_BLOCK_PROPERTY_ZERO_GAMMA), 1);
  g_assert_true (rn_build_tools_is_enabled (tools, "undo"));
  undo = rn_build_tools_get_tooltip (tools, "undo");
  g_assert_true (g_str_has_prefix (undo, "Undo "));
  g_assert_nonnull (strstr (undo, "Ctrl+Z"));
  rn_build_tools_activate (tools, "undo");
  g_assert_false (get_block (f, 2)->zero_gamma);
  redo = rn_build_tools_get_tooltip (tools, "redo");
  g_assert_true (g_str_has_prefix (redo, "Redo "));
  assert_menu_names (tools, rn_session_get_redo_label (f->session));
  rn_build_tools_activate (tools, "redo");
  g_assert_true (get_block (f, 2)->zero_gamma);
}

static void
test_a_plain_net_is_not_deepened_and_says_why (Fixture *f, gconstpointer data)
{
  RnBuildTools *tools = rn_build_page_get_tools (f->page);
  g_autofree char *tooltip = NULL;

  rn_build_page_choose (f->page, "resnet20");
  g_assert_true (rn_build_tools_is_enabled (tools, "deepen"));
  select_blocks (f, 3, 3);
  rn_build_tools_activate (tools, "deepen");
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (f->session)), ==, 10);
  g_assert_true (get_block (f, 4)->zero_gamma);
  g_assert_true (
      rn_selection_contains (rn_session_get_selection (f->session), get_block (f, 4)->id));
  rn_build_page_choose (f->page, "plain20");
  g_assert_false (rn_build_tools_is_enabled (tools, "deepen"));
  g_assert_false (rn_build_tools_is_enabled (tools, "plain-twin"));
  tooltip = rn_build_tools_get_tooltip (tools, "deepen");
  g_assert_nonnull (strstr (tooltip, "plain"));
}

static void
test_a_new_network_has_no_blocks (Fixture *f, gconstpointer data)
{
  rn_build_page_choose (f->page, "resnet20");
  rn_build_tools_activate (rn_build_page_get_tools (f->page), "new");
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (f->session)), ==, 0);
}

/* Real keys go through the window's shortcuts; here it is asked which the tools have. */
static void
test_every_tool_has_a_key_of_its_own (Fixture *f, gconstpointer data)
{
  g_autoptr (GListModel) controllers =
      gtk_widget_observe_controllers (GTK_WIDGET (rn_build_page_get_tools (f->page)));
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (controller)); k++, n++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);

          g_hash_table_add (keys,
                            gtk_shortcut_trigger_to_string (gtk_shortcut_get_trigger (shortcut)));
        }
    }
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpuint (g_hash_table_size (keys), ==, n);
}

static void
test_dialogs_begin_where_the_last_one_ended (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "net.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path), folder = g_file_get_parent (file),
                    asked = NULL;

  rn_build_remember_folder (file);
  asked = rn_build_get_folder ();
  g_assert_nonnull (asked);
  g_assert_true (g_file_equal (asked, folder));
}

static void
test_the_figure_is_saved_and_told (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "net.pdf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gboolean is_told = FALSE;

  rn_build_page_choose (f->page, "resnet8");
  g_signal_connect (f->session, "message", G_CALLBACK (on_message), &is_told);
  rn_build_export_to (f->session, file, RN_EXPORT_PDF);
  wait_until (is_set, &is_told);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_remove (path);
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
  ADD ("an empty network says how to begin", test_an_empty_network_says_how_to_begin);
  ADD ("memory to train is of the input that training takes",
       test_memory_to_train_is_of_the_input_that_training_takes);
  ADD ("the plain twin is a sketch without shortcuts",
       test_the_plain_twin_is_a_sketch_without_shortcuts);
  ADD ("a saved network reads back", test_a_saved_network_reads_back);
  ADD ("a network that cannot be saved is a problem",
       test_a_network_that_cannot_be_saved_is_a_problem);
  ADD ("it fits into the smallest window", test_it_fits_into_the_smallest_window);
  ADD ("properties change the selected block alone",
       test_properties_change_the_selected_block_alone);
  ADD ("what several blocks do not share is mixed", test_what_several_blocks_do_not_share_is_mixed);
  ADD ("a number typed over mixed is for all", test_a_number_typed_over_mixed_is_for_all);
  ADD ("limits are kept", test_limits_are_kept);
  ADD ("input, stem and head can be changed", test_input_stem_and_head_can_be_changed);
  ADD ("a block that does not fit is told and mended",
       test_a_block_that_does_not_fit_is_told_and_mended);
  ADD ("too little memory offers the largest batch",
       test_too_little_memory_offers_the_largest_batch);
  ADD ("the plain twin differs in every block and in no number",
       test_the_plain_twin_differs_in_every_block_and_in_no_number);
  ADD ("options A, B and C differ where they project",
       test_options_a_b_and_c_differ_where_they_project);
  g_test_add_func ("/build-page/stages of other depths stand beside each other",
                   test_stages_of_other_depths_stand_beside_each_other);
  ADD ("an epoch of both is measured", test_an_epoch_of_both_is_measured);
  ADD ("an epoch is measured after an edit", test_an_epoch_is_measured_after_an_edit);
  ADD ("memory to train is of the threads that were chosen",
       test_memory_to_train_is_of_the_threads_that_were_chosen);
  ADD ("an epoch waits for a training and is measured then",
       test_an_epoch_waits_for_a_training_and_is_measured_then);
  ADD ("an edit of 600 blocks holds up no frame", test_an_edit_of_600_blocks_holds_up_no_frame);
  ADD ("undo and redo are named", test_undo_and_redo_are_named);
  ADD ("a plain net is not deepened and says why", test_a_plain_net_is_not_deepened_and_says_why);
  ADD ("a new network has no blocks", test_a_new_network_has_no_blocks);
  ADD ("every tool has a key of its own", test_every_tool_has_a_key_of_its_own);
  ADD ("dialogs begin where the last one ended", test_dialogs_begin_where_the_last_one_ended);
  ADD ("the figure is saved and told", test_the_figure_is_saved_and_told);
  g_test_add_func ("/build-page/a network is fitted to the data",
                   test_a_network_is_fitted_to_the_data);
  return g_test_run ();
}
