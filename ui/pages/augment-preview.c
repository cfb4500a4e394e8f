#include "pages/augment-preview.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "charts/palette.h"
#include "pages/sample-cell.h"
#include "pages/thumbnail.h"
#include "state/format.h"

#define COLUMNS 4
#define ROWS (RN_AUGMENT_PREVIEW_N / COLUMNS)
#define CELL RN_SAMPLE_CELL_SIZE
#define GAP 6

struct _RnAugmentPreview
{
  GtkWidget parent_instance;

  RnPicture *picture;
  RnAugmentInput input;
  gint64 epoch;
  GdkTexture *textures[RN_AUGMENT_PREVIEW_N];
  gboolean is_making;
  gboolean is_stale; /* what is being made is of the past */
};

G_DEFINE_FINAL_TYPE (RnAugmentPreview, rn_augment_preview, GTK_TYPE_WIDGET)

typedef struct
{
  RnPicture *picture;
  RnAugmentInput input;
  gint64 epoch;
  int size_px;
  GdkTexture *textures[RN_AUGMENT_PREVIEW_N];
} Making;

static void
making_free (gpointer data)
{
  Making *making = data;

  rn_picture_unref (making->picture);
  for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
    g_clear_object (&making->textures[i]);
  g_free (making);
}

/* The inverse of normalisation, clamped to what a screen can show */
static void
to_bytes (const RnAugmentInput *input, const float *x, RnPicture *picture)
{
  const gsize n = (gsize) input->side * (gsize) input->side;
  guint8 *byte = picture->pixels;

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < input->channels; c++, x++)
      *byte++ = (guint8) lrintf (CLAMP (*x * input->std[c] + input->mean[c], 0.0f, 1.0f) * 255.0f);
}

static GdkTexture *
make_texture (const Making *making, RnPicture *picture, float *x, int at, GError **error)
{
  const RnAugmentInput *input = &making->input;
  RnPreprocess preprocess = { .side = input->side, .channels = input->channels };
  g_autoptr (RnPicture) seen = rn_picture_new (input->side, input->side, input->channels, error);

  for (int c = 0; c < 3; c++)
    {
      preprocess.mean[c] = input->mean[c];
      preprocess.std[c] = input->std[c];
    }
  if (seen == NULL ||
      !rn_augment_picture (&input->augment, &preprocess, input->has_axes ? input->axes : NULL, x,
                           picture, input->seed, making->epoch + at, input->index, error))
    return NULL;
  to_bytes (input, x, seen);
  return rn_thumbnail_new (seen, making->size_px, error);
}

static void
make_textures (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Making *making = data;
  const gsize n =
      (gsize) making->input.side * (gsize) making->input.side * (gsize) making->input.channels;
  g_autofree float *x = g_try_new (float, n);
  g_autoptr (RnPicture) picture =
      rn_picture_convert (making->picture, making->input.channels, NULL);

  for (int i = 0; i < RN_AUGMENT_PREVIEW_N && x != NULL && picture != NULL; i++)
    making->textures[i] = make_texture (making, picture, x, i, NULL);
  g_task_return_boolean (task, TRUE);
}

