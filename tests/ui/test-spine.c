#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "fake-session.h"
#include "spine/spine-words.h"
#include "spine/spine.h"

/* A spine in a window, with numbers of chance */
typedef struct
{
  RnSession *session;
  RnSpec *spec;
  int n;
  RnBlockMeasure *measures;
  GtkWidget *window;
  RnSpine *spine;
  RnSpineBody *body;
} Fixture;

static void
spin (int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
draw_numbers (Fixture *f)
{
  for (int i = 0; i < f->n; i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (f->spec, i);
      const gboolean is_plain = rn_block_kind_is_plain (block->kind);
      RnBlockMeasure *m = &f->measures[i];

      m->block = block->id;
      m->rms_f = (float) g_test_rand_double_range (0.1, 2.0);
      m->rms_s = is_plain ? NAN : (float) g_test_rand_double_range (0.1, 2.0);
      m->ratio = is_plain ? NAN : m->rms_f / m->rms_s;
      m->gradient = (float) g_test_rand_double_range (1e-4, 1e-2);
      m->dead = (float) g_test_rand_double_range (0.0, 1.0);
      m->response = (float) g_test_rand_double_range (0.1, 1.8);
    }
}

static void
set_up (Fixture *f, const char *preset, int width, int height)
{
  g_autoptr (GError) error = NULL;

  f->session = rn_session_new ("/nonexistent");
  f->spec = rn_spec_preset (preset, &error);
  g_assert_no_error (error);
  f->n = rn_spec_n_blocks (f->spec);
  f->measures = g_new0 (RnBlockMeasure, f->n);
  draw_numbers (f);
  fake_session_show (f->session, f->spec, preset);
  fake_session_set_measures (f->session, f->measures);
  f->spine = RN_SPINE (rn_spine_new (f->session));
  f->body = rn_spine_get_body (f->spine);
  f->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (f->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (f->window), width, height);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->spine));
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->spine));
}

static void
tear_down (Fixture *f)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_assert_finalize_object (f->session);
  rn_spec_free (f->spec);
  g_free (f->measures);
}

static guint32
id_of (Fixture *f, int index)
{
  return rn_spec_get_block (f->spec, index)->id;
}

/* The row of block @index, scrolled into view */
static RnBlockRow *
row_of (Fixture *f, int index)
{
  RnBlockRow *row;

  rn_spine_reveal (f->spine, index);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->spine));
  row = rn_spine_body_get_row (f->body, index);
  g_assert_nonnull (row);
  return row;
}

/* Clicks at (@x, @y) of a row; @y below zero: from its lower edge */
static void
click_row (Fixture *f, int index, double x, double y, GdkModifierType state)
{
  GtkWidget *row = GTK_WIDGET (row_of (f, index));
  double body_x, body_y;

  gtk_widget_translate_coordinates (row, GTK_WIDGET (f->body), x,
                                    y < 0.0 ? gtk_widget_get_height (row) + y : y, &body_x,
                                    &body_y);
  rn_spine_body_click (f->body, body_x, body_y, state);
}

static int
n_rows_shown (Fixture *f)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (f->body)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (RN_IS_BLOCK_ROW (child) && gtk_widget_get_child_visible (child))
      n++;
  return n;
}

static void
check_row (Fixture *f, int index, RnMeasureKind kind)
{
  RnBlockRow *row = row_of (f, index);
  const double value = kind == RN_MEASURE_RATIO
                           ? f->measures[index].rms_f / f->measures[index].rms_s
                       : kind == RN_MEASURE_GRADIENT ? f->measures[index].gradient
                       : kind == RN_MEASURE_DEAD     ? f->measures[index].dead
                                                     : f->measures[index].response;
  g_autofree char *number = rn_measure_format (kind, value);
  g_autofree char *label =
      g_strdup_printf ("Block %d of %d, basic, %d channels, %s %s, branch on", index + 1, f->n,
                       rn_spec_get_block (f->spec, index)->channels, rn_measure_word (kind),
                       number);
  g_autofree char *described = rn_spine_describe_block (f->spine, index);

  g_assert_cmpint (rn_block_row_get_block (row), ==, index);
  g_assert_cmpstr (rn_block_row_get_number (row), ==, number);
  g_assert_cmpstr (rn_block_row_get_label (row), ==, label);
  g_assert_cmpstr (described, ==, label);
  gtk_test_accessible_assert_role (row, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_LABEL, label);
}

