#include "layers.h"

#include <string.h>

#define TAPS 3      /* a side of the window */
#define CHANNELS 64 /* at a time, in local arrays that the compiler keeps in vectors */

typedef struct
{
  float *y, *dx;
  guint8 *arg_out;
  const guint8 *arg;
  const float *x, *dy, *dy2;
  int n, h, w, p, q, channels;
} Pool;

/* best, which = max and argmax so far; NaN wins and stays */
static void
take_tap (float *restrict best, gint32 *restrict which, const float *restrict x, gint32 tap, int n)
{
  for (int c = 0; c < n; c++)
    {
      gboolean wins = !(x[c] <= best[c]) & (best[c] == best[c]);

      best[c] = wins ? x[c] : best[c];
      which[c] = wins ? tap : which[c];
    }
}

/* One output pixel, channels [channel,channel + n). */
static void
pool_pixel (const Pool *pool, int picture, int p, int q, int channel, int n)
{
  float best[CHANNELS];
  gint32 which[CHANNELS];
  gsize out = (((gsize) picture * (gsize) pool->p + (gsize) p) * (gsize) pool->q + (gsize) q) *
                  (gsize) pool->channels +
              (gsize) channel;
  gboolean first = TRUE;

  for (int tap = 0; tap < TAPS * TAPS; tap++)
    {
      int i = 2 * p - 1 + tap / TAPS;
      int j = 2 * q - 1 + tap % TAPS;
      const float *x;

      if (i < 0 || i >= pool->h || j < 0 || j >= pool->w)
        continue;
      x = pool->x +
          (((gsize) picture * (gsize) pool->h + (gsize) i) * (gsize) pool->w + (gsize) j) *
              (gsize) pool->channels +
          channel;
      if (first)
        for (int c = 0; c < n; c++)
          {
            best[c] = x[c];
            which[c] = tap;
          }
      else
        take_tap (best, which, x, tap, n);
      first = FALSE;
    }
  memcpy (pool->y + out, best, (gsize) n * sizeof (float));
  for (int c = 0; pool->arg_out != NULL && c < n; c++)
    pool->arg_out[out + (gsize) c] = (guint8) which[c];
}

/* A piece is a row of y. */
static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pool *pool = data;

  for (int q = 0; q < pool->q; q++)
    for (int c = 0; c < pool->channels; c += CHANNELS)
      pool_pixel (pool, piece / pool->p, piece % pool->p, q, c, MIN (CHANNELS, pool->channels - c));
}

void
rn_pool_forward (RnWorker *worker, float *y, guint8 *arg, const float *x, int n, int h, int w,
                 int channels)
{
  Pool pool = { .y = y, .arg_out = arg, .x = x, .n = n, .h = h, .w = w, .channels = channels };

  pool.p = (h + 1) / 2;
  pool.q = (w + 1) / 2;
  rn_worker_share (worker, n * pool.p, forward_piece, &pool);
}

/* dx [n] += dy + dy2 where arg is @tap */
static void
add_tap (float *restrict dx, const float *restrict dy, const float *restrict dy2,
         const guint8 *restrict arg, guint8 tap, int n)
{
  if (dy2 == NULL)
    for (int c = 0; c < n; c++)
      dx[c] += arg[c] == tap ? dy[c] : 0.0f;
  else
    for (int c = 0; c < n; c++)
      dx[c] += arg[c] == tap ? dy[c] + dy2[c] : 0.0f;
}

/* dx_row [W,C] += what row p of dy sends to it through the window's row @tap_row */
static void
add_row (const Pool *pool, float *dx_row, gsize picture, int p, int tap_row)
{
  const gsize channels = (gsize) pool->channels;
  gsize at = (picture * (gsize) pool->p + (gsize) p) * (gsize) pool->q * channels;

  for (int q = 0; q < pool->q; q++, at += channels)
    for (int column = 0; column < TAPS; column++)
      {
        const int j = 2 * q - 1 + column;

        if (j >= 0 && j < pool->w)
          add_tap (dx_row + (gsize) j * channels, pool->dy + at,
                   pool->dy2 == NULL ? NULL : pool->dy2 + at, pool->arg + at,
                   (guint8) (tap_row * TAPS + column), pool->channels);
      }
}

/* A piece is a row of dx: nobody else writes it. */
static void
backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pool *pool = data;
  gsize picture = (gsize) (piece / pool->h);
  int i = piece % pool->h;
  gsize row_floats = (gsize) pool->w * (gsize) pool->channels;
  float *dx_row = pool->dx + (gsize) piece * row_floats;

  memset (dx_row, 0, row_floats * sizeof (float));
  for (int tap_row = TAPS - 1; tap_row >= 0; tap_row--)
    if ((i + 1 - tap_row) % 2 == 0 && (i + 1 - tap_row) / 2 < pool->p)
      add_row (pool, dx_row, picture, (i + 1 - tap_row) / 2, tap_row);
}

void
rn_pool_backward (RnWorker *worker, float *dx, const float *dy, const float *dy2, const guint8 *arg,
                  int n, int h, int w, int channels)
{
  Pool pool = {
    .dx = dx, .dy = dy, .dy2 = dy2, .arg = arg, .n = n, .h = h, .w = w, .channels = channels
  };

  pool.p = (h + 1) / 2;
  pool.q = (w + 1) / 2;
  rn_worker_share (worker, n * h, backward_piece, &pool);
}

typedef struct
{
  float *to;
  const float *from;
  int pixels, channels;
} Average;

/* A piece is a picture. */
static void
average_forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Average *average = data;
  gsize channels = (gsize) average->channels;

  for (int begin = 0; begin < average->channels; begin += CHANNELS)
    {
      int n = MIN (CHANNELS, average->channels - begin);
      const float *x = average->from + (gsize) piece * (gsize) average->pixels * channels + begin;
      float *y = average->to + (gsize) piece * channels + begin;
      double sum[CHANNELS] = { 0 };

      for (int pixel = 0; pixel < average->pixels; pixel++, x += channels)
        for (int c = 0; c < n; c++)
          sum[c] += (double) x[c];
      for (int c = 0; c < n; c++)
        y[c] = (float) (sum[c] / average->pixels);
    }
}

void
rn_average_forward (RnWorker *worker, float *y, const float *x, int n, int pixels, int channels)
{
  Average average = { y, x, pixels, channels };

  rn_worker_share (worker, n, average_forward_piece, &average);
}

static void
average_backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Average *average = data;
  gsize channels = (gsize) average->channels;
  const float *dy = average->from + (gsize) piece * channels;
  float *dx = average->to + (gsize) piece * (gsize) average->pixels * channels;

  for (gsize c = 0; c < channels; c++)
    dx[c] = dy[c] / (float) average->pixels;
  for (int pixel = 1; pixel < average->pixels; pixel++)
    memcpy (dx + (gsize) pixel * channels, dx, channels * sizeof (float));
}

void
rn_average_backward (RnWorker *worker, float *dx, const float *dy, int n, int pixels, int channels)
{
  Average average = { dx, dy, pixels, channels };

  rn_worker_share (worker, n, average_backward_piece, &average);
}
