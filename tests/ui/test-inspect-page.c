#include "pages/inspect-page.h"

#include <math.h>
#include <residua/classify.h>
#include <string.h>

#include "charts/histogram.h"
#include "charts/map-grid.h"
#include "charts/norm-chart.h"
#include "looking.h"
#include "pages/block-view.h"
#include "pages/filter-grid.h"
#include "pages/inspect-activation.h"
#include "pages/inspect-layer.h"
#include "pages/inspect-maps.h"
#include "pages/inspect-prediction.h"
#include "pages/map-reader.h"
#include "pages/maps.h"
#include "pages/picture-view.h"
#include "pages/prediction-bars.h"
#include "pages/study-control.h"
#include "pages/taps.h"
#include "state/format.h"

/* A page that shows a model, and what the core says of the same picture. */
typedef struct
{
  RnModel *model;
  RnSession *session;
  GtkWidget *page;
  GtkWidget *window;
} Stage;

static void
stage_open (Stage *stage, gboolean plain)
{
  stage->model = looking_model (5, plain);
  stage->session = looking_session (stage->model, 32);
  stage->page = rn_inspect_page_new (stage->session);
  stage->window = looking_window (stage->page, 1300, 950);
}

static void
stage_close (Stage *stage)
{
  looking_close (stage->window);
  g_object_unref (stage->session);
  rn_model_unref (stage->model);
}

static RnBlockView *
block_of (Stage *stage)
{
  return looking_find (stage->page, RN_TYPE_BLOCK_VIEW, 0);
}

static RnPredictionBars *
bars_of (Stage *stage)
{
  return looking_find (stage->page, RN_TYPE_PREDICTION_BARS, 0);
}

static const RnSpec *
spec_of (Stage *stage)
{
  return rn_session_get_spec (stage->session);
}

static guint32
id_of (Stage *stage, int at)
{
  return rn_spec_get_block (spec_of (stage), at)->id;
}

/* What the core computes: one tap, and the logits */
static RnTensor *
core_tap (Stage *stage, const char *tap, const gboolean *gates, float *logits)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (stage->model);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (stage->model, RN_PATH_TAPS, 2, &error);
  g_autoptr (RnPicture) view =
      rn_view_single (rn_session_get_picture (stage->session)->picture, preprocess, &error);
  g_autofree float *x = g_new (float, 32 * 32 * 3);
  float own[10];
  const char *names[] = { tap, NULL };
  RnTensor *values = NULL;
  const RnPass pass = { .gates = gates, .tap_names = names, .taps = &values };

  rn_preprocess_apply (preprocess, x, view);
  rn_evaluator_run (evaluator, logits != NULL ? logits : own, x, 1, 32, 32, &pass, &error);
  g_assert_no_error (error);
  return values;
}

static void
assert_same_bits (const RnTensor *a, const RnTensor *b)
{
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpint (a->n_dims, ==, b->n_dims);
  g_assert_cmpmem (a->dims, sizeof (int) * a->n_dims, b->dims, sizeof (int) * b->n_dims);
  g_assert_cmpmem (a->data, rn_tensor_count (a) * sizeof (float), b->data,
                   rn_tensor_count (b) * sizeof (float));
}

/* Waits until the grid shows maps of @tap and the block its sum */

typedef struct
{
  Stage *stage;
  const RnTensor *expected;
  RnTerm term;
} Wish;

static gboolean
grid_shows (gpointer data)
{
  const Wish *wish = data;
  const RnTensor *maps =
      rn_map_grid_get_maps (looking_find (wish->stage->page, RN_TYPE_MAP_GRID, 0));

  return maps != NULL && maps->dims[3] == wish->expected->dims[3] &&
         rn_tensor_count (maps) == rn_tensor_count (wish->expected) &&
         memcmp (maps->data, wish->expected->data, rn_tensor_count (maps) * sizeof (float)) == 0;
}

static gboolean
block_shows (gpointer data)
{
  const Wish *wish = data;
  const RnTensor *maps = rn_block_view_get_maps (block_of (wish->stage), wish->term);

  return maps != NULL && rn_tensor_count (maps) == rn_tensor_count (wish->expected) &&
         memcmp (maps->data, wish->expected->data, rn_tensor_count (maps) * sizeof (float)) == 0;
}

static void
test_maps_are_the_cores_to_the_bit (void)
{
  Stage stage;

  stage_open (&stage, FALSE);
  for (int at = 0; at < rn_spec_n_blocks (spec_of (&stage)); at++)
    {
      g_autofree char *tap = rn_tap_of_block (spec_of (&stage), at, "sum");
      g_autoptr (RnTensor) expected = core_tap (&stage, tap, NULL, NULL);

      rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK,
                           id_of (&stage, at), NULL);
      looking_wait (grid_shows, &(Wish){ &stage, expected, 0 });
      assert_same_bits (rn_map_grid_get_maps (looking_find (stage.page, RN_TYPE_MAP_GRID, 0)),
                        expected);
    }
  looking_shoot (stage.window, "inspect");
  stage_close (&stage);
}

