#include "formats/pickle.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "formats/pickle-names.h"
#include "residua/error.h"

/* A checkpoint of a ResNet-152 with its optimizer makes some ten thousand values. */
#define MAX_VALUES (1 << 21)
#define MAX_ITEMS (1 << 22)
#define MAX_TEXT ((guint64) 1 << 20)
#define MAX_TEXTS ((guint64) 64 << 20)
#define MAX_PYTHON_NAME 256

struct _RnPickle
{
  const char *path;
  RnByteReader *reader;
  GPtrArray *values; /* (element-type RnPickleValue): all of them, owned */
  GPtrArray *stack;  /* (element-type RnPickleValue): NULL is a mark */
  GHashTable *memo;  /* number -> RnPickleValue */
  guint n_items;     /* in lists, tuples and dictionaries */
  guint64 text_size;
  gboolean has_stopped;
};

static void
value_free (gpointer data)
{
  RnPickleValue *value = data;

  switch (value->kind)
    {
    case RN_PICKLE_TEXT:
      g_free (value->text);
      break;
    case RN_PICKLE_LIST:
    case RN_PICKLE_TUPLE:
    case RN_PICKLE_DICT:
      g_ptr_array_unref (value->items);
      break;
    case RN_PICKLE_STORAGE:
      g_free (value->storage->key);
      g_free (value->storage);
      break;
    case RN_PICKLE_TENSOR:
      g_free (value->tensor);
      break;
    case RN_PICKLE_NONE:
    case RN_PICKLE_WHOLE:
    case RN_PICKLE_REAL:
    case RN_PICKLE_GLOBAL:
    case RN_PICKLE_INERT:
    default:
      break;
    }
  g_free (value);
}

RnPickle *
rn_pickle_new (const char *path)
{
  RnPickle *pickle = g_new0 (RnPickle, 1);

  pickle->path = path;
  pickle->values = g_ptr_array_new_with_free_func (value_free);
  pickle->stack = g_ptr_array_new ();
  pickle->memo = g_hash_table_new (NULL, NULL);
  return pickle;
}

void
rn_pickle_free (RnPickle *pickle)
{
  if (pickle == NULL)
    return;
  g_hash_table_unref (pickle->memo);
  g_ptr_array_unref (pickle->stack);
  g_ptr_array_unref (pickle->values);
  g_free (pickle);
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail (const RnPickle *pickle, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s”, pickle at byte %llu: %s"), pickle->path,
               (unsigned long long) pickle->reader->at, message);
  return FALSE;
}

static gboolean
fail_kind (const RnPickle *pickle, const char *what, GError **error)
{
  return fail (pickle, error, _ ("%s has arguments that do not fit"), what);
}

/* The stack */

/* Returns: (nullable): the value that is now on top, NULL with @error where there are too many */
static RnPickleValue *
push_new (RnPickle *pickle, RnPickleKind kind, GError **error)
{
  RnPickleValue *value;

  if (pickle->values->len >= MAX_VALUES || pickle->stack->len >= MAX_ITEMS)
    {
      fail (pickle, error, _ ("there are more values than are read"));
      return NULL;
    }
  value = g_new0 (RnPickleValue, 1);
  value->kind = kind;
  if (kind == RN_PICKLE_LIST || kind == RN_PICKLE_TUPLE || kind == RN_PICKLE_DICT)
    value->items = g_ptr_array_new ();
  else if (kind == RN_PICKLE_TENSOR)
    value->tensor = g_new0 (RnPickleTensor, 1);
  else if (kind == RN_PICKLE_STORAGE)
    value->storage = g_new0 (RnPickleStorage, 1);
  g_ptr_array_add (pickle->values, value);
  g_ptr_array_add (pickle->stack, value);
  return value;
}

static gboolean
push (RnPickle *pickle, RnPickleValue *value, GError **error)
{
  if (pickle->stack->len >= MAX_ITEMS)
    return fail (pickle, error, _ ("there are more values than are read"));
  g_ptr_array_add (pickle->stack, value);
  return TRUE;
}

