#pragma once

#include "spine/cargo.h"
#include "state/session.h"

G_BEGIN_DECLS

/* What a person does to the blocks of the shown network, from the spine, its menus and the palette: each is one step of
 * undo, and the selection goes where the blocks went. What is refused is told by the session's "message". */

gboolean rn_edit_is_possible (RnSession *session);

/** The selected blocks' ids in the order of the network. @ids: (element-type guint32), appended to */
void rn_edit_collect (RnSession *session, GArray *ids);
/** Returns: whether a selected block has a shortcut */
gboolean rn_edit_has_shortcut (RnSession *session);
/** Returns: the seam after the lead of the selection, the last one where there is none */
int rn_edit_find_place (RnSession *session);

/* All return FALSE where there is nothing to do it with, or where it was refused. */

/** Blocks of the palette at seam @at, 0 to the number of blocks. A block has the channels that go through there and leaves
 * them as they are; options are its neighbour's. */
gboolean rn_edit_insert (RnSession *session, RnCargo *cargo, int at);
/** After the lead, a block like it that keeps the shape */
gboolean rn_edit_insert_alike (RnSession *session);
/** Any cargo. @is_copy: blocks of the network are copied there, otherwise they move */
gboolean rn_edit_drop (RnSession *session, RnCargo *cargo, int at, gboolean is_copy);
/** The selected blocks @times more, below them */
gboolean rn_edit_repeat (RnSession *session, int times);
/** @by: -1 up, 1 down, all selected ones together */
gboolean rn_edit_move_by (RnSession *session, int by);
gboolean rn_edit_delete (RnSession *session);
gboolean rn_edit_set_kind (RnSession *session, RnBlockKind kind);
/** Each selected block to the kind after the lead's: basic, bottleneck, plain basic, plain bottleneck and again */
gboolean rn_edit_next_kind (RnSession *session);
gboolean rn_edit_set_shortcut (RnSession *session, RnShortcut shortcut);
/** Puts right why block @id does not fit. */
gboolean rn_edit_mend (RnSession *session, guint32 id);
/** A block that computes the identity, after the lead */
gboolean rn_edit_deepen (RnSession *session);

/** Returns: (transfer full) (nullable): blocks @ids (element-type guint32) as the clipboard has them, NULL for none */
char *rn_edit_to_text (RnSession *session, const GArray *ids);
/** After the selection. @text: from the clipboard, may be anything */
gboolean rn_edit_paste (RnSession *session, const char *text);

G_END_DECLS
