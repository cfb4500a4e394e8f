#include "residua/carry.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "compute/memory.h"
#include "network/model.h"
#include "residua/error.h"

/* Two networks with their tables. A part is -1 (stem), the index of a block, or the number of blocks (head). */
typedef struct
{
  const RnSpec *spec;
  RnLayout *layout;
  RnParameters *table;
} Side;

typedef struct
{
  Side from, to;
  int *source; /* for each block of @to the index in @from of the block with its id, or -1 */
} Carry;

static void
side_init (Side *side, const RnSpec *spec)
{
  side->spec = spec;
  side->layout = rn_layout_new (spec, 0, 0);
  side->table = rn_parameters_new (side->layout);
}

static void
carry_init (Carry *carry, const RnSpec *origin, const RnSpec *spec)
{
  const int n = rn_spec_n_blocks (spec);
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);

  side_init (&carry->from, origin);
  side_init (&carry->to, spec);
  carry->source = g_new (int, n + 1);
  for (int i = 0; i < rn_spec_n_blocks (origin); i++)
    g_hash_table_insert (places, GUINT_TO_POINTER (rn_spec_get_block (origin, i)->id),
                         GINT_TO_POINTER (i + 1));
  for (int i = 0; i < n; i++)
    carry->source[i] =
        GPOINTER_TO_INT (
            g_hash_table_lookup (places, GUINT_TO_POINTER (rn_spec_get_block (spec, i)->id))) -
        1;
}

static void
carry_clear (Carry *carry)
{
  rn_parameters_free (carry->from.table);
  rn_parameters_free (carry->to.table);
  rn_layout_free (carry->from.layout);
  rn_layout_free (carry->to.layout);
  g_free (carry->source);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Carry, carry_clear)

static gboolean
is_same_shape (const RnParameter *a, const RnParameter *b)
{
  return a->n_dims == b->n_dims && memcmp (a->dims, b->dims, sizeof a->dims) == 0;
}

static gboolean
is_same_conv (const Carry *carry, int from, int to)
{
  return is_same_shape (rn_parameters_get (carry->from.table, from, RN_PARAMETER_FILTER),
                        rn_parameters_get (carry->to.table, to, RN_PARAMETER_FILTER));
}

static gboolean
keeps_head (const Carry *carry)
{
  return is_same_shape (rn_parameters_get (carry->from.table, -1, RN_PARAMETER_FC_WEIGHT),
                        rn_parameters_get (carry->to.table, -1, RN_PARAMETER_FC_WEIGHT));
}

static gboolean
keeps_block (const Carry *carry, int at)
{
  const RnLayoutBlock *to = &carry->to.layout->blocks[at], *from;

  if (carry->source[at] < 0)
    return FALSE;
  from = &carry->from.layout->blocks[carry->source[at]];
  if (from->n_convs != to->n_convs)
    return FALSE;
  for (int i = 0; i < to->n_convs; i++)
    if (!is_same_conv (carry, from->first_conv + i, to->first_conv + i))
      return FALSE;
  return to->downsample < 0 ||
         (from->downsample >= 0 && is_same_conv (carry, from->downsample, to->downsample));
}

GArray *
rn_carry_list (const RnSpec *origin, const RnSpec *spec)
{
  const int n = rn_spec_n_blocks (spec);
  GArray *parts = g_array_new (FALSE, TRUE, sizeof (RnCarryPart));
  g_auto (Carry) carry = { .source = NULL };

  carry_init (&carry, origin, spec);
  for (int i = -1; i <= n; i++)
    {
      RnCarryPart part = { .at = i, .is_known = TRUE };

      if (i < 0)
        part.keeps = is_same_conv (&carry, 0, 0);
      else if (i == n)
        part.keeps = keeps_head (&carry);
      else
        {
          part.block = rn_spec_get_block (spec, i)->id;
          part.is_known = carry.source[i] >= 0;
          part.keeps = keeps_block (&carry, i);
        }
      g_array_append_val (parts, part);
    }
  return parts;
}

static gboolean
is_identity (const Carry *carry, int at)
{
  return carry->to.layout->blocks[at].shortcut == RN_PATH_IDENTITY &&
         rn_spec_get_block (carry->to.spec, at)->zero_gamma;
}

/* Whether two blocks do the same with the same weights */
static gboolean
is_same_work (const Carry *carry, int at)
{
  const RnBlockSpec *from = rn_spec_get_block (carry->from.spec, carry->source[at]);
  const RnBlockSpec *to = rn_spec_get_block (carry->to.spec, at);
  const RnLayoutBlock *a = &carry->from.layout->blocks[carry->source[at]];
  const RnLayoutBlock *b = &carry->to.layout->blocks[at];

  return from->kind == to->kind && from->stride == to->stride &&
         from->bottleneck_stride == to->bottleneck_stride && a->shortcut == b->shortcut &&
         a->pad_before == b->pad_before;
}

