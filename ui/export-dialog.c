#include "export-dialog.h"

#include <glib/gi18n.h>
#include <residua/error.h>
#include <residua/formats.h>

#include "pages/text.h"

#define PARTS 1000 /* of a whole, in what the thread tells of its progress */
#define LOOK_MS 100

struct _RnExportDialog
{
  AdwWindow parent_instance;
  RnSession *session;
  RnModel *model; /* (nullable): until it has been read */

  GtkWidget *format;
  GtkWidget *fold;
  GtkWidget *preprocess;
  GtkWidget *fold_row;
  GtkWidget *preprocess_row;
  GtkWidget *preview;
  GtkWidget *size;
  GtkWidget *warning;
  GtkWidget *write;
  GtkWidget *progress;

  GtkFileChooserNative *chooser; /* (nullable) */
  GCancellable *reading;         /* model and previews; the newest preview wins */
  GCancellable *writing;         /* (nullable): while a file is written */
  int done;                      /* atomic, of PARTS */
  guint look_id;                 /* 0 while nothing is written */
};

G_DEFINE_FINAL_TYPE (RnExportDialog, rn_export_dialog, ADW_TYPE_WINDOW)

static guint done_signal;

/* What a thread works on */
typedef struct
{
  RnModel *model;
  RnFormat format;
  RnExportOptions options;
  char *path; /* (nullable): of a preview */
  GCancellable *cancellable;
  int *done; /* the dialog's; the task keeps the dialog */
  RnExportCheck check;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  rn_model_unref (job->model);
  g_clear_object (&job->cancellable);
  g_free (job->path);
  g_free (job);
}

static Job *
job_new (RnExportDialog *self, const char *path, GCancellable *cancellable)
{
  Job *job = g_new0 (Job, 1);

  job->model = rn_model_ref (self->model);
  job->format = (RnFormat) adw_combo_row_get_selected (ADW_COMBO_ROW (self->format));
  job->options.fold = gtk_switch_get_active (GTK_SWITCH (self->fold));
  job->options.preprocess = gtk_switch_get_active (GTK_SWITCH (self->preprocess));
  job->path = g_strdup (path);
  job->cancellable = g_object_ref (cancellable);
  job->done = &self->done;
  return job;
}

/* Preview */

static void
preview_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  RnExportPreview *preview =
      rn_model_preview_export (job->model, job->format, &job->options, &error);

  if (preview == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, preview, (GDestroyNotify) rn_export_preview_free);
}

static void
show_preview (RnExportDialog *self, const char *text, const char *size, const char *warning)
{
  gtk_label_set_text (GTK_LABEL (self->preview), text);
  /* no empty frame above the reason why there is nothing to write */
  gtk_widget_set_visible (gtk_widget_get_parent (self->preview), text[0] != '\0');
  gtk_label_set_text (GTK_LABEL (self->size), size);
  gtk_label_set_text (GTK_LABEL (self->warning), warning != NULL ? warning : "");
  gtk_widget_set_visible (self->warning, warning != NULL);
}

static void
on_preview (GObject *source, GAsyncResult *result, gpointer data)
{
  RnExportDialog *self = RN_EXPORT_DIALOG (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnExportPreview) preview = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *size = NULL;

  if (self->session == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (preview == NULL)
    {
      show_preview (self, "", "", error->message);
      return;
    }
  size = g_format_size (preview->size);
  show_preview (self, preview->text, size, preview->warning);
  gtk_widget_set_sensitive (self->write, self->writing == NULL);
}

/* Who can read @format */
static const char *
readers_of (RnFormat format)
{
  switch (format)
    {
    case RN_FORMAT_ONNX:
      return _ ("For ONNX Runtime, OpenCV and others");
    case RN_FORMAT_C:
      return _ ("One file for everything with a compiler");
    case RN_FORMAT_TORCH_STATE:
      return _ ("A .pth file for torch.load");
    case RN_FORMAT_SAFETENSORS:
    default:
      return _ ("For PyTorch and Residua");
    }
}

static void
update_preview (RnExportDialog *self)
{
  const RnFormat format = (RnFormat) adw_combo_row_get_selected (ADW_COMBO_ROW (self->format));
  g_autoptr (GTask) task = NULL;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->format), readers_of (format));
  gtk_widget_set_visible (self->fold_row, format == RN_FORMAT_ONNX);
  gtk_widget_set_visible (self->preprocess_row, format == RN_FORMAT_ONNX);
  if (self->model == NULL)
    return;
  g_cancellable_cancel (self->reading);
  g_set_object (&self->reading, NULL);
  self->reading = g_cancellable_new ();
  gtk_widget_set_sensitive (self->write, FALSE);
  task = g_task_new (self, self->reading, on_preview, NULL);
  g_task_set_task_data (task, job_new (self, NULL, self->reading), job_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, preview_in_thread);
}

