#include "pages/filter-grid.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "charts/overlay.h"
#include "charts/palette.h"

#define CELL 42 /* a filter's side is the largest multiple of its own within this, logical pixels */
#define GAP 2

struct _RnFilterGrid
{
  GtkWidget parent_instance;

  RnTensor *filters;
  cairo_surface_t *surface; /* all filters in one row, a pixel for each weight */
};

G_DEFINE_FINAL_TYPE (RnFilterGrid, rn_filter_grid, GTK_TYPE_WIDGET)

static guint32
colour_of (const RnTensor *filters, gsize at, gsize plane, float limit)
{
  guint32 rgb = 0;

  for (int c = 0; c < 3; c++)
    {
      const float w = filters->data[at + (filters->dims[1] == 3 ? (gsize) c * plane : 0)];
      const float level = 0.5f + (limit > 0.0f ? w / limit : 0.0f) * 0.5f;

      rgb = rgb << 8 | (guint32) lroundf (CLAMP (level, 0.0f, 1.0f) * 255.0f);
    }
  return rgb;
}

static cairo_surface_t *
surface_of (const RnTensor *filters)
{
  const int n = filters->dims[0], side_y = filters->dims[2], side_x = filters->dims[3];
  const gsize plane = (gsize) side_y * side_x, count = rn_tensor_count (filters);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, n * side_x, side_y);
  guint8 *rows = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);
  float limit = 0.0f;

  for (gsize i = 0; i < count; i++)
    limit = MAX (limit, fabsf (filters->data[i]));
  cairo_surface_flush (surface);
  for (int y = 0; y < side_y; y++)
    {
      guint32 *row = (guint32 *) (gpointer) (rows + (gsize) y * stride);

      for (int k = 0; k < n; k++)
        for (int x = 0; x < side_x; x++)
          row[k * side_x + x] =
              colour_of (filters, (gsize) k * filters->dims[1] * plane + (gsize) (y * side_x + x),
                         plane, limit);
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

void
rn_filter_grid_set_filters (RnFilterGrid *self, RnTensor *filters)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_FILTER_GRID (self));

  if (filters != NULL)
    rn_tensor_ref (filters);
  g_clear_pointer (&self->filters, rn_tensor_unref);
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  self->filters = filters;
  if (filters != NULL)
    {
      self->surface = surface_of (filters);
      text = g_strdup_printf (ngettext ("%d filter of the first layer",
                                        "%d filters of the first layer", filters->dims[0]),
                              filters->dims[0]);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text != NULL ? text : "", -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

RnTensor *
rn_filter_grid_get_filters (RnFilterGrid *self)
{
  return self->filters;
}

static int
cell_of (const RnTensor *filters)
{
  return MAX (CELL / filters->dims[3], 1) * filters->dims[3];
}

static int
columns_at (const RnTensor *filters, int width)
{
  return CLAMP ((width + GAP) / (cell_of (filters) + GAP), 1, filters->dims[0]);
}

static void
rn_filter_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  const RnTensor *filters = RN_FILTER_GRID (widget)->filters;
  int cell, columns;

  *minimum = *natural = 0;
  if (filters == NULL)
    return;
  cell = cell_of (filters);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = cell;
      *natural = 16 * (cell + GAP) - GAP;
      return;
    }
  columns = columns_at (filters, for_size > 0 ? for_size : 16 * (cell + GAP));
  *minimum = *natural = (filters->dims[0] + columns - 1) / columns * (cell + GAP) - GAP;
}

static GtkSizeRequestMode
rn_filter_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
draw (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnFilterGrid *self = RN_FILTER_GRID (widget);
  int cell, columns, zoom;

  if (self->surface == NULL)
    return;
  cell = cell_of (self->filters);
  zoom = cell / self->filters->dims[3];
  columns = columns_at (self->filters, width);
  for (int k = 0; k < self->filters->dims[0]; k++)
    {
      cairo_save (cr);
      cairo_translate (cr, k % columns * (cell + GAP), k / columns * (cell + GAP));
      cairo_rectangle (cr, 0, 0, cell, zoom * self->filters->dims[2]);
      cairo_clip (cr);
      cairo_scale (cr, zoom, zoom);
      cairo_set_source_surface (cr, self->surface, -k * self->filters->dims[3], 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
    }
}

static void
rn_filter_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  RnPalette palette;

  draw (widget, cr, width, height);
  cairo_destroy (cr);
  rn_palette_get (widget, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

/* As a figure */

/* Returns: (transfer full) (nullable) (type RnTensor) */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnTensor *filters = RN_FILTER_GRID (widget)->filters;

  return filters != NULL ? rn_tensor_ref (filters) : NULL;
}

/* A line for each row of each filter: filter, channel, row, and its weights */
static char *
format_csv (gconstpointer numbers)
{
  const RnTensor *filters = numbers;
  GString *text = g_string_new ("filter,channel,y");
  const float *row = filters != NULL ? filters->data : NULL;

  for (int x = 0; filters != NULL && x < filters->dims[3]; x++)
    g_string_append_printf (text, ",x%d", x);
  g_string_append_c (text, '\n');
  for (int k = 0; filters != NULL && k < filters->dims[0]; k++)
    for (int c = 0; c < filters->dims[1]; c++)
      for (int y = 0; y < filters->dims[2]; y++, row += filters->dims[3])
        {
          g_string_append_printf (text, "%d,%d,%d", k, c, y);
          for (int x = 0; x < filters->dims[3]; x++)
            {
              g_string_append_c (text, ',');
              rn_figure_append_number (text, (double) row[x]);
            }
          g_string_append_c (text, '\n');
        }
  return g_string_free (text, FALSE);
}

static const RnFigure figure = { "filters", draw, copy_numbers, format_csv,
                                 (GDestroyNotify) rn_tensor_unref };

static void
rn_filter_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  rn_figure_allocate (widget);
}

static void
rn_filter_grid_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_filter_grid_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
rn_filter_grid_dispose (GObject *object)
{
  RnFilterGrid *self = RN_FILTER_GRID (object);

  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->filters, rn_tensor_unref);
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  G_OBJECT_CLASS (rn_filter_grid_parent_class)->dispose (object);
}

static void
rn_filter_grid_init (RnFilterGrid *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  rn_figure_attach (GTK_WIDGET (self), &figure);
}

static void
rn_filter_grid_class_init (RnFilterGridClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_filter_grid_dispose;
  widget_class->measure = rn_filter_grid_measure;
  widget_class->get_request_mode = rn_filter_grid_get_request_mode;
  widget_class->snapshot = rn_filter_grid_snapshot;
  widget_class->size_allocate = rn_filter_grid_size_allocate;
  widget_class->state_flags_changed = rn_filter_grid_state_flags_changed;
  rn_figure_install (widget_class);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

GtkWidget *
rn_filter_grid_new (void)
{
  return g_object_new (RN_TYPE_FILTER_GRID, NULL);
}
