#include "conv-sum.h"

#include "kernels.h"

#define MAX_GROUPS 32
#define MAX_PARTIALS (4 * 1024 * 1024) /* floats, 16 MB */
#define PIECE_FLOATS 4096

typedef struct
{
  float *dw;
  const float *partials;
  gsize count;
  int n_groups;
} Sum;

static void
sum_piece (RnWorker *worker, int piece, gpointer data)
{
  const Sum *sum = data;
  gsize begin = (gsize) piece * PIECE_FLOATS;
  gsize n = MIN (PIECE_FLOATS, sum->count - begin);

  for (int group = 0; group < sum->n_groups; group++)
    rn_kernels ()->add (sum->dw + begin, sum->partials + (gsize) group * sum->count + begin, n);
}

void
rn_conv_sum_groups (RnWorker *worker, float *dw, const float *partials, gsize count, int n_groups)
{
  Sum sum = { dw, partials, count, n_groups };

  rn_worker_share (worker, (int) ((count + PIECE_FLOATS - 1) / PIECE_FLOATS), sum_piece, &sum);
}

int
rn_conv_count_groups (gsize count, int wanted)
{
  return (int) CLAMP (MAX_PARTIALS / count, 1, (gsize) MIN (wanted, MAX_GROUPS));
}
