#include "formats/c-text.h"

#include <string.h>

#include "base/number.h"

/* C99 promises string literals of this many bytes. */
#define MAX_LITERAL 4000

/* A name for a comment: nothing in it can end the comment, or be taken for a trigraph or the end of a line. */
static char *
quote_comment (const char *name)
{
  GString *text = g_string_new (NULL);

  for (; *name != '\0'; name++)
    {
      const guchar c = (guchar) *name;
      const gboolean is_plain = c >= 0x80 || (c >= ' ' && strchr ("*/\\?\x7f", c) == NULL);

      g_string_append_c (text, is_plain ? *name : '_');
    }
  return g_string_free (text, FALSE);
}

/* What is not plain becomes three octal digits, so that no digit behind it is taken for a part of it. */
static char *
quote_literal (const char *name)
{
  GString *text = g_string_new ("\"");

  for (int i = 0; name[i] != '\0' && i < MAX_LITERAL; i++)
    {
      const guchar c = (guchar) name[i];

      if (c < ' ' || c >= 0x7f || strchr ("\"\\?", c) != NULL)
        g_string_append_printf (text, "\\%03o", c);
      else
        g_string_append_c (text, name[i]);
    }
  g_string_append_c (text, '"');
  return g_string_free (text, FALSE);
}

static void
add_preprocess_comment (RnFileWriter *writer, const RnPreprocess *preprocess)
{
  char mean[RN_NUMBER_SIZE], deviation[RN_NUMBER_SIZE];

  rn_file_writer_add_text (writer, " *   Normalised inside: (byte / 255 - mean) / deviation,");
  if (preprocess->pixel_mean != NULL)
    rn_file_writer_add_text (writer, " with a mean for each pixel");
  else
    for (int i = 0; i < preprocess->channels; i++)
      rn_file_writer_printf (writer, "%s %s / %s", i == 0 ? "" : ",",
                             rn_number_print_float (mean, preprocess->mean[i]),
                             rn_number_print_float (deviation, preprocess->std[i]));
  rn_file_writer_add_text (writer, ".\n");
}

static void
add_comment (RnFileWriter *writer, const RnCText *text)
{
  const RnSpec *spec = rn_model_get_spec (text->model);
  const int side = rn_spec_get_side (spec), channels = rn_spec_get_channels (spec);
  g_autofree char *name = quote_comment (rn_spec_get_name (spec));

  rn_file_writer_printf (
      writer,
      "/* %s%sa residual network (He et al. 2015), written as C99 by Residua. It needs nothing\n"
      " * but a compiler: cc -O2 -c FILE\n"
      " *\n"
      " *   extern const char *const classify_names[%d];\n"
      " *   int classify (const unsigned char *%s, float *scores);\n"
      " *\n",
      name, *name != '\0' ? ": " : "", rn_spec_get_classes (spec), text->picture);
  rn_file_writer_printf (writer,
                         " * %s: %d rows of %d pixels from the top, each pixel %s: %d bytes.\n",
                         text->picture, side, side,
                         channels == 3 ? "a byte of red, of green, of blue"
                                       : "one byte, 255 is white",
                         side * side * channels);
  add_preprocess_comment (writer, rn_model_get_preprocess (text->model));
  rn_file_writer_printf (
      writer,
      " * scores: receives %d numbers, one a class, before softmax.\n"
      " * Returns: the class with the largest score, an index into classify_names.\n"
      " *\n"
      " * Numbers take %.2f MB, static buffers %.2f MB; nothing is allocated. As the buffers are\n"
      " * static, one thread at a time may call it. Batch-norm is folded into the filters.\n"
      " */\n\n",
      rn_spec_get_classes (spec), (double) text->number_bytes * 1e-6,
      (double) text->buffer_bytes * 1e-6);
}

