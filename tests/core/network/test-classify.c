#include "residua/classify.h"

#include <math.h>
#include <string.h>

#include "../data/scratch.h"
#include "cases.h"
#include "inspect/evaluate.h"
#include "network/model.h"
#include "residua/error.h"
#include "third-party.h"

#define CLASSES 10

static const Case net = { "net",
                          16,
                          3,
                          RN_STEM_3X3,
                          6,
                          CLASSES,
                          1,
                          1,
                          2,
                          { { .kind = RN_BLOCK_BASIC, .channels = 6, .stride = 1 },
                            { .kind = RN_BLOCK_BASIC, .channels = 12, .stride = 2 } } };

static RnModel *
model_new (int side, int channels, int classes)
{
  Case c = net;
  g_autoptr (RnSpec) spec = NULL;

  c.side = side;
  c.channels = channels;
  c.classes = classes;
  spec = case_spec (&c);
  return random_model (spec, 31);
}

/* The same model, but with a mean for each pixel */
static RnModel *
with_pixel_mean (const RnModel *model)
{
  const RnPreprocess *old = rn_model_get_preprocess (model);
  const int count = old->side * old->side * old->channels;
  g_autofree float *pixel_mean = g_new (float, count);
  RnPreprocess preprocess = *old;
  g_autoptr (GError) error = NULL;
  RnModel *other;

  for (int i = 0; i < count; i++)
    pixel_mean[i] = 0.3f + 0.4f * (float) i / (float) count;
  preprocess.pixel_mean = pixel_mean;
  other = rn_model_new (rn_model_get_spec (model), rn_model_get_arena (model), 0, NULL, &preprocess,
                        &error);
  g_assert_no_error (error);
  return other;
}

static RnEvaluator *
evaluator_new (RnModel *model)
{
  g_autoptr (GError) error = NULL;
  RnEvaluator *evaluator = rn_evaluator_new (model, RN_PATH_RUN, 2, &error);

  g_assert_no_error (error);
  return evaluator;
}

typedef struct
{
  float p[CLASSES];
  float logits[CLASSES];
  char *notes;
} Answer;

static void
answer_clear (Answer *self)
{
  g_free (self->notes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static Answer
ask (RnEvaluator *evaluator, RnPicture *picture, const RnViews *views)
{
  g_autoptr (GError) error = NULL;
  Answer answer = { 0 };
  double sum = 0.0;

  rn_classify_picture (evaluator, picture, views, answer.p, answer.logits, &answer.notes, NULL,
                       &error);
  g_assert_no_error (error);
  for (int k = 0; k < CLASSES; k++)
    sum += answer.p[k];
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);
  return answer;
}

/* Sums over views that are asked one by one, in double precision */
typedef struct
{
  RnEvaluator *evaluator;
  double p[CLASSES];
  double logits[CLASSES];
  int n;
} Tally;

static void
softmax (double *p, const double *logits)
{
  double total = 0.0, most = logits[0];

  for (int k = 1; k < CLASSES; k++)
    most = MAX (most, logits[k]);
  for (int k = 0; k < CLASSES; k++)
    total += exp (logits[k] - most);
  for (int k = 0; k < CLASSES; k++)
    p[k] = exp (logits[k] - most) / total;
}

static void
tally (Tally *self, RnPicture *view)
{
  const RnPreprocess *preprocess =
      rn_model_get_preprocess (rn_evaluator_get_model (self->evaluator));
  g_autofree float *x = g_new (float, (gsize) view->width * view->height * view->channels);
  float logits[CLASSES];
  double exact[CLASSES], p[CLASSES];

  rn_preprocess_apply (preprocess, x, view);
  g_assert_true (
      rn_evaluator_run (self->evaluator, logits, x, 1, view->height, view->width, NULL, NULL));
  for (int k = 0; k < CLASSES; k++)
    exact[k] = logits[k];
  softmax (p, exact);
  for (int k = 0; k < CLASSES; k++)
    {
      self->p[k] += p[k];
      self->logits[k] += exact[k];
    }
  self->n++;
}

static void
assert_answer (const Answer *answer, const double *p, const double *logits)
{
  for (int k = 0; k < CLASSES; k++)
    {
      g_assert_cmpfloat_with_epsilon (answer->p[k], p[k], 2e-5);
      g_assert_cmpfloat_with_epsilon (answer->logits[k], logits[k],
                                      2e-5 * MAX (1.0, fabs (logits[k])));
    }
}

static const int sizes[][2] = { { 16, 16 }, { 17, 16 }, { 40, 23 }, { 9, 30 }, { 64, 64 } };

/* The middle of the picture whose shorter side has been brought to the network's */
static void
test_single (void)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (RnPicture) picture = make_noise (sizes[i][0], sizes[i][1], 3, i);
      g_autoptr (RnPicture) resized = rn_picture_resize_shorter (picture, 16, NULL);
      g_autoptr (RnPicture) view = rn_picture_crop (resized, (resized->width - 16) / 2,
                                                    (resized->height - 16) / 2, 16, 16, NULL);
      g_auto (Answer) answer = ask (evaluator, picture, &views);
      Tally expected = { .evaluator = evaluator };

      tally (&expected, view);
      assert_answer (&answer, expected.p, expected.logits);
      g_assert_null (answer.notes);
    }
}

