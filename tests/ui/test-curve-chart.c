#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "charts/curve-private.h"

#define WIDTH 800
#define HEIGHT 320

typedef struct
{
  GtkWidget *window;
  RnCurveChart *chart;
  RnTimeAxis *time;
  RnSeries *series;
} Fixture;

static void
wait_ms (int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
set_up (Fixture *fixture, gconstpointer unit)
{
  fixture->time = rn_time_axis_new ();
  fixture->series = rn_series_new ();
  fixture->window = gtk_window_new ();
  fixture->chart =
      RN_CURVE_CHART (rn_curve_chart_new ("Loss", unit != NULL ? unit : "loss", fixture->time));
  gtk_widget_set_size_request (GTK_WIDGET (fixture->chart), WIDTH, HEIGHT);
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->chart));
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->chart));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_object_unref (fixture->time);
  rn_series_unref (fixture->series);
  wait_ms (10);
}

static void
append (RnSeries *series, int n, double level, double noise)
{
  for (int i = 0; i < n; i++)
    {
      const gint64 step = rn_series_last_step (series) + 1;
      const float value = (float) (level + noise * g_test_rand_double_range (-1, 1));

      rn_series_append (series, step, step, value, value, value);
    }
}

static void
draw_now (Fixture *fixture)
{
  rn_curve_chart_changed (fixture->chart);
  fixture->chart->is_stale = TRUE; /* not in 100 ms, but now */
  gtk_widget_queue_draw (GTK_WIDGET (fixture->chart));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->chart));
}

/* The chart as it is on the screen. Returns: (transfer full): an image surface */
static cairo_surface_t *
grab (Fixture *fixture)
{
  GtkWidget *widget = GTK_WIDGET (fixture->chart);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  GdkPaintable *paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  GdkTexture *texture;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture =
      gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (fixture->window)), node,
                                   &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gdk_texture_download (texture, cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  g_object_unref (texture);
  gsk_render_node_unref (node);
  g_object_unref (paintable);
  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  guint32 value;

  memcpy (&value, data + y * cairo_image_surface_get_stride (surface) + 4 * x, 4);
  return value;
}

static int
alpha (guint32 argb)
{
  return (int) (argb >> 24);
}

/* Returns: whether the smooth line comes near height @y in column @c, where it would be taken for the band */
static gboolean
is_smooth_line_near (const RnCurveScene *scene, const RnSceneLine *line, int c, double y)
{
  for (int i = c - 3; i <= c + 3; i++)
    if (fabs (rn_curve_scene_y (scene, (double) line->columns[i].smooth) - y) < 8.0)
      return TRUE;
  return FALSE;
}

static void
test_the_band_covers_the_least_to_the_greatest (Fixture *fixture, gconstpointer data)
{
  const RnCurveScene *scene;
  const RnSceneLine *line;
  cairo_surface_t *picture;
  int n_checked = 0;

  append (fixture->series, 9000, 1.0, 0.4);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  scene = rn_curve_view_update (fixture->chart);
  line = scene->lines->pdata[0];
  picture = grab (fixture);
  for (int c = 3; c < 600; c += 7)
    {
      const int x = (int) scene->plot.x + c;
      const double top = rn_curve_scene_y (scene, line->columns[c].max),
                   bottom = rn_curve_scene_y (scene, line->columns[c].min);

      g_assert_cmpint (line->columns[c].last, >, 0);
      if (is_smooth_line_near (scene, line, c, top) || is_smooth_line_near (scene, line, c, bottom))
        continue;
      /* 18 % of one colour, and not a pixel more; gridlines are fainter */
      for (int y = (int) floor (top); y < (int) ceil (bottom); y++)
        g_assert_cmpint (alpha (pixel (picture, x, y)), >, 40);
      g_assert_cmpint (alpha (pixel (picture, x, (int) floor (top) - 1)), <, 40);
      /* there is the baseline */
      if (bottom < scene->plot.y + scene->plot.height - 2.0)
        g_assert_cmpint (alpha (pixel (picture, x, (int) ceil (bottom))), <, 40);
      n_checked++;
    }
  g_assert_cmpint (n_checked, >, 50);
  cairo_surface_destroy (picture);
}

/* Pictures of the same size */
static void
assert_same_pixels (cairo_surface_t *a, cairo_surface_t *b)
{
  for (int y = 0; y < cairo_image_surface_get_height (a); y++)
    for (int x = 0; x < cairo_image_surface_get_width (a); x++)
      g_assert_cmphex (pixel (a, x, y), ==, pixel (b, x, y));
}

