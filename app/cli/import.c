#include "commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"
#include "residua/formats.h"
#include "signals.h"
#include "terminal.h"

static char *out;

static const GOptionEntry entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out,
    N_ ("The .safetensors file to write; one that is there already is refused"), "FILE" },
  { NULL },
};

static const char summary[] = N_ (
    "Reads a model that was made elsewhere (safetensors, PyTorch’s .pt, .pth and .th, ONNX) and "
    "writes\n"
    "it as a model of Residua, with what the file cannot tell written into it. Nothing in a file "
    "is\n"
    "executed; what is no residual network is refused by the name of what does not fit.");

static const char examples[] =
    N_ ("Examples:\n"
        "  A ResNet-50 of torchvision, with ImageNet’s preprocessing and class names:\n"
        "    residua-cli import resnet50.pth --preset imagenet --out resnet50.safetensors\n"
        "  A ResNet-20 for CIFAR-10:\n"
        "    residua-cli import resnet20.th --preset cifar10-imagenet --out resnet20.safetensors");

/* What had to be guessed, so that nobody takes it for what the file says */
static void
tell_guesses (RnModelGuess guesses)
{
  static const struct
  {
    RnModelGuess guess;
    const char *text;
  } texts[] = {
    { RN_GUESS_MEAN, N_ ("mean and standard deviation (--preset, or --mean and --std)") },
    { RN_GUESS_CLASSES, N_ ("names of the classes (--preset or --classes)") },
    { RN_GUESS_SIDE, N_ ("side of the input (--input)") },
    { RN_GUESS_PADDING, N_ ("place of option A’s zero channels (--pad-channels)") },
    { RN_GUESS_STRIDE, N_ ("stride of the bottlenecks (--bottleneck-stride)") },
    { RN_GUESS_EPSILON, N_ ("batch-norm’s epsilon (--bn-eps)") },
  };

  if (guesses == 0)
    return;
  rn_cli_tell (_ ("The file does not say, and what is usual was taken:"));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (guesses & texts[i].guess)
      rn_cli_tell ("  %s", _ (texts[i].text));
}

static gboolean
check_words (int argc, char **argv, RnModelHints *hints, GError **error)
{
  if (argc != 2)
    return rn_cli_usage_error (error, _ ("import needs one file to read"));
  if (!rn_cli_need ("--out", out, error) || !rn_cli_get_hints (hints, error))
    return FALSE;
  if (g_file_test (out, G_FILE_TEST_EXISTS))
    return rn_cli_usage_error (error, _ ("--out: “%s” is there already"), out);
  return TRUE;
}

/* As an export, which can be cancelled */
static gboolean
write_model (RnModel *model, GError **error)
{
  RnCliProgress progress;
  gboolean is_written;

  rn_cli_signals_look ();
  rn_cli_progress_start (&progress, _ ("Writing"));
  is_written = rn_model_export (model, RN_FORMAT_SAFETENSORS, NULL, out, rn_cli_progress_func,
                                &progress, error);
  rn_cli_progress_end (&progress);
  return is_written;
}

RnExit
rn_cli_import (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  GError *error = NULL;
  RnModelGuess guesses;
  RnModelHints hints;

  if (!rn_cli_parse (&argc, &argv, "FILE --out FILE", summary, examples, entries, groups, &error) ||
      !check_words (argc, argv, &hints, &error) ||
      (model = rn_model_import (argv[1], &hints, &guesses, &error)) == NULL ||
      !write_model (model, &error))
    return rn_cli_fail (error, "import");
  rn_cli_tell (_ ("“%s” holds the model."), out);
  tell_guesses (guesses);
  return RN_EXIT_DONE;
}