static void
test_a_picture_of_the_right_size_is_its_own_view (void)
{
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnPicture) picture = make_noise (16, 16, 3, 1);
  g_autoptr (RnPicture) view = rn_view_single (picture, rn_model_get_preprocess (model), NULL);
  g_autoptr (RnPicture) grey = make_noise (30, 20, 1, 1);
  g_autoptr (RnPicture) coloured = rn_view_single (grey, rn_model_get_preprocess (model), NULL);

  g_assert_cmpmem (view->pixels, 16 * 16 * 3, picture->pixels, 16 * 16 * 3);
  g_assert_cmpint (coloured->width, ==, 16);
  g_assert_cmpint (coloured->height, ==, 16);
  g_assert_cmpint (coloured->channels, ==, 3);
  for (int i = 0; i < 16 * 16; i++)
    g_assert_true (coloured->pixels[3 * i] == coloured->pixels[3 * i + 2]);
}

/* 16 x 256 / 224 is 18.29: the shorter side becomes 18; four corners, the centre, mirrored each */
static void
test_ten_crops (void)
{
  const RnViews views = { .crops = 10 };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (RnPicture) picture = make_noise (sizes[i][0], sizes[i][1], 3, i + 10);
      g_autoptr (RnPicture) resized = rn_picture_resize_shorter (picture, 18, NULL);
      const int right = resized->width - 16, bottom = resized->height - 16;
      const int places[5][2] = {
        { 0, 0 }, { right, 0 }, { 0, bottom }, { right, bottom }, { right / 2, bottom / 2 }
      };
      g_auto (Answer) answer = ask (evaluator, picture, &views);
      Tally expected = { .evaluator = evaluator };

      g_assert_cmpint (MIN (resized->width, resized->height), ==, 18);
      for (int j = 0; j < 5; j++)
        {
          g_autoptr (RnPicture) crop =
              rn_picture_crop (resized, places[j][0], places[j][1], 16, 16, NULL);
          g_autoptr (RnPicture) mirrored = rn_picture_flip (crop, NULL);

          tally (&expected, crop);
          tally (&expected, mirrored);
        }
      g_assert_cmpint (expected.n, ==, 10);
      for (int k = 0; k < CLASSES; k++)
        {
          expected.p[k] /= 10.0;
          expected.logits[k] /= 10.0;
        }
      assert_answer (&answer, expected.p, expected.logits);
      g_assert_null (answer.notes);
    }
}

/* Scores are averaged over scales, and the softmax is taken of their mean. */
static void
test_scales (void)
{
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      const RnViews views = { .n_scales = 3, .scales = { 16, 21, 9 }, .flip = i % 2 == 1 };
      g_autoptr (RnPicture) picture = make_noise (sizes[i / 2][0], sizes[i / 2][1], 3, i + 20);
      g_auto (Answer) answer = ask (evaluator, picture, &views);
      Tally expected = { .evaluator = evaluator };
      double p[CLASSES];

      for (int j = 0; j < views.n_scales; j++)
        {
          g_autoptr (RnPicture) resized =
              rn_picture_resize_shorter (picture, views.scales[j], NULL);
          g_autoptr (RnPicture) mirrored = rn_picture_flip (resized, NULL);

          tally (&expected, resized);
          if (views.flip)
            tally (&expected, mirrored);
        }
      for (int k = 0; k < CLASSES; k++)
        expected.logits[k] /= expected.n;
      softmax (p, expected.logits);
      assert_answer (&answer, p, expected.logits);
    }
}

