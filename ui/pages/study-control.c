#include "pages/study-control.h"

#include <glib/gi18n-lib.h>

#define BAR_WIDTH 120 /* pixels */

struct _RnStudyControl
{
  GtkWidget parent_instance;

  RnStudyRunner *runner;
  GtkWidget *box;
  GtkWidget *measure;
  GtkWidget *bar;
  GtkWidget *cancel;
};

G_DEFINE_FINAL_TYPE (RnStudyControl, rn_study_control, GTK_TYPE_WIDGET)

enum
{
  START,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update (RnStudyControl *self)
{
  const gboolean is_running = rn_study_runner_is_running (self->runner);
  const gboolean had_focus =
      gtk_widget_has_focus (self->measure) || gtk_widget_has_focus (self->cancel);

  gtk_widget_set_visible (self->measure, !is_running);
  gtk_widget_set_visible (self->bar, is_running);
  gtk_widget_set_visible (self->cancel, is_running);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                 CLAMP (rn_study_runner_get_progress (self->runner), 0.0, 1.0));
  if (had_focus)
    gtk_widget_grab_focus (is_running ? self->cancel : self->measure);
}

static void
measure_clicked (RnStudyControl *self)
{
  g_signal_emit (self, signals[START], 0);
}

static void
cancel_clicked (RnStudyControl *self)
{
  rn_study_runner_cancel (self->runner);
}

static GtkWidget *
add_button (RnStudyControl *self, const char *text, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (self->box), button);
  return button;
}

static void
rn_study_control_dispose (GObject *object)
{
  RnStudyControl *self = RN_STUDY_CONTROL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (rn_study_control_parent_class)->dispose (object);
}

static void
rn_study_control_init (RnStudyControl *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->bar, BAR_WIDTH, -1);
  gtk_box_append (GTK_BOX (self->box), self->bar);
  self->cancel = add_button (self, _ ("Cancel"), G_CALLBACK (cancel_clicked));
  self->measure = add_button (self, _ ("Measure"), G_CALLBACK (measure_clicked));
}

static void
rn_study_control_class_init (RnStudyControlClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_study_control_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[START] = g_signal_new ("start", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_study_control_new (RnStudyRunner *runner, const char *about)
{
  RnStudyControl *self = g_object_new (RN_TYPE_STUDY_CONTROL, NULL);
  g_autofree char *measure = g_strdup_printf (_ ("Measure: %s"), about);
  g_autofree char *cancel = g_strdup_printf (_ ("Cancel: %s"), about);

  self->runner = g_object_ref (runner);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->measure), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  measure, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cancel), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  cancel, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, about,
                                  -1);
  g_signal_connect_object (runner, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
