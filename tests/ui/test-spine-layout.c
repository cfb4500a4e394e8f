#include "spine/spine-layout.h"

#include <math.h>

#include "spine/spine-place.h"

static const RnRow *
row_at (const RnSpineLayout *layout, guint at)
{
  return &g_array_index (layout->rows, RnRow, at);
}

static const RnStage *
stage_at (const RnSpineLayout *layout, guint at)
{
  return &g_array_index (layout->stages, RnStage, at);
}

static RnSpec *
preset (const char *name)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_preset (name, &error);

  g_assert_no_error (error);
  return spec;
}

static void
check_rows (const RnSpineLayout *layout, int n_blocks)
{
  const guint n = layout->rows->len;
  double end = 0.0;
  int next = 0;

  g_assert_cmpint (row_at (layout, 0)->kind, ==, RN_ROW_STEM);
  g_assert_cmpint (row_at (layout, n - 1)->kind, ==, RN_ROW_HEAD);
  for (guint i = 0; i < n; i++)
    {
      const RnRow *row = row_at (layout, i);

      g_assert_cmpfloat (row->y, >=, end - 1e-6);
      g_assert_cmpfloat (row->height, >=, 0.0);
      end = row->y + row->height;
      if (row->n_blocks > 0)
        g_assert_cmpint (row->first_block, ==, next);
      next += row->n_blocks;
      if (row->height > 1e-3)
        g_assert_cmpint (rn_spine_layout_find (layout, row->y + 0.5 * row->height), ==, i);
      g_assert_cmpint (row->detail, ==,
                       row->height < 6    ? RN_DETAIL_HEAT
                       : row->height < 20 ? RN_DETAIL_BAR
                       : row->height < 44 ? RN_DETAIL_LINE
                                          : RN_DETAIL_CARD);
    }
  g_assert_cmpint (next, ==, n_blocks);
  g_assert_cmpfloat (layout->height, >=, end);
  g_assert_cmpint (rn_spine_layout_find (layout, -1.0), ==, -1);
  g_assert_cmpint (rn_spine_layout_find (layout, end), ==, -1);
}

static void
check_blocks (const RnSpineLayout *layout, int n_blocks)
{
  double end = 0.0;

  for (int i = 0; i < n_blocks; i++)
    {
      const RnRow *row = row_at (layout, (guint) rn_spine_layout_row_of (layout, i));
      double y, height;

      g_assert_cmpint (row->first_block, <=, i);
      g_assert_cmpint (i, <, row->first_block + row->n_blocks);
      rn_spine_layout_heat_of (layout, i, &y, &height);
      g_assert_cmpfloat (y, >=, end - 1e-6);
      end = y + height;
      if (height > 1e-3)
        g_assert_cmpint (rn_spine_layout_block_at (layout, y + 0.5 * height), ==, i);
    }
  g_assert_cmpint (row_at (layout, (guint) rn_spine_layout_row_of (layout, -1))->kind, ==,
                   RN_ROW_STEM);
  g_assert_cmpint (row_at (layout, (guint) rn_spine_layout_row_of (layout, n_blocks))->kind, ==,
                   RN_ROW_HEAD);
}

static void
check_stages (const RnSpineLayout *layout, const RnSpec *spec)
{
  int next = 0;

  for (guint i = 0; i < layout->stages->len; i++)
    {
      const RnStage *stage = stage_at (layout, i);

      g_assert_cmpint (stage->first_block, ==, next);
      for (int b = 0; b < stage->n_blocks; b++)
        {
          const RnRow *row = row_at (layout, (guint) rn_spine_layout_row_of (layout, next + b));

          g_assert_cmpint (rn_spec_get_block (spec, next + b)->channels, ==, stage->channels);
          g_assert_cmpint (row->stage, ==, i);
          g_assert_cmpint (row->kind, ==, stage->is_folded ? RN_ROW_STAGE : RN_ROW_BLOCK);
          g_assert_cmpfloat (row->y, >=, stage->y + stage->seam - 1e-6);
          g_assert_cmpfloat (row->y + row->height, <=, stage->y + stage->height + 1e-6);
        }
      next += stage->n_blocks;
    }
  g_assert_cmpint (next, ==, rn_spec_n_blocks (spec));
}

static void
check (const RnSpineLayout *layout, const RnSpec *spec)
{
  check_rows (layout, rn_spec_n_blocks (spec));
  check_blocks (layout, rn_spec_n_blocks (spec));
  check_stages (layout, spec);
}

