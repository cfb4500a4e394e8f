#include "residua/sketch.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "spec/sketch-private.h"
#include "spec/spec-private.h"

#define MERGE_US (2 * G_USEC_PER_SEC)

/* All of a specification but its blocks */
typedef struct
{
  char *name;
  int side;
  int channels;
  RnStemKind stem;
  int stem_channels;
  int classes;
} Frame;

/* One edit, both ways: at index @at the blocks @old became @new. What is around them stayed, so that an entry is as small
 * as its edit, however deep the network is.
 */
typedef struct
{
  char *action; /* "delete block 3" */
  char *key;    /* (nullable) */
  Frame before, after;
  guint at;
  GArray *old, *new; /* of RnBlockSpec */
  guint64 state_before, state_after;
} Entry;

struct _RnSketch
{
  RnSpec *spec;
  RnSpec *origin;     /* (nullable) */
  GPtrArray *entries; /* of Entry */
  guint n_done;       /* the entries after these are to be redone */
  guint64 state;
  guint64 last_state;
  gint64 changed_us;
  gboolean is_sealed;
};

static void
frame_fill (Frame *frame, const RnSpec *spec)
{
  *frame = (Frame){ .name = g_strdup (rn_spec_get_name (spec)),
                    .side = rn_spec_get_side (spec),
                    .channels = rn_spec_get_channels (spec),
                    .stem = rn_spec_get_stem (spec),
                    .stem_channels = rn_spec_get_stem_channels (spec),
                    .classes = rn_spec_get_classes (spec) };
}

static gboolean
frame_equal (const Frame *a, const Frame *b)
{
  return strcmp (a->name, b->name) == 0 && a->side == b->side && a->channels == b->channels &&
         a->stem == b->stem && a->stem_channels == b->stem_channels && a->classes == b->classes;
}

static void
frame_apply (const Frame *frame, RnSpec *spec)
{
  rn_spec_set_name (spec, frame->name);
  if (!rn_spec_set_input (spec, frame->side, frame->channels, NULL) ||
      !rn_spec_set_stem (spec, frame->stem, frame->stem_channels, NULL) ||
      !rn_spec_set_classes (spec, frame->classes, NULL))
    g_assert_not_reached (); /* it was a specification's */
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->action);
  g_free (entry->key);
  g_free (entry->before.name);
  g_free (entry->after.name);
  g_array_unref (entry->old);
  g_array_unref (entry->new);
  g_free (entry);
}

/* Every field is 32 bits wide, so there are no gaps to be compared. */
G_STATIC_ASSERT (sizeof (RnBlockSpec) == 7 * 4);

static gboolean
is_same_block (const RnSpec *a, guint at_a, const RnSpec *b, guint at_b)
{
  return memcmp (rn_spec_get_block (a, (int) at_a), rn_spec_get_block (b, (int) at_b),
                 sizeof (RnBlockSpec)) == 0;
}

static GArray *
copy_blocks (const RnSpec *spec, guint at, guint n)
{
  GArray *blocks = g_array_sized_new (FALSE, FALSE, sizeof (RnBlockSpec), n);

  if (n > 0)
    g_array_append_vals (blocks, rn_spec_get_block (spec, (int) at), n);
  return blocks;
}

/* Returns: (transfer full) (nullable): what leads from @before to @after; NULL where they are the same */
static Entry *
entry_between (const RnSpec *before, const RnSpec *after)
{
  const guint n_before = (guint) rn_spec_n_blocks (before);
  const guint n_after = (guint) rn_spec_n_blocks (after);
  const guint least = MIN (n_before, n_after);
  Entry *entry = g_new0 (Entry, 1);
  guint head = 0, tail = 0;

  frame_fill (&entry->before, before);
  frame_fill (&entry->after, after);
  while (head < least && is_same_block (before, head, after, head))
    head++;
  while (tail < least - head &&
         is_same_block (before, n_before - 1 - tail, after, n_after - 1 - tail))
    tail++;
  entry->at = head;
  entry->old = copy_blocks (before, head, n_before - head - tail);
  entry->new = copy_blocks (after, head, n_after - head - tail);
  if (entry->old->len > 0 || entry->new->len > 0 || !frame_equal (&entry->before, &entry->after))
    return entry;
  entry_free (entry);
  return NULL;
}

static void
entry_apply (const Entry *entry, RnSpec *spec, gboolean is_forward)
{
  const GArray *from = is_forward ? entry->old : entry->new;
  const GArray *to = is_forward ? entry->new : entry->old;
  const guint n = (guint) rn_spec_n_blocks (spec), rest = entry->at + from->len;
  g_autoptr (GArray) blocks = copy_blocks (spec, 0, entry->at);

  g_assert (rest <= n);

  frame_apply (is_forward ? &entry->after : &entry->before, spec);
  if (to->len > 0)
    g_array_append_vals (blocks, to->data, to->len);
  if (rest < n)
    g_array_append_vals (blocks, rn_spec_get_block (spec, (int) rest), n - rest);
  if (!rn_spec_set_blocks (spec, (const RnBlockSpec *) (gpointer) blocks->data, (int) blocks->len,
                           NULL))
    g_assert_not_reached ();
}

