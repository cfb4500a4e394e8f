#include "spine/block-row-private.h"

#include <math.h>

#include "spine/spine-draw.h"

/* A box too small for text: the layers of a row without a card */
#define GLYPH_PX 8.0

static RnSpineBranch
branch_of (RnBlockRow *self)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const double h = floor (self->row.height);
  RnSpineBranch branch = { .trunk_x = g->trunk_x, .box_x = g->box_x };

  if (self->row.detail == RN_DETAIL_CARD)
    {
      const RnRowBox box = rn_block_row_get_box (self);

      branch.radius = 6.0;
      branch.join_y = h - 8.0;
      branch.in_y = round (box.y + 0.3 * box.height);
      branch.out_y = round (box.y + 0.75 * box.height);
    }
  else
    {
      branch.radius = 4.5;
      branch.join_y = h - branch.radius - 2.0;
      branch.box_x = g->box_x - 3.0 - GLYPH_PX;
      branch.in_y = round (0.26 * h);
      branch.out_y = round (0.52 * h);
    }
  return branch;
}

static GdkRGBA
branch_colour (RnBlockRow *self, const RnPalette *palette)
{
  if (self->view->scale.kind != RN_MEASURE_RATIO || isnan (self->ratio))
    return rn_spine_line_colour (palette);
  return rn_palette_ratio (self->ratio);
}

static void
draw_selection (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const double alpha = (palette->is_high_contrast ? 0.3
                        : palette->is_dark        ? 0.24
                                                  : 0.14) +
                       (self->is_lead ? 0.06 : 0.0);

  if (self->glow <= 0.0 || self->row.kind == RN_ROW_STAGE)
    return;
  rn_spine_path_box (cr, 8.0, 0.0, g->width - 12.0, self->row.height, 8.0);
  rn_palette_set_source (cr, &palette->accent, alpha * self->glow);
  cairo_fill (cr);
}

static void
draw_trunk (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, const RnSpineBranch *branch)
{
  const GdkRGBA line = rn_spine_line_colour (palette);
  const double x = branch->trunk_x, h = self->row.height;
  const gboolean is_dashed = !self->is_plain && self->changes_shape && !self->is_projection;

  if (self->is_lead && self->part == RN_PART_SHORTCUT)
    {
      cairo_set_line_width (cr, 9.0);
      rn_palette_set_source (cr, &palette->accent, 0.5);
      cairo_move_to (cr, floor (x) + 0.5, 1.0);
      cairo_line_to (cr, floor (x) + 0.5, branch->join_y);
      cairo_stroke (cr);
    }
  rn_spine_draw_trunk (cr, &line, x, 0.0, branch->join_y, is_dashed);
  rn_spine_draw_trunk (cr, &line, x, branch->join_y, h, FALSE);
}

static void
draw_join (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, const RnSpineBranch *branch)
{
  const double room = branch->join_y - branch->radius;

  if (self->is_projection)
    rn_spine_draw_diamond (cr, palette, branch->trunk_x, 0.5 * room + 0.5,
                           CLAMP (0.6 * room, 3.0, 10.0));
  rn_spine_draw_join (cr, palette, branch->trunk_x, branch->join_y, branch->radius);
}

static void
draw_card_box (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnRowBox box = rn_block_row_get_box (self);
  const gboolean is_outlined = self->is_lead || !self->is_on;

  rn_spine_draw_box (cr, palette, box.x, box.y, box.width, box.height,
                     self->is_lead ? &palette->accent
                     : is_outlined ? &palette->dim
                                   : NULL,
                     is_outlined ? 1.5 : 1.0, !self->is_on);
  if (self->has_problem)
    rn_block_row_draw_problem (self, cr, palette, box.x, box.y, box.width, box.height);
  if (self->is_lead && self->part == RN_PART_LAYER && self->is_each_layer &&
      self->part_layer >= 0 && self->part_layer < self->n_texts)
    {
      double x, y;

      rn_block_row_get_text_place (self, self->part_layer, &x, &y);
      rn_spine_path_box (cr, box.x + 3.0, y, box.width - 6.0, self->line_height, 4.0);
      rn_palette_set_source (cr, &palette->accent, 0.25);
      cairo_fill (cr);
    }
}

static void
draw_glyph (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, const RnSpineBranch *branch)
{
  const double h = floor (self->row.height);
  const double height = MIN (h - 4.0, 12.0);
  const double x = self->is_plain ? floor (branch->trunk_x) + 0.5 - 5.0 : branch->box_x;
  const double y =
      self->is_plain ? 0.5 * (h - height) : 0.5 * (branch->in_y + branch->out_y - height);
  const GdkRGBA line = rn_spine_line_colour (palette);

  rn_spine_draw_box (cr, palette, x, round (y), self->is_plain ? 10.0 : GLYPH_PX, height,
                     self->is_lead ? &palette->accent : &line, 1.0, !self->is_on);
  if (self->has_problem)
    rn_block_row_draw_problem (self, cr, palette, x, round (y), self->is_plain ? 10.0 : GLYPH_PX,
                               height);
}

