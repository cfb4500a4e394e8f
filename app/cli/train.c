#include "commands.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "arguments.h"
#include "fit.h"
#include "residua/trainer.h"
#include "signals.h"
#include "terminal.h"
#include "training.h"

/* Where neither --steps nor --epochs is given */
#define DEFAULT_EPOCHS 15.0
#define DEFAULT_SCHEDULE "steps=50%,75%"

static struct
{
  char *data;
  char *net;
  char *out;
  gint64 steps;
  double epochs;
  gint64 batch;
  double rate;
  char *schedule;
  char *seed;
  gint64 threads;
  gint64 checkpoint_every;
  gint64 evaluate_every;
  gint64 measure_every;
  double momentum;
  double weight_decay;
  gboolean spare_norms;
  char *augment;
  gboolean drop_last;
  gboolean per_pixel_mean;
  char *tensorboard;
  gboolean json;
} option = {
  .steps = RN_CLI_NO_INT,
  .epochs = RN_CLI_NO_NUMBER,
  .batch = RN_CLI_NO_INT,
  .rate = RN_CLI_NO_NUMBER,
  .threads = RN_CLI_NO_INT,
  .checkpoint_every = RN_CLI_NO_INT,
  .evaluate_every = RN_CLI_NO_INT,
  .measure_every = RN_CLI_NO_INT,
  .momentum = RN_CLI_NO_NUMBER,
  .weight_decay = RN_CLI_NO_NUMBER,
};

static const GOptionEntry entries[] = {
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data,
    N_ ("What to learn: “sample” (ten classes of small drawings, made here), or CIFAR binary, IDX "
        "(MNIST) or a folder of pictures per class"),
    "sample|PATH" },
  { "net", 0, 0, G_OPTION_ARG_FILENAME, &option.net,
    N_ ("The network: a preset (“residua-cli info” lists them) or an architecture file"),
    "PRESET|FILE.json" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option.out, N_ ("The run: a folder that is not there yet"),
    "RUN" },
  { "steps", 0, 0, G_OPTION_ARG_INT64, &option.steps, N_ ("Batches to train on in all"), "N" },
  { "epochs", 0, 0, G_OPTION_ARG_DOUBLE, &option.epochs,
    N_ ("The same in passes over the training pictures (default: 15)"), "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT64, &option.batch, N_ ("Pictures a step (default: 128)"), "N" },
  { "lr", 0, 0, G_OPTION_ARG_DOUBLE, &option.rate, N_ ("Learning rate (default: 0.1)"), "RATE" },
  { "schedule", 0, 0, G_OPTION_ARG_STRING, &option.schedule,
    N_ ("constant, cosine, plateau[=PATIENCE] or steps=STEP,…; steps may be percentages; then "
        "+warmup=STEPS[@RATE] or +warmup-error=SHARE[@RATE] (default: steps=50%,75%)"),
    "TEXT" },
  { "momentum", 0, 0, G_OPTION_ARG_DOUBLE, &option.momentum, N_ ("Momentum (default: 0.9)"), "M" },
  { "weight-decay", 0, 0, G_OPTION_ARG_DOUBLE, &option.weight_decay,
    N_ ("Weight decay (default: 0.0001)"), "D" },
  { "spare-norms", 0, 0, G_OPTION_ARG_NONE, &option.spare_norms,
    N_ ("No weight decay on batch-norm and biases"), NULL },
  { "augment", 0, 0, G_OPTION_ARG_STRING, &option.augment,
    N_ ("none, or some of crop[=PIXELS], flip, scale=MIN-MAX, colour[=SD] with commas between them "
        "(default: crop,flip for colour pictures of up to 64 pixels, none for others)"),
    "TEXT" },
  { "drop-last", 0, 0, G_OPTION_ARG_NONE, &option.drop_last,
    N_ ("Leave out the last short batch of an epoch"), NULL },
  { "per-pixel-mean", 0, 0, G_OPTION_ARG_NONE, &option.per_pixel_mean,
    N_ ("Subtract each pixel's mean, not each channel's"), NULL },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &option.seed,
    N_ ("Decides every random choice; the same seed gives the same bytes (default: 1)"), "S" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads, which change no result (default: one per processor)"), "T" },
  { "checkpoint-every", 0, 0, G_OPTION_ARG_INT64, &option.checkpoint_every,
    N_ ("Steps between checkpoints (default: an epoch)"), "N" },
  { "evaluate-every", 0, 0, G_OPTION_ARG_INT64, &option.evaluate_every,
    N_ ("Steps between tests (default: an epoch)"), "N" },
  { "measure-every", 0, 0, G_OPTION_ARG_INT64, &option.measure_every,
    N_ ("Steps between the measures of each block, 0 for none (default: 50)"), "N" },
  { "tensorboard", 0, 0, G_OPTION_ARG_FILENAME, &option.tensorboard,
    N_ ("Write the curves as an event file of TensorBoard into this folder, while they grow"),
    "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json,
    N_ ("Events for machines on stdout: a JSON object a line, its “event” one of start, step, "
        "test, "
        "checkpoint, end, error"),
    NULL },
  { NULL },
};

