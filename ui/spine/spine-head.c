#include "spine/spine-head.h"

#include <glib/gi18n-lib.h>
#include <residua/cost.h>

#include "pages/text.h"
#include "spine/spine-legend.h"
#include "state/format.h"

struct _RnSpineHead
{
  GtkWidget parent_instance;

  RnSession *session;
  RnSpineBody *body;
  RnDocument *document; /* (nullable): whose title is shown */
  GtkWidget *box;
  GtkWidget *title;
  GtkWidget *cost;
  GtkWidget *measure;
  GtkWidget *live_bar;
  GtkWidget *live_text;
  GtkWidget *time_bar;
  GtkWidget *time_text;
  GtkWidget *gates_bar;
  GtkWidget *gates_text;
  GCancellable *costing;
};

G_DEFINE_FINAL_TYPE (RnSpineHead, rn_spine_head, GTK_TYPE_WIDGET)

/* The cost of a large network takes a plan of its memory: in a task. */

static void
find_cost (GTask *task, gpointer source, gpointer spec, GCancellable *cancellable)
{
  RnCost *cost = g_new0 (RnCost, 1);

  rn_cost_of_network (spec, 1, 1, cost);
  g_task_return_pointer (task, cost, g_free);
}

/* An amount that a line is not broken within. @amount: (transfer full) */
static char *
unbroken (const char *format, char *amount)
{
  g_autofree char *text = g_strdup_printf (format, amount);
  g_autoptr (GString) joined = g_string_new (text);

  g_free (amount);
  g_string_replace (joined, " ", "\302\240", 0);
  g_string_replace (joined, "-", "-\342\201\240", 0); /* a word joiner */
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

static void
cost_found (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSpineHead *self = data; /* gone where the task was cancelled */
  g_autofree RnCost *cost = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autofree char *parameters = NULL, *macs = NULL, *text = NULL;

  if (cost == NULL)
    return;
  parameters = unbroken (_ ("%s parameters"), rn_format_amount (cost->parameters));
  macs = unbroken (_ ("%s multiply-adds"), rn_format_amount (cost->macs));
  text = g_strdup_printf ("%s · %s", parameters, macs);
  gtk_label_set_text (GTK_LABEL (self->cost), text);
}

static void
ask_for_cost (RnSpineHead *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (self->costing);
  g_clear_object (&self->costing);
  if (spec == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->cost), "");
      return;
    }
  self->costing = g_cancellable_new ();
  /* no reference: a window that closes does not wait for it */
  task = g_task_new (NULL, self->costing, cost_found, self);
  g_task_set_task_data (task, rn_spec_copy (spec), (GDestroyNotify) rn_spec_free);
  g_task_run_in_thread (task, find_cost);
}

static void
show_title (RnSpineHead *self)
{
  const char *title = self->document != NULL ? rn_document_get_title (self->document) : "";

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, title);
}

/* Whether another network than the shown one is in training. Comes with every snapshot: nothing is set twice. */
static void
live_changed (RnSpineHead *self)
{
  RnDocument *live = rn_session_get_live (self->session);
  const gboolean is_elsewhere = live != NULL && live != rn_session_get_document (self->session);
  g_autofree char *text =
      is_elsewhere ? g_strdup_printf (_ ("%s is in training"), rn_document_get_title (live)) : NULL;

  if (is_elsewhere && !g_str_equal (gtk_label_get_text (GTK_LABEL (self->live_text)), text))
    gtk_label_set_text (GTK_LABEL (self->live_text), text);
  gtk_widget_set_visible (self->live_bar, is_elsewhere);
}

static void
show_live (RnSpineHead *self)
{
  RnDocument *live = rn_session_get_live (self->session);

  if (live != NULL)
    rn_session_show (self->session, live);
}

static void
document_changed (RnSpineHead *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_func (self->document, show_title, self);
  g_set_object (&self->document, document);
  if (document != NULL)
    g_signal_connect_object (document, "notify::title", G_CALLBACK (show_title), self,
                             G_CONNECT_SWAPPED);
  show_title (self);
  ask_for_cost (self);
  live_changed (self);
}

