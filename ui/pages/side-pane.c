#include "pages/side-pane.h"

enum
{
  PROP_OPEN = 1,
  N_PROPS
};

struct _RnSidePane
{
  GtkWidget parent_instance;

  GtkWidget *content;
  GtkWidget *edge;
  GtkWidget *side;
  gboolean is_over;
  gboolean is_open[2]; /* beside; over */
  guint notify_id;
};

G_DEFINE_FINAL_TYPE (RnSidePane, rn_side_pane, GTK_TYPE_WIDGET)

static GParamSpec *props[N_PROPS];

gboolean
rn_side_pane_get_open (RnSidePane *self)
{
  return self->is_open[self->is_over];
}

gboolean
rn_side_pane_is_over (RnSidePane *self)
{
  return self->is_over;
}

static void
show (GtkWidget *child, gboolean is_shown)
{
  if (gtk_widget_get_child_visible (child) == is_shown)
    return;
  gtk_widget_set_child_visible (child, is_shown);
  gtk_accessible_update_state (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_STATE_HIDDEN, !is_shown, -1);
}

static void
show_side (RnSidePane *self)
{
  show (self->edge, rn_side_pane_get_open (self));
  show (self->side, rn_side_pane_get_open (self));
}

void
rn_side_pane_set_open (RnSidePane *self, gboolean is_open)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (rn_side_pane_get_open (self) == is_open)
    return;
  if (!is_open && focus != NULL && gtk_widget_is_ancestor (focus, self->side))
    gtk_root_set_focus (root, NULL);
  self->is_open[self->is_over] = is_open;
  show_side (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN]);
}

/* Layout */

static int
least_width (GtkWidget *child)
{
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

static void
rn_side_pane_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnSidePane *self = RN_SIDE_PANE (widget);
  int content, content_wanted, side, side_wanted, edge;

  gtk_widget_measure (self->content, orientation, -1, &content, &content_wanted, NULL, NULL);
  gtk_widget_measure (self->side, orientation, -1, &side, &side_wanted, NULL, NULL);
  gtk_widget_measure (self->edge, orientation, -1, &edge, NULL, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (content, side + edge);
      *natural = content_wanted + edge + side_wanted;
    }
  else
    {
      *minimum = MAX (MAX (content, side), edge);
      *natural = MAX (MAX (content_wanted, side_wanted), edge);
    }
}

static gboolean
notify_open (gpointer data)
{
  RnSidePane *self = data;

  self->notify_id = 0;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN]);
  return G_SOURCE_REMOVE;
}

static void
set_over (RnSidePane *self, gboolean is_over)
{
  if (self->is_over == is_over)
    return;
  self->is_over = is_over;
  self->is_open[TRUE] = FALSE;
  show_side (self);
  /* who listens may ask for another layout, which is not the time for */
  if (self->notify_id == 0)
    self->notify_id = g_idle_add (notify_open, self);
}

static void
rn_side_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnSidePane *self = RN_SIDE_PANE (widget);
  const gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  const int edge = least_width (self->edge), side = least_width (self->side);
  int content = width;

  set_over (self, width < least_width (self->content) + edge + side);
  if (rn_side_pane_get_open (self) && !self->is_over)
    content -= edge + side;
  gtk_widget_size_allocate (self->content,
                            &(GtkAllocation){ is_mirrored ? width - content : 0, 0, content,
                                              height },
                            -1);
  if (!rn_side_pane_get_open (self))
    return;
  gtk_widget_size_allocate (self->edge,
                            &(GtkAllocation){ is_mirrored ? side : width - side - edge, 0, edge,
                                              height },
                            -1);
  gtk_widget_size_allocate (self->side,
                            &(GtkAllocation){ is_mirrored ? 0 : width - side, 0, side, height },
                            -1);
}

/* Leaving a side that lies over the content */

static gboolean
close_over (RnSidePane *self)
{
  if (!self->is_over || !rn_side_pane_get_open (self))
    return FALSE;
  rn_side_pane_set_open (self, FALSE);
  return TRUE;
}

static void
on_press (GtkGesture *gesture, int n_press, double x, double y, RnSidePane *self)
{
  if (close_over (self))
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  return close_over (RN_SIDE_PANE (widget));
}

static void
add_controllers (RnSidePane *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_press), self);
  gtk_widget_add_controller (self->content, GTK_EVENT_CONTROLLER (click));
}

/* Object */

static void
rn_side_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_OPEN)
    g_value_set_boolean (value, rn_side_pane_get_open (RN_SIDE_PANE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_side_pane_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_OPEN)
    rn_side_pane_set_open (RN_SIDE_PANE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_side_pane_dispose (GObject *object)
{
  RnSidePane *self = RN_SIDE_PANE (object);

  g_clear_handle_id (&self->notify_id, g_source_remove);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_pointer (&self->edge, gtk_widget_unparent);
  g_clear_pointer (&self->side, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_side_pane_parent_class)->dispose (object);
}

static void
rn_side_pane_class_init (RnSidePaneClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = rn_side_pane_get_property;
  object_class->set_property = rn_side_pane_set_property;
  object_class->dispose = rn_side_pane_dispose;
  widget_class->measure = rn_side_pane_measure;
  widget_class->size_allocate = rn_side_pane_size_allocate;
  props[PROP_OPEN] =
      g_param_spec_boolean ("open", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
}

static void
rn_side_pane_init (RnSidePane *self)
{
  self->is_open[FALSE] = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
rn_side_pane_new (GtkWidget *content, GtkWidget *side)
{
  RnSidePane *self = g_object_new (RN_TYPE_SIDE_PANE, NULL);

  self->content = content;
  self->edge = gtk_separator_new (GTK_ORIENTATION_VERTICAL);
  self->side = side;
  /* the last is in front */
  gtk_widget_set_parent (content, GTK_WIDGET (self));
  gtk_widget_set_parent (self->edge, GTK_WIDGET (self));
  gtk_widget_set_parent (side, GTK_WIDGET (self));
  add_controllers (self);
  return GTK_WIDGET (self);
}
