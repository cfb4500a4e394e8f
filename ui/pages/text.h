#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Returns: (transfer floating): a label of words, from the left, in as many lines as it takes. @text: (nullable);
 * @css_class: (nullable) */
GtkWidget *rn_text_new (const char *text, const char *css_class);

G_END_DECLS
