#pragma once

#include "residua/spec.h"

/* For those who bring all blocks at once: ids are told apart and blocks checked in one pass over the list. Blocks
 * whose id is 0 take fresh ones, above all that the list names. On error @spec is as it was; the messages begin with
 * "block N: ", N from 1.
 */
gboolean rn_spec_set_blocks (RnSpec *spec, const RnBlockSpec *blocks, int n, GError **error);

/* Whether every field is in its range, with RN_ERROR_SHAPE where one is not */
gboolean rn_block_check (const RnBlockSpec *block, GError **error);
/* Whether its shortcut can reach its output from @in_channels */
gboolean rn_block_fits (const RnBlockSpec *block, int in_channels);

/* The highest id that was ever given; ids up to @last_id are not given from now on. */
guint32 rn_spec_get_last_id (const RnSpec *spec);
void rn_spec_reserve_ids (RnSpec *spec, guint32 last_id);

/* Each becomes what the other was; ids that either has given are given by neither. */
void rn_spec_swap (RnSpec *a, RnSpec *b);
