#include "runs/run-row.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/sparkline.h"
#include "pages/dataset-head.h"
#include "state/format.h"

#define CURVE_WIDTH_PX 96
#define CURVE_HEIGHT_PX 36

struct _RnRunRow
{
  GtkWidget parent_instance;

  RnRunItem *item;
  GtkWidget *box;
  GtkWidget *curve;
  GtkWidget *name;
  GtkWidget *about;
  GtkWidget *state;
  GtkWidget *error;
  GtkWidget *error_caption;
  GtkWidget *deeds; /* one of the two, in the same width */
  GtkWidget *resume;
  GtkWidget *open;
  GtkWidget *compare;
  GtkWidget *menu;
  gboolean is_setting;
};

G_DEFINE_FINAL_TYPE (RnRunRow, rn_run_row, GTK_TYPE_WIDGET)

static guint asked_signal;

/* What is said */

static char *
describe_time (gint64 seconds)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (seconds);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    /* Translators: a time of today, as strftime() writes it */
    return g_date_time_format (then, _ ("today, %H:%M"));
  /* Translators: a date, as strftime() writes it */
  return g_date_time_format (then, _ ("%e %B %Y"));
}

/* Returns: (transfer full): what the title does not say yet */
static char *
describe_run (const RnRunDigest *digest, const char *title)
{
  g_autofree char *time = describe_time (rn_run_digest_get_time (digest));
  g_autofree char *net = NULL, *data = NULL;

  if (rn_run_digest_get_spec (digest) == NULL)
    return g_steal_pointer (&time);
  net = rn_format_spec_title (rn_run_digest_get_spec (digest));
  data = rn_dataset_head_make_title (rn_run_digest_get_data (digest));
  if (g_str_has_prefix (title, net))
    return g_strdup_printf ("%s · %s", data, g_strstrip (time));
  return g_strdup_printf ("%s · %s · %s", net, data, g_strstrip (time));
}

static char *
describe_state (const RnRunDigest *digest)
{
  g_autofree char *step = rn_format_count (rn_run_digest_get_step (digest));
  g_autofree char *steps = rn_format_count (rn_run_digest_get_steps (digest));

  switch (rn_run_digest_get_state (digest))
    {
    case RN_RUN_FINISHED:
      return g_strdup_printf (ngettext ("finished, %s step", "finished, %s steps",
                                        (gulong) rn_run_digest_get_step (digest)),
                              step);
    case RN_RUN_TRAINING:
      if (rn_run_digest_get_steps (digest) == 0)
        return g_strdup (_ ("in training now"));
      return g_strdup_printf (_ ("in training now, step %s of %s"), step, steps);
    case RN_RUN_DAMAGED:
      return g_strdup (rn_run_digest_get_problem (digest));
    case RN_RUN_RESUMABLE:
    default:
      return g_strdup_printf (_ ("can go on at step %s of %s"), step, steps);
    }
}

static void
set_text (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, text);
}

static void
tell_error (RnRunRow *self, const RnRunDigest *digest)
{
  const double best = rn_run_digest_get_best_error (digest);
  g_autofree char *best_text = rn_format_percent (best);
  g_autofree char *last_text = rn_format_percent (rn_run_digest_get_last_error (digest));
  g_autofree char *tooltip =
      isnan (best) ? g_strdup (_ ("Not evaluated on test pictures yet"))
                   : g_strdup_printf (_ ("Best test error %s, latest %s"), best_text, last_text);

  gtk_label_set_text (GTK_LABEL (self->error), best_text);
  gtk_widget_set_tooltip_text (self->error, tooltip);
}

static void
tell_curve (RnRunRow *self, const RnRunDigest *digest)
{
  float values[RN_RUN_DIGEST_MAX_VALUES];
  const guint n = rn_run_digest_get_values (digest, values);
  g_autofree char *title = rn_run_digest_make_title (digest);
  g_autofree char *text = g_strdup_printf (_ ("Loss of %s"), title);

  rn_sparkline_set_values (RN_SPARKLINE (self->curve), values, n, text);
}

