#include "spine/spine-view.h"

#include <math.h>

/* Below this the columns draw together, so that layers keep their text beside the switch. */
#define TIGHT_PX 200.0

void
rn_spine_geometry_init (RnSpineGeometry *geometry, double width)
{
  const gboolean is_tight = width < TIGHT_PX;

  *geometry = (RnSpineGeometry){ .width = width,
                                 .bracket_x = 3.5,
                                 .trunk_x = is_tight ? 19.0 : 23.0,
                                 .box_x = is_tight ? 36.0 : 44.0,
                                 .plain_x = is_tight ? 9.0 : 12.0,
                                 .end_x = width - (is_tight ? 8.0 : 12.0) };
  geometry->measure_x = geometry->end_x - CLAMP (0.2 * width, is_tight ? 36.0 : 42.0, 72.0);
}

const RnBlockMeasure *
rn_spine_view_get_measure (const RnSpineView *view, int index)
{
  if (view->measures == NULL || index < 0 || (guint) index >= view->measures->len)
    return NULL;
  return &g_array_index (view->measures, RnBlockMeasure, index);
}

double
rn_spine_view_get_value (const RnSpineView *view, int index)
{
  const RnBlockMeasure *measure = rn_spine_view_get_measure (view, index);

  return measure != NULL ? rn_measure_get (measure, view->scale.kind) : NAN;
}

const RnSpecProblem *
rn_spine_view_get_problem (const RnSpineView *view, int index)
{
  for (guint i = 0; view->problems != NULL && i < view->problems->len; i++)
    if (g_array_index (view->problems, RnSpecProblem, i).at == index)
      return &g_array_index (view->problems, RnSpecProblem, i);
  return NULL;
}

gboolean
rn_spine_view_is_on (const RnSpineView *view, int index)
{
  return rn_session_get_gate (view->session, rn_spec_get_block (view->spec, index)->id);
}
