#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "charts/curve-private.h"

/* The plot is kept as pictures of this width, pixels: new data changes one or two of them. */
#define TILE_WIDTH 128
/* The hover card's space */
#define CARD_PADDING 9.0
#define CARD_GAP 12.0
#define SWATCH 12.0

static void
clear_tiles (RnCurveChart *self)
{
  for (guint i = 0; i < self->tiles->len; i++)
    g_clear_pointer ((GskRenderNode **) &self->tiles->pdata[i], gsk_render_node_unref);
  g_ptr_array_set_size (self->tiles, 0);
}

void
rn_curve_view_clear (RnCurveChart *self)
{
  clear_tiles (self);
  g_clear_pointer (&self->frame, gsk_render_node_unref);
  g_clear_pointer (&self->names, gsk_render_node_unref);
  g_clear_pointer (&self->scene, rn_curve_scene_free);
}

void
rn_curve_view_redraw (GtkWidget *widget)
{
  RN_CURVE_CHART (widget)->is_stale = TRUE;
  gtk_widget_queue_draw (widget);
}

void
rn_curve_view_time_changed (RnCurveChart *self)
{
  const gboolean is_following = rn_time_axis_is_following (self->model.time);

  /* only the person zooms, pans and resets; while following, it is the data that widens the range */
  if (is_following != self->was_following)
    self->fit = RN_FIT_EXACTLY;
  else if (!is_following)
    self->fit = MAX (self->fit, RN_FIT_LOOSE);
  self->was_following = is_following;
  self->is_stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The scene */

static gboolean
is_same_frame (const RnCurveScene *a, const RnCurveScene *b)
{
  if (a->n_x_ticks != b->n_x_ticks || strcmp (a->x_unit, b->x_unit) != 0)
    return FALSE;
  for (int i = 0; i < a->n_x_ticks; i++)
    if (a->x_ticks[i] != b->x_ticks[i] || strcmp (a->x_labels[i], b->x_labels[i]) != 0)
      return FALSE;
  for (guint i = 0; a->has_legend && i < a->lines->len; i++)
    if (strcmp (((RnSceneLine *) a->lines->pdata[i])->name,
                ((RnSceneLine *) b->lines->pdata[i])->name) != 0)
      return FALSE;
  return TRUE;
}

/* Drops of what was drawn all that is not in the new scene. */
static void
drop_old (RnCurveChart *self, const RnCurveScene *scene)
{
  double from, to;

  g_clear_pointer (&self->names, gsk_render_node_unref);
  if (self->scene == NULL || !rn_curve_scene_diff (self->scene, scene, &from, &to))
    {
      clear_tiles (self);
      g_clear_pointer (&self->frame, gsk_render_node_unref);
      return;
    }
  if (!is_same_frame (self->scene, scene))
    g_clear_pointer (&self->frame, gsk_render_node_unref);
  for (guint i = 0; i < self->tiles->len; i++)
    {
      const double left = scene->plot.x - RN_CURVE_BLEED + i * (double) TILE_WIDTH;

      if (left + TILE_WIDTH + RN_CURVE_BLEED >= from && left - RN_CURVE_BLEED <= to)
        g_clear_pointer ((GskRenderNode **) &self->tiles->pdata[i], gsk_render_node_unref);
    }
}

RnCurveScene *
rn_curve_view_update (RnCurveChart *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  PangoContext *pango = gtk_widget_get_pango_context (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const double scale = gtk_widget_get_scale_factor (widget);
  const guint serial = pango_context_get_serial (pango);
  RnCurveScene *scene;
  RnPalette palette;

  memset (&palette, 0, sizeof palette);
  rn_palette_get (widget, &palette);
  if (serial != self->text_serial || memcmp (&palette, &self->palette, sizeof palette) != 0)
    {
      rn_curve_view_clear (self);
      self->palette = palette;
      self->text_serial = serial;
    }
  if (!rn_curve_model_has_data (&self->model))
    {
      rn_curve_view_clear (self);
      return NULL;
    }
  if (self->scene != NULL && !self->is_stale && self->scene->width == width &&
      self->scene->height == height && self->scene->scale == scale)
    return self->scene;
  scene = rn_curve_scene_new (&self->model, self->fit, pango, width, height, scale, FALSE);
  drop_old (self, scene);
  g_clear_pointer (&self->scene, rn_curve_scene_free);
  self->scene = scene;
  self->fit = RN_FIT_GROW;
  self->is_stale = FALSE;
  return scene;
}

/* Drawing */

static RnCanvas
canvas_for (RnCurveChart *self, cairo_t *cr)
{
  return (RnCanvas){ .cr = cr,
                     .pango = gtk_widget_get_pango_context (GTK_WIDGET (self)),
                     .palette = &self->palette,
                     .scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)) };
}

