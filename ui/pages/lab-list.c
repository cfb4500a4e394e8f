#include "pages/lab-list.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_OWN 200         /* files of a folder that are read */
#define REREAD_AFTER_MS 300 /* a file that is being written changes several times */

/* One experiment, as it was read */
typedef struct
{
  char *what;
  RnExperiment *experiment; /* (nullable) */
  char *problem;            /* (nullable) */
  gboolean is_own;
} Item;

struct _RnLabList
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *box;
  char *folder;
  GFileMonitor *monitor; /* (nullable) */
  guint reread_id;
  GPtrArray *opened; /* of char *: files from elsewhere */
  GPtrArray *items;  /* of Item, in the order of the rows */
  char *wanted;      /* (nullable): what is to be chosen as soon as it is there */
  char *training;    /* (nullable) */
  Item *chosen;      /* (nullable): one of the items */
  GCancellable *reading;
  gboolean is_filling; /* rows come and go; nobody chose */
};

G_DEFINE_FINAL_TYPE (RnLabList, rn_lab_list, GTK_TYPE_WIDGET)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->experiment, rn_experiment_unref);
  g_free (item->what);
  g_free (item->problem);
  g_free (item);
}

/* Reading, in a task */

typedef struct
{
  char *folder;
  char **opened;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->folder);
  g_strfreev (reading->opened);
  g_free (reading);
}

static void
read_one (GPtrArray *items, const char *what, gboolean is_own)
{
  g_autoptr (GError) error = NULL;
  Item *item = g_new0 (Item, 1);

  item->what = g_strdup (what);
  item->is_own = is_own;
  item->experiment = rn_experiment_load (what, &error);
  if (item->experiment == NULL)
    item->problem = g_strdup (error->message);
  g_ptr_array_add (items, item);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static void
read_folder (GPtrArray *items, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && paths->len < MAX_OWN && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && name[0] != '.')
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    read_one (items, paths->pdata[i], TRUE);
}

static void
read_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;
  const char *const *names = rn_experiment_names ();
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);

  for (int i = 0; names[i] != NULL; i++)
    read_one (items, names[i], FALSE);
  read_folder (items, reading->folder);
  for (int i = 0; reading->opened[i] != NULL; i++)
    read_one (items, reading->opened[i], TRUE);
  g_task_return_pointer (task, items, (GDestroyNotify) g_ptr_array_unref);
}

/* Rows */

static const char *
get_title (const Item *item)
{
  return item->experiment != NULL ? rn_experiment_get_title (item->experiment) : item->what;
}

static GtkWidget *
new_row (const Item *item)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *base = item->experiment == NULL ? g_path_get_basename (item->what) : NULL;
  GtkWidget *label = gtk_label_new (base != NULL ? base : get_title (item));
  GtkWidget *icon = gtk_image_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_margin_top (label, 6); /* two lines make the row higher */
  gtk_widget_set_margin_bottom (label, 6);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, item->problem != NULL ? item->problem
                                    : item->is_own        ? item->what
                                                          : get_title (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  base != NULL ? base : get_title (item), -1);
  g_object_set_data (G_OBJECT (row), "icon", icon);
  return row;
}

/* By an icon that also says it in words */
static void
mark_row (RnLabList *self, guint at)
{
  const Item *item = self->items->pdata[at];
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->box), (int) at);
  GtkWidget *icon = g_object_get_data (G_OBJECT (row), "icon");
  const gboolean trains = g_strcmp0 (item->what, self->training) == 0;

  gtk_widget_set_visible (icon, trains || item->problem != NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), trains ? "media-playback-start-symbolic"
                                                         : "dialog-warning-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  trains ? _ ("trains now") : _ ("cannot be read"), -1);
}

static Item *
find_item (RnLabList *self, const char *what)
{
  for (guint i = 0; what != NULL && i < self->items->len; i++)
    if (g_str_equal (((Item *) self->items->pdata[i])->what, what))
      return self->items->pdata[i];
  return NULL;
}

