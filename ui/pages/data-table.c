#include "pages/data-table.h"

#include "pages/tab-stop.h"

/* GTK 4.8 has no property for that: the titles are the children of the view's first child, each with its label somewhere
 * inside.
 */
static void
align_title (GtkWidget *widget, gboolean is_right)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  if (GTK_IS_LABEL (widget))
    {
      gtk_widget_set_hexpand (widget, TRUE);
      gtk_label_set_xalign (GTK_LABEL (widget), is_right ? 1 : 0);
    }
  for (; child != NULL; child = gtk_widget_get_next_sibling (child))
    align_title (child, is_right);
}

/* The card is the table's ground: neither the view nor the list in it has one of its own. */
static void
clear_ground (GtkWidget *view)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (provider, ".view { background: none; }", -1);
  gtk_style_context_add_provider (gtk_widget_get_style_context (view),
                                  GTK_STYLE_PROVIDER (provider),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  for (GtkWidget *child = gtk_widget_get_first_child (view); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_style_context_add_provider (gtk_widget_get_style_context (child),
                                    GTK_STYLE_PROVIDER (provider),
                                    GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

void
rn_data_table_add_column (GtkWidget *view, const char *title, int column, int n_left,
                          RnDataTableFunc setup, RnDataTableFunc bind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made;

  g_signal_connect (factory, "setup", G_CALLBACK (setup), GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind), GINT_TO_POINTER (column));
  made = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_expand (made, TRUE);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (view), made);
  g_object_unref (made);
  align_title (gtk_widget_get_last_child (gtk_widget_get_first_child (view)), column >= n_left);
}

GtkWidget *
rn_data_table_new (GtkSelectionModel *model, const char *label)
{
  GtkWidget *view = gtk_column_view_new (model);

  gtk_widget_add_css_class (view, "data-table");
  gtk_widget_add_css_class (view, "cost-table");
  clear_ground (view);
  rn_tab_stop_make (view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return view;
}
