#include "print/network-figure-private.h"

#define LINE 0.75
#define ARROW 3.0 /* half width and length of an arrow's head */
#define CORNER 5.0
#define DIAMOND 3.6     /* half diagonal */
#define LAYER_TINT 0.93 /* grey of what belongs to no block */
#define DIM 0.35        /* grey of shapes and captions */

static const double dashes[] = { 3.0, 2.0 };

/* @align: 0 left, 0.5 middle, 1 right of (@x, @y), which is at the text's middle height */
static void
draw_text (cairo_t *cr, const char *text, double size, gboolean is_bold, double grey, double x,
           double y, double align)
{
  PangoLayout *layout = rn_figure_layout_new (text, size, is_bold);
  int width, height;

  pango_layout_get_size (layout, &width, &height);
  cairo_set_source_rgb (cr, grey, grey, grey);
  cairo_move_to (cr, x - align * (double) width / PANGO_SCALE,
                 y - 0.5 * (double) height / PANGO_SCALE);
  pango_cairo_show_layout (cr, layout);
  cairo_new_path (cr);
  g_object_unref (layout);
}

static void
stroke (cairo_t *cr)
{
  cairo_set_source_rgb (cr, 0.0, 0.0, 0.0);
  cairo_set_line_width (cr, LINE);
  cairo_stroke (cr);
}

/* With its tip at (@x, @y), pointing along (@dx, @dy), which is one of the four directions */
static void
draw_arrow (cairo_t *cr, double x, double y, double dx, double dy)
{
  const double half = ARROW * 0.6;

  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x - ARROW * dx - half * dy, y - ARROW * dy - half * dx);
  cairo_line_to (cr, x - ARROW * dx + half * dy, y - ARROW * dy + half * dx);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 0.0, 0.0, 0.0);
  cairo_fill (cr);
}

static void
draw_box (cairo_t *cr, const char *text, double x, double y, double grey)
{
  cairo_rectangle (cr, x - RN_FIGURE_BOX_WIDTH / 2.0, y, RN_FIGURE_BOX_WIDTH, RN_FIGURE_BOX_HEIGHT);
  cairo_set_source_rgb (cr, grey, grey, grey);
  cairo_fill_preserve (cr);
  stroke (cr);
  draw_text (cr, text, RN_FIGURE_TEXT_SIZE, FALSE, 0.0, x, y + RN_FIGURE_BOX_HEIGHT / 2.0, 0.5);
}

static void
draw_join (cairo_t *cr, double x, double y)
{
  const double arm = RN_FIGURE_JOIN - 1.5;

  cairo_arc (cr, x, y, RN_FIGURE_JOIN, 0.0, 2.0 * G_PI);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_fill_preserve (cr);
  stroke (cr);
  cairo_move_to (cr, x - arm, y);
  cairo_line_to (cr, x + arm, y);
  cairo_move_to (cr, x, y - arm);
  cairo_line_to (cr, x, y + arm);
  stroke (cr);
}

static void
draw_diamond (cairo_t *cr, double x, double y)
{
  cairo_move_to (cr, x, y - DIAMOND);
  cairo_line_to (cr, x + DIAMOND, y);
  cairo_line_to (cr, x, y + DIAMOND);
  cairo_line_to (cr, x - DIAMOND, y);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_fill_preserve (cr);
  stroke (cr);
}

/* From the trunk at @from around the boxes into the join at @to */
static void
draw_arc (cairo_t *cr, RnFigureArc arc, double x, double from, double to)
{
  const double right = x + RN_FIGURE_BOX_WIDTH / 2.0 + RN_FIGURE_ARC;

  cairo_save (cr);
  cairo_move_to (cr, x, from);
  cairo_line_to (cr, right - CORNER, from);
  cairo_arc (cr, right - CORNER, from + CORNER, CORNER, -0.5 * G_PI, 0.0);
  cairo_line_to (cr, right, to - CORNER);
  cairo_arc (cr, right - CORNER, to - CORNER, CORNER, 0.0, 0.5 * G_PI);
  cairo_line_to (cr, x + RN_FIGURE_JOIN + ARROW, to);
  if (arc == RN_FIGURE_ARC_ZEROS)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0.0);
  stroke (cr);
  cairo_restore (cr);
  draw_arrow (cr, x + RN_FIGURE_JOIN, to, -1.0, 0.0);
  if (arc == RN_FIGURE_ARC_PROJECTION)
    draw_diamond (cr, right, 0.5 * (from + to));
}

