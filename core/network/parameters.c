#include "network/parameters.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "compute/memory.h"

/* Entries of a convolution, in the order of files. */
enum
{
  ENTRY_FILTER,
  ENTRY_GAMMA,
  ENTRY_BETA,
  ENTRY_MEAN,
  ENTRY_VARIANCE,
  N_ENTRIES
};

static gboolean
is_learned (RnParameterKind kind)
{
  return kind != RN_PARAMETER_MEAN && kind != RN_PARAMETER_VARIANCE;
}

/* Appends an entry; all but its place in the arena. */
static RnParameter *
add_entry (RnParameters *parameters, RnParameterKind kind, int conv, const char *owner,
           const char *what)
{
  RnParameter *item = &parameters->items[parameters->n++];

  item->kind = kind;
  item->conv = conv;
  g_snprintf (item->name, sizeof item->name, "%s.%s", owner, what);
  return item;
}

static void
set_dims (RnParameter *item, int n_dims, int a, int b, int c, int d)
{
  const int dims[4] = { a, b, c, d };

  item->n_dims = n_dims;
  item->count = 1;
  for (int i = 0; i < n_dims; i++)
    {
      item->dims[i] = dims[i];
      item->count *= (gsize) dims[i];
    }
}

static void
add_conv (RnParameters *parameters, const RnLayoutConv *conv, int index)
{
  static const struct
  {
    RnParameterKind kind;
    const char *what;
  } of_norm[] = { { RN_PARAMETER_GAMMA, "weight" },
                  { RN_PARAMETER_BETA, "bias" },
                  { RN_PARAMETER_MEAN, "running_mean" },
                  { RN_PARAMETER_VARIANCE, "running_var" } };

  set_dims (add_entry (parameters, RN_PARAMETER_FILTER, index, conv->conv_name, "weight"), 4,
            conv->out_c, conv->in_c, conv->kernel, conv->kernel);
  for (gsize i = 0; i < G_N_ELEMENTS (of_norm); i++)
    set_dims (add_entry (parameters, of_norm[i].kind, index, conv->norm_name, of_norm[i].what), 1,
              conv->out_c, 0, 0, 0);
}

/* Gives places to the entries that are learned, or to those that are not. */
static void
place_entries (RnParameters *parameters, gboolean learned)
{
  for (int i = 0; i < parameters->n; i++)
    {
      RnParameter *item = &parameters->items[i];

      if (is_learned (item->kind) != learned)
        continue;
      item->offset = parameters->n_floats;
      parameters->n_floats += rn_floats_aligned (item->count);
    }
}

RnParameters *
rn_parameters_new (const RnLayout *layout)
{
  RnParameters *parameters = g_new0 (RnParameters, 1);

  parameters->items = g_new0 (RnParameter, N_ENTRIES * layout->n_convs + 2);
  for (int i = 0; i < layout->n_convs; i++)
    add_conv (parameters, &layout->convs[i], i);
  set_dims (add_entry (parameters, RN_PARAMETER_FC_WEIGHT, -1, "fc", "weight"), 2, layout->classes,
            layout->out_c, 0, 0);
  set_dims (add_entry (parameters, RN_PARAMETER_FC_BIAS, -1, "fc", "bias"), 1, layout->classes, 0,
            0, 0);

  place_entries (parameters, TRUE);
  parameters->n_learned = parameters->n_floats;
  place_entries (parameters, FALSE);

  parameters->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (int i = 0; i < parameters->n; i++)
    g_hash_table_insert (parameters->by_name, parameters->items[i].name, &parameters->items[i]);
  return parameters;
}

void
rn_parameters_free (RnParameters *parameters)
{
  if (parameters == NULL)
    return;
  g_hash_table_unref (parameters->by_name);
  g_free (parameters->items);
  g_free (parameters);
}

const RnParameter *
rn_parameters_find (const RnParameters *parameters, const char *name)
{
  return g_hash_table_lookup (parameters->by_name, name);
}

const RnParameter *
rn_parameters_get (const RnParameters *parameters, int conv, RnParameterKind kind)
{
  static const int entry_of[] = {
    [RN_PARAMETER_FILTER] = ENTRY_FILTER,     [RN_PARAMETER_GAMMA] = ENTRY_GAMMA,
    [RN_PARAMETER_BETA] = ENTRY_BETA,         [RN_PARAMETER_MEAN] = ENTRY_MEAN,
    [RN_PARAMETER_VARIANCE] = ENTRY_VARIANCE,
  };
  const RnParameter *item;

  if (kind == RN_PARAMETER_FC_WEIGHT)
    item = &parameters->items[parameters->n - 2];
  else if (kind == RN_PARAMETER_FC_BIAS)
    item = &parameters->items[parameters->n - 1];
  else
    item = &parameters->items[N_ENTRIES * conv + entry_of[kind]];
  g_assert (item->kind == kind && item->conv == conv);
  return item;
}

