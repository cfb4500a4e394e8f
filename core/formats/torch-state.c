#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/json-print.h"
#include "compute/memory.h"
#include "formats/export.h"
#include "formats/model-metadata.h"
#include "formats/zip-writer.h"
#include "residua/error.h"

/* What torch.save (model.state_dict (), PATH) writes: a zip file with a pickle of an ordered dictionary, and for each
 * tensor a file of numbers that the pickle names by its number.
 *
 *   archive/data.pkl  archive/byteorder  archive/data/0 ...  archive/version  archive/extra/residua.json
 *
 * The last is ours, and ignored by PyTorch. The pickle is of protocol 2 and uses no more than tensors need.
 */

#define FOLDER "archive/"

/* Opcodes of Python's pickle, protocol 2 */
enum
{
  OP_PROTO = 0x80,
  OP_STOP = '.',
  OP_GLOBAL = 'c',
  OP_REDUCE = 'R',
  OP_EMPTY_TUPLE = ')',
  OP_MARK = '(',
  OP_TUPLE = 't',
  OP_SET_ITEMS = 'u',
  OP_UNICODE = 'X',
  OP_INT = 'J',
  OP_LONG = 0x8a,
  OP_FALSE = 0x89,
  OP_PERSISTENT_ID = 'Q'
};

static void
add_op (GByteArray *pickle, guint8 op)
{
  g_byte_array_append (pickle, &op, 1);
}

static void
add_global (GByteArray *pickle, const char *module, const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", module, name);

  add_op (pickle, OP_GLOBAL);
  g_byte_array_append (pickle, (const guint8 *) text, (guint) strlen (text));
}

static void
add_string (GByteArray *pickle, const char *text)
{
  const guint32 length = GUINT32_TO_LE ((guint32) strlen (text));

  add_op (pickle, OP_UNICODE);
  g_byte_array_append (pickle, (const guint8 *) &length, sizeof length);
  g_byte_array_append (pickle, (const guint8 *) text, (guint) strlen (text));
}

static void
add_number (GByteArray *pickle, gint64 value)
{
  const gint64 wide = GINT64_TO_LE (value);
  const gint32 narrow = GINT32_TO_LE ((gint32) value);
  const guint8 n_bytes = sizeof wide;

  if (value >= G_MININT32 && value <= G_MAXINT32)
    {
      add_op (pickle, OP_INT);
      g_byte_array_append (pickle, (const guint8 *) &narrow, sizeof narrow);
      return;
    }
  add_op (pickle, OP_LONG);
  g_byte_array_append (pickle, &n_bytes, 1);
  g_byte_array_append (pickle, (const guint8 *) &wide, sizeof wide);
}

static void
add_numbers (GByteArray *pickle, int n, const gint64 *values)
{
  if (n == 0)
    {
      add_op (pickle, OP_EMPTY_TUPLE);
      return;
    }
  add_op (pickle, OP_MARK);
  for (int i = 0; i < n; i++)
    add_number (pickle, values[i]);
  add_op (pickle, OP_TUPLE);
}

/* OrderedDict () */
static void
add_dictionary (GByteArray *pickle)
{
  add_global (pickle, "collections", "OrderedDict");
  add_op (pickle, OP_EMPTY_TUPLE);
  add_op (pickle, OP_REDUCE);
}

/* "name": _rebuild_tensor_v2 (storage, offset, sizes, strides, requires_grad, hooks), where storage is
 * ("storage", TYPE, file, "cpu", count) by persistent id
 */
static void
add_tensor (GByteArray *pickle, const char *name, const char *type, int file, int n_dims,
            const gint64 *dims)
{
  g_autofree char *key = g_strdup_printf ("%d", file);
  gint64 strides[4], count = 1;

  for (int i = n_dims - 1; i >= 0; i--)
    {
      strides[i] = count;
      count *= dims[i];
    }
  add_string (pickle, name);
  add_global (pickle, "torch._utils", "_rebuild_tensor_v2");
  add_op (pickle, OP_MARK);
  add_op (pickle, OP_MARK);
  add_string (pickle, "storage");
  add_global (pickle, "torch", type);
  add_string (pickle, key);
  add_string (pickle, "cpu");
  add_number (pickle, count);
  add_op (pickle, OP_TUPLE);
  add_op (pickle, OP_PERSISTENT_ID);
  add_number (pickle, 0);
  add_numbers (pickle, n_dims, dims);
  add_numbers (pickle, n_dims, strides);
  add_op (pickle, OP_FALSE);
  add_dictionary (pickle);
  add_op (pickle, OP_TUPLE);
  add_op (pickle, OP_REDUCE);
}

