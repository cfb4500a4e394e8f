#include "spine/block-row-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

#define BOX_PADDING_PX 8.0
#define TOGGLE_MARGIN_PX 6.0
/* What shares of the scale are told apart: finer than a pixel of any bar and a step of any colour */
#define N_PLACES 1000.0
#define NO_NUMBER "–"

G_DEFINE_FINAL_TYPE (RnBlockRow, rn_block_row, GTK_TYPE_WIDGET)

static gboolean
is_card (RnBlockRow *self)
{
  return self->row.kind == RN_ROW_BLOCK && self->row.detail == RN_DETAIL_CARD;
}

RnRowBox
rn_block_row_get_box (RnBlockRow *self)
{
  const RnSpineGeometry *g = &self->view->geometry;
  const double h = floor (self->row.height);
  int width = 0;

  if (self->row.kind == RN_ROW_BLOCK)
    {
      const double x = self->is_plain ? g->plain_x : g->box_x;

      /* the line of a plain net is seen between its boxes */
      return (RnRowBox){ x, self->is_plain ? 4.0 : 2.0,
                         (self->has_problem ? g->end_x : g->measure_x - 8.0) - x,
                         h - (self->is_plain ? 8.0 : 10.0) };
    }
  if (self->texts[0] != NULL)
    pango_layout_get_pixel_size (self->texts[0], &width, NULL);
  return (RnRowBox){ g->plain_x, 2.0,
                     MIN (width + 2.0 * BOX_PADDING_PX + 4.0, g->end_x - g->plain_x), h - 4.0 };
}

void
rn_block_row_get_text_place (RnBlockRow *self, int at, double *x, double *y)
{
  const RnRowBox box = rn_block_row_get_box (self);

  if (self->row.kind == RN_ROW_BLOCK && !is_card (self))
    {
      *x = self->view->geometry.box_x + 2.0;
      *y = round (0.5 * (self->row.height - 5.0 - self->line_height));
      return;
    }
  *x = box.x + BOX_PADDING_PX;
  if (self->has_problem)
    {
      *y = box.y + 4.0;
      return;
    }
  *y = round (box.y + 0.5 * (box.height - self->n_texts * self->line_height) +
              at * self->line_height);
}

static void
set_text (RnBlockRow *self, int at, const char *text, double room)
{
  g_set_object (&self->texts[at],
                rn_row_texts_get (self->view->texts, text, (int) (MAX (room, 1.0) * PANGO_SCALE)));
}

/* The box of stem or head is as wide as its text where there is room. */
static void
set_end (RnBlockRow *self)
{
  g_autofree char *text = self->row.kind == RN_ROW_STEM ? rn_spine_stem_text (self->view->spec)
                                                        : rn_spine_head_text (self->view->spec);

  self->n_texts = 1;
  g_set_object (&self->texts[0], rn_row_texts_get (self->view->texts, text, -1));
  set_text (self, 0, text, rn_block_row_get_box (self).width - 2.0 * BOX_PADDING_PX);
}

