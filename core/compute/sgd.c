#include "layers.h"

#include "kernels.h"

#define PIECE_FLOATS 16384

typedef struct
{
  float *w, *v;
  const float *g;
  gsize count;
  float rate, momentum, decay;
} Update;

static void
update_piece (RnWorker *worker, int piece, gpointer data)
{
  const Update *update = data;
  gsize begin = (gsize) piece * PIECE_FLOATS;

  rn_kernels ()->sgd (update->w + begin, update->v + begin, update->g + begin,
                      MIN (PIECE_FLOATS, update->count - begin), update->rate, update->momentum,
                      update->decay);
}

void
rn_sgd_update (RnWorker *worker, float *w, float *v, const float *g, gsize count, float rate,
               float momentum, float decay)
{
  Update update = { w, v, g, count, rate, momentum, decay };

  rn_worker_share (worker, (int) ((count + PIECE_FLOATS - 1) / PIECE_FLOATS), update_piece,
                   &update);
}

double
rn_sum_squares (const float *x, gsize count)
{
  return rn_kernels ()->sum_squares (x, count);
}

gboolean
rn_all_finite (const float *x, gsize count)
{
  return rn_kernels ()->all_finite (x, count);
}
