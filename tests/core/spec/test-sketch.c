#include "residua/sketch.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/random.h"
#include "compute/memory.h"
#include "network/network.h"
#include "residua/cost.h"
#include "residua/error.h"

#define N_ACTIONS 10000
#define N_TRAINED 200
#define MAX_MACS 20000000
#define MANY_BLOCKS 20
#define MAX_CHOSEN 4
#define BATCH 2

/* A sketch, and the bytes of every state that undo and redo can reach */
typedef struct
{
  RnSketch *sketch;
  RnRandom random;
  GPtrArray *texts; /* of char */
  guint at;
  int n_trained;
  RnTeam *team;
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("net", 12, 3, RN_STEM_3X3, 8, 5, NULL);

  world->sketch = rn_sketch_new (spec);
  world->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (world->texts, rn_spec_to_json (spec));
  world->team = rn_team_new (1);
  rn_random_start (&world->random, 11, RN_STREAM_TEST, 0, 0);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  rn_team_free (world->team);
  rn_sketch_free (world->sketch);
  g_ptr_array_unref (world->texts);
}

static int
below (World *world, int n)
{
  return (int) rn_random_below (&world->random, (guint64) n);
}

static const RnSpec *
spec_of (World *world)
{
  return rn_sketch_get_spec (world->sketch);
}

static RnBlockSpec
random_block (World *world)
{
  return (RnBlockSpec){ .kind = (RnBlockKind) below (world, 4),
                        .channels = 4 * (1 + below (world, 5)),
                        .stride = 1 + (below (world, 4) == 0),
                        .shortcut = (RnShortcut) below (world, 4),
                        .bottleneck_stride = (RnBottleneckStride) below (world, 2),
                        .zero_gamma = below (world, 2) };
}

/* Some ids, in no order. Returns: how many */
static int
choose (World *world, guint32 ids[MAX_CHOSEN])
{
  const int n = rn_spec_n_blocks (spec_of (world));
  const int wanted = n == 0 ? 0 : 1 + below (world, MIN (n, MAX_CHOSEN));

  for (int i = 0; i < wanted; i++)
    ids[i] = rn_spec_get_block (spec_of (world), below (world, n))->id;
  return wanted;
}

static int
place (World *world)
{
  return below (world, rn_spec_n_blocks (spec_of (world)) + 1);
}

static void
edit_blocks (World *world, int what, GError **error)
{
  RnSketch *sketch = world->sketch;
  const RnBlockSpec blocks[2] = { random_block (world), random_block (world) };
  guint32 ids[MAX_CHOSEN];
  const int n = choose (world, ids);

  switch (what)
    {
    case 0:
      rn_sketch_insert (sketch, place (world), blocks, 1 + below (world, 2), NULL, error);
      break;
    case 1:
      rn_sketch_remove (sketch, ids, n, error);
      break;
    case 2:
      rn_sketch_move (sketch, ids, n, place (world), error);
      break;
    case 3:
      rn_sketch_repeat (sketch, ids, n, 1 + below (world, 3), NULL, error);
      break;
    case 4:
      rn_sketch_paste (sketch, place (world), blocks, 2, NULL, error);
      break;
    case 5:
      rn_sketch_insert_stage (sketch, place (world), blocks[0], 1 + below (world, 3), NULL, error);
      break;
    case 6:
      rn_sketch_deepen (sketch, place (world), NULL, error);
      break;
    default:
      rn_sketch_set_fields (sketch, ids, n, (guint) below (world, RN_FIELD_ALL + 1), blocks, error);
      break;
    }
}

