#include "commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"
#include "models.h"
#include "residua/error.h"
#include "terminal.h"

static struct
{
  char *model;
  char *to;
  char *out;
} option;

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "to", 0, 0, G_OPTION_ARG_STRING, &option.to, N_ ("The form of the file (default: safetensors)"),
    "safetensors" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option.out,
    N_ ("The file to write; one that is there already is refused"), "FILE" },
  { NULL },
};

static const char summary[] = N_ (
    "Takes a trained model out of its run: parameters and running statistics without what only\n"
    "training needs, under torchvision's names, with network, classes and preprocessing in the\n"
    "file's metadata. PyTorch loads it with strict=True.");

static const char examples[] =
    N_ ("Examples:\n"
        "  The best checkpoint of a run as a file of its own:\n"
        "    residua-cli export --model runs/first@best --out first.safetensors\n"
        "  A model of others, with what its own file cannot tell written into it:\n"
        "    residua-cli export --model resnet20.safetensors --mean 0.485,0.456,0.406 \\\n"
        "        --std 0.229,0.224,0.225 --out complete.safetensors");

static gboolean
check_words (int argc, char **argv, GError **error)
{
  RnModelHints hints;

  if (!rn_cli_no_words (argc, argv, error) || !rn_cli_need ("--model", option.model, error) ||
      !rn_cli_need ("--out", option.out, error) || !rn_cli_get_hints (&hints, error))
    return FALSE;
  if (option.to != NULL && strcmp (option.to, "safetensors") != 0)
    return rn_cli_usage_error (error, _ ("--to %s: there is only “safetensors”"), option.to);
  if (g_file_test (option.out, G_FILE_TEST_EXISTS))
    return rn_cli_usage_error (error, _ ("--out: “%s” is there already"), option.out);
  return TRUE;
}

/* Reads the file back. Returns: FALSE with @error where a number in it is another than the model's */
static gboolean
compare (RnModel *model, const char *path, GError **error)
{
  g_autoptr (RnModel) written = rn_model_load (path, NULL, error);
  g_auto (GStrv) names = rn_model_list_parameters (model);

  if (written == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (RnTensor) before = rn_model_get_parameter (model, *name);
      g_autoptr (RnTensor) after = rn_model_get_parameter (written, *name);

      if (after == NULL || rn_tensor_count (after) != rn_tensor_count (before) ||
          memcmp (after->data, before->data, rn_tensor_count (before) * sizeof (float)) != 0)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                       _ ("“%s”, read back, is not the model: “%s” differs"), path, *name);
          return FALSE;
        }
    }
  return TRUE;
}

RnExit
rn_cli_export (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  GError *error = NULL;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN --out FILE", summary, examples, entries,
                     groups, &error) ||
      !check_words (argc, argv, &error) ||
      (model = rn_cli_load_model (option.model, &error)) == NULL ||
      !rn_model_save (model, option.out, &error) || !compare (model, option.out, &error))
    return rn_cli_fail (error, "export");
  rn_cli_tell (_ ("“%s” holds the model; read back, it is the same to the bit."), option.out);
  return RN_EXIT_DONE;
}
