#pragma once

#include <residua/study.h>

#include "state/session.h"

G_BEGIN_DECLS

/* Studies of the shown document's weights with the data set's test pictures, or of one picture, in a thread of low priority,
 * so that training and the window go first. The weights are a copy that was taken between two steps: a study never changes a
 * training.
 */

typedef enum
{
  RN_STUDY_ANSWERS, /* with the branches that are on in the spine */
  RN_STUDY_LESIONS,
  RN_STUDY_SHUFFLES,
  RN_STUDY_PATHS,
  RN_STUDY_RESPONSES, /* also of other models */
  RN_STUDY_OCCLUSION  /* of one picture */
} RnStudyKind;

#define RN_TYPE_STUDY_RUNNER (rn_study_runner_get_type ())
G_DECLARE_FINAL_TYPE (RnStudyRunner, rn_study_runner, RN, STUDY_RUNNER, GObject)

/* Signal "changed" (no arguments): anything below answers otherwise. */

RnStudyRunner *rn_study_runner_new (RnSession *session, RnStudyKind kind);
/** Begins anew with the newest weights. @count: pictures, spread over the test pictures; 0 for all */
void rn_study_runner_start (RnStudyRunner *self, int count);
/** RN_STUDY_RESPONSES: what the next study measures. @curves: (element-type RnStudyCurve): copied; the first is of the shown
 * document, without a path */
void rn_study_runner_set_curves (RnStudyRunner *self, const GPtrArray *curves);
/** RN_STUDY_OCCLUSION of @view, a picture as the network sees it: where it matters for @class */
void rn_study_runner_start_with (RnStudyRunner *self, RnModel *model, RnPicture *view, int class);
/** What has come by then stays. */
void rn_study_runner_cancel (RnStudyRunner *self);
/** Forgets everything: another document or data set is shown. */
void rn_study_runner_clear (RnStudyRunner *self);

gboolean rn_study_runner_is_running (RnStudyRunner *self);
double rn_study_runner_get_progress (RnStudyRunner *self); /* 0 to 1 */
/** Returns: (nullable): why the last study failed */
const char *rn_study_runner_get_problem (RnStudyRunner *self);
/** Returns: (transfer none) (nullable): what was studied: NULL where nothing has come yet */
RnModel *rn_study_runner_get_model (RnStudyRunner *self);
RnDataset *rn_study_runner_get_dataset (RnStudyRunner *self);
/** Returns: pictures that were asked about */
int rn_study_runner_n_pictures (RnStudyRunner *self);
/** Returns: branches that were off in the answers */
int rn_study_runner_n_off (RnStudyRunner *self);
/** (element-type RnAnswer): empty until all are there */
const GArray *rn_study_runner_get_answers (RnStudyRunner *self);
/** (element-type RnStudyPoint): as they come */
const GArray *rn_study_runner_get_points (RnStudyRunner *self);
/** (element-type RnPathGradient): as they come */
const GArray *rn_study_runner_get_gradients (RnStudyRunner *self);
/** (element-type RnStudyCurve): as they are measured */
const GPtrArray *rn_study_runner_get_curves (RnStudyRunner *self);
/** Returns: (transfer none) (nullable): as rn_occlusion() has it; NULL until it is done */
RnTensor *rn_study_runner_get_map (RnStudyRunner *self);

G_END_DECLS
