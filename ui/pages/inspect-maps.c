#include "pages/inspect-maps.h"

#include <glib/gi18n-lib.h>

#include "charts/map-grid.h"
#include "pages/card.h"
#include "pages/filter-grid.h"
#include "pages/inspect-layer.h"
#include "pages/map-reader.h"
#include "pages/maps.h"

struct _RnInspectMaps
{
  GtkWidget parent_instance;

  GtkWidget *card;
  GtkWidget *tap_list;
  GtkWidget *scale_list;
  GtkWidget *sort;
  GtkWidget *grid;
  GtkWidget *view;
  GtkWidget *filters_box;
  GtkWidget *filters;
  GtkWidget *layer;
  RnModel *model;     /* (nullable): whose filters and batch-norms are shown */
  GPtrArray *choices; /* of RnTapChoice */
  char *tap;
  RnTensor *maps;
  RnPart part;
  gboolean is_filling; /* the list is changed by us */
};

G_DEFINE_FINAL_TYPE (RnInspectMaps, rn_inspect_maps, GTK_TYPE_WIDGET)

enum
{
  PROP_TAP = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

const char *
rn_inspect_maps_get_tap (RnInspectMaps *self)
{
  return self->tap;
}

static void
take_tap (RnInspectMaps *self, const char *tap)
{
  if (g_strcmp0 (tap, self->tap) == 0)
    return;
  g_free (self->tap);
  self->tap = g_strdup (tap);
  rn_map_reader_set_map (RN_MAP_READER (self->view), NULL, -1);
  g_object_set (self->grid, "selected", -1, NULL);
  rn_inspect_layer_set_model (RN_INSPECT_LAYER (self->layer), self->model, tap);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TAP]);
}

/* "32 maps of 16×16, one scale, sorted by strength" */
static void
caption (RnInspectMaps *self)
{
  const gboolean is_common =
      gtk_drop_down_get_selected (GTK_DROP_DOWN (self->scale_list)) == RN_MAP_SCALE_COMMON;
  const gboolean is_sorted = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->sort));
  g_autofree char *count = NULL, *text = NULL;

  if (self->maps == NULL)
    {
      rn_card_set_caption (RN_CARD (self->card), NULL);
      return;
    }
  count = g_strdup_printf (ngettext ("%d map of %d×%d", "%d maps of %d×%d", self->maps->dims[3]),
                           self->maps->dims[3], self->maps->dims[1], self->maps->dims[2]);
  if (is_sorted)
    text = g_strdup_printf (is_common ? _ ("%s, one scale, sorted by strength")
                                      : _ ("%s, each its own scale, sorted by strength"),
                            count);
  else
    text = g_strdup_printf (is_common ? _ ("%s, one scale") : _ ("%s, each its own scale"), count);
  rn_card_set_caption (RN_CARD (self->card), text);
}

static void
show_enlarged (RnInspectMaps *self)
{
  int channel;

  g_object_get (self->grid, "selected", &channel, NULL);
  if (channel < 0)
    channel = rn_map_reader_get_channel (RN_MAP_READER (self->view));
  if (channel < 0 && self->maps != NULL) /* to begin with, the strongest; it stays */
    rn_maps_strongest (self->maps, &channel, 1);
  rn_map_reader_set_map (RN_MAP_READER (self->view), self->maps, channel);
  rn_inspect_layer_set_channel (RN_INSPECT_LAYER (self->layer), channel);
}

void
rn_inspect_maps_set_maps (RnInspectMaps *self, RnTensor *maps)
{
  g_return_if_fail (RN_IS_INSPECT_MAPS (self));

  if (maps != NULL)
    rn_tensor_ref (maps);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  self->maps = maps;
  rn_map_grid_set_maps (RN_MAP_GRID (self->grid), maps, self->tap);
  rn_inspect_layer_set_maps (RN_INSPECT_LAYER (self->layer), maps);
  show_enlarged (self);
  caption (self);
}

void
rn_inspect_maps_set_model (RnInspectMaps *self, RnModel *model)
{
  g_return_if_fail (RN_IS_INSPECT_MAPS (self));

  if (model != NULL)
    rn_model_ref (model);
  g_clear_pointer (&self->model, rn_model_unref);
  self->model = model;
  rn_inspect_layer_set_model (RN_INSPECT_LAYER (self->layer), model, self->tap);
}

void
rn_inspect_maps_set_filters (RnInspectMaps *self, RnTensor *filters)
{
  rn_filter_grid_set_filters (RN_FILTER_GRID (self->filters), filters);
  gtk_widget_set_visible (self->filters_box, filters != NULL && self->part == RN_PART_STEM);
}

void
rn_inspect_maps_set_empty (RnInspectMaps *self, const char *text)
{
  rn_card_set_empty (RN_CARD (self->card), text, NULL);
  if (text != NULL)
    rn_card_set_caption (RN_CARD (self->card), NULL);
}

static const char *
last_part (const char *tap)
{
  const char *dot = tap != NULL ? strrchr (tap, '.') : NULL;

  return dot != NULL ? dot + 1 : tap;
}

/* The choice that is called @tap, or like it in another block; -1 */
static int
find_choice (RnInspectMaps *self, const char *tap, gboolean like)
{
  for (guint i = 0; tap != NULL && i < self->choices->len; i++)
    {
      const RnTapChoice *choice = g_ptr_array_index (self->choices, i);

      if (like ? g_str_equal (last_part (choice->tap), last_part (tap))
               : g_str_equal (choice->tap, tap))
        return (int) i;
    }
  return -1;
}

