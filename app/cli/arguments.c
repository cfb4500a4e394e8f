#include "arguments.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "residua/spec.h"

gboolean
rn_cli_usage_error (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* All groups at once: what has to be asked for is not found. */
static void
print_help (GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);

  g_print ("%s", help);
}

gboolean
rn_cli_parse (int *argc, char ***argv, const char *usage, const char *summary, const char *examples,
              const GOptionEntry *entries, GOptionGroup *const *groups, GError **error)
{
  static gboolean wants_help;
  static const GOptionEntry help[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &wants_help, N_ ("Show this help"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autofree char *name = g_strconcat ("residua-cli ", (*argv)[0], NULL);

  /* GLib writes this name into the first line of the help. */
  g_set_prgname (name);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, _ (summary));
  g_option_context_set_description (context, _ (examples));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, help, GETTEXT_PACKAGE);
  for (int i = 0; groups != NULL && groups[i] != NULL; i++)
    g_option_context_add_group (context, groups[i]);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (wants_help)
    {
      print_help (context);
      g_clear_pointer (&context, g_option_context_free);
      exit (RN_EXIT_DONE);
    }
  return TRUE;
}

gboolean
rn_cli_check_int (const char *option, gint64 value, gint64 min, gint64 max, GError **error)
{
  if (value == RN_CLI_NO_INT || (value >= min && value <= max))
    return TRUE;
  return rn_cli_usage_error (error, _ ("%s is %lld; it must be from %lld to %lld"), option,
                             (long long) value, (long long) min, (long long) max);
}

gboolean
rn_cli_need (const char *option, const char *value, GError **error)
{
  if (value != NULL && *value != '\0')
    return TRUE;
  return rn_cli_usage_error (error, _ ("%s is missing"), option);
}

gboolean
rn_cli_no_words (int argc, char **argv, GError **error)
{
  return argc <= 1 || rn_cli_usage_error (error, _ ("“%s” has no place here"), argv[1]);
}

gboolean
rn_cli_parse_whole (const char *option, const char *text, guint64 *value, GError **error)
{
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, value, NULL))
    return TRUE;
  return rn_cli_usage_error (error, _ ("%s is “%s”; it must be a whole number of at most 64 bits"),
                             option, text);
}

gboolean
rn_cli_parse_split (const char *text, RnSplit *split, GError **error)
{
  if (strcmp (text, "train") == 0)
    *split = RN_SPLIT_TRAIN;
  else if (strcmp (text, "test") == 0)
    *split = RN_SPLIT_TEST;
  else
    return rn_cli_usage_error (error, _ ("--split is “%s”; it must be train or test"), text);
  return TRUE;
}

int
rn_cli_parse_ints (const char *option, const char *text, int min, int max, int *values, int n_max,
                   GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  const int n = (int) g_strv_length (words);

  if (n < 1 || n > n_max)
    {
      rn_cli_usage_error (error, _ ("%s takes 1 to %d numbers with commas between them"), option,
                          n_max);
      return 0;
    }
  for (int i = 0; i < n; i++)
    {
      gint64 value;

      if (!g_ascii_string_to_signed (words[i], 10, min, max, &value, NULL))
        {
          rn_cli_usage_error (error, _ ("%s: “%s” is no whole number from %d to %d"), option,
                              words[i], min, max);
          return 0;
        }
      values[i] = (int) value;
    }
  return n;
}

int
rn_cli_parse_floats (const char *option, const char *text, float *values, int n_max, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  const int n = (int) g_strv_length (words);

  if (n < 1 || n > n_max)
    {
      rn_cli_usage_error (error, _ ("%s takes 1 to %d numbers with commas between them"), option,
                          n_max);
      return 0;
    }
  for (int i = 0; i < n; i++)
    {
      char *end;
      const double value = g_ascii_strtod (words[i], &end);

      if (end == words[i] || *end != '\0' || !(fabs (value) <= 1e6))
        {
          rn_cli_usage_error (error, _ ("%s: “%s” is no number"), option, words[i]);
          return 0;
        }
      values[i] = (float) value;
    }
  return n;
}

