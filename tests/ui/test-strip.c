#include "charts/strip.h"

#include <glib/gstdio.h>
#include <string.h>

#include "charts/palette.h"
#include "chart-pixels.h"
#include "saving.h"

#define WIDTH 700
#define HEIGHT 190

typedef struct
{
  RnSpec *spec;
  RnTimeAxis *time;
  RnSelection *selection;
  RnStripData *data;
  GtkWidget *strip;
  GtkWidget *window; /* (nullable) */
} Scene;

/* A strip over @n_steps, of which @n_data are measured: every block and step a value of its own */
static float
value_of (int row, int step)
{
  return 0.06f * powf (1.31f, (float) row) * (1.0f + 0.04f * (float) step);
}

static void
add_step (Scene *scene, int step)
{
  const int n = rn_strip_data_n_rows (scene->data);
  g_autofree float *values = g_new (float, n);

  for (int row = 0; row < n; row++)
    values[row] = value_of (row, step);
  rn_strip_data_append (scene->data, step, values);
}

static void
set_up (Scene *scene, const char *preset, RnMeasureKind kind, int n_data, int n_steps)
{
  *scene = (Scene){ .spec = rn_spec_preset (preset, NULL),
                    .time = rn_time_axis_new (),
                    .selection = rn_selection_new () };
  scene->data = rn_strip_data_new (rn_spec_n_blocks (scene->spec));
  for (int step = 1; step <= n_data; step++)
    add_step (scene, step);
  rn_time_axis_set_extent (scene->time, n_steps);
  rn_time_axis_set_range (scene->time, 0, n_steps);
  scene->strip = g_object_ref_sink (rn_strip_new (kind, scene->time, scene->selection));
  rn_strip_set_data (RN_STRIP (scene->strip), scene->data, scene->spec);
}

static void
tear_down (Scene *scene)
{
  if (scene->window != NULL)
    gtk_window_destroy (GTK_WINDOW (scene->window));
  g_object_unref (scene->strip);
  g_object_unref (scene->time);
  g_object_unref (scene->selection);
  rn_strip_data_unref (scene->data);
  rn_spec_free (scene->spec);
}

static guint32
ratio_argb (double ratio)
{
  const GdkRGBA colour = rn_palette_ratio (ratio);

  return rn_palette_argb (&colour);
}

static void
assert_cell (Scene *scene, const Pixels *pixels, int row, int step, guint32 argb)
{
  double x, y;

  g_assert_true (rn_strip_get_place (RN_STRIP (scene->strip), row, step, &x, &y));
  g_assert_cmpint (colour_distance (pixel_at (pixels, (int) x, (int) y), argb), <=, 3);
}

static void
assert_all_cells (Scene *scene, int n_data)
{
  Pixels pixels = take_pixels (scene->strip);

  for (int row = 0; row < rn_strip_data_n_rows (scene->data); row++)
    for (int step = 1; step <= n_data; step++)
      assert_cell (scene, &pixels, row, step, ratio_argb (value_of (row, step)));
  g_free (pixels.argb);
}

static void
test_every_cell_has_the_colour_of_its_block_and_step (void)
{
  Scene scene;
  double x0, x1, y0, y1;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  assert_all_cells (&scene, 10);
  /* and the places are where a reader looks: the first block on top, time to the right */
  rn_strip_get_place (RN_STRIP (scene.strip), 0, 1, &x0, &y0);
  rn_strip_get_place (RN_STRIP (scene.strip), 8, 10, &x1, &y1);
  g_assert_cmpfloat (y0, <, 20.0);
  g_assert_cmpfloat (y1, >, HEIGHT - 45.0);
  g_assert_cmpfloat (x0, <, 120.0);
  g_assert_cmpfloat (x1, >, WIDTH - 170.0);
  tear_down (&scene);
}

static void
test_new_columns_are_painted_and_only_they (void)
{
  Scene scene;
  guint64 before;
  Pixels pixels;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 5, 20);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  before = rn_strip_get_n_painted (RN_STRIP (scene.strip));
  add_step (&scene, 6);
  rn_strip_changed (RN_STRIP (scene.strip));
  spin (250);
  /* two of twenty cells in 500 or so pixels: the last and the new one */
  g_assert_cmpuint (rn_strip_get_n_painted (RN_STRIP (scene.strip)), >, before);
  g_assert_cmpuint (rn_strip_get_n_painted (RN_STRIP (scene.strip)) - before, <, WIDTH / 8);
  assert_all_cells (&scene, 6);
  /* what is not measured yet has no colour of the scale */
  pixels = take_pixels (scene.strip);
  {
    double x, y;

    rn_strip_get_place (RN_STRIP (scene.strip), 4, 12, &x, &y);
    g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x, (int) y), 0xffffffff), <, 40);
  }
  g_free (pixels.argb);
  tear_down (&scene);
}

