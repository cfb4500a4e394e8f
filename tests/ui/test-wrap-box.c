#include "pages/wrap-box.h"

#include <adwaita.h>

#define GAP 6
#define ROW_GAP 10
#define N 4

/* Four boxes of 100x20 pixels; the third is twice as high. */
static GtkWidget *
box_new (GtkWidget **children)
{
  GtkWidget *box = g_object_ref_sink (rn_wrap_box_new (GAP, ROW_GAP));

  for (int i = 0; i < N; i++)
    {
      children[i] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_set_size_request (children[i], 100, i == 2 ? 40 : 20);
      rn_wrap_box_append (RN_WRAP_BOX (box), children[i]);
    }
  return box;
}

static int
height_for (GtkWidget *box, int width)
{
  int least, wanted;

  gtk_widget_measure (box, GTK_ORIENTATION_VERTICAL, width, &least, &wanted, NULL, NULL);
  g_assert_cmpint (least, ==, wanted);
  return least;
}

static void
assert_place (GtkWidget *box, GtkWidget *child, int x, int y)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (child, box, &bounds));
  g_assert_cmpfloat (bounds.origin.x, ==, x);
  g_assert_cmpfloat (bounds.origin.y, ==, y);
  g_assert_cmpfloat (bounds.size.width, ==, 100);
}

static void
allocate (GtkWidget *box, int width)
{
  gtk_widget_size_allocate (box, &(GtkAllocation){ 0, 0, width, height_for (box, width) }, -1);
}

static void
test_it_is_as_wide_as_all_and_may_be_as_narrow_as_one (void)
{
  GtkWidget *children[N];
  g_autoptr (GtkWidget) box = box_new (children);
  int least, wanted;

  gtk_widget_measure (box, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
  g_assert_cmpint (least, ==, 100);
  g_assert_cmpint (wanted, ==, N * 100 + (N - 1) * GAP);
  gtk_widget_set_visible (children[1], FALSE);
  gtk_widget_measure (box, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
  g_assert_cmpint (wanted, ==, 3 * 100 + 2 * GAP);
}

static void
test_what_has_no_room_begins_a_row_and_the_height_is_that_of_the_rows (void)
{
  GtkWidget *children[N];
  g_autoptr (GtkWidget) box = box_new (children);

  g_assert_cmpint (height_for (box, 418), ==, 40);
  g_assert_cmpint (height_for (box, 417), ==, 40 + ROW_GAP + 20);
  g_assert_cmpint (height_for (box, 206), ==, 20 + ROW_GAP + 40);
  g_assert_cmpint (height_for (box, 100), ==, 3 * (20 + ROW_GAP) + 40);
  allocate (box, 250);
  assert_place (box, children[0], 0, 0);
  assert_place (box, children[1], 100 + GAP, 0);
  assert_place (box, children[2], 0, 20 + ROW_GAP);
  assert_place (box, children[3], 100 + GAP, 20 + ROW_GAP);
}

static void
test_what_is_hidden_leaves_no_gap (void)
{
  GtkWidget *children[N];
  g_autoptr (GtkWidget) box = box_new (children);

  gtk_widget_set_visible (children[0], FALSE);
  allocate (box, 250);
  assert_place (box, children[1], 0, 0);
  assert_place (box, children[2], 100 + GAP, 0);
  assert_place (box, children[3], 0, 40 + ROW_GAP);
  for (int i = 1; i < N; i++)
    gtk_widget_set_visible (children[i], FALSE);
  g_assert_cmpint (height_for (box, 250), ==, 0);
}

static void
test_from_right_to_left_it_begins_at_the_right (void)
{
  GtkWidget *children[N];
  g_autoptr (GtkWidget) box = box_new (children);

  gtk_widget_set_direction (box, GTK_TEXT_DIR_RTL);
  allocate (box, 250);
  assert_place (box, children[0], 150, 0);
  assert_place (box, children[1], 50 - GAP, 0);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/wrap-box/it is as wide as all and may be as narrow as one",
                   test_it_is_as_wide_as_all_and_may_be_as_narrow_as_one);
  g_test_add_func ("/wrap-box/what has no room begins a row and the height is that of the rows",
                   test_what_has_no_room_begins_a_row_and_the_height_is_that_of_the_rows);
  g_test_add_func ("/wrap-box/what is hidden leaves no gap", test_what_is_hidden_leaves_no_gap);
  g_test_add_func ("/wrap-box/from right to left it begins at the right",
                   test_from_right_to_left_it_begins_at_the_right);
  return g_test_run ();
}
