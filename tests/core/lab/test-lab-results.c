#include "residua/lab-results.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "lab/results-private.h"
#include "little.h"
#include "residua/inspect.h"
#include "residua/study.h"

/* Verdicts, on made-up numbers */

static RnLabVerdict
judge_quantity (RnLabQuantity quantity, RnLabRelation relation, const double *first,
                const double *second, int n)
{
  const RnLabCheck check = { .quantity = { quantity, quantity },
                             .arm = { 0, 1 },
                             .at = 1.0,
                             .relation = relation,
                             .within = 0.05 };
  RnLabVerdict verdict;

  rn_lab_verdict_init (&verdict, &check, first, second, n);
  return verdict;
}

static RnLabVerdict
judge (RnLabRelation relation, const double *first, const double *second, int n)
{
  return judge_quantity (RN_LAB_TEST_ERROR, relation, first, second, n);
}

static void
test_of_equals_none_is_the_greater (void)
{
  static const double one[] = { 269722.0 }, other[] = { 269722.0 };

  for (int relation = RN_LAB_GREATER; relation <= RN_LAB_LESS; relation++)
    {
      RnLabVerdict verdict =
          judge_quantity (RN_LAB_PARAMETERS, (RnLabRelation) relation, one, other, 1);

      g_assert_cmpint (verdict.answer, ==, RN_LAB_DIFFERS);
      g_assert_cmpint (verdict.n_as_said, ==, 0);
    }
  g_assert_cmpint (judge_quantity (RN_LAB_PARAMETERS, RN_LAB_WITHIN, one, other, 1).answer, ==,
                   RN_LAB_AGREES);
}

