#include "train/run-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "residua/error.h"
#include "train/run-writer-private.h"

/* What goes on where another left off: finding the checkpoint, cutting off what came after it, reading the commands,
 * and deciding which checkpoints stay.
 */

#define KEPT_BYTES ((guint64) 512 << 20)

RnLoadedCheckpoint *
rn_run_writer_load_newest (RnRunWriter *writer, GError **error)
{
  g_autoptr (GArray) steps = rn_run_list_folder (writer->folder, error);
  g_autoptr (GError) first = NULL;

  if (steps == NULL)
    return NULL;
  for (guint i = steps->len; i > 0; i--)
    {
      const gint64 step = g_array_index (steps, gint64, i - 1);
      g_autofree char *path = rn_run_checkpoint_path (writer->folder, step);
      g_autoptr (RnLoadedCheckpoint) checkpoint =
          rn_checkpoint_load (path, first == NULL ? &first : NULL);

      if (checkpoint != NULL && checkpoint->step == step)
        return g_steal_pointer (&checkpoint);
      if (checkpoint != NULL && first == NULL)
        g_set_error (&first, RN_ERROR, RN_ERROR_FORMAT,
                     _ ("“%s” is damaged: it says that it is of step %lld"), path,
                     (long long) checkpoint->step);
    }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s/%s” holds no checkpoint"), writer->path,
                 RN_RUN_CHECKPOINTS);
  return NULL;
}

/* Cutting */

typedef struct
{
  RnRunWriter *writer;
  const char *path;
  gint64 step;
} Cut;

static gboolean
keep_history (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  const Cut *cut = data;
  RnHistoryRow row;

  if (cut->writer->last_step == cut->step)
    return FALSE;
  if (!rn_run_parse_history (line, cut->path, number, &row, error))
    return FALSE;
  if (row.step != number - 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged: line %lld is of step %lld"), cut->path, (long long) number,
                   (long long) row.step);
      return FALSE;
    }
  cut->writer->last_step = row.step;
  rn_run_writer_note_test (cut->writer, row.step, row.test_error);
  return TRUE;
}

static gboolean
cut_history (RnRunWriter *writer, gint64 step, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_HISTORY, NULL);
  Cut cut = { writer, path, step };
  goffset end;

  if (!rn_run_read_lines (path, RN_RUN_HISTORY_HEADER, keep_history, &cut, &end, error))
    return FALSE;
  if (writer->last_step != step)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” ends at step %lld, before the checkpoint of step %lld"), path,
                   (long long) writer->last_step, (long long) step);
      return FALSE;
    }
  return rn_run_log_open (writer, &writer->history, 0, error) &&
         rn_run_log_cut (writer, &writer->history, end, error);
}

/* Nothing hangs on this file: what is not understood is cut off too. */
static gboolean
keep_timing (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  const Cut *cut = data;
  char *fields[6];
  guint64 step;

  if (!rn_run_split_line (line, fields, G_N_ELEMENTS (fields)) ||
      !rn_number_parse_whole (fields[0], strlen (fields[0]), &step) || step > (guint64) cut->step)
    return FALSE;
  g_free (cut->writer->isa);
  g_free (cut->writer->blas_core);
  cut->writer->isa = g_strdup (fields[4]);
  cut->writer->blas_core = g_strdup (fields[5]);
  return TRUE;
}

static gboolean
cut_timing (RnRunWriter *writer, gint64 step, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_TIMING, NULL);
  Cut cut = { writer, path, step };
  goffset end = 0;

  if (!rn_run_read_lines (path, RN_RUN_TIMING_HEADER, keep_timing, &cut, &end, NULL))
    end = 0;
  if (!rn_run_log_open (writer, &writer->timing, O_CREAT, error) ||
      !rn_run_log_cut (writer, &writer->timing, end, error))
    return FALSE;
  return end > 0 || rn_run_log_append (writer, &writer->timing, RN_RUN_TIMING_HEADER,
                                       strlen (RN_RUN_TIMING_HEADER), error);
}

static gboolean
keep_measure (const RnBlockMeasure *measure, gpointer data)
{
  return measure->step <= *(const gint64 *) data;
}

