#include "state/format.h"

char *
rn_format_count (gint64 count)
{
  return g_strdup ("");
}

char *
rn_format_number (double value)
{
  return g_strdup ("");
}

char *
rn_format_amount (gint64 amount)
{
  return g_strdup ("");
}

char *
rn_format_duration (double seconds)
{
  return g_strdup ("");
}

char *
rn_format_bytes (gsize bytes)
{
  return g_strdup ("");
}

char *
rn_format_percent (double share)
{
  return g_strdup ("");
}

char *
rn_format_spec_title (const RnSpec *spec)
{
  return g_strdup ("");
}

const char *
rn_format_block_kind (RnBlockKind kind)
{
  return "";
}
