#include "charts/map-grid.h"

#include <glib/gstdio.h>

#include "charts/figure.h"
#include "charts/map-texture.h"
#include "charts/map-view.h"
#include "charts/palette.h"
#include "chart-pixels.h"

#define C 6
#define H 5
#define W 8
#define WIDTH 300
#define HEIGHT 240

/* @seed: other numbers; @least: -1 for signed maps, 0 for others */
static RnTensor *
make_maps (int height, int width, int channels, int seed, double least)
{
  RnTensor *maps = rn_tensor_new (4, (int[]){ 1, height, width, channels }, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) seed);

  for (gsize i = 0; i < rn_tensor_count (maps); i++)
    maps->data[i] =
        (float) (g_rand_double_range (rand, least, 1.0) * (1.0 + (double) (i % (gsize) channels)));
  return maps;
}

static float
value_of (const RnTensor *maps, int c, int y, int x)
{
  return maps->data[(y * maps->dims[2] + x) * maps->dims[3] + c];
}

static double
limit_of (const RnTensor *maps, int first, int last)
{
  double limit = 0.0;

  for (int c = first; c <= last; c++)
    for (int y = 0; y < maps->dims[1]; y++)
      for (int x = 0; x < maps->dims[2]; x++)
        limit = MAX (limit, fabs ((double) value_of (maps, c, y, x)));
  return limit;
}

static void
wait_until_current (GtkWidget *grid)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!rn_map_grid_is_current (RN_MAP_GRID (grid)) && g_get_monotonic_time () < end)
    spin (5);
  g_assert_true (rn_map_grid_is_current (RN_MAP_GRID (grid)));
}

/* The reference: the colour of a number, done plainly */
static guint32
reference_argb (GtkWidget *grid, double value, double limit, gboolean is_signed)
{
  RnPalette palette;
  GdkRGBA colour;

  rn_palette_get (grid, &palette);
  colour = palette.ground;
  if (is_signed)
    colour = rn_palette_signed (&palette, value / limit);
  else
    {
      const float alpha = (float) (value / limit) * palette.text.alpha;

      colour.red += (palette.text.red - colour.red) * alpha;
      colour.green += (palette.text.green - colour.green) * alpha;
      colour.blue += (palette.text.blue - colour.blue) * alpha;
    }
  return rn_palette_argb (&colour);
}

/* Every pixel of the map at place @at is that of channel @c; @zoom: pixels to a value */
static void
assert_map (GtkWidget *grid, const Pixels *pixels, const RnTensor *maps, int at, int c,
            double limit, gboolean is_signed)
{
  GdkRectangle cell;
  int zoom;

  g_assert_true (rn_map_grid_get_cell (RN_MAP_GRID (grid), at, &cell));
  zoom = cell.width / maps->dims[2];
  g_assert_cmpint (zoom, >=, 1);
  g_assert_cmpint (cell.width, ==, zoom * maps->dims[2]);
  g_assert_cmpint (cell.height, ==, zoom * maps->dims[1]);
  for (int y = 0; y < cell.height; y++)
    for (int x = 0; x < cell.width; x++)
      g_assert_cmphex (pixel_at (pixels, cell.x + x, cell.y + y), ==,
                       reference_argb (grid, (double) value_of (maps, c, y / zoom, x / zoom), limit,
                                       is_signed));
}

static void
assert_all_maps (GtkWidget *grid, const RnTensor *maps, gboolean is_common, gboolean is_signed)
{
  Pixels pixels;

  wait_until_current (grid);
  pixels = take_texture (rn_map_grid_get_texture (RN_MAP_GRID (grid)));
  for (int c = 0; c < maps->dims[3]; c++)
    assert_map (grid, &pixels, maps, c, c,
                is_common ? limit_of (maps, 0, maps->dims[3] - 1) : limit_of (maps, c, c),
                is_signed);
  g_free (pixels.argb);
}

