#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One property of what is selected: its name, a control and a line of help. A control that stands for several things
 * which differ says "mixed" until a value is chosen for all.
 */

#define RN_TYPE_PROPERTY_ROW (rn_property_row_get_type ())
G_DECLARE_FINAL_TYPE (RnPropertyRow, rn_property_row, RN, PROPERTY_ROW, GtkWidget)

/* Signal "chosen" (int value): by the person, never by the functions below */

GtkWidget *rn_property_row_new_number (const char *name, int least, int most, const char *help);
/** @words: NULL-terminated, translated; the value is a word's place */
GtkWidget *rn_property_row_new_choice (const char *name, const char *const *words,
                                       const char *help);
/** The value is 0 or 1. */
GtkWidget *rn_property_row_new_check (const char *name, const char *help);

void rn_property_row_set_value (RnPropertyRow *self, int value);
/** @value: where a person's steps begin, such as the lead's */
void rn_property_row_set_mixed (RnPropertyRow *self, int value);
gboolean rn_property_row_is_mixed (RnPropertyRow *self);
int rn_property_row_get_value (RnPropertyRow *self);
/** @step: of a number; only its multiples count */
void rn_property_row_set_step (RnPropertyRow *self, int step);
/** @reason: (nullable): why it cannot be changed, in the place of the help; NULL: it can */
void rn_property_row_set_reason (RnPropertyRow *self, const char *reason);
/** As if the person had chosen it. */
void rn_property_row_choose (RnPropertyRow *self, int value);
/** Adds a small control before the row's own. */
void rn_property_row_add_button (RnPropertyRow *self, GtkWidget *button);
/** (transfer none): what has the value, for the focus */
GtkWidget *rn_property_row_get_control (RnPropertyRow *self);

G_END_DECLS
