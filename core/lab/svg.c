#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "lab/markup.h"
#include "residua/lab-results.h"

#define TITLE_HEIGHT 26
#define LEGEND_LINE 18
#define UNIT_LINE 16 /* the unit of y, level above its axis */
#define LEFT 44      /* at least: as much as the numbers of y take */
#define TICKS_Y 5
#define RIGHT 16
#define BOTTOM 44
#define TEXT_SIZE 12
/* An em of this text, about: what a label takes */
#define CHARACTER 6.6
#define N_COLOURS 4

/* Safe for the colour-blind, and told apart by their dashes, too */
static const char *const colours[N_COLOURS] = { "#2a78b5", "#b3540a", "#3d3846", "#7a4fa3" };
static const char *const dashes[] = { "none", "7 3", "2 3", "9 3 2 3" };

typedef struct
{
  GString *out;
  const RnLabFigure *figure;
  const RnExperiment *experiment;
  double left, right, top, bottom; /* of the plot */
} Drawing;

static const char *
colour_of (int arm)
{
  return colours[arm % N_COLOURS];
}

static const char *
dash_of (int arm)
{
  /* colours come again after as many, then with other dashes */
  return dashes[(arm + arm / N_COLOURS) % (int) G_N_ELEMENTS (dashes)];
}

GArray *
rn_lab_find_ticks (double min, double max, int wanted, gboolean is_whole)
{
  static const double steps[] = { 1.0, 2.0, 5.0, 10.0 };
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (double));
  const double rough = (max - min) / MAX (wanted, 1);
  const double power = pow (10.0, floor (log10 (rough)));
  double step = power * 10.0;

  g_return_val_if_fail (max > min && isfinite (rough), ticks);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (power * steps[i] >= rough * (1.0 - 1e-9))
      {
        step = power * steps[i];
        break;
      }
  if (is_whole)
    step = MAX (round (step), 1.0);
  for (double i = ceil (min / step - 1e-9); i * step <= max + 1e-9 * step; i++)
    {
      const double tick = i * step + 0.0; /* no minus zero */

      g_array_append_val (ticks, tick);
    }
  return ticks;
}

static double
x_of (const Drawing *self, double x)
{
  const RnLabFigure *figure = self->figure;

  return self->left +
         (x - figure->x_min) / (figure->x_max - figure->x_min) * (self->right - self->left);
}

static double
y_of (const Drawing *self, double y)
{
  const RnLabFigure *figure = self->figure;
  const double share = (y - figure->y_min) / (figure->y_max - figure->y_min);

  return self->bottom - CLAMP (share, 0.0, 1.0) * (self->bottom - self->top);
}

/* Lines of one pixel stand between pixels. */
static double
crisp (double position)
{
  return floor (position) + 0.5;
}

static void
add_text (Drawing *self, double x, double y, const char *anchor, const char *class,
          const char *text)
{
  rn_markup_printf (self->out,
                    "<text x=\"%g\" y=\"%g\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y,
                    anchor, class, text);
}

static void
add_line (Drawing *self, double x1, double y1, double x2, double y2, const char *class)
{
  rn_markup_printf (self->out, "<line x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\" class=\"%s\"/>\n", x1,
                    y1, x2, y2, class);
}

/* Axes */

/* Ticks are round: two digits say all of one that is too large to be written out. Returns: @text */
static const char *
print_tick (char text[RN_NUMBER_SIZE], double tick)
{
  if (fabs (tick) >= 1e6)
    return g_ascii_formatd (text, RN_NUMBER_SIZE, "%.2g", tick);
  return rn_number_print (text, round (tick * 1e6) / 1e6);
}

static double
get_y_scale (const RnLabFigure *figure)
{
  return figure->y_is_share ? 100.0 : 1.0;
}

