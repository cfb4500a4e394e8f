#pragma once

#include "pages/sample-list.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Makes thumbnails in tasks, a few at a time, those in view first, and keeps the last ones in bounded memory. For the
 * window's thread. */

#define RN_TYPE_SAMPLE_LOADER (rn_sample_loader_get_type ())
G_DECLARE_FINAL_TYPE (RnSampleLoader, rn_sample_loader, RN, SAMPLE_LOADER, GObject)

/* At most so many bytes of thumbnails are kept for coming back to; what is on the screen is its widgets' */
#define RN_SAMPLE_LOADER_BYTES (24 * 1024 * 1024)

typedef struct _RnSampleRequest RnSampleRequest;

/** @texture: (nullable): NULL where the picture cannot be read, and @problem says why */
typedef void (*RnSampleFunc) (GdkTexture *texture, const char *problem, gpointer data);

RnSampleLoader *rn_sample_loader_new (void);
/** @dataset: (nullable): NULL draws the sample set's scenes; @size_px: as rn_thumbnail_new(). Forgets the old ones. */
void rn_sample_loader_set_source (RnSampleLoader *self, RnDataset *dataset, int size_px);
/** The positions on the screen: nothing far from them is loaded. */
void rn_sample_loader_set_view (RnSampleLoader *self, guint first, guint last);
/** Calls @func back later, or at once where the thumbnail is at hand. Returns: (nullable): what to cancel, until then */
RnSampleRequest *rn_sample_loader_request (RnSampleLoader *self, RnSampleItem *item,
                                           RnSampleFunc func, gpointer data);
void rn_sample_loader_cancel (RnSampleLoader *self, RnSampleRequest *request);
/** Returns: bytes of thumbnails that are kept */
gsize rn_sample_loader_get_memory (RnSampleLoader *self);
/** Returns: how many pictures were decoded so far */
guint rn_sample_loader_n_made (RnSampleLoader *self);

G_END_DECLS
