#pragma once

#include "residua/dataset.h"
#include "residua/experiment.h"

/* Settings as a file says them: what hangs on the number of pictures is worked out when the data is known. */
typedef struct
{
  RnSettings base; /* its steps and schedule only where @epochs is 0 and @schedule NULL */
  double epochs;   /* 0: base.steps counts */
  char *schedule;  /* (nullable): text for rn_schedule_parse() */
} RnLabSettings;

void rn_lab_settings_init (RnLabSettings *settings);
void rn_lab_settings_copy (RnLabSettings *to, const RnLabSettings *from);
void rn_lab_settings_clear (RnLabSettings *settings);
/* Whole settings for @n_pictures in the training split; RN_ERROR_DATA, RN_ERROR_FORMAT naming the key */
gboolean rn_lab_settings_resolve (const RnLabSettings *settings, int n_pictures, guint64 seed,
                                  RnSettings *resolved, GError **error);

typedef struct
{
  RnLabArm arm; /* what others see; its pointers are to what follows */
  char *id;
  char *name;
  RnSpec *spec;
  RnLabSettings settings;
} RnExperimentArm;

struct _RnExperiment
{
  gatomicrefcount references;
  char *name;
  char *title;
  char *question;
  char *claim;
  char *source;
  char *data;
  char *json; /* (nullable) */
  int n_seeds;
  int n_arms;
  int n_figures;
  int n_checks;
  RnExperimentArm arms[RN_LAB_MAX_ARMS];
  RnLabFigureKind figures[RN_LAB_MAX_FIGURES];
  RnLabCheck checks[RN_LAB_MAX_CHECKS];
  char *check_texts[RN_LAB_MAX_CHECKS];
};

RnExperiment *rn_experiment_new_empty (const char *name);
/* @id, @name: copied; @spec: (transfer full). Returns: the new arm, the last, without settings */
RnExperimentArm *rn_experiment_add_arm (RnExperiment *self, const char *id, const char *name,
                                        RnSpec *spec, int origin);
/* Returns: the arm's index, -1 where there is none of that @id */
int rn_experiment_find_arm (const RnExperiment *self, const char *id);

/* What a text of a file becomes: itself, or of those that ship its translation */
typedef const char *(*RnLabTranslate) (const char *text);

/* @where: what errors call it; @name: what the experiment is called */
RnExperiment *rn_experiment_parse (const char *text, gssize length, const char *where,
                                   const char *name, RnLabTranslate translate, GError **error);
