#pragma once

#include <gtk/gtk.h>

#include "print/network-export.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The shown network from and to files. Dialogs begin where the last one ended; what is written is written in tasks, and the
 * session's "message" or "problem" tells how it went.
 */

/** @widget: whose window the dialogs belong to */
void rn_build_open (RnSession *session, GtkWidget *widget);
/** To the file that the network came from, else as rn_build_save_as(). */
void rn_build_save (RnSession *session, GtkWidget *widget);
void rn_build_save_as (RnSession *session, GtkWidget *widget);
/** Its figure or its table. */
void rn_build_export (RnSession *session, GtkWidget *widget, RnExport format);
void rn_build_export_to (RnSession *session, GFile *file, RnExport format);
/** Puts rn_spec_to_table() on the clipboard. */
void rn_build_copy_table (RnSession *session, GtkWidget *widget);

/** Returns: (transfer full) (nullable): where the next dialog begins */
GFile *rn_build_get_folder (void);
/** @file: one that a person chose: its folder is remembered */
void rn_build_remember_folder (GFile *file);

G_END_DECLS