static void
test_tiles_give_the_same_picture_as_all_anew (Fixture *fixture, gconstpointer data)
{
  const RnDot dots[] = { { 400, 0.9 }, { 800, 0.8 }, { 1200, 0.85 } };
  cairo_surface_t *grown, *anew;
  int line;

  append (fixture->series, 700, 1.0, 0.4);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, TRUE);
  line = rn_curve_chart_add_line (fixture->chart, "test", NULL, 1, FALSE);
  rn_curve_chart_set_dots (fixture->chart, line, dots, 1);
  rn_time_axis_set_extent (fixture->time, 1400);
  draw_now (fixture);
  for (int i = 0; i < 7; i++)
    {
      append (fixture->series, 97, 1.0, 0.4);
      if (i == 2 || i == 4)
        rn_curve_chart_set_dots (fixture->chart, line, dots, i / 2 + 1);
      draw_now (fixture);
    }
  grown = grab (fixture);
  rn_curve_view_clear (fixture->chart);
  draw_now (fixture);
  anew = grab (fixture);
  assert_same_pixels (grown, anew);
  cairo_surface_destroy (grown);
  cairo_surface_destroy (anew);
}

static void
test_a_panned_chart_is_the_same_as_a_new_one (Fixture *fixture, gconstpointer data)
{
  cairo_surface_t *panned, *anew;

  append (fixture->series, 40000, 1.0, 0.4);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  rn_curve_chart_add_line (fixture->chart, "run 2, train", fixture->series, 1, TRUE);
  rn_time_axis_set_range (fixture->time, 2000, 22000);
  draw_now (fixture);
  for (int i = 0; i < 9; i++)
    {
      rn_time_axis_pan (fixture->time, i % 3 == 2 ? -101 : 997);
      gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->chart));
    }
  rn_time_axis_zoom (fixture->time, 9000, 0.8);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->chart));
  panned = grab (fixture);
  rn_curve_view_clear (fixture->chart);
  draw_now (fixture);
  anew = grab (fixture);
  assert_same_pixels (panned, anew);
  cairo_surface_destroy (panned);
  cairo_surface_destroy (anew);
}

/* Returns: how much ink stands in the plot's column @c, in whole pixels */
static double
ink_in_column (cairo_surface_t *picture, const RnCurveScene *scene, int c)
{
  double ink = 0.0;

  for (int y = 0; y < cairo_image_surface_get_height (picture); y++)
    ink += alpha (pixel (picture, (int) scene->plot.x + c, y)) / 255.0;
  return ink;
}

static void
test_a_line_is_as_wide_in_pixels_as_in_a_path (Fixture *fixture, gconstpointer data)
{
  const double slopes[] = { 0.0, 0.3, 2.0 };
  const RnPalette palette = { .series = { { 0.0f, 0.0f, 1.0f, 1.0f } } };

  append (fixture->series, 10000, 1.0, 0.0);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  for (gsize s = 0; s < G_N_ELEMENTS (slopes); s++)
    {
      RnCurveScene *scene = rn_curve_view_update (fixture->chart);
      RnSceneLine *line = scene->lines->pdata[0];
      double ink[2] = { 0.0, 0.0 };

      for (int c = 0; c < scene->n_columns; c++)
        line->columns[c].smooth =
            (float) (scene->y.min + (scene->y.max - scene->y.min) *
                                        (0.2 + slopes[s] * (c % 100) / scene->plot.height));
      for (int is_path = 0; is_path < 2; is_path++)
        {
          cairo_surface_t *picture =
              cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
          cairo_t *cr = cairo_create (picture);
          const RnCanvas canvas = { .cr = cr, .palette = &palette, .scale = 1.0 };

          scene->is_sparse = is_path; /* few steps are stroked */
          rn_curve_draw_lines (scene, &canvas, 0.0, WIDTH);
          for (int c = 120; c < 180; c++)
            ink[is_path] += ink_in_column (picture, scene, c) / 60.0;
          cairo_destroy (cr);
          cairo_surface_destroy (picture);
        }
      scene->is_sparse = FALSE;
      /* the raw values are a flat line, beside it and of other opacity */
      g_assert_cmpfloat (ink[0], >, 1.4 * sqrt (1.0 + slopes[s] * slopes[s]));
      g_assert_cmpfloat_with_epsilon (ink[0], ink[1], 0.35 + 0.05 * slopes[s]);
    }
}

