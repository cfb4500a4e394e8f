#include "charts/response-chart.h"

#include "charts/pace.h"
#include "charts/palette.h"
#include "chart-pixels.h"

#define N 19

/* As ResNet-20: the stem, then two layers a block; ids that are no indices */
static guint32
block_of (int layer)
{
  return layer == 0 ? 0 : 100 + (guint32) (layer - 1) / 2;
}

static double
std_of (int layer)
{
  return 0.5 + 0.07 * ((layer * 7) % N);
}

static void
set_curve (RnResponseChart *chart, int at, const char *name, double factor)
{
  RnResponsePoint points[N];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < N; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("layer%d", i + 1));
      points[i] =
          (RnResponsePoint){ g_ptr_array_index (names, i), block_of (i), factor * std_of (i) };
    }
  rn_response_chart_set_curve (chart, at, name, points, N);
}

static RnResponseChart *
make_chart (RnSelection *selection)
{
  RnResponseChart *chart =
      RN_RESPONSE_CHART (g_object_ref_sink (rn_response_chart_new (selection)));

  set_curve (chart, 0, "ResNet-20", 1.0);
  return chart;
}

static void
test_points_stand_where_their_values_say (void)
{
  RnResponseChart *chart = make_chart (NULL);
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);
  Pixels pixels = take_pixels (GTK_WIDGET (chart));
  RnPalette palette;
  double x0, y0, x1, y1, pitch, slope;

  rn_palette_get (GTK_WIDGET (chart), &palette);
  g_assert_true (rn_response_chart_get_place (chart, 0, 0, &x0, &y0));
  g_assert_true (rn_response_chart_get_place (chart, 0, 1, &x1, &y1));
  pitch = x1 - x0;
  slope = (y1 - y0) / (std_of (1) - std_of (0));
  g_assert_cmpfloat (slope, <, 0.0);
  g_assert_cmpfloat (pitch * (N - 1), >, 300.0);
  for (int i = 0; i < N; i++)
    {
      double x, y;

      g_assert_true (rn_response_chart_get_place (chart, 0, i, &x, &y));
      g_assert_cmpfloat_with_epsilon (x, x0 + i * pitch, 0.01);
      g_assert_cmpfloat_with_epsilon (y, y0 + slope * (std_of (i) - std_of (0)), 0.01);
      g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x, (int) y),
                                        rn_palette_argb (&palette.series[0])),
                       <, 30);
    }
  g_assert_false (rn_response_chart_get_place (chart, 0, N, &x0, &y0));
  g_assert_false (rn_response_chart_get_place (chart, 1, 0, &x0, &y0));
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (chart);
}

static void
test_a_click_on_a_point_selects_its_block (void)
{
  g_autoptr (RnSelection) selection = rn_selection_new ();
  RnResponseChart *chart = make_chart (selection);
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);

  for (int sorted = 0; sorted < 2; sorted++)
    {
      int order[N];

      /* the layer at each place: by depth, or by falling size */
      for (int i = 0; i < N; i++)
        order[i] = i;
      for (int i = 0; sorted && i < N; i++)
        for (int k = i + 1; k < N; k++)
          if (std_of (order[k]) > std_of (order[i]))
            {
              const int layer = order[i];

              order[i] = order[k];
              order[k] = layer;
            }
      rn_response_chart_set_sorted (chart, sorted);
      for (int i = N - 1; i >= 0; i--)
        {
          double x, y;

          g_assert_true (rn_response_chart_get_place (chart, 0, i, &x, &y));
          click (GTK_WIDGET (chart), 1, x, y);
          g_assert_cmpuint (rn_selection_get_block (selection), ==, block_of (order[i]));
          g_assert_cmpint (rn_selection_get_part (selection), ==,
                           block_of (order[i]) == 0 ? RN_PART_STEM : RN_PART_BLOCK);
        }
    }
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (chart);
}

