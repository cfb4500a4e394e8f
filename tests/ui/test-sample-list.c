#include <gdk/gdk.h>

#include "pages/sample-list.h"
#include "pages/sample-loader.h"
#include "pages/thumbnail.h"
#include "scratch.h"
#include "settle.h"

#define N_TRAIN 40
#define N_TEST 1300

typedef struct
{
  char *folder;
  RnDataset *dataset;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) train = make_cifar (N_TRAIN, 1, 10);
  g_autoptr (GByteArray) test = make_cifar (N_TEST, 1, 10);
  g_autoptr (GError) error = NULL;
  static const char names[] = "house\ntree\nfish\nstar\ncar\nflower\ncup\nboat\nkey\nface\n";

  fixture->folder = scratch_new ();
  /* so that no picture of the one split is one of the other's */
  for (int i = 0; i < N_TEST; i++)
    test->data[i * 3073 + 1] = 0xff;
  for (int i = 0; i < N_TRAIN; i++)
    train->data[i * 3073 + 1] = 0x11;
  g_free (scratch_write_array (fixture->folder, "data_batch_1.bin", train));
  g_free (scratch_write_array (fixture->folder, "test_batch.bin", test));
  g_free (scratch_write (fixture->folder, "batches.meta.txt", names, sizeof names - 1));
  fixture->dataset = rn_dataset_open (fixture->folder, 1, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rn_dataset_unref (fixture->dataset);
  scratch_free (fixture->folder);
}

static RnSampleItem *
get_item (RnSampleList *list, guint at)
{
  return g_list_model_get_item (G_LIST_MODEL (list), at);
}

static void
test_a_list_has_the_pictures_of_its_split_and_class (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSampleList) list = rn_sample_list_new ();
  g_autoptr (RnDatasetSummary) summary = rn_dataset_summary_new (fixture->dataset);
  GListModel *model = G_LIST_MODEL (list);

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_TRAIN);
  rn_sample_list_set_filter (list, RN_SPLIT_TEST, -1);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_TEST);
  rn_sample_list_set_filter (list, RN_SPLIT_TEST, 7);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  rn_sample_list_set_summary (list, summary);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_TEST / 10);
  for (guint i = 0; i < N_TEST / 10; i++)
    {
      g_autoptr (RnSampleItem) item = get_item (list, i);

      g_assert_cmpint (rn_sample_item_get_index (item), ==, 10 * i + 7);
      g_assert_cmpint (rn_sample_item_get_class (item), ==, 7);
      g_assert_cmpuint (rn_sample_item_get_position (item), ==, i);
    }
  g_assert_null (get_item (list, N_TEST / 10));
}

static void
test_a_picture_is_named_by_class_split_and_number (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSampleList) list = rn_sample_list_new ();
  g_autoptr (RnSampleItem) item = NULL;
  g_autofree char *name = NULL;

  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  rn_sample_list_set_filter (list, RN_SPLIT_TEST, -1);
  item = get_item (list, 1207);
  name = rn_sample_item_make_name (item);
  g_assert_cmpstr (name, ==, "boat, test 1,207");
}

static void
test_another_data_set_shows_all_its_classes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSampleList) list = rn_sample_list_new ();
  g_autoptr (RnDatasetSummary) summary = rn_dataset_summary_new (fixture->dataset);

  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  rn_sample_list_set_summary (list, summary);
  rn_sample_list_set_filter (list, RN_SPLIT_TRAIN, 3);
  rn_sample_list_set_dataset (list, NULL, TRUE);
  g_assert_cmpint (rn_sample_list_get_class (list), ==, -1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, RN_SAMPLE_LIST_PREVIEW);
}

static void
test_a_summary_counts_and_says_whether_classes_are_balanced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnDatasetSummary) summary = rn_dataset_summary_new (fixture->dataset);
  g_autofree char *text = rn_dataset_summary_describe (summary, fixture->dataset);

  for (int c = 0; c < 10; c++)
    {
      g_assert_cmpint (rn_dataset_summary_get_count (summary, RN_SPLIT_TRAIN, c), ==, 4);
      g_assert_cmpint (rn_dataset_summary_get_count (summary, RN_SPLIT_TEST, c), ==, 130);
    }
  g_assert_cmpint (rn_dataset_summary_get_most (summary), ==, 130);
  g_assert_cmpstr (text, ==, "Balanced: every class has 4 training pictures.");
}

