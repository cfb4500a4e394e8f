#include "residua/run.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "residua/error.h"
#include "train/run-files.h"

#define MAX_SETTINGS 65536

struct _RnRun
{
  char *path;
  RnSpec *spec;
  RnSettings settings;
  char *data;
  char *digest;
};

/* @path without slashes at its end */
static char *
clean_path (const char *path)
{
  gsize length = strlen (path);

  while (length > 1 && path[length - 1] == '/')
    length--;
  return g_strndup (path, length);
}

static gboolean
read_settings (RnRun *run, GError **error)
{
  g_autofree char *path = g_build_filename (run->path, RN_RUN_SETTINGS, NULL);
  g_autoptr (GBytes) bytes = rn_file_read (path, MAX_SETTINGS, error);
  gsize length;
  const char *text;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &length);
  return rn_settings_from_json (&run->settings, text == NULL ? "" : text, (gssize) length, path,
                                &run->data, &run->digest, error);
}

RnRun *
rn_run_open (const char *path, GError **error)
{
  g_autoptr (RnRun) run = g_new0 (RnRun, 1);
  g_autofree char *spec_path = NULL;

  run->path = clean_path (path);
  spec_path = g_build_filename (run->path, RN_RUN_SPEC, NULL);
  if (g_file_test (run->path, G_FILE_TEST_IS_DIR) && !g_file_test (spec_path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is no run: there is no %s in it"),
                   path, RN_RUN_SPEC);
      return NULL;
    }
  run->spec = rn_spec_load (spec_path, error);
  if (run->spec == NULL || !read_settings (run, error))
    return NULL;
  return g_steal_pointer (&run);
}

void
rn_run_free (RnRun *run)
{
  if (run == NULL)
    return;
  rn_spec_free (run->spec);
  g_free (run->path);
  g_free (run->data);
  g_free (run->digest);
  g_free (run);
}

const char *
rn_run_get_path (const RnRun *run)
{
  return run->path;
}

const RnSpec *
rn_run_get_spec (const RnRun *run)
{
  return run->spec;
}

const RnSettings *
rn_run_get_settings (const RnRun *run)
{
  return &run->settings;
}

const char *
rn_run_get_data (const RnRun *run)
{
  return run->data;
}

const char *
rn_run_get_data_digest (const RnRun *run)
{
  return run->digest;
}

typedef struct
{
  const char *path;
  GArray *rows;
} HistoryReading;

static gboolean
add_row (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  HistoryReading *reading = data;
  RnHistoryRow row;

  if (!rn_run_parse_history (line, reading->path, number, &row, error))
    return FALSE;
  if (row.step != number - 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged: line %lld is of step %lld and not %lld"), reading->path,
                   (long long) number, (long long) row.step, (long long) number - 1);
      return FALSE;
    }
  g_array_append_val (reading->rows, row);
  return TRUE;
}

GArray *
rn_run_read_history (RnRun *run, GError **error)
{
  g_autofree char *path = g_build_filename (run->path, RN_RUN_HISTORY, NULL);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (RnHistoryRow));
  HistoryReading reading = { path, rows };

  return rn_run_read_lines (path, RN_RUN_HISTORY_HEADER, add_row, &reading, NULL, error)
             ? g_steal_pointer (&rows)
             : NULL;
}

static gboolean
add_measure (const RnBlockMeasure *measure, gpointer data)
{
  g_array_append_vals (data, measure, 1);
  return TRUE;
}

GArray *
rn_run_read_measures (RnRun *run, GError **error)
{
  g_autofree char *path = g_build_filename (run->path, RN_RUN_BLOCKS, NULL);
  g_autoptr (GArray) measures = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));

  return rn_run_read_blocks (path, add_measure, measures, NULL, error) ? g_steal_pointer (&measures)
                                                                       : NULL;
}

gboolean
rn_run_scan_measures (RnRun *run, RnMeasureFunc func, gpointer data, GError **error)
{
  g_autofree char *path = g_build_filename (run->path, RN_RUN_BLOCKS, NULL);

  return rn_run_read_blocks (path, func, data, NULL, error);
}

