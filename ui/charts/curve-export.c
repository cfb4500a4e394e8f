#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "charts/curve-private.h"
#include "charts/figure.h"

/* Around a figure, pixels */
#define MARGIN 18.0
#define PNG_SCALE 2.0
/* A chart that was never shown is written in this size. */
#define DEFAULT_WIDTH 800
#define DEFAULT_HEIGHT 450
#define POINTS_PER_PIXEL 0.75
/* Checked for a cancellation after so many rows */
#define ROWS_PER_CHECK 4096

/* All that a task needs, nothing of which changes any more */
typedef struct
{
  GFile *file; /* NULL: the clipboard */
  RnFigureFormat format;
  RnCurveScene *scene; /* NULL: there is no data to draw */
  double width, height;
  PangoFontDescription *font;
  GPtrArray *names;  /* of the lines */
  GPtrArray *series; /* of RnSeries, NULL where a line has none */
  GPtrArray *dots;   /* of GArray of RnDot */
  GBytes *picture;   /* results for the clipboard */
  GBytes *numbers;
} Export;

static void
series_free (gpointer series)
{
  if (series != NULL)
    rn_series_unref (series);
}

static void
export_free (gpointer data)
{
  Export *export = data;

  g_clear_object (&export->file);
  g_clear_pointer (&export->scene, rn_curve_scene_free);
  g_clear_pointer (&export->font, pango_font_description_free);
  g_ptr_array_unref (export->names);
  g_ptr_array_unref (export->series);
  g_ptr_array_unref (export->dots);
  g_clear_pointer (&export->picture, g_bytes_unref);
  g_clear_pointer (&export->numbers, g_bytes_unref);
  g_free (export);
}

static Export *
export_new (RnCurveChart *self, GFile *file, RnFigureFormat format)
{
  GtkWidget *widget = GTK_WIDGET (self);
  PangoContext *pango = gtk_widget_get_pango_context (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  Export *export = g_new0 (Export, 1);

  export->file = file != NULL ? g_object_ref (file) : NULL;
  export->format = format;
  export->width = width > 0 ? width : DEFAULT_WIDTH;
  export->height = height > 0 ? height : DEFAULT_HEIGHT;
  export->font = pango_font_description_copy (pango_context_get_font_description (pango));
  if (rn_curve_model_has_data (&self->model))
    {
      /* an axis of its own: what is written must not change what is seen */
      RnCurveModel model = self->model;

      export->scene = rn_curve_scene_new (&model, RN_FIT_GROW, pango, export->width, export->height,
                                          PNG_SCALE, TRUE);
    }
  export->names = g_ptr_array_new_with_free_func (g_free);
  export->series = g_ptr_array_new_with_free_func (series_free);
  export->dots = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < self->model.lines->len; i++)
    {
      const RnCurveLine *line = rn_curve_model_get_line (&self->model, (int) i);

      g_ptr_array_add (export->names, g_strdup (line->name));
      g_ptr_array_add (export->series, line->series != NULL ? rn_series_copy (line->series) : NULL);
      g_ptr_array_add (export->dots, g_array_copy (line->dots));
    }
  return export;
}

/* Pictures */

static void
draw (const Export *export, cairo_t *cr, gboolean is_vector, GString *svg_text)
{
  /* the thread's own font map: those of the window's thread are not for others */
  PangoContext *pango = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  RnPalette palette;
  RnCanvas canvas = { .cr = cr,
                      .pango = pango,
                      .palette = &palette,
                      .scale = PNG_SCALE,
                      .is_vector = is_vector,
                      .svg_text = svg_text };

  pango_cairo_context_set_resolution (pango, 96.0);
  pango_context_set_font_description (pango, export->font);
  rn_palette_get_for_print (&palette);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_paint (cr);
  if (export->scene != NULL)
    {
      const cairo_rectangle_t *plot = &export->scene->plot;

      cairo_translate (cr, MARGIN, MARGIN);
      rn_curve_draw_frame (export->scene, &canvas);
      rn_curve_draw_lines (export->scene, &canvas, plot->x - RN_CURVE_BLEED,
                           plot->x + plot->width + RN_CURVE_BLEED);
      rn_curve_draw_names (export->scene, &canvas);
    }
  g_object_unref (pango);
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* Returns: whether Cairo is content */
static gboolean
check (cairo_status_t status, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, cairo_status_to_string (status));
  return FALSE;
}