static void
test_imbalance_is_said_with_classes_and_numbers (void)
{
  char *folder = scratch_new ();
  g_autoptr (GByteArray) bytes = make_cifar (14, 1, 10);
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnDatasetSummary) summary = NULL;
  g_autofree char *text = NULL;

  /* the labels become 0 four times, and 1 to 9 once or twice */
  for (int i = 10; i < 14; i++)
    bytes->data[i * 3073] = i < 13 ? 0 : 1;
  g_free (scratch_write_array (folder, "data_batch_1.bin", bytes));
  dataset = rn_dataset_open (folder, 1, NULL, NULL, NULL);
  g_assert_nonnull (dataset);
  summary = rn_dataset_summary_new (dataset);
  text = rn_dataset_summary_describe (summary, dataset);
  g_assert_true (g_str_has_prefix (
      text, "Unbalanced: “airplane” has 4.0 times as many training pictures as “bird” (4 and 1)."));
  scratch_free (folder);
}

/* Thumbnails */

static void
assert_zoomed (GdkTexture *texture, const RnPicture *picture, int zoom)
{
  const int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, width * height);

  g_assert_cmpint (width, ==, picture->width * zoom);
  g_assert_cmpint (height, ==, picture->height * zoom);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 *from =
            picture->pixels + (y / zoom * picture->width + x / zoom) * picture->channels;
        const guint32 wanted = (guint32) from[0] << 16 |
                               (guint32) from[picture->channels == 3 ? 1 : 0] << 8 |
                               from[picture->channels == 3 ? 2 : 0];

        g_assert_cmphex (pixels[y * width + x] & 0xffffff, ==, wanted);
      }
}

static void
test_a_small_picture_grows_by_a_whole_factor (void)
{
  g_autoptr (RnPicture) colour = make_noise (20, 13, 3, 1);
  g_autoptr (RnPicture) grey = make_noise (8, 8, 1, 2);
  g_autoptr (GdkTexture) big = rn_thumbnail_new (colour, 64, NULL);
  g_autoptr (GdkTexture) bigger = rn_thumbnail_new (grey, 64, NULL);

  assert_zoomed (big, colour, 3);
  assert_zoomed (bigger, grey, 8);
}

static void
test_a_large_picture_keeps_its_proportions (void)
{
  g_autoptr (RnPicture) picture = make_noise (300, 100, 3, 1);
  g_autoptr (GdkTexture) texture = rn_thumbnail_new (picture, 64, NULL);

  g_assert_cmpint (gdk_texture_get_height (texture), ==, 21);
  g_assert_cmpint (gdk_texture_get_width (texture), >=, 62);
  g_assert_cmpint (gdk_texture_get_width (texture), <=, 64);
}

typedef struct
{
  GdkTexture *texture;
  gboolean is_done;
} Answer;

static void
on_answer (GdkTexture *texture, const char *problem, gpointer data)
{
  Answer *answer = data;

  g_set_object (&answer->texture, texture);
  answer->is_done = TRUE;
}

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->is_done;
}

static void
test_the_loader_makes_the_picture_that_is_asked_for (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSampleLoader) loader = rn_sample_loader_new ();
  g_autoptr (RnSampleList) list = rn_sample_list_new ();

  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  rn_sample_loader_set_source (loader, fixture->dataset, 64);
  rn_sample_loader_set_view (loader, 0, N_TRAIN);
  for (guint i = 0; i < 8; i++)
    {
      const RnSplit split = i % 2 == 0 ? RN_SPLIT_TRAIN : RN_SPLIT_TEST;
      const guint at = i / 2 * 13;
      g_autoptr (RnSampleItem) item = NULL;
      g_autoptr (RnPicture) picture =
          rn_dataset_get_picture (fixture->dataset, split, (int) at, NULL);
      Answer answer = { 0 };

      rn_sample_list_set_filter (list, split, -1);
      item = get_item (list, at);

      g_assert_nonnull (rn_sample_loader_request (loader, item, on_answer, &answer));
      settle_until (is_answered, &answer, 10.0);
      assert_zoomed (answer.texture, picture, 2);
      g_clear_object (&answer.texture);
      /* once more, it is at hand */
      answer.is_done = FALSE;
      g_assert_null (rn_sample_loader_request (loader, item, on_answer, &answer));
      g_assert_true (answer.is_done);
      g_clear_object (&answer.texture);
    }
}

