#include "formats/export.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "formats/model-file.h"
#include "residua/classify.h"
#include "residua/error.h"

#define N_PICTURES 8

static const struct
{
  const char *word;
  const char *suffix;
} formats[RN_N_FORMATS] = {
  [RN_FORMAT_SAFETENSORS] = { "safetensors", ".safetensors" },
  [RN_FORMAT_ONNX] = { "onnx", ".onnx" },
  [RN_FORMAT_C] = { "c", ".c" },
  [RN_FORMAT_TORCH_STATE] = { "torch-state", ".pth" },
};

const char *
rn_format_get_word (RnFormat format)
{
  return formats[format].word;
}

const char *
rn_format_get_suffix (RnFormat format)
{
  return formats[format].suffix;
}

gboolean
rn_format_from_word (const char *word, RnFormat *format, GError **error)
{
  for (int i = 0; i < RN_N_FORMATS; i++)
    if (strcmp (word, formats[i].word) == 0)
      {
        *format = (RnFormat) i;
        return TRUE;
      }
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is no format; there are “safetensors”, “onnx”, “c” and “torch-state”"),
               word);
  return FALSE;
}

static gboolean
set_cancelled (GError **error)
{
  g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}

gboolean
rn_export_go_on (const RnExport *export, GError **error)
{
  const double at = (double) rn_file_writer_get_position (export->writer);

  if (export->progress != NULL &&
      !export->progress (MIN (at / (double) MAX (export->size, 1), 1.0), export->user_data))
    return set_cancelled (error);
  return !rn_file_writer_has_failed (export->writer);
}

/* Everything but safetensors, which has a writer of its own */
static gboolean
write_content (RnFormat format, RnExport *export, GError **error)
{
  switch (format)
    {
    case RN_FORMAT_ONNX:
      return rn_onnx_write (export, error);
    case RN_FORMAT_C:
      return rn_c_source_write (export, error);
    case RN_FORMAT_TORCH_STATE:
      return rn_torch_state_write (export, error);
    case RN_FORMAT_SAFETENSORS:
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* What counts of @options in @format, so that one who asks and one who writes mean the same */
static RnExportOptions
effective_options (RnFormat format, const RnExportOptions *options)
{
  const RnExportOptions none = { FALSE, FALSE }, all = { TRUE, TRUE };

  if (format == RN_FORMAT_C)
    return all;
  return format == RN_FORMAT_ONNX && options != NULL ? *options : none;
}

/* @path: (nullable): NULL only counts, into @size */
static gboolean
write_file (RnModel *model, RnFormat format, const RnExportOptions *options, const char *path,
            RnProgressFunc progress, gpointer user_data, guint64 *size, GError **error)
{
  g_autoptr (RnFileWriter) writer = rn_file_writer_new (path, error);
  RnExport export = { .model = model,
                      .options = effective_options (format, options),
                      .writer = writer,
                      .progress = progress,
                      .user_data = user_data };
  GError *refused = NULL;

  if (writer == NULL)
    return FALSE;
  if (!write_content (format, &export, &refused) && refused != NULL)
    {
      g_propagate_error (error, refused);
      return FALSE;
    }
  if (size != NULL)
    *size = rn_file_writer_get_position (writer);
  return rn_file_writer_commit (writer, error);
}

gboolean
rn_model_export (RnModel *model, RnFormat format, const RnExportOptions *options, const char *path,
                 RnProgressFunc progress, gpointer user_data, GError **error)
{
  if (progress != NULL && !progress (0.0, user_data))
    return set_cancelled (error);
  if (format == RN_FORMAT_SAFETENSORS)
    return rn_model_file_write (model, path, progress, user_data, error);
  return write_file (model, format, options, path, progress, user_data, NULL, error);
}

/* Checking */

/* Logits of N_PICTURES pictures of the sample set in the size and colours that the network takes. @half: 0 or 1, of the
 * progress
 */
static float *
run (RnModel *model, int half, RnProgressFunc progress, gpointer user_data, GError **error)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 0, error);
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const gsize side = (gsize) preprocess->side,
              classes = (gsize) rn_spec_get_classes (rn_model_get_spec (model));
  g_autofree float *x = g_try_new (float, side *side *(gsize) preprocess->channels);
  g_autofree float *logits = g_new (float, N_PICTURES *classes);

  if (evaluator == NULL)
    return NULL;
  if (x == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                           _ ("There is no memory to run this network"));
      return NULL;
    }
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autoptr (RnPicture) drawn =
          rn_sample_render (RN_SPLIT_TEST, i, CLAMP (preprocess->side, 16, 2048), error);
      g_autoptr (RnPicture) view = drawn == NULL ? NULL : rn_view_single (drawn, preprocess, error);

      if (progress != NULL && !progress ((half + (double) i / N_PICTURES) / 2.0, user_data))
        {
          set_cancelled (error);
          return NULL;
        }
      if (view == NULL)
        return NULL;
      rn_preprocess_apply (preprocess, x, view);
      if (!rn_evaluator_run (evaluator, logits + (gsize) i * classes, x, 1, preprocess->side,
                             preprocess->side, NULL, error))
        return NULL;
    }
  return g_steal_pointer (&logits);
}

