#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A titled card, the frame of everything on a page: title, dim caption and buttons on one line, its content below. */

#define RN_TYPE_CARD (rn_card_get_type ())
G_DECLARE_FINAL_TYPE (RnCard, rn_card, RN, CARD, GtkWidget)

/** @title: (nullable): also names the card for assistive technology; @child: (nullable): takes all the room that is left */
GtkWidget *rn_card_new (const char *title, GtkWidget *child);
void rn_card_set_title (RnCard *self, const char *title);
/** @widget: (nullable): stands in the title's place; the title still names the card */
void rn_card_set_title_widget (RnCard *self, GtkWidget *widget);
/** @caption: (nullable): dim, at the right of the title's line; its whole text is the tooltip */
void rn_card_set_caption (RnCard *self, const char *caption);
/** Whether the caption stands beside the title, not at the right. */
void rn_card_set_caption_beside (RnCard *self, gboolean beside);
/** A small control at the right end of the title's line, after those that are there. */
void rn_card_add_suffix (RnCard *self, GtkWidget *widget);
/**
 * rn_card_set_help:
 * @text: two sentences and the paper's section
 *
 * Adds the button “What is this?”, whose popover says @text.
 */
void rn_card_set_help (RnCard *self, const char *text);
/**
 * rn_card_set_empty:
 * @text: (nullable): one sentence in the place of the child, whose height is kept; NULL shows the child
 * @button: (nullable): stands below @text
 */
void rn_card_set_empty (RnCard *self, const char *text, GtkWidget *button);

/** Returns: (transfer floating): the button “What is this?” for whatever is not a card. @about: names it, “Loss” */
GtkWidget *rn_help_button_new (const char *about, const char *text);

G_END_DECLS
