#include "pages/train-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "charts/response-chart.h"
#include "pages/card.h"
#include "pages/margin.h"
#include "pages/memory-check.h"
#include "pages/pair.h"
#include "pages/plain-twin.h"
#include "pages/side-pane.h"
#include "pages/throttle.h"
#include "state/format.h"

#define N_STRIPS 2
#define SETTINGS_WIDTH 360
#define CHART_HEIGHT 330
#define CURVES_SHARE 0.6
#define BESIDE_WIDTH 880 /* from which the curves and the responses stand side by side */

/* More that the throttle is asked for, beside the flags of RnRecordChange */
#define CHANGE_RUNS (1u << 16)
#define CHANGE_EMPTY (1u << 17)

struct _RnTrainPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnSidePane *pane; /* the settings are at its side */
  RnProgressCard *progress;
  RnTrainSettings *settings;
  RnCurveCard *curves;
  RnCard *responses_card;
  RnResponseChart *responses;
  guint n_response_curves;
  RnStripCard *strips[N_STRIPS];
  GtkWidget *start;
  GPtrArray *records; /* that are listened to: the shown one and those compared with it */
  gboolean was_training, was_stopping;
  guint n_updates;
  RnThrottle throttle;
};

G_DEFINE_FINAL_TYPE (RnTrainPage, rn_train_page, GTK_TYPE_WIDGET)

RnProgressCard *
rn_train_page_get_progress (RnTrainPage *self)
{
  return self->progress;
}

RnTrainSettings *
rn_train_page_get_settings (RnTrainPage *self)
{
  return self->settings;
}

RnCurveCard *
rn_train_page_get_curves (RnTrainPage *self)
{
  return self->curves;
}

GtkWidget *
rn_train_page_get_start (RnTrainPage *self)
{
  return self->start;
}

guint
rn_train_page_n_updates (RnTrainPage *self)
{
  return self->n_updates;
}

/* Layer responses: figure 7 has the 3x3 layers alone */

static void
show_responses (RnTrainPage *self, guint at, const char *name, RnRecord *record)
{
  const GArray *responses = rn_record_get_responses (record);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (RnResponsePoint));

  for (guint i = 0; responses != NULL && i < responses->len; i++)
    {
      const RnRecordResponse *response = &g_array_index (responses, RnRecordResponse, i);
      const RnResponsePoint point = { response->name, response->block, response->std };

      if (response->kernel == 3)
        g_array_append_val (points, point);
    }
  rn_response_chart_set_curve (self->responses, (int) at, name,
                               (const RnResponsePoint *) (gpointer) points->data, points->len);
}

static void
update_responses (RnTrainPage *self)
{
  RnDocument *shown = rn_session_get_document (self->session);
  RnRecord *record = rn_session_get_record (self->session);
  GListModel *compared = rn_session_get_compared (self->session);
  guint n = 0;

  if (record != NULL && shown != NULL)
    show_responses (self, n++, rn_document_get_title (shown), record);
  for (guint i = 0; compared != NULL && i < g_list_model_get_n_items (compared); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, i);
      RnRecord *other = rn_document_get_record (document);

      if (other != NULL && other != record)
        show_responses (self, n++, rn_document_get_title (document), other);
    }
  for (guint i = n; i < self->n_response_curves; i++)
    rn_response_chart_set_curve (self->responses, (int) i, "", NULL, 0);
  self->n_response_curves = n;
}

/* What stands in the charts' place */

static void
update_empty (RnTrainPage *self)
{
  RnRecord *record = rn_session_get_record (self->session);
  const RnSpec *spec = rn_session_get_spec (self->session);
  const char *dataset = rn_session_get_dataset_name (self->session);
  const RnStatus *status = rn_session_get_status (self->session);
  const gboolean is_training = rn_session_is_training (self->session);
  g_autofree char *title = rn_format_spec_title (spec);
  g_autofree char *base = dataset != NULL ? g_path_get_basename (dataset) : NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->start, !is_training);
  if (record == NULL && is_training && status->is_stopping)
    text = g_strdup (_ ("The preparation is being given up; what is under way takes a moment."));
  else if (record == NULL && is_training)
    text = g_strdup (status->preparing < 1.0
                         ? _ ("The pictures are being prepared; the training begins by itself.")
                         : _ ("The network is being prepared; the training begins by itself."));
  else if (record == NULL && (dataset == NULL || g_str_equal (dataset, "sample")))
    text = g_strdup_printf (_ ("%s has not been trained yet. Start with the sample set, and watch "
                               "every block learn."),
                            title);
  else if (record == NULL)
    text = g_strdup_printf (_ ("%s has not been trained yet. Start with “%s”, and watch every "
                               "block learn."),
                            title, base);
  rn_curve_card_set_empty (self->curves, text, self->start);
  rn_card_set_empty (self->responses_card,
                     record == NULL ? _ ("How strongly each layer answers is drawn here when the "
                                         "training is under way.")
                                    : NULL,
                     NULL);
}

