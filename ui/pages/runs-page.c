#include "pages/runs-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "charts/curve-chart.h"
#include "charts/palette.h"
#include "pages/card.h"
#include "pages/clear-ground.h"
#include "pages/margin.h"
#include "pages/memory-check.h"
#include "pages/plain-twin.h"
#include "pages/tab-stop.h"
#include "pages/test-dots.h"
#include "runs/run-events.h"
#include "runs/run-group.h"
#include "runs/run-list.h"
#include "runs/run-row.h"
#include "runs/run-wishes.h"
#include "state/format.h"

/* How often runs in training, and those that are compared, are read again while somebody looks */
#define LIVE_EVERY_S 2
#define CHART_HEIGHT_PX 150
#define LIST_HEIGHT_PX 190

typedef enum
{
  SORT_TIME,
  SORT_NAME,
  SORT_ERROR
} SortKey;

/* A run whose curves are drawn */
typedef struct
{
  RnDocument *document;
  int test; /* the line of its tests */
  gulong handler;
} Compared;

struct _RnRunsPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnRunList *list;
  GtkCustomSorter *sorter;
  GtkCustomFilter *filter;
  GListModel *shown;
  RnTimeAxis *time;
  GHashTable *rows; /* those that are bound to a run */
  guint live_id;

  RnRunGroup *group;
  GtkWidget *margin;
  GtkWidget *box;
  GtkWidget *card;
  GtkWidget *search;
  GtkWidget *sort;
  GtkWidget *view;
  GtkWidget *train_button; /* of the empty state */
  GtkWidget *chart_card;
  GtkWidget *chart;
  GArray *compared; /* of Compared */
};

G_DEFINE_FINAL_TYPE (RnRunsPage, rn_runs_page, GTK_TYPE_WIDGET)

/* Order and search */

static int
compare_items (gconstpointer a, gconstpointer b, gpointer data)
{
  RnRunsPage *self = data;
  const RnRunDigest *first = rn_run_item_get_digest ((RnRunItem *) a);
  const RnRunDigest *second = rn_run_item_get_digest ((RnRunItem *) b);
  const double error_a = rn_run_digest_get_best_error (first);
  const double error_b = rn_run_digest_get_best_error (second);
  const gint64 time_a = rn_run_digest_get_time (first), time_b = rn_run_digest_get_time (second);

  switch ((SortKey) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->sort)))
    {
    case SORT_ERROR:
      /* those without one come last */
      if (isnan (error_a) != isnan (error_b))
        return isnan (error_a) ? 1 : -1;
      if (error_a != error_b && !isnan (error_a))
        return error_a < error_b ? -1 : 1;
      break;
    case SORT_TIME:
      if (time_a != time_b)
        return time_a > time_b ? -1 : 1;
      break;
    case SORT_NAME:
    default:
      break;
    }
  return g_utf8_collate (rn_run_digest_get_name (first), rn_run_digest_get_name (second));
}

static gboolean
contains (const char *text, const char *folded)
{
  g_autofree char *own = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return own != NULL && strstr (own, folded) != NULL;
}

/* In the group, and what was typed in the name, the network's name or the data's */
static gboolean
match_item (gpointer item, gpointer data)
{
  RnRunsPage *self = data;
  const RnRunDigest *digest = rn_run_item_get_digest (item);
  const RnSpec *spec = rn_run_digest_get_spec (digest);
  g_autofree char *wanted =
      g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  g_autofree char *net = spec != NULL ? rn_format_spec_title (spec) : NULL;
  g_autofree char *title = rn_run_digest_make_title (digest);

  if (!rn_run_group_has (self->group, rn_run_digest_get_name (digest)))
    return FALSE;
  return *wanted == '\0' || contains (rn_run_digest_get_name (digest), wanted) ||
         contains (net, wanted) || contains (title, wanted) ||
         contains (rn_run_digest_get_data (digest), wanted);
}