static void
test_rows_say_the_numbers_of_their_own_block (void)
{
  Fixture f;

  set_up (&f, "resnet110", 240, 700);
  rn_spine_body_set_zoom (f.body, 30.0, -1.0);
  for (int i = 0; i < 20; i++)
    check_row (&f, g_test_rand_int_range (0, f.n), RN_MEASURE_RATIO);
  for (int kind = 0; kind < RN_N_MEASURES; kind++)
    {
      rn_session_set_measure (f.session, (RnMeasureKind) kind);
      for (int i = 0; i < 5; i++)
        check_row (&f, g_test_rand_int_range (0, f.n), (RnMeasureKind) kind);
    }
  tear_down (&f);
}

static void
test_newer_measures_show_within_a_tenth_of_a_second_or_two (void)
{
  Fixture f;

  set_up (&f, "resnet20", 240, 900);
  for (int i = 0; i < 5; i++)
    {
      draw_numbers (&f);
      fake_session_set_measures (f.session, f.measures);
    }
  spin (250);
  for (int i = 0; i < f.n; i++)
    {
      g_autofree char *number = rn_measure_format (RN_MEASURE_RATIO, f.measures[i].ratio);

      g_assert_cmpstr (rn_block_row_get_number (row_of (&f, i)), ==, number);
    }
  /* assistive technology hears of it once a second */
  spin (1100);
  check_row (&f, 4, RN_MEASURE_RATIO);
  tear_down (&f);
}

static void
test_only_the_rows_whose_numbers_changed_are_drawn_again (void)
{
  Fixture f;

  set_up (&f, "resnet20", 240, 900);
  spin (150);
  g_assert_false (rn_block_row_update (row_of (&f, 3)));
  f.measures[3].rms_f *= 2.0f;
  f.measures[3].ratio *= 2.0f;
  /* hidden, the spine takes nothing; so the rows can be asked one by one */
  {
    GArray *taken = rn_spine_body_get_view (f.body)->measures;

    memcpy (taken->data, f.measures, sizeof *f.measures * (gsize) f.n);
  }
  for (int i = 0; i < f.n; i++)
    g_assert_cmpint (rn_block_row_update (rn_spine_body_get_row (f.body, i)), ==, i == 3);
  tear_down (&f);
}

static void
test_a_branch_that_gives_zero_reads_zero_and_it_alone (void)
{
  Fixture f;

  set_up (&f, "resnet20", 240, 900);
  f.measures[4].rms_f = f.measures[4].ratio = 0.0f;
  fake_session_set_measures (f.session, f.measures);
  spin (250);
  for (int i = 0; i < f.n; i++)
    if (i == 4)
      g_assert_cmpstr (rn_block_row_get_number (row_of (&f, i)), ==, "0");
    else
      g_assert_cmpstr (rn_block_row_get_number (row_of (&f, i)), !=, "0");
  tear_down (&f);
}

static gboolean
has_tooltip (GtkWidget *widget)
{
  g_autoptr (GtkTooltip) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gboolean is_shown = FALSE;

  g_signal_emit_by_name (widget, "query-tooltip", 0, 0, TRUE, tooltip, &is_shown);
  return gtk_widget_get_has_tooltip (widget) && is_shown;
}

static void
test_the_switch_of_a_card_is_the_gate (void)
{
  Fixture f;
  GtkWidget *gate;
  g_autofree char *label = NULL;

  set_up (&f, "resnet20", 240, 900);
  gate = rn_block_row_get_switch (row_of (&f, 6));
  g_assert_nonnull (gate);
  gtk_test_accessible_assert_property (gate, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Residual branch of block 7");
  g_assert_true (has_tooltip (gate));
  gtk_switch_set_active (GTK_SWITCH (gate), FALSE);
  g_assert_false (rn_session_get_gate (f.session, id_of (&f, 6)));
  g_assert_cmpint (rn_session_n_gates_off (f.session), ==, 1);
  label = rn_spine_describe_block (f.spine, 6);
  g_assert_true (g_str_has_suffix (label, ", branch off"));
  g_assert_cmpstr (rn_block_row_get_label (row_of (&f, 6)), ==, label);
  g_assert_cmpstr (rn_spine_head_get_gates_text (rn_spine_get_head (f.spine)), ==,
                   "1 branch off, evaluation only");
  rn_session_restore_gates (f.session);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (gate)));
  g_assert_null (rn_spine_head_get_gates_text (rn_spine_get_head (f.spine)));
  tear_down (&f);
}

