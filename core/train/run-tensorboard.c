#include "residua/tensorboard.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <math.h>

#include "base/file-writer.h"
#include "base/file.h"
#include "formats/event-file.h"
#include "train/run-files.h"

/* What is gathered before it is written */
#define PIECE 65536

/* When each step was done: straight lines between the lines of timing.csv */
typedef struct
{
  const GArray *rows; /* (element-type RnTimingRow) */
  guint at;           /* the last row that is not after the step; steps are asked for in order */
} Clock;

static double
time_of (Clock *clock, gint64 step)
{
  const RnTimingRow *before, *after;

  if (clock->rows->len == 0)
    return 0.0;
  while (clock->at + 1 < clock->rows->len &&
         g_array_index (clock->rows, RnTimingRow, clock->at + 1).step <= step)
    clock->at++;
  before = &g_array_index (clock->rows, RnTimingRow, clock->at);
  if (clock->at + 1 == clock->rows->len || step <= before->step)
    return (double) before->unix_time;
  after = before + 1;
  return (double) before->unix_time + (double) (after->unix_time - before->unix_time) *
                                          (double) (step - before->step) /
                                          (double) (after->step - before->step);
}

void
rn_run_add_events (GByteArray *bytes, double when, const RnHistoryRow *row)
{
  rn_event_file_add_scalar (bytes, when, row->step, "loss/train", row->loss);
  rn_event_file_add_scalar (bytes, when, row->step, "error/train", row->error);
  rn_event_file_add_scalar (bytes, when, row->step, "rate", row->rate);
  if (!isnan (row->test_loss))
    rn_event_file_add_scalar (bytes, when, row->step, "loss/test", row->test_loss);
  if (!isnan (row->test_error))
    rn_event_file_add_scalar (bytes, when, row->step, "error/test", row->test_error);
}

gboolean
rn_run_export_tensorboard (RnRun *run, const char *folder, char **path, GError **error)
{
  g_autoptr (GArray) history = rn_run_read_history (run, error);
  g_autoptr (GArray) timing = history == NULL ? NULL : rn_run_read_timing (run, error);
  g_autofree char *stem = g_path_get_basename (rn_run_get_path (run));
  g_autofree char *name = NULL, *full = NULL;
  g_autoptr (RnFileWriter) writer = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Clock clock = { timing, 0 };
  double began;

  if (timing == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      rn_file_set_error (error, folder, errno);
      return FALSE;
    }
  began = time_of (&clock, 0);
  /* TensorBoard takes every file with “tfevents” in its name, in the order of the seconds behind it. */
  name = g_strdup_printf ("events.out.tfevents.%010lld.%s", (long long) began, stem);
  full = g_build_filename (folder, name, NULL);
  writer = rn_file_writer_new (full, error);
  if (writer == NULL)
    return FALSE;
  rn_event_file_begin (bytes, began);
  for (guint i = 0; i < history->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      rn_run_add_events (bytes, time_of (&clock, row->step), row);
      if (bytes->len >= PIECE)
        {
          rn_file_writer_add (writer, bytes->data, bytes->len);
          g_byte_array_set_size (bytes, 0);
        }
    }
  rn_file_writer_add (writer, bytes->data, bytes->len);
  if (!rn_file_writer_commit (writer, error))
    return FALSE;
  if (path != NULL)
    *path = g_steal_pointer (&full);
  return TRUE;
}
