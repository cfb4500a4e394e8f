#include "charts/axis.h"
#include "charts/map-grid-private.h"
#include "charts/overlay.h"

/* The numbers of the channels: made once for each picture */
static GskRenderNode *
make_captions (RnMapGrid *self, const RnPalette *palette)
{
  const RnMapLayout *layout = &self->picture->layout;
  const float scale = (float) gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr (PangoLayout) text = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, "");
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  for (int i = 0; i < layout->n_maps; i++)
    {
      const float x = (float) (i % layout->columns * layout->pitch_x) / scale;
      const float y = (float) (i / layout->columns * layout->pitch_y + layout->cell_height) / scale;
      char number[16];

      g_snprintf (number, sizeof number, "%d", self->picture->order[i]);
      pango_layout_set_text (text, number, -1);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
      gtk_snapshot_append_layout (snapshot, text, &palette->dim);
      gtk_snapshot_restore (snapshot);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

gboolean
rn_map_grid_has_captions (RnMapGrid *self)
{
  const RnMapLayout *layout = &self->picture->layout;
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return layout->pitch_y > layout->cell_height + RN_MAP_GAP * scale;
}

static void
snapshot_selected (RnMapGrid *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  const float widths[] = { RN_MAP_GAP, RN_MAP_GAP, RN_MAP_GAP, RN_MAP_GAP };
  GskRoundedRect outline;
  GdkRectangle cell;

  if (!rn_map_grid_get_cell (self, rn_map_grid_find_place (self, self->selected), &cell))
    return;
  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT ((float) (cell.x - RN_MAP_GAP),
                                                        (float) (cell.y - RN_MAP_GAP),
                                                        (float) (cell.width + 2 * RN_MAP_GAP),
                                                        (float) (cell.height + 2 * RN_MAP_GAP)),
                                   0.0f);
  gtk_snapshot_append_border (snapshot, &outline, widths,
                              (GdkRGBA[]){ palette->accent, palette->accent, palette->accent,
                                           palette->accent });
}

void
rn_map_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  const float scale = (float) gtk_widget_get_scale_factor (widget);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (self->picture != NULL)
    {
      const RnMapLayout *layout = &self->picture->layout;

      gtk_snapshot_append_texture (snapshot, self->picture->texture,
                                   &GRAPHENE_RECT_INIT (0, 0, (float) layout->width / scale,
                                                        (float) layout->height / scale));
      if (self->captions == NULL && rn_map_grid_has_captions (self))
        self->captions = make_captions (self, &palette);
      if (self->captions != NULL)
        gtk_snapshot_append_node (snapshot, self->captions);
      snapshot_selected (self, snapshot, &palette);
    }
  rn_overlay_focus (snapshot, widget, &palette);
}
