#pragma once

#include <cairo.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* A network drawn for a paper, in the manner of Figure 3 of He et al. 2015: its layers as boxes in columns, the shortcuts
 * as arcs beside them, the shapes at the seams, a legend below; black on white. In a deep network, blocks that are alike
 * and follow one another are drawn once, with their number. Usable in any one thread.
 */

typedef struct _RnNetworkFigure RnNetworkFigure;

typedef enum
{
  RN_FIGURE_PART_LAYER, /* of the stem or the head */
  RN_FIGURE_PART_BLOCK
} RnFigurePartKind;

/* What an arc beside a block is */
typedef enum
{
  RN_FIGURE_ARC_NONE,
  RN_FIGURE_ARC_IDENTITY,
  RN_FIGURE_ARC_ZEROS,     /* option A where the shape changes: dashed */
  RN_FIGURE_ARC_PROJECTION /* a 1x1 convolution: with a diamond */
} RnFigureArc;

#define RN_FIGURE_MAX_BOXES 3

typedef struct
{
  RnFigurePartKind kind;
  RnFigureArc arc;
  int n_boxes; /* 1 in a layer, 2 or 3 in a block */
  char *boxes[RN_FIGURE_MAX_BOXES];
  int count;         /* blocks that it stands for, at least 1 */
  char *seam_before; /* (nullable): the shape that goes in */
  char *seam_after;  /* (nullable): the shape that comes out, where nothing follows that says it */
  gboolean begins;   /* a stage, with which a column may begin */
  int column;
  double y; /* of its top in points, its first seam included */
  double height;
} RnFigurePart;

/** Whatever a specification can describe. */
RnNetworkFigure *rn_network_figure_new (const RnSpec *spec);
void rn_network_figure_free (RnNetworkFigure *self);
/** In points, the margins included */
void rn_network_figure_get_size (const RnNetworkFigure *self, double *width, double *height);
const char *rn_network_figure_get_title (const RnNetworkFigure *self);
guint rn_network_figure_n_parts (const RnNetworkFigure *self);
/** Returns: part @at, from the stem to the classifier; valid as long as @self */
const RnFigurePart *rn_network_figure_get_part (const RnNetworkFigure *self, guint at);
/** At the origin, one unit a point; white where nothing is. */
void rn_network_figure_draw (const RnNetworkFigure *self, cairo_t *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnNetworkFigure, rn_network_figure_free)

G_END_DECLS