/* What is shown of the views is what is asked about: the votes of all views are the answer. */
static void
test_each_view_is_what_the_network_is_given (void)
{
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  const RnViews ways[] = { { .crops = 1 },
                           { .crops = 10 },
                           { .n_scales = 3, .scales = { 16, 21, 9 } },
                           { .n_scales = 2, .scales = { 16, 25 }, .flip = TRUE } };
  const int counts[] = { 1, 10, 3, 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
      {
        g_autoptr (RnPicture) picture = make_noise (sizes[j][0], sizes[j][1], 3, j + 40);
        g_auto (Answer) answer = ask (evaluator, picture, &ways[i]);
        Tally expected = { .evaluator = evaluator };

        g_assert_cmpint (rn_views_count (&ways[i]), ==, counts[i]);
        for (int at = 0; at < counts[i]; at++)
          {
            g_autoptr (RnPicture) view =
                rn_view_new (picture, rn_model_get_preprocess (model), &ways[i], at, NULL);

            tally (&expected, view);
          }
        for (int k = 0; k < CLASSES; k++)
          g_assert_cmpfloat_with_epsilon (answer.logits[k], expected.logits[k] / counts[i],
                                          2e-5 * MAX (1.0, fabs (expected.logits[k])));
      }
}

/* A picture whose red is its column and whose green is its row: a view tells where it is from. */
static void
test_views_say_where_they_lie (void)
{
  const RnPreprocess preprocess = { 16, 3, { 0 }, { 1, 1, 1 }, NULL };
  const RnViews ten = { .crops = 10 },
                scales = { .n_scales = 2, .scales = { 18, 32 }, .flip = TRUE };
  /* its shorter side is that of ten crops already: nothing is resized */
  g_autoptr (RnPicture) picture = rn_picture_new (30, 18, 3, NULL);

  for (int y = 0; y < 18; y++)
    for (int x = 0; x < 30; x++)
      {
        picture->pixels[3 * (y * 30 + x)] = (guint8) x;
        picture->pixels[3 * (y * 30 + x) + 1] = (guint8) y;
      }
  for (int at = 0; at < 10; at++)
    {
      g_autoptr (RnPicture) shown = rn_view_new (picture, &preprocess, &ten, at, NULL);
      const RnView view = rn_view_find (picture, &preprocess, &ten, at);
      const int column = shown->pixels[view.is_mirrored ? 3 * 15 : 0], row = shown->pixels[1];

      g_assert_cmpint (view.is_mirrored, ==, at % 2);
      g_assert_cmpint (view.shorter, ==, 18);
      g_assert_cmpfloat_with_epsilon (view.x * 30, column, 1e-9);
      g_assert_cmpfloat_with_epsilon (view.y * 18, row, 1e-9);
      g_assert_cmpfloat_with_epsilon (view.width * 30, 16, 1e-9);
      g_assert_cmpfloat_with_epsilon (view.height * 18, 16, 1e-9);
      g_assert_cmpint (column, ==, at / 2 == 4 ? 7 : at / 2 % 2 == 0 ? 0 : 14);
      g_assert_cmpint (row, ==, at / 2 == 4 ? 1 : at / 2 < 2 ? 0 : 2);
    }
  for (int at = 0; at < 4; at++)
    {
      g_autoptr (RnPicture) shown = rn_view_new (picture, &preprocess, &scales, at, NULL);
      const RnView view = rn_view_find (picture, &preprocess, &scales, at);

      g_assert_cmpint (view.shorter, ==, at < 2 ? 18 : 32);
      g_assert_cmpint (shown->height, ==, view.shorter);
      g_assert_cmpfloat (view.x + view.y, ==, 0.0);
      g_assert_cmpfloat (view.width * view.height, ==, 1.0);
      g_assert_cmpint (view.is_mirrored, ==, at % 2);
    }
}

static void
test_paper_scales (void)
{
  static const struct
  {
    int side;
    int scales[5];
  } known[] = { { 224, { 224, 256, 384, 480, 640 } },
                { 32, { 32, 37, 55, 69, 91 } },
                { 28, { 28, 32, 48, 60, 80 } },
                { 1, { 1, 1, 2, 2, 3 } } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      RnViews views = { .crops = 1 };

      rn_views_paper_scales (&views, known[i].side);
      g_assert_cmpint (views.n_scales, ==, 5);
      for (int j = 0; j < 5; j++)
        g_assert_cmpint (views.scales[j], ==, known[i].scales[j]);
    }
}

/* All views of one colour are the same view. */
static void
test_a_constant_picture_looks_the_same_in_ten_crops (void)
{
  const RnViews one = { .crops = 1 }, ten = { .crops = 10 };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  g_autoptr (RnPicture) picture = rn_picture_new (37, 20, 3, NULL);
  g_auto (Answer) single = { 0 }, crops = { 0 };

  for (int i = 0; i < 37 * 20 * 3; i++)
    picture->pixels[i] = (guint8) (40 + 60 * (i % 3));
  single = ask (evaluator, picture, &one);
  crops = ask (evaluator, picture, &ten);
  for (int k = 0; k < CLASSES; k++)
    {
      g_assert_cmpfloat_with_epsilon (crops.p[k], single.p[k], 1e-6);
      g_assert_cmpfloat_with_epsilon (crops.logits[k], single.logits[k], 1e-5);
    }
}

static void
test_mirroring_changes_no_ten_crops (void)
{
  const RnViews ten = { .crops = 10 };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  /* of a size whose centre crop is in the very centre */
  g_autoptr (RnPicture) picture = make_noise (18, 20, 3, 4);
  g_autoptr (RnPicture) mirrored = rn_picture_flip (picture, NULL);
  g_auto (Answer) a = ask (evaluator, picture, &ten), b = ask (evaluator, mirrored, &ten);

  for (int k = 0; k < CLASSES; k++)
    g_assert_cmpfloat_with_epsilon (a.p[k], b.p[k], 1e-6);
}

static void
test_the_per_pixel_mean_gives_way_and_says_so (void)
{
  const RnViews one = { .crops = 1 }, ten = { .crops = 10 },
                same = { .n_scales = 1, .scales = { 16 } };
  const RnViews larger = { .n_scales = 2, .scales = { 16, 20 } };
  g_autoptr (RnModel) plain = model_new (16, 3, CLASSES), model = with_pixel_mean (plain);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model), without = evaluator_new (plain);
  g_autoptr (RnPicture) square = make_noise (40, 40, 3, 1), oblong = make_noise (40, 30, 3, 1);
  const struct
  {
    RnEvaluator *evaluator;
    RnPicture *picture;
    const RnViews *views;
    gboolean says_so;
  } asked[] = { { evaluator, square, &one, FALSE }, { evaluator, oblong, &one, FALSE },
                { evaluator, oblong, &ten, FALSE }, { evaluator, square, &same, FALSE },
                { evaluator, oblong, &same, TRUE }, { evaluator, square, &larger, TRUE },
                { without, oblong, &same, FALSE },  { without, square, &larger, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_auto (Answer) answer = ask (asked[i].evaluator, asked[i].picture, asked[i].views);

      g_assert_true ((answer.notes != NULL) == asked[i].says_so);
      g_assert_true (answer.notes == NULL || strstr (answer.notes, "16 × 16") != NULL);
    }
}

/* Every way to look, at a pixel, a thread, a grey picture */
static void
test_odd_sizes (void)
{
  static const int odd[][2] = { { 1, 1 }, { 3, 200 }, { 200, 3 }, { 1, 2 }, { 2, 1 }, { 15, 16 } };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  RnViews views[3] = { { .crops = 1 }, { .crops = 10 }, { .flip = TRUE } };

  rn_views_paper_scales (&views[2], 16);
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        g_autoptr (RnPicture) picture = make_noise (odd[i][0], odd[i][1], channels, i);

        for (int j = 0; j < 3; j++)
          {
            g_auto (Answer) answer = ask (evaluator, picture, &views[j]);

            for (int k = 0; k < CLASSES; k++)
              g_assert_true (answer.p[k] >= 0.0f && answer.p[k] <= 1.0f);
          }
      }
}