static void
test_a_click_selects_block_layer_shortcut_stem_and_head (void)
{
  Fixture f;
  RnSelection *selection;

  set_up (&f, "resnet20", 240, 900);
  selection = rn_session_get_selection (f.session);
  click_row (&f, 2, 200.0, 10.0, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_BLOCK);
  g_assert_cmpint (rn_selection_get_block (selection), ==, id_of (&f, 2));
  click_row (&f, 4, 60.0, 0.45 * gtk_widget_get_height (GTK_WIDGET (row_of (&f, 4))) + 6.0, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_LAYER);
  g_assert_cmpstr (rn_selection_get_layer (selection), ==, "conv2");
  click_row (&f, 4, 60.0, 0.45 * gtk_widget_get_height (GTK_WIDGET (row_of (&f, 4))) - 8.0, 0);
  g_assert_cmpstr (rn_selection_get_layer (selection), ==, "conv1");
  click_row (&f, 5, 23.0, 10.0, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_SHORTCUT);
  g_assert_cmpint (rn_selection_get_block (selection), ==, id_of (&f, 5));
  click_row (&f, -1, 60.0, 10.0, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
  click_row (&f, f.n, 60.0, 10.0, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_HEAD);
  tear_down (&f);
}

static void
test_control_and_shift_select_several (void)
{
  Fixture f;
  RnSelection *selection;

  set_up (&f, "resnet20", 240, 900);
  selection = rn_session_get_selection (f.session);
  click_row (&f, 1, 200.0, 10.0, 0);
  click_row (&f, 5, 200.0, 10.0, GDK_SHIFT_MASK);
  g_assert_cmpint (rn_selection_n_blocks (selection), ==, 5);
  g_assert_cmpint (rn_selection_get_block (selection), ==, id_of (&f, 5));
  click_row (&f, 3, 200.0, 10.0, GDK_CONTROL_MASK);
  g_assert_cmpint (rn_selection_n_blocks (selection), ==, 4);
  g_assert_false (rn_selection_contains (selection, id_of (&f, 3)));
  tear_down (&f);
}

static void
test_what_is_selected_elsewhere_comes_into_view_and_is_marked (void)
{
  Fixture f;
  RnBlockRow *row;

  set_up (&f, "resnet110", 240, 600);
  rn_spine_body_set_zoom (f.body, 60.0, -1.0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_null (rn_spine_body_get_row (f.body, 50));
  rn_selection_select (rn_session_get_selection (f.session), RN_PART_BLOCK, id_of (&f, 50), NULL);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  row = rn_spine_body_get_row (f.body, 50);
  g_assert_nonnull (row);
  gtk_test_accessible_assert_state (row, GTK_ACCESSIBLE_STATE_SELECTED, TRUE);
  gtk_test_accessible_assert_state (rn_spine_body_get_row (f.body, 49),
                                    GTK_ACCESSIBLE_STATE_SELECTED, FALSE);
  tear_down (&f);
}

static gboolean
press (Fixture *f, guint key, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->body));
  gboolean is_taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, state, &is_taken);
    }
  return is_taken;
}

static void
test_keys_move_toggle_fold_and_leave (void)
{
  Fixture f;
  RnSelection *selection;

  set_up (&f, "resnet20", 240, 900);
  selection = rn_session_get_selection (f.session);
  g_assert_true (press (&f, GDK_KEY_Home, 0));
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
  press (&f, GDK_KEY_Down, 0);
  press (&f, GDK_KEY_Down, 0);
  g_assert_cmpint (rn_selection_get_block (selection), ==, id_of (&f, 1));
  press (&f, GDK_KEY_Down, GDK_SHIFT_MASK);
  g_assert_cmpint (rn_selection_n_blocks (selection), ==, 2);
  press (&f, GDK_KEY_Up, 0);
  g_assert_cmpint (rn_selection_get_block (selection), ==, id_of (&f, 1));
  press (&f, GDK_KEY_space, 0);
  g_assert_false (rn_session_get_gate (f.session, id_of (&f, 1)));
  press (&f, GDK_KEY_Left, 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (rn_block_row_get_kind (rn_spine_body_get_row (f.body, 1)), ==, RN_ROW_STAGE);
  press (&f, GDK_KEY_Right, 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (rn_block_row_get_kind (rn_spine_body_get_row (f.body, 1)), ==, RN_ROW_BLOCK);
  g_assert_true (press (&f, GDK_KEY_Escape, 0));
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_NONE);
  g_assert_false (press (&f, GDK_KEY_Escape, 0));
  press (&f, GDK_KEY_End, 0);
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_HEAD);
  tear_down (&f);
}

