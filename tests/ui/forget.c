#include "forget.h"

#include <glib/gstdio.h>

#include "places.h"

void
forget_sketches (void)
{
  g_autofree char *folder = rn_places_get_sketches ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}
