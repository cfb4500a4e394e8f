#include "pages/preset-list.h"

#include "pages/tab-stop.h"

#include <glib/gi18n-lib.h>
#include <residua/cost.h>

#include "state/format.h"

#define LIST_HEIGHT 180

#define RN_TYPE_PRESET (rn_preset_get_type ())
G_DECLARE_FINAL_TYPE (RnPreset, rn_preset, RN, PRESET, GObject)

struct _RnPreset
{
  GObject parent_instance;

  const char *name; /* the core's */
  char *title;
  char *cost;
  char *data;
};

G_DEFINE_FINAL_TYPE (RnPreset, rn_preset, G_TYPE_OBJECT)

struct _RnPresetList
{
  GtkWidget parent_instance;

  GtkWidget *search;
  GtkWidget *stack; /* the list, or a sentence where nothing is found */
  GListStore *store;
  GtkFilter *filter;
  GtkFilterListModel *shown;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (RnPresetList, rn_preset_list, GTK_TYPE_WIDGET)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
rn_preset_finalize (GObject *object)
{
  RnPreset *self = RN_PRESET (object);

  g_free (self->title);
  g_free (self->cost);
  g_free (self->data);
  G_OBJECT_CLASS (rn_preset_parent_class)->finalize (object);
}

static void
rn_preset_init (RnPreset *self)
{
}

static void
rn_preset_class_init (RnPresetClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_preset_finalize;
}

static RnPreset *
make_preset (const char *name)
{
  RnPreset *self = g_object_new (RN_TYPE_PRESET, NULL);
  g_autoptr (RnSpec) spec = rn_spec_preset (name, NULL);
  g_autofree char *parameters = NULL, *macs = NULL;
  const int side = rn_spec_get_side (spec);
  RnCost cost;

  rn_cost_of_network (spec, 1, 1, &cost);
  parameters = rn_format_amount (cost.parameters);
  macs = rn_format_amount (cost.macs);
  self->name = name;
  self->title = rn_format_spec_title (spec);
  self->cost = g_strdup_printf (_ ("%s parameters · %s multiply-adds"), parameters, macs);
  /* Translators: the data set that a preset is made for, and the side of its pictures */
  self->data = g_strdup_printf (side <= 64 ? _ ("CIFAR, %d px") : _ ("ImageNet, %d px"), side);
  return self;
}

static void
count (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *const *names = rn_spec_preset_names ();
  GPtrArray *presets = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; names[i] != NULL; i++)
    g_ptr_array_add (presets, make_preset (names[i]));
  g_task_return_pointer (task, presets, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GPtrArray) presets = g_task_propagate_pointer (G_TASK (result), NULL);

  if (presets == NULL)
    return; /* cancelled: @data may be gone */
  g_list_store_splice (RN_PRESET_LIST (data)->store, 0, 0, presets->pdata, presets->len);
}

/* Rows */

static GtkWidget *
make_label (const char *css_class, PangoEllipsizeMode mode)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), mode);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, RnPresetList *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = make_label (NULL, PANGO_ELLIPSIZE_END);
  GtkWidget *data = make_label ("caption", PANGO_ELLIPSIZE_NONE);
  GtkWidget *cost = make_label ("caption", PANGO_ELLIPSIZE_END);

  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (data, "dim-label");
  gtk_widget_add_css_class (cost, "dim-label");
  gtk_widget_add_css_class (cost, "numeric");
  gtk_box_append (GTK_BOX (line), title);
  gtk_box_append (GTK_BOX (line), data);
  gtk_box_append (GTK_BOX (row), line);
  gtk_box_append (GTK_BOX (row), cost);
  gtk_widget_set_margin_top (row, 6);
  gtk_widget_set_margin_bottom (row, 6);
  gtk_list_item_set_child (item, row);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, RnPresetList *self)
{
  RnPreset *preset = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *line = gtk_widget_get_first_child (row);
  g_autofree char *tooltip =
      g_strdup_printf ("%s\n%s\n%s", preset->title, preset->cost, preset->data);

  gtk_label_set_text (GTK_LABEL (gtk_widget_get_first_child (line)), preset->title);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (line)), preset->data);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (row)), preset->cost);
  gtk_widget_set_tooltip_text (row, tooltip);
}

/* Search: every word is somewhere in the title, the core's name or the data */

static gboolean
matches (gpointer item, gpointer data)
{
  RnPreset *preset = RN_PRESET (item);
  RnPresetList *self = data;
  g_autofree char *search =
      g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  g_autofree char *joined = g_strjoin (" ", preset->title, preset->name, preset->data, NULL);
  g_autofree char *text = g_utf8_casefold (joined, -1);
  g_auto (GStrv) words = g_strsplit (search, " ", -1);

  for (int i = 0; words[i] != NULL; i++)
    if (strstr (text, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static void
on_search (RnPresetList *self)
{
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    rn_preset_list_n_shown (self) > 0 ? "list" : "nothing");
}

void
rn_preset_list_set_search (RnPresetList *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  on_search (self); /* the entry waits for more keys */
}

guint
rn_preset_list_n_shown (RnPresetList *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->shown));
}

char *
rn_preset_list_describe (RnPresetList *self, guint at)
{
  g_autoptr (RnPreset) preset = g_list_model_get_item (G_LIST_MODEL (self->shown), at);

  g_return_val_if_fail (preset != NULL, NULL);

  return g_strdup_printf ("%s, %s, %s", preset->title, preset->cost, preset->data);
}

void
rn_preset_list_choose (RnPresetList *self, guint at)
{
  g_autoptr (RnPreset) preset = g_list_model_get_item (G_LIST_MODEL (self->shown), at);

  if (preset != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, preset->name);
}

static void
on_activate (RnPresetList *self, guint at)
{
  rn_preset_list_choose (self, at);
}

static GtkWidget *
make_list (RnPresetList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkNoSelection *selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  GtkWidget *list, *scrolled = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Presets"), -1);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  rn_tab_stop_make (list);
  g_signal_connect_swapped (list, "activate", G_CALLBACK (on_activate), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), LIST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
rn_preset_list_dispose (GObject *object)
{
  RnPresetList *self = RN_PRESET_LIST (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->shown);
  G_OBJECT_CLASS (rn_preset_list_parent_class)->dispose (object);
}

static void
rn_preset_list_init (RnPresetList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *nothing = gtk_label_new (_ ("No preset matches the search."));

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Search presets"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search presets"), -1);
  self->store = g_list_store_new (RN_TYPE_PRESET);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  self->shown = gtk_filter_list_model_new (G_LIST_MODEL (self->store), self->filter);
  self->stack = gtk_stack_new ();
  gtk_widget_add_css_class (nothing, "dim-label");
  gtk_stack_add_named (GTK_STACK (self->stack), make_list (self), "list");
  gtk_stack_add_named (GTK_STACK (self->stack), nothing, "nothing");
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_search), self);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->stack);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

static void
rn_preset_list_class_init (RnPresetListClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_preset_list_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[CHOSEN] = g_signal_new ("chosen", RN_TYPE_PRESET_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

GtkWidget *
rn_preset_list_new (void)
{
  RnPresetList *self = g_object_new (RN_TYPE_PRESET_LIST, NULL);
  g_autoptr (GTask) task = NULL;

  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, on_counted, self);
  g_task_set_source_tag (task, rn_preset_list_new);
  g_task_run_in_thread (task, count);
  return GTK_WIDGET (self);
}
