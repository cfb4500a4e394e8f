#include "pages/classify-page.h"

#include <glib/gstdio.h>
#include <math.h>
#include <residua/classify.h>
#include <string.h>
#include <unistd.h>

#include "looking.h"
#include "pages/class-names.h"
#include "pages/classify-batch.h"
#include "pages/classify-many.h"
#include "pages/classify-one.h"
#include "pages/looker.h"
#include "pages/picture-input.h"
#include "pages/picture-view.h"
#include "pages/prediction-bars.h"
#include "pages/thumbnails.h"

/* A folder of pictures: every tenth may be broken */

typedef struct
{
  char *folder;
  GPtrArray *paths;
} Pictures;

static void
write_picture (const char *path, int index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, index, 40 + index % 30, &error);

  g_assert_no_error (error);
  rn_picture_save_png (scene, path, &error);
  g_assert_no_error (error);
}

static void
pictures_make (Pictures *self, int n, gboolean has_broken)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("residua-XXXXXX", &error);
  g_assert_no_error (error);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("scene %03d.png", i);
      char *path = g_build_filename (self->folder, name, NULL);

      if (has_broken && i % 10 == 9)
        g_assert_true (g_file_set_contents (path, "\x89PNG\r\n\x1a\n and no more", -1, NULL));
      else
        write_picture (path, i);
      g_ptr_array_add (self->paths, path);
    }
}

static void
pictures_clear (Pictures *self)
{
  for (guint i = 0; i < self->paths->len; i++)
    g_unlink (g_ptr_array_index (self->paths, i));
  g_rmdir (self->folder);
  g_ptr_array_unref (self->paths);
  g_free (self->folder);
}

/* What the core says of one file */
static int
classify_file (RnModel *model, const char *path, float *p)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 2, &error);
  g_autoptr (RnPicture) picture = rn_picture_load (path, &error);
  const RnViews views = { .crops = 1 };
  int best = 0;

  g_assert_no_error (error);
  rn_classify_picture (evaluator, picture, &views, p, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (int k = 1; k < 10; k++)
    if (p[k] > p[best])
      best = k;
  return best;
}

/* The page */

typedef struct
{
  RnModel *model;
  RnSession *session;
  GtkWidget *page;
  GtkWidget *window;
} Stage;

static void
stage_open (Stage *stage, int side)
{
  stage->model = looking_model (5, FALSE);
  stage->session = looking_session (stage->model, side);
  stage->page = rn_classify_page_new (stage->session);
  stage->window = looking_window (stage->page, 1300, 950);
}

static void
stage_close (Stage *stage)
{
  looking_close (stage->window);
  g_object_unref (stage->session);
  rn_model_unref (stage->model);
}

static RnClassifyMany *
many_of (Stage *stage)
{
  return looking_find (stage->page, RN_TYPE_CLASSIFY_MANY, 0);
}

static gboolean
table_is_done (gpointer data)
{
  RnClassifyBatch *batch = rn_classify_many_get_batch (many_of (data));

  return batch != NULL && !rn_classify_batch_is_running (batch);
}

static void
test_two_hundred_files_with_twenty_broken_give_results_and_sentences (void)
{
  Stage stage;
  Pictures pictures;
  GListModel *rows;
  int n_answers = 0, n_sentences = 0;

  pictures_make (&pictures, 200, TRUE);
  stage_open (&stage, 32);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), pictures.paths);
  looking_wait (table_is_done, &stage);
  rows = rn_classify_batch_get_rows (rn_classify_many_get_batch (many_of (&stage)));
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 200);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (RnClassified) row = g_list_model_get_item (rows, i);
      const char *problem = rn_classified_get_problem (row);

      g_assert_cmpstr (rn_classified_get_path (row), ==, g_ptr_array_index (pictures.paths, i));
      if (problem != NULL)
        {
          g_assert_nonnull (strstr (problem, rn_classified_get_name (row)));
          g_assert_null (rn_classified_get_class (row, 0, NULL));
          n_sentences++;
        }
      else
        n_answers++;
    }
  g_assert_cmpint (n_answers, ==, 180);
  g_assert_cmpint (n_sentences, ==, 20);
  g_assert_true (looking_says (stage.page, "200 pictures, 20 could not be read"));
  looking_shoot (stage.window, "classify-many");
  stage_close (&stage);
  pictures_clear (&pictures);
}