static void
select_item (RnLabList *self, Item *item)
{
  guint at;

  if (item == NULL || !g_ptr_array_find (self->items, item, &at))
    return;
  gtk_list_box_select_row (GTK_LIST_BOX (self->box),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->box), (int) at));
}

static void
fill (RnLabList *self, GPtrArray *items)
{
  GtkWidget *row;

  self->is_filling = TRUE;
  self->chosen = NULL;
  while ((row = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->box), row);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  self->items = items;
  for (guint i = 0; i < items->len; i++)
    {
      gtk_list_box_append (GTK_LIST_BOX (self->box), new_row (items->pdata[i]));
      mark_row (self, i);
    }
  self->is_filling = FALSE;
}

/* Whether the two are the same to whoever has chosen */
static gboolean
is_same (const Item *a, const Item *b)
{
  const char *json_a = a->experiment != NULL ? rn_experiment_get_json (a->experiment) : a->problem;
  const char *json_b = b->experiment != NULL ? rn_experiment_get_json (b->experiment) : b->problem;

  return g_str_equal (a->what, b->what) && g_strcmp0 (json_a, json_b) == 0;
}

static void
were_read (GObject *source, GAsyncResult *result, gpointer data)
{
  RnLabList *self = RN_LAB_LIST (source);
  g_autoptr (GPtrArray) items = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GPtrArray) before = NULL;
  Item *was = self->chosen, *now;

  if (items == NULL || self->box == NULL)
    return; /* another reading is on its way, or the list is gone */
  if (self->items != NULL)
    before = g_ptr_array_ref (self->items);
  fill (self, g_steal_pointer (&items));
  now = find_item (self, self->wanted);
  if (now == NULL)
    now = was != NULL ? find_item (self, was->what) : NULL;
  if (now == NULL && self->items->len > 0)
    now = self->items->pdata[0];
  g_clear_pointer (&self->wanted, g_free);
  self->is_filling = TRUE;
  self->chosen = now;
  select_item (self, now);
  self->is_filling = FALSE;
  if (was == NULL || now == NULL || !is_same (was, now))
    g_signal_emit (self, signals[CHOSEN], 0);
}

void
rn_lab_list_refresh (RnLabList *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (RN_IS_LAB_LIST (self));

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  reading = g_new0 (Reading, 1);
  reading->folder = g_strdup (self->folder);
  reading->opened = g_new0 (char *, self->opened->len + 1);
  for (guint i = 0; i < self->opened->len; i++)
    reading->opened[i] = g_strdup (self->opened->pdata[i]);
  task = g_task_new (self, self->reading, were_read, NULL);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_task);
}