static double
find_left (const RnLabFigure *figure)
{
  g_autoptr (GArray) ticks = rn_lab_find_ticks (figure->y_min, figure->y_max, TICKS_Y, FALSE);
  double left = LEFT;

  for (guint i = 0; i < ticks->len; i++)
    {
      const double tick = g_array_index (ticks, double, i) * get_y_scale (figure);
      char text[RN_NUMBER_SIZE];

      left = MAX (left, 12.0 + CHARACTER * (double) strlen (print_tick (text, tick)));
    }
  return left;
}

static void
add_y_axis (Drawing *self)
{
  const double scale = get_y_scale (self->figure);
  g_autoptr (GArray) ticks =
      rn_lab_find_ticks (self->figure->y_min, self->figure->y_max, TICKS_Y, FALSE);
  g_autofree char *label =
      g_strdup_printf (self->figure->y_is_share ? "%s (%%)" : "%s", self->figure->y_label);

  for (guint i = 0; i < ticks->len; i++)
    {
      const double tick = g_array_index (ticks, double, i), y = crisp (y_of (self, tick));
      char text[RN_NUMBER_SIZE];

      add_line (self, self->left, y, self->right, y, i == 0 ? "axis" : "grid");
      add_text (self, self->left - 6.0, y + 4.0, "end", "tick", print_tick (text, tick * scale));
    }
  add_text (self, 6.0, self->top - 10.0, "start", "label", label);
}

static void
add_arm_names (Drawing *self)
{
  const int n = rn_experiment_n_arms (self->experiment);
  const gsize most = (gsize) ((self->right - self->left) / n / CHARACTER);

  for (int arm = 0; arm < n; arm++)
    {
      const char *name = rn_experiment_get_arm (self->experiment, arm)->name;
      g_autofree char *cut = NULL;

      if ((gsize) g_utf8_strlen (name, -1) > most && most > 1)
        {
          g_autofree char *beginning = g_utf8_substring (name, 0, (glong) most - 1);

          cut = g_strconcat (beginning, "…", NULL);
        }
      add_text (self, x_of (self, arm), self->bottom + 18.0, "middle", "tick",
                cut != NULL ? cut : name);
    }
}

static void
add_x_axis (Drawing *self)
{
  const RnLabFigure *figure = self->figure;
  g_autoptr (GArray) ticks = NULL;

  add_line (self, self->left, crisp (self->bottom), self->right, crisp (self->bottom), "axis");
  if (figure->x_is_arm)
    {
      add_arm_names (self);
      return;
    }
  ticks = rn_lab_find_ticks (figure->x_min, figure->x_max, 6, figure->x_is_whole);
  for (guint i = 0; i < ticks->len; i++)
    {
      const double tick = g_array_index (ticks, double, i), x = crisp (x_of (self, tick));
      char text[RN_NUMBER_SIZE];

      add_line (self, x, self->bottom, x, self->bottom + 4.0, "axis");
      add_text (self, x, self->bottom + 18.0, "middle", "tick", print_tick (text, tick));
    }
  add_text (self, self->right, self->bottom + 36.0, "end", "label", figure->x_label);
}

/* Series */

static void
add_band (Drawing *self, const RnLabSeries *series)
{
  rn_markup_printf (self->out, "<path fill=\"%s\" fill-opacity=\"0.16\" stroke=\"none\" d=\"",
                    colour_of (series->arm));
  for (int i = 0; i < series->n; i++)
    rn_markup_printf (self->out, i == 0 ? "M%g %g" : "L%g %g", x_of (self, series->x[i]),
                      y_of (self, series->high[i]));
  for (int i = series->n - 1; i >= 0; i--)
    rn_markup_printf (self->out, "L%g %g", x_of (self, series->x[i]), y_of (self, series->low[i]));
  g_string_append (self->out, "Z\"/>\n");
}

static void
add_curve (Drawing *self, const RnLabSeries *series)
{
  rn_markup_printf (self->out,
                    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
                    "stroke-linejoin=\"round\" stroke-dasharray=\"%s\" points=\"",
                    colour_of (series->arm), dash_of (series->arm));
  for (int i = 0; i < series->n; i++)
    rn_markup_printf (self->out, "%g,%g ", x_of (self, series->x[i]), y_of (self, series->mean[i]));
  g_string_append (self->out, "\"/>\n");
}

