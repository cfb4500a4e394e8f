#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RN_APPLICATION_ID "io.github.residua.Residua"

/* The program: one process and one window, however often it is started. */

#define RN_TYPE_APPLICATION (rn_application_get_type ())
G_DECLARE_FINAL_TYPE (RnApplication, rn_application, RN, APPLICATION, AdwApplication)

RnApplication *rn_application_new (void);

G_END_DECLS
