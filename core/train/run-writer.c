#include "train/run-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json-print.h"
#include "base/number.h"
#include "residua/error.h"
#include "train/run-writer-private.h"

#define MAX_MEASURES 4096

/* Logs */

void
rn_run_log_set_error (const RnRunWriter *writer, const RnRunLog *log, GError **error)
{
  const int saved_errno = errno;
  g_autofree char *path = g_build_filename (writer->folder, log->name, NULL);

  rn_file_set_error (error, path, saved_errno);
}

gboolean
rn_run_log_open (RnRunWriter *writer, RnRunLog *log, int flags, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, log->name, NULL);

  log->fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | flags, 0666);
  if (log->fd >= 0)
    {
      log->length = lseek (log->fd, 0, SEEK_END);
      if (log->length >= 0)
        return TRUE;
    }
  rn_run_log_set_error (writer, log, error);
  return FALSE;
}

gboolean
rn_run_log_append (RnRunWriter *writer, RnRunLog *log, const void *bytes, gsize length,
                   GError **error)
{
  gssize wrote;

  do
    wrote = write (log->fd, bytes, length);
  while (wrote < 0 && errno == EINTR);
  if (wrote == (gssize) length)
    {
      log->length += wrote;
      return TRUE;
    }
  /* A part of it was written: there was room for no more */
  if (wrote >= 0)
    errno = ENOSPC;
  rn_run_log_set_error (writer, log, error);
  if (wrote > 0)
    rn_run_log_cut (writer, log, log->length, NULL);
  return FALSE;
}

gboolean
rn_run_log_sync (RnRunWriter *writer, RnRunLog *log, GError **error)
{
  if (fdatasync (log->fd) == 0)
    return TRUE;
  rn_run_log_set_error (writer, log, error);
  return FALSE;
}

gboolean
rn_run_log_cut (RnRunWriter *writer, RnRunLog *log, goffset length, GError **error)
{
  if (ftruncate (log->fd, length) == 0)
    {
      log->length = length;
      return TRUE;
    }
  rn_run_log_set_error (writer, log, error);
  return FALSE;
}

/* Making and opening */

static RnRunWriter *
writer_new (const char *path)
{
  RnRunWriter *writer = g_new0 (RnRunWriter, 1);
  gsize length = strlen (path);

  while (length > 1 && path[length - 1] == '/')
    length--;
  writer->path = g_strndup (path, length);
  writer->lock = -1;
  writer->history = (RnRunLog){ RN_RUN_HISTORY, -1, 0 };
  writer->blocks = (RnRunLog){ RN_RUN_BLOCKS, -1, 0 };
  writer->timing = (RnRunLog){ RN_RUN_TIMING, -1, 0 };
  writer->events = (RnRunLog){ RN_RUN_EVENTS, -1, 0 };
  writer->tests = g_array_new (FALSE, FALSE, sizeof (RnRunTest));
  return writer;
}

/* The files are in a folder of a temporary name until the first checkpoint is there. */
static gboolean
is_hidden (const RnRunWriter *writer)
{
  return writer->folder != NULL && strcmp (writer->folder, writer->path) != 0;
}

void
rn_run_writer_free (RnRunWriter *writer)
{
  const RnRunLog *const logs[] = { &writer->history, &writer->blocks, &writer->timing,
                                   &writer->events };

  if (writer == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    if (logs[i]->fd >= 0)
      close (logs[i]->fd);
  if (is_hidden (writer))
    rn_run_remove_making (writer->folder);
  if (writer->lock >= 0)
    close (writer->lock);
  g_array_unref (writer->tests);
  g_free (writer->path);
  g_free (writer->folder);
  g_free (writer->data);
  g_free (writer->digest);
  g_free (writer->isa);
  g_free (writer->blas_core);
  g_free (writer->damage);
  g_free (writer);
}

const char *
rn_run_writer_get_path (const RnRunWriter *writer)
{
  return writer->path;
}

const char *
rn_run_writer_get_damage (const RnRunWriter *writer)
{
  return writer->damage;
}

static gboolean
take_lock (RnRunWriter *writer, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_LOCK, NULL);

  writer->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  if (writer->lock >= 0 && flock (writer->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (writer->lock >= 0 && errno == EWOULDBLOCK)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("“%s” is being trained by another program"),
                 writer->path);
  else
    rn_file_set_error (error, path, errno);
  return FALSE;
}

static gboolean
make_folder (RnRunWriter *writer, GError **error)
{
  g_autofree char *hidden = g_strconcat (writer->path, ".new-XXXXXX", NULL);
  g_autofree char *checkpoints = NULL;

  if (g_file_test (writer->path, G_FILE_TEST_EXISTS) ||
      g_file_test (writer->path, G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("“%s” is there already"), writer->path);
      return FALSE;
    }
  if (g_mkdtemp_full (hidden, 0777) == NULL)
    {
      rn_file_set_error (error, writer->path, errno);
      return FALSE;
    }
  writer->folder = g_steal_pointer (&hidden);
  checkpoints = g_build_filename (writer->folder, RN_RUN_CHECKPOINTS, NULL);
  if (g_mkdir (checkpoints, 0777) == 0)
    return TRUE;
  rn_file_set_error (error, checkpoints, errno);
  return FALSE;
}

/* Makes the folder and takes its lock, so that at no moment it seems to be nobody's. */
static gboolean
make_locked_folder (RnRunWriter *writer, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (writer->path);
  gboolean is_made;
  int around;

  if (g_mkdir_with_parents (parent, 0777) != 0)
    {
      rn_file_set_error (error, writer->path, errno);
      return FALSE;
    }
  rn_run_clear_making (parent);
  around = rn_run_lock_around (parent);
  is_made = make_folder (writer, error) && take_lock (writer, error);
  if (around >= 0)
    close (around);
  return is_made;
}

static gboolean
write_settings (RnRunWriter *writer, GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_SETTINGS, NULL);
  g_autofree char *json = rn_settings_to_json (&writer->settings, writer->data, writer->digest);

  return rn_file_replace (path, json, strlen (json), error);
}