/* Where the measure's bar stands. Returns: FALSE where the mend stands there */
static gboolean
get_bar (RnBlockRow *self, RnRowBox *bar)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const double h = floor (self->row.height);
  double from = g->measure_x, to = g->end_x, y, height = 9.0;

  if (self->has_problem && self->row.detail >= RN_DETAIL_LINE)
    return FALSE;
  if (self->row.detail == RN_DETAIL_CARD)
    {
      const RnRowBox box = rn_block_row_get_box (self);

      y = round (box.y + 0.5 * (box.height - height - 2.0 - self->line_height));
    }
  else if (self->row.detail == RN_DETAIL_LINE)
    {
      from = g->box_x + 8.0 + self->name_width;
      to -= self->number_width + 6.0;
      y = round (0.5 * (h - 5.0 - height));
    }
  else
    {
      from = g->box_x + 2.0;
      height = CLAMP (h - (h < 9.0 ? 2.0 : 4.0), 2.0, height);
      y = floor (0.5 * (h - height));
    }
  *bar = (RnRowBox){ round (from), y, round (to) - round (from), height };
  return TRUE;
}

static void
draw_value (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const GdkRGBA colour = rn_spine_scale_colour (&self->view->scale, palette, self->values[0]);
  RnRowBox bar;

  if (!isnan (self->values[0]) && get_bar (self, &bar))
    rn_spine_draw_bar (cr, palette, bar.x, bar.y, bar.width, bar.height,
                       rn_spine_scale_place (&self->view->scale, self->values[0]), &colour,
                       self->is_on ? 1.0 : 0.35);
}

/* Rows without room for text: a stub in the place of an arc, a dot in that of the join */
static void
draw_stub (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const double y = floor (0.5 * self->row.height) + 0.5, middle = 0.5 * (g->trunk_x + g->box_x);
  const GdkRGBA line = rn_spine_line_colour (palette), colour = branch_colour (self, palette);

  rn_spine_draw_trunk (cr, &line, g->trunk_x, 0.0, self->row.height,
                       !self->is_plain && self->changes_shape && !self->is_projection);
  if (self->is_plain)
    return;
  cairo_set_line_width (cr, MIN (rn_spine_branch_width (self->ratio), self->row.height - 2.0));
  rn_palette_set_source (cr, &colour, self->is_on ? 1.0 : 0.6);
  cairo_move_to (cr, g->trunk_x, y);
  cairo_line_to (cr, self->is_on ? g->box_x : middle - 3.0, y);
  if (!self->is_on)
    {
      cairo_move_to (cr, middle + 3.0, y);
      cairo_line_to (cr, g->box_x, y);
    }
  cairo_stroke (cr);
  if (self->is_projection)
    rn_spine_draw_diamond (cr, palette, g->trunk_x, y, MIN (self->row.height - 3.0, 7.0));
  else
    rn_spine_draw_join (cr, palette, g->trunk_x, y, MIN (0.5 * self->row.height - 1.0, 3.0));
}

static void
draw_block (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnSpineBranch branch = branch_of (self);
  const GdkRGBA colour = branch_colour (self, palette);

  if (self->row.detail < RN_DETAIL_LINE)
    draw_stub (self, cr, palette);
  else
    {
      draw_trunk (self, cr, palette, &branch);
      if (!self->is_plain)
        {
          rn_spine_draw_branch (cr, &branch, &colour, rn_spine_branch_width (self->ratio),
                                !self->is_on);
          draw_join (self, cr, palette, &branch);
        }
      if (self->row.detail == RN_DETAIL_CARD)
        draw_card_box (self, cr, palette);
      else
        draw_glyph (self, cr, palette, &branch);
    }
  draw_value (self, cr, palette);
}

/* One heat line per block; of blocks that share a pixel the most extreme. */
static void
draw_stage (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const RnSpineScale *scale = &self->view->scale;
  const GdkRGBA line = rn_spine_line_colour (palette);
  const int h = (int) round (self->row.height), n = self->row.n_blocks;
  const double x = g->box_x + 2.0, width = g->end_x - x;

  rn_spine_draw_trunk (cr, &line, g->trunk_x, 0.0, h, FALSE);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int y = 0; y < h; y++)
    {
      const int from = (int) ((gint64) y * n / h);
      const int to = MAX ((int) ((gint64) (y + 1) * n / h), from + 1);
      double value = self->values[from];
      GdkRGBA colour;

      for (int i = from + 1; i < to; i++)
        if (rn_spine_scale_extremity (scale, self->values[i]) >
            rn_spine_scale_extremity (scale, value))
          value = self->values[i];
      if (isnan (value))
        continue;
      colour = rn_spine_scale_colour (scale, palette, value);
      rn_palette_set_source (cr, &colour, 1.0);
      cairo_rectangle (cr, x, y, width, 1.0);
      cairo_fill (cr);
    }
}

