#include "print/network-figure-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/cost.h>

#include "spine/spine-words.h"
#include "state/format.h"

#define DEEP 18         /* blocks: from here on those that are alike are drawn once */
#define MIN_RUN 3       /* of them */
#define TALLEST 620.0   /* points that a stage may make its column, a page */
#define SHORTEST 240.0  /* points: shorter columns are filled with the next stage */
#define PROPORTION 1.4  /* width to height of a figure of many stages */
#define MIN_COLUMNS 2.0 /* whose width title and legend get at least */
#define LEFT 9.0
#define LEFT_OF_COUNT 34.0
#define LEGEND_GAP 14.0 /* between its entries */

static void
part_free (gpointer data)
{
  RnFigurePart *part = data;

  for (int i = 0; i < part->n_boxes; i++)
    g_free (part->boxes[i]);
  g_free (part->seam_before);
  g_free (part->seam_after);
  g_free (part);
}

PangoLayout *
rn_figure_layout_new (const char *text, double size, gboolean is_bold)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string ("Sans");
  cairo_font_options_t *options = cairo_font_options_create ();
  PangoLayout *layout;

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  layout = pango_layout_new (context);
  g_object_unref (context);
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  if (is_bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static double
width_of (const char *text, double size, gboolean is_bold)
{
  PangoLayout *layout = rn_figure_layout_new (text, size, is_bold);
  int width;

  pango_layout_get_size (layout, &width, NULL);
  g_object_unref (layout);
  return (double) width / PANGO_SCALE;
}

double
rn_figure_middle (const RnNetworkFigure *self, int column)
{
  return RN_FIGURE_EDGE + column * self->pitch + self->left + RN_FIGURE_BOX_WIDTH / 2.0;
}

/* Parts */

/* Where the walk through the network is */
typedef struct
{
  RnNetworkFigure *figure;
  int height, width, channels; /* of what goes into the next part */
} Walk;

static RnFigurePart *
add_part (Walk *walk, RnFigurePartKind kind)
{
  RnFigurePart *part = g_new0 (RnFigurePart, 1);

  part->kind = kind;
  part->count = 1;
  g_ptr_array_add (walk->figure->parts, part);
  return part;
}

static RnFigurePart *
add_layer (Walk *walk, char *text)
{
  RnFigurePart *part = add_part (walk, RN_FIGURE_PART_LAYER);

  part->boxes[part->n_boxes++] = text;
  return part;
}

static char *
format_shape (const Walk *walk)
{
  return g_strdup_printf ("%d×%d×%d", walk->height, walk->width, walk->channels);
}

static char *
format_conv (int kernel, int channels, int stride)
{
  /* Translators: a convolution's kernel and channels, and its stride where it is 2 */
  return g_strdup_printf (stride > 1 ? _ ("%d×%d conv, %d, /2") : _ ("%d×%d conv, %d"), kernel,
                          kernel, channels);
}

static RnFigureArc
arc_of (const RnSpec *spec, int at)
{
  if (rn_block_kind_is_plain (rn_spec_get_block (spec, at)->kind))
    return RN_FIGURE_ARC_NONE;
  if (rn_spine_is_projection (spec, at))
    return RN_FIGURE_ARC_PROJECTION;
  return rn_spine_changes_shape (spec, at) ? RN_FIGURE_ARC_ZEROS : RN_FIGURE_ARC_IDENTITY;
}

static void
fill_boxes (RnFigurePart *part, const RnBlockSpec *block)
{
  const int inner = block->channels / 4;
  const gboolean is_early = block->bottleneck_stride == RN_STRIDE_IN_1X1;

  if (rn_block_kind_is_bottleneck (block->kind))
    {
      part->boxes[0] = format_conv (1, inner, is_early ? block->stride : 1);
      part->boxes[1] = format_conv (3, inner, is_early ? 1 : block->stride);
      part->boxes[2] = format_conv (1, block->channels, 1);
      part->n_boxes = 3;
      return;
    }
  part->boxes[0] = format_conv (3, block->channels, block->stride);
  part->boxes[1] = format_conv (3, block->channels, 1);
  part->n_boxes = 2;
}

/* Returns: how many blocks from @at on are drawn as one */
static int
run_of (const RnSpec *spec, int at)
{
  const int n = rn_spec_n_blocks (spec);
  int run = 1;

  if (n < DEEP || rn_spine_changes_shape (spec, at))
    return 1;
  while (at + run < n && !rn_spine_changes_shape (spec, at + run) &&
         rn_spec_get_block (spec, at + run)->kind == rn_spec_get_block (spec, at)->kind &&
         arc_of (spec, at + run) == arc_of (spec, at))
    run++;
  return run >= MIN_RUN ? run : 1;
}

static void
shrink (Walk *walk, int stride)
{
  walk->height = (walk->height + stride - 1) / stride;
  walk->width = (walk->width + stride - 1) / stride;
}

static void
add_stem (Walk *walk, const RnSpec *spec)
{
  const gboolean is_large = rn_spec_get_stem (spec) == RN_STEM_7X7_POOL;
  const int channels = rn_spec_get_stem_channels (spec);
  RnFigurePart *part = add_layer (walk, format_conv (is_large ? 7 : 3, channels, is_large ? 2 : 1));

  part->seam_before = format_shape (walk);
  part->begins = TRUE;
  walk->channels = channels;
  if (!is_large)
    return;
  shrink (walk, 2);
  add_layer (walk, g_strdup (_ ("3×3 max pool, /2")));
  shrink (walk, 2);
}

/* A shape is told where it is about to change, and at both ends. */
static void
add_blocks (Walk *walk, const RnSpec *spec)
{
  for (int i = 0, run; i < rn_spec_n_blocks (spec); i += run)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      RnFigurePart *part = add_part (walk, RN_FIGURE_PART_BLOCK);
      const gboolean changes = rn_spine_changes_shape (spec, i);

      run = run_of (spec, i);
      part->count = run;
      part->arc = arc_of (spec, i);
      part->begins = changes && i > 0;
      if (changes || i == 0)
        part->seam_before = format_shape (walk);
      fill_boxes (part, block);
      walk->channels = block->channels;
      shrink (walk, block->stride);
    }
}

