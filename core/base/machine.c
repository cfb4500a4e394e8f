#include "base/machine.h"

#include <stdlib.h>
#include <string.h>

/* The number behind @key in a file of "key number" lines, or a file of one number where @key is NULL; -1 if absent. */
static gint64
number_in (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return -1;
  at = key != NULL ? strstr (text, key) : text;
  if (at == NULL)
    return -1;
  at += key != NULL ? strlen (key) : 0;
  at += strspn (at, ": \t");
  return g_ascii_isdigit (*at) ? g_ascii_strtoll (at, NULL, 10) : -1;
}

gsize
rn_memory_available (void)
{
  const gint64 kilobytes = number_in ("/proc/meminfo", "MemAvailable");
  const gint64 limit = number_in ("/sys/fs/cgroup/memory.max", NULL);
  const gint64 used = number_in ("/sys/fs/cgroup/memory.current", NULL);
  gsize available = kilobytes >= 0 ? (gsize) kilobytes * 1024 : G_MAXSIZE;

  if (limit >= 0 && used >= 0)
    available = MIN (available, (gsize) MAX (limit - used, 0));
  return available;
}

gsize
rn_memory_resident (void)
{
  return (gsize) MAX (number_in ("/proc/self/status", "VmRSS"), 0) * 1024;
}

gsize
rn_memory_peak (void)
{
  return (gsize) MAX (number_in ("/proc/self/status", "VmHWM"), 0) * 1024;
}
