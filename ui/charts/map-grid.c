#include "charts/map-grid.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "charts/axis.h"
#include "charts/map-grid-private.h"
#include "charts/map-view.h"

#define DEFAULT_MAP_SIZE 64
#define NATURAL_COLUMNS 8
#define MIN_WIDTH 64     /* larger maps are shrunk rather than cut */
#define MAX_CAPTIONS 256 /* more numbers than that nobody reads, and each costs a layout */

enum
{
  PROP_SCALE = 1,
  PROP_SORTED,
  PROP_SELECTED,
  PROP_MAP_SIZE,
  PROP_LIMIT,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (RnMapGrid, rn_map_grid, GTK_TYPE_WIDGET)

/* Layout */

static int
count_maps (RnMapGrid *self)
{
  if (self->maps == NULL)
    return 0;
  return self->limit > 0 ? MIN (self->maps->dims[3], self->limit) : self->maps->dims[3];
}

/* Returns: the height of a caption, 0 where there is no room for them */
static int
measure_caption (RnMapGrid *self, int cell_width)
{
  g_autofree char *widest = NULL;
  g_autoptr (PangoLayout) layout = NULL;
  int width, height;

  if (count_maps (self) > MAX_CAPTIONS)
    return 0;
  widest = g_strdup_printf ("%d", self->maps->dims[3] - 1);
  layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, widest);
  pango_layout_get_pixel_size (layout, &width, &height);
  return width <= cell_width ? height : 0;
}

/* @width: logical pixels */
static void
fit (RnMapGrid *self, int width, RnMapLayout *layout)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  RnMapRoom room = { .map_width = self->maps->dims[2],
                     .map_height = self->maps->dims[1],
                     .n_maps = count_maps (self),
                     .available = width * scale,
                     .map_size = self->map_size * scale,
                     .gap = RN_MAP_GAP * scale };

  rn_map_layout_fit (layout, &room);
  room.caption = measure_caption (self, layout->cell_width / scale) * scale;
  if (room.caption > 0)
    rn_map_layout_fit (layout, &room);
}

static int
get_natural_width (RnMapGrid *self)
{
  RnMapLayout layout;

  fit (self, 1 << 14, &layout);
  return (MIN (count_maps (self), NATURAL_COLUMNS) * layout.pitch_x) /
             gtk_widget_get_scale_factor (GTK_WIDGET (self)) -
         RN_MAP_GAP;
}

/* Making the picture */

typedef struct
{
  RnTensor *maps;
  RnMapLayout layout;
  RnPalette palette;
  RnMapScale scale;
  gboolean is_sorted;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  rn_tensor_unref (request->maps);
  g_free (request);
}

static void
make_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;

  g_task_return_pointer (task,
                         rn_map_picture_new (request->maps, &request->layout, &request->palette,
                                             request->scale, request->is_sorted),
                         (GDestroyNotify) rn_map_picture_free);
}

static void start (RnMapGrid *self);

static void
update_view (RnMapGrid *self)
{
  const int channel = self->view != NULL ? rn_map_view_get_channel (RN_MAP_VIEW (self->view)) : -1;

  if (channel >= 0 && self->popover != NULL && gtk_widget_get_visible (self->popover) &&
      channel < self->picture->maps->dims[3])
    rn_map_view_set_map (RN_MAP_VIEW (self->view), self->picture, channel);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer data)
{
  RnMapGrid *self = RN_MAP_GRID (source);
  RnMapPicture *picture = g_task_propagate_pointer (G_TASK (result), NULL);

  self->is_busy = FALSE;
  g_clear_object (&self->cancel);
  if (picture != NULL && self->maps != NULL)
    {
      g_clear_pointer (&self->picture, rn_map_picture_free);
      g_clear_pointer (&self->captions, gsk_render_node_unref);
      self->picture = picture;
      update_view (self);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  else
    rn_map_picture_free (picture);
  if (self->is_stale)
    start (self);
}

/* One task at a time; what is asked for meanwhile is done after it, once. */
static void
start (RnMapGrid *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (GTask) task = NULL;
  Request *request;

  self->is_stale = TRUE;
  if (self->is_busy || self->maps == NULL || !gtk_widget_get_mapped (widget) ||
      gtk_widget_get_width (widget) <= 0)
    return;
  self->is_stale = FALSE;
  self->is_busy = TRUE;
  request = g_new0 (Request, 1);
  request->maps = rn_tensor_ref (self->maps);
  request->scale = self->scale;
  request->is_sorted = self->is_sorted;
  rn_palette_get (widget, &request->palette);
  fit (self, gtk_widget_get_width (widget), &request->layout);
  self->cancel = g_cancellable_new ();
  task = g_task_new (self, self->cancel, on_made, NULL);
  g_task_set_task_data (task, request, request_free);
  g_task_run_in_thread (task, make_in_task);
}

static void
on_paced (GtkWidget *widget)
{
  /* something else may have started it meanwhile */
  if (RN_MAP_GRID (widget)->is_stale)
    start (RN_MAP_GRID (widget));
}

static GtkSizeRequestMode
rn_map_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
rn_map_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  const int scale = gtk_widget_get_scale_factor (widget);
  RnMapLayout layout;

  *minimum = *natural = MIN_WIDTH;
  if (self->maps == NULL)
    return;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = MAX (*natural, get_natural_width (self));
  else
    {
      fit (self, for_size > 0 ? for_size : get_natural_width (self), &layout);
      *minimum = *natural = (layout.height + scale - 1) / scale;
    }
}

