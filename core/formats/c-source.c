#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/number.h"
#include "compute/memory.h"
#include "formats/c-text.h"
#include "formats/export.h"
#include "formats/fold.h"
#include "network/plan.h"
#include "residua/cost.h"
#include "residua/error.h"

/* A model as one file of C99. Batch-norm is folded, channels are innermost as in the core, filters are packed as
 * [K/16,R,S,C,16] with zeros where K ends, which lets a compiler keep 16 sums in registers. Three buffers take turns as
 * in the running path, and all are static.
 */

#define LANES 16
#define MAX_BUFFERS ((gsize) 64 << 20) /* floats, all buffers together */
#define COLUMNS 100

static int
pad_up (int channels)
{
  return (channels + LANES - 1) / LANES * LANES;
}

/* Arrays of numbers */

/* A float as C99 writes it: what reads back to the same bits, with a point or an exponent, and its suffix */
static void
print_float (char text[RN_NUMBER_SIZE + 4], float value)
{
  rn_number_print_float (text, value);
  if (strpbrk (text, ".e") == NULL)
    strcat (text, ".0");
  strcat (text, "f");
}

static void
add_array (RnFileWriter *writer, const char *name, const float *values, gsize count)
{
  char text[RN_NUMBER_SIZE + 4];
  gsize column = 0;

  rn_file_writer_printf (writer, "static const float %s[%zu] = {", name, count);
  for (gsize i = 0; i < count; i++)
    {
      gsize length;

      if (values[i] == 0.0f)
        strcpy (text, "0");
      else
        print_float (text, values[i]);
      length = strlen (text) + 2;
      if (i == 0 || column + length > COLUMNS)
        {
          rn_file_writer_add_text (writer, i == 0 ? "\n  " : ",\n  ");
          column = 2;
        }
      else
        rn_file_writer_add (writer, ", ", 2);
      rn_file_writer_add_text (writer, text);
      column += length;
    }
  rn_file_writer_add_text (writer, "\n};\n\n");
}

/* packed [K/16,RS,C,16] = filter [K,RS,C] */
static void
pack (float *packed, const float *filter, int k_n, gsize rs_n, int c_n)
{
  memset (packed, 0, (gsize) pad_up (k_n) * rs_n * (gsize) c_n * sizeof *packed);
  for (int k = 0; k < k_n; k++)
    for (gsize i = 0; i < rs_n * (gsize) c_n; i++)
      packed[(gsize) (k / LANES) * rs_n * (gsize) c_n * LANES + i * LANES + (gsize) (k % LANES)] =
          filter[(gsize) k * rs_n * (gsize) c_n + i];
}

/* "layer1.0.conv1" and "weight" to "layer1_0_conv1_weight" */
static char *
identifier (const char *name, const char *what)
{
  return g_strdelimit (g_strconcat (name, "_", what, NULL), ".", '_');
}

/* What a filter and a bias take on the way into the file */
typedef struct
{
  float *filter;
  float *packed;
  float *bias; /* of the padded length */
} Scratch;

static void
scratch_clear (Scratch *scratch)
{
  rn_floats_free (scratch->filter);
  rn_floats_free (scratch->packed);
  rn_floats_free (scratch->bias);
}

static gboolean
scratch_init (Scratch *scratch, const RnLayout *layout)
{
  gsize largest = (gsize) pad_up (layout->classes) * (gsize) layout->out_c;
  gsize widest = (gsize) pad_up (layout->classes);

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      largest = MAX (largest, (gsize) pad_up (conv->out_c) * (gsize) conv->in_c *
                                  (gsize) (conv->kernel * conv->kernel));
      widest = MAX (widest, (gsize) pad_up (conv->out_c));
    }
  scratch->filter = rn_floats_new (largest);
  scratch->packed = rn_floats_new (largest);
  scratch->bias = rn_floats_new (widest);
  return scratch->filter != NULL && scratch->packed != NULL && scratch->bias != NULL;
}

static void
add_layer (RnFileWriter *writer, const Scratch *scratch, const char *name, int k_n, gsize rs_n,
           int c_n)
{
  g_autofree char *weight = identifier (name, "weight"), *bias = identifier (name, "bias");

  pack (scratch->packed, scratch->filter, k_n, rs_n, c_n);
  for (int k = k_n; k < pad_up (k_n); k++)
    scratch->bias[k] = 0.0f;
  add_array (writer, weight, scratch->packed, (gsize) pad_up (k_n) * rs_n * (gsize) c_n);
  add_array (writer, bias, scratch->bias, (gsize) pad_up (k_n));
}

static void
add_preprocess_arrays (RnFileWriter *writer, const RnPreprocess *preprocess)
{
  const gsize n = (gsize) preprocess->side * (gsize) preprocess->side,
              channels = (gsize) preprocess->channels;

  if (preprocess->pixel_mean != NULL)
    add_array (writer, "mean", preprocess->pixel_mean, n * channels);
  else
    add_array (writer, "mean", preprocess->mean, channels);
  add_array (writer, "deviation", preprocess->std, channels);
}

