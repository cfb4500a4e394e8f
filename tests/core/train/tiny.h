#pragma once

#include <sys/resource.h>

#include "residua/residua.h"

/* A small world to train in: grey 8x8 pictures of three classes that can be told apart, as IDX files in a folder. */

/* Writes the data set below @folder and opens it. */
RnDataset *tiny_dataset_new (const char *folder, int n_train, int n_test);

/* Two residual blocks and a plain one, 8x8x1 to 3 classes. */
RnSpec *tiny_spec_new (void);

/* Begins a run of @steps steps at @path, with batches of ten, one rate, nothing augmented and one thread; trains @n of them,
 * 0 for all, and waits for it. Returns: (transfer full) */
RnTrainer *tiny_train (const char *path, RnDataset *dataset, gint64 steps, gint64 n);

/* Makes a folder of its own for a test. Returns: (transfer full) */
char *tiny_folder_new (void);
/* Removes it with everything in it. */
void tiny_folder_remove (const char *folder);
/* No file may become longer than that: as a disk that is full, but for this process alone. RLIM_INFINITY takes it back. */
void tiny_set_room (rlim_t bytes);

/* Fails the test unless the two files have the same bytes. */
void tiny_assert_same_file (const char *folder_a, const char *folder_b, const char *name);