static void
test_every_block_is_shown_once_in_order_at_any_zoom (void)
{
  const char *const names[] = { "resnet20", "resnet110", "resnet1202", "plain20", "resnet50" };
  const double zooms[] = { 0.0, 3.0, 6.0, 12.0, 20.0, 44.0, 100.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RnSpec) spec = preset (names[i]);

      for (gsize z = 0; z < G_N_ELEMENTS (zooms); z++)
        for (double available = 0.0; available < 1500.0; available += 130.0)
          {
            g_autoptr (RnSpineLayout) layout =
                rn_spine_layout_new (spec, available, zooms[z], NULL, NULL);
            g_autoptr (RnSpineLayout) overview = rn_spine_layout_new_overview (spec, available);

            check (layout, spec);
            check (overview, spec);
          }
    }
}

static void
test_fitting_fills_the_view_and_never_more (void)
{
  const char *const names[] = { "resnet20", "resnet56", "resnet110", "resnet1202", "resnet152" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RnSpec) spec = preset (names[i]);

      for (double available = 400.0; available < 1500.0; available += 50.0)
        {
          g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, available, 0.0, NULL, NULL);
          const RnRow *row = row_at (layout, 1);
          const int n = rn_spec_n_blocks (spec);

          g_assert_cmpfloat (layout->height, <=, available + 1e-6);
          if (row->kind == RN_ROW_BLOCK && row->height < RN_SPINE_MAX_ROW_PX)
            g_assert_cmpfloat (layout->height, >=, available - n - 1);
          g_assert_cmpfloat (row->height, <=, MAX (RN_SPINE_MAX_ROW_PX, available));
        }
    }
}

static void
test_stages_fold_when_a_block_would_get_less_than_six_pixels (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet110");
  gboolean was_folded = TRUE;
  int n_changes = 0;

  for (double available = 200.0; available < 900.0; available += 1.0)
    {
      g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, available, 0.0, NULL, NULL);
      const gboolean is_folded = stage_at (layout, 0)->is_folded;

      if (is_folded != was_folded)
        n_changes++;
      was_folded = is_folded;
      if (!is_folded)
        g_assert_cmpfloat (row_at (layout, 1)->height, >=, 6.0);
      else
        g_assert_cmpint (layout->rows->len, ==, 5);
    }
  g_assert_cmpint (n_changes, ==, 1);
  g_assert_false (was_folded);
}

static void
test_what_the_person_folds_and_opens_stays_so (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet1202");
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (int));
  const int second = 1;

  g_array_append_val (numbers, second);
  {
    g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, 700.0, 0.0, NULL, numbers);

    check (layout, spec);
    g_assert_true (stage_at (layout, 0)->is_folded);
    g_assert_false (stage_at (layout, 1)->is_folded);
    g_assert_true (stage_at (layout, 2)->is_folded);
    g_assert_cmpint (row_at (layout, 5)->detail, >=, RN_DETAIL_LINE);
  }
  {
    g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, 700.0, 30.0, numbers, NULL);

    check (layout, spec);
    g_assert_false (stage_at (layout, 0)->is_folded);
    g_assert_true (stage_at (layout, 1)->is_folded);
  }
}

static void
test_shapes_are_those_of_the_stages (void)
{
  g_autoptr (RnSpec) cifar = preset ("resnet20"), imagenet = preset ("resnet50");
  g_autoptr (RnSpineLayout) small = rn_spine_layout_new (cifar, 700.0, 0.0, NULL, NULL);
  g_autoptr (RnSpineLayout) large = rn_spine_layout_new (imagenet, 700.0, 0.0, NULL, NULL);
  const int sides[] = { 56, 28, 14, 7 }, blocks[] = { 3, 4, 6, 3 };

  g_assert_cmpint (small->stages->len, ==, 3);
  g_assert_cmpint (stage_at (small, 0)->side, ==, 32);
  g_assert_cmpint (stage_at (small, 0)->channels, ==, 16);
  g_assert_cmpint (stage_at (small, 2)->side, ==, 8);
  g_assert_cmpint (large->stages->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpint (stage_at (large, i)->side, ==, sides[i]);
      g_assert_cmpint (stage_at (large, i)->channels, ==, 256 << i);
      g_assert_cmpint (stage_at (large, i)->n_blocks, ==, blocks[i]);
    }
}

