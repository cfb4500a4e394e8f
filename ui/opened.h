#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What files that were dropped, pasted, opened or named on the command line are, and so what will happen: the table of
 * design/interaction.md, in one place. Looks into folders and at first bytes: for a task. */

typedef enum
{
  RN_OPENED_UNKNOWN,
  RN_OPENED_PICTURE,  /* one */
  RN_OPENED_PICTURES, /* several, or a folder of them without class folders */
  RN_OPENED_DATASET,
  RN_OPENED_SPEC,
  RN_OPENED_MODEL,
  RN_OPENED_RUN,
  RN_OPENED_MIXED
} RnOpenedKind;

typedef struct
{
  RnOpenedKind kind;
  GPtrArray *paths; /* of char *: what to open: pictures one by one, else the one path */
  guint n_pictures; /* for the sentence about a mixed or unknown drop */
  guint n_others;
} RnOpened;

RnOpened *rn_opened_tell (const char *const *paths, GCancellable *cancellable);
void rn_opened_free (RnOpened *opened);
/** Returns: (transfer full): what will happen, for the overlay: "Classify 12 pictures" */
char *rn_opened_describe (const RnOpened *opened);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnOpened, rn_opened_free)

G_END_DECLS
