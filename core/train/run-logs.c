#include "train/run-files.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/number.h"
#include "residua/error.h"

/* The smaller logs of a run: the commands that changed it, and how fast it went. */

/* Commands */

typedef struct
{
  const char *path;
  gint64 first_step;
  GArray *events;
} EventReading;

static gboolean
add_event (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  EventReading *reading = data;
  RnRunEvent event = { 0 };
  char *fields[3];
  guint64 step;

  if (!rn_run_split_line (line, fields, G_N_ELEMENTS (fields)) ||
      !rn_number_parse_whole (fields[0], strlen (fields[0]), &step) || step > G_MAXINT64 ||
      *fields[1] == '\0' ||
      g_strlcpy (event.name, fields[1], sizeof event.name) >= sizeof event.name ||
      !rn_number_parse (fields[2], strlen (fields[2]), &event.value))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: line %lld is no command"),
                   reading->path, (long long) number);
      return FALSE;
    }
  event.step = (gint64) step;
  if (event.step >= reading->first_step)
    g_array_append_val (reading->events, event);
  return TRUE;
}

static int
compare_events (gconstpointer a, gconstpointer b)
{
  const gint64 first = ((const RnRunEvent *) a)->step, second = ((const RnRunEvent *) b)->step;

  return (first > second) - (first < second);
}

GArray *
rn_run_read_commands (const char *folder, gint64 first_step, GError **error)
{
  g_autofree char *path = g_build_filename (folder, RN_RUN_EVENTS, NULL);
  g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (RnRunEvent));
  EventReading reading = { path, first_step, events };

  if (!rn_run_read_lines (path, RN_RUN_EVENTS_HEADER, add_event, &reading, NULL, error))
    return NULL;
  /* GLib's sort keeps the order of equals */
  g_array_sort (events, compare_events);
  return g_steal_pointer (&events);
}

/* Timing */

static gboolean
add_timing (char *line, goffset start, gint64 number, gpointer data, GError **error)
{
  GArray *rows = data;
  RnTimingRow row;
  char *fields[6];
  guint64 step, unix_time, threads;

  if (!rn_run_split_line (line, fields, G_N_ELEMENTS (fields)) ||
      !rn_number_parse_whole (fields[0], strlen (fields[0]), &step) || step > G_MAXINT64 ||
      !rn_number_parse_whole (fields[1], strlen (fields[1]), &unix_time) ||
      unix_time > G_MAXINT64 ||
      !rn_number_parse (fields[2], strlen (fields[2]), &row.pictures_per_s) ||
      !rn_number_parse_whole (fields[3], strlen (fields[3]), &threads) || threads > G_MAXINT)
    return FALSE;
  row.step = (gint64) step;
  row.unix_time = (gint64) unix_time;
  row.threads = (int) threads;
  g_array_append_val (rows, row);
  return TRUE;
}

GArray *
rn_run_read_timing (RnRun *run, GError **error)
{
  g_autofree char *path = g_build_filename (rn_run_get_path (run), RN_RUN_TIMING, NULL);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (RnTimingRow));

  return rn_run_read_lines (path, RN_RUN_TIMING_HEADER, add_timing, rows, NULL, error)
             ? g_steal_pointer (&rows)
             : NULL;
}
