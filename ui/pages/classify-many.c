#include "pages/classify-many.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/class-names.h"
#include "pages/look.h"
#include "pages/picture-input.h"
#include "pages/tab-stop.h"
#include "pages/text.h"
#include "pages/thumbnails.h"
#include "state/format.h"

#define THUMBNAIL 40 /* logical pixels; made of twice as many for dense screens */

struct _RnClassifyMany
{
  GtkWidget parent_instance;

  RnSession *session;
  RnThumbnails *thumbnails;
  GtkWidget *box;
  GtkWidget *count;
  GtkWidget *progress;
  GtkWidget *cancel;
  GtkWidget *save;
  GtkWidget *table;
  GtkSortListModel *sorted;
  RnClassifyBatch *batch; /* fills the table */
  RnDocument *document;   /* whose weights it has, and of which step */
  gint64 step;
  GPtrArray *waiting; /* (nullable): paths, while their model is being fetched */
  GCancellable *fetching;
};

G_DEFINE_FINAL_TYPE (RnClassifyMany, rn_classify_many, GTK_TYPE_WIDGET)

enum
{
  OPENED,
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Cells */

typedef enum
{
  COLUMN_FILE,
  COLUMN_CLASS,
  COLUMN_CONFIDENCE,
  COLUMN_SECOND
} Column;

/* Returns: (transfer full): what stands in the cell. @tooltip: (out) (transfer full) (nullable) */
static char *
text_of (RnClassified *row, Column column, char **tooltip)
{
  const char *problem = rn_classified_get_problem (row), *class;
  g_autofree char *percent = NULL;
  double share;

  *tooltip = NULL;
  switch (column)
    {
    case COLUMN_FILE:
      *tooltip = g_filename_display_name (rn_classified_get_path (row));
      return g_strdup (rn_classified_get_name (row));
    case COLUMN_CLASS:
      *tooltip = g_strdup (problem);
      return g_strdup (problem != NULL ? problem : rn_classified_get_class (row, 0, NULL));
    case COLUMN_CONFIDENCE:
      rn_classified_get_class (row, 0, &share);
      return rn_format_percent (share);
    case COLUMN_SECOND:
    default:
      class = rn_classified_get_class (row, 1, &share);
      if (class == NULL)
        return g_strdup ("–");
      percent = rn_format_percent (share);
      return g_strdup_printf ("%s %s", class, percent);
    }
}

static void
set_up_text (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);
  const Column column = (Column) GPOINTER_TO_INT (data);

  gtk_label_set_xalign (GTK_LABEL (label), column == COLUMN_CONFIDENCE ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label),
                           column == COLUMN_FILE ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_text (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnClassified *row = gtk_list_item_get_item (item);
  GtkWidget *label = gtk_list_item_get_child (item);
  g_autofree char *tooltip = NULL;
  g_autofree char *text = text_of (row, (Column) GPOINTER_TO_INT (data), &tooltip);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, tooltip != NULL ? tooltip : text);
  if (GPOINTER_TO_INT (data) == COLUMN_CLASS && rn_classified_get_problem (row) != NULL)
    gtk_widget_add_css_class (label, "error");
  else
    gtk_widget_remove_css_class (label, "error");
}

static void
set_up_thumbnail (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *picture = gtk_picture_new ();

  gtk_widget_set_size_request (picture, THUMBNAIL, THUMBNAIL);
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_list_item_set_child (item, picture);
}

static void
got_thumbnail (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkPicture) picture = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture =
      rn_thumbnails_get_finish (RN_THUMBNAILS (source), result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_picture_set_paintable (picture, texture != NULL ? GDK_PAINTABLE (texture) : NULL);
}