static RnSpec *
spec_of_chance (int n_blocks)
{
  RnSpec *spec = rn_spec_new ("chance", 32, 3, RN_STEM_3X3, 16, 10, NULL);

  for (int i = 0; i < n_blocks; i++)
    {
      const RnBlockSpec block = { .kind = (RnBlockKind) g_test_rand_int_range (0, 4),
                                  .channels = 4 * g_test_rand_int_range (1, 5),
                                  .stride = g_test_rand_int_range (0, 8) == 0 ? 2 : 1,
                                  .shortcut = RN_SHORTCUT_C };

      rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, NULL);
    }
  return spec;
}

static void
test_networks_of_chance_and_of_no_block_are_laid_out (void)
{
  for (int i = 0; i < 200; i++)
    {
      g_autoptr (RnSpec) spec = spec_of_chance (i < 2 ? i : g_test_rand_int_range (2, 90));
      g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (int));
      g_autoptr (RnSpineLayout) layout = NULL;

      for (int s = 0; s < 8; s++)
        {
          const int number = g_test_rand_int_range (-2, 30);
          g_array_append_val (numbers, number);
        }
      layout = rn_spine_layout_new (spec, g_test_rand_double_range (0, 1200),
                                    g_test_rand_bit () ? 0 : g_test_rand_double_range (1, 90),
                                    g_test_rand_bit () ? numbers : NULL,
                                    g_test_rand_bit () ? numbers : NULL);
      check (layout, spec);
    }
}

static void
test_the_overview_shows_the_place_of_the_view (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet110");
  g_autoptr (RnSpineLayout) body = rn_spine_layout_new (spec, 600.0, 60.0, NULL, NULL);
  g_autoptr (RnSpineLayout) overview = rn_spine_layout_new_overview (spec, 600.0);
  double last = -1.0;

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      double y, height, there;

      rn_spine_layout_heat_of (body, i, &y, &height);
      there = rn_spine_layout_map (body, y + 0.5 * height, overview);
      g_assert_cmpint (rn_spine_layout_block_at (overview, there), ==, i);
      g_assert_cmpfloat_with_epsilon (rn_spine_layout_map (overview, there, body), y + 0.5 * height,
                                      0.01);
    }
  for (double y = -10.0; y < body->height + 10.0; y += 3.0)
    {
      const double there = rn_spine_layout_map (body, y, overview);

      g_assert_cmpfloat (there, >=, last - 1e-6);
      last = there;
    }
}

static void
test_a_network_of_six_hundred_blocks_takes_under_two_milliseconds (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet1202");
  gint64 best = G_MAXINT64;

  for (int i = 0; i < 20; i++)
    {
      const gint64 before = g_get_monotonic_time ();
      g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, 700.0, 44.0, NULL, NULL);

      best = MIN (best, g_get_monotonic_time () - before);
      g_assert_cmpint (layout->rows->len, ==, 602);
    }
  g_assert_cmpint (best, <, 2000);
}

static void
test_every_seam_can_be_pointed_at_and_no_other_place_is_told (void)
{
  const char *const names[] = { "resnet20", "resnet110", "resnet1202" };
  const double heights[] = { 200.0, 700.0, 2000.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (heights); i++)
    {
      g_autoptr (RnSpec) spec = preset (names[i % G_N_ELEMENTS (names)]);
      g_autoptr (RnSpineLayout) layout =
          rn_spine_layout_new (spec, heights[i / G_N_ELEMENTS (names)], 0.0, NULL, NULL);
      const int n = rn_spec_n_blocks (spec);
      int last = 0;

      for (double y = -10.0; y < layout->height + 10.0; y += 0.25)
        {
          const RnSpinePlace place = rn_spine_place_at (layout, y);

          g_assert_cmpint (place.at, >=, last); /* in order, from first to last */
          g_assert_cmpint (place.at, <=, n);
          last = place.at;
          g_assert_true (place.stage < 0 || stage_at (layout, (guint) place.stage)->is_folded);
        }
      g_assert_cmpint (last, ==, n);
      for (int at = 0; at <= n; at++)
        {
          const double y = rn_spine_place_y (layout, at);
          const RnRow *row = row_at (layout, (guint) rn_spine_layout_row_of (layout, at - 1));

          g_assert_cmpfloat (y, <=, row->y + row->height + 1e-6);
          g_assert_cmpfloat (y, >, row->y);
        }
    }
}

