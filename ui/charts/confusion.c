#include "charts/confusion.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/confusion-private.h"
#include "charts/figure.h"
#include "charts/overlay.h"
#include "state/format.h"

#define MOST_CLASSES 10000

G_DEFINE_FINAL_TYPE (RnConfusion, rn_confusion, GTK_TYPE_WIDGET)

enum
{
  PICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
invalidate (RnConfusion *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
is_cell (RnConfusion *self, int row, int column)
{
  return row >= 0 && row < self->n && column >= 0 && column < self->n;
}

static RnConfusionPlot
get_plot (RnConfusion *self)
{
  return rn_confusion_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Words */

char *
rn_confusion_describe (RnConfusion *self, int truth, int answer)
{
  g_autofree char *count = NULL, *sum = NULL;

  g_return_val_if_fail (RN_IS_CONFUSION (self), NULL);
  if (!is_cell (self, truth, answer))
    return g_strdup ("");
  count = rn_format_count (rn_confusion_get_count (self, truth, answer));
  sum = rn_format_count (self->sums[truth]);
  if (truth == answer)
    return g_strdup_printf (_ ("%s: %s of %s right"), self->names[truth], count, sum);
  return g_strdup_printf (_ ("%s taken for %s: %s of %s"), self->names[truth], self->names[answer],
                          count, sum);
}

static void
say (RnConfusion *self, const char *text)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

/* The most frequent mistake */
static void
say_summary (RnConfusion *self)
{
  g_autofree char *text = NULL;
  int most = -1;

  for (int at = 0; at < self->n * self->n; at++)
    if (at / self->n != at % self->n && self->counts[at] > 0 &&
        (most < 0 || self->counts[at] > self->counts[most]))
      most = at;
  if (most >= 0)
    text = rn_confusion_describe (self, most / self->n, most % self->n);
  say (self, text != NULL ? text : _ ("No picture is taken for another class."));
}

/* Pointer and keys */

static void
point (RnConfusion *self, int row, int column)
{
  if (row == self->row && column == self->column && !self->has_pointer)
    return;
  self->row = row;
  self->column = column;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
find (RnConfusion *self, double x, double y, int *row, int *column)
{
  const RnConfusionPlot plot = get_plot (self);
  const double at_row = floor ((y - plot.y) / plot.cell);
  const double at_column = floor ((x - plot.x) / plot.cell);

  *row = *column = -1;
  if (at_row < 0.0 || at_row >= self->n || at_column < 0.0 || at_column >= self->n)
    return;
  *row = (int) at_row;
  *column = (int) at_column;
}

static void
on_motion (RnConfusion *self, double x, double y)
{
  int row, column;

  self->pointer_x = x;
  self->pointer_y = y;
  self->has_pointer = TRUE;
  find (self, x, y, &row, &column);
  point (self, row, column);
}

static void
on_leave (RnConfusion *self)
{
  point (self, -1, -1);
  self->has_pointer = FALSE;
}

static void
toggle (RnConfusion *self, int row, int column)
{
  if (row == self->picked_row && column == self->picked_column)
    row = column = -1;
  rn_confusion_pick (self, row, column);
}

static void
on_pressed (RnConfusion *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  int row, column;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  find (self, x, y, &row, &column);
  if (row >= 0)
    toggle (self, row, column);
}

/* Arguments: by how many rows and columns */
static gboolean
move (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnConfusion *self = RN_CONFUSION (widget);
  g_autofree char *text = NULL;
  int rows, columns;

  if (self->n == 0)
    return FALSE;
  g_variant_get (arguments, "(ii)", &rows, &columns);
  self->has_pointer = FALSE;
  if (self->row < 0)
    rows = columns = 0;
  point (self, CLAMP (self->row + rows, 0, self->n - 1),
         CLAMP (self->column + columns, 0, self->n - 1));
  text = rn_confusion_describe (self, self->row, self->column);
  say (self, text);
  return TRUE;
}

static gboolean
pick_pointed (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnConfusion *self = RN_CONFUSION (widget);

  if (self->row < 0)
    return FALSE;
  toggle (self, self->row, self->column);
  return TRUE;
}

static gboolean
pick_none (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  if (!rn_confusion_get_picked (RN_CONFUSION (widget), NULL, NULL))
    return FALSE;
  rn_confusion_pick (RN_CONFUSION (widget), -1, -1);
  return TRUE;
}

/* The widget */

static void
snapshot_pointed (RnConfusion *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  const float widths[] = { 1, 1, 1, 1 };
  const RnConfusionPlot plot = get_plot (self);
  const double x = plot.x + self->column * plot.cell, y = plot.y + self->row * plot.cell;
  g_autofree char *text = NULL;
  GskRoundedRect shape;

  if (self->row < 0)
    return;
  text = rn_confusion_describe (self, self->row, self->column);
  gsk_rounded_rect_init_from_rect (&shape,
                                   &GRAPHENE_RECT_INIT ((float) x - 1, (float) y - 1,
                                                        (float) plot.cell + 1,
                                                        (float) plot.cell + 1),
                                   0);
  gtk_snapshot_append_border (snapshot, &shape, widths,
                              (GdkRGBA[]){ palette->text, palette->text, palette->text,
                                           palette->text });
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text,
                   self->has_pointer ? self->pointer_x : x + plot.cell,
                   self->has_pointer ? self->pointer_y : y + plot.cell / 2.0);
}

static void
rn_confusion_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnConfusion *self = RN_CONFUSION (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (self->base == NULL)
    {
      GtkSnapshot *own = gtk_snapshot_new ();
      cairo_t *cr = gtk_snapshot_append_cairo (own, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                         (float) height));

      rn_confusion_draw (self, cr, &palette, width, height);
      cairo_destroy (cr);
      self->base = gtk_snapshot_free_to_node (own);
    }
  if (self->base != NULL)
    gtk_snapshot_append_node (snapshot, self->base);
  snapshot_pointed (self, snapshot, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_confusion_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = 260;
  *natural = 420;
}

static void
rn_confusion_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&RN_CONFUSION (widget)->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_confusion_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_confusion_parent_class)->css_changed (widget, change);
  invalidate (RN_CONFUSION (widget));
}

static void
rn_confusion_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_confusion_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
clear (RnConfusion *self)
{
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->counts, g_free);
  g_clear_pointer (&self->sums, g_free);
  self->n = 0;
  self->most = 0.0;
  self->row = self->column = -1;
}

