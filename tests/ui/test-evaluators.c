#include <residua/error.h>
#include <sys/resource.h>

#include "looking.h"
#include "pages/card.h"
#include "pages/classify-page.h"
#include "pages/looker.h"
#include "pages/picture-view.h"
#include "pages/prediction-bars.h"
#include "pages/study-responses.h"
#include "pages/study-runner.h"
#include "scratch.h"
#include "state/behind.h"
#include "training.h"

/* On what threads the window looks into networks, and what is left of an answer when a look fails: the linker sends every
 * rn_evaluator_new() of the window and the core through __wrap_rn_evaluator_new() here, and each training that the window
 * begins through __wrap_rn_trainer_new_from(). */

#define TRAINING_NICE 10

static struct
{
  GMutex lock;
  int n;
  int nice;               /* of the thread that asked last */
  int threads;            /* that it asked for */
  gboolean is_refused[2]; /* by path */
} asked;

RnEvaluator *__real_rn_evaluator_new (RnModel *model, RnPath path, int threads, GError **error);
RnEvaluator *__wrap_rn_evaluator_new (RnModel *model, RnPath path, int threads, GError **error);

RnEvaluator *
__wrap_rn_evaluator_new (RnModel *model, RnPath path, int threads, GError **error)
{
  gboolean is_refused;

  g_mutex_lock (&asked.lock);
  asked.n++;
  asked.nice = getpriority (PRIO_PROCESS, 0);
  asked.threads = threads;
  is_refused = asked.is_refused[path];
  g_mutex_unlock (&asked.lock);
  if (!is_refused)
    return __real_rn_evaluator_new (model, path, threads, error);
  g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY, "Refused by the test");
  return NULL;
}

static int trained_by; /* atomic: the threads of the training that began last */

RnTrainer *__real_rn_trainer_new_from (const char *run_path, const RnSpec *spec,
                                       const RnSettings *settings, RnDataset *dataset, int threads,
                                       RnModel *origin, const char *origin_name, GError **error);
RnTrainer *__wrap_rn_trainer_new_from (const char *run_path, const RnSpec *spec,
                                       const RnSettings *settings, RnDataset *dataset, int threads,
                                       RnModel *origin, const char *origin_name, GError **error);

RnTrainer *
__wrap_rn_trainer_new_from (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                            RnDataset *dataset, int threads, RnModel *origin,
                            const char *origin_name, GError **error)
{
  g_atomic_int_set (&trained_by, threads);
  return __real_rn_trainer_new_from (run_path, spec, settings, dataset, threads, origin,
                                     origin_name, error);
}

static void
forget (void)
{
  g_mutex_lock (&asked.lock);
  asked.n = asked.nice = 0;
  asked.threads = -1;
  asked.is_refused[RN_PATH_TAPS] = asked.is_refused[RN_PATH_RUN] = FALSE;
  g_mutex_unlock (&asked.lock);
}

/* @threads: that were to be asked for, of a thread behind training */
static void
assert_asked (int threads)
{
  g_mutex_lock (&asked.lock);
  g_assert_cmpint (asked.n, >, 0);
  g_assert_cmpint (asked.nice, >, TRAINING_NICE);
  g_assert_cmpint (asked.threads, ==, threads);
  g_mutex_unlock (&asked.lock);
}

/* Tasks */

typedef struct
{
  GThread *thread;
  int nice;
  gboolean is_late; /* goes on until long after its answer was taken */
  int is_done;      /* atomic */
} Errand;

static void
note_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Errand *errand = data;

  errand->thread = g_thread_self ();
  errand->nice = getpriority (PRIO_PROCESS, 0);
  g_task_return_boolean (task, TRUE);
  while (errand->is_late && !g_atomic_int_get (&errand->is_done))
    g_usleep (1000);
  if (errand->is_late)
    g_usleep (50000);
}

static void
errand_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  g_atomic_int_set (&((Errand *) data)->is_done, TRUE);
}

static gboolean
is_done (gpointer data)
{
  return g_atomic_int_get (&((Errand *) data)->is_done);
}

static void
note_end (gpointer data, GObject *was)
{
  *(GThread **) data = g_thread_self ();
}

static gboolean
has_ended (gpointer data)
{
  return *(GThread **) data != NULL;
}

