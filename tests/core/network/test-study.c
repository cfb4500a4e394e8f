#include "residua/study.h"

#include <math.h>
#include <string.h>

#include "../data/scratch.h"
#include "cases.h"
#include "inspect/study-private.h"
#include "residua/classify.h"
#include "residua/error.h"
#include "third-party.h"

#define N_PICTURES 37
#define SIDE 8
#define CLASSES 10

/* CIFAR records of noise, and a network of six blocks: 0, 1, 2 alike, 3 changes the shape, 4, 5 alike */
typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnModel *model;
  RnStudy *study;
} Room;

#define N_BLOCKS 6

static RnSpec *
make_spec (void)
{
  RnSpec *spec = rn_spec_new ("six", SIDE, 3, RN_STEM_3X3, 4, CLASSES, NULL);

  for (int i = 0; i < N_BLOCKS; i++)
    g_assert_true (rn_spec_add_block (spec, i,
                                      (RnBlockSpec){ .kind = RN_BLOCK_BASIC,
                                                     .channels = i < 3 ? 4 : 8,
                                                     .stride = i == 3 ? 2 : 1,
                                                     .shortcut = RN_SHORTCUT_A_SPLIT },
                                      NULL));
  return spec;
}

static void
room_init (Room *self)
{
  g_autoptr (GByteArray) records = make_cifar (N_PICTURES, 1, CLASSES);
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (GError) error = NULL;

  self->folder = scratch_new ();
  g_free (scratch_write_array (self->folder, "data_batch_1.bin", records));
  self->dataset = rn_dataset_open (self->folder, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  self->model = random_model (spec, 3);
  self->study =
      rn_study_new (self->model, self->dataset, RN_SPLIT_TRAIN, 0, 2, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
room_clear (Room *self)
{
  rn_study_free (self->study);
  rn_dataset_unref (self->dataset);
  rn_model_unref (self->model);
  scratch_free (self->folder);
}

static float *
logits_of (RnModel *model, const gboolean *gates)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, NULL);
  g_autofree float *x = random_pictures (5, 7, SIDE, SIDE, 3);
  float *logits = g_new (float, 7 * CLASSES);
  const RnPass pass = { .gates = gates };

  g_assert_true (rn_evaluator_run (evaluator, logits, x, 7, SIDE, SIDE, &pass, NULL));
  return logits;
}

static void
test_answers_are_those_of_an_evaluation (void)
{
  Room room;
  RnAnswer answers[N_PICTURES];
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (RnEvaluation) evaluation = NULL;
  const RnViews single = { .crops = 1 };
  int confusion[CLASSES * CLASSES] = { 0 };

  room_init (&room);
  evaluator = rn_evaluator_new (room.model, RN_PATH_TAPS, 1, NULL);
  evaluation =
      rn_evaluate (evaluator, room.dataset, RN_SPLIT_TRAIN, &single, 0, 0, NULL, NULL, NULL);
  g_assert_cmpint (rn_study_count (room.study), ==, N_PICTURES);
  g_assert_true (rn_study_answers (room.study, answers, NULL, NULL, NULL, NULL, NULL));
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_assert_cmpint (answers[i].index, ==, i);
      g_assert_cmpint (answers[i].second, !=, answers[i].answer);
      g_assert_cmpfloat (answers[i].confidence, >=, answers[i].of_truth);
      confusion[answers[i].truth * CLASSES + answers[i].answer]++;
    }
  g_assert_cmpmem (confusion, sizeof confusion, evaluation->confusion, sizeof confusion);
  g_assert_cmpint (rn_answers_n_wrong (answers, N_PICTURES), ==, evaluation->wrong);
  room_clear (&room);
}