/* The bracket at the left of blocks that are drawn once */
static void
draw_count (cairo_t *cr, int count, double x, double from, double to)
{
  const double left = x - RN_FIGURE_BOX_WIDTH / 2.0 - 5.0;
  g_autofree char *text = g_strdup_printf ("× %d", count);

  cairo_move_to (cr, left + 2.5, from);
  cairo_line_to (cr, left, from);
  cairo_line_to (cr, left, to);
  cairo_line_to (cr, left + 2.5, to);
  stroke (cr);
  draw_text (cr, text, RN_FIGURE_TEXT_SIZE, TRUE, 0.0, left - 3.0, 0.5 * (from + to), 1.0);
}

static void
draw_line (cairo_t *cr, double x, double from, double to)
{
  cairo_move_to (cr, x, from);
  cairo_line_to (cr, x, to);
  stroke (cr);
}

/* A piece of trunk with a shape beside it. Returns: its lower end */
static double
draw_seam (cairo_t *cr, const char *text, double x, double y)
{
  draw_line (cr, x, y, y + RN_FIGURE_SEAM);
  draw_text (cr, text, RN_FIGURE_SMALL_SIZE, FALSE, DIM, x + 5.0, y + 0.5 * RN_FIGURE_SEAM, 0.0);
  return y + RN_FIGURE_SEAM;
}

static void
draw_part (cairo_t *cr, const RnNetworkFigure *self, const RnFigurePart *part)
{
  const double x = rn_figure_middle (self, part->column);
  const double grey = part->kind == RN_FIGURE_PART_LAYER ? LAYER_TINT : 1.0;
  double y = part->y, top;

  if (part->seam_before != NULL)
    y = draw_seam (cr, part->seam_before, x, y);
  top = y;
  for (int i = 0; i < part->n_boxes; i++)
    {
      draw_line (cr, x, y, y + RN_FIGURE_GAP - 0.5 * ARROW);
      draw_arrow (cr, x, y + RN_FIGURE_GAP, 0.0, 1.0);
      draw_box (cr, part->boxes[i], x, y + RN_FIGURE_GAP, grey);
      y += RN_FIGURE_GAP + RN_FIGURE_BOX_HEIGHT;
    }
  if (part->arc != RN_FIGURE_ARC_NONE)
    {
      draw_line (cr, x, y, y + RN_FIGURE_GAP);
      y += RN_FIGURE_GAP + RN_FIGURE_JOIN;
      draw_arc (cr, part->arc, x, top + 2.0, y);
      draw_join (cr, x, y);
      y += RN_FIGURE_JOIN;
    }
  if (part->count > 1)
    draw_count (cr, part->count, x, top + 1.0, y);
  if (part->seam_after != NULL)
    {
      draw_seam (cr, part->seam_after, x, y);
      draw_arrow (cr, x, y + RN_FIGURE_SEAM, 0.0, 1.0);
    }
}

