#include "print/lab-report.h"

#include <cairo-pdf.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/compute-info.h>
#include <string.h>

#include "charts/lab-plot.h"
#include "pages/lab-figures.h"
#include "pages/lab-verdicts.h"
#include "state/format.h"

/* A4, in points */
#define WIDTH 595.276
#define HEIGHT 841.89
#define MARGIN 48.0
#define TEXT_WIDTH (WIDTH - 2.0 * MARGIN)
#define GAP 8.0
#define FIGURE_GAP 16.0
#define FIGURE_HEIGHT 176.0
#define TITLE_HEIGHT 14.0
#define POINTS 9

/* What has to have room below a text that may not stand alone at the foot of a sheet */
#define LINE_KEEP (2.0 * 1.5 * POINTS)
#define STRONG_KEEP (2.0 * 1.5 * POINTS + LINE_KEEP)
#define HEADING_KEEP (1.5 * POINTS + STRONG_KEEP + GAP)

typedef enum
{
  TEXT_TITLE,
  TEXT_HEADING,
  TEXT_STRONG,
  TEXT_LINE, /* of the body, with what is about it close below */
  TEXT_BODY,
  TEXT_DIM
} TextKind;

/* The sheets, as they are written from the top down */
typedef struct
{
  cairo_t *cr;
  PangoContext *pango;
  RnPalette palette;
  RnLabResults *results;
  RnLabPlan *plan;
  RnExperiment *experiment;
  double y;
  int page;
} Sheet;

static PangoLayout *
new_layout (Sheet *self, TextKind kind, const char *text, double width)
{
  PangoLayout *layout = pango_layout_new (self->pango);
  PangoFontDescription *font =
      pango_font_description_copy (pango_context_get_font_description (self->pango));
  const double points = kind == TEXT_TITLE ? 18.0 : kind == TEXT_HEADING ? 12.0 : POINTS;

  pango_font_description_set_size (font, (int) (points * PANGO_SCALE));
  if (kind <= TEXT_STRONG)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static double
get_height (PangoLayout *layout)
{
  PangoRectangle extents;

  pango_layout_get_extents (layout, NULL, &extents);
  return (double) extents.height / PANGO_SCALE;
}

static void
end_page (Sheet *self)
{
  g_autofree char *number = g_strdup_printf ("%d", ++self->page);
  g_autoptr (PangoLayout) layout = new_layout (self, TEXT_DIM, number, TEXT_WIDTH);

  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  rn_palette_set_source (self->cr, &self->palette.dim, 1.0);
  cairo_move_to (self->cr, MARGIN, HEIGHT - MARGIN + GAP);
  pango_cairo_show_layout (self->cr, layout);
  cairo_show_page (self->cr);
  self->y = MARGIN;
}

/* Turns to the next sheet where @height has no room on this one. */
static void
make_room (Sheet *self, double height)
{
  if (self->y + height > HEIGHT - MARGIN && self->y > MARGIN)
    end_page (self);
}

static void
show (Sheet *self, PangoLayout *layout, TextKind kind, double x)
{
  rn_palette_set_source (self->cr, kind == TEXT_DIM ? &self->palette.dim : &self->palette.text,
                         1.0);
  cairo_move_to (self->cr, x, self->y);
  pango_cairo_show_layout (self->cr, layout);
}

static void
add_text (Sheet *self, TextKind kind, const char *text)
{
  g_autoptr (PangoLayout) layout = NULL;

  if (text == NULL || *text == '\0')
    return;
  layout = new_layout (self, kind, text, TEXT_WIDTH);
  /* what stands over others stays with what follows, and a heading over a name with both */
  make_room (self, get_height (layout) + (kind == TEXT_HEADING  ? HEADING_KEEP
                                          : kind == TEXT_STRONG ? STRONG_KEEP
                                          : kind == TEXT_LINE   ? LINE_KEEP
                                                                : 0.0));
  if (kind == TEXT_HEADING && self->y > MARGIN)
    self->y += GAP;
  show (self, layout, kind, MARGIN);
  self->y += get_height (layout) + (kind == TEXT_STRONG || kind == TEXT_LINE ? 1.0 : GAP);
}

static double
get_width (Sheet *self, TextKind kind, const char *text)
{
  g_autoptr (PangoLayout) layout = new_layout (self, kind, text, TEXT_WIDTH);
  PangoRectangle extents;

  pango_layout_get_extents (layout, NULL, &extents);
  return (double) extents.width / PANGO_SCALE;
}

/* A row of a table: the first cell takes @first, the others share what is left. */
static void
add_row (Sheet *self, const char *const *cells, int n, double first, TextKind kind)
{
  const double unit = (TEXT_WIDTH - first) / MAX (n - 1, 1);
  double most = 0.0;

  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < n; i++)
      {
        const double x = MARGIN + (i == 0 ? 0.0 : first + unit * (i - 1) + GAP);
        g_autoptr (PangoLayout) layout =
            new_layout (self, kind, cells[i], (i == 0 ? first : unit) - GAP);

        if (i > 0)
          pango_layout_set_alignment (layout, PANGO_ALIGN_RIGHT);
        if (pass == 0)
          most = MAX (most, get_height (layout));
        else
          show (self, layout, kind, x);
        if (pass == 0 && i == n - 1)
          make_room (self, most);
      }
  self->y += most + 3.0;
  rn_palette_set_source (self->cr, &self->palette.grid, 1.0);
  cairo_rectangle (self->cr, MARGIN, self->y - 2.0, TEXT_WIDTH, 0.5);
  cairo_fill (self->cr);
}

