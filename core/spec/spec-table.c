#include "residua/spec-table.h"

#include <string.h>

#include "residua/cost.h"
#include "spec/layout.h"

#define GAP "   "

typedef struct
{
  char *name; /* "conv2_x", "" where the line above names it */
  char *size; /* "56×56", "" where the line above says it */
  char *layers;
} Row;

typedef struct
{
  const RnSpec *spec;
  RnLayout *layout;
  GArray *rows; /* of Row */
  gboolean has_plain;
  gboolean has_residual;
  gboolean has_options; /* the residual blocks differ in their shortcut */
  RnShortcut option;    /* of the first residual block */
} Table;

static void
row_clear (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->size);
  g_free (row->layers);
}

static void
add_row (Table *table, const char *name, char *size, char *layers)
{
  const Row row = { g_strdup (name), size, layers };

  g_array_append_val (table->rows, row);
}

static char *
format_size (int height, int width)
{
  return g_strdup_printf ("%d×%d", height, width);
}

static const char *
name_option (RnShortcut option)
{
  static const char *const names[] = { "A, zeros on both sides", "A, zeros at the end", "B", "C" };

  return names[option];
}

static void
look_through (Table *table)
{
  for (int i = 0; i < rn_spec_n_blocks (table->spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (table->spec, i);

      if (rn_block_kind_is_plain (block->kind))
        table->has_plain = TRUE;
      else if (!table->has_residual)
        {
          table->has_residual = TRUE;
          table->option = block->shortcut;
        }
      else if (block->shortcut != table->option)
        table->has_options = TRUE;
    }
}

/* Blocks */

/* Whether block @at begins a layer of its own, as in the names of its parameters: "layer2.0" */
static gboolean
begins_layer (const Table *table, int at)
{
  return g_str_has_suffix (table->layout->blocks[at].name, ".0");
}

/* Whether the two stand in one line: the stride, which only the first of a layer has, is told below the table. */
static gboolean
is_alike (const Table *table, const RnBlockSpec *a, const RnBlockSpec *b)
{
  return a->kind == b->kind && a->channels == b->channels &&
         (!table->has_options || rn_block_kind_is_plain (a->kind) || a->shortcut == b->shortcut);
}

/* "[1×1, 64; 3×3, 64; 1×1, 256] × 3" */
static char *
describe_blocks (const Table *table, int at, int n)
{
  const RnBlockSpec *block = rn_spec_get_block (table->spec, at);
  const RnLayoutBlock *laid_out = &table->layout->blocks[at];
  GString *text = g_string_new ("[");

  for (int i = 0; i < laid_out->n_convs; i++)
    {
      const RnLayoutConv *conv = &table->layout->convs[laid_out->first_conv + i];

      g_string_append_printf (text, "%s%d×%d, %d", i > 0 ? "; " : "", conv->kernel, conv->kernel,
                              conv->out_c);
    }
  g_string_append_printf (text, "] × %d", n);
  if (rn_block_kind_is_plain (block->kind) && table->has_residual)
    g_string_append (text, ", plain");
  else if (!rn_block_kind_is_plain (block->kind) && table->has_options)
    g_string_append_printf (text, ", option %s", name_option (block->shortcut));
  return g_string_free (text, FALSE);
}

static void
add_blocks (Table *table, gboolean is_pool_told)
{
  const int n = rn_spec_n_blocks (table->spec);
  int layer = 1;

  for (int i = 0, run; i < n; i += run)
    {
      const RnLayoutBlock *laid_out = &table->layout->blocks[i];
      const gboolean begins = begins_layer (table, i);
      const gboolean is_named = begins && !(layer == 1 && is_pool_told);
      g_autofree char *name = NULL;

      for (run = 1; i + run < n && !begins_layer (table, i + run); run++)
        if (!is_alike (table, rn_spec_get_block (table->spec, i),
                       rn_spec_get_block (table->spec, i + run)))
          break;
      if (begins)
        layer++;
      name = is_named ? g_strdup_printf ("conv%d_x", layer) : g_strdup ("");
      add_row (table, name,
               is_named ? format_size (laid_out->out_h, laid_out->out_w) : g_strdup (""),
               describe_blocks (table, i, run));
    }
}

/* As in the paper, the pool stands in the first layer's row where it has that layer's size. */
static gboolean
add_stem (Table *table)
{
  const RnLayout *layout = table->layout;
  const RnLayoutConv *conv = &layout->convs[0];
  const gboolean is_in_layer = layout->n_blocks > 0 && layout->blocks[0].out_h == layout->stem_h;

  add_row (table, "conv1", format_size (conv->out_h, conv->out_w),
           conv->stride > 1
               ? g_strdup_printf ("%d×%d, %d, stride %d", conv->kernel, conv->kernel, conv->out_c,
                                  conv->stride)
               : g_strdup_printf ("%d×%d, %d", conv->kernel, conv->kernel, conv->out_c));
  if (!layout->pool)
    return FALSE;
  add_row (table, is_in_layer ? "conv2_x" : "pool1", format_size (layout->stem_h, layout->stem_w),
           g_strdup ("3×3 max pool, stride 2"));
  return is_in_layer;
}

/* Below the table */

/* "1.81×10^9": three digits, powers of a thousand */
static char *
format_power (gint64 amount)
{
  double value = (double) amount;
  int power = 0;

  while (value >= 999.5)
    {
      value /= 1000.0;
      power += 3;
    }
  if (power == 0)
    return g_strdup_printf ("%d", (int) amount);
  return g_strdup_printf (value < 9.995   ? "%.2f×10^%d"
                          : value < 99.95 ? "%.1f×10^%d"
                                          : "%.0f×10^%d",
                          value, power);
}

static char *
format_grouped (gint64 count)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%lld", (long long) count);
  for (gssize at = (gssize) text->len - 3; at > 0; at -= 3)
    g_string_insert_c (text, at, ',');
  return g_string_free (text, FALSE);
}

