#include "pages/property-row.h"

#include <glib/gi18n-lib.h>

#include "pages/text.h"

#define NUMBER_CHARS 5

typedef enum
{
  ROW_NUMBER,
  ROW_CHOICE,
  ROW_CHECK
} RowKind;

struct _RnPropertyRow
{
  GtkWidget parent_instance;

  RowKind kind;
  GtkWidget *box;
  GtkWidget *line;
  GtkWidget *control;
  GtkWidget *help;
  char *help_text;
  GtkStringList *words;
  guint n_words;
  int value;
  gboolean is_mixed;
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (RnPropertyRow, rn_property_row, GTK_TYPE_WIDGET)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

int
rn_property_row_get_value (RnPropertyRow *self)
{
  return self->value;
}

gboolean
rn_property_row_is_mixed (RnPropertyRow *self)
{
  return self->is_mixed;
}

GtkWidget *
rn_property_row_get_control (RnPropertyRow *self)
{
  return self->control;
}

/* Showing */

/* A word "mixed" stands at the end of the choices as long as it is true. */
static void
show_choice (RnPropertyRow *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->words));

  if (self->is_mixed && n == self->n_words)
    gtk_string_list_append (self->words, _ ("mixed"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->control),
                              self->is_mixed ? self->n_words : (guint) self->value);
  if (!self->is_mixed && n > self->n_words)
    gtk_string_list_remove (self->words, self->n_words);
}

static void
show (RnPropertyRow *self)
{
  self->is_filling = TRUE;
  switch (self->kind)
    {
    case ROW_NUMBER:
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->control), self->value);
      gtk_spin_button_update (GTK_SPIN_BUTTON (self->control));
      break;
    case ROW_CHOICE:
      show_choice (self);
      break;
    case ROW_CHECK:
    default:
      gtk_check_button_set_inconsistent (GTK_CHECK_BUTTON (self->control), self->is_mixed);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->control),
                                   !self->is_mixed && self->value != 0);
      break;
    }
  self->is_filling = FALSE;
}

static void
set (RnPropertyRow *self, int value, gboolean is_mixed)
{
  if (value == self->value && is_mixed == self->is_mixed)
    return;
  self->value = value;
  self->is_mixed = is_mixed;
  show (self);
}

void
rn_property_row_set_value (RnPropertyRow *self, int value)
{
  g_return_if_fail (RN_IS_PROPERTY_ROW (self));

  set (self, value, FALSE);
}

void
rn_property_row_set_mixed (RnPropertyRow *self, int value)
{
  g_return_if_fail (RN_IS_PROPERTY_ROW (self));

  set (self, value, TRUE);
}

void
rn_property_row_set_step (RnPropertyRow *self, int step)
{
  GtkAdjustment *adjustment = gtk_spin_button_get_adjustment (GTK_SPIN_BUTTON (self->control));

  g_return_if_fail (self->kind == ROW_NUMBER && step >= 1);

  self->is_filling = TRUE;
  gtk_adjustment_set_lower (adjustment, MAX (step, 1));
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (self->control), step, 4.0 * step);
  gtk_spin_button_set_snap_to_ticks (GTK_SPIN_BUTTON (self->control), step > 1);
  self->is_filling = FALSE;
}

void
rn_property_row_set_reason (RnPropertyRow *self, const char *reason)
{
  gtk_widget_set_sensitive (self->line, reason == NULL);
  gtk_label_set_text (GTK_LABEL (self->help), reason != NULL ? reason : self->help_text);
}

/* Choosing */

static void
choose (RnPropertyRow *self, int value)
{
  if (self->is_filling || (value == self->value && !self->is_mixed))
    return;
  self->value = value;
  self->is_mixed = FALSE;
  show (self);
  g_signal_emit (self, signals[CHOSEN], 0, value);
}

void
rn_property_row_choose (RnPropertyRow *self, int value)
{
  g_return_if_fail (RN_IS_PROPERTY_ROW (self));

  if (gtk_widget_get_sensitive (self->line))
    choose (self, value);
}

static void
on_number (RnPropertyRow *self)
{
  choose (self, gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->control)));
}

static gboolean
on_output (RnPropertyRow *self)
{
  if (!self->is_mixed)
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (self->control), _ ("mixed"));
  return TRUE;
}