static void
test_the_texture_is_the_reference_s_to_the_pixel (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) mixed = make_maps (H, W, C, 1, -1.0);
  g_autoptr (RnTensor) positive = make_maps (H, W, C, 2, 0.0);

  rn_map_grid_set_maps (RN_MAP_GRID (grid), mixed, "layer1.0.f");
  assert_all_maps (grid, mixed, TRUE, TRUE);
  g_object_set (grid, "scale", (int) RN_MAP_SCALE_EACH, NULL);
  assert_all_maps (grid, mixed, FALSE, TRUE);
  rn_map_grid_set_maps (RN_MAP_GRID (grid), positive, "layer1.0.f");
  assert_all_maps (grid, positive, FALSE, FALSE);
  g_object_set (grid, "scale", (int) RN_MAP_SCALE_COMMON, NULL);
  assert_all_maps (grid, positive, TRUE, FALSE);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_every_map_follows_the_newest_numbers (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);

  for (int changed = 0; changed < C; changed++)
    {
      g_autoptr (RnTensor) before = make_maps (H, W, C, 1, -1.0);
      g_autoptr (RnTensor) after = make_maps (H, W, C, 1, -1.0);

      for (int i = 0; i < H * W; i++)
        after->data[i * C + changed] *= -0.5f;
      rn_map_grid_set_maps (RN_MAP_GRID (grid), before, "x");
      assert_all_maps (grid, before, TRUE, TRUE);
      rn_map_grid_set_maps (RN_MAP_GRID (grid), after, "x");
      g_assert_true (rn_map_grid_get_maps (RN_MAP_GRID (grid)) == after);
      assert_all_maps (grid, after, TRUE, TRUE);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_of_many_requests_the_newest_is_shown (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) last = make_maps (H, W, C, 99, -1.0);

  for (int i = 0; i < 50; i++)
    {
      g_autoptr (RnTensor) maps = make_maps (H, W, C, i, -1.0);

      rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
      if (i % 10 == 0)
        spin (2);
    }
  rn_map_grid_set_maps (RN_MAP_GRID (grid), last, "x");
  assert_all_maps (grid, last, TRUE, TRUE);
  /* and what is asked for while a task is at work */
  spin (300);
  rn_map_grid_set_maps (RN_MAP_GRID (grid), last, "x");
  g_object_set (grid, "scale", (int) RN_MAP_SCALE_EACH, NULL);
  assert_all_maps (grid, last, FALSE, TRUE);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_what_is_drawn_is_the_texture (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  Pixels texture, drawn;

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  spin (50);
  texture = take_texture (rn_map_grid_get_texture (RN_MAP_GRID (grid)));
  drawn = take_pixels (grid);
  for (int at = 0; at < C; at++)
    {
      GdkRectangle cell;

      rn_map_grid_get_cell (RN_MAP_GRID (grid), at, &cell);
      for (int y = cell.y; y < cell.y + cell.height; y++)
        for (int x = cell.x; x < cell.x + cell.width; x++)
          g_assert_cmphex (pixel_at (&drawn, x, y), ==, pixel_at (&texture, x, y));
    }
  g_free (texture.argb);
  g_free (drawn.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Saving */

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (rn_figure_save_finish (GTK_WIDGET (source), result, NULL));
  *(gboolean *) data = TRUE;
}

static void
save (GtkWidget *grid, const char *path, RnFigureFormat format)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gboolean is_done = FALSE;

  rn_figure_save_async (grid, file, format, NULL, on_saved, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

/* A line for each row of each map, in the tensor's very numbers */
static void
check_csv (const char *path, const RnTensor *maps)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, C * H + 2);
  g_assert_true (g_str_has_prefix (lines[0], "channel,y,x0,x1,"));
  for (int c = 0; c < C; c++)
    for (int y = 0; y < H; y++)
      {
        g_auto (GStrv) fields = g_strsplit (lines[1 + c * H + y], ",", -1);

        g_assert_cmpuint (g_strv_length (fields), ==, W + 2);
        g_assert_cmpint (atoi (fields[0]), ==, c);
        g_assert_cmpint (atoi (fields[1]), ==, y);
        for (int x = 0; x < W; x++)
          g_assert_cmpfloat ((float) g_ascii_strtod (fields[2 + x], NULL), ==,
                             value_of (maps, c, y, x));
      }
}

/* On white, whatever the window looks like; twice as fine as on the screen */
static void
check_png (GtkWidget *grid, const char *path, const RnTensor *maps)
{
  const double limit = limit_of (maps, 0, C - 1);
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, NULL);
  Pixels pixels;
  RnPalette palette;

  g_assert_nonnull (texture);
  g_assert_cmpint (gdk_texture_get_width (texture), ==,
                   2 * (gtk_widget_get_width (grid) + 2 * RN_FIGURE_MARGIN));
  rn_palette_get_for_print (&palette);
  pixels = take_texture (texture);
  for (int c = 0; c < C; c++)
    {
      const GdkRGBA colour =
          rn_palette_signed (&palette, (double) value_of (maps, c, 0, 0) / limit);
      GdkRectangle cell;

      g_assert_true (rn_map_grid_get_cell (RN_MAP_GRID (grid), c, &cell));
      g_assert_cmphex (pixel_at (&pixels, 2 * (cell.x + RN_FIGURE_MARGIN) + 1,
                                 2 * (cell.y + RN_FIGURE_MARGIN) + 1),
                       ==, rn_palette_argb (&colour));
    }
  g_free (pixels.argb);
}

