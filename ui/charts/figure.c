#include "charts/figure.h"

#include <adwaita.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Device pixels of a PNG or a copied picture to a logical one */
#define RASTER_SCALE 2
/* The size of a figure that was never shown */
#define DEFAULT_WIDTH 800
#define DEFAULT_HEIGHT 300

/* A figure, frozen for a task */
typedef struct
{
  const RnFigure *figure;
  cairo_surface_t *recording; /* (nullable): of the figure, or the file's that is not finished */
  GByteArray *bytes;          /* of the file */
  int width, height;          /* with the margins */
  gpointer numbers;           /* (nullable) */
  GFile *file;                /* (nullable) */
  RnFigureFormat format;
} Job;

static const struct
{
  RnFigureFormat format;
  const char *id; /* the ending of the file and the action's target */
  const char *label;
} formats[] = { { RN_FIGURE_PNG, "png", N_ ("Save as _PNG…") },
                { RN_FIGURE_SVG, "svg", N_ ("Save as _SVG…") },
                { RN_FIGURE_PDF, "pdf", N_ ("Save as P_DF…") },
                { RN_FIGURE_CSV, "csv", N_ ("Save numbers as CS_V…") } };

/* A question where to save, from the dialog to its answer */
typedef struct
{
  GtkWidget *widget;
  RnFigureFormat format;
  RnFigureSaveFunc save;
} Question;

/* What a figure's widget carries */
#define FIGURE_KEY "rn-figure"
#define MENU_KEY "rn-figure-menu"

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->recording, cairo_surface_destroy);
  g_byte_array_unref (job->bytes);
  if (job->numbers != NULL)
    job->figure->free_numbers (job->numbers);
  g_clear_object (&job->file);
  g_free (job);
}

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* What the figure is drawn into: SVG and PDF surfaces of Cairo record until they are finished, and then write to
 * @job->bytes; drawing another recording into them would leak it (Cairo 1.16).
 */
static cairo_surface_t *
create_surface (Job *job)
{
  switch (job->format)
    {
    case RN_FIGURE_SVG:
      return cairo_svg_surface_create_for_stream (collect, job->bytes, job->width, job->height);
    case RN_FIGURE_PDF:
      return cairo_pdf_surface_create_for_stream (collect, job->bytes, job->width, job->height);
    case RN_FIGURE_PNG:
    case RN_FIGURE_CSV:
    default:
      return cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA,
                                             &(cairo_rectangle_t){ 0, 0, job->width, job->height });
    }
}

static void
record (Job *job, GtkWidget *widget)
{
  cairo_t *cr;

  job->recording = create_surface (job);
  cr = cairo_create (job->recording);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_paint (cr);
  cairo_translate (cr, RN_FIGURE_MARGIN, RN_FIGURE_MARGIN);
  job->figure->draw (widget, cr, job->width - 2 * RN_FIGURE_MARGIN,
                     job->height - 2 * RN_FIGURE_MARGIN);
  cairo_destroy (cr);
}

static Job *
job_new (GtkWidget *widget, GFile *file, RnFigureFormat format)
{
  const RnFigure *figure = g_object_get_data (G_OBJECT (widget), FIGURE_KEY);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  Job *job = g_new0 (Job, 1);

  job->figure = figure;
  job->format = format;
  job->bytes = g_byte_array_new ();
  job->width = width > 0 ? width : DEFAULT_WIDTH;
  job->height = height > 0 ? height : DEFAULT_HEIGHT;
  job->width += 2 * RN_FIGURE_MARGIN;
  job->height += 2 * RN_FIGURE_MARGIN;
  if (file != NULL)
    job->file = g_object_ref (file);
  if (format == RN_FIGURE_CSV)
    job->numbers = figure->copy_numbers (widget);
  else
    record (job, widget);
  return job;
}

/* In tasks */

static cairo_surface_t *
rasterise (const Job *job)
{
  cairo_surface_t *image =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, job->width * RASTER_SCALE,
                                  job->height * RASTER_SCALE);
  cairo_t *cr = cairo_create (image);

  cairo_scale (cr, RASTER_SCALE, RASTER_SCALE);
  cairo_set_source_surface (cr, job->recording, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  return image;
}

/* Fills @job->bytes. */
static gboolean
format_job (Job *job, GError **error)
{
  cairo_status_t status = CAIRO_STATUS_SUCCESS;

  if (job->format == RN_FIGURE_CSV)
    {
      g_autofree char *text = job->figure->format_csv (job->numbers);

      g_byte_array_append (job->bytes, (const guint8 *) text, (guint) strlen (text));
    }
  else if (job->format == RN_FIGURE_PNG)
    {
      cairo_surface_t *image = rasterise (job);

      status = cairo_surface_write_to_png_stream (image, collect, job->bytes);
      cairo_surface_destroy (image);
    }
  else
    {
      cairo_surface_finish (job->recording);
      status = cairo_surface_status (job->recording);
    }
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The figure could not be drawn: %s"),
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}

static void
save_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (!format_job (job, &error) ||
      !g_file_replace_contents (job->file, (const char *) job->bytes->data, job->bytes->len, NULL,
                                FALSE, G_FILE_CREATE_NONE, NULL, cancellable, &error))
    {
      g_autofree char *name = g_file_get_parse_name (job->file);

      g_prefix_error (&error, _ ("“%s” could not be written: "), name);
      g_task_return_error (task, error);
    }
  else
    g_task_return_boolean (task, TRUE);
}