gboolean
rn_carry_keeps_output (const RnSpec *origin, const RnSpec *spec)
{
  g_auto (Carry) carry = { .source = NULL };
  int next = 0;

  if (rn_spec_get_stem (origin) != rn_spec_get_stem (spec) ||
      rn_spec_get_side (origin) != rn_spec_get_side (spec))
    return FALSE;
  carry_init (&carry, origin, spec);
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (carry.source[i] < 0)
      {
        if (!is_identity (&carry, i))
          return FALSE;
      }
    else if (carry.source[i] != next++ || !keeps_block (&carry, i) || !is_same_work (&carry, i))
      return FALSE;
  return next == rn_spec_n_blocks (origin) && is_same_conv (&carry, 0, 0) && keeps_head (&carry);
}

/* One convolution with its batch-norm */
static void
copy_conv (const Carry *carry, int from, int to, const float *origin, float *arena)
{
  static const RnParameterKind kinds[] = { RN_PARAMETER_FILTER, RN_PARAMETER_GAMMA,
                                           RN_PARAMETER_BETA, RN_PARAMETER_MEAN,
                                           RN_PARAMETER_VARIANCE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const RnParameter *a = rn_parameters_get (carry->from.table, from, kinds[i]);
      const RnParameter *b = rn_parameters_get (carry->to.table, to, kinds[i]);

      memcpy (arena + b->offset, origin + a->offset, b->count * sizeof *arena);
    }
}

static void
copy_block (const Carry *carry, int at, const float *origin, float *arena)
{
  const RnLayoutBlock *from = &carry->from.layout->blocks[carry->source[at]];
  const RnLayoutBlock *to = &carry->to.layout->blocks[at];

  for (int i = 0; i < to->n_convs; i++)
    copy_conv (carry, from->first_conv + i, to->first_conv + i, origin, arena);
  if (to->downsample >= 0)
    copy_conv (carry, from->downsample, to->downsample, origin, arena);
}

static void
copy_head (const Carry *carry, const float *origin, float *arena)
{
  static const RnParameterKind kinds[] = { RN_PARAMETER_FC_WEIGHT, RN_PARAMETER_FC_BIAS };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const RnParameter *a = rn_parameters_get (carry->from.table, -1, kinds[i]);
      const RnParameter *b = rn_parameters_get (carry->to.table, -1, kinds[i]);

      memcpy (arena + b->offset, origin + a->offset, b->count * sizeof *arena);
    }
}

static void
copy_kept (const Carry *carry, const float *origin, float *arena)
{
  if (is_same_conv (carry, 0, 0))
    copy_conv (carry, 0, 0, origin, arena);
  for (int i = 0; i < rn_spec_n_blocks (carry->to.spec); i++)
    if (keeps_block (carry, i))
      copy_block (carry, i, origin, arena);
  if (keeps_head (carry))
    copy_head (carry, origin, arena);
}

static RnModel *
make_model (RnModel *origin, const RnSpec *spec, float *arena, GError **error)
{
  const RnPreprocess none = { .side = rn_spec_get_side (spec),
                              .channels = rn_spec_get_channels (spec),
                              .std = { 1.0f, 1.0f, 1.0f } };
  const RnPreprocess *own = rn_model_get_preprocess (origin);
  const char *const *classes = rn_model_get_classes (origin);

  if (rn_spec_get_classes (spec) != rn_spec_get_classes (rn_model_get_spec (origin)))
    classes = NULL;
  if (own->side != none.side || own->channels != none.channels)
    own = &none;
  return rn_model_new_take (spec, arena, classes, own, rn_model_get_epsilon (origin), -1, error);
}

RnModel *
rn_model_carry (RnModel *origin, const RnSpec *spec, guint64 seed, GError **error)
{
  g_auto (Carry) carry = { .source = NULL };
  float *arena;

  if (!rn_spec_check (spec, error))
    return NULL;
  carry_init (&carry, rn_model_get_spec (origin), spec);
  arena = rn_floats_new (carry.to.table->n_floats);
  if (arena == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %zu parameters"),
                   carry.to.table->n_floats);
      return NULL;
    }
  rn_parameters_initialise (carry.to.table, spec, carry.to.layout, arena, seed);
  copy_kept (&carry, rn_model_get_arena (origin), arena);
  return make_model (origin, spec, arena, error);
}
