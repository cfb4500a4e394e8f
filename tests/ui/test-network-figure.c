#include <cairo.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <residua/spec-table.h>
#include <string.h>

#include "print/network-export.h"
#include "print/network-figure.h"

static RnSpec *
preset (const char *name)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_preset (name, &error);

  g_assert_no_error (error);
  return spec;
}

static RnNetworkFigure *
figure_of (const char *name)
{
  g_autoptr (RnSpec) spec = preset (name);

  return rn_network_figure_new (spec);
}

/* Plain blocks, both options and a projection without a change in one network */
static RnSpec *
make_mixed (void)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_new ("mixed", 64, 3, RN_STEM_7X7_POOL, 16, 7, &error);
  const RnBlockSpec blocks[] = {
    { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1, .shortcut = RN_SHORTCUT_B },
    { .kind = RN_BLOCK_PLAIN_BASIC, .channels = 16, .stride = 1 },
    { .kind = RN_BLOCK_BASIC, .channels = 32, .stride = 2, .shortcut = RN_SHORTCUT_A_END },
    { .kind = RN_BLOCK_BOTTLENECK, .channels = 128, .stride = 2, .shortcut = RN_SHORTCUT_B },
    { .kind = RN_BLOCK_BOTTLENECK, .channels = 128, .stride = 1, .shortcut = RN_SHORTCUT_C },
    { .kind = RN_BLOCK_PLAIN_BOTTLENECK, .channels = 64, .stride = 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    g_assert_true (rn_spec_add_block (spec, (int) i, blocks[i], &error));
  return spec;
}

static int
count_blocks (const RnNetworkFigure *figure, int *n_parts)
{
  int n = 0;

  *n_parts = 0;
  for (guint i = 0; i < rn_network_figure_n_parts (figure); i++)
    {
      const RnFigurePart *part = rn_network_figure_get_part (figure, i);

      if (part->kind == RN_FIGURE_PART_BLOCK)
        {
          n += part->count;
          (*n_parts)++;
        }
    }
  return n;
}

static void
test_a_shallow_net_is_drawn_block_by_block (void)
{
  g_autoptr (RnNetworkFigure) figure = figure_of ("resnet20");
  int n_parts;

  g_assert_cmpint (count_blocks (figure, &n_parts), ==, 9);
  g_assert_cmpint (n_parts, ==, 9);
}

static void
test_in_a_deep_net_blocks_that_are_alike_are_drawn_once (void)
{
  g_autoptr (RnNetworkFigure) figure = figure_of ("resnet110");
  int n_parts;

  g_assert_cmpint (count_blocks (figure, &n_parts), ==, 54);
  /* 18 alike, then twice one that strides and 17 alike */
  g_assert_cmpint (n_parts, ==, 5);
}

static void
test_arcs_and_shapes_follow_the_shortcuts (void)
{
  static const RnFigureArc arcs[] = {
    RN_FIGURE_ARC_IDENTITY,   RN_FIGURE_ARC_NONE,       RN_FIGURE_ARC_ZEROS,
    RN_FIGURE_ARC_PROJECTION, RN_FIGURE_ARC_PROJECTION, RN_FIGURE_ARC_NONE,
  };
  static const char *const seams[] = { "16×16×16", NULL, "16×16×16", "8×8×32", NULL, "4×4×128" };
  g_autoptr (RnSpec) spec = make_mixed ();
  g_autoptr (RnNetworkFigure) figure = rn_network_figure_new (spec);

  g_assert_cmpuint (rn_network_figure_n_parts (figure), ==, 2 + 6 + 2);
  g_assert_cmpstr (rn_network_figure_get_part (figure, 0)->seam_before, ==, "64×64×3");
  for (guint i = 0; i < 6; i++)
    {
      const RnFigurePart *part = rn_network_figure_get_part (figure, 2 + i);

      g_assert_cmpint (part->arc, ==, arcs[i]);
      g_assert_cmpstr (part->seam_before, ==, seams[i]);
    }
  g_assert_cmpstr (rn_network_figure_get_part (figure, 5)->boxes[1], ==, "3×3 conv, 32, /2");
  g_assert_cmpstr (rn_network_figure_get_part (figure, 8)->seam_before, ==, "4×4×64");
}

/* Parts of one column follow one another; columns follow one another; all of it is within the page. */
static void
test_nothing_overlaps_or_leaves_the_page (void)
{
  const char *const *names = rn_spec_preset_names ();

  for (int n = 0; names[n] != NULL; n++)
    {
      g_autoptr (RnNetworkFigure) figure = figure_of (names[n]);
      double width, height;

      rn_network_figure_get_size (figure, &width, &height);
      for (guint i = 0; i < rn_network_figure_n_parts (figure); i++)
        {
          const RnFigurePart *part = rn_network_figure_get_part (figure, i), *last = NULL;

          g_assert_cmpfloat (part->y, >, 0.0);
          g_assert_cmpfloat (part->y + part->height, <, height);
          g_assert_cmpfloat (100.0 * (part->column + 1), <, width);
          if (i == 0)
            continue;
          last = rn_network_figure_get_part (figure, i - 1);
          if (part->column == last->column)
            g_assert_cmpfloat_with_epsilon (part->y, last->y + last->height, 1e-6);
          else
            g_assert_cmpint (part->column, ==, last->column + 1);
        }
    }
}

/* Files */

typedef struct
{
  GMainLoop *loop;
  gboolean is_written;
  GError *error;
} Answer;

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->is_written = rn_network_export_finish (result, &answer->error);
  g_main_loop_quit (answer->loop);
}