static void
test_rows_say_what_the_core_says (void)
{
  Stage stage;
  Pictures pictures;
  GListModel *rows;

  pictures_make (&pictures, 8, FALSE);
  stage_open (&stage, 32);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), pictures.paths);
  looking_wait (table_is_done, &stage);
  rows = rn_classify_batch_get_rows (rn_classify_many_get_batch (many_of (&stage)));
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (RnClassified) row = g_list_model_get_item (rows, i);
      double first, second;
      const char *first_class = rn_classified_get_class (row, 0, &first);
      const char *second_class = rn_classified_get_class (row, 1, &second);
      float p[10], rest = -1.0f;
      const int best = classify_file (stage.model, rn_classified_get_path (row), p);

      for (int k = 0; k < 10; k++)
        if (k != best)
          rest = MAX (rest, p[k]);
      g_assert_cmpstr (first_class, ==, rn_model_get_classes (stage.model)[best]);
      g_assert_cmpfloat (first, ==, (double) p[best]);
      g_assert_cmpfloat (second, ==, (double) rest);
      g_assert_cmpstr (first_class, !=, second_class);
    }
  stage_close (&stage);
  pictures_clear (&pictures);
}

static gboolean
has_twelve_rows (gpointer data)
{
  RnClassifyBatch *batch = rn_classify_many_get_batch (many_of (data));

  return table_is_done (data) &&
         g_list_model_get_n_items (rn_classify_batch_get_rows (batch)) == 12;
}

static gboolean
has_six_rows (gpointer data)
{
  RnClassifyBatch *batch = rn_classify_many_get_batch (many_of (data));

  return table_is_done (data) && g_list_model_get_n_items (rn_classify_batch_get_rows (batch)) == 6;
}

/* What is dropped after the table is full goes below; for another network a table of its own begins. */
static void
test_a_second_drop_takes_no_row_away (void)
{
  Stage stage;
  Pictures pictures;
  g_autoptr (RnModel) other = looking_model (6, FALSE);
  g_autoptr (RnDocument) document = rn_document_new_model (other, "other.safetensors");

  pictures_make (&pictures, 6, FALSE);
  stage_open (&stage, 32);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), pictures.paths);
  looking_wait (has_six_rows, &stage);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), pictures.paths);
  looking_wait (has_twelve_rows, &stage);
  rn_session_show (stage.session, document);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), pictures.paths);
  looking_wait (has_six_rows, &stage);
  stage_close (&stage);
  pictures_clear (&pictures);
}

static gboolean
has_a_row (gpointer data)
{
  RnClassifyBatch *batch = rn_classify_many_get_batch (many_of (data));

  return batch != NULL && g_list_model_get_n_items (rn_classify_batch_get_rows (batch)) > 0;
}

/* The same file over and over: enough that it cannot be over before the first rows are seen */
static void
test_cancel_keeps_what_is_done_and_more_can_follow (void)
{
  Stage stage;
  Pictures pictures;
  g_autoptr (GPtrArray) repeated = g_ptr_array_new ();
  RnClassifyBatch *batch;
  guint n;

  pictures_make (&pictures, 2, FALSE);
  for (int i = 0; i < 20000; i++)
    g_ptr_array_add (repeated, g_ptr_array_index (pictures.paths, i % 2));
  stage_open (&stage, 32);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), repeated);
  looking_wait (has_a_row, &stage);
  batch = rn_classify_many_get_batch (many_of (&stage));
  g_assert_true (rn_classify_batch_is_running (batch));
  rn_classify_many_cancel (many_of (&stage));
  looking_wait (table_is_done, &stage);
  n = g_list_model_get_n_items (rn_classify_batch_get_rows (batch));
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <, 20000);
  g_assert_cmpuint (rn_classify_batch_count (batch, NULL), ==, n);
  rn_classify_batch_add (batch, pictures.paths);
  looking_wait (table_is_done, &stage);
  g_assert_cmpuint (g_list_model_get_n_items (rn_classify_batch_get_rows (batch)), ==, n + 2);
  stage_close (&stage);
  pictures_clear (&pictures);
}

