#include "state/selection.h"

static int n_changed;

static void
count (RnSelection *selection, gpointer data)
{
  n_changed++;
}

static RnSelection *
selection_new (void)
{
  RnSelection *selection = rn_selection_new ();

  n_changed = 0;
  g_signal_connect (selection, "changed", G_CALLBACK (count), NULL);
  return selection;
}

static void
test_selecting_the_same_again_tells_nobody (void)
{
  g_autoptr (RnSelection) selection = selection_new ();

  rn_selection_select (selection, RN_PART_LAYER, 3, "conv1");
  rn_selection_select (selection, RN_PART_LAYER, 3, "conv1");
  g_assert_cmpint (n_changed, ==, 1);
  rn_selection_select (selection, RN_PART_LAYER, 3, "conv2");
  g_assert_cmpint (n_changed, ==, 2);
  g_assert_cmpstr (rn_selection_get_layer (selection), ==, "conv2");
}

static void
test_escape_goes_from_layer_to_block_to_none (void)
{
  g_autoptr (RnSelection) selection = selection_new ();

  rn_selection_select (selection, RN_PART_LAYER, 3, "conv1");
  g_assert_true (rn_selection_up (selection));
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_BLOCK);
  g_assert_cmpint (rn_selection_get_block (selection), ==, 3);
  g_assert_true (rn_selection_up (selection));
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_NONE);
  g_assert_false (rn_selection_up (selection));
}

static void
test_extending_goes_from_the_lead_either_way (void)
{
  g_autoptr (RnSelection) selection = selection_new ();
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  const guint32 second = rn_spec_get_block (spec, 1)->id, fifth = rn_spec_get_block (spec, 4)->id;

  rn_selection_select (selection, RN_PART_BLOCK, fifth, NULL);
  rn_selection_extend (selection, spec, second);
  g_assert_cmpint (rn_selection_n_blocks (selection), ==, 4);
  g_assert_cmpint (rn_selection_get_block (selection), ==, second);
  g_assert_cmpint (rn_selection_get_nth (selection, 0), ==, fifth);
}

static void
test_what_is_gone_from_the_network_is_not_selected (void)
{
  g_autoptr (RnSelection) selection = selection_new ();
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  const guint32 first = rn_spec_get_block (spec, 0)->id, second = rn_spec_get_block (spec, 1)->id;

  rn_selection_toggle (selection, first);
  rn_selection_toggle (selection, second);
  g_assert_true (rn_spec_remove_block (spec, 1, NULL));
  rn_selection_keep (selection, spec);
  g_assert_cmpint (rn_selection_n_blocks (selection), ==, 1);
  g_assert_cmpint (rn_selection_get_block (selection), ==, first);
  n_changed = 0;
  rn_selection_keep (selection, spec);
  g_assert_cmpint (n_changed, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/selection/selecting the same again tells nobody",
                   test_selecting_the_same_again_tells_nobody);
  g_test_add_func ("/selection/escape goes from layer to block to none",
                   test_escape_goes_from_layer_to_block_to_none);
  g_test_add_func ("/selection/extending goes from the lead either way",
                   test_extending_goes_from_the_lead_either_way);
  g_test_add_func ("/selection/what is gone from the network is not selected",
                   test_what_is_gone_from_the_network_is_not_selected);
  return g_test_run ();
}
