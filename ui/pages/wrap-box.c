#include "pages/wrap-box.h"

struct _RnWrapBox
{
  GtkWidget parent_instance;

  int gap;
  int row_gap;
};

G_DEFINE_FINAL_TYPE (RnWrapBox, rn_wrap_box, GTK_TYPE_WIDGET)

/* Children that stand side by side: from @first up to @end, which is not one of them */
typedef struct
{
  GtkWidget *first;
  GtkWidget *end; /* (nullable) */
  int height;
} Row;

/* Returns: (nullable): @child or the next after it that is to be seen */
static GtkWidget *
visible_from (GtkWidget *child)
{
  while (child != NULL && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

static GtkWidget *
visible_after (GtkWidget *child)
{
  return visible_from (gtk_widget_get_next_sibling (child));
}

/* Returns: what @child wants of @width, which is all there is */
static int
width_of (GtkWidget *child, int width)
{
  int least, wanted;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
  return CLAMP (wanted, least, MAX (least, width));
}

static int
height_of (GtkWidget *child, int width)
{
  int wanted;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &wanted, NULL, NULL);
  return wanted;
}

/* The row that begins with @first, in @width */
static Row
row_from (RnWrapBox *self, GtkWidget *first, int width)
{
  Row row = { first, first, 0 };
  int used = -self->gap;

  while (row.end != NULL)
    {
      const int own = width_of (row.end, width);

      used += self->gap + own;
      if (used > width && row.end != first)
        break;
      row.height = MAX (row.height, height_of (row.end, own));
      row.end = visible_after (row.end);
    }
  return row;
}

static int
measure_height (RnWrapBox *self, int width)
{
  GtkWidget *child = visible_from (gtk_widget_get_first_child (GTK_WIDGET (self)));
  int height = 0;

  while (child != NULL)
    {
      const Row row = row_from (self, child, width);

      height += row.height + (row.end != NULL ? self->row_gap : 0);
      child = row.end;
    }
  return height;
}

static void
rn_wrap_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnWrapBox *self = RN_WRAP_BOX (widget);
  GtkWidget *child = visible_from (gtk_widget_get_first_child (widget));
  int all = 0;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = measure_height (self, for_size < 0 ? G_MAXINT / 2 : for_size);
      return;
    }
  for (; child != NULL; child = visible_after (child))
    {
      int least, wanted;

      gtk_widget_measure (child, orientation, -1, &least, &wanted, NULL, NULL);
      *minimum = MAX (*minimum, least);
      all += wanted + (all > 0 ? self->gap : 0);
    }
  *natural = MAX (*minimum, all);
}

static void
allocate_row (RnWrapBox *self, const Row *row, int width, int y)
{
  const gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int x = 0;

  for (GtkWidget *child = row->first; child != row->end; child = visible_after (child))
    {
      const int own = width_of (child, width);

      gtk_widget_size_allocate (child,
                                &(GtkAllocation){ is_rtl ? width - x - own : x, y, own,
                                                  row->height },
                                -1);
      x += own + self->gap;
    }
}

static void
rn_wrap_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnWrapBox *self = RN_WRAP_BOX (widget);
  GtkWidget *child = visible_from (gtk_widget_get_first_child (widget));
  int y = 0;

  while (child != NULL)
    {
      const Row row = row_from (self, child, width);

      allocate_row (self, &row, width, y);
      y += row.height + self->row_gap;
      child = row.end;
    }
}

static GtkSizeRequestMode
rn_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
rn_wrap_box_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (rn_wrap_box_parent_class)->dispose (object);
}

static void
rn_wrap_box_init (RnWrapBox *self)
{
}

static void
rn_wrap_box_class_init (RnWrapBoxClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_wrap_box_dispose;
  widget_class->measure = rn_wrap_box_measure;
  widget_class->size_allocate = rn_wrap_box_size_allocate;
  widget_class->get_request_mode = rn_wrap_box_get_request_mode;
}

GtkWidget *
rn_wrap_box_new (int gap, int row_gap)
{
  RnWrapBox *self = g_object_new (RN_TYPE_WRAP_BOX, NULL);

  self->gap = gap;
  self->row_gap = row_gap;
  return GTK_WIDGET (self);
}

void
rn_wrap_box_append (RnWrapBox *self, GtkWidget *child)
{
  g_return_if_fail (RN_IS_WRAP_BOX (self) && GTK_IS_WIDGET (child));

  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}
