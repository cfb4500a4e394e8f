#include "opening.h"

#include "forget.h"
#include "settle.h"

#define PATIENCE_S 120.0

RnApplication *
opening_program (void)
{
  RnApplication *program = rn_application_new ();

  g_assert_true (g_application_register (G_APPLICATION (program), NULL, NULL));
  return program;
}

RnWindow *
opening_find_window (RnApplication *program)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (program)); l != NULL; l = l->next)
    if (RN_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static gboolean
is_mapped (gpointer window)
{
  return gtk_widget_get_mapped (window);
}

RnWindow *
opening_window (RnApplication *program)
{
  RnWindow *window;

  g_application_activate (G_APPLICATION (program));
  window = opening_find_window (program);
  g_assert_nonnull (window);
  settle_until (is_mapped, window, PATIENCE_S);
  return window;
}

static gboolean
has_no_window (gpointer program)
{
  return gtk_application_get_windows (program) == NULL;
}

void
opening_wait_for_end (RnApplication *program)
{
  settle_until (has_no_window, program, PATIENCE_S);
}

void
opening_close (RnApplication *program, RnWindow *window)
{
  gtk_window_close (GTK_WINDOW (window));
  opening_wait_for_end (program);
  forget_sketches ();
}

static gboolean
has_dataset (gpointer session)
{
  return rn_session_get_dataset (session) != NULL;
}

void
opening_wait_for_data (RnWindow *window)
{
  settle_until (has_dataset, rn_window_get_session (window), PATIENCE_S);
}

GtkWindow *
opening_find_dialog (RnWindow *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (other) == GTK_WINDOW (window))
        return other;
    }
  return NULL;
}
