#include "spine/spine-words.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

int
rn_spine_n_layers (RnBlockKind kind)
{
  return rn_block_kind_is_bottleneck (kind) ? 3 : 2;
}

const char *
rn_spine_layer_name (int at)
{
  static const char *const names[RN_MAX_LAYERS] = { "conv1", "conv2", "conv3" };

  g_return_val_if_fail (at >= 0 && at < RN_MAX_LAYERS, NULL);
  return names[at];
}

static int
layer_kernel (const RnBlockSpec *block, int at)
{
  return rn_block_kind_is_bottleneck (block->kind) && at != 1 ? 1 : 3;
}

static int
layer_channels (const RnBlockSpec *block, int at)
{
  return rn_block_kind_is_bottleneck (block->kind) && at < 2 ? block->channels / 4
                                                             : block->channels;
}

static gboolean
layer_has_stride (const RnBlockSpec *block, int at)
{
  const int where =
      rn_block_kind_is_bottleneck (block->kind) && block->bottleneck_stride == RN_STRIDE_IN_3X3 ? 1
                                                                                                : 0;

  return block->stride > 1 && at == where;
}

char *
rn_spine_layer_text (const RnBlockSpec *block, int at)
{
  const int kernel = layer_kernel (block, at);

  return g_strdup_printf (layer_has_stride (block, at) ? "%d×%d, %d /2" : "%d×%d, %d", kernel,
                          kernel, layer_channels (block, at));
}

char *
rn_spine_layers_in_short (const RnBlockSpec *block, gboolean is_width)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < rn_spine_n_layers (block->kind); i++)
    {
      const int kernel = layer_kernel (block, i);

      if (i > 0)
        g_string_append (text, " · ");
      if (is_width)
        g_string_append_printf (text, "%d", layer_channels (block, i));
      else
        g_string_append_printf (text, "%d×%d", kernel, kernel);
    }
  if (is_width && block->stride > 1)
    g_string_append (text, " /2");
  return g_string_free (text, FALSE);
}

char *
rn_spine_shape_text (int side, int channels)
{
  return g_strdup_printf ("%d×%d×%d", side, side, channels);
}

char *
rn_spine_stem_text (const RnSpec *spec)
{
  const int channels = rn_spec_get_stem_channels (spec);

  if (rn_spec_get_stem (spec) == RN_STEM_7X7_POOL)
    /* Translators: 7x7 convolution of so many channels and stride 2, then max-pool: the first layers */
    return g_strdup_printf (_ ("7×7, %d /2 · max pool"), channels);
  /* Translators: 3x3 convolution of so many channels, the first layer */
  return g_strdup_printf (_ ("3×3, %d · stem"), channels);
}

char *
rn_spine_head_text (const RnSpec *spec)
{
  return g_strdup_printf (_ ("average pool · fc %d · softmax"), rn_spec_get_classes (spec));
}

gboolean
rn_spine_changes_shape (const RnSpec *spec, int at)
{
  const int before =
      at > 0 ? rn_spec_get_block (spec, at - 1)->channels : rn_spec_get_stem_channels (spec);
  const RnBlockSpec *block = rn_spec_get_block (spec, at);

  return block->stride > 1 || block->channels != before;
}

gboolean
rn_spine_is_projection (const RnSpec *spec, int at)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);

  if (rn_block_kind_is_plain (block->kind))
    return FALSE;
  return block->shortcut == RN_SHORTCUT_C ||
         (block->shortcut == RN_SHORTCUT_B && rn_spine_changes_shape (spec, at));
}

char *
rn_spine_describe (const RnSpec *spec, int at, const RnBlockMeasure *measure, RnMeasureKind kind,
                   gboolean is_on)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("Block %d of %d, %s"), at + 1, rn_spec_n_blocks (spec),
                          rn_format_block_kind (block->kind));
  g_string_append_printf (text,
                          ngettext (", %d channel", ", %d channels", (gulong) block->channels),
                          block->channels);
  if (measure != NULL)
    {
      const double value = rn_measure_get (measure, kind);
      g_autofree char *number = rn_measure_format (kind, value);

      if (!rn_block_kind_is_plain (block->kind) || !isnan (value))
        g_string_append_printf (text, ", %s %s", rn_measure_word (kind), number);
    }
  if (!rn_block_kind_is_plain (block->kind))
    g_string_append (text, is_on ? _ (", branch on") : _ (", branch off"));
  return g_string_free (text, FALSE);
}

