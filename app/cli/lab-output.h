#pragma once

#include "residua/lab-results.h"

/* What an experiment says on stdout. */

/* An experiment of the list, as a line of JSON */
void rn_cli_lab_print_entry_json (const RnExperiment *experiment);
/* Claim, a table of numbers and the verdicts */
void rn_cli_lab_print_text (RnLabResults *results);
/* @seconds_left: that what is missing would take; NaN where it was not asked */
void rn_cli_lab_print_json (RnLabResults *results, double seconds_left);