static void
on_sort (RnRunsPage *self)
{
  gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
}

static void
on_narrowed (RnRunsPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_train (RnRunsPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "train");
}

/* Why none of the runs is shown */
static const char *
describe_none (RnRunsPage *self)
{
  const gboolean is_searched = *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';

  return is_searched ? _ ("No run matches the search.") : _ ("None of these runs is there yet.");
}

static void
tell_empty (RnRunsPage *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  const guint n_shown = g_list_model_get_n_items (self->shown);
  g_autofree char *count = rn_format_count (n);
  g_autofree char *caption = g_strdup_printf (ngettext ("%s run", "%s runs", n), count);

  rn_card_set_caption (RN_CARD (self->card), n > 0 ? caption : NULL);
  if (!rn_run_list_is_known (self->list))
    rn_card_set_empty (RN_CARD (self->card), _ ("Reading the runs…"), NULL);
  else if (n == 0)
    rn_card_set_empty (RN_CARD (self->card),
                       _ ("Every training is kept here, with its curves and checkpoints."),
                       self->train_button);
  else
    rn_card_set_empty (RN_CARD (self->card), n_shown == 0 ? describe_none (self) : NULL, NULL);
}

/* Comparing */

static void
compared_clear (gpointer data)
{
  Compared *compared = data;

  g_clear_signal_handler (&compared->handler, rn_document_get_record (compared->document));
  g_clear_object (&compared->document);
}

static void
update_chart (RnRunsPage *self)
{
  for (guint i = 0; i < self->compared->len; i++)
    {
      const Compared *compared = &g_array_index (self->compared, Compared, i);
      RnRecord *record = rn_document_get_record (compared->document);

      rn_test_dots_show (RN_CURVE_CHART (self->chart), compared->test, record, FALSE);
      rn_time_axis_set_extent (self->time, MAX (rn_time_axis_get_extent (self->time),
                                                rn_record_get_last_step (record)));
    }
  rn_curve_chart_changed (RN_CURVE_CHART (self->chart));
}

static void
on_grown (RnRunsPage *self)
{
  if (gtk_widget_get_mapped (self->chart))
    update_chart (self);
}

/* Its training error as a line, its test error as dots, both in the run's colour */
static void
add_curve (RnRunsPage *self, RnDocument *document, int at)
{
  RnRecord *record = rn_document_get_record (document);
  RnCurveChart *chart = RN_CURVE_CHART (self->chart);
  const int colour = at % RN_N_SERIES_COLOURS;
  g_autofree char *name = g_filename_display_basename (rn_document_get_path (document));
  g_autofree char *train = g_strdup_printf (_ ("%s, train"), name);
  g_autofree char *test = g_strdup_printf (_ ("%s, test"), name);
  Compared compared = { .document = g_object_ref (document) };

  rn_curve_chart_add_line (chart, train, rn_record_get_error (record), colour, TRUE);
  compared.test = rn_curve_chart_add_line (chart, test, NULL, colour, FALSE);
  compared.handler = g_signal_connect_swapped (record, "changed", G_CALLBACK (on_grown), self);
  g_array_append_val (self->compared, compared);
}

static void
tell_compared (RnRunsPage *self)
{
  GListModel *compared = rn_session_get_compared (self->session);
  const guint n = compared != NULL ? g_list_model_get_n_items (compared) : 0;
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    rn_run_row_set_compared (row,
                             rn_run_is_compared (self->session,
                                                 rn_run_digest_get_path (rn_run_item_get_digest (
                                                     rn_run_row_get_item (row)))));
  gtk_widget_set_visible (self->chart_card, n > 0);
  g_array_set_size (self->compared, 0);
  rn_curve_chart_clear (RN_CURVE_CHART (self->chart));
  rn_time_axis_set_extent (self->time, 0);
  rn_time_axis_reset (self->time);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, i);

      if (rn_document_get_record (document) != NULL)
        add_curve (self, document, (int) i);
    }
  update_chart (self);
}

