#pragma once

#include "residua/dataset.h"

/* The built-in set: small scenes of ten classes, drawn by this program. */

#define RN_SAMPLE_SIDE 32
#define RN_SAMPLE_TRAIN 10000
#define RN_SAMPLE_TEST 2000
#define RN_SAMPLE_COUNT (RN_SAMPLE_TRAIN + RN_SAMPLE_TEST)
#define RN_SAMPLE_RECORD (1 + 3 * RN_SAMPLE_SIDE * RN_SAMPLE_SIDE)

/* NULL-terminated */
extern const char *const rn_sample_classes[11];

/* Returns: (transfer full): 12,000 records of 1 + 3072 bytes as in CIFAR-10 (label, then planes R, G, B of 32x32),
 * 10,000 training scenes first, then 2,000 test scenes; drawn at first use with progress, then cached. The cache
 * is no more than that: where it is damaged or cannot be written the scenes are drawn again, and nobody is told.
 */
GBytes *rn_sample_load (RnProgressFunc progress, gpointer user_data, GError **error);

/* Draws records @first to @first + @count of the set, one after another, into @records; the bytes do not depend on
 * @n_threads, of which the caller is one and the only one to call @progress.
 * Returns: FALSE with RN_ERROR_CANCELLED
 */
gboolean rn_sample_draw (guint8 *records, int first, int count, int n_threads,
                         RnProgressFunc progress, gpointer user_data, GError **error);

/* Returns: (transfer full): the file that rn_sample_load() keeps the set in */
char *rn_sample_get_cache_path (void);
