#include "formats/onnx-shapes.h"

#include <string.h>

/* Of a map */
#define MAP_RANK 4

static RnOnnxWholes *
wholes_new (int rank, guint rows, guint columns)
{
  RnOnnxWholes *wholes =
      g_malloc0 (sizeof *wholes + sizeof *wholes->numbers * MAX (rows * columns, 1));

  wholes->rank = rank;
  wholes->rows = rows;
  wholes->columns = columns;
  return wholes;
}

static RnOnnxWholes *
vector_new (guint n)
{
  return wholes_new (1, n, 1);
}

static guint
count (const RnOnnxWholes *wholes)
{
  return wholes->rows * wholes->columns;
}

/* Returns: (nullable): of a shape that is known here, to be filled */
static RnOnnxWholes *
wholes_of_shape (int n_dims, const gint64 *dims)
{
  gint64 rows = n_dims > 0 ? dims[0] : 1, columns = n_dims > 1 ? dims[1] : 1;

  if (n_dims > 2 || rows < 0 || rows > RN_ONNX_MAX_WHOLES || columns < 0 ||
      columns > RN_ONNX_MAX_WHOLES || rows * columns > RN_ONNX_MAX_WHOLES)
    return NULL;
  return wholes_new (n_dims, (guint) rows, (guint) columns);
}

void
rn_onnx_keep_wholes (RnOnnx *onnx, const char *name, int n_dims, const gint64 *dims,
                     const GArray *numbers)
{
  RnOnnxWholes *wholes = wholes_of_shape (n_dims, dims);

  if (wholes == NULL || numbers->len != count (wholes))
    {
      g_free (wholes);
      return;
    }
  if (numbers->len > 0)
    memcpy (wholes->numbers, numbers->data, numbers->len * sizeof *wholes->numbers);
  g_hash_table_insert (onnx->wholes, g_strdup (name), wholes);
}

/* Constants whose bytes lie in the file are read when they are asked for. */
static RnOnnxWholes *
read_wholes (const RnOnnx *onnx, const RnStoredTensor *tensor)
{
  RnOnnxWholes *wholes = NULL;

  if (tensor->dtype != RN_DTYPE_I64 && tensor->dtype != RN_DTYPE_I32)
    return NULL;
  wholes = wholes_of_shape (tensor->n_dims, tensor->dims);
  if (wholes == NULL || !rn_tensor_file_read_raw (onnx->file, tensor, wholes->numbers, NULL))
    {
      g_free (wholes);
      return NULL;
    }
  /* from the last one down, as the narrow ones lie in the room of the wide ones */
  if (tensor->dtype == RN_DTYPE_I32)
    for (guint i = count (wholes); i-- > 0;)
      {
        gint32 narrow;

        memcpy (&narrow, (const guint8 *) wholes->numbers + i * sizeof narrow, sizeof narrow);
        wholes->numbers[i] = narrow;
      }
  return wholes;
}

const RnOnnxWholes *
rn_onnx_get_wholes (const RnOnnx *onnx, const RnOnnxNode *node, guint at)
{
  const char *name = at < node->inputs->len ? node->inputs->pdata[at] : "";
  const RnStoredTensor *tensor;
  RnOnnxWholes *wholes = g_hash_table_lookup (onnx->wholes, name);

  if (wholes != NULL)
    return wholes;
  tensor = rn_tensor_file_find (onnx->file, name);
  wholes = tensor == NULL ? NULL : read_wholes (onnx, tensor);
  if (wholes != NULL)
    g_hash_table_insert (onnx->wholes, g_strdup (name), wholes);
  return wholes;
}

GArray *
rn_onnx_get_argument (const RnOnnx *onnx, const RnOnnxNode *node, const char *name, guint at)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, name);
  const RnOnnxWholes *wholes;
  GArray *numbers;

  if (attribute != NULL)
    return g_array_ref (attribute->numbers);
  wholes = rn_onnx_get_wholes (onnx, node, at);
  if (wholes == NULL)
    return NULL;
  numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_vals (numbers, wholes->numbers, count (wholes));
  return numbers;
}

/* The single operations. Each returns NULL where it is not what exporters write. */

/* The first number of input @at; RN_ONNX_UNKNOWN where it is none */
static gint64
get_one (const RnOnnx *onnx, const RnOnnxNode *node, guint at)
{
  const RnOnnxWholes *wholes = rn_onnx_get_wholes (onnx, node, at);

  return wholes == NULL || count (wholes) != 1 ? RN_ONNX_UNKNOWN : wholes->numbers[0];
}

static RnOnnxWholes *
constant (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxAttribute *one = rn_onnx_node_get (node, "value_int"),
                        *several = rn_onnx_node_get (node, "value_ints");
  RnOnnxWholes *made;

  if (one == NULL && several == NULL)
    return NULL;
  made = one != NULL ? wholes_new (0, 1, 1) : vector_new (several->numbers->len);
  if (one != NULL)
    made->numbers[0] = one->whole;
  else if (several->numbers->len > 0)
    memcpy (made->numbers, several->numbers->data, several->numbers->len * sizeof (gint64));
  return made;
}

