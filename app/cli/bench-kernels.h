#pragma once

#include <glib.h>

/* "bench --kernels": the convolutions of a case's network one by one, by every algorithm. @cases: NULL-terminated; @seconds: for
 * each algorithm of each. Prints tables, or one JSON object. */
gboolean rn_cli_bench_kernels (char **cases, int threads, double seconds, gboolean json,
                               GError **error);