static void
test_a_plain_block_has_no_arc_and_no_switch (void)
{
  Fixture f;

  set_up (&f, "plain20", 240, 900);
  for (int i = 0; i < f.n; i++)
    {
      RnBlockRow *row = row_of (&f, i);

      g_assert_false (rn_block_row_has_branch (row));
      g_assert_null (rn_block_row_get_switch (row));
      g_assert_cmpstr (rn_block_row_get_number (row), ==, "–");
    }
  /* the trunk is no shortcut there */
  click_row (&f, 5, 23.0, 2.0, 0);
  g_assert_cmpint (rn_selection_get_part (rn_session_get_selection (f.session)), ==, RN_PART_BLOCK);
  tear_down (&f);
  set_up (&f, "resnet20", 240, 900);
  g_assert_true (rn_block_row_has_branch (row_of (&f, 5)));
  tear_down (&f);
}

static void
test_twelve_hundred_layers_take_few_widgets (void)
{
  Fixture f;

  set_up (&f, "resnet1202", 240, 900);
  g_assert_cmpint (n_rows_shown (&f), ==, 5);
  rn_spine_body_set_folded (f.body, 1, FALSE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (n_rows_shown (&f), <=, 90);
  rn_spine_body_set_zoom (f.body, 20.0, -1.0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  for (int i = 0; i < f.n; i += 37)
    {
      g_assert_cmpint (rn_block_row_get_block (row_of (&f, i)), ==, i);
      g_assert_cmpint (n_rows_shown (&f), <=, 90);
    }
  tear_down (&f);
}

static void
count (GtkWidget *row, int *n)
{
  (*n)++;
}

static void
scroll_to (Fixture *f, double y)
{
  rn_spine_body_scroll_to (f->body, y);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f->spine));
}

static void
test_a_row_goes_to_another_block_as_it_is_unless_it_is_pressed (void)
{
  Fixture f;
  GtkWidget *row;
  int n_unmapped = 0;

  set_up (&f, "resnet110", 240, 700);
  rn_spine_body_set_zoom (f.body, 66.0, -1.0);
  row = GTK_WIDGET (row_of (&f, 20));
  g_signal_connect (row, "unmap", G_CALLBACK (count), &n_unmapped);
  scroll_to (&f, 40.0 * 66.0);
  g_assert_cmpint (rn_block_row_get_block (RN_BLOCK_ROW (row)), >, 30);
  g_assert_cmpint (n_unmapped, ==, 0);
  gtk_widget_set_state_flags (row, GTK_STATE_FLAG_ACTIVE, FALSE);
  scroll_to (&f, 20.0 * 66.0);
  g_assert_cmpint (rn_block_row_get_block (RN_BLOCK_ROW (row)), <, 30);
  g_assert_cmpint (n_unmapped, ==, 1);
  tear_down (&f);
}