/* How large a map is nobody knows yet. */
static RnOnnxWholes *
shape (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *of = rn_onnx_get_wholes (onnx, node, 0);
  RnOnnxWholes *made;

  if (node->attributes->len > 0)
    return NULL;
  made = vector_new (of != NULL ? (guint) of->rank : MAP_RANK);
  for (guint i = 0; i < made->rows; i++)
    made->numbers[i] = of == NULL ? RN_ONNX_UNKNOWN : i == 0 ? of->rows : of->columns;
  return made;
}

static gint64
combine (char sign, gint64 a, gint64 b)
{
  gint64 result = RN_ONNX_UNKNOWN;
  gboolean is_over;

  if (a == RN_ONNX_UNKNOWN || b == RN_ONNX_UNKNOWN)
    return RN_ONNX_UNKNOWN;
  is_over = sign == '+'   ? __builtin_add_overflow (a, b, &result)
            : sign == '-' ? __builtin_sub_overflow (a, b, &result)
                          : __builtin_mul_overflow (a, b, &result);
  return is_over ? RN_ONNX_UNKNOWN : result;
}

/* Number by number; a single one goes with all of the other list */
static RnOnnxWholes *
calculate (const RnOnnx *onnx, const RnOnnxNode *node, char sign)
{
  const RnOnnxWholes *a = rn_onnx_get_wholes (onnx, node, 0),
                     *b = rn_onnx_get_wholes (onnx, node, 1);
  RnOnnxWholes *made;

  if (a == NULL || b == NULL || a->rank > 1 || b->rank > 1 ||
      (a->rows != b->rows && a->rows != 1 && b->rows != 1))
    return NULL;
  /* one that has no number makes none */
  made = wholes_new (MAX (a->rank, b->rank), a->rows == 1 ? b->rows : a->rows, 1);
  for (guint i = 0; i < made->rows; i++)
    made->numbers[i] =
        combine (sign, a->numbers[a->rows == 1 ? 0 : i], b->numbers[b->rows == 1 ? 0 : i]);
  return made;
}

static RnOnnxWholes *
add (const RnOnnx *onnx, const RnOnnxNode *node)
{
  return calculate (onnx, node, '+');
}

static RnOnnxWholes *
subtract (const RnOnnx *onnx, const RnOnnxNode *node)
{
  return calculate (onnx, node, '-');
}

static RnOnnxWholes *
multiply (const RnOnnx *onnx, const RnOnnxNode *node)
{
  return calculate (onnx, node, '*');
}

static RnOnnxWholes *
gather (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0),
                     *which = rn_onnx_get_wholes (onnx, node, 1);
  RnOnnxWholes *made;

  if (from == NULL || which == NULL || from->rank != 1 || which->rank > 1)
    return NULL;
  made = wholes_new (which->rank, which->rows, 1);
  for (guint i = 0; i < count (which); i++)
    {
      const gint64 at = which->numbers[i] < 0 ? which->numbers[i] + from->rows : which->numbers[i];

      if (at < 0 || at >= from->rows)
        {
          g_free (made);
          return NULL;
        }
      made->numbers[i] = from->numbers[at];
    }
  return made;
}

static RnOnnxWholes *
concat (const RnOnnx *onnx, const RnOnnxNode *node)
{
  RnOnnxWholes *made;
  guint n = 0;

  for (guint i = 0; i < node->inputs->len; i++)
    {
      const RnOnnxWholes *part = rn_onnx_get_wholes (onnx, node, i);

      if (part == NULL || part->rank != 1 || n + part->rows > RN_ONNX_MAX_WHOLES)
        return NULL;
      n += part->rows;
    }
  made = vector_new (n);
  n = 0;
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const RnOnnxWholes *part = rn_onnx_get_wholes (onnx, node, i);

      memcpy (made->numbers + n, part->numbers, part->rows * sizeof *part->numbers);
      n += part->rows;
    }
  return made;
}

static RnOnnxWholes *
constant_of_shape (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *sides = rn_onnx_get_wholes (onnx, node, 0);
  /* of a type that is not whole, it is no shape; zero where nothing is said would be a float */
  const gint64 fill = get_one (onnx, node, 1);
  RnOnnxWholes *made = sides == NULL || sides->rank != 1 || fill == RN_ONNX_UNKNOWN
                           ? NULL
                           : wholes_of_shape ((int) sides->rows, sides->numbers);

  for (guint i = 0; made != NULL && i < count (made); i++)
    made->numbers[i] = fill;
  return made;
}

static RnOnnxWholes *
copy (const RnOnnxWholes *from, int rank, guint rows, guint columns)
{
  RnOnnxWholes *made = wholes_new (rank, rows, columns);

  memcpy (made->numbers, from->numbers, count (from) * sizeof *made->numbers);
  return made;
}

static RnOnnxWholes *
cast (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0);

  return from == NULL ? NULL : copy (from, from->rank, from->rows, from->columns);
}