static void
test_a_block_is_the_sum_of_its_shortcut_and_its_branch (void)
{
  static const char *const parts[] = { "shortcut", "f", "sum" };
  Stage stage;

  stage_open (&stage, FALSE);
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK, id_of (&stage, 1),
                       NULL);
  for (int i = 0; i < RN_N_TERMS; i++)
    {
      g_autofree char *tap = rn_tap_of_block (spec_of (&stage), 1, parts[i]);
      g_autoptr (RnTensor) expected = core_tap (&stage, tap, NULL, NULL);
      const char *text = rn_block_view_get_rms_text (block_of (&stage), (RnTerm) i);
      const char *number;
      double sum = 0.0;

      looking_wait (block_shows, &(Wish){ &stage, expected, (RnTerm) i });
      for (gsize j = 0; j < rn_tensor_count (expected); j++)
        sum += (double) expected->data[j] * (double) expected->data[j];
      text = rn_block_view_get_rms_text (block_of (&stage), (RnTerm) i);
      number = strrchr (text, ' ') + 1;
      g_assert_cmpfloat_with_epsilon (g_ascii_strtod (number, NULL),
                                      sqrt (sum / (double) rn_tensor_count (expected)),
                                      0.0051 * sqrt (sum / (double) rn_tensor_count (expected)));
    }
  g_assert_true (looking_says (stage.page, "Block 2 of 3"));
  g_assert_true (looking_says (stage.page, "basic, 32 channels, 16×16, shortcut A"));
  stage_close (&stage);
}

static void
test_a_plain_block_shows_only_its_output (void)
{
  Stage stage;
  g_autofree char *tap = NULL;
  g_autoptr (RnTensor) expected = NULL;

  stage_open (&stage, TRUE);
  tap = rn_tap_of_block (spec_of (&stage), 0, "out");
  expected = core_tap (&stage, tap, NULL, NULL);
  looking_wait (block_shows, &(Wish){ &stage, expected, RN_TERM_SUM });
  g_assert_null (rn_block_view_get_maps (block_of (&stage), RN_TERM_BRANCH));
  g_assert_null (rn_block_view_get_maps (block_of (&stage), RN_TERM_SHORTCUT));
  g_assert_false (looking_says (GTK_WIDGET (block_of (&stage)), "="));
  stage_close (&stage);
}

/* Prediction */

static gboolean
has_answer (gpointer data)
{
  return rn_prediction_bars_n_rows (bars_of (data)) == RN_PREDICTION_ROWS;
}

static gboolean
has_gated_answer (gpointer data)
{
  int class;
  double trained, gated = NAN;

  if (has_answer (data))
    rn_prediction_bars_get_row (bars_of (data), 0, &class, &trained, &gated);
  return !isnan (gated);
}

static gboolean
has_no_gated_answer (gpointer data)
{
  return !has_gated_answer (data);
}

/* p = softmax (logits), in the way of the textbook */
static void
softmax (double *p, const float *logits, int n)
{
  double sum = 0.0;

  for (int k = 0; k < n; k++)
    sum += p[k] = exp ((double) logits[k]);
  for (int k = 0; k < n; k++)
    p[k] /= sum;
}

static void
test_bars_are_the_softmax_of_the_logits (void)
{
  Stage stage;
  float logits[10];
  double p[10], before = 1.0;

  stage_open (&stage, FALSE);
  rn_tensor_unref (core_tap (&stage, "fc", NULL, logits));
  softmax (p, logits, 10);
  looking_wait (has_answer, &stage);
  for (int i = 0; i < RN_PREDICTION_ROWS; i++)
    {
      int class;
      double trained, gated;

      rn_prediction_bars_get_row (bars_of (&stage), i, &class, &trained, &gated);
      g_assert_cmpfloat_with_epsilon (trained, p[class], 1e-9);
      g_assert_cmpfloat (trained, <=, before);
      g_assert_true (isnan (gated));
      before = trained;
    }
  /* the last bar itself is not: its softmax here may be an ulp over what the window shows */
  for (int k = 0, n_stronger = 0; k < 10; k++)
    g_assert_cmpint (n_stronger += p[k] > before + 1e-9, <=, RN_PREDICTION_ROWS - 1);
  stage_close (&stage);
}

static void
test_a_switched_off_branch_changes_the_second_bars_only (void)
{
  Stage stage;
  gboolean gates[] = { TRUE, FALSE, TRUE };
  float logits[10], gated_logits[10];
  double p[10], q[10];
  g_autofree char *tap = NULL;
  g_autoptr (RnTensor) without = NULL;

  stage_open (&stage, FALSE);
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK, id_of (&stage, 1),
                       NULL);
  tap = rn_tap_of_block (spec_of (&stage), 1, "sum");
  without = core_tap (&stage, tap, gates, NULL);
  rn_tensor_unref (core_tap (&stage, "fc", NULL, logits));
  rn_tensor_unref (core_tap (&stage, "fc", gates, gated_logits));
  softmax (p, logits, 10);
  softmax (q, gated_logits, 10);
  looking_wait (has_answer, &stage);
  rn_session_set_gate (stage.session, id_of (&stage, 1), FALSE);
  looking_wait (has_gated_answer, &stage);
  /* the maps with the gate come later than the look, and must not change the first bars */
  looking_wait (block_shows, &(Wish){ &stage, without, RN_TERM_SUM });
  for (int i = 0; i < RN_PREDICTION_ROWS; i++)
    {
      int class;
      double trained, gated;

      rn_prediction_bars_get_row (bars_of (&stage), i, &class, &trained, &gated);
      g_assert_cmpfloat_with_epsilon (trained, p[class], 1e-9);
      g_assert_cmpfloat_with_epsilon (gated, q[class], 1e-9);
      g_assert_cmpfloat (fabs (p[class] - q[class]), >, 1e-6);
    }
  g_assert_true (looking_says (stage.page, "block 2 off"));
  looking_shoot (stage.window, "inspect-gated");
  rn_session_restore_gates (stage.session);
  looking_wait (has_no_gated_answer, &stage);
  g_assert_false (looking_says (stage.page, "block 2 off"));
  stage_close (&stage);
}

