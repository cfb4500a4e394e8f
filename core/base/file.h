#pragma once

#include <gio/gio.h>

/* Whole files, safely: read with a bound that is checked before memory is asked for, written aside, synced and
 * renamed, so that whoever looks sees the old file or the new one and nothing between.
 */

/* Returns: (transfer full): the bytes; RN_ERROR_FORMAT naming the file where it is over @max_bytes,
 * G_IO_ERROR_IS_DIRECTORY or G_IO_ERROR_NOT_REGULAR_FILE where it is no regular file
 */
GBytes *rn_file_read (const char *path, gsize max_bytes, GError **error);
/* Writes PATH.tmp-XXXXXX beside, fsyncs, renames over @path and fsyncs the folder. */
gboolean rn_file_replace (const char *path, const void *bytes, gsize length, GError **error);
/* fsync of a folder, after names in it have changed */
gboolean rn_file_sync_folder (const char *path, GError **error);
/* Sets @error from errno in GIO's domain: "“PATH”: strerror" */
void rn_file_set_error (GError **error, const char *path, int saved_errno);
