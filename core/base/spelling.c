#include "residua/spelling.h"

#include <string.h>

/* row[j] is the distance of a's first i and b's first j bytes. */
int
rn_spelling_distance (const char *a, const char *b)
{
  const int n_a = (int) strnlen (a, RN_SPELLING_MAX), n_b = (int) strnlen (b, RN_SPELLING_MAX);
  int row[RN_SPELLING_MAX + 1];

  for (int j = 0; j <= n_b; j++)
    row[j] = j;
  for (int i = 1; i <= n_a; i++)
    {
      int diagonal = row[0];

      row[0] = i;
      for (int j = 1; j <= n_b; j++)
        {
          const int replaced = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (replaced, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n_b];
}