static void
test_fewer_pictures_are_spread_over_the_split (void)
{
  Room room;
  g_autoptr (RnStudy) study = NULL;
  RnAnswer answers[5];

  room_init (&room);
  study = rn_study_new (room.model, room.dataset, RN_SPLIT_TRAIN, 5, 1, NULL, NULL, NULL, NULL);
  g_assert_true (rn_study_answers (study, answers, NULL, NULL, NULL, NULL, NULL));
  for (int i = 0; i < 5; i++)
    {
      g_assert_cmpint (answers[i].index, ==, i * N_PICTURES / 5);
      g_assert_cmpint (answers[i].truth, ==,
                       rn_dataset_get_label (room.dataset, RN_SPLIT_TRAIN, answers[i].index));
    }
  room_clear (&room);
}

/* More pictures than are kept: they are walked in batches of 128, of which the first are kept whole, one in part, and one
 * not at all. */

#define N_MANY 300

static RnStudy *
study_keeping (const Room *room, RnDataset *many, int n_kept)
{
  g_autoptr (GError) error = NULL;
  RnStudy *study = rn_study_new_within (room->model, many, RN_SPLIT_TRAIN, 0, 2,
                                        (gsize) n_kept * SIDE * SIDE * 3 * sizeof (float) + 1, NULL,
                                        NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rn_study_n_kept (study), ==, n_kept);
  g_assert_cmpint (rn_study_count (study), ==, N_MANY);
  return study;
}

static gboolean
take_norm (const RnPathGradient *gradient, double done, gpointer data)
{
  g_array_append_val ((GArray *) data, gradient->norm);
  return TRUE;
}

static void
assert_same_study (RnStudy *all, RnStudy *some)
{
  RnAnswer expected[N_MANY], answers[N_MANY];
  const gboolean gates[N_BLOCKS] = { TRUE, FALSE, TRUE, TRUE, TRUE, FALSE };
  g_autoptr (GArray) norms = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (double));

  g_assert_true (rn_study_answers (all, expected, gates, NULL, NULL, NULL, NULL));
  g_assert_true (rn_study_answers (some, answers, gates, NULL, NULL, NULL, NULL));
  g_assert_cmpmem (expected, sizeof expected, answers, sizeof answers);
  g_assert_true (rn_study_path_gradients (all, 2, 1, take_norm, norms, NULL, NULL));
  g_assert_true (rn_study_path_gradients (some, 2, 1, take_norm, others, NULL, NULL));
  g_assert_cmpmem (norms->data, norms->len * sizeof (double), others->data,
                   others->len * sizeof (double));
}

