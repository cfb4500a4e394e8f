#include "pages/augment-panel.h"

#include <glib/gi18n-lib.h>
#include <residua/spec.h>

#include "pages/text.h"

/* The paper's setting for CIFAR, and Krizhevsky's shift (sections 4.2 and 3.4) */
#define USUAL_PAD 4
#define USUAL_COLOUR 0.1
#define MAX_PAD 64
#define MAX_COLOUR 10.0

struct _RnAugmentPanel
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *crop;
  GtkWidget *pad;
  GtkWidget *flip;
  GtkWidget *scale;
  GtkWidget *scale_min;
  GtkWidget *scale_max;
  GtkWidget *colour;
  GtkWidget *colour_sd;
  int side;
  gboolean is_setting;
};

G_DEFINE_FINAL_TYPE (RnAugmentPanel, rn_augment_panel, GTK_TYPE_WIDGET)

static guint changed_signal;

static double
get_value (GtkWidget *spin)
{
  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin));
}

static void
set_value (GtkWidget *spin, double value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
}

/* What was typed keeps the smaller scale the smaller: the other one gives way. */
static void
on_changed (RnAugmentPanel *self, GParamSpec *pspec, GObject *source)
{
  if (self->is_setting)
    return;
  self->is_setting = TRUE;
  if (get_value (self->scale_min) > get_value (self->scale_max))
    {
      if ((GtkWidget *) source == self->scale_min)
        set_value (self->scale_max, get_value (self->scale_min));
      else
        set_value (self->scale_min, get_value (self->scale_max));
    }
  self->is_setting = FALSE;
  g_signal_emit (self, changed_signal, 0);
}

/* A title and a switch, an explanation below */
static GtkWidget *
add_switch (RnAugmentPanel *self, const char *title, const char *explanation)
{
  GtkWidget *row = gtk_grid_new (), *label = gtk_label_new (title);
  GtkWidget *text = gtk_label_new (explanation), *toggle = gtk_switch_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  rn_text_wrap (label);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  rn_text_wrap (text);
  gtk_widget_add_css_class (text, "caption");
  gtk_widget_add_css_class (text, "dim-label");
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_grid_set_column_spacing (GTK_GRID (row), 12);
  gtk_grid_attach (GTK_GRID (row), label, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (row), text, 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (row), toggle, 1, 0, 1, 2);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, explanation, -1);
  g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (on_changed), self);
  gtk_box_append (GTK_BOX (self->box), row);
  return toggle;
}

static GtkWidget *
make_spin (RnAugmentPanel *self, const char *name, double min, double max, double step,
           guint digits)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (min, max, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_widget_set_tooltip_text (spin, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (spin, "notify::value", G_CALLBACK (on_changed), self);
  return spin;
}

/* A line with numbers, there while @toggle is on. @between: (nullable): stands before @second */
static void
add_numbers (RnAugmentPanel *self, GtkWidget *toggle, const char *title, GtkWidget *first,
             GtkWidget *second)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  rn_text_wrap (label);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), first);
  if (second != NULL)
    {
      gtk_box_append (GTK_BOX (row), gtk_label_new ("–"));
      gtk_box_append (GTK_BOX (row), second);
    }
  g_object_bind_property (toggle, "active", row, "visible", G_BINDING_SYNC_CREATE);
  gtk_box_append (GTK_BOX (self->box), row);
}