/* A thread that would be longer than RN_MAX_SIDE is refused, not squeezed. */
static void
test_a_scale_too_long_is_an_error (void)
{
  const RnViews views = { .n_scales = 1, .scales = { 64 } };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  g_autoptr (RnPicture) picture = make_noise (200, 3, 3, 1);
  g_autoptr (GError) error = NULL;
  float p[CLASSES];

  g_assert_false (rn_classify_picture (evaluator, picture, &views, p, NULL, NULL, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
}

static void
test_grey_networks_see_colours_as_grey (void)
{
  const RnViews one = { .crops = 1 };
  g_autoptr (RnModel) model = model_new (16, 1, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  g_autoptr (RnPicture) picture = make_noise (16, 16, 3, 2);
  g_autoptr (RnPicture) grey = rn_picture_convert (picture, 1, NULL);
  g_auto (Answer) a = ask (evaluator, picture, &one), b = ask (evaluator, grey, &one);

  assert_same_bits ("probabilities", a.p, b.p, CLASSES);
}

static void
test_impossible_views_are_errors (void)
{
  static const struct
  {
    RnViews views;
    const char *word;
  } bad[] = { { { .crops = 3 }, "3" },
              { { .crops = 0 }, "0" },
              { { .crops = 1, .n_scales = RN_MAX_SCALES + 1 }, "17" },
              { { .crops = 1, .n_scales = -1 }, "-1" },
              { { .n_scales = 2, .scales = { 16, 0 } }, "0" },
              { { .n_scales = 1, .scales = { RN_MAX_SIDE + 1 } }, "4097" } };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  g_autoptr (RnPicture) picture = make_noise (16, 16, 3, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      float p[CLASSES];

      g_assert_false (
          rn_classify_picture (evaluator, picture, &bad[i].views, p, NULL, NULL, NULL, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
      g_assert_nonnull (strstr (error->message, bad[i].word));
    }
}

static void
test_a_cancelled_classification (void)
{
  const RnViews views[] = { { .crops = 1 }, { .crops = 10 }, { .n_scales = 1, .scales = { 16 } } };
  g_autoptr (RnModel) model = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (model);
  g_autoptr (RnPicture) picture = make_noise (16, 16, 3, 1);
  const int cancel = 1;

  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autoptr (GError) error = NULL;
      float p[CLASSES];

      g_assert_false (
          rn_classify_picture (evaluator, picture, &views[i], p, NULL, NULL, &cancel, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
    }
}

/* Whole data sets: CIFAR-10 records of noise */

#define N_TEST 150
#define N_TRAIN 20

static RnDataset *
dataset_new (char *folder)
{
  g_autoptr (GByteArray) test = make_cifar (N_TEST, 1, CLASSES),
                         train = make_cifar (N_TRAIN, 1, CLASSES);
  g_autofree char *test_path = scratch_write_array (folder, "test_batch.bin", test);
  g_autofree char *train_path = scratch_write_array (folder, "data_batch_1.bin", train);
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = rn_dataset_open (folder, 0, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, N_TEST);
  return dataset;
}

typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnModel *model;
  RnEvaluator *evaluator;
} Room;

static void
room_init (Room *self, RnModel *model)
{
  self->folder = scratch_new ();
  self->dataset = dataset_new (self->folder);
  self->model = model;
  self->evaluator = evaluator_new (model);
}

static void
room_clear (Room *self)
{
  rn_evaluator_free (self->evaluator);
  rn_model_unref (self->model);
  rn_dataset_unref (self->dataset);
  scratch_free (self->folder);
}

/* What an evaluation must say, from asking each picture alone */
static void
assert_evaluation (Room *self, const RnEvaluation *result, const RnViews *views, int count)
{
  int wrong = 0, wrong_top5 = 0, confusion[CLASSES * CLASSES] = { 0 };
  double loss = 0.0;

  g_assert_cmpint (result->count, ==, count);
  g_assert_cmpint (result->n_classes, ==, CLASSES);
  for (int i = 0; i < count; i++)
    {
      g_autoptr (RnPicture) picture =
          rn_dataset_get_picture (self->dataset, RN_SPLIT_TEST, i, NULL);
      const int label = rn_dataset_get_label (self->dataset, RN_SPLIT_TEST, i);
      g_auto (Answer) answer = ask (self->evaluator, picture, views);
      int best = 0, before = 0;

      for (int k = 0; k < CLASSES; k++)
        {
          best = answer.p[k] > answer.p[best] ? k : best;
          before += answer.p[k] > answer.p[label];
        }
      wrong += best != label;
      wrong_top5 += before >= 5;
      confusion[label * CLASSES + best]++;
      loss -= log (answer.p[label]) / count;
      if (i < result->n_logits)
        for (int k = 0; k < CLASSES; k++)
          g_assert_cmpfloat_with_epsilon (result->logits[i * CLASSES + k], answer.logits[k], 2e-5);
    }
  g_assert_cmpint (result->wrong, ==, wrong);
  g_assert_cmpint (result->wrong_top5, ==, wrong_top5);
  g_assert_cmpint (wrong_top5, <, wrong);
  g_assert_cmpfloat_with_epsilon (result->loss, loss, 1e-5 * loss);
  for (int i = 0; i < CLASSES * CLASSES; i++)
    g_assert_cmpint (result->confusion[i], ==, confusion[i]);
}

static RnEvaluation *
evaluate (Room *self, const RnViews *views, int limit, int n_logits)
{
  g_autoptr (GError) error = NULL;
  RnEvaluation *result = rn_evaluate (self->evaluator, self->dataset, RN_SPLIT_TEST, views, limit,
                                      n_logits, NULL, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static void
test_evaluation_is_each_picture_alone (void)
{
  RnViews views[4] = {
    { .crops = 1 }, { .crops = 10 }, { .n_scales = 2, .scales = { 16, 12 } }, { .crops = 1 }
  };
  static const int limits[] = { 0, 12, 12, 7 };
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (RnEvaluation) result = evaluate (&room, &views[i], limits[i], 9);

      g_assert_cmpint (result->n_logits, ==, limits[i] == 7 ? 7 : 9);
      g_assert_null (result->notes);
      assert_evaluation (&room, result, &views[i], limits[i] == 0 ? N_TEST : limits[i]);
    }
  room_clear (&room);
}

static void
test_confusion_adds_up (void)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnEvaluation) result = NULL;
  int right = 0;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  result = evaluate (&room, &views, 0, 0);
  for (int truth = 0; truth < CLASSES; truth++)
    {
      int row = 0;

      for (int answer = 0; answer < CLASSES; answer++)
        row += result->confusion[truth * CLASSES + answer];
      g_assert_cmpint (row, ==, N_TEST / CLASSES);
      right += result->confusion[truth * CLASSES + truth];
    }
  g_assert_cmpint (right, ==, result->count - result->wrong);
  g_assert_cmpint (result->n_logits, ==, 0);
  room_clear (&room);
}

static void
test_a_limit_above_the_count_is_all (void)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnEvaluation) result = NULL;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  result = evaluate (&room, &views, N_TEST + 1, N_TEST + 1);
  g_assert_cmpint (result->count, ==, N_TEST);
  g_assert_cmpint (result->n_logits, ==, N_TEST);
  room_clear (&room);
}

static void
test_notes_of_an_evaluation (void)
{
  const RnViews views = { .n_scales = 1, .scales = { 20 } };
  g_autoptr (RnModel) plain = model_new (16, 3, CLASSES);
  g_autoptr (RnEvaluation) result = NULL;
  Room room;

  room_init (&room, with_pixel_mean (plain));
  result = evaluate (&room, &views, 3, 0);
  g_assert_nonnull (result->notes);
  room_clear (&room);
}

/* Counts calls, checks that they rise, and cancels at one of them. */
typedef struct
{
  int calls;
  int cancel_at;
  double last;
} Progress;

static gboolean
progressed (double done, gpointer data)
{
  Progress *self = data;

  g_assert_cmpfloat (done, >, self->last);
  g_assert_cmpfloat (done, <=, 1.0);
  self->last = done;
  return ++self->calls != self->cancel_at;
}

static void
test_progress_rises_to_one_and_can_cancel (void)
{
  const RnViews one = { .crops = 1 }, ten = { .crops = 10 };
  Progress all = { 0 }, some = { .cancel_at = 2 }, first = { .cancel_at = 1 };
  g_autoptr (RnEvaluation) result = NULL;
  g_autoptr (GError) error = NULL, other = NULL;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  result =
      rn_evaluate (room.evaluator, room.dataset, RN_SPLIT_TEST, &ten, 5, 0, progressed, &all, NULL);
  g_assert_nonnull (result);
  g_assert_cmpfloat (all.last, ==, 1.0);
  g_assert_cmpint (all.calls, ==, 5);
  g_assert_null (rn_evaluate (room.evaluator, room.dataset, RN_SPLIT_TEST, &ten, 5, 0, progressed,
                              &some, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_cmpint (some.calls, ==, 2);
  g_assert_null (rn_evaluate (room.evaluator, room.dataset, RN_SPLIT_TEST, &one, 0, 0, progressed,
                              &first, &other));
  g_assert_error (other, RN_ERROR, RN_ERROR_CANCELLED);
  room_clear (&room);
}

static void
test_an_evaluation_can_be_cancelled_by_a_flag (void)
{
  const RnViews views[] = { { .crops = 1 }, { .crops = 10 } };
  const int cancel = 1;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_evaluate_cancellable (room.evaluator, room.dataset, RN_SPLIT_TEST,
                                              &views[i], 0, 0, NULL, NULL, &cancel, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
    }
  room_clear (&room);
}

static void
assert_does_not_fit (Room *room, int code, const char *word)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_evaluate (room->evaluator, room->dataset, RN_SPLIT_TEST, &views, 0, 0, NULL,
                              NULL, &error));
  g_assert_error (error, RN_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_a_model_that_does_not_fit_the_pictures (void)
{
  Room few, grey, empty;

  room_init (&few, model_new (16, 3, CLASSES - 1));
  assert_does_not_fit (&few, RN_ERROR_SHAPE, "9");
  room_clear (&few);

  room_init (&grey, model_new (16, 1, CLASSES));
  assert_does_not_fit (&grey, RN_ERROR_SHAPE, grey.folder);
  room_clear (&grey);

  room_init (&empty, model_new (16, 3, CLASSES));
  rn_dataset_unref (empty.dataset);
  {
    g_autofree char *path = g_build_filename (empty.folder, "data_batch_1.bin", NULL);

    empty.dataset = rn_dataset_open (path, 0, NULL, NULL, NULL);
  }
  g_assert_cmpint (rn_dataset_count (empty.dataset, RN_SPLIT_TEST), ==, 0);
  assert_does_not_fit (&empty, RN_ERROR_DATA, "test");
  room_clear (&empty);
}

static void
test_a_network_of_more_classes_than_the_pictures_is_asked (void)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnEvaluation) result = NULL;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES + 3));
  result = evaluate (&room, &views, 20, 0);
  g_assert_cmpint (result->n_classes, ==, CLASSES + 3);
  g_assert_cmpint (result->count, ==, 20);
  room_clear (&room);
}

