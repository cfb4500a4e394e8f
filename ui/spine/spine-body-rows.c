#include "spine/spine-body-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "spine/spine-draw.h"
#include "spine/spine-words.h"

/* A seam this high has room for its text and its button */
#define READABLE_SEAM_PX 16.0
#define MARKER_WIDTH_PX 13
#define MARKER_HEIGHT_PX 11
/* Between its middle and the row of the stem or the head */
#define END_MARKER_PX 4.0

static double
scroll_of (RnSpineBody *self)
{
  double from, to;

  rn_spine_body_get_visible (self, &from, &to);
  return from;
}

/* It stays in view until all rows are bound: most are at once bound to another place. */
static void
set_aside (RnSpineBody *self, guint at)
{
  GtkWidget *row = g_ptr_array_index (self->rows, at);

  if (gtk_widget_get_focus_child (GTK_WIDGET (self)) == row)
    gtk_widget_grab_focus (GTK_WIDGET (self));
  /* a press that has begun in it is not one of another block */
  if ((gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_ACTIVE) != 0)
    rn_spine_set_shown (row, FALSE);
  g_ptr_array_add (self->spare, row);
  g_ptr_array_remove_index (self->rows, at);
}

void
rn_spine_body_drop_rows (RnSpineBody *self)
{
  while (self->rows->len > 0)
    set_aside (self, self->rows->len - 1);
}

void
rn_spine_body_hide_spare (RnSpineBody *self)
{
  const guint n_stages = self->view.layout != NULL ? self->view.layout->stages->len : 0;

  for (guint i = 0; i < self->spare->len; i++)
    rn_spine_set_shown (g_ptr_array_index (self->spare, i), FALSE);
  for (guint i = n_stages; i < self->folds->len; i++)
    rn_spine_set_shown (g_ptr_array_index (self->folds, i), FALSE);
}

static int
row_number (RnSpineBody *self, guint at)
{
  RnBlockRow *row = g_ptr_array_index (self->rows, at);

  return rn_spine_layout_row_of (self->view.layout, rn_block_row_get_block (row));
}

static void
make_row (RnSpineBody *self)
{
  GtkWidget *row = rn_block_row_new (&self->view);

  rn_spine_set_shown (row, FALSE);
  gtk_widget_insert_before (row, GTK_WIDGET (self), NULL);
  g_ptr_array_add (self->spare, row);
}

void
rn_spine_body_make_spare (RnSpineBody *self)
{
  const double usual_height = 700.0;
  g_autoptr (RnSpineLayout) layout =
      rn_spine_layout_new (self->view.spec, usual_height, self->zoom, NULL, NULL);
  const int last = rn_spine_layout_find (layout, usual_height);
  const guint n = last >= 0 ? (guint) last + 1 : layout->rows->len;

  while (self->spare->len + self->rows->len < n)
    make_row (self);
}

/* Assistive technology and focus go by the order of children. */
static void
order_rows (RnSpineBody *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *before = i > 0 ? g_ptr_array_index (self->rows, i - 1) : NULL;

      if (gtk_widget_get_prev_sibling (g_ptr_array_index (self->rows, i)) != before)
        gtk_widget_insert_after (g_ptr_array_index (self->rows, i), GTK_WIDGET (self), before);
    }
}

/* Binds rows so that @first to @last are shown, in order. Returns: whether all of them are */
static gboolean
show_rows (RnSpineBody *self, int first, int last, gboolean may_make)
{
  for (guint i = self->rows->len; i > 0; i--)
    if (row_number (self, i - 1) < first || row_number (self, i - 1) > last)
      set_aside (self, i - 1);
  for (int n = first; n <= last; n++)
    {
      const guint at = (guint) (n - first);
      GtkWidget *row;

      if (at < self->rows->len && row_number (self, at) == n)
        continue;
      if (self->spare->len == 0 && may_make)
        make_row (self);
      if (self->spare->len == 0)
        return FALSE;
      row = g_ptr_array_steal_index (self->spare, self->spare->len - 1);
      rn_block_row_bind (RN_BLOCK_ROW (row), n);
      rn_spine_set_shown (row, TRUE);
      g_ptr_array_insert (self->rows, (int) at, row);
    }
  return TRUE;
}

