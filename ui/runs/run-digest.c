#include "runs/run-digest.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/run.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "state/document.h"

#define HISTORY "history.csv"
#define SETTINGS "settings.json"
#define CHECKPOINTS "checkpoints"
#define LOCK "lock"
#define N_FIELDS 7
#define MAX_LINE 1024

/* What tells whether a file has changed; zeros where it is not there */
typedef struct
{
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec changed;
} Mark;

/* The mean of the losses of @n steps */
typedef struct
{
  double sum;
  gint64 n;
} Stretch;

struct _RnRunDigest
{
  gatomicrefcount references;
  char *path;
  char *name;
  RnSpec *spec;
  char *data;
  gint64 steps;
  gboolean is_locked;
  char *problem;
  Mark history_mark;
  Mark settings_mark;
  Mark checkpoints_mark;

  /* of history.csv up to @offset */
  goffset offset;
  gint64 step;
  double best_error;
  double last_error;
  gint64 stride; /* steps in a stretch: a power of two */
  guint n_stretches;
  Stretch stretches[RN_RUN_DIGEST_MAX_VALUES];
};

typedef FILE RnStream;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnStream, fclose)

static Mark
make_mark (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;
  Mark mark = { 0 };

  if (stat (path, &info) == 0)
    mark = (Mark){ info.st_dev, info.st_ino, info.st_size, info.st_mtim };
  return mark;
}

static gboolean
mark_equal (const Mark *a, const Mark *b)
{
  return a->device == b->device && a->inode == b->inode && a->size == b->size &&
         a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Whether somebody holds the run's lock, by the kernel's list: trying the lock would be in the way of who wants it. */
static gboolean
is_locked (const char *folder)
{
  const Mark mark = make_mark (folder, LOCK);
  g_autoptr (RnStream) locks = mark.inode != 0 ? fopen ("/proc/locks", "re") : NULL;
  char line[256], kind[16];

  while (locks != NULL && fgets (line, sizeof line, locks) != NULL)
    {
      unsigned int maj, min;
      unsigned long inode;

      if (sscanf (line, "%*d: %15s %*s WRITE %*d %x:%x:%lu", kind, &maj, &min, &inode) != 4 ||
          strcmp (kind, "FLOCK") != 0 || inode != mark.inode)
        continue;
      /* file systems without a device of their own are called otherwise there */
      if (major (mark.device) == 0 || (major (mark.device) == maj && minor (mark.device) == min))
        return TRUE;
    }
  return FALSE;
}

/* The history */

static void
add_loss (RnRunDigest *self, double loss)
{
  Stretch *last = self->n_stretches > 0 ? &self->stretches[self->n_stretches - 1] : NULL;

  if (last == NULL || last->n == self->stride)
    {
      if (self->n_stretches == RN_RUN_DIGEST_MAX_VALUES)
        {
          for (guint i = 0; i < RN_RUN_DIGEST_MAX_VALUES / 2; i++)
            {
              const Stretch *pair = &self->stretches[2 * i];

              self->stretches[i] = (Stretch){ pair[0].sum + pair[1].sum, pair[0].n + pair[1].n };
            }
          self->n_stretches = RN_RUN_DIGEST_MAX_VALUES / 2;
          self->stride *= 2;
        }
      last = &self->stretches[self->n_stretches++];
      *last = (Stretch){ 0.0, 0 };
    }
  last->sum += loss;
  last->n++;
}

/* Cuts @line at its commas. Returns: FALSE where there are more or fewer than N_FIELDS */
static gboolean
split_line (char *line, char *fields[N_FIELDS])
{
  for (int i = 0; i < N_FIELDS; i++)
    {
      char *comma = strchr (line, ',');

      if ((comma == NULL) != (i == N_FIELDS - 1))
        return FALSE;
      fields[i] = line;
      if (comma != NULL)
        {
          *comma = '\0';
          line = comma + 1;
        }
    }
  return TRUE;
}

/* step,epoch,loss,error,rate,test_loss,test_error. Returns: FALSE where it is not that */
static gboolean
take_line (RnRunDigest *self, char *line)
{
  char *fields[N_FIELDS], *end;
  double values[N_FIELDS];

  if (!split_line (line, fields) || g_ascii_strtoll (fields[0], &end, 10) != self->step + 1 ||
      *end != '\0')
    return FALSE;
  for (int i = 1; i < N_FIELDS; i++)
    {
      values[i] = *fields[i] != '\0' ? g_ascii_strtod (fields[i], &end) : NAN;
      /* only a test may be missing */
      if (*fields[i] == '\0' ? i < 5 : *end != '\0')
        return FALSE;
    }
  if (!isnan (values[6]))
    {
      self->last_error = values[6];
      self->best_error = fmin (self->best_error, values[6]);
    }
  self->step++;
  add_loss (self, values[2]);
  return TRUE;
}

static void
start_history (RnRunDigest *self)
{
  self->offset = 0;
  self->step = 0;
  self->best_error = self->last_error = NAN;
  self->stride = 1;
  self->n_stretches = 0;
}

static FILE *
open_history (const char *path)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    return fdopen (fd, "rb");
  close (fd);
  return NULL;
}

