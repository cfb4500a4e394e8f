#include "charts/series.h"

#include <math.h>
#include <string.h>

/* Entries live in chunks, which copies share: a full chunk never changes, the last one belongs to one series alone. The
 * pyramid has a node over every 16 entries, a node over every 16 of those, and so on; three levels of it lie in the
 * chunk they are about, the levels above in arrays of the series.
 */
#define RADIX_BITS 4
#define RADIX (1 << RADIX_BITS)
#define CHUNK_LEVELS 3
#define CHUNK_BITS (RADIX_BITS * CHUNK_LEVELS)
#define CHUNK_SIZE (1 << CHUNK_BITS)
#define CHUNK_NODES (CHUNK_SIZE / RADIX + CHUNK_SIZE / RADIX / RADIX + 1)
#define TOP_LEVELS 8 /* 16^11 entries */

typedef struct
{
  double sum;   /* of all steps that have a number */
  gint64 count; /* how many those are */
  float min;    /* NaN where there is none */
  float max;
} Node;

/* What an entry needs that is not simply the step after the one before */
typedef struct
{
  gint64 first;
  gint64 last;
  float min;
  float max;
} Extra;

typedef struct
{
  gatomicrefcount ref_count;
  gint64 start;  /* the first step */
  Extra *extras; /* CHUNK_SIZE; NULL while entry i is step start + i alone */
  float means[CHUNK_SIZE];
  Node nodes[CHUNK_NODES];
} Chunk;

typedef struct
{
  gatomicrefcount ref_count;
  float values[CHUNK_SIZE];
} SmoothChunk;

struct _RnSeries
{
  gatomicrefcount ref_count;
  gsize n;
  GPtrArray *chunks;
  GPtrArray *smooth; /* of SmoothChunk, as many as chunks; empty before the first smoothing */
  GArray *tops[TOP_LEVELS];
  gsize n_merged;
  gboolean has_lost; /* a merged entry, to a cut */

  double weight;
  double sum,
      norm; /* the smoothing's state after the last entry: (1-w) sum w^(t-i) y_i and 1 - w^t */
};

static const Node no_node = { 0.0, 0, NAN, NAN };

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