static double
room_for_layers (RnBlockRow *self)
{
  int width = 0;

  if (gtk_widget_get_child_visible (self->toggle))
    gtk_widget_measure (self->toggle, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  return rn_block_row_get_box (self).width - BOX_PADDING_PX - 2.0 * TOGGLE_MARGIN_PX - width;
}

/* As many lines as the box has room for */
static void
set_layers (RnBlockRow *self)
{
  const int n = rn_spine_n_layers (self->block.kind);
  const int n_lines = (int) (rn_block_row_get_box (self).height / self->line_height);
  const double room = room_for_layers (self);

  self->is_each_layer = n_lines >= n;
  self->n_texts = self->is_each_layer ? n : CLAMP (n_lines, 1, 2);
  for (int i = 0; i < self->n_texts; i++)
    {
      g_autofree char *text = self->is_each_layer ? rn_spine_layer_text (&self->block, i)
                                                  : rn_spine_layers_in_short (&self->block, i == 1);

      set_text (self, i, text, room);
    }
}

/* The sentence stands in the place of the layers. */
static void
set_sentence (RnBlockRow *self)
{
  double room;
  const int n_lines = rn_block_row_get_sentence_room (self, &room);
  PangoLayout *text;

  self->is_each_layer = FALSE;
  self->n_texts = n_lines > 0 ? 1 : 0;
  if (n_lines <= 0)
    return;
  text = rn_row_texts_make (self->view->texts, self->sentence);
  pango_layout_set_wrap (text, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_height (text, -n_lines);
  pango_layout_set_width (text, (int) (MAX (room, 1.0) * PANGO_SCALE));
  g_clear_object (&self->texts[0]);
  self->texts[0] = text;
}

static char *
name_of (int at)
{
  return g_strdup_printf (_ ("Block %d"), at + 1);
}

static void
set_name (RnBlockRow *self)
{
  g_autofree char *name = name_of (self->row.first_block);
  g_autofree char *longest = name_of (rn_spec_n_blocks (self->view->spec) - 1);

  self->n_texts = 1;
  self->name_width = rn_row_texts_get_width (self->view->texts, longest);
  set_text (self, 0, name, self->name_width + 1.0);
}

static void
set_texts (RnBlockRow *self)
{
  int height;

  if (self->number == NULL)
    {
      self->number = rn_row_texts_make (self->view->texts, NO_NUMBER);
      self->is_struck = FALSE;
    }
  pango_layout_get_pixel_size (rn_row_texts_get (self->view->texts, "0", -1), NULL, &height);
  self->line_height = height;
  self->number_width = rn_row_texts_get_width (self->view->texts, "8.8e-88");
  self->n_texts = 0;
  if (self->row.kind == RN_ROW_STEM || self->row.kind == RN_ROW_HEAD)
    set_end (self);
  else if (is_card (self) && self->has_problem)
    set_sentence (self);
  else if (is_card (self))
    set_layers (self);
  else if (self->row.detail == RN_DETAIL_LINE && self->row.kind == RN_ROW_BLOCK)
    set_name (self);
}

static void
toggle_changed (RnBlockRow *self)
{
  if (self->at < 0 || self->row.kind != RN_ROW_BLOCK)
    return;
  rn_session_set_gate (self->view->session, self->block.id,
                       gtk_switch_get_active (GTK_SWITCH (self->toggle)));
}

static void
set_toggle_active (RnBlockRow *self, gboolean is_on)
{
  g_signal_handlers_block_by_func (self->toggle, toggle_changed, self);
  gtk_switch_set_active (GTK_SWITCH (self->toggle), is_on);
  g_signal_handlers_unblock_by_func (self->toggle, toggle_changed, self);
}

void
rn_spine_set_shown (GtkWidget *child, gboolean is_shown)
{
  if (gtk_widget_get_child_visible (child) == is_shown)
    return;
  gtk_widget_set_child_visible (child, is_shown);
  gtk_accessible_update_state (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_STATE_HIDDEN, !is_shown, -1);
}

static char *
name_toggle (RnBlockRow *self)
{
  return g_strdup_printf (_ ("Residual branch of block %d"), self->row.first_block + 1);
}

/* When it is asked for: a tooltip that is set asks the screen where the pointer is. */
static gboolean
query_toggle (RnBlockRow *self, int x, int y, gboolean is_keyboard, GtkTooltip *tooltip)
{
  g_autofree char *name = name_toggle (self);

  gtk_tooltip_set_text (tooltip, name);
  return TRUE;
}

static void
show_toggle (RnBlockRow *self)
{
  const gboolean is_shown = is_card (self) && !self->is_plain && !self->has_problem;
  g_autofree char *name = NULL;

  rn_spine_set_shown (self->toggle, is_shown);
  if (!is_shown)
    return;
  name = name_toggle (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
bind_block (RnBlockRow *self)
{
  const int index = self->row.first_block;

  self->block = *rn_spec_get_block (self->view->spec, index);
  self->is_plain = rn_block_kind_is_plain (self->block.kind);
  self->changes_shape = rn_spine_changes_shape (self->view->spec, index);
  self->is_projection = rn_spine_is_projection (self->view->spec, index);
}

void
rn_block_row_bind (RnBlockRow *self, int at)
{
  const GArray *rows = self->view->layout->rows;
  const int n_items = (int) rows->len;

  self->at = at;
  self->row = g_array_index (rows, RnRow, at);
  self->values = g_renew (double, self->values, MAX (self->row.n_blocks, 1));
  self->places = g_renew (short, self->places, MAX (self->row.n_blocks, 1));
  for (int i = 0; i < MAX (self->row.n_blocks, 1); i++)
    self->places[i] = G_MINSHORT;
  self->is_plain = FALSE;
  if (self->row.kind == RN_ROW_BLOCK)
    bind_block (self);
  rn_block_row_bind_problem (self);
  show_toggle (self);
  set_texts (self);
  rn_block_row_update (self);
  rn_block_row_update_state (self);
  rn_block_row_set_glow (self, 1.0);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_POS_IN_SET, at + 1,
                                  GTK_ACCESSIBLE_RELATION_SET_SIZE, n_items, -1);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
set_number (RnBlockRow *self)
{
  g_autofree char *text = NULL;

  if (self->row.kind != RN_ROW_BLOCK)
    return FALSE;
  text = rn_spine_view_get_measure (self->view, self->row.first_block) != NULL
             ? rn_measure_format (self->view->scale.kind, self->values[0])
             : g_strdup (NO_NUMBER);
  if (g_strcmp0 (text, pango_layout_get_text (self->number)) == 0)
    return FALSE;
  pango_layout_set_text (self->number, text, -1);
  return TRUE;
}

gboolean
rn_block_row_update (RnBlockRow *self)
{
  gboolean is_changed = FALSE;

  if (self->at < 0 || self->row.n_blocks == 0)
    return FALSE;
  for (int i = 0; i < self->row.n_blocks; i++)
    {
      const double value = rn_spine_view_get_value (self->view, self->row.first_block + i);
      const double place = rn_spine_scale_place (&self->view->scale, value);
      const short shown =
          isnan (place) ? G_MAXSHORT : (short) round (CLAMP (place, -0.01, 1.01) * N_PLACES);

      self->values[i] = value;
      is_changed |= shown != self->places[i];
      self->places[i] = shown;
    }
  if (self->row.kind == RN_ROW_BLOCK)
    {
      const RnBlockMeasure *measure = rn_spine_view_get_measure (self->view, self->row.first_block);
      const double ratio = measure != NULL ? rn_measure_get (measure, RN_MEASURE_RATIO) : NAN;
      const int px4 = (int) round (4.0 * rn_spine_branch_width (ratio));

      is_changed |= px4 != self->branch_px4;
      self->branch_px4 = px4;
      self->ratio = ratio;
      is_changed |= set_number (self);
    }
  if (is_changed)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  return is_changed;
}

static void
update_selection (RnBlockRow *self)
{
  RnSelection *selection = rn_session_get_selection (self->view->session);
  const RnPart part = selection != NULL ? rn_selection_get_part (selection) : RN_PART_NONE;
  const guint32 lead = selection != NULL ? rn_selection_get_block (selection) : 0;
  const char *layer = selection != NULL ? rn_selection_get_layer (selection) : NULL;

  self->is_selected = (self->row.kind == RN_ROW_STEM && part == RN_PART_STEM) ||
                      (self->row.kind == RN_ROW_HEAD && part == RN_PART_HEAD);
  self->is_lead = self->is_selected;
  self->part = part;
  self->part_layer = -1;
  self->lead_line = -1;
  self->glow_from = self->glow;
  for (int i = 0; selection != NULL && i < self->row.n_blocks; i++)
    {
      const guint32 id = rn_spec_get_block (self->view->spec, self->row.first_block + i)->id;

      self->is_selected |= rn_selection_contains (selection, id);
      if (id != lead)
        continue;
      self->is_lead = TRUE;
      self->lead_line = i;
    }
  for (int i = 0; layer != NULL && self->is_lead && i < RN_MAX_LAYERS; i++)
    if (g_str_equal (layer, rn_spine_layer_name (i)))
      self->part_layer = i;
}

void
rn_block_row_set_glow (RnBlockRow *self, double share)
{
  const double target = self->is_selected ? 1.0 : 0.0;
  const double value = self->glow_from + (target - self->glow_from) * share;

  if (value == self->glow)
    return;
  self->glow = value;
  /* a stage has no light: its lead is outlined */
  if (self->row.kind != RN_ROW_STAGE)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
strike_number (RnBlockRow *self)
{
  PangoAttrList *attributes;

  if (self->is_struck == !self->is_on)
    return;
  self->is_struck = !self->is_on;
  attributes = pango_attr_list_copy (pango_layout_get_attributes (self->number));
  pango_attr_list_change (attributes, pango_attr_strikethrough_new (self->is_struck));
  pango_layout_set_attributes (self->number, attributes);
  pango_attr_list_unref (attributes);
}

void
rn_block_row_update_state (RnBlockRow *self)
{
  if (self->at < 0)
    return;
  self->is_on = self->row.kind != RN_ROW_BLOCK || self->is_plain ||
                rn_spine_view_is_on (self->view, self->row.first_block);
  if (is_card (self))
    set_toggle_active (self, self->is_on);
  strike_number (self);
  update_selection (self);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED,
                               self->is_selected, -1);
  rn_block_row_update_label (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static char *
make_label (RnBlockRow *self)
{
  const RnSpineView *view = self->view;
  const RnStage *stage;

  switch (self->row.kind)
    {
    case RN_ROW_BLOCK:
      return rn_spine_describe (view->spec, self->row.first_block,
                                rn_spine_view_get_measure (view, self->row.first_block),
                                view->scale.kind, self->is_on);
    case RN_ROW_STAGE:
      stage = &g_array_index (view->layout->stages, RnStage, self->row.stage);
      return rn_spine_describe_stage (self->row.stage, stage->side, stage->channels,
                                      stage->n_blocks,
                                      rn_spine_view_get_measure (view, stage->first_block),
                                      view->scale.kind);
    case RN_ROW_STEM:
      return rn_spine_stem_text (view->spec);
    case RN_ROW_HEAD:
      return rn_spine_head_text (view->spec);
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

void
rn_block_row_update_label (RnBlockRow *self)
{
  g_autofree char *label = self->at >= 0 ? make_label (self) : NULL;

  if (label == NULL || g_strcmp0 (label, self->label) == 0)
    return;
  g_free (self->label);
  self->label = g_steal_pointer (&label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->label,
                                  -1);
}

static int
pick_layer (RnBlockRow *self, double x, double y)
{
  for (int i = 0; i < self->n_texts; i++)
    {
      double left, top;
      int width;

      rn_block_row_get_text_place (self, i, &left, &top);
      pango_layout_get_pixel_size (self->texts[i], &width, NULL);
      if (x < left - 4.0 || x > left + width + 4.0 || y < top || y >= top + self->line_height)
        continue;
      /* in short, the layers stand beside each other */
      return self->is_each_layer ? i
                                 : CLAMP ((int) ((x - left) * rn_spine_n_layers (self->block.kind) /
                                                 MAX (width, 1)),
                                          0, rn_spine_n_layers (self->block.kind) - 1);
    }
  return -1;
}

RnPart
rn_block_row_pick (RnBlockRow *self, double x, double y, int *index, int *layer)
{
  const RnRow *row = &self->row;

  *index = row->first_block;
  *layer = -1;
  if (row->kind == RN_ROW_STEM || row->kind == RN_ROW_HEAD)
    return row->kind == RN_ROW_STEM ? RN_PART_STEM : RN_PART_HEAD;
  if (row->kind == RN_ROW_STAGE)
    {
      *index += CLAMP ((int) (y * row->n_blocks / row->height), 0, row->n_blocks - 1);
      return RN_PART_BLOCK;
    }
  if (!self->is_plain && row->detail >= RN_DETAIL_LINE &&
      fabs (x - self->view->geometry.trunk_x) <= 8.0)
    return RN_PART_SHORTCUT;
  if (is_card (self))
    *layer = pick_layer (self, x, y);
  return *layer >= 0 ? RN_PART_LAYER : RN_PART_BLOCK;
}

int
rn_block_row_get_block (RnBlockRow *self)
{
  return self->row.first_block;
}

RnRowKind
rn_block_row_get_kind (RnBlockRow *self)
{
  return self->row.kind;
}

const char *
rn_block_row_get_number (RnBlockRow *self)
{
  return self->row.kind == RN_ROW_BLOCK ? pango_layout_get_text (self->number) : "";
}

const char *
rn_block_row_get_label (RnBlockRow *self)
{
  return self->label;
}

gboolean
rn_block_row_has_branch (RnBlockRow *self)
{
  return self->row.kind == RN_ROW_BLOCK && !self->is_plain;
}

GtkWidget *
rn_block_row_get_switch (RnBlockRow *self)
{
  return gtk_widget_get_child_visible (self->toggle) ? self->toggle : NULL;
}

static void
rn_block_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnBlockRow *self = RN_BLOCK_ROW (widget);
  RnRowBox box;
  GtkAllocation place = { 0 };

  self->row.height = height;
  rn_block_row_allocate_mend (self);
  if (!gtk_widget_get_child_visible (self->toggle))
    return;
  box = rn_block_row_get_box (self);
  gtk_widget_measure (self->toggle, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &place.width, NULL, NULL);
  gtk_widget_measure (self->toggle, GTK_ORIENTATION_VERTICAL, -1, NULL, &place.height, NULL, NULL);
  place.x = (int) (box.x + box.width - TOGGLE_MARGIN_PX) - place.width;
  place.y = (int) round (box.y + 0.5 * (box.height - place.height));
  gtk_widget_size_allocate (self->toggle, &place, -1);
}

static void
rn_block_row_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnBlockRow *self = RN_BLOCK_ROW (widget);

  GTK_WIDGET_CLASS (rn_block_row_parent_class)->css_changed (widget, change);
  for (int i = 0; i < RN_MAX_LAYERS; i++)
    g_clear_object (&self->texts[i]);
  g_clear_object (&self->number);
  if (self->at >= 0 && self->view->spec != NULL && gtk_widget_get_child_visible (widget))
    rn_block_row_bind (self, self->at);
}

static void
rn_block_row_dispose (GObject *object)
{
  RnBlockRow *self = RN_BLOCK_ROW (object);

  for (int i = 0; i < RN_MAX_LAYERS; i++)
    g_clear_object (&self->texts[i]);
  g_clear_object (&self->number);
  g_clear_pointer (&self->toggle, gtk_widget_unparent);
  g_clear_pointer (&self->mend, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_block_row_parent_class)->dispose (object);
}

static void
rn_block_row_finalize (GObject *object)
{
  RnBlockRow *self = RN_BLOCK_ROW (object);

  g_free (self->values);
  g_free (self->places);
  g_free (self->label);
  g_free (self->sentence);
  G_OBJECT_CLASS (rn_block_row_parent_class)->finalize (object);
}

/* For assistive technology; the pointer and keys go through the spine. */
static void
select_row (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnBlockRow *self = RN_BLOCK_ROW (widget);
  RnSelection *selection = rn_session_get_selection (self->view->session);

  if (self->at < 0 || selection == NULL)
    return;
  if (self->row.kind == RN_ROW_STEM)
    rn_selection_select (selection, RN_PART_STEM, 0, NULL);
  else if (self->row.kind == RN_ROW_HEAD)
    rn_selection_select (selection, RN_PART_HEAD, 0, NULL);
  else
    rn_selection_select (selection, RN_PART_BLOCK,
                         rn_spec_get_block (self->view->spec, self->row.first_block)->id, NULL);
}

static void
rn_block_row_class_init (RnBlockRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_block_row_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_block_row_finalize;
  widget_class->snapshot = rn_block_row_snapshot;
  widget_class->size_allocate = rn_block_row_size_allocate;
  widget_class->css_changed = rn_block_row_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_set_css_name (widget_class, "blockrow");
  gtk_widget_class_install_action (widget_class, "block.select", NULL, select_row);
}

static void
rn_block_row_init (RnBlockRow *self)
{
  self->at = -1;
  self->is_on = TRUE;
  self->toggle = gtk_switch_new ();
  gtk_widget_add_css_class (self->toggle, "rn-gate");
  rn_spine_set_shown (self->toggle, FALSE);
  gtk_widget_set_parent (self->toggle, GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (self->toggle, TRUE);
  g_signal_connect_swapped (self->toggle, "notify::active", G_CALLBACK (toggle_changed), self);
  g_signal_connect_swapped (self->toggle, "query-tooltip", G_CALLBACK (query_toggle), self);
}

GtkWidget *
rn_block_row_new (const RnSpineView *view)
{
  RnBlockRow *self = g_object_new (RN_TYPE_BLOCK_ROW, NULL);

  self->view = view;
  return GTK_WIDGET (self);
}
