/* The real window, measured from inside (gauge.h). Best with a build of --buildtype=release:
 *
 *   tests/ui/with-display build/release/tests/bench/bench-window MODE [SECONDS [PRESET]]
 *
 * MODE is one of
 *   train     PRESET trains on all processors with the Train page shown: first nobody touches it; then, for as long, something
 *             is clicked, zoomed, hovered or turned to each quarter of a second
 *   trace     the same clicks, a line a minute: the longest turn of the main loop, wake-ups, memory
 *   hidden    the window is not mapped while PRESET trains
 *   rest      nothing trains and nobody touches it
 *   start     from main to the first frame, to the data set, and to a first step that was asked for at the first frame
 *   commands  from start, pause, step and stop to the frame that shows the answer; ends with 1 where one took 100 ms or
 *             more, or the worker as long to leave its step
 *   drop      200 files of pictures, every tenth broken, are dropped onto the window: until all are in Classify's table; ends
 *             with 1 where that are not 180 answers and 20 sentences, or where a frame takes longer than 50 ms
 *   inspect   PRESET trains with Train shown, then with Inspect looking at a picture, in turn, four times each; ends with 1
 *             where no maps came, or where looking costs 5 % of the speed by the clock and by the work of a step
 *   build     PRESET is opened on the Build page, scrolled, selected in, edited and undone; ends with 1 where a frame in a
 *             hundred takes longer than one may
 *
 * SECONDS: 60 where none are told (commands, build: so many rounds; inspect: each time). PRESET: resnet20.
 */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <residua/dataset.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "application.h"
#include "build-mode.h"
#include "gauge.h"
#include "pages/classify-many.h"
#include "window.h"

#define TRACE_LINE_S 60.0
#define ANSWER_MS 100.0

/* What a person does, one thing after the other: of each of the first, then one of the pages */
enum
{
  SELECT_BLOCK,
  HOVER_STEP,
  ZOOM_TIME,
  CHOOSE_MEASURE,
  N_LITTLE_ACTS
};

static const char *const little_acts[N_LITTLE_ACTS] = { "a block selected", "a step hovered",
                                                        "time zoomed", "a measure chosen" };
static const char *const pages[] = { "train", "data", "train", "inspect", "train",
                                     "runs",  "lab",  "train", "build",   "classify" };

#define N_ACTS (N_LITTLE_ACTS + (int) G_N_ELEMENTS (pages))

typedef struct
{
  RnApplication *application;
  RnWindow *window;
  RnSession *session;
  RnGauge *gauge;
  RnSpec *spec;
  double seconds;
  double main_ms; /* when the program began */
  int n_acts;
  RnTimes after[N_ACTS]; /* longest turns until the next act, ms of the window's thread */
  guint n_turns;         /* the gauge's, as of the last act */
  gboolean has_failed;   /* what the mode promises */
} Bench;

static void
iterate (void)
{
  g_main_context_iteration (NULL, TRUE);
}