/* From @offset to the last whole line; what follows it is being written, or was torn off by a power cut. */
static void
read_history (RnRunDigest *self)
{
  g_autofree char *path = g_build_filename (self->path, HISTORY, NULL);
  g_autofree char *name = g_build_filename (self->name, HISTORY, NULL);
  g_autoptr (RnStream) stream = open_history (path);
  char line[MAX_LINE];

  if (stream == NULL || fseeko (stream, self->offset, SEEK_SET) != 0)
    {
      self->problem = g_strdup_printf (_ ("“%s” cannot be read"), name);
      return;
    }
  while (fgets (line, sizeof line, stream) != NULL)
    {
      const gsize length = strlen (line);

      if (length == 0 || line[length - 1] != '\n')
        return;
      line[length - 1] = '\0';
      if (self->offset > 0 && !take_line (self, line))
        {
          self->problem = g_strdup_printf (_ ("“%s” is damaged: line %lld is not understood"), name,
                                           (long long) self->step + 2);
          return;
        }
      self->offset += (goffset) length;
    }
}

/* Spec and settings, by the core: its sentences say what is wrong. */
static void
read_run (RnRunDigest *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRun) run = rn_run_open (self->path, &error);
  g_autoptr (GArray) checkpoints = NULL;

  if (run == NULL)
    {
      self->problem = g_strdup (error->message);
      return;
    }
  self->spec = rn_spec_copy (rn_run_get_spec (run));
  self->data = g_strdup (rn_run_get_data (run));
  self->steps = rn_run_get_settings (run)->steps;
  checkpoints = rn_run_list_checkpoints (run, &error);
  if (checkpoints == NULL)
    self->problem = g_strdup (error->message);
  else if (checkpoints->len == 0)
    self->problem = g_strdup_printf (_ ("“%s” has no checkpoint to go on from"), self->name);
}

/* Whether @before was read from the start of the very file that stands there now */
static gboolean
can_go_on (const RnRunDigest *self, const RnRunDigest *before)
{
  return before != NULL && before->problem == NULL &&
         before->history_mark.inode == self->history_mark.inode &&
         before->history_mark.device == self->history_mark.device &&
         before->offset <= self->history_mark.size;
}

static void
take_history (RnRunDigest *self, const RnRunDigest *before)
{
  self->offset = before->offset;
  self->step = before->step;
  self->best_error = before->best_error;
  self->last_error = before->last_error;
  self->stride = before->stride;
  self->n_stretches = before->n_stretches;
  memcpy (self->stretches, before->stretches, sizeof self->stretches);
}

RnRunDigest *
rn_run_digest_read (const char *path, RnRunDigest *before)
{
  g_autoptr (RnRunDigest) self = g_new0 (RnRunDigest, 1);

  g_atomic_ref_count_init (&self->references);
  self->path = g_strdup (path);
  self->name = g_filename_display_basename (path);
  self->history_mark = make_mark (path, HISTORY);
  self->settings_mark = make_mark (path, SETTINGS);
  self->checkpoints_mark = make_mark (path, CHECKPOINTS);
  self->is_locked = is_locked (path);
  if (before != NULL && self->is_locked == before->is_locked &&
      mark_equal (&self->history_mark, &before->history_mark) &&
      mark_equal (&self->settings_mark, &before->settings_mark) &&
      mark_equal (&self->checkpoints_mark, &before->checkpoints_mark))
    return rn_run_digest_ref (before);
  start_history (self);
  read_run (self);
  if (self->problem != NULL)
    return g_steal_pointer (&self);
  if (can_go_on (self, before))
    take_history (self, before);
  read_history (self);
  if (self->problem != NULL && before != NULL)
    {
      /* it went back to a checkpoint and has grown past the place since */
      g_clear_pointer (&self->problem, g_free);
      start_history (self);
      read_history (self);
    }
  return g_steal_pointer (&self);
}

RnRunDigest *
rn_run_digest_ref (RnRunDigest *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rn_run_digest_unref (RnRunDigest *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->spec, rn_spec_free);
  g_free (self->path);
  g_free (self->name);
  g_free (self->data);
  g_free (self->problem);
  g_free (self);
}

const char *
rn_run_digest_get_path (const RnRunDigest *self)
{
  return self->path;
}

const char *
rn_run_digest_get_name (const RnRunDigest *self)
{
  return self->name;
}

char *
rn_run_digest_make_title (const RnRunDigest *self)
{
  return self->spec != NULL ? rn_document_make_run_title (self->spec, self->path)
                            : g_strdup (self->name);
}

RnRunState
rn_run_digest_get_state (const RnRunDigest *self)
{
  if (self->is_locked)
    return RN_RUN_TRAINING;
  if (self->problem != NULL)
    return RN_RUN_DAMAGED;
  return self->step >= self->steps ? RN_RUN_FINISHED : RN_RUN_RESUMABLE;
}

const char *
rn_run_digest_get_problem (const RnRunDigest *self)
{
  return self->problem;
}

const RnSpec *
rn_run_digest_get_spec (const RnRunDigest *self)
{
  return self->spec;
}

const char *
rn_run_digest_get_data (const RnRunDigest *self)
{
  return self->data;
}

gint64
rn_run_digest_get_step (const RnRunDigest *self)
{
  return self->step;
}

gint64
rn_run_digest_get_steps (const RnRunDigest *self)
{
  return self->steps;
}

double
rn_run_digest_get_best_error (const RnRunDigest *self)
{
  return self->best_error;
}

double
rn_run_digest_get_last_error (const RnRunDigest *self)
{
  return self->last_error;
}

gint64
rn_run_digest_get_time (const RnRunDigest *self)
{
  return MAX (self->history_mark.changed.tv_sec, self->settings_mark.changed.tv_sec);
}

guint
rn_run_digest_get_values (const RnRunDigest *self, float *values)
{
  for (guint i = 0; i < self->n_stretches; i++)
    values[i] = (float) (self->stretches[i].sum / (double) self->stretches[i].n);
  return self->n_stretches;
}
