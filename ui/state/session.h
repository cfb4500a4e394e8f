#pragma once

#include <gtk/gtk.h>
#include <residua/residua.h>

#include "charts/time-axis.h"
#include "state/document.h"
#include "state/lab-desk.h"
#include "state/selection.h"

G_BEGIN_DECLS

/* The one bridge between the core and the window: the shared state of design/interaction.md (document, selection,
 * picture, gates, time cursor), the data set, and the trainer with its feed. Everything here is for the window's thread;
 * whatever takes time runs in tasks or in the worker, and comes back as a signal.
 */

#define RN_TYPE_SESSION (rn_session_get_type ())
G_DECLARE_FINAL_TYPE (RnSession, rn_session, RN, SESSION, GObject)

/* Signals:
 *   "document"                          another document is shown, or its network was edited
 *   "sketch"                            the undo list, the mark "changed" or the file of the shown sketch has changed
 *   "status"                            rn_session_get_status() answers otherwise
 *   "measures"                          rn_session_get_measures() does, or the measure that is shown
 *   "dataset"                           opened, opening, progress or failure
 *   "settings"                          rn_session_set_settings(), rn_session_set_threads()
 *   "picture"                           another picture
 *   "watched"                           rn_session_get_watched() has newer maps
 *   "gates"                             a branch was switched
 *   "compared"                          the runs that are compared have changed
 *   "folder"                            runs are kept elsewhere from now on
 *   "moved" (const char *from, const char *to)        rn_session_run_moved() was told so
 *   "message" (const char *)            a sentence for a toast
 *   "guessed"                           the model file that is shown does not say all; rn_document_get_guesses()
 *   "problem" (const char *title, const char *text)   an error to show
 *   "ended"   (int RnState, const char *text)         training finished, failed, diverged, or paused for
 *             want of room on the disk: for a notification
 */

/** Settings that a person chose: the others are told by the data (augmentation) and the network (steps between measures). */
typedef enum
{
  RN_CHOICE_AUGMENT = 1 << 0,
  RN_CHOICE_MEASURE_EVERY = 1 << 1
} RnChoices;

/** @runs_folder: where runs are kept; made when the first one is */
RnSession *rn_session_new (const char *runs_folder);
const char *rn_session_get_runs_folder (RnSession *self);
void rn_session_set_runs_folder (RnSession *self, const char *folder);
/** 0: as many as there are processors; for the next trainer. "settings" tells of it. */
void rn_session_set_threads (RnSession *self, int threads);
int rn_session_get_threads (RnSession *self);
/** Returns: how many those are */
int rn_session_count_threads (RnSession *self);
/** The experiment in training; while there is one, rn_session_start() is a "problem", and the other way round. */
RnLabDesk *rn_session_get_lab (RnSession *self);
/** The widget whose frame clock drains the feed, ten times a second at most: the window. While it is not mapped, the feed
 * is drained once a second; what the feed has merged or left out by then is read from the run when it is mapped again.
 * (nullable): a timer drains it, for tests */
void rn_session_set_clock (RnSession *self, GtkWidget *widget);
/** Drains the feed now; for tests, and for a hidden window. */
void rn_session_drain (RnSession *self);

RnSelection *rn_session_get_selection (RnSession *self);
RnTimeAxis *rn_session_get_time (RnSession *self);

/* Documents */

RnDocument *rn_session_get_document (RnSession *self);
/** (element-type RnDocument): those that are open, in the order in which they were */
GListModel *rn_session_get_documents (RnSession *self);
void rn_session_show (RnSession *self, RnDocument *document);
/** Another network: with @path (nullable) a new sketch of that file; without, an edit of what is shown (see below), or a
 * new sketch where the network of a run or a model is wanted once more. */
void rn_session_show_sketch (RnSession *self, const RnSpec *spec, const char *path);
/** A preset in the place of what is shown, as an edit; none of its blocks takes weights of a run or a model that is
 * shown. A new sketch where it is the network of that run or model. */
void rn_session_show_preset (RnSession *self, const RnSpec *spec);
/** Takes it out of the list; where it was shown, its neighbour is, or a sketch of its network. One in training stays, with
 * a "problem" that says so. */
void rn_session_close (RnSession *self, RnDocument *document);
/** The document in training; NULL where there is none */
RnDocument *rn_session_get_live (RnSession *self);
/** Of the shown document */
const RnSpec *rn_session_get_spec (RnSession *self);
/** (nullable): its record */
RnRecord *rn_session_get_record (RnSession *self);
/** These read in tasks; then the document is shown, or "problem" says why not. What is open already is shown at once. */
void rn_session_open_run (RnSession *self, const char *path);
/** The same, and calls back when the run is shown; the error was told as a "problem" by then. */
void rn_session_open_run_async (RnSession *self, const char *path, GAsyncReadyCallback callback,
                                gpointer data);
gboolean rn_session_open_run_finish (RnSession *self, GAsyncResult *result, GError **error);
void rn_session_open_spec (RnSession *self, const char *path);
void rn_session_open_model (RnSession *self, const char *path);
/** Reads the model file of @document again, with @hints (copied) for what it does not say; the new document takes its
 * place. */
