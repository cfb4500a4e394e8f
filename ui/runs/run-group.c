#include "runs/run-group.h"

#include <glib/gi18n-lib.h>

struct _RnRunGroup
{
  GtkWidget parent_instance;

  GHashTable *names; /* (nullable): all runs */
  GtkWidget *box;
  GtkWidget *label;
};

G_DEFINE_FINAL_TYPE (RnRunGroup, rn_run_group, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

gboolean
rn_run_group_has (RnRunGroup *self, const char *name)
{
  g_return_val_if_fail (RN_IS_RUN_GROUP (self), FALSE);

  return self->names == NULL || g_hash_table_contains (self->names, name);
}

void
rn_run_group_set (RnRunGroup *self, const char *title, const char *const *names)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_RUN_GROUP (self));

  g_clear_pointer (&self->names, g_hash_table_unref);
  if (names != NULL)
    {
      self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (int i = 0; names[i] != NULL; i++)
        g_hash_table_add (self->names, g_strdup (names[i]));
      /* Translators: an experiment's title */
      text = g_strdup_printf (_ ("Only the runs of “%s” are shown."), title);
      gtk_label_set_text (GTK_LABEL (self->label), text);
      gtk_widget_set_tooltip_text (self->label, text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), names != NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_show_all (RnRunGroup *self)
{
  rn_run_group_set (self, NULL, NULL);
}

static void
rn_run_group_dispose (GObject *object)
{
  RnRunGroup *self = RN_RUN_GROUP (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->names, g_hash_table_unref);
  G_OBJECT_CLASS (rn_run_group_parent_class)->dispose (object);
}

static void
rn_run_group_init (RnRunGroup *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Show all runs"));

  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_set_hexpand (self->label, TRUE);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_show_all), self);
  gtk_box_append (GTK_BOX (self->box), self->label);
  gtk_box_append (GTK_BOX (self->box), button);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static void
rn_run_group_class_init (RnRunGroupClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_run_group_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_run_group_new (void)
{
  return g_object_new (RN_TYPE_RUN_GROUP, NULL);
}
