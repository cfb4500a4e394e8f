#include "opened.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder may hold anything, and a person waits: no more than these are looked at. */
#define MAX_ENTRIES 100000
#define MAX_SUBFOLDERS 1000
#define MAX_PROBES 64
/* A folder that holds nothing but a folder, as archives unpack, is looked through. */
#define MAX_DEPTH 3
/* An experiment's file is no longer; one that is has its arms before that, or is told as a network. */
#define MAX_JSON (1024 * 1024)

/* What lies in a folder, hidden entries left out; sorted */
typedef struct
{
  GPtrArray *files;
  GPtrArray *folders;
} Entries;

static void
entries_clear (Entries *entries)
{
  g_clear_pointer (&entries->files, g_ptr_array_unref);
  g_clear_pointer (&entries->folders, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entries, entries_clear)

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
is_folder (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

/* Reads the names in @path, at most @max of them. A folder that cannot be read is empty. */
static void
entries_read (Entries *entries, const char *path, guint max, GCancellable *cancellable)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  entries->files = g_ptr_array_new_with_free_func (g_free);
  entries->folders = g_ptr_array_new_with_free_func (g_free);
  while (dir != NULL && n < max && (name = g_dir_read_name (dir)) != NULL &&
         !g_cancellable_is_cancelled (cancellable))
    {
      char *child;

      if (name[0] == '.')
        continue;
      child = g_build_filename (path, name, NULL);
      g_ptr_array_add (is_folder (child) ? entries->folders : entries->files, child);
      n++;
    }
  g_ptr_array_sort (entries->files, compare_paths);
  g_ptr_array_sort (entries->folders, compare_paths);
}

static gboolean
has_ending (const char *name, const char *const *endings)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (int i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

/* Returns: how many of the first bytes of @path were read: 0 for what is no readable file. A pipe is not waited for. */
static gsize
read_start (const char *path, guint8 *bytes, gsize n)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  gssize n_read = 0;

  if (fd < 0)
    return 0;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    n_read = read (fd, bytes, n);
  close (fd);
  return (gsize) MAX (n_read, 0);
}

static gboolean
is_picture (const guint8 *bytes, gsize n)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff };

  return (n >= sizeof png && memcmp (bytes, png, sizeof png) == 0) ||
         (n >= sizeof jpeg && memcmp (bytes, jpeg, sizeof jpeg) == 0);
}

static gboolean
is_picture_file (const char *path)
{
  guint8 bytes[8];

  return is_picture (bytes, read_start (path, bytes, sizeof bytes));
}

static gboolean
has_picture_name (const char *path)
{
  static const char *const pictures[] = { ".png", ".jpg", ".jpeg", NULL };

  return has_ending (path, pictures);
}

/* Names of the MNIST family: "train-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte.gz", with a dot before
 * "idx" as well */
static gboolean
has_idx_name (const char *name)
{
  static const char *const endings[] = { "-ubyte", "-ubyte.gz", ".idx3", ".idx1", NULL };

  return has_ending (name, endings) &&
         (strstr (name, "images") != NULL || strstr (name, "labels") != NULL);
}

/* Of a file in a folder of CIFAR-10 or CIFAR-100 */
static gboolean
has_cifar_name (const char *name)
{
  return g_str_has_suffix (name, ".bin") &&
         (g_str_has_prefix (name, "data_batch_") || strcmp (name, "test_batch.bin") == 0 ||
          strcmp (name, "train.bin") == 0 || strcmp (name, "test.bin") == 0);
}

/* Whether one of the keys of a JSON file's outermost object is “arms”: of an experiment; a network has none. What is no
 * JSON is told by whoever reads it.
 */
static gboolean
has_arms (const char *text, gsize n)
{
  static const char key[] = "\"arms\"";
  int depth = 0;

  for (gsize i = 0; i < n; i++)
    if (text[i] == '{' || text[i] == '[')
      depth++;
    else if (text[i] == '}' || text[i] == ']')
      depth--;
    else if (text[i] == '"')
      {
        const gsize from = i;

        for (i++; i < n && text[i] != '"'; i++)
          if (text[i] == '\\')
            i++;
        if (depth == 1 && i < n && i + 1 - from == strlen (key) &&
            memcmp (text + from, key, strlen (key)) == 0)
          return TRUE;
      }
  return FALSE;
}