static gboolean
set_done (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate_for (double seconds)
{
  gboolean is_done = FALSE;

  g_timeout_add ((guint) (seconds * 1e3), set_done, &is_done);
  while (!is_done)
    iterate ();
}

/* Returns: which of N_ACTS the @n-th is */
static int
act_at (int n)
{
  const int kind = n % (N_LITTLE_ACTS + 1);

  return kind < N_LITTLE_ACTS
             ? kind
             : N_LITTLE_ACTS + n / (N_LITTLE_ACTS + 1) % (int) G_N_ELEMENTS (pages);
}

/* What came of the act before */
static void
note_turns (Bench *bench)
{
  const GArray *turns = bench->gauge->turn_cpu.values;
  const guint n = turns != NULL ? turns->len : 0;
  double longest = 0.0;

  /* a new measurement begins with none */
  for (guint i = bench->n_turns <= n ? bench->n_turns : 0; i < n; i++)
    longest = MAX (longest, g_array_index (turns, double, i));
  bench->n_turns = n;
  if (bench->n_acts > 0)
    rn_times_add (&bench->after[act_at (bench->n_acts - 1)], longest);
}

static void
tell_acts (Bench *bench)
{
  g_print ("The longest turn after each act, of the window's thread: p50, p99, max\n");
  for (int i = 0; i < N_ACTS; i++)
    {
      g_autofree char *name = i < N_LITTLE_ACTS
                                  ? g_strdup (little_acts[i])
                                  : g_strdup_printf ("to the page %s", pages[i - N_LITTLE_ACTS]);

      rn_times_tell (&bench->after[i], name);
    }
}

static gboolean
act (gpointer data)
{
  Bench *bench = data;
  RnTimeAxis *axis = rn_session_get_time (bench->session);
  const RnSpec *spec = rn_session_get_spec (bench->session);
  const double middle = (double) rn_time_axis_get_extent (axis) / 2.0;
  const int n = bench->n_acts, round = n / (N_LITTLE_ACTS + 1), kind = act_at (n);

  note_turns (bench);
  bench->n_acts++;
  switch (kind)
    {
    case SELECT_BLOCK:
      rn_selection_select (rn_session_get_selection (bench->session), RN_PART_BLOCK,
                           rn_spec_get_block (spec, round % rn_spec_n_blocks (spec))->id, NULL);
      break;
    case HOVER_STEP:
      rn_time_axis_set_hover (axis, (gint64) (middle * (1.0 + sin (n))));
      break;
    case ZOOM_TIME:
      rn_time_axis_zoom (axis, middle, n % 2 ? 0.5 : 4.0);
      break;
    case CHOOSE_MEASURE:
      rn_session_set_measure (bench->session, (RnMeasureKind) (round % RN_N_MEASURES));
      break;
    default:
      rn_window_show_page (bench->window, pages[kind - N_LITTLE_ACTS]);
    }
  return G_SOURCE_CONTINUE;
}

static void
train (Bench *bench)
{
  rn_session_show_sketch (bench->session, bench->spec, NULL);
  rn_session_set_epochs (bench->session, 1000.0);
  rn_window_show_page (bench->window, "train");
  rn_session_start (bench->session);
  while (rn_session_get_status (bench->session)->step < 3)
    iterate ();
  rn_gauge_watch_frames (bench->gauge, GTK_NATIVE (bench->window));
}

static void
measure (Bench *bench, const char *name)
{
  const gint64 step = rn_session_get_status (bench->session)->step;

  rn_gauge_start (bench->gauge);
  iterate_for (bench->seconds);
  rn_gauge_tell (bench->gauge, name);
  g_print ("  %lld steps\n", (long long) (rn_session_get_status (bench->session)->step - step));
}

/* Modes */

static void
bench_train (Bench *bench)
{
  guint acts;

  train (bench);
  measure (bench, "Nobody touches it");
  acts = g_timeout_add (250, act, bench);
  measure (bench, "Clicks, four a second");
  g_source_remove (acts);
}

static void
bench_trace (Bench *bench)
{
  guint acts;

  train (bench);
  acts = g_timeout_add (250, act, bench);
  g_print (
      "  min   turn ms   by the clock   frame ms   window %%   wake-ups/s   resident MB   heap "
      "MB   stolen ms   step\n");
  for (double done = 0.0; done < bench->seconds; done += TRACE_LINE_S)
    {
      const double stolen = rn_gauge_stolen_s ();

      rn_gauge_start (bench->gauge);
      iterate_for (TRACE_LINE_S);
      g_print ("%5.0f %9.1f %14.1f %10.1f %10.1f %12.1f %13.2f %9.2f %11.0f %6lld\n",
               (done + TRACE_LINE_S) / 60.0, rn_times_max (&bench->gauge->turn_cpu),
               rn_times_max (&bench->gauge->turn_wall), rn_times_max (&bench->gauge->frame_cpu),
               rn_gauge_percent (bench->gauge, FALSE),
               (double) bench->gauge->n_polls / TRACE_LINE_S, rn_gauge_resident_mb (),
               rn_gauge_heap_mb (), 1e3 * (rn_gauge_stolen_s () - stolen),
               (long long) rn_session_get_status (bench->session)->step);
    }
  g_source_remove (acts);
  tell_acts (bench);
}

static void
bench_hidden (Bench *bench)
{
  train (bench);
  iterate_for (5.0);
  gtk_widget_set_visible (GTK_WIDGET (bench->window), FALSE);
  measure (bench, "Hidden");
  gtk_widget_set_visible (GTK_WIDGET (bench->window), TRUE);
}

static void
bench_rest (Bench *bench)
{
  while (rn_session_get_dataset (bench->session) == NULL)
    iterate ();
  rn_gauge_watch_frames (bench->gauge, GTK_NATIVE (bench->window));
  /* threads of GLib's pool end after a while without work */
  iterate_for (20.0);
  measure (bench, "At rest");
}

static void
note (GdkFrameClock *clock, double *ms)
{
  if (*ms == 0.0)
    *ms = rn_gauge_now_ms ();
}

static void
bench_start (Bench *bench)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench->window));
  double frame_ms = 0.0, data_ms = 0.0;

  g_signal_connect (clock, "after-paint", G_CALLBACK (note), &frame_ms);
  while (frame_ms == 0.0)
    iterate ();
  g_print ("First frame after %.0f ms, %.0f ms of them of the window's thread\n",
           frame_ms - bench->main_ms, rn_gauge_thread_ms ());
  g_print ("The data set is %s then\n",
           rn_session_get_dataset (bench->session) != NULL ? "there" : "being opened");
  rn_window_show_page (bench->window, "train");
  rn_session_start (bench->session);
  while (rn_session_get_status (bench->session)->step < 1)
    {
      iterate ();
      if (data_ms == 0.0 && rn_session_get_dataset (bench->session) != NULL)
        data_ms = rn_gauge_now_ms ();
    }
  g_print ("Data set after %.0f ms, first step of what was started at the first frame after %.0f "
           "ms\n",
           data_ms - bench->main_ms, rn_gauge_now_ms () - bench->main_ms);
  g_signal_handlers_disconnect_by_func (clock, note, &frame_ms);
}