/* The mean as a bar across, the spread as a line up and down */
static void
add_marks (Drawing *self, const RnLabSeries *series)
{
  const char *colour = colour_of (series->arm);

  for (int i = 0; i < series->n; i++)
    {
      const double x = x_of (self, series->x[i]), y = y_of (self, series->mean[i]);

      rn_markup_printf (self->out,
                        "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"M%g %gH%gM%g "
                        "%gV%g\"/>\n",
                        colour, x - 14.0, y, x + 14.0, x, y_of (self, series->low[i]),
                        y_of (self, series->high[i]));
    }
}

static void
add_dots (Drawing *self, const RnLabSeries *series)
{
  for (int i = 0; i < series->n_dots; i++)
    rn_markup_printf (self->out,
                      "<circle cx=\"%g\" cy=\"%g\" r=\"3\" fill=\"%s\" fill-opacity=\"0.6\"/>\n",
                      x_of (self, series->dots_x[i]), y_of (self, series->dots[i]),
                      colour_of (series->arm));
}

static void
add_series (Drawing *self, const RnLabSeries *series)
{
  if (self->figure->line && series->n > 1)
    {
      add_band (self, series);
      add_curve (self, series);
    }
  else
    add_marks (self, series);
  add_dots (self, series);
}

/* Legend: names beside each other, in as many lines as they take. Returns: the y below it */
static double
add_legend (Drawing *self, double y)
{
  double x = self->left;

  for (guint i = 0; i < self->figure->series->len; i++)
    {
      const RnLabSeries *series = self->figure->series->pdata[i];
      const double width = 34.0 + CHARACTER * (double) g_utf8_strlen (series->label, -1) + 14.0;

      if (x > self->left && x + width > self->right)
        {
          x = self->left;
          y += LEGEND_LINE;
        }
      rn_markup_printf (self->out,
                        "<line x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\" stroke=\"%s\" "
                        "stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n",
                        x, y + 9.0, x + 26.0, y + 9.0, colour_of (series->arm),
                        dash_of (series->arm));
      add_text (self, x + 32.0, y + 13.0, "start", "tick", series->label);
      x += width;
    }
  return y + LEGEND_LINE;
}

char *
rn_lab_figure_to_svg (const RnLabFigure *figure, const RnExperiment *experiment, int width,
                      int height)
{
  Drawing drawing = { g_string_new (NULL), figure,       experiment,     find_left (figure),
                      width - RIGHT,       TITLE_HEIGHT, height - BOTTOM };

  g_return_val_if_fail (width >= 200 && height >= 120, NULL);

  rn_markup_printf (drawing.out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                    "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" font-size=\"%d\" "
                    "font-family=\"sans-serif\">\n",
                    width, height, width, height, figure->title, TEXT_SIZE);
  g_string_append (drawing.out, "<style>.axis{stroke:#777}.grid{stroke:#ddd}.tick,.label{fill:#444}"
                                ".title{fill:#222;font-weight:bold;font-size:14px}</style>\n");
  add_text (&drawing, drawing.left, 17.0, "start", "title", figure->title);
  if (figure->series->len == 0)
    add_text (&drawing, 0.5 * width, 0.5 * height, "middle", "label", _ ("Nothing to draw"));
  else
    {
      if (!figure->x_is_arm)
        drawing.top = add_legend (&drawing, drawing.top);
      drawing.top += UNIT_LINE + 6.0;
      add_y_axis (&drawing);
      add_x_axis (&drawing);
      for (guint i = 0; i < figure->series->len; i++)
        add_series (&drawing, figure->series->pdata[i]);
    }
  g_string_append (drawing.out, "</svg>\n");
  return g_string_free (drawing.out, FALSE);
}
