#pragma once

#include <gtk/gtk.h>

#include "pages/train-fields.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The settings of the next training, in groups; of a run that is shown: its own, to read. What is valid reaches the
 * session as it is typed, what is not is explained in its place and the session keeps the last valid value.
 */

#define RN_TYPE_TRAIN_SETTINGS (rn_train_settings_get_type ())
G_DECLARE_FINAL_TYPE (RnTrainSettings, rn_train_settings, RN, TRAIN_SETTINGS, GtkWidget)

GtkWidget *rn_train_settings_new (RnSession *session);
/** Returns: (transfer none): the row of @field: an AdwActionRow or, of a choice, an AdwComboRow */
GtkWidget *rn_train_settings_get_row (RnTrainSettings *self, RnField field);
/** Returns: (transfer none): the GtkEntry, GtkSwitch or AdwComboRow of @field */
GtkWidget *rn_train_settings_get_control (RnTrainSettings *self, RnField field);
/** Returns: (nullable): why what stands in @field is not used */
const char *rn_train_settings_get_problem (RnTrainSettings *self, RnField field);
void rn_train_settings_reset (RnTrainSettings *self);

G_END_DECLS