static void
test_a_page_can_be_closed_while_the_table_fills (void)
{
  Stage stage;
  Pictures pictures;
  g_autoptr (GPtrArray) repeated = g_ptr_array_new ();

  pictures_make (&pictures, 2, FALSE);
  for (int i = 0; i < 2000; i++)
    g_ptr_array_add (repeated, g_ptr_array_index (pictures.paths, i % 2));
  stage_open (&stage, 32);
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (stage.page), repeated);
  looking_wait (has_a_row, &stage);
  stage_close (&stage);
  looking_pass (100);
  pictures_clear (&pictures);
}

static void
save_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  rn_classify_batch_save_finish (RN_CLASSIFY_BATCH (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_the_table_is_saved_as_csv (void)
{
  Pictures pictures;
  g_autoptr (RnModel) model = looking_model (5, FALSE);
  const char *classes[] = { "a", "b", "c, d", "e\"f", "g", "h", "i", "j", "k", "l", NULL };
  g_autoptr (RnClassifyBatch) batch =
      rn_classify_batch_new (model, classes, &(RnViews){ .crops = 1 });
  g_autofree char *path = NULL, *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_saved = FALSE;

  pictures_make (&pictures, 10, TRUE);
  path = g_build_filename (pictures.folder, "table.csv", NULL);
  rn_classify_batch_add (batch, pictures.paths);
  while (rn_classify_batch_is_running (batch))
    looking_pass (5);
  rn_classify_batch_save_async (batch, path, save_done, &is_saved);
  looking_wait (is_true, &is_saved);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==,
                    12); /* head, ten rows, and what follows the last line feed */
  for (int i = 0; i < 9; i++)
    {
      float p[10];
      const int best = classify_file (model, g_ptr_array_index (pictures.paths, i), p);
      g_autofree char *field = best == 2   ? g_strdup ("\"c, d\"")
                               : best == 3 ? g_strdup ("\"e\"\"f\"")
                                           : g_strdup (classes[best]);
      g_autofree char *start =
          g_strdup_printf ("%s,%s,%.6f,", (char *) g_ptr_array_index (pictures.paths, i), field,
                           (double) p[best]);

      g_assert_true (g_str_has_prefix (lines[i + 1], start));
    }
  g_assert_nonnull (strstr (lines[10], "scene 009.png,,,,,"));
  g_unlink (path);
  pictures_clear (&pictures);
}

static void
got_thumbnail (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GdkTexture) texture = rn_thumbnails_get_finish (RN_THUMBNAILS (source), result, NULL);

  g_assert_nonnull (texture);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 16);
  ++*(int *) data;
}

static gboolean
are_all (gpointer data)
{
  return *(int *) data == RN_THUMBNAILS_KEPT + 20;
}

static void
test_only_so_many_thumbnails_are_kept (void)
{
  g_autoptr (RnThumbnails) thumbnails = rn_thumbnails_new (16);
  Pictures pictures;
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (g_free);
  int n = 0;

  pictures_make (&pictures, 1, FALSE);
  for (int i = 0; i < RN_THUMBNAILS_KEPT + 20; i++)
    {
      char *path = g_strdup_printf ("%s/%d.png", pictures.folder, i);

      g_assert_cmpint (link (g_ptr_array_index (pictures.paths, 0), path), ==, 0);
      g_ptr_array_add (links, path);
      rn_thumbnails_get_async (thumbnails, path, NULL, got_thumbnail, &n);
    }
  looking_wait (are_all, &n);
  g_assert_cmpuint (rn_thumbnails_count (thumbnails), ==, RN_THUMBNAILS_KEPT);
  g_assert_null (rn_thumbnails_look_up (thumbnails, g_ptr_array_index (links, 0)));
  g_assert_nonnull (rn_thumbnails_look_up (thumbnails, g_ptr_array_index (links, 30)));
  for (guint i = 0; i < links->len; i++)
    g_unlink (g_ptr_array_index (links, i));
  pictures_clear (&pictures);
}

/* One picture */

static gboolean
has_answer (gpointer data)
{
  Stage *stage = data;

  return rn_prediction_bars_n_rows (looking_find (stage->page, RN_TYPE_PREDICTION_BARS, 0)) > 0;
}

