#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* Whether a training fits into the memory that is there, asked in a task. */

/* A training may take this share of what is available. */
#define RN_MEMORY_SHARE 0.8

typedef struct
{
  int batch;
  gsize needed;    /* bytes, at @batch */
  gsize available; /* bytes, the control group's limit counted; G_MAXSIZE where unknown */
  int largest_batch; /* at most @batch that takes no more than its share; 0 where not even one picture fits */
} RnMemoryCheck;

gboolean rn_memory_check_fits (const RnMemoryCheck *check);
/** Returns: (transfer full): one or two sentences: what is needed, what is there, what would fit */
char *rn_memory_check_describe (const RnMemoryCheck *check);

/** @threads: of the training, at least 1; @available: bytes, 0 asks the system */
void rn_memory_check_async (const RnSpec *spec, int batch, int threads, gsize available,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean rn_memory_check_finish (GAsyncResult *result, RnMemoryCheck *check, GError **error);

/**
 * rn_start_training:
 * @widget: whose window a dialog belongs to
 *
 * What every Start does: rn_session_start(), but where the memory is short it explains that first and offers the
 * largest batch that fits; and where a sketch was made of a run or a model it first tells what keeps its weights, and
 * offers to start all anew.
 */
void rn_start_training (RnSession *session, GtkWidget *widget);
/** What every single step does: the same questions, then rn_session_step(). */
void rn_step_training (RnSession *session, GtkWidget *widget);
/** Goes on with the run at @path: opens it, shows it, then as rn_start_training(). */
void rn_resume_training (RnSession *session, GtkWidget *widget, const char *path);

G_END_DECLS
