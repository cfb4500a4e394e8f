#include <glib/gi18n.h>
#include <locale.h>

#include "application.h"
#include "places.h"

int
main (int argc, char **argv)
{
  g_autofree char *translations = rn_places_get_locale ();
  g_autoptr (RnApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, translations);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = rn_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
