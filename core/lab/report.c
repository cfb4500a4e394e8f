#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "lab/markup.h"
#include "residua/compute-info.h"
#include "residua/cost.h"
#include "residua/lab-results.h"
#include "lab/version.h"

#define FIGURE_WIDTH 470
#define FIGURE_HEIGHT 320

static const char style[] =
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}"
    "h1{line-height:1.2}h2{margin-top:2.2rem}"
    "blockquote{margin:1rem 0;padding:.1rem 1rem;border-left:4px solid #2a78b5;background:#f3f6f9}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.3rem .8rem;border-bottom:1px solid #ccc;text-align:right;vertical-align:top}"
    "th:first-child,td:first-child,.text{text-align:left}"
    ".dim{color:#555}.figures{display:grid;gap:1rem;"
    "grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr))}"
    "figure{margin:0;break-inside:avoid;max-width:34rem}svg{width:100%;height:auto}"
    "td.name+td{overflow-wrap:anywhere}"
    ".numbers{overflow-x:auto}.numbers td{white-space:nowrap}"
    ".name,.agrees,.differs,.open{white-space:nowrap}"
    ".agrees{color:#1b6e3c}.differs{color:#a51d2d}.open{color:#555}"
    "@media print{body{margin:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}"
    "tr,figure{break-inside:avoid}.figures{grid-template-columns:8.6cm 8.6cm;gap:.4cm}}";

/* What a page is made of */
typedef struct
{
  GString *out;
  RnLabResults *results;
  RnLabPlan *plan;
  RnExperiment *experiment;
} Page;

static void
add_heading (Page *self, const char *text)
{
  rn_markup_printf (self->out, "<h2>%s</h2>\n", text);
}

static void
add_head (Page *self)
{
  const char *title = rn_experiment_get_title (self->experiment);
  const char *question = rn_experiment_get_question (self->experiment);
  const char *claim = rn_experiment_get_claim (self->experiment);

  /* the language of what follows: gettext's own answer to nothing names no language, so it is a text like others */
  rn_markup_printf (self->out,
                    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n",
                    C_ ("language of the report", "en"), title);
  g_string_append_printf (self->out, "<style>%s</style>\n</head>\n<body>\n", style);
  rn_markup_printf (self->out, "<h1>%s</h1>\n", title);
  if (*question != '\0')
    rn_markup_printf (self->out, "<p>%s</p>\n", question);
  if (*claim != '\0')
    {
      add_heading (self, _ ("What was found"));
      rn_markup_printf (self->out, "<blockquote><p>%s</p><p class=\"dim\">%s</p></blockquote>\n",
                        claim, rn_experiment_get_source (self->experiment));
    }
}

/* Verdicts */

static const char *
class_of (RnLabAnswer answer)
{
  return answer == RN_LAB_AGREES ? "agrees" : answer == RN_LAB_DIFFERS ? "differs" : "open";
}

static void
add_verdicts (Page *self)
{
  const int n = rn_experiment_n_checks (self->experiment);

  if (n == 0)
    return;
  add_heading (self, _ ("Does it agree?"));
  rn_markup_printf (
      self->out,
      "<table>\n<tr><th>%s</th><th class=\"text\">%s</th><th class=\"text\">%s</th></tr>\n",
      _ ("What was to be seen"), _ ("Here"), _ ("Numbers"));
  for (int i = 0; i < n; i++)
    {
      const RnLabAnswer answer = rn_lab_results_get_verdict (self->results, i)->answer;
      g_autofree char *numbers = rn_lab_results_describe (self->results, i);

      rn_markup_printf (self->out,
                        "<tr><td>%s</td><td class=\"text %s\"><b>%s</b></td>"
                        "<td class=\"text\">%s</td></tr>\n",
                        rn_experiment_get_check (self->experiment, i)->text, class_of (answer),
                        rn_lab_answer_get_label (answer), numbers);
    }
  g_string_append (self->out, "</table>\n");
  rn_markup_printf (
      self->out, "<p class=\"dim\">%s</p>\n",
      _ ("What counts as agreement stands in the experiment and does not depend on what came out. "
         "The difference is taken seed by seed, as networks of one seed see the same batches; ± is "
         "the standard deviation over the seeds. “Cannot tell” is said where the spread is as "
         "large as the difference, where the seeds do not all say the same, where there is one "
         "seed only and so no spread, where a run diverged, and where the networks have no such "
         "number."));
}

/* Figures */

static void
add_figures (Page *self)
{
  const int n = rn_experiment_n_figures (self->experiment);

  if (n == 0)
    return;
  add_heading (self, _ ("What came out"));
  g_string_append (self->out, "<div class=\"figures\">\n");
  for (int i = 0; i < n; i++)
    {
      g_autofree char *svg = rn_lab_figure_to_svg (rn_lab_results_get_figure (self->results, i),
                                                   self->experiment, FIGURE_WIDTH, FIGURE_HEIGHT);

      g_string_append_printf (self->out, "<figure>%s</figure>\n", svg);
    }
  g_string_append (self->out, "</div>\n");
  rn_markup_printf (
      self->out, "<p class=\"dim\">%s</p>\n",
      _ ("Lines are means over the seeds, bands and bars reach one standard deviation "
         "to either side, dots are single measurements. A point of a training curve "
         "is the mean of a fiftieth of the steps."));
}

/* Numbers */

