#pragma once

#include <gio/gio.h>

#include "runs/run-digest.h"

G_BEGIN_DECLS

/* A run in the list: the newest that is known of it. Signal "changed". */

#define RN_TYPE_RUN_ITEM (rn_run_item_get_type ())
G_DECLARE_FINAL_TYPE (RnRunItem, rn_run_item, RN, RUN_ITEM, GObject)

RnRunDigest *rn_run_item_get_digest (RnRunItem *self);

/* The runs in a folder, as a list in the order in which they were found. They are read in a task; the folder is watched.
 *
 * Signal "scanned": a reading has ended, whether or not it found anything new
 */

#define RN_TYPE_RUN_LIST (rn_run_list_get_type ())
G_DECLARE_FINAL_TYPE (RnRunList, rn_run_list, RN, RUN_LIST, GObject)

RnRunList *rn_run_list_new (void);
/** Another folder is read at once; the same again does nothing. It need not exist. */
void rn_run_list_set_folder (RnRunList *self, const char *folder);
/** Reads again what has changed, in a task; asked for while one runs, once more after it. */
void rn_run_list_refresh (RnRunList *self);
/** Returns: whether a reading has ended */
gboolean rn_run_list_is_known (RnRunList *self);
/** Returns: whether some run is in training, so that refreshing is worth it */
gboolean rn_run_list_is_any_training (RnRunList *self);

G_END_DECLS
