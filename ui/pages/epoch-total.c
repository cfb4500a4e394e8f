#include "pages/epoch-total.h"

#include <glib/gi18n-lib.h>

#include "pages/epoch-meter.h"

struct _RnEpochTotal
{
  GtkWidget parent_instance;

  RnSession *session;
  RnEpochMeter *meter;
  GtkWidget *box;
  GtkWidget *number;
};

G_DEFINE_FINAL_TYPE (RnEpochTotal, rn_epoch_total, GTK_TYPE_WIDGET)

gboolean
rn_epoch_total_is_measuring (RnEpochTotal *self)
{
  return rn_epoch_meter_is_measuring (self->meter);
}

double
rn_epoch_total_get_seconds (RnEpochTotal *self)
{
  return rn_epoch_meter_get_seconds (self->meter, 0);
}

void
rn_epoch_total_toggle (RnEpochTotal *self)
{
  rn_epoch_meter_toggle (self->meter);
}

static void
show (RnEpochTotal *self)
{
  g_autofree char *text = rn_epoch_meter_is_measuring (self->meter)
                              ? g_strdup (_ ("measuring…"))
                              : rn_format_epoch (rn_epoch_total_get_seconds (self));

  gtk_label_set_text (GTK_LABEL (self->number), text);
}

static void
on_document (RnEpochTotal *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);

  rn_epoch_meter_set_specs (self->meter, &spec, spec != NULL ? 1 : 0);
}

static void
rn_epoch_total_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_epoch_total_parent_class)->map (widget);
  rn_epoch_meter_set_seen (RN_EPOCH_TOTAL (widget)->meter, TRUE);
}

static void
rn_epoch_total_unmap (GtkWidget *widget)
{
  rn_epoch_meter_set_seen (RN_EPOCH_TOTAL (widget)->meter, FALSE);
  GTK_WIDGET_CLASS (rn_epoch_total_parent_class)->unmap (widget);
}

static void
rn_epoch_total_dispose (GObject *object)
{
  RnEpochTotal *self = RN_EPOCH_TOTAL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->meter);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_epoch_total_parent_class)->dispose (object);
}

static void
rn_epoch_total_init (RnEpochTotal *self)
{
}

static void
rn_epoch_total_class_init (RnEpochTotalClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_epoch_total_dispose;
  widget_class->map = rn_epoch_total_map;
  widget_class->unmap = rn_epoch_total_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
fill (RnEpochTotal *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  GtkWidget *name = gtk_label_new (_ ("for an epoch"));

  self->number = gtk_label_new ("–");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_add_css_class (self->number, "title-4");
  gtk_widget_add_css_class (self->number, "numeric");
  gtk_widget_add_css_class (name, "caption");
  gtk_widget_add_css_class (name, "dim-label");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (line), self->number);
  gtk_box_append (GTK_BOX (line), rn_epoch_meter_new_button (self->meter));
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_box_append (GTK_BOX (self->box), name);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
rn_epoch_total_new (RnSession *session)
{
  RnEpochTotal *self = g_object_new (RN_TYPE_EPOCH_TOTAL, NULL);

  self->session = g_object_ref (session);
  self->meter = rn_epoch_meter_new (session);
  fill (self);
  g_signal_connect_object (self->meter, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "document", G_CALLBACK (on_document), self, G_CONNECT_SWAPPED);
  on_document (self);
  return GTK_WIDGET (self);
}
