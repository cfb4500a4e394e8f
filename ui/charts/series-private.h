#pragma once

#include <math.h>

#include "charts/series.h"

G_BEGIN_DECLS

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
  double sum;  /* the smoothing's state after the last entry: (1-w) sum w^(t-i) y_i... */
  double norm; /* ...and 1 - w^t */
};

/* Of no entries */
#define NO_NODE ((Node){ 0.0, 0, NAN, NAN })

static inline Chunk *
rn_series_chunk (const RnSeries *self, gsize at)
{
  return self->chunks->pdata[at >> CHUNK_BITS];
}

static inline void
rn_series_get (const RnSeries *self, gsize at, RnSeriesEntry *entry)
{
  const Chunk *chunk = rn_series_chunk (self, at);
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

/* series-pyramid.c */

/* Adds @steps steps with the figures of @entry. */
void rn_node_add_entry (Node *node, const RnSeriesEntry *entry, gint64 steps);
/* Adds the entry that is being appended at @at to the nodes over it. */
void rn_series_pyramid_append (RnSeries *self, gsize at, const RnSeriesEntry *entry);
/* Makes the last node of each level right again after entries from self->n on are gone. */
void rn_series_pyramid_cut (RnSeries *self);
/* Returns: all entries from @from to before @to in one */
Node rn_series_pyramid_sum (const RnSeries *self, gsize from, gsize to);

/* series-smooth.c */

/* Smooths the entries from @from on, going on with the state. */
void rn_series_smooth_from (RnSeries *self, gsize from);
/* Sets the state to what it was after the first @n entries, whose smoothing is there. */
void rn_series_smooth_resume (RnSeries *self, gsize n);

G_END_DECLS