/* Hints */

static struct
{
  char *mean;
  char *std;
  char *pad_channels;
  char *bottleneck_stride;
  double epsilon;
  gint64 side;
  char *preset;
  char *classes;
  char **names; /* of that file */
} hint = { .epsilon = RN_CLI_NO_NUMBER, .side = RN_CLI_NO_INT };

GOptionGroup *
rn_cli_hints_group (void)
{
  static const GOptionEntry entries[] = {
    { "preset", 0, 0, G_OPTION_ARG_STRING, &hint.preset,
      N_ ("Mean, deviation, input and class names at once: of ImageNet, of CIFAR-10, or of "
          "CIFAR-10 "
          "with ImageNet’s mean; what is given beside it wins"),
      "imagenet|cifar10|cifar10-imagenet" },
    { "mean", 0, 0, G_OPTION_ARG_STRING, &hint.mean,
      N_ ("Mean of each channel, where white is 1, such as 0.485,0.456,0.406"), "R,G,B" },
    { "std", 0, 0, G_OPTION_ARG_STRING, &hint.std, N_ ("Standard deviation of each channel"),
      "R,G,B" },
    { "pad-channels", 0, 0, G_OPTION_ARG_STRING, &hint.pad_channels,
      N_ ("Where option A's zero channels stand: on both sides (the default) or at the end"),
      "split|end" },
    { "bottleneck-stride", 0, 0, G_OPTION_ARG_STRING, &hint.bottleneck_stride,
      N_ ("Which convolution of a bottleneck has the stride (default: 3x3)"), "1x1|3x3" },
    { "bn-eps", 0, 0, G_OPTION_ARG_DOUBLE, &hint.epsilon,
      N_ ("Batch-norm's epsilon (default: 1e-5)"), "X" },
    { "classes", 0, 0, G_OPTION_ARG_FILENAME, &hint.classes,
      N_ ("Names of the classes: a text file with one in each line"), "FILE" },
    { "input", 0, 0, G_OPTION_ARG_INT64, &hint.side,
      N_ ("Side of the network's input in pixels (default: 32, or 224 with a 7x7 stem)"), "SIDE" },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new (
      "model", _ ("Model files made elsewhere (what files of Residua say themselves wins):"),
      _ ("Show the options for model files made elsewhere"), NULL, NULL);

  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  return group;
}

/* One number stands for every channel. */
static gboolean
parse_channels (const char *option, const char *text, float values[3], GError **error)
{
  const int n = rn_cli_parse_floats (option, text, values, 3, error);

  if (n == 2)
    return rn_cli_usage_error (error, _ ("%s takes 1 or 3 numbers"), option);
  if (n == 1)
    values[1] = values[2] = values[0];
  return n > 0;
}

static gboolean
get_mean (RnModelHints *hints, GError **error)
{
  if ((hint.mean == NULL) != (hint.std == NULL))
    return rn_cli_usage_error (error, _ ("--mean and --std go together"));
  if (hint.mean == NULL)
    return TRUE;
  if (!parse_channels ("--mean", hint.mean, hints->mean, error) ||
      !parse_channels ("--std", hint.std, hints->std, error))
    return FALSE;
  for (int c = 0; c < 3; c++)
    if (!(hints->std[c] > 0.0f))
      return rn_cli_usage_error (error, _ ("--std must be over 0"));
  hints->has_mean = TRUE;
  return TRUE;
}

static gboolean
get_preset (RnModelHints *hints, GError **error)
{
  g_autofree char *known = g_strjoinv (", ", (char **) rn_model_preset_names ());

  if (hint.preset == NULL || rn_model_hints_set_preset (hints, hint.preset, NULL))
    return TRUE;
  return rn_cli_usage_error (error, _ ("--preset is “%s”; there are %s"), hint.preset, known);
}

/* Whether @text is the second of two words; FALSE with @error where it is neither. */
static gboolean
get_word (const char *option, const char *text, const char *first, const char *second,
          gboolean *is_second, GError **error)
{
  if (text == NULL || strcmp (text, first) == 0)
    return TRUE;
  *is_second = strcmp (text, second) == 0;
  return *is_second || rn_cli_usage_error (error, _ ("%s is “%s”; it must be %s or %s"), option,
                                           text, first, second);
}

static gboolean
get_classes (RnModelHints *hints, GError **error)
{
  if (hint.classes == NULL)
    return TRUE;
  g_clear_pointer (&hint.names, g_strfreev);
  hint.names = rn_model_read_classes (hint.classes, error);
  hints->classes = (const char *const *) hint.names;
  hints->needs_classes = TRUE;
  return hint.names != NULL;
}

gboolean
rn_cli_get_hints (RnModelHints *hints, GError **error)
{
  *hints = (RnModelHints){ 0 };
  if (!get_preset (hints, error) || !get_mean (hints, error) ||
      !get_word ("--pad-channels", hint.pad_channels, "split", "end", &hints->pad_end, error) ||
      !get_word ("--bottleneck-stride", hint.bottleneck_stride, "3x3", "1x1", &hints->stride_in_1x1,
                 error) ||
      !get_classes (hints, error) ||
      !rn_cli_check_int ("--input", hint.side, 1, RN_MAX_SIDE, error))
    return FALSE;
  if (hint.epsilon != RN_CLI_NO_NUMBER && !(hint.epsilon > 0.0 && hint.epsilon < 1.0))
    return rn_cli_usage_error (error, _ ("--bn-eps must be between 0 and 1"));
  hints->has_padding = hint.pad_channels != NULL;
  hints->has_stride = hint.bottleneck_stride != NULL;
  if (hint.epsilon != RN_CLI_NO_NUMBER)
    hints->epsilon = hint.epsilon;
  if (hint.side != RN_CLI_NO_INT)
    hints->side = (int) hint.side;
  return TRUE;
}

/* Views */

static struct
{
  gint64 crops;
  char *scales;
  gboolean flip;
  int n_parsed;
  int parsed[RN_MAX_SCALES];
} view = { .crops = 1 };

GOptionGroup *
rn_cli_views_group (void)
{
  static const GOptionEntry entries[] = {
    { "crops", 0, 0, G_OPTION_ARG_INT64, &view.crops,
      N_ ("Views of a picture: 1, or 10 (corners, centre and their mirror images)"), "1|10" },
    { "scales", 0, 0, G_OPTION_ARG_STRING, &view.scales,
      N_ ("Fully convolutional at these shorter sides instead, or at the paper's five"),
      "224,256,…|paper" },
    { "flip", 0, 0, G_OPTION_ARG_NONE, &view.flip, N_ ("With --scales: also mirror images"), NULL },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new ("views", _ ("How a picture is looked at:"),
                                            _ ("Show the options for views"), NULL, NULL);

  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  return group;
}

gboolean
rn_cli_check_views (GError **error)
{
  if (view.crops != 1 && view.crops != 10)
    return rn_cli_usage_error (error, _ ("--crops is %lld; it must be 1 or 10"),
                               (long long) view.crops);
  if (view.scales != NULL && view.crops != 1)
    return rn_cli_usage_error (error, _ ("--crops and --scales exclude each other"));
  if (view.flip && view.scales == NULL)
    return rn_cli_usage_error (error, _ ("--flip needs --scales"));
  if (view.scales == NULL || strcmp (view.scales, "paper") == 0)
    return TRUE;
  view.n_parsed = rn_cli_parse_ints ("--scales", view.scales, 1, RN_MAX_SIDE, view.parsed,
                                     RN_MAX_SCALES, error);
  return view.n_parsed > 0;
}

void
rn_cli_get_views (RnViews *views, int side)
{
  *views = (RnViews){ .crops = (int) view.crops, .flip = view.flip };
  if (view.n_parsed > 0)
    {
      views->n_scales = view.n_parsed;
      memcpy (views->scales, view.parsed, (gsize) view.n_parsed * sizeof (int));
    }
  else if (view.scales != NULL)
    rn_views_paper_scales (views, side);
}