static void
name_button (GtkWidget *button, const char *format, const char *name)
{
  g_autofree char *text = g_strdup_printf (format, name);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
tell (RnRunRow *self)
{
  const RnRunDigest *digest = rn_run_item_get_digest (self->item);
  const RnRunState state = rn_run_digest_get_state (digest);
  const char *name = rn_run_digest_get_name (digest);
  g_autofree char *title = rn_run_digest_make_title (digest), *all = NULL;
  g_autofree char *about = describe_run (digest, title), *state_text = describe_state (digest);

  set_text (self->name, title);
  gtk_widget_set_tooltip_text (self->name, name);
  set_text (self->about, about);
  set_text (self->state, state_text);
  if (state == RN_RUN_DAMAGED)
    gtk_widget_add_css_class (self->state, "error");
  else
    gtk_widget_remove_css_class (self->state, "error");
  if (state == RN_RUN_TRAINING)
    gtk_widget_add_css_class (self->state, "accent");
  else
    gtk_widget_remove_css_class (self->state, "accent");
  tell_error (self, digest);
  tell_curve (self, digest);
  gtk_widget_set_sensitive (self->open, state != RN_RUN_DAMAGED);
  gtk_widget_set_sensitive (self->compare, state != RN_RUN_DAMAGED);
  gtk_stack_set_visible_child (GTK_STACK (self->deeds),
                               state == RN_RUN_RESUMABLE ? self->resume : self->open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.open", state != RN_RUN_DAMAGED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.save-events", state != RN_RUN_DAMAGED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.train-twin",
                                 state != RN_RUN_DAMAGED && rn_run_digest_get_step (digest) > 0 &&
                                     rn_run_digest_get_spec (digest) != NULL &&
                                     rn_spec_has_shortcuts (rn_run_digest_get_spec (digest)));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.rename", state != RN_RUN_TRAINING);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.trash", state != RN_RUN_TRAINING);
  name_button (self->open, _ ("Open %s"), name);
  name_button (self->resume, _ ("Resume %s"), name);
  name_button (self->compare, _ ("Compare %s"), name);
  name_button (self->menu, _ ("More about %s"), name);
  all = rn_run_row_describe (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, all, -1);
}

/* What is asked for */

static void
ask (RnRunRow *self, RnRunWish wish)
{
  if (self->item != NULL && !self->is_setting)
    g_signal_emit (self, asked_signal, 0, (int) wish);
}

static void
on_open (RnRunRow *self)
{
  ask (self, RN_RUN_WISH_OPEN);
}

static void
on_resume (RnRunRow *self)
{
  ask (self, RN_RUN_WISH_RESUME);
}

static void
on_compare (RnRunRow *self)
{
  ask (self, RN_RUN_WISH_COMPARE);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_OPEN);
}

static void
rename_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_RENAME);
}

static void
folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_SHOW_FOLDER);
}

static void
events_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_EVENTS);
}

static void
twin_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_TWIN);
}

static void
trash_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RN_RUN_ROW (widget), RN_RUN_WISH_TRASH);
}

/* Making */

static GtkWidget *
make_label (double xalign, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), (float) xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_texts (RnRunRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->name = make_label (0, "heading");
  self->about = make_label (0, "dim-label");
  self->state = make_label (0, "caption");
  gtk_widget_add_css_class (self->state, "numeric");
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->state);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
make_error (RnRunRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->error = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->error), 1);
  gtk_widget_add_css_class (self->error, "numeric");
  gtk_widget_add_css_class (self->error, "heading");
  self->error_caption = gtk_label_new (_ ("lowest test error"));
  gtk_widget_add_css_class (self->error_caption, "caption");
  gtk_widget_add_css_class (self->error_caption, "dim-label");
  gtk_box_append (GTK_BOX (box), self->error);
  gtk_box_append (GTK_BOX (box), self->error_caption);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
make_menu (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_menu_append (menu, _ ("Open"), "run.open");
  g_menu_append (menu, _ ("Rename…"), "run.rename");
  g_menu_append (menu, _ ("Show the folder"), "run.show-folder");
  g_menu_append (menu, _ ("Save for TensorBoard…"), "run.save-events");
  g_menu_append (menu, _ ("Train the plain twin on the same batches"), "run.train-twin");
  g_menu_append (menu, _ ("Move to the wastebasket"), "run.trash");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button,
                               _ ("Open, rename, show the folder, move to the wastebasket"));
  return button;
}