/* Returns: (nullable): the value that was on top; NULL with @error where there is none */
static RnPickleValue *
pop (RnPickle *pickle, GError **error)
{
  GPtrArray *stack = pickle->stack;

  if (stack->len == 0 || stack->pdata[stack->len - 1] == NULL)
    {
      fail (pickle, error, _ ("its stack is empty"));
      return NULL;
    }
  return g_ptr_array_steal_index (stack, stack->len - 1);
}

/* The value on top, which stays */
static RnPickleValue *
peek (RnPickle *pickle, GError **error)
{
  RnPickleValue *value = pop (pickle, error);

  if (value != NULL)
    g_ptr_array_add (pickle->stack, value);
  return value;
}

/* Where the topmost mark stands; FALSE with @error where there is none */
static gboolean
find_mark (RnPickle *pickle, guint *at, GError **error)
{
  for (*at = pickle->stack->len; *at > 0; (*at)--)
    if (pickle->stack->pdata[*at - 1] == NULL)
      {
        (*at)--;
        return TRUE;
      }
  return fail (pickle, error, _ ("a mark is missing on its stack"));
}

/* Moves what lies above place @from of the stack behind the items of @to. */
static gboolean
move_items (RnPickle *pickle, RnPickleValue *to, guint from, GError **error)
{
  const guint n = pickle->stack->len - from;

  if (pickle->n_items + n > MAX_ITEMS)
    return fail (pickle, error, _ ("there are more values than are read"));
  pickle->n_items += n;
  for (guint i = from; i < pickle->stack->len; i++)
    g_ptr_array_add (to->items, pickle->stack->pdata[i]);
  g_ptr_array_set_size (pickle->stack, (int) from);
  return TRUE;
}

/* Everything down to the mark becomes a new value. */
static gboolean
collect (RnPickle *pickle, RnPickleKind kind, GError **error)
{
  RnPickleValue *value;
  guint mark;

  if (!find_mark (pickle, &mark, error) || (value = push_new (pickle, kind, error)) == NULL)
    return FALSE;
  g_ptr_array_set_size (pickle->stack, (int) pickle->stack->len - 1);
  if (kind == RN_PICKLE_DICT && (pickle->stack->len - mark - 1) % 2 != 0)
    return fail (pickle, error, _ ("a dictionary has a key without a value"));
  if (!move_items (pickle, value, mark + 1, error))
    return FALSE;
  pickle->stack->pdata[mark] = value;
  return TRUE;
}

static gboolean
make_tuple (RnPickle *pickle, guint n, GError **error)
{
  RnPickleValue *value;

  for (guint i = 0; i < n; i++)
    if (pickle->stack->len <= i || pickle->stack->pdata[pickle->stack->len - 1 - i] == NULL)
      return fail (pickle, error, _ ("its stack is empty"));
  value = push_new (pickle, RN_PICKLE_TUPLE, error);
  if (value == NULL)
    return FALSE;
  g_ptr_array_set_size (pickle->stack, (int) pickle->stack->len - 1);
  return move_items (pickle, value, pickle->stack->len - n, error) && push (pickle, value, error);
}

/* Appends what lies above place @from to the list or dictionary below it; @skip: a mark stands between. What is known
 * to be inert swallows anything.
 */
static gboolean
extend (RnPickle *pickle, guint from, guint skip, RnPickleKind kind, GError **error)
{
  RnPickleValue *to = from > skip ? pickle->stack->pdata[from - 1 - skip] : NULL;
  const gboolean is_inert = to != NULL && to->kind == RN_PICKLE_INERT;

  if (to == NULL || (to->kind != kind && !is_inert))
    return fail (pickle, error, _ ("something is added to what is no list or dictionary"));
  for (guint i = from; i < pickle->stack->len; i++)
    if (pickle->stack->pdata[i] == NULL)
      return fail (pickle, error, _ ("a mark stands in the midst of its values"));
  if (kind == RN_PICKLE_DICT && (pickle->stack->len - from) % 2 != 0)
    return fail (pickle, error, _ ("a dictionary has a key without a value"));
  if (is_inert)
    g_ptr_array_set_size (pickle->stack, (int) from);
  else if (!move_items (pickle, to, from, error))
    return FALSE;
  g_ptr_array_set_size (pickle->stack, (int) (from - skip));
  return TRUE;
}

