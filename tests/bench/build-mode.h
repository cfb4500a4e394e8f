#pragma once

#include "gauge.h"
#include "window.h"

/* The Build page of the whole window with @spec: how long until it stands there, then scrolling, selecting, editing and
 * undoing, @n_rounds times each; printed. Returns: whether every frame but one in a hundred was done in the time of one, and
 * the network stood there in time */
gboolean rn_bench_build (RnWindow *window, RnGauge *gauge, const RnSpec *spec, int n_rounds);
