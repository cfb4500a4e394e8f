#include "residua/formats.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <string.h>

#include "../spec/random-spec.h"
#include "formats/export.h"
#include "residua/error.h"
#include "truth.h"

/* What is written is run by others: C by the compilers that are here, ONNX and PyTorch's form by peers.py where the
 * libraries are installed. All of it against the core's own unfolded path.
 */

#define N_PICTURES 3

static char *folder;

static char *
path_of (const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  return g_build_filename (folder, file, NULL);
}

static RnModel *
preset (const char *name, int side, int channels, RnRandom *random)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (name, NULL);

  g_assert_nonnull (spec);
  g_assert_true (rn_spec_set_input (spec, side, channels, NULL));
  return truth_model (spec, random, FALSE);
}

/* The C compilers */

static gboolean
check_c (RnModel *model, const char *compiler, const char *name)
{
  g_autofree char *source = path_of (name, ".c"), *library = path_of (name, ".so");
  g_autoptr (GError) error = NULL;
  RnRandom random;
  Truth truth;
  gboolean compiled;

  rn_random_start (&random, 5, RN_STREAM_TEST, 0, 0);
  rn_model_export (model, RN_FORMAT_C, NULL, source, NULL, NULL, &error);
  g_assert_no_error (error);
  compiled = truth_compile (compiler, source, library);
  if (compiled)
    {
      truth_init (&truth, model, N_PICTURES, &random);
      truth_compare_c (&truth, library);
      truth_clear (&truth);
    }
  g_unlink (source);
  g_unlink (library);
  return compiled;
}

static void
c_of_random_networks_computes_what_the_core_does (gconstpointer compiler)
{
  for (guint64 i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("random-%s-%d", (const char *) compiler, (int) i);
      g_autoptr (RnSpec) spec = NULL;
      g_autoptr (RnModel) model = NULL;
      RnRandom random;

      rn_random_start (&random, 11, RN_STREAM_TEST, i, 0);
      spec = random_spec (&random);
      model = truth_model (spec, &random, i % 3 == 0);
      if (!check_c (model, compiler, name))
        {
          g_test_skip ("this compiler is not installed");
          return;
        }
    }
}

static void
c_of_a_preset_computes_what_the_core_does (void)
{
  g_autoptr (RnModel) model = NULL;
  RnRandom random;

  rn_random_start (&random, 12, RN_STREAM_TEST, 0, 0);
  model = preset ("resnet20", 32, 3, &random);
  if (!check_c (model, "cc", "resnet20"))
    g_test_skip ("no C compiler is installed");
}

