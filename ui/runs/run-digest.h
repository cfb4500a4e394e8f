#pragma once

#include <residua/spec.h>

G_BEGIN_DECLS

/* What the list of runs says about one: read in a task, without keeping its history; a run that has grown is read on
 * from where the last reading ended. Immutable and reference counted. */

/* The curve in small: the mean losses of so many equal stretches of steps, or fewer */
#define RN_RUN_DIGEST_MAX_VALUES 96

typedef enum
{
  RN_RUN_RESUMABLE,
  RN_RUN_FINISHED,
  RN_RUN_TRAINING, /* somebody holds its lock: this program or another */
  RN_RUN_DAMAGED
} RnRunState;

typedef struct _RnRunDigest RnRunDigest;

/** @before: (nullable): an earlier one of the same run, which is returned again where nothing has changed.
 * Never fails: what is wrong is told by rn_run_digest_get_problem(). */
RnRunDigest *rn_run_digest_read (const char *path, RnRunDigest *before);
RnRunDigest *rn_run_digest_ref (RnRunDigest *self);
void rn_run_digest_unref (RnRunDigest *self);

const char *rn_run_digest_get_path (const RnRunDigest *self);
/** Returns: the folder's name, for the screen */
const char *rn_run_digest_get_name (const RnRunDigest *self);
/** Returns: (transfer full): what people call it, as rn_document_make_run_title(); its name where it cannot be read */
char *rn_run_digest_make_title (const RnRunDigest *self);
RnRunState rn_run_digest_get_state (const RnRunDigest *self);
/** Returns: (nullable): what is damaged, in a sentence */
const char *rn_run_digest_get_problem (const RnRunDigest *self);
const RnSpec *rn_run_digest_get_spec (const RnRunDigest *self); /* (nullable) */
/** Returns: (nullable): "sample" or a path */
const char *rn_run_digest_get_data (const RnRunDigest *self);
gint64 rn_run_digest_get_step (const RnRunDigest *self);
gint64 rn_run_digest_get_steps (const RnRunDigest *self);      /* wanted in all */
double rn_run_digest_get_best_error (const RnRunDigest *self); /* of the test split, a share; NaN */
double rn_run_digest_get_last_error (const RnRunDigest *self); /* the same, the newest */
/** Returns: seconds since 1970: when it was written to last */
gint64 rn_run_digest_get_time (const RnRunDigest *self);
/** @values: (out): as many as are returned. Returns: at most RN_RUN_DIGEST_MAX_VALUES */
guint rn_run_digest_get_values (const RnRunDigest *self, float *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnRunDigest, rn_run_digest_unref)

G_END_DECLS