static void
test_words_tell_layer_name_and_value (void)
{
  RnResponseChart *chart = make_chart (NULL);
  g_autofree char *text = NULL, *first = NULL, *none = NULL;

  set_curve (chart, 1, "Plain-20", 2.0);
  text = rn_response_chart_describe (chart, 4);
  /* 0.5 + 0.07 * (28 mod 19) = 1.13 */
  g_assert_cmpstr (text, ==, "3×3 layer 5\nResNet-20, layer5: 1.13\nPlain-20, layer5: 2.26");
  rn_response_chart_set_sorted (chart, TRUE);
  first = rn_response_chart_describe (chart, 0);
  /* the largest, 0.5 + 0.07 * 18, is layer 14: 7 * 13 mod 19 = 15; 7 * 8 mod 19 = 18 is layer 9 */
  g_assert_cmpstr (first, ==, "place 1\nResNet-20, layer9: 1.76\nPlain-20, layer9: 3.52");
  none = rn_response_chart_describe (chart, N);
  g_assert_cmpstr (none, ==, "");
  g_object_unref (chart);
}

static void
test_the_axis_grows_and_does_not_shrink (void)
{
  RnResponseChart *chart = make_chart (NULL);
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);
  double x, before, grown, after;

  rn_response_chart_get_place (chart, 0, 3, &x, &before);
  set_curve (chart, 1, "Plain-20", 4.0);
  rn_response_chart_get_place (chart, 0, 3, &x, &grown);
  g_assert_cmpfloat (grown, >, before + 5.0);
  rn_response_chart_set_curve (chart, 1, NULL, NULL, 0);
  set_curve (chart, 0, "ResNet-20", 1.0);
  rn_response_chart_get_place (chart, 0, 3, &x, &after);
  g_assert_cmpfloat (after, ==, grown);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (chart);
}

static void
test_keys_go_from_layer_to_layer (void)
{
  g_autoptr (RnSelection) selection = rn_selection_new ();
  RnResponseChart *chart = make_chart (selection);

  press_key (GTK_WIDGET (chart), "Right");
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
  press_key (GTK_WIDGET (chart), "Right");
  g_assert_cmpuint (rn_selection_get_block (selection), ==, block_of (1));
  press_key (GTK_WIDGET (chart), "End");
  g_assert_cmpuint (rn_selection_get_block (selection), ==, block_of (N - 1));
  press_key (GTK_WIDGET (chart), "Left");
  press_key (GTK_WIDGET (chart), "Left");
  g_assert_cmpuint (rn_selection_get_block (selection), ==, block_of (N - 3));
  press_key (GTK_WIDGET (chart), "Home");
  g_assert_cmpint (rn_selection_get_part (selection), ==, RN_PART_STEM);
  g_object_unref (chart);
}

static void
test_selected_layers_are_marked (void)
{
  g_autoptr (RnSelection) selection = rn_selection_new ();
  RnResponseChart *chart = make_chart (selection);
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);
  Pixels before = take_pixels (GTK_WIDGET (chart)), after;

  rn_selection_select (selection, RN_PART_BLOCK, block_of (7), NULL);
  spin (100);
  after = take_pixels (GTK_WIDGET (chart));
  for (int i = 0; i < N; i++)
    {
      const gboolean is_selected = block_of (i) == block_of (7);
      double x, y;

      rn_response_chart_get_place (chart, 0, i, &x, &y);
      /* just above the base line, where only the band is */
      if (is_selected)
        g_assert_cmphex (pixel_at (&after, (int) x, 200), !=, pixel_at (&before, (int) x, 200));
      else
        g_assert_cmphex (pixel_at (&after, (int) x, 200), ==, pixel_at (&before, (int) x, 200));
    }
  g_free (before.argb);
  g_free (after.argb);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (chart);
}

