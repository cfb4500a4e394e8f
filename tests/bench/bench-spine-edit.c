/* What it takes the window's thread to open a network of 600 blocks in the spine, to scroll it, to select in it and to edit
 * it: processor time from the act to the end of the frame that shows it.
 *
 *   ../ui/with-display bench-spine-edit [PRESET] [ROUNDS]        resnet1202, 200 rounds
 */
#include <adwaita.h>
#include <stdlib.h>

#include "gauge.h"
#include "spine/spine-edit.h"
#include "spine/spine.h"

#define BEST_MS 16.7
#define OPEN_MS 300.0

typedef struct
{
  RnSession *session;
  RnSelection *selection;
  GtkWidget *window;
  RnSpineBody *body;
  gboolean is_painted;
} Bench;

static void
painted (GdkFrameClock *clock, Bench *bench)
{
  bench->is_painted = TRUE;
}

static void
wait_for_frame (Bench *bench)
{
  bench->is_painted = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (bench->body));
  while (!bench->is_painted)
    g_main_context_iteration (NULL, TRUE);
}

static void
watch (Bench *bench)
{
  g_signal_connect (gtk_widget_get_frame_clock (bench->window), "after-paint", G_CALLBACK (painted),
                    bench);
}

static void
open_window (Bench *bench, const RnSpec *spec)
{
  g_autoptr (RnDocument) document = rn_document_new_sketch (spec, NULL);
  const double cpu = rn_gauge_thread_ms (), wall = rn_gauge_now_ms ();
  GtkWidget *spine;

  bench->session = rn_session_new ("/nonexistent");
  bench->selection = rn_session_get_selection (bench->session);
  spine = rn_spine_new (bench->session);
  bench->body = rn_spine_get_body (RN_SPINE (spine));
  bench->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (bench->window), 300, 900);
  gtk_window_set_child (GTK_WINDOW (bench->window), spine);
  gtk_widget_realize (bench->window);
  watch (bench);
  rn_session_show (bench->session, document);
  gtk_window_present (GTK_WINDOW (bench->window));
  wait_for_frame (bench);
  g_print ("Opened with its window, first frame after %.0f ms, %.0f ms of the window's thread "
           "(at most %.0f)\n",
           rn_gauge_now_ms () - wall, rn_gauge_thread_ms () - cpu, OPEN_MS);
}

static guint32
id_at (Bench *bench, int at)
{
  const RnSpec *spec = rn_session_get_spec (bench->session);

  return rn_spec_get_block (spec, at % rn_spec_n_blocks (spec))->id;
}

/* Acts */

static void
scroll (Bench *bench, int round)
{
  const double all = rn_spine_body_get_view (bench->body)->layout->height;

  rn_spine_body_scroll_to (bench->body, (double) (round * 137 % 1000) / 1000.0 * all);
}

static void
select_one (Bench *bench, int round)
{
  rn_selection_select (bench->selection, RN_PART_BLOCK, id_at (bench, round * 37), NULL);
}

static void
select_many (Bench *bench, int round)
{
  select_one (bench, round);
  rn_selection_extend (bench->selection, rn_session_get_spec (bench->session),
                       id_at (bench, round * 37 + 311));
}

static void
insert (Bench *bench, int round)
{
  rn_edit_insert_alike (bench->session);
}

static void
move (Bench *bench, int round)
{
  rn_edit_move_by (bench->session, round % 2 == 0 ? 1 : -1);
}

static void
undo (Bench *bench, int round)
{
  rn_session_undo (bench->session);
}

static void
hover (Bench *bench, int round)
{
  rn_spine_body_hover (bench->body, 60.0 + (round * 53) % 700);
}

static void
measure (Bench *bench, const char *name, void (*act) (Bench *bench, int round), int n_rounds)
{
  RnTimes times = { NULL };

  for (int i = 0; i < n_rounds; i++)
    {
      double cpu;

      wait_for_frame (bench); /* what was before is over */
      cpu = rn_gauge_thread_ms ();
      act (bench, i);
      wait_for_frame (bench);
      rn_times_add (&times, rn_gauge_thread_ms () - cpu);
    }
  rn_times_tell (&times, name);
  rn_times_clear (&times);
}

static void
measure_all (Bench *bench, const char *state, int n_rounds)
{
  g_print ("%s, ms of the window's thread (at most %.1f):\n", state, BEST_MS);
  measure (bench, "  scroll", scroll, n_rounds);
  measure (bench, "  select one", select_one, n_rounds);
  measure (bench, "  select many", select_many, n_rounds);
  measure (bench, "  hover with a block", hover, n_rounds);
  rn_spine_body_end_hover (bench->body);
  select_one (bench, 3);
  measure (bench, "  insert", insert, n_rounds / 4);
  measure (bench, "  move", move, n_rounds / 4);
  measure (bench, "  undo", undo, n_rounds / 2);
}

int
main (int argc, char **argv)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (argc > 1 ? argv[1] : "resnet1202", NULL);
  const int n_rounds = argc > 2 ? MAX (atoi (argv[2]), 4) : 200;
  Bench bench = { NULL };

  if (spec == NULL)
    return 1;
  gtk_init ();
  adw_init ();
  open_window (&bench, spec);
  measure_all (&bench, "Stages folded", n_rounds);
  rn_spine_body_set_zoom (bench.body, 20.0, -1.0);
  measure_all (&bench, "Rows of 20 px", n_rounds);
  rn_spine_body_set_zoom (bench.body, 66.0, -1.0);
  measure_all (&bench, "Cards of 66 px", n_rounds);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  g_object_unref (bench.session);
  return 0;
}