static void
on_stop_comparing (RnRunsPage *self)
{
  GListModel *compared = rn_session_get_compared (self->session);

  for (guint n = g_list_model_get_n_items (compared); n > 0; n--)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, n - 1);

      rn_session_compare (self->session, rn_document_get_path (document));
    }
}

/* What is done with a run */

static void
refresh (gpointer data)
{
  rn_run_list_refresh (RN_RUNS_PAGE (data)->list);
}

static void
on_folder_shown (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnRunsPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!g_app_info_launch_default_for_uri_finish (result, &error))
    g_signal_emit_by_name (self->session, "message", error->message);
}

static void
show_folder (RnRunsPage *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *uri = g_file_get_uri (file);

  g_app_info_launch_default_for_uri_async (uri, NULL, NULL, on_folder_shown, g_object_ref (self));
}

static void
on_asked (RnRunRow *row, int wish, RnRunsPage *self)
{
  g_autofree char *path =
      g_strdup (rn_run_digest_get_path (rn_run_item_get_digest (rn_run_row_get_item (row))));

  switch ((RnRunWish) wish)
    {
    case RN_RUN_WISH_OPEN:
      rn_session_open_run (self->session, path);
      on_train (self);
      break;
    case RN_RUN_WISH_RESUME:
      rn_resume_training (self->session, GTK_WIDGET (self), path);
      on_train (self);
      break;
    case RN_RUN_WISH_COMPARE:
      rn_session_compare (self->session, path);
      break;
    case RN_RUN_WISH_RENAME:
      rn_run_ask_rename (GTK_WIDGET (self), self->session, path, refresh, G_OBJECT (self));
      break;
    case RN_RUN_WISH_SHOW_FOLDER:
      show_folder (self, path);
      break;
    case RN_RUN_WISH_EVENTS:
      rn_run_ask_events (GTK_WIDGET (self), self->session, path);
      break;
    case RN_RUN_WISH_TWIN:
      rn_plain_twin_train (self->session, GTK_WIDGET (self), path);
      break;
    case RN_RUN_WISH_TRASH:
      rn_run_ask_trash (GTK_WIDGET (self), self->session, path, refresh, G_OBJECT (self));
      break;
    default:
      break;
    }
}

static void
on_row_activated (RnRunsPage *self, guint position)
{
  g_autoptr (RnRunItem) item = g_list_model_get_item (self->shown, position);
  const RnRunDigest *digest = item != NULL ? rn_run_item_get_digest (item) : NULL;

  if (digest == NULL || rn_run_digest_get_state (digest) == RN_RUN_DAMAGED)
    return;
  rn_session_open_run (self->session, rn_run_digest_get_path (digest));
  on_train (self);
}

/* Looking at runs that grow */

static const RnRunDigest *
find_digest (RnRunsPage *self, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (RnRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);
      const RnRunDigest *digest = rn_run_item_get_digest (item);

      if (g_strcmp0 (rn_run_digest_get_path (digest), path) == 0)
        return digest;
    }
  return NULL;
}

/* Those that others train, the Lab or another process: what is trained here comes by the feed. */
static void
follow_compared (RnRunsPage *self)
{
  for (guint i = 0; i < self->compared->len; i++)
    {
      RnDocument *document = g_array_index (self->compared, Compared, i).document;
      const RnRunDigest *digest = find_digest (self, rn_document_get_path (document));

      if (digest != NULL && document != rn_session_get_live (self->session) &&
          rn_run_digest_get_step (digest) >
              rn_record_get_last_step (rn_document_get_record (document)))
        rn_session_read_again (self->session, document);
    }
}

static gboolean
on_live (gpointer data)
{
  RnRunsPage *self = data;

  if (rn_run_list_is_any_training (self->list) || rn_session_is_training (self->session) ||
      self->compared->len > 0)
    rn_run_list_refresh (self->list);
  return G_SOURCE_CONTINUE;
}