static void
on_model (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnExportDialog) self = data;
  g_autoptr (GError) error = NULL;

  self->model = rn_session_get_model_finish (RN_SESSION (source), result, &error);
  if (self->session == NULL)
    return;
  if (self->model != NULL)
    update_preview (self);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_preview (self, "", "", error->message);
}

/* Writing */

/* Writing is the first half, the check the second. */
static gboolean
tell_progress (Job *job, double done)
{
  g_atomic_int_set (job->done, (int) (done * PARTS));
  return !g_cancellable_is_cancelled (job->cancellable);
}

static gboolean
tell_written (double done, gpointer data)
{
  return tell_progress (data, done / 2.0);
}

static gboolean
tell_checked (double done, gpointer data)
{
  return tell_progress (data, (1.0 + done) / 2.0);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (!rn_model_export (job->model, job->format, &job->options, job->path, tell_written, job,
                        &error))
    g_task_return_error (task, error);
  else if (rn_model_check_export (job->model, job->format, &job->options, job->path, &job->check,
                                  tell_checked, job, &error))
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, RN_ERROR, RN_ERROR_CANCELLED))
    {
      /* the file has its name already */
      g_error_free (error);
      job->check.n_pictures = 0;
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
}

static char *
describe_check (const RnExportCheck *check)
{
  if (check->n_pictures == 0)
    return g_strdup (_ ("Exported, but not compared with the model"));
  if (check->same_bits && check->difference == 0.0)
    return g_strdup (_ ("Exported; the file holds the same numbers to the bit"));
  if (check->difference > check->allowed)
    return g_strdup_printf (_ ("Exported, but outputs differ by up to %.1g"), check->difference);
  return g_strdup_printf (_ ("Exported; outputs differ by at most %.1g"), check->difference);
}

static void
set_writing (RnExportDialog *self, gboolean is_writing)
{
  gtk_widget_set_visible (self->progress, is_writing);
  gtk_widget_set_sensitive (self->write, !is_writing);
  gtk_widget_set_sensitive (self->format, !is_writing);
  gtk_widget_set_sensitive (self->fold_row, !is_writing);
  gtk_widget_set_sensitive (self->preprocess_row, !is_writing);
  if (!is_writing)
    {
      g_clear_object (&self->writing);
      g_clear_handle_id (&self->look_id, g_source_remove);
    }
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  RnExportDialog *self = RN_EXPORT_DIALOG (source);
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  /* Where it was closed meanwhile, what had its name already stays and is told; what had not is gone. */
  if (self->session == NULL)
    return;
  set_writing (self, FALSE);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autofree char *text = describe_check (&job->check);

      g_signal_emit (self, done_signal, 0, text);
      gtk_window_close (GTK_WINDOW (self));
    }
  else if (!g_error_matches (error, RN_ERROR, RN_ERROR_CANCELLED))
    {
      gtk_label_set_text (GTK_LABEL (self->warning), error->message);
      gtk_widget_set_visible (self->warning, TRUE);
    }
}

static gboolean
look (gpointer data)
{
  RnExportDialog *self = data;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                 (double) g_atomic_int_get (&self->done) / PARTS);
  return G_SOURCE_CONTINUE;
}

void
rn_export_dialog_write (RnExportDialog *self, const char *path)
{
  g_autoptr (GTask) task = NULL;

  self->writing = g_cancellable_new ();
  g_atomic_int_set (&self->done, 0);
  set_writing (self, TRUE);
  self->look_id = g_timeout_add (LOOK_MS, look, self);
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_task_data (task, job_new (self, path, self->writing), job_free);
  g_task_run_in_thread (task, write_in_thread);
}

static void
on_chosen (RnExportDialog *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  path = file == NULL ? NULL : g_file_get_path (file);
  g_clear_object (&self->chooser);
  if (path != NULL)
    rn_export_dialog_write (self, path);
}

static void
choose (RnExportDialog *self)
{
  const RnFormat format = (RnFormat) adw_combo_row_get_selected (ADW_COMBO_ROW (self->format));
  g_autofree char *stem = rn_document_folder_stem (rn_model_get_spec (self->model));
  g_autofree char *name = g_strconcat (stem, rn_format_get_suffix (format), NULL);

  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (_ ("Export the network"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* While it writes, this stops the writing and the dialog stays. */
static void
cancel (RnExportDialog *self)
{
  if (self->writing != NULL)
    g_cancellable_cancel (self->writing);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
on_close_request (RnExportDialog *self)
{
  if (self->writing != NULL)
    g_cancellable_cancel (self->writing);
  g_cancellable_cancel (self->reading);
  return FALSE;
}

/* How it looks */

static GtkWidget *
make_header (RnExportDialog *self)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *stop = gtk_button_new_with_mnemonic (_ ("_Cancel"));

  self->write = gtk_button_new_with_mnemonic (_ ("_Export…"));
  /* or GTK calls them by both texts, with the mark of the mnemonic and without */
  gtk_accessible_update_property (GTK_ACCESSIBLE (stop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Cancel"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->write), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Export…"), -1);
  gtk_widget_add_css_class (self->write, "suggested-action");
  gtk_widget_set_sensitive (self->write, FALSE);
  gtk_header_bar_set_show_title_buttons (GTK_HEADER_BAR (header), FALSE);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), stop);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (header), self->write);
  g_signal_connect_object (stop, "clicked", G_CALLBACK (cancel), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->write, "clicked", G_CALLBACK (choose), self, G_CONNECT_SWAPPED);
  return header;
}

