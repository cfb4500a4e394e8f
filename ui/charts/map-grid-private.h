#pragma once

#include "charts/figure.h"
#include "charts/map-grid.h"
#include "charts/map-texture.h"
#include "charts/pace.h"

G_BEGIN_DECLS

/* Between maps, logical pixels */
#define RN_MAP_GAP 2

struct _RnMapGrid
{
  GtkWidget parent_instance;

  RnTensor *maps; /* (nullable): the newest */
  char *name;
  RnMapScale scale;
  gboolean is_sorted;
  int selected; /* channel, -1 none */
  int map_size;
  int limit;

  RnMapPicture *picture;   /* (nullable): what is shown */
  gboolean is_stale;       /* the picture is not of what is to be shown */
  gboolean is_busy;        /* a task makes one */
  GCancellable *cancel;    /* of that task */
  GskRenderNode *captions; /* (nullable): of the picture */
  RnPace pace;
  GtkWidget *popover; /* (nullable) */
  GtkWidget *view;    /* in it */
};

/* map-grid-input.c */

/* Returns: the place of @channel in the grid, -1 where it is not shown */
int rn_map_grid_find_place (RnMapGrid *self, int channel);
void rn_map_grid_set_selected (RnMapGrid *self, int channel);
/* The default handler of "activate" */
void rn_map_grid_show_enlarged (RnMapGrid *self, int channel);
void rn_map_grid_bind_keys (GtkWidgetClass *class);
void rn_map_grid_add_controllers (RnMapGrid *self);

/* map-grid-draw.c */

void rn_map_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
/* Whether the picture has room for channels under its maps */
gboolean rn_map_grid_has_captions (RnMapGrid *self);

/* map-grid-print.c */

extern const RnFigure rn_map_grid_figure;

G_END_DECLS
