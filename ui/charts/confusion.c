#include "charts/confusion.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/confusion-private.h"
#include "charts/overlay.h"
#include "state/format.h"

#define MOST_CLASSES 10000

G_DEFINE_FINAL_TYPE (RnConfusion, rn_confusion, RN_TYPE_PLOT)

enum
{
  PICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

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
  rn_plot_say (RN_PLOT (self), text != NULL ? text : _ ("No picture is taken for another class."));
}

/* Places: cells, row after row */

static int
count_cells (RnPlot *plot)
{
  return RN_CONFUSION (plot)->n * RN_CONFUSION (plot)->n;
}

static int
find (RnPlot *plot, double x, double y)
{
  const RnConfusion *self = RN_CONFUSION (plot);
  const RnConfusionPlot cells = get_plot (RN_CONFUSION (plot));
  const double row = floor ((y - cells.y) / cells.cell);
  const double column = floor ((x - cells.x) / cells.cell);

  if (row < 0.0 || row >= self->n || column < 0.0 || column >= self->n)
    return -1;
  return (int) row * self->n + (int) column;
}

static char *
describe (RnPlot *plot, int at)
{
  RnConfusion *self = RN_CONFUSION (plot);

  return rn_confusion_describe (self, at / self->n, at % self->n);
}

static void
toggle (RnConfusion *self, int row, int column)
{
  if (row == self->picked_row && column == self->picked_column)
    row = column = -1;
  rn_confusion_pick (self, row, column);
}

static void
choose (RnPlot *plot, int at, double y)
{
  RnConfusion *self = RN_CONFUSION (plot);

  if (at >= 0)
    toggle (self, at / self->n, at % self->n);
}

/* Arguments: by how many rows and columns */
static gboolean
move (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnConfusion *self = RN_CONFUSION (widget);
  const int pointed = rn_plot_get_pointed (RN_PLOT (self));
  g_autofree char *text = NULL;
  int rows, columns, row = 0, column = 0;

  if (self->n == 0)
    return FALSE;
  g_variant_get (arguments, "(ii)", &rows, &columns);
  if (pointed >= 0)
    {
      row = CLAMP (pointed / self->n + rows, 0, self->n - 1);
      column = CLAMP (pointed % self->n + columns, 0, self->n - 1);
    }
  rn_plot_point_at (RN_PLOT (self), row * self->n + column);
  text = rn_confusion_describe (self, row, column);
  rn_plot_say (RN_PLOT (self), text);
  return TRUE;
}

static gboolean
pick_pointed (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  const int pointed = rn_plot_get_pointed (RN_PLOT (widget));

  choose (RN_PLOT (widget), pointed, NAN);
  return pointed >= 0;
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
draw_pointed (RnPlot *plot, GtkSnapshot *snapshot, const RnPalette *palette, int at)
{
  const float widths[] = { 1, 1, 1, 1 };
  RnConfusion *self = RN_CONFUSION (plot);
  const RnConfusionPlot cells = get_plot (self);
  const double x = cells.x + at % self->n * cells.cell, y = cells.y + at / self->n * cells.cell;
  g_autofree char *text = describe (plot, at);
  double pointer_x, pointer_y;
  const gboolean has_pointer = rn_plot_get_pointer (plot, &pointer_x, &pointer_y);
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (&shape,
                                   &GRAPHENE_RECT_INIT ((float) x - 1, (float) y - 1,
                                                        (float) cells.cell + 1,
                                                        (float) cells.cell + 1),
                                   0);
  gtk_snapshot_append_border (snapshot, &shape, widths,
                              (GdkRGBA[]){ palette->text, palette->text, palette->text,
                                           palette->text });
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text,
                   has_pointer ? pointer_x : x + cells.cell,
                   has_pointer ? pointer_y : y + cells.cell / 2.0);
}

static void
clear (RnConfusion *self)
{
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->counts, g_free);
  g_clear_pointer (&self->sums, g_free);
  self->n = 0;
  self->most = 0.0;
}

static void
rn_confusion_finalize (GObject *object)
{
  clear (RN_CONFUSION (object));
  G_OBJECT_CLASS (rn_confusion_parent_class)->finalize (object);
}

/* The table, a row for each true class */
static void
write_csv (RnPlot *plot, GString *text)
{
  const RnConfusion *self = RN_CONFUSION (plot);

  g_string_append (text, "true class");
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
}

static void
rn_confusion_init (RnConfusion *self)
{
  self->picked_row = self->picked_column = -1;
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
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_confusion_finalize;
  plot->figure.name = "confusion";
  plot->minimum_width = plot->minimum_height = 260;
  plot->natural_width = plot->natural_height = 420;
  plot->count = count_cells;
  plot->find = find;
  plot->describe = describe;
  plot->choose = choose;
  plot->draw = rn_confusion_draw;
  plot->draw_pointed = draw_pointed;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "confusion");
  add_keys (GTK_WIDGET_CLASS (class));
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
  rn_plot_invalidate (RN_PLOT (self));
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
  rn_plot_invalidate (RN_PLOT (self));
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