/* Returns: the stretch of the plot that begins at @left, drawn once and kept as pixels */
static GskRenderNode *
draw_tile (RnCurveChart *self, double left, double width)
{
  const RnCurveScene *scene = self->scene;
  const double top = scene->plot.y - RN_CURVE_BLEED,
               height = scene->plot.height + 2.0 * RN_CURVE_BLEED;
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width * scene->scale),
                                  (int) ceil (height * scene->scale));
  cairo_t *cr = cairo_create (surface);
  RnCanvas canvas = canvas_for (self, cr);
  GskRenderNode *node;

  cairo_scale (cr, scene->scale, scene->scale);
  cairo_translate (cr, -left, -top);
  canvas.origin = GRAPHENE_POINT_INIT ((float) left, (float) top);
  rn_curve_draw_lines (scene, &canvas, left, left + width);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (surface, scene->scale, scene->scale);
  node = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT ((float) left, (float) top, (float) width, (float) height));
  cr = gsk_cairo_node_get_draw_context (node);
  cairo_set_source_surface (cr, surface, left, top);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return node;
}

static void
append_tiles (RnCurveChart *self, GtkSnapshot *snapshot)
{
  const cairo_rectangle_t *plot = &self->scene->plot;
  const double start = plot->x - RN_CURVE_BLEED, end = plot->x + plot->width + RN_CURVE_BLEED;
  const guint n = (guint) ceil ((end - start) / TILE_WIDTH);

  g_ptr_array_set_size (self->tiles, (int) n);
  for (guint i = 0; i < n; i++)
    {
      const double left = start + i * (double) TILE_WIDTH;

      if (self->tiles->pdata[i] == NULL)
        self->tiles->pdata[i] = draw_tile (self, left, MIN (TILE_WIDTH, end - left));
      gtk_snapshot_append_node (snapshot, self->tiles->pdata[i]);
    }
}

static GskRenderNode *
draw_frame (RnCurveChart *self)
{
  GskRenderNode *node = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT (0, 0, (float) self->scene->width, (float) self->scene->height));
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  const RnCanvas canvas = canvas_for (self, cr);

  rn_curve_draw_frame (self->scene, &canvas);
  cairo_destroy (cr);
  return node;
}

/* Bounds as small as may be: what changes is redrawn by bounds */
static GskRenderNode *
draw_names (RnCurveChart *self)
{
  const RnCurveScene *scene = self->scene;
  const double half = scene->caption_height / 2.0 + 2.0;
  double left = scene->width, top = scene->plot.y, bottom = scene->plot.y;
  GskRenderNode *node;
  RnCanvas canvas;
  cairo_t *cr;

  for (guint i = 0; i < scene->lines->len && !scene->has_legend; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];

      if (isnan (line->end_x))
        continue;
      left = MIN (left, line->name_x - 2.0);
      top = MIN (top, line->name_y - half);
      bottom = MAX (bottom, line->name_y + half);
    }
  if (scene->marks->len > 0)
    {
      left = 0.0;
      top = MIN (top, scene->unit_y - half);
      bottom = MAX (bottom, scene->plot.y + 6.0);
    }
  left = floor (left);
  top = floor (top);
  node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT ((float) left, (float) top,
                                                  (float) (scene->width - left),
                                                  (float) (ceil (bottom) - top)));
  cr = gsk_cairo_node_get_draw_context (node);
  canvas = canvas_for (self, cr);
  rn_curve_draw_names (scene, &canvas);
  cairo_destroy (cr);
  return node;
}