static void
bind_thumbnail (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  RnClassifyMany *self = data;
  RnClassified *row = gtk_list_item_get_item (item);
  GtkWidget *picture = gtk_list_item_get_child (item);
  const char *path = rn_classified_get_path (row);
  GdkTexture *texture = rn_thumbnails_look_up (self->thumbnails, path);
  GCancellable *cancellable;

  gtk_picture_set_alternative_text (GTK_PICTURE (picture), rn_classified_get_name (row));
  gtk_picture_set_paintable (GTK_PICTURE (picture),
                             texture != NULL ? GDK_PAINTABLE (texture) : NULL);
  if (texture != NULL || rn_classified_get_problem (row) != NULL)
    return;
  cancellable = g_cancellable_new ();
  g_object_set_data_full (G_OBJECT (item), "request", cancellable, g_object_unref);
  rn_thumbnails_get_async (self->thumbnails, path, cancellable, got_thumbnail,
                           g_object_ref (picture));
}

static void
unbind_thumbnail (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GCancellable *cancellable = g_object_get_data (G_OBJECT (item), "request");

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  g_object_set_data (G_OBJECT (item), "request", NULL);
  gtk_picture_set_paintable (GTK_PICTURE (gtk_list_item_get_child (item)), NULL);
}

/* Sorting */

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  RnClassified *x = (gpointer) a, *y = (gpointer) b;
  const Column column = (Column) GPOINTER_TO_INT (data);
  double share_x, share_y;
  const char *class_x = rn_classified_get_class (x, column == COLUMN_SECOND ? 1 : 0, &share_x);
  const char *class_y = rn_classified_get_class (y, column == COLUMN_SECOND ? 1 : 0, &share_y);

  if (column == COLUMN_FILE)
    return g_utf8_collate (rn_classified_get_name (x), rn_classified_get_name (y));
  if (class_x == NULL || class_y == NULL) /* without an answer: at the end of a rising order */
    return (class_x == NULL) - (class_y == NULL);
  if (column == COLUMN_CONFIDENCE)
    return share_x < share_y ? -1 : share_x > share_y;
  return g_utf8_collate (class_x, class_y);
}

static GtkColumnViewColumn *
add_column (RnClassifyMany *self, const char *title, Column column, int width)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *added = gtk_column_view_column_new (title, factory);
  g_autoptr (GtkSorter) sorter =
      GTK_SORTER (gtk_custom_sorter_new (compare, GINT_TO_POINTER (column), NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_text), GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_text), GINT_TO_POINTER (column));
  gtk_column_view_column_set_sorter (added, sorter);
  gtk_column_view_column_set_resizable (added, TRUE);
  if (width > 0)
    gtk_column_view_column_set_fixed_width (added, width);
  else
    gtk_column_view_column_set_expand (added, TRUE);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->table), added);
  g_object_unref (added);
  return added;
}

static void
add_thumbnails (RnClassifyMany *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *column = gtk_column_view_column_new (NULL, factory);

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_thumbnail), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_thumbnail), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_thumbnail), self);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->table), column);
  g_object_unref (column);
}

static void
row_activated (RnClassifyMany *self, guint at)
{
  g_autoptr (RnClassified) row = g_list_model_get_item (G_LIST_MODEL (self->sorted), at);

  if (row == NULL || rn_classified_get_problem (row) != NULL)
    return;
  rn_picture_input_load (self->session, rn_classified_get_path (row));
  g_signal_emit (self, signals[OPENED], 0);
}

/* The batch */

/* "120 of 200 pictures, 5 could not be read" */
static char *
say_count (RnClassifyMany *self)
{
  guint n_problems = 0;
  const guint n_all = self->batch != NULL ? rn_classify_batch_count (self->batch, &n_problems) : 0;
  const guint n_done =
      self->batch != NULL ? g_list_model_get_n_items (rn_classify_batch_get_rows (self->batch)) : 0;
  g_autofree char *done = rn_format_count (n_done);
  g_autofree char *all = rn_format_count (n_all);
  g_autofree char *problems = rn_format_count (n_problems);
  g_autofree char *count =
      self->batch != NULL && rn_classify_batch_is_running (self->batch)
          ? g_strdup_printf (ngettext ("%s of %s picture", "%s of %s pictures", n_all), done, all)
          : g_strdup_printf (ngettext ("%s picture", "%s pictures", n_done), done);

  if (n_problems == 0)
    return g_steal_pointer (&count);
  return g_strdup_printf (ngettext ("%s, %s could not be read", "%s, %s could not be read",
                                    n_problems),
                          count, problems);
}

