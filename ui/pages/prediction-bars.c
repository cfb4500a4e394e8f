#include "pages/prediction-bars.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"
#include "charts/figure.h"
#include "charts/overlay.h"
#include "state/format.h"

/* The bars of one class */

#define RN_TYPE_SHARE_BAR (rn_share_bar_get_type ())
G_DECLARE_FINAL_TYPE (RnShareBar, rn_share_bar, RN, SHARE_BAR, GtkWidget)

#define ROW_HEIGHT                                                                                 \
  28 /* logical pixels, at least, also before there are rows: nothing jumps when they come */

/* In print */
#define NAME_SHARE 30   /* of the width that names have, percent */
#define NUMBER_WIDTH 54 /* logical pixels */
#define GAP 12

struct _RnShareBar
{
  GtkWidget parent_instance;

  double trained;
  double gated; /* NaN: none */
};

G_DEFINE_FINAL_TYPE (RnShareBar, rn_share_bar, GTK_TYPE_WIDGET)

static void
pill (cairo_t *cr, double y, double width, double height)
{
  const double r = MIN (height, width) / 2;

  cairo_new_sub_path (cr);
  cairo_arc (cr, width - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, width - r, y + height - r, r, 0, G_PI / 2);
  cairo_arc (cr, r, y + height - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, r, y + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_bar (cairo_t *cr, const RnPalette *palette, const GdkRGBA *colour, double share, double y,
          double width, double height)
{
  rn_palette_set_source (cr, &palette->track, 1.0);
  pill (cr, y, width, height);
  rn_palette_set_source (cr, colour, 1.0);
  if (isnan (share))
    rn_palette_hatch (cr, palette, 0, y, width, height);
  else if (share > 0.0)
    pill (cr, y, MAX (width * MIN (share, 1.0), 3.0), height);
}

static void
rn_share_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnShareBar *self = RN_SHARE_BAR (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  const gboolean is_double = !isnan (self->gated);
  const double top = floor ((height - (is_double ? 18 : 10)) / 2.0);
  cairo_t *cr;
  RnPalette palette;

  if (width < 8)
    return;
  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  draw_bar (cr, &palette, &palette.series[0], self->trained, top, width, 10);
  if (is_double)
    draw_bar (cr, &palette, &palette.series[1], self->gated, top + 12, width, 6);
  cairo_destroy (cr);
}

static void
rn_share_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 48 : 18;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 18;
}

static void
rn_share_bar_init (RnShareBar *self)
{
  self->gated = NAN;
}

static void
rn_share_bar_class_init (RnShareBarClass *class)
{
  GTK_WIDGET_CLASS (class)->snapshot = rn_share_bar_snapshot;
  GTK_WIDGET_CLASS (class)->measure = rn_share_bar_measure;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

/* The rows */

typedef struct
{
  int class;
  double trained;
  double gated;
  GtkWidget *name;
  GtkWidget *bar;
  GtkWidget *numbers;
  GtkWidget *trained_label;
  GtkWidget *gated_label;
} Row;

struct _RnPredictionBars
{
  GtkWidget parent_instance;

  GtkWidget *grid;
  Row rows[RN_PREDICTION_ROWS];
  int n_rows;

  /* Of all classes, for the CSV */
  char **names;
  double *trained;
  double *gated; /* (nullable) */
  int n;
};

G_DEFINE_FINAL_TYPE (RnPredictionBars, rn_prediction_bars, GTK_TYPE_WIDGET)

/* The most likely first, equals in order */
static int
find_strongest (const double *trained, int n, const int *taken, int n_taken)
{
  int best = -1;

  for (int k = 0; k < n; k++)
    {
      gboolean is_taken = FALSE;

      for (int i = 0; i < n_taken; i++)
        is_taken |= taken[i] == k;
      if (!is_taken && (best < 0 || trained[k] > trained[best]))
        best = k;
    }
  return best;
}

static void
set_coloured (GtkWidget *label, const char *text, const GdkRGBA *colour)
{
  PangoAttrList *list = pango_attr_list_new ();

  pango_attr_list_insert (list, pango_attr_foreground_new ((guint16) (colour->red * 65535),
                                                           (guint16) (colour->green * 65535),
                                                           (guint16) (colour->blue * 65535)));
  gtk_label_set_attributes (GTK_LABEL (label), list);
  gtk_label_set_text (GTK_LABEL (label), text);
  pango_attr_list_unref (list);
}

static void
show_row (RnPredictionBars *self, Row *row, const char *name, gboolean is_true)
{
  g_autofree char *marked = is_true ? g_strdup_printf ("%s ✓", name) : g_strdup (name);
  g_autofree char *trained = rn_format_percent (row->trained);
  RnShareBar *bar = RN_SHARE_BAR (row->bar);

  gtk_label_set_text (GTK_LABEL (row->name), marked);
  gtk_widget_set_tooltip_text (row->name, is_true ? _ ("The true class") : name);
  gtk_label_set_text (GTK_LABEL (row->trained_label), trained);
  gtk_widget_set_visible (row->gated_label, !isnan (row->gated));
  if (!isnan (row->gated))
    {
      g_autofree char *gated = rn_format_percent (row->gated);
      RnPalette palette;

      rn_palette_get (GTK_WIDGET (self), &palette);
      set_coloured (row->gated_label, gated, &palette.series[1]);
    }
  bar->trained = row->trained;
  bar->gated = row->gated;
  gtk_widget_queue_draw (row->bar);
}

static void
set_visible (Row *row, gboolean is_visible)
{
  gtk_widget_set_visible (row->name, is_visible);
  gtk_widget_set_visible (row->bar, is_visible);
  gtk_widget_set_visible (row->numbers, is_visible);
}

/* "boat 93 %, fish 4 %" */
static void
describe (RnPredictionBars *self, const char *const *classes)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < self->n_rows; i++)
    {
      g_autofree char *trained = rn_format_percent (self->rows[i].trained);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", classes[self->rows[i].class],
                              trained);
      if (!isnan (self->rows[i].gated))
        {
          g_autofree char *gated = rn_format_percent (self->rows[i].gated);

          g_string_append_printf (text, " → %s", gated);
        }
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text->str, -1);
}

