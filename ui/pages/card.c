#include "pages/card.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/text.h"

/* With a button in it or without, so that cards side by side begin at one height */
#define HEAD_HEIGHT_PX 34

struct _RnCard
{
  GtkWidget parent_instance;

  GtkWidget *head;
  GtkWidget *title;
  GtkWidget *title_widget;
  GtkWidget *caption;
  GtkWidget *suffixes;
  GtkWidget *help;
  GtkWidget *stack;
  GtkWidget *empty;
  GtkWidget *empty_text;
  GtkWidget *empty_button;
};

G_DEFINE_FINAL_TYPE (RnCard, rn_card, GTK_TYPE_WIDGET)

GtkWidget *
rn_help_button_new (const char *about, const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *button = gtk_menu_button_new ();
  g_autofree char *name = g_strdup_printf (_ ("What is this? %s"), about);

  rn_text_wrap (label);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_start (label, 6);
  gtk_widget_set_margin_end (label, 6);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);
  gtk_popover_set_child (GTK_POPOVER (popover), label);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "help-about-symbolic");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_tooltip_text (button, _ ("What is this?"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

void
rn_card_set_title (RnCard *self, const char *title)
{
  g_return_if_fail (RN_IS_CARD (self));

  gtk_label_set_text (GTK_LABEL (self->title), title != NULL ? title : "");
  gtk_widget_set_visible (self->title, title != NULL && self->title_widget == NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title != NULL ? title : "", -1);
}

void
rn_card_set_title_widget (RnCard *self, GtkWidget *widget)
{
  g_return_if_fail (RN_IS_CARD (self));

  if (self->title_widget != NULL)
    gtk_box_remove (GTK_BOX (self->head), self->title_widget);
  self->title_widget = widget;
  gtk_widget_set_visible (self->title, widget == NULL);
  if (widget != NULL)
    gtk_box_prepend (GTK_BOX (self->head), widget);
}

void
rn_card_set_caption (RnCard *self, const char *caption)
{
  g_return_if_fail (RN_IS_CARD (self));

  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->caption)), caption) == 0)
    return;
  gtk_label_set_text (GTK_LABEL (self->caption), caption != NULL ? caption : "");
  gtk_widget_set_tooltip_text (self->caption, caption);
}

void
rn_card_set_caption_beside (RnCard *self, gboolean beside)
{
  g_return_if_fail (RN_IS_CARD (self));

  gtk_label_set_xalign (GTK_LABEL (self->caption), beside ? 0 : 1);
}

void
rn_card_add_suffix (RnCard *self, GtkWidget *widget)
{
  g_return_if_fail (RN_IS_CARD (self) && GTK_IS_WIDGET (widget));

  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->suffixes), widget);
}

void
rn_card_set_help (RnCard *self, const char *text)
{
  g_return_if_fail (RN_IS_CARD (self) && text != NULL);

  if (self->help != NULL)
    gtk_box_remove (GTK_BOX (self->head), self->help);
  self->help = rn_help_button_new (gtk_label_get_text (GTK_LABEL (self->title)), text);
  gtk_box_append (GTK_BOX (self->head), self->help);
}

void
rn_card_set_empty (RnCard *self, const char *text, GtkWidget *button)
{
  g_return_if_fail (RN_IS_CARD (self));

  if (text != NULL)
    gtk_label_set_text (GTK_LABEL (self->empty_text), text);
  if (button != self->empty_button)
    {
      if (self->empty_button != NULL)
        gtk_box_remove (GTK_BOX (self->empty), self->empty_button);
      self->empty_button = button;
      if (button != NULL)
        {
          gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
          gtk_box_append (GTK_BOX (self->empty), button);
        }
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), text != NULL ? "empty" : "child");
}

/* A stack asks how narrow its child may be for its height, and gives it no less. Wrapped text can only guess that, at times
 * wider than the card: what is held here says how narrow it may be at all.
 */
static void
measure_held (GtkWidget *holder, GtkOrientation orientation, int for_size, int *minimum,
              int *natural, int *minimum_baseline, int *natural_baseline)
{
  gtk_widget_measure (gtk_widget_get_first_child (holder), orientation,
                      orientation == GTK_ORIENTATION_HORIZONTAL ? -1 : for_size, minimum, natural,
                      NULL, NULL);
}

static void
allocate_held (GtkWidget *holder, int width, int height, int baseline)
{
  gtk_widget_allocate (gtk_widget_get_first_child (holder), width, height, baseline, NULL);
}

static GtkSizeRequestMode
get_request_mode (GtkWidget *holder)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static GtkWidget *
hold (GtkWidget *child)
{
  GtkWidget *holder = adw_bin_new ();

  gtk_widget_set_layout_manager (holder, gtk_custom_layout_new (get_request_mode, measure_held,
                                                                allocate_held));
  adw_bin_set_child (ADW_BIN (holder), child);
  return holder;
}

static GtkWidget *
make_head (RnCard *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_set_size_request (head, -1, HEAD_HEIGHT_PX);
  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_widget_add_css_class (self->title, "heading");
  self->caption = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->caption), 1);
  gtk_label_set_ellipsize (GTK_LABEL (self->caption), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->caption, TRUE);
  gtk_widget_add_css_class (self->caption, "dim-label");
  gtk_widget_add_css_class (self->caption, "numeric");
  self->suffixes = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->caption);
  gtk_box_append (GTK_BOX (head), self->suffixes);
  return head;
}

static void
rn_card_init (RnCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->head = make_head (self);
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->empty = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_valign (self->empty, GTK_ALIGN_CENTER);
  self->empty_text = gtk_label_new (NULL);
  rn_text_wrap (self->empty_text);
  gtk_label_set_justify (GTK_LABEL (self->empty_text), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (self->empty_text), 50);
  gtk_widget_add_css_class (self->empty_text, "dim-label");
  gtk_box_append (GTK_BOX (self->empty), self->empty_text);
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_box_append (GTK_BOX (box), self->head);
  gtk_box_append (GTK_BOX (box), self->stack);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
}

static void
rn_card_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_card_parent_class)->dispose (object);
}

static void
rn_card_class_init (RnCardClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_card_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

GtkWidget *
rn_card_new (const char *title, GtkWidget *child)
{
  RnCard *self = g_object_new (RN_TYPE_CARD, NULL);

  rn_card_set_title (self, title);
  if (child == NULL)
    child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_stack_add_named (GTK_STACK (self->stack), hold (child), "child");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "child");
  return GTK_WIDGET (self);
}
