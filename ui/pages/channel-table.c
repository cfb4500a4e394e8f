#include "pages/channel-table.h"

#include <glib/gi18n-lib.h>

#include "pages/text.h"
#include "state/format.h"

#define MAX_CHANNELS 3

struct _RnChannelTable
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *text;
  GtkWidget *grid;
  GtkWidget *names[MAX_CHANNELS];
  GtkWidget *means[MAX_CHANNELS];
  GtkWidget *stds[MAX_CHANNELS];
};

G_DEFINE_FINAL_TYPE (RnChannelTable, rn_channel_table, GTK_TYPE_WIDGET)

static GtkWidget *
add_label (RnChannelTable *self, const char *text, int column, int row)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_set_hexpand (label, column > 0);
  if (row == 0)
    gtk_widget_add_css_class (label, "dim-label");
  if (row > 0 && column > 0)
    gtk_widget_add_css_class (label, "numeric");
  gtk_grid_attach (GTK_GRID (self->grid), label, column, row, 1, 1);
  return label;
}

static void
rn_channel_table_init (RnChannelTable *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->text = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->text), 0);
  rn_text_wrap (self->text);
  gtk_widget_add_css_class (self->text, "dim-label");
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  add_label (self, _ ("mean"), 1, 0);
  add_label (self, _ ("deviation"), 2, 0);
  for (int i = 0; i < MAX_CHANNELS; i++)
    {
      self->names[i] = add_label (self, NULL, 0, i + 1);
      self->means[i] = add_label (self, NULL, 1, i + 1);
      self->stds[i] = add_label (self, NULL, 2, i + 1);
    }
  gtk_box_append (GTK_BOX (self->box), self->text);
  gtk_box_append (GTK_BOX (self->box), self->grid);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  rn_channel_table_set_text (self, "");
}

static void
dispose (GObject *object)
{
  RnChannelTable *self = RN_CHANNEL_TABLE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_channel_table_parent_class)->dispose (object);
}

static void
rn_channel_table_class_init (RnChannelTableClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

GtkWidget *
rn_channel_table_new (void)
{
  return g_object_new (RN_TYPE_CHANNEL_TABLE, NULL);
}

static const char *
name_channel (int n, int at)
{
  if (n == 1)
    return _ ("Grey");
  return at == 0 ? _ ("Red") : at == 1 ? _ ("Green") : _ ("Blue");
}

void
rn_channel_table_set (RnChannelTable *self, int n, const float *mean, const float *std)
{
  g_return_if_fail (RN_IS_CHANNEL_TABLE (self) && n >= 1 && n <= MAX_CHANNELS);

  for (int i = 0; i < MAX_CHANNELS; i++)
    {
      g_autofree char *mean_text = rn_format_number (i < n ? (double) mean[i] : 0.0);
      g_autofree char *std_text = rn_format_number (i < n ? (double) std[i] : 0.0);

      gtk_label_set_text (GTK_LABEL (self->names[i]), name_channel (n, i));
      gtk_label_set_text (GTK_LABEL (self->means[i]), mean_text);
      gtk_label_set_text (GTK_LABEL (self->stds[i]), std_text);
      gtk_widget_set_visible (self->names[i], i < n);
      gtk_widget_set_visible (self->means[i], i < n);
      gtk_widget_set_visible (self->stds[i], i < n);
    }
  gtk_widget_set_visible (self->grid, TRUE);
  gtk_widget_set_visible (self->text, FALSE);
}

void
rn_channel_table_set_text (RnChannelTable *self, const char *text)
{
  g_return_if_fail (RN_IS_CHANNEL_TABLE (self));

  gtk_label_set_text (GTK_LABEL (self->text), text);
  gtk_widget_set_visible (self->grid, FALSE);
  gtk_widget_set_visible (self->text, TRUE);
}