static void
place_rows (RnSpineBody *self)
{
  const double scroll = scroll_of (self);
  const int width = gtk_widget_get_width (GTK_WIDGET (self));

  for (guint i = 0; i < self->rows->len; i++)
    {
      const RnRow *row =
          &g_array_index (self->view.layout->rows, RnRow, (guint) row_number (self, i));
      const int top = (int) round (row->y - scroll);
      const int bottom = (int) round (row->y + row->height - scroll);

      gtk_widget_size_allocate (g_ptr_array_index (self->rows, i),
                                &(GtkAllocation){ 0, top, width, MAX (bottom - top, 1) }, -1);
    }
}

static void
fold_clicked (GtkWidget *button, RnSpineBody *self)
{
  guint stage;

  if (!g_ptr_array_find (self->folds, button, &stage) || self->view.layout == NULL ||
      stage >= self->view.layout->stages->len)
    return;
  rn_spine_body_set_folded (self, (int) stage,
                            !g_array_index (self->view.layout->stages, RnStage, stage).is_folded);
}

static const char *
fold_icon (const RnStage *stage)
{
  return stage->is_folded ? "pan-end-symbolic" : "pan-down-symbolic";
}

static void
bind_fold (GtkWidget *button, guint at, const RnStage *stage)
{
  g_autofree char *label =
      g_strdup_printf (stage->is_folded ? _ ("Unfold stage %d") : _ ("Fold stage %d"),
                       (int) at + 1);

  gtk_button_set_icon_name (GTK_BUTTON (button), fold_icon (stage));
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED,
                               !stage->is_folded, -1);
}

static void
make_fold (RnSpineBody *self)
{
  GtkWidget *button = gtk_button_new ();

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "rn-fold");
  g_signal_connect (button, "clicked", G_CALLBACK (fold_clicked), self);
  rn_spine_set_shown (button, FALSE);
  gtk_widget_insert_before (button, GTK_WIDGET (self), NULL);
  g_ptr_array_add (self->folds, button);
}

static gboolean
has_fold (RnSpineBody *self, const RnStage *stage)
{
  double from, to;

  rn_spine_body_get_visible (self, &from, &to);
  return stage->n_blocks > 1 && stage->seam >= READABLE_SEAM_PX && stage->y <= to &&
         stage->y + stage->seam >= from;
}

/* Returns: whether every stage in view has its button */
static gboolean
show_folds (RnSpineBody *self, gboolean may_make)
{
  const GArray *stages = self->view.layout->stages;
  gboolean is_whole = TRUE;

  for (guint i = 0; i < stages->len; i++)
    {
      const RnStage *stage = &g_array_index (stages, RnStage, i);
      GtkWidget *button;
      const gboolean is_shown = has_fold (self, stage);

      while (is_shown && may_make && self->folds->len <= i)
        make_fold (self);
      if (i >= self->folds->len)
        {
          is_whole &= !is_shown;
          continue;
        }
      button = g_ptr_array_index (self->folds, i);
      rn_spine_set_shown (button, is_shown);
      if (!is_shown ||
          g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), fold_icon (stage)) == 0)
        continue;
      if (may_make)
        bind_fold (button, i, stage);
      is_whole &= may_make;
    }
  return is_whole;
}

static void
place_folds (RnSpineBody *self)
{
  const GArray *stages = self->view.layout->stages;

  for (guint i = 0; i < MIN (stages->len, self->folds->len); i++)
    {
      const RnStage *stage = &g_array_index (stages, RnStage, i);
      GtkWidget *button = g_ptr_array_index (self->folds, i);
      GtkAllocation place = { 0 };

      if (!gtk_widget_get_child_visible (button))
        continue;
      gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &place.width, NULL, NULL);
      gtk_widget_measure (button, GTK_ORIENTATION_VERTICAL, -1, NULL, &place.height, NULL, NULL);
      place.x = (int) self->view.geometry.end_x - place.width + 2;
      place.y =
          (int) round (stage->y - scroll_of (self) + 1.0 + 0.5 * (stage->seam - place.height));
      gtk_widget_size_allocate (button, &place, -1);
    }
}