static GtkWidget *
make_button (RnRunRow *self, GtkWidget *button, const char *tooltip, const char *signal,
             GCallback callback)
{
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  g_signal_connect_swapped (button, signal, callback, self);
  return button;
}

static void
make_buttons (RnRunRow *self)
{
  self->deeds = gtk_stack_new ();
  self->open = make_button (self, gtk_button_new_with_label (_ ("Open")),
                            _ ("Show its network and its curves"), "clicked", G_CALLBACK (on_open));
  self->resume =
      make_button (self, gtk_button_new_with_label (_ ("Resume")),
                   _ ("Train on from its latest checkpoint"), "clicked", G_CALLBACK (on_resume));
  self->compare = make_button (self, gtk_toggle_button_new_with_label (_ ("Compare")),
                               _ ("Draw its curves beside those of others"), "toggled",
                               G_CALLBACK (on_compare));
  self->menu = make_menu ();
  gtk_stack_add_child (GTK_STACK (self->deeds), self->open);
  gtk_stack_add_child (GTK_STACK (self->deeds), self->resume);
  gtk_box_append (GTK_BOX (self->box), self->deeds);
  gtk_box_append (GTK_BOX (self->box), self->compare);
  gtk_box_append (GTK_BOX (self->box), self->menu);
}

static void
rn_run_row_init (RnRunRow *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_widget_set_margin_top (self->box, 6);
  gtk_widget_set_margin_bottom (self->box, 6);
  gtk_widget_set_margin_start (self->box, 6);
  gtk_widget_set_margin_end (self->box, 6);
  self->curve = rn_sparkline_new ();
  gtk_widget_set_size_request (self->curve, CURVE_WIDTH_PX, CURVE_HEIGHT_PX);
  gtk_widget_set_valign (self->curve, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->box), self->curve);
  gtk_box_append (GTK_BOX (self->box), make_texts (self));
  gtk_box_append (GTK_BOX (self->box), make_error (self));
  make_buttons (self);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
dispose (GObject *object)
{
  RnRunRow *self = RN_RUN_ROW (object);

  rn_run_row_set_item (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_run_row_parent_class)->dispose (object);
}

static void
rn_run_row_class_init (RnRunRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget_class, "run.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "run.rename", NULL, rename_action);
  gtk_widget_class_install_action (widget_class, "run.show-folder", NULL, folder_action);
  gtk_widget_class_install_action (widget_class, "run.save-events", NULL, events_action);
  gtk_widget_class_install_action (widget_class, "run.train-twin", NULL, twin_action);
  gtk_widget_class_install_action (widget_class, "run.trash", NULL, trash_action);
  asked_signal = g_signal_new ("asked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

GtkWidget *
rn_run_row_new (void)
{
  return g_object_new (RN_TYPE_RUN_ROW, NULL);
}

void
rn_run_row_set_item (RnRunRow *self, RnRunItem *item)
{
  g_return_if_fail (RN_IS_RUN_ROW (self));

  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, tell, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  g_signal_connect_object (item, "changed", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  tell (self);
}

RnRunItem *
rn_run_row_get_item (RnRunRow *self)
{
  return self->item;
}

void
rn_run_row_set_compared (RnRunRow *self, gboolean is_compared)
{
  g_return_if_fail (RN_IS_RUN_ROW (self));

  self->is_setting = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->compare), is_compared);
  self->is_setting = FALSE;
}

char *
rn_run_row_describe (RnRunRow *self)
{
  g_return_val_if_fail (RN_IS_RUN_ROW (self), NULL);

  return g_strdup_printf (_ ("%s, %s, %s, lowest test error %s"),
                          gtk_label_get_text (GTK_LABEL (self->name)),
                          gtk_label_get_text (GTK_LABEL (self->about)),
                          gtk_label_get_text (GTK_LABEL (self->state)),
                          gtk_label_get_text (GTK_LABEL (self->error)));
}