static void
on_scanned (RnRunsPage *self)
{
  tell_empty (self);
  follow_compared (self);
}

static void
on_folder (RnRunsPage *self)
{
  const char *folder = rn_session_get_runs_folder (self->session);

  if (folder != NULL && *folder != '\0' && gtk_widget_get_mapped (GTK_WIDGET (self)))
    rn_run_list_set_folder (self->list, folder);
}

static void
map (GtkWidget *widget)
{
  RnRunsPage *self = RN_RUNS_PAGE (widget);

  GTK_WIDGET_CLASS (rn_runs_page_parent_class)->map (widget);
  on_folder (self);
  rn_run_list_refresh (self->list);
  on_sort (self);
  update_chart (self);
  self->live_id = g_timeout_add_seconds (LIVE_EVERY_S, on_live, self);
}

static void
unmap (GtkWidget *widget)
{
  g_clear_handle_id (&RN_RUNS_PAGE (widget)->live_id, g_source_remove);
  GTK_WIDGET_CLASS (rn_runs_page_parent_class)->unmap (widget);
}

/* Making */

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *row = rn_run_row_new ();

  g_signal_connect_object (row, "asked", G_CALLBACK (on_asked), data, 0);
  gtk_list_item_set_child (item, row);
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnRunsPage *self = data;
  RnRunRow *row = RN_RUN_ROW (gtk_list_item_get_child (item));
  RnRunItem *run = gtk_list_item_get_item (item);
  g_autofree char *name = NULL;

  rn_run_row_set_item (row, run);
  rn_run_row_set_compared (row,
                           rn_run_is_compared (self->session, rn_run_digest_get_path (
                                                                  rn_run_item_get_digest (run))));
  g_hash_table_add (self->rows, row);
  /* what can be focused is GTK's own widget around the row */
  name = rn_run_row_describe (row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (GTK_WIDGET (row))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
unbind_row (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  g_hash_table_remove (RN_RUNS_PAGE (data)->rows, row);
  rn_run_row_set_item (RN_RUN_ROW (row), NULL);
}

static GtkWidget *
make_view (RnRunsPage *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_row), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_row), self);
  self->view =
      gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (self->shown))),
                         factory);
  gtk_list_view_set_show_separators (GTK_LIST_VIEW (self->view), TRUE);
  rn_clear_ground (self->view);
  rn_tab_stop_make (self->view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Runs"), -1);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (on_row_activated), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  /* in a low window the chart gives way first */
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), LIST_HEIGHT_PX);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->view);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static void
make_model (RnRunsPage *self)
{
  GtkFilterListModel *filtered;

  self->sorter = gtk_custom_sorter_new (compare_items, self, NULL);
  self->filter = gtk_custom_filter_new (match_item, self, NULL);
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->list)),
                                        g_object_ref (GTK_FILTER (self->filter)));
  self->shown = G_LIST_MODEL (
      gtk_sort_list_model_new (G_LIST_MODEL (filtered), g_object_ref (GTK_SORTER (self->sorter))));
}

static GtkWidget *
make_list_card (RnRunsPage *self)
{
  const char *const keys[] = { _ ("Newest first"), _ ("By name"), _ ("Best test error first"),
                               NULL };

  self->search = gtk_search_entry_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search the runs"), -1);
  g_object_set (self->search, "placeholder-text", _ ("Search"), NULL);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->search), 12);
  self->sort = gtk_drop_down_new_from_strings (keys);
  gtk_widget_set_tooltip_text (self->sort, _ ("Order of the runs"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sort), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Order of the runs"), -1);
  make_model (self);
  self->card = rn_card_new (_ ("Runs"), make_view (self));
  rn_card_add_suffix (RN_CARD (self->card), self->search);
  rn_card_add_suffix (RN_CARD (self->card), self->sort);
  gtk_widget_set_vexpand (self->card, TRUE);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_narrowed), self);
  g_signal_connect_swapped (self->sort, "notify::selected", G_CALLBACK (on_sort), self);
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (tell_empty), self,
                           G_CONNECT_SWAPPED);
  self->train_button = g_object_ref_sink (gtk_button_new_with_label (_ ("Go to Train")));
  gtk_widget_add_css_class (self->train_button, "suggested-action");
  gtk_widget_add_css_class (self->train_button, "pill");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->train_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Go to Train"), -1);
  g_signal_connect_swapped (self->train_button, "clicked", G_CALLBACK (on_train), self);
  return self->card;
}

