#include "spine/spine.h"

#include <glib/gi18n-lib.h>

#include "spine/overview.h"
#include "spine/spine-head.h"
#include "spine/spine-words.h"

struct _RnSpine
{
  GtkWidget parent_instance;

  GtkWidget *head;
  GtkWidget *main; /* overview and rows */
  GtkWidget *overview;
  GtkWidget *body;
};

G_DEFINE_FINAL_TYPE (RnSpine, rn_spine, GTK_TYPE_WIDGET)

/* Smaller than the theme's, so that 240 px hold everything */
static const char style[] =
    "spinebody { outline-offset: -2px; }"
    "spinebody:focus-visible { outline: 2px solid alpha(@accent_color, 0.5); }"
    ".rn-spine-head { margin: 12px 12px 6px 12px; }"
    ".rn-tool { min-width: 16px; min-height: 16px; padding: 4px; opacity: 0.75; }"
    ".rn-fold { min-width: 16px; min-height: 16px; padding: 0px; opacity: 0.6; }"
    ".rn-measure > button { min-height: 16px; padding: 3px 6px; margin-left: -6px; "
    "color: @accent_color; }"
    ".rn-bar { background: alpha(@accent_bg_color, 0.15); border-radius: 6px; "
    "padding: 3px 3px 3px 8px; }"
    ".rn-bar-button { min-height: 16px; padding: 2px 8px; font-size: 82%; }"
    ".rn-seam > button { min-width: 16px; min-height: 16px; padding: 0px; border-radius: 99px; "
    "background: @accent_bg_color; color: @accent_fg_color; -gtk-icon-size: 12px; }"
    ".rn-cargo { background: @accent_bg_color; color: @accent_fg_color; border-radius: 99px; "
    "padding: 3px 12px; }"
    "switch.rn-gate { padding: 2px; }"
    "switch.rn-gate > slider { min-width: 12px; min-height: 12px; }"
    "switch.rn-gate > image { -gtk-icon-size: 1px; min-width: 0px; margin: 0px; padding: 0px; }";

static void
add_style (void)
{
  static gsize is_done;

  if (g_once_init_enter (&is_done))
    {
      g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

      gtk_css_provider_load_from_data (provider, style, -1);
      gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                                  GTK_STYLE_PROVIDER (provider),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
      g_once_init_leave (&is_done, 1);
    }
}

void
rn_spine_reveal (RnSpine *self, int index)
{
  rn_spine_body_reveal (RN_SPINE_BODY (self->body), index);
}

char *
rn_spine_describe_block (RnSpine *self, int index)
{
  const RnSpineView *view = rn_spine_body_get_view (RN_SPINE_BODY (self->body));

  if (view->spec == NULL || index < 0 || index >= rn_spec_n_blocks (view->spec))
    return g_strdup ("");
  return rn_spine_describe (view->spec, index, rn_spine_view_get_measure (view, index),
                            view->scale.kind, rn_spine_view_is_on (view, index));
}

RnSpineBody *
rn_spine_get_body (RnSpine *self)
{
  return RN_SPINE_BODY (self->body);
}

RnSpineHead *
rn_spine_get_head (RnSpine *self)
{
  return RN_SPINE_HEAD (self->head);
}

RnOverview *
rn_spine_get_overview (RnSpine *self)
{
  return RN_OVERVIEW (self->overview);
}

/* Keys of the whole spine */

static gboolean
zoom_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnSpineBody *body = RN_SPINE_BODY (RN_SPINE (widget)->body);
  const int steps = g_variant_get_int32 (arguments);

  if (steps == 0)
    rn_spine_body_set_zoom (body, 0.0, -1.0);
  else
    rn_spine_body_zoom_by (body, steps, -1.0);
  return TRUE;
}

static void
add_keys (GtkWidgetClass *class)
{
  static const struct
  {
    guint key;
    int steps;
  } keys[] = {
    { GDK_KEY_plus, 1 },         { GDK_KEY_equal, 1 }, { GDK_KEY_KP_Add, 1 }, { GDK_KEY_minus, -1 },
    { GDK_KEY_KP_Subtract, -1 }, { GDK_KEY_0, 0 },     { GDK_KEY_KP_0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (class, keys[i].key, GDK_CONTROL_MASK, zoom_key, "i",
                                  keys[i].steps);
}

static void
rn_spine_dispose (GObject *object)
{
  RnSpine *self = RN_SPINE (object);

  g_clear_pointer (&self->head, gtk_widget_unparent);
  g_clear_pointer (&self->main, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_spine_parent_class)->dispose (object);
}

static void
rn_spine_class_init (RnSpineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_spine_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  add_keys (widget_class);
}

static void
rn_spine_init (RnSpine *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Network"), -1);
}

GtkWidget *
rn_spine_new (RnSession *session)
{
  RnSpine *self;
  GtkWidget *scrolled;

  add_style ();
  self = g_object_new (RN_TYPE_SPINE, NULL);
  self->body = rn_spine_body_new (session);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->body), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Blocks of the network"), -1);
  self->head = rn_spine_head_new (session, RN_SPINE_BODY (self->body));
  self->overview = rn_overview_new (RN_SPINE_BODY (self->body));
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->body);
  gtk_widget_set_hexpand (scrolled, TRUE);
  self->main = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_vexpand (self->main, TRUE);
  gtk_box_append (GTK_BOX (self->main), self->overview);
  gtk_box_append (GTK_BOX (self->main), scrolled);
  gtk_widget_set_parent (self->head, GTK_WIDGET (self));
  gtk_widget_set_parent (self->main, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
