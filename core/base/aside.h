#pragma once

#include <glib.h>

/* Returns: (transfer full): where @path is written before it is renamed, for mkstemp: NAME.tmp-XXXXXX in its folder. A long
 * name is cut, so that a name that a file may have can also be written. */
char *rn_file_aside_template (const char *path);