/* Class activation map */

static gboolean
has_activation (gpointer data)
{
  Stage *stage = data;
  double sum, logit;

  return rn_inspect_activation_get_class (looking_find (stage->page, RN_TYPE_INSPECT_ACTIVATION, 0),
                                          &sum, &logit) >= 0;
}

static void
assert_equality_reads (double left, double right, const char *expected)
{
  g_autofree char *text = rn_format_equality (left, right);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_equal_numbers_are_told_in_sensible_digits_and_as_near_where_they_read_apart (void)
{
  assert_equality_reads (-0.0071, -0.0069, "−0.007 = −0.007");
  assert_equality_reads (12.3456, 12.3471, "12.346 ≈ 12.347");
  assert_equality_reads (13615580313.963, 13615579135.816, "1.36e+10 = 1.36e+10");
  assert_equality_reads (-2049.9, -2051.2, "−2,050 ≈ −2,051");
  assert_equality_reads (999.4, 999.6, "999 ≈ 1,000");
}

static void
test_the_activation_maps_sum_is_the_logit_less_its_bias (void)
{
  Stage stage;
  RnInspectActivation *activation;
  GtkDropDown *classes;
  g_autoptr (RnTensor) bias = NULL;
  float logits[10];

  stage_open (&stage, FALSE);
  activation = looking_find (stage.page, RN_TYPE_INSPECT_ACTIVATION, 0);
  classes = looking_find (GTK_WIDGET (activation), GTK_TYPE_DROP_DOWN, 0);
  rn_tensor_unref (core_tap (&stage, "fc", NULL, logits));
  bias = rn_model_get_parameter (stage.model, "fc.bias");
  looking_wait (has_activation, &stage);
  for (guint rank = 0; rank < 5; rank++)
    {
      double sum, logit, expected;
      int class;

      gtk_drop_down_set_selected (classes, rank);
      class = rn_inspect_activation_get_class (activation, &sum, &logit);
      expected = (double) logits[class] - (double) bias->data[class];
      g_assert_cmpfloat_with_epsilon (sum, expected, 1e-4);
      g_assert_cmpfloat_with_epsilon (logit, expected, 1e-9);
      g_assert_cmpfloat (fabs (sum), >, 1e-3);
    }
  stage_close (&stage);
}

/* Occlusion */

static gboolean
has_occlusion (gpointer data)
{
  RnStudyRunner *runner = rn_inspect_activation_get_runner (data);

  g_assert_cmpstr (rn_study_runner_get_problem (runner), ==, NULL);
  return rn_study_runner_get_map (runner) != NULL;
}

/* As the page asks for it: a quarter of the side is covered, from pixel to pixel */
static RnTensor *
core_occlusion (Stage *stage, int class)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (stage->model);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (stage->model, RN_PATH_RUN, 1, NULL);
  g_autoptr (RnPicture) view =
      rn_view_single (rn_session_get_picture (stage->session)->picture, preprocess, NULL);
  g_autofree float *x = g_new (float, 32 * 32 * 3);

  rn_preprocess_apply (preprocess, x, view);
  return rn_occlusion (evaluator, x, class, 8, 1, NULL, NULL, NULL, NULL);
}

static void
test_the_occlusion_map_is_the_cores_and_is_read_where_one_points (void)
{
  Stage stage;
  RnInspectActivation *activation;
  RnPictureView *view;
  g_autoptr (RnTensor) expected = NULL;
  RnTensor *map;
  double sum, logit, value;
  int column, row;

  stage_open (&stage, FALSE);
  activation = looking_find (stage.page, RN_TYPE_INSPECT_ACTIVATION, 0);
  view = looking_find (GTK_WIDGET (activation), RN_TYPE_PICTURE_VIEW, 0);
  looking_wait (has_activation, &stage);
  rn_inspect_activation_set_occlusion (activation, TRUE);
  g_assert_true (looking_says (GTK_WIDGET (activation), "covers the picture square by square"));
  g_assert_false (rn_picture_view_read (view, 5.0, 5.0, &column, &row, &value));
  g_signal_emit_by_name (looking_find (GTK_WIDGET (activation), RN_TYPE_STUDY_CONTROL, 0), "start");
  looking_wait (has_occlusion, activation);
  map = rn_study_runner_get_map (rn_inspect_activation_get_runner (activation));
  expected = core_occlusion (&stage, rn_inspect_activation_get_class (activation, &sum, &logit));
  g_assert_cmpint (map->dims[0], ==, 32);
  g_assert_cmpint (map->dims[1], ==, 32);
  g_assert_cmpmem (map->data, 32 * 32 * sizeof (float), expected->data, 32 * 32 * sizeof (float));
  g_assert_true (rn_picture_view_read (view, gtk_widget_get_width (GTK_WIDGET (view)) / 2.0, 40.0,
                                       &column, &row, &value));
  g_assert_cmpint (column, ==, 16);
  g_assert_cmpfloat (value, ==, (double) map->data[row * 32 + column]);
  looking_shoot (stage.window, "inspect-occlusion");
  gtk_drop_down_set_selected (looking_find (GTK_WIDGET (activation), GTK_TYPE_DROP_DOWN, 0), 2);
  g_assert_null (rn_study_runner_get_map (rn_inspect_activation_get_runner (activation)));
  stage_close (&stage);
}