/* What is said */

static void
add_head (Sheet *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d %H:%M");
  g_autofree char *state = g_strdup_printf (ngettext ("%d of %d training has ended, %s",
                                                      "%d of %d trainings have ended, %s",
                                                      (gulong) rn_lab_plan_n_runs (self->plan)),
                                            rn_lab_results_n_ended (self->results),
                                            rn_lab_plan_n_runs (self->plan), date);

  g_autofree char *diverged = rn_lab_results_describe_divergences (self->results);

  add_text (self, TEXT_TITLE, rn_experiment_get_title (self->experiment));
  add_text (self, TEXT_BODY, rn_experiment_get_question (self->experiment));
  add_text (self, TEXT_DIM, state);
  add_text (self, TEXT_DIM, diverged);
  if (*rn_experiment_get_claim (self->experiment) == '\0')
    return;
  add_text (self, TEXT_HEADING, _ ("What the paper found"));
  add_text (self, TEXT_BODY, rn_experiment_get_claim (self->experiment));
  add_text (self, TEXT_DIM, rn_experiment_get_source (self->experiment));
}

static void
add_verdicts (Sheet *self)
{
  const int n = rn_experiment_n_checks (self->experiment);

  if (n > 0)
    add_text (self, TEXT_HEADING, _ ("Does it agree with the paper?"));
  for (int check = 0; check < n; check++)
    {
      const RnLabVerdict *verdict = rn_lab_results_get_verdict (self->results, check);
      g_autofree char *numbers =
          verdict->answer == RN_LAB_NOT_YET ? NULL : rn_lab_results_describe (self->results, check);

      add_text (self, TEXT_STRONG, rn_lab_answer_get_label (verdict->answer));
      add_text (self, numbers != NULL ? TEXT_LINE : TEXT_BODY,
                rn_experiment_get_check (self->experiment, check)->text);
      add_text (self, TEXT_DIM, numbers);
    }
}

/* Returns: what the names of @quantities take, within a third of the sheet */
static double
measure_labels (Sheet *self, const RnLabQuantity *quantities, int n)
{
  double most = 0.0;

  for (int i = 0; i < n; i++)
    most = MAX (most, get_width (self, TEXT_BODY, rn_lab_quantity_get_label (quantities[i])));
  return MIN (most + 2.0 * GAP, TEXT_WIDTH / 3.0);
}

