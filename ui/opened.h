#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What files that were dropped, pasted, opened or named on the command line are, and so what will happen: the table of
 * design/interaction.md, in one place. Looks into folders and at first bytes: for a task.
 */

typedef enum
{
  RN_OPENED_UNKNOWN,
  RN_OPENED_PICTURE,  /* one */
  RN_OPENED_PICTURES, /* several, or a folder of them without class folders */
  RN_OPENED_DATASET,
  RN_OPENED_SPEC,
  RN_OPENED_EXPERIMENT, /* of the Lab */
  RN_OPENED_MODEL,
  RN_OPENED_RUN,
  RN_OPENED_MIXED
} RnOpenedKind;

/* More pictures than these are not classified at once; rn_opened_describe() then says so. */
#define RN_OPENED_MAX_PICTURES 10000

typedef struct
{
  RnOpenedKind kind;
  GPtrArray *
      paths; /* of char *: what to open: pictures one by one (of a mixed drop as well), a data set's one
                            path, each spec, model or run */
  guint n_pictures; /* for the sentence about a mixed or unknown drop */
  guint n_others;   /* the same */
  gboolean
      has_classes; /* a data set that is a folder of pictures, so these can be classified as well */
  gboolean is_cut; /* @paths ends at RN_OPENED_MAX_PICTURES, and there are more */
} RnOpened;

/** @paths: NULL-terminated. Returns: (transfer full) (nullable): NULL where @cancellable was cancelled */
RnOpened *rn_opened_tell (const char *const *paths, GCancellable *cancellable);
/** Returns: (transfer full) (nullable): the pictures of a folder and of the folders in it, for a data set all of whose
 * pictures are to be classified. For a task as well. */
RnOpened *rn_opened_tell_pictures (const char *folder, GCancellable *cancellable);
void rn_opened_free (RnOpened *opened);
/** Returns: (transfer full): what will happen, for the overlay: "Classify 12 pictures" */
char *rn_opened_describe (const RnOpened *opened);
/** Returns: (transfer full): why a mixed or unknown drop does nothing by itself, with counts */
char *rn_opened_explain (const RnOpened *opened);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnOpened, rn_opened_free)

G_END_DECLS
