#include "page-switcher.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* A word with room for its bold form, that of the page which is shown: no word moves when another page is. */
static GtkWidget *
new_word (const char *title)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *room = g_object_new (GTK_TYPE_LABEL, "label", title, "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_add_css_class (room, "page-room");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), room);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), gtk_label_new (title));
  return overlay;
}

static GtkWidget *
new_button (const RnPageTitle *page, guint number, gboolean has_words)
{
  GtkWidget *button = gtk_toggle_button_new ();
  const char *title = _ (page->title);
  /* Translators: a page and the key that shows it, as in "Train (Alt+3)" */
  g_autofree char *tip = g_strdup_printf (_ ("%s (Alt+%u)"), title, number);

  if (has_words)
    gtk_button_set_child (GTK_BUTTON (button), new_word (title));
  else
    gtk_button_set_icon_name (GTK_BUTTON (button), page->icon);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", page->name);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, has_words ? "page-word" : "page-icon");
  return button;
}

static GtkWidget *
new_row (const RnPageTitle *pages, guint n, gboolean has_words)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  for (guint i = 0; i < n; i++)
    gtk_box_append (GTK_BOX (row), new_button (&pages[i], i + 1, has_words));
  gtk_widget_set_valign (row, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row, "page-switcher");
  return row;
}

GtkWidget *
rn_page_switcher_new (const RnPageTitle *pages, guint n)
{
  GtkWidget *squeezer = adw_squeezer_new ();

  adw_squeezer_add (ADW_SQUEEZER (squeezer), new_row (pages, n, TRUE));
  adw_squeezer_add (ADW_SQUEEZER (squeezer), new_row (pages, n, FALSE));
  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  gtk_widget_set_halign (squeezer, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (squeezer), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pages"), -1);
  return squeezer;
}
