#include "pages/network-properties.h"

#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "state/format.h"

struct _RnNetworkProperties
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *box;
  GtkWidget *name_row;
  GtkWidget *name;
  GtkWidget *from_data;
  RnPropertyRow *rows[RN_N_NETWORK_PROPERTIES];
};

G_DEFINE_FINAL_TYPE (RnNetworkProperties, rn_network_properties, GTK_TYPE_WIDGET)

RnPropertyRow *
rn_network_properties_get_row (RnNetworkProperties *self, RnNetworkProperty property)
{
  g_return_val_if_fail (property < RN_N_NETWORK_PROPERTIES, NULL);

  return self->rows[property];
}

static void
refresh_data (RnNetworkProperties *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnDataset *dataset = rn_session_get_dataset (self->session);

  gtk_widget_set_sensitive (self->from_data,
                            spec != NULL && dataset != NULL &&
                                rn_dataset_n_classes (dataset) != rn_spec_get_classes (spec));
}

static void
refresh (RnNetworkProperties *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);

  gtk_widget_set_sensitive (self->box, spec != NULL);
  if (spec == NULL)
    return;
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->name)), rn_spec_get_name (spec)))
    gtk_editable_set_text (GTK_EDITABLE (self->name), rn_spec_get_name (spec));
  rn_property_row_set_value (self->rows[RN_NETWORK_PROPERTY_SIDE], rn_spec_get_side (spec));
  rn_property_row_set_value (self->rows[RN_NETWORK_PROPERTY_COLOUR],
                             rn_spec_get_channels (spec) == 3);
  rn_property_row_set_value (self->rows[RN_NETWORK_PROPERTY_STEM], (int) rn_spec_get_stem (spec));
  rn_property_row_set_value (self->rows[RN_NETWORK_PROPERTY_STEM_CHANNELS],
                             rn_spec_get_stem_channels (spec));
  rn_property_row_set_value (self->rows[RN_NETWORK_PROPERTY_CLASSES], rn_spec_get_classes (spec));
  refresh_data (self);
}

void
rn_network_properties_show_part (RnNetworkProperties *self, RnPart part)
{
  const gboolean is_all = part != RN_PART_STEM && part != RN_PART_HEAD;

  gtk_widget_set_visible (self->name_row, is_all);
  for (RnNetworkProperty p = 0; p < RN_N_NETWORK_PROPERTIES; p++)
    gtk_widget_set_visible (GTK_WIDGET (self->rows[p]),
                            is_all || (p == RN_NETWORK_PROPERTY_CLASSES) == (part == RN_PART_HEAD));
}

/* Changing */

static void
change (RnNetworkProperties *self, RnNetworkProperty property, int value)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const int side = rn_spec_get_side (spec), channels = rn_spec_get_channels (spec);
  const int stem_channels = rn_spec_get_stem_channels (spec);
  const RnStemKind stem = rn_spec_get_stem (spec);
  RnSketch *sketch = rn_session_begin_edit (self->session);
  GError *error = NULL;

  switch (property)
    {
    case RN_NETWORK_PROPERTY_SIDE:
      rn_sketch_set_input (sketch, value, channels, &error);
      break;
    case RN_NETWORK_PROPERTY_COLOUR:
      rn_sketch_set_input (sketch, side, value != 0 ? 3 : 1, &error);
      break;
    case RN_NETWORK_PROPERTY_STEM:
      rn_sketch_set_stem (sketch, (RnStemKind) value, stem_channels, &error);
      break;
    case RN_NETWORK_PROPERTY_STEM_CHANNELS:
      rn_sketch_set_stem (sketch, stem, value, &error);
      break;
    case RN_NETWORK_PROPERTY_CLASSES:
      rn_sketch_set_classes (sketch, value, &error);
      break;
    case RN_N_NETWORK_PROPERTIES:
    default:
      g_assert_not_reached ();
    }
  rn_session_end_edit (self->session, error);
}

static void
on_chosen (RnPropertyRow *row, int value, RnNetworkProperties *self)
{
  for (RnNetworkProperty p = 0; p < RN_N_NETWORK_PROPERTIES; p++)
    if (self->rows[p] == row && rn_session_get_spec (self->session) != NULL)
      change (self, p, value);
  /* what was refused is shown no longer */
  refresh (self);
}