static void
edit_rest (World *world, int what, GError **error)
{
  RnSketch *sketch = world->sketch;
  g_autoptr (GArray) problems = rn_spec_find_problems (spec_of (world));
  g_autoptr (RnSpec) other = NULL;
  const char *const names[] = { "", "net", "a “quoted” net" };

  switch (what)
    {
    case 0:
      rn_sketch_set_input (sketch, 4 + below (world, 16), below (world, 2) ? 1 : 3, error);
      break;
    case 1:
      rn_sketch_set_stem (sketch, (RnStemKind) below (world, 2), 4 * below (world, 5), error);
      break;
    case 2:
      rn_sketch_set_classes (sketch, 1 + below (world, 9), error);
      break;
    case 3:
      rn_sketch_set_name (sketch, names[below (world, 3)]);
      break;
    case 4:
      rn_sketch_make_plain (sketch);
      break;
    case 5:
      other = rn_spec_preset ("resnet8", NULL);
      rn_sketch_replace (sketch, other);
      break;
    default:
      if (problems->len > 0)
        g_assert_true (rn_sketch_mend (sketch,
                                       &g_array_index (problems, RnSpecProblem,
                                                       (guint) below (world, (int) problems->len)),
                                       error));
      break;
    }
}

/* The table of texts goes where the sketch went. */
static void
note_edit (World *world, guint64 state_before)
{
  if (rn_sketch_get_state (world->sketch) == state_before)
    return;
  g_ptr_array_set_size (world->texts, (int) ++world->at);
  g_ptr_array_add (world->texts, rn_spec_to_json (spec_of (world)));
}

static void
act (World *world)
{
  const guint64 state = rn_sketch_get_state (world->sketch);
  const int dice = below (world, 100);
  g_autoptr (GError) error = NULL;

  rn_sketch_seal (world->sketch);
  if (dice < 20)
    world->at -= rn_sketch_undo (world->sketch) ? 1 : 0;
  else if (dice < 32)
    world->at += rn_sketch_redo (world->sketch) ? 1 : 0;
  else
    {
      if (rn_spec_n_blocks (spec_of (world)) > MANY_BLOCKS)
        edit_blocks (world, 1, &error);
      else if (dice < 80)
        edit_blocks (world, below (world, 12), &error);
      else
        edit_rest (world, below (world, 10), &error);
      g_assert_true (error == NULL || g_error_matches (error, RN_ERROR, RN_ERROR_SHAPE));
      g_assert_true (error == NULL || rn_sketch_get_state (world->sketch) == state);
      note_edit (world, state);
    }
}

static void
assert_costs_are_those_of (const RnSpec *spec, const RnSpec *afresh)
{
  const int n = rn_spec_n_blocks (spec);
  g_autofree RnCost *a = g_new0 (RnCost, n + 1), *b = g_new0 (RnCost, n + 1);

  g_assert_cmpint (rn_spec_n_blocks (afresh), ==, n);
  rn_cost_of_blocks (spec, BATCH, a);
  rn_cost_of_blocks (afresh, BATCH, b);
  rn_cost_of_network (spec, BATCH, 1, &a[n]);
  rn_cost_of_network (afresh, BATCH, 1, &b[n]);
  for (int i = 0; i <= n; i++)
    g_assert_cmpmem (&a[i], sizeof a[i], &b[i], sizeof b[i]);
}

static void
assert_ids_are_unique (const RnSpec *spec)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (rn_spec_get_block (spec, i)->id)));
}

/* A state that fits trains a step; one that does not is refused, as whoever reads it strictly does. */
static void
train_a_step (World *world, const char *text)
{
  const RnSpec *spec = spec_of (world);
  const int side = rn_spec_get_side (spec), channels = rn_spec_get_channels (spec);
  g_autoptr (GArray) problems = rn_spec_find_problems (spec);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) strict = rn_spec_from_json (text, -1, "state", NULL);
  g_autofree int *labels = g_new0 (int, BATCH);
  g_autoptr (RnNetwork) network = NULL;
  RnCost cost;
  double loss;
  int wrong;

  g_assert_cmpint (strict != NULL, ==, problems->len == 0);
  g_assert_cmpint (rn_spec_check (spec, NULL), ==, problems->len == 0);
  rn_cost_of_network (spec, BATCH, 1, &cost);
  if (cost.macs >= MAX_MACS || world->n_trained >= N_TRAINED)
    return;
  network = rn_network_new (spec, BATCH, world->team, 1, &error);
  if (problems->len > 0)
    {
      g_assert_null (network);
      g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
      return;
    }
  g_assert_no_error (error);
  {
    const gsize count = (gsize) BATCH * side * side * channels;
    float *x = rn_floats_new (count);

    for (gsize i = 0; i < count; i++)
      x[i] = (float) rn_random_normal (&world->random);
    g_assert_true (rn_network_compute (network, x, labels, BATCH, FALSE, NULL, &loss, &wrong));
    rn_network_commit (network, 1e-3, 0.9, 1e-4, FALSE);
    rn_floats_free (x);
  }
  world->n_trained++;
}

