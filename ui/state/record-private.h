#pragma once

#include "state/record.h"

/* Stamps are at least this far apart, and the gaps double when there are more than RN_RECORD_MAX_STAMPS. */
#define RN_RECORD_STAMP_SECONDS 1.0
#define RN_RECORD_MAX_STAMPS 4096

struct _RnRecord
{
  GObject parent_instance;

  RnSpec *spec;
  RnSettings settings;
  char *path;
  char *data;
  char *damage;

  gint64 last_step;
  double epoch_steps;
  RnSeries *loss;
  RnSeries *error;
  RnStripData *strips[RN_N_MEASURES];
  GArray *tests;     /* of RnTest */
  GArray *marks;     /* of RnRecordMark */
  GArray *responses; /* of RnRecordResponse */
  GArray *stamps;    /* of RnTimeStamp */
  GArray *newest;    /* of RnBlockMeasure: one per block, or empty */
  double best_error; /* NaN where there is none */
  gboolean lacks;    /* the run's files know more */

  /* the clock of the stamps: it stands still while nothing runs */
  gint64 taken_us;
  gboolean was_running;
  double seconds;
  double stamp_gap;
};

/* One measured step: one record per block, in order. */
void rn_record_append_measures (RnRecord *self, const RnBlockMeasure *measures);
void rn_record_append_test (RnRecord *self, gint64 step, double loss, double error);
void rn_record_append_stamp (RnRecord *self, gint64 step);
