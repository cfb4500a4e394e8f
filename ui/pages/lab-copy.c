#include "pages/lab-copy.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "print/lab-report.h"

#define MAX_COPIES 1000

/* Copying */

typedef struct
{
  RnExperiment *experiment;
  char *folder;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  rn_experiment_unref (copy->experiment);
  g_free (copy->folder);
  g_free (copy);
}

/* Returns: (transfer full): a path in @folder where nothing is yet */
static char *
find_path (const Copy *copy)
{
  for (int number = 2; number < MAX_COPIES; number++)
    {
      g_autofree char *name =
          g_strdup_printf ("%s-%d.json", rn_experiment_get_name (copy->experiment), number);
      g_autofree char *path = g_build_filename (copy->folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static void
copy_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Copy *copy = data;
  const char *json = rn_experiment_get_json (copy->experiment);
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (g_mkdir_with_parents (copy->folder, 0755) != 0)
    {
      const int saved_errno = errno;

      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (saved_errno), "“%s”: %s",
                               copy->folder, g_strerror (saved_errno));
      return;
    }
  path = find_path (copy);
  if (path == NULL || json == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” takes no more files"),
                             copy->folder);
  else if (!g_file_set_contents (path, json, (gssize) strlen (json), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&path), g_free);
}

void
rn_lab_copy_async (RnExperiment *experiment, const char *folder, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Copy *copy = g_new (Copy, 1);

  *copy = (Copy){ rn_experiment_ref (experiment), g_strdup (folder) };
  g_task_set_task_data (task, copy, copy_free);
  g_task_run_in_thread (task, copy_in_task);
}

char *
rn_lab_copy_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The report */

static const char pdf_filter[] = N_ ("PDF (.pdf)");

static gboolean
ends_with (const char *path, const char *ending)
{
  const gsize length = strlen (path), n = strlen (ending);

  return length > n && g_ascii_strcasecmp (path + length - n, ending) == 0;
}

char *
rn_lab_report_name (const char *path, gboolean is_pdf)
{
  const gboolean is_page = ends_with (path, ".html") || ends_with (path, ".htm");

  if (ends_with (path, ".pdf") || (is_page && !is_pdf))
    return g_strdup (path);
  if (is_page)
    return g_strdup_printf ("%.*s.pdf", (int) (strrchr (path, '.') - path), path);
  return g_strconcat (path, is_pdf ? ".pdf" : ".html", NULL);
}

typedef struct
{
  RnLabResults *results;
  char *path;
  gboolean overwrites;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  rn_lab_results_unref (saving->results);
  g_free (saving->path);
  g_free (saving);
}

static void
save_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saving *saving = data;
  GError *error = NULL;
  gboolean is_done = FALSE;

  if (!saving->overwrites && g_file_test (saving->path, G_FILE_TEST_EXISTS))
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("“%s” is there already"), saving->path);
  else if (ends_with (saving->path, ".pdf"))
    is_done = rn_lab_report_write_pdf (saving->results, saving->path, &error);
  else
    is_done = rn_lab_write_report (saving->results, saving->path, &error);
  if (is_done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
was_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  const Saving *saving = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_filename_display_basename (saving->path);
  g_autofree char *text = g_strdup_printf (_ ("The report is saved as “%s”"), name);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit_by_name (source, "message", text);
  else
    g_signal_emit_by_name (source, "problem", _ ("The report was not saved"), error->message);
}

void
rn_lab_save_report_as (RnSession *session, RnLabResults *results, const char *path,
                       gboolean overwrites)
{
  g_autoptr (GTask) task = g_task_new (session, NULL, was_saved, NULL);
  Saving *saving = g_new (Saving, 1);

  *saving = (Saving){ rn_lab_results_ref (results), g_strdup (path), overwrites };
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save_in_task);
}

/* What the dialog's answer needs; with the dialog */
typedef struct
{
  RnSession *session;
  RnLabResults *results;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_object_unref (asking->session);
  rn_lab_results_unref (asking->results);
  g_free (asking);
}

/* The dialog has asked whether to overwrite what was typed, not what becomes of it. */
static void
save_as_chosen (Asking *asking, GtkFileChooser *chooser, const char *path)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  const gboolean is_pdf =
      filter != NULL && g_str_equal (gtk_file_filter_get_name (filter), _ (pdf_filter));
  g_autofree char *whole = rn_lab_report_name (path, is_pdf);

  rn_lab_save_report_as (asking->session, asking->results, whole, g_str_equal (whole, path));
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  Asking *asking = data;
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    save_as_chosen (asking, GTK_FILE_CHOOSER (dialog), path);
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *ending)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, ending);
  gtk_file_chooser_add_filter (chooser, filter);
}

void
rn_lab_save_report (GtkWidget *parent, RnSession *session, RnLabResults *results)
{
  RnExperiment *experiment = rn_lab_plan_get_experiment (rn_lab_results_get_plan (results));
  g_autofree char *name = g_strconcat (rn_experiment_get_name (experiment), ".html", NULL);
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Save the report"), GTK_WINDOW (gtk_widget_get_root (parent)),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  Asking *asking = g_new (Asking, 1);

  *asking = (Asking){ g_object_ref (session), rn_lab_results_ref (results) };
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("Web page (.html)"), "html");
  add_filter (GTK_FILE_CHOOSER (dialog), _ (pdf_filter), "pdf");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), asking,
                         (GClosureNotify) (void (*) (void)) asking_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
