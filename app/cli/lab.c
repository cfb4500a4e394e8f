#include "commands.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>

#include "arguments.h"
#include "lab-output.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"
#include "training.h"

#define DEFAULT_RUNS "runs"
/* How often the loop looks whether somebody interrupted */
#define LOOK_EVERY_US (G_USEC_PER_SEC / 20)

static struct
{
  gint64 seeds;
  char *data;
  char *runs;
  char *report;
  gint64 threads;
  gboolean one_by_one;
  gboolean dry;
  gboolean json;
} option = { .seeds = RN_CLI_NO_INT, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "seeds", 0, 0, G_OPTION_ARG_INT64, &option.seeds,
    N_ ("How many seeds to train each network with (default: the experiment's, usually 3)"), "N" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data,
    N_ ("Other pictures than the experiment's own"), "sample|PATH" },
  { "runs", 0, 0, G_OPTION_ARG_FILENAME, &option.runs,
    N_ ("The folder that the runs are kept in (default: “runs”)"), "FOLDER" },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &option.report,
    N_ ("When it ends, write claim, figures and numbers as one page for a browser"), "FILE.html" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads, which change no result (default: one per processor)"), "T" },
  { "one-by-one", 0, 0, G_OPTION_ARG_NONE, &option.one_by_one,
    N_ ("Train each network to its end before the next, not in turn; the results are the same"),
    NULL },
  { "dry", 0, 0, G_OPTION_ARG_NONE, &option.dry,
    N_ ("Train nothing: say how long it would take, and what the runs on disk give so far"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("The results as one JSON object on stdout"),
    NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Does an experiment of the papers: trains networks on the very same batches, and says what "
        "came\n"
        "out beside what the paper found. Without a name it lists the experiments there are. "
        "Ctrl-C\n"
        "leaves all of its runs saved; the same command goes on from there.");

static const char examples[] =
    N_ ("Examples:\n"
        "  What there is:\n"
        "    residua-cli lab\n"
        "  Do deeper plain networks get worse?\n"
        "    residua-cli lab degradation --report degradation.html\n"
        "  How long would it take?\n"
        "    residua-cli lab residual --dry\n"
        "  Other pictures, more seeds:\n"
        "    residua-cli lab shortcuts --data cifar-10-batches-bin --seeds 5\n"
        "  An experiment of your own:\n"
        "    residua-cli lab mine.json\n"
        "\n"
        "Exit codes: 0 done, 1 failed, 2 usage, 3 diverged, 130 interrupted.");

static gboolean
check_words (int argc, char **argv, GError **error)
{
  if (argc > 2)
    return rn_cli_usage_error (error, _ ("lab takes one experiment at a time"));
  if (option.report != NULL && !g_str_has_suffix (option.report, ".html") &&
      !g_str_has_suffix (option.report, ".htm"))
    return rn_cli_usage_error (error,
                               _ ("“%s”: a report is written as .html; the window writes PDF, too"),
                               option.report);
  return rn_cli_check_int ("--seeds", option.seeds, 1, RN_LAB_MAX_SEEDS, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error);
}

/* The list */

static RnExit
list (void)
{
  const char *const *names = rn_experiment_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnExperiment) experiment = rn_experiment_load (names[i], NULL);

      g_return_val_if_fail (experiment != NULL, RN_EXIT_FAILED);

      if (option.json)
        rn_cli_lab_print_entry_json (experiment);
      else
        rn_cli_print ("%-12s %s\n             %s", names[i], rn_experiment_get_title (experiment),
                      rn_experiment_get_question (experiment));
    }
  return RN_EXIT_DONE;
}

/* Making a plan */

static RnLabPlan *
make_plan (const char *what, GError **error)
{
  g_autoptr (RnExperiment) experiment = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  GError *mistake = NULL;

  experiment = rn_experiment_load (what, &mistake);
  if (g_error_matches (mistake, RN_ERROR, RN_ERROR_DATA))
    {
      rn_cli_usage_error (error, "%s", mistake->message);
      g_error_free (mistake);
      return NULL;
    }
  if (experiment == NULL)
    {
      g_propagate_error (error, mistake);
      return NULL;
    }
  dataset =
      rn_cli_open_data (option.data != NULL ? option.data : rn_experiment_get_data (experiment), 1,
                        error);
  if (dataset == NULL)
    return NULL;
  return rn_lab_plan_new (experiment, dataset,
                          option.seeds != RN_CLI_NO_INT ? (int) option.seeds : 0,
                          option.runs != NULL ? option.runs : DEFAULT_RUNS, error);
}

static int
get_threads (void)
{
  return option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
}

/* Returns: (transfer full): "2 networks, 3 seeds: 6 runs" */
static char *
describe_runs (RnLabPlan *plan)
{
  const int n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (plan));
  const int n_seeds = rn_lab_plan_n_seeds (plan), n_runs = rn_lab_plan_n_runs (plan);
  g_autofree char *arms =
      g_strdup_printf (ngettext ("%d network", "%d networks", (gulong) n_arms), n_arms);
  g_autofree char *seeds =
      g_strdup_printf (ngettext ("%d seed", "%d seeds", (gulong) n_seeds), n_seeds);
  g_autofree char *runs = g_strdup_printf (ngettext ("%d run", "%d runs", (gulong) n_runs), n_runs);

  /* Translators: networks, seeds and runs, each with its number */
  return g_strdup_printf (_ ("%s, %s: %s"), arms, seeds, runs);
}