static const char summary[] = N_ (
    "Trains a network and keeps everything in a run: a folder with the settings, the curves and\n"
    "checkpoints. Ctrl-C stops it at once and saves; “residua-cli resume RUN” goes on from there\n"
    "as if nothing had happened.");

static const char examples[] = N_ (
    "Examples:\n"
    "  A first training, a few minutes on the built-in pictures:\n"
    "    residua-cli train --data sample --net resnet20 --out runs/first\n"
    "  CIFAR-10 as in the paper, 64 000 steps:\n"
    "    residua-cli train --data cifar-10-batches-bin --net resnet56 --out runs/cifar56 \\\n"
    "        --steps 64000 --schedule steps=32000,48000 --per-pixel-mean\n"
    "  Your own pictures, a folder for each class, with a warm-up and a falling rate:\n"
    "    residua-cli train --data photos --net resnet18 --out runs/photos --epochs 30 \\\n"
    "        --batch 32 --lr 0.05 --schedule cosine+warmup=200 --augment scale=256-320,flip\n"
    "\n"
    "A preset takes the number of classes, the colours and, where all pictures are squares of at\n"
    "most 256 pixels, the side of its input from the data. An architecture file has to fit.\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 diverged, 130 interrupted.");

/* Settings */

static gboolean
check_bounds (GError **error)
{
  const gint64 most = 1000000000;

  return rn_cli_check_int ("--steps", option.steps, 1, most, error) &&
         rn_cli_check_int ("--batch", option.batch, 1, 65536, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error) &&
         rn_cli_check_int ("--checkpoint-every", option.checkpoint_every, 1, most, error) &&
         rn_cli_check_int ("--evaluate-every", option.evaluate_every, 1, most, error) &&
         rn_cli_check_int ("--measure-every", option.measure_every, 0, most, error);
}

static gboolean
check_words (int argc, char **argv, GError **error)
{
  if (!rn_cli_no_words (argc, argv, error) || !rn_cli_need ("--data", option.data, error) ||
      !rn_cli_need ("--net", option.net, error) || !rn_cli_need ("--out", option.out, error) ||
      !check_bounds (error))
    return FALSE;
  if (option.steps != RN_CLI_NO_INT && option.epochs != RN_CLI_NO_NUMBER)
    return rn_cli_usage_error (error, _ ("--steps and --epochs exclude each other"));
  if (option.epochs != RN_CLI_NO_NUMBER && !(option.epochs > 0.0 && option.epochs <= 1e6))
    return rn_cli_usage_error (error, _ ("--epochs must be over 0 and at most a million"));
  return TRUE;
}

static void
take_numbers (RnSettings *settings)
{
  if (option.batch != RN_CLI_NO_INT)
    settings->batch = (int) option.batch;
  if (option.rate != RN_CLI_NO_NUMBER)
    settings->rate = option.rate;
  if (option.momentum != RN_CLI_NO_NUMBER)
    settings->momentum = option.momentum;
  if (option.weight_decay != RN_CLI_NO_NUMBER)
    settings->weight_decay = option.weight_decay;
  if (option.checkpoint_every != RN_CLI_NO_INT)
    settings->checkpoint_every = option.checkpoint_every;
  if (option.evaluate_every != RN_CLI_NO_INT)
    settings->evaluate_every = option.evaluate_every;
  if (option.measure_every != RN_CLI_NO_INT)
    settings->measure_every = option.measure_every;
  settings->spare_norms = option.spare_norms;
  settings->drop_last = option.drop_last;
  settings->per_pixel_mean = option.per_pixel_mean;
}

/* (transfer full) @mistake: what the core says of a value that was typed here is a mistake in usage */
static gboolean
propagate_usage (GError **error, GError *mistake)
{
  rn_cli_usage_error (error, "%s", mistake->message);
  g_error_free (mistake);
  return FALSE;
}

