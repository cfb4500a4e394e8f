#include "spine/spine-body-private.h"

/* What the session tells: document, measures, gates, selection, and where the worker is. */

/* Redraws that data causes: ten a second; what assistive technology is told: one a second */
#define UPDATE_US 100000
#define LABEL_US 1000000

static gboolean
label_rows (gpointer data)
{
  RnSpineBody *self = data;

  self->label_id = 0;
  self->labelled_us = g_get_monotonic_time ();
  for (guint i = 0; i < self->rows->len; i++)
    rn_block_row_update_label (g_ptr_array_index (self->rows, i));
  return G_SOURCE_REMOVE;
}

static void
take_measures (RnSpineBody *self)
{
  const RnBlockMeasure *measures = rn_session_get_measures (self->view.session, NULL);
  const RnSpec *measured = rn_session_get_spec (self->view.session);
  const guint n = self->view.spec != NULL ? (guint) rn_spec_n_blocks (self->view.spec) : 0;
  const RnMeasureKind kind = rn_session_get_measure (self->view.session);

  if (kind != self->view.scale.kind)
    rn_spine_scale_init (&self->view.scale, kind);
  g_clear_pointer (&self->view.measures, g_array_unref);
  if (measures == NULL || n == 0 || (guint) rn_spec_n_blocks (measured) != n)
    return;
  self->view.measures = g_array_sized_new (FALSE, FALSE, sizeof (RnBlockMeasure), n);
  g_array_append_vals (self->view.measures, measures, n);
  rn_spine_scale_grow (&self->view.scale, measures, (int) n);
}

void
rn_spine_body_refresh (RnSpineBody *self)
{
  const gboolean is_other = rn_session_get_measure (self->view.session) != self->view.scale.kind;

  g_clear_handle_id (&self->update_id, g_source_remove);
  self->updated_us = g_get_monotonic_time ();
  take_measures (self);
  for (guint i = 0; i < self->rows->len; i++)
    rn_block_row_update (g_ptr_array_index (self->rows, i));
  if (is_other || self->updated_us - self->labelled_us >= LABEL_US)
    {
      g_clear_handle_id (&self->label_id, g_source_remove);
      label_rows (self);
    }
  else if (self->label_id == 0)
    self->label_id = g_timeout_add (LABEL_US / 1000, label_rows, self);
  g_signal_emit_by_name (self, "data");
}

static gboolean
refresh_later (gpointer data)
{
  RnSpineBody *self = data;

  self->update_id = 0;
  rn_spine_body_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
measures_changed (RnSpineBody *self)
{
  const gint64 since = g_get_monotonic_time () - self->updated_us;

  /* map () asks for what was missed */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || self->update_id != 0)
    return;
  /* another measure is what the person asked for: at once */
  if (since >= UPDATE_US || rn_session_get_measure (self->view.session) != self->view.scale.kind)
    rn_spine_body_refresh (self);
  else
    self->update_id = g_timeout_add ((guint) ((UPDATE_US - since) / 1000) + 1, refresh_later, self);
}

static void
state_changed (RnSpineBody *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    rn_block_row_update_state (g_ptr_array_index (self->rows, i));
}

static void
selection_changed (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);

  state_changed (self);
  rn_spine_body_play_glow (self);
  if (lead != G_MININT)
    rn_spine_body_reveal (self, lead);
}

static gboolean
is_same_network (const RnSpec *a, const RnSpec *b)
{
  if (a == NULL || b == NULL || !rn_spec_equal (a, b))
    return FALSE;
  for (int i = 0; i < rn_spec_n_blocks (a); i++)
    if (rn_spec_get_block (a, i)->id != rn_spec_get_block (b, i)->id)
      return FALSE;
  return TRUE;
}

/* Edits */

/* Returns: whether one came from the other by an edit: most of their blocks are the same */
static gboolean
is_edited (const RnSpec *a, const RnSpec *b)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL);
  int n_shared = 0;

  if (a == NULL || b == NULL)
    return FALSE;
  for (int i = 0; i < rn_spec_n_blocks (a); i++)
    g_hash_table_add (ids, GUINT_TO_POINTER (rn_spec_get_block (a, i)->id));
  for (int i = 0; i < rn_spec_n_blocks (b); i++)
    n_shared += g_hash_table_contains (ids, GUINT_TO_POINTER (rn_spec_get_block (b, i)->id));
  return 2 * n_shared >= MIN (rn_spec_n_blocks (a), rn_spec_n_blocks (b));
}

/* The stage of each block, by id */
static GHashTable *
stages_by_block (const RnSpec *spec, const RnSpineLayout *layout)
{
  GHashTable *stages = g_hash_table_new (NULL, NULL);

  for (guint s = 0; s < layout->stages->len; s++)
    {
      const RnStage *stage = &g_array_index (layout->stages, RnStage, s);

      for (int i = 0; i < stage->n_blocks; i++)
        g_hash_table_insert (stages,
                             GUINT_TO_POINTER (
                                 rn_spec_get_block (spec, stage->first_block + i)->id),
                             GINT_TO_POINTER ((int) s));
    }
  return stages;
}