static gboolean
add_arrays (RnExport *export, GError **error)
{
  const RnLayout *layout = rn_model_get_layout (export->model);
  const RnParameters *parameters = rn_model_get_parameters (export->model);
  const float *arena = rn_model_get_arena (export->model);
  const RnParameter *weight = rn_parameters_get (parameters, -1, RN_PARAMETER_FC_WEIGHT);
  const RnParameter *bias = rn_parameters_get (parameters, -1, RN_PARAMETER_FC_BIAS);
  Scratch scratch = { NULL };
  gboolean complete = scratch_init (&scratch, layout);

  if (!complete)
    g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                         _ ("There is no memory to write this network"));
  else
    add_preprocess_arrays (export->writer, rn_model_get_preprocess (export->model));
  for (int i = 0; complete && i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      rn_fold_filter (export->model, i, scratch.filter);
      rn_fold_bias (export->model, i, scratch.bias);
      add_layer (export->writer, &scratch, conv->conv_name, conv->out_c,
                 (gsize) (conv->kernel * conv->kernel), conv->in_c);
      complete = rn_export_go_on (export, error);
    }
  if (complete)
    {
      memcpy (scratch.filter, arena + weight->offset, weight->count * sizeof (float));
      memcpy (scratch.bias, arena + bias->offset, bias->count * sizeof (float));
      add_layer (export->writer, &scratch, "fc", layout->classes, 1, layout->out_c);
    }
  scratch_clear (&scratch);
  return complete;
}

/* The function: the order of the calls is that of the running path */

static void
add_conv_call (RnFileWriter *writer, const RnLayoutConv *conv, const char *y, const char *x,
               const char *s, gboolean relu)
{
  g_autofree char *weight = identifier (conv->conv_name, "weight");
  g_autofree char *bias = identifier (conv->conv_name, "bias");

  rn_file_writer_printf (writer, "  convolve (%s, %s, %s, %s, %s, %d, %d, %d, %d, %d, %d, %d);\n",
                         y, x, weight, bias, s, relu, conv->in_h, conv->in_w, conv->in_c,
                         conv->out_c, conv->kernel, conv->stride);
}

/* Returns: what the sum takes beside the branch, "0" in plain blocks */
static const char *
add_shortcut_call (RnFileWriter *writer, const RnLayout *layout, const RnLayoutBlock *block,
                   const char *x)
{
  switch (block->shortcut)
    {
    case RN_PATH_IDENTITY:
      return x;
    case RN_PATH_SUBSAMPLE:
      rn_file_writer_printf (writer, "  subsample (shortcut, %s, %d, %d, %d, %d, %d, %d);\n", x,
                             block->in_h, block->in_w, block->in_c, block->out_c, block->pad_before,
                             rn_block_stride_of (layout, block));
      return "shortcut";
    case RN_PATH_PROJECTION:
      add_conv_call (writer, &layout->convs[block->downsample], "shortcut", x, "0", FALSE);
      return "shortcut";
    case RN_PATH_NONE:
    default:
      return "0";
    }
}

/* @turn: in: the block's input is turn[0]; out: its output is */
static void
add_block_calls (RnFileWriter *writer, const RnLayout *layout, const RnLayoutBlock *block,
                 const char *turn[3])
{
  const char *x = turn[0], *in = x, *out = turn[1], *s;

  rn_file_writer_printf (writer, "\n  /* %s */\n", block->name);
  s = add_shortcut_call (writer, layout, block, x);
  for (int i = 0; i < block->n_convs; i++)
    {
      out = i % 2 == 0 ? turn[1] : turn[2];
      add_conv_call (writer, &layout->convs[block->first_conv + i], out, in,
                     i == block->n_convs - 1 ? s : "0", TRUE);
      in = out;
    }
  turn[out == turn[1] ? 1 : 2] = x;
  turn[0] = out;
}

static void
add_function (RnFileWriter *writer, const RnLayout *layout, const char *picture,
              gboolean mean_per_pixel)
{
  const char *turn[3] = { "a", "b", "c" };
  const RnLayoutConv *stem = &layout->convs[0];

  rn_file_writer_printf (writer, "int\nclassify (const unsigned char *%s, float *scores)\n{\n",
                         picture);
  rn_file_writer_printf (writer, "  normalise (c, %s, %d, %d);\n", picture,
                         layout->in_h * layout->in_w, mean_per_pixel);
  add_conv_call (writer, stem, "a", "c", "0", TRUE);
  if (layout->pool)
    {
      rn_file_writer_printf (writer, "  max_pool (b, a, %d, %d, %d);\n", stem->out_h, stem->out_w,
                             stem->out_c);
      turn[0] = "b";
      turn[1] = "a";
    }
  for (int b = 0; b < layout->n_blocks; b++)
    add_block_calls (writer, layout, &layout->blocks[b], turn);
  rn_file_writer_printf (writer,
                         "\n  average (%s, %s, %d, %d);\n"
                         "  convolve (scores, %s, fc_weight, fc_bias, 0, 0, 1, 1, %d, %d, 1, 1);\n"
                         "  return largest (scores, %d);\n}\n",
                         turn[1], turn[0], layout->out_h * layout->out_w, layout->out_c, turn[1],
                         layout->out_c, layout->classes, layout->classes);
}