static void
add_head (Walk *walk, const RnSpec *spec)
{
  RnFigurePart *part;

  part = add_layer (walk, g_strdup (_ ("average pool")));
  part->seam_before = format_shape (walk);
  /* Translators: the fully connected layer and its outputs */
  part = add_layer (walk, g_strdup_printf (_ ("fc, %d"), rn_spec_get_classes (spec)));
  part->seam_after =
      g_strdup_printf (ngettext ("%d class", "%d classes", (gulong) rn_spec_get_classes (spec)),
                       rn_spec_get_classes (spec));
}

/* Places */

static double
measure (const RnFigurePart *part)
{
  double height = part->n_boxes * (RN_FIGURE_GAP + RN_FIGURE_BOX_HEIGHT);

  if (part->seam_before != NULL)
    height += RN_FIGURE_SEAM;
  if (part->seam_after != NULL)
    height += RN_FIGURE_SEAM;
  if (part->arc != RN_FIGURE_ARC_NONE)
    height += RN_FIGURE_GAP + 2.0 * RN_FIGURE_JOIN;
  return height;
}

/* Returns: the height of the stage that begins with part @at */
static double
measure_stage (GPtrArray *parts, guint at)
{
  double height = 0.0;

  for (guint i = at; i < parts->len; i++)
    {
      const RnFigurePart *part = parts->pdata[i];

      if (i > at && part->begins)
        break;
      height += part->height;
    }
  return height;
}

/* How tall columns get: as the tallest stage, or so that many stages together are a broad figure */
static double
choose_height (GPtrArray *parts, double pitch)
{
  double tallest = 0.0, total = 0.0;

  for (guint i = 0; i < parts->len; i++)
    {
      const RnFigurePart *part = parts->pdata[i];

      total += part->height;
      if (part->begins)
        tallest = MAX (tallest, measure_stage (parts, i));
    }
  return MAX (MAX (MIN (tallest, TALLEST), SHORTEST), sqrt (total * pitch / PROPORTION));
}

/* Into columns: a stage that does not fit under the one before begins the next; one that is too tall goes on there. */
static void
place_parts (RnNetworkFigure *self)
{
  const double most = choose_height (self->parts, self->pitch);
  double y = 0.0;
  int column = 0;

  for (guint i = 0; i < self->parts->len; i++)
    {
      RnFigurePart *part = self->parts->pdata[i];
      const double needed =
          part->begins ? MIN (measure_stage (self->parts, i), most) : part->height;

      if (y > 0.0 && y + needed > most + 0.01)
        {
          column++;
          y = 0.0;
        }
      part->column = column;
      part->y = self->top + y;
      y += part->height;
      self->columns_height = MAX (self->columns_height, y);
    }
  self->n_columns = column + 1;
}

/* Legend */

const char *
rn_legend_text (RnLegend what)
{
  static const char *const texts[RN_N_LEGENDS] = {
    N_ ("identity shortcut"),
    N_ ("identity, zeros for new channels (A)"),
    N_ ("1×1 projection (B, C)"),
    N_ ("addition, then ReLU"),
    N_ ("stride 2"),
    N_ ("n such blocks in a row"),
  };

  return _ (texts[what]);
}

const char *
rn_figure_note (void)
{
  return _ ("Each convolution is followed by batch normalisation, and by ReLU where no addition "
            "follows.");
}