/* file [K,C,R,S] = arena [K,R,S,C] */
void
rn_parameter_to_file_order (const RnParameter *parameter, float *file, const float *arena)
{
  const gsize k_n = (gsize) parameter->dims[0], c_n = (gsize) parameter->dims[1];
  const gsize rs_n = (gsize) parameter->dims[2] * (gsize) parameter->dims[3];

  if (parameter->kind != RN_PARAMETER_FILTER)
    {
      memcpy (file, arena, parameter->count * sizeof *file);
      return;
    }
  for (gsize k = 0; k < k_n; k++)
    for (gsize c = 0; c < c_n; c++)
      for (gsize rs = 0; rs < rs_n; rs++)
        file[(k * c_n + c) * rs_n + rs] = arena[(k * rs_n + rs) * c_n + c];
}

/* arena [K,R,S,C] = file [K,C,R,S] */
void
rn_parameter_from_file_order (const RnParameter *parameter, float *arena, const float *file)
{
  const gsize k_n = (gsize) parameter->dims[0], c_n = (gsize) parameter->dims[1];
  const gsize rs_n = (gsize) parameter->dims[2] * (gsize) parameter->dims[3];

  if (parameter->kind != RN_PARAMETER_FILTER)
    {
      memcpy (arena, file, parameter->count * sizeof *arena);
      return;
    }
  for (gsize k = 0; k < k_n; k++)
    for (gsize rs = 0; rs < rs_n; rs++)
      for (gsize c = 0; c < c_n; c++)
        arena[(k * rs_n + rs) * c_n + c] = file[(k * c_n + c) * rs_n + rs];
}

/* FNV-1a, 64 bits: checkpoints of one seed must agree for ever, so no hash of GLib's, which may change. */
static guint64
hash_of (const char *name)
{
  guint64 hash = 0xcbf29ce484222325u;

  for (const char *c = name; *c != '\0'; c++)
    hash = (hash ^ (guint8) *c) * 0x100000001b3u;
  return hash;
}

static void
fill (float *values, gsize count, float value)
{
  for (gsize i = 0; i < count; i++)
    values[i] = value;
}

static void
fill_normal (RnRandom *random, float *values, gsize count, double deviation)
{
  for (gsize i = 0; i < count; i++)
    values[i] = (float) (deviation * rn_random_normal (random));
}

static void
fill_uniform (RnRandom *random, float *values, gsize count, double bound)
{
  for (gsize i = 0; i < count; i++)
    values[i] = (float) rn_random_between (random, -bound, bound);
}

/* Where there is no shortcut a gamma of zero would be the end of the signal: plain blocks ignore zero_gamma. */
static gboolean
starts_at_zero (const RnSpec *spec, const RnLayout *layout, int conv)
{
  const int at = layout->convs[conv].block;
  const RnLayoutBlock *block;

  if (at < 0 || !rn_spec_get_block (spec, at)->zero_gamma)
    return FALSE;
  block = &layout->blocks[at];
  return block->shortcut != RN_PATH_NONE && conv == block->first_conv + block->n_convs - 1;
}

void
rn_parameters_initialise (const RnParameters *parameters, const RnSpec *spec,
                          const RnLayout *layout, float *arena, guint64 seed)
{
  memset (arena, 0, parameters->n_floats * sizeof *arena);
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *item = &parameters->items[i];
      float *values = arena + item->offset;
      RnRandom random;

      rn_random_start (&random, seed, RN_STREAM_INIT, hash_of (item->name), 0);
      switch (item->kind)
        {
        case RN_PARAMETER_FILTER:
          fill_normal (&random, values, item->count,
                       sqrt (2.0 / ((double) item->dims[1] * item->dims[2] * item->dims[3])));
          break;
        case RN_PARAMETER_GAMMA:
          fill (values, item->count, starts_at_zero (spec, layout, item->conv) ? 0.0f : 1.0f);
          break;
        case RN_PARAMETER_VARIANCE:
          fill (values, item->count, 1.0f);
          break;
        case RN_PARAMETER_FC_WEIGHT:
        case RN_PARAMETER_FC_BIAS:
          fill_uniform (&random, values, item->count, 1.0 / sqrt ((double) layout->out_c));
          break;
        case RN_PARAMETER_BETA:
        case RN_PARAMETER_MEAN:
          break; /* zero already */
        }
    }
}