static RnOpenedKind
tell_json (const char *path)
{
  g_autofree char *text = g_malloc (MAX_JSON);
  const gsize n = read_start (path, (guint8 *) text, MAX_JSON);

  return has_arms (text, n) ? RN_OPENED_EXPERIMENT : RN_OPENED_SPEC;
}

static RnOpenedKind
tell_file (const char *path)
{
  static const char *const models[] = { ".safetensors", ".onnx",    ".pt", ".pth",
                                        ".th",          ".pth.tar", NULL };
  static const char *const specs[] = { ".json", NULL };
  static const char *const sets[] = { ".bin", NULL };
  static const guint8 idx[] = { 0, 0, 8 };
  g_autofree char *name = g_path_get_basename (path);
  guint8 bytes[8];
  const gsize n = read_start (path, bytes, sizeof bytes);

  /* damaged ones too: whoever decodes them says what is wrong */
  if (is_picture (bytes, n) || has_picture_name (name))
    return RN_OPENED_PICTURE;
  if (n == 0)
    return RN_OPENED_UNKNOWN;
  if (has_ending (name, specs))
    return tell_json (path);
  if (has_ending (name, models))
    return RN_OPENED_MODEL;
  if (has_ending (name, sets) || has_idx_name (name) ||
      (n >= 4 && memcmp (bytes, idx, sizeof idx) == 0 && (bytes[3] == 1 || bytes[3] == 3)))
    return RN_OPENED_DATASET;
  return RN_OPENED_UNKNOWN;
}

/* Returns: whether one of the first files in @path is a picture */
static gboolean
holds_pictures (const char *path, GCancellable *cancellable)
{
  g_auto (Entries) entries = { 0 };

  entries_read (&entries, path, MAX_PROBES, cancellable);
  for (guint i = 0; i < entries.files->len; i++)
    if (is_picture_file (entries.files->pdata[i]))
      return TRUE;
  return FALSE;
}

/* A split's folder, with a folder for each class in it */
static gboolean
is_split (const char *path, GCancellable *cancellable)
{
  static const char *const names[] = { "train", "training", "test",       "testing",
                                       "val",   "valid",    "validation", NULL };
  g_autofree char *name = g_path_get_basename (path);
  g_auto (Entries) entries = { 0 };

  if (!g_strv_contains (names, name))
    return FALSE;
  entries_read (&entries, path, MAX_PROBES, cancellable);
  for (guint i = 0; i < entries.folders->len; i++)
    if (holds_pictures (entries.folders->pdata[i], cancellable))
      return TRUE;
  return FALSE;
}