/* The same model, whose classes are called so */
static RnModel *
with_names (const RnModel *model, const char *const *names)
{
  g_autoptr (GError) error = NULL;
  RnModel *other = rn_model_new (rn_model_get_spec (model), rn_model_get_arena (model), 0, names,
                                 rn_model_get_preprocess (model), &error);

  g_assert_no_error (error);
  return other;
}

static RnEvaluation *
evaluate_named (Room *room, const char *const *names, GError **error)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnModel) named = with_names (room->model, names);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (named);

  return rn_evaluate (evaluator, room->dataset, RN_SPLIT_TEST, &views, 0, 0, NULL, NULL, error);
}

static void
test_classes_are_those_of_the_same_name (void)
{
  const char *rotated[CLASSES + 1] = { NULL }, *others[CLASSES + 1] = { NULL };
  const RnViews views = { .crops = 1 };
  g_autoptr (RnEvaluation) plain = NULL, result = NULL, same = NULL;
  g_autoptr (GError) error = NULL;
  const char *const *names;
  Room room;

  room_init (&room, model_new (16, 3, CLASSES));
  plain = evaluate (&room, &views, 0, 0);
  names = rn_dataset_get_classes (room.dataset);
  for (int k = 0; k < CLASSES; k++)
    rotated[(k + 3) % CLASSES] = names[k];
  result = evaluate_named (&room, rotated, &error);
  g_assert_no_error (error);
  for (int k = 0; k < CLASSES; k++)
    for (int best = 0; best < CLASSES; best++)
      g_assert_cmpint (result->confusion[(k + 3) % CLASSES * CLASSES + best], ==,
                       plain->confusion[k * CLASSES + best]);

  /* one that the network does not know */
  rotated[5] = "griffin";
  g_assert_null (evaluate_named (&room, rotated, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, names[2]));
  g_clear_error (&error);

  /* names that have nothing to do with each other say nothing */
  for (int k = 0; k < CLASSES; k++)
    others[k] = names[k] + strlen (names[k]) - 1;
  same = evaluate_named (&room, others, &error);
  g_assert_no_error (error);
  g_assert_cmpint (same->wrong, ==, plain->wrong);
  room_clear (&room);
}