static void
test_a_difference_over_the_spread_is_told_and_no_other (void)
{
  static const double high[] = { 0.5, 0.6, 0.7 }, low[] = { 0.3, 0.4, 0.5 };
  static const double outvoted[] = { 0.6, 0.7, 0.49 };
  static const double mixed[] = { 0.2, 0.9, 0.6 }, close[] = { 0.51, 0.6, 0.72 };
  RnLabVerdict verdict = judge (RN_LAB_GREATER, high, low, 3);

  /* each spread is 0.1, but seed by seed it is 0.2 in all: what chance did to both is no doubt */
  g_assert_cmpint (verdict.answer, ==, RN_LAB_AGREES);
  g_assert_cmpfloat_with_epsilon (verdict.difference.mean, 0.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (verdict.difference.spread, 0.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (verdict.side[0].spread, 0.1, 1e-12);
  g_assert_cmpint (verdict.n_as_said, ==, 3);
  g_assert_cmpint (judge (RN_LAB_LESS, high, low, 3).answer, ==, RN_LAB_DIFFERS);
  g_assert_cmpint (judge (RN_LAB_LESS, low, high, 3).answer, ==, RN_LAB_AGREES);
  g_assert_cmpint (judge (RN_LAB_GREATER, mixed, low, 3).answer, ==, RN_LAB_CANNOT_TELL);
  g_assert_cmpint (judge (RN_LAB_GREATER, mixed, low, 3).n_as_said, ==, 2);
  /* 0.3, 0.3 and -0.01: beyond the spread, but one seed says otherwise */
  g_assert_cmpfloat (judge (RN_LAB_GREATER, outvoted, low, 3).difference.mean, >,
                     judge (RN_LAB_GREATER, outvoted, low, 3).difference.spread);
  g_assert_cmpint (judge (RN_LAB_GREATER, outvoted, low, 3).answer, ==, RN_LAB_CANNOT_TELL);
  g_assert_cmpint (judge (RN_LAB_LESS, outvoted, low, 3).answer, ==, RN_LAB_CANNOT_TELL);
  g_assert_cmpint (judge (RN_LAB_WITHIN, high, close, 3).answer, ==, RN_LAB_AGREES);
  g_assert_cmpint (judge (RN_LAB_WITHIN, high, low, 3).answer, ==, RN_LAB_DIFFERS);
  g_assert_cmpint (judge (RN_LAB_WITHIN, high, mixed, 3).answer, ==, RN_LAB_CANNOT_TELL);
}

static void
test_one_seed_tells_nothing_and_a_missing_run_not_yet (void)
{
  static const double high[] = { 0.9, NAN }, low[] = { 0.1, 0.1 };

  g_assert_cmpint (judge (RN_LAB_GREATER, high, low, 1).answer, ==, RN_LAB_CANNOT_TELL);
  g_assert_cmpint (judge (RN_LAB_GREATER, high, low, 2).answer, ==, RN_LAB_NOT_YET);
  g_assert_cmpint (judge (RN_LAB_GREATER, high, low, 2).difference.n, ==, 1);
}

static void
test_numbers_are_written_as_exactly_as_they_are_known (void)
{
  static const struct
  {
    RnLabNumber number;
    RnLabQuantity quantity;
    const char *text;
  } cases[] = {
    { { 3, 0.6214, 0.0201 }, RN_LAB_TEST_ERROR, "62.1\u00a0±\u00a02.0\u00a0%" },
    { { 3, 0.0214, 0.0011 }, RN_LAB_TEST_ERROR, "2.14\u00a0±\u00a00.11\u00a0%" },
    { { 3, -0.086, 0.0551 }, RN_LAB_TEST_ERROR, "−8.6\u00a0±\u00a05.5\u00a0%" },
    { { 1, 0.5, NAN }, RN_LAB_SHORTCUT_SHARE, "50.0\u00a0%" },
    { { 3, 1.2345, 0.0123 }, RN_LAB_TRAIN_LOSS, "1.234\u00a0±\u00a00.012" },
    { { 3, 269722.0, 0.0 }, RN_LAB_PARAMETERS, "269,722" },
    { { 0, NAN, NAN }, RN_LAB_TEST_ERROR, "–" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rn_lab_number_to_string (&cases[i].number, cases[i].quantity);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_ticks_are_round (void)
{
  g_autoptr (GArray) tenths = rn_lab_find_ticks (0.0, 0.5, 5, FALSE);
  g_autoptr (GArray) whole = rn_lab_find_ticks (1.0, 4.0, 8, TRUE);

  g_assert_cmpuint (tenths->len, ==, 6);
  g_assert_cmpfloat_with_epsilon (g_array_index (tenths, double, 5), 0.5, 1e-12);
  g_assert_cmpuint (whole->len, ==, 4);
  g_assert_cmpfloat (g_array_index (whole, double, 1), ==, 2.0);
}

/* A whole experiment */

typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnLabPlan *plan;
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  world->folder = tiny_folder_new ();
  world->dataset = tiny_dataset_new (world->folder, 120, 60);
  world->plan = little_plan_new (world->folder, world->dataset, 0);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  tiny_folder_remove (world->folder);
  rn_lab_plan_unref (world->plan);
  rn_dataset_unref (world->dataset);
  g_free (world->folder);
}

static RnLabResults *
results_of (World *world, gboolean studies)
{
  g_autoptr (GError) error = NULL;
  RnLabResults *results = rn_lab_results_new (world->plan, 1, studies, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return results;
}

static void
test_before_the_first_run_all_is_open (World *world, gconstpointer data)
{
  g_autoptr (RnLabResults) results = results_of (world, TRUE);

  g_assert_cmpint (rn_lab_results_n_finished (results), ==, 0);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 0)->answer, ==, RN_LAB_NOT_YET);
  g_assert_cmpint (rn_lab_results_get_number (results, 0, RN_LAB_TRAIN_ERROR).n, ==, 0);
  for (int i = 0; i < 10; i++)
    g_assert_cmpuint (rn_lab_results_get_figure (results, i)->series->len, ==, 0);
  /* what needs no training is known */
  g_assert_cmpint (rn_lab_results_get_verdict (results, 2)->answer, ==, RN_LAB_AGREES);
}

/* The mean error of the newest tenth of the steps, worked out from the run itself */
static double
train_error_of (RnLabPlan *plan, int index)
{
  const RnLabRun *planned = rn_lab_plan_get_run (plan, index);
  g_autoptr (RnRun) run = rn_run_open (planned->path, NULL);
  g_autoptr (GArray) history = rn_run_read_history (run, NULL);

  /* a tenth of 24 steps are 2 */
  return 0.5 * (g_array_index (history, RnHistoryRow, 22).error +
                g_array_index (history, RnHistoryRow, 23).error);
}

static void
test_numbers_and_curves_are_those_of_the_runs (World *world, gconstpointer data)
{
  g_autoptr (RnLabResults) results = NULL;
  RnLabNumber number;
  double first, second;
  const RnLabFigure *curves, *tests;
  const RnLabSeries *grown;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  results = results_of (world, FALSE);
  first = train_error_of (world->plan, 0);
  second = train_error_of (world->plan, 3);
  number = rn_lab_results_get_number (results, 0, RN_LAB_TRAIN_ERROR);
  g_assert_cmpint (number.n, ==, 2);
  g_assert_cmpfloat_with_epsilon (number.mean, 0.5 * (first + second), 1e-12);
  g_assert_cmpfloat_with_epsilon (number.spread, fabs (first - second) / sqrt (2.0), 1e-12);
  g_assert_cmpint (rn_lab_results_get_number (results, 0, RN_LAB_LESION).n, ==, 0);
  /* what a study will say is open as long as there was none */
  g_assert_cmpint (rn_lab_results_get_verdict (results, 1)->answer, ==, RN_LAB_NOT_YET);
  g_assert_false (rn_lab_results_is_final (results));
  g_assert_cmpfloat (rn_lab_results_get_seconds (results), >, 0.0);

  curves = rn_lab_results_get_figure (results, 0);
  tests = rn_lab_results_get_figure (results, 1);
  g_assert_cmpuint (curves->series->len, ==, 3);
  grown = curves->series->pdata[2];
  g_assert_cmpint (grown->n, ==, 8);
  g_assert_cmpfloat (grown->x[0], ==, 25.0); /* behind its origin's 24 */
  g_assert_cmpfloat (curves->x_max, ==, 32.0);
  g_assert_cmpint (((const RnLabSeries *) tests->series->pdata[0])->n, ==, 3);
  g_assert_cmpfloat (((const RnLabSeries *) tests->series->pdata[0])->x[1], ==, 16.0);
}

static void
test_a_verdict_counts_its_seeds (World *world, gconstpointer data)
{
  g_autoptr (RnLabPlan) single = little_plan_new (world->folder, world->dataset, 1);
  g_autoptr (RnLabResults) of_one = NULL, of_two = NULL;
  g_autofree char *one = NULL, *two = NULL;
  g_autoptr (GError) error = NULL;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  of_one = rn_lab_results_new (single, 1, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  of_two = results_of (world, FALSE);
  one = rn_lab_results_describe (of_one, 0);
  two = rn_lab_results_describe (of_two, 0);
  g_assert_true (g_str_has_suffix (one, "\u00a0of\u00a01\u00a0seed"));
  g_assert_true (g_str_has_suffix (two, "\u00a0of\u00a02\u00a0seeds"));
}

static void
test_trained_networks_are_taken_apart (World *world, gconstpointer data)
{
  g_autoptr (RnLabResults) results = NULL;
  const RnLabSeries *series;
  g_autofree char *words = NULL;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  results = results_of (world, TRUE);
  g_assert_true (rn_lab_results_is_final (results));
  /* stem and two blocks of two layers */
  series = rn_lab_results_get_figure (results, 3)->series->pdata[0];
  g_assert_cmpint (series->n, ==, 5);
  series = rn_lab_results_get_figure (results, 4)->series->pdata[0];
  for (int i = 1; i < series->n; i++)
    g_assert_cmpfloat (series->mean[i], <=, series->mean[i - 1]);
  /* plain blocks can be taken out, too: none, the first, the second */
  series = rn_lab_results_get_figure (results, 5)->series->pdata[1];
  g_assert_cmpint (series->n, ==, 3);
  g_assert_cmpfloat (series->x[2], ==, 2.0);
  /* at 0 stands the network as it is */
  g_assert_cmpfloat_with_epsilon (series->mean[0],
                                  rn_lab_results_get_number (results, 1, RN_LAB_TEST_ERROR).mean,
                                  1e-9);
  g_assert_cmpfloat_with_epsilon (series->mean[0],
                                  rn_lab_results_get_number (results, 1, RN_LAB_INTACT).mean,
                                  1e-12);
  series = rn_lab_results_get_figure (results, 6)->series->pdata[0];
  g_assert_cmpint (series->n, ==, 3);
  series = rn_lab_results_get_figure (results, 7)->series->pdata[0];
  /* two blocks can only be exchanged, or be as before: 1, 3 and 5 times */
  g_assert_cmpint (series->n, ==, 4);
  g_assert_cmpint (series->n_dots, ==, 2 * 13);
  /* its line goes one way, whatever the drawings */
  for (int i = 1; i < series->n; i++)
    g_assert_cmpfloat (series->x[i], >=, series->x[i - 1]);
  /* residual arms only */
  g_assert_cmpuint (rn_lab_results_get_figure (results, 8)->series->len, ==, 2);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 3)->answer, ==, RN_LAB_DIFFERS);
  /* what a network does not have, it will never have */
  words = rn_lab_results_describe (results, 4);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 4)->answer, ==, RN_LAB_CANNOT_TELL);
  g_assert_nonnull (strstr (words, "these networks give no such number"));
}