static gboolean
extend_marked (RnPickle *pickle, RnPickleKind kind, GError **error)
{
  guint mark;

  return find_mark (pickle, &mark, error) && extend (pickle, mark + 1, 1, kind, error);
}

static gboolean
extend_by (RnPickle *pickle, guint n, RnPickleKind kind, GError **error)
{
  if (pickle->stack->len < n + 1)
    return fail (pickle, error, _ ("its stack is empty"));
  return extend (pickle, pickle->stack->len - n, 0, kind, error);
}

/* Bytes of the program */

/* @size: of a little-endian number, 1 to 8 */
static gboolean
read_whole (RnPickle *pickle, gsize size, guint64 *number, GError **error)
{
  guint64 bytes = 0;

  if (!rn_byte_reader_read (pickle->reader, &bytes, size, error))
    return FALSE;
  *number = GUINT64_FROM_LE (bytes);
  return TRUE;
}

/* A text whose length stands before it in @size bytes */
static gboolean
push_text (RnPickle *pickle, gsize size, GError **error)
{
  RnPickleValue *value;
  guint64 length;

  if (!read_whole (pickle, size, &length, error))
    return FALSE;
  if (length > MAX_TEXT || pickle->text_size + length > MAX_TEXTS ||
      length > pickle->reader->end - pickle->reader->at)
    return fail (pickle, error, _ ("a text claims %llu bytes"), (unsigned long long) length);
  pickle->text_size += length;
  value = push_new (pickle, RN_PICKLE_TEXT, error);
  if (value == NULL)
    return FALSE;
  value->text = g_malloc0 (length + 1);
  return rn_byte_reader_read (pickle->reader, value->text, length, error);
}

static gboolean
push_whole (RnPickle *pickle, gint64 number, GError **error)
{
  RnPickleValue *value = push_new (pickle, RN_PICKLE_WHOLE, error);

  if (value != NULL)
    value->whole = number;
  return value != NULL;
}

/* A number of @size bytes; @is_signed: the highest bit is the sign */
static gboolean
push_int (RnPickle *pickle, gsize size, gboolean is_signed, GError **error)
{
  guint64 number;

  if (!read_whole (pickle, size, &number, error))
    return FALSE;
  return push_whole (pickle, is_signed ? (gint64) (gint32) (guint32) number : (gint64) number,
                     error);
}

/* A number of as many bytes as stand before it. Those over 64 bits, such as PyTorch's mark of a file, are kept as text. */
static gboolean
push_long (RnPickle *pickle, GError **error)
{
  guint64 length, bytes = 0;

  if (!read_whole (pickle, 1, &length, error))
    return FALSE;
  if (length > 8)
    {
      pickle->reader->at--;
      return push_text (pickle, 1, error);
    }
  if (!rn_byte_reader_read (pickle->reader, &bytes, length, error))
    return FALSE;
  bytes = GUINT64_FROM_LE (bytes);
  if (length > 0 && length < 8 && (bytes >> (8 * length - 1)) & 1)
    bytes |= ~(guint64) 0 << (8 * length);
  return push_whole (pickle, (gint64) bytes, error);
}

static gboolean
push_real (RnPickle *pickle, GError **error)
{
  RnPickleValue *value = push_new (pickle, RN_PICKLE_REAL, error);
  guint64 bytes;

  if (value == NULL || !rn_byte_reader_read (pickle->reader, &bytes, sizeof bytes, error))
    return FALSE;
  bytes = GUINT64_FROM_BE (bytes);
  memcpy (&value->real, &bytes, sizeof value->real);
  return TRUE;
}

/* Up to a line feed */
static gboolean
read_line (RnPickle *pickle, char line[MAX_PYTHON_NAME], GError **error)
{
  for (gsize i = 0; i < MAX_PYTHON_NAME; i++)
    {
      if (!rn_byte_reader_read (pickle->reader, &line[i], 1, error))
        return FALSE;
      if (line[i] == '\n')
        {
          line[i] = '\0';
          return TRUE;
        }
    }
  return fail (pickle, error, _ ("the name of something in Python is too long"));
}

/* Python names */