static void
rn_confusion_dispose (GObject *object)
{
  RnConfusion *self = RN_CONFUSION (object);

  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->base, gsk_render_node_unref);
  clear (self);
  G_OBJECT_CLASS (rn_confusion_parent_class)->dispose (object);
}

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  rn_confusion_draw (RN_CONFUSION (widget), cr, &palette, width, height);
}

/* Returns: (transfer full) (type GString): the table, a row for each true class */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnConfusion *self = RN_CONFUSION (widget);
  GString *text = g_string_new ("true class");

  for (int k = 0; k < self->n; k++)
    {
      g_string_append_c (text, ',');
      rn_figure_append_quoted (text, self->names[k]);
    }
  for (int row = 0; row < self->n; row++)
    {
      g_string_append_c (text, '\n');
      rn_figure_append_quoted (text, self->names[row]);
      for (int column = 0; column < self->n; column++)
        g_string_append_printf (text, ",%d", self->counts[row * self->n + column]);
    }
  g_string_append_c (text, '\n');
  return text;
}

static const RnFigure figure = { "confusion", draw_for_print, copy_numbers, rn_figure_format_text,
                                 rn_figure_free_text };

static void
rn_confusion_init (RnConfusion *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *press = gtk_gesture_click_new ();

  self->row = self->column = self->picked_row = self->picked_column = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  rn_figure_attach (GTK_WIDGET (self), &figure);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Confusion matrix"), -1);
}

