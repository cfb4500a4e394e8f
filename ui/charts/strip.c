#include "charts/strip.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "charts/overlay.h"
#include "charts/strip-private.h"
#include "state/format.h"

/* Pixels of the heat in a saved or copied picture to a logical one */
#define PRINT_SCALE 2

G_DEFINE_FINAL_TYPE (RnStrip, rn_strip, GTK_TYPE_WIDGET)

/* What changes */

static void
invalidate (RnStrip *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_paced_draw (GtkWidget *widget)
{
  invalidate (RN_STRIP (widget));
}

static void
on_time_changed (RnStrip *self)
{
  invalidate (self);
}

static void
on_hover_changed (RnStrip *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_selection_changed (RnStrip *self)
{
  invalidate (self);
}

/* Words */

/* Returns: (transfer full) (nullable): NULL where nothing was measured at @step */
static char *
format_value (RnStrip *self, int row, int column)
{
  const float value = rn_strip_data_get_column (self->data, column)[row];

  if (!isnan (value))
    return rn_measure_format (self->kind, value);
  if (self->kind == RN_MEASURE_RATIO && self->spec != NULL &&
      rn_block_kind_is_plain (rn_spec_get_block (self->spec, row)->kind))
    return g_strdup (_ ("no shortcut"));
  return g_strdup ("NaN");
}

char *
rn_strip_describe (RnStrip *self, int row, gint64 step)
{
  g_autofree char *value = NULL, *first = NULL, *last = NULL;
  gint64 from, to;
  int column;

  g_return_val_if_fail (RN_IS_STRIP (self), NULL);
  if (row < 0 || row >= rn_strip_n_rows (self))
    return g_strdup ("");
  column = rn_strip_data_find (self->data, step);
  if (column < 0)
    {
      last = rn_format_count (step);
      return g_strdup_printf (_ ("block %d, step %s: not measured"), row + 1, last);
    }
  value = format_value (self, row, column);
  rn_strip_data_get_span (self->data, column, &from, &to);
  last = rn_format_count (to);
  if (rn_strip_data_get_n_merged (self->data, column) == 1)
    return g_strdup_printf (_ ("block %d, step %s: %s"), row + 1, last, value);
  first = rn_format_count (from + 1);
  return g_strdup_printf (_ ("block %d, mean of steps %s to %s: %s"), row + 1, first, last, value);
}

/* The newest column in a sentence */
static char *
summarise (RnStrip *self)
{
  const int n = rn_strip_n_rows (self);
  g_autofree char *count = NULL, *least = NULL, *most = NULL;
  const float *values;
  int low = -1, high = -1, last;
  gint64 from, to;

  if (!rn_strip_has_columns (self))
    return g_strdup (self->empty_text);
  last = rn_strip_data_n_columns (self->data) - 1;
  values = rn_strip_data_get_column (self->data, last);
  for (int row = 0; row < n; row++)
    if (!isnan (values[row]))
      {
        low = low < 0 || values[row] < values[low] ? row : low;
        high = high < 0 || values[row] > values[high] ? row : high;
      }
  rn_strip_data_get_span (self->data, last, &from, &to);
  count = rn_format_count (to);
  if (low < 0)
    return g_strdup_printf (_ ("step %s: no numbers"), count);
  least = rn_measure_format (self->kind, values[low]);
  most = rn_measure_format (self->kind, values[high]);
  return g_strdup_printf (ngettext ("%d block, step %s: least %s in block %d, most %s in block %d",
                                    "%d blocks, step %s: least %s in block %d, most %s in block %d",
                                    n),
                          n, count, least, low + 1, most, high + 1);
}

static void
update_summary (GtkWidget *widget)
{
  g_autofree char *text = summarise (RN_STRIP (widget));

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
}

/* Places */

static int
row_at (RnStrip *self, double y)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (!rn_strip_has_columns (self) || y < plot.y || y >= plot.y + plot.height)
    return -1;
  return rn_strip_row_at ((int) ((y - plot.y) * scale), rn_strip_n_rows (self),
                          plot.height * scale);
}

/* Returns: the step whose cell is at @x, -1 outside the plot */
static gint64
step_at (RnStrip *self, double x)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));

  if (!rn_strip_has_columns (self) || x < plot.x || x >= plot.x + plot.width)
    return -1;
  return MAX ((gint64) ceil (rn_time_axis_to_step (self->time, x - plot.x, plot.width)), 1);
}