RnSketch *
rn_sketch_new (const RnSpec *spec)
{
  RnSketch *sketch = g_new0 (RnSketch, 1);

  sketch->spec = rn_spec_copy (spec);
  rn_spec_set_draft (sketch->spec, TRUE, NULL);
  sketch->entries = g_ptr_array_new_with_free_func (entry_free);
  return sketch;
}

void
rn_sketch_free (RnSketch *sketch)
{
  if (sketch == NULL)
    return;
  rn_spec_free (sketch->spec);
  rn_spec_free (sketch->origin);
  g_ptr_array_unref (sketch->entries);
  g_free (sketch);
}

const RnSpec *
rn_sketch_get_spec (const RnSketch *sketch)
{
  return sketch->spec;
}

guint64
rn_sketch_get_state (const RnSketch *sketch)
{
  return sketch->state;
}

void
rn_sketch_set_origin (RnSketch *sketch, const RnSpec *origin)
{
  g_clear_pointer (&sketch->origin, rn_spec_free);
  sketch->origin = rn_spec_copy (origin);
  rn_spec_reserve_ids (sketch->spec, rn_spec_get_last_id (origin));
}

const RnSpec *
rn_sketch_get_origin (const RnSketch *sketch)
{
  return sketch->origin;
}

static Entry *
entry_at (const RnSketch *sketch, guint at)
{
  return g_ptr_array_index (sketch->entries, at);
}

char *
rn_sketch_get_undo_label (const RnSketch *sketch)
{
  if (sketch->n_done == 0)
    return NULL;
  /* Translators: what is undone, such as "delete block 3" */
  return g_strdup_printf (_ ("Undo %s"), entry_at (sketch, sketch->n_done - 1)->action);
}

char *
rn_sketch_get_redo_label (const RnSketch *sketch)
{
  if (sketch->n_done == sketch->entries->len)
    return NULL;
  /* Translators: what is done again, such as "delete block 3" */
  return g_strdup_printf (_ ("Redo %s"), entry_at (sketch, sketch->n_done)->action);
}

void
rn_sketch_seal (RnSketch *sketch)
{
  sketch->is_sealed = TRUE;
}

gboolean
rn_sketch_undo (RnSketch *sketch)
{
  const Entry *entry;

  if (sketch->n_done == 0)
    return FALSE;
  entry = entry_at (sketch, --sketch->n_done);
  entry_apply (entry, sketch->spec, FALSE);
  sketch->state = entry->state_before;
  sketch->is_sealed = TRUE;
  return TRUE;
}

gboolean
rn_sketch_redo (RnSketch *sketch)
{
  const Entry *entry;

  if (sketch->n_done == sketch->entries->len)
    return FALSE;
  entry = entry_at (sketch, sketch->n_done++);
  entry_apply (entry, sketch->spec, TRUE);
  sketch->state = entry->state_after;
  sketch->is_sealed = TRUE;
  return TRUE;
}

/* Whether an edit of @key goes on with the entry that was made last. */
static gboolean
goes_on (const RnSketch *sketch, const char *key)
{
  return key != NULL && !sketch->is_sealed && sketch->n_done > 0 &&
         g_strcmp0 (entry_at (sketch, sketch->n_done - 1)->key, key) == 0 &&
         g_get_monotonic_time () - sketch->changed_us < MERGE_US;
}

void
rn_sketch_commit (RnSketch *sketch, RnSpec *next, char *action, const char *key)
{
  g_autoptr (RnSpec) made = next;
  g_autoptr (RnSpec) before = rn_spec_copy (sketch->spec);
  g_autofree char *name = action;
  guint64 state_before = sketch->state;
  Entry *entry = entry_between (before, made);

  if (entry == NULL)
    return;
  if (goes_on (sketch, key))
    {
      const Entry *last = entry_at (sketch, sketch->n_done - 1);

      entry_apply (last, before, FALSE);
      state_before = last->state_before;
      sketch->n_done--;
      entry_free (entry);
      entry = entry_between (before, made);
    }
  g_ptr_array_set_size (sketch->entries, (int) sketch->n_done);
  rn_spec_swap (sketch->spec, made);
  sketch->state = entry == NULL ? state_before : ++sketch->last_state;
  sketch->changed_us = g_get_monotonic_time ();
  sketch->is_sealed = FALSE;
  if (entry == NULL)
    return;
  entry->action = g_steal_pointer (&name);
  entry->key = g_strdup (key);
  entry->state_before = state_before;
  entry->state_after = sketch->state;
  g_ptr_array_add (sketch->entries, entry);
  sketch->n_done++;
}