/* What is behind the maps */

static void
test_a_histogram_counts_every_value (void)
{
  static const float values[] = { 0.0f, 0.0f, 1.0f, 4.0f, -4.0f, 3.9f, NAN, INFINITY };
  g_autoptr (RnTensor) tensor = rn_tensor_new (1, (int[]){ G_N_ELEMENTS (values) }, NULL);
  RnHistogramCounts counts;
  gsize sum = 0;

  memcpy (tensor->data, values, sizeof values);
  rn_histogram_count (&counts, tensor);
  for (int i = 0; i < RN_HISTOGRAM_BINS; i++)
    sum += counts.bins[i];
  g_assert_cmpuint (sum, ==, 6);
  g_assert_cmpuint (counts.n, ==, 6);
  g_assert_cmpuint (counts.n_odd, ==, 2);
  g_assert_cmpuint (counts.bins[0], ==, 1);                     /* -4 */
  g_assert_cmpuint (counts.bins[RN_HISTOGRAM_BINS - 1], ==, 2); /* 3.9 and 4 */
  g_assert_cmpuint (counts.bins[RN_HISTOGRAM_BINS / 2], ==, 2); /* the zeros */
  g_assert_cmpfloat (counts.low, ==, -4.0);
  g_assert_cmpfloat (counts.high, ==, 4.0);
  g_assert_cmpfloat_with_epsilon (counts.mean, 4.9 / 6.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (counts.std, sqrt (48.21 / 6.0 - 4.9 * 4.9 / 36.0), 1e-6);
  g_assert_cmpfloat_with_epsilon (counts.zeros, 2.0 / 8.0, 1e-12);
}

static void
test_the_layer_behind_maps_is_found_by_their_name (void)
{
  static const struct
  {
    const char *tap, *conv, *norm;
  } cases[] = {
    { "conv1", "conv1", "bn1" },
    { "bn1", "conv1", "bn1" },
    { "layer2.0.conv1", "layer2.0.conv1", "layer2.0.bn1" },
    { "layer2.0.bn2", "layer2.0.conv2", "layer2.0.bn2" },
    { "layer2.0.f", "layer2.0.conv2", "layer2.0.bn2" },
    { "layer2.0.sum", "layer2.0.conv2", "layer2.0.bn2" },
    { "layer2.0.out", "layer2.0.conv2", "layer2.0.bn2" },
    { "layer2.0.in", NULL, NULL },
    { "layer2.0.shortcut", NULL, NULL }, /* option A has no parameters */
    { "pool", NULL, NULL },
    { "fc", NULL, NULL },
  };
  g_autoptr (RnModel) model = looking_model (5, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *conv = NULL, *norm = NULL;

      rn_inspect_layer_names (model, cases[i].tap, &conv, &norm);
      g_assert_cmpstr (conv, ==, cases[i].conv);
      g_assert_cmpstr (norm, ==, cases[i].norm);
    }
}

static gboolean
has_norm (gpointer data)
{
  return rn_norm_chart_n_channels (looking_find (((Stage *) data)->page, RN_TYPE_NORM_CHART, 0)) >
         0;
}

static gboolean
has_counts (gpointer data)
{
  return rn_histogram_get_counts (looking_find (((Stage *) data)->page, RN_TYPE_HISTOGRAM, 0)) !=
         NULL;
}

static void
test_the_batch_norm_and_the_filter_behind_maps_are_the_models (void)
{
  Stage stage;
  RnNormChart *norm;
  RnMapGrid *filter;
  RnTensor *shown;
  g_autoptr (RnTensor) gamma = NULL, variance = NULL, filters = NULL;
  int channel;

  stage_open (&stage, FALSE);
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK, id_of (&stage, 1),
                       NULL);
  looking_wait (has_norm, &stage);
  looking_wait (has_counts, &stage);
  norm = looking_find (stage.page, RN_TYPE_NORM_CHART, 0);
  gamma = rn_model_get_parameter (stage.model, "layer2.0.bn2.weight");
  variance = rn_model_get_parameter (stage.model, "layer2.0.bn2.running_var");
  filters = rn_model_get_parameter (stage.model, "layer2.0.conv2.weight");
  g_assert_cmpint (rn_norm_chart_n_channels (norm), ==, gamma->dims[0]);
  for (int c = 0; c < gamma->dims[0]; c++)
    {
      g_assert_cmpfloat (rn_norm_chart_get (norm, RN_NORM_GAMMA, c), ==, (double) gamma->data[c]);
      g_assert_cmpfloat_with_epsilon (rn_norm_chart_get (norm, RN_NORM_DEVIATION, c),
                                      sqrt ((double) variance->data[c]), 1e-12);
    }
  channel = rn_map_reader_get_channel (looking_find (stage.page, RN_TYPE_MAP_READER, 0));
  filter = looking_find (looking_find (stage.page, RN_TYPE_INSPECT_LAYER, 0), RN_TYPE_MAP_GRID, 0);
  shown = rn_map_grid_get_maps (filter);
  g_assert_nonnull (shown);
  g_assert_cmpint (shown->dims[3], ==, filters->dims[1]);
  for (int c = 0; c < filters->dims[1]; c++)
    for (int i = 0; i < 9; i++)
      g_assert_cmpfloat (shown->data[i * filters->dims[1] + c], ==,
                         filters->data[(channel * filters->dims[1] + c) * 9 + i]);
  g_assert_true (looking_says (stage.page, "Batch-norm layer2.0.bn2"));
  g_assert_true (looking_says (stage.page, "Values: mean"));
  looking_shoot (stage.window, "inspect-layer");
  stage_close (&stage);
}