static void
test_thousands_of_layers_and_numbers_that_are_none_are_drawn (void)
{
  RnResponseChart *chart = RN_RESPONSE_CHART (rn_response_chart_new (NULL));
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);
  g_autofree RnResponsePoint *points = g_new (RnResponsePoint, 1201);
  Pixels pixels;
  double x, y;

  for (int i = 0; i < 1201; i++)
    points[i] = (RnResponsePoint){ "layer", (guint32) i, i % 10 == 0 ? NAN : 1.0 };
  points[0].std = INFINITY;
  rn_response_chart_set_curve (chart, 0, "ResNet-1202", points, 1201);
  spin (250);
  pixels = take_pixels (GTK_WIDGET (chart));
  g_assert_true (rn_response_chart_get_place (chart, 0, 601, &x, &y));
  g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x, (int) y), 0xffffffff), >, 60);
  g_assert_false (rn_response_chart_get_place (chart, 0, 600, &x, &y));
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_assistive_technology_hears_name_and_summary (void)
{
  RnResponseChart *chart = make_chart (NULL);
  GtkWidget *window = show_widget (GTK_WIDGET (chart), 400, 260);

  assert_accessible (GTK_WIDGET (chart), GTK_ACCESSIBLE_PROPERTY_LABEL,
                     "Standard deviation of layer responses by depth");
  assert_accessible (GTK_WIDGET (chart), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                     "ResNet-20: least 0.500 in layer1, most 1.76 in layer9");
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (chart);
}

/* The pace of work, which all charts share */

static int n_done;
static gint64 done_us[2]; /* of the last work, and of that before */

static void
count_work (GtkWidget *widget)
{
  n_done++;
  done_us[1] = done_us[0];
  done_us[0] = g_get_monotonic_time ();
}

static void
test_paced_work_waits_its_time_and_for_a_hidden_widget (void)
{
  GtkWidget *widget = gtk_label_new ("");
  GtkWidget *window;
  RnPace pace;

  rn_pace_init (&pace, widget, 100 * 1000, count_work);
  n_done = 0;
  rn_pace_ask (&pace);
  spin (150);
  g_assert_cmpint (n_done, ==, 0);
  window = show_widget (widget, 50, 50);
  rn_pace_map (&pace);
  g_assert_cmpint (n_done, ==, 1);
  for (int i = 0; i < 20; i++)
    rn_pace_ask (&pace);
  g_assert_cmpint (n_done, ==, 1);
  spin (300);
  g_assert_cmpint (n_done, ==, 2);
  rn_pace_unmap (&pace);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_those_that_are_asked_together_take_turns (void)
{
  GtkWidget *widget = gtk_label_new ("");
  GtkWidget *window = show_widget (widget, 50, 50);
  RnPace paces[2], seldom;

  for (int i = 0; i < 2; i++)
    {
      rn_pace_init (&paces[i], widget, 100 * 1000, count_work);
      rn_pace_ask (&paces[i]);
    }
  /* one that waits for long takes no turn meanwhile */
  rn_pace_init (&seldom, widget, 1000 * G_USEC_PER_SEC, count_work);
  rn_pace_ask (&seldom);
  rn_pace_ask (&seldom);
  spin (150);
  n_done = 0;
  for (int round = 0; round < 3; round++)
    {
      for (int i = 0; i < 2; i++)
        rn_pace_ask (&paces[i]);
      while (n_done < 2 * (round + 1))
        spin (5);
      g_assert_cmpint (done_us[0] - done_us[1], >=, RN_PACE_TURN_US);
    }
  for (int i = 0; i < 2; i++)
    rn_pace_unmap (&paces[i]);
  rn_pace_unmap (&seldom);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function) g_test_add_func ("/response-chart/" name, function)
  ADD ("points stand where their values say", test_points_stand_where_their_values_say);
  ADD ("a click on a point selects its block", test_a_click_on_a_point_selects_its_block);
  ADD ("words tell layer, name and value", test_words_tell_layer_name_and_value);
  ADD ("the axis grows and does not shrink", test_the_axis_grows_and_does_not_shrink);
  ADD ("keys go from layer to layer", test_keys_go_from_layer_to_layer);
  ADD ("selected layers are marked", test_selected_layers_are_marked);
  ADD ("thousands of layers and numbers that are none are drawn",
       test_thousands_of_layers_and_numbers_that_are_none_are_drawn);
  ADD ("assistive technology hears name and summary",
       test_assistive_technology_hears_name_and_summary);
  ADD ("paced work waits its time, and for a hidden widget",
       test_paced_work_waits_its_time_and_for_a_hidden_widget);
  ADD ("those that are asked together take turns", test_those_that_are_asked_together_take_turns);
  return g_test_run ();
}
