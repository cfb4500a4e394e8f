#include "residua/experiment.h"

#include <gio/gio.h>
#include <string.h>

#include "../train/tiny.h"
#include "base/json.h"

/* A file of one arm, into which a test puts what it is about */
#define HEAD "{\"version\": 1, \"title\": \"t\", \"arms\": ["
#define ARM "{\"id\": \"a\", \"name\": \"A\", \"net\": \"resnet8\"}"
#define TWO ARM ", {\"id\": \"b\", \"name\": \"B\", \"net\": \"plain8\"}"

static RnExperiment *
parsed (const char *text)
{
  g_autoptr (GError) error = NULL;
  RnExperiment *experiment = rn_experiment_from_json (text, -1, "mine.json", &error);

  g_assert_no_error (error);
  return experiment;
}

static void
assert_refused (const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;
  RnExperiment *experiment = rn_experiment_from_json (text, -1, "mine.json", &error);

  g_assert_null (experiment);
  g_assert_nonnull (error);
  if (strstr (error->message, "mine.json") == NULL || strstr (error->message, says) == NULL)
    g_error ("“%s” should name mine.json and %s", error->message, says);
}

static void
test_all_that_ship_can_be_read (void)
{
  const char *const *names = rn_experiment_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnExperiment) experiment = rn_experiment_load (names[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rn_experiment_get_name (experiment), ==, names[i]);
      g_assert_cmpint (rn_experiment_n_arms (experiment), >=, 2);
      g_assert_cmpint (rn_experiment_n_figures (experiment), >=, 1);
      g_assert_cmpint (rn_experiment_n_checks (experiment), >=, 1);
      g_assert_cmpint (rn_experiment_get_n_seeds (experiment), ==, 3);
      g_assert_nonnull (strstr (rn_experiment_get_source (experiment), "arXiv"));
      g_assert_nonnull (strstr (rn_experiment_get_source (experiment), "section"));
      g_assert_cmpstr (rn_experiment_get_claim (experiment), !=, "");
    }
}

static void
test_all_files_there_are_ship (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "lab", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  guint n = 0;
  const char *file;

  g_assert_no_error (error);
  while ((file = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (file, ".json"))
      {
        g_autofree char *name = g_strndup (file, strlen (file) - strlen (".json"));

        g_assert_true (g_strv_contains (rn_experiment_names (), name));
        n++;
      }
  g_assert_cmpuint (g_strv_length ((char **) rn_experiment_names ()), ==, n);
}

/* Texts of JSON that gettext shall find, in the order in which they come; each once */
static void
gather_texts (JsonNode *node, const char *key, GPtrArray *texts)
{
  static const char *const told[] = {
    "title", "question", "claim", "source", "name", "text", NULL
  };

  if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      gather_texts (json_array_get_element (json_node_get_array (node), i), NULL, texts);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

      for (GList *l = members; l != NULL; l = l->next)
        /* an architecture's own name is none that is shown */
        if (strcmp (l->data, "net") != 0)
          gather_texts (json_object_get_member (json_node_get_object (node), l->data), l->data,
                        texts);
    }
  else if (key != NULL && g_strv_contains (told, key) &&
           !g_ptr_array_find_with_equal_func (texts, json_node_get_string (node), g_str_equal,
                                              NULL))
    g_ptr_array_add (texts, g_strdup (json_node_get_string (node)));
}

/* xgettext reads C and no JSON. What the files say stands in a header that nothing includes; RESIDUA_WRITE_TEXTS=1 writes
 * it anew.
 */
static void
test_translators_find_every_text_of_those_that_ship (void)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) wanted = g_string_new (
      "/* Made from data/lab by test-experiment with RESIDUA_WRITE_TEXTS=1, for xgettext. */\n"
      "/* clang-format off */\n");
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "..", "core", "lab", "shipped-texts.h", NULL);
  g_autofree char *found = NULL;
  const char *const *names = rn_experiment_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnExperiment) experiment = rn_experiment_load (names[i], NULL);
      g_autoptr (JsonNode) root =
          rn_json_parse (rn_experiment_get_json (experiment), -1, names[i], NULL);

      gather_texts (root, NULL, texts);
    }
  for (guint i = 0; i < texts->len; i++)
    {
      g_autoptr (GString) escaped = g_string_new (texts->pdata[i]);

      g_string_replace (escaped, "\\", "\\\\", 0);
      g_string_replace (escaped, "\"", "\\\"", 0);
      g_string_append_printf (wanted, "N_ (\"%s\")\n", escaped->str);
    }
  if (g_getenv ("RESIDUA_WRITE_TEXTS") != NULL)
    g_assert_true (g_file_set_contents (path, wanted->str, -1, NULL));
  g_file_get_contents (path, &found, NULL, NULL);
  g_assert_cmpstr (found, ==, wanted->str);
}

