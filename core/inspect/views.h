#pragma once

#include "residua/classify.h"

/* Views, one by one: what shares a size is brought to it once.
 *
 * @at: of the view, 0 to rn_views_count() - 1
 */

/* Returns: (transfer full): @picture, of the network's channels, at the size that view @at is cut from */
RnPicture *rn_view_resize (RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views,
                           int at, GError **error);
/* Returns: (transfer full): view @at of what rn_view_resize() made */
RnPicture *rn_view_cut (RnPicture *resized, const RnPreprocess *preprocess, const RnViews *views,
                        int at, GError **error);