static gboolean
refuse_name (const RnPickle *pickle, const char *module, const char *name, GError **error)
{
  g_autofree char *whole = g_strconcat (module, ".", name, NULL);
  g_autofree char *shown =
      rn_tensor_name_is_shown (whole) ? g_strdup (whole) : g_strescape (whole, NULL);

  g_set_error (
      error, RN_ERROR, RN_ERROR_FORMAT,
      _ ("“%s” needs Python’s “%s”, and nothing in a file is executed here. A state "
         "dictionary alone, as torch.save (model.state_dict (), …) writes it, can be read"),
      pickle->path, shown);
  return FALSE;
}

static gboolean
push_name (RnPickle *pickle, const char *module, const char *name, GError **error)
{
  const int meaning = rn_python_name_find (module, name);
  RnPickleValue *value;

  if (meaning == RN_PYTHON_UNKNOWN)
    return refuse_name (pickle, module, name, error);
  value = push_new (pickle, RN_PICKLE_GLOBAL, error);
  if (value != NULL)
    value->global = meaning;
  return value != NULL;
}

static gboolean
push_name_lines (RnPickle *pickle, GError **error)
{
  char module[MAX_PYTHON_NAME], name[MAX_PYTHON_NAME];

  return read_line (pickle, module, error) && read_line (pickle, name, error) &&
         push_name (pickle, module, name, error);
}

static gboolean
push_name_of_stack (RnPickle *pickle, GError **error)
{
  RnPickleValue *name = pop (pickle, error);
  RnPickleValue *module = name == NULL ? NULL : pop (pickle, error);

  if (module == NULL)
    return FALSE;
  if (name->kind != RN_PICKLE_TEXT || module->kind != RN_PICKLE_TEXT ||
      strlen (name->text) >= MAX_PYTHON_NAME || strlen (module->text) >= MAX_PYTHON_NAME)
    return fail_kind (pickle, "STACK_GLOBAL", error);
  return push_name (pickle, module->text, name->text, error);
}

/* Returns: (nullable): argument @at, where it is there and of @kind */
static RnPickleValue *
argument (const RnPickleValue *tuple, guint at, RnPickleKind kind)
{
  RnPickleValue *value = at < tuple->items->len ? tuple->items->pdata[at] : NULL;

  return value != NULL && value->kind == kind ? value : NULL;
}

static gboolean
read_sides (const RnPickleValue *tuple, gint64 sides[RN_STORED_MAX_DIMS])
{
  if (tuple == NULL || tuple->items->len > RN_STORED_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < tuple->items->len; i++)
    {
      const RnPickleValue *side = argument (tuple, i, RN_PICKLE_WHOLE);

      if (side == NULL || side->whole < 0)
        return FALSE;
      sides[i] = side->whole;
    }
  return TRUE;
}

/* (storage, first, dims, strides, …) */
static gboolean
push_tensor (RnPickle *pickle, const RnPickleValue *arguments, GError **error)
{
  const RnPickleValue *storage = argument (arguments, 0, RN_PICKLE_STORAGE),
                      *first = argument (arguments, 1, RN_PICKLE_WHOLE),
                      *dims = argument (arguments, 2, RN_PICKLE_TUPLE),
                      *strides = argument (arguments, 3, RN_PICKLE_TUPLE);
  RnPickleValue *value;

  if (storage == NULL || first == NULL || first->whole < 0 || dims == NULL || strides == NULL ||
      dims->items->len != strides->items->len)
    return fail_kind (pickle, "_rebuild_tensor", error);
  value = push_new (pickle, RN_PICKLE_TENSOR, error);
  if (value == NULL)
    return FALSE;
  value->tensor->storage = storage->storage;
  value->tensor->first = (guint64) first->whole;
  value->tensor->n_dims = (int) dims->items->len;
  if (!read_sides (dims, value->tensor->dims) || !read_sides (strides, value->tensor->strides))
    return fail (pickle, error,
                 _ ("a tensor has sides or strides that are negative, or more than %d of them"),
                 RN_STORED_MAX_DIMS);
  return TRUE;
}

