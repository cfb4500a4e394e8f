#pragma once

/* How many parts of @b, above 0, it takes to hold @a */
static inline int
rn_divide_up (int a, int b)
{
  return (a + b - 1) / b;
}
