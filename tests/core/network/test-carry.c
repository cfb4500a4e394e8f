#include "residua/carry.h"

#include <math.h>
#include <string.h>

#include "cases.h"
#include "network/model.h"
#include "residua/evaluator.h"
#include "residua/sketch.h"

#define N 3
#define SEED 77

/* A small network that has learned, of one option */
static RnModel *
model_of (RnBlockKind kind, RnShortcut shortcut)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("net", 10, 3, RN_STEM_3X3, 8, 4, NULL);
  const int widths[] = { 8, 16, 16, 24 };

  for (int i = 0; i < 4; i++)
    {
      const RnBlockSpec block = {
        .kind = kind, .channels = widths[i], .stride = i == 1 ? 2 : 1, .shortcut = shortcut
      };

      g_assert_true (rn_spec_add_block (spec, i, block, NULL));
    }
  return random_model (spec, 5);
}

static void
run (RnModel *model, RnPath path, const float *x, float *logits)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, path, 1, NULL);

  g_assert_true (rn_evaluator_run (evaluator, logits, x, N, 10, 10, NULL, NULL));
}

static void
test_deepening_keeps_the_output (gconstpointer data)
{
  const RnShortcut options[] = { RN_SHORTCUT_A_SPLIT, RN_SHORTCUT_A_END, RN_SHORTCUT_B,
                                 RN_SHORTCUT_C };
  g_autofree float *x = random_pictures (3, N, 10, 10, 3);

  for (gsize option = 0; option < G_N_ELEMENTS (options); option++)
    for (RnBlockKind kind = RN_BLOCK_BASIC; kind <= RN_BLOCK_BOTTLENECK; kind++)
      {
        g_autoptr (RnModel) model = model_of (kind, options[option]);
        g_autoptr (RnSketch) sketch = rn_sketch_new (rn_model_get_spec (model));
        g_autoptr (RnModel) deeper = NULL;
        float before[N * 4], after[N * 4];

        for (int at = 8; at >= 0; at -= 2) /* before each, twice at the stem, and at the end */
          g_assert_true (rn_sketch_deepen (sketch, at / 2, NULL, NULL));
        g_assert_true (
            rn_carry_keeps_output (rn_model_get_spec (model), rn_sketch_get_spec (sketch)));
        deeper = rn_model_carry (model, rn_sketch_get_spec (sketch), SEED, NULL);
        g_assert_cmpint (rn_spec_n_blocks (rn_model_get_spec (deeper)), ==, 9);
        run (model, RN_PATH_TAPS, x, before);
        run (deeper, RN_PATH_TAPS, x, after);
        g_assert_cmpmem (before, sizeof before, after, sizeof after);
        run (deeper, RN_PATH_RUN, x, after);
        run (model, RN_PATH_RUN, x, before);
        for (int i = 0; i < N * 4; i++)
          g_assert_cmpfloat_with_epsilon (before[i], after[i], 1e-4);
      }
}

static gboolean
is_same_parameter (RnModel *a, const char *name_a, RnModel *b, const char *name_b)
{
  g_autoptr (RnTensor) x = rn_model_get_parameter (a, name_a),
                       y = rn_model_get_parameter (b, name_b);
  gsize count = 1;

  g_assert_nonnull (x);
  g_assert_nonnull (y);
  if (x->n_dims != y->n_dims || memcmp (x->dims, y->dims, (gsize) x->n_dims * sizeof (int)) != 0)
    return FALSE;
  for (int i = 0; i < x->n_dims; i++)
    count *= (gsize) x->dims[i];
  return memcmp (x->data, y->data, count * sizeof (float)) == 0;
}

/* 8, 16/2, 16, 24 of option B loses its second block and has the last one wider. */
static void
test_what_is_kept_is_equal_to_the_bit_and_the_rest_begins_anew (gconstpointer data)
{
  g_autoptr (RnModel) model = model_of (RN_BLOCK_BASIC, RN_SHORTCUT_B);
  g_autoptr (RnSketch) sketch = rn_sketch_new (rn_model_get_spec (model));
  const guint32 second = 2, last = 4;
  const RnBlockSpec wider = { .channels = 32 };
  g_autoptr (GArray) parts = NULL;
  g_autoptr (RnModel) carried = NULL, fresh = NULL, again = NULL;
  const gboolean keeps[] = { TRUE, TRUE, FALSE, FALSE, FALSE };

  g_assert_true (rn_sketch_remove (sketch, &second, 1, NULL));
  g_assert_true (rn_sketch_set_fields (sketch, &last, 1, RN_FIELD_CHANNELS, &wider, NULL));
  parts = rn_carry_list (rn_model_get_spec (model), rn_sketch_get_spec (sketch));
  g_assert_cmpuint (parts->len, ==, 5);
  /* block 3 sees 8 channels now where it saw 16 */
  for (guint i = 0; i < parts->len; i++)
    {
      const RnCarryPart *part = &g_array_index (parts, RnCarryPart, i);

      g_assert_cmpint (part->keeps, ==, keeps[i]);
      g_assert_true (part->is_known);
      g_assert_cmpint (part->at, ==, (int) i - 1);
    }
  g_assert_false (rn_carry_keeps_output (rn_model_get_spec (model), rn_sketch_get_spec (sketch)));

  carried = rn_model_carry (model, rn_sketch_get_spec (sketch), SEED, NULL);
  again = rn_model_carry (model, rn_sketch_get_spec (sketch), SEED, NULL);
  fresh = rn_model_new (rn_sketch_get_spec (sketch), NULL, SEED, NULL,
                        rn_model_get_preprocess (model), NULL);
  {
    g_auto (GStrv) names = rn_model_list_parameters (carried);

    for (int i = 0; names[i] != NULL; i++)
      {
        const gboolean is_kept = g_str_has_prefix (names[i], "conv1.") ||
                                 g_str_has_prefix (names[i], "bn1.") ||
                                 g_str_has_prefix (names[i], "layer1.0.");

        g_assert_true (is_same_parameter (carried, names[i], again, names[i]));
        g_assert_cmpint (is_same_parameter (carried, names[i], fresh, names[i]), ==, !is_kept);
        if (is_kept)
          g_assert_true (is_same_parameter (carried, names[i], model, names[i]));
      }
  }
}

static void
test_a_plain_twin_keeps_what_it_shares (gconstpointer data)
{
  g_autoptr (RnModel) model = model_of (RN_BLOCK_BASIC, RN_SHORTCUT_C);
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (rn_model_get_spec (model));
  g_autoptr (GArray) there = rn_carry_list (rn_model_get_spec (model), twin);
  g_autoptr (GArray) back = rn_carry_list (twin, rn_model_get_spec (model));

  for (guint i = 0; i < there->len; i++)
    {
      const gboolean is_block = i > 0 && i + 1 < there->len;

      g_assert_true (g_array_index (there, RnCarryPart, i).keeps);
      /* its projection is not there to be kept */
      g_assert_cmpint (g_array_index (back, RnCarryPart, i).keeps, ==, !is_block);
    }
  g_assert_false (rn_carry_keeps_output (rn_model_get_spec (model), twin));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/carry/deepening keeps the output", NULL, test_deepening_keeps_the_output);
  g_test_add_data_func ("/carry/what is kept is equal to the bit and the rest begins anew", NULL,
                        test_what_is_kept_is_equal_to_the_bit_and_the_rest_begins_anew);
  g_test_add_data_func ("/carry/a plain twin keeps what it shares", NULL,
                        test_a_plain_twin_keeps_what_it_shares);
  return g_test_run ();
}