static void
add_totals (Table *table)
{
  RnCost cost;

  rn_cost_of_network (table->spec, 1, 1, &cost);
  add_row (table, "", format_size (1, 1),
           g_strdup_printf ("average pool, %d-d fc, softmax", table->layout->classes));
  add_row (table, "parameters", g_strdup (""), format_grouped (cost.parameters));
  add_row (table, "multiply-adds", g_strdup (""), format_power (cost.macs));
}

/* "Stride 2 in conv3_1 and conv4_1." */
static void
tell_strides (const Table *table, GString *text)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean in_1x1 = FALSE, in_3x3 = FALSE;
  int layer = 1;

  for (int i = 0; i < rn_spec_n_blocks (table->spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (table->spec, i);

      layer += begins_layer (table, i);
      if (block->stride == 1)
        continue;
      g_ptr_array_add (names, g_strdup_printf ("conv%d_1", layer));
      if (rn_block_kind_is_bottleneck (block->kind))
        {
          in_1x1 = in_1x1 || block->bottleneck_stride == RN_STRIDE_IN_1X1;
          in_3x3 = in_3x3 || block->bottleneck_stride == RN_STRIDE_IN_3X3;
        }
    }
  if (names->len == 0)
    return;
  g_string_append (text, "Stride 2 in ");
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s%s",
                            i == 0                ? ""
                            : i + 1 == names->len ? " and "
                                                  : ", ",
                            (const char *) names->pdata[i]);
  if (in_1x1 != in_3x3)
    g_string_append (text, in_1x1 ? ", in the first 1×1" : ", in the 3×3");
  g_string_append (text, ".\n");
}

static void
tell_shortcuts (const Table *table, GString *text)
{
  if (rn_spec_n_blocks (table->spec) == 0 || table->has_options)
    return;
  if (!table->has_residual)
    g_string_append (text, "No shortcuts: a plain network.\n");
  else
    g_string_append_printf (text, "Shortcuts of option %s.\n", name_option (table->option));
}

static gsize
width_of (const char *text)
{
  return (gsize) g_utf8_strlen (text, -1);
}

static void
append_padded (GString *text, const char *cell, gsize width)
{
  g_string_append (text, cell);
  for (gsize i = width_of (cell); i < width; i++)
    g_string_append_c (text, ' ');
  g_string_append (text, GAP);
}

static void
append_rows (const Table *table, GString *text)
{
  gsize name_width = 0, size_width = 0;

  for (guint i = 0; i < table->rows->len; i++)
    {
      const Row *row = &g_array_index (table->rows, Row, i);

      name_width = MAX (name_width, width_of (row->name));
      size_width = MAX (size_width, width_of (row->size));
    }
  for (guint i = 0; i < table->rows->len; i++)
    {
      const Row *row = &g_array_index (table->rows, Row, i);

      append_padded (text, row->name, name_width);
      append_padded (text, row->size, size_width);
      g_string_append_printf (text, "%s\n", row->layers);
    }
}

char *
rn_spec_to_table (const RnSpec *spec)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  Table table = { .spec = spec, .layout = layout, .rows = rows };
  GString *text = g_string_new (NULL);

  g_array_set_clear_func (rows, row_clear);
  look_through (&table);
  add_row (&table, "layer name", g_strdup ("output size"),
           *rn_spec_get_name (spec) != '\0' ? g_strdup (rn_spec_get_name (spec))
                                            : g_strdup ("layers"));
  add_blocks (&table, add_stem (&table));
  add_totals (&table);
  append_rows (&table, text);
  tell_strides (&table, text);
  tell_shortcuts (&table, text);
  return g_string_free (text, FALSE);
}
