#pragma once

#include <residua/run.h>

G_BEGIN_DECLS

/* The measures of a block that spine and strips can show. */

typedef enum
{
  RN_MEASURE_RATIO,    /* RMS(F) / RMS(s); RMS(F) in plain blocks is not shown here: missing */
  RN_MEASURE_GRADIENT, /* RMS of dL/dw */
  RN_MEASURE_DEAD,     /* share of channels, 0 to 1 */
  RN_MEASURE_RESPONSE, /* standard deviation after batch-norm */
  RN_N_MEASURES
} RnMeasureKind;

/** The fixed scale of the ratio in every view; logarithmic. */
#define RN_RATIO_MIN 0.05
#define RN_RATIO_MAX 4.0

/** Returns: the number, NaN where the block has none (the ratio of a plain block) */
double rn_measure_get (const RnBlockMeasure *measure, RnMeasureKind kind);
/** Returns: (transfer none): translated: "F(x) / x", "Gradient", "Dead ReLUs", "Layer response" */
const char *rn_measure_title (RnMeasureKind kind);
/** Returns: (transfer none): the word in an accessible label: "ratio", "gradient", "dead ReLUs", "response" */
const char *rn_measure_word (RnMeasureKind kind);
/** Returns: (transfer full): "0.31", "12 %", "1.2e-3", "–" for NaN; at most 7 characters */
char *rn_measure_format (RnMeasureKind kind, double value);

G_END_DECLS