static void
test_ten_thousand_edits_undos_and_redos (World *world, gconstpointer data)
{
  for (int i = 0; i < N_ACTIONS; i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (RnSpec) afresh = NULL;

      act (world);
      text = rn_spec_to_json (spec_of (world));
      g_assert_cmpstr (text, ==, g_ptr_array_index (world->texts, world->at));
      afresh = rn_spec_from_json_draft (text, -1, "state", &error);
      g_assert_no_error (error);
      assert_ids_are_unique (spec_of (world));
      assert_costs_are_those_of (spec_of (world), afresh);
      if (i % 20 == 0)
        train_a_step (world, text);
    }
  g_test_message ("%d states trained, %u reachable", world->n_trained, world->texts->len);
  g_assert_cmpint (world->n_trained, ==, N_TRAINED);
  while (rn_sketch_undo (world->sketch))
    world->at--;
  g_assert_cmpuint (world->at, ==, 0);
}

static void
assert_undo_says (World *world, const char *label)
{
  g_autofree char *text = rn_sketch_get_undo_label (world->sketch);

  g_assert_cmpstr (text, ==, label);
}

static void
add_stage (World *world, guint32 *ids, int n, int channels)
{
  const RnBlockSpec block = { .channels = channels, .stride = 1, .shortcut = RN_SHORTCUT_A_SPLIT };

  g_assert_true (rn_sketch_insert_stage (world->sketch, 0, block, n, ids, NULL));
}

static void
test_undo_and_redo_are_named (World *world, gconstpointer data)
{
  guint32 ids[4];
  g_autofree char *redo = NULL;

  assert_undo_says (world, NULL);
  add_stage (world, ids, 4, 8);
  assert_undo_says (world, "Undo insert a stage of 4 blocks");
  g_assert_true (rn_sketch_remove (world->sketch, &ids[2], 1, NULL));
  assert_undo_says (world, "Undo delete block 3");
  g_assert_true (rn_sketch_undo (world->sketch));
  redo = rn_sketch_get_redo_label (world->sketch);
  g_assert_cmpstr (redo, ==, "Redo delete block 3");
  g_assert_cmpint (rn_spec_find_block (spec_of (world), ids[2]), ==, 2);
}

static void
test_the_turns_of_a_spin_button_are_one_entry (World *world, gconstpointer data)
{
  guint32 ids[2];
  RnBlockSpec values = { .channels = 8 };

  add_stage (world, ids, 2, 8);
  for (values.channels = 9; values.channels < 20; values.channels++)
    g_assert_true (rn_sketch_set_fields (world->sketch, ids, 2, RN_FIELD_CHANNELS, &values, NULL));
  assert_undo_says (world, "Undo change the channels of 2 blocks");
  g_assert_true (rn_sketch_undo (world->sketch));
  g_assert_cmpint (rn_spec_get_block (spec_of (world), 0)->channels, ==, 8);
  assert_undo_says (world, "Undo insert a stage of 2 blocks");
  g_assert_true (rn_sketch_redo (world->sketch));
  g_assert_cmpint (rn_spec_get_block (spec_of (world), 1)->channels, ==, 19);

  /* after an undo or a redo another entry begins; turned back to what it was there is none */
  values.channels = 20;
  g_assert_true (rn_sketch_set_fields (world->sketch, ids, 2, RN_FIELD_CHANNELS, &values, NULL));
  values.channels = 19;
  g_assert_true (rn_sketch_set_fields (world->sketch, ids, 2, RN_FIELD_CHANNELS, &values, NULL));
  g_assert_true (rn_sketch_undo (world->sketch));
  g_assert_cmpint (rn_spec_get_block (spec_of (world), 0)->channels, ==, 8);
}

