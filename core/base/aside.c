#include "base/aside.h"

#include <string.h>

/* Of the name that is kept. The suffix brings it to 111, and even encrypting file systems allow 143. */
#define MAX_KEPT 100

char *
rn_file_aside_template (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  gsize kept = strlen (name);

  if (kept > MAX_KEPT)
    {
      kept = MAX_KEPT;
      /* not in the midst of a character */
      while (kept > 0 && ((guchar) name[kept] & 0xc0) == 0x80)
        kept--;
    }
  return g_strdup_printf ("%.*s%.*s.tmp-XXXXXX", (int) (name - path), path, (int) kept, name);
}