gboolean
rn_strip_get_place (RnStrip *self, int row, gint64 step, double *x, double *y)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const int n = rn_strip_n_rows (self);

  if (row < 0 || row >= n)
    return FALSE;
  *x = plot.x + rn_time_axis_to_x (self->time, (double) step - 0.5, plot.width);
  *y = plot.y + (rn_strip_row_top (row, n, plot.height * scale) +
                 rn_strip_row_top (row + 1, n, plot.height * scale)) /
                    (2.0 * scale);
  return *x >= plot.x && *x < plot.x + plot.width;
}

/* Pointer and keys */

static void
on_motion (RnStrip *self, double x, double y)
{
  self->has_pointer = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  rn_time_axis_set_hover (self->time, step_at (self, x));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (RnStrip *self)
{
  self->has_pointer = FALSE;
  rn_time_axis_set_hover (self->time, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
select_row (RnStrip *self, int row, GdkModifierType state)
{
  guint32 block;

  if (self->selection == NULL || self->spec == NULL || row < 0)
    return;
  block = rn_spec_get_block (self->spec, row)->id;
  if (state & GDK_CONTROL_MASK)
    rn_selection_toggle (self->selection, block);
  else if (state & GDK_SHIFT_MASK)
    rn_selection_extend (self->selection, self->spec, block);
  else
    rn_selection_select (self->selection, RN_PART_BLOCK, block, NULL);
}

static void
on_pressed (RnStrip *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  const int row = row_at (self, y);
  const gint64 step = step_at (self, x);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (row < 0)
    return;
  select_row (self, row,
              gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)));
  if (rn_strip_data_find (self->data, step) >= 0)
    rn_time_axis_set_cursor (self->time, step);
}

/* Returns: the row of the lead block, -1 where there is none */
static int
find_lead (RnStrip *self)
{
  const guint32 lead = rn_selection_get_block (self->selection);

  for (int row = 0; row < rn_strip_n_rows (self); row++)
    if (lead != 0 && rn_spec_get_block (self->spec, row)->id == lead)
      return row;
  return -1;
}

/* Arguments: how far (beyond all rows: to the end), modifiers */
static gboolean
move_row (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnStrip *self = RN_STRIP (widget);
  const int n = rn_strip_n_rows (self);
  int by, state, row;

  if (n == 0 || self->selection == NULL || self->spec == NULL)
    return FALSE;
  g_variant_get (arguments, "(ii)", &by, &state);
  row = find_lead (self);
  if (row < 0)
    row = by > 0 ? -1 : n;
  select_row (self, CLAMP (row + by, 0, n - 1), (GdkModifierType) state);
  return TRUE;
}

/* Arguments: by how many columns */
static gboolean
move_cursor (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnStrip *self = RN_STRIP (widget);
  const gint64 cursor = rn_time_axis_get_cursor (self->time);
  int by, column, n;
  gint64 from, to;

  if (!rn_strip_has_columns (self))
    return FALSE;
  n = rn_strip_data_n_columns (self->data);
  g_variant_get (arguments, "(i)", &by);
  column = cursor < 0 ? n - 1 : rn_strip_data_find (self->data, cursor);
  if (column < 0)
    column = n - 1;
  rn_strip_data_get_span (self->data, CLAMP (column + by, 0, n - 1), &from, &to);
  rn_time_axis_set_cursor (self->time, to);
  return TRUE;
}

/* The widget */

static void
update_scale (RnStrip *self)
{
  RnPalette palette = { 0 };
  double min, max;

  rn_palette_get (GTK_WIDGET (self), &palette);
  rn_strip_scale_set_palette (&self->scale, &palette);
  if (self->data != NULL && rn_strip_data_get_range (self->data, &min, &max))
    rn_strip_scale_grow (&self->scale, min, max);
}

static GskRenderNode *
make_base (RnStrip *self, int width, int height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                          (float) height));

  rn_strip_draw (self, cr, &self->scale, &self->image,
                 gtk_widget_get_scale_factor (GTK_WIDGET (self)), width, height);
  cairo_destroy (cr);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