GArray *
rn_run_read_measures_at (RnRun *run, gint64 step, GError **error)
{
  g_autofree char *path = g_build_filename (run->path, RN_RUN_BLOCKS, NULL);

  return rn_run_find_blocks (path, rn_spec_n_blocks (run->spec), step, error);
}

GArray *
rn_run_read_events (RnRun *run, GError **error)
{
  return rn_run_read_commands (run->path, 0, error);
}

gint64
rn_run_find_divergence (const GArray *events, gint64 last_step)
{
  for (guint i = 0; i < events->len; i++)
    {
      const RnRunEvent *event = &g_array_index (events, RnRunEvent, i);

      if (event->step == last_step + 1 && strcmp (event->name, "diverged") == 0)
        return event->step;
    }
  return 0;
}

GArray *
rn_run_list_checkpoints (RnRun *run, GError **error)
{
  return rn_run_list_folder (run->path, error);
}

gint64
rn_run_best_step (RnRun *run)
{
  g_autoptr (GArray) steps = rn_run_list_checkpoints (run, NULL);
  g_autoptr (GArray) rows = rn_run_read_history (run, NULL);
  double best_error = INFINITY;
  gint64 best = -1;

  if (steps == NULL || rows == NULL)
    return -1;
  for (guint i = 0; i < steps->len; i++)
    {
      const gint64 step = g_array_index (steps, gint64, i);

      if (step < 1 || step > rows->len)
        continue;
      if (g_array_index (rows, RnHistoryRow, step - 1).test_error < best_error)
        {
          best_error = g_array_index (rows, RnHistoryRow, step - 1).test_error;
          best = step;
        }
    }
  return best;
}

static RnModel *
load_step (RnRun *run, gint64 step, GError **error)
{
  g_autofree char *path = rn_run_checkpoint_path (run->path, step);
  g_autoptr (RnModel) model = rn_model_load (path, NULL, error);

  if (model == NULL)
    return NULL;
  if (rn_spec_equal (rn_model_get_spec (model), run->spec) && rn_model_get_step (model) == step)
    return g_steal_pointer (&model);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is not the checkpoint of step %lld of its run"), path, (long long) step);
  return NULL;
}

RnModel *
rn_run_load_model (RnRun *run, gint64 step, GError **error)
{
  g_autoptr (GArray) steps = NULL;
  g_autoptr (GError) first = NULL;

  if (step >= 0)
    return load_step (run, step, error);
  steps = rn_run_list_checkpoints (run, error);
  if (steps == NULL)
    return NULL;
  for (guint i = steps->len; i > 0; i--)
    {
      RnModel *model =
          load_step (run, g_array_index (steps, gint64, i - 1), first == NULL ? &first : NULL);

      if (model != NULL)
        return model;
    }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s/%s” holds no checkpoint"), run->path,
                 RN_RUN_CHECKPOINTS);
  return NULL;
}

/* RUN@best, RUN@STEP */
static RnModel *
load_from_run (const char *path, const char *which, GError **error)
{
  g_autoptr (RnRun) run = rn_run_open (path, error);
  gint64 step = -1;
  guint64 whole;

  if (run == NULL)
    return NULL;
  if (which != NULL && strcmp (which, "best") == 0)
    {
      step = rn_run_best_step (run);
      if (step < 0)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                       _ ("“%s” has no best checkpoint: none was evaluated on a test split"), path);
          return NULL;
        }
    }
  else if (which != NULL)
    {
      if (!rn_number_parse_whole (which, strlen (which), &whole) || whole > G_MAXINT64)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                       _ ("“%s@%s”: after the at sign stands “best” or the step of a checkpoint"),
                       path, which);
          return NULL;
        }
      step = (gint64) whole;
    }
  return rn_run_load_model (run, step, error);
}

RnModel *
rn_model_load_any (const char *what, const RnModelHints *hints, GError **error)
{
  const char *at = strrchr (what, '@');

  if (g_file_test (what, G_FILE_TEST_IS_DIR))
    return load_from_run (what, NULL, error);
  if (at != NULL && !g_file_test (what, G_FILE_TEST_EXISTS))
    {
      g_autofree char *path = g_strndup (what, (gsize) (at - what));

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        return load_from_run (path, at + 1, error);
    }
  return rn_model_load (what, hints, error);
}
