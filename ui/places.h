#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the program's own files are. Found from where the program itself is, so that an installed one may be moved. */

/** Returns: (transfer full): the folder of the translations: RESIDUA_LOCALEDIR, else the one that was installed with this
 * program, else that of the build folder it stands in */
char *rn_places_get_locale (void);
/** Returns: (transfer full): the trained model that comes with the program */
char *rn_places_get_example (void);
/** Returns: (transfer full): where runs are kept unless the person says otherwise */
char *rn_places_get_runs (void);
/** Returns: (transfer full): where sketches are kept until they are saved */
char *rn_places_get_sketches (void);
/** Returns: (transfer full): where the person's own experiments are */
char *rn_places_get_experiments (void);

G_END_DECLS