/* Below the input: which of several views is shown */
static GtkDropDown *
views_of (Stage *stage)
{
  return looking_find (looking_find (stage->page, RN_TYPE_CLASSIFY_ONE, 0), GTK_TYPE_DROP_DOWN, 0);
}

/* How the picture is looked at */
static GtkDropDown *
ways_of (Stage *stage)
{
  return looking_find (looking_find (stage->page, RN_TYPE_CLASSIFY_ONE, 0), GTK_TYPE_DROP_DOWN, 1);
}

/* Expected: the core's answer in each way of looking */
typedef struct
{
  Stage *stage;
  float p[10];
} Answer;

static gboolean
bars_are (gpointer data)
{
  Answer *answer = data;
  RnPredictionBars *bars = looking_find (answer->stage->page, RN_TYPE_PREDICTION_BARS, 0);

  for (int i = 0; i < rn_prediction_bars_n_rows (bars); i++)
    {
      int class;
      double share, gated;

      rn_prediction_bars_get_row (bars, i, &class, &share, &gated);
      if (fabs (share - (double) answer->p[class]) > 1e-6)
        return FALSE;
    }
  return rn_prediction_bars_n_rows (bars) == RN_PREDICTION_ROWS;
}

static void
test_the_answer_is_the_cores_in_every_way_of_looking (void)
{
  Stage stage;
  GtkDropDown *ways;

  stage_open (&stage, 256);
  looking_wait (has_answer, &stage);
  ways = ways_of (&stage);
  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (stage.model, RN_PATH_RUN, 1, NULL);
      RnViews views = { .crops = way == 1 ? 10 : 1, .flip = way == 2 };
      Answer answer = { .stage = &stage };

      if (way == 2)
        rn_views_paper_scales (&views, 32);
      g_assert_true (rn_classify_picture (evaluator,
                                          rn_session_get_picture (stage.session)->picture, &views,
                                          answer.p, NULL, NULL, NULL, NULL));
      gtk_drop_down_set_selected (ways, way);
      looking_wait (bars_are, &answer);
      looking_shoot (stage.window, way == 0   ? "classify"
                                   : way == 1 ? "classify-ten"
                                              : "classify-scales");
    }
  g_assert_true (looking_says (stage.page, "Weights: net.safetensors"));
  g_assert_true (looking_says (stage.page, "Trained on: house, tree, fish"));
  stage_close (&stage);
}

static void
test_the_networks_input_is_shown_as_it_is (void)
{
  Stage stage;
  g_autoptr (RnPicture) view = NULL;
  RnPicture *shown;

  stage_open (&stage, 256);
  looking_wait (has_answer, &stage);
  view = rn_view_single (rn_session_get_picture (stage.session)->picture,
                         rn_model_get_preprocess (stage.model), NULL);
  shown = rn_picture_view_get_picture (looking_find (stage.page, RN_TYPE_PICTURE_VIEW, 1));
  g_assert_cmpmem (shown->pixels, 32 * 32 * 3, view->pixels, 32 * 32 * 3);
  stage_close (&stage);
}

/* Expected: this view of the picture, to the byte, and its frame as the one that stands out */
typedef struct
{
  Stage *stage;
  RnPicture *view;
  int marked;
} Shown;

static gboolean
view_is_shown (gpointer data)
{
  const Shown *shown = data;
  RnPicture *input =
      rn_picture_view_get_picture (looking_find (shown->stage->page, RN_TYPE_PICTURE_VIEW, 1));
  int marked = -1;

  rn_picture_view_n_outlines (looking_find (shown->stage->page, RN_TYPE_PICTURE_VIEW, 0), &marked);
  return marked == shown->marked && input != NULL && input->width == shown->view->width &&
         input->height == shown->view->height &&
         memcmp (input->pixels, shown->view->pixels,
                 (gsize) input->width * input->height * input->channels) == 0;
}

