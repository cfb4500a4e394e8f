#include "commands.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "arguments.h"
#include "models.h"
#include "output-json.h"
#include "residua/error.h"
#include "residua/formats.h"
#include "signals.h"
#include "terminal.h"

static struct
{
  char *model;
  char *to;
  char *out;
  gboolean fold;
  gboolean preprocess;
  gboolean json;
} option;

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "to", 0, 0, G_OPTION_ARG_STRING, &option.to, N_ ("The form of the file (default: safetensors)"),
    "safetensors|onnx|c|torch-state" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option.out,
    N_ ("The file to write; one that is there already is refused"), "FILE" },
  { "fold", 0, 0, G_OPTION_ARG_NONE, &option.fold,
    N_ ("onnx: take batch-norm into the convolutions"), NULL },
  { "preprocess", 0, 0, G_OPTION_ARG_NONE, &option.preprocess,
    N_ ("onnx: the graph takes 0 to 255 and normalises"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("Say what was written as JSON"), NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Takes a trained model out of its run, without what only training needs:\n"
        "  safetensors  torchvision's names; PyTorch loads it with strict=True\n"
        "  onnx         a graph for ONNX Runtime, OpenCV and others, of any batch\n"
        "  c            one file of C99 without dependencies, up to 3 million parameters\n"
        "  torch-state  a .pth file for torch.load (…, weights_only=True)\n"
        "Each but C carries network, classes and preprocessing in its metadata; C has them inside. "
        "The\n"
        "file is read back, run on some pictures and compared with the model.");

static const char examples[] =
    N_ ("Examples:\n"
        "  The best checkpoint of a run as a file of its own:\n"
        "    residua-cli export --model runs/first@best --out first.safetensors\n"
        "  For ONNX Runtime, taking pictures as they are (0 to 255) and without batch-norm:\n"
        "    residua-cli export --model runs/first@best --to onnx --preprocess --fold --out "
        "first.onnx\n"
        "  As C, and compiled:\n"
        "    residua-cli export --model runs/first@best --to c --out first.c && cc -O2 -c first.c\n"
        "  A model of others, with what its own file cannot tell written into it:\n"
        "    residua-cli export --model resnet20.safetensors --mean 0.485,0.456,0.406 \\\n"
        "        --std 0.229,0.224,0.225 --out complete.safetensors");

/* --out, or the model's own name with the format's ending in the folder where we are */
static char *
choose_path (RnFormat format)
{
  g_autofree char *name = NULL, *stem = NULL;
  char *end;

  if (option.out != NULL)
    return g_strdup (option.out);
  name = g_path_get_basename (option.model);
  stem = g_strdup (name);
  end = strrchr (stem, '@');
  if (end == NULL && g_file_test (option.model, G_FILE_TEST_IS_REGULAR))
    end = strrchr (stem, '.');
  if (end != NULL && end != stem)
    *end = '\0';
  return g_strconcat (stem, rn_format_get_suffix (format), NULL);
}

static gboolean
check_words (int argc, char **argv, RnFormat *format, GError **error)
{
  RnModelHints hints;

  if (!rn_cli_no_words (argc, argv, error) || !rn_cli_need ("--model", option.model, error) ||
      !rn_cli_get_hints (&hints, error))
    return FALSE;
  *format = RN_FORMAT_SAFETENSORS;
  if (option.to != NULL && !rn_format_from_word (option.to, format, NULL))
    return rn_cli_usage_error (
        error, _ ("--to %s: there are “safetensors”, “onnx”, “c” and “torch-state”"), option.to);
  if (*format != RN_FORMAT_ONNX && (option.fold || option.preprocess))
    return rn_cli_usage_error (error,
                               _ ("%s is for “onnx”; C always has both, the others have neither"),
                               option.fold ? "--fold" : "--preprocess");
  return TRUE;
}

static gboolean
check_path (const char *path, GError **error)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS) ||
         rn_cli_usage_error (error, _ ("--out: “%s” is there already"), path);
}

static void
print_json (RnFormat format, const char *path, const RnExportPreview *preview,
            const RnExportCheck *check)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "model", option.model);
  rn_cli_json_string (builder, "format", rn_format_get_word (format));
  rn_cli_json_string (builder, "file", path);
  rn_cli_json_int (builder, "bytes", (gint64) preview->size);
  rn_cli_json_int (builder, "pictures", check->n_pictures);
  rn_cli_json_number (builder, "difference", check->difference);
  rn_cli_json_number (builder, "allowed", check->allowed);
  rn_cli_json_bool (builder, "same_bits", check->same_bits);
  rn_cli_json_string (builder, "warning", preview->warning);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static void
tell (RnFormat format, const char *path, const RnExportPreview *preview, const RnExportCheck *check)
{
  if (option.json)
    {
      print_json (format, path, preview, check);
      return;
    }
  if (preview->warning != NULL)
    rn_cli_tell ("%s", preview->warning);
  if (check->same_bits && check->difference == 0.0)
    rn_cli_tell (_ ("“%s” holds the model; read back, it is the same to the bit."), path);
  else
    rn_cli_tell (_ ("“%s” holds the model; read back, its outputs differ by at most %.1g on %d "
                    "pictures."),
                 path, check->difference, check->n_pictures);
}

/* Writes and reads back; whoever cancels either is left without a file. */
static gboolean
write_and_check (RnModel *model, RnFormat format, const RnExportOptions *options, const char *path,
                 RnExportCheck *check, GError **error)
{
  RnCliProgress progress;
  GError *failed = NULL;

  rn_cli_signals_look ();
  rn_cli_progress_start (&progress, _ ("Writing"));
  if (rn_model_export (model, format, options, path, rn_cli_progress_func, &progress, &failed) &&
      !rn_model_check_export (model, format, options, path, check, rn_cli_progress_func, &progress,
                              &failed) &&
      g_error_matches (failed, RN_ERROR, RN_ERROR_CANCELLED))
    g_unlink (path);
  rn_cli_progress_end (&progress);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return failed == NULL;
}

/* Returns: FALSE with @error where the file is not what the model is */
static gboolean
export_model (RnModel *model, RnFormat format, const char *path, GError **error)
{
  const RnExportOptions options = { .fold = option.fold, .preprocess = option.preprocess };
  g_autoptr (RnExportPreview) preview = rn_model_preview_export (model, format, &options, error);
  RnExportCheck check;

  if (preview == NULL || !write_and_check (model, format, &options, path, &check, error))
    return FALSE;
  if (check.difference > check.allowed)
    {
      g_set_error (
          error, RN_ERROR, RN_ERROR_FORMAT,
          _ ("“%s”, read back, is not the model: outputs differ by %g, and %g is rounding"), path,
          check.difference, check.allowed);
      return FALSE;
    }
  tell (format, path, preview, &check);
  return TRUE;
}

RnExit
rn_cli_export (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  g_autofree char *path = NULL;
  RnFormat format;
  GError *error = NULL;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN --to FORMAT --out FILE", summary, examples,
                     entries, groups, &error) ||
      !check_words (argc, argv, &format, &error))
    return rn_cli_fail (error, "export");
  path = choose_path (format);
  if (!check_path (path, &error) || (model = rn_cli_load_model (option.model, &error)) == NULL ||
      !export_model (model, format, path, &error))
    return rn_cli_fail (error, "export");
  return RN_EXIT_DONE;
}
