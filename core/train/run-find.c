#include "train/run-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "residua/error.h"

/* Finds the records of one step in blocks.bin without reading it all: records have one size, and their steps rise. */

typedef struct
{
  const char *path;
  int fd;
  gint64 n; /* whole records */
} Blocks;

static gboolean
read_at (const Blocks *blocks, guint8 *bytes, gsize length, goffset at, GError **error)
{
  gsize done = 0;

  while (done < length)
    {
      const gssize got = pread (blocks->fd, bytes + done, length - done, at + (goffset) done);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          /* It was cut off meanwhile */
          rn_file_set_error (error, blocks->path, got < 0 ? errno : EIO);
          return FALSE;
        }
      done += (gsize) got;
    }
  return TRUE;
}

static gboolean
read_record (const Blocks *blocks, gint64 at, RnBlockMeasure *measure, GError **error)
{
  guint8 bytes[RN_RUN_BLOCKS_RECORD_SIZE];

  if (!read_at (blocks, bytes, sizeof bytes,
                RN_RUN_BLOCKS_HEADER_SIZE + at * RN_RUN_BLOCKS_RECORD_SIZE, error))
    return FALSE;
  rn_run_measure_from_bytes (bytes, measure);
  return TRUE;
}

/* @n: (out): how many records from the start are of steps up to @step. Zeros that a power cut left at the end are of
 * none.
 */
static gboolean
count_until (const Blocks *blocks, gint64 step, gint64 *n, GError **error)
{
  gint64 low = 0, high = blocks->n;

  while (low < high)
    {
      const gint64 middle = low + (high - low) / 2;
      RnBlockMeasure measure;

      if (!read_record (blocks, middle, &measure, error))
        return FALSE;
      if (measure.step != 0 && measure.step <= step)
        low = middle + 1;
      else
        high = middle;
    }
  *n = low;
  return TRUE;
}

static gboolean
read_group (const Blocks *blocks, gint64 first, int n_blocks, GArray *group, GError **error)
{
  g_array_set_size (group, (guint) n_blocks);
  for (int i = 0; i < n_blocks; i++)
    {
      RnBlockMeasure *measure = &g_array_index (group, RnBlockMeasure, i);

      if (!read_record (blocks, first + i, measure, error))
        return FALSE;
      if (measure->step != g_array_index (group, RnBlockMeasure, 0).step)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                       _ ("“%s” is damaged: record %lld is of step %lld and not %lld"),
                       blocks->path, (long long) first + i, (long long) measure->step,
                       (long long) g_array_index (group, RnBlockMeasure, 0).step);
          return FALSE;
        }
    }
  return TRUE;
}

/* A torn end, a step of fewer records than blocks, is passed over; there is at most one. */
static gboolean
find_group (const Blocks *blocks, int n_blocks, gint64 step, GArray *group, GError **error)
{
  for (int tries = 0; tries < 2; tries++)
    {
      gint64 first, end;
      RnBlockMeasure last;

      if (!count_until (blocks, step, &end, error))
        return FALSE;
      if (end == 0)
        return TRUE;
      if (!read_record (blocks, end - 1, &last, error) ||
          !count_until (blocks, last.step - 1, &first, error))
        return FALSE;
      if (end - first >= n_blocks)
        return read_group (blocks, first, n_blocks, group, error);
      step = last.step - 1;
    }
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: step %lld lacks blocks"),
               blocks->path, (long long) step + 1);
  return FALSE;
}

static gboolean
open_blocks (Blocks *blocks, GError **error)
{
  guint8 header[RN_RUN_BLOCKS_HEADER_SIZE];
  struct stat status;

  if (blocks->fd < 0 || fstat (blocks->fd, &status) != 0)
    {
      rn_file_set_error (error, blocks->path, errno);
      return FALSE;
    }
  if (!S_ISREG (status.st_mode) || status.st_size < (goffset) sizeof header)
    return rn_run_check_blocks_header (NULL, 0, blocks->path, error);
  blocks->n = (status.st_size - RN_RUN_BLOCKS_HEADER_SIZE) / RN_RUN_BLOCKS_RECORD_SIZE;
  return read_at (blocks, header, sizeof header, 0, error) &&
         rn_run_check_blocks_header (header, sizeof header, blocks->path, error);
}

GArray *
rn_run_find_blocks (const char *path, int n_blocks, gint64 step, GError **error)
{
  Blocks blocks = { path, open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), 0 };
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));
  const gboolean is_found = open_blocks (&blocks, error) &&
                            (n_blocks == 0 || find_group (&blocks, n_blocks, step, group, error));

  if (blocks.fd >= 0)
    close (blocks.fd);
  return is_found ? g_steal_pointer (&group) : NULL;
}
