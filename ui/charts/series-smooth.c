#include "charts/series-private.h"

static SmoothChunk *
smooth_new (void)
{
  SmoothChunk *chunk = g_new (SmoothChunk, 1);

  g_atomic_ref_count_init (&chunk->ref_count);
  return chunk;
}

void
rn_series_smooth_from (RnSeries *self, gsize from)
{
  const double w = self->weight;

  for (gsize at = from; at < self->n; at++)
    {
      RnSeriesEntry entry;
      SmoothChunk *chunk;

      if (at >> CHUNK_BITS == self->smooth->len)
        g_ptr_array_add (self->smooth, smooth_new ());
      chunk = self->smooth->pdata[at >> CHUNK_BITS];
      rn_series_get (self, at, &entry);
      if (!isnan (entry.mean))
        {
          const gint64 steps = entry.last - entry.first + 1;
          const double keep = steps == 1 ? w : pow (w, (double) steps);

          self->sum = keep * self->sum + (1.0 - keep) * (double) entry.mean;
          self->norm = keep * self->norm + (1.0 - keep);
        }
      chunk->values[at & (CHUNK_SIZE - 1)] =
          self->norm > 0.0 ? (float) (self->sum / self->norm) : NAN;
    }
}

void
rn_series_smooth_resume (RnSeries *self, gsize n)
{
  const Node all = rn_series_pyramid_sum (self, 0, n);

  self->sum = self->norm = 0.0;
  if (all.count == 0)
    return;
  self->norm = 1.0 - pow (self->weight, (double) all.count);
  self->sum = self->norm * (double) ((SmoothChunk *) self->smooth->pdata[(n - 1) >> CHUNK_BITS])
                               ->values[(n - 1) & (CHUNK_SIZE - 1)];
}

void
rn_series_smooth (RnSeries *self, double weight)
{
  g_return_if_fail (weight >= 0.0 && weight < 1.0);
  self->weight = weight;
  self->sum = self->norm = 0.0;
  g_ptr_array_set_size (self->smooth, 0); /* new ones: copies may share the old */
  rn_series_smooth_from (self, 0);
}

double
rn_series_get_weight (const RnSeries *self)
{
  return self->weight;
}

void
rn_series_adopt_smoothing (RnSeries *self, const RnSeries *from)
{
  guint common = 0;

  if (from->weight < 0.0)
    return;
  /* the same chunk has the same numbers; what was cut or appended since is in others */
  while (common < MIN (self->n, from->n) >> CHUNK_BITS &&
         self->chunks->pdata[common] == from->chunks->pdata[common])
    common++;
  g_ptr_array_set_size (self->smooth, 0);
  for (guint i = 0; i < common; i++)
    {
      SmoothChunk *chunk = from->smooth->pdata[i];

      g_atomic_ref_count_inc (&chunk->ref_count);
      g_ptr_array_add (self->smooth, chunk);
    }
  self->weight = from->weight;
  rn_series_smooth_resume (self, (gsize) common << CHUNK_BITS);
  rn_series_smooth_from (self, (gsize) common << CHUNK_BITS);
}