static void
export_to (const RnSpec *spec, const char *path, RnExport format, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Answer answer = { g_main_loop_new (NULL, FALSE), FALSE, NULL };

  rn_network_export_async (spec, file, format, NULL, on_written, &answer);
  g_main_loop_run (answer.loop);
  g_main_loop_unref (answer.loop);
  g_assert_true (answer.is_written == (answer.error == NULL));
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
}

/* RESIDUA_FIGURES: a folder where the files are kept, to be looked at */
static char *
export_kept (const RnSpec *spec, RnExport format, gsize *length)
{
  const char *kept = g_getenv ("RESIDUA_FIGURES");
  g_autofree char *folder = kept != NULL ? NULL : g_dir_make_tmp ("residua-figure-XXXXXX", NULL);
  g_autofree char *name =
      g_strdup_printf ("%s.%s", rn_spec_get_name (spec), rn_export_ending (format));
  g_autofree char *path = g_build_filename (kept != NULL ? kept : folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  export_to (spec, path, format, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, length, &error));
  if (folder != NULL)
    {
      g_remove (path);
      g_rmdir (folder);
    }
  return text;
}

static void
on_element (GMarkupParseContext *context, const char *name, const char **keys, const char **values,
            gpointer data, GError **error)
{
  GHashTable *seen = data;
  const int n = GPOINTER_TO_INT (g_hash_table_lookup (seen, name));

  g_hash_table_insert (seen, g_strdup (name), GINT_TO_POINTER (n + 1));
}

static void
test_the_svg_is_xml_with_shapes (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet20");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  static const GMarkupParser parser = { .start_element = on_element };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, seen, NULL);
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *text = export_kept (spec, RN_EXPORT_SVG, &length);

  g_markup_parse_context_parse (context, text, (gssize) length, &error);
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (seen, "svg")), ==, 1);
  /* 18 boxes, filled and outlined, and more */
  g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (seen, "path")) +
                       GPOINTER_TO_INT (g_hash_table_lookup (seen, "rect")),
                   >, 100);
}

static gboolean
holds (const char *bytes, gsize length, const char *word)
{
  return memmem (bytes, length, word, strlen (word)) != NULL;
}

static void
test_the_pdf_has_one_page_and_its_fonts (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet50");
  gsize length;
  g_autofree char *bytes = export_kept (spec, RN_EXPORT_PDF, &length);

  g_assert_true (g_str_has_prefix (bytes, "%PDF-"));
  g_assert_true (holds (bytes, length, "/Count 1"));
  g_assert_true (holds (bytes, length, "/FontFile") || holds (bytes, length, "/ObjStm"));
  g_assert_true (holds (bytes, length, "%%EOF"));
}

