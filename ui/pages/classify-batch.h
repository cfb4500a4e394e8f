#pragma once

#include <gio/gio.h>
#include <residua/classify.h>

G_BEGIN_DECLS

/* Many pictures, one model: a thread of its own, at low priority, decodes and classifies one file after the other, and the
 * answers arrive as rows, at most ten times a second. A file that cannot be read is a row with the sentence that says why;
 * the others go on. Pictures are not kept. */

/* One row. Immutable. */
#define RN_TYPE_CLASSIFIED (rn_classified_get_type ())
G_DECLARE_FINAL_TYPE (RnClassified, rn_classified, RN, CLASSIFIED, GObject)

const char *rn_classified_get_path (RnClassified *self);
/** Returns: the file's name, to show */
const char *rn_classified_get_name (RnClassified *self);
/** @rank: 0 or 1. Returns: (nullable): NULL where there is none. @share: (out): its probability; NaN */
const char *rn_classified_get_class (RnClassified *self, int rank, double *share);
/** Returns: (nullable): why there is no answer */
const char *rn_classified_get_problem (RnClassified *self);

#define RN_TYPE_CLASSIFY_BATCH (rn_classify_batch_get_type ())
G_DECLARE_FINAL_TYPE (RnClassifyBatch, rn_classify_batch, RN, CLASSIFY_BATCH, GObject)

/* Signal "progress" (no arguments): rows came, or it ended. */

/** @classes: NULL-terminated, of the model */
RnClassifyBatch *rn_classify_batch_new (RnModel *model, const char *const *classes,
                                        const RnViews *views);
/** Adds files at the end of what waits, and begins. @paths: (element-type filename) */
void rn_classify_batch_add (RnClassifyBatch *self, GPtrArray *paths);
/** What waits is dropped; rows stay. */
void rn_classify_batch_cancel (RnClassifyBatch *self);
gboolean rn_classify_batch_is_running (RnClassifyBatch *self);
/** Returns: (transfer none) (element-type RnClassified) */
GListModel *rn_classify_batch_get_rows (RnClassifyBatch *self);
/** @n_problems: (out): rows without an answer. Returns: how many files were added in all, but for cancelled ones */
guint rn_classify_batch_count (RnClassifyBatch *self, guint *n_problems);

/** Writes file, class, confidence, second class, its confidence, problem; in a task. */
void rn_classify_batch_save_async (RnClassifyBatch *self, const char *path,
                                   GAsyncReadyCallback callback, gpointer data);
gboolean rn_classify_batch_save_finish (RnClassifyBatch *self, GAsyncResult *result,
                                        GError **error);

G_END_DECLS