/* Settings step aside when a training begins, and stay where the person puts them from then on. */
static void
update_pane (RnTrainPage *self)
{
  const gboolean is_training = rn_session_is_training (self->session);

  if (is_training && !self->was_training)
    rn_side_pane_set_open (self->pane, FALSE);
  self->was_training = is_training;
}

static void
update (GtkWidget *widget, guint flags)
{
  RnTrainPage *self = RN_TRAIN_PAGE (widget);

  self->n_updates++;
  if (flags & CHANGE_RUNS)
    {
      rn_curve_card_rebuild (self->curves);
      for (int i = 0; i < N_STRIPS; i++)
        rn_strip_card_rebuild (self->strips[i]);
      flags |= RN_RECORD_RESPONSES | RN_RECORD_MEASURES;
    }
  else
    rn_curve_card_update (self->curves, flags);
  if (flags & RN_RECORD_MEASURES)
    for (int i = 0; i < N_STRIPS; i++)
      rn_strip_card_update (self->strips[i]);
  if (flags & RN_RECORD_RESPONSES)
    update_responses (self);
  if (flags & (CHANGE_RUNS | CHANGE_EMPTY))
    update_empty (self);
}

/* What the session tells */

static void
on_record (RnRecord *record, guint flags, RnTrainPage *self)
{
  rn_throttle_add (&self->throttle, flags);
}

static void
forget_records (RnTrainPage *self)
{
  for (guint i = 0; i < self->records->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->records, i), on_record, self);
  g_ptr_array_set_size (self->records, 0);
}

static void
listen_to (RnTrainPage *self, RnRecord *record)
{
  if (record == NULL || g_ptr_array_find (self->records, record, NULL))
    return;
  g_signal_connect (record, "changed", G_CALLBACK (on_record), self);
  g_ptr_array_add (self->records, g_object_ref (record));
}

static void
on_runs (RnTrainPage *self)
{
  GListModel *compared = rn_session_get_compared (self->session);

  forget_records (self);
  listen_to (self, rn_session_get_record (self->session));
  for (guint i = 0; compared != NULL && i < g_list_model_get_n_items (compared); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, i);

      listen_to (self, rn_document_get_record (document));
    }
  rn_throttle_add (&self->throttle, CHANGE_RUNS);
}

static void
on_status (RnTrainPage *self)
{
  const gboolean is_stopping = rn_session_get_status (self->session)->is_stopping;

  if (rn_session_is_training (self->session) != self->was_training ||
      is_stopping != self->was_stopping)
    {
      self->was_stopping = is_stopping;
      update_pane (self);
      rn_throttle_add (&self->throttle, CHANGE_EMPTY);
    }
}

static void
on_dataset (RnTrainPage *self)
{
  rn_throttle_add (&self->throttle, CHANGE_EMPTY);
}

static void
on_start (RnTrainPage *self)
{
  rn_start_training (self->session, GTK_WIDGET (self));
}

static void
on_sorted (GtkToggleButton *button, RnTrainPage *self)
{
  rn_response_chart_set_sorted (self->responses, gtk_toggle_button_get_active (button));
}

/* Making it */