/* NaN everywhere: nothing is right, not even by the order of classes */
static void
test_a_network_that_diverged_is_never_right (void)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnModel) sane = model_new (16, 3, CLASSES);
  const RnParameters *parameters = rn_model_get_parameters (sane);
  g_autofree float *arena =
      g_memdup2 (rn_model_get_arena (sane), parameters->n_floats * sizeof (float));
  g_autoptr (RnEvaluation) result = NULL;
  Room room;

  for (int k = 0; k < CLASSES; k++)
    arena[rn_parameters_get (parameters, -1, RN_PARAMETER_FC_BIAS)->offset + k] = NAN;
  room_init (&room, rn_model_new (rn_model_get_spec (sane), arena, 0, NULL,
                                  rn_model_get_preprocess (sane), NULL));
  result = evaluate (&room, &views, 0, 0);
  g_assert_cmpint (result->wrong, ==, N_TEST);
  g_assert_cmpint (result->wrong_top5, ==, N_TEST);
  g_assert_true (isnan (result->loss));
  room_clear (&room);
}

static void
assert_seventy_wrong (RnModel *model)
{
  const RnViews views = { .crops = 1 };
  g_autoptr (RnDataset) dataset = model != NULL ? third_party_dataset () : NULL;
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (RnEvaluation) result = NULL;
  g_autoptr (GError) error = NULL;

  if (dataset == NULL)
    return;
  evaluator = evaluator_new (model);
  result = rn_evaluate (evaluator, dataset, RN_SPLIT_TEST, &views, 0, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->count, ==, 846);
  g_assert_cmpint (result->wrong, ==, 70);
}

