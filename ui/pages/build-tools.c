#include "pages/build-tools.h"

#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "pages/build-files.h"
#include "pages/problem-list.h"

/* A button: an icon, or a label where there is no icon for it */
typedef struct
{
  const char *name; /* of the action */
  const char *icon; /* (nullable) */
  const char *label;
  const char *tooltip;
  const char *keys; /* as people read them */
  guint key;        /* 0: the window has it already */
  GdkModifierType modifiers;
  gboolean begins; /* a group */
} Tool;

static const Tool tools[] = {
  { "new", "document-new-symbolic", N_ ("New network"), N_ ("A new network without blocks"),
    N_ ("Ctrl+N"), GDK_KEY_n, GDK_CONTROL_MASK, TRUE },
  { "open", "document-open-symbolic", N_ ("Open a network"), N_ ("Read a network from a JSON file"),
    N_ ("Ctrl+Shift+O"), GDK_KEY_o, GDK_CONTROL_MASK | GDK_SHIFT_MASK, FALSE },
  { "save", "document-save-symbolic", N_ ("Save the network"),
    N_ ("Keep the network as a JSON file"), N_ ("Ctrl+S"), GDK_KEY_s, GDK_CONTROL_MASK, FALSE },
  { "undo", "edit-undo-symbolic", N_ ("Undo"), N_ ("Nothing to undo"), N_ ("Ctrl+Z"), 0, 0, TRUE },
  { "redo", "edit-redo-symbolic", N_ ("Redo"), N_ ("Nothing to redo"), N_ ("Ctrl+Shift+Z"), 0, 0,
    FALSE },
  { "plain-twin", NULL, N_ ("Plain twin"), N_ ("The same layers without shortcuts"), N_ ("Ctrl+T"),
    GDK_KEY_t, GDK_CONTROL_MASK, TRUE },
  { "deepen", NULL, N_ ("Deepen"),
    N_ ("One more block, which computes the identity: what the network gives stays the same"),
    N_ ("Ctrl+Shift+D"), GDK_KEY_d, GDK_CONTROL_MASK | GDK_SHIFT_MASK, FALSE },
  { "fit", NULL, N_ ("Fit to data"), N_ ("The same layers for the data set’s pictures and classes"),
    N_ ("Ctrl+Shift+F"), GDK_KEY_f, GDK_CONTROL_MASK | GDK_SHIFT_MASK, FALSE },
};

/* Keys of what stands in the menu alone */
static const struct
{
  guint key;
  GdkModifierType modifiers;
  const char *action; /* detailed */
} menu_keys[] = {
  { GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "build.save-as" },
  { GDK_KEY_e, GDK_CONTROL_MASK, "build.export::pdf" },
  { GDK_KEY_e, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "build.copy-table" },
};

struct _RnBuildTools
{
  GtkWidget parent_instance;

  RnSession *session;
  GSimpleActionGroup *actions;
  GtkWidget *box;
  GtkWidget *buttons[G_N_ELEMENTS (tools)];
  GMenu *menu;
  GMenu *steps; /* its first section */
  gboolean are_steps_due;
  GtkWidget *popover; /* of the menu */
};

G_DEFINE_FINAL_TYPE (RnBuildTools, rn_build_tools, GTK_TYPE_WIDGET)

/* Deeds */

static void
start_new (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_new_sketch (RN_BUILD_TOOLS (data)->session);
}

static void
open_file (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_build_open (RN_BUILD_TOOLS (data)->session, data);
}

static void
save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_build_save (RN_BUILD_TOOLS (data)->session, data);
}

static void
save_as (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_build_save_as (RN_BUILD_TOOLS (data)->session, data);
}

static void
undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_undo (RN_BUILD_TOOLS (data)->session);
}

static void
redo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_redo (RN_BUILD_TOOLS (data)->session);
}

static void
make_plain (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnSession *session = RN_BUILD_TOOLS (data)->session;

  rn_sketch_make_plain (rn_session_begin_edit (session));
  rn_session_end_edit (session, NULL);
}

/* Behind the selected block, else behind the last. The new block is selected. */
static void
deepen (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnSession *session = RN_BUILD_TOOLS (data)->session;
  RnSelection *selection = rn_session_get_selection (session);
  const RnSpec *spec = rn_session_get_spec (session);
  const int lead = rn_spec_find_block (spec, rn_selection_get_block (selection));
  guint32 id = 0;
  GError *error = NULL;

  rn_sketch_deepen (rn_session_begin_edit (session), lead >= 0 ? lead + 1 : rn_spec_n_blocks (spec),
                    &id, &error);
  if (rn_session_end_edit (session, error))
    rn_selection_select (selection, RN_PART_BLOCK, id, NULL);
}