/* How long it takes is measured, for about a second a network: for people, and for whoever asks for nothing else */
static gboolean
tell_plan (RnLabPlan *plan, double *seconds, GError **error)
{
  const int n_runs = rn_lab_plan_n_runs (plan);
  g_autofree char *duration = NULL, *runs = describe_runs (plan);
  int n_ended = 0;

  *seconds = NAN;
  for (int i = 0; i < n_runs; i++)
    n_ended += rn_lab_plan_is_over (plan, i);
  rn_cli_tell ("%s", rn_experiment_get_title (rn_lab_plan_get_experiment (plan)));
  rn_cli_tell (_ ("%s, of which %d have ended."), runs, n_ended);
  if (option.json && !option.dry)
    return TRUE;
  if (!rn_lab_plan_estimate (plan, get_threads (), rn_cli_get_interrupt (), seconds, error))
    return FALSE;
  duration = rn_cli_duration (*seconds);
  rn_cli_tell (_ ("What is missing takes about %s here and now."), duration);
  return TRUE;
}

/* Training */

static void
show_progress (RnLabRunner *runner, RnLabPlan *plan, RnCliProgress *progress)
{
  RnExperiment *experiment = rn_lab_plan_get_experiment (plan);
  g_autofree char *detail = NULL;
  const RnLabRun *run;
  RnLabStatus status;

  rn_lab_runner_get_status (runner, &status);
  if (status.run < 0)
    return;
  run = rn_lab_plan_get_run (plan, status.run);
  detail = g_strdup_printf (_ ("%s, seed %llu: step %lld/%lld  %.0f/s"),
                            rn_experiment_get_arm (experiment, run->arm)->name,
                            (unsigned long long) run->seed,
                            (long long) rn_lab_runner_get_step (runner, status.run),
                            (long long) run->settings->steps, status.pictures_per_s);
  rn_cli_progress_update (progress, status.done, status.seconds_left, detail);
}

static RnExit
train (RnLabPlan *plan, GError **error)
{
  g_autoptr (RnLabRunner) runner =
      rn_lab_runner_new (plan, option.one_by_one ? RN_LAB_ONE_BY_ONE : RN_LAB_IN_TURN,
                         get_threads ());
  RnCliProgress progress;
  RnLabStatus status;
  gboolean is_stopping = FALSE;

  rn_cli_progress_start (&progress, _ ("Training"));
  rn_lab_runner_start (runner);
  do
    {
      g_usleep (LOOK_EVERY_US);
      rn_lab_runner_get_status (runner, &status);
      if (!is_stopping)
        show_progress (runner, plan, &progress);
      if (!is_stopping && rn_cli_is_interrupted ())
        {
          is_stopping = TRUE;
          rn_cli_tell (
              _ ("Stopping: checkpoints are being written (Ctrl-C once more leaves at once, "
                 "without them)"));
          rn_lab_runner_stop (runner);
        }
    }
  while (status.state == RN_LAB_RUNNING);
  rn_cli_progress_end (&progress);
  if (status.state == RN_LAB_STOPPED)
    return RN_EXIT_INTERRUPTED;
  if (status.state !=
      RN_LAB_FINISHED) /* it failed, or waits for room that nobody is here to make */
    {
      g_propagate_error (error, rn_lab_runner_get_error (runner));
      return RN_EXIT_FAILED;
    }
  return RN_EXIT_DONE;
}

/* What came out */

/* @seconds: that what is missing would take; NaN where nobody asked
 * @has_diverged: (out): whether a run did, now or before
 */
static gboolean
tell_results (RnLabPlan *plan, double seconds, gboolean *has_diverged, GError **error)
{
  g_autoptr (RnLabResults) results = NULL;
  RnCliProgress progress;

  rn_cli_progress_start (&progress, _ ("Looking at the runs"));
  results = rn_lab_results_new (plan, get_threads (), TRUE, rn_cli_progress_func, &progress,
                                rn_cli_get_interrupt (), error);
  rn_cli_progress_end (&progress);
  if (results == NULL)
    return FALSE;
  *has_diverged = rn_lab_results_n_ended (results) > rn_lab_results_n_finished (results);
  if (option.json)
    rn_cli_lab_print_json (results, seconds);
  else
    rn_cli_lab_print_text (results);
  if (option.report == NULL)
    return TRUE;
  if (!rn_lab_write_report (results, option.report, error))
    return FALSE;
  rn_cli_tell (_ ("“%s” holds the report."), option.report);
  return TRUE;
}

static RnExit
do_experiment (const char *what, GError **error)
{
  g_autoptr (RnLabPlan) plan = NULL;
  RnExit code = RN_EXIT_DONE;
  gboolean has_diverged;
  double seconds;

  rn_cli_signals_look ();
  plan = make_plan (what, error);
  if (plan == NULL || !tell_plan (plan, &seconds, error))
    return RN_EXIT_FAILED;
  if (!option.dry)
    code = train (plan, error);
  if (code == RN_EXIT_INTERRUPTED)
    {
      rn_cli_tell (_ ("All runs are saved; the same command goes on with them."));
      return code;
    }
  /* what others have learned is told, also where one diverged */
  if (!tell_results (plan, seconds, &has_diverged, *error == NULL ? error : NULL))
    return RN_EXIT_FAILED;
  return has_diverged && !option.dry ? RN_EXIT_DIVERGED : code;
}

RnExit
rn_cli_lab (int argc, char **argv)
{
  GError *error = NULL;
  RnExit code;

  if (!rn_cli_parse (&argc, &argv, "[NAME|FILE.json]", summary, examples, entries, NULL, &error) ||
      !check_words (argc, argv, &error))
    return rn_cli_fail (error, "lab");
  if (argc < 2)
    return list ();
  code = do_experiment (argv[1], &error);
  return error != NULL ? rn_cli_fail (error, "lab") : code;
}
