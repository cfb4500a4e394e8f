#include "spine/spine-layout.h"

RnSpineLayout *
rn_spine_layout_new (const RnSpec *spec, double available, double zoom, const GArray *folded,
                     const GArray *unfolded)
{
  return NULL;
}

void
rn_spine_layout_free (RnSpineLayout *layout)
{
}

int
rn_spine_layout_find (const RnSpineLayout *layout, double y)
{
  return 0;
}

int
rn_spine_layout_row_of (const RnSpineLayout *layout, int index)
{
  return 0;
}

void
rn_spine_layout_heat_of (const RnSpineLayout *layout, int index, double *y, double *height)
{
}