gboolean
rn_spine_body_show (RnSpineBody *self, gboolean may_make)
{
  const RnSpineLayout *layout = self->view.layout;
  gboolean is_whole;
  double from, to;
  int first, last;

  rn_spine_body_get_visible (self, &from, &to);
  first = MAX (rn_spine_layout_find (layout, MAX (from, 0.0)), 0);
  last = rn_spine_layout_find (layout, to);
  if (last < 0)
    last = (int) layout->rows->len - 1;
  is_whole = show_rows (self, first, last, may_make);
  rn_spine_body_hide_spare (self);
  if (may_make)
    order_rows (self);
  return show_folds (self, may_make) && is_whole;
}

void
rn_spine_body_place (RnSpineBody *self)
{
  place_rows (self);
  place_folds (self);
  rn_spine_body_place_seam (self);
}

RnBlockRow *
rn_spine_body_get_row (RnSpineBody *self, int index)
{
  const int n = self->view.layout != NULL ? rn_spine_layout_row_of (self->view.layout, index) : -1;

  for (guint i = 0; i < self->rows->len; i++)
    if (row_number (self, i) == n)
      return g_ptr_array_index (self->rows, i);
  return NULL;
}

/* Drawing of what lies behind the rows */

void
rn_spine_body_forget_backdrop (RnSpineBody *self)
{
  g_clear_pointer (&self->backdrop, gsk_render_node_unref);
}

static void
draw_stage (RnSpineBody *self, cairo_t *cr, const RnPalette *palette, const RnStage *stage)
{
  const RnSpineGeometry *g = &self->view.geometry;
  const GdkRGBA line = rn_spine_line_colour (palette);
  const double top = round (stage->y - scroll_of (self));
  const double bottom = round (stage->y + stage->height - scroll_of (self));
  const double begin = top + MIN (3.0, 0.3 * stage->seam);

  rn_spine_path_box (cr, g->bracket_x + 1.5, begin, g->width - g->bracket_x - 5.5, bottom - begin,
                     6.0);
  rn_palette_set_source (cr, &palette->tint, 1.0);
  cairo_fill (cr);
  rn_spine_draw_trunk (cr, &line, g->trunk_x, top, top + stage->seam, FALSE);
  cairo_set_line_width (cr, 1.0);
  rn_palette_set_source (cr, &line, 1.0);
  cairo_move_to (cr, g->bracket_x + 4.0, begin + 0.5);
  cairo_line_to (cr, g->bracket_x, begin + 0.5);
  cairo_line_to (cr, g->bracket_x, bottom - 0.5);
  cairo_line_to (cr, g->bracket_x + 4.0, bottom - 0.5);
  cairo_stroke (cr);
}

static void
append_shape (RnSpineBody *self, GtkSnapshot *snapshot, const RnPalette *palette,
              const RnStage *stage)
{
  g_autofree char *shape = rn_spine_shape_text (stage->side, stage->channels);
  GString *text = g_string_new (shape);
  int height;

  if (stage->is_folded)
    g_string_append_printf (text,
                            ngettext (" · %d block", " · %d blocks", (gulong) stage->n_blocks),
                            stage->n_blocks);
  pango_layout_set_text (self->text, text->str, -1);
  g_string_free (text, TRUE);
  pango_layout_get_pixel_size (self->text, NULL, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) self->view.geometry.box_x,
                                                (float) round (stage->y - scroll_of (self) + 1.0 +
                                                               0.5 * (stage->seam - height))));
  gtk_snapshot_append_layout (snapshot, self->text, &palette->dim);
  gtk_snapshot_restore (snapshot);
}

static void
make_text (RnSpineBody *self)
{
  PangoAttrList *attributes = pango_attr_list_new ();

  if (self->text == NULL)
    self->text = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  pango_attr_list_insert (attributes, pango_attr_scale_new (9.0 / 11.0));
  pango_layout_set_attributes (self->text, attributes);
  pango_attr_list_unref (attributes);
}

