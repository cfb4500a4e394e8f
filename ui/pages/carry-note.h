#pragma once

#include <residua/carry.h>

G_BEGIN_DECLS

/* In words, what a training of a sketch that has a past keeps of it. @parts: of RnCarryPart, as rn_session_list_carry() */

gboolean rn_carry_keeps_any (const GArray *parts);
/** @origin: title of the run or model. Returns: (transfer full): some sentences, a paragraph each */
char *rn_carry_describe (const GArray *parts, const char *origin);

G_END_DECLS