static void
test_each_of_several_views_can_be_seen (void)
{
  const RnLookKind kinds[] = { RN_LOOK_ONE, RN_LOOK_TEN, RN_LOOK_SCALES };
  const int n_outlines[] = { 1, 5, 5 };
  Stage stage;

  stage_open (&stage, 256);
  looking_wait (has_answer, &stage);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (views_of (&stage))));
  for (guint way = 1; way < 3; way++)
    {
      const RnPreprocess *preprocess = rn_model_get_preprocess (stage.model);
      RnPicture *picture = rn_session_get_picture (stage.session)->picture;
      RnViews views;

      rn_look_views (kinds[way], preprocess->side, &views);
      gtk_drop_down_set_selected (ways_of (&stage), way);
      for (int i = 0; i <= rn_views_count (&views); i++)
        {
          /* to begin with, the middle of ten, the first of the scales */
          const int at = i > 0 ? i - 1 : way == 1 ? 8 : 0;
          g_autoptr (RnPicture) view = rn_view_new (picture, preprocess, &views, at, NULL);

          if (i > 0)
            gtk_drop_down_set_selected (views_of (&stage), (guint) at);
          looking_wait (view_is_shown, &(Shown){ &stage, view, at / 2 });
        }
      g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (views_of (&stage))), ==,
                        10);
      g_assert_cmpint (rn_picture_view_n_outlines (looking_find (stage.page, RN_TYPE_PICTURE_VIEW,
                                                                 0),
                                                   NULL),
                       ==, n_outlines[way]);
      looking_shoot (stage.window, way == 1 ? "classify-view-of-ten" : "classify-view-of-scales");
    }
  stage_close (&stage);
}

/* Expected: the first of the listed views */
typedef struct
{
  Stage *stage;
  const char *name;
} Listed;

static gboolean
is_listed (gpointer data)
{
  const Listed *listed = data;
  GListModel *names = gtk_drop_down_get_model (views_of (listed->stage));
  g_autoptr (GtkStringObject) first = names != NULL ? g_list_model_get_item (names, 0) : NULL;

  return first != NULL && g_str_equal (gtk_string_object_get_string (first), listed->name);
}

/* Of another network's input, the scales are others. */
static void
test_the_listed_views_are_those_of_the_network (void)
{
  const RnPreprocess preprocess = { 48, 3, { 0 }, { 1, 1, 1 }, NULL };
  Stage stage;
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  g_autoptr (RnModel) larger = NULL;
  g_autoptr (RnDocument) document = NULL;

  stage_open (&stage, 256);
  looking_wait (has_answer, &stage);
  gtk_drop_down_set_selected (ways_of (&stage), 2);
  looking_wait (is_listed, &(Listed){ &stage, "Shorter side 32" });
  g_assert_true (rn_spec_set_input (spec, 48, 3, NULL));
  larger = rn_model_new (spec, NULL, 1, rn_model_get_classes (stage.model), &preprocess, NULL);
  document = rn_document_new_model (larger, "/nonexistent/larger.safetensors");
  rn_session_show (stage.session, document);
  looking_wait (is_listed, &(Listed){ &stage, "Shorter side 48" });
  stage_close (&stage);
}

/* What each "changed" of a looker brought */
typedef struct
{
  RnLooker *looker;
  GPtrArray *looks;
} Looks;

static void
keep_look (Looks *looks)
{
  g_ptr_array_add (looks->looks, rn_look_ref (rn_looker_get_look (looks->looker)));
}

static gboolean
has_two_looks (gpointer data)
{
  return ((Looks *) data)->looks->len == 2;
}

static void
test_the_answer_comes_before_the_map (void)
{
  Stage stage;
  g_autoptr (RnLooker) looker = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_look_unref);
  Looks looks = { .looks = kept };
  const RnLook *answer, *full;

  stage_open (&stage, 256);
  looks.looker = looker = rn_looker_new (stage.session, RN_LOOK_TEN);
  g_signal_connect_swapped (looker, "changed", G_CALLBACK (keep_look), &looks);
  rn_looker_set_active (looker, TRUE);
  rn_looker_look (looker);
  looking_wait (has_two_looks, &looks);
  answer = kept->pdata[0];
  full = kept->pdata[1];
  g_assert_false (answer->is_full);
  g_assert_null (answer->last);
  g_assert_true (full->is_full);
  g_assert_nonnull (full->last);
  g_assert_cmpmem (answer->probabilities, sizeof (float) * 10, full->probabilities,
                   sizeof (float) * 10);
  g_assert_cmpfloat (answer->seconds, ==, full->seconds);
  stage_close (&stage);
}