static void
test_a_hidden_strip_does_no_work_until_it_is_shown (void)
{
  Scene scene;
  guint64 before;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 5, 20);
  spin (150);
  g_assert_cmpuint (rn_strip_get_n_painted (RN_STRIP (scene.strip)), ==, 0);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  gtk_widget_set_visible (scene.strip, FALSE);
  before = rn_strip_get_n_painted (RN_STRIP (scene.strip));
  for (int step = 6; step <= 20; step++)
    {
      add_step (&scene, step);
      rn_strip_changed (RN_STRIP (scene.strip));
      spin (20);
    }
  g_assert_cmpuint (rn_strip_get_n_painted (RN_STRIP (scene.strip)), ==, before);
  gtk_widget_set_visible (scene.strip, TRUE);
  spin (250);
  assert_all_cells (&scene, 20);
  tear_down (&scene);
}

static void
test_changes_are_drawn_ten_times_a_second_at_most (void)
{
  Scene scene;
  guint64 before;
  int changes = 0;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 1, 10000);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  spin (150);
  before = rn_strip_get_n_painted (RN_STRIP (scene.strip));
  for (int step = 2; step <= 101; step++)
    {
      const guint64 painted = rn_strip_get_n_painted (RN_STRIP (scene.strip));

      add_step (&scene, step);
      rn_strip_changed (RN_STRIP (scene.strip));
      spin (10);
      changes += rn_strip_get_n_painted (RN_STRIP (scene.strip)) != painted;
    }
  g_assert_cmpuint (rn_strip_get_n_painted (RN_STRIP (scene.strip)), >, before);
  /* a loaded machine stretches the time, and so may add to them */
  g_assert_cmpint (changes, >=, 4);
  g_assert_cmpint (changes, <=, 40);
  tear_down (&scene);
}

static void
test_nan_is_a_hatch_and_never_the_colour_of_zero (void)
{
  Scene scene;
  Pixels pixels;
  double x, y;
  guint32 first;
  int different = 0;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 0, 10);
  for (int step = 1; step <= 10; step++)
    {
      float values[9];

      for (int row = 0; row < 9; row++)
        values[row] = row == 3 ? NAN : row == 4 ? 0.0f : 1.0f;
      rn_strip_data_append (scene.data, step, values);
    }
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  pixels = take_pixels (scene.strip);
  rn_strip_get_place (RN_STRIP (scene.strip), 3, 5, &x, &y);
  first = pixel_at (&pixels, (int) x, (int) y);
  for (int i = 0; i < 8; i++)
    {
      const guint32 pixel = pixel_at (&pixels, (int) x + i, (int) y);

      g_assert_cmpint (colour_distance (pixel, ratio_argb (0.0)), >, 40);
      different += pixel != first;
    }
  g_assert_cmpint (different, >, 0);
  assert_cell (&scene, &pixels, 4, 5, ratio_argb (0.0));
  g_free (pixels.argb);
  tear_down (&scene);
}

static void
test_words_tell_block_step_and_value (void)
{
  Scene scene;
  RnStrip *strip;
  float values[9] = { 0.1f, 0.2f, 0.3f, 0.4f, 0.41f, NAN, 0.7f, 0.8f, 0.9f };
  g_autofree char *text = NULL, *nan = NULL, *later = NULL, *none = NULL, *between = NULL;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 0, 2000);
  strip = RN_STRIP (scene.strip);
  rn_strip_data_append (scene.data, 790, values);
  values[4] = 0.43f;
  rn_strip_data_append (scene.data, 1800, values);
  text = rn_strip_describe (strip, 4, 790);
  g_assert_cmpstr (text, ==, "block 5, step 790: 0.41");
  between = rn_strip_describe (strip, 4, 800);
  g_assert_cmpstr (between, ==, "block 5, step 1,800: 0.43");
  nan = rn_strip_describe (strip, 5, 790);
  g_assert_cmpstr (nan, ==, "block 6, step 790: NaN");
  later = rn_strip_describe (strip, 0, 1801);
  g_assert_cmpstr (later, ==, "block 1, step 1,801: not measured");
  none = rn_strip_describe (strip, 9, 790);
  g_assert_cmpstr (none, ==, "");
  tear_down (&scene);
}