static void
keep (RnPredictionBars *self, const char *const *classes, int n, const double *trained,
      const double *gated)
{
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->trained, g_free);
  g_clear_pointer (&self->gated, g_free);
  self->n = trained != NULL ? n : 0;
  self->names = g_new0 (char *, (gsize) self->n + 1);
  for (int i = 0; i < self->n; i++)
    self->names[i] = g_strdup (classes[i]);
  self->trained = g_memdup2 (trained, (gsize) self->n * sizeof *trained);
  self->gated = g_memdup2 (gated, (gsize) self->n * sizeof *gated);
}

void
rn_prediction_bars_set (RnPredictionBars *self, const char *const *classes, int n,
                        const double *trained, const double *gated, int truth)
{
  int taken[RN_PREDICTION_ROWS];

  g_return_if_fail (RN_IS_PREDICTION_BARS (self));

  keep (self, classes, n, trained, gated);
  self->n_rows = trained != NULL ? MIN (n, RN_PREDICTION_ROWS) : 0;
  for (int i = 0; i < RN_PREDICTION_ROWS; i++)
    {
      Row *row = &self->rows[i];

      set_visible (row, i < self->n_rows);
      if (i >= self->n_rows)
        continue;
      row->class = taken[i] = find_strongest (trained, n, taken, i);
      row->trained = trained[row->class];
      row->gated = gated != NULL ? gated[row->class] : NAN;
      show_row (self, row, classes[row->class], row->class == truth);
    }
  describe (self, classes);
}

int
rn_prediction_bars_n_rows (RnPredictionBars *self)
{
  return self->n_rows;
}

void
rn_prediction_bars_get_row (RnPredictionBars *self, int at, int *class, double *trained,
                            double *gated)
{
  g_return_if_fail (at >= 0 && at < self->n_rows);

  *class = self->rows[at].class;
  *trained = RN_SHARE_BAR (self->rows[at].bar)->trained;
  *gated = RN_SHARE_BAR (self->rows[at].bar)->gated;
}

/* As a figure */

/* A number at its right end, in the room of six digits */
static void
draw_number (GtkWidget *widget, cairo_t *cr, double share, double x, double y,
             const GdkRGBA *colour)
{
  g_autofree char *text = rn_format_percent (share);

  rn_text_draw (cr, widget, RN_TEXT_CAPTION, text, x, y, 1.0, colour);
}

