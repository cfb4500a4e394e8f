#include "spine/spine-body-private.h"

#include <math.h>
#include <string.h>

/* Texts of the spine are 9 pt where the system's font is 11 */
#define TEXT_SCALE (9.0 / 11.0)

enum
{
  PROP_HADJUSTMENT = 1,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY
};

G_DEFINE_FINAL_TYPE_WITH_CODE (RnSpineBody, rn_spine_body, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

static guint signal_view;

const RnSpineView *
rn_spine_body_get_view (RnSpineBody *self)
{
  return &self->view;
}

static double
scroll_of (RnSpineBody *self)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];

  return adjustment != NULL ? gtk_adjustment_get_value (adjustment) : 0.0;
}

void
rn_spine_body_get_visible (RnSpineBody *self, double *from, double *to)
{
  *from = scroll_of (self);
  *to = *from + gtk_widget_get_height (GTK_WIDGET (self));
}

static void
set_scroll (RnSpineBody *self, double value)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];

  if (adjustment != NULL)
    gtk_adjustment_set_value (adjustment, round (value));
}

void
rn_spine_body_scroll_to (RnSpineBody *self, double y)
{
  set_scroll (self, y - 0.5 * gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Layout */

static void
configure_scroll (RnSpineBody *self, int height, double value)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  const double all = self->view.layout != NULL ? ceil (self->view.layout->height) : 0.0;

  if (adjustment != NULL)
    gtk_adjustment_configure (adjustment, CLAMP (value, 0.0, MAX (all - height, 0.0)), 0.0,
                              MAX (all, height), 40.0, 0.9 * height, height);
}

/* Keeps what stands at @anchor_y in the widget there. */
static void
lay_out (RnSpineBody *self, int width, int height, double anchor_y)
{
  RnSpineLayout *before = self->view.layout;
  /* another network begins at its stem */
  double value = self->keeps_scroll ? scroll_of (self) : 0.0;

  rn_spine_geometry_init (&self->view.geometry, width);
  self->view.layout =
      rn_spine_layout_new (self->view.spec, height, self->zoom, self->folded, self->unfolded);
  if (before != NULL)
    value = rn_spine_layout_map (before, scroll_of (self) + anchor_y, self->view.layout) - anchor_y;
  self->keeps_scroll = FALSE;
  rn_spine_layout_free (before);
  rn_spine_body_drop_rows (self);
  configure_scroll (self, height, round (value));
}

static void
scroll_into_view (RnSpineBody *self, int index, int height)
{
  const double margin = 6.0;
  double y, row, value = scroll_of (self);

  rn_spine_layout_heat_of (self->view.layout, index, &y, &row);
  if (y - margin < value)
    value = y - margin;
  else if (y + row + margin > value + height)
    value = y + row + margin - height;
  set_scroll (self, value);
}

static gboolean
needs_layout (RnSpineBody *self, int width, int height)
{
  return self->view.layout == NULL || self->view.geometry.width != width ||
         (self->adjustments[GTK_ORIENTATION_VERTICAL] != NULL &&
          gtk_adjustment_get_page_size (self->adjustments[GTK_ORIENTATION_VERTICAL]) != height);
}

static void
catch_up (RnSpineBody *self, int width, int height)
{
  if (needs_layout (self, width, height))
    lay_out (self, width, height, 0.0);
  if (self->pending != G_MININT)
    scroll_into_view (self, self->pending, height);
  self->pending = G_MININT;
}

void
rn_spine_body_renew (RnSpineBody *self)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->view.spec != NULL && height > 0)
    {
      self->is_placing = TRUE;
      catch_up (self, width, height);
      rn_spine_body_show (self, TRUE);
      self->is_placing = FALSE;
    }
  else
    rn_spine_body_hide_spare (self);
  rn_spine_body_update_seam (self);
  rn_spine_body_forget_backdrop (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signal_view, 0);
}

static gboolean
renew_in_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);

  self->renew_id = 0;
  rn_spine_body_renew (self);
  return G_SOURCE_REMOVE;
}

static void
rn_spine_body_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  gboolean is_other;

  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  if (self->view.spec == NULL)
    {
      configure_scroll (self, height, 0.0);
      return;
    }
  is_other = needs_layout (self, width, height) || self->pending != G_MININT;
  self->is_placing = TRUE;
  catch_up (self, width, height);
  if (!rn_spine_body_show (self, FALSE) && self->renew_id == 0)
    self->renew_id = gtk_widget_add_tick_callback (widget, renew_in_tick, NULL, NULL);
  rn_spine_body_place (self);
  self->is_placing = FALSE;
  if (is_other)
    {
      rn_spine_body_forget_backdrop (self);
      g_signal_emit (self, signal_view, 0);
    }
}

