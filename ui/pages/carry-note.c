#include "pages/carry-note.h"

#include <glib/gi18n-lib.h>

#define MAX_NAMED 12 /* parts that a sentence names one by one */

gboolean
rn_carry_keeps_any (const GArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    if (g_array_index (parts, RnCarryPart, i).keeps)
      return TRUE;
  return FALSE;
}

/* Appends "3–5" or "7" to a list of numbers of blocks. */
static void
add_range (GString *list, int first, int last)
{
  if (list->len > 0)
    g_string_append (list, ", ");
  g_string_append_printf (list, first == last ? "%d" : "%d–%d", first, last);
}

/* Returns: (transfer full): "1–3, 5, …": the numbers of the blocks that keep their weights, or that do not */
static char *
list_blocks (const GArray *parts, gboolean keeps, int *n)
{
  GString *list = g_string_new (NULL);
  int first = 0, n_ranges = 0;

  *n = 0;
  for (guint i = 1; i < parts->len; i++)
    {
      const RnCarryPart *part = &g_array_index (parts, RnCarryPart, i);
      const gboolean is_in = i + 1 < parts->len && !part->keeps == !keeps;

      *n += is_in;
      if (is_in && first == 0)
        first = part->at + 1;
      if (is_in || first == 0)
        continue;
      if (++n_ranges <= MAX_NAMED)
        add_range (list, first, part->at);
      first = 0;
    }
  if (n_ranges > MAX_NAMED)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}

/* Returns: (transfer full): "the stem, blocks 1–3, the head"; "" where there is none */
static char *
name_parts (const GArray *parts, gboolean keeps)
{
  const RnCarryPart *stem = &g_array_index (parts, RnCarryPart, 0);
  const RnCarryPart *head = &g_array_index (parts, RnCarryPart, parts->len - 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int n;
  g_autofree char *numbers = list_blocks (parts, keeps, &n);

  if (!stem->keeps == !keeps)
    g_ptr_array_add (names, g_strdup (_ ("the stem")));
  if (n > 0)
    g_ptr_array_add (names,
                     g_strdup_printf (ngettext ("block %s", "blocks %s", (gulong) n), numbers));
  if (!head->keeps == !keeps)
    g_ptr_array_add (names, g_strdup (_ ("the head")));
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

char *
rn_carry_describe (const GArray *parts, const char *origin)
{
  g_autofree char *kept = name_parts (parts, TRUE), *fresh = name_parts (parts, FALSE);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _ ("It was made from “%s”, which stays as it is."), origin);
  g_string_append (text, "\n\n");
  if (*kept != '\0')
    g_string_append_printf (text, _ ("These keep their weights: %s."), kept);
  if (*kept != '\0' && *fresh != '\0')
    g_string_append_c (text, '\n');
  if (*fresh != '\0')
    g_string_append_printf (text, _ ("These start anew: %s."), fresh);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
