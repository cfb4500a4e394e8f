#include "charts/map-grid.h"

struct _RnMapGrid
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnMapGrid, rn_map_grid, GTK_TYPE_WIDGET)

static void
rn_map_grid_init (RnMapGrid *self)
{
}

static void
rn_map_grid_class_init (RnMapGridClass *class)
{
}

GtkWidget *
rn_map_grid_new (void)
{
  return g_object_new (RN_TYPE_MAP_GRID, NULL);
}

void
rn_map_grid_set_maps (RnMapGrid *self, RnTensor *maps, const char *name)
{
}

RnTensor *
rn_map_grid_get_maps (RnMapGrid *self)
{
  return NULL;
}

int
rn_map_grid_get_channel (RnMapGrid *self, int at)
{
  return 0;
}