/* Studies that the lab added */

static RnModel *
trained_model (World *world, int run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRun) on_disk = NULL;
  RnModel *model;

  little_plan_train (world->plan, RN_LAB_ONE_BY_ONE);
  on_disk = rn_run_open (rn_lab_plan_get_run (world->plan, run)->path, &error);
  g_assert_no_error (error);
  model = rn_run_load_model (on_disk, -1, &error);
  g_assert_no_error (error);
  return model;
}

typedef struct
{
  int wrong[64];
  int n;
} Points;

static gboolean
take_point (const RnStudyPoint *point, double done, gpointer data)
{
  Points *points = data;

  points->wrong[points->n++] = point->wrong;
  return TRUE;
}

/* Where the shortcut is an identity, no block and a block without its branch are one and the same. */
static void
test_taking_a_block_out_is_switching_its_branch_off (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = trained_model (world, 0);
  g_autoptr (RnStudy) study =
      rn_study_new (model, world->dataset, RN_SPLIT_TEST, 0, 1, NULL, NULL, NULL, &error);
  Points off = { 0 }, out = { 0 };

  g_assert_no_error (error);
  g_assert_true (rn_study_lesions (study, 2, 3, 7, take_point, &off, NULL, &error));
  g_assert_true (rn_study_removals (study, 2, 3, 7, take_point, &out, NULL, &error));
  g_assert_cmpint (off.n, ==, 1 + 2 + 6);
  g_assert_cmpmem (off.wrong, sizeof off.wrong, out.wrong, sizeof out.wrong);
}