snapshot_line (RnStrip *self, GtkSnapshot *snapshot, RnStripPlot plot, gint64 step, int thickness,
               const GdkRGBA *colour)
{
  double from, to;

  rn_time_axis_get_range (self->time, &from, &to);
  if (step >= 0 && (double) step >= from && (double) step <= to)
    rn_overlay_line (snapshot, GTK_WIDGET (self), colour, &self->scale.palette, thickness,
                     plot.x + rn_time_axis_to_x (self->time, (double) step, plot.width), plot.y,
                     plot.y + plot.height);
}

static void
snapshot_card (RnStrip *self, GtkSnapshot *snapshot)
{
  const int row = row_at (self, self->pointer_y);
  const gint64 step = step_at (self, self->pointer_x);
  g_autofree char *text = NULL;

  if (row < 0 || step < 0)
    return;
  text = rn_strip_describe (self, row, step);
  rn_overlay_card (snapshot, GTK_WIDGET (self), &self->scale.palette, text, self->pointer_x,
                   self->pointer_y);
}

static void
rn_strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnStrip *self = RN_STRIP (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const RnStripPlot plot = rn_strip_get_plot (self, width, height);

  if (self->base == NULL)
    {
      update_scale (self);
      self->base = make_base (self, width, height);
    }
  if (self->base != NULL)
    gtk_snapshot_append_node (snapshot, self->base);
  if (rn_strip_has_columns (self))
    {
      snapshot_line (self, snapshot, plot, rn_time_axis_get_cursor (self->time), 2,
                     &self->scale.palette.accent);
      snapshot_line (self, snapshot, plot, rn_time_axis_get_hover (self->time), 1,
                     &self->scale.palette.text);
      if (self->has_pointer)
        snapshot_card (self, snapshot);
    }
  rn_overlay_focus (snapshot, widget, &self->scale.palette);
}

static void
rn_strip_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnStrip *self = RN_STRIP (widget);

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? rn_strip_get_min_width (self)
                                                       : rn_strip_get_min_height (self);
  *natural = *minimum;
}

static void
rn_strip_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&RN_STRIP (widget)->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_strip_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnStrip *self = RN_STRIP (widget);

  GTK_WIDGET_CLASS (rn_strip_parent_class)->css_changed (widget, change);
  self->names_width = -1;
  gtk_widget_queue_resize (widget);
  invalidate (self);
}

static void
rn_strip_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (rn_strip_parent_class)->system_setting_changed (widget, setting);
  RN_STRIP (widget)->names_width = -1;
  gtk_widget_queue_resize (widget);
}

static void
rn_strip_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_strip_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
rn_strip_map (GtkWidget *widget)
{
  RnStrip *self = RN_STRIP (widget);

  GTK_WIDGET_CLASS (rn_strip_parent_class)->map (widget);
  rn_pace_map (&self->draw_pace);
  rn_pace_map (&self->text_pace);
}

static void
rn_strip_unmap (GtkWidget *widget)
{
  RnStrip *self = RN_STRIP (widget);

  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  GTK_WIDGET_CLASS (rn_strip_parent_class)->unmap (widget);
}