/* Gives a command, and waits until a frame has been drawn after the state is @is_reached. */
static void
time_command (Bench *bench, void (*command) (RnSession *session),
              gboolean (*is_reached) (RnSession *session), RnTimes *seen, RnTimes *done)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench->window));
  const double started = rn_gauge_now_ms ();
  double frame_ms = 0.0;
  gulong handler;

  command (bench->session);
  handler = g_signal_connect (clock, "after-paint", G_CALLBACK (note), &frame_ms);
  while (frame_ms == 0.0)
    iterate ();
  rn_times_add (seen, frame_ms - started);
  while (!is_reached (bench->session))
    iterate ();
  frame_ms = 0.0;
  while (frame_ms == 0.0)
    iterate ();
  rn_times_add (done, frame_ms - started);
  g_signal_handler_disconnect (clock, handler);
}

static gboolean
is_paused (RnSession *session)
{
  const RnStatus *status = rn_session_get_status (session);

  return status->state == RN_STATE_PAUSED && !status->is_pending;
}

static gboolean
is_running (RnSession *session)
{
  const RnStatus *status = rn_session_get_status (session);

  return status->state == RN_STATE_RUNNING && !status->is_pending;
}

static gboolean
is_over (RnSession *session)
{
  return rn_session_get_status (session)->state == RN_STATE_STOPPED;
}

static void
bench_commands (Bench *bench)
{
  RnTimes seen[4] = { { NULL } }, done[4] = { { NULL } };
  static const char *const names[][2] = {
    { "start: first frame after it", "start: runs" },
    { "pause: first frame after it", "pause: paused, worker left the step" },
    { "step: first frame after it", "step: paused again, the step done" },
    { "stop: first frame after it", "stop: stopped, checkpoint on disk" },
  };

  train (bench);
  for (int i = 0; i < (int) bench->seconds; i++)
    {
      iterate_for (0.3 + 0.37 * (i % 7));
      time_command (bench, rn_session_pause, is_paused, &seen[1], &done[1]);
      time_command (bench, rn_session_start, is_running, &seen[0], &done[0]);
      iterate_for (0.5 + 0.23 * (i % 5));
      if (i % 4 == 0)
        {
          rn_session_pause (bench->session);
          while (!is_paused (bench->session))
            iterate ();
          time_command (bench, rn_session_step, is_paused, &seen[2], &done[2]);
        }
      if (i % 4 == 2)
        time_command (bench, rn_session_stop, is_over, &seen[3], &done[3]);
      rn_session_start (bench->session);
      while (!is_running (bench->session))
        iterate ();
    }
  g_print ("From a command to a frame that shows it: p50, p99, max\n");
  for (int i = 0; i < 4; i++)
    {
      rn_times_tell (&seen[i], names[i][0]);
      rn_times_tell (&done[i], names[i][1]);
      /* a step is done when it is done, and a start when the first has begun */
      bench->has_failed |= rn_times_max (&seen[i]) >= ANSWER_MS ||
                           ((i == 1 || i == 3) && rn_times_max (&done[i]) >= ANSWER_MS);
    }
  g_print ("%s\n", bench->has_failed ? "Some answer took 100 ms or more" : "All in under 100 ms");
}

