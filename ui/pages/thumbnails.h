#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Small pictures of files, made one after the other in a thread; the last few hundred are kept. */

#define RN_TYPE_THUMBNAILS (rn_thumbnails_get_type ())
G_DECLARE_FINAL_TYPE (RnThumbnails, rn_thumbnails, RN, THUMBNAILS, GObject)

/** @side: of the shorter side, pixels */
RnThumbnails *rn_thumbnails_new (int side);
/** Returns: (transfer none) (nullable): what is at hand */
GdkTexture *rn_thumbnails_look_up (RnThumbnails *self, const char *path);
/** Cancelled requests cost nothing when their turn comes. */
void rn_thumbnails_get_async (RnThumbnails *self, const char *path, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
/** Returns: (transfer full) (nullable) */
GdkTexture *rn_thumbnails_get_finish (RnThumbnails *self, GAsyncResult *result, GError **error);
guint rn_thumbnails_count (RnThumbnails *self);

#define RN_THUMBNAILS_KEPT 256

G_END_DECLS
