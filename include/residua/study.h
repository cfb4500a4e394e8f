#pragma once

#include "residua/dataset.h"
#include "residua/evaluator.h"

G_BEGIN_DECLS

/* Taking a trained network apart: what it gets wrong, and how it does without some of its blocks or with them in another
 * order (Veit et al. 2016, arXiv 1605.06431). For a thread of its own; a model is never changed, so a training that goes
 * on beside it is not either.
 */

/** The most bytes of normalised pictures that a study keeps; it decodes the others a batch at a time, as often as it asks
 * about them */
#define RN_STUDY_MAX_BYTES ((gsize) 1 << 30)

/**
 * RnStudy:
 *
 * A model and the pictures that it is asked about, decoded once where they fit into RN_STUDY_MAX_BYTES. One thread at a time
 * may use it.
 */
typedef struct _RnStudy RnStudy;

/**
 * rn_study_new:
 * @count: pictures, spread evenly over @split; 0 for all of them
 * @threads: 1 to 256; 0 for as many as there are processors
 * @cancel: (nullable): as in RnPass, here and below
 * @error: RN_ERROR_SHAPE where the network cannot take these pictures, RN_ERROR_DATA where there are none
 */
RnStudy *rn_study_new (RnModel *model, RnDataset *dataset, RnSplit split, int count, int threads,
                       RnProgressFunc progress, gpointer user_data, const int *cancel,
                       GError **error);
void rn_study_free (RnStudy *study);
RnModel *rn_study_get_model (RnStudy *study);
int rn_study_count (RnStudy *study);

/**
 * RnAnswer:
 * @index: of the picture in its split
 * @answer: the class of the largest logit; of several the first. -1 where a logit is not a number, which is never right
 * @second: the next best class; -1 where there is none
 * @confidence: probability of @answer
 * @of_truth: probability of @truth
 */
typedef struct
{
  int index;
  int truth;
  int answer;
  int second;
  float confidence;
  float of_truth;
} RnAnswer;

/**
 * rn_study_answers:
 * @answers: (out): rn_study_count() of them, in the order of the split
 * @gates: (nullable): as in RnPass
 * @progress: (nullable)
 * @error: also what keeps a picture from being decoded, here and below, where not all are kept
 */
gboolean rn_study_answers (RnStudy *study, RnAnswer *answers, const gboolean *gates,
                           RnProgressFunc progress, gpointer user_data, const int *cancel,
                           GError **error);
/** Returns: how many of @answers are not the truth */
int rn_answers_n_wrong (const RnAnswer *answers, int n);

/**
 * RnStudyPoint:
 * @n_off: how many blocks were switched off, or pairs exchanged
 * @block: the one that was switched off; -1 where chance chose
 * @draw: which of the drawings with this @n_off, from 0
 * @tau: Kendall's rank correlation of the order of the blocks with the trained one; 1 in a lesion
 * @wrong: pictures that the network then got wrong
 *
 * One measurement of a study.
 */
typedef struct
{
  int n_off;
  int block;
  int draw;
  double tau;
  int wrong;
} RnStudyPoint;

/**
 * RnStudyFunc:
 * @done: 0 to 1, this point included
 *
 * Returns: FALSE to cancel: the call then fails with RN_ERROR_CANCELLED
 */
typedef gboolean (*RnStudyFunc) (const RnStudyPoint *point, double done, gpointer user_data);

/**
 * rn_study_lesions:
 * @most_off: also 1, 2, .. @most_off random residual blocks at once, no more than there are; 0 for none
 * @draws: for each number, 1 to 1000
 * @seed: of the drawings
 *
 * First the whole network (n_off 0), then without each residual block alone in the order of the network, then without
 * random ones (Veit et al. 2016, figures 3 and 5a).
 */
gboolean rn_study_lesions (RnStudy *study, int most_off, int draws, guint64 seed, RnStudyFunc func,
                           gpointer user_data, const int *cancel, GError **error);

/**
 * rn_study_removals:
 * @error: also RN_ERROR_SHAPE where every block changes the shape
 *
 * As rn_study_lesions(), but a block is taken out whole, and plain blocks, which have no branch to switch off, can be
 * taken out, too: all that do not change the shape. Where the shortcut is an identity this is the same as switching the
 * branch off.
 */
gboolean rn_study_removals (RnStudy *study, int most_off, int draws, guint64 seed, RnStudyFunc func,
                            gpointer user_data, const int *cancel, GError **error);