static void
test_what_is_far_from_the_view_waits_and_what_was_cancelled_never_comes (Fixture *fixture,
                                                                         gconstpointer data)
{
  g_autoptr (RnSampleLoader) loader = rn_sample_loader_new ();
  g_autoptr (RnSampleList) list = rn_sample_list_new ();
  g_autoptr (RnSampleItem) near = NULL, far = NULL, unwanted = NULL;
  Answer near_answer = { 0 }, far_answer = { 0 }, no_answer = { 0 };
  RnSampleRequest *request;

  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  rn_sample_list_set_filter (list, RN_SPLIT_TEST, -1);
  rn_sample_loader_set_source (loader, fixture->dataset, 64);
  rn_sample_loader_set_view (loader, 0, 20);
  near = get_item (list, 5);
  far = get_item (list, 1000);
  unwanted = get_item (list, 1001);
  rn_sample_loader_request (loader, far, on_answer, &far_answer);
  request = rn_sample_loader_request (loader, unwanted, on_answer, &no_answer);
  rn_sample_loader_request (loader, near, on_answer, &near_answer);
  settle_until (is_answered, &near_answer, 10.0);
  settle_for (50);
  g_assert_false (far_answer.is_done);
  rn_sample_loader_cancel (loader, request);
  rn_sample_loader_set_view (loader, 990, 1010);
  settle_until (is_answered, &far_answer, 10.0);
  settle_for (50);
  g_assert_false (no_answer.is_done);
  g_assert_cmpuint (rn_sample_loader_n_made (loader), ==, 2);
  g_clear_object (&near_answer.texture);
  g_clear_object (&far_answer.texture);
}

static void
test_kept_thumbnails_are_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSampleLoader) loader = rn_sample_loader_new ();
  g_autoptr (RnSampleList) list = rn_sample_list_new ();
  const gsize one = 256 * 256 * 3;
  const guint n = RN_SAMPLE_LOADER_BYTES / one + 20;

  rn_sample_list_set_dataset (list, fixture->dataset, FALSE);
  rn_sample_list_set_filter (list, RN_SPLIT_TEST, -1);
  rn_sample_loader_set_source (loader, fixture->dataset, 256);
  rn_sample_loader_set_view (loader, 0, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnSampleItem) item = get_item (list, i);
      Answer answer = { 0 };

      rn_sample_loader_request (loader, item, on_answer, &answer);
      settle_until (is_answered, &answer, 10.0);
      g_clear_object (&answer.texture);
      g_assert_cmpuint (rn_sample_loader_get_memory (loader), <=, RN_SAMPLE_LOADER_BYTES);
    }
  g_assert_cmpuint (rn_sample_loader_get_memory (loader), >, RN_SAMPLE_LOADER_BYTES - 2 * one);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/sample-list/a list has the pictures of its split and class",
       test_a_list_has_the_pictures_of_its_split_and_class);
  ADD ("/sample-list/a picture is named by class, split and number",
       test_a_picture_is_named_by_class_split_and_number);
  ADD ("/sample-list/another data set shows all its classes",
       test_another_data_set_shows_all_its_classes);
  ADD ("/summary/counts, and says whether classes are balanced",
       test_a_summary_counts_and_says_whether_classes_are_balanced);
  g_test_add_func ("/summary/imbalance is said with classes and numbers",
                   test_imbalance_is_said_with_classes_and_numbers);
  g_test_add_func ("/thumbnail/a small picture grows by a whole factor",
                   test_a_small_picture_grows_by_a_whole_factor);
  g_test_add_func ("/thumbnail/a large picture keeps its proportions",
                   test_a_large_picture_keeps_its_proportions);
  ADD ("/loader/makes the picture that is asked for",
       test_the_loader_makes_the_picture_that_is_asked_for);
  ADD ("/loader/what is far from the view waits, and what was cancelled never comes",
       test_what_is_far_from_the_view_waits_and_what_was_cancelled_never_comes);
  ADD ("/loader/kept thumbnails are bounded", test_kept_thumbnails_are_bounded);
  return g_test_run ();
}
