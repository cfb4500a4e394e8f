#pragma once

#include "base/json.h"
#include "residua/spec.h"

/* A specification as a part of another text of JSON */

/* Returns: (transfer full) */
JsonNode *rn_spec_build_node (const RnSpec *spec);
/* @where: what to call the text in errors, which are those of rn_spec_from_json() and rn_spec_from_json_draft() */
RnSpec *rn_spec_read_node (JsonNode *root, const char *where, gboolean is_draft, GError **error);
