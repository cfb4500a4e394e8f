#include "commands.h"

#include <glib/gi18n.h>

#include "arguments.h"
#include "residua/trainer.h"
#include "terminal.h"
#include "training.h"

static struct
{
  gint64 steps;
  char *data;
  gint64 threads;
  char *tensorboard;
  gboolean json;
} option = { .steps = RN_CLI_NO_INT, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "steps", 0, 0, G_OPTION_ARG_INT64, &option.steps,
    N_ ("Another length, counted from the run's beginning (default: the run's own)"), "N" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data,
    N_ ("Where the same pictures are now, if they have moved"), "sample|PATH" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads, which change no result (default: one per processor)"), "T" },
  { "tensorboard", 0, 0, G_OPTION_ARG_FILENAME, &option.tensorboard,
    N_ ("Go on with train's event file of TensorBoard in this folder, or begin one"), "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("Events for machines, as train's"), NULL },
  { NULL },
};

static const char summary[] = N_ ("Goes on with a run from its newest checkpoint, exactly as if it "
                                  "had never stopped: the end is\n"
                                  "the same, byte for byte, whatever stopped it.");

static const char examples[] =
    N_ ("Examples:\n"
        "  After Ctrl-C, a crash or a power cut:\n"
        "    residua-cli resume runs/first\n"
        "  Longer than planned:\n"
        "    residua-cli resume runs/first --steps 2000\n"
        "  With the data at another place:\n"
        "    residua-cli resume runs/cifar56 --data /mnt/disk/cifar-10-batches-bin\n"
        "\n"
        "Exit codes: 0 done, 1 failed, 2 usage, 3 diverged, 130 interrupted.");

static gboolean
check_words (int argc, char **argv, GError **error)
{
  if (argc < 2)
    return rn_cli_usage_error (error, _ ("Which run? Its folder is missing"));
  return rn_cli_no_words (argc - 1, argv + 1, error) &&
         rn_cli_check_int ("--steps", option.steps, 1, 1000000000, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error);
}

/* @events: (out) (nullable) */
static RnTrainer *
begin (const char *path, RnTensorboard **events, GError **error)
{
  const int threads = option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
  const gint64 steps = option.steps != RN_CLI_NO_INT ? option.steps : 0;
  g_autoptr (RnRun) run = rn_run_open (path, error);
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (GArray) checkpoints = NULL;
  RnTrainer *trainer;
  RnSettings settings;
  gint64 step;

  if (run == NULL)
    return NULL;
  settings = *rn_run_get_settings (run);
  dataset = rn_cli_open_data (option.data != NULL ? option.data : rn_run_get_data (run),
                              settings.seed, error);
  if (dataset == NULL)
    return NULL;
  trainer = rn_trainer_resume (path, dataset, steps, threads, error);
  if (trainer == NULL)
    return NULL;
  checkpoints = rn_run_list_checkpoints (run, NULL);
  step = checkpoints != NULL && checkpoints->len > 0
             ? g_array_index (checkpoints, gint64, checkpoints->len - 1)
             : 0;
  if (option.tensorboard != NULL)
    *events = rn_tensorboard_new (path, option.tensorboard, TRUE, step, error);
  if (option.tensorboard != NULL && *events == NULL)
    {
      rn_trainer_free (trainer);
      return NULL;
    }
  if (steps > 0)
    settings.steps = steps;
  rn_cli_tell_start (path, rn_run_get_spec (run), &settings, dataset, step, threads, option.json);
  return trainer;
}

RnExit
rn_cli_resume (int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr (RnTensorboard) events = NULL;
  RnTrainer *trainer;

  if (!rn_cli_parse (&argc, &argv, "RUN", summary, examples, entries, NULL, &error) ||
      !check_words (argc, argv, &error))
    return rn_cli_fail (error, "resume");
  trainer = begin (argv[1], &events, &error);
  if (trainer == NULL)
    return rn_cli_fail_training (error, option.json, "resume");
  return rn_cli_watch_training (trainer, events, option.json);
}
