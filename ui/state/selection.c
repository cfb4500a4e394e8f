#include "state/selection.h"

struct _RnSelection
{
  GObject parent_instance;

  GArray *blocks; /* of guint32, as they were selected; the lead is the last */
  RnPart part;
  char *layer; /* where the part is RN_PART_LAYER */
};

G_DEFINE_FINAL_TYPE (RnSelection, rn_selection, G_TYPE_OBJECT)

static guint signal_changed;

static void
rn_selection_finalize (GObject *object)
{
  RnSelection *self = RN_SELECTION (object);

  g_clear_pointer (&self->blocks, g_array_unref);
  g_clear_pointer (&self->layer, g_free);
  G_OBJECT_CLASS (rn_selection_parent_class)->finalize (object);
}

static void
rn_selection_class_init (RnSelectionClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_selection_finalize;
  signal_changed = g_signal_new ("changed", RN_TYPE_SELECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
rn_selection_init (RnSelection *self)
{
  self->blocks = g_array_new (FALSE, FALSE, sizeof (guint32));
}

RnSelection *
rn_selection_new (void)
{
  return g_object_new (RN_TYPE_SELECTION, NULL);
}

static void
changed (RnSelection *self)
{
  g_signal_emit (self, signal_changed, 0);
}

/* Returns: the place of @block, -1 where it is not selected */
static int
find (RnSelection *self, guint32 block)
{
  for (guint i = 0; i < self->blocks->len; i++)
    if (g_array_index (self->blocks, guint32, i) == block)
      return (int) i;
  return -1;
}

RnPart
rn_selection_get_part (RnSelection *self)
{
  return self->part;
}

guint32
rn_selection_get_block (RnSelection *self)
{
  return self->blocks->len > 0 ? g_array_index (self->blocks, guint32, self->blocks->len - 1) : 0;
}

const char *
rn_selection_get_layer (RnSelection *self)
{
  return self->part == RN_PART_LAYER ? self->layer : NULL;
}

gboolean
rn_selection_contains (RnSelection *self, guint32 block)
{
  return find (self, block) >= 0;
}

guint
rn_selection_n_blocks (RnSelection *self)
{
  return self->blocks->len;
}

guint32
rn_selection_get_nth (RnSelection *self, guint at)
{
  g_return_val_if_fail (at < self->blocks->len, 0);
  return g_array_index (self->blocks, guint32, at);
}

static gboolean
is_of_block (RnPart part)
{
  return part == RN_PART_BLOCK || part == RN_PART_LAYER || part == RN_PART_SHORTCUT;
}

void
rn_selection_clear (RnSelection *self)
{
  rn_selection_select (self, RN_PART_NONE, 0, NULL);
}

void
rn_selection_select (RnSelection *self, RnPart part, guint32 block, const char *layer)
{
  const guint n = is_of_block (part) ? 1 : 0;

  g_return_if_fail (is_of_block (part) == (block != 0));
  if (part == self->part && self->blocks->len == n && rn_selection_get_block (self) == block &&
      g_strcmp0 (rn_selection_get_layer (self), part == RN_PART_LAYER ? layer : NULL) == 0)
    return;
  self->part = part;
  g_free (self->layer);
  self->layer = part == RN_PART_LAYER ? g_strdup (layer) : NULL;
  g_array_set_size (self->blocks, 0);
  if (n > 0)
    g_array_append_val (self->blocks, block);
  changed (self);
}

void
rn_selection_toggle (RnSelection *self, guint32 block)
{
  const int at = find (self, block);

  if (at >= 0)
    g_array_remove_index (self->blocks, (guint) at);
  else
    g_array_append_val (self->blocks, block);
  self->part = self->blocks->len > 0 ? RN_PART_BLOCK : RN_PART_NONE;
  g_clear_pointer (&self->layer, g_free);
  changed (self);
}

static int
index_in (const RnSpec *spec, guint32 block)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (rn_spec_get_block (spec, i)->id == block)
      return i;
  return -1;
}

void
rn_selection_extend (RnSelection *self, const RnSpec *spec, guint32 block)
{
  const int to = index_in (spec, block);
  int from = index_in (spec, rn_selection_get_block (self));

  g_return_if_fail (to >= 0);
  if (from < 0)
    from = to;
  for (int i = from;; i += to > from ? 1 : -1)
    {
      const guint32 id = rn_spec_get_block (spec, i)->id;
      const int at = find (self, id);

      /* what is already selected moves, so that the lead is @block in the end */
      if (at >= 0)
        g_array_remove_index (self->blocks, (guint) at);
      g_array_append_val (self->blocks, id);
      if (i == to)
        break;
    }
  self->part = RN_PART_BLOCK;
  g_clear_pointer (&self->layer, g_free);
  changed (self);
}

gboolean
rn_selection_up (RnSelection *self)
{
  if (self->part == RN_PART_NONE)
    return FALSE;
  if (self->part == RN_PART_LAYER || self->part == RN_PART_SHORTCUT)
    rn_selection_select (self, RN_PART_BLOCK, rn_selection_get_block (self), NULL);
  else
    rn_selection_clear (self);
  return TRUE;
}

void
rn_selection_keep (RnSelection *self, const RnSpec *spec)
{
  const guint32 lead = rn_selection_get_block (self);
  gboolean is_changed = FALSE;

  for (guint i = self->blocks->len; i > 0; i--)
    if (index_in (spec, g_array_index (self->blocks, guint32, i - 1)) < 0)
      {
        g_array_remove_index (self->blocks, i - 1);
        is_changed = TRUE;
      }
  if (!is_changed)
    return;
  if (rn_selection_get_block (self) != lead)
    {
      self->part = self->blocks->len > 0 ? RN_PART_BLOCK : RN_PART_NONE;
      g_clear_pointer (&self->layer, g_free);
    }
  changed (self);
}