static void
test_an_id_that_is_gone_does_not_come_back (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) origin = rn_spec_preset ("resnet8", NULL);
  guint32 ids[3], last;

  rn_sketch_set_origin (world->sketch, origin);
  add_stage (world, ids, 3, 8);
  g_assert_cmpuint (ids[0], >, 3); /* resnet8's are 1 to 3 */
  last = ids[2];
  g_assert_true (rn_sketch_remove (world->sketch, &last, 1, NULL));
  g_assert_true (rn_sketch_repeat (world->sketch, ids, 1, 1, ids, NULL));
  g_assert_cmpuint (ids[0], >, last);
}

static void
test_what_does_not_fit_is_told_and_mended (World *world, gconstpointer data)
{
  const RnBlockSpec narrow = { .channels = 4, .stride = 1, .shortcut = RN_SHORTCUT_A_END };
  g_autoptr (GArray) problems = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const RnSpecProblem *problem;
  guint32 ids[2];

  add_stage (world, ids, 2, 8);
  g_assert_true (rn_sketch_insert (world->sketch, 1, &narrow, 1, NULL, NULL));
  problems = rn_spec_find_problems (spec_of (world));
  g_assert_cmpuint (problems->len, ==, 1);
  problem = &g_array_index (problems, RnSpecProblem, 0);
  text = rn_spec_problem_to_string (problem);
  g_assert_cmpstr (text, ==, "The identity cannot go from 8 to 4 channels: use a projection.");
  g_assert_cmpint (problem->at, ==, 1);
  g_assert_false (rn_spec_check (spec_of (world), &error));
  g_assert_true (g_str_has_prefix (error->message, "block 2: "));
  g_assert_true (rn_sketch_mend (world->sketch, problem, NULL));
  none = rn_spec_find_problems (spec_of (world));
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (rn_spec_check (spec_of (world), NULL));
  assert_undo_says (world, "Undo mend block 2");
}

static void
test_plain_networks_are_not_deepened (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) plain = rn_spec_preset ("plain8", NULL);
  g_autoptr (GError) error = NULL;
  guint32 id;

  rn_sketch_replace (world->sketch, plain);
  g_assert_false (rn_sketch_deepen (world->sketch, 1, &id, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_cmpint (rn_spec_n_blocks (spec_of (world)), ==, 3);
}

static void
test_blocks_go_over_the_clipboard (World *world, gconstpointer data)
{
  const RnBlockSpec blocks[2] = { random_block (world), random_block (world) };
  g_autofree char *text = NULL;
  g_autoptr (GArray) back = NULL;
  const char *const wrong[] = { "",
                                "{}",
                                "{\"residua\": 2, \"blocks\": []}",
                                "{\"residua\": 1, \"blocks\": [], \"more\": 1}",
                                "{\"residua\": 1, \"blocks\": [{\"kind\": \"basic\", "
                                "\"channels\": 9000}]}",
                                "{\"residua\": 1, \"blocks\": [{\"kind\": \"bottleneck\", "
                                "\"channels\": 6}]}" };
  RnBlockSpec named[2] = { blocks[0], blocks[1] };

  named[0].id = 1;
  named[1].id = 2;
  text = rn_blocks_to_json (named, 2);
  back = rn_blocks_from_json (text, -1, "clipboard", NULL);
  g_assert_nonnull (back);
  g_assert_cmpmem (back->data, back->len * sizeof (RnBlockSpec), named, sizeof named);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_blocks_from_json (wrong[i], -1, "clipboard", &error));
      g_assert_true (g_str_has_prefix (error->message, "clipboard"));
    }
}

