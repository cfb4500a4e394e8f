#include "lab-output.h"

#include <glib/gi18n.h>

#include "output-json.h"
#include "terminal.h"

#define NAME_COLUMNS 38
#define NUMBER_COLUMNS 18

/* The columns of the table */
static const RnLabQuantity columns[] = { RN_LAB_TRAIN_LOSS, RN_LAB_TRAIN_ERROR, RN_LAB_TEST_ERROR };

/* In the order of their enumeration */
static const char *const answer_keys[] = { "not_yet", "agrees", "differs", "cannot_tell" };

void
rn_cli_lab_print_entry_json (const RnExperiment *experiment)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "name", rn_experiment_get_name (experiment));
  rn_cli_json_string (builder, "title", rn_experiment_get_title (experiment));
  rn_cli_json_string (builder, "question", rn_experiment_get_question (experiment));
  rn_cli_json_string (builder, "source", rn_experiment_get_source (experiment));
  rn_cli_json_int (builder, "arms", rn_experiment_n_arms (experiment));
  rn_cli_json_int (builder, "seeds", rn_experiment_get_n_seeds (experiment));
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

/* For people */

static void
print_line (const char *name, char *numbers[G_N_ELEMENTS (columns)])
{
  RnCliCell cells[1 + G_N_ELEMENTS (columns)] = { { name, -NAME_COLUMNS } };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    cells[1 + i] = (RnCliCell){ numbers[i], NUMBER_COLUMNS };
  rn_cli_print_cells (cells, G_N_ELEMENTS (cells));
}

static void
print_table (RnLabResults *results, RnExperiment *experiment)
{
  char *heads[G_N_ELEMENTS (columns)];

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    heads[i] = (char *) rn_lab_quantity_get_label (columns[i]);
  print_line ("", heads);
  for (int arm = 0; arm < rn_experiment_n_arms (experiment); arm++)
    {
      char *numbers[G_N_ELEMENTS (columns)];

      for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
        {
          const RnLabNumber number = rn_lab_results_get_number (results, arm, columns[i]);

          numbers[i] = rn_lab_number_to_string (&number, columns[i]);
        }
      print_line (rn_experiment_get_arm (experiment, arm)->name, numbers);
      for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
        g_free (numbers[i]);
    }
}

static void
print_verdicts (RnLabResults *results, RnExperiment *experiment)
{
  for (int i = 0; i < rn_experiment_n_checks (experiment); i++)
    {
      g_autofree char *numbers = rn_lab_results_describe (results, i);

      rn_cli_print ("\n%s: %s\n    %s", rn_experiment_get_check (experiment, i)->text,
                    rn_lab_answer_get_label (rn_lab_results_get_verdict (results, i)->answer),
                    numbers);
    }
}

void
rn_cli_lab_print_text (RnLabResults *results)
{
  RnLabPlan *plan = rn_lab_results_get_plan (results);
  RnExperiment *experiment = rn_lab_plan_get_experiment (plan);
  g_autofree char *duration = rn_cli_duration (rn_lab_results_get_seconds (results));
  g_autofree char *diverged = rn_lab_results_describe_divergences (results);
  const int n_seeds = rn_lab_plan_n_seeds (plan);
  g_autofree char *seeds =
      g_strdup_printf (ngettext ("%d seed", "%d seeds", (gulong) n_seeds), n_seeds);

  rn_cli_print ("%s\n", rn_experiment_get_title (experiment));
  if (*rn_experiment_get_claim (experiment) != '\0')
    rn_cli_print (_ ("What was found: %s\n(%s)\n"), rn_experiment_get_claim (experiment),
                  rn_experiment_get_source (experiment));
  rn_cli_print (_ ("Here, on “%s”, %d of %d runs have ended, %s (mean ± spread), %s of training:"),
                rn_dataset_get_source (rn_lab_plan_get_dataset (plan)),
                rn_lab_results_n_ended (results), rn_lab_plan_n_runs (plan), seeds, duration);
  if (diverged != NULL)
    rn_cli_print ("%s", diverged);
  print_table (results, experiment);
  print_verdicts (results, experiment);
}