/* While the looker still looks for what the maps are made of, the page is left, another picture comes, and the page is
 * come back to.
 */
static void
leave_and_come_back (RnLooker *looker, RnSession *session)
{
  g_autoptr (RnPicture) other = rn_sample_render (RN_SPLIT_TEST, 3, 256, NULL);

  g_signal_handlers_disconnect_by_func (looker, leave_and_come_back, session);
  g_assert_false (rn_looker_get_look (looker)->is_full);
  rn_looker_set_active (looker, FALSE);
  rn_session_set_picture (session, other, "another", -1);
  rn_looker_look (looker);
  rn_looker_set_active (looker, TRUE);
}

static gboolean
is_looked_through (gpointer data)
{
  const RnLook *look = rn_looker_get_look (data);

  return look != NULL && look->is_full;
}

static void
test_a_look_that_was_asked_for_meanwhile_is_not_lost (void)
{
  g_autoptr (RnModel) model = looking_model (5, FALSE);
  RnSession *session = looking_session (model, 256);
  g_autoptr (RnLooker) looker = rn_looker_new (session, RN_LOOK_SCALES);

  g_signal_connect (looker, "changed", G_CALLBACK (leave_and_come_back), session);
  rn_looker_set_active (looker, TRUE);
  rn_looker_look (looker);
  looking_wait (is_looked_through, looker);
  g_assert_true (rn_looker_get_picture (looker) == rn_session_get_picture (session)->picture);
  g_object_unref (session);
}

/* Expected: over the third picture, the map of this class */
typedef struct
{
  Stage *stage;
  RnTensor *map;
} Mapped;

static gboolean
map_is (gpointer data)
{
  Mapped *mapped = data;
  RnPictureView *view = looking_find (mapped->stage->page, RN_TYPE_PICTURE_VIEW, 2);
  const int width = gtk_widget_get_width (GTK_WIDGET (view)),
            height = gtk_widget_get_height (GTK_WIDGET (view));
  int column, row, n_read = 0;
  double value;

  for (int i = 1; i < 10; i++)
    for (int j = 1; j < 10; j++)
      if (rn_picture_view_read (view, width * i / 10.0, height * j / 10.0, &column, &row, &value))
        {
          n_read++;
          if (value != (double) mapped->map->data[row * mapped->map->dims[1] + column])
            return FALSE;
        }
  return n_read > 20;
}

static void
test_the_map_is_that_of_the_answer_in_every_way_of_looking (void)
{
  Stage stage;
  GtkDropDown *ways;

  stage_open (&stage, 256);
  looking_wait (has_answer, &stage);
  ways = ways_of (&stage);
  for (guint way = 0; way < 3; way++)
    {
      const RnLookKind kinds[] = { RN_LOOK_ONE, RN_LOOK_TEN, RN_LOOK_SCALES };
      RnPicture *picture = rn_session_get_picture (stage.session)->picture;
      g_autoptr (RnLook) answer = rn_look_new (stage.model, picture, kinds[way], NULL, NULL, NULL);
      g_autoptr (RnLook) inside =
          rn_look_new (stage.model, picture, RN_LOOK_INSIDE, NULL, NULL, NULL);
      Mapped mapped = { .stage = &stage };
      double sum, logit;
      int class = 0;

      for (int k = 1; k < 10; k++)
        if (answer->probabilities[k] > answer->probabilities[class])
          class = k;
      mapped.map = rn_look_activation (inside, class, &sum, &logit);
      g_assert_cmpfloat_with_epsilon (sum, logit, 1e-4);
      gtk_drop_down_set_selected (ways, way);
      looking_wait (map_is, &mapped);
      rn_tensor_unref (mapped.map);
    }
  stage_close (&stage);
}

static gboolean
reads_map (gpointer data)
{
  GtkWidget *view = looking_find (((Stage *) data)->page, RN_TYPE_PICTURE_VIEW, 2);
  int column, row;
  double value;

  return rn_picture_view_read (RN_PICTURE_VIEW (view), gtk_widget_get_width (view) / 2.0,
                               gtk_widget_get_height (view) / 2.0, &column, &row, &value);
}

