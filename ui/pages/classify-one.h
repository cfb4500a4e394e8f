#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* The session's picture, what the network sees of it, and what it takes it for. */

#define RN_TYPE_CLASSIFY_ONE (rn_classify_one_get_type ())
G_DECLARE_FINAL_TYPE (RnClassifyOne, rn_classify_one, RN, CLASSIFY_ONE, GtkWidget)

GtkWidget *rn_classify_one_new (RnSession *session);

G_END_DECLS
