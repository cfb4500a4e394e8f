#include "pages/classify-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/classify-many.h"
#include "pages/classify-one.h"
#include "pages/margin.h"
#include "pages/picture-input.h"

struct _RnClassifyPage
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *margin;
  GtkWidget *box;
  GtkWidget *bar;
  GtkWidget *stack;
  GtkWidget *one;
  GtkWidget *many;
  GtkWidget *one_button;
  GtkWidget *many_button;
  GtkWidget *clear;
  int next_scene;
};

G_DEFINE_FINAL_TYPE (RnClassifyPage, rn_classify_page, GTK_TYPE_WIDGET)

/* What is shown: one picture or the table, as the person chose; in the place of what is not there, how to get it */
static void
show (RnClassifyPage *self)
{
  const gboolean is_many = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->many_button));
  const gboolean has_one = rn_session_get_picture (self->session) != NULL;
  const gboolean has_many = rn_classify_many_has_any (RN_CLASSIFY_MANY (self->many));

  gtk_widget_set_visible (self->bar, has_one || has_many);
  gtk_widget_set_sensitive (self->clear, is_many ? has_many : has_one);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), is_many && has_many ? "many"
                                                             : is_many           ? "no-many"
                                                             : has_one           ? "one"
                                                                                 : "no-one");
}

void
rn_classify_page_take_files (RnClassifyPage *self, GPtrArray *paths)
{
  g_return_if_fail (RN_IS_CLASSIFY_PAGE (self) && paths != NULL);

  if (paths->len == 0)
    return;
  rn_classify_many_take (RN_CLASSIFY_MANY (self->many), paths);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->many_button), TRUE);
  show (self);
}

static void
show_one (RnClassifyPage *self)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->one_button), TRUE);
}

static void
sample_clicked (RnClassifyPage *self)
{
  rn_picture_input_sample (self->session, self->next_scene++);
}

/* A picture that comes while the table is shown is what the person wants to see: only they bring one. */
static void
picture_changed (RnClassifyPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && rn_session_get_picture (self->session) != NULL)
    show_one (self);
  show (self);
}

/* Of what is shown, the picture or the table */
static void
clear_clicked (RnClassifyPage *self)
{
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->many_button)))
    rn_classify_many_clear (RN_CLASSIFY_MANY (self->many));
  else
    rn_session_set_picture (self->session, NULL, NULL, -1);
}

/* Making */

/* What is opened or pasted may be anything: the window tells, and does what a drop would do. */
static GtkWidget *
add_action (GtkWidget *box, const char *text, const char *action, const char *style)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (style != NULL)
    gtk_widget_add_css_class (button, style);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
add_button (RnClassifyPage *self, GtkWidget *box, const char *text, GCallback clicked,
            const char *style)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (style != NULL)
    gtk_widget_add_css_class (button, style);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
make_empty (RnClassifyPage *self, const char *title, const char *text, gboolean has_sample)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *open = add_action (buttons, _ ("Open pictures…"), "win.open-pictures", "pill");

  gtk_widget_add_css_class (open, "suggested-action");
  add_action (buttons, _ ("Paste"), "win.paste", "pill");
  if (has_sample)
    add_button (self, buttons, _ ("Try a sample picture"), G_CALLBACK (sample_clicked), "pill");
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "image-x-generic-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (page), text);
  adw_status_page_set_child (ADW_STATUS_PAGE (page), buttons);
  return page;
}

static GtkWidget *
make_switch (RnClassifyPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->one_button = gtk_toggle_button_new_with_label (_ ("One picture"));
  self->many_button = gtk_toggle_button_new_with_label (_ ("Many"));
  gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->many_button),
                               GTK_TOGGLE_BUTTON (self->one_button));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->one_button), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->one_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show one picture"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->many_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show the table of many pictures"), -1);
  g_signal_connect_swapped (self->many_button, "toggled", G_CALLBACK (show), self);
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_append (GTK_BOX (box), self->one_button);
  gtk_box_append (GTK_BOX (box), self->many_button);
  return box;
}

static void
make_bar (RnClassifyPage *self)
{
  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_append (GTK_BOX (self->bar), make_switch (self));
  add_action (self->bar, _ ("Open…"), "win.open-pictures", NULL);
  add_action (self->bar, _ ("Paste"), "win.paste", NULL);
  add_button (self, self->bar, _ ("Sample"), G_CALLBACK (sample_clicked), NULL);
  self->clear = add_button (self, self->bar, _ ("Clear"), G_CALLBACK (clear_clicked), NULL);
}

static void
make_content (RnClassifyPage *self)
{
  GtkStack *stack;

  self->one = rn_classify_one_new (self->session);
  self->many = rn_classify_many_new (self->session);
  self->stack = gtk_stack_new ();
  stack = GTK_STACK (self->stack);
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_named (stack, self->one, "one");
  gtk_stack_add_named (stack, self->many, "many");
  gtk_stack_add_named (stack,
                       make_empty (self, _ ("Classify a picture"),
                                   _ ("Drop a picture, or a whole folder, anywhere on the window."),
                                   TRUE),
                       "no-one");
  gtk_stack_add_named (
      stack,
      make_empty (self, _ ("Classify many pictures"),
                  _ ("Drop several pictures, or a folder of them, anywhere on the window."), FALSE),
      "no-many");
  make_bar (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (self->box), self->bar);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  self->margin = rn_margin_new (self->box);
  gtk_widget_set_parent (self->margin, GTK_WIDGET (self));
}

static void
rn_classify_page_dispose (GObject *object)
{
  RnClassifyPage *self = RN_CLASSIFY_PAGE (object);

  g_clear_pointer (&self->margin, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_classify_page_parent_class)->dispose (object);
}

static void
rn_classify_page_init (RnClassifyPage *self)
{
}

static void
rn_classify_page_class_init (RnClassifyPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_classify_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_classify_page_new (RnSession *session)
{
  RnClassifyPage *self = g_object_new (RN_TYPE_CLASSIFY_PAGE, NULL);

  self->session = g_object_ref (session);
  make_content (self);
  g_signal_connect_object (session, "picture", G_CALLBACK (picture_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->many, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->many, "opened", G_CALLBACK (show_one), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
