#pragma once

#include "residua/sketch.h"

/* What the edits see of a sketch: they make the specification that is wanted, and it becomes an entry of the undo list. */

/* Takes @next and @action ("delete block 3"). Where nothing is different there is no entry. @key: (nullable): edits of
 * equal keys that follow one another are one entry.
 */
void rn_sketch_commit (RnSketch *sketch, RnSpec *next, char *action, const char *key);

/* (nullable): as rn_sketch_set_origin() */
const RnSpec *rn_sketch_get_origin (const RnSketch *sketch);