static void
test_a_copy_of_one_that_ships_is_the_same (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *path = g_build_filename (folder, "my copy.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnExperiment) shipped = rn_experiment_load ("deepen", &error);
  g_autoptr (RnExperiment) copy = NULL;

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, rn_experiment_get_json (shipped), -1, &error));
  copy = rn_experiment_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rn_experiment_get_name (copy), ==, "my copy");
  g_assert_cmpstr (rn_experiment_get_claim (copy), ==, rn_experiment_get_claim (shipped));
  g_assert_cmpint (rn_experiment_n_arms (copy), ==, rn_experiment_n_arms (shipped));
  for (int i = 0; i < rn_experiment_n_arms (copy); i++)
    g_assert_true (rn_spec_equal (rn_experiment_get_arm (copy, i)->spec,
                                  rn_experiment_get_arm (shipped, i)->spec));
  tiny_folder_remove (folder);
}

static void
test_an_arm_can_be_a_preset_with_options_or_a_network_of_its_own (void)
{
  g_autoptr (RnExperiment) experiment = parsed (
      HEAD
      "{\"id\": \"a\", \"name\": \"A\", \"net\": \"resnet8\", \"shortcut\": \"C\", "
      "\"zero_gamma\": true},"
      "{\"id\": \"b\", \"name\": \"B\", \"net\": {\"version\": 1, \"name\": \"own\", \"input\": "
      "{\"side\": 8, \"channels\": 1}, \"stem\": {\"kind\": \"3x3\", \"channels\": 4}, "
      "\"blocks\": [], \"classes\": 3}}]}");
  const RnBlockSpec *block = rn_spec_get_block (rn_experiment_get_arm (experiment, 0)->spec, 1);

  g_assert_cmpint (block->shortcut, ==, RN_SHORTCUT_C);
  g_assert_true (block->zero_gamma);
  g_assert_cmpstr (rn_spec_get_name (rn_experiment_get_arm (experiment, 1)->spec), ==, "own");
  g_assert_cmpint (rn_experiment_get_n_seeds (experiment), ==, 3);
  g_assert_cmpstr (rn_experiment_get_data (experiment), ==, "sample");
}

static void
test_a_grown_arm_has_the_blocks_of_its_origin_and_more (void)
{
  g_autoptr (RnExperiment) experiment =
      parsed (HEAD ARM ", {\"id\": \"g\", \"name\": \"G\", \"grow\": {\"from\": \"a\", \"at\": "
                       "[1, 3]}}]}");
  const RnLabArm *arm = rn_experiment_get_arm (experiment, 1);

  g_assert_cmpint (arm->origin, ==, 0);
  g_assert_cmpint (rn_spec_n_blocks (arm->spec), ==, 5);
  g_assert_true (rn_spec_get_block (arm->spec, 1)->zero_gamma);
  g_assert_true (rn_spec_get_block (arm->spec, 3)->zero_gamma);
  g_assert_cmpuint (rn_spec_get_block (arm->spec, 0)->id, ==,
                    rn_spec_get_block (rn_experiment_get_arm (experiment, 0)->spec, 0)->id);
}

static void
test_a_check_says_what_it_compares_and_when (void)
{
  g_autoptr (RnExperiment) experiment = parsed (
      HEAD TWO "], \"checks\": ["
               "{\"text\": \"c\", \"quantity\": [\"lesion\", \"test_error\"], \"arms\": [\"a\", "
               "\"b\"], \"relation\": \"within\", \"within\": 0.1},"
               "{\"text\": \"d\", \"quantity\": \"train_loss\", \"at\": 0.25, \"arms\": [\"b\"], "
               "\"than\": 2, \"relation\": \"less\"}]}");
  const RnLabCheck *first = rn_experiment_get_check (experiment, 0);
  const RnLabCheck *second = rn_experiment_get_check (experiment, 1);

  g_assert_cmpint (first->quantity[0], ==, RN_LAB_LESION);
  g_assert_cmpint (first->quantity[1], ==, RN_LAB_TEST_ERROR);
  g_assert_cmpint (first->arm[0], ==, 0);
  g_assert_cmpint (first->arm[1], ==, 1);
  g_assert_cmpfloat (first->at, ==, 1.0);
  g_assert_cmpfloat (first->within, ==, 0.1);
  g_assert_cmpint (second->arm[1], ==, -1);
  g_assert_cmpfloat (second->than, ==, 2.0);
  g_assert_cmpfloat (second->at, ==, 0.25);
}

