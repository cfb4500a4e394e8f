#include <math.h>
#include <string.h>

#include "charts/axis.h"
#include "state/measures.h"

static void
test_a_fitted_axis_holds_its_range_with_few_ticks (void)
{
  for (int i = 0; i < 2000; i++)
    {
      const double low =
          pow (10.0, g_test_rand_double_range (-6, 6)) * (g_test_rand_bit () ? 1.0 : -1.0);
      const double high =
          low + pow (10.0, g_test_rand_double_range (-3, 6)) * MAX (fabs (low), 1e-3);
      double ticks[RN_AXIS_MAX_TICKS];
      RnAxis axis;
      int n;

      rn_axis_fit (&axis, low, high, FALSE);
      n = rn_axis_get_ticks (&axis, ticks);
      g_assert_cmpfloat (axis.min, <=, low + 1e-6 * axis.step);
      g_assert_cmpfloat (axis.max, >=, high - 1e-6 * axis.step);
      g_assert_cmpint (n, >=, 3);
      g_assert_cmpint (n, <=, 8);
      g_assert_cmpfloat_with_epsilon (ticks[n - 1], axis.max, 1e-6 * axis.step);
    }
}

static void
test_an_axis_grows_and_never_shrinks (void)
{
  RnAxis axis;

  rn_axis_fit (&axis, 0.0, 1.7, FALSE);
  g_assert_cmpfloat (axis.max, ==, 2.0);
  g_assert_false (rn_axis_grow (&axis, 0.5, 1.9));
  g_assert_false (rn_axis_grow (&axis, NAN, NAN));
  g_assert_cmpfloat (axis.max, ==, 2.0);
  g_assert_true (rn_axis_grow (&axis, 0.5, 3.1));
  g_assert_cmpfloat (axis.min, ==, 0.0);
  g_assert_cmpfloat (axis.max, >=, 3.1);
}

static void
test_a_logarithmic_axis_has_decades (void)
{
  double ticks[RN_AXIS_MAX_TICKS];
  RnAxis axis;

  rn_axis_fit (&axis, 0.003, 2.0, TRUE);
  g_assert_cmpint (rn_axis_get_ticks (&axis, ticks), ==, 5);
  g_assert_cmpfloat_with_epsilon (ticks[0], 0.001, 1e-12);
  g_assert_cmpfloat_with_epsilon (rn_axis_fraction (&axis, 0.1), 0.5, 1e-9);
}

/* @most: in pixels */
static void
assert_shortened (PangoContext *context, const char *text, int most)
{
  g_autofree char *shorter = rn_text_shorten (context, RN_TEXT_CAPTION, text, most);
  g_autoptr (PangoLayout) layout = rn_text_layout_in_context (context, RN_TEXT_CAPTION, shorter);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  g_assert_cmpint (width, <=, most);
  g_assert_cmpint (width, >, most - 30);
  g_assert_true (g_utf8_validate (shorter, -1, NULL));
  g_assert_nonnull (strstr (shorter, "…"));
  g_assert_true (g_str_has_prefix (shorter, "ein"));
  g_assert_true (g_str_has_suffix (shorter, "in"));
}

static void
test_a_long_text_keeps_its_ends (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string ("Cantarell 11");
  g_autofree char *whole = NULL;

  pango_context_set_font_description (context, font);
  pango_font_description_free (font);
  for (int most = 90; most < 300; most += 7)
    assert_shortened (context,
                      "eine übermäßig lange Überschrift, 한국어도 있다, wie üblich, test, train",
                      most);
  whole = rn_text_shorten (context, RN_TEXT_CAPTION, "short, train", 200);
  g_assert_cmpstr (whole, ==, "short, train");
  g_object_unref (context);
}

static void
test_labels_of_an_axis_have_the_same_decimals (void)
{
  g_autofree char *zero = NULL, *half = NULL;
  RnAxis axis;

  rn_axis_fit (&axis, 0.0, 2.0, FALSE);
  zero = rn_axis_format (&axis, 0.0);
  half = rn_axis_format (&axis, 0.5);
  g_assert_cmpstr (zero, ==, "0.0");
  g_assert_cmpstr (half, ==, "0.5");
}

static void
test_percents_of_an_axis_have_the_same_decimals (void)
{
  static const struct
  {
    double high;
    const char *zero, *step;
  } cases[] = { { 0.22, "0 %", "5 %" }, { 0.02, "0.0 %", "0.5 %" }, { 1.0, "0 %", "20 %" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RnAxis axis;
      g_autofree char *zero = NULL, *step = NULL;

      rn_axis_fit (&axis, 0.0, cases[i].high, FALSE);
      zero = rn_axis_format_percent (&axis, 0.0);
      step = rn_axis_format_percent (&axis, axis.step);
      g_assert_cmpstr (zero, ==, cases[i].zero);
      g_assert_cmpstr (step, ==, cases[i].step);
    }
}

static void
test_the_ratio_has_one_fixed_scale (void)
{
  const GdkRGBA low = rn_palette_ratio (0.001), least = rn_palette_ratio (RN_RATIO_MIN),
                most = rn_palette_ratio (RN_RATIO_MAX), high = rn_palette_ratio (100.0),
                one = rn_palette_ratio (1.0), same = rn_palette_viridis (log (20.0) / log (80.0));

  g_assert_true (gdk_rgba_equal (&low, &least));
  g_assert_true (gdk_rgba_equal (&high, &most));
  g_assert_true (gdk_rgba_equal (&one, &same));
  g_assert_cmphex (rn_palette_argb (&least), ==, 0xff440154);
  g_assert_cmphex (rn_palette_argb (&most), ==, 0xfffde725);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/axis/a fitted axis holds its range with few ticks",
                   test_a_fitted_axis_holds_its_range_with_few_ticks);
  g_test_add_func ("/axis/it grows and never shrinks", test_an_axis_grows_and_never_shrinks);
  g_test_add_func ("/axis/a logarithmic one has decades", test_a_logarithmic_axis_has_decades);
  g_test_add_func ("/axis/a long text keeps its ends", test_a_long_text_keeps_its_ends);
  g_test_add_func ("/axis/labels have the same decimals",
                   test_labels_of_an_axis_have_the_same_decimals);
  g_test_add_func ("/axis/percents of an axis have the same decimals",
                   test_percents_of_an_axis_have_the_same_decimals);
  g_test_add_func ("/palette/the ratio has one fixed scale", test_the_ratio_has_one_fixed_scale);
  return g_test_run ();
}
