#include "pages/taps.h"

#include <glib/gi18n-lib.h>
#include <residua/cost.h>

#include "state/format.h"

static RnTapChoice *
choice_new (char *tap, const char *title)
{
  RnTapChoice *choice = g_new (RnTapChoice, 1);

  choice->tap = tap;
  choice->title = g_strdup (title);
  return choice;
}

static void
choice_free (gpointer data)
{
  RnTapChoice *choice = data;

  g_free (choice->tap);
  g_free (choice->title);
  g_free (choice);
}

int
rn_tap_channels_before (const RnSpec *spec, int at)
{
  return at > 0 ? rn_spec_get_block (spec, at - 1)->channels : rn_spec_get_stem_channels (spec);
}

char *
rn_tap_block_name (const RnSpec *spec, int at)
{
  int layer = 1, in_layer = 0;

  for (int i = 1; i <= at; i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      in_layer++;
      if (block->stride == 2 || block->channels != rn_tap_channels_before (spec, i))
        {
          layer++;
          in_layer = 0;
        }
    }
  return g_strdup_printf ("layer%d.%d", layer, in_layer);
}

char *
rn_tap_of_block (const RnSpec *spec, int at, const char *part)
{
  g_autofree char *name = rn_tap_block_name (spec, at);

  return g_strdup_printf ("%s.%s", name, part);
}

int
rn_tap_find_block (const RnSpec *spec, guint32 id)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (rn_spec_get_block (spec, i)->id == id)
      return i;
  return -1;
}

gboolean
rn_tap_has_projection (const RnSpec *spec, int at)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  const gboolean changes =
      block->stride == 2 || block->channels != rn_tap_channels_before (spec, at);

  if (rn_block_kind_is_plain (block->kind))
    return FALSE;
  return block->shortcut == RN_SHORTCUT_C || (block->shortcut == RN_SHORTCUT_B && changes);
}

static void
add_block_taps (GPtrArray *choices, const RnSpec *spec, int at)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  const int n_convs = rn_block_kind_is_bottleneck (block->kind) ? 3 : 2;
  const gboolean is_plain = rn_block_kind_is_plain (block->kind);

  g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, "in"), _ ("Input x")));
  for (int i = 1; i <= n_convs; i++)
    {
      g_autofree char *conv = g_strdup_printf ("conv%d", i);
      g_autofree char *norm = g_strdup_printf ("bn%d", i);

      g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, conv), conv));
      g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, norm), norm));
    }
  if (!is_plain)
    {
      if (rn_tap_has_projection (spec, at))
        g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, "downsample.0"),
                                              _ ("Shortcut’s 1×1")));
      g_ptr_array_add (choices,
                       choice_new (rn_tap_of_block (spec, at, "shortcut"), _ ("Shortcut s")));
      g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, "f"), _ ("Branch F(x)")));
      g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, "sum"), _ ("Sum s + F(x)")));
    }
  g_ptr_array_add (choices, choice_new (rn_tap_of_block (spec, at, "out"), _ ("Output")));
}

GPtrArray *
rn_taps_of_part (const RnSpec *spec, RnPart part, int at)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func (choice_free);

  if (part == RN_PART_HEAD)
    {
      g_ptr_array_add (choices, choice_new (g_strdup ("pool"), _ ("Average pool")));
      g_ptr_array_add (choices, choice_new (g_strdup ("fc"), _ ("Logits")));
    }
  else if (part == RN_PART_STEM || rn_spec_n_blocks (spec) == 0)
    {
      g_ptr_array_add (choices, choice_new (g_strdup ("conv1"), "conv1"));
      g_ptr_array_add (choices, choice_new (g_strdup ("bn1"), "bn1"));
    }
  else
    add_block_taps (choices, spec, at);
  return choices;
}

char *
rn_tap_of_part (const RnSpec *spec, RnPart part, int at, const char *layer)
{
  if (part == RN_PART_HEAD)
    return g_strdup ("pool");
  if (part == RN_PART_STEM || rn_spec_n_blocks (spec) == 0)
    return g_strdup ("bn1");
  if (part == RN_PART_LAYER && layer != NULL)
    return rn_tap_of_block (spec, at, layer);
  if (rn_block_kind_is_plain (rn_spec_get_block (spec, at)->kind))
    return rn_tap_of_block (spec, at, "out");
  return rn_tap_of_block (spec, at, part == RN_PART_SHORTCUT ? "shortcut" : "sum");
}

static const char *
shortcut_word (RnShortcut shortcut)
{
  switch (shortcut)
    {
    case RN_SHORTCUT_B:
      return _ ("shortcut B");
    case RN_SHORTCUT_C:
      return _ ("shortcut C");
    case RN_SHORTCUT_A_SPLIT:
    case RN_SHORTCUT_A_END:
    default:
      return _ ("shortcut A");
    }
}

char *
rn_tap_describe_block (const RnSpec *spec, int at)
{
  const RnBlockSpec *block = rn_spec_get_block (spec, at);
  const char *kind = rn_format_block_kind (block->kind);
  g_autofree char *channels = rn_format_count (block->channels);
  RnCost cost;

  rn_cost_of_block (spec, at, 1, &cost);
  if (rn_block_kind_is_plain (block->kind))
    return g_strdup_printf (ngettext ("%s, %s channel, %d×%d", "%s, %s channels, %d×%d",
                                      (gulong) block->channels),
                            kind, channels, cost.height, cost.width);
  return g_strdup_printf (ngettext ("%s, %s channel, %d×%d, %s", "%s, %s channels, %d×%d, %s",
                                    (gulong) block->channels),
                          kind, channels, cost.height, cost.width, shortcut_word (block->shortcut));
}