static void
test_words_say_where_a_value_is_a_mean (void)
{
  Scene scene;
  g_autofree char *text = NULL;

  set_up (&scene, "resnet20", RN_MEASURE_GRADIENT, 0, 3000);
  for (int step = 1; step <= 3000; step++)
    {
      const float value = step % 2 == 0 ? 0.3f : 0.1f;

      rn_strip_data_append (scene.data, step, (float[]){ value, 1, 1, 1, 1, 1, 1, 1, 1 });
    }
  text = rn_strip_describe (RN_STRIP (scene.strip), 0, 2000);
  g_assert_cmpstr (text, ==, "block 1, mean of steps 1,999 to 2,000: 0.20");
  tear_down (&scene);
}

static void
test_plain_blocks_say_that_they_have_no_shortcut (void)
{
  Scene scene;
  float values[9];
  g_autofree char *text = NULL;

  set_up (&scene, "plain20", RN_MEASURE_RATIO, 0, 10);
  for (int row = 0; row < 9; row++)
    values[row] = NAN;
  rn_strip_data_append (scene.data, 1, values);
  text = rn_strip_describe (RN_STRIP (scene.strip), 0, 1);
  g_assert_cmpstr (text, ==, "block 1, step 1: no shortcut");
  tear_down (&scene);
}

static void
test_a_click_selects_the_block_and_sets_the_time (void)
{
  Scene scene;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  for (int row = 0; row < 9; row++)
    {
      const int step = 10 - row;
      double x, y;

      rn_strip_get_place (RN_STRIP (scene.strip), row, step, &x, &y);
      click (scene.strip, 1, x, y);
      g_assert_cmpint (rn_selection_get_part (scene.selection), ==, RN_PART_BLOCK);
      g_assert_cmpuint (rn_selection_get_block (scene.selection), ==,
                        rn_spec_get_block (scene.spec, row)->id);
      g_assert_cmpint (rn_time_axis_get_cursor (scene.time), ==, step);
    }
  /* a click on a name selects and leaves the time */
  {
    double x, y;

    rn_strip_get_place (RN_STRIP (scene.strip), 2, 3, &x, &y);
    click (scene.strip, 1, 10, y);
    g_assert_cmpuint (rn_selection_get_block (scene.selection), ==,
                      rn_spec_get_block (scene.spec, 2)->id);
    g_assert_cmpint (rn_time_axis_get_cursor (scene.time), ==, 2);
  }
  tear_down (&scene);
}

static void
test_pointing_sets_the_hover_that_all_charts_share (void)
{
  Scene scene;
  double x, y;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  rn_strip_get_place (RN_STRIP (scene.strip), 4, 7, &x, &y);
  point_at (scene.strip, x, y);
  g_assert_cmpint (rn_time_axis_get_hover (scene.time), ==, 7);
  spin (100);
  /* the card stands beside the pointer, dark on this light ground */
  {
    Pixels pixels = take_pixels (scene.strip);

    g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x + 15, (int) y), 0xff2e2e2e), <,
                     40);
    g_free (pixels.argb);
  }
  g_signal_emit_by_name (find_controller (scene.strip, GTK_TYPE_EVENT_CONTROLLER_MOTION, 0),
                         "leave");
  g_assert_cmpint (rn_time_axis_get_hover (scene.time), ==, -1);
  tear_down (&scene);
}

static guint32
selected_id (Scene *scene)
{
  return rn_selection_get_block (scene->selection);
}

