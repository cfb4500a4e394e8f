#include "settle.h"

#include <string.h>

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
settle_until (gboolean (*holds) (gpointer data), gpointer data, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (1e6 * seconds);
  const guint id = g_timeout_add (10, tick, NULL);

  while (!holds (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (id);
}

static gboolean
is_past (gpointer data)
{
  return g_get_monotonic_time () >= *(gint64 *) data;
}

void
settle_for (int ms)
{
  gint64 end = g_get_monotonic_time () + 1000 * ms;

  settle_until (is_past, &end, 60.0);
}

void
settle_size (GtkWindow *window, int width, int height)
{
  GtkWidget *content = gtk_window_get_child (window);
  int whole_width, whole_height;

  gtk_window_set_default_size (window, width, height);
  for (int i = 0; i < 100; i++)
    {
      const int missing_width = width - gtk_widget_get_width (content),
                missing_height = height - gtk_widget_get_height (content);

      if (missing_width == 0 && missing_height == 0)
        return;
      settle_for (300);
      if (gtk_widget_get_width (content) != width - missing_width ||
          gtk_widget_get_height (content) != height - missing_height)
        continue; /* a resize was on its way */
      gtk_window_get_default_size (window, &whole_width, &whole_height);
      gtk_window_set_default_size (window, whole_width + missing_width,
                                   whole_height + missing_height);
    }
  g_error ("the window does not come to %d×%d", width, height);
}

static GtkWidget *
find_next (GtkWidget *root, GType type, int *nth)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && (*nth)-- == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_next (child, type, nth);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
find_widget (GtkWidget *root, GType type, int nth)
{
  return find_next (root, type, &nth);
}

int
count_widgets (GtkWidget *root, GType type)
{
  int n = 0;

  while (find_widget (root, type, n) != NULL)
    n++;
  return n;
}

gboolean
says (GtkWidget *root, const char *text)
{
  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return FALSE;
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}
