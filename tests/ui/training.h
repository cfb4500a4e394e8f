#pragma once

#include "state/session.h"

/* A session in a small world of its own (tests/core/train/tiny.h), and a main loop to wait in. */

typedef struct
{
  char *folder;
  char *data;
  RnSession *session;
  GString *states;  /* a letter for each state that was seen: I P R E p F S X */
  GString *signals; /* names and arguments of "problem", "message" and "ended", a line each */
} World;

void world_set_up (World *world, gconstpointer epochs);
void world_tear_down (World *world, gconstpointer data);

typedef gboolean (*Condition) (World *world);

/* Iterates the main loop until @condition holds; fails the test after @seconds. */
void world_wait (World *world, Condition condition, double seconds);
/* Iterates it for so long. */
void world_idle (World *world, double seconds);

gboolean is_running (World *world);
gboolean is_paused (World *world);
gboolean is_settled (World *world); /* no trainer, and nothing prepared */
gboolean has_dataset (World *world);

/* Returns: (transfer full): the run of the shown document, opened */
RnRun *world_open_run (World *world);
/* Fails unless curves and tests of @record are those of history.csv, to the bit of a float. */
void assert_record_is_history (RnRecord *record);
/* Fails unless the strips hold what a record that was read from disk holds. */
void assert_record_is_on_disk (RnRecord *record);