static void
test_arrow_keys_move_through_rows_and_time (void)
{
  Scene scene;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  press_key (scene.strip, "Down");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 0)->id);
  press_key (scene.strip, "Down");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 1)->id);
  press_key (scene.strip, "End");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 8)->id);
  press_key (scene.strip, "Down");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 8)->id);
  press_key (scene.strip, "Up");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 7)->id);
  press_key (scene.strip, "<Shift>Up");
  g_assert_cmpuint (rn_selection_n_blocks (scene.selection), ==, 2);
  press_key (scene.strip, "Home");
  g_assert_cmpuint (selected_id (&scene), ==, rn_spec_get_block (scene.spec, 0)->id);
  press_key (scene.strip, "Left");
  g_assert_cmpint (rn_time_axis_get_cursor (scene.time), ==, 9);
  press_key (scene.strip, "Left");
  g_assert_cmpint (rn_time_axis_get_cursor (scene.time), ==, 8);
  press_key (scene.strip, "Right");
  g_assert_cmpint (rn_time_axis_get_cursor (scene.time), ==, 9);
  tear_down (&scene);
}

/* Returns: how many pixels left of the heat, in the row of @row, are of the accent's colour */
static int
count_accent (Scene *scene, const Pixels *pixels, int row)
{
  RnPalette palette;
  double x, y;
  int n = 0;

  rn_palette_get (scene->strip, &palette);
  rn_strip_get_place (RN_STRIP (scene->strip), row, 1, &x, &y);
  for (int py = (int) y - 5; py <= (int) y + 5; py++)
    for (int px = 0; px < 70; px++)
      n += colour_distance (pixel_at (pixels, px, py), rn_palette_argb (&palette.accent)) < 40;
  return n;
}

static void
test_the_selected_block_s_name_is_in_the_accent (void)
{
  Scene scene;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  for (int selected = 0; selected < 9; selected += 4)
    {
      Pixels pixels;

      rn_selection_select (scene.selection, RN_PART_BLOCK,
                           rn_spec_get_block (scene.spec, selected)->id, NULL);
      spin (100);
      pixels = take_pixels (scene.strip);
      for (int row = 0; row < 9; row++)
        if (row == selected)
          g_assert_cmpint (count_accent (&scene, &pixels, row), >, 20);
        else
          g_assert_cmpint (count_accent (&scene, &pixels, row), <, 10);
      g_free (pixels.argb);
    }
  tear_down (&scene);
}

