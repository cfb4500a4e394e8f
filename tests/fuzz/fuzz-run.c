#include <string.h>

#include "residua/run.h"
#include "scratch.h"

/* The logs of a run's folder. The first byte chooses which of them the others are. */

static const char *const logs[] = { "history.csv", "blocks.bin", "events.csv", "timing.csv",
                                    "origin.json" };

/* Two blocks, as the measures have to be */
static void
write_whole (void)
{
  const RnBlockSpec block = { .channels = 4, .stride = 1 };
  g_autoptr (RnSpec) spec = rn_spec_new ("fuzz", 8, 1, RN_STEM_3X3, 4, 3, NULL);
  g_autofree char *spec_text = NULL, *settings_text = NULL;
  RnSettings settings;

  rn_spec_add_block (spec, 0, block, NULL);
  rn_spec_add_block (spec, 1, block, NULL);
  spec_text = rn_spec_to_json (spec);
  rn_settings_init (&settings);
  settings_text = rn_settings_to_json (&settings, "sample", "0");
  g_free (scratch_write ("spec.json", (const uint8_t *) spec_text, strlen (spec_text)));
  g_free (scratch_write ("settings.json", (const uint8_t *) settings_text, strlen (settings_text)));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gboolean is_written;
  g_autofree char *path = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL, measures = NULL, at = NULL, timing = NULL, events = NULL;

  if (size < 1)
    return 0;
  if (!is_written)
    write_whole ();
  is_written = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (logs); i++)
    scratch_remove (logs[i]);
  path = scratch_write (logs[data[0] % G_N_ELEMENTS (logs)], data + 1, size - 1);
  run = rn_run_open (scratch_folder (), NULL);
  g_assert_nonnull (run);
  history = rn_run_read_history (run, NULL);
  measures = rn_run_read_measures (run, NULL);
  at = rn_run_read_measures_at (run, data[0], NULL);
  timing = rn_run_read_timing (run, NULL);
  events = rn_run_read_events (run, NULL);
  rn_run_best_step (run);
  return 0;
}