static void
clear_data (RnStrip *self)
{
  g_clear_pointer (&self->data, rn_strip_data_unref);
  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->stage_ends, g_free);
  rn_strip_image_clear (&self->image);
  g_clear_pointer (&self->base, gsk_render_node_unref);
}

static void
rn_strip_dispose (GObject *object)
{
  RnStrip *self = RN_STRIP (object);

  rn_figure_detach (GTK_WIDGET (self));
  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  clear_data (self);
  g_clear_object (&self->time);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->empty_text, g_free);
  G_OBJECT_CLASS (rn_strip_parent_class)->dispose (object);
}

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnStrip *self = RN_STRIP (widget);
  g_autofree RnStripScale *scale = g_memdup2 (&self->scale, sizeof self->scale);
  RnStripImage image = { 0 };
  RnPalette palette = { 0 };

  rn_palette_get_for_print (&palette);
  rn_strip_scale_set_palette (scale, &palette);
  rn_strip_draw (self, cr, scale, &image, PRINT_SCALE, width, height);
  rn_strip_image_clear (&image);
}

static gpointer
copy_numbers (GtkWidget *widget)
{
  RnStrip *self = RN_STRIP (widget);

  return self->data != NULL ? rn_strip_data_copy (self->data) : rn_strip_data_new (0);
}

/* A line for each column: its steps, then the blocks. What is NaN is left empty. */
static char *
format_csv (gconstpointer numbers)
{
  const RnStripData *data = numbers;
  const int n_rows = rn_strip_data_n_rows (data);
  GString *text = g_string_new ("first_step,last_step");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int row = 0; row < n_rows; row++)
    g_string_append_printf (text, ",block_%d", row + 1);
  for (int i = 0; i < rn_strip_data_n_columns (data); i++)
    {
      const float *values = rn_strip_data_get_column (data, i);
      gint64 from, to;

      rn_strip_data_get_span (data, i, &from, &to);
      g_string_append_printf (text, "\n%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, from + 1, to);
      for (int row = 0; row < n_rows; row++)
        {
          g_string_append_c (text, ',');
          if (!isnan (values[row]))
            g_string_append (text, g_ascii_formatd (number, sizeof number, "%.9g", values[row]));
        }
    }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

static const RnFigure figures[RN_N_MEASURES] = {
  { "ratio-strip", draw_for_print, copy_numbers, format_csv, (GDestroyNotify) rn_strip_data_unref },
  { "gradient-strip", draw_for_print, copy_numbers, format_csv,
    (GDestroyNotify) rn_strip_data_unref },
  { "dead-relus-strip", draw_for_print, copy_numbers, format_csv,
    (GDestroyNotify) rn_strip_data_unref },
  { "response-strip", draw_for_print, copy_numbers, format_csv,
    (GDestroyNotify) rn_strip_data_unref },
};

static void
bind_keys (GtkWidgetClass *class)
{
  static const struct
  {
    guint key;
    int by;
  } rows[] = { { GDK_KEY_Up, -1 },
               { GDK_KEY_Down, 1 },
               { GDK_KEY_Home, -RN_MAX_BLOCKS },
               { GDK_KEY_End, RN_MAX_BLOCKS } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gtk_widget_class_add_binding (class, rows[i].key, 0, move_row, "(ii)", rows[i].by, 0);
      gtk_widget_class_add_binding (class, rows[i].key, GDK_SHIFT_MASK, move_row, "(ii)",
                                    rows[i].by, (int) GDK_SHIFT_MASK);
    }
  gtk_widget_class_add_binding (class, GDK_KEY_Left, 0, move_cursor, "(i)", -1);
  gtk_widget_class_add_binding (class, GDK_KEY_Right, 0, move_cursor, "(i)", 1);
}

static void
rn_strip_class_init (RnStripClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_strip_dispose;
  widget_class->snapshot = rn_strip_snapshot;
  widget_class->measure = rn_strip_measure;
  widget_class->size_allocate = rn_strip_size_allocate;
  widget_class->css_changed = rn_strip_css_changed;
  widget_class->system_setting_changed = rn_strip_system_setting_changed;
  widget_class->state_flags_changed = rn_strip_state_flags_changed;
  widget_class->map = rn_strip_map;
  widget_class->unmap = rn_strip_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "strip");
  rn_figure_install (widget_class);
  bind_keys (widget_class);
}