static void
test_a_single_extreme_block_of_many_is_seen (void)
{
  /* more blocks than pixels, all at the middle of the scale but one */
  const int n = 900, extreme = 437;
  const RnBlockSpec block = { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1 };
  g_autoptr (RnSpec) spec = rn_spec_new ("deep", 32, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autoptr (RnStripData) data = rn_strip_data_new (n);
  g_autoptr (RnTimeAxis) time = rn_time_axis_new ();
  g_autofree float *values = g_new (float, n);
  GtkWidget *strip, *window;
  Pixels pixels;
  double x, y;

  for (int i = 0; i < n; i++)
    {
      values[i] = i == extreme ? 4.0f : 0.447f;
      g_assert_true (rn_spec_add_block (spec, i, block, NULL));
    }
  for (int step = 1; step <= 10; step++)
    rn_strip_data_append (data, step, values);
  rn_time_axis_set_extent (time, 10);
  strip = rn_strip_new (RN_MEASURE_RATIO, time, NULL);
  rn_strip_set_data (RN_STRIP (strip), data, spec);
  window = show_widget (strip, WIDTH, 240);
  pixels = take_pixels (strip);
  g_assert_true (rn_strip_get_place (RN_STRIP (strip), extreme, 5, &x, &y));
  g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x, (int) y), ratio_argb (4.0)), <=, 3);
  g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) x, (int) y + 3), ratio_argb (0.447)),
                   <=, 3);
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_strip_asks_for_rows_that_can_be_told_apart (void)
{
  const struct
  {
    const char *preset;
    int least, most; /* of a row, tenths of a pixel */
  } cases[] = { { "resnet20", 130, 160 }, { "resnet110", 40, 45 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Scene scene;
      double x, first, last;
      int height, n;

      set_up (&scene, cases[i].preset, RN_MEASURE_RATIO, 3, 10);
      n = rn_spec_n_blocks (scene.spec);
      gtk_widget_measure (scene.strip, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
      scene.window = show_widget (scene.strip, WIDTH, height);
      rn_strip_get_place (RN_STRIP (scene.strip), 0, 1, &x, &first);
      rn_strip_get_place (RN_STRIP (scene.strip), n - 1, 1, &x, &last);
      g_assert_cmpfloat ((last - first) / (n - 1) * 10, >=, cases[i].least - 1);
      g_assert_cmpfloat ((last - first) / (n - 1) * 10, <=, cases[i].most);
      assert_all_cells (&scene, 3);
      tear_down (&scene);
    }
}

static void
test_an_empty_strip_is_as_high_as_a_full_one (void)
{
  Scene scene;
  int empty, full;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 3, 10);
  gtk_widget_measure (scene.strip, GTK_ORIENTATION_VERTICAL, -1, &full, NULL, NULL, NULL);
  rn_strip_set_data (RN_STRIP (scene.strip), NULL, scene.spec);
  gtk_widget_measure (scene.strip, GTK_ORIENTATION_VERTICAL, -1, &empty, NULL, NULL, NULL);
  g_assert_cmpint (empty, ==, full);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  {
    g_autofree char *text = rn_strip_describe (RN_STRIP (scene.strip), 0, 1);

    g_assert_cmpstr (text, ==, "");
  }
  tear_down (&scene);
}

static void
test_assistive_technology_hears_name_and_summary (void)
{
  Scene scene;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  assert_accessible (scene.strip, GTK_ACCESSIBLE_PROPERTY_LABEL, "F(x) / x by block over time");
  assert_accessible (scene.strip, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                     "9 blocks, step 10: least 0.08 in block 1, most 0.73 in block 9");
  /* no more than one text in five seconds */
  rn_strip_data_append (scene.data, 11, (float[]){ 2, 2, 2, 2, 1, 2, 2, 2, 2 });
  rn_strip_changed (RN_STRIP (scene.strip));
  spin (200);
  assert_accessible (scene.strip, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                     "9 blocks, step 10: least 0.08 in block 1, most 0.73 in block 9");
  tear_down (&scene);
}

/* Saving */

static void
test_it_is_saved_as_picture_and_as_numbers (void)
{
  Scene scene;
  g_autofree char *folder = g_dir_make_tmp ("residua-strip-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "strip", NULL);
  g_autofree char *png = NULL, *svg = NULL, *pdf = NULL, *csv = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  gsize length;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  svg = save_figure (scene.strip, path, RN_FIGURE_SVG, &length);
  g_assert_nonnull (strstr (svg, "<svg"));
  pdf = save_figure (scene.strip, path, RN_FIGURE_PDF, &length);
  g_assert_true (g_str_has_prefix (pdf, "%PDF"));
  csv = save_figure (scene.strip, path, RN_FIGURE_CSV, &length);
  lines = g_strsplit (csv, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 12);
  g_assert_true (g_str_has_prefix (lines[0], "first_step,last_step,block_1,block_2,"));
  for (int step = 1; step <= 10; step++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[step], ",", -1);

      g_assert_cmpuint (g_strv_length (fields), ==, 11);
      g_assert_cmpint (atoi (fields[1]), ==, step);
      for (int row = 0; row < 9; row++)
        g_assert_cmpfloat ((float) g_ascii_strtod (fields[2 + row], NULL), ==,
                           value_of (row, step));
    }
  png = save_figure (scene.strip, path, RN_FIGURE_PNG, &length);
  texture = gdk_texture_new_from_filename (path, NULL);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 2 * (WIDTH + 2 * RN_FIGURE_MARGIN));
  {
    Pixels pixels = take_texture (texture);
    double x, y;

    for (int row = 0; row < 9; row++)
      {
        rn_strip_get_place (RN_STRIP (scene.strip), row, 4, &x, &y);
        g_assert_cmpint (colour_distance (pixel_at (&pixels, (int) (2 * (x + RN_FIGURE_MARGIN)),
                                                    (int) (2 * (y + RN_FIGURE_MARGIN))),
                                          ratio_argb (value_of (row, 4))),
                         <=, 3);
      }
    g_free (pixels.argb);
  }
  g_remove (path);
  g_assert_null (save_figure (scene.strip, "/nonexistent/strip.png", RN_FIGURE_PNG, &length));
  g_rmdir (folder);
  tear_down (&scene);
}

static void
test_ctrl_c_copies_the_picture (void)
{
  Scene scene;
  GdkContentFormats *formats;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  press_key (scene.strip, "<Control>c");
  spin (500);
  formats = gdk_clipboard_get_formats (gtk_widget_get_clipboard (scene.strip));
  g_assert_true (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE));
  tear_down (&scene);
}

