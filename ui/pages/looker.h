#pragma once

#include "pages/look.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Keeps one look at the session's picture with the shown document's newest weights and the session's gates: in tasks; the
 * newest question is answered, older ones are given up. */

#define RN_TYPE_LOOKER (rn_looker_get_type ())
G_DECLARE_FINAL_TYPE (RnLooker, rn_looker, RN, LOOKER, GObject)

/* Signal "changed" (no arguments): there is a newer look, or a fuller one of the same answer, or a problem. */

RnLooker *rn_looker_new (RnSession *session, RnLookKind kind);
/** Looks again, in the other way. */
void rn_looker_set_kind (RnLooker *self, RnLookKind kind);
/** Looks now; while it is not active, when it becomes so. */
void rn_looker_look (RnLooker *self);
/** The same where the look is not of the weights of @step: not sooner than two seconds after the last look, nor than
 * forty times as long as that one took, so that looking costs training little. */
void rn_looker_follow (RnLooker *self, gint64 step);
/** Forgets the look: another document is shown. */
void rn_looker_clear (RnLooker *self);
/** FALSE at first: nothing is looked at that nobody sees. */
void rn_looker_set_active (RnLooker *self, gboolean is_active);
/** Returns: (transfer none) (nullable) */
RnLook *rn_looker_get_look (RnLooker *self);
/** Returns: (transfer none) (nullable): why the last look came to nothing, a sentence that names the file; the look before
 * it is then kept */
const char *rn_looker_get_problem (RnLooker *self);
/** Returns: (transfer none) (nullable): the picture that the look is of */
RnPicture *rn_looker_get_picture (RnLooker *self);

G_END_DECLS