static GtkWidget *
make_chart_card (RnRunsPage *self)
{
  GtkWidget *stop = gtk_button_new_with_label (_ ("Stop comparing"));

  self->time = rn_time_axis_new ();
  self->chart = rn_curve_chart_new (_ ("Error of the compared runs"), _ ("error, %"), self->time);
  rn_curve_chart_set_empty_text (RN_CURVE_CHART (self->chart),
                                 _ ("None of them has taken a step yet."));
  gtk_widget_set_size_request (self->chart, -1, CHART_HEIGHT_PX);
  gtk_accessible_update_property (GTK_ACCESSIBLE (stop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Stop comparing runs"), -1);
  g_signal_connect_swapped (stop, "clicked", G_CALLBACK (on_stop_comparing), self);
  self->chart_card = rn_card_new (_ ("Compared: training and test error"), self->chart);
  rn_card_add_suffix (RN_CARD (self->chart_card), stop);
  return self->chart_card;
}

static void
constructed (RnRunsPage *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (self->box), make_chart_card (self));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->group));
  gtk_box_append (GTK_BOX (self->box), make_list_card (self));
  self->margin = rn_margin_new (self->box);
  gtk_widget_set_parent (self->margin, GTK_WIDGET (self));
  g_signal_connect_object (self->list, "scanned", G_CALLBACK (on_scanned), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "compared", G_CALLBACK (tell_compared), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "folder", G_CALLBACK (on_folder), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->group, "changed", G_CALLBACK (on_narrowed), self,
                           G_CONNECT_SWAPPED);
  tell_compared (self);
  tell_empty (self);
}

static void
rn_runs_page_init (RnRunsPage *self)
{
  self->list = rn_run_list_new ();
  self->compared = g_array_new (FALSE, FALSE, sizeof (Compared));
  g_array_set_clear_func (self->compared, compared_clear);
  self->rows = g_hash_table_new (NULL, NULL);
  self->group = RN_RUN_GROUP (g_object_ref_sink (rn_run_group_new ()));
}

static void
dispose (GObject *object)
{
  RnRunsPage *self = RN_RUNS_PAGE (object);

  g_clear_handle_id (&self->live_id, g_source_remove);
  g_clear_pointer (&self->compared, g_array_unref);
  g_clear_pointer (&self->margin, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_object (&self->group);
  g_clear_object (&self->train_button);
  g_clear_object (&self->shown);
  g_clear_object (&self->sorter);
  g_clear_object (&self->filter);
  g_clear_object (&self->time);
  g_clear_object (&self->list);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_runs_page_parent_class)->dispose (object);
}

static void
rn_runs_page_class_init (RnRunsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->map = map;
  widget_class->unmap = unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_runs_page_new (RnSession *session)
{
  RnRunsPage *self = g_object_new (RN_TYPE_RUNS_PAGE, NULL);

  self->session = g_object_ref (session);
  constructed (self);
  return GTK_WIDGET (self);
}

void
rn_runs_page_show_group (RnRunsPage *self, const char *title, const char *const *names)
{
  g_return_if_fail (RN_IS_RUNS_PAGE (self));
  g_return_if_fail (title != NULL && names != NULL);

  /* what was typed before would hide some of them */
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  rn_run_group_set (self->group, title, names);
}