static SmoothChunk *
smooth_new (void)
{
  SmoothChunk *chunk = g_new (SmoothChunk, 1);

  g_atomic_ref_count_init (&chunk->ref_count);
  return chunk;
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

static inline Chunk *
chunk_of (const RnSeries *self, gsize at)
{
  return self->chunks->pdata[at >> CHUNK_BITS];
}

static inline void
get (const RnSeries *self, gsize at, RnSeriesEntry *entry)
{
  const Chunk *chunk = chunk_of (self, at);
  const gsize i = at & (CHUNK_SIZE - 1);
  const SmoothChunk *smooth = self->smooth->len > 0 ? self->smooth->pdata[at >> CHUNK_BITS] : NULL;

  entry->mean = chunk->means[i];
  entry->smooth = smooth != NULL ? smooth->values[i] : NAN;
  if (chunk->extras == NULL)
    {
      entry->first = entry->last = chunk->start + (gint64) i;
      entry->min = entry->max = entry->mean;
      return;
    }
  entry->first = chunk->extras[i].first;
  entry->last = chunk->extras[i].last;
  entry->min = chunk->extras[i].min;
  entry->max = chunk->extras[i].max;
}

static gint64
last_of (const RnSeries *self, gsize at)
{
  const Chunk *chunk = chunk_of (self, at);
  const gsize i = at & (CHUNK_SIZE - 1);

  return chunk->extras != NULL ? chunk->extras[i].last : chunk->start + (gint64) i;
}

/* The pyramid */

/* Adds @steps steps with the figures of @entry. */
static inline void
node_add_entry (Node *node, const RnSeriesEntry *entry, gint64 steps)
{
  node->min = fminf (node->min, entry->min);
  node->max = fmaxf (node->max, entry->max);
  if (isnan (entry->mean))
    return;
  node->sum += (double) entry->mean * (double) steps;
  node->count += steps;
}

static inline void
node_add (Node *node, const Node *other)
{
  node->sum += other->sum;
  node->count += other->count;
  node->min = fminf (node->min, other->min);
  node->max = fmaxf (node->max, other->max);
}

/* Returns: node @at of @level (0: over 16 entries) */
static inline Node *
node_at (const RnSeries *self, int level, gsize at)
{
  static const int offsets[CHUNK_LEVELS] = { 0, CHUNK_SIZE / RADIX,
                                             CHUNK_SIZE / RADIX + CHUNK_SIZE / RADIX / RADIX };
  const int bits = CHUNK_BITS - RADIX_BITS * (level + 1);

  if (level >= CHUNK_LEVELS)
    return &g_array_index (self->tops[level - CHUNK_LEVELS], Node, at);
  return &((Chunk *) self->chunks->pdata[at >> bits])
              ->nodes[offsets[level] + (int) (at & (((gsize) 1 << bits) - 1))];
}

/* Adds the entry that is being appended at @at to the nodes over it. */
static void
pyramid_append (RnSeries *self, gsize at, const RnSeriesEntry *entry)
{
  for (int level = 0; level < CHUNK_LEVELS + TOP_LEVELS; level++)
    {
      const int bits = RADIX_BITS * (level + 1);
      Node *node;

      if (level >= CHUNK_LEVELS)
        {
          /* a level above the chunks begins with the second node below it; until then, there is nothing to add up */
          if (at >> (bits - RADIX_BITS) == 0)
            return;
          if (self->tops[level - CHUNK_LEVELS] == NULL)
            {
              self->tops[level - CHUNK_LEVELS] = g_array_new (FALSE, FALSE, sizeof (Node));
              g_array_append_val (self->tops[level - CHUNK_LEVELS], *node_at (self, level - 1, 0));
            }
          if (self->tops[level - CHUNK_LEVELS]->len <= at >> bits)
            g_array_append_val (self->tops[level - CHUNK_LEVELS], no_node);
        }
      node = node_at (self, level, at >> bits);
      if ((at & (((gsize) 1 << bits) - 1)) == 0)
        *node = no_node;
      node_add_entry (node, entry, entry->last - entry->first + 1);
    }
}

/* Makes the last node of each level right again after entries from self->n on are gone. */
static void
pyramid_cut (RnSeries *self)
{
  for (int level = 0; level < CHUNK_LEVELS + TOP_LEVELS; level++)
    {
      const int bits = RADIX_BITS * (level + 1);
      const gsize at = self->n >> bits, below = bits - RADIX_BITS;
      Node node = no_node;

      if (level >= CHUNK_LEVELS)
        {
          GArray **top = &self->tops[level - CHUNK_LEVELS];

          if (*top != NULL && self->n <= (gsize) 1 << below)
            g_clear_pointer (top, g_array_unref);
          if (*top == NULL)
            continue;
          g_array_set_size (*top, (guint) ((self->n + ((gsize) 1 << bits) - 1) >> bits));
        }
      if ((self->n & (((gsize) 1 << bits) - 1)) == 0)
        continue;
      if (level == 0)
        for (gsize i = at << bits; i < self->n; i++)
          {
            RnSeriesEntry entry;

            get (self, i, &entry);
            node_add_entry (&node, &entry, entry.last - entry.first + 1);
          }
      else
        for (gsize i = at << RADIX_BITS; i << below < self->n; i++)
          node_add (&node, node_at (self, level - 1, i));
      *node_at (self, level, at) = node;
    }
}

/* Returns: all entries from @from to before @to in one */
static Node
pyramid_sum (const RnSeries *self, gsize from, gsize to)
{
  Node sum = no_node;

  while (from < to)
    {
      RnSeriesEntry entry;
      int level = -1;

      while (level + 1 < CHUNK_LEVELS + TOP_LEVELS &&
             (from & (((gsize) 1 << RADIX_BITS * (level + 2)) - 1)) == 0 &&
             to - from >= (gsize) 1 << RADIX_BITS * (level + 2))
        level++;
      if (level >= 0)
        {
          node_add (&sum, node_at (self, level, from >> RADIX_BITS * (level + 1)));
          from += (gsize) 1 << RADIX_BITS * (level + 1);
          continue;
        }
      get (self, from++, &entry);
      node_add_entry (&sum, &entry, entry.last - entry.first + 1);
    }
  return sum;
}

/* Smoothing */

/* Smooths the entries from @from on, going on with the state. */
static void
smooth_from (RnSeries *self, gsize from)
{
  const double w = self->weight;

  for (gsize at = from; at < self->n; at++)
    {
      RnSeriesEntry entry;
      SmoothChunk *chunk;

      if (at >> CHUNK_BITS == self->smooth->len)
        g_ptr_array_add (self->smooth, smooth_new ());
      chunk = self->smooth->pdata[at >> CHUNK_BITS];
      get (self, at, &entry);
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

/* Sets the state to what it was after the first @n entries, whose smoothing is there. */
static void
smooth_resume (RnSeries *self, gsize n)
{
  const Node all = pyramid_sum (self, 0, n);

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
  smooth_from (self, 0);
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
  smooth_resume (self, (gsize) common << CHUNK_BITS);
  smooth_from (self, (gsize) common << CHUNK_BITS);
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
  chunk = chunk_of (self, at);
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
  pyramid_append (self, at, &entry);
  if (self->weight >= 0.0)
    smooth_from (self, at);
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

      get (self, at, &entry);
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
  pyramid_cut (self);
  if (self->weight >= 0.0)
    smooth_resume (self, n);
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
  get (self, at, entry);
}

/* Like rn_series_find(), among entries @low and later */
static gsize
find_from (const RnSeries *self, gsize low, gint64 step)
{
  gsize high = self->n;

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
  get (self, at, &first);
  if (first.first > to)
    return at;
  end = find_from (self, at, to); /* ends at @to or beyond it */
  last = first;
  if (end < self->n)
    get (self, end, &last);
  if (end == self->n || last.first > to)
    get (self, --end, &last);
  sum = pyramid_sum (self, at + 1, end);
  node_add_entry (&sum, &first, MIN (first.last, to) - MAX (first.first, from) + 1);
  if (end > at)
    node_add_entry (&sum, &last, MIN (last.last, to) - last.first + 1);
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
      get (self, at, &entry);
      if (entry.first > step && at == 0)
        return FALSE;
      if (entry.first > step)
        at--;
    }
  else if (self->n == 0)
    return FALSE;
  else
    at--;
  get (self, at, &entry);
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