static void
add_controllers (RnStrip *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
rn_strip_init (RnStrip *self)
{
  self->names_width = -1;
  self->empty_text = g_strdup (_ ("Appears with the first steps of a training."));
  rn_pace_init (&self->draw_pace, GTK_WIDGET (self), RN_PACE_DRAW_US, on_paced_draw);
  rn_pace_init (&self->text_pace, GTK_WIDGET (self), RN_PACE_TEXT_US, update_summary);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  add_controllers (self);
}

GtkWidget *
rn_strip_new (RnMeasureKind kind, RnTimeAxis *time, RnSelection *selection)
{
  RnStrip *self;
  g_autofree char *label = NULL;

  g_return_val_if_fail (kind < RN_N_MEASURES && RN_IS_TIME_AXIS (time), NULL);
  self = g_object_new (RN_TYPE_STRIP, NULL);
  self->kind = kind;
  self->time = g_object_ref (time);
  rn_strip_scale_init (&self->scale, kind);
  rn_figure_attach (GTK_WIDGET (self), &figures[kind]);
  g_signal_connect_object (time, "changed", G_CALLBACK (on_time_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (time, "hovered", G_CALLBACK (on_hover_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (time, "cursor", G_CALLBACK (on_hover_changed), self, G_CONNECT_SWAPPED);
  if (selection != NULL)
    {
      self->selection = g_object_ref (selection);
      g_signal_connect_object (selection, "changed", G_CALLBACK (on_selection_changed), self,
                               G_CONNECT_SWAPPED);
    }
  label = g_strdup_printf (_ ("%s by block over time"), rn_measure_title (kind));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  rn_pace_ask (&self->text_pace);
  return GTK_WIDGET (self);
}

static void
find_stages (RnStrip *self)
{
  const int n = rn_spec_n_blocks (self->spec);

  self->stage_ends = g_new0 (gboolean, MAX (n, 1));
  for (int i = 0; i + 1 < n; i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (self->spec, i);
      const RnBlockSpec *next = rn_spec_get_block (self->spec, i + 1);

      self->stage_ends[i] = next->stride != 1 || next->channels != block->channels;
    }
}

void
rn_strip_set_data (RnStrip *self, RnStripData *data, const RnSpec *spec)
{
  g_return_if_fail (RN_IS_STRIP (self));
  g_return_if_fail (data == NULL || spec == NULL ||
                    rn_strip_data_n_rows (data) == rn_spec_n_blocks (spec));
  if (data != NULL)
    rn_strip_data_ref (data);
  if (data != self->data)
    rn_strip_scale_reset (&self->scale);
  clear_data (self);
  self->data = data;
  if (spec != NULL)
    {
      self->spec = rn_spec_copy (spec);
      find_stages (self);
    }
  self->names_width = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  rn_strip_changed (self);
}

void
rn_strip_changed (RnStrip *self)
{
  g_return_if_fail (RN_IS_STRIP (self));
  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

void
rn_strip_set_empty_text (RnStrip *self, const char *text)
{
  g_return_if_fail (RN_IS_STRIP (self) && text != NULL);
  g_free (self->empty_text);
  self->empty_text = g_strdup (text);
  if (!rn_strip_has_columns (self))
    invalidate (self);
}

guint64
rn_strip_get_n_painted (RnStrip *self)
{
  g_return_val_if_fail (RN_IS_STRIP (self), 0);
  return self->image.n_painted;
}