static void
test_a_dashed_line_has_its_gaps (Fixture *fixture, gconstpointer data)
{
  const RnCurveScene *scene;
  cairo_surface_t *picture;
  int n_gaps = 0, n_inked = 0;

  append (fixture->series, 10000, 1.0, 0.0);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, TRUE);
  draw_now (fixture);
  scene = rn_curve_view_update (fixture->chart);
  picture = grab (fixture);
  for (int c = 80; c < 160; c++)
    {
      const int y = (int) rn_curve_scene_y (scene, 1.0);
      const int most = MAX (alpha (pixel (picture, (int) scene->plot.x + c, y)),
                            alpha (pixel (picture, (int) scene->plot.x + c, y - 1)));

      n_inked += most > 150;
      n_gaps += most < 100;
    }
  g_assert_cmpint (n_inked, ==, 50);
  g_assert_cmpint (n_gaps, ==, 30);
  cairo_surface_destroy (picture);
}

static void
test_only_tiles_with_new_data_are_drawn (Fixture *fixture, gconstpointer data)
{
  GskRenderNode *first, *frame;

  append (fixture->series, 1200, 1.0, 0.2);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  rn_time_axis_set_extent (fixture->time, 1900);
  draw_now (fixture);
  first = fixture->chart->tiles->pdata[0];
  frame = fixture->chart->frame;
  append (fixture->series, 20, 1.0, 0.2);
  draw_now (fixture);
  g_assert_true (fixture->chart->tiles->pdata[0] == first);
  g_assert_true (fixture->chart->frame == frame);
  /* a hover draws nothing of the data again */
  rn_time_axis_set_hover (fixture->time, 700);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->chart));
  g_assert_true (fixture->chart->tiles->pdata[0] == first);
}

