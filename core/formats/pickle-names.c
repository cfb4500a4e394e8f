#include "formats/pickle-names.h"

#include <string.h>

typedef struct
{
  const char *module;
  const char *name;
  int meaning;
} Known;

static const Known known[] = {
  { "collections", "OrderedDict", RN_PYTHON_DICT },
  { "torch._utils", "_rebuild_tensor", RN_PYTHON_TENSOR },
  { "torch._utils", "_rebuild_tensor_v2", RN_PYTHON_TENSOR },
  { "torch._utils", "_rebuild_parameter", RN_PYTHON_PARAMETER },
  { "torch._utils", "_rebuild_parameter_with_state", RN_PYTHON_PARAMETER },
  { "torch", "Size", RN_PYTHON_SIZE },
  { "torch", "device", RN_PYTHON_INERT },
  /* numbers of numpy, as scripts keep them for the best accuracy */
  { "numpy", "dtype", RN_PYTHON_INERT },
  { "numpy.core.multiarray", "scalar", RN_PYTHON_INERT },
  { "numpy._core.multiarray", "scalar", RN_PYTHON_INERT },
  { "_codecs", "encode", RN_PYTHON_INERT },
};

static const Known storages[] = {
  { "torch", "FloatStorage", RN_DTYPE_F32 },
  { "torch", "DoubleStorage", RN_DTYPE_F64 },
  { "torch", "HalfStorage", RN_DTYPE_F16 },
  { "torch", "BFloat16Storage", RN_DTYPE_BF16 },
  { "torch", "LongStorage", RN_DTYPE_I64 },
  { "torch", "IntStorage", RN_DTYPE_I32 },
  { "torch", "ShortStorage", RN_DTYPE_I16 },
  { "torch", "CharStorage", RN_DTYPE_I8 },
  { "torch", "ByteStorage", RN_DTYPE_U8 },
  { "torch", "BoolStorage", RN_DTYPE_U8 },
  { "torch.storage", "UntypedStorage", RN_DTYPE_U8 },
};

/* Types of numbers, which optimizers and settings mention */
static const char *const dtypes[] = { "float32", "float",    "float64", "double", "float16",
                                      "half",    "bfloat16", "int64",   "long",   "int32",
                                      "int16",   "int8",     "uint8",   "bool",   NULL };

int
rn_python_name_find (const char *module, const char *name)
{
  const char *cuda = "torch.cuda";

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].module, module) == 0 && strcmp (known[i].name, name) == 0)
      return known[i].meaning;
  for (gsize i = 0; i < G_N_ELEMENTS (storages); i++)
    if (strcmp (storages[i].name, name) == 0 &&
        (strcmp (storages[i].module, module) == 0 || strcmp (module, cuda) == 0))
      return RN_PYTHON_STORAGE + storages[i].meaning;
  if (strcmp (module, "torch") == 0 && g_strv_contains (dtypes, name))
    return RN_PYTHON_INERT;
  return RN_PYTHON_UNKNOWN;
}