static void
add_keys (GtkWidgetClass *class)
{
  gtk_widget_class_add_binding (class, GDK_KEY_Left, 0, move, "(ii)", 0, -1);
  gtk_widget_class_add_binding (class, GDK_KEY_Right, 0, move, "(ii)", 0, 1);
  gtk_widget_class_add_binding (class, GDK_KEY_Up, 0, move, "(ii)", -1, 0);
  gtk_widget_class_add_binding (class, GDK_KEY_Down, 0, move, "(ii)", 1, 0);
  gtk_widget_class_add_binding (class, GDK_KEY_Return, 0, pick_pointed, NULL);
  gtk_widget_class_add_binding (class, GDK_KEY_KP_Enter, 0, pick_pointed, NULL);
  gtk_widget_class_add_binding (class, GDK_KEY_Escape, 0, pick_none, NULL);
}

static void
rn_confusion_class_init (RnConfusionClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_confusion_dispose;
  widget_class->snapshot = rn_confusion_snapshot;
  widget_class->measure = rn_confusion_measure;
  widget_class->size_allocate = rn_confusion_size_allocate;
  widget_class->css_changed = rn_confusion_css_changed;
  widget_class->state_flags_changed = rn_confusion_state_flags_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "confusion");
  rn_figure_install (widget_class);
  add_keys (widget_class);
  signals[PICKED] = g_signal_new ("picked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_confusion_new (void)
{
  return g_object_new (RN_TYPE_CONFUSION, NULL);
}

/* Data */

static void
sum_rows (RnConfusion *self)
{
  for (int row = 0; row < self->n; row++)
    {
      const int *counts = self->counts + (gsize) row * (gsize) self->n;

      for (int column = 0; column < self->n; column++)
        self->sums[row] += counts[column];
      for (int column = 0; self->sums[row] > 0 && column < self->n; column++)
        if (column != row)
          self->most = MAX (self->most, (double) counts[column] / self->sums[row]);
    }
}

void
rn_confusion_set (RnConfusion *self, const char *const *names, const int *counts, int n)
{
  const gboolean keeps = n == self->n;

  g_return_if_fail (RN_IS_CONFUSION (self) && n >= 0 && n <= MOST_CLASSES);

  clear (self);
  if (n > 0)
    {
      self->names = g_new0 (char *, n + 1);
      for (int k = 0; k < n; k++)
        self->names[k] = g_strdup (names[k]);
      self->counts = g_memdup2 (counts, sizeof *counts * (gsize) n * (gsize) n);
      self->sums = g_new0 (int, n);
      self->n = n;
      sum_rows (self);
    }
  say_summary (self);
  if (!keeps)
    rn_confusion_pick (self, -1, -1);
  invalidate (self);
}

int
rn_confusion_get_count (RnConfusion *self, int truth, int answer)
{
  return is_cell (self, truth, answer) ? self->counts[truth * self->n + answer] : 0;
}

void
rn_confusion_pick (RnConfusion *self, int truth, int answer)
{
  g_return_if_fail (RN_IS_CONFUSION (self));

  if (!is_cell (self, truth, answer))
    truth = answer = -1;
  if (truth == self->picked_row && answer == self->picked_column)
    return;
  self->picked_row = truth;
  self->picked_column = answer;
  invalidate (self);
  g_signal_emit (self, signals[PICKED], 0);
}

gboolean
rn_confusion_get_picked (RnConfusion *self, int *truth, int *answer)
{
  if (truth != NULL)
    *truth = self->picked_row;
  if (answer != NULL)
    *answer = self->picked_column;
  return self->picked_row >= 0;
}

gboolean
rn_confusion_get_place (RnConfusion *self, int truth, int answer, double *x, double *y)
{
  const RnConfusionPlot plot = get_plot (self);

  if (!is_cell (self, truth, answer))
    return FALSE;
  *x = plot.x + (answer + 0.5) * plot.cell;
  *y = plot.y + (truth + 0.5) * plot.cell;
  return TRUE;
}
