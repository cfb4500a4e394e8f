#include "train/run-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "residua/error.h"

#define BLOCKS_MAGIC "RNBLOCKS"
#define BLOCKS_VERSION 1

typedef FILE RnStream;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnStream, fclose)

/* A regular file of at most RN_RUN_MAX_LOG bytes */
static FILE *
open_log (const char *path, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      rn_file_set_error (error, path, errno);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (S_ISREG (status.st_mode) && status.st_size <= RN_RUN_MAX_LOG)
    return fdopen (fd, "rb");
  close (fd);
  /* what is too large is not damaged: nobody may cut it off */
  if (S_ISREG (status.st_mode))
    g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("“%s” is larger than 1 GiB"), path);
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is no regular file"), path);
  return NULL;
}

static gboolean
fail_line (const char *path, gint64 number, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: line %lld is not understood"),
               path, (long long) number);
  return FALSE;
}

gboolean
rn_run_split_line (char *line, char **fields, int n)
{
  for (int i = 0; i < n; i++)
    {
      char *comma = strchr (line, ',');

      fields[i] = line;
      if ((comma == NULL) != (i == n - 1))
        return FALSE;
      if (comma != NULL)
        {
          *comma = '\0';
          line = comma + 1;
        }
    }
  return TRUE;
}

/* Whether nothing but zero bytes stands from @start on: what a power cut may leave of rows that had not been synced. */
static gboolean
only_zeros_follow (FILE *stream, goffset start)
{
  int byte;

  if (fseeko (stream, start, SEEK_SET) != 0)
    return FALSE;
  while ((byte = getc (stream)) == 0)
    ;
  return byte == EOF && !ferror (stream);
}

gboolean
rn_run_read_lines (const char *path, const char *header, RnRunLineFunc func, gpointer data,
                   goffset *end, GError **error)
{
  g_autoptr (RnStream) stream = open_log (path, error);
  char line[RN_RUN_MAX_LINE];
  goffset start = 0;

  if (stream == NULL)
    return FALSE;
  for (gint64 number = 1; fgets (line, sizeof line, stream) != NULL; number++)
    {
      /* A zero byte within the line makes it look shorter, so that its line feed is missed */
      const gsize length = strlen (line);
      g_autoptr (GError) stop = NULL;

      if (length == 0 || line[length - 1] != '\n')
        {
          if (number > 1 && (feof (stream) || only_zeros_follow (stream, start + (goffset) length)))
            break;
          return fail_line (path, number, error);
        }
      if (number == 1 && strcmp (line, header) != 0)
        return fail_line (path, number, error);
      line[length - 1] = '\0';
      if (number > 1 && !func (line, start, number, data, &stop))
        {
          if (stop == NULL)
            break;
          g_propagate_error (error, g_steal_pointer (&stop));
          return FALSE;
        }
      start += (goffset) length;
    }
  if (ferror (stream))
    {
      rn_file_set_error (error, path, errno);
      return FALSE;
    }
  if (start == 0)
    return fail_line (path, 1, error);
  if (end != NULL)
    *end = start;
  return TRUE;
}

/* History */

gboolean
rn_run_parse_history (char *line, const char *path, gint64 number, RnHistoryRow *row,
                      GError **error)
{
  char *fields[7];
  double *const values[] = { &row->epoch, &row->loss,      &row->error,
                             &row->rate,  &row->test_loss, &row->test_error };
  guint64 step;

  if (!rn_run_split_line (line, fields, G_N_ELEMENTS (fields)) ||
      !rn_number_parse_whole (fields[0], strlen (fields[0]), &step) || step > G_MAXINT64)
    return fail_line (path, number, error);
  row->step = (gint64) step;
  for (int i = 1; i < 7; i++)
    if (i >= 5 && *fields[i] == '\0')
      *values[i - 1] = NAN;
    else if (!rn_number_parse (fields[i], strlen (fields[i]), values[i - 1]))
      return fail_line (path, number, error);
  return TRUE;
}

char *
rn_run_print_history (const RnHistoryRow *row, GError **error)
{
  const double values[] = { row->epoch, row->loss,      row->error,
                            row->rate,  row->test_loss, row->test_error };
  GString *line;
  char text[RN_NUMBER_SIZE];

  for (int i = 0; i < 6; i++)
    if (isinf (values[i]) || (i < 4 && isnan (values[i])))
      {
        g_set_error (error, RN_ERROR, RN_ERROR_DIVERGED, _ ("Step %lld has loss %g and error %g"),
                     (long long) row->step, row->loss, row->error);
        return NULL;
      }
  line = g_string_new (NULL);
  g_string_printf (line, "%" G_GINT64_FORMAT, row->step);
  for (int i = 0; i < 6; i++)
    g_string_append_printf (line, ",%s",
                            isnan (values[i]) ? "" : rn_number_print (text, values[i]));
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

/* Measures */

static void
put_u32 (guint8 *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (bytes, &value, sizeof value);
}

static guint32
get_u32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value);
}

