#pragma once

#include <gtk/gtk.h>

#include "charts/curve-chart.h"

G_BEGIN_DECLS

/* What strips and the response chart share for copying and saving: a context menu (right button, Menu, Shift+F10),
 * Ctrl+C, and tasks that draw and write. The picture is light, on white, whatever the window looks like.
 */

/** White around a saved or copied picture, logical pixels */
#define RN_FIGURE_MARGIN 12

typedef struct
{
  const char *name; /* proposed for the file, without ending */
  /* Draws it @width x @height for print; on the window's thread, into a recording that a task plays back */
  void (*draw) (GtkWidget *widget, cairo_t *cr, int width, int height);
  /* What the CSV is made of. Returns: (transfer full) */
  gpointer (*copy_numbers) (GtkWidget *widget);
  /* In a task. Returns: (transfer full) */
  char *(*format_csv) (gconstpointer numbers);
  GDestroyNotify free_numbers;
} RnFigure;

/** For RnFigure, where the numbers are few and their CSV is made at once: format_csv and free_numbers of a GString */
char *rn_figure_format_text (gconstpointer text);
void rn_figure_free_text (gpointer text);
/** Appends @name to the line of a CSV, in quotes */
void rn_figure_append_quoted (GString *text, const char *name);

/** Appends @value in as many digits as a float has, with a point in every language */
void rn_figure_append_number (GString *text, double value);

/** The actions "figure.copy", "figure.save" and "figure.menu" and their keys; from class_init() */
void rn_figure_install (GtkWidgetClass *class);
/** From init(); @figure is static. */
void rn_figure_attach (GtkWidget *widget, const RnFigure *figure);
/** From dispose(), before the parent's */
void rn_figure_detach (GtkWidget *widget);
/** From size_allocate() */
void rn_figure_allocate (GtkWidget *widget);

/** Writes the figure at its present size, twice as fine where it is PNG; @error of finish names the file. */
void rn_figure_save_async (GtkWidget *widget, GFile *file, RnFigureFormat format,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean rn_figure_save_finish (GtkWidget *widget, GAsyncResult *result, GError **error);
/** Puts the picture on the clipboard, in a moment. */
void rn_figure_copy (GtkWidget *widget);

/* What charts that are no RnFigure share with them. The target of an action that saves is the file's ending: "png",
 * "svg", "pdf" or "csv".
 */

/** As rn_figure_save_async(); the task returns a boolean */
typedef void (*RnFigureSaveFunc) (GtkWidget *widget, GFile *file, RnFigureFormat format,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data);
/** Asks where to save, has it done, and says what went wrong. @name: proposed for the file, without ending */
void rn_figure_ask (GtkWidget *widget, const char *name, const char *ending, RnFigureSaveFunc save);
/** Returns: (transfer full): an item for each ending. @action: "figure.save" */
GMenuModel *rn_figure_new_save_menu (const char *action);

G_END_DECLS
