#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* How a picture becomes the session's: named by a path, drawn as a sample scene, out of the data set. Everything that takes
 * time runs in a task; what fails is told by the session's signal "problem". What is opened or pasted is for the window,
 * which tells what it is: "win.open-pictures", "win.paste". */

/** Decodes @path; the newest request wins. */
void rn_picture_input_load (RnSession *session, const char *path);
/** Draws test scene @index of the sample set, 256 pixels wide. */
void rn_picture_input_sample (RnSession *session, int index);
/** Test picture @index of the session's data set. */
void rn_picture_input_test (RnSession *session, int index);

/** Returns: (transfer full): @texture's pixels, transparency laid over white; takes time */
RnPicture *rn_picture_from_texture (GdkTexture *texture, GError **error);

G_END_DECLS
