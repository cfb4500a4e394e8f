#pragma once

#include "compute/parallel.h"
#include "residua/bench.h"

/* What the benchmarks measure, whole or kernel by kernel. */

typedef struct
{
  const char *name;
  const char *preset;
  gboolean trains;
  int batch;
} RnBenchCase;

/* Returns: (transfer none): NULL with RN_ERROR_DATA for an unknown name */
const RnBenchCase *rn_bench_find_case (const char *name, GError **error);
/* The preset, its zero channels at the end as in the baseline that this is compared with. */
RnSpec *rn_bench_case_spec (const RnBenchCase *kind, GError **error);
/* @threads: 0 for as many as there are processors */
RnTeam *rn_bench_new_team (int threads, GError **error);
