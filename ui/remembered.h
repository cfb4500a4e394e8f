#pragma once

#include <gio/gio.h>
#include <residua/settings.h>

G_BEGIN_DECLS

/* What the program remembers from one start to the next. */

/**
 * rn_remembered:
 *
 * Returns: (transfer none) (nullable): the program's settings, the same object always; the schema in data/ lists the keys.
 *   The schema travels inside the program, so it needs no installing and always fits. NULL only where there is not one
 *   folder to unpack it to: then nothing is remembered.
 */
GSettings *rn_remembered (void);

/** What the next training begins with: the remembered settings where they are whole and within their bounds, else the
 * defaults. */
void rn_remembered_get_training (GSettings *remembered, RnSettings *settings, double *epochs,
                                 guint *choices);
void rn_remembered_set_training (GSettings *remembered, const RnSettings *settings, double epochs,
                                 guint choices);
/** Returns: (transfer full): the folder of the runs, the person's or the usual one */
char *rn_remembered_get_runs_folder (GSettings *remembered);

/**
 * rn_remembered_get_data:
 * @remembered: (nullable)
 *
 * Returns: (transfer full) (not nullable): the absolute paths of the data sets that were opened last, newest first, at
 *   most 8
 */
GStrv rn_remembered_get_data (GSettings *remembered);
/** Puts @path first. What is not an absolute path in UTF-8, such as "sample", is not remembered. */
void rn_remembered_note_data (GSettings *remembered, const char *path);
void rn_remembered_clear_data (GSettings *remembered);

G_END_DECLS