/* A number becomes a list of one */
static RnOnnxWholes *
unsqueeze (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0);

  return from == NULL || from->rank != 0 ? NULL : copy (from, 1, 1, 1);
}

/* A list of one becomes a number */
static RnOnnxWholes *
squeeze (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0);

  return from == NULL || from->rank != 1 || from->rows != 1 ? NULL : copy (from, 0, 1, 1);
}

/* To a list, or to rows and columns; one side may be -1, what is left */
static RnOnnxWholes *
reshape (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0),
                     *sides = rn_onnx_get_wholes (onnx, node, 1);
  gint64 to[2] = { 1, 1 }, known = 1;

  if (from == NULL || sides == NULL || sides->rank != 1 || sides->rows < 1 || sides->rows > 2)
    return NULL;
  for (guint i = 0; i < sides->rows; i++)
    {
      to[i] = sides->numbers[i];
      if (to[i] < -1 || to[i] == 0 || to[i] > RN_ONNX_MAX_WHOLES)
        return NULL;
      known *= to[i] > 0 ? to[i] : 1;
    }
  for (guint i = 0; i < sides->rows; i++)
    if (to[i] == -1)
      {
        to[i] = (gint64) count (from) / known;
        known *= MAX (to[i], 1);
      }
  if (to[0] * to[1] != (gint64) count (from))
    return NULL;
  return copy (from, (int) sides->rows, (guint) to[0], (guint) to[1]);
}

/* Of rows: from start to end, in steps that may go down */
static RnOnnxWholes *
slice (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0);
  gint64 start = get_one (onnx, node, 1), end = get_one (onnx, node, 2);
  const gint64 step = node->inputs->len > 4 ? get_one (onnx, node, 4) : 1;
  const gint64 n = from == NULL ? 0 : from->rows;
  RnOnnxWholes *made;

  if (from == NULL || from->rank == 0 || start == RN_ONNX_UNKNOWN || (step != 1 && step != -1) ||
      (node->inputs->len > 3 && get_one (onnx, node, 3) != 0))
    return NULL;
  /* An end of G_MININT64 is an unknown one here; so far down none is meant but “all”. */
  start = CLAMP (start < 0 ? start + n : start, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  end = end < 0 ? (end < -n ? -1 : end + n) : MIN (end, n);
  if (step > 0)
    end = MAX (end, start);
  else
    end = MIN (end, start);
  made = wholes_new (from->rank, (guint) ((end - start) * step), from->columns);
  for (guint i = 0; i < made->rows; i++)
    memcpy (made->numbers + i * from->columns,
            from->numbers + (guint) (start + i * step) * from->columns,
            from->columns * sizeof *made->numbers);
  return made;
}

static RnOnnxWholes *
transpose (const RnOnnx *onnx, const RnOnnxNode *node)
{
  const RnOnnxWholes *from = rn_onnx_get_wholes (onnx, node, 0);
  const RnOnnxAttribute *order = rn_onnx_node_get (node, "perm");
  RnOnnxWholes *made;

  if (from == NULL || from->rank != 2 ||
      (order != NULL &&
       (order->numbers->len != 2 || g_array_index (order->numbers, gint64, 0) != 1)))
    return NULL;
  made = wholes_new (2, from->columns, from->rows);
  for (guint i = 0; i < from->rows; i++)
    for (guint j = 0; j < from->columns; j++)
      made->numbers[j * from->rows + i] = from->numbers[i * from->columns + j];
  return made;
}

static RnOnnxWholes *
compute (const RnOnnx *onnx, const RnOnnxNode *node)
{
  static const struct
  {
    const char *op;
    RnOnnxWholes *(*func) (const RnOnnx *onnx, const RnOnnxNode *node);
  } operations[] = {
    { "Cast", cast },       { "Concat", concat },       { "Constant", constant },
    { "Gather", gather },   { "Identity", cast },       { "ConstantOfShape", constant_of_shape },
    { "Reshape", reshape }, { "Shape", shape },         { "Slice", slice },
    { "Add", add },         { "Sub", subtract },        { "Mul", multiply },
    { "Squeeze", squeeze }, { "Transpose", transpose }, { "Unsqueeze", unsqueeze },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    if (strcmp (node->op, operations[i].op) == 0)
      return operations[i].func (onnx, node);
  return NULL;
}

void
rn_onnx_compute_shapes (RnOnnx *onnx)
{
  guint kept = 0;

  /* nodes are in the order of their execution, so one pass will do */
  for (guint i = 0; i < onnx->nodes->len; i++)
    {
      RnOnnxNode *node = onnx->nodes->pdata[i];
      RnOnnxWholes *made = compute (onnx, node);

      if (made != NULL)
        {
          g_hash_table_insert (onnx->wholes, g_strdup (node->outputs->pdata[0]), made);
          rn_onnx_node_free (node);
        }
      else
        onnx->nodes->pdata[kept++] = node;
    }
  /* what lies behind has moved to the front or is gone */
  for (guint i = kept; i < onnx->nodes->len; i++)
    onnx->nodes->pdata[i] = NULL;
  g_ptr_array_set_size (onnx->nodes, (int) kept);
}
