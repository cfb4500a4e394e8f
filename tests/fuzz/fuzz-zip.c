#include "formats/zip-reader.h"
#include "scratch.h"

/* The directory of a zip file, and all of its entries. */

#define MAX_SIZE (1 << 20)

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("a.zip", data, size);
  g_autoptr (RnTensorFile) file = rn_tensor_file_open (path, NULL);
  g_autoptr (RnZip) zip = file == NULL ? NULL : rn_zip_new (file, NULL);

  for (guint i = 0; zip != NULL && i < zip->entries->len; i++)
    {
      const RnZipEntry *entry = &g_array_index (zip->entries, RnZipEntry, i);
      g_autoptr (GBytes) bytes = rn_zip_read (zip, entry, MAX_SIZE, NULL);

      g_assert_true (rn_zip_find (zip, entry->name) == entry);
      g_assert_true (bytes == NULL || g_bytes_get_size (bytes) == entry->size);
    }
  return 0;
}