static void
test_what_a_file_gets_wrong_is_named (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "", "line" },
    { "[]", "object" },
    { "{\"version\": 2, \"title\": \"t\", \"arms\": []}", "version" },
    { "{\"version\": 1, \"arms\": []}", "title" },
    { "{\"version\": 1, \"title\": \"\", \"arms\": []}", "title" },
    { "{\"version\": 1, \"title\": \"t\"}", "arms" },
    { "{\"version\": 1, \"title\": \"t\", \"arms\": []}", "arms" },
    { HEAD ARM "], \"seeds\": 33}", "seeds" },
    { HEAD ARM "], \"seeds\": 1e9}", "seeds" },
    { HEAD ARM "], \"data\": \"\"}", "data" },
    { HEAD ARM "], \"surprise\": 1}", "surprise" },
    { HEAD ARM "], \"settings\": {\"steps\": 0}}", "settings: “steps”" },
    { HEAD ARM "], \"settings\": {\"steps\": 10, \"epochs\": 1}}", "epochs" },
    { HEAD ARM "], \"settings\": {\"epochs\": -1}}", "epochs" },
    { HEAD ARM "], \"settings\": {\"rate\": -1}}", "rate" },
    { HEAD ARM "], \"settings\": {\"batch\": 100000}}", "batch" },
    { HEAD ARM "], \"settings\": {\"schedule\": \"never\"}}", "schedule" },
    { HEAD ARM "], \"settings\": {\"augment\": \"spin\"}}", "augment" },
    { HEAD ARM "], \"settings\": {\"seed\": 1}}", "seed" },
    { HEAD ARM ", " ARM "]}", "arm 2" },
    { HEAD ARM "], \"claim\": \"\\u001b[2J\"}", "claim" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": [\"macs\", \"test_error\"], "
               "\"arms\": [\"a\", \"b\"], \"relation\": \"less\"}]}",
      "unit" },
    { HEAD "{\"id\": \"a/b\", \"name\": \"A\", \"net\": \"resnet8\"}]}", "a/b" },
    { HEAD "{\"id\": \"\", \"name\": \"A\", \"net\": \"resnet8\"}]}", "id" },
    { HEAD "{\"id\": \"a\", \"net\": \"resnet8\"}]}", "name" },
    { HEAD "{\"id\": \"a\", \"name\": \"A\"}]}", "net" },
    { HEAD "{\"id\": \"a\", \"name\": \"A\", \"net\": \"resnet9\"}]}", "resnet9" },
    { HEAD "{\"id\": \"a\", \"name\": \"A\", \"net\": {\"version\": 1}}]}", "arm 1: net" },
    { HEAD "{\"id\": \"a\", \"name\": \"A\", \"net\": 5}]}", "net" },
    { HEAD "{\"id\": \"a\", \"name\": \"A\", \"net\": \"resnet8\", \"shortcut\": \"D\"}]}",
      "shortcut" },
    { HEAD ARM ", {\"id\": \"g\", \"name\": \"G\", \"grow\": {\"from\": \"z\", \"at\": []}}]}",
      "from" },
    { HEAD ARM ", {\"id\": \"g\", \"name\": \"G\", \"grow\": {\"from\": \"a\", \"at\": [9]}}]}",
      "at" },
    { HEAD ARM ", {\"id\": \"g\", \"name\": \"G\", \"grow\": {\"from\": \"a\", \"at\": [true]}}]}",
      "at" },
    { HEAD TWO ", {\"id\": \"g\", \"name\": \"G\", \"grow\": {\"from\": \"b\", \"at\": [1]}}]}",
      "at" },
    { HEAD ARM "], \"figures\": [\"portrait\"]}", "portrait" },
    { HEAD ARM "], \"figures\": [1]}", "figures" },
    { HEAD ARM "], \"checks\": [{\"quantity\": \"macs\"}]}", "check 1" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"luck\", \"arms\": [\"a\", "
               "\"b\"], \"relation\": \"less\"}]}",
      "luck" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": [\"macs\"], \"arms\": [\"a\", "
               "\"b\"], \"relation\": \"less\"}]}",
      "quantity" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"macs\", \"arms\": [\"a\"], "
               "\"relation\": \"less\"}]}",
      "arms" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"macs\", \"arms\": [\"a\", "
               "\"z\"], \"relation\": \"less\"}]}",
      "z" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"macs\", \"arms\": [\"a\", "
               "\"b\"], \"relation\": \"within\"}]}",
      "within" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"macs\", \"arms\": [\"a\", "
               "\"b\"], \"relation\": \"less\", \"within\": 1}]}",
      "within" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"test_error\", \"at\": 1.5, "
               "\"arms\": [\"a\", \"b\"], \"relation\": \"less\"}]}",
      "at" },
    { HEAD TWO "], \"checks\": [{\"text\": \"c\", \"quantity\": \"lesion\", \"at\": 0.5, "
               "\"arms\": [\"a\", \"b\"], \"relation\": \"less\"}]}",
      "lesion" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].text, cases[i].says);
}

