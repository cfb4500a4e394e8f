#pragma once

#include <glib.h>

/* Text for HTML and SVG. */

/* Appends @text with what markup would take for its own escaped, and characters that XML does not know replaced. */
void rn_markup_append (GString *out, const char *text);
/* Appends @format, whose %s arguments are escaped; numbers have a point in every locale. */
void rn_markup_printf (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Appends a number with at most two digits after the point, for coordinates. */
void rn_markup_number (GString *out, double value);