static GtkWidget *
make_responses (RnTrainPage *self)
{
  GtkWidget *chart = rn_response_chart_new (rn_session_get_selection (self->session));
  GtkWidget *sorted = gtk_toggle_button_new ();

  gtk_widget_set_size_request (chart, -1, CHART_HEIGHT);
  gtk_widget_set_vexpand (chart, TRUE);
  self->responses = RN_RESPONSE_CHART (chart);
  self->responses_card = RN_CARD (rn_card_new (_ ("Layer responses"), chart));
  rn_card_set_caption (self->responses_card, _ ("after batch-norm"));
  gtk_button_set_icon_name (GTK_BUTTON (sorted), "view-sort-descending-symbolic");
  gtk_widget_add_css_class (sorted, "flat");
  gtk_widget_set_tooltip_text (sorted, _ ("Sort by size, as the paper’s lower figure"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (sorted), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Sort responses by size"), -1);
  g_signal_connect (sorted, "toggled", G_CALLBACK (on_sorted), self);
  rn_card_add_suffix (self->responses_card, sorted);
  rn_card_set_help (
      self->responses_card,
      _ ("Each point is a 3×3 layer and its height the standard deviation of what it answers, "
         "after "
         "batch-norm and before ReLU and addition. Residual layers answer more weakly than plain "
         "ones: they only correct what the shortcut brings (He et al. 2015, section 4.2 and "
         "Figure 7)."));
  return GTK_WIDGET (self->responses_card);
}

static GtkWidget *
make_settings_toggle (RnTrainPage *self)
{
  GtkWidget *toggle = gtk_toggle_button_new ();
  GtkWidget *content = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "sidebar-show-right-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), _ ("Settings"));
  gtk_button_set_child (GTK_BUTTON (toggle), content);
  gtk_widget_set_tooltip_text (toggle, _ ("Show or hide the settings of the training"));
  g_object_bind_property (self->pane, "open", toggle, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  return toggle;
}

static GtkWidget *
make_content (RnTrainPage *self)
{
  static const RnMeasureKind kinds[N_STRIPS] = { RN_MEASURE_RATIO, RN_MEASURE_GRADIENT };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->progress = RN_PROGRESS_CARD (rn_progress_card_new (self->session));
  self->curves = RN_CURVE_CARD (rn_curve_card_new (self->session));
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    gtk_widget_set_size_request (GTK_WIDGET (rn_curve_card_get_chart (self->curves, curve)), -1,
                                 CHART_HEIGHT);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->progress));
  gtk_box_append (GTK_BOX (box), rn_pair_new (GTK_WIDGET (self->curves), make_responses (self),
                                              CURVES_SHARE, BESIDE_WIDTH));
  for (int i = 0; i < N_STRIPS; i++)
    {
      self->strips[i] = RN_STRIP_CARD (rn_strip_card_new (self->session, kinds[i]));
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->strips[i]));
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), rn_margin_new (box));
  gtk_widget_set_hexpand (scrolled, TRUE);
  return scrolled;
}

static GtkWidget *
make_pane (RnTrainPage *self)
{
  GtkWidget *settings = rn_train_settings_new (self->session);
  GtkWidget *toggle;

  self->settings = RN_TRAIN_SETTINGS (settings);
  gtk_widget_set_size_request (settings, SETTINGS_WIDTH, -1);
  gtk_widget_add_css_class (settings, "background");
  self->pane = RN_SIDE_PANE (rn_side_pane_new (make_content (self), settings));
  rn_progress_card_add_control (self->progress, rn_plain_twin_button_new (self->session));
  toggle = make_settings_toggle (self);
  rn_progress_card_add_control (self->progress, toggle);
  return GTK_WIDGET (self->pane);
}

static GtkWidget *
make_start (RnTrainPage *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Start"));

  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_tooltip_text (button, _ ("Train the network at the left"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Start training"), -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_start), self);
  return button;
}

static void
rn_train_page_dispose (GObject *object)
{
  RnTrainPage *self = RN_TRAIN_PAGE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  rn_throttle_clear (&self->throttle);
  forget_records (self);
  g_clear_object (&self->session);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_train_page_parent_class)->dispose (object);
}

static void
rn_train_page_finalize (GObject *object)
{
  g_ptr_array_unref (RN_TRAIN_PAGE (object)->records);
  G_OBJECT_CLASS (rn_train_page_parent_class)->finalize (object);
}

static void
rn_train_page_init (RnTrainPage *self)
{
  self->records = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
rn_train_page_class_init (RnTrainPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_train_page_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_train_page_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_train_page_new (RnSession *session)
{
  RnTrainPage *self = g_object_new (RN_TYPE_TRAIN_PAGE, NULL);

  self->session = g_object_ref (session);
  gtk_widget_set_parent (make_pane (self), GTK_WIDGET (self));
  self->start = make_start (self);
  update_empty (self);
  update_pane (self);
  rn_throttle_init (&self->throttle, GTK_WIDGET (self), update);
  g_signal_connect_object (session, "document", G_CALLBACK (on_runs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "compared", G_CALLBACK (on_runs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  on_runs (self);
  return GTK_WIDGET (self);
}
