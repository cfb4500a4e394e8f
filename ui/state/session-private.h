#pragma once

#include "state/session.h"

/* What the files of the session share. Everything is the window's thread's, unless it says otherwise. */

/* A trainer that crosses threads: the window commands it, tasks copy its model, and the thread that ends it frees it.
 * Reference counted; defined in session-trainer.c.
 */
typedef struct _RnTraining RnTraining;

/* A training that is wanted and not there yet; defined in session-training.c */
typedef struct _RnStart RnStart;

/* The command that has not shown its effect yet */
typedef enum
{
  RN_PENDING_NONE,
  RN_PENDING_RUN,
  RN_PENDING_STEP,
  RN_PENDING_PAUSE,
  RN_PENDING_STOP
} RnPending;

enum
{
  RN_SIGNAL_DOCUMENT,
  RN_SIGNAL_SKETCH,
  RN_SIGNAL_STATUS,
  RN_SIGNAL_MEASURES,
  RN_SIGNAL_DATASET,
  RN_SIGNAL_SETTINGS,
  RN_SIGNAL_PICTURE,
  RN_SIGNAL_WATCHED,
  RN_SIGNAL_GATES,
  RN_SIGNAL_COMPARED,
  RN_SIGNAL_GUESSED,
  RN_SIGNAL_FOLDER,
  RN_SIGNAL_MOVED,
  RN_SIGNAL_MESSAGE,
  RN_SIGNAL_PROBLEM,
  RN_SIGNAL_ENDED,
  RN_N_SIGNALS
};

struct _RnSession
{
  GObject parent_instance;

  char *runs_folder;
  int threads;
  RnSelection *selection;
  RnTimeAxis *time;
  RnLabDesk *lab;

  RnDocument *document;
  GListStore *documents;
  GListStore *compared;
  GPtrArray
      *waiting; /* of RnDocument: sketches edited back to their origins, one for each at most */
  char *sketch_folder;  /* (nullable) */
  GHashTable *kept;     /* of char: names of files there that are this session's */
  guint keep_source;    /* a writing is to begin */
  gboolean is_keeping;  /* its task runs */
  gboolean keeps_again; /* something changed meanwhile */
  RnDocument *editing;  /* (nullable): between begin and end of an edit */
  guint64 edited_state; /* its state at the beginning */

  RnDataset *dataset;
  guint64 dataset_seed;
  char *dataset_name;
  char *dataset_problem;
  double dataset_progress;
  struct _RnOpening *opening; /* of the data set asked for last */

  /* of the next new run */
  RnSettings settings;
  double epochs;
  RnChoices choices;
  double run_epochs; /* a new length of the run that is shown; 0: its own */

  RnStatus status;
  RnStart *start;
  RnTraining *training;
  RnDocument *live;
  RnDocument *failed; /* the run that failed last */
  guint n_makers;     /* threads that make or end a trainer */
  RnPending pending;
  gint64 pending_step; /* the step at the command */
  GTask *shut_down;

  GtkWidget *clock;
  gulong map_handler;
  guint tick_id;
  guint drain_source;
  gint64 drained_us;
  gboolean is_adopting;   /* reading a run again */
  GPtrArray *adopts_next; /* of RnDocument: asked for meanwhile, each once */

  RnMeasureKind measure;
  GArray *
      cursor_measures; /* of RnBlockMeasure: at the time cursor; NULL: none is set, or not read yet */
  gboolean is_reading_cursor;
  gboolean reads_cursor_again;

  RnSubject picture;
  char **taps; /* (nullable) */
  GPtrArray *watched;
  GHashTable *gates_off; /* of block ids */
  guint watch_serial;    /* of the newest request to the trainer */
  gint64 watch_every;    /* what the trainer was asked for; 0: it watches nothing */
  RnTensor *watch_input;
  gboolean is_looking; /* a task evaluates */
  gboolean looks_again;
  gint64 looked_us;
  guint look_source;
  RnEvaluator *looker; /* of the last look, for the next at the same weights */
  RnDocument *looker_document;
  guint64 looker_state; /* of its sketch */
  int looker_threads;
  gint64 looker_step; /* the step that was asked for, as rn_session_weights_step() */
};

/* session.c */
void rn_session_emit (RnSession *self, guint signal);
void rn_session_tell (RnSession *self, const char *text);                    /* "message" */
void rn_session_fail (RnSession *self, const char *title, const char *text); /* "problem" */
void rn_session_add_document (RnSession *self, RnDocument *document);     /* without showing it */
RnDocument *rn_session_find_document (RnSession *self, const char *path); /* (nullable) */
/* Brings the time axis up to the record that is shown. @is_other: another document */
void rn_session_update_time (RnSession *self, gboolean is_other);

void rn_session_tell_moved (RnSession *self, const char *from, const char *to); /* "moved" */
void rn_session_tell_end (RnSession *self, RnState state, const char *text);    /* "ended" */

/* What hangs on the network of the shown document, told in order. @is_other: it was another document before */
void rn_session_tell_document (RnSession *self, gboolean is_other);

/* session-sketch.c */
void rn_session_dispose_sketch (RnSession *self);
/* Documents that are closed take with them what waits for them. */
void rn_session_forget_waiting (RnSession *self, RnDocument *origin);

/* session-aside.c */
void rn_session_keep_later (RnSession *self); /* a sketch was changed, saved or closed */
void rn_session_keep_now (RnSession *self);   /* where it was to be later */
void rn_session_dispose_aside (RnSession *self);