void
rn_inspect_maps_set_part (RnInspectMaps *self, const RnSpec *spec, RnPart part, int at,
                          const char *layer)
{
  g_autofree char *first = rn_tap_of_part (spec, part, at, layer);
  GtkStringList *titles = gtk_string_list_new (NULL);
  int choice = -1;

  g_clear_pointer (&self->choices, g_ptr_array_unref);
  self->choices = rn_taps_of_part (spec, part, at);
  self->part = part;
  for (guint i = 0; i < self->choices->len; i++)
    gtk_string_list_append (titles, ((RnTapChoice *) g_ptr_array_index (self->choices, i))->title);
  if (part != RN_PART_LAYER && part != RN_PART_SHORTCUT)
    choice = find_choice (self, self->tap, TRUE);
  if (choice < 0)
    choice = MAX (find_choice (self, first, FALSE), 0);
  self->is_filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->tap_list), G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->tap_list), (guint) choice);
  self->is_filling = FALSE;
  g_object_unref (titles);
  gtk_widget_set_visible (self->filters_box,
                          part == RN_PART_STEM &&
                              rn_filter_grid_get_filters (RN_FILTER_GRID (self->filters)) != NULL);
  take_tap (self, ((RnTapChoice *) g_ptr_array_index (self->choices, choice))->tap);
}

/* Controls */

static void
tap_chosen (RnInspectMaps *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->tap_list));

  if (!self->is_filling && self->choices != NULL && at < self->choices->len)
    take_tap (self, ((RnTapChoice *) g_ptr_array_index (self->choices, at))->tap);
}

static void
scale_chosen (RnInspectMaps *self)
{
  g_object_set (self->grid, "scale",
                (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->scale_list)), NULL);
  caption (self);
}

static void
sort_toggled (RnInspectMaps *self)
{
  g_object_set (self->grid, "sorted", gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->sort)),
                NULL);
  caption (self);
}

static void
name_control (GtkWidget *widget, const char *name)
{
  gtk_widget_set_tooltip_text (widget, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
make_controls (RnInspectMaps *self)
{
  const char *scales[] = { _ ("One scale"), _ ("Each its own"), NULL };

  self->tap_list = gtk_drop_down_new (NULL, NULL);
  name_control (self->tap_list, _ ("Which layer’s maps"));
  g_signal_connect_swapped (self->tap_list, "notify::selected", G_CALLBACK (tap_chosen), self);
  self->scale_list = gtk_drop_down_new_from_strings (scales);
  name_control (self->scale_list, _ ("Scale of the maps’ colours"));
  g_signal_connect_swapped (self->scale_list, "notify::selected", G_CALLBACK (scale_chosen), self);
  self->sort = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->sort), "view-sort-descending-symbolic");
  name_control (self->sort, _ ("Sort by strength"));
  g_signal_connect_swapped (self->sort, "toggled", G_CALLBACK (sort_toggled), self);
  rn_card_add_suffix (RN_CARD (self->card), self->tap_list);
  rn_card_add_suffix (RN_CARD (self->card), self->scale_list);
  rn_card_add_suffix (RN_CARD (self->card), self->sort);
}

static GtkWidget *
make_filters (RnInspectMaps *self)
{
  GtkWidget *title = gtk_label_new (_ ("Filters of the first layer, in colour"));

  self->filters_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->filters = rn_filter_grid_new ();
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "caption-heading");
  gtk_box_append (GTK_BOX (self->filters_box), title);
  gtk_box_append (GTK_BOX (self->filters_box), self->filters);
  gtk_widget_set_visible (self->filters_box, FALSE);
  return self->filters_box;
}

static void
rn_inspect_maps_init (RnInspectMaps *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *whole = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->grid = rn_map_grid_new ();
  gtk_widget_set_hexpand (self->grid, TRUE);
  gtk_widget_set_valign (self->grid, GTK_ALIGN_START);
  self->view = rn_map_reader_new ();
  gtk_widget_set_valign (self->view, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (side), make_filters (self));
  gtk_box_append (GTK_BOX (side), self->grid);
  gtk_widget_set_hexpand (side, TRUE);
  gtk_box_append (GTK_BOX (row), side);
  gtk_box_append (GTK_BOX (row), self->view);
  self->layer = rn_inspect_layer_new ();
  gtk_box_append (GTK_BOX (whole), row);
  gtk_box_append (GTK_BOX (whole), self->layer);
  self->card = rn_card_new (_ ("Feature maps"), whole);
  make_controls (self);
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
  g_signal_connect_object (self->grid, "notify::selected", G_CALLBACK (show_enlarged), self,
                           G_CONNECT_SWAPPED);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->sort), TRUE);
}

static void
rn_inspect_maps_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TAP)
    g_value_set_string (value, RN_INSPECT_MAPS (object)->tap);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_inspect_maps_dispose (GObject *object)
{
  RnInspectMaps *self = RN_INSPECT_MAPS (object);

  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->maps, rn_tensor_unref);
  g_clear_pointer (&self->model, rn_model_unref);
  g_clear_pointer (&self->tap, g_free);
  G_OBJECT_CLASS (rn_inspect_maps_parent_class)->dispose (object);
}

static void
rn_inspect_maps_class_init (RnInspectMapsClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = rn_inspect_maps_dispose;
  object_class->get_property = rn_inspect_maps_get_property;
  props[PROP_TAP] =
      g_param_spec_string ("tap", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_maps_new (void)
{
  return g_object_new (RN_TYPE_INSPECT_MAPS, NULL);
}