static void
show_progress (RnClassifyMany *self)
{
  const gboolean is_running =
      self->waiting != NULL || (self->batch != NULL && rn_classify_batch_is_running (self->batch));
  g_autofree char *count = say_count (self);

  gtk_label_set_text (GTK_LABEL (self->count), count);
  gtk_widget_set_visible (self->progress, is_running);
  gtk_widget_set_visible (self->cancel, is_running);
  gtk_widget_set_sensitive (self->save, self->batch != NULL && !is_running);
  if (self->batch != NULL && is_running)
    {
      const guint n = rn_classify_batch_count (self->batch, NULL);
      const guint n_rows = g_list_model_get_n_items (rn_classify_batch_get_rows (self->batch));

      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                     n > 0 ? (double) n_rows / n : 0.0);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
drop_batch (RnClassifyMany *self)
{
  if (self->batch == NULL)
    return;
  rn_classify_batch_cancel (self->batch);
  g_signal_handlers_disconnect_by_func (self->batch, show_progress, self);
  gtk_sort_list_model_set_model (self->sorted, NULL);
  g_clear_object (&self->batch);
}

/* More pictures for the same weights go below those that are there: a drop takes nothing away. While the table fills, it keeps
 * the weights that it began with. */
static gboolean
goes_on_with (RnClassifyMany *self, RnModel *model)
{
  return self->batch != NULL && self->document == rn_session_get_document (self->session) &&
         (rn_classify_batch_is_running (self->batch) || self->step == rn_model_get_step (model));
}

static void
begin (RnClassifyMany *self, RnModel *model)
{
  const int n = rn_spec_get_classes (rn_model_get_spec (model));
  g_auto (GStrv) names = rn_class_names (self->session, model, n);
  g_autoptr (GPtrArray) paths = g_steal_pointer (&self->waiting);
  RnViews views;

  if (goes_on_with (self, model))
    {
      rn_classify_batch_add (self->batch, paths);
      return;
    }
  rn_look_views (RN_LOOK_ONE, rn_model_get_preprocess (model)->side, &views);
  drop_batch (self);
  g_set_object (&self->document, rn_session_get_document (self->session));
  self->step = rn_model_get_step (model);
  self->batch = rn_classify_batch_new (model, (const char *const *) names, &views);
  g_signal_connect_swapped (self->batch, "progress", G_CALLBACK (show_progress), self);
  gtk_sort_list_model_set_model (self->sorted, rn_classify_batch_get_rows (self->batch));
  rn_classify_batch_add (self->batch, paths);
}

static void
got_model (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnClassifyMany) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = rn_session_get_model_finish (RN_SESSION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->waiting == NULL)
    return;
  g_clear_object (&self->fetching);
  if (model != NULL)
    begin (self, model);
  else
    {
      g_clear_pointer (&self->waiting, g_ptr_array_unref);
      g_signal_emit_by_name (self->session, "problem", _ ("The pictures cannot be classified"),
                             error->message);
    }
  show_progress (self);
}

void
rn_classify_many_take (RnClassifyMany *self, GPtrArray *paths)
{
  g_return_if_fail (RN_IS_CLASSIFY_MANY (self) && paths != NULL);

  if (self->waiting == NULL)
    self->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (self->waiting, g_strdup (g_ptr_array_index (paths, i)));
  if (self->fetching == NULL)
    {
      self->fetching = g_cancellable_new ();
      rn_session_get_model_async (self->session, self->fetching, got_model, g_object_ref (self));
    }
  show_progress (self);
}

static void
stop_fetching (RnClassifyMany *self)
{
  if (self->fetching != NULL)
    g_cancellable_cancel (self->fetching);
  g_clear_object (&self->fetching);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
}

void
rn_classify_many_cancel (RnClassifyMany *self)
{
  stop_fetching (self);
  if (self->batch != NULL)
    rn_classify_batch_cancel (self->batch);
  show_progress (self);
}

void
rn_classify_many_clear (RnClassifyMany *self)
{
  stop_fetching (self);
  drop_batch (self);
  show_progress (self);
}

gboolean
rn_classify_many_has_any (RnClassifyMany *self)
{
  return self->batch != NULL || self->waiting != NULL;
}