/* Returns: (transfer full): of which the spread may stand below the mean where both have no room beside each other */
static char *
describe_number (const RnLabNumber *number, RnLabQuantity quantity)
{
  g_autofree char *text = rn_lab_number_to_string (number, quantity);
  GString *words = g_string_new (text);

  g_string_replace (words, "\u00a0±", " ±", 0);
  return g_string_free (words, FALSE);
}

/* A column for each network, as on the page of the web: there are fewer of them than quantities. */
static void
add_numbers (Sheet *self)
{
  RnLabQuantity quantities[RN_LAB_N_QUANTITIES];
  const int n = rn_lab_numbers_list (self->experiment, quantities);
  const int n_arms = rn_experiment_n_arms (self->experiment);
  const double first = measure_labels (self, quantities, n);
  const char *cells[RN_LAB_MAX_ARMS + 1] = { "" };

  add_text (self, TEXT_HEADING, _ ("Numbers"));
  for (int arm = 0; arm < n_arms; arm++)
    cells[arm + 1] = rn_experiment_get_arm (self->experiment, arm)->name;
  add_row (self, cells, n_arms + 1, first, TEXT_DIM);
  for (int i = 0; i < n; i++)
    {
      g_auto (GStrv) texts = g_new0 (char *, n_arms + 1);

      cells[0] = rn_lab_quantity_get_label (quantities[i]);
      for (int arm = 0; arm < n_arms; arm++)
        {
          const RnLabNumber number = rn_lab_results_get_number (self->results, arm, quantities[i]);

          texts[arm] = describe_number (&number, quantities[i]);
          cells[arm + 1] = texts[arm];
        }
      add_row (self, cells, n_arms + 1, first, TEXT_BODY);
    }
  self->y += GAP;
}

static void
draw_figure (Sheet *self, int at, double x, double width)
{
  RnLabPlot plot = { .figure = rn_lab_results_get_figure (self->results, at),
                     .experiment = self->experiment,
                     .kind = rn_experiment_get_figure (self->experiment, at) };
  g_autoptr (PangoLayout) title =
      new_layout (self, TEXT_STRONG, rn_lab_figure_title (plot.kind), width);

  show (self, title, TEXT_STRONG, x);
  rn_lab_plot_fit (&plot, FALSE);
  cairo_save (self->cr);
  cairo_translate (self->cr, x, self->y + TITLE_HEIGHT);
  if (rn_lab_plot_has_data (&plot))
    rn_lab_plot_draw (&plot, self->cr, self->pango, &self->palette, 2.0, width,
                      FIGURE_HEIGHT - TITLE_HEIGHT);
  cairo_restore (self->cr);
  if (!rn_lab_plot_has_data (&plot))
    {
      g_autoptr (PangoLayout) none =
          new_layout (self, TEXT_DIM,
                      rn_lab_results_is_final (self->results)
                          ? _ ("These trainings have ended and give nothing to draw here.")
                          : _ ("Nothing has come out of it yet."),
                      width);

      rn_palette_set_source (self->cr, &self->palette.dim, 1.0);
      cairo_move_to (self->cr, x, self->y + 2.0 * TITLE_HEIGHT);
      pango_cairo_show_layout (self->cr, none);
    }
}

/* Two beside each other */
static void
add_figures (Sheet *self)
{
  const double width = (TEXT_WIDTH - FIGURE_GAP) / 2.0;
  const int n = rn_experiment_n_figures (self->experiment);

  for (int at = 0; at < n; at += 2)
    {
      make_room (self, FIGURE_HEIGHT);
      draw_figure (self, at, MARGIN, width);
      if (at + 1 < n)
        draw_figure (self, at + 1, MARGIN + width + FIGURE_GAP, width);
      self->y += FIGURE_HEIGHT + GAP;
    }
}

