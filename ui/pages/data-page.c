#include "pages/data-page.h"

#include <glib/gi18n-lib.h>

#include "pages/augment-card.h"
#include "pages/card.h"
#include "pages/channel-table.h"
#include "pages/class-balance.h"
#include "pages/dataset-head.h"
#include "pages/dataset-study.h"
#include "pages/margin.h"
#include "pages/sample-grid.h"
#include "state/format.h"

#define USUAL_SIDE 32
/* The right column; the grid gets what is left */
#define SIDE_WIDTH_PX 310
#define MAX_CLASS_CHARS 24

struct _RnDataPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnDatasetStudy *study;
  RnSampleList *list;
  RnSampleItem *wanted; /* the picture that is being loaded, the newest only */

  GtkWidget *margin;
  GtkWidget *box;
  GtkWidget *head;
  GtkWidget *grid_card;
  GtkWidget *grid;
  GtkWidget *train_button;
  GtkWidget *test_button;
  GtkWidget *classes;
  GtkWidget *balance;
  GtkWidget *channels;
  GtkWidget *augment;
  gboolean is_updating; /* the controls: what they tell is no wish */
};

G_DEFINE_FINAL_TYPE (RnDataPage, rn_data_page, GTK_TYPE_WIDGET)

static int
get_side (RnDataPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);

  return spec != NULL ? rn_spec_get_side (spec) : USUAL_SIDE;
}

/* Pictures */

static void
load_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  RnPicture *picture = rn_sample_item_load (data, &error);

  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) rn_picture_unref);
  else
    g_task_return_error (task, error);
}

static void
on_first_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  RnDataPage *self = RN_DATA_PAGE (object);
  RnSampleItem *item = g_task_get_task_data (G_TASK (result));
  g_autoptr (RnPicture) picture = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->session == NULL)
    return; /* the page is gone */
  if (picture != NULL && !rn_augment_card_has_picture (RN_AUGMENT_CARD (self->augment)) &&
      rn_sample_item_get_dataset (item) == rn_sample_list_get_dataset (self->list))
    rn_augment_card_set_picture (RN_AUGMENT_CARD (self->augment), picture,
                                 rn_sample_item_get_index (item));
}

static void
on_picked_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  RnDataPage *self = RN_DATA_PAGE (object);
  RnSampleItem *item = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *name = NULL;

  if (item != self->wanted)
    return;
  g_clear_object (&self->wanted);
  if (picture == NULL)
    {
      g_signal_emit_by_name (self->session, "message", error->message);
      return;
    }
  name = rn_sample_item_make_name (item);
  rn_augment_card_set_picture (RN_AUGMENT_CARD (self->augment), picture,
                               rn_sample_item_get_index (item));
  rn_session_set_picture (self->session, picture, name, rn_sample_item_get_class (item));
}

static void
load_item (RnDataPage *self, RnSampleItem *item, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, NULL);

  g_task_set_task_data (task, g_object_ref (item), g_object_unref);
  g_task_run_in_thread (task, load_picture);
}

static void
on_picked (RnDataPage *self, RnSampleItem *item)
{
  g_set_object (&self->wanted, item);
  load_item (self, item, on_picked_loaded);
}

static void
on_activated (RnDataPage *self, RnSampleItem *item)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "inspect");
}

/* So that the augmentation has something to show before anything is clicked */
static void
load_first (RnDataPage *self)
{
  g_autoptr (RnSampleItem) item = NULL;

  if (rn_augment_card_has_picture (RN_AUGMENT_CARD (self->augment)))
    return;
  item = g_list_model_get_item (G_LIST_MODEL (self->list), 0);
  if (item != NULL)
    load_item (self, item, on_first_loaded);
}

/* What is listed */

static void
tell_count (RnDataPage *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  const gboolean is_open = rn_sample_list_get_dataset (self->list) != NULL;
  g_autofree char *count = rn_format_count (n);
  g_autofree char *title = is_open
                               ? g_strdup_printf (ngettext ("%s picture", "%s pictures", n), count)
                               : g_strdup (_ ("Pictures"));
  const char *empty = NULL;

  if (n == 0 && rn_session_get_dataset_progress (self->session) >= 0.0)
    empty = _ ("Opening…");
  else if (n == 0)
    empty = is_open ? _ ("There is no such picture.") : _ ("Open a data set to see its pictures.");
  rn_card_set_title (RN_CARD (self->grid_card), title);
  rn_card_set_empty (RN_CARD (self->grid_card), empty, NULL);
}

