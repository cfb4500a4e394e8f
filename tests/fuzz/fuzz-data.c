#include "data/image.h"
#include "residua/dataset.h"
#include "scratch.h"

/* Files of data sets. The first byte chooses: a PNG or JPEG picture; IDX pictures, with 8 labels beside them; a batch of
 * CIFAR-10. IDX files may be packed.
 */

static const uint8_t labels[] = { 0, 0, 8, 1, 0, 0, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7 };

static void
open_set (const char *path)
{
  g_autoptr (RnDataset) set = rn_dataset_open (path, 1, NULL, NULL, NULL);

  for (int split = 0; set != NULL && split < 2; split++)
    for (int i = 0; i < MIN (rn_dataset_count (set, (RnSplit) split), 100); i++)
      {
        g_autoptr (RnPicture) picture = rn_dataset_get_picture (set, (RnSplit) split, i, NULL);
        const int label = rn_dataset_get_label (set, (RnSplit) split, i);

        g_assert_nonnull (picture);
        g_assert_true (label >= 0 && label < rn_dataset_n_classes (set));
      }
}

static void
read_picture (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("a.png", data, size);
  RnImageInfo info = { 0 };
  const gboolean is_probed = rn_image_probe (path, &info, NULL);
  /* what would take longer than a fuzzer has */
  const gboolean is_large = is_probed && (gint64) info.width * info.height > 1 << 20;
  g_autoptr (RnPicture) picture = is_large ? NULL : rn_picture_load (path, NULL);

  if (picture == NULL)
    return;
  g_assert_true (is_probed);
  g_assert_cmpint (picture->width, ==, info.width);
  g_assert_cmpint (picture->height, ==, info.height);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  if (data[0] % 3 == 0)
    read_picture (data + 1, size - 1);
  else if (data[0] % 3 == 1)
    {
      g_autofree char *path = scratch_write ("t10k-images-idx3-ubyte", data + 1, size - 1);

      g_free (scratch_write ("t10k-labels-idx1-ubyte", labels, sizeof labels));
      open_set (path);
    }
  else
    {
      g_autofree char *path = scratch_write ("data_batch_1.bin", data + 1, size - 1);

      open_set (path);
    }
  return 0;
}