static void
append_backdrop (RnSpineBody *self, GtkSnapshot *snapshot)
{
  const float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  const float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  const GArray *stages = self->view.layout->stages;
  const double scroll = scroll_of (self);
  RnPalette palette;
  cairo_t *cr;

  rn_palette_get (GTK_WIDGET (self), &palette);
  make_text (self);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0.0f, 0.0f, width, height));
  for (guint i = 0; i < stages->len; i++)
    {
      const RnStage *stage = &g_array_index (stages, RnStage, i);

      if (stage->y + stage->height >= scroll && stage->y <= scroll + (double) height)
        draw_stage (self, cr, &palette, stage);
    }
  cairo_destroy (cr);
  for (guint i = 0; i < stages->len; i++)
    {
      const RnStage *stage = &g_array_index (stages, RnStage, i);

      if (stage->seam >= READABLE_SEAM_PX && stage->y + stage->seam >= scroll &&
          stage->y <= scroll + (double) height)
        append_shape (self, snapshot, &palette, stage);
    }
}

/* Returns: the middle of the marker: on the trunk beside a block, clear of the text of stem and head */
static double
find_marker_y (RnSpineBody *self)
{
  double y, height;

  rn_spine_layout_heat_of (self->view.layout, self->marked_block, &y, &height);
  if (self->marked_block < 0)
    return y + height + END_MARKER_PX;
  if (self->marked_block >= rn_spec_n_blocks (self->view.spec))
    return y - END_MARKER_PX;
  return y + 0.5 * height;
}

/* A triangle on the trunk, beside the block where the worker is, that points where it goes */
static void
append_marker (RnSpineBody *self, GtkSnapshot *snapshot)
{
  const double width = MARKER_WIDTH_PX, height = MARKER_HEIGHT_PX;
  const double tip = self->is_backward ? 1.0 : height - 1.0,
               base = self->is_backward ? height - 2.0 : 2.0;
  double x, y;
  RnPalette palette;
  cairo_t *cr;

  rn_palette_get (GTK_WIDGET (self), &palette);
  x = floor (self->view.geometry.trunk_x) - floor (0.5 * (width - 1.0));
  y = round (find_marker_y (self) - scroll_of (self) - 0.5 * height);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float) x, (float) y,
                                                                 (float) width, (float) height));
  cairo_translate (cr, x, y);
  cairo_move_to (cr, 1.0, base);
  cairo_line_to (cr, width - 1.0, base);
  cairo_line_to (cr, 0.5 * width, tip);
  cairo_close_path (cr);
  rn_palette_set_source (cr, &palette.accent, 1.0);
  cairo_fill_preserve (cr);
  rn_palette_set_source (cr, &palette.ground, 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
append_row (RnSpineBody *self, GtkSnapshot *snapshot, GtkWidget *row)
{
  double dy, opacity;

  if (!rn_spine_body_get_slide (self, RN_BLOCK_ROW (row), &dy, &opacity))
    {
      gtk_widget_snapshot_child (GTK_WIDGET (self), row, snapshot);
      return;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0.0f, (float) round (dy)));
  if (opacity < 1.0)
    gtk_snapshot_push_opacity (snapshot, opacity);
  gtk_widget_snapshot_child (GTK_WIDGET (self), row, snapshot);
  if (opacity < 1.0)
    gtk_snapshot_pop (snapshot);
  gtk_snapshot_restore (snapshot);
}

void
rn_spine_body_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);

  if (self->view.spec == NULL || self->view.layout == NULL)
    return;
  /* the same node again costs nothing to draw where only a child has moved */
  if (self->backdrop == NULL)
    {
      GtkSnapshot *own = gtk_snapshot_new ();

      append_backdrop (self, own);
      self->backdrop = gtk_snapshot_free_to_node (own);
    }
  if (self->backdrop != NULL)
    gtk_snapshot_append_node (snapshot, self->backdrop);
  for (guint i = 0; i < self->rows->len; i++)
    append_row (self, snapshot, g_ptr_array_index (self->rows, i));
  for (guint i = 0; i < self->folds->len; i++)
    gtk_widget_snapshot_child (widget, g_ptr_array_index (self->folds, i), snapshot);
  gtk_widget_snapshot_child (widget, self->seam, snapshot);
  if (self->marked_block != G_MININT)
    append_marker (self, snapshot);
  rn_spine_body_append_hover (self, snapshot);
}
