/* The whole window while a network trains behind it, and at rest. How fast it is in numbers: tests/bench/bench-window. */
#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "opening.h"
#include "pages/progress-card.h"
#include "pages/train-page.h"

#define TIMEOUT_US (180 * G_USEC_PER_SEC)
/* Of what a person waits for: 0.1 s is promised, but other programs use the processors of a test as well. */
#define ANSWER_US (1 * G_USEC_PER_SEC)
#define REST_S 8

typedef struct
{
  RnWindow *window;
  RnSession *session;
} Fixture;

static RnApplication *application;
static int n_polls, n_frames, n_layouts;

static int
count_polls (GPollFD *fds, guint n, int timeout)
{
  n_polls += timeout != 0;
  return g_poll (fds, n, timeout);
}

static void
count (gpointer object, int *n)
{
  (*n)++;
}

static void
count_layouts (GdkSurface *surface, int width, int height, gpointer data)
{
  n_layouts++;
}

static gboolean
set_done (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate_for (guint ms)
{
  gboolean is_done = FALSE;

  g_timeout_add (ms, set_done, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

#define iterate_until(condition)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const gint64 end_us = g_get_monotonic_time () + TIMEOUT_US;                                    \
                                                                                                   \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (!g_main_context_iteration (NULL, FALSE))                                               \
          g_usleep (1000);                                                                         \
        if (g_get_monotonic_time () > end_us)                                                      \
          g_error ("waited in vain for " #condition);                                              \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

static const RnStatus *
status (Fixture *f)
{
  return rn_session_get_status (f->session);
}

static gboolean
is_settled (Fixture *f, RnState state)
{
  return status (f)->state == state && !status (f)->is_pending;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->window = opening_window (application);
  f->session = rn_window_get_session (f->window);
  opening_wait_for_data (f->window);
  n_polls = n_frames = n_layouts = 0;
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (f->window)), "after-paint",
                    G_CALLBACK (count), &n_frames);
  g_signal_connect (gtk_native_get_surface (GTK_NATIVE (f->window)), "layout",
                    G_CALLBACK (count_layouts), NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  opening_close (application, f->window);
}

/* Trains @preset, with the Train page before it. */
static void
train (Fixture *f, const char *preset, int batch)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);
  RnSettings settings = *rn_session_get_settings (f->session);

  settings.batch = batch;
  rn_session_set_settings (f->session, &settings);
  rn_session_show_sketch (f->session, spec, NULL);
  rn_session_set_epochs (f->session, 1000.0);
  rn_window_show_page (f->window, "train");
  rn_session_start (f->session);
  iterate_until (status (f)->step >= 2);
  iterate_for (500);
}

/* Whether a label of the progress card begins with @words */
static gboolean
says (GtkWidget *widget, const char *words)
{
  gboolean is_said =
      GTK_IS_LABEL (widget) && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), words);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !is_said;
       child = gtk_widget_get_next_sibling (child))
    is_said = says (child, words);
  return is_said;
}

static void
assert_shown_soon (Fixture *f, gint64 given_us, const char *words)
{
  GtkWidget *page = rn_window_get_page_widget (f->window, "train");
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (RN_TRAIN_PAGE (page)));
  int before;

  iterate_until (says (progress, words));
  before = n_frames;
  iterate_until (n_frames > before);
  g_test_message ("“%s” after %.0f ms", words,
                  (double) (g_get_monotonic_time () - given_us) * 1e-3);
  g_assert_cmpint (g_get_monotonic_time () - given_us, <, ANSWER_US);
}

static void
test_commands_are_shown_at_once (Fixture *f, gconstpointer data)
{
  gint64 given_us;

  train (f, "resnet110", 8);
  for (int i = 0; i < 3; i++)
    {
      given_us = g_get_monotonic_time ();
      rn_session_pause (f->session);
      assert_shown_soon (f, given_us, "Paused in epoch 1");
      iterate_until (is_settled (f, RN_STATE_PAUSED));

      given_us = g_get_monotonic_time ();
      rn_session_step (f->session);
      assert_shown_soon (f, given_us, "Epoch 1");
      iterate_until (is_settled (f, RN_STATE_PAUSED));

      given_us = g_get_monotonic_time ();
      rn_session_start (f->session);
      assert_shown_soon (f, given_us, "Epoch 1");
      iterate_until (is_settled (f, RN_STATE_RUNNING));
      iterate_for (150 + 130 * (guint) i);
    }
  given_us = g_get_monotonic_time ();
  rn_session_stop (f->session);
  assert_shown_soon (f, given_us, "S"); /* "Saving and stopping", and then "Stopped" */
  g_assert_cmpint (g_get_monotonic_time () - given_us, <, ANSWER_US);
  iterate_until (status (f)->state == RN_STATE_STOPPED);
}

static void
test_a_stop_is_told_before_it_is_done (Fixture *f, gconstpointer data)
{
  GtkWidget *page = rn_window_get_page_widget (f->window, "train");
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (RN_TRAIN_PAGE (page)));

  train (f, "resnet8", 4);
  rn_session_stop (f->session);
  g_assert_true (status (f)->is_stopping);
  g_assert_true (says (progress, "Saving and stopping"));
  iterate_until (status (f)->state == RN_STATE_STOPPED);
  g_assert_false (status (f)->is_stopping);
}