static void
test_only_its_own_thread_steps_back (void)
{
  const int before = getpriority (PRIO_PROCESS, 0);
  GObject *source = g_object_new (G_TYPE_OBJECT, NULL);
  Errand behind = { .is_late = TRUE }, pooled = { NULL };
  GThread *freed_in = NULL;
  GTask *task = g_task_new (source, NULL, errand_done, &behind);

  g_object_weak_ref (source, note_end, &freed_in);
  g_object_unref (source);
  g_task_set_task_data (task, &behind, NULL);
  rn_task_run_behind (task, note_thread);
  g_object_unref (task);
  looking_wait (is_done, &behind);
  looking_wait (has_ended, &freed_in);
  g_assert_true (freed_in == g_thread_self ());
  g_assert_true (behind.thread != g_thread_self ());
  g_assert_cmpint (behind.nice, >, TRAINING_NICE);
  task = g_task_new (NULL, NULL, errand_done, &pooled);
  g_task_set_task_data (task, &pooled, NULL);
  g_task_run_in_thread (task, note_thread);
  g_object_unref (task);
  looking_wait (is_done, &pooled);
  g_assert_cmpint (pooled.nice, ==, before);
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, before);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
is_kept (gpointer data)
{
  return *(GAsyncResult **) data != NULL;
}

static void
test_whoever_keeps_a_result_keeps_it (void)
{
  Errand errand = { NULL };
  GAsyncResult *kept = NULL;
  GTask *task = g_task_new (NULL, NULL, keep_result, &kept);

  g_task_set_task_data (task, &errand, NULL);
  rn_task_run_behind (task, note_thread);
  g_object_unref (task);
  looking_wait (is_kept, &kept);
  looking_pass (300);
  g_assert_cmpuint (G_OBJECT (kept)->ref_count, ==, 1);
  g_assert_true (g_task_propagate_boolean (G_TASK (kept), NULL));
  g_object_unref (kept);
}

/* Looks */

static gboolean
has_maps (gpointer data)
{
  return rn_session_get_watched (data) != NULL;
}

static gboolean
was_asked (gpointer data)
{
  gboolean is_asked;

  g_mutex_lock (&asked.lock);
  is_asked = asked.n > 0;
  g_mutex_unlock (&asked.lock);
  return is_asked;
}

static void
set_another_picture (RnSession *session)
{
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, 3, 32, NULL);

  rn_session_set_picture (session, scene, "another", -1);
}

/* A model's file, or a run that is not in training */
static void
test_maps_are_made_behind_training_with_the_chosen_threads (void)
{
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  RnSession *session = looking_session (model, 32);

  forget ();
  rn_session_set_threads (session, 3);
  rn_session_watch (session, (const char *const[]){ "conv1", NULL });
  looking_wait (has_maps, session);
  assert_asked (3);
  forget ();
  rn_session_set_threads (session, 2);
  set_another_picture (session);
  looking_wait (was_asked, NULL);
  assert_asked (2);
  g_object_unref (session);
}

static gboolean
was_asked_in_world (World *world)
{
  return was_asked (NULL);
}

static gboolean
was_asked_for_two (World *world)
{
  gboolean is_asked;

  g_mutex_lock (&asked.lock);
  is_asked = asked.threads == 2;
  g_mutex_unlock (&asked.lock);
  return is_asked;
}

/* With a branch off the training does not answer itself: a copy of its network does. */
static void
test_maps_beside_a_training_leave_it_its_threads (World *world, gconstpointer data)
{
  RnSession *session = world->session;
  g_autoptr (RnPicture) picture = NULL;

  rn_session_open_dataset (session, world->data);
  world_wait (world, has_dataset, 60.0);
  picture = rn_dataset_get_picture (rn_session_get_dataset (session), RN_SPLIT_TEST, 3, NULL);
  rn_session_set_threads (session, 3);
  rn_session_start (session);
  world_wait (world, is_running, 60.0);
  g_assert_cmpint (g_atomic_int_get (&trained_by), ==, 3);
  rn_session_set_gate (session, rn_spec_get_block (rn_session_get_spec (session), 0)->id, FALSE);
  rn_session_set_picture (session, picture, "test 3", 3);
  forget ();
  rn_session_watch (session, (const char *const[]){ "conv1", NULL });
  world_wait (world, was_asked_in_world, 60.0);
  assert_asked (1);
  /* the processors are free again */
  rn_session_stop (session);
  world_wait (world, is_settled, 60.0);
  rn_session_set_threads (session, 2);
  set_another_picture (session);
  world_wait (world, was_asked_for_two, 60.0);
  assert_asked (2);
}

static gboolean
has_looked (gpointer data)
{
  const RnLook *look = rn_looker_get_look (data);

  return look != NULL && look->is_full;
}

static void
test_looks_are_behind_training (void)
{
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  RnSession *session = looking_session (model, 32);
  const RnLookKind kinds[] = { RN_LOOK_INSIDE, RN_LOOK_ONE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (RnLooker) looker = rn_looker_new (session, kinds[i]);

      forget ();
      rn_looker_set_active (looker, TRUE);
      rn_looker_look (looker);
      looking_wait (has_looked, looker);
      assert_asked (1);
    }
  g_object_unref (session);
}

