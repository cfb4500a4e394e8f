#pragma once

#include "charts/curve-chart.h"
#include "state/record.h"

/**
 * rn_test_dots_show:
 * @line: of @chart
 *
 * The evaluations of @record as dots: their test losses where @is_loss, else their test errors.
 */
void rn_test_dots_show (RnCurveChart *chart, int line, RnRecord *record, gboolean is_loss);
