#pragma once

#include "residua/model.h"

G_BEGIN_DECLS

/* What a network that was changed keeps of the one that it was. A block keeps its weights where the one of the same id has
 * a parameter of the same name within the block and the same shape for each of its own; so do stem and head. Whatever
 * keeps its weights keeps its running statistics too; the others start anew, as the seed has them.
 */

/**
 * RnCarryPart:
 * @block: id, 0 for the stem and the head
 * @at: index of the block, -1 for the stem, the number of blocks for the head
 * @is_known: whether the origin has a part of this id; where it has and @keeps is false, its shape is another
 * @keeps: whether it keeps its weights
 */
typedef struct
{
  guint32 block;
  int at;
  gboolean is_known;
  gboolean keeps;
} RnCarryPart;

/** Returns: (transfer full) (element-type RnCarryPart): stem, blocks in order, head */
GArray *rn_carry_list (const RnSpec *origin, const RnSpec *spec);

/**
 * rn_carry_keeps_output:
 *
 * Returns: whether a network that carries its weights over gives the output of its origin: all that the origin has is
 *   kept in its order, and what is new computes the identity (rn_sketch_deepen())
 */
gboolean rn_carry_keeps_output (const RnSpec *origin, const RnSpec *spec);

/**
 * rn_model_carry:
 * @origin: the network that has learned
 * @spec: what it was changed to
 * @seed: for what starts anew
 * @error: RN_ERROR_SHAPE for a draft that does not fit, RN_ERROR_MEMORY
 *
 * Returns: (transfer full): a model of @spec. It has @origin's classes and preprocessing where they fit @spec's input
 *   and classes; otherwise no class names, and a preprocessing that changes nothing.
 */
RnModel *rn_model_carry (RnModel *origin, const RnSpec *spec, guint64 seed, GError **error);

G_END_DECLS