static void
on_filter (RnDataPage *self)
{
  guint selected;
  gboolean is_test;

  if (self->is_updating)
    return;
  selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->classes));
  is_test = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->test_button));
  if (selected == GTK_INVALID_LIST_POSITION)
    return;
  rn_sample_list_set_filter (self->list, is_test ? RN_SPLIT_TEST : RN_SPLIT_TRAIN,
                             (int) selected - 1);
}

static void
on_class_chosen (RnDataPage *self, int class)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->classes), (guint) class + 1);
}

static void
update_classes (RnDataPage *self, RnDataset *dataset)
{
  const char *const all[] = { _ ("All classes"), NULL };
  GtkStringList *names = gtk_string_list_new (all);

  if (dataset != NULL)
    gtk_string_list_splice (names, 1, 0, rn_dataset_get_classes (dataset));
  self->is_updating = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->classes), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->classes), 0);
  gtk_widget_set_sensitive (self->classes, dataset != NULL);
  gtk_widget_set_sensitive (self->test_button, dataset != NULL);
  if (dataset == NULL)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->train_button), TRUE);
  self->is_updating = FALSE;
  g_object_unref (names);
}

/* The pixels are looked at only while somebody looks at the page: of a folder of photographs that takes long. */
static void
start_study (RnDataPage *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    rn_dataset_study_start (self->study, dataset, get_side (self));
}

static void
on_study (RnDataPage *self)
{
  RnDataset *dataset = rn_sample_list_get_dataset (self->list);
  RnDatasetSummary *summary = rn_dataset_study_get_summary (self->study);
  const RnPreprocess *channels = rn_dataset_study_get_channels (self->study);
  const char *problem = rn_dataset_study_get_problem (self->study);

  if (dataset != rn_session_get_dataset (self->session))
    return;
  if (summary != NULL)
    rn_sample_list_set_summary (self->list, summary);
  rn_class_balance_set (RN_CLASS_BALANCE (self->balance), summary != NULL ? dataset : NULL,
                        summary);
  if (channels != NULL)
    rn_channel_table_set (RN_CHANNEL_TABLE (self->channels), channels->channels, channels->mean,
                          channels->std);
  else if (problem != NULL)
    rn_channel_table_set_text (RN_CHANNEL_TABLE (self->channels), problem);
  else if (dataset != NULL && rn_dataset_count (dataset, RN_SPLIT_TRAIN) == 0)
    rn_channel_table_set_text (RN_CHANNEL_TABLE (self->channels),
                               _ ("Measured over training pictures, of which there are none."));
  else
    rn_channel_table_set_text (RN_CHANNEL_TABLE (self->channels),
                               dataset != NULL ? _ ("Measuring…") : "");
  rn_augment_card_update (RN_AUGMENT_CARD (self->augment));
}

static void
on_dataset (RnDataPage *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  const gboolean is_preview =
      dataset == NULL && rn_session_get_dataset_progress (self->session) >= 0.0 &&
      g_strcmp0 (rn_session_get_dataset_name (self->session), "sample") == 0;

  rn_dataset_head_update (RN_DATASET_HEAD (self->head));
  if (dataset != rn_sample_list_get_dataset (self->list) ||
      gtk_drop_down_get_model (GTK_DROP_DOWN (self->classes)) == NULL)
    {
      update_classes (self, dataset);
      g_clear_object (&self->wanted);
      rn_augment_card_set_picture (RN_AUGMENT_CARD (self->augment), NULL, 0);
    }
  rn_sample_list_set_dataset (self->list, dataset, is_preview);
  rn_augment_card_update (RN_AUGMENT_CARD (self->augment));
  tell_count (self);
  load_first (self);
  start_study (self);
}

static void
on_document (RnDataPage *self)
{
  start_study (self);
  rn_augment_card_update (RN_AUGMENT_CARD (self->augment));
}

/* Making */

static GtkWidget *
make_split_button (RnDataPage *self, const char *label, const char *name, GtkWidget *group)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (button, name);
  if (group != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  g_signal_connect_swapped (button, "toggled", G_CALLBACK (on_filter), self);
  return button;
}

static void
setup_class (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_CLASS_CHARS);
  gtk_list_item_set_child (item, label);
}

static void
bind_class (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_list_item_get_child (item);
  const char *name = gtk_string_object_get_string (gtk_list_item_get_item (item));

  gtk_label_set_text (GTK_LABEL (label), name);
  gtk_widget_set_tooltip_text (label, name);
}

