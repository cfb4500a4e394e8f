#pragma once

#include "spine/row-texts.h"
#include "spine/spine-layout.h"
#include "spine/spine-scale.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Columns of the spine's body at one width, in logical pixels from its left edge */
typedef struct
{
  double width;
  double bracket_x;
  double trunk_x;
  double box_x;     /* boxes, names and bars of blocks begin here */
  double plain_x;   /* boxes of plain blocks, stem and head: the trunk runs through them */
  double measure_x; /* of cards: bar and number between here and end_x */
  double end_x;
} RnSpineGeometry;

void rn_spine_geometry_init (RnSpineGeometry *geometry, double width);

/* What body, rows and overview share: the body owns it, they look. All of it belongs to the window's thread. */
typedef struct
{
  RnSession *session;
  RnSpec *spec;  /* (nullable): a copy of the shown document's */
  guint n_specs; /* that have been shown: another where @spec is another */
  RnSpineLayout *layout;
  RnSpineScale scale;
  RnSpineGeometry geometry;
  RnRowTexts *texts;
  GArray *measures; /* (element-type RnBlockMeasure) (nullable): one per block */
  GArray *problems; /* (element-type RnSpecProblem) (nullable): where blocks do not fit, in order */
} RnSpineView;

/** Returns: (nullable): of block @index, where there are measures */
const RnBlockMeasure *rn_spine_view_get_measure (const RnSpineView *view, int index);
/** Returns: the shown measure of block @index, NaN where there is none */
double rn_spine_view_get_value (const RnSpineView *view, int index);
/** Returns: (nullable): why block @index does not fit */
const RnSpecProblem *rn_spine_view_get_problem (const RnSpineView *view, int index);
gboolean rn_spine_view_is_on (const RnSpineView *view, int index);

G_END_DECLS