/* A block whose branch ends in a gamma of zero lets nothing back through it. */
static void
test_the_gradient_of_a_new_identity_block_comes_by_its_shortcut (World *world, gconstpointer data)
{
  const RnLabRun *grown = rn_lab_plan_get_run (world->plan, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) last = trained_model (world, 0);
  g_autoptr (RnRun) run = rn_run_open (grown->path, &error);
  g_autoptr (RnModel) first = rn_run_load_model (run, 0, &error);
  g_autoptr (GArray) ways = NULL, again = NULL, before = NULL;
  const RnGradientWays *way;

  g_assert_no_error (error);
  ways = rn_inspect_gradient_ways (first, world->dataset, RN_SPLIT_TRAIN, 100, 1, NULL, &error);
  g_assert_no_error (error);
  again = rn_inspect_gradient_ways (first, world->dataset, RN_SPLIT_TRAIN, 100, 2, NULL, &error);
  g_assert_cmpuint (ways->len, ==, 3);
  g_assert_cmpmem (ways->data, ways->len * sizeof (RnGradientWays), again->data,
                   again->len * sizeof (RnGradientWays));
  way = &g_array_index (ways, RnGradientWays, 1);
  g_assert_cmpuint (way->block, ==, rn_spec_get_block (grown->spec, 1)->id);
  g_assert_cmpfloat (way->branch, ==, 0.0);
  g_assert_cmpfloat (way->shortcut, >, 0.0);
  g_assert_cmpfloat (g_array_index (ways, RnGradientWays, 0).branch, >, 0.0);
  /* the identity put in changes nothing for the others */
  before = rn_inspect_gradient_ways (last, world->dataset, RN_SPLIT_TRAIN, 100, 1, NULL, &error);
  g_assert_cmpfloat_with_epsilon (g_array_index (before, RnGradientWays, 0).shortcut,
                                  g_array_index (ways, RnGradientWays, 0).shortcut, 1e-6);
}