/* The stem, the list of taps, the enlarged map */

static void
test_the_stem_shows_its_maps_and_its_filters_in_colour (void)
{
  Stage stage;
  g_autoptr (RnTensor) expected = NULL, filters = NULL;
  RnFilterGrid *grid;

  stage_open (&stage, FALSE);
  looking_wait (has_activation, &stage);
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_STEM, 0, NULL);
  expected = core_tap (&stage, "bn1", NULL, NULL);
  filters = rn_model_get_parameter (stage.model, "conv1.weight");
  /* the block had its sum chosen: the stem has none, so it begins with its batch-norm */
  looking_wait (grid_shows, &(Wish){ &stage, expected, 0 });
  grid = looking_find (stage.page, RN_TYPE_FILTER_GRID, 0);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (grid)));
  assert_same_bits (rn_filter_grid_get_filters (grid), filters);
  looking_shoot (stage.window, "inspect-stem");
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_HEAD, 0, NULL);
  g_clear_pointer (&expected, rn_tensor_unref);
  expected = core_tap (&stage, "pool", NULL, NULL);
  looking_wait (grid_shows, &(Wish){ &stage, expected, 0 });
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (grid)));
  stage_close (&stage);
}

static void
test_a_chosen_layer_stays_chosen_from_block_to_block (void)
{
  Stage stage;
  RnInspectMaps *maps;

  stage_open (&stage, FALSE);
  maps = looking_find (stage.page, RN_TYPE_INSPECT_MAPS, 0);
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_LAYER, id_of (&stage, 0),
                       "bn1");
  g_assert_cmpstr (rn_inspect_maps_get_tap (maps), ==, "layer1.0.bn1");
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK, id_of (&stage, 2),
                       NULL);
  g_assert_cmpstr (rn_inspect_maps_get_tap (maps), ==, "layer3.0.bn1");
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_SHORTCUT,
                       id_of (&stage, 2), NULL);
  g_assert_cmpstr (rn_inspect_maps_get_tap (maps), ==, "layer3.0.shortcut");
  stage_close (&stage);
}

static void
test_block_names_are_those_of_the_parameters (void)
{
  static const char *const presets[] = { "resnet8", "resnet20", "resnet50", "plain34",
                                         "resnet56-b" };

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (presets[i], NULL);
      RnPreprocess preprocess = { .std = { 1, 1, 1 } };
      g_autoptr (RnModel) model = NULL;

      if (spec == NULL)
        continue;
      preprocess.side = rn_spec_get_side (spec);
      preprocess.channels = rn_spec_get_channels (spec);
      model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
      for (int at = 0; at < rn_spec_n_blocks (spec); at++)
        {
          g_autofree char *name = rn_tap_of_block (spec, at, "conv1.weight");
          g_autofree char *projection = rn_tap_of_block (spec, at, "downsample.0.weight");
          g_autoptr (RnTensor) filter = rn_model_get_parameter (model, name);
          g_autoptr (RnTensor) shortcut = rn_model_get_parameter (model, projection);

          g_assert_nonnull (filter);
          g_assert_cmpint (filter->dims[1], ==, rn_tap_channels_before (spec, at));
          g_assert_cmpint (shortcut != NULL, ==, rn_tap_has_projection (spec, at));
        }
    }
}

