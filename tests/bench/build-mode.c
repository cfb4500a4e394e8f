#include "build-mode.h"

#include "pages/build-page.h"
#include "spine/spine-body.h"
#include "spine/spine-edit.h"

#define FRAME_MS 16.7
#define OPEN_MS 300.0
#define SETTLE_MS                                                                                  \
  60 /* after an act, so that the frames with what a task has counted belong to it */

typedef struct
{
  RnSession *session;
  GtkWidget *window;
  RnSpineBody *body;
  GtkAdjustment *costs; /* of the table's rows */
  RnGauge *gauge;
  gboolean is_painted;
  gboolean is_in_time;
} Build;

static void
painted (GdkFrameClock *clock, Build *build)
{
  build->is_painted = TRUE;
}

static gboolean
set_done (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
settle (guint ms)
{
  gboolean is_done = FALSE;

  g_timeout_add (ms, set_done, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_frame (Build *build)
{
  build->is_painted = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (build->body));
  while (!build->is_painted)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns: (transfer none) (nullable): the first widget of @type under @root, breadth last */
static gpointer
find (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Acts */

static guint32
id_at (Build *build, int at)
{
  const RnSpec *spec = rn_session_get_spec (build->session);

  return rn_spec_get_block (spec, at % rn_spec_n_blocks (spec))->id;
}

static void
scroll_spine (Build *build, int round)
{
  const double all = rn_spine_body_get_view (build->body)->layout->height;

  rn_spine_body_scroll_to (build->body, (double) (round * 137 % 1000) / 1000.0 * all);
}

static void
scroll_costs (Build *build, int round)
{
  const double all = gtk_adjustment_get_upper (build->costs);

  gtk_adjustment_set_value (build->costs, (double) (round * 137 % 1000) / 1000.0 * all);
}

static void
select_one (Build *build, int round)
{
  rn_selection_select (rn_session_get_selection (build->session), RN_PART_BLOCK,
                       id_at (build, round * 37), NULL);
}

static void
select_many (Build *build, int round)
{
  select_one (build, round);
  rn_selection_extend (rn_session_get_selection (build->session),
                       rn_session_get_spec (build->session), id_at (build, round * 37 + 311));
}

static void
insert (Build *build, int round)
{
  rn_edit_insert_alike (build->session);
}

static void
move (Build *build, int round)
{
  rn_edit_move_by (build->session, round % 2 == 0 ? 1 : -1);
}

static void
undo (Build *build, int round)
{
  rn_session_undo (build->session);
}

/* Measuring */

/* The place that one in a hundred is over; @times are sorted by rn_times_tell(). */
static double
p99 (const RnTimes *times)
{
  const guint n = times->values != NULL ? times->values->len : 0;

  return n > 0 ? g_array_index (times->values, double, (guint) (0.99 * (n - 1))) : 0.0;
}

static void
measure (Build *build, const char *name, void (*act) (Build *build, int round), int n_rounds)
{
  g_autofree char *frames = g_strdup_printf ("%s: each frame", name);
  RnTimes times = { NULL };

  rn_gauge_start (build->gauge);
  for (int i = 0; i < n_rounds; i++)
    {
      double cpu;

      wait_for_frame (build); /* what was before is over */
      cpu = rn_gauge_thread_ms ();
      act (build, i);
      wait_for_frame (build);
      rn_times_add (&times, rn_gauge_thread_ms () - cpu);
      settle (SETTLE_MS);
    }
  rn_times_tell (&times, name);
  rn_times_tell (&build->gauge->frame_cpu, frames);
  build->is_in_time =
      build->is_in_time && p99 (&times) <= FRAME_MS && p99 (&build->gauge->frame_cpu) <= FRAME_MS;
  rn_times_clear (&times);
}

static void
measure_all (Build *build, const char *state, int n_rounds)
{
  g_print ("%s, ms of the window's thread from the act to its frame (at most %.1f):\n", state,
           FRAME_MS);
  measure (build, "scroll the spine", scroll_spine, n_rounds);
  measure (build, "scroll the costs", scroll_costs, n_rounds);
  measure (build, "select one", select_one, n_rounds);
  measure (build, "select many", select_many, n_rounds);
  select_one (build, 3);
  measure (build, "insert", insert, n_rounds);
  measure (build, "move", move, n_rounds);
  measure (build, "undo", undo, 2 * n_rounds);
}

/* Until every cost is there, too */
static void
open_network (Build *build, RnCostTable *costs, const RnSpec *spec)
{
  const double cpu = rn_gauge_thread_ms (), wall = rn_gauge_now_ms ();
  double frame;
  RnCost total;

  rn_session_show_sketch (build->session, spec, NULL);
  wait_for_frame (build);
  frame = rn_gauge_now_ms () - wall;
  while (!rn_cost_table_get_total (costs, &total))
    g_main_context_iteration (NULL, TRUE);
  wait_for_frame (build);
  g_print (
      "Opened on the Build page: first frame after %.0f ms, with its costs after %.0f ms, %.0f "
      "ms of the window's thread (at most %.0f)\n",
      frame, rn_gauge_now_ms () - wall, rn_gauge_thread_ms () - cpu, OPEN_MS);
  build->is_in_time = rn_gauge_thread_ms () - cpu <= OPEN_MS;
}

gboolean
rn_bench_build (RnWindow *window, RnGauge *gauge, const RnSpec *spec, int n_rounds)
{
  Build build = { .session = rn_window_get_session (window),
                  .window = GTK_WIDGET (window),
                  .body = find (GTK_WIDGET (window), RN_TYPE_SPINE_BODY),
                  .gauge = gauge };
  GdkFrameClock *clock = gtk_widget_get_frame_clock (build.window);
  GtkWidget *costs, *rows;

  rn_window_show_page (window, "build");
  settle (4000); /* the pages, and what the window does once at its start */
  costs = find (build.window, RN_TYPE_COST_TABLE);
  rows = find (costs, GTK_TYPE_LIST_VIEW);
  build.costs = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (rows));
  g_signal_connect (clock, "after-paint", G_CALLBACK (painted), &build);
  rn_gauge_watch_frames (gauge, GTK_NATIVE (window));
  open_network (&build, RN_COST_TABLE (costs), spec);
  measure_all (&build, "Stages folded", n_rounds);
  rn_spine_body_set_zoom (build.body, 66.0, -1.0);
  measure_all (&build, "Cards of 66 px", n_rounds);
  g_signal_handlers_disconnect_by_data (clock, &build);
  return build.is_in_time;
}