static void
append_hatch (RnBlockRow *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  RnRowBox place = { .x = self->view->geometry.box_x + 2.0, .height = round (self->row.height) };

  place.width = self->view->geometry.end_x - place.x;
  if (self->row.n_blocks == 0 || !isnan (self->values[0]) ||
      (self->row.kind == RN_ROW_BLOCK && !get_bar (self, &place)))
    return;
  rn_palette_append_hatch (snapshot, palette,
                           &GRAPHENE_RECT_INIT ((float) place.x, (float) place.y,
                                                (float) place.width, (float) place.height));
}

/* What is drawn over the measures */

/* Lines of blocks that do not fit */
static void
draw_stage_problems (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, double x,
                     double width)
{
  const double pitch = self->row.height / self->row.n_blocks;

  rn_palette_set_source (cr, &palette->warning, 1.0);
  for (int i = 0; self->view->problems != NULL && i < self->row.n_blocks; i++)
    if (rn_spine_view_get_problem (self->view, self->row.first_block + i) != NULL)
      cairo_rectangle (cr, x, floor (i * pitch), width, MAX (floor (pitch), 2.0));
  cairo_fill (cr);
}

static void
draw_lead (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, double x, double width)
{
  const double pitch = self->row.height / self->row.n_blocks, height = MAX (pitch, 3.0);

  if (self->lead_line < 0)
    return;
  rn_palette_set_source (cr, &palette->accent, 1.0);
  cairo_set_line_width (cr, 1.5);
  rn_spine_path_box (cr, x - 3.0, (self->lead_line + 0.5) * pitch - 0.5 * height - 1.5, width + 6.0,
                     height + 3.0, 2.0);
  cairo_stroke (cr);
}

static gboolean
has_marks (RnBlockRow *self)
{
  if (self->row.kind == RN_ROW_STAGE)
    return self->lead_line >= 0 || (self->view->problems != NULL && self->view->problems->len > 0);
  return self->has_problem && self->row.detail < RN_DETAIL_LINE;
}

static void
draw_marks (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const double x = self->view->geometry.box_x + 2.0, width = self->view->geometry.end_x - x;
  RnRowBox bar;

  if (self->row.kind == RN_ROW_STAGE)
    {
      draw_stage_problems (self, cr, palette, x, width);
      draw_lead (self, cr, palette, x, width);
    }
  else if (get_bar (self, &bar))
    rn_block_row_draw_problem (self, cr, palette, bar.x, bar.y, bar.width, bar.height);
}

static void
draw_end (RnBlockRow *self, cairo_t *cr, const RnPalette *palette)
{
  const RnRowBox box = rn_block_row_get_box (self);
  const GdkRGBA line = rn_spine_line_colour (palette);
  const gboolean is_stem = self->row.kind == RN_ROW_STEM;

  rn_spine_draw_trunk (cr, &line, self->view->geometry.trunk_x, is_stem ? box.y + box.height : 0.0,
                       is_stem ? self->row.height : box.y, FALSE);
  rn_spine_draw_box (cr, palette, box.x, box.y, box.width, box.height,
                     self->is_lead ? &palette->accent : NULL, self->is_lead ? 1.5 : 1.0, FALSE);
}

static void
append_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *colour)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
append_texts (RnBlockRow *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  const RnSpineGeometry *g = &self->view->geometry;
  int width, height;
  double x, y;

  for (int i = 0; i < self->n_texts; i++)
    {
      rn_block_row_get_text_place (self, i, &x, &y);
      append_text (snapshot, self->texts[i], x, y, self->is_on ? &palette->text : &palette->dim);
    }
  if (self->row.kind != RN_ROW_BLOCK || self->row.detail < RN_DETAIL_LINE || self->has_problem)
    return;
  pango_layout_get_pixel_size (self->number, &width, &height);
  y = round (0.5 * (self->row.height - 5.0 - height));
  if (self->row.detail == RN_DETAIL_CARD)
    {
      const RnRowBox box = rn_block_row_get_box (self);

      y = round (box.y + 0.5 * (box.height - 9.0 - 2.0 - height)) + 9.0 + 2.0;
    }
  append_text (snapshot, self->number, g->end_x - width, y, &palette->dim);
}

void
rn_block_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnBlockRow *self = RN_BLOCK_ROW (widget);
  const float width = (float) gtk_widget_get_width (widget);
  const float height = (float) gtk_widget_get_height (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0.0f, 0.0f, width, height);
  RnPalette palette;
  cairo_t *cr;

  if (self->at < 0 || width < 1.0f || height < 1.0f)
    return;
  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  draw_selection (self, cr, &palette);
  if (self->row.kind == RN_ROW_BLOCK)
    draw_block (self, cr, &palette);
  else if (self->row.kind == RN_ROW_STAGE)
    draw_stage (self, cr, &palette);
  else
    draw_end (self, cr, &palette);
  cairo_destroy (cr);
  append_hatch (self, snapshot, &palette);
  if (has_marks (self))
    {
      cr = gtk_snapshot_append_cairo (snapshot, &bounds);
      draw_marks (self, cr, &palette);
      cairo_destroy (cr);
    }
  append_texts (self, snapshot, &palette);
  GTK_WIDGET_CLASS (g_type_class_peek_parent (G_OBJECT_GET_CLASS (widget)))
      ->snapshot (widget, snapshot);
}
