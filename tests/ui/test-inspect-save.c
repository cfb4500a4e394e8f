#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "chart-pixels.h"
#include "looking.h"
#include "pages/block-view.h"
#include "pages/map-reader.h"
#include "pages/prediction-bars.h"
#include "saving.h"

/* What Inspect shows as pictures of numbers can be taken away as a picture and as numbers. */

static char *folder;

/* Numbers of each channel their own: no two of [1,H,W,C] are the same */
static RnTensor *
make_maps (int height, int width, int channels)
{
  RnTensor *maps = rn_tensor_new (4, (const int[]){ 1, height, width, channels }, NULL);

  for (gsize i = 0; i < rn_tensor_count (maps); i++)
    maps->data[i] = sinf ((float) i) * (1.0f + (float) (i % (gsize) channels));
  return maps;
}

static float
value_of (const RnTensor *maps, int c, int y, int x)
{
  return maps->data[(y * maps->dims[2] + x) * maps->dims[3] + c];
}

/* Returns: (transfer full): the lines, the last of them empty */
static char **
save_numbers (GtkWidget *widget)
{
  g_autofree char *path = g_build_filename (folder, "numbers.csv", NULL);
  g_autofree char *text = NULL;
  gsize length;

  text = save_figure (widget, path, RN_FIGURE_CSV, &length);
  g_assert_nonnull (text);
  g_unlink (path);
  return g_strsplit (text, "\n", -1);
}

/* Returns: the pixels of the saved PNG; free argb. @name: of the file, for who looks */
static Pixels
save_picture (GtkWidget *widget, const char *name)
{
  const char *kept = g_getenv ("RESIDUA_PICTURES");
  g_autofree char *path = g_build_filename (kept != NULL ? kept : folder, name, NULL);
  g_autofree char *png = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  gsize length;

  png = save_figure (widget, path, RN_FIGURE_PNG, &length);
  g_assert_nonnull (png);
  texture = gdk_texture_new_from_filename (path, NULL);
  g_assert_nonnull (texture);
  if (kept == NULL)
    g_unlink (path);
  return take_texture (texture);
}

static void
assert_it_is_drawn (GtkWidget *widget, const char *name)
{
  g_autofree char *path = g_build_filename (folder, "figure.svg", NULL);
  Pixels pixels = save_picture (widget, name);
  g_autofree char *svg = NULL;
  gsize length, n_ink = 0;

  for (int i = 0; i < pixels.width * pixels.height; i++)
    n_ink += pixels.argb[i] != 0xffffffffu;
  g_assert_cmpuint (n_ink, >, 400);
  g_free (pixels.argb);
  svg = save_figure (widget, path, RN_FIGURE_SVG, &length);
  g_assert_nonnull (strstr (svg, "<svg"));
  g_unlink (path);
}

/* What is on the clipboard after Ctrl+C is a picture. */

static gboolean
has_picture (gpointer data)
{
  return gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (
                                                gtk_widget_get_clipboard (data)),
                                            GDK_TYPE_TEXTURE);
}

static void
assert_it_is_copied (GtkWidget *widget)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), "something else");
  g_assert_false (has_picture (widget));
  g_assert_true (gtk_widget_grab_focus (widget) ||
                 gtk_widget_child_focus (widget, GTK_DIR_TAB_FORWARD) ||
                 gtk_widget_get_focus_child (widget) != NULL);
  press_key (widget, "<Control>c");
  looking_wait (has_picture, widget);
}

static double
number_in (char **lines, int line, int field)
{
  g_auto (GStrv) fields = g_strsplit (lines[line], ",", -1);

  g_assert_cmpint ((int) g_strv_length (fields), >, field);
  return g_ascii_strtod (fields[field], NULL);
}

static void
test_one_map_is_saved_with_its_values (void)
{
  GtkWidget *reader = rn_map_reader_new (), *window = show_widget (reader, 240, 280);
  g_autoptr (RnTensor) maps = make_maps (4, 6, 3);
  g_auto (GStrv) lines = NULL;

  rn_map_reader_set_map (RN_MAP_READER (reader), maps, 1);
  lines = save_numbers (reader);
  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 6; x++)
      g_assert_cmpfloat ((float) number_in (lines, y, x), ==, value_of (maps, 1, y, x));
  assert_it_is_drawn (reader, "one-map.png");
  assert_it_is_copied (reader);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
