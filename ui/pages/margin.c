#include "pages/margin.h"

#define WIDE 24
#define NARROW 12
#define WIDE_FROM 1100 /* logical pixels: pages from this width on have the wide one */

struct _RnMargin
{
  GtkWidget parent_instance;

  GtkWidget *child;
  gboolean is_head; /* nothing below it: what follows has a margin of its own */
};

G_DEFINE_FINAL_TYPE (RnMargin, rn_margin, GTK_TYPE_WIDGET)

/* @width: -1 where it is not known */
static int
get_margin (int width)
{
  return width >= WIDE_FROM ? WIDE : NARROW;
}

static void
rn_margin_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                   int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnMargin *self = RN_MARGIN (widget);
  const gboolean is_height = orientation == GTK_ORIENTATION_VERTICAL;
  const int margin = get_margin (is_height ? for_size : -1);

  gtk_widget_measure (self->child, orientation, for_size < 0 ? -1 : MAX (for_size - 2 * margin, 0),
                      minimum, natural, NULL, NULL);
  *minimum += is_height && self->is_head ? margin : 2 * margin;
  *natural += is_height && self->is_head ? margin : 2 * margin;
}

static void
rn_margin_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnMargin *self = RN_MARGIN (widget);
  const int margin = get_margin (width);

  gtk_widget_size_allocate (self->child,
                            &(GtkAllocation){ margin, margin, width - 2 * margin,
                                              height - (self->is_head ? margin : 2 * margin) },
                            -1);
}

static GtkSizeRequestMode
rn_margin_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
rn_margin_dispose (GObject *object)
{
  g_clear_pointer (&RN_MARGIN (object)->child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_margin_parent_class)->dispose (object);
}

static void
rn_margin_init (RnMargin *self)
{
}

static void
rn_margin_class_init (RnMarginClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_margin_dispose;
  widget_class->measure = rn_margin_measure;
  widget_class->size_allocate = rn_margin_size_allocate;
  widget_class->get_request_mode = rn_margin_get_request_mode;
}

GtkWidget *
rn_margin_new (GtkWidget *child)
{
  RnMargin *self = g_object_new (RN_TYPE_MARGIN, NULL);

  self->child = child;
  gtk_widget_set_parent (child, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

GtkWidget *
rn_margin_new_head (GtkWidget *child)
{
  GtkWidget *self = rn_margin_new (child);

  RN_MARGIN (self)->is_head = TRUE;
  return self;
}