static void
append_cursor (RnCurveChart *self, GtkSnapshot *snapshot)
{
  const cairo_rectangle_t *plot = &self->scene->plot;
  const gint64 step = rn_time_axis_get_cursor (self->model.time);
  const double dashes[] = { 4.0, 3.0 };
  cairo_t *cr;
  double x;

  if (step < 0)
    return;
  x = plot->x + floor (rn_time_axis_to_x (self->model.time, (double) step, plot->width));
  if (x < plot->x || x > plot->x + plot->width)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float) x, (float) plot->y, 1.0f,
                                                                 (float) plot->height));
  rn_palette_set_source (cr, &self->palette.accent, 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_set_dash (cr, dashes, 2, 0.0);
  cairo_move_to (cr, x + 0.5, plot->y);
  cairo_line_to (cr, x + 0.5, plot->y + plot->height);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* The hover card: the step, and what each line says of it */

typedef struct
{
  GPtrArray *names; /* of PangoLayout; the first is the head */
  GPtrArray *values;
  double name_width, value_width, row_height;
} Card;

static void
card_init (Card *card, RnCurveChart *self, gint64 step)
{
  PangoContext *pango = gtk_widget_get_pango_context (GTK_WIDGET (self));
  int width, height;

  card->names = g_ptr_array_new_with_free_func (g_object_unref);
  card->values = g_ptr_array_new_with_free_func (g_object_unref);
  card->name_width = card->value_width = card->row_height = 0.0;
  for (guint i = 0; i < self->model.lines->len; i++)
    {
      g_autofree char *text = rn_curve_model_read (&self->model, (int) i, step);
      PangoLayout *name =
          rn_text_layout_in_context (pango, RN_TEXT_CAPTION,
                                     rn_curve_model_get_line (&self->model, (int) i)->name);
      PangoLayout *value = rn_text_layout_in_context (pango, RN_TEXT_CAPTION, text);

      pango_layout_get_pixel_size (name, &width, &height);
      card->name_width = MAX (card->name_width, width);
      card->row_height = MAX (card->row_height, height + 2.0);
      pango_layout_get_pixel_size (value, &width, &height);
      card->value_width = MAX (card->value_width, width);
      g_ptr_array_add (card->names, name);
      g_ptr_array_add (card->values, value);
    }
}

static void
card_clear (Card *card)
{
  g_ptr_array_unref (card->names);
  g_ptr_array_unref (card->values);
}

static void
draw_rows (RnCurveChart *self, const Card *card, cairo_t *cr, double x, double y, double right)
{
  for (guint i = 0; i < card->names->len; i++, y += card->row_height)
    {
      const RnCurveLine *line = rn_curve_model_get_line (&self->model, (int) i);
      const double dashes[] = { 4.0, 2.0 };
      int width;

      rn_palette_set_source (cr, &self->palette.series[line->colour], 1.0);
      cairo_set_line_width (cr, 3.0);
      cairo_set_dash (cr, dashes, line->is_dashed ? 2 : 0, 0.0);
      cairo_move_to (cr, x, y + floor (card->row_height / 2.0) - 0.5);
      cairo_rel_line_to (cr, SWATCH, 0.0);
      cairo_stroke (cr);
      rn_palette_set_source (cr, &self->palette.dim, 1.0);
      cairo_move_to (cr, x + SWATCH + 6.0, y);
      pango_cairo_show_layout (cr, card->names->pdata[i]);
      pango_layout_get_pixel_size (card->values->pdata[i], &width, NULL);
      rn_palette_set_source (cr, &self->palette.text, 1.0);
      cairo_move_to (cr, right - width, y);
      pango_cairo_show_layout (cr, card->values->pdata[i]);
    }
}

/* Beside the vertical line at @x: right of it, or left where there is no room */
static void
append_card (RnCurveChart *self, GtkSnapshot *snapshot, double x, gint64 step)
{
  const cairo_rectangle_t *plot = &self->scene->plot;
  const GdkRGBA ground = rn_curve_card_colour (&self->palette), *edge = &self->palette.baseline;
  g_autofree char *text = rn_curve_model_read_step (&self->model, step);
  g_autoptr (PangoLayout) head =
      rn_text_layout_in_context (gtk_widget_get_pango_context (GTK_WIDGET (self)), RN_TEXT_CAPTION,
                                 text);
  PangoAttrList *attributes = pango_attr_list_copy (pango_layout_get_attributes (head));
  int head_width, head_height;
  double width, height, y;
  GskRoundedRect outline;
  graphene_rect_t bounds;
  cairo_t *cr;
  Card card;

  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (head, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_get_pixel_size (head, &head_width, &head_height);
  card_init (&card, self, step);
  width = MAX (head_width, SWATCH + 6.0 + card.name_width + CARD_GAP + card.value_width);
  width = ceil (width + 2.0 * CARD_PADDING);
  height = ceil (head_height + 4.0 + card.names->len * card.row_height + 2.0 * CARD_PADDING);
  x = floor (x + CARD_GAP + width <= self->scene->width ? x + CARD_GAP : x - CARD_GAP - width);
  x = CLAMP (x, 0.0, MAX (self->scene->width - width, 0.0));
  y = MIN (plot->y + CARD_GAP, MAX (self->scene->height - height, 0.0));
  bounds = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height);
  gsk_rounded_rect_init_from_rect (&outline, &bounds, 6.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &ground, &bounds);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  rn_palette_set_source (cr, &self->palette.text, 1.0);
  cairo_move_to (cr, x + CARD_PADDING, y + CARD_PADDING);
  pango_cairo_show_layout (cr, head);
  draw_rows (self, &card, cr, x + CARD_PADDING, y + CARD_PADDING + head_height + 4.0,
             x + width - CARD_PADDING);
  cairo_destroy (cr);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 1, 1, 1, 1 },
                              (GdkRGBA[4]){ *edge, *edge, *edge, *edge });
  card_clear (&card);
}