static gboolean
draw_png (const Export *export, GByteArray *bytes, GError **error)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                  (int) ((export->width + 2.0 * MARGIN) * PNG_SCALE),
                                  (int) ((export->height + 2.0 * MARGIN) * PNG_SCALE));
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_scale (cr, PNG_SCALE, PNG_SCALE);
  draw (export, cr, FALSE, NULL);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append_bytes, bytes);
  cairo_surface_destroy (surface);
  return check (status, error);
}

static gboolean
draw_vector (const Export *export, GByteArray *bytes, GError **error)
{
  const gboolean is_svg = export->format == RN_FIGURE_SVG;
  const double unit = is_svg ? 1.0 : POINTS_PER_PIXEL;
  const double width = (export->width + 2.0 * MARGIN) * unit,
               height = (export->height + 2.0 * MARGIN) * unit;
  cairo_surface_t *surface =
      is_svg ? cairo_svg_surface_create_for_stream (append_bytes, bytes, width, height)
             : cairo_pdf_surface_create_for_stream (append_bytes, bytes, width, height);
  g_autoptr (GString) text = is_svg ? g_string_new (NULL) : NULL;
  cairo_status_t status;
  cairo_t *cr;

  if (is_svg)
    cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  else
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE,
                                    export->scene != NULL ? export->scene->title : "");
  cr = cairo_create (surface);
  cairo_scale (cr, unit, unit);
  draw (export, cr, TRUE, text);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (is_svg && status == CAIRO_STATUS_SUCCESS)
    {
      static const char end[] = "</svg>";
      const char *at = g_strrstr_len ((const char *) bytes->data, bytes->len, end);
      g_autofree char *group = g_strdup_printf ("<g transform=\"translate(%d,%d)\">\n%s</g>\n%s\n",
                                                (int) MARGIN, (int) MARGIN, text->str, end);

      g_return_val_if_fail (at != NULL, FALSE);
      g_byte_array_set_size (bytes, (guint) (at - (const char *) bytes->data));
      g_byte_array_append (bytes, (const guint8 *) group, (guint) strlen (group));
    }
  return check (status, error);
}

/* Numbers */

/* Where the writing of one column is */
typedef struct
{
  const RnSeries *series; /* or... */
  const GArray *dots;     /* ...one of both is NULL */
  gsize at;
} Column;

static void
append_quoted (GString *text, const char *name)
{
  if (strpbrk (name, ",\"\n") == NULL)
    {
      g_string_append (text, name);
      return;
    }
  g_string_append_c (text, '"');
  for (const char *c = name; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *c);
    }
  g_string_append_c (text, '"');
}

static GArray *
start_columns (const Export *export, GString *header)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (Column));

  g_string_append (header, "step");
  for (guint i = 0; i < export->names->len; i++)
    {
      const Column series = { export->series->pdata[i], NULL, 0 },
                   dots = { NULL, export->dots->pdata[i], 0 };

      if (series.series != NULL)
        {
          g_string_append_c (header, ',');
          append_quoted (header, export->names->pdata[i]);
          g_array_append_val (columns, series);
        }
      if (series.series != NULL && dots.dots->len == 0)
        continue;
      g_string_append_c (header, ',');
      append_quoted (header, export->names->pdata[i]);
      g_array_append_val (columns, dots);
    }
  g_string_append_c (header, '\n');
  return columns;
}

/* The column's next step and value. Returns: FALSE at its end */
static gboolean
peek (const Column *column, gint64 *step, double *value)
{
  if (column->series != NULL)
    {
      RnSeriesEntry entry;

      if (column->at == rn_series_n (column->series))
        return FALSE;
      rn_series_get_entry (column->series, column->at, &entry);
      *step = entry.last;
      *value = (double) entry.mean;
      return TRUE;
    }
  if (column->at == column->dots->len)
    return FALSE;
  *step = g_array_index (column->dots, RnDot, column->at).step;
  *value = g_array_index (column->dots, RnDot, column->at).value;
  return TRUE;
}

/* With as few digits as give the very number back */
static void
append_number (GString *row, double value, gboolean is_float)
{
  const int most = is_float ? 9 : 17;
  char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  if (isnan (value))
    {
      g_string_append (row, "NaN");
      return;
    }
  for (int digits = is_float ? 7 : 15; digits <= most; digits++)
    {
      double back;

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      back = g_ascii_strtod (text, NULL);
      if (is_float ? (float) back == (float) value : back == value)
        break;
    }
  g_string_append (row, text);
}