/* What the format cannot tell a reader; a file with our metadata needs none of it. */
static RnModel *
read_back (RnModel *model, RnFormat format, const char *path, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  RnModelHints hints = { .has_mean = TRUE,
                         .epsilon = rn_model_get_epsilon (model),
                         .side = preprocess->side };

  if (format == RN_FORMAT_C)
    return rn_c_source_read (path, model, error);
  memcpy (hints.mean, preprocess->mean, sizeof hints.mean);
  memcpy (hints.std, preprocess->std, sizeof hints.std);
  return rn_model_load (path, &hints, error);
}

static gboolean
has_same_bits (const RnModel *a, const RnModel *b)
{
  return memcmp (rn_model_get_arena (a), rn_model_get_arena (b),
                 rn_model_get_parameters (a)->n_floats * sizeof (float)) == 0;
}

/* Fills what is measured of two sets of @n logits. */
static void
compare (RnExportCheck *check, const float *before, const float *after, gsize n)
{
  double squares = 0.0;

  check->difference = 0.0;
  for (gsize i = 0; i < n; i++)
    {
      const double difference = fabs ((double) after[i] - before[i]);

      /* NaN counts as the worst */
      check->difference = difference <= check->difference ? check->difference
                          : isnan (difference)            ? G_MAXDOUBLE
                                                          : difference;
      squares += (double) before[i] * before[i];
    }
  check->allowed = 1e-4 * MAX (1.0, sqrt (squares / (double) n));
}

gboolean
rn_model_check_export (RnModel *model, RnFormat format, const RnExportOptions *options,
                       const char *path, RnExportCheck *check, RnProgressFunc progress,
                       gpointer user_data, GError **error)
{
  const gsize classes = (gsize) rn_spec_get_classes (rn_model_get_spec (model));
  g_autoptr (RnModel) again = read_back (model, format, path, error);
  g_autofree float *before = NULL, *after = NULL;

  if (again == NULL)
    return FALSE;
  if (!rn_spec_equal (rn_model_get_spec (again), rn_model_get_spec (model)))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s”, read back, is another network"),
                   path);
      return FALSE;
    }
  before = run (model, 0, progress, user_data, error);
  after = before == NULL ? NULL : run (again, 1, progress, user_data, error);
  if (after == NULL)
    return FALSE;
  check->n_pictures = N_PICTURES;
  check->same_bits = !effective_options (format, options).fold && has_same_bits (model, again);
  compare (check, before, after, N_PICTURES * classes);
  return TRUE;
}

/* Previews */

