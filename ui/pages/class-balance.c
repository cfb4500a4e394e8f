#include "pages/class-balance.h"

#include <glib/gi18n-lib.h>

#include "charts/axis.h"
#include "pages/class-bar.h"
#include "pages/clear-ground.h"
#include "pages/tab-stop.h"
#include "pages/text.h"
#include "state/format.h"

/* Names beyond these are not measured for the width of their column. */
#define MAX_MEASURED 200
#define MAX_HEIGHT_PX 340
/* Of the theme, around a row */
#define ROW_PADDING_PX 4

struct _RnClassBalance
{
  GtkWidget parent_instance;

  RnDataset *dataset;
  RnDatasetSummary *summary;
  int name_px;
  int number_px;
  GtkStringList *names;
  GtkWidget *box;
  GtkWidget *text;
  GtkWidget *scroller;
  guint measure_id;
};

G_DEFINE_FINAL_TYPE (RnClassBalance, rn_class_balance, GTK_TYPE_WIDGET)

static guint chosen_signal;

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  gtk_list_item_set_child (item, rn_class_bar_new ());
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnClassBalance *self = data;
  const int class = (int) gtk_list_item_get_position (item);
  GtkStringObject *name = gtk_list_item_get_item (item);
  int counts[2];

  if (self->summary == NULL || class >= rn_dataset_summary_n_classes (self->summary))
    return;
  counts[0] = rn_dataset_summary_get_count (self->summary, RN_SPLIT_TRAIN, class);
  counts[1] = rn_dataset_summary_get_count (self->summary, RN_SPLIT_TEST, class);
  rn_class_bar_set (RN_CLASS_BAR (gtk_list_item_get_child (item)),
                    gtk_string_object_get_string (name), counts,
                    rn_dataset_summary_get_most (self->summary), self->name_px, self->number_px);
}

static void
on_activate (GtkListView *view, guint position, gpointer data)
{
  g_signal_emit (data, chosen_signal, 0, (int) position);
}

static GtkWidget *
make_list (RnClassBalance *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkNoSelection *selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->names)));
  GtkWidget *view;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_row), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row), self);
  view = gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (view), TRUE);
  rn_clear_ground (view);
  rn_tab_stop_make (view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Classes of the data set"), -1);
  g_signal_connect (view, "activate", G_CALLBACK (on_activate), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  return scroller;
}

static void
rn_class_balance_init (RnClassBalance *self)
{
  self->names = gtk_string_list_new (NULL);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->text = gtk_label_new (NULL);
  rn_text_wrap (self->text);
  gtk_label_set_xalign (GTK_LABEL (self->text), 0);
  gtk_box_append (GTK_BOX (self->box), self->text);
  self->scroller = make_list (self);
  gtk_box_append (GTK_BOX (self->box), self->scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static int
measure_text (RnClassBalance *self, RnTextSize size, const char *text)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), size, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static void
measure_columns (RnClassBalance *self)
{
  const char *const *names = rn_dataset_get_classes (self->dataset);
  g_autofree char *most = rn_format_count (rn_dataset_summary_get_most (self->summary));

  self->number_px = measure_text (self, RN_TEXT_CAPTION, most);
  self->name_px = 0;
  for (int i = 0; names[i] != NULL && i < MAX_MEASURED; i++)
    self->name_px = MAX (self->name_px, measure_text (self, RN_TEXT_BODY, names[i]));
}

/* All rows where they are few: a list view asks for less by itself. */
static void
set_height (RnClassBalance *self)
{
  GtkWidget *row = g_object_ref_sink (rn_class_bar_new ());
  const int n = MIN (rn_dataset_summary_n_classes (self->summary), MAX_HEIGHT_PX);
  int height;

  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, -1, NULL, &height, NULL, NULL);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (self->scroller),
                                              MIN (n * (height + ROW_PADDING_PX), MAX_HEIGHT_PX));
  g_object_unref (row);
}

static void
fill_list (RnClassBalance *self)
{
  const guint n_before = g_list_model_get_n_items (G_LIST_MODEL (self->names));

  measure_columns (self);
  set_height (self);
  gtk_string_list_splice (self->names, 0, n_before, rn_dataset_get_classes (self->dataset));
}

/* The text has another size. */
static gboolean
measure_again (gpointer data)
{
  RnClassBalance *self = data;
  const int name_px = self->name_px, number_px = self->number_px;

  self->measure_id = 0;
  if (self->summary == NULL)
    return G_SOURCE_REMOVE;
  measure_columns (self);
  if (self->name_px != name_px || self->number_px != number_px)
    fill_list (self);
  return G_SOURCE_REMOVE;
}

/* In the middle of a change of style no rows are made. */
static void
css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RnClassBalance *self = RN_CLASS_BALANCE (widget);

  GTK_WIDGET_CLASS (rn_class_balance_parent_class)->css_changed (widget, change);
  if (self->measure_id == 0 && self->summary != NULL)
    self->measure_id = g_idle_add (measure_again, self);
}

static void
dispose (GObject *object)
{
  RnClassBalance *self = RN_CLASS_BALANCE (object);

  g_clear_handle_id (&self->measure_id, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_object (&self->names);
  G_OBJECT_CLASS (rn_class_balance_parent_class)->dispose (object);
}

static void
rn_class_balance_class_init (RnClassBalanceClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  GTK_WIDGET_CLASS (class)->css_changed = css_changed;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

GtkWidget *
rn_class_balance_new (void)
{
  return g_object_new (RN_TYPE_CLASS_BALANCE, NULL);
}

void
rn_class_balance_set (RnClassBalance *self, RnDataset *dataset, RnDatasetSummary *summary)
{
  const guint n_before = g_list_model_get_n_items (G_LIST_MODEL (self->names));
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_CLASS_BALANCE (self));
  g_return_if_fail ((dataset != NULL) == (summary != NULL));

  if (self->summary == summary)
    return;
  g_clear_pointer (&self->summary, rn_dataset_summary_unref);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  if (summary == NULL)
    {
      gtk_string_list_splice (self->names, 0, n_before, NULL);
      gtk_label_set_text (GTK_LABEL (self->text), "");
      return;
    }
  self->summary = rn_dataset_summary_ref (summary);
  self->dataset = rn_dataset_ref (dataset);
  text = rn_dataset_summary_describe (summary, dataset);
  gtk_label_set_text (GTK_LABEL (self->text), text);
  fill_list (self);
}

const char *
rn_class_balance_get_text (RnClassBalance *self)
{
  return gtk_label_get_text (GTK_LABEL (self->text));
}
