#pragma once

#include <gio/gio.h>

/* A file that is written piece after piece, aside, and takes its name only when all of it is on the disk. Pieces are
 * gathered; the first error is kept and told at the end, so that whoever writes need not look after every piece.
 */
typedef struct _RnFileWriter RnFileWriter;

/* Opens PATH.tmp-XXXXXX beside @path. @path: (nullable): NULL writes nothing and only counts */
RnFileWriter *rn_file_writer_new (const char *path, GError **error);
/* Removes what was not committed. */
void rn_file_writer_free (RnFileWriter *writer);

void rn_file_writer_add (RnFileWriter *writer, const void *bytes, gsize length);
void rn_file_writer_add_text (RnFileWriter *writer, const char *text);
void rn_file_writer_printf (RnFileWriter *writer, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Floats as little-endian bytes */
void rn_file_writer_add_floats (RnFileWriter *writer, const float *floats, gsize count);
/* Returns: bytes added so far */
guint64 rn_file_writer_get_position (const RnFileWriter *writer);
/* Whether going on is of no use */
gboolean rn_file_writer_has_failed (const RnFileWriter *writer);
/* Syncs, renames over the path, syncs the folder. */
gboolean rn_file_writer_commit (RnFileWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnFileWriter, rn_file_writer_free)
