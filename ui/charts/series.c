#include "charts/series.h"

#include "charts/series-private.h"

/* Chunks */

static Chunk *
chunk_new (gint64 start)
{
  Chunk *chunk = g_new (Chunk, 1);

  g_atomic_ref_count_init (&chunk->ref_count);
  chunk->start = start;
  chunk->extras = NULL;
  return chunk;
}

static void
chunk_unref (gpointer data)
{
  Chunk *chunk = data;

  if (!g_atomic_ref_count_dec (&chunk->ref_count))
    return;
  g_free (chunk->extras);
  g_free (chunk);
}

static Chunk *
chunk_copy (const Chunk *chunk)
{
  Chunk *copy = g_memdup2 (chunk, sizeof *chunk);

  g_atomic_ref_count_init (&copy->ref_count);
  if (chunk->extras != NULL)
    copy->extras = g_memdup2 (chunk->extras, CHUNK_SIZE * sizeof (Extra));
  return copy;
}

/* Gives the first @n entries of @chunk room for gaps and merged entries. */
static void
chunk_make_extras (Chunk *chunk, gsize n)
{
  if (chunk->extras != NULL)
    return;
  chunk->extras = g_new (Extra, CHUNK_SIZE);
  for (gsize i = 0; i < n; i++)
    chunk->extras[i] = (Extra){ chunk->start + (gint64) i, chunk->start + (gint64) i,
                                chunk->means[i], chunk->means[i] };
}

static void
smooth_unref (gpointer data)
{
  SmoothChunk *chunk = data;

  if (g_atomic_ref_count_dec (&chunk->ref_count))
    g_free (chunk);
}

static SmoothChunk *
smooth_copy (const SmoothChunk *chunk)
{
  SmoothChunk *copy = g_memdup2 (chunk, sizeof *chunk);

  g_atomic_ref_count_init (&copy->ref_count);
  return copy;
}

static gint64
last_of (const RnSeries *self, gsize at)
{
  const Chunk *chunk = rn_series_chunk (self, at);
  const gsize i = at & (CHUNK_SIZE - 1);

  return chunk->extras != NULL ? chunk->extras[i].last : chunk->start + (gint64) i;
}

/* Life and growth */

