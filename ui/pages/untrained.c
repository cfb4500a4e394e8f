#include "pages/untrained.h"

#include <glib/gi18n-lib.h>

#include "pages/memory-check.h"

static void
start_clicked (GtkWidget *button, RnSession *session)
{
  rn_start_training (session, button);
}

static GtkWidget *
make_button (const char *label)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  return button;
}

GtkWidget *
rn_untrained_offer_new (RnSession *session)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *start = make_button (_ ("Start training"));
  GtkWidget *example = make_button (_ ("Open a trained example"));

  gtk_widget_add_css_class (start, "suggested-action");
  g_signal_connect_object (start, "clicked", G_CALLBACK (start_clicked), session, 0);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (example), "win.open-example");
  gtk_widget_set_tooltip_text (example, _ ("ResNet-20, trained by this program on the sample set"));
  gtk_box_append (GTK_BOX (box), start);
  gtk_box_append (GTK_BOX (box), example);
  return box;
}