static void
add_names (RnFileWriter *writer, const RnModel *model)
{
  const char *const *classes = rn_model_get_classes (model);
  const int n = rn_spec_get_classes (rn_model_get_spec (model));

  rn_file_writer_printf (writer, "extern const char *const classify_names[%d];\n", n);
  rn_file_writer_printf (writer, "const char *const classify_names[%d] = {\n", n);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", i);
      g_autofree char *literal = quote_literal (classes != NULL ? classes[i] : number);

      rn_file_writer_printf (writer, "  %s%s\n", literal, i < n - 1 ? "," : "");
    }
  rn_file_writer_add_text (writer, "};\n\n");
}

void
rn_c_text_add_head (RnFileWriter *writer, const RnCText *text)
{
  add_comment (writer, text);
  rn_file_writer_printf (writer, "int classify (const unsigned char *%s, float *scores);\n",
                         text->picture);
  add_names (writer, text->model);
}

/* x [h,w,channels], from bytes in the same order */
static const char normalise[] =
    "/* x = (byte / 255 - mean) / deviation, [pixels,channels] */\n"
    "static void\n"
    "normalise (float *x, const unsigned char *bytes, int pixels, int mean_per_pixel)\n"
    "{\n"
    "  for (int i = 0; i < pixels; i++)\n"
    "    for (int k = 0; k < %d; k++, x++, bytes++)\n"
    "      *x = ((float) *bytes / 255.0f - mean[mean_per_pixel ? i * %d + k : k]) / deviation[k];\n"
    "}\n"
    "\n";

static const char convolve[] =
    "/* y = w * x + bias [+ s], [relu], with zeros around x\n"
    " *\n"
    " * x [in_h,in_w,in_c]   y, s [in_h/stride,in_w/stride,out_c], sides rounded up\n"
    " * w [out_c/16,kernel,kernel,in_c,16], so that 16 sums stay in registers; four groups of four "
    "let\n"
    " * gcc and clang make vectors of them at -O2\n"
    " */\n"
    "static void\n"
    "convolve (float *y, const float *x, const float *w, const float *bias, const float *s, int "
    "relu,\n"
    "          int in_h, int in_w, int in_c, int out_c, int kernel, int stride)\n"
    "{\n"
    "  const int pad = kernel / 2;\n"
    "  const int out_h = (in_h + stride - 1) / stride, out_w = (in_w + stride - 1) / stride;\n"
    "\n"
    "  for (int k = 0; k < out_c; k += 16, w += kernel * kernel * in_c * 16)\n"
    "    for (int p = 0; p < out_h; p++)\n"
    "      for (int q = 0; q < out_w; q++)\n"
    "        {\n"
    "          const int at = (p * out_w + q) * out_c + k, n = out_c - k < 16 ? out_c - k : 16;\n"
    "          float sum0[4], sum1[4], sum2[4], sum3[4], sums[16];\n"
    "\n"
    "          for (int i = 0; i < 4; i++)\n"
    "            {\n"
    "              sum0[i] = bias[k + i];\n"
    "              sum1[i] = bias[k + 4 + i];\n"
    "              sum2[i] = bias[k + 8 + i];\n"
    "              sum3[i] = bias[k + 12 + i];\n"
    "            }\n"
    "          for (int r = 0; r < kernel; r++)\n"
    "            for (int t = 0; t < kernel; t++)\n"
    "              {\n"
    "                const int row = p * stride + r - pad, column = q * stride + t - pad;\n"
    "                const float *from, *f = w + (r * kernel + t) * in_c * 16;\n"
    "\n"
    "                if (row < 0 || row >= in_h || column < 0 || column >= in_w)\n"
    "                  continue;\n"
    "                from = x + (row * in_w + column) * in_c;\n"
    "                for (int j = 0; j < in_c; j++, f += 16)\n"
    "                  {\n"
    "                    const float v = from[j];\n"
    "\n"
    "                    for (int i = 0; i < 4; i++)\n"
    "                      sum0[i] += v * f[i];\n"
    "                    for (int i = 0; i < 4; i++)\n"
    "                      sum1[i] += v * f[4 + i];\n"
    "                    for (int i = 0; i < 4; i++)\n"
    "                      sum2[i] += v * f[8 + i];\n"
    "                    for (int i = 0; i < 4; i++)\n"
    "                      sum3[i] += v * f[12 + i];\n"
    "                  }\n"
    "              }\n"
    "          for (int i = 0; i < 4; i++)\n"
    "            {\n"
    "              sums[i] = sum0[i];\n"
    "              sums[4 + i] = sum1[i];\n"
    "              sums[8 + i] = sum2[i];\n"
    "              sums[12 + i] = sum3[i];\n"
    "            }\n"
    "          for (int i = 0; i < n; i++)\n"
    "            {\n"
    "              const float v = s != 0 ? sums[i] + s[at + i] : sums[i];\n"
    "\n"
    "              y[at + i] = relu && v < 0.0f ? 0.0f : v;\n"
    "            }\n"
    "        }\n"
    "}\n"
    "\n";