/* The names of classes are the data's, of any length. */
static GtkWidget *
make_classes (RnDataPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkWidget *classes = gtk_drop_down_new (NULL, NULL);

  g_signal_connect (factory, "setup", G_CALLBACK (setup_class), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_class), NULL);
  gtk_drop_down_set_factory (GTK_DROP_DOWN (classes), factory);
  gtk_widget_set_tooltip_text (classes, _ ("Class of the pictures that are shown"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (classes), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Class of the pictures that are shown"), -1);
  g_signal_connect_swapped (classes, "notify::selected", G_CALLBACK (on_filter), self);
  return classes;
}

static GtkWidget *
make_grid (RnDataPage *self)
{
  GtkWidget *splits = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->list = rn_sample_list_new ();
  self->grid = rn_sample_grid_new (self->list);
  g_signal_connect_swapped (self->grid, "picked", G_CALLBACK (on_picked), self);
  g_signal_connect_swapped (self->grid, "activated", G_CALLBACK (on_activated), self);
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (tell_count), self,
                           G_CONNECT_SWAPPED);
  self->train_button = make_split_button (self, _ ("Train"), _ ("Show training pictures"), NULL);
  self->test_button =
      make_split_button (self, _ ("Test"), _ ("Show test pictures"), self->train_button);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->train_button), TRUE);
  gtk_widget_add_css_class (splits, "linked");
  gtk_box_append (GTK_BOX (splits), self->train_button);
  gtk_box_append (GTK_BOX (splits), self->test_button);
  self->classes = make_classes (self);
  self->grid_card = rn_card_new (_ ("Pictures"), self->grid);
  rn_card_add_suffix (RN_CARD (self->grid_card), splits);
  rn_card_add_suffix (RN_CARD (self->grid_card), self->classes);
  gtk_widget_set_hexpand (self->grid_card, TRUE);
  gtk_widget_set_vexpand (self->grid_card, TRUE);
  return self->grid_card;
}

static GtkWidget *
make_side (RnDataPage *self)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *card;

  self->balance = rn_class_balance_new ();
  g_signal_connect_swapped (self->balance, "chosen", G_CALLBACK (on_class_chosen), self);
  self->channels = rn_channel_table_new ();
  self->augment = rn_augment_card_new (self->session, self->study);
  gtk_box_append (GTK_BOX (side), self->augment);
  card = rn_card_new (_ ("Classes"), self->balance);
  rn_card_set_caption (RN_CARD (card), _ ("training above, test below"));
  gtk_box_append (GTK_BOX (side), card);
  card = rn_card_new (_ ("Channels"), self->channels);
  rn_card_set_caption (RN_CARD (card), _ ("white is 1"));
  rn_card_set_help (RN_CARD (card),
                    _ ("Mean and standard deviation over the training pictures, at most the first "
                       "20,000. The network is given (value − mean) / deviation; both travel with "
                       "the model."));
  gtk_box_append (GTK_BOX (side), card);
  gtk_widget_set_size_request (side, SIDE_WIDTH_PX, -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), side);
  gtk_widget_add_css_class (scroller, "card-scroller");
  return scroller;
}

static void
rn_data_page_init (RnDataPage *self)
{
  self->study = rn_dataset_study_new ();
  g_signal_connect_object (self->study, "changed", G_CALLBACK (on_study), self, G_CONNECT_SWAPPED);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->margin = rn_margin_new (self->box);
  gtk_widget_set_parent (self->margin, GTK_WIDGET (self));
}

static void
constructed (RnDataPage *self)
{
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->is_updating = TRUE;
  self->head = rn_dataset_head_new (self->session);
  gtk_box_append (GTK_BOX (self->box), self->head);
  gtk_box_append (GTK_BOX (columns), make_grid (self));
  gtk_box_append (GTK_BOX (columns), make_side (self));
  gtk_widget_set_vexpand (columns, TRUE);
  gtk_box_append (GTK_BOX (self->box), columns);
  g_signal_connect_object (self->session, "dataset", G_CALLBACK (on_dataset), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "document", G_CALLBACK (on_document), self,
                           G_CONNECT_SWAPPED);
  on_dataset (self);
  on_study (self);
}

static void
map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_data_page_parent_class)->map (widget);
  start_study (RN_DATA_PAGE (widget));
}

static void
dispose (GObject *object)
{
  RnDataPage *self = RN_DATA_PAGE (object);

  self->is_updating = TRUE;
  g_clear_pointer (&self->margin, gtk_widget_unparent);
  g_clear_object (&self->wanted);
  g_clear_object (&self->study);
  g_clear_object (&self->list);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_data_page_parent_class)->dispose (object);
}

static void
rn_data_page_class_init (RnDataPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->map = map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_data_page_new (RnSession *session)
{
  RnDataPage *self = g_object_new (RN_TYPE_DATA_PAGE, NULL);

  self->session = g_object_ref (session);
  constructed (self);
  return GTK_WIDGET (self);
}