static void
gates_changed (RnSpineHead *self)
{
  const int n = rn_session_n_gates_off (self->session);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%d branch off, evaluation only",
                                 "%d branches off, evaluation only", (gulong) n),
                       n);

  gtk_label_set_text (GTK_LABEL (self->gates_text), text);
  gtk_widget_set_visible (self->gates_bar, n > 0);
}

static void
cursor_changed (RnSpineHead *self)
{
  RnTimeAxis *time = rn_session_get_time (self->session);
  const gint64 step = time != NULL ? rn_time_axis_get_cursor (time) : -1;
  g_autofree char *count = rn_format_count (step);
  g_autofree char *text = g_strdup_printf (_ ("step %s"), count);

  gtk_label_set_text (GTK_LABEL (self->time_text), text);
  gtk_widget_set_visible (self->time_bar, step >= 0);
}

static void
go_live (RnSpineHead *self)
{
  rn_time_axis_set_cursor (rn_session_get_time (self->session), -1);
}

static void
restore (RnSpineHead *self)
{
  rn_session_restore_gates (self->session);
}

static void
measure_chosen (RnSpineHead *self)
{
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->measure));

  if (chosen < RN_N_MEASURES && chosen != (guint) rn_session_get_measure (self->session))
    rn_session_set_measure (self->session, (RnMeasureKind) chosen);
}

static void
measure_changed (RnSpineHead *self)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->measure),
                              (guint) rn_session_get_measure (self->session));
}

static void
zoom_out (RnSpineHead *self)
{
  rn_spine_body_zoom_by (self->body, -1, -1.0);
}

static void
zoom_in (RnSpineHead *self)
{
  rn_spine_body_zoom_by (self->body, 1, -1.0);
}

static void
zoom_fit (RnSpineHead *self)
{
  rn_spine_body_set_zoom (self->body, 0.0, -1.0);
}

static GtkWidget *
label_new (const char *css_class)
{
  GtkWidget *label = gtk_label_new ("");

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
button_new (RnSpineHead *self, const char *icon, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "rn-tool");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
set_up_item (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_item_set_child (item, label);
}

static void
bind_item (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_list_item_get_child (item);
  const char *text =
      gtk_string_object_get_string (GTK_STRING_OBJECT (gtk_list_item_get_item (item)));

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, text);
}

static GtkListItemFactory *
factory_new (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_item), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_item), NULL);
  return factory;
}