/**
 * rn_study_shuffles:
 * @most_pairs: pairs exchanged, 1, 2, .. @most_pairs
 * @error: also RN_ERROR_SHAPE where no two blocks have one shape
 *
 * First the trained order, then ever more exchanges of blocks that can stand in one another's place: of one kind,
 * without a change of shape (Veit et al. 2016, figure 5b). No drawing leads back to the trained order; where the one pair
 * there is could only be exchanged and back, that number of exchanges is left out.
 */
gboolean rn_study_shuffles (RnStudy *study, int most_pairs, int draws, guint64 seed,
                            RnStudyFunc func, gpointer user_data, const int *cancel,
                            GError **error);

/**
 * rn_model_rearrange:
 * @order: @n indices of blocks of @model, any of them any number of times
 * @error: RN_ERROR_SHAPE where the blocks do not follow one another in this order
 *
 * Returns: (transfer full): a model whose block i is block @order[i], with its parameters and statistics
 */
RnModel *rn_model_rearrange (const RnModel *model, const int *order, int n, GError **error);

/** Kendall's rank correlation of @order, a permutation of 0 .. @n - 1, with 0, 1, 2, ..: 1 the same, -1 reversed */
double rn_kendall_tau (const int *order, int n);

/**
 * rn_path_lengths:
 * @shares: (out): @n_blocks + 1 numbers that sum to 1
 *
 * The paths through @n_blocks residual blocks by how many branches they take: binomial (n, 1/2) (Veit et al. 2016,
 * section 4.1). In double precision for any depth that a specification can have.
 */
void rn_path_lengths (double *shares, int n_blocks);

/**
 * RnPathGradient:
 * @length: of the path: residual branches that it goes through
 * @draw: which drawing, from 0
 * @norm: Euclidean norm of d loss / d x over the batch's pictures, the loss being its mean cross-entropy
 *
 * How strongly one path of a network carries the gradient back to the pictures.
 */
typedef struct
{
  int length;
  int draw;
  double norm;
} RnPathGradient;

/**
 * RnPathFunc:
 * @done: 0 to 1, this gradient included
 *
 * Returns: FALSE to cancel: the call then fails with RN_ERROR_CANCELLED
 */
typedef gboolean (*RnPathFunc) (const RnPathGradient *gradient, double done, gpointer user_data);

/**
 * rn_study_path_gradients:
 * @draws: 1 to 1000
 * @seed: of the drawings
 * @error: RN_ERROR_SHAPE where no block is residual, RN_ERROR_MEMORY
 *
 * For each drawing, a random batch of the study's pictures goes forward through a copy of the network as it trains (with the
 * batch's own statistics); then the gradient goes back through one random path of each length 0, 1, .. residual blocks: in
 * the blocks of the path by the branch alone, in the others by the shortcut alone (Veit et al. 2016, section 4.3).
 */
gboolean rn_study_path_gradients (RnStudy *study, int draws, guint64 seed, RnPathFunc func,
                                  gpointer user_data, const int *cancel, GError **error);

/**
 * rn_path_shares:
 * @shares: (out): @n_blocks + 1 numbers that sum to 1; all 0 where all of @gradients are 0 or one of them is infinite
 * @gradients: of one path of each length, 0 and more; NAN counts as 0
 *
 * What all paths of a length together contribute to the gradient: their number times the gradient of one (Veit et al. 2016,
 * figure 6c).
 */
void rn_path_shares (double *shares, const double *gradients, int n_blocks);

/**
 * rn_occlusion:
 * @evaluator: of either path
 * @x: `[1,side,side,channels]`, normalised
 * @class: whose probability is looked at
 * @patch: side of the square that is covered with the mean colour, 1 to the picture's side
 * @stride: from one square to the next
 * @progress: (nullable)
 *
 * Where the picture matters (Zeiler and Fergus 2014, section 4.2): how far the probability falls when a square is
 * covered. Squares start outside the upper left corner by half a patch, so that edges count as the middle does.
 *
 * Returns: (transfer full): `[P,Q]`, P = Q = ceil (side / stride): p - p(covered), -1 to 1
 */
RnTensor *rn_occlusion (RnEvaluator *evaluator, const float *x, int class, int patch, int stride,
                        RnProgressFunc progress, gpointer user_data, const int *cancel,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnStudy, rn_study_free)

G_END_DECLS
