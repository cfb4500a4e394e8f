#pragma once

#include <glib.h>

/* Unpacking by pieces with no more memory than the caller asks for: what a header announces bounds the rest. Plain
 * bytes are handed through, so that a reader need not know whether a file was packed.
 */
typedef struct _RnGunzip RnGunzip;

/* @bytes stay the caller's and must live on; @where is what errors call them. Returns: NULL where memory is out */
RnGunzip *rn_gunzip_new (const guint8 *bytes, gsize length, const char *where, GError **error);
void rn_gunzip_free (RnGunzip *gunzip);
/* The most bytes that can follow, packed as tightly as can be */
guint64 rn_gunzip_get_bound (const RnGunzip *gunzip);
/* Exactly @length bytes, or RN_ERROR_FORMAT saying that the file is truncated or damaged */
gboolean rn_gunzip_read (RnGunzip *gunzip, guint8 *to, gsize length, GError **error);
/* RN_ERROR_FORMAT unless the bytes end here and their checksum is right */
gboolean rn_gunzip_finish (RnGunzip *gunzip, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnGunzip, rn_gunzip_free)
