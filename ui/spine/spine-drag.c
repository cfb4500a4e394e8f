#include "spine/spine-body-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "spine/cargo.h"
#include "spine/spine-draw.h"
#include "spine/spine-edit.h"
#include "spine/spine-words.h"

/* Blocks are dragged out of the spine and dropped into it. */

/* Nearer to an edge than this, the spine scrolls, faster the nearer */
#define EDGE_PX 36.0
#define MAX_PX_PER_S 900.0
/* A folded stage that something hovers over for so long unfolds. */
#define UNFOLD_MS 600
#define MARKER_RADIUS_PX 4.0
/* From the shapes at the seams to the one that is shown while something hovers */
#define TAG_GAP_PX 18.0
#define TAG_PAD_PX 6.0

/* Out of the spine */

static void
append_stage (RnSpineBody *self, int stage, GArray *ids)
{
  const RnStage *s = &g_array_index (self->view.layout->stages, RnStage, (guint) stage);

  for (int i = 0; i < s->n_blocks; i++)
    g_array_append_val (ids, rn_spec_get_block (self->view.spec, s->first_block + i)->id);
}

/* What goes along with block @index: the selection that it belongs to, in the order of the network; of a folded stage all
 * of it */
static GArray *
collect (RnSpineBody *self, int index)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  const guint32 id = rn_spec_get_block (self->view.spec, index)->id;
  const RnRow *row = &g_array_index (self->view.layout->rows, RnRow,
                                     (guint) rn_spine_layout_row_of (self->view.layout, index));
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (rn_selection_n_blocks (selection) > 1 && rn_selection_contains (selection, id))
    rn_edit_collect (self->view.session, ids);
  else if (row->kind == RN_ROW_STAGE)
    append_stage (self, row->stage, ids);
  else
    g_array_append_val (ids, id);
  return ids;
}

static GdkContentProvider *
prepare (GtkDragSource *source, double x, double y, RnSpineBody *self)
{
  g_autoptr (GArray) ids = NULL;
  int index, layer;
  RnPart part;

  if (!rn_spine_body_pick (self, x, y, &part, &index, &layer) || part == RN_PART_STEM ||
      part == RN_PART_HEAD || !rn_edit_is_possible (self->view.session))
    return NULL;
  ids = collect (self, index);
  g_clear_pointer (&self->cargo, rn_cargo_unref);
  self->cargo = rn_cargo_new_blocks (ids, rn_edit_to_text (self->view.session, ids));
  return rn_cargo_get_provider (self->cargo);
}

static void
drag_begun (GtkDragSource *source, GdkDrag *drag, RnSpineBody *self)
{
  self->is_press_held = FALSE;
  if (self->cargo != NULL)
    rn_cargo_show (self->cargo, drag);
}

static void
drag_ended (GtkDragSource *source, GdkDrag *drag, gboolean is_moved, RnSpineBody *self)
{
  g_clear_pointer (&self->cargo, rn_cargo_unref);
}

/* Into the spine */

static double
scroll_of (RnSpineBody *self)
{
  double from, to;

  rn_spine_body_get_visible (self, &from, &to);
  return from;
}

static gboolean
unfold (gpointer data)
{
  RnSpineBody *self = data;

  self->unfold_id = 0;
  if (self->hover.stage >= 0)
    rn_spine_body_set_folded (self, self->hover.stage, FALSE);
  rn_spine_body_hover (self, self->hover_y);
  return G_SOURCE_REMOVE;
}

/* px/s at @y of the widget: negative upwards */
static double
speed_at (RnSpineBody *self, double y)
{
  const double below = y - (gtk_widget_get_height (GTK_WIDGET (self)) - EDGE_PX);
  const double above = EDGE_PX - y;

  return MAX_PX_PER_S * (below > 0.0   ? MIN (below / EDGE_PX, 1.0)
                         : above > 0.0 ? -MIN (above / EDGE_PX, 1.0)
                                       : 0.0);
}

static gboolean
scroll_in_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  const gint64 now = gdk_frame_clock_get_frame_time (clock);
  const double s = self->scrolled_us > 0 ? (double) (now - self->scrolled_us) / 1e6 : 0.0;
  const double speed = speed_at (self, self->hover_y);

  self->scrolled_us = now;
  if (!self->is_hovering || speed == 0.0 || adjustment == NULL)
    {
      self->scroll_id = 0;
      return G_SOURCE_REMOVE;
    }
  gtk_adjustment_set_value (adjustment,
                            gtk_adjustment_get_value (adjustment) + speed * MIN (s, 0.1));
  rn_spine_body_hover (self, self->hover_y);
  return G_SOURCE_CONTINUE;
}