static gboolean
has (const GArray *numbers, int number)
{
  for (guint i = 0; i < numbers->len; i++)
    if (g_array_index (numbers, int, i) == number)
      return TRUE;
  return FALSE;
}

/* What the person folded stays so: a stage is that of the first of its blocks which was there before. */
static void
carry_folds (GArray *folds, GHashTable *before, const RnSpec *spec)
{
  g_autoptr (RnSpineLayout) layout = rn_spine_layout_new_overview (spec, 0.0);
  g_autoptr (GArray) old = g_array_copy (folds);

  g_array_set_size (folds, 0);
  for (guint s = 0; s < layout->stages->len; s++)
    {
      const RnStage *stage = &g_array_index (layout->stages, RnStage, s);
      const int number = (int) s;
      gpointer was = NULL;
      gboolean is_found = FALSE;

      for (int i = 0; i < stage->n_blocks && !is_found; i++)
        is_found =
            g_hash_table_lookup_extended (before,
                                          GUINT_TO_POINTER (
                                              rn_spec_get_block (spec, stage->first_block + i)->id),
                                          NULL, &was);
      if (is_found && has (old, GPOINTER_TO_INT (was)))
        g_array_append_val (folds, number);
    }
}

static void
keep_folds (RnSpineBody *self, const RnSpec *spec)
{
  g_autoptr (GHashTable) before = NULL;

  if (self->folded->len == 0 && self->unfolded->len == 0)
    return;
  before = stages_by_block (self->view.spec, self->view.layout);
  carry_folds (self->folded, before, spec);
  carry_folds (self->unfolded, before, spec);
}

static void
take_spec (RnSpineBody *self, const RnSpec *spec)
{
  self->keeps_scroll = self->view.layout != NULL && is_edited (spec, self->view.spec);
  if (self->keeps_scroll)
    {
      rn_spine_body_note_places (self);
      keep_folds (self, spec);
    }
  else
    {
      g_array_set_size (self->folded, 0);
      g_array_set_size (self->unfolded, 0);
    }
  rn_spine_body_drop_rows (self);
  g_clear_pointer (&self->view.spec, rn_spec_free);
  g_clear_pointer (&self->view.layout, rn_spine_layout_free);
  g_clear_pointer (&self->view.problems, g_array_unref);
  self->view.spec = spec != NULL ? rn_spec_copy (spec) : NULL;
  self->view.n_specs++;
  self->view.problems = spec != NULL ? rn_spec_find_problems (spec) : NULL;
  self->pending = G_MININT;
}

static void
document_changed (RnSpineBody *self)
{
  const RnSpec *spec = rn_session_get_spec (self->view.session);
  const gboolean is_other = !is_same_network (spec, self->view.spec);

  if (is_other)
    take_spec (self, spec);
  rn_spine_scale_init (&self->view.scale, rn_session_get_measure (self->view.session));
  rn_spine_body_refresh (self);
  state_changed (self);
  if (self->view.spec != NULL && self->view.layout == NULL && !self->keeps_scroll)
    rn_spine_body_make_spare (self);
  rn_spine_body_renew (self);
  if (is_other)
    rn_spine_body_play_slide (self);
}

/* Where the worker is */

/* It is drawn over the rows, which keep their nodes: that costs its few pixels, where a widget that moves would have the
 * window laid out. */
static void
mark (RnSpineBody *self, int block, gboolean is_backward)
{
  if (block == self->marked_block && is_backward == self->is_backward)
    return;
  self->marked_block = block;
  self->is_backward = is_backward;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
look_at_worker (gpointer data)
{
  RnSpineBody *self = data;
  gboolean is_backward = FALSE;
  int block = G_MININT;

  if (!rn_session_get_position (self->view.session, &block, &is_backward))
    block = G_MININT;
  mark (self, block, is_backward);
  return G_SOURCE_CONTINUE;
}

void
rn_spine_body_follow_worker (RnSpineBody *self)
{
  const gboolean is_live =
      gtk_widget_get_mapped (GTK_WIDGET (self)) && rn_session_is_training (self->view.session) &&
      rn_session_get_live (self->view.session) == rn_session_get_document (self->view.session);

  if (is_live && self->position_id == 0)
    self->position_id = g_timeout_add (UPDATE_US / 1000, look_at_worker, self);
  else if (!is_live)
    {
      g_clear_handle_id (&self->position_id, g_source_remove);
      mark (self, G_MININT, FALSE);
    }
}

void
rn_spine_body_follow_session (RnSpineBody *self)
{
  const struct
  {
    const char *signal;
    GCallback callback;
  } signals[] = {
    { "document", G_CALLBACK (document_changed) },
    { "document", G_CALLBACK (rn_spine_body_follow_worker) },
    { "measures", G_CALLBACK (measures_changed) },
    { "gates", G_CALLBACK (state_changed) },
    { "status", G_CALLBACK (rn_spine_body_follow_worker) },
  };
  RnSelection *selection = rn_session_get_selection (self->view.session);

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (self->view.session, signals[i].signal, signals[i].callback, self,
                             G_CONNECT_SWAPPED);
  if (selection != NULL)
    g_signal_connect_object (selection, "changed", G_CALLBACK (selection_changed), self,
                             G_CONNECT_SWAPPED);
  document_changed (self);
}