static gboolean
cut_blocks (RnRunWriter *writer, gint64 step, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_BLOCKS, NULL);
  guint8 header[RN_RUN_BLOCKS_HEADER_SIZE];
  g_autoptr (GError) local = NULL;
  goffset end = 0;

  /* Nothing that training does hangs on the measures: what is damaged is cut off, and that is told. */
  if (!rn_run_read_blocks (path, keep_measure, &step, &end, &local))
    {
      if (!g_error_matches (local, RN_ERROR, RN_ERROR_FORMAT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_free (writer->damage);
      writer->damage = g_strdup_printf (_ ("%s. What came after is left out"), local->message);
    }
  rn_run_blocks_header (header);
  return rn_run_log_open (writer, &writer->blocks, 0, error) &&
         rn_run_log_cut (writer, &writer->blocks, end, error) &&
         (end > 0 || rn_run_log_append (writer, &writer->blocks, header, sizeof header, error));
}

static gboolean
keep_event (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  return TRUE;
}

/* A torn command was not synced, so it had not taken effect. */
static gboolean
cut_events (RnRunWriter *writer, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_EVENTS, NULL);
  goffset end;

  return rn_run_read_lines (path, RN_RUN_EVENTS_HEADER, keep_event, NULL, &end, error) &&
         rn_run_log_open (writer, &writer->events, 0, error) &&
         rn_run_log_cut (writer, &writer->events, end, error);
}

void
rn_run_remove_leftovers (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, ".tmp-") != NULL)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
}

static gboolean
remove_later_checkpoints (RnRunWriter *writer, gint64 step, GError **error)
{
  g_autoptr (GArray) steps = rn_run_list_folder (writer->folder, error);

  if (steps == NULL)
    return FALSE;
  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *path =
          rn_run_checkpoint_path (writer->folder, g_array_index (steps, gint64, i));

      if (g_array_index (steps, gint64, i) > step && g_unlink (path) != 0)
        {
          rn_file_set_error (error, path, errno);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
rn_run_writer_cut (RnRunWriter *writer, gint64 step, gint64 history_step, GError **error)
{
  g_autofree char *checkpoints = g_build_filename (writer->folder, RN_RUN_CHECKPOINTS, NULL);

  if (!cut_history (writer, history_step, error) || !cut_timing (writer, step, error) ||
      !cut_blocks (writer, step, error) || !cut_events (writer, error) ||
      !remove_later_checkpoints (writer, step, error))
    return FALSE;
  rn_run_remove_leftovers (writer->folder);
  rn_run_remove_leftovers (checkpoints);
  return TRUE;
}

gboolean
rn_run_writer_get_machine (const RnRunWriter *writer, char **isa, char **blas_core)
{
  if (writer->isa == NULL)
    return FALSE;
  *isa = g_strdup (writer->isa);
  *blas_core = g_strdup (writer->blas_core);
  return TRUE;
}

GArray *
rn_run_writer_read_events (RnRunWriter *writer, gint64 first_step, GError **error)
{
  return rn_run_read_commands (writer->folder, first_step, error);
}

/* Which checkpoints stay */

static gint64
best_of (const RnRunWriter *writer, const GArray *steps)
{
  double best_error = INFINITY;
  gint64 best = -1;
  guint at = 0;

  /* Both rise by step */
  for (guint i = 0; i < writer->tests->len; i++)
    {
      const RnRunTest *test = &g_array_index (writer->tests, RnRunTest, i);

      while (at < steps->len && g_array_index (steps, gint64, at) < test->step)
        at++;
      if (at < steps->len && g_array_index (steps, gint64, at) == test->step &&
          test->error < best_error)
        {
          best_error = test->error;
          best = test->step;
        }
    }
  return best;
}

static guint64
file_size (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (guint64) status.st_size : 0;
}

void
rn_run_writer_retain (RnRunWriter *writer)
{
  g_autoptr (GArray) steps = rn_run_list_folder (writer->folder, NULL);
  gint64 best;
  guint64 bytes = 0;
  gboolean full = FALSE;

  if (steps == NULL)
    return;
  best = best_of (writer, steps);
  if (best >= 0)
    {
      g_autofree char *path = rn_run_checkpoint_path (writer->folder, best);

      bytes = file_size (path);
    }
  for (guint i = steps->len; i > 0; i--)
    {
      const gint64 step = g_array_index (steps, gint64, i - 1);
      g_autofree char *path = rn_run_checkpoint_path (writer->folder, step);
      const gboolean is_newest = steps->len - i < 2;

      if (step == best)
        continue;
      bytes += file_size (path);
      full = full || bytes > KEPT_BYTES;
      if (full && !is_newest)
        g_unlink (path);
    }
}