/* OrderedDict (), or OrderedDict ([(key, value), …]) */
static gboolean
push_dict (RnPickle *pickle, const RnPickleValue *arguments, GError **error)
{
  const RnPickleValue *pairs = argument (arguments, 0, RN_PICKLE_LIST);
  RnPickleValue *dict = push_new (pickle, RN_PICKLE_DICT, error);

  if (dict == NULL)
    return FALSE;
  if (arguments->items->len > 0 && pairs == NULL)
    return fail_kind (pickle, "OrderedDict", error);
  for (guint i = 0; pairs != NULL && i < pairs->items->len; i++)
    {
      const RnPickleValue *pair = pairs->items->pdata[i];

      if ((pair->kind != RN_PICKLE_TUPLE && pair->kind != RN_PICKLE_LIST) || pair->items->len != 2)
        return fail_kind (pickle, "OrderedDict", error);
      pickle->n_items += 2;
      if (pickle->n_items > MAX_ITEMS)
        return fail (pickle, error, _ ("there are more values than are read"));
      g_ptr_array_add (dict->items, pair->items->pdata[0]);
      g_ptr_array_add (dict->items, pair->items->pdata[1]);
    }
  return TRUE;
}

/* REDUCE: callable (arguments) */
static gboolean
call (RnPickle *pickle, GError **error)
{
  RnPickleValue *arguments = pop (pickle, error), *value;
  RnPickleValue *callable = arguments == NULL ? NULL : pop (pickle, error);

  if (callable == NULL)
    return FALSE;
  if (callable->kind != RN_PICKLE_GLOBAL || arguments->kind != RN_PICKLE_TUPLE)
    return fail (pickle, error, _ ("something is called that is no function"));
  switch (callable->global)
    {
    case RN_PYTHON_DICT:
      return push_dict (pickle, arguments, error);
    case RN_PYTHON_TENSOR:
      return push_tensor (pickle, arguments, error);
    case RN_PYTHON_PARAMETER:
      value = argument (arguments, 0, RN_PICKLE_TENSOR);
      return value != NULL ? push (pickle, value, error)
                           : fail_kind (pickle, "_rebuild_parameter", error);
    case RN_PYTHON_SIZE:
      value = argument (arguments, 0, RN_PICKLE_TUPLE);
      return value != NULL ? push (pickle, value, error) : fail_kind (pickle, "Size", error);
    case RN_PYTHON_INERT:
      return push_new (pickle, RN_PICKLE_INERT, error) != NULL;
    default:
      return fail (pickle, error, _ ("something is called that is no function"));
    }
}

/* BUILD: the attributes of a value that exists. Those of dictionaries and tensors are of no use here. */
static gboolean
build (RnPickle *pickle, GError **error)
{
  RnPickleValue *state = pop (pickle, error);
  RnPickleValue *value = state == NULL ? NULL : peek (pickle, error);

  if (value == NULL)
    return FALSE;
  if (value->kind == RN_PICKLE_DICT || value->kind == RN_PICKLE_TENSOR ||
      value->kind == RN_PICKLE_INERT)
    return TRUE;
  return fail (pickle, error, _ ("attributes are set on what has none"));
}

/* ("storage", type, key, device, count), in legacy files with (key, first, count) of a view behind */
static gboolean
load_persistent (RnPickle *pickle, GError **error)
{
  const RnPickleValue *id = pop (pickle, error);
  const RnPickleValue *kind, *type, *key, *count, *view;
  RnPickleValue *value;

  if (id == NULL)
    return FALSE;
  if (id->kind != RN_PICKLE_TUPLE)
    return fail_kind (pickle, "BINPERSID", error);
  kind = argument (id, 0, RN_PICKLE_TEXT);
  type = argument (id, 1, RN_PICKLE_GLOBAL);
  key = argument (id, 2, RN_PICKLE_TEXT);
  count = argument (id, 4, RN_PICKLE_WHOLE);
  view = argument (id, 5, RN_PICKLE_TUPLE);
  if (kind == NULL || strcmp (kind->text, "storage") != 0 || type == NULL ||
      type->global < RN_PYTHON_STORAGE || key == NULL || count == NULL || count->whole < 0)
    return fail_kind (pickle, "BINPERSID", error);
  value = push_new (pickle, RN_PICKLE_STORAGE, error);
  if (value == NULL)
    return FALSE;
  value->storage->dtype = (RnDtype) (type->global - RN_PYTHON_STORAGE);
  value->storage->key = g_strdup (key->text);
  value->storage->count = (guint64) count->whole;
  if (view != NULL)
    {
      const RnPickleValue *first = argument (view, 1, RN_PICKLE_WHOLE),
                          *size = argument (view, 2, RN_PICKLE_WHOLE);

      if (first == NULL || size == NULL || first->whole < 0 || size->whole < 0)
        return fail_kind (pickle, "BINPERSID", error);
      value->storage->first = first->whole;
      value->storage->count = (guint64) size->whole;
    }
  return TRUE;
}

