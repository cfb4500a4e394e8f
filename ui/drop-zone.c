#include "drop-zone.h"

#include <glib/gi18n-lib.h>

#include "opened.h"
#include "pages/text.h"

struct _RnDropZone
{
  AdwBin parent_instance;
  GtkWidget *overlay;
  GtkWidget *veil;   /* over the child while something hovers */
  GtkWidget *first;  /* what will happen */
  GtkWidget *second; /* what else could; seen where there is a choice */
  GtkDropTarget *target;
  GCancellable *telling; /* (nullable) */
  gboolean is_second;    /* the pointer is over the second choice */
};

G_DEFINE_FINAL_TYPE (RnDropZone, rn_drop_zone, ADW_TYPE_BIN)

enum
{
  FILES,
  TEXTURE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

GListModel *
rn_files_from_list (GdkFileList *list)
{
  GListStore *store = g_list_store_new (G_TYPE_FILE);
  GSList *files = gdk_file_list_get_files (list);

  for (GSList *l = files; l != NULL; l = l->next)
    g_list_store_append (store, l->data);
  g_slist_free (files);
  return G_LIST_MODEL (store);
}

char **
rn_files_get_paths (GListModel *files)
{
  const guint n = g_list_model_get_n_items (files);
  char **paths = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      paths[i] = g_file_get_path (file);
      if (paths[i] == NULL)
        paths[i] = g_file_get_uri (file);
    }
  return paths;
}

static void
tell_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, rn_opened_tell (data, cancellable), (GDestroyNotify) rn_opened_free);
}

static void
choose (RnDropZone *self, gboolean is_second)
{
  self->is_second = is_second && gtk_widget_get_visible (self->second);
  if (self->is_second)
    {
      gtk_widget_add_css_class (self->second, "chosen");
      gtk_widget_remove_css_class (self->first, "chosen");
    }
  else
    {
      gtk_widget_add_css_class (self->first, "chosen");
      gtk_widget_remove_css_class (self->second, "chosen");
    }
}

static void
on_told (GObject *source, GAsyncResult *result, gpointer data)
{
  RnDropZone *self = RN_DROP_ZONE (source);
  g_autoptr (RnOpened) opened = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autofree char *words = NULL;

  if (opened == NULL || g_task_get_cancellable (G_TASK (result)) != self->telling)
    return;
  words = rn_opened_describe (opened);
  gtk_label_set_text (GTK_LABEL (self->first), words);
  gtk_widget_set_visible (self->second, opened->has_classes);
}

static void
stop_telling (RnDropZone *self)
{
  if (self->telling != NULL)
    g_cancellable_cancel (self->telling);
  g_clear_object (&self->telling);
}

static void
tell (RnDropZone *self, GListModel *files)
{
  g_autoptr (GTask) task = NULL;

  stop_telling (self);
  self->telling = g_cancellable_new ();
  task = g_task_new (self, self->telling, on_told, NULL);
  g_task_set_task_data (task, rn_files_get_paths (files), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, tell_in_task);
}

/* What hovers is known before it is dropped. */
static void
on_value (RnDropZone *self)
{
  const GValue *value = gtk_drop_target_get_value (self->target);

  if (value == NULL)
    return;
  if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    gtk_label_set_text (GTK_LABEL (self->first), _ ("Classify this picture"));
  else if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GListModel) files = rn_files_from_list (g_value_get_boxed (value));

      tell (self, files);
    }
}

static GdkDragAction
on_enter (RnDropZone *self)
{
  gtk_label_set_text (GTK_LABEL (self->first), _ ("Drop to open"));
  gtk_widget_set_visible (self->second, FALSE);
  choose (self, FALSE);
  gtk_widget_set_visible (self->veil, TRUE);
  on_value (self);
  return GDK_ACTION_COPY;
}

static GdkDragAction
on_motion (RnDropZone *self, double x, double y)
{
  choose (self, y > gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
  return GDK_ACTION_COPY;
}

static void
on_leave (RnDropZone *self)
{
  stop_telling (self);
  gtk_widget_set_visible (self->veil, FALSE);
}

void
rn_drop_zone_hover (RnDropZone *self, GListModel *files)
{
  g_return_if_fail (RN_IS_DROP_ZONE (self));

  if (files == NULL)
    {
      on_leave (self);
      return;
    }
  on_enter (self);
  tell (self, files);
}

static gboolean
on_drop (RnDropZone *self, const GValue *value, double x, double y)
{
  const gboolean is_second = self->is_second;

  on_leave (self);
  choose (self, FALSE);
  if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    g_signal_emit (self, signals[TEXTURE], 0, g_value_get_object (value));
  else if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GListModel) files = rn_files_from_list (g_value_get_boxed (value));

      g_signal_emit (self, signals[FILES], 0, files, is_second);
    }
  else
    return FALSE;
  return TRUE;
}

static void
rn_drop_zone_dispose (GObject *object)
{
  stop_telling (RN_DROP_ZONE (object));
  G_OBJECT_CLASS (rn_drop_zone_parent_class)->dispose (object);
}

static void
rn_drop_zone_class_init (RnDropZoneClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_drop_zone_dispose;
  signals[FILES] = g_signal_new ("files", RN_TYPE_DROP_ZONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_LIST_MODEL, G_TYPE_BOOLEAN);
  signals[TEXTURE] = g_signal_new ("texture", RN_TYPE_DROP_ZONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, GDK_TYPE_TEXTURE);
}

static GtkWidget *
new_choice (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  rn_text_wrap (label);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 20); /* or it asks for the height of a column */
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_vexpand (label, TRUE);
  gtk_widget_add_css_class (label, "title-1");
  gtk_widget_add_css_class (label, "drop-choice");
  return label;
}

static void
make_target (RnDropZone *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST, GDK_TYPE_TEXTURE };

  self->target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  gtk_drop_target_set_gtypes (self->target, types, G_N_ELEMENTS (types));
  gtk_drop_target_set_preload (self->target, TRUE);
  g_signal_connect_swapped (self->target, "enter", G_CALLBACK (on_enter), self);
  g_signal_connect_swapped (self->target, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (self->target, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect_swapped (self->target, "drop", G_CALLBACK (on_drop), self);
  g_signal_connect_swapped (self->target, "notify::value", G_CALLBACK (on_value), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->target));
}

static void
rn_drop_zone_init (RnDropZone *self)
{
  self->first = new_choice (NULL);
  self->second = new_choice (_ ("Classify all its pictures"));
  self->veil = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_set_homogeneous (GTK_BOX (self->veil), TRUE);
  gtk_box_append (GTK_BOX (self->veil), self->first);
  gtk_box_append (GTK_BOX (self->veil), self->second);
  gtk_widget_add_css_class (self->veil, "drop-veil");
  gtk_widget_set_visible (self->veil, FALSE);
  gtk_widget_set_can_target (self->veil, FALSE);

  self->overlay = gtk_overlay_new ();
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->veil);
  adw_bin_set_child (ADW_BIN (self), self->overlay);
  make_target (self);
}

GtkWidget *
rn_drop_zone_new (GtkWidget *child)
{
  RnDropZone *self = g_object_new (RN_TYPE_DROP_ZONE, NULL);

  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), child);
  return GTK_WIDGET (self);
}