static void
test_numbers_of_the_read_out_are_exact (Fixture *fixture, gconstpointer data)
{
  const RnDot dots[] = { { 2, 0.602 }, { 6, NAN } };
  const struct
  {
    gint64 step;
    const char *text;
  } cases[] = { { 1, "step 1\ntrain 0.486\ntest –" },
                { 2, "step 2\ntrain 0.123\ntest 0.602" },
                { 3, "step 3\ntrain NaN\ntest 0.602 (step 2)" },
                { 4, "step 4\ntrain –\ntest 0.602 (step 2)" },
                { 6, "step 6\ntrain 0.500 (0.250 to 0.750)\ntest NaN" },
                { 9, "step 9\ntrain –\ntest NaN (step 6)" } };
  int test;

  rn_series_append (fixture->series, 1, 1, 0.4861f, 0.4861f, 0.4861f);
  rn_series_append (fixture->series, 2, 2, 0.1234f, 0.1234f, 0.1234f);
  rn_series_append (fixture->series, 3, 3, NAN, NAN, NAN);
  rn_series_append (fixture->series, 5, 8, 0.25f, 0.75f, 0.5f);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  test = rn_curve_chart_add_line (fixture->chart, "test", NULL, 1, FALSE);
  rn_curve_chart_set_dots (fixture->chart, test, dots, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rn_curve_chart_describe (fixture->chart, cases[i].step);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_a_unit_in_percent_shows_shares_as_percent (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  rn_series_append (fixture->series, 1, 1, 0.079f, 0.079f, 0.079f);
  rn_series_append (fixture->series, 2, 2, 0.5f, 0.5f, 0.5f);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  text = rn_curve_chart_describe (fixture->chart, 1);
  g_assert_cmpstr (text, ==, "step 1\ntrain 7.90 %");
  g_assert_cmpfloat (fixture->chart->model.y.max, >=, 30.0);
}

/* Errors of the first steps: a band that is cut off at the plot's edge, or an axis beyond what a share can be, is wrong. */
static void
test_an_axis_of_shares_holds_all_of_them (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 60; i++)
    {
      const float share = i % 7 == 0 ? 1.0f : 0.875f + 0.001f * (float) (i % 3);

      rn_series_append (fixture->series, i + 1, i + 1, share, share, share);
    }
  rn_series_append (fixture->series, 61, 61, 0.9f, 1.0000001f, 0.95f);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  rn_time_axis_set_extent (fixture->time, 61);
  draw_now (fixture);
  g_assert_cmpfloat_with_epsilon (fixture->chart->model.y.max, 100.0, 1e-9);
  g_assert_cmpfloat (fixture->chart->model.y.min, <=, 87.5);
  g_object_set (fixture->chart, "log-scale", TRUE, NULL);
  draw_now (fixture);
  g_assert_cmpfloat_with_epsilon (fixture->chart->model.y.max, 100.0, 1e-6);
}

static void
test_an_axis_grows_with_data_and_never_shrinks (Fixture *fixture, gconstpointer data)
{
  double max;

  append (fixture->series, 50, 1.0, 0.0);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  max = fixture->chart->model.y.max;
  append (fixture->series, 200, 7.0, 0.0);
  draw_now (fixture);
  g_assert_cmpfloat (fixture->chart->model.y.max, >=, 7.0);
  g_assert_cmpfloat (fixture->chart->model.y.max, >, max);
  max = fixture->chart->model.y.max;
  rn_series_cut (fixture->series, 50);
  append (fixture->series, 200, 0.5, 0.0);
  draw_now (fixture);
  g_assert_cmpfloat (fixture->chart->model.y.max, ==, max);
  gtk_widget_activate_action (GTK_WIDGET (fixture->chart), "chart.reset", NULL);
  draw_now (fixture);
  g_assert_cmpfloat (fixture->chart->model.y.max, <, max);
}

static void
test_a_zoomed_view_stays_while_data_arrives (Fixture *fixture, gconstpointer data)
{
  double from, to;
  RnAxis before;

  append (fixture->series, 1000, 1.0, 0.2);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  rn_time_axis_set_range (fixture->time, 300, 400);
  draw_now (fixture);
  before = fixture->chart->model.y;
  append (fixture->series, 5000, 9.0, 0.2);
  rn_curve_chart_changed (fixture->chart);
  draw_now (fixture);
  rn_time_axis_get_range (fixture->time, &from, &to);
  g_assert_cmpfloat (from, ==, 300);
  g_assert_cmpfloat (to, ==, 400);
  g_assert_cmpfloat (fixture->chart->model.y.max, ==, before.max);
  g_assert_cmpfloat (fixture->chart->model.y.min, ==, before.min);
}

static void
test_keys_zoom_and_reset (Fixture *fixture, gconstpointer data)
{
  GtkWidget *chart = GTK_WIDGET (fixture->chart);
  double from, to, later;

  append (fixture->series, 1000, 1.0, 0.2);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  gtk_widget_activate_action (chart, "chart.zoom", "d", 0.5);
  rn_time_axis_get_range (fixture->time, &from, &to);
  g_assert_cmpfloat_with_epsilon (to - from, 500, 1);
  g_assert_cmpfloat (from, >, 0);
  gtk_widget_activate_action (chart, "chart.pan", "d", 0.1);
  rn_time_axis_get_range (fixture->time, &later, &to);
  g_assert_cmpfloat_with_epsilon (later - from, 50, 1);
  gtk_widget_activate_action (chart, "chart.reset", NULL);
  g_assert_true (rn_time_axis_is_following (fixture->time));
  gtk_widget_activate_action (chart, "chart.read-out", "i", 1);
  g_assert_cmpint (rn_time_axis_get_hover (fixture->time), ==, 500);
  gtk_widget_activate_action (chart, "chart.set-cursor", NULL);
  g_assert_cmpint (rn_time_axis_get_cursor (fixture->time), ==, 500);
}

static void
test_nan_is_a_hatch_and_no_line (Fixture *fixture, gconstpointer data)
{
  const RnCurveScene *scene;
  cairo_surface_t *picture;
  int x, n_hatch = 0;

  append (fixture->series, 400, 1.0, 0.1);
  for (int step = 401; step <= 600; step++)
    rn_series_append (fixture->series, step, step, NAN, NAN, NAN);
  append (fixture->series, 400, 1.0, 0.1);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  draw_now (fixture);
  scene = rn_curve_view_update (fixture->chart);
  picture = grab (fixture);
  x = (int) (scene->plot.x + rn_time_axis_to_x (fixture->time, 500, scene->plot.width));
  for (int y = (int) scene->plot.y; y < (int) (scene->plot.y + scene->plot.height); y++)
    {
      const guint32 argb = pixel (picture, x, y);

      /* grey alone: the line is blue */
      g_assert_cmpint (ABS ((int) (argb & 0xff) - (int) (argb >> 16 & 0xff)), <, 8);
      n_hatch += alpha (argb) > 20;
    }
  g_assert_cmpint (n_hatch, >, (int) scene->plot.height / 5);
  cairo_surface_destroy (picture);
}

static void
test_an_empty_chart_says_so_in_the_same_height (Fixture *fixture, gconstpointer data)
{
  cairo_surface_t *picture;
  int n_drawn = 0;

  rn_curve_chart_set_empty_text (fixture->chart, "Curves appear here");
  draw_now (fixture);
  picture = grab (fixture);
  for (int y = HEIGHT / 2 - 12; y < HEIGHT / 2 + 12; y++)
    for (int x = 200; x < 600; x++)
      n_drawn += alpha (pixel (picture, x, y)) > 60;
  g_assert_cmpint (n_drawn, >, 50);
  g_assert_cmpint (alpha (pixel (picture, 100, 20)), ==, 0);
  cairo_surface_destroy (picture);
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_LABEL, "Loss");
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "Curves appear here");
}