#define N_DROPPED 200
#define N_BROKEN 20
#define LONGEST_FRAME_MS 50.0
#define MOST_COST 0.05 /* of the steps */

/* Returns: (transfer full): files in a folder of their own, every tenth no picture in spite of its name */
static GListModel *
make_files (char **folder)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);

  *folder = g_dir_make_tmp ("residua-drop-XXXXXX", NULL);
  for (int i = 0; i < N_DROPPED; i++)
    {
      g_autofree char *name = g_strdup_printf ("scene %03d.png", i);
      g_autofree char *path = g_build_filename (*folder, name, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, i, 256, NULL);

      if (i % 10 == 9)
        g_file_set_contents (path, "\x89PNG\r\n\x1a\n and no more", -1, NULL);
      else
        rn_picture_save_png (scene, path, NULL);
      g_list_store_append (files, file);
    }
  return G_LIST_MODEL (files);
}

static void
remove_files (GListModel *files, const char *folder)
{
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      g_file_delete (file, NULL, NULL);
    }
  g_rmdir (folder);
}

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static int
count_problems (GListModel *rows)
{
  int n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RnClassified) row = g_list_model_get_item (rows, i);

      n += rn_classified_get_problem (row) != NULL;
    }
  return n;
}

static void
judge_drop (Bench *bench, GListModel *rows)
{
  const int n_rows = (int) g_list_model_get_n_items (rows), n_problems = count_problems (rows);
  const double longest = rn_times_max (&bench->gauge->frame_wall);

  bench->has_failed = n_rows != N_DROPPED || n_problems != N_BROKEN || longest > LONGEST_FRAME_MS;
  g_print ("%s: %d answers (%d wanted), %d sentences (%d wanted), longest frame %.1f ms (at most "
           "%.0f; %.1f of the window's thread)\n",
           bench->has_failed ? "FAILED" : "passed", n_rows - n_problems, N_DROPPED - N_BROKEN,
           n_problems, N_BROKEN, longest, LONGEST_FRAME_MS,
           rn_times_max (&bench->gauge->frame_cpu));
}

/* With the weights of a few steps: what they answer is of no matter here. */
static void
bench_drop (Bench *bench)
{
  g_autofree char *folder = NULL;
  g_autoptr (GListModel) files = make_files (&folder);
  RnClassifyBatch *batch = NULL;
  GListModel *rows;

  train (bench);
  rn_session_pause (bench->session);
  while (!is_paused (bench->session))
    iterate ();
  rn_window_show_page (bench->window, "classify");
  iterate_for (2.0);
  rn_gauge_start (bench->gauge);
  rn_window_open (bench->window, files);
  while (batch == NULL || rn_classify_batch_is_running (batch))
    {
      GtkWidget *many = find (GTK_WIDGET (bench->window), RN_TYPE_CLASSIFY_MANY);

      iterate ();
      if (many != NULL)
        batch = rn_classify_many_get_batch (RN_CLASSIFY_MANY (many));
    }
  iterate_for (0.5); /* and the frames that show the last of them */
  rows = rn_classify_batch_get_rows (batch);
  rn_gauge_tell (bench->gauge, "200 files dropped");
  judge_drop (bench, rows);
  remove_files (files, folder);
}

/* What the steps took while a page was shown: by the clock, and of all threads' work. The latter tells what a page costs
 * even where other programs take their share of the processors. */
typedef struct
{
  double steps, seconds, cpu_s;
} Pace;

