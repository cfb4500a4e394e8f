#pragma once

#include "parallel.h"

/* dw [count] += the partial sums of @n_groups groups, [n_groups,count], in their order. By all members. */
void rn_conv_sum_groups (RnWorker *worker, float *dw, const float *partials, gsize count,
                         int n_groups);

/* How many groups partial sums of @count floats are kept in where @wanted would be of use: a matter of memory. */
int rn_conv_count_groups (gsize count, int wanted);
