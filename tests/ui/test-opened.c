#include "opened.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char png[] = "\x89PNG\r\n\x1a\n and no more";
static const char jpeg[] = "\xff\xd8\xff\xe0 and no more";
static const char idx[] = "\0\0\x08\x03\0\0\0\x01";

static char *scratch;

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

/* What tells them apart is a key of the outermost object. */
static const char experiment[] =
    "{\"title\": \"what has \\\"arms\\\": {\", \"seeds\": 3, \"arms\": [{\"id\": \"a\"}]}";
static const char network[] =
    "{\"name\": \"\\\"arms\\\"\", \"input\": {\"arms\": 2}, \"blocks\": [\"arms\"]}";

/* Makes @name below the scratch folder: a folder where it ends in "/" */
static char *
make (const char *name)
{
  g_autofree char *path = g_build_filename (scratch, name, NULL);
  g_autofree char *above = g_path_get_dirname (path);
  const char *bytes = "whatever";
  gsize n = strlen (bytes);

  if (g_str_has_suffix (name, "/"))
    {
      g_assert_cmpint (g_mkdir_with_parents (path, 0777), ==, 0);
      return g_steal_pointer (&path);
    }
  g_assert_cmpint (g_mkdir_with_parents (above, 0777), ==, 0);
  if (strstr (name, "png") != NULL)
    bytes = png, n = sizeof png;
  else if (strstr (name, "jpg") != NULL)
    bytes = jpeg, n = sizeof jpeg;
  else if (strstr (name, "idx") != NULL)
    bytes = idx, n = sizeof idx - 1;
  else if (strstr (name, "experiment") != NULL)
    bytes = experiment, n = strlen (experiment);
  else if (strstr (name, "network") != NULL)
    bytes = network, n = strlen (network);
  else if (strstr (name, "empty") != NULL)
    n = 0;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  return g_steal_pointer (&path);
}

/* What is made, what of it is opened (the same where NULL), and what it is then. Lists with commas. What is in a file
 * goes by "png", "jpg", "idx", "experiment" or "network" in its name.
 */
typedef struct
{
  const char *made;
  const char *opened;
  RnOpenedKind kind;
  guint n_paths;
  const char *description;
} Case;

