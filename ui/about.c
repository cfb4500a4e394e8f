#include "about.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <residua/compute-info.h>

#include "application.h"

GtkWidget *
rn_about_new (GtkWindow *parent)
{
  GtkWidget *about = g_object_new (
      ADW_TYPE_ABOUT_WINDOW, "transient-for", parent, "modal", TRUE, "application-name", "Residua",
      "application-icon", RN_APPLICATION_ID, "version", RN_VERSION, "license-type",
      GTK_LICENSE_MIT_X11, "comments",
      _ ("Builds residual networks, trains them on this computer, and shows every block of them at "
         "work while they learn."),
      /* Translators: your name, as those who use the program shall read it */
      "translator-credits", _ ("translator-credits"), NULL);

  adw_about_window_add_link (ADW_ABOUT_WINDOW (about), _ ("The paper"),
                             "https://arxiv.org/abs/1512.03385");
  return about;
}
