#pragma once

#include "base/file-writer.h"

/* A zip file of stored entries whose bytes begin at multiples of 64, as PyTorch's own writer has them. No zip64: fewer
 * than 65535 entries and less than 4 GiB. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

#define RN_ZIP_MAX_ENTRIES 65534
#define RN_ZIP_MAX_SIZE ((guint64) G_MAXUINT32)

typedef struct _RnZipWriter RnZipWriter;

/* @file: borrowed, and at its beginning */
RnZipWriter *rn_zip_writer_new (RnFileWriter *file);
void rn_zip_writer_free (RnZipWriter *zip);
/* Dates are those of the format's beginning, so that the same entries give the same bytes. */
void rn_zip_writer_add (RnZipWriter *zip, const char *name, const void *bytes, gsize length);
/* Writes the directory. Returns: FALSE where a limit was passed */
gboolean rn_zip_writer_finish (RnZipWriter *zip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnZipWriter, rn_zip_writer_free)
