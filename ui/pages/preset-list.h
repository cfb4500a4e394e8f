#pragma once

#include <gtk/gtk.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* The networks that are ready to take, with what they cost, to search and choose from. Costs are counted in a task. */

#define RN_TYPE_PRESET_LIST (rn_preset_list_get_type ())
G_DECLARE_FINAL_TYPE (RnPresetList, rn_preset_list, RN, PRESET_LIST, GtkWidget)

/* Signal "chosen" (const char *name): "resnet20" */

GtkWidget *rn_preset_list_new (void);
/** Returns: how many are shown, with the search applied; 0 until they have been counted */
guint rn_preset_list_n_shown (RnPresetList *self);
/** Returns: (transfer full): what row @at says, "ResNet-20, 269,722 parameters, 40.6 M multiply-adds, CIFAR" */
char *rn_preset_list_describe (RnPresetList *self, guint at);
void rn_preset_list_set_search (RnPresetList *self, const char *text);
/** As if row @at were clicked. */
void rn_preset_list_choose (RnPresetList *self, guint at);

G_END_DECLS