static void
test_the_overview_goes_to_the_block_that_is_hit (void)
{
  Fixture f;
  RnOverview *overview;
  const GdkRGBA highest = rn_palette_ratio (4.0);
  const guint32 *pixels;
  int height, n, n_found = 0;
  double middle = 0.0;

  set_up (&f, "resnet110", 240, 700);
  rn_spine_body_set_zoom (f.body, 60.0, -1.0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  overview = rn_spine_get_overview (f.spine);
  height = gtk_widget_get_height (GTK_WIDGET (overview));
  for (int y = 0; y < height; y += 41)
    {
      const int block = rn_overview_go (overview, y);
      double from, to;

      gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
      g_assert_nonnull (rn_spine_body_get_row (f.body, block));
      rn_spine_body_get_visible (f.body, &from, &to);
      g_assert_cmpfloat (from, >=, 0.0);
    }
  for (int i = 0; i < f.n; i++)
    f.measures[i].ratio = i == 37 ? 4.0f : 1.0f;
  fake_session_set_measures (f.session, f.measures);
  spin (250);
  pixels = rn_overview_get_pixels (overview, &n);
  for (int y = 0; y < n; y++)
    if (pixels[y] == rn_palette_argb (&highest))
      {
        n_found++;
        middle += y + 0.5;
      }
  g_assert_cmpint (n_found, >, 0);
  g_assert_cmpint (rn_overview_go (overview, middle / n_found), ==, 37);
  g_assert_cmpint (rn_overview_go (overview, 0.0), ==, 0);
  g_assert_cmpint (rn_overview_go (overview, height), ==, f.n - 1);
  tear_down (&f);
}

static void
test_the_overview_shows_the_most_extreme_of_blocks_that_share_a_pixel (void)
{
  Fixture f;
  const GdkRGBA highest = rn_palette_ratio (4.0);
  int n, n_found;
  const guint32 *pixels;

  set_up (&f, "resnet1202", 240, 500);
  for (int extreme = 330; extreme < 335; extreme++)
    {
      for (int i = 0; i < f.n; i++)
        {
          f.measures[i].rms_f = f.measures[i].rms_s = 1.0f;
          f.measures[i].ratio = i == extreme ? 4.0f : 1.0f;
        }
      fake_session_set_measures (f.session, f.measures);
      spin (250);
      pixels = rn_overview_get_pixels (rn_spine_get_overview (f.spine), &n);
      n_found = 0;
      for (int i = 0; i < n; i++)
        if (pixels[i] == rn_palette_argb (&highest))
          n_found++;
      g_assert_cmpint (n_found, >=, 1);
      g_assert_cmpint (n_found, <=, 2);
    }
  tear_down (&f);
}

static void
test_an_earlier_step_is_said_and_left_again (void)
{
  Fixture f;

  set_up (&f, "resnet20", 240, 900);
  g_assert_null (rn_spine_head_get_time_text (rn_spine_get_head (f.spine)));
  rn_time_axis_set_cursor (rn_session_get_time (f.session), 1800);
  g_assert_cmpstr (rn_spine_head_get_time_text (rn_spine_get_head (f.spine)), ==, "step 1,800");
  rn_time_axis_set_cursor (rn_session_get_time (f.session), -1);
  g_assert_null (rn_spine_head_get_time_text (rn_spine_get_head (f.spine)));
  tear_down (&f);
}

static void
test_another_network_takes_the_place_of_the_last (void)
{
  Fixture f;
  RnOverview *overview;
  g_autoptr (RnSpec) empty = rn_spec_new ("empty", 32, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autoptr (RnSpec) large = rn_spec_preset ("resnet50", NULL);

  set_up (&f, "resnet20", 240, 900);
  overview = rn_spine_get_overview (f.spine);
  fake_session_show (f.session, empty, "empty");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (n_rows_shown (&f), ==, 2);
  fake_session_show (f.session, large, "large");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (n_rows_shown (&f), ==, 18);
  g_assert_cmpstr (rn_block_row_get_number (rn_spine_body_get_row (f.body, 3)), ==, "–");
  g_assert_cmpint (rn_overview_go (overview, gtk_widget_get_height (GTK_WIDGET (overview))), ==,
                   rn_spec_n_blocks (large) - 1);
  fake_session_show (f.session, NULL, "");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.spine));
  g_assert_cmpint (n_rows_shown (&f), ==, 0);
  tear_down (&f);
}

static void
test_scrolling_stays_while_numbers_come (void)
{
  Fixture f;
  double before, after, to;

  set_up (&f, "resnet110", 240, 600);
  rn_spine_body_set_zoom (f.body, 60.0, -1.0);
  row_of (&f, 30);
  rn_spine_body_get_visible (f.body, &before, &to);
  for (int i = 0; i < 4; i++)
    {
      draw_numbers (&f);
      fake_session_set_measures (f.session, f.measures);
      fake_session_set_position (f.session, i * 7, i & 1);
      spin (120);
    }
  rn_spine_body_get_visible (f.body, &after, &to);
  g_assert_cmpfloat (after, ==, before);
  fake_session_set_position (f.session, G_MININT, FALSE);
  tear_down (&f);
}

