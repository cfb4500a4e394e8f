#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* How a picture becomes the session's: opened by a dialog, pasted, named by a path, drawn as a sample scene. Everything
 * that takes time runs in a task; what fails is told by the session's signal "problem". */

/** Several files that were opened or pasted at once. @paths: (element-type filename) (transfer none) */
typedef void (*RnPathsFunc) (GPtrArray *paths, gpointer data);

/** Decodes @path; the newest request wins. */
void rn_picture_input_load (RnSession *session, const char *path);
/** Asks for PNG and JPEG files. @many: (nullable): gets them where they are several; without it one can be chosen */
void rn_picture_input_open (GtkWidget *widget, RnSession *session, RnPathsFunc many, gpointer data);
/** A picture, or files, from the clipboard. @many: (nullable) */
void rn_picture_input_paste (GtkWidget *widget, RnSession *session, RnPathsFunc many,
                             gpointer data);
/** Draws test scene @index of the sample set, 256 pixels wide. */
void rn_picture_input_sample (RnSession *session, int index);
/** Test picture @index of the session's data set. */
void rn_picture_input_test (RnSession *session, int index);

/** Returns: (transfer full): @texture's pixels, transparency laid over white; takes time */
RnPicture *rn_picture_from_texture (GdkTexture *texture, GError **error);

G_END_DECLS
