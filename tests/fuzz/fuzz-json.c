#include <string.h>

#include "residua/experiment.h"
#include "residua/settings.h"
#include "residua/sketch.h"
#include "residua/spec.h"
#include "scratch.h"

/* JSON as an architecture, as a sketch, as blocks of the clipboard, as settings and as an experiment. What is read must be
 * written and read again as the same.
 */

static void
check_spec (const RnSpec *spec)
{
  g_autofree char *text = rn_spec_to_json (spec);
  g_autoptr (RnSpec) again = rn_spec_from_json_draft (text, -1, "again", NULL);

  g_assert_nonnull (again);
  g_assert_true (rn_spec_equal (spec, again));
}

static void
check_settings (const RnSettings *settings, const char *data, const char *digest)
{
  g_autofree char *text = rn_settings_to_json (settings, data, digest), *written = NULL;
  g_autofree char *data_again = NULL, *digest_again = NULL;
  RnSettings again;

  g_assert_true (
      rn_settings_from_json (&again, text, -1, "again", &data_again, &digest_again, NULL));
  written = rn_settings_to_json (&again, data_again, digest_again);
  g_assert_cmpstr (text, ==, written);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr (RnSpec) spec = rn_spec_from_json (text, (gssize) size, "spec", NULL);
  g_autoptr (RnSpec) draft = rn_spec_from_json_draft (text, (gssize) size, "draft", NULL);
  g_autoptr (GArray) blocks = rn_blocks_from_json (text, (gssize) size, "blocks", NULL);
  g_autoptr (RnExperiment) experiment =
      rn_experiment_from_json (text, (gssize) size, "experiment", NULL);
  g_autofree char *source = NULL, *digest = NULL;
  RnSettings settings;

  if (spec != NULL)
    check_spec (spec);
  if (draft != NULL)
    check_spec (draft);
  g_assert_true (blocks == NULL || blocks->len <= RN_MAX_BLOCKS);
  for (int i = 0; experiment != NULL && i < rn_experiment_n_arms (experiment); i++)
    check_spec (rn_experiment_get_arm (experiment, i)->spec);
  if (rn_settings_from_json (&settings, text, (gssize) size, "settings", &source, &digest, NULL))
    check_settings (&settings, source, digest);
  return 0;
}