/* More of anything than is bounded, and what a hostile hand would write into names */
static void
test_hostile_files_are_refused_before_they_take_memory (void)
{
  g_autoptr (GString) arms = g_string_new (HEAD), deep = g_string_new (NULL);
  g_autofree char *text = NULL, *long_text = g_strnfill (RN_LAB_MAX_TEXT + 1, 'x');

  for (int i = 0; i <= RN_LAB_MAX_ARMS; i++)
    g_string_append_printf (arms, "%s{\"id\": \"a%d\", \"name\": \"A\", \"net\": \"resnet8\"}",
                            i > 0 ? "," : "", i);
  g_string_append (arms, "]}");
  assert_refused (arms->str, "arms");
  text = g_strdup_printf (HEAD ARM "], \"claim\": \"%s\"}", long_text);
  assert_refused (text, "claim");
  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, "line");
  g_string_truncate (deep, 0);
  while (deep->len <= 1024 * 1024)
    g_string_append (deep, "                ");
  assert_refused (deep->str, "1048576");
}

static void
test_an_unknown_name_is_told_what_there_is (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_experiment_load ("degradatoin", &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "degradation"));
  g_clear_error (&error);
  g_assert_null (rn_experiment_load ("no/such.json", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_twins_of_any_specification_make_an_experiment (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = tiny_spec_new (), plain = rn_spec_plain_twin (spec);
  const RnSpec *specs[] = { spec, plain };
  g_autoptr (RnExperiment) experiment = NULL;
  RnSettings settings;

  rn_settings_init (&settings);
  experiment = rn_experiment_new_twins (specs, 2, &settings, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_experiment_n_arms (experiment), ==, 2);
  g_assert_true (rn_spec_equal (rn_experiment_get_arm (experiment, 1)->spec, plain));
  g_assert_cmpstr (rn_experiment_get_arm (experiment, 0)->name, ==, "tiny");
  g_assert_null (rn_experiment_get_json (experiment));
  settings.batch = 0;
  g_assert_null (rn_experiment_new_twins (specs, 2, &settings, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/experiment/all that ship can be read", test_all_that_ship_can_be_read);
  g_test_add_func ("/experiment/all files there are ship", test_all_files_there_are_ship);
  g_test_add_func ("/experiment/translators find every text of those that ship",
                   test_translators_find_every_text_of_those_that_ship);
  g_test_add_func ("/experiment/a copy of one that ships is the same",
                   test_a_copy_of_one_that_ships_is_the_same);
  g_test_add_func ("/experiment/an arm can be a preset with options or a network of its own",
                   test_an_arm_can_be_a_preset_with_options_or_a_network_of_its_own);
  g_test_add_func ("/experiment/a grown arm has the blocks of its origin and more",
                   test_a_grown_arm_has_the_blocks_of_its_origin_and_more);
  g_test_add_func ("/experiment/a check says what it compares and when",
                   test_a_check_says_what_it_compares_and_when);
  g_test_add_func ("/experiment/what a file gets wrong is named",
                   test_what_a_file_gets_wrong_is_named);
  g_test_add_func ("/experiment/hostile files are refused before they take memory",
                   test_hostile_files_are_refused_before_they_take_memory);
  g_test_add_func ("/experiment/an unknown name is told what there is",
                   test_an_unknown_name_is_told_what_there_is);
  g_test_add_func ("/experiment/twins of any specification make an experiment",
                   test_twins_of_any_specification_make_an_experiment);
  return g_test_run ();
}