/* Buffers, floats */
typedef struct
{
  gsize turn;
  gsize shortcut;
} Sizes;

static Sizes
measure (const RnLayout *layout)
{
  Sizes sizes = { MAX ((gsize) layout->in_h * (gsize) layout->in_w * (gsize) layout->in_c,
                       (gsize) layout->out_c),
                  0 };

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      sizes.turn =
          MAX (sizes.turn, (gsize) conv->out_h * (gsize) conv->out_w * (gsize) conv->out_c);
    }
  for (int b = 0; b < layout->n_blocks; b++)
    {
      const RnLayoutBlock *block = &layout->blocks[b];

      if (block->shortcut == RN_PATH_SUBSAMPLE || block->shortcut == RN_PATH_PROJECTION)
        sizes.shortcut = MAX (sizes.shortcut,
                              (gsize) block->out_h * (gsize) block->out_w * (gsize) block->out_c);
    }
  return sizes;
}

static void
add_buffers (RnFileWriter *writer, Sizes sizes)
{
  rn_file_writer_printf (writer, "static float a[%zu], b[%zu], c[%zu];\n", sizes.turn, sizes.turn,
                         sizes.turn);
  if (sizes.shortcut > 0)
    rn_file_writer_printf (writer, "static float shortcut[%zu];\n", sizes.shortcut);
  rn_file_writer_add_text (writer, "\n");
}

static gboolean
check_fits (const RnSpec *spec, Sizes sizes, GError **error)
{
  RnCost cost;

  rn_cost_of_network (spec, 1, 1, &cost);
  if (cost.parameters > RN_C_MAX_PARAMETERS)
    {
      g_set_error (
          error, RN_ERROR, RN_ERROR_SHAPE,
          _ ("This network has %.1f million parameters; as C, at most %d million are written, as "
             "compilers take long for more. ONNX has no such limit"),
          (double) cost.parameters * 1e-6, RN_C_MAX_PARAMETERS / 1000000);
      return FALSE;
    }
  if (3 * sizes.turn + sizes.shortcut > MAX_BUFFERS)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("As C this network would need %.0f MB of static memory for a picture of %d × "
                      "%d, and %.0f MB is the most. ONNX has no such limit"),
                   (double) (3 * sizes.turn + sizes.shortcut) * 4e-6, rn_spec_get_side (spec),
                   rn_spec_get_side (spec), (double) MAX_BUFFERS * 4e-6);
      return FALSE;
    }
  return TRUE;
}

static RnCText
describe (RnModel *model, Sizes sizes)
{
  const RnLayout *layout = rn_model_get_layout (model);
  RnCText text = { .model = model,
                   .picture = layout->in_c == 3 ? "rgb" : "grey",
                   .buffer_bytes = (3 * sizes.turn + sizes.shortcut) * sizeof (float) };

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      text.number_bytes += sizeof (float) * (gsize) pad_up (conv->out_c) *
                           (1 + (gsize) conv->in_c * (gsize) (conv->kernel * conv->kernel));
    }
  text.number_bytes +=
      sizeof (float) * (gsize) pad_up (layout->classes) * (1 + (gsize) layout->out_c);
  text.has_pool = layout->pool;
  for (int b = 0; b < layout->n_blocks; b++)
    text.has_subsample |= layout->blocks[b].shortcut == RN_PATH_SUBSAMPLE;
  return text;
}

gboolean
rn_c_source_write (RnExport *export, GError **error)
{
  const RnLayout *layout = rn_model_get_layout (export->model);
  const Sizes sizes = measure (layout);
  RnCText text;

  if (!check_fits (rn_model_get_spec (export->model), sizes, error))
    return FALSE;
  text = describe (export->model, sizes);
  export->size = text.number_bytes * 13 / 4; /* characters a number, about */
  rn_c_text_add_head (export->writer, &text);
  add_buffers (export->writer, sizes);
  if (!add_arrays (export, error))
    return FALSE;
  rn_c_text_add_functions (export->writer, &text);
  add_function (export->writer, layout, text.picture,
                rn_model_get_preprocess (export->model)->pixel_mean != NULL);
  return TRUE;
}
