#include "charts/series-private.h"

/* Like fminf() and fmaxf(), which are calls: NaN counts for nothing */
static inline void
node_widen (Node *node, float min, float max)
{
  if (min < node->min || isnan (node->min))
    node->min = min;
  if (max > node->max || isnan (node->max))
    node->max = max;
}

void
rn_node_add_entry (Node *node, const RnSeriesEntry *entry, gint64 steps)
{
  node_widen (node, entry->min, entry->max);
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
  node_widen (node, other->min, other->max);
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

void
rn_series_pyramid_append (RnSeries *self, gsize at, const RnSeriesEntry *entry)
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
            g_array_append_vals (self->tops[level - CHUNK_LEVELS], &NO_NODE, 1);
        }
      node = node_at (self, level, at >> bits);
      if ((at & (((gsize) 1 << bits) - 1)) == 0)
        *node = NO_NODE;
      rn_node_add_entry (node, entry, entry->last - entry->first + 1);
    }
}

void
rn_series_pyramid_cut (RnSeries *self)
{
  for (int level = 0; level < CHUNK_LEVELS + TOP_LEVELS; level++)
    {
      const int bits = RADIX_BITS * (level + 1);
      const gsize at = self->n >> bits, below = bits - RADIX_BITS;
      Node node = NO_NODE;

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

            rn_series_get (self, i, &entry);
            rn_node_add_entry (&node, &entry, entry.last - entry.first + 1);
          }
      else
        for (gsize i = at << RADIX_BITS; i << below < self->n; i++)
          node_add (&node, node_at (self, level - 1, i));
      *node_at (self, level, at) = node;
    }
}

/* Adds entries @from to before @to, of one chunk. Columns of a chart need up to 30 single entries each: where every entry is
 * a step, their means are all that is read.
 */
static void
add_entries (Node *sum, const RnSeries *self, gsize from, gsize to)
{
  const Chunk *chunk = rn_series_chunk (self, from);
  const float *mean = &chunk->means[from & (CHUNK_SIZE - 1)];

  for (gsize i = from; i < to; i++, mean++)
    if (chunk->extras != NULL)
      {
        RnSeriesEntry entry;

        rn_series_get (self, i, &entry);
        rn_node_add_entry (sum, &entry, entry.last - entry.first + 1);
      }
    else if (!isnan (*mean))
      {
        sum->sum += (double) *mean;
        sum->count++;
        node_widen (sum, *mean, *mean);
      }
}

Node
rn_series_pyramid_sum (const RnSeries *self, gsize from, gsize to)
{
  Node sum = NO_NODE;

  while (from < to)
    {
      gsize end;
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
      /* to the next node of 16, and so inside a chunk */
      end = MIN ((from | (RADIX - 1)) + 1, to);
      add_entries (&sum, self, from, end);
      from = end;
    }
  return sum;
}
