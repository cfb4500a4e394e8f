#pragma once

#include "formats/byte-reader.h"

/* Python's pickles, as far as PyTorch needs them to store tensors. A pickle is a program for a machine with a stack;
 * this one knows numbers, strings, lists, tuples, dictionaries and tensors, and nothing else. Every other Python name is
 * refused by that name: there is nothing here that could execute it. Memory is bounded by what the file spells out.
 */

typedef enum
{
  RN_PICKLE_NONE,
  RN_PICKLE_WHOLE,
  RN_PICKLE_REAL,
  RN_PICKLE_TEXT,
  RN_PICKLE_LIST, /* also a set */
  RN_PICKLE_TUPLE,
  RN_PICKLE_DICT,
  RN_PICKLE_GLOBAL, /* a name that is known */
  RN_PICKLE_STORAGE,
  RN_PICKLE_TENSOR,
  RN_PICKLE_INERT /* known to be without meaning for a model: a device, a random state */
} RnPickleKind;

/* Numbers that lie in the file under a name of their own */
typedef struct
{
  RnDtype dtype;
  char *key;
  guint64 count;
  gint64 first; /* of a view into another storage: its first number there; else 0 */
} RnPickleStorage;

typedef struct
{
  const RnPickleStorage *storage;
  guint64 first; /* number in the storage */
  int n_dims;
  gint64 dims[RN_STORED_MAX_DIMS];
  gint64 strides[RN_STORED_MAX_DIMS];
} RnPickleTensor;

typedef struct _RnPickleValue RnPickleValue;

struct _RnPickleValue
{
  RnPickleKind kind;
  union
  {
    gint64 whole;
    double real;
    char *text; /* bytes as they are, with a zero behind */
    GPtrArray *
        items; /* (element-type RnPickleValue) of a list or tuple; of a dictionary key, value, key, … */
    int global;
    RnPickleStorage *storage;
    RnPickleTensor *tensor;
  };
};

/* Owns all values that it made. Lists may hold themselves: whoever walks them bounds the depth. */
typedef struct _RnPickle RnPickle;

RnPickle *rn_pickle_new (const char *path);
void rn_pickle_free (RnPickle *pickle);
/* Runs one pickle up to its end, and leaves @reader behind it. Returns: (transfer none): what it makes; RN_ERROR_FORMAT
 * naming the file and the byte or the Python name
 */
RnPickleValue *rn_pickle_run (RnPickle *pickle, RnByteReader *reader, GError **error);
/* Returns: (nullable): what @dict has under the text @key */
RnPickleValue *rn_pickle_dict_get (const RnPickleValue *dict, const char *key);

/* Returns: (transfer container): key -> RnPickleStorage of all that were mentioned */
GHashTable *rn_pickle_find_storages (const RnPickle *pickle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnPickle, rn_pickle_free)