/* One row for the least step that is still to be written. Returns: FALSE where there is none */
static gboolean
append_row (GArray *columns, GString *row)
{
  gint64 least = G_MAXINT64, step;
  double value;

  for (guint i = 0; i < columns->len; i++)
    if (peek (&g_array_index (columns, Column, i), &step, &value))
      least = MIN (least, step);
  if (least == G_MAXINT64)
    return FALSE;
  g_string_append_printf (row, "%lld", (long long) least);
  for (guint i = 0; i < columns->len; i++)
    {
      Column *column = &g_array_index (columns, Column, i);

      g_string_append_c (row, ',');
      if (!peek (column, &step, &value) || step != least)
        continue;
      append_number (row, value, column->series != NULL);
      column->at++;
    }
  g_string_append_c (row, '\n');
  return TRUE;
}

static gboolean
write_numbers (const Export *export, GOutputStream *stream, GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) columns = start_columns (export, text);
  gboolean is_on = TRUE;

  while (is_on)
    {
      for (int i = 0; i < ROWS_PER_CHECK && is_on; i++)
        is_on = append_row (columns, text);
      if (!g_output_stream_write_all (stream, text->str, text->len, NULL, cancellable, error))
        return FALSE;
      g_string_truncate (text, 0);
    }
  return TRUE;
}

/* Aside, and renamed when it is whole: on an error the old file stays. */
static gboolean
save_numbers (const Export *export, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileOutputStream) stream =
      g_file_replace (export->file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, error);
  g_autoptr (GCancellable) give_up = g_cancellable_new ();

  if (stream == NULL)
    return FALSE;
  if (write_numbers (export, G_OUTPUT_STREAM (stream), cancellable, error))
    return g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error);
  g_cancellable_cancel (give_up);
  g_output_stream_close (G_OUTPUT_STREAM (stream), give_up, NULL);
  return FALSE;
}

/* Tasks */

static gboolean
save (const Export *export, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (export->format == RN_FIGURE_CSV)
    return save_numbers (export, cancellable, error);
  bytes = g_byte_array_new ();
  if (!(export->format == RN_FIGURE_PNG ? draw_png (export, bytes, error)
                                        : draw_vector (export, bytes, error)))
    return FALSE;
  return g_file_replace_contents (export->file, (const char *) bytes->data, bytes->len, NULL, FALSE,
                                  G_FILE_CREATE_NONE, NULL, cancellable, error);
}

static void
save_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (save (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rn_curve_chart_save_async (RnCurveChart *self, GFile *file, RnFigureFormat format,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RN_IS_CURVE_CHART (self) && G_IS_FILE (file));
  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, rn_curve_chart_save_async);
  g_task_set_task_data (task, export_new (self, file, format), export_free);
  g_task_run_in_thread (task, save_in_task);
}

gboolean
rn_curve_chart_save_finish (RnCurveChart *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
copy_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GByteArray) png = g_byte_array_new ();
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  Export *export = data;
  GError *error = NULL;

  if (!draw_png (export, png, &error) || !write_numbers (export, stream, cancellable, &error) ||
      !g_output_stream_close (stream, cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  export->picture = g_byte_array_free_to_bytes (g_steal_pointer (&png));
  export->numbers = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  g_task_return_boolean (task, TRUE);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  const Export *export = g_task_get_task_data (G_TASK (result));
  g_autoptr (GdkContentProvider) provider = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    return;
  provider = gdk_content_provider_new_union (
      (GdkContentProvider *[]){
          gdk_content_provider_new_for_bytes ("image/png", export->picture),
          gdk_content_provider_new_for_bytes ("text/plain;charset=utf-8", export->numbers),
          gdk_content_provider_new_for_bytes ("text/csv", export->numbers) },
      3);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (source)), provider);
}

void
rn_curve_chart_copy (RnCurveChart *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RN_IS_CURVE_CHART (self));
  task = g_task_new (self, NULL, on_copied, NULL);
  g_task_set_source_tag (task, rn_curve_chart_copy);
  g_task_set_task_data (task, export_new (self, NULL, RN_FIGURE_PNG), export_free);
  g_task_run_in_thread (task, copy_in_task);
}

/* Dialog */

static void
save_chart (GtkWidget *widget, GFile *file, RnFigureFormat format, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer data)
{
  rn_curve_chart_save_async (RN_CURVE_CHART (widget), file, format, cancellable, callback, data);
}

void
rn_curve_export_ask (RnCurveChart *self, const char *ending)
{
  rn_figure_ask (GTK_WIDGET (self), self->model.title, ending, save_chart);
}