static GtkWidget *
make_switch_row (RnExportDialog *self, const char *title, const char *subtitle, GtkWidget **out)
{
  GtkWidget *row = adw_action_row_new ();

  *out = gtk_switch_new ();
  gtk_widget_set_valign (*out, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (*out), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), *out);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), *out);
  g_signal_connect_object (*out, "notify::active", G_CALLBACK (update_preview), self,
                           G_CONNECT_SWAPPED);
  return row;
}

static GtkWidget *
make_format_row (RnExportDialog *self)
{
  const char *const names[] = { _ ("Safetensors"), _ ("ONNX"), _ ("C source"), _ ("PyTorch state"),
                                NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  self->format = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->format), _ ("Format"));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->format), G_LIST_MODEL (list));
  g_signal_connect_object (self->format, "notify::selected", G_CALLBACK (update_preview), self,
                           G_CONNECT_SWAPPED);
  return self->format;
}

static GtkWidget *
make_preview (RnExportDialog *self)
{
  GtkWidget *group = adw_preferences_group_new (), *box, *frame = gtk_frame_new (NULL);

  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->preview = gtk_label_new (NULL);
  self->warning = gtk_label_new (NULL);
  self->size = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->preview), 0.0f);
  rn_text_wrap (self->preview);
  gtk_label_set_wrap_mode (GTK_LABEL (self->preview), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (self->preview), TRUE);
  gtk_widget_set_focusable (self->preview, FALSE);
  gtk_widget_add_css_class (self->preview, "monospace");
  gtk_widget_add_css_class (self->size, "dim-label");
  gtk_widget_add_css_class (self->size, "numeric");
  gtk_label_set_xalign (GTK_LABEL (self->warning), 0.0f);
  rn_text_wrap (self->warning);
  gtk_widget_set_visible (self->warning, FALSE);
  gtk_widget_set_margin_top (self->preview, 12);
  gtk_widget_set_margin_bottom (self->preview, 12);
  gtk_widget_set_margin_start (self->preview, 12);
  gtk_widget_set_margin_end (self->preview, 12);
  gtk_frame_set_child (GTK_FRAME (frame), self->preview);
  gtk_box_append (GTK_BOX (box), frame);
  gtk_box_append (GTK_BOX (box), self->warning);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("What will be written"));
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), self->size);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), box);
  return group;
}

static GtkWidget *
make_page (RnExportDialog *self)
{
  GtkWidget *page = adw_preferences_page_new (), *group = adw_preferences_group_new ();

  self->fold_row =
      make_switch_row (self, _ ("Fold batch-norm"),
                       _ ("Smaller and faster; can no longer be trained"), &self->fold);
  self->preprocess_row =
      make_switch_row (self, _ ("Normalise in the graph"),
                       _ ("Takes pictures as they are, 0 to 255"), &self->preprocess);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_format_row (self));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->fold_row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->preprocess_row);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (make_preview (self)));
  gtk_widget_set_vexpand (page, TRUE);
  return page;
}

static void
rn_export_dialog_dispose (GObject *object)
{
  RnExportDialog *self = RN_EXPORT_DIALOG (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->reading);
  g_clear_object (&self->writing);
  g_clear_object (&self->session);
  g_clear_pointer (&self->model, rn_model_unref);
  G_OBJECT_CLASS (rn_export_dialog_parent_class)->dispose (object);
}

static void
rn_export_dialog_class_init (RnExportDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rn_export_dialog_dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close",
                                       NULL);
  done_signal = g_signal_new ("done", RN_TYPE_EXPORT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
rn_export_dialog_init (RnExportDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->reading = g_cancellable_new ();
  self->progress = gtk_progress_bar_new ();
  gtk_widget_add_css_class (self->progress, "osd");
  gtk_widget_set_visible (self->progress, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress of the export"), -1);
  gtk_box_append (GTK_BOX (box), make_header (self));
  gtk_box_append (GTK_BOX (box), self->progress);
  gtk_box_append (GTK_BOX (box), make_page (self));
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Export"));
  gtk_window_set_default_size (GTK_WINDOW (self), 560, 560);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  g_signal_connect (self, "close-request", G_CALLBACK (on_close_request), NULL);
  update_preview (self);
}

GtkWidget *
rn_export_dialog_new (GtkWindow *parent, RnSession *session)
{
  RnExportDialog *self = g_object_new (RN_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  rn_session_get_model_async (session, self->reading, on_model, g_object_ref (self));
  return GTK_WIDGET (self);
}
