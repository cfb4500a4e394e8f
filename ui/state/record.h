#pragma once

#include <glib-object.h>
#include <residua/feed.h>

#include "charts/series.h"
#include "charts/strip-data.h"
#include "charts/time-axis.h"
#include "state/measures.h"

G_BEGIN_DECLS

/* All that one run has told so far, in the form that charts draw: curves, tests, rates, strips, responses. A live one
 * grows by snapshots on the window's thread; one from disk is made in a task and handed over.
 *
 * Memory: the two curves take 20 bytes a step without end, 1 MB in 50 000 steps. The strips take 4 (8 + 4 n_blocks) bytes a
 * measured step until they are full, after RN_STRIP_MAX_COLUMNS of them: 0.4 MB with ResNet-20, 1.8 MB with ResNet-110.
 */

typedef enum
{
  RN_RECORD_HISTORY = 1 << 0,
  RN_RECORD_TESTS = 1 << 1,
  RN_RECORD_MEASURES = 1 << 2,
  RN_RECORD_RESPONSES = 1 << 3,
  RN_RECORD_MARKS = 1 << 4
} RnRecordChange;

typedef struct
{
  gint64 step;
  double loss;
  double error; /* share */
} RnTest;

typedef struct
{
  RnMarkKind kind; /* RN_MARK_RATE: a change of the rate by hand; RN_MARK_ERROR */
  gint64 step;
  double value;
} RnRecordMark;

/* A layer's response (figure 7), as RnLayerResponse of the snapshot */
typedef struct
{
  char *name;    /* "layer1.0.bn1" */
  guint32 block; /* 0: the stem */
  int kernel;
  double std;
} RnRecordResponse;

#define RN_TYPE_RECORD (rn_record_get_type ())
G_DECLARE_FINAL_TYPE (RnRecord, rn_record, RN, RECORD, GObject)

/* Signal "changed" (guint flags of RnRecordChange) */

/** Empty. @path: (nullable): the run's folder */
RnRecord *rn_record_new (const RnSpec *spec, const RnSettings *settings, const char *path);
/** Reads a run; for a task. Returns: (transfer full): complete, whatever was merged in the feed. Responses are left out:
 * rn_record_load_responses() */
RnRecord *rn_record_load (const char *path, GError **error);
/** Works out the responses of the layers from the latest checkpoint's running statistics, as a run does not keep those
 * of its steps; for a task, before the record is handed over. Leaves them empty where no checkpoint reads well. */
void rn_record_load_responses (RnRecord *self);

/** What the feed brought. A snapshot from before what is known (a run that went back to its checkpoint) cuts it there. */
void rn_record_take_snapshot (RnRecord *self, const RnSnapshot *snapshot);
/** Takes over all that @fresh, read from disk, knows of steps up to its end (the feed had merged some); what came since
 * is kept. */
void rn_record_adopt (RnRecord *self, RnRecord *fresh);
/** Returns: whether the feed merged points or left measured steps out, so the run on disk knows more */
gboolean rn_record_is_incomplete (RnRecord *self);

const RnSpec *rn_record_get_spec (RnRecord *self);
const RnSettings *rn_record_get_settings (RnRecord *self);
const char *rn_record_get_path (RnRecord *self); /* (nullable) */
/** (nullable): what the run was trained on, "sample" or a path */
const char *rn_record_get_data (RnRecord *self);
/* Returns: (nullable): what could not be read of a stored run, a sentence; its measures end where the damage begins */
const char *rn_record_get_damage (RnRecord *self);
void rn_record_set_data (RnRecord *self, const char *data);
gint64 rn_record_get_last_step (RnRecord *self);
/** An epoch's; 0 while it is not known */
double rn_record_get_epoch_steps (RnRecord *self);
/** (transfer none): the same objects for the record's life */
RnSeries *rn_record_get_loss (RnRecord *self);
RnSeries *rn_record_get_error (RnRecord *self); /* shares */
RnStripData *rn_record_get_strip (RnRecord *self, RnMeasureKind kind);
/** (element-type RnTest), (element-type RnRecordMark), (element-type RnRecordResponse), (element-type RnTimeStamp) */
const GArray *rn_record_get_tests (RnRecord *self);
const GArray *rn_record_get_marks (RnRecord *self);
const GArray *rn_record_get_responses (RnRecord *self);
const GArray *rn_record_get_stamps (RnRecord *self);
/** Returns: the newest measures, one per block in order; NULL before the first. @step: (out) (optional) */
const RnBlockMeasure *rn_record_get_newest (RnRecord *self, gint64 *step);
/** Another length, of a run that goes on */
void rn_record_set_steps (RnRecord *self, gint64 steps);
/** The lowest test error so far; NaN */
double rn_record_get_best_error (RnRecord *self);

G_END_DECLS