static void
rn_map_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  RnMapLayout layout;

  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  rn_figure_allocate (widget);
  if (self->maps == NULL)
    return;
  fit (self, width, &layout);
  if (self->is_stale || self->picture == NULL ||
      memcmp (&layout, &self->picture->layout, sizeof layout) != 0)
    start (self);
}

static void
rn_map_grid_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnMapGrid *self = RN_MAP_GRID (widget);
  RnPalette palette;

  GTK_WIDGET_CLASS (rn_map_grid_parent_class)->css_changed (widget, change);
  if (self->picture == NULL)
    return;
  g_clear_pointer (&self->captions, gsk_render_node_unref);
  rn_palette_get (widget, &palette);
  if (memcmp (&palette, &self->picture->palette, sizeof palette) != 0)
    start (self);
  gtk_widget_queue_resize (widget);
}

static void
rn_map_grid_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_map_grid_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
rn_map_grid_map (GtkWidget *widget)
{
  RnMapGrid *self = RN_MAP_GRID (widget);

  GTK_WIDGET_CLASS (rn_map_grid_parent_class)->map (widget);
  rn_pace_map (&self->pace);
  if (self->is_stale)
    start (self);
}

static void
rn_map_grid_unmap (GtkWidget *widget)
{
  rn_pace_unmap (&RN_MAP_GRID (widget)->pace);
  GTK_WIDGET_CLASS (rn_map_grid_parent_class)->unmap (widget);
}

/* The object */

