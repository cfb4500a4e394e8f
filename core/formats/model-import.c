#include <glib/gi18n-lib.h>
#include <string.h>

#include "formats/model-file.h"
#include "formats/onnx.h"
#include "formats/torch-file.h"
#include "residua/error.h"

/* The one door for model files: what a file is, its first bytes say. */

typedef enum
{
  KIND_SAFETENSORS,
  KIND_TORCH,
  KIND_ONNX,
  KIND_POINTER, /* of Git LFS, in the place of the file */
  KIND_INDEX,   /* the JSON that lists the parts of a model */
  KIND_UNKNOWN
} Kind;

static gboolean
starts_with (const guint8 *bytes, gsize n, const char *start, gsize length)
{
  return n >= length && memcmp (bytes, start, length) == 0;
}

static Kind
tell_kind (const guint8 *bytes, gsize n, guint64 size)
{
  guint64 header;

  if (starts_with (bytes, n, "PK\3\4", 4) || starts_with (bytes, n, "\x80\x02", 2))
    return KIND_TORCH;
  if (n >= 9)
    {
      memcpy (&header, bytes, sizeof header);
      if (bytes[8] == '{' && GUINT64_FROM_LE (header) <= MIN (size, RN_SAFETENSORS_MAX_HEADER))
        return KIND_SAFETENSORS;
    }
  if (starts_with (bytes, n, "version https://git-lfs", 23))
    return KIND_POINTER;
  if (n > 0 && bytes[0] == '{')
    return KIND_INDEX;
  /* The version of the format, the first field of an ONNX model */
  if (n >= 2 && bytes[0] == 0x08 && bytes[1] < 0x40)
    return KIND_ONNX;
  return KIND_UNKNOWN;
}

/* "model-00001-of-00003.safetensors": how many parts, 1 for a whole file */
static guint
count_parts (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *of = g_strrstr (base, "-of-");
  const guint64 n = of == NULL ? 1 : g_ascii_strtoull (of + 4, NULL, 10);

  return n > 1 && n < G_MAXUINT ? (guint) n : 1;
}

static RnModel *
refuse (const char *path, Kind kind, GError **error)
{
  if (kind == KIND_POINTER)
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                 _ ("“%s” is a Git LFS pointer: the model itself has not been downloaded"), path);
  else if (kind == KIND_INDEX)
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                 _ ("“%s” is JSON and holds no numbers; models in several parts are not read. Save "
                    "the model as one file"),
                 path);
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                 _ ("“%s” is no model file that is known here: safetensors, PyTorch (.pt, .pth) or "
                    "ONNX"),
                 path);
  return NULL;
}

static RnModel *
read_tensors (RnTensorFile *opened, const RnModelHints *hints, RnModelGuess *guesses,
              GError **error)
{
  g_autoptr (RnTensorFile) file = opened;

  return file == NULL ? NULL : rn_model_file_read (file, hints, guesses, error);
}

static gboolean
look_into (const char *path, Kind *kind, GError **error)
{
  g_autoptr (RnTensorFile) file = rn_tensor_file_open (path, error);
  guint8 bytes[64];
  gsize n;

  if (file == NULL)
    return FALSE;
  n = MIN (file->size, sizeof bytes);
  if (!rn_tensor_file_read (file, bytes, n, 0, error))
    return FALSE;
  *kind = tell_kind (bytes, n, file->size);
  /* What calls itself so is to be told what is wrong with it */
  if (*kind == KIND_UNKNOWN && g_str_has_suffix (path, ".safetensors"))
    *kind = KIND_SAFETENSORS;
  return TRUE;
}

RnModel *
rn_model_import (const char *path, const RnModelHints *hints, RnModelGuess *guesses, GError **error)
{
  RnModelGuess unasked = 0;
  Kind kind;

  if (guesses == NULL)
    guesses = &unasked;
  *guesses = 0;
  if (!look_into (path, &kind, error))
    return NULL;
  if (kind != KIND_UNKNOWN && count_parts (path) > 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is one of %u parts of a model; save the model as one file"), path,
                   count_parts (path));
      return NULL;
    }
  switch (kind)
    {
    case KIND_SAFETENSORS:
      return read_tensors (rn_safetensors_open (path, error), hints, guesses, error);
    case KIND_TORCH:
      return read_tensors (rn_torch_file_open (path, error), hints, guesses, error);
    case KIND_ONNX:
      return rn_onnx_load (path, hints, guesses, error);
    case KIND_POINTER:
    case KIND_INDEX:
    case KIND_UNKNOWN:
    default:
      return refuse (path, kind, error);
    }
}

RnModel *
rn_model_load (const char *path, const RnModelHints *hints, GError **error)
{
  return rn_model_import (path, hints, NULL, error);
}