static void
test_a_summary_tells_the_newest_numbers (Fixture *fixture, gconstpointer data)
{
  const RnDot dot = { 900, 0.602 };
  g_autofree char *text = NULL;

  append (fixture->series, 1000, 0.486, 0.0);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  rn_curve_chart_add_line (fixture->chart, "test", NULL, 1, FALSE);
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "Loss: 1 line; train 0.486 at step 1,000");
  /* five seconds later at the earliest */
  rn_curve_chart_set_dots (fixture->chart, 1, &dot, 1);
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "Loss: 1 line; train 0.486 at step 1,000");
  text = rn_curve_model_summarize (&fixture->chart->model);
  g_assert_cmpstr (text, ==, "Loss: 2 lines; train 0.486 at step 1,000; test 0.602 at step 900");
}

static void
test_a_long_series_is_smoothed_by_a_task (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSeries) reference = NULL;
  RnSeriesEntry got, expected;

  append (fixture->series, 100000, 1.0, 0.5);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  g_object_set (fixture->chart, "smoothing", 0.5, NULL);
  g_object_set (fixture->chart, "smoothing", 0.99, NULL);
  append (fixture->series, 100, 1.0, 0.5);
  for (int i = 0; i < 500 && rn_series_get_weight (fixture->series) != 0.99; i++)
    wait_ms (10);
  g_assert_cmpfloat (rn_series_get_weight (fixture->series), ==, 0.99);
  reference = rn_series_copy (fixture->series);
  rn_series_smooth (reference, 0.99);
  rn_series_get_entry (fixture->series, 100099, &got);
  rn_series_get_entry (reference, 100099, &expected);
  g_assert_cmpfloat_with_epsilon (got.smooth, expected.smooth, 1e-6);
}

/* Files */

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  rn_curve_chart_save_finish (RN_CURVE_CHART (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static char *
save (Fixture *fixture, const char *name, RnFigureFormat format, gsize *length)
{
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gboolean is_done = FALSE;
  char *contents;

  rn_curve_chart_save_async (fixture->chart, file, format, NULL, on_saved, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_file_get_contents (path, &contents, length, NULL));
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing else was left there */
  return contents;
}

static void
test_csv_has_every_number_of_every_line (Fixture *fixture, gconstpointer data)
{
  const RnDot dots[] = { { 100, 0.1 + 0.2 }, { 9000, 2.5 } };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;

  append (fixture->series, 5000, 1.0, 0.5);
  rn_series_append (fixture->series, 5001, 5001, NAN, NAN, NAN);
  rn_curve_chart_add_line (fixture->chart, "run \"1\", train", fixture->series, 0, FALSE);
  rn_curve_chart_set_dots (fixture->chart,
                           rn_curve_chart_add_line (fixture->chart, "test", NULL, 1, FALSE), dots,
                           2);
  text = save (fixture, "loss.csv", RN_FIGURE_CSV, &length);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 5001 + 1 + 1);
  g_assert_cmpstr (lines[0], ==, "step,\"run \"\"1\"\", train\",test");
  for (int step = 1; step <= 5000; step++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[step], ",", -1);
      RnSeriesEntry entry;

      rn_series_get_entry (fixture->series, (gsize) step - 1, &entry);
      g_assert_cmpint (atoi (cells[0]), ==, step);
      g_assert_cmpfloat ((float) g_ascii_strtod (cells[1], NULL), ==, entry.mean);
      if (step == 100)
        g_assert_cmpfloat (g_ascii_strtod (cells[2], NULL), ==, 0.1 + 0.2);
      else
        g_assert_cmpstr (cells[2], ==, "");
    }
  g_assert_cmpstr (lines[5001], ==, "5001,NaN,");
  g_assert_cmpstr (lines[5002], ==, "9000,,2.5");
}

