#pragma once

#include <glib.h>

/* What main knows of the commands. Each gets its own name as argv[0] and returns the program's exit code. */

typedef enum
{
  RN_EXIT_DONE = 0,
  RN_EXIT_FAILED = 1,
  RN_EXIT_USAGE = 2,
  RN_EXIT_DIVERGED = 3,
  RN_EXIT_INTERRUPTED = 130
} RnExit;

typedef RnExit (*RnCliFunc) (int argc, char **argv);

RnExit rn_cli_train (int argc, char **argv);
RnExit rn_cli_resume (int argc, char **argv);
RnExit rn_cli_eval (int argc, char **argv);
RnExit rn_cli_classify (int argc, char **argv);
RnExit rn_cli_inspect (int argc, char **argv);
RnExit rn_cli_export (int argc, char **argv);
RnExit rn_cli_import (int argc, char **argv);
RnExit rn_cli_info (int argc, char **argv);
RnExit rn_cli_bench (int argc, char **argv);
RnExit rn_cli_data (int argc, char **argv);
RnExit rn_cli_lab (int argc, char **argv);
