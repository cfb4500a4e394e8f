#include "charts/sparkline.h"

#include "charts/palette.h"
#include "chart-pixels.h"

#define WIDTH 120
#define HEIGHT 30

/* Returns: the line's middle in pixel column @x, -1 where there is none */
static double
find_line (GtkWidget *sparkline, const Pixels *pixels, int x)
{
  RnPalette palette;
  double sum = 0.0, weight = 0.0;

  rn_palette_get (sparkline, &palette);
  /* the last row is the base line */
  for (int y = 0; y < HEIGHT - 1; y++)
    {
      const double near = 255 - colour_distance (pixel_at (pixels, x, y), 0xffffffff);

      sum += (255 - near) * (y + 0.5);
      weight += 255 - near;
    }
  return weight > 60.0 ? sum / weight : -1.0;
}

static Pixels
draw (GtkWidget *sparkline, const float *values, guint n)
{
  rn_sparkline_set_values (RN_SPARKLINE (sparkline), values, n, "run 3");
  spin (50);
  return take_pixels (sparkline);
}

static void
test_the_line_follows_its_values_from_least_to_most (void)
{
  GtkWidget *sparkline = rn_sparkline_new ();
  GtkWidget *window = show_widget (sparkline, WIDTH, HEIGHT);
  float values[WIDTH];
  Pixels pixels;

  for (int i = 0; i < WIDTH; i++)
    values[i] = 5.0f - 2.0f * (float) i / (WIDTH - 1);
  pixels = draw (sparkline, values, WIDTH);
  /* a fall from the top left to the bottom right */
  g_assert_cmpfloat (find_line (sparkline, &pixels, 2), <, 4.0);
  g_assert_cmpfloat (find_line (sparkline, &pixels, WIDTH - 3), >, HEIGHT - 5.0);
  for (int x = 10; x < WIDTH - 10; x += 10)
    g_assert_cmpfloat_with_epsilon (find_line (sparkline, &pixels, x),
                                    1.5 + (HEIGHT - 4.0) * x / (WIDTH - 1), 1.2);
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_nan_is_a_gap (void)
{
  GtkWidget *sparkline = rn_sparkline_new ();
  GtkWidget *window = show_widget (sparkline, WIDTH, HEIGHT);
  float values[WIDTH];
  Pixels pixels;

  for (int i = 0; i < WIDTH; i++)
    values[i] = i > 50 && i < 70 ? NAN : (float) (i % 7);
  pixels = draw (sparkline, values, WIDTH);
  for (int x = 54; x <= 66; x++)
    g_assert_cmpfloat (find_line (sparkline, &pixels, x), <, 0.0);
  g_assert_cmpfloat (find_line (sparkline, &pixels, 40), >, 0.0);
  g_assert_cmpfloat (find_line (sparkline, &pixels, 80), >, 0.0);
  g_free (pixels.argb);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_few_many_and_equal_values_are_drawn (void)
{
  static const guint counts[] = { 0, 1, 2, 100000 };
  GtkWidget *sparkline = rn_sparkline_new ();
  GtkWidget *window = show_widget (sparkline, WIDTH, HEIGHT);
  g_autofree float *values = g_new (float, 100000);

  for (int i = 0; i < 100000; i++)
    values[i] = 3.0f;
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      Pixels pixels = draw (sparkline, values, counts[i]);

      /* one value is a dot at the left; equal ones are a line half way up */
      if (counts[i] == 0)
        g_assert_cmpfloat (find_line (sparkline, &pixels, 1), <, 0.0);
      else
        g_assert_cmpfloat_with_epsilon (find_line (sparkline, &pixels, 1), HEIGHT / 2.0, 1.5);
      if (counts[i] > 1)
        g_assert_cmpfloat_with_epsilon (find_line (sparkline, &pixels, 60), HEIGHT / 2.0, 1.5);
      g_free (pixels.argb);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_assistive_technology_hears_name_and_ends (void)
{
  GtkWidget *sparkline = g_object_ref_sink (rn_sparkline_new ());

  rn_sparkline_set_values (RN_SPARKLINE (sparkline), (float[]){ 2.3f, 1.0f, 0.486f }, 3, "run 3");
  assert_accessible (sparkline, GTK_ACCESSIBLE_PROPERTY_LABEL, "run 3");
  assert_accessible (sparkline, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "from 2.30 to 0.486");
  g_object_unref (sparkline);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/sparkline/the line follows its values from least to most",
                   test_the_line_follows_its_values_from_least_to_most);
  g_test_add_func ("/sparkline/NaN is a gap", test_nan_is_a_gap);
  g_test_add_func ("/sparkline/few, many and equal values are drawn",
                   test_few_many_and_equal_values_are_drawn);
  g_test_add_func ("/sparkline/assistive technology hears name and ends",
                   test_assistive_technology_hears_name_and_ends);
  return g_test_run ();
}
