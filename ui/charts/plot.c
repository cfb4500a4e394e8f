#include "charts/plot.h"

#include <math.h>

#include "charts/overlay.h"

typedef struct
{
  GskRenderNode *base; /* (nullable): all but what follows the pointer */
  int pointed;         /* -1 none */
  gboolean has_pointer;
  double pointer_x, pointer_y;
} RnPlotPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (RnPlot, rn_plot, GTK_TYPE_WIDGET)

static RnPlotPrivate *
get (RnPlot *self)
{
  return rn_plot_get_instance_private (self);
}

void
rn_plot_invalidate (RnPlot *self)
{
  RnPlotPrivate *own = get (self);

  if (own->pointed >= RN_PLOT_GET_CLASS (self)->count (self))
    own->pointed = -1;
  g_clear_pointer (&own->base, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_plot_say (RnPlot *self, const char *text)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

int
rn_plot_get_pointed (RnPlot *self)
{
  return get (self)->pointed;
}

gboolean
rn_plot_get_pointer (RnPlot *self, double *x, double *y)
{
  const RnPlotPrivate *own = get (self);

  *x = own->pointer_x;
  *y = own->pointer_y;
  return own->has_pointer;
}

/* Pointer and keys */

static void
point (RnPlot *self, int at)
{
  RnPlotPrivate *own = get (self);

  if (at < 0 && own->pointed < 0)
    return;
  own->pointed = at;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_plot_point_at (RnPlot *self, int at)
{
  get (self)->has_pointer = FALSE;
  point (self, at);
}

static void
on_motion (RnPlot *self, double x, double y)
{
  RnPlotPrivate *own = get (self);

  own->pointer_x = x;
  own->pointer_y = y;
  own->has_pointer = TRUE;
  point (self, RN_PLOT_GET_CLASS (self)->find (self, x, y));
}

static void
on_leave (RnPlot *self)
{
  rn_plot_point_at (self, -1);
}

static void
choose (RnPlot *self, int at, double y)
{
  if (RN_PLOT_GET_CLASS (self)->choose != NULL)
    RN_PLOT_GET_CLASS (self)->choose (self, at, y);
}

static void
on_pressed (RnPlot *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  choose (self, RN_PLOT_GET_CLASS (self)->find (self, x, y), y);
}

/* Arguments: by how many places; beyond all of them is to the end */
static gboolean
step (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnPlot *self = RN_PLOT (widget);
  const int n = RN_PLOT_GET_CLASS (self)->count (self), pointed = get (self)->pointed;
  int by, from;

  if (n == 0)
    return FALSE;
  g_variant_get (arguments, "(i)", &by);
  from = pointed >= 0 ? pointed : by > 0 ? -1 : n;
  rn_plot_point_at (self, CLAMP (from + by, 0, n - 1));
  choose (self, get (self)->pointed, NAN);
  return TRUE;
}

void
rn_plot_class_step_by_keys (RnPlotClass *class)
{
  static const struct
  {
    guint key;
    int by;
  } steps[] = { { GDK_KEY_Left, -1 },
                { GDK_KEY_Right, 1 },
                { GDK_KEY_Home, -G_MAXINT / 2 },
                { GDK_KEY_End, G_MAXINT / 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    gtk_widget_class_add_binding (GTK_WIDGET_CLASS (class), steps[i].key, 0, step, "(i)",
                                  steps[i].by);
}

/* The widget */

static void
draw_line_and_card (RnPlot *self, GtkSnapshot *snapshot, const RnPalette *palette, int at)
{
  const RnPlotPrivate *own = get (self);
  g_autofree char *text = RN_PLOT_GET_CLASS (self)->describe (self, at);
  double x, top, bottom;

  if (*text == '\0')
    return;
  RN_PLOT_GET_CLASS (self)->locate (self, at, &x, &top, &bottom);
  rn_overlay_line (snapshot, GTK_WIDGET (self), &palette->dim, palette, 1, x, top, bottom);
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text, x,
                   own->has_pointer ? own->pointer_y : (top + bottom) / 2.0);
}

static GskRenderNode *
draw_base (RnPlot *self, const RnPalette *palette)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                          (float) height));

  RN_PLOT_GET_CLASS (self)->draw (self, cr, palette, width, height);
  cairo_destroy (cr);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
rn_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnPlot *self = RN_PLOT (widget);
  RnPlotPrivate *own = get (self);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (own->base == NULL)
    own->base = draw_base (self, &palette);
  if (own->base != NULL)
    gtk_snapshot_append_node (snapshot, own->base);
  if (own->pointed >= 0)
    RN_PLOT_GET_CLASS (self)->draw_pointed (self, snapshot, &palette, own->pointed);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                 int *natural, int *minimum_baseline, int *natural_baseline)
{
  const RnPlotClass *class = RN_PLOT_GET_CLASS (widget);
  const gboolean is_width = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = is_width ? class->minimum_width : class->minimum_height;
  *natural = is_width ? class->natural_width : class->natural_height;
}

static void
rn_plot_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&get (RN_PLOT (widget))->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_plot_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_plot_parent_class)->css_changed (widget, change);
  rn_plot_invalidate (RN_PLOT (widget));
}

static void
rn_plot_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_plot_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  RN_PLOT_GET_CLASS (widget)->draw (RN_PLOT (widget), cr, &palette, width, height);
}

/* Returns: (transfer full) (type GString): the text itself: it is short */
static gpointer
copy_numbers (GtkWidget *widget)
{
  GString *text = g_string_new (NULL);

  RN_PLOT_GET_CLASS (widget)->write_csv (RN_PLOT (widget), text);
  return text;
}

static void
rn_plot_constructed (GObject *object)
{
  G_OBJECT_CLASS (rn_plot_parent_class)->constructed (object);
  rn_figure_attach (GTK_WIDGET (object), &RN_PLOT_GET_CLASS (object)->figure);
}

static void
rn_plot_dispose (GObject *object)
{
  rn_figure_detach (GTK_WIDGET (object));
  g_clear_pointer (&get (RN_PLOT (object))->base, gsk_render_node_unref);
  G_OBJECT_CLASS (rn_plot_parent_class)->dispose (object);
}

static void
rn_plot_init (RnPlot *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *press = gtk_gesture_click_new ();

  get (self)->pointed = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
}

static void
rn_plot_class_init (RnPlotClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->constructed = rn_plot_constructed;
  G_OBJECT_CLASS (class)->dispose = rn_plot_dispose;
  widget_class->snapshot = rn_plot_snapshot;
  widget_class->measure = rn_plot_measure;
  widget_class->size_allocate = rn_plot_size_allocate;
  widget_class->css_changed = rn_plot_css_changed;
  widget_class->state_flags_changed = rn_plot_state_flags_changed;
  class->figure = (RnFigure){ .draw = draw_for_print,
                              .copy_numbers = copy_numbers,
                              .format_csv = rn_figure_format_text,
                              .free_numbers = rn_figure_free_text };
  class->draw_pointed = draw_line_and_card;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  rn_figure_install (widget_class);
}
