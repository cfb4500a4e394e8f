#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The texts of the rows of the spine or of a long table. Most rows say what others say, and shaping is most of what another row costs: texts that
 * are equal are one layout. */

typedef struct _RnRowTexts RnRowTexts;

/** @widget: whose font they are in; outlives the texts; @scale: of that font's size */
RnRowTexts *rn_row_texts_new (GtkWidget *widget, double scale);
void rn_row_texts_free (RnRowTexts *self);
/** The font may be another now. */
void rn_row_texts_clear (RnRowTexts *self);
/** @width: in Pango's units, beyond it an ellipsis; -1: as wide as it is. Returns: (transfer none): until the next call;
 * others have it, too: not to be changed */
PangoLayout *rn_row_texts_get (RnRowTexts *self, const char *text, int width);
/** Returns: in pixels, of @text by itself */
int rn_row_texts_get_width (RnRowTexts *self, const char *text);
/** Returns: (transfer full): one that looks like the others and may be changed */
PangoLayout *rn_row_texts_make (RnRowTexts *self, const char *text);

G_END_DECLS
