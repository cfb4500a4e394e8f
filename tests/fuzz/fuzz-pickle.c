#include "formats/torch-file.h"
#include "formats/zip-writer.h"
#include "scratch.h"
#include "tensors.h"

/* The pickle of a PyTorch file alone, in a zip with right checksums and two storages, which a fuzzer would hardly make. */

#define N_STORAGE 64

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 storage[N_STORAGE] = { 0, 0, 0x80, 0x3f };
  g_autofree char *path = g_build_filename (scratch_folder (), "a.pth", NULL);
  g_autoptr (RnFileWriter) writer = rn_file_writer_new (path, NULL);
  g_autoptr (RnZipWriter) zip = rn_zip_writer_new (writer);
  g_autoptr (RnTensorFile) file = NULL;

  rn_zip_writer_add (zip, "a/data.pkl", data, size);
  rn_zip_writer_add (zip, "a/data/0", storage, sizeof storage);
  rn_zip_writer_add (zip, "a/data/1", storage, sizeof storage / 2);
  scratch_check (rn_zip_writer_finish (zip) && rn_file_writer_commit (writer, NULL));
  file = rn_torch_file_open (path, NULL);
  tensors_read_all (file);
  return 0;
}
