#pragma once

#include "residua/dataset.h"

G_BEGIN_DECLS

/**
 * RnAugment:
 * @pad: pixels of zeros (after normalisation) around the picture before a random crop of the input's side;
 *   0 is off, at most 64 (the paper's CIFAR setting is 4)
 * @flip: mirror half of the pictures
 * @scale_min, @scale_max: the shorter side is drawn from this range, then a random crop; 0 is off. The paper's
 *   ImageNet setting is 256 and 480 (section 3.4)
 * @colour: standard deviation of the PCA colour shift (Krizhevsky et al. 2012, section 4.1), 0 is off, usually 0.1
 */
typedef struct
{
  int pad;
  gboolean flip;
  int scale_min;
  int scale_max;
  double colour;
} RnAugment;

/**
 * rn_augment_parse:
 * @text: "none", or a comma-separated list of "crop" (pad 4), "crop=PIXELS", "flip", "scale=MIN-MAX", "colour",
 *   "colour=SD"
 * @error: RN_ERROR_FORMAT naming the word
 */
gboolean rn_augment_parse (const char *text, RnAugment *augment, GError **error);
/** Returns: (transfer full): what rn_augment_parse() reads back exactly */
char *rn_augment_to_string (const RnAugment *augment);

/**
 * RnPreprocess:
 * @side: of the network's square input
 * @channels: 1 or 3
 * @mean, @std: per channel, on the scale where white is 1
 * @pixel_mean: (nullable): side * side * channels numbers [H,W,C] on the same scale, subtracted instead of
 *   @mean where the picture is @side x @side
 *
 * How bytes become the network's input: (byte / 255 - mean) / std. It belongs to the model and travels with it.
 */
typedef struct
{
  int side;
  int channels;
  float mean[3];
  float std[3];
  float *pixel_mean;
} RnPreprocess;

void rn_preprocess_copy (RnPreprocess *to, const RnPreprocess *from);
void rn_preprocess_clear (RnPreprocess *preprocess);

/**
 * rn_preprocess_measure:
 * @per_pixel: also the mean of each pixel (the paper's CIFAR setting)
 *
 * Mean and standard deviation of the training split, at most its first 20,000 pictures, brought to @side.
 */
gboolean rn_preprocess_measure (RnPreprocess *preprocess, RnDataset *dataset, int side,
                                gboolean per_pixel, GError **error);

/**
 * rn_colour_axes_measure:
 * @axes: (out): what rn_augment_picture() takes
 * @dataset: of RGB pictures
 *
 * Principal axes of the training split's colours (section 3.4's colour augmentation), each scaled by the root of
 * its variance, strongest first, on the scale where white is 1; over the same pictures as rn_preprocess_measure().
 */
gboolean rn_colour_axes_measure (float axes[9], RnDataset *dataset, int side, GError **error);

/**
 * rn_preprocess_apply:
 * @x: `[height,width,channels]` out
 * @picture: of @preprocess's channels
 *
 * Normalises a picture of any size.
 */
void rn_preprocess_apply (const RnPreprocess *preprocess, float *x, const RnPicture *picture);

/** Returns: (transfer full): @picture with its shorter side brought to @side (area average down, bilinear up) */
RnPicture *rn_picture_resize_shorter (RnPicture *picture, int side, GError **error);
/** Returns: (transfer full): the rectangle; it lies inside @picture */
RnPicture *rn_picture_crop (RnPicture *picture, int x, int y, int width, int height,
                            GError **error);
/** Returns: (transfer full): mirrored left to right */
RnPicture *rn_picture_flip (RnPicture *picture, GError **error);

/**
 * rn_augment_picture:
 * @x: `[side,side,channels]` out, normalised
 * @seed, @epoch, @index: decide every draw, nothing else does
 * @colour_axes: (nullable): 3 principal axes scaled by the root of their variance, row after row, for @augment's
 *   colour, on the scale where white is 1; without them, or for grey, colours stay
 * @error: RN_ERROR_MEMORY
 *
 * In this order: the shorter side is brought to the drawn scale (or to the input's side, and the centre is
 * taken), the window is drawn over it with its padding, the mirror image, normalisation, the colour shift.
 */
gboolean rn_augment_picture (const RnAugment *augment, const RnPreprocess *preprocess,
                             const float *colour_axes, float *x, RnPicture *picture, guint64 seed,
                             gint64 epoch, gint64 index, GError **error);

G_END_DECLS
