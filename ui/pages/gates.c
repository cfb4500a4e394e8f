#include "pages/gates.h"

gboolean *
rn_gates_of (RnSession *session, const RnSpec *spec)
{
  gboolean *gates = g_new (gboolean, MAX (rn_spec_n_blocks (spec), 1));
  gboolean is_any_off = FALSE;

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      gates[i] = rn_block_kind_is_plain (block->kind) || rn_session_get_gate (session, block->id);
      is_any_off |= !gates[i];
    }
  if (!is_any_off)
    g_clear_pointer (&gates, g_free);
  return gates;
}
