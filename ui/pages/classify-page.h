#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What a trained network takes pictures for: the session's picture, and a table of many. */

#define RN_TYPE_CLASSIFY_PAGE (rn_classify_page_get_type ())
G_DECLARE_FINAL_TYPE (RnClassifyPage, rn_classify_page, RN, CLASSIFY_PAGE, GtkWidget)

GtkWidget *rn_classify_page_new (RnSession *session);
/** Several pictures that were dropped, pasted, opened or named: fills the table and shows it. @paths: (element-type
 * filename): copied; those that are no pictures become rows that say so */
void rn_classify_page_take_files (RnClassifyPage *self, GPtrArray *paths);

G_END_DECLS
