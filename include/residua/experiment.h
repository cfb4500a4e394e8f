#pragma once

#include "residua/settings.h"
#include "residua/spec.h"

G_BEGIN_DECLS

/* Limits of an experiment file; one that asks for more is refused. */
#define RN_LAB_MAX_ARMS 8
#define RN_LAB_MAX_SEEDS 32
#define RN_LAB_MAX_FIGURES 12
#define RN_LAB_MAX_CHECKS 16
#define RN_LAB_MAX_GROWN 64
#define RN_LAB_MAX_TEXT 4000
#define RN_LAB_MAX_ID 40

/**
 * RnLabQuantity:
 * @RN_LAB_TRAIN_LOSS, @RN_LAB_TRAIN_ERROR: mean over the newest tenth of the run's steps, on the batches that it
 *   trained on, as they came
 * @RN_LAB_TEST_LOSS, @RN_LAB_TEST_ERROR: of the newest evaluation on the test split
 * @RN_LAB_RESPONSE: standard deviation of a 3x3 layer's response, mean over these layers (He et al. 2015, figure 7)
 * @RN_LAB_INTACT: test error on the pictures that lesions and shuffles are measured on, with nothing taken out
 * @RN_LAB_LESION: test error without one block, median over the blocks that do not change the shape, taken out one at a
 *   time (Veit et al. 2016, figure 3)
 * @RN_LAB_SHUFFLE: test error after blocks were exchanged, mean over all drawings (Veit et al. 2016, figure 5b)
 * @RN_LAB_SHORTCUT_SHARE: of the gradient that enters a block's input, the norm of what came through the shortcut over
 *   the sum of the norms of both ways, mean over the residual blocks; 0 to 1
 * @RN_LAB_PARAMETERS, @RN_LAB_MACS: of the network; they need no training
 *
 * A number that a run gives. Errors are shares, 0 to 1.
 */
typedef enum
{
  RN_LAB_TRAIN_LOSS,
  RN_LAB_TRAIN_ERROR,
  RN_LAB_TEST_LOSS,
  RN_LAB_TEST_ERROR,
  RN_LAB_RESPONSE,
  RN_LAB_INTACT,
  RN_LAB_LESION,
  RN_LAB_SHUFFLE,
  RN_LAB_SHORTCUT_SHARE,
  RN_LAB_PARAMETERS,
  RN_LAB_MACS
} RnLabQuantity;
#define RN_LAB_N_QUANTITIES (RN_LAB_MACS + 1)

/** Returns: (transfer none): what people call it: "training error" */
const char *rn_lab_quantity_get_label (RnLabQuantity quantity);
/** Returns: (transfer none): the word for it in files: "train_error" */
const char *rn_lab_quantity_get_key (RnLabQuantity quantity);
/** Returns: whether it is a share that people read in percent */
gboolean rn_lab_quantity_is_share (RnLabQuantity quantity);

/**
 * RnLabFigureKind:
 * @RN_LAB_FIGURE_TRAIN_LOSS to @RN_LAB_FIGURE_TEST_ERROR: curves over steps
 * @RN_LAB_FIGURE_FINAL_TRAIN_ERROR, @RN_LAB_FIGURE_FINAL_TEST_ERROR: by arm, each seed a dot
 * @RN_LAB_FIGURE_RESPONSES: of each 3x3 layer in the order of the network
 * @RN_LAB_FIGURE_RESPONSES_SORTED: the same, largest first
 * @RN_LAB_FIGURE_LESIONS: test error without each block alone, of those that do not change the shape; the whole network
 *   stands at 0
 * @RN_LAB_FIGURE_LESIONS_MANY: test error over the number of random blocks that are taken out
 * @RN_LAB_FIGURE_SHUFFLES: test error over Kendall's rank correlation of the order with the trained one
 * @RN_LAB_FIGURE_SHORTCUT_SHARE: of each block
 */
typedef enum
{
  RN_LAB_FIGURE_TRAIN_LOSS,
  RN_LAB_FIGURE_TRAIN_ERROR,
  RN_LAB_FIGURE_TEST_LOSS,
  RN_LAB_FIGURE_TEST_ERROR,
  RN_LAB_FIGURE_FINAL_TRAIN_ERROR,
  RN_LAB_FIGURE_FINAL_TEST_ERROR,
  RN_LAB_FIGURE_RESPONSES,
  RN_LAB_FIGURE_RESPONSES_SORTED,
  RN_LAB_FIGURE_LESIONS,
  RN_LAB_FIGURE_LESIONS_MANY,
  RN_LAB_FIGURE_SHUFFLES,
  RN_LAB_FIGURE_SHORTCUT_SHARE
} RnLabFigureKind;

