#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* residua-cli as others see it: words in, an exit code and two texts out. */

typedef struct
{
  int code; /* -1 where a signal ended it */
  char *out;
  char *err;
} CliResult;

void cli_result_free (CliResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliResult, cli_result_free)

/* The program, which meson or RESIDUA_CLI names */
const char *cli_program (void);
/* Runs it in @folder with the words up to NULL and waits. */
CliResult *cli_run (const char *folder, ...) G_GNUC_NULL_TERMINATED;
/* Starts it with stdout to be read; its stderr goes nowhere. */
GSubprocess *cli_start (const char *folder, ...) G_GNUC_NULL_TERMINATED;

/* Fails with what the program said where the code is another. */
void cli_assert_code (const CliResult *result, int code);
/* stdout as one JSON object; (transfer full) */
JsonNode *cli_json (const CliResult *result);
/* stdout as lines of JSON, the "event" of each; (transfer full) (element-type JsonNode) */
GPtrArray *cli_events (const CliResult *result);
JsonObject *cli_event (GPtrArray *events, guint at);
/* How many of @kind there are */
int cli_count_events (GPtrArray *events, const char *kind);

/* A folder of one's own with "data" (CIFAR binary: 60 pictures to learn, 20 to test, told apart by their colours) and
 * "tiny.json" (a network of three blocks for it)
 */
char *cli_folder_new (void);
void cli_folder_free (char *folder);
GBytes *cli_read (const char *folder, const char *name);

/* Below the shared data; NULL, with the test skipped, where it is not there */
char *cli_shared (const char *name);