/* The counter that PyTorch keeps beside running statistics; its place is after the variance. */
static gboolean
has_counter (const RnParameter *parameter)
{
  return parameter->kind == RN_PARAMETER_VARIANCE;
}

static GByteArray *
make_pickle (const RnParameters *parameters)
{
  static const char variance[] = "running_var";
  GByteArray *pickle = g_byte_array_new ();
  const guint8 protocol = 2;
  int file = 0;

  add_op (pickle, OP_PROTO);
  g_byte_array_append (pickle, &protocol, 1);
  add_dictionary (pickle);
  add_op (pickle, OP_MARK);
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      const gint64 dims[4] = { parameter->dims[0], parameter->dims[1], parameter->dims[2],
                               parameter->dims[3] };

      add_tensor (pickle, parameter->name, "FloatStorage", file++, parameter->n_dims, dims);
      if (has_counter (parameter))
        {
          g_autofree char *module =
              g_strndup (parameter->name, strlen (parameter->name) - strlen (variance));
          g_autofree char *name = g_strconcat (module, "num_batches_tracked", NULL);

          add_tensor (pickle, name, "LongStorage", file++, 0, NULL);
        }
    }
  add_op (pickle, OP_SET_ITEMS);
  add_op (pickle, OP_STOP);
  return pickle;
}

static void
add_entry (const char *key, const char *value, gpointer data)
{
  GString *json = data;

  g_string_append (json, json->len == 1 ? "\n" : ",\n");
  rn_json_print_string (json, key);
  g_string_append (json, ": ");
  rn_json_print_string (json, value);
}

/* {"residua.spec": "...", ...}: strings, as in the header of a safetensors file */
static char *
make_metadata (const RnModel *model)
{
  GString *json = g_string_new ("{");

  rn_model_metadata_foreach (model, rn_model_get_step (model), add_entry, json);
  g_string_append (json, "\n}\n");
  return g_string_free (json, FALSE);
}

static void
add_text (RnZipWriter *zip, const char *name, const char *text)
{
  rn_zip_writer_add (zip, name, text, strlen (text));
}

static void
add_data (RnZipWriter *zip, int file, const void *bytes, gsize length)
{
  g_autofree char *name = g_strdup_printf (FOLDER "data/%d", file);

  rn_zip_writer_add (zip, name, bytes, length);
}

static void
to_little_endian (float *values, gsize count)
{
  for (gsize i = 0; G_BYTE_ORDER != G_LITTLE_ENDIAN && i < count; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      memcpy (&values[i], &bits, sizeof bits);
    }
}

/* @scratch: room for the largest entry */
static gboolean
add_numbers_of (RnExport *export, RnZipWriter *zip, float *scratch, GError **error)
{
  const RnParameters *parameters = rn_model_get_parameters (export->model);
  const float *arena = rn_model_get_arena (export->model);
  const gint64 counter = GINT64_TO_LE (MAX (rn_model_get_step (export->model), 0));
  int file = 0;

  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];

      if (!rn_export_go_on (export, error))
        return FALSE;
      rn_parameter_to_file_order (parameter, scratch, arena + parameter->offset);
      to_little_endian (scratch, parameter->count);
      add_data (zip, file++, scratch, parameter->count * sizeof *scratch);
      if (has_counter (parameter))
        add_data (zip, file++, &counter, sizeof counter);
    }
  return TRUE;
}

gboolean
rn_torch_state_write (RnExport *export, GError **error)
{
  const RnParameters *parameters = rn_model_get_parameters (export->model);
  g_autoptr (GByteArray) pickle = make_pickle (parameters);
  g_autofree char *metadata = make_metadata (export->model);
  g_autoptr (RnZipWriter) zip = rn_zip_writer_new (export->writer);
  gsize largest = 1;
  float *scratch;
  gboolean complete;

  export->size = pickle->len + parameters->n_floats * sizeof (float);
  for (int i = 0; i < parameters->n; i++)
    largest = MAX (largest, parameters->items[i].count);
  scratch = rn_floats_new (largest);
  if (scratch == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                           _ ("There is no memory to write this network"));
      return FALSE;
    }
  rn_zip_writer_add (zip, FOLDER "data.pkl", pickle->data, pickle->len);
  add_text (zip, FOLDER "byteorder", "little");
  complete = add_numbers_of (export, zip, scratch, error);
  rn_floats_free (scratch);
  if (!complete)
    return FALSE;
  add_text (zip, FOLDER "version", "3\n");
  add_text (zip, FOLDER "extra/residua.json", metadata);
  if (rn_zip_writer_finish (zip))
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("This network does not fit into PyTorch's form as it is written here: it "
                          "has over 4 GB or 65,000 tensors; safetensors can hold it"));
  return FALSE;
}