static char *
path_in (const char *folder)
{
  return g_build_filename (folder, "aside.json", NULL);
}

static void
test_an_aside_keeps_what_its_model_does_not_say (World *world, gconstpointer data)
{
  static const char *const classes[] = { "a", "“b”", "c\\", NULL };
  RnModelHints hints = { .has_mean = TRUE,
                         .mean = { 0.4914f, 0.1f, 1.0f },
                         .std = { 0.2023f, 1.0f, 0.3f },
                         .has_padding = TRUE,
                         .pad_end = TRUE,
                         .has_stride = TRUE,
                         .epsilon = 1e-3,
                         .side = 96,
                         .classes = classes };
  char origin[] = "/a/model";
  g_autoptr (RnSpec) spec = rn_spec_copy (spec_of (world));
  const RnAside aside = { .spec = spec, .origin = origin, .hints = &hints };
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL), *path = path_in (folder);
  g_autoptr (RnAside) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_aside_save (&aside, path, NULL));
  read = rn_aside_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->origin, ==, "/a/model");
  g_assert_true (read->hints->has_mean && read->hints->has_padding && read->hints->has_stride);
  g_assert_cmpmem (read->hints->mean, sizeof hints.mean, hints.mean, sizeof hints.mean);
  g_assert_cmpmem (read->hints->std, sizeof hints.std, hints.std, sizeof hints.std);
  g_assert_true (read->hints->pad_end);
  g_assert_false (read->hints->stride_in_1x1);
  g_assert_cmpfloat (read->hints->epsilon, ==, 1e-3);
  g_assert_cmpint (read->hints->side, ==, 96);
  g_assert_cmpstrv (read->hints->classes, classes);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_a_damaged_aside_is_an_error (World *world, gconstpointer data)
{
  static const char *const hints[] = {
    "{\"mean\":[1,2],\"std\":[1,1,1],\"epsilon\":0,\"side\":0}",
    "{\"mean\":[1,2,3],\"std\":[1,1,0],\"epsilon\":0,\"side\":0}",
    "{\"mean\":[1,2,\"3\"],\"std\":[1,1,1],\"epsilon\":0,\"side\":0}",
    "{\"mean\":[1,2,3],\"epsilon\":0,\"side\":0}",
    "{\"epsilon\":-1,\"side\":0}",
    "{\"epsilon\":0,\"side\":5000}",
    "{\"epsilon\":0,\"side\":0,\"classes\":[1]}",
    "{\"epsilon\":0,\"side\":0,\"classes\":\"a\"}",
    "{\"epsilon\":0,\"side\":0,\"more\":1}",
    "[]",
  };
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL), *path = path_in (folder);
  g_autofree char *spec = rn_spec_to_json (spec_of (world));

  for (gsize i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"residua\":1,\"file\":\"\",\"file_time\":0,\"origin\":\"/a\","
                           "\"spec\":%s,\"hints\":%s}",
                           spec, hints[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
      g_assert_null (rn_aside_load (path, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, path));
    }
  g_unlink (path);
  g_rmdir (folder);
}

static void
add (const char *name, void (*test) (World *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/sketch/", name, NULL);

  g_test_add (path, World, NULL, world_set_up, test, world_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("ten thousand edits, undos and redos", test_ten_thousand_edits_undos_and_redos);
  add ("undo and redo are named", test_undo_and_redo_are_named);
  add ("the turns of a spin button are one entry", test_the_turns_of_a_spin_button_are_one_entry);
  add ("an id that is gone does not come back", test_an_id_that_is_gone_does_not_come_back);
  add ("what does not fit is told and mended", test_what_does_not_fit_is_told_and_mended);
  add ("plain networks are not deepened", test_plain_networks_are_not_deepened);
  add ("blocks go over the clipboard", test_blocks_go_over_the_clipboard);
  add ("an aside keeps what its model does not say",
       test_an_aside_keeps_what_its_model_does_not_say);
  add ("a damaged aside is an error", test_a_damaged_aside_is_an_error);
  return g_test_run ();
}
