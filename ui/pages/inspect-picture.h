#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* The card of the session's picture: its name and true class, the way through the test pictures, and where others come
 * from. While it is mapped and there is no picture, it makes the first test picture the session's. */

#define RN_TYPE_INSPECT_PICTURE (rn_inspect_picture_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectPicture, rn_inspect_picture, RN, INSPECT_PICTURE, GtkWidget)

GtkWidget *rn_inspect_picture_new (RnSession *session);

G_END_DECLS
