#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drop-zone.h"
#include "pages/classify-page.h"
#include "pages/lab-page.h"
#include "pages/picture-input.h"
#include "pages/text.h"

/* Pictures */

static void
show_picture (RnWindow *self, RnPicture *picture, const char *name)
{
  rn_session_set_picture (self->session, picture, name, -1);
  if (strcmp (rn_window_get_page (self), "inspect") != 0)
    rn_window_show_page (self, "classify");
}

static void
load_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  RnPicture *picture = rn_picture_load (data, &error);

  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) rn_picture_unref);
  else
    g_task_return_error (task, error);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  RnWindow *self = RN_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *name = g_filename_display_basename (g_task_get_task_data (G_TASK (result)));

  if (picture != NULL)
    show_picture (self, picture, name);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (self->session, "problem", _ ("The picture could not be opened"),
                           error->message);
}

static void
open_picture (RnWindow *self, const char *path)
{
  g_autoptr (GTask) task = g_task_new (self, self->opening, on_loaded, NULL);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, load_in_task);
}

static void
open_pictures (RnWindow *self, const RnOpened *opened)
{
  if (opened->paths->len == 1)
    {
      open_picture (self, opened->paths->pdata[0]);
      return;
    }
  rn_window_show_page (self, "classify");
  rn_classify_page_take_files (RN_CLASSIFY_PAGE (rn_window_get_page_widget (self, "classify")),
                               opened->paths);
}

/* A picture without a file: from the clipboard, or dragged out of another program */

static void
decode_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  RnPicture *picture = rn_picture_from_texture (data, &error);

  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) rn_picture_unref);
  else
    g_task_return_error (task, error);
}

static void
on_decoded (GObject *source, GAsyncResult *result, gpointer data)
{
  RnWindow *self = RN_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = g_task_propagate_pointer (G_TASK (result), &error);

  if (picture != NULL)
    show_picture (self, picture, _ ("Pasted picture"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (self->session, "problem", _ ("The picture could not be opened"),
                           error->message);
}

void
rn_window_take_texture (RnWindow *self, GdkTexture *texture)
{
  g_autoptr (GTask) task = NULL;

  if ((gint64) gdk_texture_get_width (texture) * gdk_texture_get_height (texture) >
      RN_MAX_PICTURE_PIXELS)
    {
      rn_window_toast (self, _ ("The picture is too large"));
      return;
    }
  task = g_task_new (self, self->opening, on_decoded, NULL);
  g_task_set_task_data (task, g_object_ref (texture), g_object_unref);
  g_task_run_in_thread (task, decode_in_task);
}

/* The right column of the table */

static void
open_each (RnWindow *self, const RnOpened *opened, void (*open) (RnSession *, const char *))
{
  for (guint i = 0; i < opened->paths->len; i++)
    open (self->session, opened->paths->pdata[i]);
}

static void
open_runs (RnWindow *self, const RnOpened *opened)
{
  RnDocument *shown = rn_session_get_document (self->session);
  guint i = 0;

  /* beside a run that is open they are compared with it, else the first one is opened */
  if (shown == NULL || rn_document_get_kind (shown) != RN_DOCUMENT_RUN)
    rn_session_open_run (self->session, opened->paths->pdata[i++]);
  for (; i < opened->paths->len; i++)
    rn_session_compare (self->session, opened->paths->pdata[i]);
  rn_window_show_page (self, "train");
}

/* All of them join the Lab's list; the last one is shown. */
static void
open_experiments (RnWindow *self, const RnOpened *opened)
{
  RnLabPage *page = RN_LAB_PAGE (rn_window_get_page_widget (self, "lab"));

  for (guint i = 0; i < opened->paths->len; i++)
    rn_lab_page_open (page, opened->paths->pdata[i]);
  rn_window_show_page (self, "lab");
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  RnOpened *opened = g_object_get_data (G_OBJECT (dialog), "opened");

  if (strcmp (response, "classify") == 0)
    open_pictures (data, opened);
}

/* A copy that outlives the task: a mixed drop waits for an answer. */
static RnOpened *
copy_opened (const RnOpened *opened)
{
  RnOpened *copy = g_memdup2 (opened, sizeof *opened);

  copy->paths = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < opened->paths->len; i++)
    g_ptr_array_add (copy->paths, g_strdup (opened->paths->pdata[i]));
  return copy;
}

static void
ask (RnWindow *self, const RnOpened *opened)
{
  g_autofree char *counts = rn_opened_explain (opened);
  const gboolean is_mixed = opened->kind == RN_OPENED_MIXED;
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (self),
                              is_mixed ? _ ("Several kinds at once") : _ ("Unknown to Residua"),
                              NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_format_body (
      message, "%s.\n\n%s", counts,
      _ ("Residua opens pictures (PNG, JPEG), data sets (CIFAR, IDX, folders of pictures), "
         "networks "
         "and experiments (.json), models (.safetensors, .onnx, .pt) and folders of runs."));
  adw_message_dialog_add_response (message, "close", _ ("_Close"));
  adw_message_dialog_set_close_response (message, "close");
  if (opened->paths->len > 0)
    {
      adw_message_dialog_add_response (message, "classify", _ ("Classify the _pictures"));
      adw_message_dialog_set_response_appearance (message, "classify", ADW_RESPONSE_SUGGESTED);
    }
  rn_text_keep_words (dialog);
  g_object_set_data_full (G_OBJECT (dialog), "opened", copy_opened (opened),
                          (GDestroyNotify) rn_opened_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
rn_window_take (RnWindow *self, const RnOpened *opened)
{
  switch (opened->kind)
    {
    case RN_OPENED_PICTURE:
      open_picture (self, opened->paths->pdata[0]);
      break;
    case RN_OPENED_PICTURES:
      open_pictures (self, opened);
      break;
    case RN_OPENED_DATASET:
      rn_session_open_dataset (self->session, opened->paths->pdata[0]);
      rn_window_show_page (self, "data");
      break;
    case RN_OPENED_SPEC:
      open_each (self, opened, rn_session_open_spec);
      break;
    case RN_OPENED_EXPERIMENT:
      open_experiments (self, opened);
      break;
    case RN_OPENED_MODEL:
      open_each (self, opened, rn_session_open_model);
      rn_window_show_page (self, "inspect");
      break;
    case RN_OPENED_RUN:
      open_runs (self, opened);
      break;
    case RN_OPENED_MIXED:
    case RN_OPENED_UNKNOWN:
      ask (self, opened);
      break;
    }
}

/* Telling what there is */

typedef struct
{
  char **paths;
  gboolean all_pictures;
} Request;

static void
request_free (Request *request)
{
  g_strfreev (request->paths);
  g_free (request);
}

/* Returns: (transfer full) (nullable) */
static RnOpened *
tell (const Request *request, GCancellable *cancellable)
{
  g_autoptr (RnOpened) opened = rn_opened_tell ((const char *const *) request->paths, cancellable);

  if (opened != NULL && request->all_pictures && opened->kind == RN_OPENED_DATASET)
    return rn_opened_tell_pictures (opened->paths->pdata[0], cancellable);
  return g_steal_pointer (&opened);
}

static void
tell_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, tell (data, cancellable), (GDestroyNotify) rn_opened_free);
}

static void
on_told (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnOpened) opened = g_task_propagate_pointer (G_TASK (result), NULL);

  if (opened != NULL)
    rn_window_take (RN_WINDOW (source), opened);
}