/* Its answer comes before its map. */
static void
test_no_map_stays_of_another_network (void)
{
  Stage stage;
  g_autoptr (RnModel) other = looking_model (6, FALSE);
  g_autoptr (RnDocument) document = rn_document_new_model (other, "/nonexistent/o.safetensors");

  stage_open (&stage, 256);
  looking_wait (reads_map, &stage);
  rn_session_show (stage.session, document);
  g_assert_false (reads_map (&stage));
  looking_wait (reads_map, &stage);
  stage_close (&stage);
}

static void
count_looks (int *n_looks)
{
  (*n_looks)++;
}

static gboolean
has_looked_once (gpointer data)
{
  return *(int *) data == 1;
}

static gboolean
has_looked_twice (gpointer data)
{
  return *(int *) data == 2;
}

/* The last weights of a training come right after others, and nothing comes after them. */
static void
test_the_last_weights_are_looked_at_though_they_come_too_soon (void)
{
  Stage stage;
  g_autoptr (RnLooker) looker = NULL;
  int n_looks = 0;
  gint64 started_us;

  stage_open (&stage, 256);
  looker = rn_looker_new (stage.session, RN_LOOK_INSIDE);
  g_signal_connect_swapped (looker, "changed", G_CALLBACK (count_looks), &n_looks);
  rn_looker_set_active (looker, TRUE);
  rn_looker_look (looker);
  looking_wait (has_looked_once, &n_looks);
  started_us = g_get_monotonic_time ();
  rn_looker_follow (looker, rn_model_get_step (stage.model) + 1);
  rn_looker_follow (looker, rn_model_get_step (stage.model) + 2);
  g_assert_cmpint (n_looks, ==, 1);
  looking_wait (has_looked_twice, &n_looks);
  g_assert_cmpint (g_get_monotonic_time () - started_us, >, G_USEC_PER_SEC);
  rn_looker_follow (looker, rn_model_get_step (stage.model));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (n_looks, ==, 2);
  stage_close (&stage);
}

static gboolean
has_dataset (gpointer data)
{
  return rn_session_get_dataset (data) != NULL;
}

/* The sample set's classes and the model's are the same ten. */
static void
test_the_true_class_is_found_by_its_name (void)
{
  Stage stage;
  const char *turned[11] = { 0 };
  const char *const *classes;

  stage_open (&stage, 256);
  classes = rn_model_get_classes (stage.model);
  for (int k = 0; k < 10; k++)
    turned[k] = classes[9 - k];
  rn_session_open_dataset (stage.session, "sample");
  looking_wait (has_dataset, stage.session);
  rn_session_set_picture (stage.session, rn_session_get_picture (stage.session)->picture, "x", 2);
  g_assert_cmpint (rn_class_names_find_truth (stage.session, classes), ==, 2);
  g_assert_cmpint (rn_class_names_find_truth (stage.session, turned), ==, 7);
  turned[7] = "another";
  g_assert_cmpint (rn_class_names_find_truth (stage.session, turned), ==, -1);
  rn_session_set_picture (stage.session, rn_session_get_picture (stage.session)->picture, "x", -1);
  g_assert_cmpint (rn_class_names_find_truth (stage.session, classes), ==, -1);
  stage_close (&stage);
}

static void
test_without_a_picture_the_page_says_what_to_do (void)
{
  Stage stage;

  stage_open (&stage, 32);
  rn_session_set_picture (stage.session, NULL, NULL, -1);
  g_assert_true (looking_says (stage.page, "Drop a picture, or a whole folder"));
  looking_shoot (stage.window, "classify-empty");
  rn_picture_input_sample (stage.session, 4);
  looking_wait (has_answer, &stage);
  g_assert_cmpstr (rn_session_get_picture (stage.session)->name, ==, "scene 4");
  g_assert_cmpint (rn_session_get_picture (stage.session)->picture->width, ==, 256);
  stage_close (&stage);
}

static void
take_problem (RnSession *session, const char *title, const char *text, char **problem)
{
  g_free (*problem);
  *problem = g_strdup (text);
}

static gboolean
is_set (gpointer data)
{
  return *(char **) data != NULL;
}