static void
fit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnSession *session = RN_BUILD_TOOLS (data)->session;
  RnDataset *dataset = rn_session_get_dataset (session);
  g_autoptr (RnSpec) fitted = rn_spec_copy (rn_session_get_spec (session));

  if (dataset == NULL || !rn_spec_fit_dataset (fitted, dataset))
    return;
  rn_sketch_change (rn_session_begin_edit (session), fitted, _ ("fit to the data"));
  rn_session_end_edit (session, NULL);
}

static void
export_drawing (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  for (RnExport format = 0; format < RN_N_EXPORTS; format++)
    if (g_str_equal (rn_export_ending (format), g_variant_get_string (parameter, NULL)))
      rn_build_export (RN_BUILD_TOOLS (data)->session, data, format);
}

static void
copy_table (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_build_copy_table (RN_BUILD_TOOLS (data)->session, data);
}

static const GActionEntry entries[] = {
  { "new", start_new, NULL, NULL, NULL, { 0 } },
  { "open", open_file, NULL, NULL, NULL, { 0 } },
  { "save", save, NULL, NULL, NULL, { 0 } },
  { "save-as", save_as, NULL, NULL, NULL, { 0 } },
  { "undo", undo, NULL, NULL, NULL, { 0 } },
  { "redo", redo, NULL, NULL, NULL, { 0 } },
  { "plain-twin", make_plain, NULL, NULL, NULL, { 0 } },
  { "deepen", deepen, NULL, NULL, NULL, { 0 } },
  { "fit", fit, NULL, NULL, NULL, { 0 } },
  { "export", export_drawing, "s", NULL, NULL, { 0 } },
  { "copy-table", copy_table, NULL, NULL, NULL, { 0 } },
};

/* What can be done now */

static void
enable (RnBuildTools *self, const char *name, gboolean is_enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), is_enabled);
}

/* @text: (nullable): the button's own where there is nothing special to tell. Returns: whether it is another than before */
static gboolean
tell (RnBuildTools *self, const char *name, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    if (g_str_equal (tools[i].name, name))
      {
        g_autofree char *tooltip =
            g_strdup_printf (_ ("%s (%s)"), text != NULL ? text : _ (tools[i].tooltip),
                             _ (tools[i].keys));

        if (g_strcmp0 (tooltip, gtk_widget_get_tooltip_text (self->buttons[i])) == 0)
          return FALSE;
        gtk_widget_set_tooltip_text (self->buttons[i], tooltip);
        return TRUE;
      }
  return FALSE;
}

/* @keys: (nullable): as gtk_accelerator_parse() has them, shown beside the label */
static void
add_item (GMenu *menu, const char *label, const char *action, const char *keys)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  if (keys != NULL)
    g_menu_item_set_attribute (item, "accel", "s", keys);
  g_menu_append_item (menu, item);
}

/* A menu makes all its items anew; a person edits many times before opening it. */
static void
fill_steps (RnBuildTools *self)
{
  g_autofree char *undo_label = rn_session_get_undo_label (self->session);
  g_autofree char *redo_label = rn_session_get_redo_label (self->session);

  if (!self->are_steps_due)
    return;
  self->are_steps_due = FALSE;
  g_menu_remove_all (self->steps);
  add_item (self->steps, undo_label != NULL ? undo_label : _ ("Undo"), "build.undo", "<Control>z");
  add_item (self->steps, redo_label != NULL ? redo_label : _ ("Redo"), "build.redo",
            "<Control><Shift>z");
}

static void
fill_menu (RnBuildTools *self)
{
  g_autoptr (GMenu) files = g_menu_new (), figures = g_menu_new (), table = g_menu_new ();

  self->are_steps_due = TRUE;
  add_item (files, _ ("Save _as…"), "build.save-as", "<Control><Shift>s");
  add_item (figures, _ ("Save the figure as P_DF…"), "build.export::pdf", "<Control>e");
  add_item (figures, _ ("Save the figure as _SVG…"), "build.export::svg", NULL);
  add_item (figures, _ ("Save the figure as _PNG…"), "build.export::png", NULL);
  add_item (table, _ ("_Copy the table of layers"), "build.copy-table", "<Control><Shift>e");
  add_item (table, _ ("Save the table as _text…"), "build.export::txt", NULL);
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (self->steps));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (figures));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (table));
}

static void
refresh_steps (RnBuildTools *self)
{
  g_autofree char *undo_label = rn_session_get_undo_label (self->session);
  g_autofree char *redo_label = rn_session_get_redo_label (self->session);

  enable (self, "undo", undo_label != NULL);
  enable (self, "redo", redo_label != NULL);
  self->are_steps_due |= tell (self, "undo", undo_label);
  self->are_steps_due |= tell (self, "redo", redo_label);
  if (gtk_widget_get_visible (self->popover))
    fill_steps (self);
}

