#pragma once

#include "charts/figure.h"

/* For tests of what is saved of a figure. */

typedef struct
{
  gboolean is_done;
  gboolean is_saved;
} Saving;

static inline void
saving_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;

  saving->is_saved = rn_figure_save_finish (GTK_WIDGET (source), result, NULL);
  saving->is_done = TRUE;
}

/* Saves the figure at @path and reads it back. Returns: (transfer full) (nullable): what was written */
static inline char *
save_figure (GtkWidget *widget, const char *path, RnFigureFormat format, gsize *length)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Saving saving = { FALSE };
  char *contents = NULL;

  rn_figure_save_async (widget, file, format, NULL, saving_done, &saving);
  while (!saving.is_done)
    g_main_context_iteration (NULL, TRUE);
  if (saving.is_saved)
    g_assert_true (g_file_get_contents (path, &contents, length, NULL));
  return contents;
}
