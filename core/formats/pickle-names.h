#pragma once

#include "formats/tensor-file.h"

/* The Python names that a pickle of PyTorch may mention. */

typedef enum
{
  RN_PYTHON_UNKNOWN,
  RN_PYTHON_DICT,      /* OrderedDict () or OrderedDict ([(key, value), …]) */
  RN_PYTHON_TENSOR,    /* _rebuild_tensor (storage, first, dims, strides) */
  RN_PYTHON_PARAMETER, /* _rebuild_parameter (tensor, …) */
  RN_PYTHON_SIZE,      /* Size ((side, …)) */
  RN_PYTHON_INERT,     /* whatever it makes is of no use here */
  RN_PYTHON_STORAGE    /* and the types of storages behind: RN_PYTHON_STORAGE + RnDtype */
} RnPythonName;

/* Returns: an RnPythonName; "torch", "FloatStorage" is RN_PYTHON_STORAGE + RN_DTYPE_F32 */
int rn_python_name_find (const char *module, const char *name);