/* A width that changes without a stride begins a new layer, too. */
static void
test_a_wider_block_begins_a_new_layer (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("wide", 16, 3, RN_STEM_3X3, 8, 4, NULL);
  const RnPreprocess preprocess = { 16, 3, { 0 }, { 1, 1, 1 }, NULL };
  g_autoptr (RnModel) model = NULL;

  for (int i = 0; i < 3; i++)
    g_assert_true (rn_spec_add_block (spec, i,
                                      (RnBlockSpec){ .kind = RN_BLOCK_BASIC,
                                                     .channels = i == 0 ? 8 : 16,
                                                     .stride = 1,
                                                     .shortcut = RN_SHORTCUT_B },
                                      NULL));
  model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  for (int at = 0; at < 3; at++)
    {
      g_autofree char *name = rn_tap_of_block (spec, at, "conv2.weight");
      g_autoptr (RnTensor) filter = rn_model_get_parameter (model, name);

      g_assert_nonnull (filter);
      g_assert_cmpint (rn_tap_has_projection (spec, at), ==, at == 1);
    }
}

static void
test_the_enlarged_map_reads_the_very_value (void)
{
  RnMapReader *view = RN_MAP_READER (g_object_ref_sink (rn_map_reader_new ()));
  g_autoptr (RnTensor) maps = rn_tensor_new (4, (const int[]){ 1, 2, 3, 4 }, NULL);

  for (gsize i = 0; i < rn_tensor_count (maps); i++)
    maps->data[i] = (float) i - 10.5f;
  rn_map_reader_set_map (view, maps, 2);
  rn_map_reader_point_at (view, 1, 2);
  /* ((1 * 3) + 2) * 4 + 2 - 10.5 */
  g_assert_cmpstr (rn_map_reader_get_reading (view), ==, "row 1, column 2: 11.5");
  rn_map_reader_point_at (view, 0, 1);
  g_assert_cmpstr (rn_map_reader_get_reading (view), ==, "row 0, column 1: −4.50");
  rn_map_reader_point_at (view, 2, 0);
  g_assert_null (strstr (rn_map_reader_get_reading (view), "row"));
  g_object_unref (view);
}

static void
test_nan_does_not_hide_the_strongest_map (void)
{
  g_autoptr (RnTensor) maps = rn_tensor_new (4, (const int[]){ 1, 1, 2, 3 }, NULL);
  const float values[] = { 1.0f, NAN, -3.0f, 1.0f, 2.0f, 3.0f };
  int channels[3];

  memcpy (maps->data, values, sizeof values);
  g_assert_cmpint (rn_maps_strongest (maps, channels, 3), ==, 2);
  g_assert_cmpint (channels[0], ==, 2);
  g_assert_cmpint (channels[1], ==, 0);
}

/* Whose turn it is */

static gboolean
is_watched (gpointer data)
{
  return rn_session_get_watched (((Stage *) data)->session) != NULL;
}

static gboolean
is_not_watched (gpointer data)
{
  return !is_watched (data);
}

static void
test_a_page_that_nobody_sees_watches_nothing (void)
{
  Stage stage;

  stage_open (&stage, FALSE);
  looking_wait (is_watched, &stage);
  gtk_widget_set_visible (stage.page, FALSE);
  looking_wait (is_not_watched, &stage);
  gtk_widget_set_visible (stage.page, TRUE);
  looking_wait (is_watched, &stage);
  stage_close (&stage);
}

static void
test_the_picture_and_the_map_of_the_class_are_of_one_size (void)
{
  static const int widths[] = { 740, 1300 };

  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      Stage stage = { .model = looking_model (5, FALSE) };
      GtkWidget *picture, *map;
      double x, y;

      stage.session = looking_session (stage.model, 32);
      stage.page = rn_inspect_page_new (stage.session);
      stage.window = looking_window (stage.page, widths[i], 600);
      looking_wait (has_activation, &stage);
      picture = looking_find (stage.page, RN_TYPE_PICTURE_VIEW, 0);
      map = looking_find (stage.page, RN_TYPE_PICTURE_VIEW, 1);
      g_assert_true (gtk_widget_translate_coordinates (map, picture, 0.0, 0.0, &x, &y));
      g_assert_cmpfloat (x, >, 0.0);
      g_assert_cmpfloat (y, ==, 0.0);
      /* two halves of an odd number of pixels differ by one */
      g_assert_cmpint (ABS (gtk_widget_get_width (map) - gtk_widget_get_width (picture)), <=, 1);
      g_assert_cmpint (ABS (gtk_widget_get_height (map) - gtk_widget_get_height (picture)), <=, 1);
      stage_close (&stage);
    }
}

/* Returns: whether the maps and the first bars are there, and no card says any more what it waits for */
static gboolean
says_nothing_is_missing (gpointer data)
{
  return has_answer (data) && has_activation (data) &&
         !looking_says (((Stage *) data)->page, "Appears as soon as");
}

static void
test_cards_say_what_they_wait_for_until_the_network_has_answered (void)
{
  Stage stage = { .model = looking_model (5, FALSE), .session = rn_session_new ("/nonexistent") };
  g_autoptr (RnDocument) document =
      rn_document_new_model (stage.model, "/nonexistent/net.safetensors");
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, 7, 32, NULL);
  GType (*const waiting[]) (void) = { rn_inspect_activation_get_type,
                                      rn_inspect_prediction_get_type, rn_inspect_maps_get_type };

  rn_session_show (stage.session, document);
  stage.page = rn_inspect_page_new (stage.session);
  stage.window = looking_window (stage.page, 1300, 950);
  g_assert_true (looking_says (stage.page, "Appears as soon as there is a picture."));
  rn_session_set_picture (stage.session, scene, "boat, test 7", 7);
  g_assert_false (looking_says (stage.page, "Appears as soon as there is a picture."));
  for (int i = 0; i < (int) G_N_ELEMENTS (waiting); i++)
    g_assert_true (looking_says (looking_find (stage.page, waiting[i](), 0),
                                 "Appears as soon as the network has answered."));
  looking_wait (says_nothing_is_missing, &stage);
  /* nor does it while another block's maps are on their way */
  rn_selection_select (rn_session_get_selection (stage.session), RN_PART_BLOCK, id_of (&stage, 2),
                       NULL);
  g_assert_false (looking_says (stage.page, "Appears as soon as"));
  stage_close (&stage);
}

