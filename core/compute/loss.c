#include "layers.h"

#include <math.h>

/* sum exp (logits - max), in double; NaN where a logit is NaN */
static double
sum_exp (const float *logits, int k, double max)
{
  double sum = 0.0;

  for (int i = 0; i < k; i++)
    sum += exp ((double) logits[i] - max);
  return sum;
}

/* Returns: the index of the first largest, or -1 where there is a NaN */
static int
find_largest (const float *logits, int k)
{
  int largest = 0;

  for (int i = 0; i < k; i++)
    {
      if (isnan (logits[i]))
        return -1;
      if (logits[i] > logits[largest])
        largest = i;
    }
  return largest;
}

void
rn_cross_entropy (double *loss, int *wrong, float *dlogits, const float *logits, const int *labels,
                  int n, int k)
{
  double total = 0.0;

  *wrong = 0;
  for (int picture = 0; picture < n; picture++, logits += k)
    {
      int label = labels[picture];
      int largest = find_largest (logits, k);
      double max = (double) logits[MAX (largest, 0)];
      double sum = sum_exp (logits, k, max);

      total += log (sum) + max - (double) logits[label];
      *wrong += largest != label;
      if (dlogits == NULL)
        continue;
      for (int i = 0; i < k; i++)
        dlogits[i] = (float) ((exp ((double) logits[i] - max) / sum - (i == label)) / n);
      dlogits += k;
    }
  *loss = total / n;
}

void
rn_softmax (float *p, const float *logits, int k)
{
  double max = (double) logits[MAX (find_largest (logits, k), 0)];
  double sum = sum_exp (logits, k, max);

  for (int i = 0; i < k; i++)
    p[i] = (float) (exp ((double) logits[i] - max) / sum);
}
