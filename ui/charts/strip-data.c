#include "charts/strip-data.h"

RnStripData *
rn_strip_data_new (int n_rows)
{
  return NULL;
}

RnStripData *
rn_strip_data_ref (RnStripData *self)
{
  return NULL;
}

void
rn_strip_data_unref (RnStripData *self)
{
}

void
rn_strip_data_append (RnStripData *self, gint64 step, const float *values)
{
}

void
rn_strip_data_cut (RnStripData *self, gint64 step)
{
}

int
rn_strip_data_n_rows (const RnStripData *self)
{
  return 0;
}

int
rn_strip_data_n_columns (const RnStripData *self)
{
  return 0;
}

void
rn_strip_data_get_span (const RnStripData *self, int at, gint64 *from, gint64 *to)
{
}

const float *
rn_strip_data_get_column (const RnStripData *self, int at)
{
  return NULL;
}

int
rn_strip_data_find (const RnStripData *self, gint64 step)
{
  return 0;
}

gboolean
rn_strip_data_get_range (const RnStripData *self, double *min, double *max)
{
  return 0;
}