/* Whatever can be told before the data is opened. A schedule in percent has to wait for the number of steps. */
static gboolean
build_settings (RnSettings *settings, GError **error)
{
  GError *mistake = NULL;
  RnSchedule schedule;

  rn_settings_init (settings);
  take_numbers (settings);
  if (option.seed != NULL && !rn_cli_parse_whole ("--seed", option.seed, &settings->seed, error))
    return FALSE;
  if ((option.schedule != NULL &&
       !rn_schedule_parse (option.schedule, settings->steps, &schedule, &mistake)) ||
      (option.augment != NULL &&
       !rn_augment_parse (option.augment, &settings->augment, &mistake)) ||
      !rn_settings_check (settings, &mistake))
    return propagate_usage (error, mistake);
  return TRUE;
}

static gboolean
fit_settings (RnSettings *settings, RnDataset *dataset, GError **error)
{
  const int n = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const double whole_batches = (double) n / settings->batch;
  const double epoch_steps =
      settings->drop_last ? MAX (floor (whole_batches), 1.0) : MAX (ceil (whole_batches), 1.0);
  const double epochs = option.epochs != RN_CLI_NO_NUMBER ? option.epochs : DEFAULT_EPOCHS;
  GError *mistake = NULL;

  settings->steps = option.steps != RN_CLI_NO_INT
                        ? option.steps
                        : (gint64) CLAMP (ceil (epochs * epoch_steps - 1e-9), 1.0, 1e9);
  if (!rn_schedule_parse (option.schedule != NULL ? option.schedule : DEFAULT_SCHEDULE,
                          settings->steps, &settings->schedule, &mistake) ||
      (option.augment == NULL &&
       !rn_augment_parse (rn_cli_usual_augment (dataset), &settings->augment, &mistake)) ||
      !rn_settings_check (settings, &mistake))
    return propagate_usage (error, mistake);
  return TRUE;
}

/* The network */

/* What looks like a file is one. A mistyped preset is told with its neighbours, as a mistake in usage. */
static RnSpec *
load_net (GError **error)
{
  GError *mistake = NULL;
  RnSpec *spec;

  if (!rn_cli_is_preset (option.net) &&
      (strchr (option.net, '/') != NULL || g_str_has_suffix (option.net, ".json") ||
       g_file_test (option.net, G_FILE_TEST_EXISTS)))
    return rn_spec_load (option.net, error);
  spec = rn_spec_preset (option.net, &mistake);
  if (spec == NULL)
    propagate_usage (error, mistake);
  return spec;
}

/* Event files that cannot be written stop it before there is a run; a run that cannot be made leaves no event file.
 * @events: (out) (nullable) */
static RnTrainer *
make_trainer (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset, int threads,
              RnTensorboard **events, GError **error)
{
  g_autoptr (RnTensorboard) begun = NULL;
  RnTrainer *trainer;

  if (option.tensorboard != NULL &&
      (begun = rn_tensorboard_new (option.out, option.tensorboard, FALSE, 0, error)) == NULL)
    return NULL;
  trainer = rn_trainer_new (option.out, spec, settings, dataset, threads, error);
  if (trainer == NULL && begun != NULL)
    rn_tensorboard_discard (begun);
  else
    *events = g_steal_pointer (&begun);
  return trainer;
}

/* @events: (out) (nullable) */
static RnTrainer *
begin (RnTensorboard **events, GError **error)
{
  const int threads = option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
  g_autoptr (RnSpec) spec = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  RnTrainer *trainer;
  RnSettings settings;

  if (!build_settings (&settings, error) || (spec = load_net (error)) == NULL)
    return NULL;
  if (g_file_test (option.out, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   _ ("“%s” is there already; “residua-cli resume” goes on with a run, another "
                      "--out makes a new one"),
                   option.out);
      return NULL;
    }
  dataset = rn_cli_open_data (option.data, settings.seed, error);
  if (dataset == NULL || !fit_settings (&settings, dataset, error) ||
      (rn_cli_is_preset (option.net) && !rn_trainer_fit_spec (spec, dataset, error)))
    return NULL;
  trainer = make_trainer (spec, &settings, dataset, threads, events, error);
  if (trainer != NULL)
    rn_cli_tell_start (option.out, spec, &settings, dataset, 0, threads, option.json);
  return trainer;
}

RnExit
rn_cli_train (int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr (RnTensorboard) events = NULL;
  RnTrainer *trainer;

  if (!rn_cli_parse (&argc, &argv, "--data DATA --net NET --out RUN", summary, examples, entries,
                     NULL, &error) ||
      !check_words (argc, argv, &error))
    return rn_cli_fail (error, "train");
  trainer = begin (&events, &error);
  if (trainer == NULL)
    return rn_cli_fail_training (error, option.json, "train");
  return rn_cli_watch_training (trainer, events, option.json);
}