static void
test_a_plain_block_has_one_way (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = trained_model (world, 1);
  g_autoptr (GArray) ways =
      rn_inspect_gradient_ways (model, world->dataset, RN_SPLIT_TRAIN, 64, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (isnan (g_array_index (ways, RnGradientWays, 0).shortcut));
  g_assert_cmpfloat (g_array_index (ways, RnGradientWays, 0).branch, >, 0.0);
}

/* The report */

/* Overwrites every number of run 0's curves, but the steps, with @number. */
static void
spoil_history (World *world, const char *number)
{
  const RnLabRun *run = rn_lab_plan_get_run (world->plan, 0);
  g_autofree char *path = g_build_filename (run->path, "history.csv", NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) spoiled = g_string_new (NULL);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_string_append_printf (spoiled, "%s\n", lines[0]);
  for (gint64 step = 1; step <= run->settings->steps; step++)
    g_string_append_printf (spoiled, "%d,1,%s,%s,0.05,%s,%s\n", (int) step, number, number, number,
                            number);
  g_assert_true (g_file_set_contents (path, spoiled->str, -1, NULL));
}

static void
test_numbers_at_the_ends_of_their_range_are_borne (World *world, gconstpointer data)
{
  static const char *const numbers[] = { "1.7e308", "-1.7e308", "1.7e12", "5e-324" };

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (RnLabResults) results = NULL;
      RnExperiment *experiment = rn_lab_plan_get_experiment (world->plan);

      spoil_history (world, numbers[i]);
      results = results_of (world, FALSE);
      for (int j = 0; j < rn_experiment_n_figures (experiment); j++)
        {
          const RnLabFigure *figure = rn_lab_results_get_figure (results, j);
          g_autofree char *svg = rn_lab_figure_to_svg (figure, experiment, 400, 300);

          g_assert_true (isfinite (figure->y_max) && figure->y_max > figure->y_min);
          g_assert_null (strstr (svg, "nan"));
          g_assert_null (strstr (svg, "inf"));
          /* no tick is written out beyond what there is room for */
          g_assert_null (strstr (svg, "0000000"));
        }
      for (int j = 0; j < rn_experiment_n_checks (experiment); j++)
        g_free (rn_lab_results_describe (results, j));
    }
}

static void
test_the_report_is_whole_and_escaped (World *world, gconstpointer data)
{
  g_autofree char *path = g_build_filename (world->folder, "report.html", NULL);
  g_autofree char *text = NULL, *again = NULL;
  g_autoptr (RnLabResults) results = NULL;
  g_autoptr (GError) error = NULL;
  int n_figures = 0;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  results = results_of (world, TRUE);
  g_assert_true (rn_lab_write_report (results, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "A &amp; B &lt;i&gt;"));
  g_assert_null (strstr (text, "<i>"));
  g_assert_null (strstr (text, "http:/"
                               "/example"));
  /* nothing is fetched from anywhere */
  g_assert_null (strstr (text, "<script"));
  g_assert_null (strstr (text, "src="));
  g_assert_null (strstr (text, "href="));
  for (const char *at = text; (at = strstr (at, "<svg ")) != NULL; at++)
    n_figures++;
  g_assert_cmpint (n_figures, ==, 10);
  /* text that stands on its side is hard to read */
  g_assert_null (strstr (text, "rotate"));
  /* a column for each network, a row for each quantity */
  g_assert_nonnull (strstr (text, "<th>With</th><th>Without</th><th>Grown</th></tr>\n<tr><td>"
                                  "training loss</td><td>"));
  g_assert_null (strstr (text, "nan"));
  g_assert_null (strstr (text, "inf"));
  /* all that an answer can be for is explained */
  g_assert_nonnull (strstr (text,
                            "where the spread is as large as the difference, where the seeds do "
                            "not all say the same, where there is one seed only and so no spread, "
                            "where a run diverged, and where the networks have no such number."));
  g_assert_nonnull (strstr (text, rn_dataset_get_digest (world->dataset)));
  /* a digest is one long word: it breaks rather than stand out of the page */
  g_assert_nonnull (strstr (text, "td.name+td{overflow-wrap:anywhere}"));
  for (int i = 0; i < 6; i++)
    g_assert_nonnull (strstr (text, rn_lab_plan_get_run (world->plan, i)->name));
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *numbers = rn_lab_results_describe (results, i);

      g_assert_nonnull (strstr (text, numbers));
    }
  g_assert_false (rn_lab_write_report (results, "/no/such/folder/report.html", &error));
  g_assert_nonnull (error);
}