static gboolean
range_of (const RnBlockMeasure *measures, int n, RnMeasureKind kind, double *least, double *most)
{
  *least = INFINITY;
  *most = -INFINITY;
  for (int i = 0; measures != NULL && i < n; i++)
    {
      const double value = rn_measure_get (&measures[i], kind);

      if (isnan (value))
        continue;
      *least = MIN (*least, value);
      *most = MAX (*most, value);
    }
  return *least <= *most;
}

char *
rn_spine_describe_stage (int stage, int side, int channels, int n_blocks,
                         const RnBlockMeasure *measures, RnMeasureKind kind)
{
  g_autofree char *shape = rn_spine_shape_text (side, channels);
  GString *text = g_string_new (NULL);
  double least, most;

  g_string_append_printf (text,
                          ngettext ("Stage %d, %s, %d block, folded",
                                    "Stage %d, %s, %d blocks, folded", (gulong) n_blocks),
                          stage + 1, shape, n_blocks);
  if (range_of (measures, n_blocks, kind, &least, &most))
    {
      g_autofree char *from = rn_measure_format (kind, least);
      g_autofree char *to = rn_measure_format (kind, most);

      /* Translators: a measure and its range over blocks: ", ratio 0.12 to 1.3" */
      g_string_append_printf (text, _ (", %s %s to %s"), rn_measure_word (kind), from, to);
    }
  return g_string_free (text, FALSE);
}

/* What the shortcut does to x */
static const char *
say_shortcut (const RnSpec *spec, int at)
{
  if (rn_spine_is_projection (spec, at))
    return _ ("s is a 1×1 projection of x.");
  if (rn_spine_changes_shape (spec, at))
    return _ ("s is x with fewer pixels and zero channels added.");
  return _ ("s is x itself.");
}

static const char *
say_ratio (double ratio)
{
  if (ratio < 0.1)
    return _ ("The branch hardly changes what passes through.");
  if (ratio < 0.5)
    return _ ("The branch makes a small correction to what passes through.");
  if (ratio <= 2.0)
    return _ ("Branch and shortcut weigh about the same.");
  return _ ("The branch outweighs the shortcut.");
}

static void
append_numbers (GString *text, const RnBlockMeasure *measure, gboolean is_plain)
{
  g_autofree char *f = rn_format_number (measure->rms_f);
  g_autofree char *s = rn_format_number (measure->rms_s);
  g_autofree char *ratio = rn_measure_format (RN_MEASURE_RATIO, measure->ratio);
  g_autofree char *gradient = rn_measure_format (RN_MEASURE_GRADIENT, measure->gradient);
  g_autofree char *dead = rn_measure_format (RN_MEASURE_DEAD, measure->dead);
  g_autofree char *response = rn_measure_format (RN_MEASURE_RESPONSE, measure->response);

  if (is_plain)
    g_string_append_printf (text, _ ("RMS of F %s"), f);
  else
    g_string_append_printf (text, _ ("RMS of F %s, of s %s, ratio %s"), f, s, ratio);
  g_string_append_c (text, '\n');
  g_string_append_printf (text, _ ("gradient %s, dead ReLUs %s, response %s"), gradient, dead,
                          response);
  g_string_append_c (text, '\n');
}

static void
append_sentence (GString *text, const RnSpec *spec, int at, const RnBlockMeasure *measure,
                 gboolean is_on)
{
  if (rn_block_kind_is_plain (rn_spec_get_block (spec, at)->kind))
    {
      g_string_append (text, _ ("No shortcut: everything passes through the layers."));
      return;
    }
  g_string_append (text, say_shortcut (spec, at));
  g_string_append_c (text, ' ');
  if (!is_on)
    g_string_append (text, _ ("The branch is off: y = s."));
  else if (measure != NULL && !isnan (measure->ratio))
    g_string_append (text, say_ratio (measure->ratio));
}

char *
rn_spine_explain (const RnSpec *spec, int at, const RnBlockMeasure *measure, gboolean is_on)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  const gboolean is_plain = rn_block_kind_is_plain (block->kind);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("Block %d, %s"), at + 1, rn_format_block_kind (block->kind));
  g_string_prepend (text, "<b>");
  g_string_append_printf (text, "</b>\ny = F(x)%s\n", is_plain ? "" : " + s");
  for (int i = 0; i < rn_spine_n_layers (block->kind); i++)
    {
      g_autofree char *layer = rn_spine_layer_text (block, i);

      g_string_append_printf (text, i == 0 ? "F: %s" : " → %s", layer);
    }
  g_string_append_c (text, '\n');
  if (measure != NULL)
    append_numbers (text, measure, is_plain);
  append_sentence (text, spec, at, measure, is_on);
  return g_string_free (text, FALSE);
}