static gboolean
has_class_folders (const Entries *entries, GCancellable *cancellable)
{
  guint n = 0;

  for (guint i = 0; i < MIN (entries->folders->len, MAX_SUBFOLDERS); i++)
    {
      const char *path = entries->folders->pdata[i];

      if (is_split (path, cancellable) || (holds_pictures (path, cancellable) && ++n == 2))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_data_files (const Entries *entries)
{
  for (guint i = 0; i < entries->files->len; i++)
    {
      g_autofree char *name = g_path_get_basename (entries->files->pdata[i]);

      if (has_cifar_name (name) || has_idx_name (name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_run (const char *path)
{
  g_autofree char *spec = g_build_filename (path, "spec.json", NULL);
  g_autofree char *history = g_build_filename (path, "history.csv", NULL);

  return g_file_test (spec, G_FILE_TEST_IS_REGULAR) &&
         g_file_test (history, G_FILE_TEST_IS_REGULAR);
}

static void
add_picture (RnOpened *opened, const char *path)
{
  opened->n_pictures++;
  if (opened->paths->len < RN_OPENED_MAX_PICTURES)
    g_ptr_array_add (opened->paths, g_strdup (path));
  else
    opened->is_cut = TRUE;
}

/* Adds the pictures among the files of a folder. Returns: how many there are */
static guint
add_pictures (RnOpened *opened, const Entries *entries, GCancellable *cancellable)
{
  const guint before = opened->n_pictures;

  for (guint i = 0; i < entries->files->len && !g_cancellable_is_cancelled (cancellable); i++)
    if (opened->is_cut)
      break;
    else if (has_picture_name (entries->files->pdata[i]) ||
             is_picture_file (entries->files->pdata[i]))
      add_picture (opened, entries->files->pdata[i]);
  return opened->n_pictures - before;
}

static void
add_whole (RnOpened *opened, const char *path)
{
  g_ptr_array_add (opened->paths, g_strdup (path));
  opened->n_others++;
}

static RnOpenedKind
tell_folder (RnOpened *opened, const char *path, int depth, GCancellable *cancellable)
{
  g_auto (Entries) entries = { 0 };

  if (is_run (path))
    {
      add_whole (opened, path);
      return RN_OPENED_RUN;
    }
  entries_read (&entries, path, MAX_ENTRIES, cancellable);
  opened->has_classes = has_class_folders (&entries, cancellable);
  if (opened->has_classes || has_data_files (&entries))
    {
      add_whole (opened, path);
      return RN_OPENED_DATASET;
    }
  if (add_pictures (opened, &entries, cancellable) > 0)
    return RN_OPENED_PICTURES;
  if (entries.files->len == 0 && entries.folders->len == 1 && depth < MAX_DEPTH)
    return tell_folder (opened, entries.folders->pdata[0], depth + 1, cancellable);
  opened->n_others++;
  return RN_OPENED_UNKNOWN;
}

static RnOpenedKind
tell_one (RnOpened *opened, const char *path, GCancellable *cancellable)
{
  RnOpenedKind kind;

  if (is_folder (path))
    return tell_folder (opened, path, 0, cancellable);
  kind = tell_file (path);
  if (kind == RN_OPENED_PICTURE)
    add_picture (opened, path);
  else
    add_whole (opened, path);
  return kind;
}

static RnOpened *
opened_new (void)
{
  RnOpened *opened = g_new0 (RnOpened, 1);

  opened->paths = g_ptr_array_new_with_free_func (g_free);
  return opened;
}

/* Returns: (transfer full) (nullable): the folder that all of @paths lie in */
static char *
common_folder (const char *const *paths)
{
  g_autofree char *folder = g_path_get_dirname (paths[0]);

  for (int i = 1; paths[i] != NULL; i++)
    {
      g_autofree char *other = g_path_get_dirname (paths[i]);

      if (strcmp (folder, other) != 0)
        return NULL;
    }
  return g_steal_pointer (&folder);
}

/* The several files of a data set, dropped together, are its folder. */
static void
unite_dataset (RnOpened *opened, const char *const *paths, GCancellable *cancellable)
{
  g_autofree char *folder = common_folder (paths);
  g_autoptr (RnOpened) whole = folder != NULL ? opened_new () : NULL;

  if (whole != NULL && tell_folder (whole, folder, 0, cancellable) == RN_OPENED_DATASET)
    {
      g_ptr_array_set_size (opened->paths, 0);
      g_ptr_array_add (opened->paths, g_strdup (folder));
      return;
    }
  opened->kind = RN_OPENED_MIXED;
}

/* What a second kind makes of the first */
static RnOpenedKind
unite (RnOpenedKind a, RnOpenedKind b)
{
  const gboolean has_pictures = a == RN_OPENED_PICTURE || a == RN_OPENED_PICTURES;

  if (has_pictures && (b == RN_OPENED_PICTURE || b == RN_OPENED_PICTURES))
    return RN_OPENED_PICTURES;
  return a == b ? a : RN_OPENED_MIXED;
}

/* Of a mixed drop the pictures can still be classified: @paths then holds these alone. */
static void
keep_pictures (RnOpened *opened)
{
  for (guint i = opened->paths->len; i > 0; i--)
    if (!has_picture_name (opened->paths->pdata[i - 1]) &&
        !is_picture_file (opened->paths->pdata[i - 1]))
      g_ptr_array_remove_index (opened->paths, i - 1);
}

RnOpened *
rn_opened_tell (const char *const *paths, GCancellable *cancellable)
{
  g_autoptr (RnOpened) opened = opened_new ();

  g_return_val_if_fail (paths != NULL, NULL);

  for (int i = 0; paths[i] != NULL && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const RnOpenedKind kind = tell_one (opened, paths[i], cancellable);

      opened->kind = i == 0 ? kind : unite (opened->kind, kind);
    }
  if (g_cancellable_is_cancelled (cancellable))
    return NULL;
  if (opened->kind == RN_OPENED_DATASET && opened->paths->len > 1)
    unite_dataset (opened, paths, cancellable);
  if (opened->kind == RN_OPENED_PICTURES && opened->paths->len == 1)
    opened->kind = RN_OPENED_PICTURE;
  if (opened->kind == RN_OPENED_MIXED || opened->kind == RN_OPENED_UNKNOWN)
    keep_pictures (opened);
  return g_steal_pointer (&opened);
}

/* Adds the pictures below @path, two levels down: a split's classes. */
static void
add_below (RnOpened *opened, const char *path, int depth, GCancellable *cancellable)
{
  g_auto (Entries) entries = { 0 };

  entries_read (&entries, path, MAX_ENTRIES, cancellable);
  add_pictures (opened, &entries, cancellable);
  for (guint i = 0; i < entries.folders->len && depth < MAX_DEPTH && !opened->is_cut; i++)
    add_below (opened, entries.folders->pdata[i], depth + 1, cancellable);
}

RnOpened *
rn_opened_tell_pictures (const char *folder, GCancellable *cancellable)
{
  g_autoptr (RnOpened) opened = opened_new ();

  add_below (opened, folder, 0, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return NULL;
  opened->kind = opened->paths->len == 0   ? RN_OPENED_UNKNOWN
                 : opened->paths->len == 1 ? RN_OPENED_PICTURE
                                           : RN_OPENED_PICTURES;
  return g_steal_pointer (&opened);
}

void
rn_opened_free (RnOpened *opened)
{
  g_ptr_array_unref (opened->paths);
  g_free (opened);
}

/* Returns: (transfer full): the name of the one path, as it can be shown */
static char *
name_of (const RnOpened *opened)
{
  return g_filename_display_basename (opened->paths->pdata[0]);
}

char *
rn_opened_describe (const RnOpened *opened)
{
  const guint n = opened->paths->len;
  g_autofree char *name = n > 0 ? name_of (opened) : NULL;

  switch (opened->kind)
    {
    case RN_OPENED_PICTURE:
      return g_strdup_printf (_ ("Classify “%s”"), name);
    case RN_OPENED_PICTURES:
      return opened->is_cut
                 ? g_strdup_printf (ngettext ("Classify the first %u picture",
                                              "Classify the first %u pictures", n),
                                    n)
                 : g_strdup_printf (ngettext ("Classify %u picture", "Classify %u pictures", n), n);
    case RN_OPENED_DATASET:
      return g_strdup_printf (_ ("Open “%s” as the data set"), name);
    case RN_OPENED_SPEC:
      return n == 1 ? g_strdup_printf (_ ("Open the network “%s” as a new sketch"), name)
                    : g_strdup_printf (ngettext ("Open %u network as a new sketch",
                                                 "Open %u networks as new sketches", n),
                                       n);
    case RN_OPENED_EXPERIMENT:
      return n == 1 ? g_strdup_printf (_ ("Show the experiment “%s” in the Lab"), name)
                    : g_strdup_printf (ngettext ("Show %u experiment in the Lab",
                                                 "Show %u experiments in the Lab", n),
                                       n);
    case RN_OPENED_MODEL:
      return n == 1 ? g_strdup_printf (_ ("Open the model “%s”"), name)
                    : g_strdup_printf (ngettext ("Open %u model", "Open %u models", n), n);
    case RN_OPENED_RUN:
      return n == 1 ? g_strdup_printf (_ ("Open the run “%s”"), name)
                    : g_strdup_printf (ngettext ("Open %u run", "Compare %u runs", n), n);
    case RN_OPENED_MIXED:
    case RN_OPENED_UNKNOWN:
      break;
    }
  return rn_opened_explain (opened);
}

char *
rn_opened_explain (const RnOpened *opened)
{
  const guint n = opened->n_others;
  g_autofree char *pictures = NULL, *others = NULL;

  if (opened->n_pictures == 0)
    return n == 0 ? g_strdup (_ ("There is nothing here that Residua could open"))
           : opened->kind == RN_OPENED_MIXED
               ? g_strdup_printf (ngettext ("%u file of another kind",
                                            "%u files of different kinds", n),
                                  n)
               : g_strdup_printf (ngettext ("%u file or folder that Residua does not know",
                                            "%u files or folders that Residua does not know", n),
                                  n);
  pictures = g_strdup_printf (ngettext ("%u picture", "%u pictures", opened->n_pictures),
                              opened->n_pictures);
  others =
      g_strdup_printf (ngettext ("%u other file or folder", "%u other files or folders", n), n);
  /* Translators: "3 pictures, 2 other files or folders" */
  return g_strdup_printf (_ ("%s, %s"), pictures, others);
}
