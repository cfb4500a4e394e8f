#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What can be done to the folder of a run, in tasks. None does anything to a run that is in training, here or in another
 * program: G_IO_ERROR_BUSY. */

/** Moves it to the wastebasket; G_IO_ERROR_NOT_SUPPORTED where there is none. */
void rn_run_trash_async (const char *path, GAsyncReadyCallback callback, gpointer data);
/** Deletes it for good. */
void rn_run_delete_async (const char *path, GAsyncReadyCallback callback, gpointer data);
/** @name: of the folder, beside its old place; G_IO_ERROR_EXISTS, G_IO_ERROR_INVALID_FILENAME */
void rn_run_rename_async (const char *path, const char *name, GAsyncReadyCallback callback,
                          gpointer data);
/** Ends any of them. Returns: (transfer full) (nullable): where the run is now: "" where it is gone; NULL on error */
char *rn_run_files_finish (GAsyncResult *result, GError **error);

G_END_DECLS