/* session-settings.c */
void rn_session_init_settings (RnSession *self);
/* Steps, milestones, augmentation and the rhythm of measures follow from data, document and epochs. Returns: whether
 * something changed */
gboolean rn_session_derive_settings (RnSession *self);
/* Steps of an epoch of @settings on the data set, at least 1; 0 where there is no data */
gint64 rn_session_epoch_steps (RnSession *self, const RnSettings *settings);

/* Returns: (transfer full) (nullable): the network of a sketch as the data need it; as it is while there are none */
RnSpec *rn_session_fit_sketch (RnSession *self, RnDocument *sketch, GError **error);

/* session-data.c */
void rn_session_open_dataset_with (RnSession *self, const char *what, guint64 seed);
void rn_session_cancel_dataset (RnSession *self);

/* session-start.c */
void rn_session_cancel_start (RnSession *self); /* that there is */
/* Returns: whether one is, and has not ended yet */
gboolean rn_session_is_start_cancelled (RnSession *self);
void rn_session_dispose_start (RnSession *self);
void rn_session_proceed (RnSession *self);     /* with a start that waits, where it can */
void rn_session_data_failed (RnSession *self); /* the data that a start waits for */

/* session-training.c */
gboolean rn_state_is_working (RnState state); /* trains or tests */
/* @pending: what the trainer was told to do and has not answered yet */
void rn_session_set_pending (RnSession *self, RnPending pending);
/* Writes into @status what waits. */
void rn_session_note_pending (RnSession *self, RnStatus *status);
void rn_session_check_shut_down (RnSession *self); /* something has come to its end */
void rn_session_refresh_status (RnSession *self);  /* where no trainer tells it */
void rn_session_end_training (RnSession *self);    /* frees the trainer, on a thread of its own */
void rn_session_dispose_training (RnSession *self);

/* session-snapshots.c */
void rn_session_take (RnSession *self, RnSnapshot *snapshot); /* (transfer full) */

/* session-feed.c */
void rn_session_feed_filled (RnSession *self);
void rn_session_stop_draining (RnSession *self);

/* session-origin.c */

/* Returns: (transfer full): how @document is kept: its network, its file, and what it was made of. For the window's thread */
RnAside *rn_session_make_aside (RnDocument *document);
/* Returns: (transfer full) (nullable): the run or the model at @path (nullable), which is read with @hints (nullable); for a
 * task */
RnDocument *rn_session_read_origin (const char *path, const RnModelHints *hints);
/* Returns: (transfer full) (nullable): the folder of pasts; NULL where sketches are not kept */
char *rn_session_get_pasts (RnSession *self);
/* For a task, as the next: the network is saved in the file that @past names, and was made of its origin, or (NULL) of nothing */
void rn_session_write_past (const char *pasts, const RnAside *past);
/* Returns: (transfer full) (nullable): @spec of @file as a sketch of what it was made of; NULL where that is nothing, or not
 * there any more, or the file holds another network than was saved */
RnDocument *rn_session_read_fork (const char *pasts, const RnSpec *spec, const char *file);

/* session-trainer.c */

/* (transfer full) @trainer */
RnTraining *rn_training_new (RnTrainer *trainer, RnSession *session);
RnTraining *rn_training_ref (RnTraining *training);
void rn_training_unref (RnTraining *training);
/* For commands of the window's thread, while the session holds it */
RnTrainer *rn_training_get_trainer (RnTraining *training);
RnFeed *rn_training_get_feed (RnTraining *training);
/* From a task: waits for a step at most. (nullable): where it has ended */
RnModel *rn_training_copy_model (RnTraining *training);
/* From a thread that may wait: stops and frees the trainer, and removes the mark of a crash. */
void rn_training_end (RnTraining *training);
/* The calling thread, and those that it makes, from now on */
void rn_training_lower_priority (void);

/* session-crash.c; for threads */
void rn_crash_mark (const char *run_path);
void rn_crash_unmark (const char *run_path);

/* session-measures.c */
void rn_session_read_cursor (RnSession *self);

/* session-model.c */

/* Where the weights of the shown document come from; made by the window's thread, read by a task. */
typedef struct
{
  RnModel *model;       /* (nullable): of a file */
  RnTraining *training; /* (nullable): of the live network */
  char *run_path; /* (nullable): of the checkpoint nearest to @step, or the latest where it is -1 */
  gint64 step;
  RnSpec *changed; /* (nullable): what was made of them, with the same output */
} RnWeights;

/* The step whose weights are shown: -1 for the newest, else the time cursor */
gint64 rn_session_weights_step (RnSession *self);
RnWeights *rn_session_get_weights (RnSession *self);
/* Of a run's latest checkpoint or of a model file; NULL for a sketch */
RnWeights *rn_weights_new_stored (RnDocument *document);
void rn_weights_free (RnWeights *weights);
/* For a task */
RnModel *rn_weights_load (const RnWeights *weights, GError **error);

/* session-picture.c */
guint64 rn_session_get_state (RnSession *self); /* of the shown sketch; 0 for others */
void rn_session_rewatch (RnSession *self); /* document, picture, taps, gates or trainer changed */
void rn_session_take_watched (RnSession *self, const RnSnapshot *snapshot);
void rn_session_forget_watched (RnSession *self); /* maps of another picture or network */
void rn_session_dispose_picture (RnSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTraining, rn_training_unref)