static void
names_of_classes_and_networks_cannot_break_out_of_the_c_file (void)
{
  const char *const classes[] = { "a\"b",
                                  "?\?/",
                                  "line\nbreak\\",
                                  "Stra\xc3\x9f"
                                  "e",
                                  "1\x01"
                                  "2",
                                  NULL };
  g_autoptr (RnSpec) spec = rn_spec_new ("*/ ?\?/ #error \\", 8, 1, RN_STEM_3X3, 3, 5, NULL);
  const RnPreprocess preprocess = { 8, 1, { 0.5f }, { 0.25f }, NULL };
  g_autoptr (RnModel) model = rn_model_new (spec, NULL, 3, classes, &preprocess, NULL);
  g_autofree char *source = path_of ("names", ".c"), *library = path_of ("names", ".so");
  void *handle;

  g_assert_true (rn_model_export (model, RN_FORMAT_C, NULL, source, NULL, NULL, NULL));
  if (!truth_compile ("cc", source, library))
    {
      g_test_skip ("no C compiler is installed");
      return;
    }
  handle = dlopen (library, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (handle);
  for (int i = 0; i < 5; i++)
    g_assert_cmpstr (((const char *const *) dlsym (handle, "classify_names"))[i], ==, classes[i]);
  dlclose (handle);
  g_unlink (source);
  g_unlink (library);
}

static void
a_network_too_large_for_c_is_refused_and_onnx_offered (void)
{
  g_autofree char *path = path_of ("large", ".c");
  g_autoptr (GError) error = NULL, wide = NULL;
  g_autoptr (RnModel) model = NULL, picture = NULL;
  g_autoptr (RnSpec) spec = rn_spec_new ("", 3000, 3, RN_STEM_3X3, 64, 2, NULL);
  RnRandom random;

  rn_random_start (&random, 13, RN_STREAM_TEST, 0, 0);
  model = preset ("resnet18", 32, 3, &random);
  picture = truth_model (spec, &random, FALSE);
  g_assert_false (rn_model_export (model, RN_FORMAT_C, NULL, path, NULL, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "11.7 million"));
  g_assert_nonnull (strstr (error->message, "ONNX"));
  g_assert_false (rn_model_export (picture, RN_FORMAT_C, NULL, path, NULL, NULL, &wide));
  g_assert_error (wide, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The way back */

static void
every_format_of_random_networks_reads_back_as_the_same (void)
{
  for (guint64 i = 0; i < 20; i++)
    for (int format = 0; format < RN_N_FORMATS; format++)
      {
        const RnExportOptions options = { i % 2 == 0, i % 3 == 0 };
        g_autofree char *path = path_of ("round", rn_format_get_suffix ((RnFormat) format));
        g_autoptr (RnSpec) spec = NULL;
        g_autoptr (RnModel) model = NULL;
        g_autoptr (RnExportPreview) preview = NULL;
        g_autoptr (GError) error = NULL;
        RnExportCheck check;
        GStatBuf info;
        RnRandom random;

        rn_random_start (&random, 14, RN_STREAM_TEST, i, 0);
        spec = random_spec (&random);
        model = truth_model (spec, &random, i % 4 == 0);
        rn_model_export (model, (RnFormat) format, &options, path, NULL, NULL, &error);
        g_assert_no_error (error);
        rn_model_check_export (model, (RnFormat) format, &options, path, &check, NULL, NULL,
                               &error);
        g_assert_no_error (error);
        g_assert_cmpfloat (check.difference, <=, check.allowed / 4.0);
        if (format == RN_FORMAT_SAFETENSORS || format == RN_FORMAT_TORCH_STATE)
          g_assert_true (check.same_bits);
        preview = rn_model_preview_export (model, (RnFormat) format, &options, &error);
        g_assert_no_error (error);
        g_assert_cmpint (g_stat (path, &info), ==, 0);
        g_assert_cmpuint (preview->size, ==, (guint64) info.st_size);
        g_unlink (path);
      }
}

static void
a_file_that_is_another_model_does_not_pass_the_check (void)
{
  for (int format = 0; format < RN_N_FORMATS; format++)
    {
      g_autofree char *path = path_of ("other", rn_format_get_suffix ((RnFormat) format));
      g_autoptr (RnModel) model = NULL, other = NULL;
      g_autoptr (GError) error = NULL;
      RnExportCheck check;
      RnRandom random;

      rn_random_start (&random, 15, RN_STREAM_TEST, 0, 0);
      model = preset ("resnet8", 16, 3, &random);
      other = preset ("resnet8", 16, 3, &random);
      rn_model_export (other, (RnFormat) format, NULL, path, NULL, NULL, &error);
      g_assert_no_error (error);
      /* C says its preprocessing, which is another already */
      if (rn_model_check_export (model, (RnFormat) format, NULL, path, &check, NULL, NULL, NULL))
        {
          g_assert_cmpfloat (check.difference, >, check.allowed);
          g_assert_false (check.same_bits);
        }
      g_unlink (path);
    }
}

static gboolean
cancel_at_half (double done, gpointer user_data)
{
  return done < 0.5;
}

static void
a_cancelled_export_leaves_what_was_there (void)
{
  for (int format = 0; format < RN_N_FORMATS; format++)
    {
      g_autofree char *path = path_of ("kept", rn_format_get_suffix ((RnFormat) format));
      g_autofree char *content = NULL;
      g_autoptr (RnModel) model = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = NULL;
      const char *name;
      RnRandom random;

      rn_random_start (&random, 16, RN_STREAM_TEST, 0, 0);
      model = preset ("resnet20", 32, 3, &random);
      g_assert_true (g_file_set_contents (path, "old", -1, NULL));
      g_assert_false (
          rn_model_export (model, (RnFormat) format, NULL, path, cancel_at_half, NULL, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
      g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
      g_assert_cmpstr (content, ==, "old");
      g_unlink (path);
      dir = g_dir_open (folder, 0, NULL);
      while ((name = g_dir_read_name (dir)) != NULL)
        g_assert_null (strstr (name, ".tmp-"));
    }
}

static void
striding_in_the_first_1x1_is_warned_of (void)
{
  g_autoptr (RnModel) paper = NULL, torch = NULL;
  g_autoptr (RnExportPreview) warned = NULL, silent = NULL, onnx = NULL;
  RnRandom random;

  rn_random_start (&random, 17, RN_STREAM_TEST, 0, 0);
  paper = preset ("resnet50-paper", 32, 3, &random);
  torch = preset ("resnet50", 32, 3, &random);
  warned = rn_model_preview_export (paper, RN_FORMAT_SAFETENSORS, NULL, NULL);
  silent = rn_model_preview_export (torch, RN_FORMAT_SAFETENSORS, NULL, NULL);
  onnx = rn_model_preview_export (paper, RN_FORMAT_ONNX, NULL, NULL);
  g_assert_nonnull (strstr (warned->warning, "torchvision"));
  g_assert_null (silent->warning);
  g_assert_null (onnx->warning);
}

/* Others */

static void
write_onnx_case (RnModel *model, const char *name, int options)
{
  const RnExportOptions chosen = { options & 1, options & 2 };
  g_autofree char *path = path_of (name, ".onnx");
  g_autoptr (GError) error = NULL;
  RnRandom random;
  Truth truth;

  rn_random_start (&random, 18, RN_STREAM_TEST, 0, 0);
  truth_init (&truth, model, N_PICTURES, &random);
  rn_model_export (model, RN_FORMAT_ONNX, &chosen, path, NULL, NULL, &error);
  g_assert_no_error (error);
  truth_write (&truth, model, folder, name, chosen.preprocess);
  truth_clear (&truth);
}

static void
write_torch_case (const char *name, RnRandom *random)
{
  g_autoptr (RnModel) model = preset (name, 64, 3, random);
  g_autofree char *torch = path_of (name, ".pth"), *safetensors = path_of (name, ".safetensors");
  Truth truth;

  truth_init (&truth, model, N_PICTURES, random);
  g_assert_true (rn_model_export (model, RN_FORMAT_TORCH_STATE, NULL, torch, NULL, NULL, NULL));
  g_assert_true (
      rn_model_export (model, RN_FORMAT_SAFETENSORS, NULL, safetensors, NULL, NULL, NULL));
  truth_write (&truth, model, folder, name, FALSE);
  truth_clear (&truth);
}

static void
write_onnx_cases (void)
{
  static const char *const names[] = { "resnet8", "resnet20-b", "plain20", "resnet50-paper" };
  RnRandom random;

  for (guint i = 0; i < 24 + G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("case-%u", i);
      g_autoptr (RnModel) model = NULL;

      rn_random_start (&random, 19, RN_STREAM_TEST, i, 0);
      if (i < 24)
        {
          g_autoptr (RnSpec) spec = random_spec (&random);

          model = truth_model (spec, &random, i % 5 == 0);
        }
      else
        model = preset (names[i - 24], 33, 3, &random);
      write_onnx_case (model, name, (int) i % 4);
    }
}

static void
write_torch_cases (void)
{
  RnRandom random;

  rn_random_start (&random, 20, RN_STREAM_TEST, 0, 0);
  write_torch_case ("resnet18", &random);
  write_torch_case ("resnet50", &random);
}

/* @write fills a folder of its own, @name, when the first test asks for it */
static void
ask_peer (const char *peer, const char *name, void (*write) (void))
{
  g_autofree char *kept = g_steal_pointer (&folder);

  folder = g_build_filename (kept, name, NULL);
  if (g_mkdir (folder, 0700) == 0)
    write ();
  truth_ask_peer (peer, folder);
  g_free (folder);
  folder = g_steal_pointer (&kept);
}

static void
onnx_runs_the_same_elsewhere (gconstpointer peer)
{
  ask_peer (peer, "onnx", write_onnx_cases);
}

static void
torchvision_loads_the_state_and_computes_the_same (void)
{
  ask_peer ("torchvision", "torch", write_torch_cases);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-export-XXXXXX", NULL);
  g_test_add_data_func ("/formats/export/c-of-random-networks-compiled-by-gcc", "gcc",
                        c_of_random_networks_computes_what_the_core_does);
  g_test_add_data_func ("/formats/export/c-of-random-networks-compiled-by-clang", "clang",
                        c_of_random_networks_computes_what_the_core_does);
  g_test_add_func ("/formats/export/c-of-a-preset", c_of_a_preset_computes_what_the_core_does);
  g_test_add_func ("/formats/export/names-cannot-break-out-of-the-c-file",
                   names_of_classes_and_networks_cannot_break_out_of_the_c_file);
  g_test_add_func ("/formats/export/too-large-for-c-is-refused-and-onnx-offered",
                   a_network_too_large_for_c_is_refused_and_onnx_offered);
  g_test_add_func ("/formats/export/every-format-reads-back-as-the-same",
                   every_format_of_random_networks_reads_back_as_the_same);
  g_test_add_func ("/formats/export/another-model-does-not-pass-the-check",
                   a_file_that_is_another_model_does_not_pass_the_check);
  g_test_add_func ("/formats/export/a-cancelled-export-leaves-what-was-there",
                   a_cancelled_export_leaves_what_was_there);
  g_test_add_func ("/formats/export/striding-in-the-first-1x1-is-warned-of",
                   striding_in_the_first_1x1_is_warned_of);
  g_test_add_data_func ("/formats/export/onnx-passes-the-checker", "checker",
                        onnx_runs_the_same_elsewhere);
  g_test_add_data_func ("/formats/export/onnx-runs-the-same-in-opencv", "opencv",
                        onnx_runs_the_same_elsewhere);
  g_test_add_data_func ("/formats/export/onnx-runs-the-same-in-onnx-runtime", "onnxruntime",
                        onnx_runs_the_same_elsewhere);
  g_test_add_func ("/formats/export/torchvision-loads-the-state",
                   torchvision_loads_the_state_and_computes_the_same);
  result = g_test_run ();
  remove_folder (folder);
  g_free (folder);
  return result;
}
