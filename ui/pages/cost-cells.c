#include "pages/cost-cells.h"

#include <math.h>

#include "charts/palette.h"

#define BAR_HEIGHT 6
#define PADDING 4 /* above and below */

struct _RnCostCells
{
  GtkWidget parent_instance;

  RnCostColumns *columns; /* (nullable) */
  const RnCostLine *line; /* (nullable): the titles */
};

G_DEFINE_FINAL_TYPE (RnCostCells, rn_cost_cells, GTK_TYPE_WIDGET)

void
rn_cost_line_clear (RnCostLine *line)
{
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    g_free (line->texts[c]);
  g_free (line->sentence);
}

void
rn_cost_cells_set_columns (RnCostCells *self, RnCostColumns *columns)
{
  g_return_if_fail (RN_IS_COST_CELLS (self));

  self->columns = columns;
  rn_cost_cells_place (self);
}

/* Rows that are bound anew are as large as they were: nothing is laid out for them. */
void
rn_cost_cells_set_line (RnCostCells *self, const RnCostLine *line)
{
  g_return_if_fail (RN_IS_COST_CELLS (self));

  self->line = line;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
rn_cost_cells_place (RnCostCells *self)
{
  g_return_if_fail (RN_IS_COST_CELLS (self));

  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static const char *
get_text (RnCostCells *self, RnCostColumn column)
{
  return self->line != NULL ? self->line->texts[column] : rn_cost_column_title (column);
}

/* Of the widget, from the right where the language is written so */
static void
get_places (RnCostCells *self, RnCostPlaces *places)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));

  rn_cost_columns_place (self->columns, width, places);
  if (gtk_widget_get_direction (GTK_WIDGET (self)) != GTK_TEXT_DIR_RTL)
    return;
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      const int left = places->left[c];

      places->left[c] = width - places->right[c];
      places->right[c] = width - left;
    }
}

/* Returns: (transfer none): shortened where @places leave less room */
static PangoLayout *
get_layout (RnCostCells *self, RnCostColumn column, const RnCostPlaces *places)
{
  RnRowTexts *texts = rn_cost_columns_get_texts (self->columns, self->line == NULL);
  const int room = places->right[column] - places->left[column];

  return rn_row_texts_get (texts, get_text (self, column),
                           column == RN_COST_NAME ? MAX (room, 1) * PANGO_SCALE : -1);
}

gboolean
rn_cost_cells_is_shortened (RnCostCells *self)
{
  RnCostPlaces places;

  g_return_val_if_fail (RN_IS_COST_CELLS (self), FALSE);

  get_places (self, &places);
  return pango_layout_is_ellipsized (get_layout (self, RN_COST_NAME, &places));
}

static gboolean
rn_cost_cells_query_tooltip (GtkWidget *widget, int x, int y, gboolean is_keyboard,
                             GtkTooltip *tooltip)
{
  RnCostCells *self = RN_COST_CELLS (widget);

  if (self->columns == NULL || !rn_cost_cells_is_shortened (self))
    return FALSE;
  gtk_tooltip_set_text (tooltip, get_text (self, RN_COST_NAME));
  return TRUE;
}

static void
rn_cost_cells_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnCostCells *self = RN_COST_CELLS (widget);

  if (self->columns == NULL)
    return;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = rn_cost_columns_get_width (self->columns, natural);
      return;
    }
  pango_layout_get_pixel_size (rn_row_texts_get (rn_cost_columns_get_texts (self->columns,
                                                                            self->line == NULL),
                                                 "0", -1),
                               NULL, minimum);
  *minimum += 2 * PADDING;
  *natural = *minimum;
}

/* Plain rectangles: a table has hundreds of them. */
static void
append_bar (GtkSnapshot *snapshot, const RnPalette *palette, int x, int height, int room,
            double share)
{
  const float y = (float) ((height - BAR_HEIGHT) / 2);
  /* whatever there is shows */
  const float length = share > 0.0 ? (float) MAX (round (room * MIN (share, 1.0)), 1.0) : 0.0f;

  gtk_snapshot_append_color (snapshot, &palette->track,
                             &GRAPHENE_RECT_INIT ((float) x, y, (float) room, BAR_HEIGHT));
  gtk_snapshot_append_color (snapshot, &palette->series[0],
                             &GRAPHENE_RECT_INIT ((float) x, y, length, BAR_HEIGHT));
}

static void
append_text (RnCostCells *self, GtkSnapshot *snapshot, RnCostColumn column,
             const RnCostPlaces *places, const GdkRGBA *colour)
{
  PangoLayout *layout = get_layout (self, column, places);
  const gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int x = places->left[column], width, height;

  /* a layout that has a width, as names have, lies in it as the language is written */
  pango_layout_get_pixel_size (layout, &width, &height);
  if (column != RN_COST_NAME && !is_rtl)
    x = places->right[column] - width;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) x, (float) ((gtk_widget_get_height (
                                                                         GTK_WIDGET (self)) -
                                                                     height) /
                                                                    2)));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
rn_cost_cells_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnCostCells *self = RN_COST_CELLS (widget);
  const gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  RnCostPlaces places;
  RnPalette palette;
  GdkRGBA colour;

  if (self->columns == NULL)
    return;
  get_places (self, &places);
  rn_palette_get (widget, &palette);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      if (self->line != NULL && places.bar[c] > 0)
        append_bar (snapshot, &palette, is_rtl ? places.right[c] - places.bar[c] : places.left[c],
                    gtk_widget_get_height (widget), places.bar[c], self->line->shares[c]);
      append_text (self, snapshot, c, &places, &colour);
    }
}

static void
rn_cost_cells_init (RnCostCells *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

static void
rn_cost_cells_class_init (RnCostCellsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  widget_class->measure = rn_cost_cells_measure;
  widget_class->snapshot = rn_cost_cells_snapshot;
  widget_class->query_tooltip = rn_cost_cells_query_tooltip;
}

GtkWidget *
rn_cost_cells_new (RnCostColumns *columns)
{
  RnCostCells *self = g_object_new (RN_TYPE_COST_CELLS, NULL);

  self->columns = columns;
  return GTK_WIDGET (self);
}