static void
test_a_sketch_says_that_it_has_no_weights (void)
{
  g_autoptr (RnSession) session = rn_session_new ("/nonexistent");
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  GtkWidget *page, *window;

  rn_session_show_sketch (session, spec, NULL);
  page = rn_inspect_page_new (session);
  window = looking_window (page, 1300, 950);
  g_assert_true (looking_says (page, "“ResNet-8” is a sketch"));
  g_assert_true (looking_says (page, "Start training"));
  g_assert_null (rn_session_get_watched (session));
  looking_shoot (window, "inspect-sketch");
  looking_close (window);
}

static void
test_another_document_takes_the_place_of_the_first (void)
{
  Stage stage;
  RnModel *other = looking_model (77, FALSE);
  g_autoptr (RnDocument) document = rn_document_new_model (other, "/nonexistent/other.safetensors");
  g_autoptr (RnTensor) expected = NULL;

  stage_open (&stage, FALSE);
  looking_wait (has_activation, &stage);
  rn_session_show (stage.session, document);
  rn_model_unref (stage.model);
  stage.model = other;
  expected = core_tap (&stage, "layer1.0.sum", NULL, NULL);
  looking_wait (grid_shows, &(Wish){ &stage, expected, 0 });
  stage_close (&stage);
}

/* Training: forty scenes of two classes in a folder */

typedef struct
{
  RnSession *session;
  GtkWidget *page;
  gint64 beyond;
  gboolean is_over;
} Live;

static void
write_scenes (const char *folder)
{
  for (int i = 0; i < 40; i++)
    {
      g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TRAIN, i / 2 * 10 + i % 2, 32, NULL);
      g_autofree char *class = g_build_filename (folder, i % 2 == 0 ? "house" : "tree", NULL);
      g_autofree char *path = g_strdup_printf ("%s/%d.png", class, i);

      g_mkdir_with_parents (class, 0700);
      g_assert_true (rn_picture_save_png (scene, path, NULL));
    }
}

static gboolean
has_dataset (gpointer data)
{
  Live *live = data;

  return rn_session_get_dataset (live->session) != NULL &&
         rn_session_get_picture (live->session) != NULL;
}

/* Whether both bars and maps are of a later step */
static gboolean
has_newer_maps (gpointer data)
{
  Live *live = data;
  const GPtrArray *watched;
  const RnWatched *fc = NULL;
  g_autofree char *text = NULL;

  rn_session_drain (live->session);
  watched = rn_session_get_watched (live->session);
  for (guint i = 0; watched != NULL && i < watched->len; i++)
    if (g_str_equal (((RnWatched *) g_ptr_array_index (watched, i))->tap, "fc"))
      fc = g_ptr_array_index (watched, i);
  if (fc == NULL || fc->step <= live->beyond ||
      rn_map_grid_get_maps (looking_find (live->page, RN_TYPE_MAP_GRID, 0)) == NULL)
    return FALSE;
  text = g_strdup_printf ("step %d, the live one", (int) fc->step);
  if (!looking_says (live->page, text))
    return FALSE;
  live->beyond = fc->step;
  return TRUE;
}

static gboolean
is_paused (gpointer data)
{
  Live *live = data;
  const RnStatus *status = rn_session_get_status (live->session);

  rn_session_drain (live->session);
  return status->state == RN_STATE_PAUSED && !status->is_pending;
}

/* Returns: what came last of @part of the first block */
static const RnTensor *
watched_part (const Live *live, const char *part)
{
  const GPtrArray *watched = rn_session_get_watched (live->session);
  g_autofree char *tap = rn_tap_of_block (rn_session_get_spec (live->session), 0, part);

  for (guint i = 0; watched != NULL && i < watched->len; i++)
    {
      const RnWatched *one = g_ptr_array_index (watched, i);

      if (g_str_equal (one->tap, tap))
        return one->values;
    }
  return NULL;
}

/* Not one of them stands still. */
static gboolean
shows_the_newest_of_all (gpointer data)
{
  static const char *const parts[] = { "shortcut", "f", "sum" };
  const Live *live = data;
  const char *tap = rn_inspect_maps_get_tap (looking_find (live->page, RN_TYPE_INSPECT_MAPS, 0));
  RnBlockView *block = looking_find (live->page, RN_TYPE_BLOCK_VIEW, 0);

  for (int i = 0; i < RN_N_TERMS; i++)
    if (watched_part (live, parts[i]) == NULL ||
        rn_block_view_get_maps (block, (RnTerm) i) != watched_part (live, parts[i]))
      return FALSE;
  return tap != NULL && rn_map_grid_get_maps (looking_find (live->page, RN_TYPE_MAP_GRID, 0)) ==
                            watched_part (live, strrchr (tap, '.') + 1);
}

