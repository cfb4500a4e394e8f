#include "charts/series.h"

RnSeries *
rn_series_new (void)
{
  return NULL;
}

RnSeries *
rn_series_ref (RnSeries *self)
{
  return NULL;
}

void
rn_series_unref (RnSeries *self)
{
}

void
rn_series_append (RnSeries *self, gint64 first, gint64 last, float min, float max, float mean)
{
}

void
rn_series_cut (RnSeries *self, gint64 step)
{
}

gsize
rn_series_n (const RnSeries *self)
{
  return 0;
}

gint64
rn_series_first_step (const RnSeries *self)
{
  return 0;
}

gint64
rn_series_last_step (const RnSeries *self)
{
  return 0;
}

gboolean
rn_series_is_merged (const RnSeries *self)
{
  return 0;
}

gsize
rn_series_memory (const RnSeries *self)
{
  return 0;
}

void
rn_series_get_columns (const RnSeries *self, double x0, double x1, int n_columns, RnColumn *columns)
{
}

gboolean
rn_series_lookup (const RnSeries *self, gint64 step, RnColumn *entry)
{
  return 0;
}

void
rn_series_smooth (RnSeries *self, double weight)
{
}

double
rn_series_get_weight (const RnSeries *self)
{
  return 0;
}

RnSeries *
rn_series_copy (const RnSeries *self)
{
  return NULL;
}

void
rn_series_adopt_smoothing (RnSeries *self, const RnSeries *from)
{
}