static void
rn_map_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RnMapGrid *self = RN_MAP_GRID (object);

  switch (id)
    {
    case PROP_SCALE:
      g_value_set_int (value, (int) self->scale);
      break;
    case PROP_SORTED:
      g_value_set_boolean (value, self->is_sorted);
      break;
    case PROP_SELECTED:
      g_value_set_int (value, self->selected);
      break;
    case PROP_MAP_SIZE:
      g_value_set_int (value, self->map_size);
      break;
    case PROP_LIMIT:
      g_value_set_int (value, self->limit);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rn_map_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RnMapGrid *self = RN_MAP_GRID (object);

  switch (id)
    {
    case PROP_SCALE:
      self->scale = (RnMapScale) g_value_get_int (value);
      break;
    case PROP_SORTED:
      self->is_sorted = g_value_get_boolean (value);
      break;
    case PROP_SELECTED:
      rn_map_grid_set_selected (self, g_value_get_int (value));
      return;
    case PROP_MAP_SIZE:
      self->map_size = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    case PROP_LIMIT:
      self->limit = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
  start (self);
}

static void
rn_map_grid_dispose (GObject *object)
{
  RnMapGrid *self = RN_MAP_GRID (object);

  rn_figure_detach (GTK_WIDGET (self));
  rn_pace_unmap (&self->pace);
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  self->view = NULL;
  g_clear_pointer (&self->maps, rn_tensor_unref);
  g_clear_pointer (&self->picture, rn_map_picture_free);
  g_clear_pointer (&self->captions, gsk_render_node_unref);
  g_clear_pointer (&self->name, g_free);
  G_OBJECT_CLASS (rn_map_grid_parent_class)->dispose (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  properties[PROP_SCALE] = g_param_spec_int ("scale", NULL, NULL, RN_MAP_SCALE_COMMON,
                                             RN_MAP_SCALE_EACH, RN_MAP_SCALE_COMMON, flags);
  properties[PROP_SORTED] = g_param_spec_boolean ("sorted", NULL, NULL, FALSE, flags);
  properties[PROP_SELECTED] =
      g_param_spec_int ("selected", NULL, NULL, -1, G_MAXINT, -1, flags | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_MAP_SIZE] =
      g_param_spec_int ("map-size", NULL, NULL, 8, 1024, DEFAULT_MAP_SIZE, flags);
  properties[PROP_LIMIT] = g_param_spec_int ("limit", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (class, N_PROPERTIES, properties);
}

static void
rn_map_grid_class_init (RnMapGridClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = rn_map_grid_get_property;
  object_class->set_property = rn_map_grid_set_property;
  object_class->dispose = rn_map_grid_dispose;
  widget_class->snapshot = rn_map_grid_snapshot;
  widget_class->get_request_mode = rn_map_grid_get_request_mode;
  widget_class->measure = rn_map_grid_measure;
  widget_class->size_allocate = rn_map_grid_size_allocate;
  widget_class->css_changed = rn_map_grid_css_changed;
  widget_class->state_flags_changed = rn_map_grid_state_flags_changed;
  widget_class->map = rn_map_grid_map;
  widget_class->unmap = rn_map_grid_unmap;
  install_properties (object_class);
  g_signal_new_class_handler ("activate", RN_TYPE_MAP_GRID, G_SIGNAL_RUN_LAST,
                              G_CALLBACK (rn_map_grid_show_enlarged), NULL, NULL, NULL, G_TYPE_NONE,
                              1, G_TYPE_INT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "mapgrid");
  rn_figure_install (widget_class);
  rn_map_grid_bind_keys (widget_class);
}

static void
rn_map_grid_init (RnMapGrid *self)
{
  self->selected = -1;
  self->map_size = DEFAULT_MAP_SIZE;
  rn_pace_init (&self->pace, GTK_WIDGET (self), RN_PACE_DRAW_US, on_paced);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  rn_map_grid_add_controllers (self);
  rn_figure_attach (GTK_WIDGET (self), &rn_map_grid_figure);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Feature maps"), -1);
}

GtkWidget *
rn_map_grid_new (void)
{
  return g_object_new (RN_TYPE_MAP_GRID, NULL);
}

static void
set_label (RnMapGrid *self)
{
  g_autofree char *label = NULL;

  if (self->maps == NULL)
    label = g_strdup (_ ("Feature maps"));
  else
    label =
        g_strdup_printf (ngettext ("Feature maps of %s, %d map of %d×%d",
                                   "Feature maps of %s, %d maps of %d×%d", self->maps->dims[3]),
                         self->name, self->maps->dims[3], self->maps->dims[1], self->maps->dims[2]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Returns: whether maps like @maps take the same room as those before */
static gboolean
has_same_shape (RnMapGrid *self, const RnTensor *maps)
{
  if (maps == NULL || self->maps == NULL)
    return maps == self->maps;
  return memcmp (maps->dims, self->maps->dims, sizeof maps->dims) == 0;
}

void
rn_map_grid_set_maps (RnMapGrid *self, RnTensor *maps, const char *name)
{
  gboolean is_same_shape;

  g_return_if_fail (RN_IS_MAP_GRID (self));
  g_return_if_fail (maps == NULL || (maps->n_dims == 4 && maps->dims[0] == 1));
  is_same_shape = has_same_shape (self, maps);
  if (maps != NULL)
    rn_tensor_ref (maps);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  self->maps = maps;
  if (!is_same_shape || g_strcmp0 (name, self->name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (name != NULL ? name : "");
      set_label (self);
    }
  if (maps == NULL)
    {
      g_clear_pointer (&self->picture, rn_map_picture_free);
      g_clear_pointer (&self->captions, gsk_render_node_unref);
    }
  if (!is_same_shape)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  self->is_stale = maps != NULL;
  rn_pace_ask (&self->pace);
}

RnTensor *
rn_map_grid_get_maps (RnMapGrid *self)
{
  return self->maps;
}

int
rn_map_grid_get_channel (RnMapGrid *self, int at)
{
  if (self->picture == NULL)
    return at >= 0 && at < count_maps (self) ? at : -1;
  return at >= 0 && at < self->picture->layout.n_maps ? self->picture->order[at] : -1;
}

double
rn_map_grid_get_value (RnMapGrid *self, int channel, int x, int y)
{
  const RnTensor *maps = self->picture != NULL ? self->picture->maps : self->maps;

  if (maps == NULL || channel < 0 || x < 0 || y < 0 || channel >= maps->dims[3] ||
      x >= maps->dims[2] || y >= maps->dims[1])
    return NAN;
  return (double)
      maps->data[((gsize) y * (gsize) maps->dims[2] + (gsize) x) * (gsize) maps->dims[3] +
                 (gsize) channel];
}

GdkTexture *
rn_map_grid_get_texture (RnMapGrid *self)
{
  return self->picture != NULL ? self->picture->texture : NULL;
}

gboolean
rn_map_grid_is_current (RnMapGrid *self)
{
  return self->picture != NULL && self->picture->maps == self->maps && !self->is_stale &&
         !self->is_busy;
}

gboolean
rn_map_grid_get_cell (RnMapGrid *self, int at, GdkRectangle *cell)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const RnMapLayout *layout;

  if (self->picture == NULL || at < 0 || at >= self->picture->layout.n_maps)
    return FALSE;
  layout = &self->picture->layout;
  *cell = (GdkRectangle){ at % layout->columns * layout->pitch_x / scale,
                          at / layout->columns * layout->pitch_y / scale,
                          layout->cell_width / scale, layout->cell_height / scale };
  return TRUE;
}