static const Case cases[] = {
  { "a.png", NULL, RN_OPENED_PICTURE, 1, "Classify “a.png”" },
  { "A.PNG.jpg", NULL, RN_OPENED_PICTURE, 1, "Classify “A.PNG.jpg”" },
  { "really-a-jpg.bin", NULL, RN_OPENED_PICTURE, 1, "Classify “really-a-jpg.bin”" },
  { "png-without-ending", NULL, RN_OPENED_PICTURE, 1, NULL },
  { "only-named.PNG", NULL, RN_OPENED_PICTURE, 1, NULL },
  { "album/1.png,album/only-named.PNG,album/empty.JPEG", "album", RN_OPENED_PICTURES, 3, NULL },
  { "a.png,b.jpg,c.png", NULL, RN_OPENED_PICTURES, 3, "Classify 3 pictures" },
  { "set.bin", NULL, RN_OPENED_DATASET, 1, "Open “set.bin” as the data set" },
  { "c10/data_batch_1.bin,c10/test_batch.bin", "c10", RN_OPENED_DATASET, 1, NULL },
  { "c100/train.bin", "c100", RN_OPENED_DATASET, 1, "Open “c100” as the data set" },
  { "c10/data_batch_1.bin,c10/test_batch.bin", NULL, RN_OPENED_DATASET, 1,
    "Open “c10” as the data set" },
  { "x/one.bin,y/two.bin", NULL, RN_OPENED_MIXED, 0, "2 files of different kinds" },
  { "t10k-images-idx3-ubyte", NULL, RN_OPENED_DATASET, 1, NULL },
  { "train-labels-idx1-ubyte.gz", NULL, RN_OPENED_DATASET, 1, NULL },
  { "m/train-images-idx3-ubyte.gz,m/train-labels-idx1-ubyte.gz", "m", RN_OPENED_DATASET, 1, NULL },
  { "idx by its first bytes", NULL, RN_OPENED_DATASET, 1, NULL },
  { "notes.gz", NULL, RN_OPENED_UNKNOWN, 0, NULL },
  { "pets/cat/1.png,pets/dog/1.jpg", "pets", RN_OPENED_DATASET, 1, "Open “pets” as the data set" },
  { "pets/cat/1.png,pets/dog/1.jpg,pets/cover.png", "pets", RN_OPENED_DATASET, 1, NULL },
  { "pets/cat/1.png,pets/notes/1.txt,pets/cover.png", "pets", RN_OPENED_PICTURE, 1, NULL },
  { "s/train/cat/1.png,s/test/cat/1.png", "s", RN_OPENED_DATASET, 1, NULL },
  { "s/train/cat/1.png", "s", RN_OPENED_DATASET, 1, NULL },
  { "s/train/1.png,s/readme", "s", RN_OPENED_UNKNOWN, 0, NULL },
  { "album/1.png,album/2.jpg,album/notes.txt", "album", RN_OPENED_PICTURES, 2,
    "Classify 2 pictures" },
  { "album/1.png,album/.2.png", "album", RN_OPENED_PICTURE, 1, "Classify “1.png”" },
  { "album/1.png,album/2.png,more.png", "album,more.png", RN_OPENED_PICTURES, 3, NULL },
  { "unpacked/inner/1.png,unpacked/inner/2.png", "unpacked", RN_OPENED_PICTURES, 2, NULL },
  { "unpacked/pets/cat/1.png,unpacked/pets/dog/1.jpg", "unpacked", RN_OPENED_DATASET, 1,
    "Open “pets” as the data set" },
  { "net.json", NULL, RN_OPENED_SPEC, 1, "Open the network “net.json” as a new sketch" },
  { "net.json,other.JSON", NULL, RN_OPENED_SPEC, 2, "Open 2 networks as new sketches" },
  { "experiment.json", NULL, RN_OPENED_EXPERIMENT, 1,
    "Show the experiment “experiment.json” in the Lab" },
  { "experiment-1.json,experiment-2.json", NULL, RN_OPENED_EXPERIMENT, 2,
    "Show 2 experiments in the Lab" },
  { "network.json", NULL, RN_OPENED_SPEC, 1, NULL },
  { "network.json,experiment.json", NULL, RN_OPENED_MIXED, 0, "2 files of different kinds" },
  { "m.safetensors", NULL, RN_OPENED_MODEL, 1, "Open the model “m.safetensors”" },
  { "m.onnx", NULL, RN_OPENED_MODEL, 1, NULL },
  { "m.pt", NULL, RN_OPENED_MODEL, 1, NULL },
  { "m.pth", NULL, RN_OPENED_MODEL, 1, NULL },
  { "m.th", NULL, RN_OPENED_MODEL, 1, NULL },
  { "run/spec.json,run/history.csv,run/checkpoints/", "run", RN_OPENED_RUN, 1,
    "Open the run “run”" },
  { "run/spec.json,run/history.csv,two/spec.json,two/history.csv", "run,two", RN_OPENED_RUN, 2,
    "Compare 2 runs" },
  { "run/spec.json", "run", RN_OPENED_UNKNOWN, 0, NULL },
  { "a.png,net.json,b.jpg", NULL, RN_OPENED_MIXED, 2, "2 pictures, 1 other file or folder" },
  { "net.json,m.onnx", NULL, RN_OPENED_MIXED, 0, "2 files of different kinds" },
  { "a.png,notes.txt", NULL, RN_OPENED_MIXED, 1, "1 picture, 1 other file or folder" },
  { "notes.txt", NULL, RN_OPENED_UNKNOWN, 0, "1 file or folder that Residua does not know" },
  { "notes.txt,data.csv", NULL, RN_OPENED_UNKNOWN, 0,
    "2 files or folders that Residua does not know" },
  { "empty.json", NULL, RN_OPENED_UNKNOWN, 0, NULL },
  { "bare/", "bare", RN_OPENED_UNKNOWN, 0, "1 file or folder that Residua does not know" },
  { "a.png", "nowhere.json", RN_OPENED_UNKNOWN, 0, NULL },
};

static RnOpened *
tell (const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, ",", 0);

  for (int i = 0; names[i] != NULL; i++)
    {
      char *path = g_build_filename (scratch, names[i], NULL);

      g_free (names[i]);
      names[i] = path;
    }
  return rn_opened_tell ((const char *const *) names, NULL);
}

static void
make_all (const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, ",", 0);

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = make (names[i]);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
start (void)
{
  scratch = g_dir_make_tmp ("residua-opened-XXXXXX", NULL);
  g_assert_nonnull (scratch);
}

static void
end (void)
{
  remove_tree (scratch);
  g_clear_pointer (&scratch, g_free);
}

static void
test_each_row_of_the_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *row = &cases[i];
      g_autoptr (RnOpened) opened = NULL;
      g_autofree char *described = NULL;

      g_test_message ("%s, of which %s", row->made, row->opened != NULL ? row->opened : "all");
      start ();
      make_all (row->made);
      opened = tell (row->opened != NULL ? row->opened : row->made);
      described = rn_opened_describe (opened);
      g_assert_cmpint (opened->kind, ==, row->kind);
      g_assert_cmpuint (opened->paths->len, ==, row->n_paths);
      g_assert_cmpstr (described, !=, "");
      if (row->description != NULL)
        g_assert_cmpstr (described, ==, row->description);
      end ();
    }
}