static void
rn_augment_panel_init (RnAugmentPanel *self)
{
  self->side = 32;
  self->is_setting = TRUE;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));

  self->crop = add_switch (self, _ ("Random crop"),
                           _ ("A window that may hang over the edges, where zeros stand"));
  self->pad = make_spin (self, _ ("Padding of the crop, pixels"), 1, MAX_PAD, 1, 0);
  add_numbers (self, self->crop, _ ("Padding"), self->pad, NULL);
  self->flip = add_switch (self, _ ("Mirror"), _ ("Half of the pictures, left to right"));
  self->scale = add_switch (self, _ ("Random scale"), _ ("Of the shorter side, before the crop"));
  self->scale_min = make_spin (self, _ ("Smallest shorter side, pixels"), 1, RN_MAX_SIDE, 1, 0);
  self->scale_max = make_spin (self, _ ("Largest shorter side, pixels"), 1, RN_MAX_SIDE, 1, 0);
  /* two of them in a narrow column */
  gtk_editable_set_width_chars (GTK_EDITABLE (self->scale_min), 3);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->scale_max), 3);
  add_numbers (self, self->scale, _ ("Side"), self->scale_min, self->scale_max);
  self->colour =
      add_switch (self, _ ("Shift colours"), _ ("Along the axes in which the data's colours vary"));
  self->colour_sd = make_spin (self, _ ("Strength of the colour shift"), 0.01, MAX_COLOUR, 0.05, 2);
  add_numbers (self, self->colour, _ ("Strength"), self->colour_sd, NULL);
  self->is_setting = FALSE;
}

static void
dispose (GObject *object)
{
  RnAugmentPanel *self = RN_AUGMENT_PANEL (object);

  self->is_setting = TRUE;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_augment_panel_parent_class)->dispose (object);
}

static void
rn_augment_panel_class_init (RnAugmentPanelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_augment_panel_new (void)
{
  return g_object_new (RN_TYPE_AUGMENT_PANEL, NULL);
}

void
rn_augment_panel_set (RnAugmentPanel *self, const RnAugment *augment)
{
  const gboolean has_scale = augment->scale_min > 0;

  g_return_if_fail (RN_IS_AUGMENT_PANEL (self));

  self->is_setting = TRUE;
  gtk_switch_set_active (GTK_SWITCH (self->crop), augment->pad > 0);
  if (augment->pad > 0 || get_value (self->pad) <= 1)
    set_value (self->pad, augment->pad > 0 ? augment->pad : USUAL_PAD);
  gtk_switch_set_active (GTK_SWITCH (self->flip), augment->flip);
  gtk_switch_set_active (GTK_SWITCH (self->scale), has_scale);
  /* as in the paper: from 8/7 to a little over twice the input's side (256 and 480 of 224) */
  if (has_scale || get_value (self->scale_max) <= 1)
    {
      set_value (self->scale_min, has_scale ? augment->scale_min : self->side * 8 / 7);
      set_value (self->scale_max, has_scale ? augment->scale_max : self->side * 15 / 7);
    }
  gtk_switch_set_active (GTK_SWITCH (self->colour), augment->colour > 0.0);
  if (augment->colour > 0.0 || get_value (self->colour_sd) <= 0.011)
    set_value (self->colour_sd, augment->colour > 0.0 ? augment->colour : USUAL_COLOUR);
  self->is_setting = FALSE;
}

void
rn_augment_panel_get (RnAugmentPanel *self, RnAugment *augment)
{
  const gboolean has_scale = gtk_switch_get_active (GTK_SWITCH (self->scale));

  g_return_if_fail (RN_IS_AUGMENT_PANEL (self));

  augment->pad = gtk_switch_get_active (GTK_SWITCH (self->crop)) ? (int) get_value (self->pad) : 0;
  augment->flip = gtk_switch_get_active (GTK_SWITCH (self->flip));
  augment->scale_min = has_scale ? (int) get_value (self->scale_min) : 0;
  augment->scale_max = has_scale ? (int) get_value (self->scale_max) : 0;
  augment->colour =
      gtk_switch_get_active (GTK_SWITCH (self->colour)) ? get_value (self->colour_sd) : 0.0;
}

void
rn_augment_panel_set_input (RnAugmentPanel *self, int side, int channels)
{
  g_return_if_fail (RN_IS_AUGMENT_PANEL (self));

  if (side != self->side && !gtk_switch_get_active (GTK_SWITCH (self->scale)))
    {
      self->is_setting = TRUE;
      set_value (self->scale_min, side * 8 / 7);
      set_value (self->scale_max, side * 15 / 7);
      self->is_setting = FALSE;
    }
  self->side = side;
  gtk_widget_set_sensitive (self->colour, channels == 3);
  gtk_widget_set_sensitive (self->colour_sd, channels == 3);
}
