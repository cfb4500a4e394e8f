#include "compute/memory.h"

static void
test_floats_are_aligned_and_zero (void)
{
  static const gsize counts[] = { 0, 1, 15, 16, 17, 100003 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      float *x = rn_floats_new (counts[i]);

      g_assert_nonnull (x);
      g_assert_cmpuint ((gsize) x % 64, ==, 0);
      for (gsize j = 0; j < counts[i]; j++)
        g_assert_cmpfloat (x[j], ==, 0.0f);
      rn_floats_free (x);
    }
}

static void
test_an_impossible_amount_is_refused (void)
{
  g_assert_null (rn_floats_new (G_MAXSIZE));
  g_assert_null (rn_floats_new (G_MAXSIZE / sizeof (float)));
  rn_floats_free (NULL);
}

static void
test_products_are_exact_or_refused (void)
{
  gsize product = 5;

  g_assert_true (rn_checked_product (&product, 128, 32, 32, 16));
  g_assert_cmpuint (product, ==, 128 * 32 * 32 * 16);
  g_assert_true (rn_checked_product (&product, 1 << 20, 1 << 20, 1, 1));
  g_assert_cmpuint (product, ==, (gsize) 1 << 40);
  g_assert_false (rn_checked_product (&product, 1 << 20, 1 << 20, 1, 2));
  g_assert_false (rn_checked_product (&product, G_MAXSIZE, G_MAXSIZE, 2, 2));
  g_assert_cmpuint (product, ==, (gsize) 1 << 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/floats are aligned and zero", test_floats_are_aligned_and_zero);
  g_test_add_func ("/memory/an impossible amount is refused", test_an_impossible_amount_is_refused);
  g_test_add_func ("/memory/products are exact or refused", test_products_are_exact_or_refused);
  return g_test_run ();
}