static void
test_nothing_is_nothing (void)
{
  const char *const none[] = { NULL };
  g_autoptr (RnOpened) opened = rn_opened_tell (none, NULL);
  g_autofree char *described = rn_opened_describe (opened);

  g_assert_cmpint (opened->kind, ==, RN_OPENED_UNKNOWN);
  g_assert_cmpstr (described, ==, "There is nothing here that Residua could open");
}

static void
test_pictures_keep_their_order (void)
{
  g_autoptr (RnOpened) opened = NULL;

  start ();
  make_all ("album/b.png,album/a.png,z.png");
  opened = tell ("z.png,album");
  g_assert_cmpuint (opened->paths->len, ==, 3);
  g_assert_true (g_str_has_suffix (opened->paths->pdata[0], "/z.png"));
  g_assert_true (g_str_has_suffix (opened->paths->pdata[1], "/album/a.png"));
  g_assert_true (g_str_has_suffix (opened->paths->pdata[2], "/album/b.png"));
  end ();
}

static void
test_all_pictures_of_class_folders_can_be_had (void)
{
  g_autoptr (RnOpened) set = NULL;
  g_autoptr (RnOpened) all = NULL;

  start ();
  make_all ("s/train/cat/1.png,s/train/dog/2.png,s/test/cat/3.jpg,s/readme.txt");
  set = tell ("s");
  g_assert_cmpint (set->kind, ==, RN_OPENED_DATASET);
  g_assert_true (set->has_classes);
  all = rn_opened_tell_pictures (set->paths->pdata[0], NULL);
  g_assert_cmpint (all->kind, ==, RN_OPENED_PICTURES);
  g_assert_cmpuint (all->paths->len, ==, 3);
  end ();

  start ();
  make_all ("c100/train.bin");
  g_clear_pointer (&set, rn_opened_free);
  set = tell ("c100");
  g_assert_false (set->has_classes);
  end ();
}

static void
test_what_cannot_be_read_is_unknown (void)
{
  g_autofree char *path = NULL;
  g_autofree char *fifo = NULL;
  g_autoptr (RnOpened) opened = NULL;

  start ();
  /* a pipe that nobody writes to must not be waited for */
  fifo = g_build_filename (scratch, "pipe.json", NULL);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  opened = tell ("pipe.json");
  g_assert_cmpint (opened->kind, ==, RN_OPENED_UNKNOWN);
  if (geteuid () != 0)
    {
      path = make ("closed.png");
      g_assert_cmpint (g_chmod (path, 0), ==, 0);
      g_clear_pointer (&opened, rn_opened_free);
      opened = tell ("closed.png");
      g_assert_cmpint (opened->kind, ==, RN_OPENED_PICTURE);
    }
  end ();
}

static void
test_a_huge_folder_is_bounded_and_says_so (void)
{
  g_autoptr (RnOpened) opened = NULL;
  g_autofree char *described = NULL;
  g_autofree char *first = NULL;

  start ();
  first = make ("huge/0.png");
  for (int i = 1; i <= RN_OPENED_MAX_PICTURES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/huge/%d.png", scratch, i);

      g_assert_cmpint (link (first, path), ==, 0);
    }
  opened = tell ("huge");
  g_assert_cmpuint (opened->paths->len, ==, RN_OPENED_MAX_PICTURES);
  g_assert_true (opened->is_cut);
  described = rn_opened_describe (opened);
  g_assert_cmpstr (described, ==, "Classify the first 10000 pictures");
  end ();
}

static void
test_cancelled_means_nothing (void)
{
  const char *const paths[] = { "/", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (rn_opened_tell (paths, cancellable));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opened/each row of the table", test_each_row_of_the_table);
  g_test_add_func ("/opened/nothing is nothing", test_nothing_is_nothing);
  g_test_add_func ("/opened/pictures keep their order", test_pictures_keep_their_order);
  g_test_add_func ("/opened/all pictures of class folders can be had",
                   test_all_pictures_of_class_folders_can_be_had);
  g_test_add_func ("/opened/what cannot be read is unknown", test_what_cannot_be_read_is_unknown);
  g_test_add_func ("/opened/a huge folder is bounded, and says so",
                   test_a_huge_folder_is_bounded_and_says_so);
  g_test_add_func ("/opened/cancelled means nothing", test_cancelled_means_nothing);
  return g_test_run ();
}