shows_a_sum (gpointer data)
{
  return rn_block_view_get_maps (data, RN_TERM_SUM) != NULL;
}

static void
test_a_block_is_saved_as_its_three_terms (void)
{
  GtkWidget *view = rn_block_view_new (), *window = show_widget (view, 640, 160);
  g_autoptr (RnTensor) x = make_maps (4, 4, 5), f = make_maps (4, 4, 5), sum = make_maps (4, 4, 5);
  g_auto (GStrv) lines = NULL;

  for (gsize i = 0; i < rn_tensor_count (sum); i++)
    {
      f->data[i] = cosf ((float) i);
      sum->data[i] = x->data[i] + f->data[i];
    }
  rn_block_view_set (RN_BLOCK_VIEW (view), x, f, sum, 0);
  looking_wait (shows_a_sum, view);
  lines = save_numbers (view);
  g_assert_cmpstr (lines[0], ==, "channel,row,column,shortcut,branch,sum");
  g_assert_cmpuint (g_strv_length (lines), ==, 5 * 16 + 2);
  for (int i = 0; i < 5 * 16; i++)
    {
      const int c = i / 16, row = i / 4 % 4, column = i % 4;

      g_assert_cmpfloat ((float) number_in (lines, 1 + i, 3), ==, value_of (x, c, row, column));
      g_assert_cmpfloat ((float) number_in (lines, 1 + i, 4), ==, value_of (f, c, row, column));
      g_assert_cmpfloat ((float) number_in (lines, 1 + i, 5), ==, value_of (sum, c, row, column));
    }
  assert_it_is_drawn (view, "block.png");
  assert_it_is_copied (view);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_plain_block_is_saved_as_its_output (void)
{
  GtkWidget *view = rn_block_view_new (), *window = show_widget (view, 640, 160);
  g_autoptr (RnTensor) out = make_maps (2, 2, 4);
  g_auto (GStrv) lines = NULL;

  rn_block_view_set (RN_BLOCK_VIEW (view), NULL, NULL, out, 0);
  looking_wait (shows_a_sum, view);
  lines = save_numbers (view);
  g_assert_cmpstr (lines[0], ==, "channel,row,column,output");
  g_assert_cmpuint (g_strv_length (lines), ==, 4 * 4 + 2);
  assert_it_is_drawn (view, "plain-block.png");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_prediction_is_saved_with_every_class (void)
{
  static const char *const classes[] = {
    "boat", "fish, dried", "cup", "key", "car", "tree", "hat"
  };
  const double trained[] = { 0.5, 0.25, 0.1, 0.05, 0.04, 0.03, 0.03 };
  const double gated[] = { 0.2, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1 };
  GtkWidget *bars = rn_prediction_bars_new (), *window = show_widget (bars, 420, 200);
  g_auto (GStrv) lines = NULL, both = NULL;

  rn_prediction_bars_set (RN_PREDICTION_BARS (bars), classes, 7, trained, NULL, -1);
  lines = save_numbers (bars);
  g_assert_cmpstr (lines[0], ==, "class,probability");
  g_assert_cmpuint (g_strv_length (lines), ==, 9);
  g_assert_cmpstr (lines[2], ==, "\"fish, dried\",0.25");
  rn_prediction_bars_set (RN_PREDICTION_BARS (bars), classes, 7, trained, gated, 0);
  both = save_numbers (bars);
  g_assert_cmpstr (both[0], ==, "class,probability,with_branches_off");
  g_assert_cmpstr (both[7], ==, "\"hat\",0.03,0.1");
  assert_it_is_drawn (bars, "prediction.png");
  assert_it_is_copied (bars);
  rn_prediction_bars_set (RN_PREDICTION_BARS (bars), classes, 7, NULL, NULL, -1);
  g_clear_pointer (&lines, g_strfreev);
  lines = save_numbers (bars);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  int result;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  folder = g_dir_make_tmp ("residua-save-XXXXXX", NULL);
#define ADD(name, function) g_test_add_func ("/inspect-save/" name, function)
  ADD ("one map is saved with its values", test_one_map_is_saved_with_its_values);
  ADD ("a block is saved as its three terms", test_a_block_is_saved_as_its_three_terms);
  ADD ("a plain block is saved as its output", test_a_plain_block_is_saved_as_its_output);
  ADD ("a prediction is saved with every class", test_a_prediction_is_saved_with_every_class);
  result = g_test_run ();
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  return result;
}
