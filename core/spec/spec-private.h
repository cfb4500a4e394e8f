#pragma once

#include "residua/spec.h"

/* For those who bring all blocks at once: ids are told apart and blocks checked in one pass over the list. Blocks
 * whose id is 0 take fresh ones, above all that the list names. On error @spec is as it was; the messages begin with
 * "block N: ", N from 1.
 */
gboolean rn_spec_set_blocks (RnSpec *spec, const RnBlockSpec *blocks, int n, GError **error);