static void
test_every_figure_is_well_formed (World *world, gconstpointer data)
{
  g_autoptr (RnLabResults) results = NULL;
  RnExperiment *experiment = rn_lab_plan_get_experiment (world->plan);

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  results = results_of (world, TRUE);
  for (int i = 0; i < rn_experiment_n_figures (experiment); i++)
    {
      const RnLabFigure *figure = rn_lab_results_get_figure (results, i);
      g_autofree char *svg = rn_lab_figure_to_svg (figure, experiment, 400, 300);
      const GMarkupParser nothing = { NULL };
      GMarkupParseContext *context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (g_markup_parse_context_parse (context, svg, -1, &error));
      g_assert_no_error (error);
      g_assert_true (g_markup_parse_context_end_parse (context, &error));
      g_markup_parse_context_free (context);
      g_assert_cmpfloat (figure->x_min, <, figure->x_max);
      g_assert_cmpfloat (figure->y_min, <, figure->y_max);
      for (guint s = 0; s < figure->series->len; s++)
        {
          const RnLabSeries *series = figure->series->pdata[s];

          for (int p = 0; p < series->n; p++)
            {
              g_assert_cmpfloat (series->x[p], >=, figure->x_min);
              g_assert_cmpfloat (series->x[p], <=, figure->x_max);
              g_assert_cmpfloat (series->mean[p], <=, figure->y_max + 1e-12);
              g_assert_cmpfloat (series->low[p], <=, series->high[p]);
            }
        }
    }
}

#define ADD(path, func) g_test_add (path, World, NULL, world_set_up, func, world_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab-results/of equals none is the greater",
                   test_of_equals_none_is_the_greater);
  g_test_add_func ("/lab-results/a difference over the spread is told and no other",
                   test_a_difference_over_the_spread_is_told_and_no_other);
  g_test_add_func ("/lab-results/one seed tells nothing and a missing run not yet",
                   test_one_seed_tells_nothing_and_a_missing_run_not_yet);
  g_test_add_func ("/lab-results/numbers are written as exactly as they are known",
                   test_numbers_are_written_as_exactly_as_they_are_known);
  g_test_add_func ("/lab-results/ticks are round", test_ticks_are_round);
  ADD ("/lab-results/before the first run all is open", test_before_the_first_run_all_is_open);
  ADD ("/lab-results/numbers and curves are those of the runs",
       test_numbers_and_curves_are_those_of_the_runs);
  ADD ("/lab-results/a verdict counts its seeds", test_a_verdict_counts_its_seeds);
  ADD ("/lab-results/trained networks are taken apart", test_trained_networks_are_taken_apart);
  ADD ("/lab-results/taking a block out is switching its branch off",
       test_taking_a_block_out_is_switching_its_branch_off);
  ADD ("/lab-results/the gradient of a new identity block comes by its shortcut",
       test_the_gradient_of_a_new_identity_block_comes_by_its_shortcut);
  ADD ("/lab-results/a plain block has one way", test_a_plain_block_has_one_way);
  ADD ("/lab-results/numbers at the ends of their range are borne",
       test_numbers_at_the_ends_of_their_range_are_borne);
  ADD ("/lab-results/the report is whole and escaped", test_the_report_is_whole_and_escaped);
  ADD ("/lab-results/every figure is well formed", test_every_figure_is_well_formed);
  return g_test_run ();
}