static void
test_what_is_not_kept_is_decoded_again (void)
{
  Room room;
  g_autoptr (GByteArray) records = make_cifar (N_MANY, 1, CLASSES);
  g_autofree char *folder = scratch_new ();
  g_autoptr (RnDataset) many = NULL;
  g_autoptr (RnStudy) all = NULL, part = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  RnAnswer answers[N_MANY];
  const int cancel = 1;

  room_init (&room);
  g_free (scratch_write_array (folder, "data_batch_1.bin", records));
  many = rn_dataset_open (folder, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  all = study_keeping (&room, many, N_MANY);
  part = study_keeping (&room, many, 200);
  none = study_keeping (&room, many, 0);
  assert_same_study (all, part);
  assert_same_study (all, none);
  g_assert_false (rn_study_answers (none, answers, NULL, NULL, NULL, &cancel, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  room_clear (&room);
  scratch_free (g_steal_pointer (&folder));
}

static gboolean
refuse_gradient (const RnPathGradient *gradient, double done, gpointer data)
{
  return FALSE;
}

/* What is decoded only when it is asked about fails only then, and says which file it is. */
static void
test_a_picture_that_cannot_be_decoded_again_is_named (void)
{
  Room room;
  g_autofree char *folder = scratch_new ();
  g_autoptr (RnPicture) noise = make_noise (SIDE, SIDE, 3, 1);
  g_autoptr (GByteArray) png = make_plain_png (noise);
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnStudy) study = NULL;
  g_autoptr (GError) error = NULL;
  RnAnswer answers[2];

  room_init (&room);
  g_free (scratch_write_array (folder, "train/cat/one.png", png));
  g_free (scratch_write (folder, "train/dog/two.png", png->data, png->len - 60));
  g_free (scratch_write_array (folder, "test/cat/three.png", png));
  g_free (scratch_write_array (folder, "test/dog/four.png", png));
  dataset = rn_dataset_open (folder, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  study =
      rn_study_new_within (room.model, dataset, RN_SPLIT_TRAIN, 0, 1, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_study_count (study), ==, 2);
  g_assert_false (rn_study_answers (study, answers, NULL, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "two.png"));
  g_clear_error (&error);
  g_assert_false (rn_study_path_gradients (study, 1, 1, refuse_gradient, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "two.png"));
  room_clear (&room);
  scratch_free (g_steal_pointer (&folder));
}

/* Lesions */

typedef struct
{
  GArray *points;
  double done;
  guint stop_at;
} Log;

static gboolean
note (const RnStudyPoint *point, double done, gpointer data)
{
  Log *log = data;

  g_assert_cmpfloat (done, >, log->done);
  log->done = done;
  g_array_append_val (log->points, *point);
  return log->points->len != log->stop_at;
}

static void
log_init (Log *self)
{
  *self = (Log){ g_array_new (FALSE, TRUE, sizeof (RnStudyPoint)), 0.0, 0 };
}

static const RnStudyPoint *
point_at (const Log *log, guint at)
{
  g_assert_cmpuint (at, <, log->points->len);
  return &g_array_index (log->points, RnStudyPoint, at);
}

static int
wrong_without (Room *room, int block)
{
  RnAnswer answers[N_PICTURES];
  gboolean gates[N_BLOCKS];

  for (int i = 0; i < N_BLOCKS; i++)
    gates[i] = i != block;
  g_assert_true (rn_study_answers (room->study, answers, gates, NULL, NULL, NULL, NULL));
  return rn_answers_n_wrong (answers, N_PICTURES);
}

static void
test_each_block_is_taken_out_alone_then_random_ones (void)
{
  Room room;
  Log log;
  g_autoptr (GError) error = NULL;

  room_init (&room);
  log_init (&log);
  g_assert_true (rn_study_lesions (room.study, 99, 2, 1, note, &log, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (log.points->len, ==, 1 + N_BLOCKS + N_BLOCKS * 2);
  g_assert_cmpfloat (log.done, ==, 1.0);
  for (int i = -1; i < N_BLOCKS; i++)
    {
      const RnStudyPoint *point = point_at (&log, (guint) (1 + i));

      g_assert_cmpint (point->block, ==, i);
      g_assert_cmpint (point->n_off, ==, i >= 0);
      g_assert_cmpint (point->wrong, ==, wrong_without (&room, i));
    }
  for (guint i = 0; i < N_BLOCKS * 2; i++)
    {
      const RnStudyPoint *point = point_at (&log, 1 + N_BLOCKS + i);

      g_assert_cmpint (point->n_off, ==, 1 + (int) i / 2);
      g_assert_cmpint (point->draw, ==, (int) i % 2);
      g_assert_cmpint (point->block, ==, -1);
    }
  /* all of them: chance has nothing to choose any more */
  g_assert_cmpint (point_at (&log, N_BLOCKS * 3)->wrong, ==,
                   point_at (&log, N_BLOCKS * 3 - 1)->wrong);
  g_array_unref (log.points);
  room_clear (&room);
}

static void
test_the_same_seed_draws_the_same_blocks (void)
{
  Room room;
  Log a, b;

  room_init (&room);
  log_init (&a);
  log_init (&b);
  g_assert_true (rn_study_lesions (room.study, 3, 4, 9, note, &a, NULL, NULL));
  g_assert_true (rn_study_lesions (room.study, 3, 4, 9, note, &b, NULL, NULL));
  g_assert_cmpuint (a.points->len, ==, b.points->len);
  for (guint i = 0; i < a.points->len; i++)
    g_assert_cmpint (point_at (&a, i)->wrong, ==, point_at (&b, i)->wrong);
  g_array_unref (a.points);
  g_array_unref (b.points);
  room_clear (&room);
}

static void
test_a_study_can_be_cancelled (void)
{
  Room room;
  Log log;
  g_autoptr (GError) error = NULL;
  const int cancel = 1;

  room_init (&room);
  log_init (&log);
  log.stop_at = 3;
  g_assert_false (rn_study_lesions (room.study, 3, 4, 9, note, &log, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_cmpuint (log.points->len, ==, 3);
  g_clear_error (&error);
  log.stop_at = 0;
  g_assert_false (rn_study_lesions (room.study, 3, 4, 9, note, &log, &cancel, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_cmpuint (log.points->len, ==, 3);
  g_array_unref (log.points);
  room_clear (&room);
}

/* Other orders */

static void
test_an_identity_block_switched_off_is_a_block_removed (void)
{
  static const int identities[] = { 0, 1, 2, 4, 5 };
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);

  for (gsize i = 0; i < G_N_ELEMENTS (identities); i++)
    {
      gboolean gates[N_BLOCKS];
      int order[N_BLOCKS], n = 0;
      g_autoptr (RnModel) shorter = NULL;
      g_autofree float *off = NULL, *removed = NULL;

      for (int b = 0; b < N_BLOCKS; b++)
        {
          gates[b] = b != identities[i];
          if (gates[b])
            order[n++] = b;
        }
      shorter = rn_model_rearrange (model, order, n, NULL);
      g_assert_nonnull (shorter);
      g_assert_cmpint (rn_spec_n_blocks (rn_model_get_spec (shorter)), ==, N_BLOCKS - 1);
      off = logits_of (model, gates);
      removed = logits_of (shorter, NULL);
      assert_same_bits ("logits", off, removed, 7 * CLASSES);
    }
}

static void
test_the_trained_order_changes_nothing (void)
{
  static const int order[] = { 0, 1, 2, 3, 4, 5 };
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);
  g_autoptr (RnModel) same = rn_model_rearrange (model, order, N_BLOCKS, NULL);
  g_autofree float *a = logits_of (model, NULL), *b = logits_of (same, NULL);

  assert_same_bits ("logits", a, b, 7 * CLASSES);
}

static void
test_blocks_go_with_their_numbers (void)
{
  static const int order[] = { 2, 1, 0, 3, 5, 4 };
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);
  g_autoptr (RnModel) other = rn_model_rearrange (model, order, N_BLOCKS, NULL);
  g_autoptr (RnTensor) there = rn_model_get_parameter (model, "layer1.2.bn2.running_var");
  g_autoptr (RnTensor) here = rn_model_get_parameter (other, "layer1.0.bn2.running_var");
  g_autofree float *a = logits_of (model, NULL), *b = logits_of (other, NULL);

  assert_same_bits ("running_var", there->data, here->data, rn_tensor_count (there));
  g_assert_cmpuint (rn_spec_get_block (rn_model_get_spec (other), 0)->id, ==,
                    rn_spec_get_block (spec, 2)->id);
  g_assert_cmpint (memcmp (a, b, 7 * CLASSES * sizeof *a), !=, 0);
}

static void
test_an_order_that_does_not_fit_is_refused (void)
{
  static const int order[] = { 3, 0, 1, 2, 4, 5 };
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_model_rearrange (model, order, N_BLOCKS, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
}

static void
test_shuffles_start_with_the_trained_order (void)
{
  Room room;
  Log log;
  g_autoptr (GError) error = NULL;

  room_init (&room);
  log_init (&log);
  g_assert_true (rn_study_shuffles (room.study, 3, 4, 1, note, &log, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (log.points->len, ==, 1 + 3 * 4);
  g_assert_cmpfloat (point_at (&log, 0)->tau, ==, 1.0);
  g_assert_cmpint (point_at (&log, 0)->wrong, ==, wrong_without (&room, -1));
  for (guint i = 1; i <= 4; i++)
    {
      /* one exchange of neighbours, or of 0 and 2 */
      const double tau = point_at (&log, i)->tau;

      g_assert_true (fabs (tau - (1.0 - 2.0 / 15.0)) < 1e-12 ||
                     fabs (tau - (1.0 - 6.0 / 15.0)) < 1e-12);
    }
  g_array_unref (log.points);
  room_clear (&room);
}

/* Two exchanges undo each other in one drawing of four. */
static void
test_no_shuffle_is_the_trained_order (void)
{
  Room room;
  Log log;
  g_autoptr (GError) error = NULL;

  room_init (&room);
  log_init (&log);
  g_assert_true (rn_study_shuffles (room.study, 2, 30, 1, note, &log, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (log.points->len, ==, 1 + 2 * 30);
  for (guint i = 1; i < log.points->len; i++)
    g_assert_cmpfloat (point_at (&log, i)->tau, <, 1.0);
  g_array_unref (log.points);
  room_clear (&room);
}

static void
test_rank_correlation (void)
{
  static const int same[] = { 0, 1, 2, 3 }, reversed[] = { 3, 2, 1, 0 }, mixed[] = { 1, 0, 3, 2 };

  g_assert_cmpfloat (rn_kendall_tau (same, 4), ==, 1.0);
  g_assert_cmpfloat (rn_kendall_tau (reversed, 4), ==, -1.0);
  g_assert_cmpfloat_with_epsilon (rn_kendall_tau (mixed, 4), 1.0 / 3.0, 1e-15);
  g_assert_cmpfloat (rn_kendall_tau (same, 1), ==, 1.0);
}

/* Paths: figures of Veit et al. 2016, section 4.1, for 54 blocks */
/* What a study of paths tells */
static gboolean
take_gradient (const RnPathGradient *gradient, double done, gpointer data)
{
  GArray *taken = data;

  g_array_append_val (taken, *gradient);
  g_assert_cmpfloat (done, >, 0.0);
  g_assert_cmpfloat (done, <=, 1.0);
  return TRUE;
}

static GArray *
path_gradients (RnStudy *study, int draws, guint64 seed)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (RnPathGradient));
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_study_path_gradients (study, draws, seed, take_gradient, taken, NULL, &error));
  g_assert_no_error (error);
  return taken;
}

static void
test_path_gradients_are_of_every_length (void)
{
  Room room;
  g_autoptr (RnStudy) alone = NULL;
  g_autoptr (GArray) gradients = NULL, again = NULL, others = NULL;

  room_init (&room);
  alone = rn_study_new (room.model, room.dataset, RN_SPLIT_TRAIN, 0, 1, NULL, NULL, NULL, NULL);
  gradients = path_gradients (room.study, 3, 1);
  again = path_gradients (alone, 3, 1);
  others = path_gradients (room.study, 3, 2);
  g_assert_cmpuint (gradients->len, ==, 3 * (N_BLOCKS + 1));
  for (guint i = 0; i < gradients->len; i++)
    {
      const RnPathGradient *one = &g_array_index (gradients, RnPathGradient, i);

      g_assert_cmpint (one->length, ==, (int) i % (N_BLOCKS + 1));
      g_assert_cmpint (one->draw, ==, (int) i / (N_BLOCKS + 1));
      g_assert_cmpfloat (one->norm, >=, 0.0);
      /* with one thread as with two, to the bit */
      g_assert_cmpfloat (one->norm, ==, g_array_index (again, RnPathGradient, i).norm);
    }
  g_assert_cmpfloat (g_array_index (gradients, RnPathGradient, 0).norm, !=,
                     g_array_index (others, RnPathGradient, 0).norm);
  room_clear (&room);
}

static void
test_a_study_of_paths_can_be_cancelled (void)
{
  Room room;
  g_autoptr (GError) error = NULL;

  room_init (&room);
  g_assert_false (rn_study_path_gradients (room.study, 3, 1, refuse_gradient, NULL, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  room_clear (&room);
}

/* As many paths as there are, each with as much gradient as is said */
static void
test_path_shares_weigh_gradients_by_their_number (void)
{
  const double gradients[] = { 8.0, 4.0, NAN, 1.0 };
  double shares[4];

  rn_path_shares (shares, gradients, 3);
  g_assert_cmpfloat_with_epsilon (shares[0], 8.0 / 21.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (shares[1], 12.0 / 21.0, 1e-12);
  g_assert_cmpfloat (shares[2], ==, 0.0);
  g_assert_cmpfloat_with_epsilon (shares[3], 1.0 / 21.0, 1e-12);
}

/* As of a network that has diverged, and of one so deep that its shortest paths are none in double precision */
static void
test_an_infinite_gradient_leaves_no_shares (void)
{
  double gradients[RN_MAX_BLOCKS + 1], shares[RN_MAX_BLOCKS + 1];
  const int depths[] = { 3, RN_MAX_BLOCKS };

  for (gsize i = 0; i < G_N_ELEMENTS (depths); i++)
    for (int at = 0; at <= depths[i]; at += depths[i])
      {
        for (int k = 0; k <= depths[i]; k++)
          gradients[k] = k == at ? INFINITY : 1.0;
        rn_path_shares (shares, gradients, depths[i]);
        for (int k = 0; k <= depths[i]; k++)
          g_assert_cmpfloat (shares[k], ==, 0.0);
      }
}

static void
test_path_lengths_are_binomial (void)
{
  double shares[RN_MAX_BLOCKS + 1], sum = 0.0, mean = 0.0, variance = 0.0, few = 0.0, most = 0.0;

  rn_path_lengths (shares, 54);
  for (int k = 0; k <= 54; k++)
    {
      sum += shares[k];
      mean += k * shares[k];
      variance += (k - 27.0) * (k - 27.0) * shares[k];
      few += k >= 5 && k <= 17 ? shares[k] : 0.0;
      most += k >= 19 && k <= 35 ? shares[k] : 0.0;
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean, 27.0, 1e-10);
  g_assert_cmpfloat_with_epsilon (sqrt (variance), 3.674, 5e-4);
  g_assert_cmpfloat_with_epsilon (few, 0.004537, 5e-7);
  g_assert_cmpfloat_with_epsilon (most, 0.980, 5e-4);
  rn_path_lengths (shares, RN_MAX_BLOCKS);
  sum = 0.0;
  for (int k = 0; k <= RN_MAX_BLOCKS; k++)
    sum += shares[k];
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-9);
}

/* Occlusion */

static double
probability_of (RnModel *model, const float *x, int class)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 1, NULL);
  float logits[CLASSES];
  double sum = 0.0;

  g_assert_true (rn_evaluator_run (evaluator, logits, x, 1, SIDE, SIDE, NULL, NULL));
  for (int k = 0; k < CLASSES; k++)
    sum += exp ((double) logits[k]);
  return exp ((double) logits[class]) / sum;
}

static void
test_occlusion_covers_each_place_once (void)
{
  const int class = 3, patch = 3, stride = 2;
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, NULL);
  g_autofree float *x = random_pictures (6, 1, SIDE, SIDE, 3);
  const double whole = probability_of (model, x, class);
  g_autoptr (RnTensor) map =
      rn_occlusion (evaluator, x, class, patch, stride, NULL, NULL, NULL, NULL);

  g_assert_nonnull (map);
  g_assert_cmpint (map->dims[0], ==, SIDE / stride);
  g_assert_cmpint (map->dims[1], ==, SIDE / stride);
  for (int row = 0; row < SIDE / stride; row++)
    for (int column = 0; column < SIDE / stride; column++)
      {
        g_autofree float *covered = g_memdup2 (x, SIDE * SIDE * 3 * sizeof *x);

        for (int i = 0; i < SIDE * SIDE; i++)
          if (abs (i / SIDE - row * stride) <= 1 && abs (i % SIDE - column * stride) <= 1)
            memset (covered + 3 * i, 0, 3 * sizeof *covered);
        g_assert_cmpfloat_with_epsilon ((double) map->data[row * (SIDE / stride) + column],
                                        whole - probability_of (model, covered, class), 1e-6);
      }
}

static void
test_what_is_the_mean_already_cannot_be_covered (void)
{
  g_autoptr (RnSpec) spec = make_spec ();
  g_autoptr (RnModel) model = random_model (spec, 8);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 1, NULL);
  const float x[SIDE * SIDE * 3] = { 0 };
  g_autoptr (RnTensor) map = rn_occlusion (evaluator, x, 0, SIDE, 1, NULL, NULL, NULL, NULL);

  for (gsize i = 0; i < rn_tensor_count (map); i++)
    g_assert_cmpfloat ((double) map->data[i], ==, 0.0);
}

static void
test_third_party_errors (void)
{
  g_autoptr (RnModel) model = third_party_model ();
  g_autoptr (RnDataset) dataset = model != NULL ? third_party_dataset () : NULL;
  g_autoptr (RnStudy) study = NULL;
  g_autofree RnAnswer *answers = NULL;

  if (dataset == NULL)
    return;
  study = rn_study_new (model, dataset, RN_SPLIT_TEST, 0, 2, NULL, NULL, NULL, NULL);
  answers = g_new (RnAnswer, rn_study_count (study));
  g_assert_true (rn_study_answers (study, answers, NULL, NULL, NULL, NULL, NULL));
  g_assert_cmpint (rn_answers_n_wrong (answers, rn_study_count (study)), ==, 70);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/study/answers are those of an evaluation",
                   test_answers_are_those_of_an_evaluation);
  g_test_add_func ("/study/fewer pictures are spread over the split",
                   test_fewer_pictures_are_spread_over_the_split);
  g_test_add_func ("/study/what is not kept is decoded again",
                   test_what_is_not_kept_is_decoded_again);
  g_test_add_func ("/study/a picture that cannot be decoded again is named",
                   test_a_picture_that_cannot_be_decoded_again_is_named);
  g_test_add_func ("/study/each block is taken out alone, then random ones",
                   test_each_block_is_taken_out_alone_then_random_ones);
  g_test_add_func ("/study/the same seed draws the same blocks",
                   test_the_same_seed_draws_the_same_blocks);
  g_test_add_func ("/study/a study can be cancelled", test_a_study_can_be_cancelled);
  g_test_add_func ("/study/an identity block switched off is a block removed, to the bit",
                   test_an_identity_block_switched_off_is_a_block_removed);
  g_test_add_func ("/study/the trained order changes nothing, to the bit",
                   test_the_trained_order_changes_nothing);
  g_test_add_func ("/study/blocks go with their numbers", test_blocks_go_with_their_numbers);
  g_test_add_func ("/study/an order that does not fit is refused",
                   test_an_order_that_does_not_fit_is_refused);
  g_test_add_func ("/study/shuffles start with the trained order",
                   test_shuffles_start_with_the_trained_order);
  g_test_add_func ("/study/no shuffle is the trained order", test_no_shuffle_is_the_trained_order);
  g_test_add_func ("/study/rank correlation", test_rank_correlation);
  g_test_add_func ("/study/path lengths are binomial", test_path_lengths_are_binomial);
  g_test_add_func ("/study/path gradients are of every length",
                   test_path_gradients_are_of_every_length);
  g_test_add_func ("/study/a study of paths can be cancelled",
                   test_a_study_of_paths_can_be_cancelled);
  g_test_add_func ("/study/path shares weigh gradients by their number",
                   test_path_shares_weigh_gradients_by_their_number);
  g_test_add_func ("/study/an infinite gradient leaves no shares",
                   test_an_infinite_gradient_leaves_no_shares);
  g_test_add_func ("/study/occlusion covers each place once",
                   test_occlusion_covers_each_place_once);
  g_test_add_func ("/study/what is the mean already cannot be covered",
                   test_what_is_the_mean_already_cannot_be_covered);
  g_test_add_func ("/study/third party/70 of 846 are wrong", test_third_party_errors);
  return g_test_run ();
}