/* The first parameters and how many there are */
static void
append_tensors (GString *text, const RnModel *model)
{
  const RnParameters *parameters = rn_model_get_parameters (model);
  const int n_shown = 6;

  for (int i = 0; i < MIN (n_shown, parameters->n); i++)
    {
      const RnParameter *parameter = &parameters->items[i];

      g_string_append_printf (text, "%s  [", parameter->name);
      for (int j = 0; j < parameter->n_dims; j++)
        g_string_append_printf (text, j == 0 ? "%d" : ", %d", parameter->dims[j]);
      g_string_append (text, "]\n");
    }
  if (parameters->n > n_shown)
    g_string_append_printf (text,
                            g_dngettext (GETTEXT_PACKAGE, "… and %d more", "… and %d more",
                                         (gulong) (parameters->n - n_shown)),
                            parameters->n - n_shown);
}

static char *
describe (const RnModel *model, RnFormat format, const RnExportOptions *options)
{
  const RnLayout *layout = rn_model_get_layout (model);
  GString *text = g_string_new (NULL);

  if (format == RN_FORMAT_C)
    g_string_append_printf (text,
                            "int classify (const unsigned char *%s, float *scores);\n"
                            "extern const char *const classify_names[%d];\n\n%s  [%d, %d, %d]\n"
                            "scores  [%d]",
                            layout->in_c == 3 ? "rgb" : "grey", layout->classes,
                            layout->in_c == 3 ? "rgb" : "grey", layout->in_h, layout->in_w,
                            layout->in_c, layout->classes);
  else if (format == RN_FORMAT_ONNX)
    g_string_append_printf (text, "input  float [N, %d, %d, %d]  %s\nlogits  float [N, %d]",
                            layout->in_c, layout->in_h, layout->in_w,
                            options->preprocess ? _ ("0 to 255") : _ ("normalised"),
                            layout->classes);
  else
    append_tensors (text, model);
  return g_string_free (text, FALSE);
}

/* Whether torchvision's own constructor would make another network of the same names */
static gboolean
strides_in_1x1 (const RnSpec *spec)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      if (rn_block_kind_is_bottleneck (block->kind) && block->stride == 2 &&
          block->bottleneck_stride == RN_STRIDE_IN_1X1)
        return TRUE;
    }
  return FALSE;
}

static char *
warn (const RnModel *model, RnFormat format, const RnExportOptions *options)
{
  const gboolean is_torch = format == RN_FORMAT_SAFETENSORS || format == RN_FORMAT_TORCH_STATE;

  if (is_torch && strides_in_1x1 (rn_model_get_spec (model)))
    return g_strdup (_ ("This network strides in the first 1×1 of its bottlenecks, as the paper "
                        "has it. torchvision strides in the 3×3: its own resnet functions load "
                        "this file and compute something else."));
  if (format == RN_FORMAT_ONNX && !options->preprocess &&
      rn_model_get_preprocess (model)->pixel_mean != NULL)
    return g_strdup (_ ("This network takes a mean of each pixel away from its pictures. Whoever "
                        "uses the file has to do that, unless normalisation goes into the graph."));
  return NULL;
}

RnExportPreview *
rn_model_preview_export (RnModel *model, RnFormat format, const RnExportOptions *options,
                         GError **error)
{
  const RnExportOptions effective = effective_options (format, options);
  RnExportPreview *preview;
  guint64 size;

  if (format == RN_FORMAT_SAFETENSORS)
    size = rn_model_file_get_size (model);
  else if (!write_file (model, format, options, NULL, NULL, NULL, &size, error))
    return NULL;
  preview = g_new0 (RnExportPreview, 1);
  preview->size = size;
  preview->text = describe (model, format, &effective);
  preview->warning = warn (model, format, &effective);
  return preview;
}

void
rn_export_preview_free (RnExportPreview *preview)
{
  if (preview == NULL)
    return;
  g_free (preview->text);
  g_free (preview->warning);
  g_free (preview);
}