static void start_making (RnAugmentPreview *self);

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  RnAugmentPreview *self = RN_AUGMENT_PREVIEW (object);
  Making *making = g_task_get_task_data (G_TASK (result));

  self->is_making = FALSE;
  if (self->is_stale)
    {
      start_making (self);
      return;
    }
  for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
    g_set_object (&self->textures[i], making->textures[i]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
start_making (RnAugmentPreview *self)
{
  g_autoptr (GTask) task = NULL;
  Making *making;

  self->is_stale = self->is_making;
  if (self->is_making || self->picture == NULL)
    return;
  making = g_new0 (Making, 1);
  making->picture = rn_picture_ref (self->picture);
  making->input = self->input;
  making->epoch = self->epoch;
  making->size_px = CELL * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  task = g_task_new (self, NULL, on_made, NULL);
  g_task_set_task_data (task, making, making_free);
  self->is_making = TRUE;
  g_task_run_in_thread (task, make_textures);
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnAugmentPreview *self = RN_AUGMENT_PREVIEW (widget);
  const int scale = gtk_widget_get_scale_factor (widget);
  const int left = (gtk_widget_get_width (widget) - COLUMNS * CELL - (COLUMNS - 1) * GAP) / 2;
  RnPalette palette;

  rn_palette_get (widget, &palette);
  for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
    {
      const int x = left + i % COLUMNS * (CELL + GAP), y = i / COLUMNS * (CELL + GAP);
      GdkTexture *texture = self->textures[i];
      const int w = texture != NULL ? gdk_texture_get_width (texture) : CELL * scale;
      const int h = texture != NULL ? gdk_texture_get_height (texture) : CELL * scale;
      const graphene_rect_t bounds =
          GRAPHENE_RECT_INIT ((float) x + (float) ((CELL * scale - w) / 2) / (float) scale,
                              (float) y + (float) ((CELL * scale - h) / 2) / (float) scale,
                              (float) w / (float) scale, (float) h / (float) scale);

      if (texture != NULL)
        gtk_snapshot_append_texture (snapshot, texture, &bounds);
      else
        gtk_snapshot_append_color (snapshot, &palette.tint, &bounds);
    }
}

static void
measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
         int *minimum_baseline, int *natural_baseline)
{
  const int n = orientation == GTK_ORIENTATION_HORIZONTAL ? COLUMNS : ROWS;

  *minimum = *natural = n * CELL + (n - 1) * GAP;
}

static void
rn_augment_preview_init (RnAugmentPreview *self)
{
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (start_making), NULL);
}

static void
dispose (GObject *object)
{
  RnAugmentPreview *self = RN_AUGMENT_PREVIEW (object);

  g_clear_pointer (&self->picture, rn_picture_unref);
  for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
    g_clear_object (&self->textures[i]);
  G_OBJECT_CLASS (rn_augment_preview_parent_class)->dispose (object);
}

static void
rn_augment_preview_class_init (RnAugmentPreviewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

GtkWidget *
rn_augment_preview_new (void)
{
  return g_object_new (RN_TYPE_AUGMENT_PREVIEW, NULL);
}

static void
describe (RnAugmentPreview *self)
{
  g_autofree char *first = rn_format_count (self->epoch + 1);
  g_autofree char *last = rn_format_count (self->epoch + RN_AUGMENT_PREVIEW_N);
  g_autofree char *text =
      g_strdup_printf (_ ("The picture as the network meets it in epochs %s to %s"), first, last);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
}

void
rn_augment_preview_set (RnAugmentPreview *self, RnPicture *picture, const RnAugmentInput *input)
{
  g_return_if_fail (RN_IS_AUGMENT_PREVIEW (self));
  g_return_if_fail (picture == NULL || input->side >= 1);

  /* asked for again ten times a second while a data set is being opened */
  if (picture == self->picture &&
      (picture == NULL || memcmp (input, &self->input, sizeof *input) == 0))
    return;
  if (picture != NULL)
    rn_picture_ref (picture);
  g_clear_pointer (&self->picture, rn_picture_unref);
  self->picture = picture;
  if (picture == NULL)
    for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
      g_clear_object (&self->textures[i]);
  else
    self->input = *input;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  start_making (self);
}

void
rn_augment_preview_again (RnAugmentPreview *self)
{
  g_return_if_fail (RN_IS_AUGMENT_PREVIEW (self));

  self->epoch += RN_AUGMENT_PREVIEW_N;
  describe (self);
  start_making (self);
}

gint64
rn_augment_preview_get_epoch (RnAugmentPreview *self)
{
  return self->epoch;
}

GdkTexture *
rn_augment_preview_get_texture (RnAugmentPreview *self, int at)
{
  g_return_val_if_fail (at >= 0 && at < RN_AUGMENT_PREVIEW_N, NULL);

  return self->textures[at];
}
