#include "residua/spelling.h"

#include <string.h>

static void
test_the_distance_is_how_many_bytes_have_to_change (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    int distance;
  } cases[] = {
    { "", "", 0 },
    { "", "lab", 3 },
    { "train", "train", 0 },
    { "train", "trian", 2 },
    { "resnet20", "resnet2", 1 },
    { "kitten", "sitting", 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (rn_spelling_distance (cases[i].a, cases[i].b), ==, cases[i].distance);
      g_assert_cmpint (rn_spelling_distance (cases[i].b, cases[i].a), ==, cases[i].distance);
    }
}

static void
test_of_a_long_word_only_the_beginning_counts (void)
{
  g_autofree char *one = g_strnfill (100000, 'a'), *other = g_strnfill (100000, 'a');

  memset (other + RN_SPELLING_MAX, 'b', 1000);
  g_assert_cmpint (rn_spelling_distance (one, other), ==, 0);
  other[RN_SPELLING_MAX - 1] = 'b';
  g_assert_cmpint (rn_spelling_distance (one, other), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spelling/the distance is how many bytes have to change",
                   test_the_distance_is_how_many_bytes_have_to_change);
  g_test_add_func ("/spelling/of a long word only the beginning counts",
                   test_of_a_long_word_only_the_beginning_counts);
  return g_test_run ();
}
