#include "pages/pair.h"

#define GAP 12

struct _RnPair
{
  GtkWidget parent_instance;

  GtkWidget *first;
  GtkWidget *second;
  double share;
  int threshold;
  int most_first;
};

G_DEFINE_FINAL_TYPE (RnPair, rn_pair, GTK_TYPE_WIDGET)

/* Returns: whether they are side by side at @width, where @first is then @first_width wide */
static gboolean
split (RnPair *self, int width, int *first_width)
{
  int least_first, least_second;

  gtk_widget_measure (self->first, GTK_ORIENTATION_HORIZONTAL, -1, &least_first, NULL, NULL, NULL);
  gtk_widget_measure (self->second, GTK_ORIENTATION_HORIZONTAL, -1, &least_second, NULL, NULL,
                      NULL);
  if (width < MAX (self->threshold, least_first + GAP + least_second))
    return FALSE;
  *first_width = CLAMP (MIN ((int) (self->share * (width - GAP)), self->most_first), least_first,
                        width - GAP - least_second);
  return TRUE;
}

static void
measure_height (RnPair *self, int width, int *least, int *natural)
{
  int first_width = width, second_width = width, least_2, natural_2;
  gboolean is_beside;

  if (width < 0)
    gtk_widget_measure (GTK_WIDGET (self), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL,
                        NULL);
  is_beside = split (self, width, &first_width);
  second_width = is_beside ? width - GAP - first_width : width;
  gtk_widget_measure (self->first, GTK_ORIENTATION_VERTICAL, is_beside ? first_width : width, least,
                      natural, NULL, NULL);
  gtk_widget_measure (self->second, GTK_ORIENTATION_VERTICAL, second_width, &least_2, &natural_2,
                      NULL, NULL);
  *least = is_beside ? MAX (*least, least_2) : *least + GAP + least_2;
  *natural = is_beside ? MAX (*natural, natural_2) : *natural + GAP + natural_2;
}

static void
rn_pair_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                 int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnPair *self = RN_PAIR (widget);
  int least, wanted, least_2, wanted_2;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      measure_height (self, for_size, minimum, natural);
      return;
    }
  gtk_widget_measure (self->first, orientation, -1, &least, &wanted, NULL, NULL);
  gtk_widget_measure (self->second, orientation, -1, &least_2, &wanted_2, NULL, NULL);
  *minimum = MAX (least, least_2);
  *natural = wanted + GAP + wanted_2;
}

static void
rn_pair_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnPair *self = RN_PAIR (widget);
  int first_width, first_height, least, second_height;

  if (split (self, width, &first_width))
    {
      gtk_widget_size_allocate (self->first, &(GtkAllocation){ 0, 0, first_width, height }, -1);
      gtk_widget_size_allocate (self->second,
                                &(GtkAllocation){ first_width + GAP, 0, width - GAP - first_width,
                                                  height },
                                -1);
      return;
    }
  gtk_widget_measure (self->first, GTK_ORIENTATION_VERTICAL, width, &least, &first_height, NULL,
                      NULL);
  gtk_widget_measure (self->second, GTK_ORIENTATION_VERTICAL, width, NULL, &second_height, NULL,
                      NULL);
  /* where there is too little room for both, the first gives of its own what it can */
  first_height = CLAMP (height - GAP - second_height, least, first_height);
  gtk_widget_size_allocate (self->first, &(GtkAllocation){ 0, 0, width, first_height }, -1);
  gtk_widget_size_allocate (self->second,
                            &(GtkAllocation){ 0, first_height + GAP, width,
                                              MAX (height - first_height - GAP, 0) },
                            -1);
}

static GtkSizeRequestMode
rn_pair_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
rn_pair_dispose (GObject *object)
{
  RnPair *self = RN_PAIR (object);

  g_clear_pointer (&self->first, gtk_widget_unparent);
  g_clear_pointer (&self->second, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_pair_parent_class)->dispose (object);
}

static void
rn_pair_init (RnPair *self)
{
  self->most_first = G_MAXINT;
}

static void
rn_pair_class_init (RnPairClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_pair_dispose;
  widget_class->measure = rn_pair_measure;
  widget_class->size_allocate = rn_pair_size_allocate;
  widget_class->get_request_mode = rn_pair_get_request_mode;
}

GtkWidget *
rn_pair_new (GtkWidget *first, GtkWidget *second, double share, int threshold)
{
  RnPair *self = g_object_new (RN_TYPE_PAIR, NULL);

  self->first = first;
  self->second = second;
  self->share = share;
  self->threshold = threshold;
  gtk_widget_set_parent (first, GTK_WIDGET (self));
  gtk_widget_set_parent (second, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
rn_pair_set_most_first (RnPair *self, int width)
{
  g_return_if_fail (RN_IS_PAIR (self) && width > 0);

  if (width == self->most_first)
    return;
  self->most_first = width;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
