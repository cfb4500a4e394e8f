#include "charts/strip-data.h"

#include <math.h>
#include <string.h>

struct _RnStripData
{
  gatomicrefcount ref_count;
  int n_rows;
  int n_columns;
  guint generation;
  gint64 n_full; /* measured steps in a full column: 1, 2, 4, ... */
  gint64 n_last; /* measured steps in the last column so far */
  double min;    /* over 0; infinite before there was one */
  double max;
  GArray *ends;    /* [n_columns] of gint64: the last step of each */
  GArray *values;  /* [n_columns,n_rows] of float */
  double *sums;    /* [n_rows]: of the last column, without NaN */
  guint32 *counts; /* [n_rows]: how many are in the sum */
};

RnStripData *
rn_strip_data_new (int n_rows)
{
  RnStripData *self;

  g_return_val_if_fail (n_rows >= 0, NULL);
  self = g_new0 (RnStripData, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_rows = n_rows;
  self->n_full = 1;
  self->min = INFINITY;
  self->max = -INFINITY;
  self->ends = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->values = g_array_new (FALSE, FALSE, sizeof (float));
  self->sums = g_new0 (double, n_rows);
  self->counts = g_new0 (guint32, n_rows);
  return self;
}

RnStripData *
rn_strip_data_ref (RnStripData *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
rn_strip_data_unref (RnStripData *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->ends);
  g_array_unref (self->values);
  g_free (self->sums);
  g_free (self->counts);
  g_free (self);
}

RnStripData *
rn_strip_data_copy (const RnStripData *self)
{
  RnStripData *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->ends = g_array_copy (self->ends);
  copy->values = g_array_copy (self->values);
  copy->sums = g_memdup2 (self->sums, (gsize) self->n_rows * sizeof *self->sums);
  copy->counts = g_memdup2 (self->counts, (gsize) self->n_rows * sizeof *self->counts);
  return copy;
}

static gint64
end_of (const RnStripData *self, int at)
{
  return at < 0 ? 0 : g_array_index (self->ends, gint64, at);
}

static float *
column (const RnStripData *self, int at)
{
  return (float *) (gpointer) self->values->data + (gsize) at * (gsize) self->n_rows;
}

static void
set_n_columns (RnStripData *self, int n)
{
  self->n_columns = n;
  g_array_set_size (self->ends, (guint) n);
  g_array_set_size (self->values, (guint) n * (guint) self->n_rows);
}

static float
mean_of_two (float a, float b)
{
  if (isnan (a))
    return b;
  return isnan (b) ? a : (float) (((double) a + (double) b) / 2.0);
}

/* All columns are full here. */
static void
merge_pairs (RnStripData *self)
{
  const int n = self->n_columns / 2;

  for (int i = 0; i < n; i++)
    {
      const float *a = column (self, 2 * i), *b = column (self, 2 * i + 1);
      float *merged = column (self, i);

      for (int row = 0; row < self->n_rows; row++)
        merged[row] = mean_of_two (a[row], b[row]);
      g_array_index (self->ends, gint64, i) = end_of (self, 2 * i + 1);
    }
  set_n_columns (self, n);
  self->n_full *= 2;
  self->n_last = self->n_full;
  self->generation++;
}

static void
begin_column (RnStripData *self)
{
  if (self->n_columns == RN_STRIP_MAX_COLUMNS)
    merge_pairs (self);
  set_n_columns (self, self->n_columns + 1);
  self->n_last = 0;
  memset (self->sums, 0, (gsize) self->n_rows * sizeof *self->sums);
  memset (self->counts, 0, (gsize) self->n_rows * sizeof *self->counts);
}

void
rn_strip_data_append (RnStripData *self, gint64 step, const float *values)
{
  float *last;

  g_return_if_fail (step > end_of (self, self->n_columns - 1));
  if (self->n_columns == 0 || self->n_last == self->n_full)
    begin_column (self);
  last = column (self, self->n_columns - 1);
  for (int row = 0; row < self->n_rows; row++)
    {
      const double value = values[row];

      if (!isnan (value))
        {
          self->sums[row] += value;
          self->counts[row]++;
        }
      if (value > 0.0 && isfinite (value))
        {
          self->min = MIN (self->min, value);
          self->max = MAX (self->max, value);
        }
      last[row] = self->counts[row] > 0 ? (float) (self->sums[row] / self->counts[row]) : NAN;
    }
  g_array_index (self->ends, gint64, self->n_columns - 1) = step;
  self->n_last++;
}

void
rn_strip_data_cut (RnStripData *self, gint64 step)
{
  int n = self->n_columns;

  while (n > 0 && end_of (self, n - 1) > step)
    n--;
  if (n == self->n_columns)
    return;
  set_n_columns (self, n);
  if (n == 0)
    self->n_full = 1;
  /* what now comes last was full, and its sums are gone */
  self->n_last = self->n_full;
  self->generation++;
}

int
rn_strip_data_n_rows (const RnStripData *self)
{
  return self->n_rows;
}

int
rn_strip_data_n_columns (const RnStripData *self)
{
  return self->n_columns;
}

void
rn_strip_data_get_span (const RnStripData *self, int at, gint64 *from, gint64 *to)
{
  g_return_if_fail (at >= 0 && at < self->n_columns);
  *from = end_of (self, at - 1);
  *to = end_of (self, at);
}

gint64
rn_strip_data_get_n_merged (const RnStripData *self, int at)
{
  g_return_val_if_fail (at >= 0 && at < self->n_columns, 0);
  return at == self->n_columns - 1 ? self->n_last : self->n_full;
}

const float *
rn_strip_data_get_column (const RnStripData *self, int at)
{
  g_return_val_if_fail (at >= 0 && at < self->n_columns, NULL);
  return column (self, at);
}

int
rn_strip_data_find (const RnStripData *self, gint64 step)
{
  int low = 0, high = self->n_columns;

  if (step < 1 || step > end_of (self, self->n_columns - 1))
    return -1;
  /* the first whose end is not before @step */
  while (low < high)
    {
      const int middle = (low + high) / 2;

      if (end_of (self, middle) < step)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

gboolean
rn_strip_data_get_range (const RnStripData *self, double *min, double *max)
{
  if (self->min > self->max)
    return FALSE;
  *min = self->min;
  *max = self->max;
  return TRUE;
}

guint
rn_strip_data_get_generation (const RnStripData *self)
{
  return self->generation;
}

void
rn_strip_data_swap (RnStripData *a, RnStripData *b)
{
  const RnStripData held = *a;
  const guint generation = MAX (a->generation, b->generation) + 1;

  *a = *b;
  *b = held;
  /* whoever refers to them goes on to refer to the same ones */
  b->ref_count = a->ref_count;
  a->ref_count = held.ref_count;
  a->generation = b->generation = generation;
}