static void
change_layout (RnSpineBody *self, double anchor_y)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));

  /* without a size, allocation lays out */
  if (self->view.spec != NULL && height > 0)
    {
      self->is_placing = TRUE;
      lay_out (self, width, height, anchor_y >= 0.0 ? anchor_y : 0.5 * height);
      self->is_placing = FALSE;
    }
  rn_spine_body_renew (self);
}

void
rn_spine_body_reveal (RnSpineBody *self, int index)
{
  if (self->view.spec == NULL)
    return;
  self->pending = CLAMP (index, -1, rn_spec_n_blocks (self->view.spec));
  rn_spine_body_renew (self);
}

/* Zoom and folding */

void
rn_spine_body_set_zoom (RnSpineBody *self, double zoom, double anchor_y)
{
  if (zoom > 0.0)
    zoom = CLAMP (zoom, RN_SPINE_MIN_ZOOM, RN_SPINE_MAX_ZOOM);
  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  /* what fitting folded and the person opened is open anyway now, and the other way round */
  g_array_set_size (self->folded, 0);
  g_array_set_size (self->unfolded, 0);
  change_layout (self, anchor_y);
}

/* The height of rows of blocks now; 0 where all are folded */
static double
row_height (RnSpineBody *self)
{
  const GArray *rows = self->view.layout != NULL ? self->view.layout->rows : NULL;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (g_array_index (rows, RnRow, i).kind == RN_ROW_BLOCK)
      return g_array_index (rows, RnRow, i).height;
  return 0.0;
}

void
rn_spine_body_zoom_by (RnSpineBody *self, int steps, double anchor_y)
{
  const double now = self->zoom > 0.0 ? self->zoom : row_height (self);
  const double then = now > 0.0 ? now * pow (1.4, steps) : steps > 0 ? RN_SPINE_MIN_ZOOM : 0.0;

  /* from the smallest, smaller is the whole */
  if (steps < 0 && (now <= RN_SPINE_MIN_ZOOM || then <= 0.0))
    rn_spine_body_set_zoom (self, 0.0, anchor_y);
  else
    rn_spine_body_set_zoom (self, MAX (then, RN_SPINE_MIN_ZOOM), anchor_y);
}

static void
put (GArray *numbers, int number, gboolean is_in)
{
  for (guint i = numbers->len; i > 0; i--)
    if (g_array_index (numbers, int, i - 1) == number)
      g_array_remove_index_fast (numbers, i - 1);
  if (is_in)
    g_array_append_val (numbers, number);
}

void
rn_spine_body_set_folded (RnSpineBody *self, int stage, gboolean is_folded)
{
  const RnSpineLayout *layout = self->view.layout;
  double y;

  if (layout == NULL || stage < 0 || (guint) stage >= layout->stages->len)
    return;
  put (self->folded, stage, is_folded);
  put (self->unfolded, stage, !is_folded);
  y = g_array_index (layout->stages, RnStage, stage).y - scroll_of (self);
  rn_spine_body_note_places (self);
  change_layout (self, MAX (y, 0.0));
  rn_spine_body_play_slide (self);
}

/* Widget */

static void
rn_spine_body_map (GtkWidget *widget)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);

  GTK_WIDGET_CLASS (rn_spine_body_parent_class)->map (widget);
  rn_spine_body_refresh (self);
  rn_spine_body_follow_worker (self);
}

static void
rn_spine_body_unmap (GtkWidget *widget)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);

  GTK_WIDGET_CLASS (rn_spine_body_parent_class)->unmap (widget);
  g_clear_handle_id (&self->update_id, g_source_remove);
  rn_spine_body_follow_worker (self);
}

static void
rn_spine_body_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 60;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 250 : 500;
}

static void
rn_spine_body_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);

  GTK_WIDGET_CLASS (rn_spine_body_parent_class)->css_changed (widget, change);
  rn_row_texts_clear (self->view.texts);
  g_clear_object (&self->text);
  rn_spine_body_forget_backdrop (self);
}

static void
scrolled (RnSpineBody *self)
{
  if (!self->is_placing)
    rn_spine_body_renew (self);
}

