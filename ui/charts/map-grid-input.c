#include <glib/gi18n-lib.h>

#include "charts/map-grid-private.h"
#include "charts/map-view.h"
#include "state/format.h"

int
rn_map_grid_find_place (RnMapGrid *self, int channel)
{
  for (int i = 0; self->picture != NULL && channel >= 0 && i < self->picture->layout.n_maps; i++)
    if (self->picture->order[i] == channel)
      return i;
  return -1;
}

static void
describe_selection (RnMapGrid *self)
{
  g_autofree char *text = NULL;

  if (self->selected < 0)
    text = g_strdup (_ ("No map is selected"));
  else if (self->picture != NULL && self->selected < self->picture->maps->dims[3])
    {
      g_autofree char *rms = rn_format_number (self->picture->rms[self->selected]);

      text = g_strdup_printf (_ ("Channel %d is selected, RMS %s"), self->selected, rms);
    }
  else
    text = g_strdup_printf (_ ("Channel %d is selected"), self->selected);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

void
rn_map_grid_set_selected (RnMapGrid *self, int channel)
{
  if (channel == self->selected)
    return;
  self->selected = channel;
  describe_selection (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify (G_OBJECT (self), "selected");
}

/* Returns: the place of the map at (@x, @y), -1 where there is none */
static int
place_at (RnMapGrid *self, double x, double y)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return self->picture != NULL && x >= 0.0 && y >= 0.0
             ? rn_map_layout_find (&self->picture->layout, (int) (x * scale), (int) (y * scale))
             : -1;
}

static void
on_pressed (RnMapGrid *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  const int at = place_at (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (at < 0)
    return;
  rn_map_grid_set_selected (self, self->picture->order[at]);
  if (n_press == 2)
    g_signal_emit_by_name (self, "activate", self->selected);
}

/* Arguments: by how many maps, by how many rows of them */
static gboolean
move_selection (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  int maps, rows, at, to;

  if (self->picture == NULL || self->picture->layout.n_maps == 0)
    return FALSE;
  g_variant_get (arguments, "(ii)", &maps, &rows);
  at = rn_map_grid_find_place (self, self->selected);
  to = at + rows * self->picture->layout.columns + maps;
  if (at < 0)
    to = 0;
  /* past the first or last row: stay */
  if (rows != 0 && (to < 0 || to >= self->picture->layout.n_maps))
    to = at;
  rn_map_grid_set_selected (self,
                            self->picture->order[CLAMP (to, 0, self->picture->layout.n_maps - 1)]);
  return TRUE;
}

static gboolean
activate_selected (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnMapGrid *self = RN_MAP_GRID (widget);

  if (rn_map_grid_find_place (self, self->selected) < 0)
    return FALSE;
  g_signal_emit_by_name (self, "activate", self->selected);
  return TRUE;
}

void
rn_map_grid_show_enlarged (RnMapGrid *self, int channel)
{
  GdkRectangle cell;

  if (!rn_map_grid_get_cell (self, rn_map_grid_find_place (self, channel), &cell))
    return;
  if (self->popover == NULL)
    {
      self->view = rn_map_view_new ();
      self->popover = gtk_popover_new ();
      gtk_popover_set_child (GTK_POPOVER (self->popover), self->view);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
    }
  rn_map_view_set_map (RN_MAP_VIEW (self->view), self->picture, channel);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &cell);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static gboolean
on_query_tooltip (RnMapGrid *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const int at = keyboard ? -1 : place_at (self, x, y);
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autofree char *value = NULL, *text = NULL;
  const RnMapLayout *layout;
  int column, row;
  GdkRectangle cell;

  if (at < 0 || !rn_map_grid_get_cell (self, at, &cell))
    return FALSE;
  layout = &self->picture->layout;
  column = x * scale % layout->pitch_x / layout->zoom * layout->shrink;
  row = y * scale % layout->pitch_y / layout->zoom * layout->shrink;
  value = rn_format_number (rn_map_grid_get_value (self, self->picture->order[at], column, row));
  text = g_strdup_printf (_ ("channel %d, x %d, y %d: %s"), self->picture->order[at], column, row,
                          value);
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &cell);
  return TRUE;
}

void
rn_map_grid_bind_keys (GtkWidgetClass *class)
{
  static const struct
  {
    guint key;
    int maps, rows;
  } moves[] = { { GDK_KEY_Left, -1, 0 },
                { GDK_KEY_Right, 1, 0 },
                { GDK_KEY_Up, 0, -1 },
                { GDK_KEY_Down, 0, 1 },
                { GDK_KEY_Home, -G_MAXINT / 2, 0 },
                { GDK_KEY_End, G_MAXINT / 2, 0 } };
  static const guint enter[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_space };

  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    gtk_widget_class_add_binding (class, moves[i].key, 0, move_selection, "(ii)", moves[i].maps,
                                  moves[i].rows);
  for (gsize i = 0; i < G_N_ELEMENTS (enter); i++)
    gtk_widget_class_add_binding (class, enter[i], 0, activate_selected, NULL);
}

void
rn_map_grid_add_controllers (RnMapGrid *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