static void
test_the_png_has_300_pixels_to_the_inch (void)
{
  g_autoptr (RnSpec) spec = preset ("resnet110");
  g_autoptr (RnNetworkFigure) figure = rn_network_figure_new (spec);
  gsize length;
  g_autofree char *bytes = export_kept (spec, RN_EXPORT_PNG, &length);
  const guint8 *header = (const guint8 *) bytes + 16;
  double width, height;

  rn_network_figure_get_size (figure, &width, &height);
  g_assert_true (holds (bytes, 8, "PNG"));
  g_assert_cmpint (header[2] << 8 | header[3], ==, (int) ceil (width * 300.0 / 72.0));
  g_assert_cmpint (header[6] << 8 | header[7], ==, (int) ceil (height * 300.0 / 72.0));
}

static void
test_the_text_is_the_table (void)
{
  g_autoptr (RnSpec) spec = make_mixed ();
  g_autofree char *table = rn_spec_to_table (spec);
  gsize length;
  g_autofree char *text = export_kept (spec, RN_EXPORT_TEXT, &length);

  g_assert_cmpstr (text, ==, table);
}

/* 4096 blocks of which none is like the next: the most that there can be to draw */
static void
test_the_largest_net_has_a_png (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("huge", 32, 3, RN_STEM_3X3, 16, 10, NULL);
  gsize length;
  g_autofree char *bytes = NULL;

  for (int i = 0; i < RN_MAX_BLOCKS; i++)
    {
      const RnBlockSpec block = { .kind = i % 2 ? RN_BLOCK_BASIC : RN_BLOCK_PLAIN_BASIC,
                                  .channels = 16,
                                  .stride = 1 };

      g_assert_true (rn_spec_add_block (spec, i, block, NULL));
    }
  bytes = export_kept (spec, RN_EXPORT_PNG, &length);
  g_assert_cmpuint (length, >, 1000);
}

static void
test_an_error_names_the_file_and_leaves_the_old_one (void)
{
  g_autofree char *folder = g_dir_make_tmp ("residua-figure-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "none", "net.pdf", NULL);
  g_autoptr (RnSpec) spec = preset ("resnet8");
  g_autoptr (GError) error = NULL;

  export_to (spec, path, RN_EXPORT_PDF, &error);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "net.pdf"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_rmdir (folder);
}

/* Where they can be looked at, all formats of what differs */
static void
test_other_kinds_of_network_can_be_drawn (void)
{
  static const char *const names[] = { "resnet20", "plain20", "resnet34", "resnet56-b",
                                       "resnet1202" };
  g_autoptr (RnSpec) mixed = make_mixed ();
  gsize length;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RnSpec) spec = preset (names[i]);
      g_autofree char *bytes = export_kept (spec, RN_EXPORT_PNG, &length);

      g_assert_cmpuint (length, >, 1000);
    }
  for (RnExport format = 0; format < RN_N_EXPORTS; format++)
    {
      g_autofree char *bytes = export_kept (mixed, format, &length);

      g_assert_cmpuint (length, >, 300);
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-figure/shallow", test_a_shallow_net_is_drawn_block_by_block);
  g_test_add_func ("/network-figure/deep", test_in_a_deep_net_blocks_that_are_alike_are_drawn_once);
  g_test_add_func ("/network-figure/arcs", test_arcs_and_shapes_follow_the_shortcuts);
  g_test_add_func ("/network-figure/page", test_nothing_overlaps_or_leaves_the_page);
  g_test_add_func ("/network-figure/svg", test_the_svg_is_xml_with_shapes);
  g_test_add_func ("/network-figure/pdf", test_the_pdf_has_one_page_and_its_fonts);
  g_test_add_func ("/network-figure/png", test_the_png_has_300_pixels_to_the_inch);
  g_test_add_func ("/network-figure/text", test_the_text_is_the_table);
  g_test_add_func ("/network-figure/error", test_an_error_names_the_file_and_leaves_the_old_one);
  g_test_add_func ("/network-figure/others", test_other_kinds_of_network_can_be_drawn);
  g_test_add_func ("/network-figure/largest", test_the_largest_net_has_a_png);
  return g_test_run ();
}