/* Until a checkpoint is being written aside, or for a second */
static void
wait_for_writing (Fixture *f)
{
  g_autofree char *path =
      g_build_filename (rn_document_get_path (rn_session_get_document (f->session)), "checkpoints",
                        NULL);
  const gint64 end_us = g_get_monotonic_time () + G_USEC_PER_SEC;
  gboolean is_written = FALSE;

  while (!is_written && g_get_monotonic_time () < end_us)
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && !is_written && (name = g_dir_read_name (dir)) != NULL)
        is_written = strstr (name, ".tmp-") != NULL;
    }
}

/* A checkpoint is written whole: until it is, the window says what is waited for. With one after every step, most pauses
 * find one being written.
 */
static void
test_a_pause_that_waits_for_a_checkpoint_says_so (Fixture *f, gconstpointer data)
{
  GtkWidget *page = rn_window_get_page_widget (f->window, "train");
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (RN_TRAIN_PAGE (page)));
  RnSettings settings = *rn_session_get_settings (f->session);
  gboolean has_waited = FALSE;

  settings.checkpoint_every = 1;
  rn_session_set_settings (f->session, &settings);
  train (f, "resnet20", 1);
  for (int i = 0; i < 200 && !has_waited; i++)
    {
      iterate_for (20);
      wait_for_writing (f);
      rn_session_pause (f->session);
      g_assert_true (status (f)->is_pausing);
      has_waited = status (f)->is_saving;
      g_assert_true (says (progress, has_waited ? "Saving, then pausing" : "Pausing"));
      iterate_until (is_settled (f, RN_STATE_PAUSED));
      g_assert_false (status (f)->is_pausing || status (f)->is_saving);
      g_assert_true (says (progress, "Paused in epoch 1"));
      if (!has_waited)
        rn_session_start (f->session);
      iterate_until (has_waited || is_settled (f, RN_STATE_RUNNING));
    }
  g_assert_true (has_waited);
}

/* The memory for a network of a thousand layers is not made in a moment; that of a small one is at least not there before the
 * main loop has been told.
 */
static void
test_a_start_that_is_given_up_says_so (Fixture *f, gconstpointer data)
{
  GtkWidget *page = rn_window_get_page_widget (f->window, "train");
  GtkWidget *progress = GTK_WIDGET (rn_train_page_get_progress (RN_TRAIN_PAGE (page)));
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  RnSettings settings = *rn_session_get_settings (f->session);

  settings.batch = 1;
  rn_session_set_settings (f->session, &settings);
  rn_session_show_sketch (f->session, spec, NULL);
  rn_window_show_page (f->window, "train");
  rn_session_start (f->session);
  g_assert_cmpint (status (f)->state, ==, RN_STATE_PREPARING);
  rn_session_stop (f->session);
  g_assert_true (status (f)->is_stopping);
  g_assert_true (says (progress, "Giving up the preparation"));
  iterate_until (!rn_session_is_busy (f->session));
  g_assert_false (status (f)->is_stopping);
}

/* Laying the window out again is a third of a frame's cost, and on X11 asks the screen, which may be slow. */
static void
test_steps_that_run_by_lay_nothing_out (Fixture *f, gconstpointer data)
{
  train (f, "resnet8", 4);
  n_frames = n_layouts = 0;
  iterate_for (4000);
  g_test_message ("%d layouts in %d frames", n_layouts, n_frames);
  g_assert_cmpint (n_frames, >, 8);
  g_assert_cmpint (3 * n_layouts, <, n_frames);
}

static void
test_a_hidden_window_draws_nothing (Fixture *f, gconstpointer data)
{
  gint64 step;

  train (f, "resnet8", 4);
  gtk_widget_set_visible (GTK_WIDGET (f->window), FALSE);
  iterate_for (200);
  n_frames = n_layouts = 0;
  step = status (f)->step;
  iterate_for (3000);
  g_assert_cmpint (n_frames, ==, 0);
  g_assert_cmpint (n_layouts, ==, 0);
  /* and goes on */
  g_assert_cmpint (status (f)->step, >, step);
  gtk_widget_set_visible (GTK_WIDGET (f->window), TRUE);
  iterate_until (n_frames > 0);
}

static void
test_at_rest_the_window_sleeps (Fixture *f, gconstpointer data)
{
  iterate_for (3000);
  n_polls = n_frames = 0;
  g_main_context_set_poll_func (NULL, count_polls);
  iterate_for (1000 * REST_S);
  g_main_context_set_poll_func (NULL, NULL);
  g_test_message ("%d wake-ups in %d s", n_polls, REST_S);
  /* one is the end of the test */
  g_assert_cmpint (n_polls, <, REST_S);
  g_assert_cmpint (n_frames, ==, 0);
}

#define ADD(name, test) g_test_add ("/fluency/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  int answer;

  gtk_test_init (&argc, &argv, NULL);
  application = opening_program ();
  ADD ("commands are shown at once", test_commands_are_shown_at_once);
  ADD ("a stop is told before it is done", test_a_stop_is_told_before_it_is_done);
  ADD ("a pause that waits for a checkpoint says so",
       test_a_pause_that_waits_for_a_checkpoint_says_so);
  ADD ("a start that is given up says so", test_a_start_that_is_given_up_says_so);
  ADD ("steps that run by lay nothing out", test_steps_that_run_by_lay_nothing_out);
  ADD ("a hidden window draws nothing", test_a_hidden_window_draws_nothing);
  ADD ("at rest the window sleeps", test_at_rest_the_window_sleeps);
  answer = g_test_run ();
  g_clear_object (&application);
  return answer;
}
