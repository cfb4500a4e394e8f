#include "state/session.h"

struct _RnSession
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RnSession, rn_session, G_TYPE_OBJECT)

static void
rn_session_init (RnSession *self)
{
}

static void
rn_session_class_init (RnSessionClass *class)
{
}

RnSession *
rn_session_new (const char *runs_folder)
{
  return g_object_new (RN_TYPE_SESSION, NULL);
}

const char *
rn_session_get_runs_folder (RnSession *self)
{
  return "";
}

void
rn_session_set_runs_folder (RnSession *self, const char *folder)
{
}

void
rn_session_set_threads (RnSession *self, int threads)
{
}

void
rn_session_set_clock (RnSession *self, GtkWidget *widget)
{
}

void
rn_session_drain (RnSession *self)
{
}

RnSelection *
rn_session_get_selection (RnSession *self)
{
  return NULL;
}

RnTimeAxis *
rn_session_get_time (RnSession *self)
{
  return NULL;
}

RnDocument *
rn_session_get_document (RnSession *self)
{
  return NULL;
}

GListModel *
rn_session_get_documents (RnSession *self)
{
  return NULL;
}

void
rn_session_show (RnSession *self, RnDocument *document)
{
}

void
rn_session_show_sketch (RnSession *self, const RnSpec *spec, const char *path)
{
}

void
rn_session_close (RnSession *self, RnDocument *document)
{
}

RnDocument *
rn_session_get_live (RnSession *self)
{
  return NULL;
}

const RnSpec *
rn_session_get_spec (RnSession *self)
{
  return NULL;
}

RnRecord *
rn_session_get_record (RnSession *self)
{
  return NULL;
}

void
rn_session_open_run (RnSession *self, const char *path)
{
}

void
rn_session_open_spec (RnSession *self, const char *path)
{
}

void
rn_session_open_model (RnSession *self, const char *path)
{
}

GListModel *
rn_session_get_compared (RnSession *self)
{
  return NULL;
}

void
rn_session_compare (RnSession *self, const char *run_path)
{
}

void
rn_session_open_dataset (RnSession *self, const char *what)
{
}

RnDataset *
rn_session_get_dataset (RnSession *self)
{
  return NULL;
}

const char *
rn_session_get_dataset_name (RnSession *self)
{
  return "";
}

double
rn_session_get_dataset_progress (RnSession *self)
{
  return 0;
}

const char *
rn_session_get_dataset_problem (RnSession *self)
{
  return "";
}

const RnStatus *
rn_session_get_status (RnSession *self)
{
  return NULL;
}

const RnSettings *
rn_session_get_settings (RnSession *self)
{
  return NULL;
}

void
rn_session_set_settings (RnSession *self, const RnSettings *settings)
{
}

double
rn_session_get_epochs (RnSession *self)
{
  return 0;
}

void
rn_session_set_epochs (RnSession *self, double epochs)
{
}

void
rn_session_start (RnSession *self)
{
}

void
rn_session_pause (RnSession *self)
{
}

void
rn_session_step (RnSession *self)
{
}

void
rn_session_stop (RnSession *self)
{
}

void
rn_session_set_rate (RnSession *self, double rate)
{
}

void
rn_session_evaluate (RnSession *self)
{
}

gboolean
rn_session_is_training (RnSession *self)
{
  return 0;
}

gboolean
rn_session_has_trainer (RnSession *self)
{
  return 0;
}

void
rn_session_resume_run (RnSession *self, const char *path)
{
}

gboolean
rn_session_get_position (RnSession *self, int *block, gboolean *is_backward)
{
  return 0;
}

void
rn_session_shut_down (RnSession *self, GAsyncReadyCallback callback, gpointer data)
{
}

void
rn_session_find_crashed_async (RnSession *self, GAsyncReadyCallback callback, gpointer data)
{
}

char *
rn_session_find_crashed_finish (RnSession *self, GAsyncResult *result, GError **error)
{
  return g_strdup ("");
}

RnMeasureKind
rn_session_get_measure (RnSession *self)
{
  return 0;
}

void
rn_session_set_measure (RnSession *self, RnMeasureKind kind)
{
}

const RnBlockMeasure *
rn_session_get_measures (RnSession *self, gint64 *step)
{
  return NULL;
}

const RnSubject *
rn_session_get_picture (RnSession *self)
{
  return NULL;
}

void
rn_session_set_picture (RnSession *self, RnPicture *picture, const char *name, int true_class)
{
}

void
rn_session_watch (RnSession *self, const char *const *tap_names)
{
}

const GPtrArray *
rn_session_get_watched (RnSession *self)
{
  return NULL;
}

void
rn_session_get_model_async (RnSession *self, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
}

RnModel *
rn_session_get_model_finish (RnSession *self, GAsyncResult *result, GError **error)
{
  return NULL;
}

gboolean
rn_session_get_gate (RnSession *self, guint32 block)
{
  return 0;
}

void
rn_session_set_gate (RnSession *self, guint32 block, gboolean is_on)
{
}

int
rn_session_n_gates_off (RnSession *self)
{
  return 0;
}

void
rn_session_restore_gates (RnSession *self)
{
}