static void
refresh_fit (RnBuildTools *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autoptr (RnSpec) fitted = spec != NULL && dataset != NULL ? rn_spec_copy (spec) : NULL;
  const gboolean is_needed = fitted != NULL && rn_spec_fit_dataset (fitted, dataset);

  enable (self, "fit", is_needed);
  tell (self, "fit",
        dataset == NULL                ? _ ("No data set is open.")
        : fitted != NULL && !is_needed ? _ ("The network fits the data set already.")
                                       : NULL);
}

static void
refresh (RnBuildTools *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (GError) reason = NULL;
  const gboolean has_arcs = spec != NULL && rn_spec_has_shortcuts (spec);

  enable (self, "save", spec != NULL);
  enable (self, "save-as", spec != NULL);
  enable (self, "export", spec != NULL);
  enable (self, "copy-table", spec != NULL);
  enable (self, "plain-twin", has_arcs);
  tell (self, "plain-twin",
        spec == NULL || has_arcs ? NULL : _ ("It has no shortcuts to take away."));
  enable (self, "deepen", spec != NULL && rn_spec_can_deepen (spec, &reason));
  tell (self, "deepen", reason != NULL ? reason->message : NULL);
  refresh_fit (self);
  refresh_steps (self);
}

gboolean
rn_build_tools_is_enabled (RnBuildTools *self, const char *name)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (self->actions), name);
}

char *
rn_build_tools_get_tooltip (RnBuildTools *self, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    if (g_str_equal (tools[i].name, name))
      return g_strdup (gtk_widget_get_tooltip_text (self->buttons[i]));
  return NULL;
}

void
rn_build_tools_activate (RnBuildTools *self, const char *name)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->actions), name, NULL);
}

/* Making */

static void
add_tool (RnBuildTools *self, gsize at, GtkWidget *group)
{
  const Tool *tool = &tools[at];
  g_autofree char *action = g_strdup_printf ("build.%s", tool->name);
  GtkWidget *button = tool->icon != NULL ? gtk_button_new_from_icon_name (tool->icon)
                                         : gtk_button_new_with_label (_ (tool->label));

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (tool->label), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (group), button);
  self->buttons[at] = button;
  tell (self, tool->name, NULL);
}

static void
add_tools (RnBuildTools *self)
{
  GtkWidget *group = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      if (tools[i].begins)
        {
          group = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
          gtk_box_append (GTK_BOX (self->box), group);
        }
      add_tool (self, i, group);
    }
}

static void
add_menu (RnBuildTools *self)
{
  GtkWidget *button = gtk_menu_button_new ();

  self->menu = g_menu_new ();
  self->steps = g_menu_new ();
  fill_menu (self);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (self->menu));
  self->popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  g_signal_connect_swapped (self->popover, "show", G_CALLBACK (fill_steps), self);
  gtk_widget_set_tooltip_text (button, _ ("Figure, table and more"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Figure, table and more"), -1);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (self->box), button);
}

static void
add_key (GtkEventController *controller, guint key, GdkModifierType modifiers, const char *action)
{
  /* a detailed action's parameter is the shortcut's argument */
  g_auto (GStrv) parts = g_strsplit (action, "::", 2);
  GtkShortcut *shortcut =
      gtk_shortcut_new (gtk_keyval_trigger_new (key, modifiers), gtk_named_action_new (parts[0]));

  if (parts[1] != NULL)
    gtk_shortcut_set_arguments (shortcut, g_variant_new_string (parts[1]));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
}

/* The spine, whose blocks these keys are about, stands beside every page. */
static void
add_keys (RnBuildTools *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (controller),
                                     GTK_SHORTCUT_SCOPE_GLOBAL);
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autofree char *action = g_strdup_printf ("build.%s", tools[i].name);

      if (tools[i].key != 0)
        add_key (controller, tools[i].key, tools[i].modifiers, action);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (menu_keys); i++)
    add_key (controller, menu_keys[i].key, menu_keys[i].modifiers, menu_keys[i].action);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

static void
rn_build_tools_dispose (GObject *object)
{
  RnBuildTools *self = RN_BUILD_TOOLS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->menu);
  g_clear_object (&self->steps);
  g_clear_object (&self->actions);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_build_tools_parent_class)->dispose (object);
}

static void
rn_build_tools_init (RnBuildTools *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "build", G_ACTION_GROUP (self->actions));
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_tools (self);
  add_menu (self);
  add_keys (self);
}

static void
rn_build_tools_class_init (RnBuildToolsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_build_tools_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_build_tools_new (RnSession *session)
{
  RnBuildTools *self = g_object_new (RN_TYPE_BUILD_TOOLS, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "sketch", G_CALLBACK (refresh_steps), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (refresh_fit), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
