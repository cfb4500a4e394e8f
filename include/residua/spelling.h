#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Only so many bytes of a word are looked at: what was typed may be of any length. */
#define RN_SPELLING_MAX 40

/**
 * rn_spelling_distance:
 *
 * Returns: Levenshtein's distance between the first RN_SPELLING_MAX bytes of two words: how many bytes have to be put in,
 *   taken out or replaced to make @b of @a
 */
int rn_spelling_distance (const char *a, const char *b);

G_END_DECLS
