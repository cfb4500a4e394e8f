#include "charts/axis.h"
#include "charts/figure.h"
#include "charts/map-grid-private.h"

/* The maps as a figure: all of them, in the order, the scale and the size in which they are shown. */

/* Returns: (transfer full) */
static cairo_surface_t *
surface_of (GdkTexture *texture)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, gdk_texture_get_width (texture),
                                  gdk_texture_get_height (texture));

  cairo_surface_flush (surface);
  gdk_texture_download (texture, cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* Channels under their maps, as on the screen */
static void
draw_numbers (RnMapGrid *self, cairo_t *cr, const RnMapPicture *picture, double scale)
{
  const RnMapLayout *l = &picture->layout;
  const double height = (l->pitch_y - l->cell_height) / scale - RN_MAP_GAP;

  for (int i = 0; i < l->n_maps; i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", picture->order[i]);

      rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, number,
                    i % l->columns * l->pitch_x / scale,
                    (i / l->columns * l->pitch_y + l->cell_height) / scale + height / 2.0, 0.0,
                    &picture->palette.dim);
    }
}

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  const double scale = gtk_widget_get_scale_factor (widget);
  g_autoptr (RnMapPicture) picture = NULL;
  cairo_surface_t *surface;
  RnPalette palette;

  if (self->picture == NULL)
    return;
  rn_palette_get_for_print (&palette);
  picture = rn_map_picture_new (self->picture->maps, &self->picture->layout, &palette, self->scale,
                                self->is_sorted);
  surface = surface_of (picture->texture);
  cairo_save (cr);
  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
  if (rn_map_grid_has_captions (self))
    draw_numbers (self, cr, picture, scale);
}

/* Returns: (transfer full) (nullable): the very numbers; they do not change */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnMapGrid *self = RN_MAP_GRID (widget);

  return self->maps != NULL ? rn_tensor_ref (self->maps) : NULL;
}

/* A line for each row of each map: channel, row, and a number for each column */
static char *
format_csv (gconstpointer numbers)
{
  const RnTensor *maps = numbers;
  GString *text = g_string_new ("channel,y");

  for (int x = 0; maps != NULL && x < maps->dims[2]; x++)
    g_string_append_printf (text, ",x%d", x);
  g_string_append_c (text, '\n');
  for (int c = 0; maps != NULL && c < maps->dims[3]; c++)
    for (int y = 0; y < maps->dims[1]; y++)
      {
        const float *row =
            maps->data + (gsize) y * (gsize) maps->dims[2] * (gsize) maps->dims[3] + c;

        g_string_append_printf (text, "%d,%d", c, y);
        for (int x = 0; x < maps->dims[2]; x++)
          {
            g_string_append_c (text, ',');
            rn_figure_append_number (text, (double) row[(gsize) x * (gsize) maps->dims[3]]);
          }
        g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}

static void
free_numbers (gpointer numbers)
{
  if (numbers != NULL)
    rn_tensor_unref (numbers);
}

const RnFigure rn_map_grid_figure = { "feature-maps", draw_for_print, copy_numbers, format_csv,
                                      free_numbers };
