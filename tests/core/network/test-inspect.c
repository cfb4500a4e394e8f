#include "residua/inspect.h"

#include <math.h>
#include <string.h>

#include "../data/scratch.h"
#include "cases.h"
#include "network/model.h"
#include "residua/classify.h"
#include "residua/error.h"
#include "third-party.h"

#define N_PICTURES 23

/* CIFAR-10 records of noise, and a network for them */
typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnSpec *spec;
  RnModel *model;
} Room;

static void
room_init (Room *self, const char *name, int channels)
{
  g_autoptr (GByteArray) records = make_cifar (N_PICTURES, 1, 10);
  g_autoptr (GError) error = NULL;
  Case c = *case_find (name);

  c.channels = channels;
  self->folder = scratch_new ();
  g_free (scratch_write_array (self->folder, "data_batch_1.bin", records));
  self->dataset = rn_dataset_open (self->folder, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  self->spec = case_spec (&c);
  self->model = random_model (self->spec, 3);
}

static void
room_clear (Room *self)
{
  rn_dataset_unref (self->dataset);
  rn_model_unref (self->model);
  rn_spec_free (self->spec);
  scratch_free (self->folder);
}

/* The reference, after it has evaluated @n pictures, spread evenly */
static RefNetwork *
reference_of (Room *self, int n)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (self->model);
  const gsize count = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  RefNetwork *ref = ref_network_new (self->spec, n, 0, 0);
  g_autofree float *x = g_new (float, count *n);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (RnPicture) picture =
          rn_dataset_get_picture (self->dataset, RN_SPLIT_TRAIN, i * N_PICTURES / n, NULL);
      g_autoptr (RnPicture) view = rn_view_single (picture, preprocess, NULL);

      rn_preprocess_apply (preprocess, x + (gsize) i * count, view);
    }
  ref_network_set_arena (ref, rn_model_get_arena (self->model));
  ref_network_set_x (ref, x);
  ref_network_evaluate (ref, NULL);
  return ref;
}

static void
assert_response (const RnResponse *response, const RnLayoutConv *layer, const double *norm,
                 gsize count)
{
  double mean = 0.0, squares = 0.0;

  for (gsize i = 0; i < count; i++)
    mean += norm[i] / (double) count;
  for (gsize i = 0; i < count; i++)
    squares += (norm[i] - mean) * (norm[i] - mean);
  g_assert_cmpstr (response->name, ==, layer->norm_name);
  g_assert_cmpint (response->kernel, ==, layer->kernel);
  g_assert_cmpfloat_with_epsilon (response->mean, mean, 1e-5);
  g_assert_cmpfloat_with_epsilon (response->std, sqrt (squares / (double) count), 1e-5);
}

static void
assert_responses (Room *room, int asked, int seen)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (room->model, RN_PATH_TAPS, 2, NULL);
  g_autoptr (RefNetwork) ref = reference_of (room, seen);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) responses =
      rn_inspect_responses (evaluator, room->dataset, RN_SPLIT_TRAIN, asked, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint ((int) responses->len, ==, ref->layout->n_convs);
  for (int i = 0; i < ref->layout->n_convs; i++)
    {
      const RnLayoutConv *layer = &ref->layout->convs[i];

      assert_response (responses->pdata[i], layer, ref->convs[i].norm,
                       (gsize) seen * layer->out_h * layer->out_w * layer->out_c);
    }
}

static void
test_responses (void)
{
  static const char *const names[] = { "B", "bottlenecks", "large stem", "plain" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Room room;

      room_init (&room, names[i], 3);
      assert_responses (&room, N_PICTURES / 2, N_PICTURES / 2);
      room_clear (&room);
    }
}

static void
test_no_more_pictures_than_there_are (void)
{
  Room room;

  room_init (&room, "identity", 3);
  assert_responses (&room, 1000, N_PICTURES);
  room_clear (&room);
}

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
  self->last = done;
  return ++self->calls != self->cancel_at;
}

