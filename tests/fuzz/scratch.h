#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls with bytes of its own making, and test-corpus.c with those of a file; declared here for both.
 * Returns: 0
 */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Readers want a file of a certain name: writes @size bytes to @name in a folder of this process in memory, over what
 * was there. Returns: (transfer full): its path
 */
char *scratch_write (const char *name, const uint8_t *data, size_t size);
/* Returns: (transfer none): the folder, which is removed at exit */
const char *scratch_folder (void);
void scratch_remove (const char *name);

/* A program that cannot write its files would find nothing, for ever: it ends. */
void scratch_check (gboolean done);