static void
draw_row (RnPredictionBars *self, cairo_t *cr, const RnPalette *palette, const Row *row, int width,
          int height)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const int name = width * NAME_SHARE / 100, bar = width - name - NUMBER_WIDTH - 2 * GAP;
  const gboolean is_double = !isnan (row->gated);
  const double top = floor ((height - (is_double ? 18 : 10)) / 2.0);

  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, name, height);
  cairo_clip (cr);
  rn_text_draw (cr, widget, RN_TEXT_BODY, gtk_label_get_text (GTK_LABEL (row->name)), 0,
                height / 2.0, 0.0, &palette->text);
  cairo_restore (cr);
  draw_number (widget, cr, row->trained, width, is_double ? height / 2.0 - 7 : height / 2.0,
               &palette->text);
  if (is_double)
    draw_number (widget, cr, row->gated, width, height / 2.0 + 7, &palette->series[1]);
  cairo_translate (cr, name + GAP, 0);
  draw_bar (cr, palette, &palette->series[0], row->trained, top, bar, 10);
  if (is_double)
    draw_bar (cr, palette, &palette->series[1], row->gated, top + 12, bar, 6);
}

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPredictionBars *self = RN_PREDICTION_BARS (widget);
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  for (int i = 0; i < self->n_rows; i++)
    {
      cairo_save (cr);
      cairo_translate (cr, 0, i * height / RN_PREDICTION_ROWS);
      draw_row (self, cr, &palette, &self->rows[i], width, height / RN_PREDICTION_ROWS);
      cairo_restore (cr);
    }
}

/* Returns: (transfer full) (type GString): a line for each class, not for the likeliest alone */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnPredictionBars *self = RN_PREDICTION_BARS (widget);
  GString *text = g_string_new (self->gated != NULL ? "class,probability,with_branches_off\n"
                                                    : "class,probability\n");

  for (int i = 0; i < self->n; i++)
    {
      rn_figure_append_quoted (text, self->names[i]);
      g_string_append_c (text, ',');
      rn_figure_append_number (text, self->trained[i]);
      if (self->gated != NULL)
        {
          g_string_append_c (text, ',');
          rn_figure_append_number (text, self->gated[i]);
        }
      g_string_append_c (text, '\n');
    }
  return text;
}

static const RnFigure figure = { "prediction", draw_for_print, copy_numbers, rn_figure_format_text,
                                 rn_figure_free_text };

static void
rn_prediction_bars_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnPalette palette;

  GTK_WIDGET_CLASS (rn_prediction_bars_parent_class)->snapshot (widget, snapshot);
  rn_palette_get (widget, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

static GtkWidget *
make_number (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_width_chars (GTK_LABEL (label), 6);
  gtk_widget_add_css_class (label, "numeric");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static void
make_row (RnPredictionBars *self, int at)
{
  Row *row = &self->rows[at];

  row->gated = NAN;
  row->name = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (row->name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (row->name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (row->name), 7);
  gtk_label_set_max_width_chars (GTK_LABEL (row->name), 16);
  if (at == 0)
    gtk_widget_add_css_class (row->name, "heading");
  row->bar = g_object_new (RN_TYPE_SHARE_BAR, "hexpand", TRUE, NULL);
  row->numbers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_valign (row->numbers, GTK_ALIGN_CENTER);
  row->trained_label = make_number (NULL);
  row->gated_label = make_number ("caption");
  gtk_box_append (GTK_BOX (row->numbers), row->trained_label);
  gtk_box_append (GTK_BOX (row->numbers), row->gated_label);
  gtk_grid_attach (GTK_GRID (self->grid), row->name, 0, at, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), row->bar, 1, at, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), row->numbers, 2, at, 1, 1);
  set_visible (row, FALSE);
}

static void
rn_prediction_bars_init (RnPredictionBars *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_row_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_widget_set_size_request (self->grid, -1, RN_PREDICTION_ROWS * ROW_HEIGHT);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  for (int i = 0; i < RN_PREDICTION_ROWS; i++)
    make_row (self, i);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  rn_figure_attach (GTK_WIDGET (self), &figure);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The most likely classes"), -1);
}

static void
rn_prediction_bars_dispose (GObject *object)
{
  RnPredictionBars *self = RN_PREDICTION_BARS (object);

  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->grid, gtk_widget_unparent);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->trained, g_free);
  g_clear_pointer (&self->gated, g_free);
  G_OBJECT_CLASS (rn_prediction_bars_parent_class)->dispose (object);
}

static void
rn_prediction_bars_class_init (RnPredictionBarsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_prediction_bars_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  widget_class->snapshot = rn_prediction_bars_snapshot;
  rn_figure_install (widget_class);
}

GtkWidget *
rn_prediction_bars_new (void)
{
  return g_object_new (RN_TYPE_PREDICTION_BARS, NULL);
}
