#include "charts/strip.h"

#include <glib/gi18n-lib.h>

#include "charts/figure.h"
#include "charts/overlay.h"
#include "charts/strip-private.h"

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

static void
update_summary (GtkWidget *widget)
{
  g_autofree char *text = rn_strip_summarise (RN_STRIP (widget));

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
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
  const int row = rn_strip_row_under (self, self->pointer_y);
  const gint64 step = rn_strip_step_under (self, self->pointer_x);
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

static const RnFigure figures[RN_N_MEASURES] = {
  { "ratio-strip", draw_for_print, copy_numbers, rn_strip_format_csv,
    (GDestroyNotify) rn_strip_data_unref },
  { "gradient-strip", draw_for_print, copy_numbers, rn_strip_format_csv,
    (GDestroyNotify) rn_strip_data_unref },
  { "dead-relus-strip", draw_for_print, copy_numbers, rn_strip_format_csv,
    (GDestroyNotify) rn_strip_data_unref },
  { "response-strip", draw_for_print, copy_numbers, rn_strip_format_csv,
    (GDestroyNotify) rn_strip_data_unref },
};

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
  rn_strip_bind_keys (widget_class);
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
  rn_strip_add_controllers (self);
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

guint64
rn_strip_get_n_painted (RnStrip *self)
{
  g_return_val_if_fail (RN_IS_STRIP (self), 0);
  return self->image.n_painted;
}
