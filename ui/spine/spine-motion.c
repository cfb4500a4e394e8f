#include "spine/spine-body-private.h"

#include <adwaita.h>

/* What moves when stages fold and blocks come, and the light of the selection. Only what is drawn moves: rows are allocated
 * where they are going to be, so that pointer, focus and assistive technology meet them there at once. libadwaita plays
 * nothing where animations are off. */

#define MOTION_MS 150

/* Beside the ids of blocks, which begin at 1 */
#define STEM_KEY 0
#define HEAD_KEY G_MAXUINT32

static void
slide (double share, gpointer data)
{
  RnSpineBody *self = data;

  self->slide_share = share;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
glow (double share, gpointer data)
{
  RnSpineBody *self = data;

  for (guint i = 0; i < self->rows->len; i++)
    rn_block_row_set_glow (g_ptr_array_index (self->rows, i), share);
}

static AdwAnimation *
animation_new (RnSpineBody *self, AdwAnimationTargetFunc function)
{
  AdwAnimation *animation =
      adw_timed_animation_new (GTK_WIDGET (self), 0.0, 1.0, MOTION_MS,
                               adw_callback_animation_target_new (function, self, NULL));

  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (animation), ADW_EASE_OUT_CUBIC);
  return animation;
}

static void
play (RnSpineBody *self, AdwAnimation **animation, AdwAnimationTargetFunc function)
{
  if (*animation == NULL)
    *animation = animation_new (self, function);
  adw_animation_reset (*animation);
  adw_animation_play (*animation);
}

void
rn_spine_body_play_glow (RnSpineBody *self)
{
  play (self, &self->glow, glow);
}

static guint32
key_of (RnSpineBody *self, int index)
{
  if (index < 0)
    return STEM_KEY;
  return index < rn_spec_n_blocks (self->view.spec) ? rn_spec_get_block (self->view.spec, index)->id
                                                    : HEAD_KEY;
}

void
rn_spine_body_note_places (RnSpineBody *self)
{
  double from, to, y, height;

  g_clear_pointer (&self->slide_from, g_hash_table_unref);
  if (self->view.layout == NULL || !adw_get_enable_animations (GTK_WIDGET (self)) ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->slide_from = g_hash_table_new (NULL, NULL);
  rn_spine_body_get_visible (self, &from, &to);
  for (int i = -1; i <= rn_spec_n_blocks (self->view.spec); i++)
    {
      rn_spine_layout_heat_of (self->view.layout, i, &y, &height);
      g_hash_table_insert (self->slide_from, GUINT_TO_POINTER (key_of (self, i)),
                           GINT_TO_POINTER ((int) (y - from)));
    }
}

void
rn_spine_body_play_slide (RnSpineBody *self)
{
  if (self->slide_from != NULL)
    play (self, &self->slide, slide);
}

gboolean
rn_spine_body_get_slide (RnSpineBody *self, RnBlockRow *row, double *dy, double *opacity)
{
  const int height = gtk_widget_get_height (GTK_WIDGET (self));
  gpointer place;
  double from, to, y, size;

  *dy = 0.0;
  *opacity = 1.0;
  if (self->slide_from == NULL || self->slide_share >= 1.0)
    return FALSE;
  rn_spine_body_get_visible (self, &from, &to);
  rn_spine_layout_heat_of (self->view.layout, rn_block_row_get_block (row), &y, &size);
  if (g_hash_table_lookup_extended (self->slide_from,
                                    GUINT_TO_POINTER (key_of (self, rn_block_row_get_block (row))),
                                    NULL, &place))
    *dy = (1.0 - self->slide_share) * CLAMP (GPOINTER_TO_INT (place) - (y - from), -height, height);
  else
    *opacity = self->slide_share;
  return TRUE;
}

gboolean
rn_spine_body_is_moving (RnSpineBody *self)
{
  return self->slide != NULL && adw_animation_get_state (self->slide) == ADW_ANIMATION_PLAYING;
}

void
rn_spine_body_stop_motion (RnSpineBody *self)
{
  if (self->slide != NULL)
    adw_animation_skip (self->slide);
  if (self->glow != NULL)
    adw_animation_skip (self->glow);
  g_clear_object (&self->slide);
  g_clear_object (&self->glow);
  g_clear_pointer (&self->slide_from, g_hash_table_unref);
}
