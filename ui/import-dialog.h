#pragma once

#include <adwaita.h>

#include "state/session.h"

G_BEGIN_DECLS

/** Asks for what the file of @document, a model made elsewhere, cannot tell: preprocessing, class names and, where the
 * network has such blocks, option A's padding and the bottleneck's stride. What was guessed stands there already; when
 * it is changed, the model is read again and takes the document's place. */
void rn_import_dialog_present (GtkWindow *parent, RnSession *session, RnDocument *document);

G_END_DECLS