void
rn_window_take_files (RnWindow *self, GListModel *files, gboolean all_pictures)
{
  Request *request;
  g_autoptr (GTask) task = NULL;

  if (g_list_model_get_n_items (files) == 0)
    return;
  request = g_new0 (Request, 1);
  request->paths = rn_files_get_paths (files);
  request->all_pictures = all_pictures;
  task = g_task_new (self, self->opening, on_told, NULL);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  g_task_run_in_thread (task, tell_in_task);
}

/* By dialog */

static void
on_chosen (RnWindow *self, int response)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));
      rn_window_take_files (self, files, FALSE);
    }
  g_clear_object (&self->chooser);
}

/* Returns: (transfer none): the chooser's own */
static GtkFileFilter *
add_filter (GtkFileChooserNative *chooser, const char *name, const char *const *endings)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (int i = 0; endings[i] != NULL; i++)
    gtk_file_filter_add_suffix (filter, endings[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  return filter;
}

static void
add_filters (GtkFileChooserNative *chooser, gboolean pictures_first)
{
  static const char *const all[] = { "png",         "jpg",  "jpeg", "bin", "gz", "json",
                                     "safetensors", "onnx", "pt",   "pth", "th", NULL };
  static const char *const pictures[] = { "png", "jpg", "jpeg", NULL };
  static const char *const sets[] = { "bin", "gz", NULL };
  static const char *const networks[] = { "json", "safetensors", "onnx", "pt", "pth", "th", NULL };
  g_autoptr (GtkFileFilter) any = gtk_file_filter_new ();
  GtkFileFilter *filters[2];

  filters[0] = add_filter (chooser, _ ("All that Residua opens"), all);
  filters[1] = add_filter (chooser, _ ("Pictures"), pictures);
  add_filter (chooser, _ ("Data sets"), sets);
  add_filter (chooser, _ ("Networks and models"), networks);
  gtk_file_filter_set_name (any, _ ("All files"));
  gtk_file_filter_add_pattern (any, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), any);
  gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (chooser), filters[pictures_first ? 1 : 0]);
}

void
rn_window_choose_files (RnWindow *self, gboolean pictures)
{
  if (self->chooser != NULL)
    {
      gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
      return;
    }
  self->chooser =
      gtk_file_chooser_native_new (pictures ? _ ("Open pictures") : _ ("Open"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  add_filters (self->chooser, pictures);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* From the clipboard: files before a picture, as file managers offer both */

static void
on_pasted_texture (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnWindow) self = data;
  g_autoptr (GdkTexture) texture =
      gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->session == NULL)
    return; /* the window is gone */
  if (texture != NULL)
    rn_window_take_texture (self, texture);
  else
    rn_window_toast (self, _ ("There is no picture to paste"));
}

static void
on_pasted_files (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnWindow) self = data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->session != NULL && value != NULL && G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GListModel) files = rn_files_from_list (g_value_get_boxed (value));

      rn_window_take_files (self, files, FALSE);
    }
}

void
rn_window_paste (RnWindow *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
      gdk_content_formats_contain_mime_type (formats, "text/uri-list"))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT,
                                    self->opening, on_pasted_files, g_object_ref (self));
  else
    gdk_clipboard_read_texture_async (clipboard, self->opening, on_pasted_texture,
                                      g_object_ref (self));
}
