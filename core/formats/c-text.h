#pragma once

#include "base/file-writer.h"
#include "residua/model.h"

/* The parts of an exported C file that are text: what stands above the numbers and the functions below them. */

typedef struct
{
  const RnModel *model;
  const char *picture; /* what the parameter is called: "rgb" or "grey" */
  gsize number_bytes;  /* of all filters and biases */
  gsize buffer_bytes;
  gboolean has_pool;
  gboolean has_subsample;
} RnCText;

/* Comment, includes, the names of the classes */
void rn_c_text_add_head (RnFileWriter *writer, const RnCText *text);
/* The functions that classify() calls, each only where it is */
void rn_c_text_add_functions (RnFileWriter *writer, const RnCText *text);
