#include <glib/gstdio.h>

#include "residua/formats.h"
#include "truth.h"

/* Every kind of block with every shortcut and either stem, exported and run by others on a hundred pictures. */

#define N_PICTURES 100

static char *folder;

/* Three blocks: the same shape, a smaller map of more channels, the same again */
static RnSpec *
spec_of (RnBlockKind kind, RnShortcut shortcut, RnStemKind stem)
{
  RnSpec *spec = rn_spec_new ("peer", stem == RN_STEM_3X3 ? 12 : 33, 3, stem, 8, 10, NULL);

  for (int i = 0; i < 3; i++)
    {
      const RnBlockSpec block = { .kind = kind,
                                  .channels = i == 0 ? 8 : 20,
                                  .stride = i == 1 ? 2 : 1,
                                  .shortcut = shortcut,
                                  .bottleneck_stride = (RnBottleneckStride) (shortcut % 2) };

      g_assert_true (rn_spec_add_block (spec, i, block, NULL));
    }
  return spec;
}

static void
export_as (RnModel *model, RnFormat format, const RnExportOptions *options, const char *name)
{
  g_autofree char *file = g_strconcat (name, rn_format_get_suffix (format), NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;

  rn_model_export (model, format, options, path, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* @largest: the difference of each compiler's code, raised; -1 where it is not installed */
static void
run_c (const Truth *truth, const char *name, double largest[2])
{
  static const char *const compilers[2] = { "gcc", "clang" };
  g_autofree char *stem = g_build_filename (folder, name, NULL);
  g_autofree char *source = g_strconcat (stem, ".c", NULL);

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *library = g_strconcat (stem, ".", compilers[i], ".so", NULL);

      if (truth_compile (compilers[i], source, library))
        largest[i] = MAX (largest[i], truth_compare_c (truth, library));
    }
}

static void
make_case (RnBlockKind kind, RnShortcut shortcut, RnStemKind stem, double largest[2])
{
  g_autofree char *name = g_strdup_printf ("%d-%d-%d", kind, shortcut, stem);
  g_autoptr (RnSpec) spec = spec_of (kind, shortcut, stem);
  const RnExportOptions options = { .fold = shortcut % 2 == 1 };
  g_autoptr (RnModel) model = NULL;
  RnRandom random;
  Truth truth;

  rn_random_start (&random, 21, RN_STREAM_TEST, (guint64) (kind * 16 + shortcut * 4 + stem), 0);
  model = truth_model (spec, &random, FALSE);
  truth_init (&truth, model, N_PICTURES, &random);
  truth_write (&truth, model, folder, name, FALSE);
  export_as (model, RN_FORMAT_ONNX, &options, name);
  export_as (model, RN_FORMAT_TORCH_STATE, &options, name);
  export_as (model, RN_FORMAT_C, &options, name);
  run_c (&truth, name, largest);
  truth_clear (&truth);
}

static void
every_kind_of_network_computes_the_same_in_c (void)
{
  double largest[2] = { -1.0, -1.0 };

  for (int kind = RN_BLOCK_BASIC; kind <= RN_BLOCK_PLAIN_BOTTLENECK; kind++)
    for (int shortcut = RN_SHORTCUT_A_SPLIT; shortcut <= RN_SHORTCUT_C; shortcut++)
      for (int stem = RN_STEM_3X3; stem <= RN_STEM_7X7_POOL; stem++)
        /* plain networks have no shortcut that could be another */
        if (shortcut == RN_SHORTCUT_A_SPLIT || !rn_block_kind_is_plain ((RnBlockKind) kind))
          make_case ((RnBlockKind) kind, (RnShortcut) shortcut, (RnStemKind) stem, largest);
  g_test_message ("largest difference: gcc %.2g, clang %.2g", largest[0], largest[1]);
  if (largest[0] < 0.0 && largest[1] < 0.0)
    g_test_skip ("needs gcc or clang");
}

static void
every_kind_of_network_computes_the_same_by_onnx (void)
{
  truth_ask_peers ("onnx", folder);
}

static void
every_kind_of_network_computes_the_same_in_pytorch (void)
{
  truth_ask_peers ("torch", folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-peers-XXXXXX", NULL);
  /* the first writes what the others read */
  g_test_add_func ("/formats/peers/c", every_kind_of_network_computes_the_same_in_c);
  g_test_add_func ("/formats/peers/onnx", every_kind_of_network_computes_the_same_by_onnx);
  g_test_add_func ("/formats/peers/pytorch", every_kind_of_network_computes_the_same_in_pytorch);
  result = g_test_run ();
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
