#include "document-button.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "state/format.h"

/* A step that runs by is not worth laying the header out more often. */
#define UPDATE_US (1 * G_USEC_PER_SEC)

struct _RnDocumentButton
{
  GtkWidget parent_instance;
  RnSession *session;
  GtkWidget *button;
  GtkWidget *label;       /* title and step */
  GtkWidget *short_label; /* the title alone, where there is no room for both */
  RnState state;          /* that the label tells of */
  gint64 updated_us;
};

G_DEFINE_FINAL_TYPE (RnDocumentButton, rn_document_button, GTK_TYPE_WIDGET)

/* Returns: the step of the shown document: how far it was trained; 0 where that is not known */
static gint64
step_of (RnDocumentButton *self, RnDocument *document)
{
  RnRecord *record = rn_document_get_record (document);

  if (document == rn_session_get_live (self->session))
    return rn_session_get_status (self->session)->step;
  return record != NULL ? rn_record_get_last_step (record) : 0;
}

static char *
title_of (RnDocumentButton *self)
{
  RnDocument *document = rn_session_get_document (self->session);
  gint64 step;
  g_autofree char *count = NULL;

  if (document == NULL)
    return g_strdup (_ ("No network"));
  step = step_of (self, document);
  if (step <= 0)
    return g_strdup (rn_document_get_title (document));
  count = rn_format_count (step);
  /* Translators: "ResNet-20, run 3, step 1,240" */
  return g_strdup_printf (_ ("%s, step %s"), rn_document_get_title (document), count);
}

static const char *
short_title_of (RnDocumentButton *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL ? rn_document_get_title (document) : _ ("No network");
}

static void
update (RnDocumentButton *self)
{
  g_autofree char *title = title_of (self);
  /* Translators: for assistive technology; %s names a network or a run */
  g_autofree char *name = g_strdup_printf (_ ("Network: %s"), title);

  self->updated_us = g_get_monotonic_time ();
  if (strcmp (title, gtk_label_get_text (GTK_LABEL (self->label))) == 0)
    return;
  gtk_label_set_text (GTK_LABEL (self->label), title);
  gtk_label_set_text (GTK_LABEL (self->short_label), short_title_of (self));
  gtk_widget_set_tooltip_text (self->button, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
on_status (RnDocumentButton *self)
{
  const RnStatus *status = rn_session_get_status (self->session);

  if (status == NULL ||
      (status->state == self->state && g_get_monotonic_time () < self->updated_us + UPDATE_US))
    return;
  self->state = status->state;
  update (self);
}

static GMenu *
documents_menu (RnDocumentButton *self)
{
  GListModel *documents = rn_session_get_documents (self->session);
  const guint n = documents != NULL ? g_list_model_get_n_items (documents) : 0;
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (documents, i);
      g_autoptr (GMenuItem) item = g_menu_item_new (rn_document_get_title (document), NULL);

      g_menu_item_set_action_and_target (item, "win.document", "i", (int) i);
      g_menu_append_item (menu, item);
    }
  return menu;
}

/* The variants of a preset, "resnet20-b", are made on the Build page. */
static gboolean
belongs (const char *name, const char *family, const RnSpec *spec, int side)
{
  return g_str_has_prefix (name, family) && strchr (name, '-') == NULL &&
         rn_spec_get_side (spec) == side;
}

static void
append_presets (GMenu *menu, const char *title, const char *family, int side)
{
  const char *const *names = rn_spec_preset_names ();
  g_autoptr (GMenu) presets = g_menu_new ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], NULL);
      g_autofree char *label = NULL;
      g_autoptr (GMenuItem) item = NULL;

      if (spec == NULL || !belongs (names[i], family, spec, side))
        continue;
      label = rn_format_spec_title (spec);
      item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, "win.preset", "s", names[i]);
      g_menu_append_item (presets, item);
    }
  g_menu_append_submenu (menu, title, G_MENU_MODEL (presets));
}

static GMenu *
new_menu (RnDocumentButton *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) documents = documents_menu (self);
  g_autoptr (GMenu) presets = g_menu_new ();
  g_autoptr (GMenu) files = g_menu_new ();

  append_presets (presets, _ ("New residual network, 32×32"), "resnet", 32);
  append_presets (presets, _ ("New plain network, 32×32"), "plain", 32);
  append_presets (presets, _ ("New residual network, 224×224"), "resnet", 224);
  append_presets (presets, _ ("New plain network, 224×224"), "plain", 224);
  g_menu_append (files, _ ("Open…"), "win.open");
  g_menu_append (files, _ ("Open a trained example"), "win.open-example");
  g_menu_append (files, _ ("Export…"), "win.export");
  g_menu_append (files, _ ("Close this network"), "win.close-document");
  g_menu_append_section (menu, _ ("Open networks"), G_MENU_MODEL (documents));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (presets));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  return menu;
}

static void
make_popup (GtkMenuButton *button, gpointer data)
{
  g_autoptr (GMenu) menu = new_menu (data);

  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static void
rn_document_button_dispose (GObject *object)
{
  RnDocumentButton *self = RN_DOCUMENT_BUTTON (object);

  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_document_button_parent_class)->dispose (object);
}

static void
rn_document_button_class_init (RnDocumentButtonClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_document_button_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
add_label (GtkWidget *squeezer)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  adw_squeezer_add (ADW_SQUEEZER (squeezer), label);
  return label;
}

static void
rn_document_button_init (RnDocumentButton *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *squeezer = adw_squeezer_new ();

  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  self->label = add_label (squeezer);
  self->short_label = add_label (squeezer);
  gtk_label_set_ellipsize (GTK_LABEL (self->short_label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (self->short_label), 9);
  gtk_label_set_max_width_chars (GTK_LABEL (self->short_label), 28);
  gtk_box_append (GTK_BOX (row), squeezer);
  gtk_box_append (GTK_BOX (row), gtk_image_new_from_icon_name ("pan-down-symbolic"));

  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), row);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), make_popup, self, NULL);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
}

GtkWidget *
rn_document_button_new (RnSession *session)
{
  RnDocumentButton *self = g_object_new (RN_TYPE_DOCUMENT_BUTTON, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "document", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
