#pragma once

#include "residua/run.h"

/* What the reader and the writer of a run agree on: names, and the forms of lines and records. */

#define RN_RUN_SPEC "spec.json"
#define RN_RUN_SETTINGS "settings.json"
#define RN_RUN_CLASSES "classes.json"
#define RN_RUN_ORIGIN "origin.json"
#define RN_RUN_HISTORY "history.csv"
#define RN_RUN_TIMING "timing.csv"
#define RN_RUN_BLOCKS "blocks.bin"
#define RN_RUN_EVENTS "events.csv"
#define RN_RUN_CHECKPOINTS "checkpoints"
#define RN_RUN_LOCK "lock"

#define RN_RUN_HISTORY_HEADER "step,epoch,loss,error,rate,test_loss,test_error\n"
#define RN_RUN_TIMING_HEADER "step,time,pictures_per_s,threads,isa,blas\n"
#define RN_RUN_EVENTS_HEADER "step,event,value\n"

/* Longer lines than this are none of ours. */
#define RN_RUN_MAX_LINE 1024
/* Larger files of lines or records are not read. */
#define RN_RUN_MAX_LOG ((goffset) 1 << 30)

/* blocks.bin: "RNBLOCKS", version and size of a record (u32 each), then records: step (i64), block (u32), and the six
 * floats of RnBlockMeasure, all little-endian.
 */
#define RN_RUN_BLOCKS_HEADER_SIZE 16
#define RN_RUN_BLOCKS_RECORD_SIZE 36

void rn_run_blocks_header (guint8 bytes[RN_RUN_BLOCKS_HEADER_SIZE]);
void rn_run_measure_to_bytes (guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE],
                              const RnBlockMeasure *measure);
void rn_run_measure_from_bytes (const guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE],
                                RnBlockMeasure *measure);
/* Whether a file begins so; RN_ERROR_FORMAT naming @path */
gboolean rn_run_check_blocks_header (const guint8 *bytes, gsize length, const char *path,
                                     GError **error);

/* @line: without its line feed; @fields: as many as @n, cut out of @line where commas stood. Returns: FALSE where there
 * are more or fewer
 */
gboolean rn_run_split_line (char *line, char **fields, int n);

/* Called for each whole line after the header. @line may be written over; @start: its offset in the file; @number:
 * counted from 1, which is the header. Returns: FALSE to stop, with or without @error
 */
typedef gboolean (*RnRunLineFunc) (char *line, goffset start, gint64 number, gpointer data,
                                   GError **error);

/* @end: (out) (optional): the offset after the last whole line, or of the line that was stopped at. A torn last line is
 * left out. @error: the @func's, RN_ERROR_FORMAT, GIO's
 */
gboolean rn_run_read_lines (const char *path, const char *header, RnRunLineFunc func, gpointer data,
                            goffset *end, GError **error);

/* A line of history.csv. @path, @number: for errors */
gboolean rn_run_parse_history (char *line, const char *path, gint64 number, RnHistoryRow *row,
                               GError **error);
/* Returns: (transfer full): the line, with its line feed; RN_ERROR_DIVERGED where a number is none */
char *rn_run_print_history (const RnHistoryRow *row, GError **error);

/* Appends a row as scalars of an event file. @when: seconds since 1970 */
void rn_run_add_events (GByteArray *bytes, double when, const RnHistoryRow *row);

/* @end: as above, also where a record is damaged: all before it is whole; a torn last record is left out */
gboolean rn_run_read_blocks (const char *path, RnMeasureFunc func, gpointer data, goffset *end,
                             GError **error);

/* Of the newest measured step up to @step, @n_blocks records; empty where there is none. Binary search. */
GArray *rn_run_find_blocks (const char *path, int n_blocks, gint64 step, GError **error);

/* Returns: (transfer full) (element-type RnRunEvent): the lines of events.csv of step @first_step or later, by step, and
 * as written within a step
 */
GArray *rn_run_read_commands (const char *folder, gint64 first_step, GError **error);

/* Returns: (transfer full): "FOLDER/checkpoints/step-NNNNNNNN.safetensors" */
char *rn_run_checkpoint_path (const char *folder, gint64 step);
/* Returns: (transfer full) (element-type gint64): the steps, rising */
GArray *rn_run_list_folder (const char *folder, GError **error);