static const char subsample[] =
    "/* y [in_h/stride,in_w/stride,out_c]: every stride-th pixel of x, zero channels around the "
    "others */\n"
    "static void\n"
    "subsample (float *y, const float *x, int in_h, int in_w, int in_c, int out_c, int before,\n"
    "           int stride)\n"
    "{\n"
    "  for (int p = 0; p < in_h; p += stride)\n"
    "    for (int q = 0; q < in_w; q += stride)\n"
    "      for (int k = 0; k < out_c; k++)\n"
    "        *y++ = k < before || k >= before + in_c ? 0.0f\n"
    "                                                : x[(p * in_w + q) * in_c + k - before];\n"
    "}\n"
    "\n";

static const char max_pool[] =
    "/* y [h/2,w/2,channels], sides rounded up: the largest of 3x3 pixels around every second "
    "one.\n"
    " * x is not negative, as it comes from a ReLU.\n"
    " */\n"
    "static void\n"
    "max_pool (float *y, const float *x, int h, int w, int channels)\n"
    "{\n"
    "  for (int p = 0; p < h; p += 2)\n"
    "    for (int q = 0; q < w; q += 2, y += channels)\n"
    "      {\n"
    "        for (int k = 0; k < channels; k++)\n"
    "          y[k] = 0.0f;\n"
    "        for (int row = p - 1; row <= p + 1; row++)\n"
    "          for (int column = q - 1; column <= q + 1; column++)\n"
    "            if (row >= 0 && row < h && column >= 0 && column < w)\n"
    "              for (int k = 0; k < channels; k++)\n"
    "                {\n"
    "                  const float v = x[(row * w + column) * channels + k];\n"
    "\n"
    "                  y[k] = v > y[k] ? v : y[k];\n"
    "                }\n"
    "      }\n"
    "}\n"
    "\n";

static const char head[] = "/* y [channels]: the mean over all pixels of x [pixels,channels] */\n"
                           "static void\n"
                           "average (float *y, const float *x, int pixels, int channels)\n"
                           "{\n"
                           "  for (int k = 0; k < channels; k++)\n"
                           "    y[k] = 0.0f;\n"
                           "  for (int i = 0; i < pixels; i++)\n"
                           "    for (int k = 0; k < channels; k++)\n"
                           "      y[k] += x[i * channels + k];\n"
                           "  for (int k = 0; k < channels; k++)\n"
                           "    y[k] /= (float) pixels;\n"
                           "}\n"
                           "\n"
                           "static int\n"
                           "largest (const float *scores, int n)\n"
                           "{\n"
                           "  int best = 0;\n"
                           "\n"
                           "  for (int i = 1; i < n; i++)\n"
                           "    if (scores[i] > scores[best])\n"
                           "      best = i;\n"
                           "  return best;\n"
                           "}\n"
                           "\n";

void
rn_c_text_add_functions (RnFileWriter *writer, const RnCText *text)
{
  const int channels = rn_spec_get_channels (rn_model_get_spec (text->model));

  rn_file_writer_printf (writer, normalise, channels, channels);
  rn_file_writer_add_text (writer, convolve);
  if (text->has_subsample)
    rn_file_writer_add_text (writer, subsample);
  if (text->has_pool)
    rn_file_writer_add_text (writer, max_pool);
  rn_file_writer_add_text (writer, head);
}