/* From below the last part of a column to above the first of the next */
static void
draw_way (cairo_t *cr, const RnNetworkFigure *self, const RnFigurePart *last,
          const RnFigurePart *next)
{
  const double x = rn_figure_middle (self, last->column),
               next_x = rn_figure_middle (self, next->column);
  const double lane = x + RN_FIGURE_BOX_WIDTH / 2.0 + RN_FIGURE_RIGHT - 3.0;
  const double top = self->top - RN_FIGURE_TURN, y = last->y + last->height + RN_FIGURE_TURN;

  cairo_move_to (cr, x, last->y + last->height);
  cairo_line_to (cr, x, y - CORNER);
  cairo_arc_negative (cr, x + CORNER, y - CORNER, CORNER, G_PI, 0.5 * G_PI);
  cairo_line_to (cr, lane - CORNER, y);
  cairo_arc_negative (cr, lane - CORNER, y - CORNER, CORNER, 0.5 * G_PI, 0.0);
  cairo_line_to (cr, lane, top + CORNER);
  cairo_arc (cr, lane + CORNER, top + CORNER, CORNER, G_PI, 1.5 * G_PI);
  cairo_line_to (cr, next_x - CORNER, top);
  cairo_arc (cr, next_x - CORNER, top + CORNER, CORNER, 1.5 * G_PI, 2.0 * G_PI);
  cairo_line_to (cr, next_x, self->top);
  stroke (cr);
}

static void
draw_sample (cairo_t *cr, RnLegend what, double x, double y)
{
  const double right = x + RN_FIGURE_SAMPLE - 6.0, middle = 0.5 * (x + right);

  switch (what)
    {
    case RN_LEGEND_IDENTITY:
    case RN_LEGEND_ZEROS:
    case RN_LEGEND_PROJECTION:
      cairo_save (cr);
      if (what == RN_LEGEND_ZEROS)
        cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0.0);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, right - ARROW * 0.5, y);
      stroke (cr);
      cairo_restore (cr);
      draw_arrow (cr, right, y, 1.0, 0.0);
      if (what == RN_LEGEND_PROJECTION)
        draw_diamond (cr, middle, y);
      break;
    case RN_LEGEND_JOIN:
      draw_join (cr, middle, y);
      break;
    case RN_LEGEND_STRIDE:
      draw_text (cr, "/2", RN_FIGURE_TEXT_SIZE, FALSE, 0.0, middle, y, 0.5);
      break;
    case RN_LEGEND_COUNT:
      draw_text (cr, "× n", RN_FIGURE_TEXT_SIZE, TRUE, 0.0, middle, y, 0.5);
      break;
    case RN_N_LEGENDS:
    default:
      g_assert_not_reached ();
    }
}

static void
draw_words (cairo_t *cr, const RnNetworkFigure *self)
{
  const double y = RN_FIGURE_EDGE + 0.5 * RN_FIGURE_TITLE_SIZE;

  draw_text (cr, self->title, RN_FIGURE_TITLE_SIZE, TRUE, 0.0, RN_FIGURE_EDGE, y, 0.0);
  draw_text (cr, self->caption, RN_FIGURE_TEXT_SIZE, FALSE, DIM, RN_FIGURE_EDGE,
             y + RN_FIGURE_TITLE_SIZE + 2.0, 0.0);
  for (int i = 0; i < self->n_legend; i++)
    {
      const RnLegendEntry *entry = &self->legend[i];

      draw_sample (cr, entry->what, entry->x, entry->y);
      draw_text (cr, rn_legend_text (entry->what), RN_FIGURE_TEXT_SIZE, FALSE, 0.0,
                 entry->x + RN_FIGURE_SAMPLE, entry->y, 0.0);
    }
  draw_text (cr, rn_figure_note (), RN_FIGURE_TEXT_SIZE, FALSE, DIM, RN_FIGURE_EDGE, self->note_y,
             0.0);
}

void
rn_network_figure_draw (const RnNetworkFigure *self, cairo_t *cr)
{
  cairo_save (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_rectangle (cr, 0.0, 0.0, self->width, self->height);
  cairo_fill (cr);
  for (guint i = 0; i < self->parts->len; i++)
    {
      const RnFigurePart *part = self->parts->pdata[i];
      const RnFigurePart *last = i > 0 ? self->parts->pdata[i - 1] : NULL;

      if (last != NULL && last->column != part->column)
        draw_way (cr, self, last, part);
      draw_part (cr, self, part);
    }
  draw_words (cr, self);
  cairo_restore (cr);
}