/**
 * RnLabArm:
 * @id: unique in the experiment: letters, digits, "-", "_" and "."
 * @name: what people call it
 * @spec: the network before it is fitted to the data
 * @origin: index of the earlier arm whose last weights it begins with, with identity blocks put in; -1 for none
 *
 * One side of a comparison. Arms of one seed are twins: they see the same batches in the same order with the same
 * augmentation, as far as their settings say so.
 */
typedef struct
{
  const char *id;
  const char *name;
  const RnSpec *spec;
  int origin;
} RnLabArm;

/**
 * RnLabRelation:
 * @RN_LAB_GREATER, @RN_LAB_LESS: the first is so against the second
 * @RN_LAB_WITHIN: they differ by no more than @within
 */
typedef enum
{
  RN_LAB_GREATER,
  RN_LAB_LESS,
  RN_LAB_WITHIN
} RnLabRelation;

/**
 * RnLabCheck:
 * @text: what it says in words
 * @quantity, @arm: of both sides; @arm[1] is -1 where the second side is the number @than
 * @at: when the run is looked at, over 0 to 1, a share of the arm's steps; 1 is the end. Only curves can be asked before
 *   the end
 * @within: for RN_LAB_WITHIN, over 0
 *
 * What would be agreement with the paper, said before anything is trained.
 */
typedef struct
{
  const char *text;
  RnLabQuantity quantity[2];
  int arm[2];
  double at;
  RnLabRelation relation;
  double than;
  double within;
} RnLabCheck;

/**
 * RnExperiment:
 *
 * Networks that are trained alike and compared, from a JSON file (README, "Experiment files"). Immutable and reference
 * counted.
 */
typedef struct _RnExperiment RnExperiment;

/** Returns: (transfer none): names of those that ship, in the order in which to read them; NULL-terminated */
const char *const *rn_experiment_names (void);

/**
 * rn_experiment_load:
 * @what: one of rn_experiment_names(), or the path of a file, at most 1 MiB. A file is what has a slash or ends in
 *   ".json"
 * @error: RN_ERROR_FORMAT naming file, place and key; RN_ERROR_SHAPE for a network that does not fit together;
 *   RN_ERROR_DATA naming what ships, or the presets of networks; GIO's
 *
 * The texts of those that ship are translated.
 */
RnExperiment *rn_experiment_load (const char *what, GError **error);
/** @length: -1 for a C string; @where: what errors call it */
RnExperiment *rn_experiment_from_json (const char *text, gssize length, const char *where,
                                       GError **error);

/**
 * rn_experiment_new_twins:
 * @specs: @n networks, 2 to RN_LAB_MAX_ARMS, copied; what they are called is their names
 * @settings: of all of them; their seed is the first seed
 * @n_seeds: 1 to RN_LAB_MAX_SEEDS
 * @error: RN_ERROR_SHAPE for a draft that does not fit, RN_ERROR_DATA
 *
 * Returns: (transfer full): an experiment without claim and checks: these networks on the very same batches, such as one
 *   and its rn_spec_plain_twin()
 */
RnExperiment *rn_experiment_new_twins (const RnSpec *const *specs, int n,
                                       const RnSettings *settings, int n_seeds, GError **error);

RnExperiment *rn_experiment_ref (RnExperiment *experiment);
void rn_experiment_unref (RnExperiment *experiment);

/** Returns: "degradation"; of a file its name without ".json" */
const char *rn_experiment_get_name (const RnExperiment *experiment);
const char *rn_experiment_get_title (const RnExperiment *experiment);
/** Returns: what one wants to know, a sentence or two; "" where there is none, as the next two */
const char *rn_experiment_get_question (const RnExperiment *experiment);
/** Returns: what the paper found */
const char *rn_experiment_get_claim (const RnExperiment *experiment);
/** Returns: where it says so: "He et al. 2015, arXiv 1512.03385, section 4.2 and figure 6" */
const char *rn_experiment_get_source (const RnExperiment *experiment);
/** Returns: "sample" or a path; what to open unless somebody says otherwise */
const char *rn_experiment_get_data (const RnExperiment *experiment);
/** Returns: (transfer none) (nullable): the file as it is, for whoever wants to change a copy; NULL of twins */
const char *rn_experiment_get_json (const RnExperiment *experiment);
int rn_experiment_get_n_seeds (const RnExperiment *experiment);

int rn_experiment_n_arms (const RnExperiment *experiment);
const RnLabArm *rn_experiment_get_arm (const RnExperiment *experiment, int arm);
int rn_experiment_n_figures (const RnExperiment *experiment);
RnLabFigureKind rn_experiment_get_figure (const RnExperiment *experiment, int figure);
int rn_experiment_n_checks (const RnExperiment *experiment);
const RnLabCheck *rn_experiment_get_check (const RnExperiment *experiment, int check);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnExperiment, rn_experiment_unref)

G_END_DECLS
