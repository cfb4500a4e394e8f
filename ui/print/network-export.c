#include "print/network-export.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/spec-table.h>
#include <string.h>

#include "print/network-figure.h"

/* Pixels of a PNG to a point: 300 to the inch, less where the figure would take too many */
#define PNG_SCALE (300.0 / 72.0)
#define MAX_SIDE 16000.0
#define MAX_PIXELS 60e6

typedef struct
{
  RnSpec *spec;
  GFile *file;
  RnExport format;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  rn_spec_free (job->spec);
  g_object_unref (job->file);
  g_free (job);
}

const char *
rn_export_ending (RnExport format)
{
  static const char *const endings[RN_N_EXPORTS] = { "pdf", "svg", "png", "txt" };

  g_return_val_if_fail (format < RN_N_EXPORTS, NULL);

  return endings[format];
}

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
draw_vector (const RnNetworkFigure *figure, RnExport format, GByteArray *bytes)
{
  double width, height;
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cr;

  rn_network_figure_get_size (figure, &width, &height);
  if (format == RN_EXPORT_SVG)
    surface = cairo_svg_surface_create_for_stream (collect, bytes, width, height);
  else
    {
      surface = cairo_pdf_surface_create_for_stream (collect, bytes, width, height);
      cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE,
                                      rn_network_figure_get_title (figure));
    }
  cr = cairo_create (surface);
  rn_network_figure_draw (figure, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

static cairo_status_t
draw_png (const RnNetworkFigure *figure, GByteArray *bytes)
{
  double width, height, scale;
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cr;

  rn_network_figure_get_size (figure, &width, &height);
  scale = MIN (MIN (PNG_SCALE, MAX_SIDE / MAX (width, height)), sqrt (MAX_PIXELS / width / height));
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) ceil (width * scale),
                                        (int) ceil (height * scale));
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  rn_network_figure_draw (figure, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, collect, bytes);
  cairo_surface_destroy (surface);
  return status;
}

/* Fills @bytes with the whole file. */
static gboolean
make_file (const Job *job, GByteArray *bytes, GError **error)
{
  g_autoptr (RnNetworkFigure) figure = NULL;
  cairo_status_t status;

  if (job->format == RN_EXPORT_TEXT)
    {
      g_autofree char *table = rn_spec_to_table (job->spec);

      g_byte_array_append (bytes, (const guint8 *) table, (guint) strlen (table));
      return TRUE;
    }
  figure = rn_network_figure_new (job->spec);
  status = job->format == RN_EXPORT_PNG ? draw_png (figure, bytes)
                                        : draw_vector (figure, job->format, bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The figure could not be drawn: %s"),
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}

static void
export_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GError *error = NULL;

  if (!make_file (job, bytes, &error) ||
      !g_file_replace_contents (job->file, (const char *) bytes->data, bytes->len, NULL, FALSE,
                                G_FILE_CREATE_NONE, NULL, cancellable, &error))
    {
      g_autofree char *name = g_file_get_parse_name (job->file);

      g_prefix_error (&error, _ ("“%s” could not be written: "), name);
      g_task_return_error (task, error);
    }
  else
    g_task_return_boolean (task, TRUE);
}

void
rn_network_export_async (const RnSpec *spec, GFile *file, RnExport format,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Job *job = g_new (Job, 1);

  *job = (Job){ rn_spec_copy (spec), g_object_ref (file), format };
  g_task_set_source_tag (task, rn_network_export_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, export_in_task);
}

gboolean
rn_network_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