/* For machines */

static void
add_number (JsonBuilder *builder, const char *key, const RnLabNumber *number)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_object (builder);
  rn_cli_json_int (builder, "n", number->n);
  rn_cli_json_number (builder, "mean", number->mean);
  rn_cli_json_number (builder, "spread", number->spread);
  json_builder_end_object (builder);
}

static void
add_arms (JsonBuilder *builder, RnLabResults *results, RnExperiment *experiment)
{
  json_builder_set_member_name (builder, "arms");
  json_builder_begin_array (builder);
  for (int arm = 0; arm < rn_experiment_n_arms (experiment); arm++)
    {
      json_builder_begin_object (builder);
      rn_cli_json_string (builder, "id", rn_experiment_get_arm (experiment, arm)->id);
      for (int i = 0; i < RN_LAB_N_QUANTITIES; i++)
        {
          const RnLabNumber number = rn_lab_results_get_number (results, arm, (RnLabQuantity) i);

          if (number.n > 0)
            add_number (builder, rn_lab_quantity_get_key ((RnLabQuantity) i), &number);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_checks (JsonBuilder *builder, RnLabResults *results, RnExperiment *experiment)
{
  json_builder_set_member_name (builder, "checks");
  json_builder_begin_array (builder);
  for (int i = 0; i < rn_experiment_n_checks (experiment); i++)
    {
      const RnLabVerdict *verdict = rn_lab_results_get_verdict (results, i);

      json_builder_begin_object (builder);
      rn_cli_json_string (builder, "text", rn_experiment_get_check (experiment, i)->text);
      rn_cli_json_string (builder, "answer", answer_keys[verdict->answer]);
      add_number (builder, "first", &verdict->side[0]);
      add_number (builder, "second", &verdict->side[1]);
      add_number (builder, "difference", &verdict->difference);
      rn_cli_json_int (builder, "as_said", verdict->n_as_said);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_runs (JsonBuilder *builder, RnLabResults *results, RnExperiment *experiment)
{
  RnLabPlan *plan = rn_lab_results_get_plan (results);

  json_builder_set_member_name (builder, "runs");
  json_builder_begin_array (builder);
  for (int i = 0; i < rn_lab_plan_n_runs (plan); i++)
    {
      const RnLabRun *run = rn_lab_plan_get_run (plan, i);
      g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, run->seed);

      json_builder_begin_object (builder);
      rn_cli_json_string (builder, "arm", rn_experiment_get_arm (experiment, run->arm)->id);
      rn_cli_json_string (builder, "seed", seed);
      rn_cli_json_string (builder, "run", run->path);
      rn_cli_json_int (builder, "steps", run->settings->steps);
      rn_cli_json_bool (builder, "finished", rn_lab_plan_is_finished (plan, i));
      rn_cli_json_bool (builder, "ended", rn_lab_results_is_over (results, i));
      if (rn_lab_results_get_divergence (results, i) > 0)
        rn_cli_json_int (builder, "diverged", rn_lab_results_get_divergence (results, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
rn_cli_lab_print_json (RnLabResults *results, double seconds_left)
{
  RnLabPlan *plan = rn_lab_results_get_plan (results);
  RnExperiment *experiment = rn_lab_plan_get_experiment (plan);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "experiment", rn_experiment_get_name (experiment));
  rn_cli_json_string (builder, "data", rn_dataset_get_source (rn_lab_plan_get_dataset (plan)));
  rn_cli_json_int (builder, "seeds", rn_lab_plan_n_seeds (plan));
  rn_cli_json_number (builder, "training_seconds", rn_lab_results_get_seconds (results));
  rn_cli_json_number (builder, "seconds_left", seconds_left);
  add_arms (builder, results, experiment);
  add_checks (builder, results, experiment);
  add_runs (builder, results, experiment);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}
