#include "pages/property-panel.h"

#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "pages/text.h"

struct _RnPropertyPanel
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *box;
  GtkWidget *title;
  GtkWidget *blocks;
  GtkWidget *network;
};

G_DEFINE_FINAL_TYPE (RnPropertyPanel, rn_property_panel, GTK_TYPE_WIDGET)

RnBlockProperties *
rn_property_panel_get_blocks (RnPropertyPanel *self)
{
  return RN_BLOCK_PROPERTIES (self->blocks);
}

RnNetworkProperties *
rn_property_panel_get_network (RnPropertyPanel *self)
{
  return RN_NETWORK_PROPERTIES (self->network);
}

const char *
rn_property_panel_get_title (RnPropertyPanel *self)
{
  return gtk_label_get_text (GTK_LABEL (self->title));
}

/* Returns: (transfer full) */
static char *
describe (RnSelection *selection, const RnSpec *spec)
{
  const guint n = rn_selection_n_blocks (selection);
  const int at =
      spec != NULL && n > 0 ? rn_spec_find_block (spec, rn_selection_get_nth (selection, 0)) : -1;

  if (n > 1)
    return g_strdup_printf (ngettext ("%u block", "%u blocks", n), n);
  if (at >= 0)
    return g_strdup_printf (_ ("Block %d of %d"), at + 1, rn_spec_n_blocks (spec));
  switch (rn_selection_get_part (selection))
    {
    case RN_PART_STEM:
      return g_strdup (_ ("Input and stem"));
    case RN_PART_HEAD:
      return g_strdup (_ ("Head"));
    case RN_PART_NONE:
    case RN_PART_BLOCK:
    case RN_PART_LAYER:
    case RN_PART_SHORTCUT:
    default:
      return g_strdup (_ ("Whole network"));
    }
}

static void
refresh (RnPropertyPanel *self)
{
  RnSelection *selection = rn_session_get_selection (self->session);
  const gboolean is_blocks = rn_selection_n_blocks (selection) > 0;
  g_autofree char *title = describe (selection, rn_session_get_spec (self->session));

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_visible (self->blocks, is_blocks);
  gtk_widget_set_visible (self->network, !is_blocks);
  rn_network_properties_show_part (RN_NETWORK_PROPERTIES (self->network),
                                   rn_selection_get_part (selection));
}

static void
rn_property_panel_dispose (GObject *object)
{
  RnPropertyPanel *self = RN_PROPERTY_PANEL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_property_panel_parent_class)->dispose (object);
}

static void
rn_property_panel_init (RnPropertyPanel *self)
{
}

static void
rn_property_panel_class_init (RnPropertyPanelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_property_panel_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_property_panel_new (RnSession *session)
{
  RnPropertyPanel *self = g_object_new (RN_TYPE_PROPERTY_PANEL, NULL);

  self->session = g_object_ref (session);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->title = rn_text_new (NULL, "heading");
  self->blocks = rn_block_properties_new (session);
  self->network = rn_network_properties_new (session);
  gtk_box_append (GTK_BOX (self->box), self->title);
  gtk_box_append (GTK_BOX (self->box), self->blocks);
  gtk_box_append (GTK_BOX (self->box), self->network);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rn_session_get_selection (session), "changed", G_CALLBACK (refresh),
                           self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
