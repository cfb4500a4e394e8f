#pragma once

#include "formats/tensor-file.h"

/* The directory of a zip file, checked: entries lie inside the file, in front of the directory, and none overlaps
 * another. zip64 is understood; of packing methods stored and deflated are.
 */

typedef struct
{
  char *name;
  gboolean is_packed;  /* deflated */
  guint32 crc;         /* of the unpacked bytes */
  guint64 begin;       /* bytes from the start of the file */
  guint64 packed_size; /* in the file */
  guint64 size;        /* unpacked */
} RnZipEntry;

typedef struct
{
  const RnTensorFile *file;
  GArray *entries;     /* (element-type RnZipEntry) in the order of their bytes */
  GHashTable *by_name; /* name -> RnZipEntry, inside @entries */
} RnZip;

/* @file lives on. RN_ERROR_FORMAT naming the file and the entry */
RnZip *rn_zip_new (const RnTensorFile *file, GError **error);
void rn_zip_free (RnZip *zip);
/* Returns: (nullable) */
const RnZipEntry *rn_zip_find (const RnZip *zip, const char *name);
/* Returns: (transfer full): the unpacked bytes, their checksum compared; an entry of more than @max_size is an error */
GBytes *rn_zip_read (const RnZip *zip, const RnZipEntry *entry, guint64 max_size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnZip, rn_zip_free)
