#include "pages/class-names.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "state/format.h"

char **
rn_class_names (RnSession *session, const RnModel *model, int n)
{
  const char *const *names = model != NULL ? rn_model_get_classes (model) : NULL;
  RnDataset *dataset = rn_session_get_dataset (session);
  char **result;

  if (names == NULL && dataset != NULL && rn_dataset_n_classes (dataset) == n)
    names = rn_dataset_get_classes (dataset);
  result = g_new0 (char *, n + 1);
  for (int k = 0; k < n; k++)
    result[k] = names != NULL ? g_strdup (names[k]) : g_strdup_printf (_ ("class %d"), k);
  return result;
}

int
rn_class_names_find_truth (RnSession *session, const char *const *names)
{
  const RnSubject *subject = rn_session_get_picture (session);
  RnDataset *dataset = rn_session_get_dataset (session);
  const int truth = subject != NULL ? subject->true_class : -1;

  if (truth < 0 || dataset == NULL)
    return truth; /* the number is all that is known */
  if (truth >= rn_dataset_n_classes (dataset))
    return -1;
  for (int k = 0; names[k] != NULL; k++)
    if (strcmp (names[k], rn_dataset_get_classes (dataset)[truth]) == 0)
      return k;
  return -1;
}

char *
rn_class_names_list (const char *const *names, int at_most)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (int k = 0; names[k] != NULL; k++)
    {
      if (k > 0)
        g_string_append (list, ", ");
      if (k == at_most)
        {
          g_string_append (list, "…");
          break;
        }
      g_string_append (list, names[k]);
    }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

char *
rn_class_names_of_weights (RnSession *session, gint64 step)
{
  RnDocument *document = rn_session_get_document (session);
  const char *title = document != NULL ? rn_document_get_title (document) : "";
  const gboolean is_live = document != NULL && document == rn_session_get_live (session);
  g_autofree char *number = rn_format_count (step);

  if (step < 0)
    return g_strdup (title);
  /* at a step of the past the weights are those of a checkpoint, of the live run too */
  if (rn_session_get_record (session) != NULL &&
      rn_time_axis_get_cursor (rn_session_get_time (session)) >= 0)
    return g_strdup_printf (_ ("%s, from the checkpoint of step %s"), title, number);
  if (is_live)
    return g_strdup_printf (_ ("%s, step %s, the live one"), title, number);
  return g_strdup_printf (_ ("%s, step %s"), title, number);
}
