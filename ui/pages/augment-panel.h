#pragma once

#include <gtk/gtk.h>
#include <residua/augment.h>

G_BEGIN_DECLS

/* The switches of the augmentation, each with its numbers below it while it is on. */

#define RN_TYPE_AUGMENT_PANEL (rn_augment_panel_get_type ())
G_DECLARE_FINAL_TYPE (RnAugmentPanel, rn_augment_panel, RN, AUGMENT_PANEL, GtkWidget)

/* Signal "changed": by the person, never by rn_augment_panel_set() */

GtkWidget *rn_augment_panel_new (void);
void rn_augment_panel_set (RnAugmentPanel *self, const RnAugment *augment);
/** @augment: (out): what the controls say; within the bounds of rn_settings_check() */
void rn_augment_panel_get (RnAugmentPanel *self, RnAugment *augment);
/** @side: of the network's input; @channels: of the data: the colour of grey pictures cannot shift */
void rn_augment_panel_set_input (RnAugmentPanel *self, int side, int channels);

G_END_DECLS
