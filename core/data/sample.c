#include "data/sample.h"

#include <cairo.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "compute/info.h"
#include "data/sample-scene.h"
#include "residua/error.h"

#define PLANE (RN_SAMPLE_SIDE * RN_SAMPLE_SIDE)
#define DIGEST_LENGTH 32
#define ALL_BYTES ((gsize) RN_SAMPLE_COUNT * RN_SAMPLE_RECORD)
/* Scenes that a thread takes at once: about 5 ms of work */
#define PIECE 16

const char *const rn_sample_classes[11] = {
  "house", "tree", "fish", "star", "car", "flower", "cup", "boat", "key", "face", NULL,
};

typedef struct
{
  guint8 *records;
  int first;
  int count;
  int next; /* atomic: the first scene that nobody has taken */
  int stop; /* atomic */
} Drawing;

static void
draw_record (guint8 *record, int at)
{
  const RnSplit split = at < RN_SAMPLE_TRAIN ? RN_SPLIT_TRAIN : RN_SPLIT_TEST;
  const int index = split == RN_SPLIT_TRAIN ? at : at - RN_SAMPLE_TRAIN;
  guint8 rgb[3 * PLANE];

  rn_sample_scene_draw (split, index, RN_SAMPLE_SIDE, rgb);
  record[0] = (guint8) rn_sample_scene_label (index);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < PLANE; i++)
      record[1 + c * PLANE + i] = rgb[3 * i + c];
}

/* Draws one piece. Returns: FALSE when there is none left */
static gboolean
draw_piece (Drawing *drawing)
{
  const int from = g_atomic_int_add (&drawing->next, PIECE);
  const int to = MIN (from + PIECE, drawing->count);

  if (from >= drawing->count || g_atomic_int_get (&drawing->stop))
    return FALSE;
  for (int i = from; i < to; i++)
    draw_record (drawing->records + (gsize) i * RN_SAMPLE_RECORD, drawing->first + i);
  return TRUE;
}

static gpointer
draw_pieces (gpointer data)
{
  while (draw_piece (data))
    ;
  return NULL;
}

static gboolean
report (RnProgressFunc progress, gpointer user_data, double done, GError **error)
{
  if (progress == NULL || progress (done, user_data))
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED,
                       _ ("Drawing the sample set was cancelled"));
  return FALSE;
}

gboolean
rn_sample_draw (guint8 *records, int first, int count, int n_threads, RnProgressFunc progress,
                gpointer user_data, GError **error)
{
  Drawing drawing = { records, first, count, 0, 0 };
  g_autoptr (GPtrArray) helpers = g_ptr_array_new ();
  gboolean going = TRUE;

  g_return_val_if_fail (first >= 0 && count >= 0 && first + count <= RN_SAMPLE_COUNT, FALSE);
  g_return_val_if_fail (n_threads >= 1, FALSE);

  for (int i = 1; i < n_threads; i++)
    {
      GThread *helper = g_thread_try_new ("rn-sample", draw_pieces, &drawing, NULL);

      /* The caller draws too, so fewer threads only take longer. */
      if (helper != NULL)
        g_ptr_array_add (helpers, helper);
    }
  while (going && draw_piece (&drawing))
    {
      const int taken = MIN (g_atomic_int_get (&drawing.next), count);

      going = report (progress, user_data, (double) taken / count, error);
    }
  if (!going)
    g_atomic_int_set (&drawing.stop, 1);
  for (guint i = 0; i < helpers->len; i++)
    g_thread_join (helpers->pdata[i]);
  return going;
}

char *
rn_sample_get_cache_path (void)
{
  g_autofree char *name = g_strdup_printf ("sample-%d-%d-cairo-%s.bin", SAMPLE_SCENE_SEED,
                                           SAMPLE_SCENE_VERSION, cairo_version_string ());

  return g_build_filename (g_get_user_cache_dir (), "residua", name, NULL);
}

static void
digest_of (const guint8 *records, guint8 digest[DIGEST_LENGTH])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = DIGEST_LENGTH;

  g_checksum_update (checksum, records, (gssize) ALL_BYTES);
  g_checksum_get_digest (checksum, digest, &length);
}

/* The file is the SHA-256 of the records, then the records. Returns: (transfer full) (nullable): the records, NULL
 * where there is no whole cache */
static GBytes *
read_cache (const char *path)
{
  g_autoptr (GBytes) file = rn_file_read (path, DIGEST_LENGTH + ALL_BYTES, NULL);
  guint8 digest[DIGEST_LENGTH];
  const guint8 *bytes;
  gsize length;

  if (file == NULL)
    return NULL;
  bytes = g_bytes_get_data (file, &length);
  if (length != DIGEST_LENGTH + ALL_BYTES)
    return NULL;
  digest_of (bytes + DIGEST_LENGTH, digest);
  if (memcmp (digest, bytes, DIGEST_LENGTH) != 0)
    return NULL;
  return g_bytes_new_from_bytes (file, DIGEST_LENGTH, ALL_BYTES);
}

static void
write_cache (const char *path, const guint8 *file)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0 &&
      !rn_file_replace (path, file, DIGEST_LENGTH + ALL_BYTES, NULL))
    g_debug ("The sample set is not cached in “%s”", path);
}

GBytes *
rn_sample_load (RnProgressFunc progress, gpointer user_data, GError **error)
{
  g_autofree char *path = rn_sample_get_cache_path ();
  g_autoptr (GBytes) records = read_cache (path);
  g_autoptr (GBytes) file = NULL;
  guint8 *bytes;

  if (records != NULL)
    return report (progress, user_data, 1.0, error) ? g_steal_pointer (&records) : NULL;

  bytes = g_malloc (DIGEST_LENGTH + ALL_BYTES);
  file = g_bytes_new_take (bytes, DIGEST_LENGTH + ALL_BYTES);
  if (!rn_sample_draw (bytes + DIGEST_LENGTH, 0, RN_SAMPLE_COUNT, rn_info_n_processors (), progress,
                       user_data, error))
    return NULL;
  digest_of (bytes + DIGEST_LENGTH, bytes);
  write_cache (path, bytes);
  return g_bytes_new_from_bytes (file, DIGEST_LENGTH, ALL_BYTES);
}

RnPicture *
rn_sample_render (RnSplit split, int index, int side, GError **error)
{
  RnPicture *picture;

  g_return_val_if_fail (split == RN_SPLIT_TRAIN || split == RN_SPLIT_TEST, NULL);
  g_return_val_if_fail (index >= 0, NULL);
  g_return_val_if_fail (side >= 16 && side <= 2048, NULL);

  picture = rn_picture_new (side, side, 3, error);
  if (picture != NULL)
    rn_sample_scene_draw (split, index, side, picture->pixels);
  return picture;
}