static void
add_quantity (Page *self, RnLabQuantity quantity)
{
  const int n_arms = rn_experiment_n_arms (self->experiment);

  rn_markup_printf (self->out, "<tr><td>%s</td>", rn_lab_quantity_get_label (quantity));
  for (int arm = 0; arm < n_arms; arm++)
    {
      const RnLabNumber number = rn_lab_results_get_number (self->results, arm, quantity);
      g_autofree char *text = rn_lab_number_to_string (&number, quantity);

      rn_markup_printf (self->out, "<td>%s</td>", text);
    }
  g_string_append (self->out, "</tr>\n");
}

/* A column for each network: there are fewer of them than quantities, and a page is not wide. */
static void
add_table (Page *self)
{
  const int n_arms = rn_experiment_n_arms (self->experiment);

  add_heading (self, _ ("Numbers at the end"));
  g_string_append (self->out, "<div class=\"numbers\"><table>\n<tr><th></th>");
  for (int arm = 0; arm < n_arms; arm++)
    rn_markup_printf (self->out, "<th>%s</th>",
                      rn_experiment_get_arm (self->experiment, arm)->name);
  g_string_append (self->out, "</tr>\n");
  for (int q = 0; q < RN_LAB_N_QUANTITIES; q++)
    {
      gboolean is_known = FALSE;

      for (int arm = 0; arm < n_arms; arm++)
        is_known |= rn_lab_results_get_number (self->results, arm, (RnLabQuantity) q).n > 0;
      if (is_known)
        add_quantity (self, (RnLabQuantity) q);
    }
  g_string_append (self->out, "</table></div>\n");
}

/* Settings */

static void
add_arms (Page *self)
{
  g_string_append (self->out, "<ul>\n");
  for (int arm = 0; arm < rn_experiment_n_arms (self->experiment); arm++)
    {
      g_autofree char *words = rn_lab_plan_describe_arm (self->plan, arm);

      rn_markup_printf (self->out, "<li><b>%s</b>: %s</li>\n",
                        rn_experiment_get_arm (self->experiment, arm)->name, words);
    }
  g_string_append (self->out, "</ul>\n");
}

static void
add_row (Page *self, const char *name, const char *value)
{
  rn_markup_printf (self->out, "<tr><td class=\"name\">%s</td><td class=\"text\">%s</td></tr>\n",
                    name, value);
}

/* Returns: (transfer full): the seeds of the plan */
static char *
list_seeds (Page *self)
{
  GString *seeds = g_string_new (NULL);

  for (int i = 0; i < rn_lab_plan_n_seeds (self->plan); i++)
    {
      const int run = i * rn_experiment_n_arms (self->experiment);

      g_string_append_printf (seeds, i == 0 ? "%" G_GUINT64_FORMAT : ", %" G_GUINT64_FORMAT,
                              rn_lab_plan_get_run (self->plan, run)->seed);
    }
  return g_string_free (seeds, FALSE);
}

static void
add_circumstances (Page *self)
{
  RnDataset *dataset = rn_lab_plan_get_dataset (self->plan);
  const double seconds = rn_lab_results_get_seconds (self->results);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *seeds = list_seeds (self), *time = g_date_time_format (now, "%F %H:%M UTC");
  g_autofree char *data = rn_lab_plan_describe_data (self->plan);
  g_autofree char *machine =
      g_strdup_printf (_ ("%d processors, %s, OpenBLAS for %s"), rn_compute_n_processors (),
                       rn_compute_isa (), rn_compute_blas_core ());
  g_autofree char *runs =
      g_strdup_printf (_ ("%d of %d have ended"), rn_lab_results_n_ended (self->results),
                       rn_lab_plan_n_runs (self->plan));
  g_autofree char *duration = g_strdup_printf (_ ("%.1f minutes"), seconds / 60.0);
  g_autofree char *diverged = rn_lab_results_describe_divergences (self->results);

  add_heading (self, _ ("How it was done"));
  add_arms (self);
  g_string_append (self->out, "<table>\n");
  add_row (self, _ ("Data"), data);
  add_row (self, _ ("Digest of the data (SHA-256)"), rn_dataset_get_digest (dataset));
  add_row (self, _ ("Seeds"), seeds);
  add_row (self, _ ("Runs"), runs);
  if (diverged != NULL)
    add_row (self, "", diverged);
  add_row (self, _ ("Time of training, all runs"), duration);
  add_row (self, _ ("Machine that wrote this"), machine);
  add_row (self, _ ("Program"), "Residua " RN_VERSION);
  add_row (self, _ ("Written"), time);
  g_string_append (self->out, "</table>\n");
}

static void
add_runs (Page *self)
{
  g_string_append (self->out, "<details><summary>");
  rn_markup_append (self->out, _ ("The runs, each with everything in a folder of its own"));
  g_string_append (self->out, "</summary>\n<ul>\n");
  for (int i = 0; i < rn_lab_plan_n_runs (self->plan); i++)
    rn_markup_printf (self->out, "<li>%s</li>\n", rn_lab_plan_get_run (self->plan, i)->name);
  g_string_append (self->out, "</ul></details>\n");
}

gboolean
rn_lab_write_report (RnLabResults *results, const char *path, GError **error)
{
  RnLabPlan *plan = rn_lab_results_get_plan (results);
  g_autoptr (GString) out = g_string_new (NULL);
  Page page = { out, results, plan, rn_lab_plan_get_experiment (plan) };

  add_head (&page);
  add_verdicts (&page);
  add_figures (&page);
  add_table (&page);
  add_circumstances (&page);
  add_runs (&page);
  g_string_append (out, "</body>\n</html>\n");
  return rn_file_replace (path, out->str, out->len, error);
}
