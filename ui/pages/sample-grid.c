#include "pages/sample-grid.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/clear-ground.h"
#include "pages/sample-cell.h"
#include "pages/sample-loader.h"
#include "pages/tab-stop.h"

/* Of a row; GTK keeps 30 rows of widgets whatever is in view */
#define MAX_COLUMNS 16

struct _RnSampleGrid
{
  GtkWidget parent_instance;

  RnSampleList *list;
  RnSampleLoader *loader;
  GtkSingleSelection *selection;
  GtkWidget *scroller;
  GtkWidget *view;
};

G_DEFINE_FINAL_TYPE (RnSampleGrid, rn_sample_grid, GTK_TYPE_WIDGET)

enum
{
  PICKED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
setup_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  gtk_list_item_set_child (item, rn_sample_cell_new (RN_SAMPLE_GRID (data)->loader));
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *cell = gtk_list_item_get_child (item);
  RnSampleItem *sample = gtk_list_item_get_item (item);
  g_autofree char *name = rn_sample_item_make_name (sample);

  rn_sample_cell_set_item (RN_SAMPLE_CELL (cell), sample);
  /* what can be focused is GTK's own widget around the cell */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (cell)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
unbind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  rn_sample_cell_set_item (RN_SAMPLE_CELL (gtk_list_item_get_child (item)), NULL);
}

/* The share of the height in view is the share of the list, but for a row. */
static void
update_view (RnSampleGrid *self)
{
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  const double upper = gtk_adjustment_get_upper (adjustment);
  const double value = gtk_adjustment_get_value (adjustment);
  const double page = gtk_adjustment_get_page_size (adjustment);
  const double n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  double first = 0.0, last = MAX_COLUMNS;

  if (upper >= 1.0 && page >= 1.0)
    {
      first = floor (n * value / upper) - MAX_COLUMNS;
      last = ceil (n * MIN (value + page, upper) / upper) + MAX_COLUMNS;
    }
  rn_sample_loader_set_view (self->loader, (guint) MAX (first, 0.0), (guint) last);
}

/* The cache belongs to a data set and a resolution. */
static void
update_source (RnSampleGrid *self)
{
  rn_sample_loader_set_source (self->loader, rn_sample_list_get_dataset (self->list),
                               RN_SAMPLE_CELL_SIZE *
                                   gtk_widget_get_scale_factor (GTK_WIDGET (self)));
}

static void
on_scale_factor (RnSampleGrid *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));

  update_source (self);
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self->list), 0, n, n);
}

static void
on_selected (RnSampleGrid *self)
{
  RnSampleItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item != NULL)
    g_signal_emit (self, signals[PICKED], 0, item);
}

static void
on_activate (RnSampleGrid *self, guint position)
{
  g_autoptr (RnSampleItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (item != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, item);
}

static GtkWidget *
make_view (RnSampleGrid *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *view;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cell), self);
  view = gtk_grid_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_grid_view_set_max_columns (GTK_GRID_VIEW (view), MAX_COLUMNS);
  gtk_grid_view_set_min_columns (GTK_GRID_VIEW (view), 2);
  rn_clear_ground (view);
  rn_tab_stop_make (view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pictures of the data set"), -1);
  g_signal_connect_swapped (view, "activate", G_CALLBACK (on_activate), self);
  return view;
}

static void
constructed (RnSampleGrid *self)
{
  GtkAdjustment *adjustment;

  /* connected before the view, whose cells ask the loader at once */
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (update_source), self,
                           G_CONNECT_SWAPPED);
  update_source (self);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->list)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  self->view = make_view (self);
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->view);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
}

static void
rn_sample_grid_init (RnSampleGrid *self)
{
  self->loader = rn_sample_loader_new ();
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (on_scale_factor), NULL);
}

static void
dispose (GObject *object)
{
  RnSampleGrid *self = RN_SAMPLE_GRID (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->loader);
  g_clear_object (&self->list);
  G_OBJECT_CLASS (rn_sample_grid_parent_class)->dispose (object);
}

static void
rn_sample_grid_class_init (RnSampleGridClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[PICKED] = g_signal_new ("picked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, RN_TYPE_SAMPLE_ITEM);
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, RN_TYPE_SAMPLE_ITEM);
}

GtkWidget *
rn_sample_grid_new (RnSampleList *list)
{
  RnSampleGrid *self = g_object_new (RN_TYPE_SAMPLE_GRID, NULL);

  self->list = g_object_ref (list);
  constructed (self);
  return GTK_WIDGET (self);
}

void
rn_sample_grid_pick (RnSampleGrid *self, guint position)
{
  g_return_if_fail (RN_IS_SAMPLE_GRID (self));

  gtk_single_selection_set_selected (self->selection, position);
}