static void
rasterise_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  cairo_surface_t *image = rasterise (data);
  const int width = cairo_image_surface_get_width (image);
  const int height = cairo_image_surface_get_height (image);
  const gsize stride = (gsize) cairo_image_surface_get_stride (image);
  g_autoptr (GBytes) bytes =
      g_bytes_new_with_free_func (cairo_image_surface_get_data (image), stride * (gsize) height,
                                  (GDestroyNotify) cairo_surface_destroy, image);

  g_task_return_pointer (task,
                         gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride),
                         g_object_unref);
}

/* On the window's thread */

void
rn_figure_save_async (GtkWidget *widget, GFile *file, RnFigureFormat format,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (widget, cancellable, callback, data);

  g_task_set_source_tag (task, rn_figure_save_async);
  g_task_set_task_data (task, job_new (widget, file, format), job_free);
  g_task_run_in_thread (task, save_in_task);
}

gboolean
rn_figure_save_finish (GtkWidget *widget, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, widget), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_rasterised (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), NULL);

  if (texture != NULL)
    gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (source)), texture);
}

void
rn_figure_copy (GtkWidget *widget)
{
  g_autoptr (GTask) task = g_task_new (widget, NULL, on_rasterised, NULL);

  g_task_set_task_data (task, job_new (widget, NULL, RN_FIGURE_PNG), job_free);
  g_task_run_in_thread (task, rasterise_in_task);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (source));
  GtkWidget *dialog;

  if (g_task_propagate_boolean (G_TASK (result), &error) || !GTK_IS_WINDOW (root))
    return;
  dialog =
      adw_message_dialog_new (GTK_WINDOW (root), _ ("The figure was not saved"), error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->widget);
  g_free (question);
}

static void
on_chosen (GtkNativeDialog *dialog, int response, Question *question)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL)
    question->save (question->widget, file, question->format, NULL, on_saved, NULL);
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
ask_where_to_save (GtkWidget *widget, const char *name, gsize i, RnFigureSaveFunc save)
{
  g_autofree char *file = g_strdup_printf ("%s.%s", name, formats[i].id);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Save the figure"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  Question *question = g_new (Question, 1);

  *question = (Question){ g_object_ref (widget), formats[i].format, save };
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_chosen), question, question_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
rn_figure_ask (GtkWidget *widget, const char *name, const char *ending, RnFigureSaveFunc save)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].id, ending) == 0)
      ask_where_to_save (widget, name, i, save);
}

GMenuModel *
rn_figure_new_save_menu (const char *action)
{
  GMenu *menu = g_menu_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *detailed = g_strdup_printf ("%s::%s", action, formats[i].id);

      g_menu_append (menu, _ (formats[i].label), detailed);
    }
  return G_MENU_MODEL (menu);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rn_figure_copy (widget);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const RnFigure *figure = g_object_get_data (G_OBJECT (widget), FIGURE_KEY);

  rn_figure_ask (widget, figure->name, g_variant_get_string (parameter, NULL),
                 rn_figure_save_async);
}

static GMenuModel *
make_menu_model (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) copying = g_menu_new ();
  g_autoptr (GMenuModel) saving = rn_figure_new_save_menu ("figure.save");

  g_menu_append (copying, _ ("_Copy figure"), "figure.copy");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (copying));
  g_menu_append_section (menu, NULL, saving);
  return G_MENU_MODEL (menu);
}

static void
pop_up (GtkWidget *widget, double x, double y)
{
  GtkWidget *popover = g_object_get_data (G_OBJECT (widget), MENU_KEY);

  if (popover == NULL)
    {
      g_autoptr (GMenuModel) model = make_menu_model ();

      popover = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
      gtk_widget_set_halign (popover, GTK_ALIGN_START);
      gtk_widget_set_parent (popover, widget);
      g_object_set_data (G_OBJECT (widget), MENU_KEY, popover);
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pop_up (widget, gtk_widget_get_width (widget) / 2.0, gtk_widget_get_height (widget) / 2.0);
}

static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, gpointer data)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), x, y);
}

void
rn_figure_install (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "figure.copy", NULL, copy_action);
  gtk_widget_class_install_action (class, "figure.save", "s", save_action);
  gtk_widget_class_install_action (class, "figure.menu", NULL, menu_action);
  gtk_widget_class_add_binding_action (class, GDK_KEY_c, GDK_CONTROL_MASK, "figure.copy", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Menu, 0, "figure.menu", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_F10, GDK_SHIFT_MASK, "figure.menu", NULL);
}

void
rn_figure_attach (GtkWidget *widget, const RnFigure *figure)
{
  GtkGesture *gesture = gtk_gesture_click_new ();

  g_object_set_data (G_OBJECT (widget), FIGURE_KEY, (gpointer) figure);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_SECONDARY);
  g_signal_connect (gesture, "pressed", G_CALLBACK (on_pressed), NULL);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
}

void
rn_figure_detach (GtkWidget *widget)
{
  GtkWidget *popover = g_object_steal_data (G_OBJECT (widget), MENU_KEY);

  if (popover != NULL)
    gtk_widget_unparent (popover);
}

void
rn_figure_allocate (GtkWidget *widget)
{
  GtkWidget *popover = g_object_get_data (G_OBJECT (widget), MENU_KEY);

  if (popover != NULL)
    gtk_popover_present (GTK_POPOVER (popover));
}

/* Text as numbers */

char *
rn_figure_format_text (gconstpointer text)
{
  return g_strdup (((const GString *) text)->str);
}

void
rn_figure_free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

void
rn_figure_append_quoted (GString *text, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "\"", -1);
  g_autofree char *quoted = g_strjoinv ("\"\"", parts);

  g_string_append_printf (text, "\"%s\"", quoted);
}

void
rn_figure_append_number (GString *text, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (number, sizeof number, "%.9g", value));
}