static void
find_legends (const RnNetworkFigure *self, const RnSpec *spec, gboolean needed[RN_N_LEGENDS])
{
  needed[RN_LEGEND_STRIDE] = rn_spec_get_stem (spec) == RN_STEM_7X7_POOL;
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (rn_spec_get_block (spec, i)->stride > 1)
      needed[RN_LEGEND_STRIDE] = TRUE;
  for (guint i = 0; i < self->parts->len; i++)
    {
      const RnFigurePart *part = self->parts->pdata[i];

      if (part->arc != RN_FIGURE_ARC_NONE)
        {
          needed[RN_LEGEND_IDENTITY + part->arc - RN_FIGURE_ARC_IDENTITY] = TRUE;
          needed[RN_LEGEND_JOIN] = TRUE;
        }
      if (part->count > 1)
        needed[RN_LEGEND_COUNT] = TRUE;
    }
}

static void
place_legend (RnNetworkFigure *self, const RnSpec *spec)
{
  const double right = self->width - RN_FIGURE_EDGE;
  gboolean needed[RN_N_LEGENDS] = { FALSE };
  double x = RN_FIGURE_EDGE, y = self->top + self->columns_height + 2.0 * RN_FIGURE_TURN + 8.0;

  find_legends (self, spec, needed);
  for (int what = 0; what < RN_N_LEGENDS; what++)
    {
      double width;

      if (!needed[what])
        continue;
      width = RN_FIGURE_SAMPLE + width_of (rn_legend_text (what), RN_FIGURE_TEXT_SIZE, FALSE);
      if (x > RN_FIGURE_EDGE && x + width > right)
        {
          x = RN_FIGURE_EDGE;
          y += RN_FIGURE_LEGEND_LINE;
        }
      self->legend[self->n_legend++] = (RnLegendEntry){ what, x, y };
      x += width + LEGEND_GAP;
    }
  self->note_y = self->n_legend > 0 ? y + RN_FIGURE_LEGEND_LINE : y;
  self->height = self->note_y + RN_FIGURE_LEGEND_LINE / 2.0 + RN_FIGURE_EDGE;
}

static void
write_head (RnNetworkFigure *self, const RnSpec *spec)
{
  g_autofree char *parameters = NULL, *macs = NULL;
  RnCost cost;

  rn_cost_of_network (spec, 1, 1, &cost);
  parameters = rn_format_amount (cost.parameters);
  macs = rn_format_amount (cost.macs);
  self->title = rn_format_spec_title (spec);
  self->caption = g_strdup_printf (_ ("%s parameters · %s multiply-adds"), parameters, macs);
}

static void
place_all (RnNetworkFigure *self, const RnSpec *spec)
{
  double text;

  self->left = LEFT;
  for (guint i = 0; i < self->parts->len; i++)
    if (((RnFigurePart *) self->parts->pdata[i])->count > 1)
      self->left = LEFT_OF_COUNT;
  self->pitch = self->left + RN_FIGURE_BOX_WIDTH + RN_FIGURE_RIGHT;
  self->top = RN_FIGURE_EDGE + RN_FIGURE_TITLE_SIZE + RN_FIGURE_TEXT_SIZE + 3.0 * RN_FIGURE_TURN;
  place_parts (self);
  text = MAX (MAX (width_of (self->title, RN_FIGURE_TITLE_SIZE, TRUE),
                   width_of (self->caption, RN_FIGURE_TEXT_SIZE, FALSE)),
              width_of (rn_figure_note (), RN_FIGURE_TEXT_SIZE, FALSE));
  self->width = 2.0 * RN_FIGURE_EDGE + MAX (MAX (self->n_columns, MIN_COLUMNS) * self->pitch, text);
  place_legend (self, spec);
}

RnNetworkFigure *
rn_network_figure_new (const RnSpec *spec)
{
  RnNetworkFigure *self = g_new0 (RnNetworkFigure, 1);
  Walk walk = { self, rn_spec_get_side (spec), rn_spec_get_side (spec),
                rn_spec_get_channels (spec) };

  self->parts = g_ptr_array_new_with_free_func (part_free);
  add_stem (&walk, spec);
  add_blocks (&walk, spec);
  add_head (&walk, spec);
  for (guint i = 0; i < self->parts->len; i++)
    {
      RnFigurePart *part = self->parts->pdata[i];

      part->height = measure (part);
    }
  write_head (self, spec);
  place_all (self, spec);
  return self;
}

void
rn_network_figure_free (RnNetworkFigure *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->parts);
  g_free (self->title);
  g_free (self->caption);
  g_free (self);
}

void
rn_network_figure_get_size (const RnNetworkFigure *self, double *width, double *height)
{
  *width = self->width;
  *height = self->height;
}

const char *
rn_network_figure_get_title (const RnNetworkFigure *self)
{
  return self->title;
}

guint
rn_network_figure_n_parts (const RnNetworkFigure *self)
{
  return self->parts->len;
}

const RnFigurePart *
rn_network_figure_get_part (const RnNetworkFigure *self, guint at)
{
  g_return_val_if_fail (at < self->parts->len, NULL);

  return self->parts->pdata[at];
}