static gboolean
write_classes (RnRunWriter *writer, const char *const *classes, GError **error)
{
  static const char *const none[] = { NULL };
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_CLASSES, NULL);
  g_autoptr (GString) json = g_string_new (NULL);

  rn_json_print_strings (json, classes == NULL ? none : classes);
  g_string_append_c (json, '\n');
  return rn_file_replace (path, json->str, json->len, error);
}

static gboolean
make_log (RnRunWriter *writer, RnRunLog *log, const void *header, gsize length, GError **error)
{
  return rn_run_log_open (writer, log, O_CREAT | O_EXCL, error) &&
         rn_run_log_append (writer, log, header, length, error);
}

static gboolean
make_logs (RnRunWriter *writer, GError **error)
{
  guint8 header[RN_RUN_BLOCKS_HEADER_SIZE];

  rn_run_blocks_header (header);
  return make_log (writer, &writer->history, RN_RUN_HISTORY_HEADER, strlen (RN_RUN_HISTORY_HEADER),
                   error) &&
         make_log (writer, &writer->timing, RN_RUN_TIMING_HEADER, strlen (RN_RUN_TIMING_HEADER),
                   error) &&
         make_log (writer, &writer->events, RN_RUN_EVENTS_HEADER, strlen (RN_RUN_EVENTS_HEADER),
                   error) &&
         make_log (writer, &writer->blocks, header, sizeof header, error);
}

RnRunWriter *
rn_run_writer_create (const char *path, const RnSpec *spec, const RnSettings *settings,
                      const char *data, const char *digest, const char *const *classes,
                      GError **error)
{
  g_autoptr (RnRunWriter) writer = writer_new (path);
  g_autofree char *spec_path = NULL;

  writer->settings = *settings;
  writer->data = g_strdup (data);
  writer->digest = g_strdup (digest);
  if (!make_locked_folder (writer, error))
    return NULL;
  spec_path = g_build_filename (writer->folder, RN_RUN_SPEC, NULL);
  if (!rn_spec_save (spec, spec_path, error) || !write_settings (writer, error) ||
      !write_classes (writer, classes, error) || !make_logs (writer, error))
    return NULL;
  return g_steal_pointer (&writer);
}

gboolean
rn_run_writer_set_origin (RnRunWriter *writer, const RnSpec *origin, const char *name, gint64 step,
                          GError **error)
{
  g_autofree char *path = g_build_filename (writer->folder, RN_RUN_ORIGIN, NULL);
  const char *words[] = { name != NULL ? name : "", rn_spec_get_name (origin), NULL };
  g_autoptr (GString) json = g_string_new ("{\n  \"version\": 1,\n  \"from\": ");

  rn_json_print_strings (json, words);
  g_string_append_printf (json, ",\n  \"step\": %lld\n}\n", (long long) step);
  return rn_file_replace (path, json->str, json->len, error);
}

RnRunWriter *
rn_run_writer_open (const char *path, GError **error)
{
  g_autoptr (RnRunWriter) writer = writer_new (path);
  g_autoptr (RnRun) run = rn_run_open (path, error);

  if (run == NULL)
    return NULL;
  writer->folder = g_strdup (writer->path);
  if (!take_lock (writer, error))
    return NULL;
  /* Only now nobody changes it any more */
  g_clear_pointer (&run, rn_run_free);
  run = rn_run_open (path, error);
  if (run == NULL)
    return NULL;
  writer->settings = *rn_run_get_settings (run);
  writer->data = g_strdup (rn_run_get_data (run));
  writer->digest = g_strdup (rn_run_get_data_digest (run));
  return g_steal_pointer (&writer);
}