static void
put_float (guint8 *bytes, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u32 (bytes, bits);
}

static float
get_float (const guint8 *bytes)
{
  const guint32 bits = get_u32 (bytes);
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

void
rn_run_blocks_header (guint8 bytes[RN_RUN_BLOCKS_HEADER_SIZE])
{
  memcpy (bytes, BLOCKS_MAGIC, 8);
  put_u32 (bytes + 8, BLOCKS_VERSION);
  put_u32 (bytes + 12, RN_RUN_BLOCKS_RECORD_SIZE);
}

void
rn_run_measure_to_bytes (guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE], const RnBlockMeasure *measure)
{
  const float values[] = { measure->rms_s,    measure->rms_f, measure->ratio,
                           measure->gradient, measure->dead,  measure->response };

  put_u32 (bytes, (guint32) (guint64) measure->step);
  put_u32 (bytes + 4, (guint32) ((guint64) measure->step >> 32));
  put_u32 (bytes + 8, measure->block);
  for (int i = 0; i < 6; i++)
    put_float (bytes + 12 + 4 * i, values[i]);
}

void
rn_run_measure_from_bytes (const guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE], RnBlockMeasure *measure)
{
  float *const values[] = { &measure->rms_s,    &measure->rms_f, &measure->ratio,
                            &measure->gradient, &measure->dead,  &measure->response };

  measure->step = (gint64) ((guint64) get_u32 (bytes) | (guint64) get_u32 (bytes + 4) << 32);
  measure->block = get_u32 (bytes + 8);
  for (int i = 0; i < 6; i++)
    *values[i] = get_float (bytes + 12 + 4 * i);
}

gboolean
rn_run_check_blocks_header (const guint8 *bytes, gsize length, const char *path, GError **error)
{
  guint8 expected[RN_RUN_BLOCKS_HEADER_SIZE];

  rn_run_blocks_header (expected);
  if (length >= sizeof expected && memcmp (bytes, expected, sizeof expected) == 0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” does not begin as version %d of its kind should"), path, BLOCKS_VERSION);
  return FALSE;
}

gboolean
rn_run_read_blocks (const char *path, RnMeasureFunc func, gpointer data, goffset *end,
                    GError **error)
{
  g_autoptr (RnStream) stream = open_log (path, error);
  guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE];
  RnBlockMeasure measure;
  gint64 before = 0, number = 0;

  if (stream == NULL)
    return FALSE;
  if (!rn_run_check_blocks_header (bytes, fread (bytes, 1, RN_RUN_BLOCKS_HEADER_SIZE, stream), path,
                                   error))
    return FALSE;
  for (; fread (bytes, sizeof bytes, 1, stream) == 1; number++)
    {
      rn_run_measure_from_bytes (bytes, &measure);
      if (measure.step == 0 && only_zeros_follow (stream, RN_RUN_BLOCKS_HEADER_SIZE +
                                                              number * RN_RUN_BLOCKS_RECORD_SIZE))
        break;
      if (measure.step < before)
        {
          if (end != NULL)
            *end = RN_RUN_BLOCKS_HEADER_SIZE + number * RN_RUN_BLOCKS_RECORD_SIZE;
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                       _ ("“%s” is damaged: record %lld is of step %lld after %lld"), path,
                       (long long) number, (long long) measure.step, (long long) before);
          return FALSE;
        }
      before = measure.step;
      if (!func (&measure, data))
        break;
    }
  if (ferror (stream))
    {
      rn_file_set_error (error, path, errno);
      return FALSE;
    }
  if (end != NULL)
    *end = RN_RUN_BLOCKS_HEADER_SIZE + number * RN_RUN_BLOCKS_RECORD_SIZE;
  return TRUE;
}

/* Checkpoints */

char *
rn_run_checkpoint_path (const char *folder, gint64 step)
{
  return g_strdup_printf ("%s/" RN_RUN_CHECKPOINTS "/step-%08" G_GINT64_FORMAT ".safetensors",
                          folder, step);
}

static int
compare_steps (gconstpointer a, gconstpointer b)
{
  const gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

GArray *
rn_run_list_folder (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, RN_RUN_CHECKPOINTS, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (gint64));
  const char *name;

  if (dir == NULL)
    {
      rn_file_set_error (error, path, errno);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      const char *digits = name + strlen ("step-");
      g_autofree char *written = NULL, *base = NULL;
      guint64 step;

      if (!g_str_has_prefix (name, "step-") || !g_str_has_suffix (name, ".safetensors") ||
          !rn_number_parse_whole (digits, strspn (digits, "0123456789"), &step) ||
          step > G_MAXINT64)
        continue;
      /* Only the one way to write it */
      written = rn_run_checkpoint_path (folder, (gint64) step);
      base = g_path_get_basename (written);
      if (strcmp (base, name) == 0)
        g_array_append_val (steps, step);
    }
  g_array_sort (steps, compare_steps);
  return g_steal_pointer (&steps);
}
