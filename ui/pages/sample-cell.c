#include "pages/sample-cell.h"

#include <math.h>

#include "charts/palette.h"

struct _RnSampleCell
{
  GtkWidget parent_instance;

  RnSampleLoader *loader;
  RnSampleItem *item;
  RnSampleRequest *request;
  GdkTexture *texture;
  char *problem;
};

G_DEFINE_FINAL_TYPE (RnSampleCell, rn_sample_cell, GTK_TYPE_WIDGET)

static void
on_thumbnail (GdkTexture *texture, const char *problem, gpointer data)
{
  RnSampleCell *self = data;

  self->request = NULL;
  g_set_object (&self->texture, texture);
  g_free (self->problem);
  self->problem = g_strdup (problem);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_sample_cell_set_item (RnSampleCell *self, RnSampleItem *item)
{
  g_autofree char *name = NULL;

  g_return_if_fail (RN_IS_SAMPLE_CELL (self));

  if (self->request != NULL)
    rn_sample_loader_cancel (self->loader, g_steal_pointer (&self->request));
  g_clear_object (&self->texture);
  g_clear_pointer (&self->problem, g_free);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  name = rn_sample_item_make_name (item);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  self->request = rn_sample_loader_request (self->loader, item, on_thumbnail, self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnSampleCell *self = RN_SAMPLE_CELL (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const int scale = gtk_widget_get_scale_factor (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  RnPalette palette;

  if (self->texture != NULL)
    {
      const int w = gdk_texture_get_width (self->texture);
      const int h = gdk_texture_get_height (self->texture);

      /* on whole pixels of the device, one to one */
      bounds = GRAPHENE_RECT_INIT ((float) ((width * scale - w) / 2) / (float) scale,
                                   (float) ((height * scale - h) / 2) / (float) scale,
                                   (float) w / (float) scale, (float) h / (float) scale);
      gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
      return;
    }
  rn_palette_get (widget, &palette);
  gtk_snapshot_append_color (snapshot, &palette.tint, &bounds);
  if (self->problem != NULL)
    {
      cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

      rn_palette_hatch (cr, &palette, 0, 0, width, height);
      cairo_destroy (cr);
    }
}

static void
measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
         int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = RN_SAMPLE_CELL_SIZE;
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  RnSampleCell *self = RN_SAMPLE_CELL (widget);
  g_autofree char *name = NULL, *text = NULL;

  if (self->item == NULL)
    return FALSE;
  name = rn_sample_item_make_name (self->item);
  text = self->problem != NULL ? g_strdup_printf ("%s\n%s", name, self->problem) : g_strdup (name);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
rn_sample_cell_init (RnSampleCell *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

static void
dispose (GObject *object)
{
  RnSampleCell *self = RN_SAMPLE_CELL (object);

  rn_sample_cell_set_item (self, NULL);
  g_clear_object (&self->loader);
  G_OBJECT_CLASS (rn_sample_cell_parent_class)->dispose (object);
}

static void
rn_sample_cell_class_init (RnSampleCellClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;
  widget_class->query_tooltip = query_tooltip;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

GtkWidget *
rn_sample_cell_new (RnSampleLoader *loader)
{
  RnSampleCell *self = g_object_new (RN_TYPE_SAMPLE_CELL, NULL);

  self->loader = g_object_ref (loader);
  return GTK_WIDGET (self);
}

RnSampleItem *
rn_sample_cell_get_item (RnSampleCell *self)
{
  return self->item;
}

GdkTexture *
rn_sample_cell_get_texture (RnSampleCell *self)
{
  return self->texture;
}