RnRunWriter *
rn_run_writer_resume (const char *path, gint64 step, GError **error)
{
  g_autoptr (RnRunWriter) writer = rn_run_writer_open (path, error);

  if (writer == NULL || !rn_run_writer_cut (writer, step, step, error))
    return NULL;
  return g_steal_pointer (&writer);
}

/* Appending */

void
rn_run_writer_note_test (RnRunWriter *writer, gint64 step, double error)
{
  const RnRunTest test = { step, error };

  if (!isnan (error))
    g_array_append_val (writer->tests, test);
}

gboolean
rn_run_writer_append_history (RnRunWriter *writer, const RnHistoryRow *row, GError **error)
{
  g_autofree char *line = NULL;

  g_return_val_if_fail (row->step == writer->last_step + 1, FALSE);

  line = rn_run_print_history (row, error);
  if (line == NULL || !rn_run_log_append (writer, &writer->history, line, strlen (line), error))
    return FALSE;
  writer->last_step = row->step;
  rn_run_writer_note_test (writer, row->step, row->test_error);
  return TRUE;
}

gboolean
rn_run_writer_append_measures (RnRunWriter *writer, const RnBlockMeasure *measures, int n,
                               GError **error)
{
  g_autofree guint8 *bytes = NULL;

  g_return_val_if_fail (n >= 0 && n <= MAX_MEASURES, FALSE);

  if (n == 0)
    return TRUE;
  bytes = g_malloc ((gsize) n * RN_RUN_BLOCKS_RECORD_SIZE);
  for (int i = 0; i < n; i++)
    rn_run_measure_to_bytes (bytes + (gsize) i * RN_RUN_BLOCKS_RECORD_SIZE, &measures[i]);
  return rn_run_log_append (writer, &writer->blocks, bytes, (gsize) n * RN_RUN_BLOCKS_RECORD_SIZE,
                            error);
}

gboolean
rn_run_writer_append_timing (RnRunWriter *writer, gint64 step, gint64 unix_time,
                             double pictures_per_s, int threads, const char *isa,
                             const char *blas_core, GError **error)
{
  char speed[RN_NUMBER_SIZE];
  g_autofree char *line = NULL;

  g_ascii_formatd (speed, sizeof speed, "%.1f", CLAMP (pictures_per_s, 0.0, 1e12));
  line = g_strdup_printf ("%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%s,%d,%s,%s\n", step,
                          unix_time, speed, threads, isa, blas_core);
  return rn_run_log_append (writer, &writer->timing, line, strlen (line), error);
}

gboolean
rn_run_writer_append_event (RnRunWriter *writer, gint64 step, const char *name, double value,
                            GError **error)
{
  char number[RN_NUMBER_SIZE];
  g_autofree char *line = NULL;

  g_return_val_if_fail (strlen (name) < sizeof ((RnRunEvent *) NULL)->name, FALSE);

  line =
      g_strdup_printf ("%" G_GINT64_FORMAT ",%s,%s\n", step, name, rn_number_print (number, value));
  return rn_run_log_append (writer, &writer->events, line, strlen (line), error) &&
         rn_run_log_sync (writer, &writer->events, error);
}

gboolean
rn_run_writer_set_steps (RnRunWriter *writer, gint64 steps, GError **error)
{
  writer->settings.steps = steps;
  return write_settings (writer, error);
}

/* Checkpoints */

/* Gives the folder its name, unless something has taken it meanwhile. */
static gboolean
publish (RnRunWriter *writer, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (writer->path);
  int result = renameat2 (AT_FDCWD, writer->folder, AT_FDCWD, writer->path, RENAME_NOREPLACE);

  /* Some file systems cannot; a folder with something in it is not replaced by the other one either */
  if (result != 0 && (errno == EINVAL || errno == ENOSYS))
    result = g_rename (writer->folder, writer->path);
  if (result != 0)
    {
      rn_file_set_error (error, writer->path, errno);
      return FALSE;
    }
  g_free (writer->folder);
  writer->folder = g_strdup (writer->path);
  return rn_file_sync_folder (parent, error);
}

gboolean
rn_run_writer_checkpoint (RnRunWriter *writer, const RnCheckpoint *checkpoint, GError **error)
{
  g_autofree char *path = rn_run_checkpoint_path (writer->folder, checkpoint->step);

  if (!rn_run_log_sync (writer, &writer->history, error) ||
      !rn_run_log_sync (writer, &writer->blocks, error) ||
      !rn_checkpoint_save (checkpoint, path, error))
    return FALSE;
  if (is_hidden (writer) &&
      (!rn_run_log_sync (writer, &writer->events, error) ||
       !rn_run_log_sync (writer, &writer->timing, error) ||
       !rn_file_sync_folder (writer->folder, error) || !publish (writer, error)))
    return FALSE;
  rn_run_writer_retain (writer);
  return TRUE;
}