/* Networks that were trained alike stand together. */
static void
add_settings (Sheet *self)
{
  const int n = rn_experiment_n_arms (self->experiment);
  g_auto (GStrv) words = g_new0 (char *, n + 1);

  add_text (self, TEXT_HEADING, _ ("Networks and settings"));
  for (int arm = 0; arm < n; arm++)
    words[arm] = rn_lab_plan_describe_arm (self->plan, arm);
  for (int arm = 0; arm < n; arm++)
    {
      g_autoptr (GString) names =
          g_string_new (rn_experiment_get_arm (self->experiment, arm)->name);
      gboolean is_told = FALSE;

      for (int other = 0; other < n; other++)
        if (other != arm && strcmp (words[other], words[arm]) == 0)
          {
            is_told |= other < arm;
            g_string_append_printf (names, ", %s",
                                    rn_experiment_get_arm (self->experiment, other)->name);
          }
      if (is_told)
        continue;
      add_text (self, TEXT_STRONG, names->str);
      add_text (self, TEXT_DIM, words[arm]);
    }
}

static void
add_machine (Sheet *self)
{
  const guint64 first = rn_lab_plan_get_run (self->plan, 0)->seed;
  const guint64 last = first + (guint64) rn_lab_plan_n_seeds (self->plan) - 1;
  g_autofree char *from = rn_format_count ((gint64) first), *to = rn_format_count ((gint64) last);
  g_autofree char *time = rn_format_duration (rn_lab_results_get_seconds (self->results));
  g_autofree char *seeds =
      g_strdup_printf (_ ("Seeds %s to %s; the trainings took %s in all."), from, to, time);
  g_autofree char *machine =
      g_strdup_printf (_ ("Residua %s on a computer with %s, OpenBLAS core %s, %d processors"),
                       RN_VERSION, rn_compute_isa (), rn_compute_blas_core (),
                       rn_compute_n_processors ());
  g_autofree char *data = rn_lab_plan_describe_data (self->plan);
  g_autofree char *digest =
      g_strdup_printf ("%s: %s", _ ("Digest of the data (SHA-256)"),
                       rn_dataset_get_digest (rn_lab_plan_get_dataset (self->plan)));

  add_text (self, TEXT_HEADING, _ ("How it was made"));
  add_text (self, TEXT_BODY, data);
  add_text (self, TEXT_DIM, digest);
  add_text (self, TEXT_BODY, seeds);
  add_text (self, TEXT_BODY, machine);
}

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
write_sheets (Sheet *self)
{
  add_head (self);
  add_verdicts (self);
  add_numbers (self);
  add_figures (self);
  add_settings (self);
  add_machine (self);
  end_page (self);
}

static cairo_status_t
draw (RnLabResults *results, GByteArray *bytes)
{
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (collect, bytes, WIDTH, HEIGHT);
  RnLabPlan *plan = rn_lab_results_get_plan (results);
  Sheet sheet = { .cr = cairo_create (surface),
                  .results = results,
                  .plan = plan,
                  .experiment = rn_lab_plan_get_experiment (plan),
                  .y = MARGIN };
  PangoFontDescription *font = pango_font_description_from_string ("Sans");
  cairo_status_t status;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE,
                                  rn_experiment_get_title (sheet.experiment));
  sheet.pango = pango_cairo_create_context (sheet.cr);
  pango_cairo_context_set_resolution (sheet.pango, 72.0);
  pango_font_description_set_size (font, POINTS * PANGO_SCALE);
  pango_context_set_font_description (sheet.pango, font);
  pango_font_description_free (font);
  rn_palette_get_for_print (&sheet.palette);
  write_sheets (&sheet);
  status = cairo_status (sheet.cr);
  cairo_destroy (sheet.cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  g_object_unref (sheet.pango);
  return status;
}

gboolean
rn_lab_report_write_pdf (RnLabResults *results, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const cairo_status_t status = draw (results, bytes);

  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” could not be drawn: %s"), path,
                   cairo_status_to_string (status));
      return FALSE;
    }
  return g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, error);
}