static void
test_third_party_errors (void)
{
  g_autoptr (RnModel) model = third_party_model ();

  if (model != NULL)
    assert_seventy_wrong (model);
}

/* PyTorch's file of the same network: what came with the page and what was made of it */
static void
test_third_party_pickle (void)
{
  g_autoptr (RnModel) model = third_party_model ();
  g_autoptr (RnModel) pickled =
      model != NULL ? third_party_model_in ("resnet20-12fca82f.th") : NULL;
  g_auto (GStrv) names = NULL;

  if (pickled == NULL)
    return;
  names = rn_model_list_parameters (model);
  g_assert_cmpuint (g_strv_length (names), >=, 19 * 5 + 2);
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnTensor) a = rn_model_get_parameter (model, names[i]);
      g_autoptr (RnTensor) b = rn_model_get_parameter (pickled, names[i]);

      g_assert_cmpmem (a->data, rn_tensor_count (a) * sizeof (float), b->data,
                       rn_tensor_count (b) * sizeof (float));
    }
  assert_seventy_wrong (pickled);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classify/a single view is the middle", test_single);
  g_test_add_func ("/classify/a picture of the right size is its own view",
                   test_a_picture_of_the_right_size_is_its_own_view);
  g_test_add_func ("/classify/ten crops average probabilities", test_ten_crops);
  g_test_add_func ("/classify/scales average scores", test_scales);
  g_test_add_func ("/classify/the paper's scales follow the input side", test_paper_scales);
  g_test_add_func ("/classify/a constant picture looks the same in ten crops",
                   test_a_constant_picture_looks_the_same_in_ten_crops);
  g_test_add_func ("/classify/mirroring changes no ten crops", test_mirroring_changes_no_ten_crops);
  g_test_add_func ("/classify/the per-pixel mean gives way and says so",
                   test_the_per_pixel_mean_gives_way_and_says_so);
  g_test_add_func ("/classify/odd sizes are answered", test_odd_sizes);
  g_test_add_func ("/classify/a scale too long is an error", test_a_scale_too_long_is_an_error);
  g_test_add_func ("/classify/grey networks see colours as grey",
                   test_grey_networks_see_colours_as_grey);
  g_test_add_func ("/classify/each view is what the network is given",
                   test_each_view_is_what_the_network_is_given);
  g_test_add_func ("/classify/views say where they lie", test_views_say_where_they_lie);
  g_test_add_func ("/classify/impossible views are errors", test_impossible_views_are_errors);
  g_test_add_func ("/classify/a cancelled classification is an error",
                   test_a_cancelled_classification);
  g_test_add_func ("/classify/an evaluation is each picture alone",
                   test_evaluation_is_each_picture_alone);
  g_test_add_func ("/classify/confusion adds up", test_confusion_adds_up);
  g_test_add_func ("/classify/a limit above the count is all", test_a_limit_above_the_count_is_all);
  g_test_add_func ("/classify/an evaluation passes notes on", test_notes_of_an_evaluation);
  g_test_add_func ("/classify/progress rises to one and can cancel",
                   test_progress_rises_to_one_and_can_cancel);
  g_test_add_func ("/classify/an evaluation can be cancelled by a flag",
                   test_an_evaluation_can_be_cancelled_by_a_flag);
  g_test_add_func ("/classify/a model that does not fit the pictures is an error",
                   test_a_model_that_does_not_fit_the_pictures);
  g_test_add_func ("/classify/classes are those of the same name",
                   test_classes_are_those_of_the_same_name);
  g_test_add_func ("/classify/a network of more classes than the pictures is asked",
                   test_a_network_of_more_classes_than_the_pictures_is_asked);
  g_test_add_func ("/classify/a network that diverged is never right",
                   test_a_network_that_diverged_is_never_right);
  g_test_add_func ("/classify/third party/70 of 846 are wrong", test_third_party_errors);
  g_test_add_func ("/classify/third party/PyTorch's file holds the same", test_third_party_pickle);
  return g_test_run ();
}
