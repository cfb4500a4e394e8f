#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Runs that belong together, such as those of an experiment, shown alone: a line that names them, with a button for all runs
 * again. Not to be seen while there is no group.
 */

#define RN_TYPE_RUN_GROUP (rn_run_group_get_type ())
G_DECLARE_FINAL_TYPE (RnRunGroup, rn_run_group, RN, RUN_GROUP, GtkWidget)

/* Signals:
 *   "changed"   rn_run_group_has() answers otherwise
 */

GtkWidget *rn_run_group_new (void);
/** @title: whose runs they are; @names: (nullable): of their folders; NULL for no group */
void rn_run_group_set (RnRunGroup *self, const char *title, const char *const *names);
/** Returns: whether there is no group, or the run @name belongs to it */
gboolean rn_run_group_has (RnRunGroup *self, const char *name);

G_END_DECLS