static GtkWidget *
measure_new (RnSpineHead *self)
{
  GtkStringList *titles = gtk_string_list_new (NULL);
  g_autoptr (GtkListItemFactory) factory = factory_new ();
  GtkWidget *list;

  for (int i = 0; i < RN_N_MEASURES; i++)
    gtk_string_list_append (titles, rn_measure_title ((RnMeasureKind) i));
  list = gtk_drop_down_new (G_LIST_MODEL (titles), NULL);
  gtk_drop_down_set_factory (GTK_DROP_DOWN (list), factory);
  gtk_widget_add_css_class (list, "flat");
  gtk_widget_add_css_class (list, "rn-measure");
  gtk_widget_set_hexpand (list, TRUE);
  gtk_widget_set_halign (list, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (list, _ ("What the bars and colours show"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Measure shown in the spine"), -1);
  g_signal_connect_swapped (list, "notify::selected", G_CALLBACK (measure_chosen), self);
  return list;
}

static GtkWidget *
bar_new (RnSpineHead *self, GtkWidget **text, const char *action, const char *tooltip,
         GCallback callback)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_with_label (action);

  *text = label_new ("caption");
  rn_text_wrap (*text);
  gtk_widget_set_hexpand (*text, TRUE);
  gtk_widget_add_css_class (button, "rn-bar-button");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, action,
                                  -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_widget_add_css_class (bar, "rn-bar");
  gtk_box_append (GTK_BOX (bar), *text);
  gtk_box_append (GTK_BOX (bar), button);
  gtk_widget_set_visible (bar, FALSE);
  return bar;
}

static void
fill (RnSpineHead *self)
{
  GtkWidget *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->title = label_new ("heading");
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  self->cost = label_new ("caption");
  gtk_widget_add_css_class (self->cost, "dim-label");
  gtk_widget_add_css_class (self->cost, "numeric");
  rn_text_wrap (self->cost);
  self->measure = measure_new (self);
  gtk_box_append (GTK_BOX (tools), self->measure);
  gtk_box_append (GTK_BOX (tools), button_new (self, "list-remove-symbolic", _ ("Smaller rows"),
                                               G_CALLBACK (zoom_out)));
  gtk_box_append (GTK_BOX (tools),
                  button_new (self, "zoom-fit-best-symbolic", _ ("Fit the network into the view"),
                              G_CALLBACK (zoom_fit)));
  gtk_box_append (GTK_BOX (tools),
                  button_new (self, "list-add-symbolic", _ ("Larger rows"), G_CALLBACK (zoom_in)));
  self->live_bar = bar_new (self, &self->live_text, _ ("Show"),
                            _ ("Back to the network in training"), G_CALLBACK (show_live));
  self->time_bar = bar_new (self, &self->time_text, _ ("Live"),
                            _ ("Show the newest measures again"), G_CALLBACK (go_live));
  gtk_widget_add_css_class (self->time_text, "numeric");
  self->gates_bar = bar_new (self, &self->gates_text, _ ("Restore"),
                             _ ("Switch all branches on again"), G_CALLBACK (restore));
  gtk_box_append (GTK_BOX (self->box), self->title);
  gtk_box_append (GTK_BOX (self->box), self->cost);
  gtk_box_append (GTK_BOX (self->box), tools);
  gtk_box_append (GTK_BOX (self->box), rn_spine_legend_new (self->body));
  gtk_box_append (GTK_BOX (self->box), self->live_bar);
  gtk_box_append (GTK_BOX (self->box), self->time_bar);
  gtk_box_append (GTK_BOX (self->box), self->gates_bar);
}

const char *
rn_spine_head_get_live_text (RnSpineHead *self)
{
  return gtk_widget_get_visible (self->live_bar) ? gtk_label_get_text (GTK_LABEL (self->live_text))
                                                 : NULL;
}

const char *
rn_spine_head_get_time_text (RnSpineHead *self)
{
  return gtk_widget_get_visible (self->time_bar) ? gtk_label_get_text (GTK_LABEL (self->time_text))
                                                 : NULL;
}

const char *
rn_spine_head_get_gates_text (RnSpineHead *self)
{
  return gtk_widget_get_visible (self->gates_bar)
             ? gtk_label_get_text (GTK_LABEL (self->gates_text))
             : NULL;
}

static void
rn_spine_head_dispose (GObject *object)
{
  RnSpineHead *self = RN_SPINE_HEAD (object);

  g_cancellable_cancel (self->costing);
  g_clear_object (&self->costing);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_func (self->document, show_title, self);
  g_clear_object (&self->document);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_spine_head_parent_class)->dispose (object);
}

static void
rn_spine_head_class_init (RnSpineHeadClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_spine_head_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
rn_spine_head_init (RnSpineHead *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->box, "rn-spine-head");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
rn_spine_head_new (RnSession *session, RnSpineBody *body)
{
  RnSpineHead *self = g_object_new (RN_TYPE_SPINE_HEAD, NULL);
  RnTimeAxis *time = rn_session_get_time (session);

  self->session = g_object_ref (session);
  self->body = body;
  fill (self);
  g_signal_connect_object (session, "document", G_CALLBACK (document_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (live_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "gates", G_CALLBACK (gates_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "measures", G_CALLBACK (measure_changed), self,
                           G_CONNECT_SWAPPED);
  if (time != NULL)
    g_signal_connect_object (time, "cursor", G_CALLBACK (cursor_changed), self, G_CONNECT_SWAPPED);
  document_changed (self);
  measure_changed (self);
  gates_changed (self);
  cursor_changed (self);
  return GTK_WIDGET (self);
}