static void
append_hover (RnCurveChart *self, GtkSnapshot *snapshot)
{
  const cairo_rectangle_t *plot = &self->scene->plot;
  const gint64 step = rn_time_axis_get_hover (self->model.time);
  const double thin = 1.0 / self->scene->scale;
  GdkRGBA colour = self->palette.text;
  double x;

  if (step < 0)
    return;
  x = plot->x + rn_time_axis_to_x (self->model.time, (double) step, plot->width);
  x = floor (x * self->scene->scale) * thin;
  if (x < plot->x || x > plot->x + plot->width)
    return;
  colour.alpha *= 0.5f;
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((float) x, (float) plot->y, (float) thin,
                                                  (float) plot->height));
  if (self->has_readout)
    append_card (self, snapshot, x, step);
}

/* The stretch that is drawn up to zoom to */
static void
append_band (RnCurveChart *self, GtkSnapshot *snapshot)
{
  const cairo_rectangle_t *plot = &self->scene->plot;
  GdkRGBA colour = self->palette.accent;

  if (isnan (self->band_x0))
    return;
  colour.alpha = 0.2f;
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((float) MIN (self->band_x0, self->band_x1),
                                                  (float) plot->y,
                                                  (float) fabs (self->band_x1 - self->band_x0),
                                                  (float) plot->height));
}

static void
append_focus (RnCurveChart *self, GtkSnapshot *snapshot)
{
  GdkRGBA colour = self->palette.accent;
  GskRoundedRect outline;

  if (!gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    return;
  colour.alpha = 0.5f;
  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT (0, 0,
                                                        (float) gtk_widget_get_width (
                                                            GTK_WIDGET (self)),
                                                        (float) gtk_widget_get_height (
                                                            GTK_WIDGET (self))),
                                   6.0f);
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 2, 2, 2, 2 },
                              (GdkRGBA[4]){ colour, colour, colour, colour });
}

static void
append_empty (RnCurveChart *self, GtkSnapshot *snapshot)
{
  const double width = gtk_widget_get_width (GTK_WIDGET (self)),
               height = gtk_widget_get_height (GTK_WIDGET (self));
  g_autoptr (PangoLayout) layout = NULL;
  int text_height;
  cairo_t *cr;

  if (self->model.empty_text == NULL)
    return;
  layout = rn_text_layout_in_context (gtk_widget_get_pango_context (GTK_WIDGET (self)),
                                      RN_TEXT_BODY, self->model.empty_text);
  pango_layout_set_width (layout, (int) (MAX (width - 24.0, 1.0) * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  rn_palette_set_source (cr, &self->palette.dim, 1.0);
  cairo_move_to (cr, 12.0, floor ((height - text_height) / 2.0));
  pango_cairo_show_layout (cr, layout);
  cairo_destroy (cr);
}

void
rn_curve_view_snapshot (RnCurveChart *self, GtkSnapshot *snapshot)
{
  if (rn_curve_view_update (self) == NULL)
    append_empty (self, snapshot);
  else
    {
      if (self->frame == NULL)
        self->frame = draw_frame (self);
      gtk_snapshot_append_node (snapshot, self->frame);
      append_tiles (self, snapshot);
      if (self->names == NULL)
        self->names = draw_names (self);
      gtk_snapshot_append_node (snapshot, self->names);
      append_cursor (self, snapshot);
      append_band (self, snapshot);
      append_hover (self, snapshot);
    }
  append_focus (self, snapshot);
}