void rn_session_reopen_model (RnSession *self, RnDocument *document, const RnModelHints *hints);
/** (element-type RnDocument): runs whose curves are drawn beside the shown one's */
GListModel *rn_session_get_compared (RnSession *self);
void rn_session_compare (RnSession *self, const char *run_path); /* adds it, or takes it out */
/** The run at @from is at @to from now on, or (NULL) nowhere: sketches that were made of it follow, or forget it with a
 * "message"; "moved" tells others. */
void rn_session_run_moved (RnSession *self, const char *from, const char *to);
/** What the files of @document's run know more than its record is read in a task and added to it: what the feed had
 * merged, or what somebody else trained meanwhile. */
void rn_session_read_again (RnSession *self, RnDocument *document);

/* Editing
 *
 * What is shown is edited by rn_session_begin_edit(), functions of <residua/sketch.h>, rn_session_end_edit(). A run or a
 * model does not change: the edit makes a sketch that begins as its network and stands beside it in the list. Where edits,
 * undo or redo lead to the bytes of its origin, that is shown again, with its weights, and the sketch waits out of sight
 * for the next edit or redo. Undo never touches weights, gates, runs or selection.
 */

/** Returns: (transfer none): the sketch to change at once; nothing else of the session may be called before
 * rn_session_end_edit() */
RnSketch *rn_session_begin_edit (RnSession *self);
/** Shows what the edit has made, with "document" and "sketch". @error: (transfer full) (nullable): why it was refused,
 * told as a "message". Returns: whether there was no error */
gboolean rn_session_end_edit (RnSession *self, GError *error);
/** Returns: (transfer full) (nullable): "Undo delete block 3"; NULL where there is nothing to undo */
char *rn_session_get_undo_label (RnSession *self);
char *rn_session_get_redo_label (RnSession *self);
void rn_session_undo (RnSession *self);
void rn_session_redo (RnSession *self);
/** A new sketch without blocks: the input, stem and classes of what is shown; it is shown beside the others. */
void rn_session_new_sketch (RnSession *self);
/** Writes the shown network to @path in a task, and tells it as a "message" or a "problem"; a sketch then belongs to that
 * file. What does not fit is saved as it is. */
void rn_session_save_sketch (RnSession *self, const char *path);

/** Where changed sketches are kept until they are saved or closed: written in tasks a second after an edit. NULL, as at
 * first: nowhere. */
void rn_session_set_sketch_folder (RnSession *self, const char *folder);
/** Brings back, in a task, what the folder has kept: as sketches of their own beside what is open. One is shown where nothing
 * was done yet; a "message" tells it. A file that was changed later than its sketch keeps its content: the sketch then
 * belongs to no file. */
void rn_session_restore_sketches (RnSession *self);

/* Data */

/** Opens in a task, with progress; the old one stays until then. "sample" or a path. */
void rn_session_open_dataset (RnSession *self, const char *what);
RnDataset *rn_session_get_dataset (RnSession *self); /* (nullable) */
const char *
rn_session_get_dataset_name (RnSession *self); /* what was asked for last, "sample" or a path */
/** 0 to 1; negative: nothing is being opened */
double rn_session_get_dataset_progress (RnSession *self);
const char *rn_session_get_dataset_problem (RnSession *self); /* (nullable): why opening failed */

/* Training */

/* Of the training; where there is none, of the shown document: a run stands as RN_STATE_FINISHED, RN_STATE_STOPPED or, if
 * it failed just now, RN_STATE_FAILED, with its steps; others are RN_STATE_IDLE with what a start would do.
 */
typedef struct
{
  RnState state;
  gboolean is_pending; /* a command was given and has not shown its effect yet */
  gboolean
      is_stopping;     /* the command is a stop: a step is left and saved, a preparation given up */
  gboolean is_pausing; /* the command is a pause */
  gboolean is_saving;  /* and waits for a checkpoint that is being written */
  double preparing;    /* 0 to 1 while RN_STATE_PREPARING */
  gint64 step;
  gint64 steps;
  double epoch;
  double epochs;
  double rate;
  double pictures_per_s;
  double seconds_left;
  gsize memory_bytes;
  double test_error; /* the newest; NaN */
} RnStatus;

const RnStatus *rn_session_get_status (RnSession *self);
/** Of the shown run; else of the next new one. There, steps follow from the epochs as soon as the data are known, and what
 * was not set otherwise follows from data and network: the augmentation as residua-cli has it, and measures of every step
 * unless blocks.bin would grow over 64 MB. */
const RnSettings *rn_session_get_settings (RnSession *self);
/** Of the next new run; the caller has checked them (rn_settings_check()). Milestones stay at their share of @settings's
 * steps when those change with epochs or data; 0 steps: the share of those that rn_session_get_settings() tells now. */
void rn_session_set_settings (RnSession *self, const RnSettings *settings);
/** Those of the next new run, whatever is shown: what is remembered. @epochs, @choices: (out) */
const RnSettings *rn_session_get_next_settings (RnSession *self, double *epochs,
                                                RnChoices *choices);