static void
test_progress_rises_to_one_and_can_cancel (void)
{
  Progress all = { 0 }, none = { .cancel_at = 1 };
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (GPtrArray) responses = NULL;
  g_autoptr (GError) error = NULL;
  Room room;

  room_init (&room, "identity", 3);
  evaluator = rn_evaluator_new (room.model, RN_PATH_TAPS, 1, NULL);
  responses =
      rn_inspect_responses (evaluator, room.dataset, RN_SPLIT_TRAIN, 20, progressed, &all, NULL);
  g_assert_nonnull (responses);
  g_assert_cmpfloat (all.last, ==, 1.0);
  g_assert_null (rn_inspect_responses (evaluator, room.dataset, RN_SPLIT_TRAIN, 20, progressed,
                                       &none, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  room_clear (&room);
}

static void
assert_refused (Room *room, RnPath path, RnSplit split, int code)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (room->model, path, 1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_inspect_responses (evaluator, room->dataset, split, 20, NULL, NULL, &error));
  g_assert_error (error, RN_ERROR, code);
}

static void
test_what_cannot_be_looked_at_is_an_error (void)
{
  Room room, grey;

  room_init (&room, "identity", 3);
  assert_refused (&room, RN_PATH_RUN, RN_SPLIT_TRAIN, RN_ERROR_SHAPE);
  assert_refused (&room, RN_PATH_TAPS, RN_SPLIT_TEST, RN_ERROR_DATA);
  room_clear (&room);
  room_init (&grey, "identity", 1);
  assert_refused (&grey, RN_PATH_TAPS, RN_SPLIT_TRAIN, RN_ERROR_SHAPE);
  room_clear (&grey);
}

/* The pictures that the reference has seen are the first of the split. Returns: (transfer full): a set of no others */
static RnDataset *
open_first (RnDataset *dataset, int n, const char *folder)
{
  g_autoptr (GByteArray) records = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  RnDataset *first;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, i, NULL);
      const guint8 label = (guint8) rn_dataset_get_label (dataset, RN_SPLIT_TEST, i);

      g_byte_array_append (records, &label, 1);
      for (int c = 0; c < 3; c++)
        for (int p = 0; p < 32 * 32; p++)
          g_byte_array_append (records, &picture->pixels[p * 3 + c], 1);
    }
  g_free (scratch_write_array (folder, "data_batch_1.bin", records));
  first = rn_dataset_open (folder, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  return first;
}

static void
test_third_party_responses (void)
{
  g_autoptr (JsonNode) root = third_party_json ("layer_responses.json");
  g_autoptr (RnModel) model = root != NULL ? third_party_model () : NULL;
  g_autoptr (RnDataset) dataset = model != NULL ? third_party_dataset () : NULL;
  g_autoptr (RnDataset) first = NULL;
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (GPtrArray) responses = NULL;
  g_autoptr (GError) error = NULL;
  char *folder;
  JsonArray *expected;

  if (dataset == NULL)
    return;
  folder = scratch_new ();
  first = open_first (dataset, 128, folder);
  evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, NULL);
  responses = rn_inspect_responses (evaluator, first, RN_SPLIT_TRAIN, 128, NULL, NULL, &error);
  g_assert_no_error (error);
  expected =
      json_object_get_array_member (json_object_get_object_member (json_node_get_object (root),
                                                                   "models"),
                                    "resnet20");
  g_assert_cmpuint (responses->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < responses->len; i++)
    {
      JsonObject *layer = json_array_get_object_element (expected, i);
      const RnResponse *response = responses->pdata[i];
      const double std = json_object_get_double_member (layer, "std"),
                   mean = json_object_get_double_member (layer, "mean");

      g_assert_cmpstr (response->name, ==, json_object_get_string_member (layer, "name"));
      g_assert_cmpint (response->kernel, ==, 3);
      g_assert_cmpfloat_with_epsilon (response->std, std, 1e-4 * std);
      /* a mean may come near to 0: held against the spread */
      g_assert_cmpfloat_with_epsilon (response->mean, mean, 1e-4 * std);
    }
  scratch_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inspect/responses are the reference's", test_responses);
  g_test_add_func ("/inspect/no more pictures are seen than there are",
                   test_no_more_pictures_than_there_are);
  g_test_add_func ("/inspect/progress rises to one and can cancel",
                   test_progress_rises_to_one_and_can_cancel);
  g_test_add_func ("/inspect/what cannot be looked at is an error",
                   test_what_cannot_be_looked_at_is_an_error);
  g_test_add_func ("/inspect/third party/responses are PyTorch's", test_third_party_responses);
  return g_test_run ();
}
