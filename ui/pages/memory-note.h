#pragma once

#include <gtk/gtk.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* A sentence on the memory that a training takes and, where it is short, a button with the largest batch that fits. */

#define RN_TYPE_MEMORY_NOTE (rn_memory_note_get_type ())
G_DECLARE_FINAL_TYPE (RnMemoryNote, rn_memory_note, RN, MEMORY_NOTE, GtkWidget)

/* Signal "batch" (int): the button asks for batches of so many */

GtkWidget *rn_memory_note_new (void);
/** Asks anew, in a task; the newest question is answered. @spec: (nullable): copied; @threads: at least 1 */
void rn_memory_note_ask (RnMemoryNote *self, const RnSpec *spec, int batch, int threads);

G_END_DECLS