static void
set_adjustment (RnSpineBody *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  GtkAdjustment **place = &self->adjustments[orientation];

  if (*place != NULL && *place == adjustment)
    return;
  if (*place != NULL)
    g_signal_handlers_disconnect_by_func (*place, scrolled, self);
  g_clear_object (place);
  if (adjustment == NULL)
    return;
  *place = g_object_ref_sink (adjustment);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (scrolled), self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
rn_spine_body_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RnSpineBody *self = RN_SPINE_BODY (object);

  if (id == PROP_HADJUSTMENT || id == PROP_VADJUSTMENT)
    g_value_set_object (value, self->adjustments[id - PROP_HADJUSTMENT]);
  else if (id == PROP_HSCROLL_POLICY || id == PROP_VSCROLL_POLICY)
    g_value_set_enum (value, self->policies[id - PROP_HSCROLL_POLICY]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_spine_body_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RnSpineBody *self = RN_SPINE_BODY (object);

  if (id == PROP_HADJUSTMENT || id == PROP_VADJUSTMENT)
    set_adjustment (self, (GtkOrientation) (id - PROP_HADJUSTMENT), g_value_get_object (value));
  else if (id == PROP_HSCROLL_POLICY || id == PROP_VSCROLL_POLICY)
    self->policies[id - PROP_HSCROLL_POLICY] = (GtkScrollablePolicy) g_value_get_enum (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_spine_body_dispose (GObject *object)
{
  RnSpineBody *self = RN_SPINE_BODY (object);
  GtkWidget *child;

  if (self->renew_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->renew_id);
  self->renew_id = 0;
  rn_spine_body_end_hover (self);
  g_clear_pointer (&self->cargo, rn_cargo_unref);
  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->label_id, g_source_remove);
  g_clear_handle_id (&self->position_id, g_source_remove);
  set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, NULL);
  set_adjustment (self, GTK_ORIENTATION_VERTICAL, NULL);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->spare, 0);
  g_ptr_array_set_size (self->folds, 0);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->seam = self->popover = self->menu = self->repeat = NULL;
  rn_spine_body_stop_motion (self);
  rn_spine_body_forget_backdrop (self);
  g_clear_object (&self->text);
  g_clear_pointer (&self->view.spec, rn_spec_free);
  g_clear_object (&self->view.session);
  G_OBJECT_CLASS (rn_spine_body_parent_class)->dispose (object);
}

static void
rn_spine_body_finalize (GObject *object)
{
  RnSpineBody *self = RN_SPINE_BODY (object);

  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->spare);
  g_ptr_array_unref (self->folds);
  g_array_unref (self->folded);
  g_array_unref (self->unfolded);
  rn_spine_layout_free (self->view.layout);
  rn_row_texts_free (self->view.texts);
  g_clear_pointer (&self->view.measures, g_array_unref);
  g_clear_pointer (&self->view.problems, g_array_unref);
  G_OBJECT_CLASS (rn_spine_body_parent_class)->finalize (object);
}

static void
rn_spine_body_class_init (RnSpineBodyClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = rn_spine_body_dispose;
  object_class->finalize = rn_spine_body_finalize;
  object_class->get_property = rn_spine_body_get_property;
  object_class->set_property = rn_spine_body_set_property;
  widget_class->map = rn_spine_body_map;
  widget_class->unmap = rn_spine_body_unmap;
  widget_class->measure = rn_spine_body_measure;
  widget_class->size_allocate = rn_spine_body_size_allocate;
  widget_class->snapshot = rn_spine_body_snapshot;
  widget_class->css_changed = rn_spine_body_css_changed;
  widget_class->focus = rn_spine_body_focus;
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  g_signal_new ("data", RN_TYPE_SPINE_BODY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signal_view = g_signal_new ("view", RN_TYPE_SPINE_BODY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
  gtk_widget_class_set_css_name (widget_class, "spinebody");
  rn_spine_body_install_actions (widget_class);
}

static void
rn_spine_body_init (RnSpineBody *self)
{
  self->view.texts = rn_row_texts_new (GTK_WIDGET (self), TEXT_SCALE);
  self->folded = g_array_new (FALSE, FALSE, sizeof (int));
  self->unfolded = g_array_new (FALSE, FALSE, sizeof (int));
  self->rows = g_ptr_array_new ();
  self->spare = g_ptr_array_new ();
  self->folds = g_ptr_array_new ();
  self->pending = G_MININT;
  self->marked_block = G_MININT;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
rn_spine_body_new (RnSession *session)
{
  RnSpineBody *self = g_object_new (RN_TYPE_SPINE_BODY, NULL);

  self->view.session = g_object_ref (session);
  rn_spine_scale_init (&self->view.scale, rn_session_get_measure (session));
  rn_spine_body_add_controllers (self);
  rn_spine_body_follow_session (self);
  return GTK_WIDGET (self);
}
