#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Lets @label, a GtkLabel, take as many lines as it needs, which end between words: in Korean too. It sets the label's
 * attributes. */
void rn_text_wrap (GtkWidget *label);
/** The same for all labels that are in @widget now, such as those that libadwaita made in a row. */
void rn_text_keep_words (GtkWidget *widget);
/** Returns: (transfer floating): a label of words, from the left, in as many lines as it takes. @text: (nullable);
 * @css_class: (nullable) */
GtkWidget *rn_text_new (const char *text, const char *css_class);

G_END_DECLS