static void
shut_down (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Live *) data)->is_over = TRUE;
}

static gboolean
is_over (gpointer data)
{
  return ((Live *) data)->is_over;
}

static void
test_maps_and_bars_keep_coming_while_the_network_learns (void)
{
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  g_autofree char *pictures = g_build_filename (folder, "pictures", NULL);
  g_autofree char *runs = g_build_filename (folder, "runs", NULL);
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", folder);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  Live live = { .session = rn_session_new (runs), .beyond = 0 };
  RnSettings settings = *rn_session_get_settings (live.session);
  GtkWidget *window;

  write_scenes (pictures);
  g_assert_true (rn_spec_set_classes (spec, 2, NULL));
  settings.batch = 8;
  rn_session_set_settings (live.session, &settings);
  rn_session_set_threads (live.session, 1);
  rn_session_show_sketch (live.session, spec, NULL);
  live.page = rn_inspect_page_new (live.session);
  window = looking_window (live.page, 1300, 950);
  rn_session_open_dataset (live.session, pictures);
  looking_wait (has_dataset, &live); /* the page has taken the first test picture */
  g_assert_nonnull (strstr (rn_session_get_picture (live.session)->name, "test 0"));
  rn_session_set_epochs (live.session, 1000);
  rn_session_start (live.session);
  for (int i = 0; i < 3; i++)
    looking_wait (has_newer_maps, &live);
  rn_session_pause (live.session);
  looking_wait (is_paused, &live);
  looking_wait (shows_the_newest_of_all, &live);
  rn_session_shut_down (live.session, shut_down, &live);
  looking_wait (is_over, &live);
  looking_close (window);
  g_object_unref (live.session);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/inspect/maps are the core's to the bit", test_maps_are_the_cores_to_the_bit);
  g_test_add_func ("/inspect/a block is the sum of its shortcut and its branch",
                   test_a_block_is_the_sum_of_its_shortcut_and_its_branch);
  g_test_add_func ("/inspect/a plain block shows only its output",
                   test_a_plain_block_shows_only_its_output);
  g_test_add_func ("/inspect/bars are the softmax of the logits",
                   test_bars_are_the_softmax_of_the_logits);
  g_test_add_func ("/inspect/a switched-off branch changes the second bars only",
                   test_a_switched_off_branch_changes_the_second_bars_only);
  g_test_add_func (
      "/inspect/equal numbers are told in sensible digits, and as near where they "
      "read apart",
      test_equal_numbers_are_told_in_sensible_digits_and_as_near_where_they_read_apart);
  g_test_add_func ("/inspect/the activation map's sum is the logit less its bias",
                   test_the_activation_maps_sum_is_the_logit_less_its_bias);
  g_test_add_func ("/inspect/the occlusion map is the core's and is read where one points",
                   test_the_occlusion_map_is_the_cores_and_is_read_where_one_points);
  g_test_add_func ("/inspect/a histogram counts every value", test_a_histogram_counts_every_value);
  g_test_add_func ("/inspect/the layer behind maps is found by their name",
                   test_the_layer_behind_maps_is_found_by_their_name);
  g_test_add_func ("/inspect/the batch-norm and the filter behind maps are the model's",
                   test_the_batch_norm_and_the_filter_behind_maps_are_the_models);
  g_test_add_func ("/inspect/the stem shows its maps and its filters in colour",
                   test_the_stem_shows_its_maps_and_its_filters_in_colour);
  g_test_add_func ("/inspect/a chosen layer stays chosen from block to block",
                   test_a_chosen_layer_stays_chosen_from_block_to_block);
  g_test_add_func ("/inspect/block names are those of the parameters",
                   test_block_names_are_those_of_the_parameters);
  g_test_add_func ("/inspect/a wider block begins a new layer",
                   test_a_wider_block_begins_a_new_layer);
  g_test_add_func ("/inspect/the enlarged map reads the very value",
                   test_the_enlarged_map_reads_the_very_value);
  g_test_add_func ("/inspect/NaN does not hide the strongest map",
                   test_nan_does_not_hide_the_strongest_map);
  g_test_add_func ("/inspect/a page that nobody sees watches nothing",
                   test_a_page_that_nobody_sees_watches_nothing);
  g_test_add_func ("/inspect/the picture and the map of the class are of one size",
                   test_the_picture_and_the_map_of_the_class_are_of_one_size);
  g_test_add_func ("/inspect/cards say what they wait for until the network has answered",
                   test_cards_say_what_they_wait_for_until_the_network_has_answered);
  g_test_add_func ("/inspect/a sketch says that it has no weights",
                   test_a_sketch_says_that_it_has_no_weights);
  g_test_add_func ("/inspect/another document takes the place of the first",
                   test_another_document_takes_the_place_of_the_first);
  g_test_add_func ("/inspect/maps and bars keep coming while the network learns",
                   test_maps_and_bars_keep_coming_while_the_network_learns);
  return g_test_run ();
}
