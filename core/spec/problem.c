#include <glib/gi18n-lib.h>

#include "residua/spec.h"
#include "spec/spec-private.h"

/* What keeps a draft from being run, and what mends it. */

GArray *
rn_spec_find_problems (const RnSpec *spec)
{
  GArray *problems = g_array_new (FALSE, FALSE, sizeof (RnSpecProblem));
  int in_channels = rn_spec_get_stem_channels (spec);

  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      const RnSpecProblem problem = { .block = block->id,
                                      .at = i,
                                      .from = in_channels,
                                      .to = block->channels,
                                      .mend = RN_MEND_PROJECTION };

      if (!rn_block_fits (block, in_channels))
        g_array_append_val (problems, problem);
      in_channels = block->channels;
    }
  return problems;
}

char *
rn_spec_problem_to_string (const RnSpecProblem *problem)
{
  return g_strdup_printf (_ ("The identity cannot go from %d to %d channels: use a projection."),
                          problem->from, problem->to);
}

const char *
rn_mend_get_label (RnMend mend)
{
  g_return_val_if_fail (mend == RN_MEND_PROJECTION, "");

  return _ ("Use a projection");
}

void
rn_mend_apply (RnMend mend, RnBlockSpec *block)
{
  g_return_if_fail (mend == RN_MEND_PROJECTION);

  block->shortcut = RN_SHORTCUT_B;
}
