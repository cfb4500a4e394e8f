#include <glib/gstdio.h>

#include "residua/dataset.h"
#include "residua/formats.h"
#include "truth.h"

/* Every kind of block with every shortcut and either stem, and the trained network that ships, exported and run by
 * others on a hundred pictures.
 */

#define N_PICTURES 100

static char *folder;
static GPtrArray *cases; /* of Case, made when a test first asks for them */

typedef struct
{
  char *name; /* of its files in the folder */
  Truth truth;
} Case;

static void
case_free (gpointer data)
{
  Case *one = data;

  truth_clear (&one->truth);
  g_free (one->name);
  g_free (one);
}

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

/* @truth: (transfer full) */
static void
add_case (RnModel *model, const RnExportOptions *options, const char *name, const Truth *truth)
{
  Case *one = g_new (Case, 1);

  one->name = g_strdup (name);
  one->truth = *truth;
  truth_write (truth, model, folder, name, FALSE);
  export_as (model, RN_FORMAT_ONNX, options, name);
  export_as (model, RN_FORMAT_TORCH_STATE, options, name);
  export_as (model, RN_FORMAT_C, options, name);
  g_ptr_array_add (cases, one);
}

static void
add_kind (RnBlockKind kind, RnShortcut shortcut, RnStemKind stem)
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
  add_case (model, &options, name, &truth);
}

/* With the test pictures of its own data set */
static void
add_trained (void)
{
  const RnExportOptions options = { .fold = TRUE };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "models",
                                                 "resnet20-sample.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = rn_model_load (path, NULL, &error);
  RnPicture **pictures = g_new (RnPicture *, N_PICTURES);
  Truth truth;

  g_assert_no_error (error);
  for (int i = 0; i < N_PICTURES; i++)
    {
      pictures[i] = rn_sample_render (RN_SPLIT_TEST, i, 32, &error);
      g_assert_no_error (error);
    }
  truth_init_take (&truth, model, pictures, N_PICTURES);
  add_case (model, &options, "trained", &truth);
}

static void
make_cases (void)
{
  if (cases != NULL)
    return;
  cases = g_ptr_array_new_with_free_func (case_free);
  for (int kind = RN_BLOCK_BASIC; kind <= RN_BLOCK_PLAIN_BOTTLENECK; kind++)
    for (int shortcut = RN_SHORTCUT_A_SPLIT; shortcut <= RN_SHORTCUT_C; shortcut++)
      for (int stem = RN_STEM_3X3; stem <= RN_STEM_7X7_POOL; stem++)
        /* plain networks have no shortcut that could be another */
        if (shortcut == RN_SHORTCUT_A_SPLIT || !rn_block_kind_is_plain ((RnBlockKind) kind))
          add_kind ((RnBlockKind) kind, (RnShortcut) shortcut, (RnStemKind) stem);
  add_trained ();
}

static void
every_network_computes_the_same_in_c (gconstpointer data)
{
  const char *compiler = data;
  double largest = 0.0;

  make_cases ();
  for (guint i = 0; i < cases->len; i++)
    {
      const Case *one = g_ptr_array_index (cases, i);
      g_autofree char *stem = g_build_filename (folder, one->name, NULL);
      g_autofree char *source = g_strconcat (stem, ".c", NULL);
      g_autofree char *library = g_strconcat (stem, ".", compiler, ".so", NULL);

      if (!truth_compile (compiler, source, library))
        {
          g_autofree char *needs = g_strdup_printf ("needs %s", compiler);

          g_test_skip (needs);
          return;
        }
      largest = MAX (largest, truth_compare_c (&one->truth, library));
    }
  g_test_message ("%u models, largest difference %.2g", cases->len, largest);
}

static void
every_network_computes_the_same_by_a_peer (gconstpointer peer)
{
  make_cases ();
  truth_ask_peer (peer, folder);
}

int
main (int argc, char **argv)
{
  static const char *const compilers[] = { "gcc", "clang" };
  static const char *const peers[] = { "checker", "opencv", "onnxruntime", "torch" };
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-peers-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (compilers); i++)
    {
      g_autofree char *path = g_strconcat ("/formats/peers/c-by-", compilers[i], NULL);

      g_test_add_data_func (path, compilers[i], every_network_computes_the_same_in_c);
    }
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autofree char *path = g_strconcat ("/formats/peers/", peers[i], NULL);

      g_test_add_data_func (path, peers[i], every_network_computes_the_same_by_a_peer);
    }
  result = g_test_run ();
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  g_clear_pointer (&cases, g_ptr_array_unref);
  return result;
}