/* The memo */

static gboolean
remember (RnPickle *pickle, guint64 number, GError **error)
{
  RnPickleValue *value = peek (pickle, error);

  if (value == NULL)
    return FALSE;
  if (number >= MAX_VALUES || g_hash_table_size (pickle->memo) >= MAX_VALUES)
    return fail (pickle, error, _ ("its memo has more entries than are read"));
  g_hash_table_insert (pickle->memo, GUINT_TO_POINTER ((guint) number), value);
  return TRUE;
}

static gboolean
remember_read (RnPickle *pickle, gsize size, GError **error)
{
  guint64 number;

  return read_whole (pickle, size, &number, error) && remember (pickle, number, error);
}

static gboolean
recall (RnPickle *pickle, gsize size, GError **error)
{
  RnPickleValue *value;
  guint64 number;

  if (!read_whole (pickle, size, &number, error))
    return FALSE;
  value = number < MAX_VALUES
              ? g_hash_table_lookup (pickle->memo, GUINT_TO_POINTER ((guint) number))
              : NULL;
  if (value == NULL)
    return fail (pickle, error, _ ("its memo has no entry %llu"), (unsigned long long) number);
  return push (pickle, value, error);
}

static gboolean
skip_protocol (RnPickle *pickle, GError **error)
{
  guint64 protocol;

  if (!read_whole (pickle, 1, &protocol, error))
    return FALSE;
  return protocol >= 2 && protocol <= 5
             ? TRUE
             : fail (pickle, error, _ ("its protocol is %llu; 2 to 5 are read"),
                     (unsigned long long) protocol);
}

static gboolean
drop_marked (RnPickle *pickle, GError **error)
{
  guint mark;

  if (!find_mark (pickle, &mark, error))
    return FALSE;
  g_ptr_array_set_size (pickle->stack, (int) mark);
  return TRUE;
}

static gboolean
push_mark (RnPickle *pickle, GError **error)
{
  return push (pickle, NULL, error);
}

static gboolean
push_again (RnPickle *pickle, GError **error)
{
  RnPickleValue *value = peek (pickle, error);

  return value != NULL && push (pickle, value, error);
}

