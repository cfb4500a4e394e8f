#include "pages/tab-stop.h"

/* Returns: (nullable): the row in @list that has the focus */
static GtkWidget *
find_row (GtkWidget *list)
{
  GtkWidget *widget = gtk_root_get_focus (gtk_widget_get_root (list));
  GtkWidget *row = NULL;

  for (; widget != NULL && widget != list; widget = gtk_widget_get_parent (widget))
    {
      GtkWidget *parent = gtk_widget_get_parent (widget);

      /* a column view's rows are in a list of its own */
      if (row == NULL && (parent == list || GTK_IS_LIST_BASE (parent)))
        row = widget;
    }
  return widget == list ? row : NULL;
}

static void
leave (GtkWidget *list, GtkDirectionType direction)
{
  /* the search for the next stop passes by what cannot have the focus */
  gtk_widget_set_can_focus (list, FALSE);
  gtk_widget_child_focus (GTK_WIDGET (gtk_widget_get_root (list)), direction);
  gtk_widget_set_can_focus (list, TRUE);
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        GtkWidget *list)
{
  const gboolean is_back = key == GDK_KEY_ISO_Left_Tab || (state & GDK_SHIFT_MASK) != 0;
  const GtkDirectionType direction = is_back ? GTK_DIR_TAB_BACKWARD : GTK_DIR_TAB_FORWARD;
  GtkWidget *row;

  if ((key != GDK_KEY_Tab && key != GDK_KEY_KP_Tab && key != GDK_KEY_ISO_Left_Tab) ||
      (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  row = find_row (list);
  if (row == NULL)
    return GDK_EVENT_PROPAGATE;
  if (!gtk_widget_child_focus (row, direction))
    leave (list, direction);
  return GDK_EVENT_STOP;
}

void
rn_tab_stop_make (GtkWidget *list)
{
  GtkEventController *controller = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "key-pressed", G_CALLBACK (on_key), list);
  gtk_widget_add_controller (list, controller);
}