static void
test_the_context_menu_opens_and_closes (void)
{
  Scene scene;

  set_up (&scene, "resnet20", RN_MEASURE_RATIO, 10, 10);
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  gtk_widget_activate_action (scene.strip, "figure.menu", NULL);
  spin (200);
  tear_down (&scene);
}

static void
test_the_gradient_s_scale_only_grows (void)
{
  Scene scene;
  Pixels before, after;
  double x, y;

  set_up (&scene, "resnet20", RN_MEASURE_GRADIENT, 0, 20);
  rn_strip_data_append (scene.data, 1,
                        (float[]){ 1e-2f, 5e-3f, 1e-3f, 1e-3f, 1e-3f, 1e-3f, 1e-3f, 1e-3f, 2e-3f });
  scene.window = show_widget (scene.strip, WIDTH, HEIGHT);
  before = take_pixels (scene.strip);
  rn_strip_data_append (scene.data, 2,
                        (float[]){ 4e-3f, 4e-3f, 4e-3f, 4e-3f, 4e-3f, 4e-3f, 4e-3f, 4e-3f, 4e-3f });
  rn_strip_changed (RN_STRIP (scene.strip));
  spin (250);
  after = take_pixels (scene.strip);
  rn_strip_get_place (RN_STRIP (scene.strip), 1, 1, &x, &y);
  g_assert_cmphex (pixel_at (&after, (int) x, (int) y), ==, pixel_at (&before, (int) x, (int) y));
  /* the largest is at the deep end of the one hue */
  rn_strip_get_place (RN_STRIP (scene.strip), 0, 1, &x, &y);
  g_assert_cmpint (colour_distance (pixel_at (&after, (int) x, (int) y), 0xff0f3d6e), <=, 3);
  rn_strip_data_append (scene.data, 3, (float[]){ 1.0f, 1, 1, 1, 1, 1, 1, 1, 1 });
  rn_strip_changed (RN_STRIP (scene.strip));
  spin (250);
  g_free (after.argb);
  after = take_pixels (scene.strip);
  g_assert_cmpint (colour_distance (pixel_at (&after, (int) x, (int) y), 0xff0f3d6e), >, 40);
  g_free (before.argb);
  g_free (after.argb);
  tear_down (&scene);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function) g_test_add_func ("/strip/" name, function)
  ADD ("every cell has the colour of its block and step",
       test_every_cell_has_the_colour_of_its_block_and_step);
  ADD ("new columns are painted, and only they", test_new_columns_are_painted_and_only_they);
  ADD ("a hidden strip does no work until it is shown",
       test_a_hidden_strip_does_no_work_until_it_is_shown);
  ADD ("changes are drawn ten times a second at most",
       test_changes_are_drawn_ten_times_a_second_at_most);
  ADD ("NaN is a hatch and never the colour of zero",
       test_nan_is_a_hatch_and_never_the_colour_of_zero);
  ADD ("words tell block, step and value", test_words_tell_block_step_and_value);
  ADD ("words say where a value is a mean", test_words_say_where_a_value_is_a_mean);
  ADD ("plain blocks say that they have no shortcut",
       test_plain_blocks_say_that_they_have_no_shortcut);
  ADD ("a click selects the block and sets the time",
       test_a_click_selects_the_block_and_sets_the_time);
  ADD ("pointing sets the hover that all charts share",
       test_pointing_sets_the_hover_that_all_charts_share);
  ADD ("arrow keys move through rows and time", test_arrow_keys_move_through_rows_and_time);
  ADD ("the selected block's name is in the accent",
       test_the_selected_block_s_name_is_in_the_accent);
  ADD ("a single extreme block of many is seen", test_a_single_extreme_block_of_many_is_seen);
  ADD ("a strip asks for rows that can be told apart",
       test_a_strip_asks_for_rows_that_can_be_told_apart);
  ADD ("an empty strip is as high as a full one", test_an_empty_strip_is_as_high_as_a_full_one);
  ADD ("assistive technology hears name and summary",
       test_assistive_technology_hears_name_and_summary);
  ADD ("the gradient's scale only grows", test_the_gradient_s_scale_only_grows);
  ADD ("it is saved as picture and as numbers", test_it_is_saved_as_picture_and_as_numbers);
  ADD ("Ctrl+C copies the picture", test_ctrl_c_copies_the_picture);
  ADD ("the context menu opens and closes", test_the_context_menu_opens_and_closes);
  return g_test_run ();
}