/* What the marker shows, for whoever does not see it */
static void
tell_place (RnSpineBody *self, int at)
{
  g_autofree char *text =
      g_strdup_printf (_ ("What is dropped here becomes block %d of the network"), at + 1);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

void
rn_spine_body_hover (RnSpineBody *self, double y)
{
  RnSpinePlace place;

  if (self->view.layout == NULL)
    return;
  place = rn_spine_place_at (self->view.layout, y + scroll_of (self));
  if (place.stage != self->hover.stage || !self->is_hovering)
    {
      g_clear_handle_id (&self->unfold_id, g_source_remove);
      if (place.stage >= 0)
        self->unfold_id = g_timeout_add (UNFOLD_MS, unfold, self);
    }
  if (!self->is_hovering)
    gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
  if (!self->is_hovering || place.at != self->hover.at)
    tell_place (self, place.at);
  self->hover = place;
  self->hover_y = y;
  self->is_hovering = TRUE;
  if (self->scroll_id == 0 && speed_at (self, y) != 0.0)
    {
      self->scrolled_us = 0;
      self->scroll_id =
          gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_in_tick, NULL, NULL);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_spine_body_end_hover (RnSpineBody *self)
{
  g_clear_handle_id (&self->unfold_id, g_source_remove);
  if (self->scroll_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->scroll_id);
  self->scroll_id = 0;
  if (self->is_hovering)
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  self->is_hovering = FALSE;
  self->hover.stage = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Moves where the source lets it: GDK leaves only the copy while Ctrl is held. */
static GdkDragAction
action_of (GtkDropTarget *target)
{
  GdkDrop *drop = gtk_drop_target_get_current_drop (target);

  return drop == NULL || (gdk_drop_get_actions (drop) & GDK_ACTION_MOVE) != 0 ? GDK_ACTION_MOVE
                                                                              : GDK_ACTION_COPY;
}

static GdkDragAction
moved (GtkDropTarget *target, double x, double y, RnSpineBody *self)
{
  if (!rn_edit_is_possible (self->view.session) || self->view.layout == NULL)
    return 0;
  rn_spine_body_hover (self, y);
  return action_of (target);
}

static gboolean
dropped (GtkDropTarget *target, const GValue *value, double x, double y, RnSpineBody *self)
{
  const gboolean is_copy = action_of (target) == GDK_ACTION_COPY;
  int at;

  rn_spine_body_end_hover (self);
  if (!G_VALUE_HOLDS (value, RN_TYPE_CARGO) || self->view.layout == NULL)
    return FALSE;
  at = rn_spine_place_at (self->view.layout, y + scroll_of (self)).at;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  return rn_edit_drop (self->view.session, g_value_get_boxed (value), at, is_copy);
}

void
rn_spine_body_add_drag (RnSpineBody *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (RN_TYPE_CARGO, GDK_ACTION_COPY | GDK_ACTION_MOVE);

  self->hover.stage = -1;
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY | GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (prepare), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begun), self);
  g_signal_connect (source, "drag-end", G_CALLBACK (drag_ended), self);
  g_signal_connect (target, "enter", G_CALLBACK (moved), self);
  g_signal_connect (target, "motion", G_CALLBACK (moved), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (rn_spine_body_end_hover), self);
  g_signal_connect (target, "drop", G_CALLBACK (dropped), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* The marker: a line with a round end on the trunk, and the shape that goes through there */

static void
append_tag (RnSpineBody *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  g_autoptr (PangoLayout) text = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  PangoAttrList *attributes = pango_attr_list_new ();
  int side, channels, width, height;
  g_autofree char *shape = NULL;
  GskRoundedRect box;
  const RnSpineGeometry *g = &self->view.geometry;
  const int n = rn_spec_n_blocks (self->view.spec);
  double x, y;

  rn_spine_place_shape (self->view.layout, self->view.spec, self->hover.at, &side, &channels);
  shape = rn_spine_shape_text (side, channels);
  pango_attr_list_insert (attributes, pango_attr_scale_new (9.0 / 11.0));
  pango_layout_set_attributes (text, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_text (text, shape, -1);
  pango_layout_get_pixel_size (text, &width, &height);
  /* beside what stands at the next seam, a shape like this one, and the names of blocks; last, where cards leave room */
  x = round (g->box_x + 6.0 + width + TAG_GAP_PX);
  if (self->hover.at == n)
    x = MAX (x, round (g->end_x - width - TAG_PAD_PX));
  y = round (rn_spine_place_tag_y (self->view.layout, self->hover.at, height + 2.0) -
             scroll_of (self)) +
      1.0;
  gsk_rounded_rect_init_from_rect (&box,
                                   &GRAPHENE_RECT_INIT ((float) (x - TAG_PAD_PX), (float) y - 1.0f,
                                                        (float) (width + 2.0 * TAG_PAD_PX),
                                                        (float) height + 2.0f),
                                   0.5f * (float) height + 1.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &palette->accent, &box.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, text, &palette->ground);
  gtk_snapshot_restore (snapshot);
}

void
rn_spine_body_append_hover (RnSpineBody *self, GtkSnapshot *snapshot)
{
  const RnSpineGeometry *g = &self->view.geometry;
  const double x = floor (g->trunk_x) + 0.5;
  double y;
  RnPalette palette;
  cairo_t *cr;

  if (!self->is_hovering)
    return;
  rn_palette_get (GTK_WIDGET (self), &palette);
  y = round (rn_spine_place_y (self->view.layout, self->hover.at) - scroll_of (self));
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0.0f, (float) y - 8.0f,
                                                                 (float) g->width, 16.0f));
  rn_palette_set_source (cr, &palette.accent, 1.0);
  cairo_set_line_width (cr, 2.0);
  cairo_move_to (cr, x + MARKER_RADIUS_PX, y);
  cairo_line_to (cr, g->end_x, y);
  cairo_stroke (cr);
  cairo_arc (cr, x, y, MARKER_RADIUS_PX, 0.0, 2.0 * G_PI);
  rn_palette_set_source (cr, &palette.ground, 1.0);
  cairo_fill_preserve (cr);
  rn_palette_set_source (cr, &palette.accent, 1.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
  /* stem and head stand too close together for a tag, and the stem says what shape it gives */
  if (rn_spec_n_blocks (self->view.spec) > 0)
    append_tag (self, snapshot, &palette);
}