static double
cpu_seconds (void)
{
  struct rusage use;

  getrusage (RUSAGE_SELF, &use);
  return (double) (use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
         1e-6 * (double) (use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static void
measure_steps (Bench *bench, const char *page, Pace *pace)
{
  gint64 step;
  double cpu;

  rn_window_show_page (bench->window, page);
  iterate_for (1.0);
  step = rn_session_get_status (bench->session)->step;
  cpu = cpu_seconds ();
  rn_gauge_start (bench->gauge);
  iterate_for (bench->seconds);
  pace->steps += (double) (rn_session_get_status (bench->session)->step - step);
  pace->seconds += rn_gauge_elapsed (bench->gauge);
  pace->cpu_s += cpu_seconds () - cpu;
}

static void
judge_inspect (Bench *bench, const Pace *shut, const Pace *open)
{
  const double by_clock = 1.0 - open->steps / open->seconds * shut->seconds / shut->steps;
  const double by_work = 1.0 - shut->cpu_s / shut->steps * open->steps / open->cpu_s;
  const gboolean has_maps = rn_session_get_watched (bench->session) != NULL;

  bench->has_failed = !has_maps || (by_clock >= MOST_COST && by_work >= MOST_COST);
  g_print ("%s: Inspect costs %.1f %% of the steps; by the work of each it would be %.1f %% (under "
           "%.0f %%); maps %s\n",
           bench->has_failed ? "FAILED" : "passed", 100.0 * by_clock, 100.0 * by_work,
           100.0 * MOST_COST, has_maps ? "came" : "did not come");
}

static void
bench_inspect (Bench *bench)
{
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, 3, 256, NULL);
  Pace shut = { 0.0 }, open = { 0.0 };

  rn_session_set_picture (bench->session, scene, "scene", -1);
  train (bench);
  for (int i = 0; i < 4; i++)
    {
      measure_steps (bench, "train", &shut);
      measure_steps (bench, "inspect", &open);
      g_print ("so far, a step takes: Train %.1f ms, %.1f ms of work; Inspect %.1f ms, %.1f ms of "
               "work\n",
               1000.0 * shut.seconds / shut.steps, 1000.0 * shut.cpu_s / shut.steps,
               1000.0 * open.seconds / open.steps, 1000.0 * open.cpu_s / open.steps);
    }
  judge_inspect (bench, &shut, &open);
}

static void
bench_build (Bench *bench)
{
  bench->has_failed =
      !rn_bench_build (bench->window, bench->gauge, bench->spec, (int) bench->seconds);
}

static gboolean
open_window (Bench *bench)
{
  if (!g_application_register (G_APPLICATION (bench->application), NULL, NULL))
    return FALSE;
  g_application_activate (G_APPLICATION (bench->application));
  bench->window =
      RN_WINDOW (gtk_application_get_windows (GTK_APPLICATION (bench->application))->data);
  bench->session = rn_window_get_session (bench->window);
  return TRUE;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Bench *bench);
  } modes[] = {
    { "train", bench_train }, { "trace", bench_trace },     { "hidden", bench_hidden },
    { "rest", bench_rest },   { "start", bench_start },     { "commands", bench_commands },
    { "drop", bench_drop },   { "inspect", bench_inspect }, { "build", bench_build },
  };
  const double main_ms = rn_gauge_now_ms ();
  g_autoptr (RnApplication) application = rn_application_new ();
  g_autoptr (RnSpec) spec = rn_spec_preset (argc > 3 ? argv[3] : "resnet20", NULL);
  Bench bench = { .application = application,
                  .gauge = rn_gauge_get (),
                  .spec = spec,
                  .seconds = argc > 2 ? atof (argv[2]) : 60.0,
                  .main_ms = main_ms };
  gsize mode = 0;

  while (argc > 1 && mode < G_N_ELEMENTS (modes) && strcmp (modes[mode].name, argv[1]) != 0)
    mode++;
  if (mode == G_N_ELEMENTS (modes) || spec == NULL || !open_window (&bench))
    return 1;
  modes[mode].run (&bench);
  gtk_window_close (GTK_WINDOW (bench.window));
  while (gtk_application_get_windows (GTK_APPLICATION (application)) != NULL)
    iterate ();
  return bench.has_failed ? 1 : 0;
}