RnSeries *
rn_series_new (void)
{
  RnSeries *self = g_new0 (RnSeries, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->chunks = g_ptr_array_new_with_free_func (chunk_unref);
  self->smooth = g_ptr_array_new_with_free_func (smooth_unref);
  self->weight = -1.0;
  return self;
}

RnSeries *
rn_series_ref (RnSeries *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
rn_series_unref (RnSeries *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->chunks);
  g_ptr_array_unref (self->smooth);
  for (int i = 0; i < TOP_LEVELS; i++)
    g_clear_pointer (&self->tops[i], g_array_unref);
  g_free (self);
}

RnSeries *
rn_series_copy (const RnSeries *self)
{
  RnSeries *copy = rn_series_new ();
  const gboolean has_partial = (self->n & (CHUNK_SIZE - 1)) != 0;

  for (guint i = 0; i < self->chunks->len; i++)
    {
      Chunk *chunk = self->chunks->pdata[i];

      if (has_partial && i + 1 == self->chunks->len)
        chunk = chunk_copy (chunk);
      else
        g_atomic_ref_count_inc (&chunk->ref_count);
      g_ptr_array_add (copy->chunks, chunk);
    }
  for (guint i = 0; i < self->smooth->len; i++)
    {
      SmoothChunk *chunk = self->smooth->pdata[i];

      if (has_partial && i + 1 == self->smooth->len)
        chunk = smooth_copy (chunk);
      else
        g_atomic_ref_count_inc (&chunk->ref_count);
      g_ptr_array_add (copy->smooth, chunk);
    }
  for (int i = 0; i < TOP_LEVELS; i++)
    if (self->tops[i] != NULL)
      copy->tops[i] = g_array_copy (self->tops[i]);
  copy->n = self->n;
  copy->n_merged = self->n_merged;
  copy->has_lost = self->has_lost;
  copy->weight = self->weight;
  copy->sum = self->sum;
  copy->norm = self->norm;
  return copy;
}

void
rn_series_append (RnSeries *self, gint64 first, gint64 last, float min, float max, float mean)
{
  const gsize at = self->n, i = at & (CHUNK_SIZE - 1);
  const RnSeriesEntry entry = { first, last, min, max, mean, NAN };
  gboolean is_plain;
  Chunk *chunk;

  g_return_if_fail (first > rn_series_last_step (self) && last >= first);
  if (i == 0)
    g_ptr_array_add (self->chunks, chunk_new (first));
  chunk = rn_series_chunk (self, at);
  is_plain = first == last && first == chunk->start + (gint64) i &&
             ((min == mean && max == mean) || (isnan (min) && isnan (max) && isnan (mean)));
  if (!is_plain)
    chunk_make_extras (chunk, i);
  chunk->means[i] = mean;
  if (chunk->extras != NULL)
    chunk->extras[i] = (Extra){ first, last, min, max };
  if (last > first)
    self->n_merged++;
  self->n++;
  rn_series_pyramid_append (self, at, &entry);
  if (self->weight >= 0.0)
    rn_series_smooth_from (self, at);
}

/* After a cut the last chunk grows again: it must be this series' own. */
static void
own_last_chunk (RnSeries *self)
{
  Chunk *chunk = self->chunks->pdata[self->chunks->len - 1];

  if (!g_atomic_ref_count_compare (&chunk->ref_count, 1))
    {
      self->chunks->pdata[self->chunks->len - 1] = chunk_copy (chunk);
      chunk_unref (chunk);
    }
  if (self->smooth->len > 0)
    {
      SmoothChunk *smooth = self->smooth->pdata[self->smooth->len - 1];

      if (!g_atomic_ref_count_compare (&smooth->ref_count, 1))
        {
          self->smooth->pdata[self->smooth->len - 1] = smooth_copy (smooth);
          smooth_unref (smooth);
        }
    }
}

void
rn_series_cut (RnSeries *self, gint64 step)
{
  const gsize n = rn_series_find (self, step + 1);
  guint n_chunks;

  if (n == self->n)
    return;
  for (gsize at = n; at < self->n; at++)
    {
      RnSeriesEntry entry;

      rn_series_get (self, at, &entry);
      if (entry.last > entry.first)
        self->n_merged--;
      if (entry.first <= step)
        self->has_lost = TRUE;
    }
  self->n = n;
  n_chunks = (guint) ((n + CHUNK_SIZE - 1) >> CHUNK_BITS);
  g_ptr_array_set_size (self->chunks, (int) n_chunks);
  if (self->smooth->len > n_chunks)
    g_ptr_array_set_size (self->smooth, (int) n_chunks);
  if ((n & (CHUNK_SIZE - 1)) != 0)
    own_last_chunk (self);
  rn_series_pyramid_cut (self);
  if (self->weight >= 0.0)
    rn_series_smooth_resume (self, n);
}

/* Questions */

gsize
rn_series_n (const RnSeries *self)
{
  return self->n;
}

gint64
rn_series_first_step (const RnSeries *self)
{
  return self->n > 0 ? ((const Chunk *) self->chunks->pdata[0])->start : 0;
}

gint64
rn_series_last_step (const RnSeries *self)
{
  return self->n > 0 ? last_of (self, self->n - 1) : 0;
}

gboolean
rn_series_is_merged (const RnSeries *self)
{
  return self->n_merged > 0 || self->has_lost;
}

gsize
rn_series_memory (const RnSeries *self)
{
  gsize bytes = sizeof *self + self->chunks->len * (sizeof (Chunk) + sizeof (gpointer)) +
                self->smooth->len * (sizeof (SmoothChunk) + sizeof (gpointer));

  for (guint i = 0; i < self->chunks->len; i++)
    if (((const Chunk *) self->chunks->pdata[i])->extras != NULL)
      bytes += CHUNK_SIZE * sizeof (Extra);
  for (int i = 0; i < TOP_LEVELS && self->tops[i] != NULL; i++)
    bytes += self->tops[i]->len * sizeof (Node);
  return bytes;
}

void
rn_series_get_entry (const RnSeries *self, gsize at, RnSeriesEntry *entry)
{
  g_return_if_fail (at < self->n);
  rn_series_get (self, at, entry);
}

/* Like rn_series_find(), among entries @low and later */
static gsize
find_from (const RnSeries *self, gsize low, gint64 step)
{
  gsize high = self->n;

  if (low < high && last_of (self, low) < step)
    {
      /* an entry is at least a step: no further than this; exactly there where no step is missing or merged */
      const gint64 reach = step - last_of (self, low);

      if (reach < (gint64) (high - low))
        high = low + (gsize) reach;
      if (high > low && last_of (self, high - 1) < step)
        return high;
    }
  while (low < high)
    {
      const gsize middle = low + (high - low) / 2;

      if (last_of (self, middle) < step)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

gsize
rn_series_find (const RnSeries *self, gint64 step)
{
  return find_from (self, 0, step);
}

/* @column of the steps @from to @to; @at is the first entry that ends there or later. Returns: the first entry that may
 * have steps beyond @to
 */
static gsize
fill_column (const RnSeries *self, gsize at, gint64 from, gint64 to, RnColumn *column)
{
  RnSeriesEntry first, last;
  gsize end;
  Node sum;

  *column = (RnColumn){ NAN, NAN, NAN, NAN, 0 };
  if (at == self->n || from > to)
    return at;
  rn_series_get (self, at, &first);
  if (first.first > to)
    return at;
  end = find_from (self, at, to); /* ends at @to or beyond it */
  last = first;
  if (end < self->n)
    rn_series_get (self, end, &last);
  if (end == self->n || last.first > to)
    rn_series_get (self, --end, &last);
  sum = rn_series_pyramid_sum (self, at + 1, end);
  rn_node_add_entry (&sum, &first, MIN (first.last, to) - MAX (first.first, from) + 1);
  if (end > at)
    rn_node_add_entry (&sum, &last, MIN (last.last, to) - last.first + 1);
  *column =
      (RnColumn){ sum.min, sum.max, sum.count > 0 ? (float) (sum.sum / (double) sum.count) : NAN,
                  last.smooth, MIN (last.last, to) };
  return last.last > to ? end : end + 1;
}

void
rn_series_get_columns (const RnSeries *self, double x0, double x1, int n_columns, RnColumn *columns)
{
  gsize at;
  gint64 from;

  g_return_if_fail (x0 < x1 && n_columns > 0);
  from = (gint64) floor (x0) + 1;
  at = rn_series_find (self, from);
  for (int i = 0; i < n_columns; i++)
    {
      const gint64 to = (gint64) floor (x0 + (x1 - x0) * (i + 1) / n_columns);

      at = fill_column (self, at, from, to, &columns[i]);
      from = to + 1;
    }
}

gboolean
rn_series_lookup (const RnSeries *self, gint64 step, RnColumn *column)
{
  gsize at = rn_series_find (self, step);
  RnSeriesEntry entry;

  if (at < self->n)
    {
      rn_series_get (self, at, &entry);
      if (entry.first > step && at == 0)
        return FALSE;
      if (entry.first > step)
        at--;
    }
  else if (self->n == 0)
    return FALSE;
  else
    at--;
  rn_series_get (self, at, &entry);
  *column = (RnColumn){ entry.min, entry.max, entry.mean, entry.smooth, entry.last };
  return TRUE;
}

void
rn_series_swap (RnSeries *a, RnSeries *b)
{
  const RnSeries held = *a;

  *a = *b;
  *b = held;
  /* whoever refers to them goes on to refer to the same ones */
  b->ref_count = a->ref_count;
  a->ref_count = held.ref_count;
}
