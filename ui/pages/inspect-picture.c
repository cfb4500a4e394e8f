#include "pages/inspect-picture.h"

#include <glib/gi18n-lib.h>

#include "pages/card.h"
#include "pages/picture-input.h"
#include "pages/picture-view.h"
#include "pages/text.h"

struct _RnInspectPicture
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *card;
  GtkWidget *view;
  GtkWidget *previous;
  GtkWidget *next;
  int index; /* of the test picture that was asked for last; -1 before */
};

G_DEFINE_FINAL_TYPE (RnInspectPicture, rn_inspect_picture, GTK_TYPE_WIDGET)

static int
n_test_pictures (RnInspectPicture *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  return dataset != NULL ? rn_dataset_count (dataset, RN_SPLIT_TEST) : 0;
}

static void
show_test (RnInspectPicture *self, int index)
{
  self->index = index;
  rn_picture_input_test (self->session, index);
}

static void
go (RnInspectPicture *self, int by)
{
  const int n = n_test_pictures (self);

  if (n > 0)
    show_test (self, self->index < 0 ? 0 : (self->index % n + by + n) % n);
}

static void
previous_clicked (RnInspectPicture *self)
{
  go (self, -1);
}

static void
next_clicked (RnInspectPicture *self)
{
  go (self, 1);
}

static void
show_first (RnInspectPicture *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && n_test_pictures (self) > 0 &&
      rn_session_get_picture (self->session) == NULL)
    show_test (self, 0);
}

static void
dataset_changed (RnInspectPicture *self)
{
  const gboolean has_any = n_test_pictures (self) > 0;

  gtk_widget_set_sensitive (self->previous, has_any);
  gtk_widget_set_sensitive (self->next, has_any);
  show_first (self);
}

static void
picture_changed (RnInspectPicture *self)
{
  const RnSubject *subject = rn_session_get_picture (self->session);
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autofree char *caption = subject != NULL ? g_strdup (subject->name) : NULL;

  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->view),
                               subject != NULL ? subject->picture : NULL,
                               subject != NULL ? subject->name : NULL);
  if (subject != NULL && subject->true_class >= 0 && dataset != NULL &&
      subject->true_class < rn_dataset_n_classes (dataset))
    {
      const char *class = rn_dataset_get_classes (dataset)[subject->true_class];

      if (!g_str_has_prefix (subject->name, class))
        {
          g_free (caption);
          caption = g_strdup_printf (_ ("%s, %s"), class, subject->name);
        }
    }
  rn_card_set_caption (RN_CARD (self->card), caption);
}

static GtkWidget *
make_button (RnInspectPicture *self, const char *text, const char *name, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_widget_set_hexpand (button, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  return button;
}

static void
make_content (RnInspectPicture *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *hint = gtk_label_new (_ ("Drop, paste or open a picture anywhere"));
  GtkWidget *open = gtk_button_new_from_icon_name ("document-open-symbolic");

  self->view = rn_picture_view_new ();
  self->previous = make_button (self, _ ("Previous"), _ ("Previous test picture"),
                                G_CALLBACK (previous_clicked));
  self->next = make_button (self, _ ("Next"), _ ("Next test picture"), G_CALLBACK (next_clicked));
  gtk_widget_set_tooltip_text (open, _ ("Open a picture"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (open), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Open a picture"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), "win.open-pictures");
  rn_text_wrap (hint);
  gtk_label_set_xalign (GTK_LABEL (hint), 0);
  gtk_widget_add_css_class (hint, "caption");
  gtk_widget_add_css_class (hint, "dim-label");
  gtk_box_append (GTK_BOX (buttons), self->previous);
  gtk_box_append (GTK_BOX (buttons), self->next);
  gtk_box_append (GTK_BOX (box), self->view);
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_box_append (GTK_BOX (box), hint);
  self->card = rn_card_new (_ ("Picture"), box);
  gtk_widget_add_css_class (open, "flat");
  gtk_widget_add_css_class (open, "circular");
  rn_card_add_suffix (RN_CARD (self->card), open);
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
}

static void
rn_inspect_picture_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_inspect_picture_parent_class)->map (widget);
  show_first (RN_INSPECT_PICTURE (widget));
}

static void
rn_inspect_picture_dispose (GObject *object)
{
  RnInspectPicture *self = RN_INSPECT_PICTURE (object);

  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_inspect_picture_parent_class)->dispose (object);
}

static void
rn_inspect_picture_init (RnInspectPicture *self)
{
  self->index = -1;
}

static void
rn_inspect_picture_class_init (RnInspectPictureClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_inspect_picture_dispose;
  widget_class->map = rn_inspect_picture_map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_picture_new (RnSession *session)
{
  RnInspectPicture *self = g_object_new (RN_TYPE_INSPECT_PICTURE, NULL);

  self->session = g_object_ref (session);
  make_content (self);
  g_signal_connect_object (session, "picture", G_CALLBACK (picture_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (dataset_changed), self,
                           G_CONNECT_SWAPPED);
  dataset_changed (self);
  picture_changed (self);
  return GTK_WIDGET (self);
}