static void
test_a_broken_picture_is_told_and_the_old_one_stays (void)
{
  Stage stage;
  Pictures pictures;
  g_autofree char *problem = NULL;

  pictures_make (&pictures, 10, TRUE);
  stage_open (&stage, 32);
  g_signal_connect (stage.session, "problem", G_CALLBACK (take_problem), &problem);
  rn_picture_input_load (stage.session, g_ptr_array_index (pictures.paths, 9));
  looking_wait (is_set, &problem);
  g_assert_nonnull (strstr (problem, "scene 009.png"));
  g_assert_cmpstr (rn_session_get_picture (stage.session)->name, ==, "boat, test 7");
  stage_close (&stage);
  pictures_clear (&pictures);
}

static void
test_a_texture_becomes_a_picture_on_white (void)
{
  /* half-transparent red, opaque green; not premultiplied */
  static const guint8 pixels[] = { 255, 0, 0, 128, 0, 255, 0, 255 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (pixels, sizeof pixels);
  g_autoptr (GdkTexture) texture =
      gdk_memory_texture_new (2, 1, GDK_MEMORY_R8G8B8A8, bytes, sizeof pixels);
  g_autoptr (RnPicture) picture = rn_picture_from_texture (texture, NULL);

  g_assert_cmpint (picture->pixels[0], ==, 255);
  g_assert_cmpint (picture->pixels[1], ==, 127);
  g_assert_cmpint (picture->pixels[2], ==, 127);
  g_assert_cmpint (picture->pixels[3], ==, 0);
  g_assert_cmpint (picture->pixels[4], ==, 255);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/classify/two hundred files with twenty broken give results and sentences",
                   test_two_hundred_files_with_twenty_broken_give_results_and_sentences);
  g_test_add_func ("/classify/rows say what the core says", test_rows_say_what_the_core_says);
  g_test_add_func ("/classify/a second drop takes no row away",
                   test_a_second_drop_takes_no_row_away);
  g_test_add_func ("/classify/cancel keeps what is done, and more can follow",
                   test_cancel_keeps_what_is_done_and_more_can_follow);
  g_test_add_func ("/classify/a page can be closed while the table fills",
                   test_a_page_can_be_closed_while_the_table_fills);
  g_test_add_func ("/classify/the table is saved as CSV", test_the_table_is_saved_as_csv);
  g_test_add_func ("/classify/only so many thumbnails are kept",
                   test_only_so_many_thumbnails_are_kept);
  g_test_add_func ("/classify/the answer is the core's in every way of looking",
                   test_the_answer_is_the_cores_in_every_way_of_looking);
  g_test_add_func ("/classify/the network's input is shown as it is",
                   test_the_networks_input_is_shown_as_it_is);
  g_test_add_func ("/classify/each of several views can be seen",
                   test_each_of_several_views_can_be_seen);
  g_test_add_func ("/classify/the listed views are those of the network",
                   test_the_listed_views_are_those_of_the_network);
  g_test_add_func ("/classify/the answer comes before the map",
                   test_the_answer_comes_before_the_map);
  g_test_add_func ("/classify/a look that was asked for meanwhile is not lost",
                   test_a_look_that_was_asked_for_meanwhile_is_not_lost);
  g_test_add_func ("/classify/no map stays of another network",
                   test_no_map_stays_of_another_network);
  g_test_add_func ("/classify/the map is that of the answer in every way of looking",
                   test_the_map_is_that_of_the_answer_in_every_way_of_looking);
  g_test_add_func ("/classify/the last weights are looked at, though they come too soon",
                   test_the_last_weights_are_looked_at_though_they_come_too_soon);
  g_test_add_func ("/classify/the true class is found by its name",
                   test_the_true_class_is_found_by_its_name);
  g_test_add_func ("/classify/without a picture the page says what to do",
                   test_without_a_picture_the_page_says_what_to_do);
  g_test_add_func ("/classify/a broken picture is told, and the old one stays",
                   test_a_broken_picture_is_told_and_the_old_one_stays);
  g_test_add_func ("/classify/a texture becomes a picture on white",
                   test_a_texture_becomes_a_picture_on_white);
  return g_test_run ();
}
