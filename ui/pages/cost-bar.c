#include "pages/cost-bar.h"

#include <math.h>

#include "charts/palette.h"

#define BAR_HEIGHT 6
#define MIN_BAR 24
#define NUMBER_CHARS 9 /* so that all bars of a column end at the same place */
#define GAP 6
#define APART 18 /* from the column before */

struct _RnCostBar
{
  GtkWidget parent_instance;

  GtkWidget *number;
  int digits; /* width of NUMBER_CHARS of them, 0 where it is not known: it is asked for in every frame */
  double share;
};

G_DEFINE_FINAL_TYPE (RnCostBar, rn_cost_bar, GTK_TYPE_WIDGET)

void
rn_cost_bar_set (RnCostBar *self, const char *number, double share)
{
  g_return_if_fail (RN_IS_COST_BAR (self));

  gtk_label_set_text (GTK_LABEL (self->number), number);
  if (share == self->share)
    return;
  self->share = share;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Returns: the width of NUMBER_CHARS digits */
static int
get_digits (RnCostBar *self)
{
  if (self->digits == 0)
    {
      PangoContext *context = gtk_widget_get_pango_context (self->number);
      PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);

      self->digits = PANGO_PIXELS_CEIL (NUMBER_CHARS *
                                        pango_font_metrics_get_approximate_digit_width (metrics));
      pango_font_metrics_unref (metrics);
    }
  return self->digits;
}

/* @least: (out) (optional): what this number takes
 * Returns: what numbers of the column take */
static int
measure_number (RnCostBar *self, int *least)
{
  int width;

  gtk_widget_measure (self->number, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  if (least != NULL)
    *least = width;
  return MAX (width, get_digits (self));
}

static void
rn_cost_bar_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_cost_bar_parent_class)->css_changed (widget, change);
  RN_COST_BAR (widget)->digits = 0;
}

static void
rn_cost_bar_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (rn_cost_bar_parent_class)->system_setting_changed (widget, setting);
  RN_COST_BAR (widget)->digits = 0;
}

static void
rn_cost_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  /* where there is no room the number is alone */
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = APART + 2 * MIN_BAR + GAP + measure_number (RN_COST_BAR (widget), minimum);
  else
    gtk_widget_measure (RN_COST_BAR (widget)->number, orientation, -1, minimum, natural,
                        minimum_baseline, natural_baseline);
}

static void
rn_cost_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnCostBar *self = RN_COST_BAR (widget);
  const int number = measure_number (self, NULL);

  gtk_widget_size_allocate (self->number,
                            &(GtkAllocation){ MAX (width - number, 0), 0, MIN (number, width),
                                              height },
                            baseline);
}

/* Plain rectangles: a table has hundreds of them. */
static void
rn_cost_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnCostBar *self = RN_COST_BAR (widget);
  const float room = (float) (gtk_widget_get_width (widget) - APART -
                              gtk_widget_get_width (self->number) - GAP),
              y = (float) ((gtk_widget_get_height (widget) - BAR_HEIGHT) / 2);
  RnPalette palette;

  if (room >= (float) MIN_BAR)
    {
      /* whatever there is shows */
      const float length =
          self->share > 0.0 ? MAX (roundf (room * (float) MIN (self->share, 1.0)), 1.0f) : 0.0f;

      rn_palette_get (widget, &palette);
      gtk_snapshot_append_color (snapshot, &palette.track,
                                 &GRAPHENE_RECT_INIT (APART, y, room, BAR_HEIGHT));
      gtk_snapshot_append_color (snapshot, &palette.series[0],
                                 &GRAPHENE_RECT_INIT (APART, y, length, BAR_HEIGHT));
    }
  gtk_widget_snapshot_child (widget, self->number, snapshot);
}

static void
rn_cost_bar_dispose (GObject *object)
{
  g_clear_pointer (&RN_COST_BAR (object)->number, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_cost_bar_parent_class)->dispose (object);
}

static void
rn_cost_bar_init (RnCostBar *self)
{
  self->number = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->number), 1);
  gtk_widget_add_css_class (self->number, "numeric");
  gtk_widget_set_parent (self->number, GTK_WIDGET (self));
}

static void
rn_cost_bar_class_init (RnCostBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_cost_bar_dispose;
  widget_class->css_changed = rn_cost_bar_css_changed;
  widget_class->system_setting_changed = rn_cost_bar_system_setting_changed;
  widget_class->measure = rn_cost_bar_measure;
  widget_class->size_allocate = rn_cost_bar_size_allocate;
  widget_class->snapshot = rn_cost_bar_snapshot;
}

GtkWidget *
rn_cost_bar_new (void)
{
  return g_object_new (RN_TYPE_COST_BAR, NULL);
}
