#include <adwaita.h>

#include "spine/row-texts.h"

static void
test_equal_texts_are_one_layout (void)
{
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  RnRowTexts *texts = rn_row_texts_new (widget, 1.0);
  g_autoptr (PangoLayout) layout = g_object_ref (rn_row_texts_get (texts, "3×3, 16", -1));

  g_assert_true (rn_row_texts_get (texts, "3×3, 16", -1) == layout);
  g_assert_true (rn_row_texts_get (texts, "3×3, 32", -1) != layout);
  g_assert_true (rn_row_texts_get (texts, "3×3, 16", 100 * PANGO_SCALE) != layout);
  rn_row_texts_clear (texts);
  g_assert_true (rn_row_texts_get (texts, "3×3, 16", -1) != layout);
  rn_row_texts_free (texts);
  g_assert_finalize_object (widget);
}

static void
test_a_text_ends_where_its_width_does (void)
{
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  RnRowTexts *texts = rn_row_texts_new (widget, 1.0);
  const int width = rn_row_texts_get_width (texts, "Block 1202");

  g_assert_cmpint (width, >, rn_row_texts_get_width (texts, "Block 12"));
  g_assert_false (pango_layout_is_ellipsized (
      rn_row_texts_get (texts, "Block 1202", (width + 1) * PANGO_SCALE)));
  g_assert_true (pango_layout_is_ellipsized (
      rn_row_texts_get (texts, "Block 1202", (width / 2) * PANGO_SCALE)));
  rn_row_texts_free (texts);
  g_assert_finalize_object (widget);
}

/* However far one scrolls, and a row keeps its own. */
static void
test_texts_that_nobody_shows_are_forgotten (void)
{
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  RnRowTexts *texts = rn_row_texts_new (widget, 1.0);
  PangoLayout *kept = g_object_ref (rn_row_texts_get (texts, "Block 0", -1));
  PangoLayout *gone = rn_row_texts_get (texts, "Block 1", -1);

  g_object_add_weak_pointer (G_OBJECT (gone), (gpointer *) &gone);
  for (int i = 2; i < 1202; i++)
    {
      g_autofree char *name = g_strdup_printf ("Block %d", i);

      rn_row_texts_get (texts, name, -1);
    }
  g_assert_null (gone);
  g_assert_cmpstr (pango_layout_get_text (kept), ==, "Block 0");
  rn_row_texts_free (texts);
  g_assert_finalize_object (kept);
  g_assert_finalize_object (widget);
}

static void
test_one_that_is_made_may_be_changed (void)
{
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  RnRowTexts *texts = rn_row_texts_new (widget, 1.0);
  g_autoptr (PangoLayout) made = rn_row_texts_make (texts, "0.31");
  int width;

  pango_layout_get_pixel_size (made, &width, NULL);
  g_assert_cmpint (width, ==, rn_row_texts_get_width (texts, "0.31"));
  pango_layout_set_text (made, "0.32", -1);
  g_assert_cmpstr (pango_layout_get_text (rn_row_texts_get (texts, "0.31", -1)), ==, "0.31");
  rn_row_texts_free (texts);
  g_assert_finalize_object (widget);
}

#define ADD(name, function) g_test_add_func ("/row-texts/" name, function)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("equal texts are one layout", test_equal_texts_are_one_layout);
  ADD ("a text ends where its width does", test_a_text_ends_where_its_width_does);
  ADD ("texts that nobody shows are forgotten", test_texts_that_nobody_shows_are_forgotten);
  ADD ("one that is made may be changed", test_one_that_is_made_may_be_changed);
  return g_test_run ();
}
