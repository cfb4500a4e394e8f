#pragma once

#include "output-json.h"
#include "residua/study.h"

/* The studies of "inspect": measured, and told as text or as JSON. */

typedef enum
{
  RN_CLI_STUDY_NONE,
  RN_CLI_STUDY_LESIONS,
  RN_CLI_STUDY_SHUFFLES,
  RN_CLI_STUDY_PATHS
} RnCliStudy;

/* Points of a study, in the order they came */
typedef struct
{
  RnCliStudy kind;
  int n_pictures;
  GArray *points;    /* of RnStudyPoint; empty for paths */
  GArray *gradients; /* of RnPathGradient; empty but for paths */
} RnCliStudyResult;

/* @count: pictures, spread over @split; @draws: for each number of blocks or pairs, or path length. Returns: FALSE with @error
 * set; interrupted too */
gboolean rn_cli_study_run (RnCliStudyResult *result, RnCliStudy kind, RnModel *model,
                           RnDataset *dataset, RnSplit split, int count, int draws, int threads,
                           GError **error);
void rn_cli_study_clear (RnCliStudyResult *result);
void rn_cli_study_print (const RnCliStudyResult *result, RnModel *model);
/* Adds "study", "count" and "points" to the object that is open. */
void rn_cli_study_to_json (const RnCliStudyResult *result, RnModel *model, JsonBuilder *builder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RnCliStudyResult, rn_cli_study_clear)
