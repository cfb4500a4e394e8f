#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "looking.h"
#include "pages/classify-one.h"
#include "pages/classify-page.h"
#include "pages/inspect-activation.h"
#include "pages/inspect-page.h"
#include "pages/prediction-bars.h"
#include "training.h"

/* Classify and Inspect with a run that was trained here: the weights are those of its checkpoints, of steps 6 and 12. */

static void
train (World *world)
{
  g_autoptr (RnPicture) picture = NULL;

  rn_session_open_dataset (world->session, world->data);
  world_wait (world, has_dataset, 20.0);
  rn_session_start (world->session);
  world_wait (world, is_settled, 60.0);
  picture =
      rn_dataset_get_picture (rn_session_get_dataset (world->session), RN_SPLIT_TEST, 1, NULL);
  rn_session_set_picture (world->session, picture, "standing, test 1", 1);
}

/* A visible label that is waited for */
typedef struct
{
  GtkWidget *page;
  const char *text;
} Wish;

static gboolean
is_said (gpointer data)
{
  const Wish *wish = data;

  return looking_says (wish->page, wish->text);
}

static void
test_the_answer_follows_the_time_cursor (World *world, gconstpointer data)
{
  GtkWidget *page, *window;
  RnTimeAxis *time = rn_session_get_time (world->session);

  train (world);
  page = rn_classify_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (is_said, &(Wish){ page, "step 12" });
  rn_time_axis_set_cursor (time, 4);
  looking_wait (is_said, &(Wish){ page, "from the checkpoint of step 6" });
  rn_time_axis_set_cursor (time, 11);
  looking_wait (is_said, &(Wish){ page, "from the checkpoint of step 12" });
  rn_time_axis_set_cursor (time, -1);
  looking_wait (is_said, &(Wish){ page, "tiny, run 1, step 12" });
  looking_close (window);
}

static void
test_an_answer_of_before_comes_to_the_last_weights_of_a_training_that_ended_unseen (
    World *world, gconstpointer data)
{
  GtkWidget *page, *window;
  g_autoptr (RnPicture) picture = rn_picture_new (8, 8, 1, NULL);

  rn_session_open_dataset (world->session, world->data);
  world_wait (world, has_dataset, 20.0);
  rn_session_set_picture (world->session, picture, "black", -1);
  rn_session_step (world->session);
  page = rn_classify_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (is_said, &(Wish){ page, "run 1, step 1" });
  gtk_widget_set_visible (page, FALSE);
  rn_session_start (world->session);
  world_wait (world, is_settled, 60.0);
  gtk_widget_set_visible (page, TRUE);
  looking_wait (is_said, &(Wish){ page, "tiny, run 1, step 12" });
  looking_close (window);
}

/* Cuts off the end of every checkpoint. */
static void
damage (World *world)
{
  const char *run = rn_document_get_path (rn_session_get_document (world->session));
  g_autofree char *folder = g_build_filename (run, "checkpoints", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".safetensors"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_assert_true (g_file_set_contents (path, "no model", -1, NULL));
      }
}

static void
test_a_damaged_model_is_told_in_the_panel_with_its_name (World *world, gconstpointer data)
{
  GtkWidget *page, *window;

  train (world);
  damage (world);
  page = rn_classify_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (is_said, &(Wish){ page, "step-00000012.safetensors" });
  g_assert_true (looking_says (page, "is damaged"));
  looking_shoot (window, "classify-damaged");
  looking_close (window);
  page = rn_inspect_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (is_said, &(Wish){ page, "step-00000012.safetensors" });
  looking_close (window);
}

/* Maps, answer and class map */
static gboolean
has_everything (gpointer data)
{
  double sum, logit;

  return rn_inspect_activation_get_class (looking_find (data, RN_TYPE_INSPECT_ACTIVATION, 0), &sum,
                                          &logit) >= 0 &&
         !isnan (sum) && !looking_says (data, "Appears as soon as");
}

/* What was answered before the weights are gone does not stand there as if it came from them. */
static void
test_an_answer_gives_way_to_what_went_wrong (World *world, gconstpointer data)
{
  GtkWidget *page, *window;
  RnPredictionBars *bars;
  g_autoptr (RnPicture) other = rn_picture_new (8, 8, 1, NULL);

  train (world);
  page = rn_classify_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (is_said, &(Wish){ page, "step 12" });
  bars = looking_find (page, RN_TYPE_PREDICTION_BARS, 0);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (bars)));
  damage (world);
  rn_session_set_picture (world->session, other, "black", -1);
  looking_wait (is_said, &(Wish){ page, "step-00000012.safetensors" });
  g_assert_false (gtk_widget_get_child_visible (GTK_WIDGET (bars)) &&
                  gtk_widget_get_mapped (GTK_WIDGET (bars)));
  looking_close (window);
}

/* Inspect's, too, where maps and an answer had been seen */
static void
test_what_is_inspected_gives_way_to_what_went_wrong (World *world, gconstpointer data)
{
  GtkWidget *page, *window;
  g_autoptr (RnPicture) other = rn_picture_new (8, 8, 1, NULL);

  train (world);
  page = rn_inspect_page_new (world->session);
  window = looking_window (page, 1000, 700);
  looking_wait (has_everything, page);
  damage (world);
  rn_session_set_picture (world->session, other, "black", -1);
  looking_wait (is_said, &(Wish){ page, "step-00000012.safetensors" });
  looking_close (window);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function)                                                                        \
  g_test_add ("/classify-run/" name, World, GINT_TO_POINTER (2), world_set_up, function,           \
              world_tear_down)
  ADD ("the answer follows the time cursor", test_the_answer_follows_the_time_cursor);
  ADD ("an answer of before comes to the last weights of a training that ended unseen",
       test_an_answer_of_before_comes_to_the_last_weights_of_a_training_that_ended_unseen);
  ADD ("a damaged model is told in the panel with its name",
       test_a_damaged_model_is_told_in_the_panel_with_its_name);
  ADD ("an answer gives way to what went wrong", test_an_answer_gives_way_to_what_went_wrong);
  ADD ("what is inspected gives way to what went wrong",
       test_what_is_inspected_gives_way_to_what_went_wrong);
  return g_test_run ();
}