/* Whatever the shape of what hovers says, stem and head can be read. */
static void
test_the_tag_of_a_place_covers_neither_stem_nor_head (void)
{
  static const char *const names[] = { "resnet20", "resnet110", "resnet50" };
  const double heights[] = { 200.0, 700.0, 2000.0 }, tag = 18.0;

  for (gsize i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (heights); i++)
    {
      g_autoptr (RnSpec) spec = preset (names[i % G_N_ELEMENTS (names)]);
      g_autoptr (RnSpineLayout) layout =
          rn_spine_layout_new (spec, heights[i / G_N_ELEMENTS (names)], 0.0, NULL, NULL);
      const RnRow *stem = row_at (layout, 0), *head = row_at (layout, layout->rows->len - 1);
      const int n = rn_spec_n_blocks (spec);

      for (int at = 0; at <= n; at++)
        {
          const double top = rn_spine_place_tag_y (layout, at, tag);
          const double line = rn_spine_place_y (layout, at);

          g_assert_cmpfloat (top, >=, stem->y + stem->height);
          g_assert_cmpfloat (top + tag, <=, head->y);
          g_assert_cmpfloat (fabs (top + 0.5 * tag - line), <=, tag); /* by its line */
        }
    }
}

static void
check_place (const RnSpineLayout *layout, double y, int at)
{
  g_assert_cmpint (rn_spine_place_at (layout, y).at, ==, at);
}

static void
test_a_place_is_the_seam_nearest_to_the_pointer (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet20");
  g_autoptr (RnSpineLayout) layout = rn_spine_layout_new (spec, 900.0, 0.0, NULL, NULL);
  const RnRow *stem = row_at (layout, 0), *fourth = row_at (layout, 4), *head = row_at (layout, 10);
  int side, channels;

  check_place (layout, stem->y + 1.0, 0);
  check_place (layout, fourth->y + 0.45 * fourth->height, 3);
  check_place (layout, fourth->y + 0.55 * fourth->height, 4);
  check_place (layout, fourth->y - 3.0, 3); /* the seam of its stage */
  check_place (layout, head->y + 2.0, 9);
  rn_spine_place_shape (layout, spec, 0, &side, &channels);
  g_assert_cmpint (side * 1000 + channels, ==, 32016);
  rn_spine_place_shape (layout, spec, 3, &side, &channels);
  g_assert_cmpint (side * 1000 + channels, ==, 32016);
  rn_spine_place_shape (layout, spec, 4, &side, &channels);
  g_assert_cmpint (side * 1000 + channels, ==, 16032);
  {
    g_autoptr (RnSpec) large = preset ("resnet50");
    g_autoptr (RnSpineLayout) of_large = rn_spine_layout_new (large, 900.0, 0.0, NULL, NULL);

    rn_spine_place_shape (of_large, large, 0, &side, &channels);
    g_assert_cmpint (side * 1000 + channels, ==, 56064);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spine-layout/every block is shown once, in order, at any zoom",
                   test_every_block_is_shown_once_in_order_at_any_zoom);
  g_test_add_func ("/spine-layout/fitting fills the view and never more",
                   test_fitting_fills_the_view_and_never_more);
  g_test_add_func ("/spine-layout/stages fold when a block would get less than six pixels",
                   test_stages_fold_when_a_block_would_get_less_than_six_pixels);
  g_test_add_func ("/spine-layout/what the person folds and opens stays so",
                   test_what_the_person_folds_and_opens_stays_so);
  g_test_add_func ("/spine-layout/shapes are those of the stages",
                   test_shapes_are_those_of_the_stages);
  g_test_add_func ("/spine-layout/networks of chance and of no block are laid out",
                   test_networks_of_chance_and_of_no_block_are_laid_out);
  g_test_add_func ("/spine-layout/the overview shows the place of the view",
                   test_the_overview_shows_the_place_of_the_view);
  g_test_add_func ("/spine-layout/a network of six hundred blocks takes under two milliseconds",
                   test_a_network_of_six_hundred_blocks_takes_under_two_milliseconds);
  g_test_add_func ("/spine-layout/every seam can be pointed at, in order",
                   test_every_seam_can_be_pointed_at_and_no_other_place_is_told);
  g_test_add_func ("/spine-layout/the tag of a place covers neither stem nor head",
                   test_the_tag_of_a_place_covers_neither_stem_nor_head);
  g_test_add_func ("/spine-layout/a place is the seam nearest to the pointer",
                   test_a_place_is_the_seam_nearest_to_the_pointer);
  return g_test_run ();
}
