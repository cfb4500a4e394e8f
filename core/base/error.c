#include "residua/error.h"

GQuark
rn_error_quark (void)
{
  return g_quark_from_static_string ("rn-error-quark");
}
