#include <adwaita.h>

#include "pages/side-pane.h"
#include "settle.h"

/* At rest the pane needs LEAST beside its side of SIDE pixels. */
#define LEAST 300
#define SIDE 200
#define WIDE 700
#define NARROW 400

typedef struct
{
  GtkWidget *window;
  RnSidePane *pane;
  GtkWidget *content;
  GtkWidget *side;
  guint n_notified;
} Fixture;

static void
count (Fixture *f)
{
  f->n_notified++;
}

static GtkWidget *
new_entry (int width)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_size_request (box, width, -1);
  gtk_box_append (GTK_BOX (box), gtk_entry_new ());
  return box;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->content = new_entry (LEAST);
  f->side = new_entry (SIDE);
  f->pane = RN_SIDE_PANE (rn_side_pane_new (f->content, f->side));
  f->n_notified = 0;
  g_signal_connect_swapped (f->pane, "notify::open", G_CALLBACK (count), f);
  f->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (f->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (f->window), GPOINTER_TO_INT (data), 300);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->pane));
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
  settle_for (100);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
}

static void
resize (Fixture *f, int width)
{
  gtk_window_set_default_size (GTK_WINDOW (f->window), width, 300);
  settle_for (400);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (f->pane)), ==, width);
}

static void
test_in_a_wide_window_it_is_beside_the_content (Fixture *f, gconstpointer data)
{
  g_assert_false (rn_side_pane_is_over (f->pane));
  g_assert_true (rn_side_pane_get_open (f->pane));
  g_assert_true (gtk_widget_get_mapped (f->side));
  g_assert_cmpint (gtk_widget_get_width (f->side), ==, SIDE);
  g_assert_cmpint (gtk_widget_get_width (f->content), <, WIDE - SIDE);

  rn_side_pane_set_open (f->pane, FALSE);
  settle_for (200);
  g_assert_cmpuint (f->n_notified, ==, 1);
  g_assert_false (gtk_widget_get_mapped (f->side));
  g_assert_cmpint (gtk_widget_get_width (f->content), ==, WIDE);
}

static void
test_in_a_narrow_window_it_lies_over_the_content (Fixture *f, gconstpointer data)
{
  g_assert_true (rn_side_pane_is_over (f->pane));
  g_assert_false (rn_side_pane_get_open (f->pane));
  g_assert_cmpint (gtk_widget_get_width (f->content), ==, NARROW);

  rn_side_pane_set_open (f->pane, TRUE);
  settle_for (200);
  g_assert_true (gtk_widget_get_mapped (f->side));
  g_assert_cmpint (gtk_widget_get_width (f->side), ==, SIDE);
  g_assert_cmpint (gtk_widget_get_width (f->content), ==, NARROW);
}

static void
test_each_width_remembers_whether_it_is_open (Fixture *f, gconstpointer data)
{
  resize (f, NARROW);
  g_assert_false (rn_side_pane_get_open (f->pane));
  g_assert_cmpuint (f->n_notified, ==, 1);
  rn_side_pane_set_open (f->pane, TRUE);
  resize (f, WIDE);
  g_assert_true (rn_side_pane_get_open (f->pane));
  rn_side_pane_set_open (f->pane, FALSE);
  resize (f, NARROW);
  g_assert_false (rn_side_pane_get_open (f->pane));
  resize (f, WIDE);
  g_assert_false (rn_side_pane_get_open (f->pane));
}

static void
test_turned_back_at_once_it_stays_as_it_was (Fixture *f, gconstpointer data)
{
  rn_side_pane_set_open (f->pane, FALSE);
  rn_side_pane_set_open (f->pane, TRUE);
  settle_for (200);
  g_assert_cmpint (gtk_widget_get_width (f->side), ==, SIDE);
  g_assert_cmpint (gtk_widget_get_width (f->content), <, WIDE - SIDE);
}

static void
test_what_is_hidden_has_no_focus (Fixture *f, gconstpointer data)
{
  gtk_widget_grab_focus (gtk_widget_get_first_child (f->side));
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (f->window)), f->side));
  rn_side_pane_set_open (f->pane, FALSE);
  g_assert_null (gtk_root_get_focus (GTK_ROOT (f->window)));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

#define ADD(path, width, test)                                                                     \
  g_test_add ("/side-pane/" path, Fixture, GINT_TO_POINTER (width), set_up, test, tear_down)

  ADD ("in a wide window it is beside the content", WIDE,
       test_in_a_wide_window_it_is_beside_the_content);
  ADD ("in a narrow window it lies over the content", NARROW,
       test_in_a_narrow_window_it_lies_over_the_content);
  ADD ("each width remembers whether it is open", WIDE,
       test_each_width_remembers_whether_it_is_open);
  ADD ("turned back at once it stays as it was", WIDE, test_turned_back_at_once_it_stays_as_it_was);
  ADD ("what is hidden has no focus", WIDE, test_what_is_hidden_has_no_focus);
  return g_test_run ();
}