static gboolean
reread (gpointer data)
{
  RnLabList *self = data;

  self->reread_id = 0;
  rn_lab_list_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_folder_changed (RnLabList *self)
{
  if (self->reread_id == 0)
    self->reread_id = g_timeout_add (REREAD_AFTER_MS, reread, self);
}

static gboolean
has_opened (RnLabList *self, const char *what)
{
  for (guint i = 0; i < self->opened->len; i++)
    if (g_str_equal (self->opened->pdata[i], what))
      return TRUE;
  return FALSE;
}

static gboolean
is_in_folder (RnLabList *self, const char *what)
{
  g_autofree char *folder = g_path_get_dirname (what);

  return g_str_equal (folder, self->folder);
}

void
rn_lab_list_choose (RnLabList *self, const char *what)
{
  Item *item;

  g_return_if_fail (RN_IS_LAB_LIST (self) && what != NULL);

  item = self->items != NULL ? find_item (self, what) : NULL;
  if (item != NULL)
    {
      select_item (self, item);
      return;
    }
  g_free (self->wanted);
  self->wanted = g_strdup (what);
  if (strchr (what, '/') != NULL && !is_in_folder (self, what) && !has_opened (self, what))
    g_ptr_array_add (self->opened, g_strdup (what));
  rn_lab_list_refresh (self);
}

void
rn_lab_list_set_training (RnLabList *self, const char *what)
{
  g_return_if_fail (RN_IS_LAB_LIST (self));

  if (g_strcmp0 (self->training, what) == 0)
    return;
  g_free (self->training);
  self->training = g_strdup (what);
  for (guint i = 0; self->items != NULL && i < self->items->len; i++)
    mark_row (self, i);
}

const char *
rn_lab_list_get_folder (RnLabList *self)
{
  return self->folder;
}

const char *
rn_lab_list_get_chosen (RnLabList *self)
{
  return self->chosen != NULL ? self->chosen->what : NULL;
}

RnExperiment *
rn_lab_list_get_experiment (RnLabList *self)
{
  return self->chosen != NULL ? self->chosen->experiment : NULL;
}

const char *
rn_lab_list_get_problem (RnLabList *self)
{
  return self->chosen != NULL ? self->chosen->problem : NULL;
}

int
rn_lab_list_count (RnLabList *self)
{
  return self->items != NULL ? (int) self->items->len : 0;
}

/* The widget */

static void
on_selected (RnLabList *self, GtkListBoxRow *row)
{
  Item *item = row != NULL ? self->items->pdata[gtk_list_box_row_get_index (row)] : NULL;

  if (self->is_filling || item == NULL || item == self->chosen)
    return;
  self->chosen = item;
  g_signal_emit (self, signals[CHOSEN], 0);
}

/* “Yours” stands over the first of the person's own. */
static void
update_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  RnLabList *self = data;
  const Item *item = self->items->pdata[gtk_list_box_row_get_index (row)];
  const Item *other =
      before != NULL ? self->items->pdata[gtk_list_box_row_get_index (before)] : NULL;
  GtkWidget *label = NULL;

  if (item->is_own && (other == NULL || !other->is_own))
    {
      label = gtk_label_new (_ ("Your own"));
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_add_css_class (label, "heading");
      gtk_widget_set_margin_start (label, 12);
      gtk_widget_set_margin_top (label, 12);
      gtk_widget_set_margin_bottom (label, 6);
    }
  gtk_list_box_row_set_header (row, label);
}

static void
rn_lab_list_map (GtkWidget *widget)
{
  RnLabList *self = RN_LAB_LIST (widget);

  GTK_WIDGET_CLASS (rn_lab_list_parent_class)->map (widget);
  if (self->monitor == NULL)
    {
      g_autoptr (GFile) folder = g_file_new_for_path (self->folder);

      self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
      if (self->monitor != NULL)
        g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_folder_changed), self,
                                 G_CONNECT_SWAPPED);
    }
  rn_lab_list_refresh (self);
}

static void
rn_lab_list_dispose (GObject *object)
{
  RnLabList *self = RN_LAB_LIST (object);

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_object (&self->monitor);
  g_clear_handle_id (&self->reread_id, g_source_remove);
  self->box = NULL;
  self->chosen = NULL;
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_lab_list_parent_class)->dispose (object);
}

static void
rn_lab_list_finalize (GObject *object)
{
  RnLabList *self = RN_LAB_LIST (object);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_ptr_array_unref (self->opened);
  g_free (self->folder);
  g_free (self->wanted);
  g_free (self->training);
  G_OBJECT_CLASS (rn_lab_list_parent_class)->finalize (object);
}

static void
rn_lab_list_init (RnLabList *self)
{
  self->opened = g_ptr_array_new_with_free_func (g_free);
  self->box = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->box), GTK_SELECTION_BROWSE);
  gtk_list_box_set_header_func (GTK_LIST_BOX (self->box), update_header, self, NULL);
  gtk_widget_add_css_class (self->box, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->box), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Experiments"), -1);
  g_signal_connect_swapped (self->box, "row-selected", G_CALLBACK (on_selected), self);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

static void
rn_lab_list_class_init (RnLabListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_lab_list_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lab_list_finalize;
  widget_class->map = rn_lab_list_map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_lab_list_new (const char *folder)
{
  RnLabList *self = g_object_new (RN_TYPE_LAB_LIST, NULL);

  self->folder = g_strdup (folder);
  return GTK_WIDGET (self);
}
