#include "inspect/views.h"

#include <math.h>

#include "data/picture.h"

void
rn_views_paper_scales (RnViews *views, int side)
{
  static const int paper[] = { 224, 256, 384, 480, 640 };

  views->n_scales = G_N_ELEMENTS (paper);
  for (int i = 0; i < views->n_scales; i++)
    views->scales[i] = MAX ((int) lround (side * paper[i] / 224.0), 1);
}

int
rn_views_count (const RnViews *views)
{
  return views->n_scales > 0 ? views->n_scales * (views->flip ? 2 : 1) : views->crops;
}

/* Returns: the shorter side of the picture that view @at is cut from */
static int
get_shorter (const RnPreprocess *preprocess, const RnViews *views, int at)
{
  if (views->n_scales > 0)
    return views->scales[views->flip ? at / 2 : at];
  return views->crops > 1 ? (int) lround (preprocess->side * 256.0 / 224.0) : preprocess->side;
}

/* Every second view is the mirror image of the one before it. */
static gboolean
is_mirrored (const RnViews *views, int at)
{
  return at % 2 == 1 && (views->n_scales > 0 ? views->flip : views->crops > 1);
}

/* Pixels of a picture of @width x @height that was resized already. Of ten crops the upper left, upper right, lower left,
 * lower right and the middle; of one the middle; of scales all of it
 */
static void
get_box (int width, int height, const RnPreprocess *preprocess, const RnViews *views, int at,
         int box[4])
{
  const int side = preprocess->side, right = width - side, bottom = height - side;
  const int place = views->crops > 1 ? at / 2 : 4;

  box[0] = box[1] = 0;
  box[2] = width;
  box[3] = height;
  if (views->n_scales > 0)
    return;
  box[0] = place == 4 ? right / 2 : place % 2 == 0 ? 0 : right;
  box[1] = place == 4 ? bottom / 2 : place < 2 ? 0 : bottom;
  box[2] = box[3] = side;
}

RnView
rn_view_find (const RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views,
              int at)
{
  int width, height, box[4];

  rn_picture_measure_shorter (picture, get_shorter (preprocess, views, at), &width, &height);
  get_box (width, height, preprocess, views, at, box);
  return (RnView){ .x = (double) box[0] / width,
                   .y = (double) box[1] / height,
                   .width = (double) box[2] / width,
                   .height = (double) box[3] / height,
                   .shorter = MIN (width, height),
                   .is_mirrored = is_mirrored (views, at) };
}

RnPicture *
rn_view_resize (RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views, int at,
                GError **error)
{
  return rn_picture_resize_shorter (picture, get_shorter (preprocess, views, at), error);
}

RnPicture *
rn_view_cut (RnPicture *resized, const RnPreprocess *preprocess, const RnViews *views, int at,
             GError **error)
{
  g_autoptr (RnPicture) crop = NULL;
  int box[4];

  get_box (resized->width, resized->height, preprocess, views, at, box);
  crop = rn_picture_crop (resized, box[0], box[1], box[2], box[3], error);
  if (crop == NULL || !is_mirrored (views, at))
    return g_steal_pointer (&crop);
  return rn_picture_flip (crop, error);
}

RnPicture *
rn_view_new (RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views, int at,
             GError **error)
{
  g_autoptr (RnPicture) converted = NULL, resized = NULL;

  g_return_val_if_fail (at >= 0 && at < rn_views_count (views), NULL);

  converted = rn_picture_convert (picture, preprocess->channels, error);
  if (converted != NULL)
    resized = rn_view_resize (converted, preprocess, views, at, error);
  return resized != NULL ? rn_view_cut (resized, preprocess, views, at, error) : NULL;
}

RnPicture *
rn_view_single (RnPicture *picture, const RnPreprocess *preprocess, GError **error)
{
  return rn_view_new (picture, preprocess, &(RnViews){ .crops = 1 }, 0, error);
}
