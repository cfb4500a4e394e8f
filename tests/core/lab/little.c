#include "little.h"

#define BLOCKS(kind)                                                                               \
  "{\"version\": 1, \"name\": \"" kind "\", \"input\": {\"side\": 8, \"channels\": 1}, "           \
  "\"stem\": {\"kind\": \"3x3\", \"channels\": 4}, \"classes\": 3, \"blocks\": ["                  \
  "{\"kind\": \"" kind "\", \"channels\": 4, \"stride\": 1, \"shortcut\": \"A-split\"},"           \
  "{\"kind\": \"" kind "\", \"channels\": 4, \"stride\": 1, \"shortcut\": \"A-split\"}]}"

#define BASIC BLOCKS ("basic")
#define PLAIN BLOCKS ("plain-basic")

static const char text[] =
    "{\"version\": 1, \"title\": \"Little\", \"claim\": \"A & B <i>\", \"seeds\": 2,"
    " \"settings\": {\"steps\": 24, \"batch\": 16, \"rate\": 0.05, \"augment\": \"crop=1,flip\","
    "   \"evaluate_every\": 8, \"checkpoint_every\": 6, \"measure_every\": 6},"
    " \"arms\": ["
    "  {\"id\": \"with\", \"name\": \"With\", \"net\": " BASIC "},"
    "  {\"id\": \"without\", \"name\": \"Without\", \"net\": " PLAIN "},"
    "  {\"id\": \"grown\", \"name\": \"Grown\", \"grow\": {\"from\": \"with\", \"at\": [1]},"
    "   \"settings\": {\"steps\": 8}}],"
    " \"figures\": [\"train_error\", \"test_error\", \"final_train_error\", \"responses\","
    "   \"responses_sorted\", \"lesions\", \"lesions_many\", \"shuffles\", \"shortcut_share\", "
    "\"train_loss\"],"
    " \"checks\": ["
    "  {\"text\": \"first\", \"quantity\": \"train_error\", \"at\": 0.5,"
    "   \"arms\": [\"with\", \"without\"], \"relation\": \"less\"},"
    "  {\"text\": \"second\", \"quantity\": [\"lesion\", \"test_error\"],"
    "   \"arms\": [\"with\", \"with\"], \"relation\": \"within\", \"within\": 0.9},"
    "  {\"text\": \"third\", \"quantity\": \"parameters\", \"arms\": [\"with\", \"without\"],"
    "   \"relation\": \"within\", \"within\": 0.5},"
    "  {\"text\": \"fourth\", \"quantity\": \"shortcut_share\", \"arms\": [\"with\"],"
    "   \"relation\": \"greater\", \"than\": 2},"
    "  {\"text\": \"fifth\", \"quantity\": \"shortcut_share\", \"arms\": [\"without\"],"
    "   \"relation\": \"greater\", \"than\": 2}]}";

RnExperiment *
little_experiment_new (void)
{
  g_autoptr (GError) error = NULL;
  RnExperiment *experiment = rn_experiment_from_json (text, -1, "little.json", &error);

  g_assert_no_error (error);
  return experiment;
}

RnLabPlan *
little_plan_new (const char *folder, RnDataset *dataset, int n_seeds)
{
  g_autofree char *runs = g_build_filename (folder, "runs", NULL);
  g_autoptr (RnExperiment) experiment = little_experiment_new ();
  g_autoptr (GError) error = NULL;
  RnLabPlan *plan = rn_lab_plan_new (experiment, dataset, n_seeds, runs, &error);

  g_assert_no_error (error);
  return plan;
}

void
little_plan_train (RnLabPlan *plan, RnLabOrder order)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (plan, order, 1);

  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
}