/* The letters are pickle's own; protocols 2 to 5 as far as data need them. */
static gboolean
execute (RnPickle *pickle, guint8 code, GError **error)
{
  guint64 unused;

  switch (code)
    {
    case 0x80: /* PROTO */
      return skip_protocol (pickle, error);
    case 0x95: /* FRAME */
      return read_whole (pickle, 8, &unused, error);
    case '.': /* STOP */
      pickle->has_stopped = TRUE;
      return TRUE;
    case '(': /* MARK */
      return push_mark (pickle, error);
    case '0': /* POP */
      return pop (pickle, error) != NULL;
    case '1': /* POP_MARK */
      return drop_marked (pickle, error);
    case '2': /* DUP */
      return push_again (pickle, error);
    case 'N': /* NONE */
      return push_new (pickle, RN_PICKLE_NONE, error) != NULL;
    case 0x88: /* NEWTRUE */
    case 0x89: /* NEWFALSE */
      return push_whole (pickle, code == 0x88, error);
    case 'J': /* BININT */
      return push_int (pickle, 4, TRUE, error);
    case 'K': /* BININT1 */
      return push_int (pickle, 1, FALSE, error);
    case 'M': /* BININT2 */
      return push_int (pickle, 2, FALSE, error);
    case 0x8a: /* LONG1 */
      return push_long (pickle, error);
    case 'G': /* BINFLOAT */
      return push_real (pickle, error);
    case 'U':  /* SHORT_BINSTRING */
    case 'C':  /* SHORT_BINBYTES */
    case 0x8c: /* SHORT_BINUNICODE */
      return push_text (pickle, 1, error);
    case 'X': /* BINUNICODE */
    case 'T': /* BINSTRING */
    case 'B': /* BINBYTES */
      return push_text (pickle, 4, error);
    case 0x8d: /* BINUNICODE8 */
    case 0x8e: /* BINBYTES8 */
    case 0x96: /* BYTEARRAY8 */
      return push_text (pickle, 8, error);
    case ']':  /* EMPTY_LIST */
    case 0x8f: /* EMPTY_SET */
      return push_new (pickle, RN_PICKLE_LIST, error) != NULL;
    case 'l':  /* LIST */
    case 0x91: /* FROZENSET */
      return collect (pickle, RN_PICKLE_LIST, error);
    case 'a': /* APPEND */
      return extend_by (pickle, 1, RN_PICKLE_LIST, error);
    case 'e':  /* APPENDS */
    case 0x90: /* ADDITEMS */
      return extend_marked (pickle, RN_PICKLE_LIST, error);
    case ')': /* EMPTY_TUPLE */
      return push_new (pickle, RN_PICKLE_TUPLE, error) != NULL;
    case 't': /* TUPLE */
      return collect (pickle, RN_PICKLE_TUPLE, error);
    case 0x85: /* TUPLE1 */
    case 0x86: /* TUPLE2 */
    case 0x87: /* TUPLE3 */
      return make_tuple (pickle, code - 0x84u, error);
    case '}': /* EMPTY_DICT */
      return push_new (pickle, RN_PICKLE_DICT, error) != NULL;
    case 'd': /* DICT */
      return collect (pickle, RN_PICKLE_DICT, error);
    case 's': /* SETITEM */
      return extend_by (pickle, 2, RN_PICKLE_DICT, error);
    case 'u': /* SETITEMS */
      return extend_marked (pickle, RN_PICKLE_DICT, error);
    case 'c': /* GLOBAL */
    case 'i': /* INST */
      if (!push_name_lines (pickle, error))
        return FALSE;
      return code == 'c' || fail (pickle, error, _ ("an object is made of a class"));
    case 0x93: /* STACK_GLOBAL */
      return push_name_of_stack (pickle, error);
    case 'R':  /* REDUCE */
    case 0x81: /* NEWOBJ */
      return call (pickle, error);
    case 'b': /* BUILD */
      return build (pickle, error);
    case 'Q': /* BINPERSID */
      return load_persistent (pickle, error);
    case 'q': /* BINPUT */
      return remember_read (pickle, 1, error);
    case 'r': /* LONG_BINPUT */
      return remember_read (pickle, 4, error);
    case 0x94: /* MEMOIZE */
      return remember (pickle, g_hash_table_size (pickle->memo), error);
    case 'h': /* BINGET */
      return recall (pickle, 1, error);
    case 'j': /* LONG_BINGET */
      return recall (pickle, 4, error);
    default:
      return fail (pickle, error, _ ("operation 0x%02x is not of those that data need"), code);
    }
}

RnPickleValue *
rn_pickle_run (RnPickle *pickle, RnByteReader *reader, GError **error)
{
  guint8 code;

  pickle->reader = reader;
  pickle->has_stopped = FALSE;
  g_hash_table_remove_all (pickle->memo);
  g_ptr_array_set_size (pickle->stack, 0);
  while (!pickle->has_stopped)
    if (!rn_byte_reader_read (reader, &code, 1, error) || !execute (pickle, code, error))
      return NULL;
  return pop (pickle, error);
}

RnPickleValue *
rn_pickle_dict_get (const RnPickleValue *dict, const char *key)
{
  for (guint i = 0; i + 1 < dict->items->len; i += 2)
    {
      const RnPickleValue *name = dict->items->pdata[i];

      if (name->kind == RN_PICKLE_TEXT && strcmp (name->text, key) == 0)
        return dict->items->pdata[i + 1];
    }
  return NULL;
}

GHashTable *
rn_pickle_find_storages (const RnPickle *pickle)
{
  GHashTable *storages = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < pickle->values->len; i++)
    {
      const RnPickleValue *value = pickle->values->pdata[i];

      if (value->kind == RN_PICKLE_STORAGE)
        g_hash_table_insert (storages, value->storage->key, value->storage);
    }
  return storages;
}