/* Studies */

static gboolean
is_open (gpointer data)
{
  return rn_session_get_dataset (data) != NULL;
}

static void
write_pictures (const char *folder)
{
  g_autoptr (GByteArray) bytes = make_cifar (20, 1, 10);

  g_free (scratch_write_array (folder, "data_batch_1.bin", bytes));
  g_free (scratch_write_array (folder, "test_batch.bin", bytes));
}

static void
run_study (RnSession *session, RnStudyKind kind, RnModel *model)
{
  g_autoptr (RnStudyRunner) runner = rn_study_runner_new (session, kind);
  g_autoptr (GPtrArray) curves = g_ptr_array_new_with_free_func (rn_study_curve_free);

  g_ptr_array_add (curves, rn_study_curve_new ("shown", NULL));
  forget ();
  if (kind == RN_STUDY_OCCLUSION)
    rn_study_runner_start_with (runner, model, rn_session_get_picture (session)->picture, 0);
  else
    {
      rn_study_runner_set_curves (runner, curves);
      rn_study_runner_start (runner, 4);
    }
  looking_wait (was_asked, NULL);
  assert_asked (3);
  rn_study_runner_cancel (runner);
}

static void
test_studies_are_behind_training_with_the_chosen_threads (void)
{
  const RnStudyKind kinds[] = { RN_STUDY_ANSWERS, RN_STUDY_RESPONSES, RN_STUDY_OCCLUSION };
  g_autoptr (RnModel) model = looking_model (5, FALSE);
  RnSession *session = looking_session (model, 32);
  char *folder = scratch_new ();

  write_pictures (folder);
  rn_session_set_threads (session, 3);
  rn_session_open_dataset (session, folder);
  looking_wait (is_open, session);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    run_study (session, kinds[i], model);
  g_object_unref (session);
  scratch_free (folder);
}

/* What fails */

static gboolean
refusal_is_said (gpointer data)
{
  return looking_says (data, "Refused by the test");
}

/* In the middle of the third picture */
static gboolean
has_class_map (gpointer data)
{
  RnPictureView *view = looking_find (data, RN_TYPE_PICTURE_VIEW, 2);
  int column, row;
  double value;

  return rn_picture_view_read (view, gtk_widget_get_width (GTK_WIDGET (view)) / 2.0,
                               gtk_widget_get_height (GTK_WIDGET (view)) / 2.0, &column, &row,
                               &value);
}

static void
test_a_map_that_fails_leaves_the_answer (void)
{
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  RnSession *session = looking_session (model, 64);
  GtkWidget *page, *window, *card;
  RnPredictionBars *bars;

  forget ();
  asked.is_refused[RN_PATH_TAPS] = TRUE;
  page = rn_classify_page_new (session);
  window = looking_window (page, 1200, 800);
  looking_wait (refusal_is_said, page);
  bars = looking_find (page, RN_TYPE_PREDICTION_BARS, 0);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (bars)));
  g_assert_cmpint (rn_prediction_bars_n_rows (bars), ==, RN_PREDICTION_ROWS);
  /* it is said where the map would be, not in place of the answer */
  card = gtk_widget_get_ancestor (GTK_WIDGET (bars), RN_TYPE_CARD);
  g_assert_false (looking_says (card, "Refused by the test"));
  looking_shoot (window, "classify-no-map");
  /* and the next answer has its map again */
  forget ();
  set_another_picture (session);
  looking_wait (has_class_map, page);
  g_assert_false (refusal_is_said (page));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (bars)));
  looking_close (window);
  g_object_unref (session);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function) g_test_add_func ("/evaluators/" name, function)
  ADD ("only its own thread steps back", test_only_its_own_thread_steps_back);
  ADD ("whoever keeps a result keeps it", test_whoever_keeps_a_result_keeps_it);
  ADD ("maps are made behind training, with the chosen threads",
       test_maps_are_made_behind_training_with_the_chosen_threads);
  g_test_add ("/evaluators/maps beside a training leave it its threads", World,
              GINT_TO_POINTER (1000), world_set_up,
              test_maps_beside_a_training_leave_it_its_threads, world_tear_down);
  ADD ("looks are behind training", test_looks_are_behind_training);
  ADD ("studies are behind training, with the chosen threads",
       test_studies_are_behind_training_with_the_chosen_threads);
  ADD ("a map that fails leaves the answer", test_a_map_that_fails_leaves_the_answer);
  return g_test_run ();
}