static void
test_it_is_saved_as_picture_and_as_numbers (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autofree char *folder = g_dir_make_tmp ("residua-map-grid-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "maps", NULL);
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  g_autofree char *svg = NULL;

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "layer1.0.f");
  wait_until_current (grid);
  save (grid, path, RN_FIGURE_CSV);
  check_csv (path, maps);
  save (grid, path, RN_FIGURE_PNG);
  check_png (grid, path, maps);
  save (grid, path, RN_FIGURE_SVG);
  g_assert_true (g_file_get_contents (path, &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, "<svg"));
  g_unlink (path);
  g_rmdir (folder);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_the_strongest_come_first_where_sorted (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  Pixels pixels;

  g_object_set (grid, "sorted", TRUE, NULL);
  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  pixels = take_texture (rn_map_grid_get_texture (RN_MAP_GRID (grid)));
  /* each channel is larger than the one before */
  for (int at = 0; at < C; at++)
    {
      g_assert_cmpint (rn_map_grid_get_channel (RN_MAP_GRID (grid), at), ==, C - 1 - at);
      assert_map (grid, &pixels, maps, at, C - 1 - at, limit_of (maps, 0, C - 1), TRUE);
    }
  g_assert_cmpint (rn_map_grid_get_channel (RN_MAP_GRID (grid), C), ==, -1);
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* @hide: the grid, or what it is in, where it keeps its size */
static void
assert_hidden_does_nothing (GtkWidget *grid, GtkWidget *hide)
{
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  g_autoptr (RnTensor) newer = make_maps (H, W, C, 2, -1.0);
  GdkTexture *texture;

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  texture = rn_map_grid_get_texture (RN_MAP_GRID (grid));
  gtk_widget_set_visible (hide, FALSE);
  rn_map_grid_set_maps (RN_MAP_GRID (grid), newer, "x");
  g_object_set (grid, "sorted", FALSE, NULL);
  spin (250);
  g_assert_true (rn_map_grid_get_texture (RN_MAP_GRID (grid)) == texture);
  g_assert_false (rn_map_grid_is_current (RN_MAP_GRID (grid)));
  gtk_widget_set_visible (hide, TRUE);
  assert_all_maps (grid, newer, TRUE, TRUE);
}

static void
test_a_hidden_grid_makes_no_texture_until_it_is_shown (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);

  assert_hidden_does_nothing (grid, grid);
  assert_hidden_does_nothing (grid, window);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_values_are_the_tensor_s (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  for (int c = 0; c < C; c++)
    for (int y = 0; y < H; y++)
      for (int x = 0; x < W; x++)
        g_assert_cmpfloat (rn_map_grid_get_value (RN_MAP_GRID (grid), c, x, y), ==,
                           (double) value_of (maps, c, y, x));
  g_assert_true (isnan (rn_map_grid_get_value (RN_MAP_GRID (grid), C, 0, 0)));
  g_assert_true (isnan (rn_map_grid_get_value (RN_MAP_GRID (grid), 0, W, 0)));
  g_assert_true (isnan (rn_map_grid_get_value (RN_MAP_GRID (grid), 0, 0, -1)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static int
selected (GtkWidget *grid)
{
  int channel;

  g_object_get (grid, "selected", &channel, NULL);
  return channel;
}

static void
on_activate (GtkWidget *grid, int channel, int *activated)
{
  *activated = channel;
}

static void
test_clicks_and_keys_select_and_open_a_map (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  GdkRectangle first, second, next_row;
  int activated = -1, columns = 1;

  g_signal_connect (grid, "activate", G_CALLBACK (on_activate), &activated);
  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  for (int at = 0; at < C; at++)
    {
      GdkRectangle cell;

      rn_map_grid_get_cell (RN_MAP_GRID (grid), at, &cell);
      click (grid, 1, cell.x + cell.width / 2, cell.y + cell.height / 2);
      g_assert_cmpint (selected (grid), ==, at);
    }
  rn_map_grid_get_cell (RN_MAP_GRID (grid), 0, &first);
  rn_map_grid_get_cell (RN_MAP_GRID (grid), 1, &second);
  g_assert_cmpint (second.x - (first.x + first.width), ==, 2);
  for (rn_map_grid_get_cell (RN_MAP_GRID (grid), columns, &next_row); next_row.y == first.y;)
    rn_map_grid_get_cell (RN_MAP_GRID (grid), ++columns, &next_row);
  press_key (grid, "Home");
  g_assert_cmpint (selected (grid), ==, 0);
  press_key (grid, "Right");
  g_assert_cmpint (selected (grid), ==, 1);
  press_key (grid, "Down");
  g_assert_cmpint (selected (grid), ==, 1 + columns);
  press_key (grid, "Down");
  g_assert_cmpint (selected (grid), ==, 1 + columns);
  press_key (grid, "Up");
  g_assert_cmpint (selected (grid), ==, 1);
  press_key (grid, "End");
  g_assert_cmpint (selected (grid), ==, C - 1);
  press_key (grid, "Return");
  g_assert_cmpint (activated, ==, C - 1);
  spin (150);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_the_enlarged_map_reads_its_values_out (void)
{
  RnMapView *view = RN_MAP_VIEW (g_object_ref_sink (rn_map_view_new ()));
  g_autoptr (RnTensor) maps = make_maps (H, W, C, 1, -1.0);
  g_autoptr (RnMapPicture) picture = NULL;
  g_autofree char *inside = NULL, *outside = NULL;
  RnMapLayout layout;
  RnPalette palette;

  maps->data[(2 * W + 5) * C + 3] = 0.412f;
  rn_palette_get (GTK_WIDGET (view), &palette);
  rn_map_layout_fit (&layout, &(RnMapRoom){ .map_width = W,
                                            .map_height = H,
                                            .n_maps = C,
                                            .available = WIDTH,
                                            .map_size = 64,
                                            .gap = 2 });
  picture = rn_map_picture_new (maps, &layout, &palette, RN_MAP_SCALE_COMMON, FALSE);
  rn_map_view_set_map (view, picture, 3);
  inside = rn_map_view_describe (view, 5, 2);
  g_assert_cmpstr (inside, ==, "channel 3, x 5, y 2: 0.412");
  outside = rn_map_view_describe (view, W, 0);
  g_assert_true (g_str_has_prefix (outside, "channel 3, RMS "));
  assert_accessible (GTK_WIDGET (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Feature map of channel 3");
  g_object_unref (view);
}

static void
test_the_grid_reflows_with_its_width (void)
{
  GtkWidget *grid = g_object_ref_sink (rn_map_grid_new ());
  g_autoptr (RnTensor) maps = make_maps (8, 8, 32, 1, -1.0);
  int wide, narrow, limited;

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  g_assert_cmpint (gtk_widget_get_request_mode (grid), ==, GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH);
  gtk_widget_measure (grid, GTK_ORIENTATION_VERTICAL, 1056, &wide, NULL, NULL, NULL);
  gtk_widget_measure (grid, GTK_ORIENTATION_VERTICAL, 264, &narrow, NULL, NULL, NULL);
  /* 16 in a row against 4 */
  g_assert_cmpint (narrow, >, 3 * wide);
  g_assert_cmpint (wide, >=, 2 * 64);
  g_assert_cmpint (wide, <, 2 * 100);
  g_object_set (grid, "limit", 4, NULL);
  gtk_widget_measure (grid, GTK_ORIENTATION_VERTICAL, 264, &limited, NULL, NULL, NULL);
  g_assert_cmpint (limited, <, 100);
  g_object_unref (grid);
}

static void
test_maps_of_any_size_keep_within_bounds (void)
{
  static const int cases[][3] = { /* side, maps, width */
                                  { 1, 1, 100 },   { 1, 2048, 700 }, { 7, 2048, 900 },
                                  { 112, 64, 64 }, { 4096, 2, 300 }, { 32, 8192, 64 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const RnMapRoom room = { .map_width = cases[i][0],
                               .map_height = cases[i][0],
                               .n_maps = cases[i][1],
                               .available = cases[i][2],
                               .map_size = 64,
                               .gap = 2,
                               .caption = 12 };
      RnMapLayout layout;

      rn_map_layout_fit (&layout, &room);
      g_assert_cmpint (layout.width, <=, room.available);
      g_assert_cmpint (layout.columns * layout.rows, >=, room.n_maps);
      g_assert_cmpint (layout.columns * (layout.rows - 1), <, room.n_maps);
      g_assert_cmpint (MIN (layout.zoom, layout.shrink), ==, 1);
      g_assert_cmpint (rn_map_layout_find (&layout, 0, 0), ==, 0);
      g_assert_cmpint (rn_map_layout_find (&layout, layout.cell_width, 0), ==, -1);
    }
}

static void
test_maps_that_are_nan_or_zero_are_drawn (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = rn_tensor_new (4, (int[]){ 1, H, W, 2 }, NULL);
  RnPalette palette;
  Pixels pixels;
  GdkRectangle cell;
  int n_hatched = 0;

  for (int i = 0; i < H * W; i++)
    maps->data[i * 2 + 1] = NAN;
  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "x");
  wait_until_current (grid);
  rn_palette_get (grid, &palette);
  pixels = take_texture (rn_map_grid_get_texture (RN_MAP_GRID (grid)));
  rn_map_grid_get_cell (RN_MAP_GRID (grid), 0, &cell);
  for (int y = 0; y < cell.height; y++)
    for (int x = 0; x < cell.width; x++)
      g_assert_cmphex (pixel_at (&pixels, cell.x + x, cell.y + y), ==,
                       rn_palette_argb (&palette.ground));
  rn_map_grid_get_cell (RN_MAP_GRID (grid), 1, &cell);
  for (int y = 0; y < cell.height; y++)
    for (int x = 0; x < cell.width; x++)
      n_hatched += pixel_at (&pixels, cell.x + x, cell.y + y) != rn_palette_argb (&palette.ground);
  g_assert_cmpint (n_hatched * 4, >=, cell.width * cell.height * 9 / 10);
  g_assert_cmpint (n_hatched * 4, <=, cell.width * cell.height * 11 / 10);
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_assistive_technology_hears_what_it_is (void)
{
  GtkWidget *grid = rn_map_grid_new ();
  GtkWidget *window = show_widget (grid, WIDTH, HEIGHT);
  g_autoptr (RnTensor) maps = make_maps (32, 32, 16, 1, -1.0);

  rn_map_grid_set_maps (RN_MAP_GRID (grid), maps, "layer1.0.f");
  assert_accessible (grid, GTK_ACCESSIBLE_PROPERTY_LABEL,
                     "Feature maps of layer1.0.f, 16 maps of 32×32");
  g_object_set (grid, "selected", 3, NULL);
  assert_accessible (grid, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Channel 3 is selected");
  rn_map_grid_set_maps (RN_MAP_GRID (grid), NULL, NULL);
  assert_accessible (grid, GTK_ACCESSIBLE_PROPERTY_LABEL, "Feature maps");
  g_assert_null (rn_map_grid_get_texture (RN_MAP_GRID (grid)));
  spin (100);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function) g_test_add_func ("/map-grid/" name, function)
  ADD ("the texture is the reference's to the pixel",
       test_the_texture_is_the_reference_s_to_the_pixel);
  ADD ("every map follows the newest numbers", test_every_map_follows_the_newest_numbers);
  ADD ("of many requests the newest is shown", test_of_many_requests_the_newest_is_shown);
  ADD ("what is drawn is the texture", test_what_is_drawn_is_the_texture);
  ADD ("it is saved as picture and as numbers", test_it_is_saved_as_picture_and_as_numbers);
  ADD ("the strongest come first where sorted", test_the_strongest_come_first_where_sorted);
  ADD ("a hidden grid makes no texture until it is shown",
       test_a_hidden_grid_makes_no_texture_until_it_is_shown);
  ADD ("values are the tensor's", test_values_are_the_tensor_s);
  ADD ("clicks and keys select and open a map", test_clicks_and_keys_select_and_open_a_map);
  ADD ("the enlarged map reads its values out", test_the_enlarged_map_reads_its_values_out);
  ADD ("the grid reflows with its width", test_the_grid_reflows_with_its_width);
  ADD ("maps of any size keep within bounds", test_maps_of_any_size_keep_within_bounds);
  ADD ("maps that are NaN or zero are drawn", test_maps_that_are_nan_or_zero_are_drawn);
  ADD ("assistive technology hears what it is", test_assistive_technology_hears_what_it_is);
  return g_test_run ();
}
