#include "opened.h"

RnOpened *
rn_opened_tell (const char *const *paths, GCancellable *cancellable)
{
  return NULL;
}

void
rn_opened_free (RnOpened *opened)
{
}

char *
rn_opened_describe (const RnOpened *opened)
{
  return g_strdup ("");
}
