#pragma once

#include "train/run-files.h"
#include "train/run-writer.h"

/* A file that is appended to */
typedef struct
{
  const char *name;
  int fd; /* -1 until it is opened */
  goffset length;
} RnRunLog;

typedef struct
{
  gint64 step;
  double error;
} RnRunTest;

struct _RnRunWriter
{
  char *path;
  char *folder; /* where the files are: @path, or the temporary name until the first checkpoint */
  int lock;
  RnRunLog history;
  RnRunLog blocks;
  RnRunLog timing;
  RnRunLog events;
  RnSettings settings;
  char *data;
  char *digest;
  gint64 last_step; /* of the history */
  GArray *tests;    /* of RnRunTest: the evaluations of the history */
  char *isa;        /* (nullable): of the newest row of timing.csv */
  char *blas_core;
  char *damage; /* (nullable): what was cut off blocks.bin, in words */
};

/* Opens a log of the folder for appending. @flags: O_CREAT and O_EXCL where wanted */
gboolean rn_run_log_open (RnRunWriter *writer, RnRunLog *log, int flags, GError **error);
/* All of it or nothing, in one write() */
gboolean rn_run_log_append (RnRunWriter *writer, RnRunLog *log, const void *bytes, gsize length,
                            GError **error);
gboolean rn_run_log_sync (RnRunWriter *writer, RnRunLog *log, GError **error);
gboolean rn_run_log_cut (RnRunWriter *writer, RnRunLog *log, goffset length, GError **error);
/* Sets @error from errno, naming the log */
void rn_run_log_set_error (const RnRunWriter *writer, const RnRunLog *log, GError **error);

void rn_run_writer_note_test (RnRunWriter *writer, gint64 step, double error);
/* Removes the folder in which a run was being made. */
void rn_run_remove_making (const char *folder);
/* Returns: a descriptor to close when the new folder in @parent has its lock; -1 where there is none */
int rn_run_lock_around (const char *parent);
/* Removes what a kill left of files that were being written aside. */
void rn_run_remove_leftovers (const char *folder);
/* Removes checkpoints as rn_run_writer_checkpoint() says. */
void rn_run_writer_retain (RnRunWriter *writer);
