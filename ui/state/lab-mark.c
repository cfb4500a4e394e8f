#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "state/lab-desk.h"

#define MAX_LENGTH 65536
#define GROUP "experiment"

RnLabWish *
rn_lab_wish_copy (const RnLabWish *wish)
{
  RnLabWish *copy = g_memdup2 (wish, sizeof *wish);

  copy->what = g_strdup (wish->what);
  copy->data = g_strdup (wish->data);
  return copy;
}

void
rn_lab_wish_free (RnLabWish *wish)
{
  g_free (wish->what);
  g_free (wish->data);
  g_free (wish);
}

static char *
mark_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "residua", "experiment", NULL);
}

static char *
wish_to_text (const RnLabWish *wish)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "what", wish->what);
  if (wish->data != NULL)
    g_key_file_set_string (file, GROUP, "data", wish->data);
  g_key_file_set_integer (file, GROUP, "seeds", wish->n_seeds);
  g_key_file_set_boolean (file, GROUP, "in-turn", wish->order == RN_LAB_IN_TURN);
  return g_key_file_to_data (file, NULL, NULL);
}

/* Returns: (transfer full) (nullable) */
static RnLabWish *
wish_from_text (const char *text, gsize length)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  RnLabWish *wish;

  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL) ||
      !g_key_file_has_key (file, GROUP, "what", NULL))
    return NULL;
  wish = g_new0 (RnLabWish, 1);
  wish->what = g_key_file_get_string (file, GROUP, "what", NULL);
  wish->data = g_key_file_get_string (file, GROUP, "data", NULL);
  wish->n_seeds = CLAMP (g_key_file_get_integer (file, GROUP, "seeds", NULL), 0, RN_LAB_MAX_SEEDS);
  wish->order =
      g_key_file_get_boolean (file, GROUP, "in-turn", NULL) ? RN_LAB_IN_TURN : RN_LAB_ONE_BY_ONE;
  return wish;
}

int
rn_lab_mark_set (const RnLabWish *wish)
{
  g_autofree char *path = mark_path (), *folder = g_path_get_dirname (path);
  g_autofree char *text = wish_to_text (wish);
  const gssize length = (gssize) strlen (text);
  int lock = -1;

  if (g_mkdir_with_parents (folder, 0700) == 0)
    lock = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  /* Without the mark nothing is lost but the offer */
  if (lock >= 0 && (flock (lock, LOCK_EX | LOCK_NB) != 0 || ftruncate (lock, 0) != 0 ||
                    write (lock, text, (gsize) length) != length))
    {
      close (lock);
      lock = -1;
    }
  return lock;
}

void
rn_lab_mark_clear (int lock)
{
  g_autofree char *path = mark_path ();

  if (lock < 0)
    return;
  g_unlink (path);
  close (lock);
}

RnLabWish *
rn_lab_mark_take (void)
{
  g_autofree char *path = mark_path (), *text = NULL;
  const int lock = g_open (path, O_RDWR | O_CLOEXEC, 0);
  RnLabWish *wish = NULL;
  gsize length;

  if (lock < 0)
    return NULL;
  if (flock (lock, LOCK_EX | LOCK_NB) == 0)
    {
      if (g_file_get_contents (path, &text, &length, NULL) && length <= MAX_LENGTH)
        wish = wish_from_text (text, length);
      g_unlink (path);
    }
  close (lock);
  return wish;
}
