#include "state/record.h"

struct _RnRecord
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RnRecord, rn_record, G_TYPE_OBJECT)

static void
rn_record_init (RnRecord *self)
{
}

static void
rn_record_class_init (RnRecordClass *class)
{
}

RnRecord *
rn_record_new (const RnSpec *spec, const RnSettings *settings, const char *path)
{
  return g_object_new (RN_TYPE_RECORD, NULL);
}

RnRecord *
rn_record_load (const char *path, GError **error)
{
  return NULL;
}

void
rn_record_take_snapshot (RnRecord *self, const RnSnapshot *snapshot)
{
}

void
rn_record_adopt (RnRecord *self, RnRecord *fresh)
{
}

gboolean
rn_record_is_incomplete (RnRecord *self)
{
  return 0;
}

const RnSpec *
rn_record_get_spec (RnRecord *self)
{
  return NULL;
}

const RnSettings *
rn_record_get_settings (RnRecord *self)
{
  return NULL;
}

const char *
rn_record_get_path (RnRecord *self)
{
  return "";
}

gint64
rn_record_get_last_step (RnRecord *self)
{
  return 0;
}

RnSeries *
rn_record_get_loss (RnRecord *self)
{
  return NULL;
}

RnSeries *
rn_record_get_error (RnRecord *self)
{
  return NULL;
}

RnStripData *
rn_record_get_strip (RnRecord *self, RnMeasureKind kind)
{
  return NULL;
}

const GArray *
rn_record_get_tests (RnRecord *self)
{
  return NULL;
}

const GArray *
rn_record_get_marks (RnRecord *self)
{
  return NULL;
}

const GArray *
rn_record_get_responses (RnRecord *self)
{
  return NULL;
}

const GArray *
rn_record_get_stamps (RnRecord *self)
{
  return NULL;
}

const RnBlockMeasure *
rn_record_get_newest (RnRecord *self, gint64 *step)
{
  return NULL;
}

double
rn_record_get_best_error (RnRecord *self)
{
  return 0;
}