static void
on_name (RnNetworkProperties *self)
{
  const RnSpec *spec = self->session != NULL ? rn_session_get_spec (self->session) : NULL;
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));

  if (spec == NULL || g_str_equal (name, rn_spec_get_name (spec)))
    return;
  rn_sketch_set_name (rn_session_begin_edit (self->session), name);
  rn_session_end_edit (self->session, NULL);
}

static void
on_from_data (RnNetworkProperties *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  if (dataset != NULL)
    rn_property_row_choose (self->rows[RN_NETWORK_PROPERTY_CLASSES],
                            rn_dataset_n_classes (dataset));
}

/* Making */

static void
add_row (RnNetworkProperties *self, RnNetworkProperty property, GtkWidget *row)
{
  self->rows[property] = RN_PROPERTY_ROW (row);
  g_signal_connect (row, "chosen", G_CALLBACK (on_chosen), self);
  gtk_box_append (GTK_BOX (self->box), row);
}

static void
add_name (RnNetworkProperties *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkWidget *label = gtk_label_new (_ ("Name"));

  self->name_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->name = gtk_entry_new ();
  gtk_entry_set_max_length (GTK_ENTRY (self->name), RN_MAX_NAME);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->name), 12);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name"), -1);
  g_signal_connect_swapped (self->name, "activate", G_CALLBACK (on_name), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_name), self);
  gtk_widget_add_controller (self->name, focus);
  gtk_box_append (GTK_BOX (self->name_row), label);
  gtk_box_append (GTK_BOX (self->name_row), self->name);
  gtk_box_append (GTK_BOX (self->box), self->name_row);
}

static void
add_rows (RnNetworkProperties *self)
{
  const char *const colours[] = { _ ("grey"), _ ("RGB"), NULL };
  const char *const stems[] = { _ ("3×3"), _ ("7×7 and pool"), NULL };

  add_name (self);
  add_row (
      self, RN_NETWORK_PROPERTY_SIDE,
      rn_property_row_new_number (_ ("Input side"), 1, RN_MAX_SIDE,
                                  _ ("Pixels, 1 to 4096; pictures of several sizes are scaled to "
                                     "it, those of one size set it at Start.")));
  add_row (self, RN_NETWORK_PROPERTY_COLOUR,
           rn_property_row_new_choice (_ ("Input colours"), colours,
                                       _ ("One channel for grey pictures, three for RGB.")));
  add_row (self, RN_NETWORK_PROPERTY_STEM,
           rn_property_row_new_choice (_ ("Stem"), stems,
                                       _ ("3×3 for small pictures; 7×7 with a max pool makes large "
                                          "ones a quarter as wide and high.")));
  add_row (self, RN_NETWORK_PROPERTY_STEM_CHANNELS,
           rn_property_row_new_number (_ ("Stem channels"), 1, RN_MAX_CHANNELS,
                                       _ ("What the first block gets, 1 to 8192.")));
  add_row (self, RN_NETWORK_PROPERTY_CLASSES,
           rn_property_row_new_number (_ ("Classes"), 1, RN_MAX_CLASSES,
                                       _ ("Outputs of the head, as many as the data set has "
                                          "classes.")));
  self->from_data = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  gtk_widget_set_tooltip_text (self->from_data, _ ("As many as the data set has"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->from_data), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("As many as the data set has"), -1);
  gtk_widget_add_css_class (self->from_data, "flat");
  g_signal_connect_swapped (self->from_data, "clicked", G_CALLBACK (on_from_data), self);
  rn_property_row_add_button (self->rows[RN_NETWORK_PROPERTY_CLASSES], self->from_data);
}

static void
rn_network_properties_dispose (GObject *object)
{
  RnNetworkProperties *self = RN_NETWORK_PROPERTIES (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_network_properties_parent_class)->dispose (object);
}

static void
rn_network_properties_init (RnNetworkProperties *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_rows (self);
}

static void
rn_network_properties_class_init (RnNetworkPropertiesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_network_properties_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_network_properties_new (RnSession *session)
{
  RnNetworkProperties *self = g_object_new (RN_TYPE_NETWORK_PROPERTIES, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (refresh_data), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
