#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/strip-private.h"
#include "state/format.h"

/* Returns: (transfer full) (nullable): NULL where nothing was measured at @step */
static char *
format_value (RnStrip *self, int row, int column)
{
  const float value = rn_strip_data_get_column (self->data, column)[row];

  if (!isnan (value))
    return rn_measure_format (self->kind, value);
  if (self->kind == RN_MEASURE_RATIO && self->spec != NULL &&
      rn_block_kind_is_plain (rn_spec_get_block (self->spec, row)->kind))
    return g_strdup (_ ("no shortcut"));
  return g_strdup ("NaN");
}

char *
rn_strip_describe (RnStrip *self, int row, gint64 step)
{
  g_autofree char *value = NULL, *first = NULL, *last = NULL;
  gint64 from, to;
  int column;

  g_return_val_if_fail (RN_IS_STRIP (self), NULL);
  if (row < 0 || row >= rn_strip_n_rows (self))
    return g_strdup ("");
  column = rn_strip_data_find (self->data, step);
  if (column < 0)
    {
      last = rn_format_count (step);
      return g_strdup_printf (_ ("block %d, step %s: not measured"), row + 1, last);
    }
  value = format_value (self, row, column);
  rn_strip_data_get_span (self->data, column, &from, &to);
  last = rn_format_count (to);
  if (rn_strip_data_get_n_merged (self->data, column) == 1)
    return g_strdup_printf (_ ("block %d, step %s: %s"), row + 1, last, value);
  first = rn_format_count (from + 1);
  return g_strdup_printf (_ ("block %d, mean of steps %s to %s: %s"), row + 1, first, last, value);
}

char *
rn_strip_summarise (RnStrip *self)
{
  const int n = rn_strip_n_rows (self);
  g_autofree char *count = NULL, *least = NULL, *most = NULL;
  const float *values;
  int low = -1, high = -1, last;
  gint64 from, to;

  if (!rn_strip_has_columns (self))
    return g_strdup (self->empty_text);
  last = rn_strip_data_n_columns (self->data) - 1;
  values = rn_strip_data_get_column (self->data, last);
  for (int row = 0; row < n; row++)
    if (!isnan (values[row]))
      {
        low = low < 0 || values[row] < values[low] ? row : low;
        high = high < 0 || values[row] > values[high] ? row : high;
      }
  rn_strip_data_get_span (self->data, last, &from, &to);
  count = rn_format_count (to);
  if (low < 0)
    return g_strdup_printf (_ ("step %s: no numbers"), count);
  least = rn_measure_format (self->kind, values[low]);
  most = rn_measure_format (self->kind, values[high]);
  return g_strdup_printf (ngettext ("%d block, step %s: least %s in block %d, most %s in block %d",
                                    "%d blocks, step %s: least %s in block %d, most %s in block %d",
                                    n),
                          n, count, least, low + 1, most, high + 1);
}

char *
rn_strip_format_csv (gconstpointer numbers)
{
  const RnStripData *data = numbers;
  const int n_rows = rn_strip_data_n_rows (data);
  GString *text = g_string_new ("first_step,last_step");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int row = 0; row < n_rows; row++)
    g_string_append_printf (text, ",block_%d", row + 1);
  for (int i = 0; i < rn_strip_data_n_columns (data); i++)
    {
      const float *values = rn_strip_data_get_column (data, i);
      gint64 from, to;

      rn_strip_data_get_span (data, i, &from, &to);
      g_string_append_printf (text, "\n%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, from + 1, to);
      for (int row = 0; row < n_rows; row++)
        {
          g_string_append_c (text, ',');
          if (!isnan (values[row]))
            g_string_append (text, g_ascii_formatd (number, sizeof number, "%.9g", values[row]));
        }
    }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}