/** Settings of another life, of which @choices were a person's. */
void rn_session_restore_settings (RnSession *self, const RnSettings *settings, double epochs,
                                  RnChoices choices);
double rn_session_get_epochs (RnSession *self);
/** How long to train, in epochs of the data set, 0.1 to 10000; decides the steps when a start knows the data. While a run
 * is shown: how long it is to be in all when it goes on; forgotten when another document is shown */
void rn_session_set_epochs (RnSession *self, double epochs);

/** Trains the shown document: a sketch, fitted to the data, begins a new run "NAME-NUMBER" in the runs folder, which is
 * then shown in its place; a paused or stored run goes on. Waits for the data set where it is still being opened
 * (RN_STATE_PREPARING), and opens the one that a stored run names. One trainer at a time: a paused one of another document
 * is stopped first, one that runs is a "problem". */
void rn_session_start (RnSession *self);
/** The same, but a sketch that was made of a run or a model keeps nothing of their weights. rn_session_start() carries over
 * what rn_session_list_carry() says. */
void rn_session_start_anew (RnSession *self);
/** Returns: (transfer full) (nullable): the network of a sketch as a start makes it of what the data are like; as it is while
 * there are none. NULL where it cannot be trained, and for runs and models */
RnSpec *rn_session_fit (RnSession *self, RnDocument *document);
/** Whether @document is what a start that is not done yet begins with */
gboolean rn_session_prepares (RnSession *self, RnDocument *document);
/** Returns: (transfer full) (nullable) (element-type RnCarryPart): what a start of the shown sketch, as the data need it,
 * keeps of its origin; NULL where there is no origin */
GArray *rn_session_list_carry (RnSession *self);
void rn_session_pause (RnSession *self);     /* takes back a start that is still prepared */
void rn_session_step (RnSession *self);      /* a single step; starts where nothing runs */
void rn_session_step_anew (RnSession *self); /* the same; a new start as rn_session_start_anew() */
void rn_session_stop (RnSession *self);      /* checkpoint and end */
void rn_session_set_rate (RnSession *self, double rate);
void rn_session_evaluate (RnSession *self);
gboolean rn_session_is_training (RnSession *self); /* preparing, running or evaluating */
gboolean rn_session_has_trainer (RnSession *self);
/** Whether rn_session_shut_down() has something to wait for: a trainer that is there, is to be made or is being freed */
gboolean rn_session_is_busy (RnSession *self);
/** Where the step under way is; FALSE where none is, or another document is shown. block: -1 stem, n_blocks head */
gboolean rn_session_get_position (RnSession *self, int *block, gboolean *is_backward);
/** Stops, and calls back on the window's thread when the worker has gone; for quitting. */
void rn_session_shut_down (RnSession *self, GAsyncReadyCallback callback, gpointer data);
/** The run that was training when the program died, if it can go on; (transfer full) (nullable). Asked for at start, in a
 * task, which also clears the runs folder of what a death has left there half made; it is told once. */
void rn_session_find_crashed_async (RnSession *self, GAsyncReadyCallback callback, gpointer data);
char *rn_session_find_crashed_finish (RnSession *self, GAsyncResult *result, GError **error);

/* Measures in the spine */

RnMeasureKind rn_session_get_measure (RnSession *self);
void rn_session_set_measure (RnSession *self, RnMeasureKind kind);
/** One per block of the shown document, in order: the newest, or those at the time cursor (read from the run in a task);
 * NULL where there are none. @step: (out) (optional): theirs */
const RnBlockMeasure *rn_session_get_measures (RnSession *self, gint64 *step);

/* Picture and gates */

typedef struct
{
  RnPicture *picture;
  char *name;     /* "boat, test 1,204", "photo.jpg" */
  int true_class; /* -1: unknown */
} RnSubject;

/** (nullable) */
const RnSubject *rn_session_get_picture (RnSession *self);
/** @true_class: -1 where unknown */
void rn_session_set_picture (RnSession *self, RnPicture *picture, const char *name, int true_class);
/** Which taps of the picture to keep coming, NULL-terminated (copied), NULL for none. The trainer answers, twice a second at
 * most, while the shown document is live; a task does, at the weights of rn_session_get_model_async(), where it is not,
 * where a branch is off or the time cursor is set. Always includes "fc". */
void rn_session_watch (RnSession *self, const char *const *tap_names);
/** (element-type RnWatched) (nullable): the newest */
const GPtrArray *rn_session_get_watched (RnSession *self);
/** The weights of the shown document, in a task: the live network's copy, a run's latest checkpoint, a file's; with the
 * time cursor set, the checkpoint nearest to it. rn_model_get_step() names it. */
void rn_session_get_model_async (RnSession *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
RnModel *rn_session_get_model_finish (RnSession *self, GAsyncResult *result, GError **error);

/** Whether the residual branch of @block is on, in the views; never in training. */
gboolean rn_session_get_gate (RnSession *self, guint32 block);
void rn_session_set_gate (RnSession *self, guint32 block, gboolean is_on);
int rn_session_n_gates_off (RnSession *self);
void rn_session_restore_gates (RnSession *self);

G_END_DECLS
