#include "state/measures.h"

double
rn_measure_get (const RnBlockMeasure *measure, RnMeasureKind kind)
{
  return 0;
}

const char *
rn_measure_title (RnMeasureKind kind)
{
  return "";
}

const char *
rn_measure_word (RnMeasureKind kind)
{
  return "";
}

char *
rn_measure_format (RnMeasureKind kind, double value)
{
  return g_strdup ("");
}
