#pragma once

#include "residua/classify.h"
#include "residua/run.h"

/* What eval, classify and inspect share: a model by its name on the command line, and how it names its classes. */

/* "RUN", "RUN@best", "RUN@STEP": the run's folder; NULL where @what is no such thing */
char *rn_cli_run_part (const char *what);
/* With the hints that were given; RN_ERROR_* and GIO's */
RnModel *rn_cli_load_model (const char *what, GError **error);
/* How a folder of pictures is split where it is not split itself: --seed, else the run's own seed, else 1 */
gboolean rn_cli_split_seed (const char *given, const char *what, guint64 *seed, GError **error);
/* Returns: (transfer full): the name of class @index, or its number */
char *rn_cli_class_name (RnModel *model, int index);
