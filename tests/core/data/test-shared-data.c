#include "residua/dataset.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The real files that other people made, where they are there. */

/* Returns: (nullable) (transfer full): the path of shared data; NULL, with the test skipped, where it is absent */
static char *
shared_path (const char *name)
{
  const char *folder = g_getenv ("RESIDUA_SHARED");
  g_autofree char *beside =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", NULL);
  char *path = g_build_filename (folder != NULL ? folder : beside, "data", name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_test_skip ("the shared data is absent: set RESIDUA_SHARED to its folder");
  g_free (path);
  return NULL;
}

static RnDataset *
open_shared (const char *path)
{
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = rn_dataset_open (path, 1, NULL, NULL, &error);

  g_assert_no_error (error);
  return dataset;
}

/* SHA-256 of the first @count test pictures as planes, as the reference files hash them */
static char *
hash_of_planes (RnDataset *dataset, int count)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int i = 0; i < count; i++)
    {
      g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, i, NULL);
      guint8 planes[3072];

      for (int c = 0; c < 3; c++)
        for (int p = 0; p < 1024; p++)
          planes[c * 1024 + p] = picture->pixels[p * 3 + c];
      g_checksum_update (checksum, planes, sizeof planes);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

/* The reference's own hash and labels */
static void
check_against_reference (RnDataset *dataset, const char *name, int count)
{
  g_autofree char *path = shared_path (name);
  g_autofree char *hash = hash_of_planes (dataset, count);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  g_assert_nonnull (path);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (hash, ==, json_object_get_string_member (root, "pixel_sha256"));
  for (int i = 0; json_object_has_member (root, "labels") && i < count; i++)
    g_assert_cmpint (rn_dataset_get_label (dataset, RN_SPLIT_TEST, i), ==,
                     json_array_get_int_element (json_object_get_array_member (root, "labels"),
                                                 (guint) i));
}

static void
cifar_10_is_read_to_the_byte (void)
{
  g_autofree char *path = shared_path ("cifar10-exact");
  g_autoptr (RnDataset) dataset = NULL;

  if (path == NULL)
    return;
  dataset = open_shared (path);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 4000 + 4 * 932);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 846);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 10);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[0], ==, "airplane");
  check_against_reference (dataset, "resnet20/reference_logits_resnet20.json", 16);
  check_against_reference (dataset, "resnet20/layer_responses.json", 128);
}

static void
fashion_mnist_is_read_whole (void)
{
  g_autofree char *path = shared_path ("fashion-mnist");
  g_autoptr (RnDataset) dataset = NULL;
  int counts[2][10] = { { 0 } }, width, height;

  if (path == NULL)
    return;
  dataset = open_shared (path);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 60000);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 10000);
  rn_dataset_get_size (dataset, &width, &height);
  g_assert_cmpint (width, ==, 28);
  g_assert_cmpint (height, ==, 28);
  g_assert_cmpint (rn_dataset_get_channels (dataset), ==, 1);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[0], ==, "T-shirt/top");
  /* The set is balanced by design. */
  for (int split = 0; split < 2; split++)
    for (int i = 0; i < rn_dataset_count (dataset, (RnSplit) split); i++)
      counts[split][rn_dataset_get_label (dataset, (RnSplit) split, i)]++;
  for (int c = 0; c < 10; c++)
    {
      g_assert_cmpint (counts[RN_SPLIT_TRAIN][c], ==, 6000);
      g_assert_cmpint (counts[RN_SPLIT_TEST][c], ==, 1000);
    }
  g_assert_null (rn_dataset_get_warnings (dataset)[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared-data/cifar-10-is-read-to-the-byte", cifar_10_is_read_to_the_byte);
  g_test_add_func ("/shared-data/fashion-mnist-is-read-whole", fashion_mnist_is_read_whole);
  return g_test_run ();
}