/* "mixed" is no number: the value stays. A number that is typed is meant for all, also where it is the lead's. */
static int
on_input (GtkSpinButton *button, double *value, RnPropertyRow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (button)));

  if (!self->is_mixed)
    return FALSE;
  *value = self->value;
  if (!g_str_equal (text, _ ("mixed")) && g_ascii_strtoll (text, NULL, 10) == self->value)
    choose (self, self->value);
  else if (!g_str_equal (text, _ ("mixed")))
    return FALSE;
  return TRUE;
}

static void
on_choice (RnPropertyRow *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->control));

  if (at < self->n_words)
    choose (self, (int) at);
}

static void
on_check (RnPropertyRow *self)
{
  choose (self, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->control)));
}

/* Making */

static GtkWidget *
make_row (RowKind kind, GtkWidget *control, const char *name, const char *help)
{
  RnPropertyRow *self = g_object_new (RN_TYPE_PROPERTY_ROW, NULL);
  GtkWidget *label = rn_text_new (name, NULL);

  self->kind = kind;
  self->control = control;
  self->help_text = g_strdup (help);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, help, -1);
  gtk_box_append (GTK_BOX (self->line), label);
  gtk_box_append (GTK_BOX (self->line), control);
  gtk_label_set_text (GTK_LABEL (self->help), help);
  return GTK_WIDGET (self);
}

void
rn_property_row_add_button (RnPropertyRow *self, GtkWidget *button)
{
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_insert_child_after (GTK_BOX (self->line), button,
                              gtk_widget_get_prev_sibling (self->control));
}

GtkWidget *
rn_property_row_new_number (const char *name, int least, int most, const char *help)
{
  GtkWidget *button = gtk_spin_button_new_with_range (least, most, 1);
  GtkWidget *row;

  gtk_editable_set_width_chars (GTK_EDITABLE (button), NUMBER_CHARS);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (button), NUMBER_CHARS);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (button), FALSE); /* "mixed" has to go in */
  gtk_spin_button_set_update_policy (GTK_SPIN_BUTTON (button), GTK_UPDATE_IF_VALID);
  row = make_row (ROW_NUMBER, button, name, help);
  RN_PROPERTY_ROW (row)->value = least;
  g_signal_connect_swapped (button, "output", G_CALLBACK (on_output), row);
  g_signal_connect (button, "input", G_CALLBACK (on_input), row);
  g_signal_connect_swapped (button, "value-changed", G_CALLBACK (on_number), row);
  return row;
}

GtkWidget *
rn_property_row_new_choice (const char *name, const char *const *words, const char *help)
{
  GtkStringList *list = gtk_string_list_new (words);
  GtkWidget *drop_down = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (list)), NULL);
  GtkWidget *row = make_row (ROW_CHOICE, drop_down, name, help);

  RN_PROPERTY_ROW (row)->words = list;
  RN_PROPERTY_ROW (row)->n_words = g_list_model_get_n_items (G_LIST_MODEL (list));
  g_signal_connect_swapped (drop_down, "notify::selected", G_CALLBACK (on_choice), row);
  return row;
}

GtkWidget *
rn_property_row_new_check (const char *name, const char *help)
{
  GtkWidget *button = gtk_check_button_new ();
  GtkWidget *row = make_row (ROW_CHECK, button, name, help);

  g_signal_connect_swapped (button, "toggled", G_CALLBACK (on_check), row);
  return row;
}

static void
rn_property_row_dispose (GObject *object)
{
  RnPropertyRow *self = RN_PROPERTY_ROW (object);

  self->is_filling = TRUE;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->words);
  g_clear_pointer (&self->help_text, g_free);
  G_OBJECT_CLASS (rn_property_row_parent_class)->dispose (object);
}

static void
rn_property_row_init (RnPropertyRow *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  self->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->help = rn_text_new (NULL, "caption");
  gtk_widget_add_css_class (self->help, "dim-label");
  gtk_box_append (GTK_BOX (self->box), self->line);
  gtk_box_append (GTK_BOX (self->box), self->help);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_property_row_class_init (RnPropertyRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_property_row_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[CHOSEN] = g_signal_new ("chosen", RN_TYPE_PROPERTY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}
