#include <math.h>

#include "cases.h"
#include "pages/look.h"

/* Class activation maps, in networks of every kind: the last maps weighted by a class's weights sum to its logit less its
 * bias. */

#define CLASSES 5

/* Three blocks, of which the second changes the shape */
static RnModel *
make_model (RnBlockKind kind, RnShortcut shortcut, RnStemKind stem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec =
      rn_spec_new (NULL, stem == RN_STEM_3X3 ? 12 : 40, 3, stem, 8, CLASSES, &error);

  g_assert_no_error (error);
  for (int i = 0; i < 3; i++)
    {
      rn_spec_add_block (spec, i,
                         (RnBlockSpec){ .kind = kind,
                                        .channels = i > 0 ? 16 : 8,
                                        .stride = i == 1 ? 2 : 1,
                                        .shortcut = shortcut },
                         &error);
      g_assert_no_error (error);
    }
  return random_model (spec, 10 * shortcut + kind);
}

/* What the network answers in the other path, which folds its norms */
static void
run_folded (RnModel *model, RnPicture *view, float *logits)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const int side = preprocess->side;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 1, NULL);
  g_autofree float *x = g_new (float, side *side * 3);

  rn_preprocess_apply (preprocess, x, view);
  g_assert_true (rn_evaluator_run (evaluator, logits, x, 1, side, side, NULL, NULL));
}

static void
assert_map_explains (const RnLook *look, const float *folded, int class)
{
  const double bias = (double) look->bias->data[class];
  const double allowed = 1e-4 * MAX (1.0, fabs ((double) look->logits[class]));
  const int side = look->last->dims[1];
  double sum, logit, own = 0.0;
  g_autoptr (RnTensor) map = rn_look_activation (look, class, &sum, &logit);

  g_assert_cmpint (map->dims[0], ==, side);
  g_assert_cmpint (map->dims[1], ==, side);
  for (int i = 0; i < side * side; i++)
    own += (double) map->data[i];
  g_assert_cmpfloat (bias, !=, 0.0);
  g_assert_cmpfloat_with_epsilon (logit, (double) look->logits[class] - bias, 1e-9);
  g_assert_cmpfloat_with_epsilon (sum, logit, allowed);
  g_assert_cmpfloat_with_epsilon (own, sum, allowed);
  g_assert_cmpfloat_with_epsilon (sum + bias, (double) folded[class], 2 * allowed);
}

static void
test_maps_explain_the_logits (gconstpointer data)
{
  const RnBlockKind kind = (RnBlockKind) GPOINTER_TO_INT (data);
  const RnShortcut shortcuts[] = { RN_SHORTCUT_A_SPLIT, RN_SHORTCUT_A_END, RN_SHORTCUT_B,
                                   RN_SHORTCUT_C };
  const RnStemKind stems[] = { RN_STEM_3X3, RN_STEM_7X7_POOL };

  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts) * G_N_ELEMENTS (stems); i++)
    {
      const RnStemKind stem = stems[i % 2];
      g_autoptr (RnModel) model = make_model (kind, shortcuts[i / 2], stem);
      g_autoptr (RnPicture) picture = rn_sample_render (RN_SPLIT_TEST, (int) i, 64, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnLook) look = rn_look_new (model, picture, RN_LOOK_INSIDE, NULL, NULL, &error);
      float folded[CLASSES];

      g_assert_no_error (error);
      /* 12 / 2; 40 / 2 / 2 / 2 */
      g_assert_cmpint (look->last->dims[1], ==, stem == RN_STEM_3X3 ? 6 : 5);
      g_assert_cmpint (look->last->dims[3], ==, 16);
      run_folded (model, look->view, folded);
      for (int k = 0; k < CLASSES; k++)
        assert_map_explains (look, folded, k);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/activation/maps of basic blocks explain the logits",
                        GINT_TO_POINTER (RN_BLOCK_BASIC), test_maps_explain_the_logits);
  g_test_add_data_func ("/activation/maps of bottlenecks explain the logits",
                        GINT_TO_POINTER (RN_BLOCK_BOTTLENECK), test_maps_explain_the_logits);
  g_test_add_data_func ("/activation/maps of plain blocks explain the logits",
                        GINT_TO_POINTER (RN_BLOCK_PLAIN_BASIC), test_maps_explain_the_logits);
  g_test_add_data_func ("/activation/maps of plain bottlenecks explain the logits",
                        GINT_TO_POINTER (RN_BLOCK_PLAIN_BOTTLENECK), test_maps_explain_the_logits);
  return g_test_run ();
}