static void
test_figures_are_what_they_are_called (Fixture *fixture, gconstpointer data)
{
  g_autofree char *png = NULL, *svg = NULL, *pdf = NULL;
  gsize length;

  append (fixture->series, 3000, 1.0, 0.5);
  rn_curve_chart_add_line (fixture->chart, "train & co", fixture->series, 0, FALSE);
  draw_now (fixture);
  png = save (fixture, "a.png", RN_FIGURE_PNG, &length);
  g_assert_cmpmem (png, 8, "\x89PNG\r\n\x1a\n", 8);
  /* twice as large as on the screen, with a margin of 18 */
  g_assert_cmpint (GUINT32_FROM_BE (*(guint32 *) (gpointer) (png + 16)), ==, 2 * (WIDTH + 36));
  pdf = save (fixture, "a.pdf", RN_FIGURE_PDF, &length);
  g_assert_cmpmem (pdf, 5, "%PDF-", 5);
  svg = save (fixture, "a.svg", RN_FIGURE_SVG, &length);
  g_assert_nonnull (strstr (svg, ">Loss</text>"));
  g_assert_nonnull (strstr (svg, ">train &amp; co</text>"));
  g_assert_true (g_str_has_suffix (g_strchomp (svg), "</svg>"));
}

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_a_copy_has_picture_and_numbers (Fixture *fixture, gconstpointer data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (fixture->chart));
  char *text = NULL;

  append (fixture->series, 2, 1.5, 0.0);
  rn_curve_chart_add_line (fixture->chart, "train", fixture->series, 0, FALSE);
  rn_curve_chart_copy (fixture->chart);
  for (int i = 0; i < 500 && gdk_clipboard_get_content (clipboard) == NULL; i++)
    wait_ms (10);
  g_assert_true (
      gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard), "image/png"));
  gdk_clipboard_read_text_async (clipboard, NULL, on_text, &text);
  for (int i = 0; i < 500 && text == NULL; i++)
    wait_ms (10);
  g_assert_cmpstr (text, ==, "step,train\n1,1.5\n2,1.5\n");
  g_free (text);
}

#define ADD(name, unit, function)                                                                  \
  g_test_add ("/curve-chart/" name, Fixture, unit, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("the band covers the least to the greatest", NULL,
       test_the_band_covers_the_least_to_the_greatest);
  ADD ("tiles give the same picture as all anew", NULL,
       test_tiles_give_the_same_picture_as_all_anew);
  ADD ("a panned chart is the same as a new one", NULL,
       test_a_panned_chart_is_the_same_as_a_new_one);
  ADD ("a line is as wide in pixels as in a path", NULL,
       test_a_line_is_as_wide_in_pixels_as_in_a_path);
  ADD ("a dashed line has its gaps", NULL, test_a_dashed_line_has_its_gaps);
  ADD ("only tiles with new data are drawn", NULL, test_only_tiles_with_new_data_are_drawn);
  ADD ("numbers of the read-out are exact", NULL, test_numbers_of_the_read_out_are_exact);
  ADD ("a unit in percent shows shares as percent", "error, %",
       test_a_unit_in_percent_shows_shares_as_percent);
  ADD ("an axis of shares holds all of them", "error, %", test_an_axis_of_shares_holds_all_of_them);
  ADD ("an axis grows with data and never shrinks", NULL,
       test_an_axis_grows_with_data_and_never_shrinks);
  ADD ("a zoomed view stays while data arrives", NULL, test_a_zoomed_view_stays_while_data_arrives);
  ADD ("keys zoom and reset", NULL, test_keys_zoom_and_reset);
  ADD ("NaN is a hatch and no line", NULL, test_nan_is_a_hatch_and_no_line);
  ADD ("an empty chart says so in the same height", NULL,
       test_an_empty_chart_says_so_in_the_same_height);
  ADD ("a summary tells the newest numbers", NULL, test_a_summary_tells_the_newest_numbers);
  ADD ("a long series is smoothed by a task", NULL, test_a_long_series_is_smoothed_by_a_task);
  ADD ("CSV has every number of every line", NULL, test_csv_has_every_number_of_every_line);
  ADD ("figures are what they are called", NULL, test_figures_are_what_they_are_called);
  ADD ("a copy has picture and numbers", NULL, test_a_copy_has_picture_and_numbers);
  return g_test_run ();
}
