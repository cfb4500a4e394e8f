#pragma once

#include "residua/dataset.h"
#include "residua/evaluator.h"

G_BEGIN_DECLS

#define RN_MAX_SCALES 16

/**
 * RnViews:
 * @crops: 1 or 10. Ten: the shorter side is brought to round (S x 256/224) for an input side S; four corners and the
 *   centre, and their mirror images; probabilities are averaged
 * @n_scales: 0, or fully convolutional at these shorter sides; scores are averaged. Replaces crops
 * @flip: with scales: also the mirror image of each
 *
 * How one picture is looked at (He et al. 2015, section 3.4).
 */
typedef struct
{
  int crops;
  int n_scales;
  int scales[RN_MAX_SCALES];
  gboolean flip;
} RnViews;

/** The paper's scales for an input side S: S x {224, 256, 384, 480, 640} / 224, rounded. */
void rn_views_paper_scales (RnViews *views, int side);
/** Returns: how many views that makes, mirror images included */
int rn_views_count (const RnViews *views);

/**
 * RnView:
 * @x, @y, @width, @height: where it lies on the picture, as shares of its sides
 * @shorter: the shorter side that the whole picture was brought to for it
 *
 * Where one view lies.
 */
typedef struct
{
  double x, y;
  double width, height;
  int shorter;
  gboolean is_mirrored;
} RnView;

/**
 * rn_view_find:
 * @views: as rn_classify_picture() takes them
 * @at: 0 to rn_views_count() - 1; crops: upper left, upper right, lower left, lower right, middle, each followed by its
 *   mirror image; scales in their order, with flip each followed by its mirror image
 *
 * Returns: where view @at of @picture lies
 */
RnView rn_view_find (const RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views,
                     int at);
/** Returns: (transfer full): the very pixels that the network is given as view @at, before they are normalised */
RnPicture *rn_view_new (RnPicture *picture, const RnPreprocess *preprocess, const RnViews *views,
                        int at, GError **error);

/**
 * rn_view_single:
 *
 * Returns: (transfer full): the single view of @picture: of @preprocess's channels, S x S from its middle, its shorter
 *   side brought to S where it is another size. What the network sees, for whoever shows it.
 */
RnPicture *rn_view_single (RnPicture *picture, const RnPreprocess *preprocess, GError **error);

/**
 * rn_classify_picture:
 * @probabilities: (out): one per class, sums to 1
 * @logits: (out) (nullable): averaged over views
 * @notes: (out) (nullable) (transfer full): a sentence where something gave way, such as the per-pixel mean
 */
gboolean rn_classify_picture (RnEvaluator *evaluator, RnPicture *picture, const RnViews *views,
                              float *probabilities, float *logits, char **notes, const int *cancel,
                              GError **error);

/**
 * RnEvaluation:
 * @confusion: classes x classes counts, row the truth, column the answer
 * @logits: (nullable): of the first @n_logits pictures
 */
typedef struct
{
  int count;
  int wrong;
  int wrong_top5;
  double loss;
  int n_classes;
  int *confusion;
  int n_logits;
  float *logits;
  char *notes;
} RnEvaluation;

/**
 * rn_evaluate:
 * @limit: at most this many pictures from the start of the split, 0 for all
 * @n_logits: how many pictures' logits to keep
 * @progress: (nullable)
 *
 * Returns: (transfer full): free with rn_evaluation_free()
 */
RnEvaluation *rn_evaluate (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split,
                           const RnViews *views, int limit, int n_logits, RnProgressFunc progress,
                           gpointer user_data, GError **error);
void rn_evaluation_free (RnEvaluation *evaluation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnEvaluation, rn_evaluation_free)

G_END_DECLS