RnClassifyBatch *
rn_classify_many_get_batch (RnClassifyMany *self)
{
  return self->batch;
}

/* Saving */

static void
saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnSession) session = data;
  g_autoptr (GError) error = NULL;

  if (rn_classify_batch_save_finish (RN_CLASSIFY_BATCH (source), result, &error))
    g_signal_emit_by_name (session, "message", _ ("The table is saved"));
  else
    g_signal_emit_by_name (session, "problem", _ ("The table could not be saved"), error->message);
}

static void
save_chosen (GtkNativeDialog *dialog, int response, RnClassifyMany *self)
{
  if (response == GTK_RESPONSE_ACCEPT && self->batch != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        rn_classify_batch_save_async (self->batch, path, saved, g_object_ref (self->session));
    }
  gtk_native_dialog_destroy (dialog);
}

static void
save_clicked (RnClassifyMany *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Save the table"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), _ ("pictures.csv"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_chosen), self, 0);
  g_object_set_data_full (G_OBJECT (self), "save-dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* Making */

static GtkWidget *
add_button (RnClassifyMany *self, GtkWidget *bar, const char *text, const char *name,
            GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
make_bar (RnClassifyMany *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->count = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->count), 0);
  rn_text_wrap (self->count);
  gtk_widget_set_hexpand (self->count, TRUE);
  gtk_widget_add_css_class (self->count, "numeric");
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pictures that are done"), -1);
  gtk_box_append (GTK_BOX (bar), self->count);
  gtk_box_append (GTK_BOX (bar), self->progress);
  self->cancel = add_button (self, bar, _ ("Cancel"), _ ("Cancel classifying"),
                             G_CALLBACK (rn_classify_many_cancel));
  self->save = add_button (self, bar, _ ("Save CSV…"), _ ("Save the table as CSV"),
                           G_CALLBACK (save_clicked));
  return bar;
}

static GtkWidget *
make_table (RnClassifyMany *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->table = gtk_column_view_new (NULL);
  gtk_column_view_set_show_row_separators (GTK_COLUMN_VIEW (self->table), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->table), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Classified pictures"), -1);
  rn_tab_stop_make (self->table);
  add_thumbnails (self);
  add_column (self, _ ("File"), COLUMN_FILE, 0);
  add_column (self, _ ("Class"), COLUMN_CLASS, 0);
  add_column (self, _ ("Confidence"), COLUMN_CONFIDENCE, 110);
  add_column (self, _ ("Runner-up"), COLUMN_SECOND, 150);
  self->sorted = gtk_sort_list_model_new (NULL, g_object_ref (gtk_column_view_get_sorter (
                                                    GTK_COLUMN_VIEW (self->table))));
  gtk_sort_list_model_set_incremental (self->sorted, TRUE);
  gtk_column_view_set_model (GTK_COLUMN_VIEW (self->table),
                             GTK_SELECTION_MODEL (gtk_single_selection_new (
                                 g_object_ref (G_LIST_MODEL (self->sorted)))));
  g_signal_connect_swapped (self->table, "activate", G_CALLBACK (row_activated), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->table);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_add_css_class (scroller, "card");
  gtk_widget_set_overflow (scroller, GTK_OVERFLOW_HIDDEN);
  return scroller;
}

static void
rn_classify_many_dispose (GObject *object)
{
  RnClassifyMany *self = RN_CLASSIFY_MANY (object);

  stop_fetching (self);
  if (self->sorted != NULL)
    drop_batch (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->sorted);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->document);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_classify_many_parent_class)->dispose (object);
}

static void
rn_classify_many_init (RnClassifyMany *self)
{
  self->thumbnails = rn_thumbnails_new (2 * THUMBNAIL);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (self->box), make_bar (self));
  gtk_box_append (GTK_BOX (self->box), make_table (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_classify_many_class_init (RnClassifyManyClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_classify_many_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_classify_many_new (RnSession *session)
{
  RnClassifyMany *self = g_object_new (RN_TYPE_CLASSIFY_MANY, NULL);

  self->session = g_object_ref (session);
  show_progress (self);
  return GTK_WIDGET (self);
}
