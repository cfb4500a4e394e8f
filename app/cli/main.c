#include <glib.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "commands.h"
#include "residua/spelling.h"
#include "signals.h"
#include "terminal.h"

/* A mistyped word is taken for the nearest command up to this many edits. */
#define MAX_DISTANCE 3

typedef struct
{
  const char *name;
  RnCliFunc func;
  const char *summary;
} Command;

static const Command commands[] = {
  { "train", rn_cli_train, N_ ("train a network from the beginning") },
  { "resume", rn_cli_resume, N_ ("go on with a training that was stopped") },
  { "eval", rn_cli_eval, N_ ("count a model's mistakes on a data set") },
  { "classify", rn_cli_classify, N_ ("say what is on pictures") },
  { "inspect", rn_cli_inspect, N_ ("see how strongly each layer answers") },
  { "export", rn_cli_export, N_ ("take a trained model out as a file of its own") },
  { "import", rn_cli_import, N_ ("make a model of elsewhere one of Residua") },
  { "info", rn_cli_info, N_ ("what a network costs, what a file holds, what there is") },
  { "lab", rn_cli_lab, N_ ("do an experiment of the papers, and compare") },
  { "bench", rn_cli_bench, N_ ("measure the speed of this machine") },
  { "data", rn_cli_data, N_ ("look into a data set, or write it out") },
};

static void
print_overview (void)
{
  rn_cli_print (_ ("Residua %s: residual networks, trained and used on your own processor\n"),
                RN_VERSION);
  rn_cli_print (_ ("Usage: residua-cli COMMAND [OPTION…]\n"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    rn_cli_print ("  %-10s %s", commands[i].name, _ (commands[i].summary));
  rn_cli_print (_ ("\nA beginning, in a few minutes:\n"
                   "  residua-cli train --data sample --net resnet20 --out runs/first\n"
                   "  residua-cli eval --model runs/first@best --data sample\n"
                   "  residua-cli data sample --scenes 20 --out scenes\n"
                   "  residua-cli classify --model runs/first@best scenes\n"
                   "\n“residua-cli COMMAND --help” tells more, with examples."));
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static RnExit
complain_of_command (const char *name)
{
  g_autofree char *shown = g_utf8_make_valid (name, (gssize) strnlen (name, 40));
  const char *nearest = NULL;
  int least = MAX_DISTANCE + 1;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const int distance = rn_spelling_distance (shown, commands[i].name);

      if (distance < least && distance < (int) strlen (commands[i].name))
        {
          least = distance;
          nearest = commands[i].name;
        }
    }
  if (nearest != NULL)
    rn_cli_complain (_ ("There is no command “%s”. Did you mean “%s”?"), shown, nearest);
  else
    rn_cli_complain (_ ("There is no command “%s”."), shown);
  rn_cli_tell (_ ("“residua-cli help” shows what there is."));
  return RN_EXIT_USAGE;
}

static RnExit
run_command (const char *name, int argc, char **argv)
{
  const Command *command = find_command (name);

  return command != NULL ? command->func (argc, argv) : complain_of_command (name);
}

/* "help", "help COMMAND" */
static RnExit
help (int argc, char **argv)
{
  char *words[] = { argc > 1 ? argv[1] : NULL, (char *) "--help", NULL };

  if (argc > 1)
    return run_command (argv[1], 2, words);
  print_overview ();
  return RN_EXIT_DONE;
}

static RnExit
dispatch (int argc, char **argv)
{
  const char *word = argc > 1 ? argv[1] : "help";

  if (strcmp (word, "help") == 0 || strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0)
    return help (argc - 1, argv + 1);
  if (strcmp (word, "--version") == 0 || strcmp (word, "version") == 0)
    {
      rn_cli_print ("residua-cli %s", RN_VERSION);
      return RN_EXIT_DONE;
    }
  return run_command (word, argc - 1, argv + 1);
}

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("RESIDUA_LOCALEDIR");
  RnExit code;

  setlocale (LC_ALL, "");
  /* Numbers are read and written with a point everywhere: what is shown can be typed. */
  setlocale (LC_NUMERIC, "C");
  /* A program that is not installed finds its translations in the build folder. */
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  rn_cli_signals_start ();
  code = dispatch (argc, argv);
  /* a full disk, or a reader that went away, is no success */
  if ((fflush (stdout) != 0 || ferror (stdout)) && code == RN_EXIT_DONE)
    {
      rn_cli_complain (_ ("The results could not be written"));
      code = RN_EXIT_FAILED;
    }
  return (int) code;
}
