#pragma once

#include <glib-object.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* What is selected in the spine: ordered block ids and a lead. Ids, never indices, so it outlives edits. */

typedef enum
{
  RN_PART_NONE,
  RN_PART_STEM,
  RN_PART_BLOCK,
  RN_PART_LAYER,    /* of the lead block: "conv1", "bn2" */
  RN_PART_SHORTCUT, /* of the lead block */
  RN_PART_HEAD
} RnPart;

#define RN_TYPE_SELECTION (rn_selection_get_type ())
G_DECLARE_FINAL_TYPE (RnSelection, rn_selection, RN, SELECTION, GObject)

/* Signal "changed" (no arguments): whenever anything below answers otherwise. */

RnSelection *rn_selection_new (void);

RnPart rn_selection_get_part (RnSelection *self);
/** Returns: the lead's block id, 0 where it is no block or part of one */
guint32 rn_selection_get_block (RnSelection *self);
/** Returns: (nullable): the layer within the lead block where the part is RN_PART_LAYER, such as "conv1" */
const char *rn_selection_get_layer (RnSelection *self);
gboolean rn_selection_contains (RnSelection *self, guint32 block);
/** Returns: how many blocks are selected */
guint rn_selection_n_blocks (RnSelection *self);
/** @at: 0 to rn_selection_n_blocks() - 1, in the order in which they were selected */
guint32 rn_selection_get_nth (RnSelection *self, guint at);

void rn_selection_clear (RnSelection *self);
/** Only this. @block: 0 for the stem and the head; @layer: (nullable) */
void rn_selection_select (RnSelection *self, RnPart part, guint32 block, const char *layer);
/** Adds @block or takes it out; it becomes the lead where it is added. */
void rn_selection_toggle (RnSelection *self, guint32 block);
/** From the lead to @block, in the order of @spec; @block becomes the lead. */
void rn_selection_extend (RnSelection *self, const RnSpec *spec, guint32 block);
/** Escape: layer or shortcut to block, block to none. Returns: whether anything changed */
gboolean rn_selection_up (RnSelection *self);
/** Keeps what still exists in @spec. */
void rn_selection_keep (RnSelection *self, const RnSpec *spec);

G_END_DECLS