static void
test_everything_fits_two_hundred_pixels (void)
{
  const char *const presets[] = { "resnet20", "resnet110", "resnet1202", "plain20", "resnet50" };

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      Fixture f;
      int width, height;

      set_up (&f, presets[i], 200, 500);
      rn_session_set_measure (f.session, RN_MEASURE_RESPONSE);
      rn_session_set_gate (f.session, id_of (&f, 0), FALSE);
      rn_time_axis_set_cursor (rn_session_get_time (f.session), 123456);
      gtk_widget_measure (GTK_WIDGET (f.spine), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL,
                          NULL);
      gtk_widget_measure (GTK_WIDGET (f.spine), GTK_ORIENTATION_VERTICAL, 200, &height, NULL, NULL,
                          NULL);
      g_assert_cmpint (width, <=, 200);
      g_assert_cmpint (height, <=, 400);
      tear_down (&f);
    }
}

static void
test_an_explanation_has_each_number_of_its_block (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnSpec) plain = rn_spec_preset ("plain20", NULL);
  const RnBlockMeasure measure = {
    .rms_s = 1.5f, .rms_f = 0.6f, .ratio = 0.4f, .gradient = 0.002f, .dead = 0.25f, .response = 0.9f
  };
  g_autofree char *text = rn_spine_explain (spec, 4, &measure, TRUE);
  g_autofree char *of_plain = rn_spine_explain (plain, 4, &measure, TRUE);

  g_assert_nonnull (strstr (text, "RMS of F 0.600, of s 1.50, ratio 0.40\n"));
  g_assert_nonnull (strstr (text, "gradient 2.0e-03, dead ReLUs 25 %, response 0.90\n"));
  g_assert_nonnull (strstr (of_plain, "RMS of F 0.600\n"));
}

#define ADD(name, function) g_test_add_func ("/spine/" name, function)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("rows say the numbers of their own block", test_rows_say_the_numbers_of_their_own_block);
  ADD ("newer measures show within a tenth of a second or two",
       test_newer_measures_show_within_a_tenth_of_a_second_or_two);
  ADD ("only the rows whose numbers changed are drawn again",
       test_only_the_rows_whose_numbers_changed_are_drawn_again);
  ADD ("a branch that gives zero reads zero, and it alone",
       test_a_branch_that_gives_zero_reads_zero_and_it_alone);
  ADD ("the switch of a card is the gate", test_the_switch_of_a_card_is_the_gate);
  ADD ("a click selects block, layer, shortcut, stem and head",
       test_a_click_selects_block_layer_shortcut_stem_and_head);
  ADD ("control and shift select several", test_control_and_shift_select_several);
  ADD ("what is selected elsewhere comes into view and is marked",
       test_what_is_selected_elsewhere_comes_into_view_and_is_marked);
  ADD ("keys move, toggle, fold and leave", test_keys_move_toggle_fold_and_leave);
  ADD ("a plain block has no arc and no switch", test_a_plain_block_has_no_arc_and_no_switch);
  ADD ("twelve hundred layers take few widgets", test_twelve_hundred_layers_take_few_widgets);
  ADD ("a row goes to another block as it is, unless it is pressed",
       test_a_row_goes_to_another_block_as_it_is_unless_it_is_pressed);
  ADD ("the overview goes to the block that is hit",
       test_the_overview_goes_to_the_block_that_is_hit);
  ADD ("the overview shows the most extreme of blocks that share a pixel",
       test_the_overview_shows_the_most_extreme_of_blocks_that_share_a_pixel);
  ADD ("an earlier step is said and left again", test_an_earlier_step_is_said_and_left_again);
  ADD ("another network takes the place of the last",
       test_another_network_takes_the_place_of_the_last);
  ADD ("scrolling stays while numbers come", test_scrolling_stays_while_numbers_come);
  ADD ("everything fits two hundred pixels", test_everything_fits_two_hundred_pixels);
  ADD ("an explanation has each number of its block",
       test_an_explanation_has_each_number_of_its_block);
  return g_test_run ();
}
