#include "pages/compared-models.h"

#include <glib/gi18n-lib.h>

#include "pages/throttle.h"

typedef struct
{
  char *path;
  char *name;
} Model;

struct _RnComparedModels
{
  GtkWidget parent_instance;

  RnSession *session;
  GPtrArray *added; /* of Model: files that the person has added */
  GPtrArray *all;   /* of Model: the compared runs, then those */
  GtkWidget *box;
  GtkWidget *names;
  GtkWidget *add;
  GtkFileChooserNative *chooser; /* (nullable) */
  RnThrottle throttle;
};

G_DEFINE_FINAL_TYPE (RnComparedModels, rn_compared_models, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
model_free (gpointer data)
{
  Model *model = data;

  g_free (model->path);
  g_free (model->name);
  g_free (model);
}

static void
append (GPtrArray *models, const char *path, const char *name)
{
  Model *model = g_new (Model, 1);

  model->path = g_strdup (path);
  model->name = g_strdup (name);
  g_ptr_array_add (models, model);
}

static gboolean
has_path (const GPtrArray *models, const char *path)
{
  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (((const Model *) models->pdata[i])->path, path))
      return TRUE;
  return FALSE;
}

/* The compared runs first: they are chosen on purpose for every page. */
static void
gather (RnComparedModels *self)
{
  GListModel *compared = rn_session_get_compared (self->session);
  RnDocument *shown = rn_session_get_document (self->session);

  g_ptr_array_set_size (self->all, 0);
  for (guint i = 0; compared != NULL && i < g_list_model_get_n_items (compared); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, i);
      const char *path = rn_document_get_path (document);

      if (document != shown && path != NULL && !has_path (self->all, path) &&
          self->all->len < RN_COMPARED_MODELS_MOST)
        append (self->all, path, rn_document_get_title (document));
    }
  for (guint i = 0; i < self->added->len && self->all->len < RN_COMPARED_MODELS_MOST; i++)
    {
      const Model *model = self->added->pdata[i];

      if (!has_path (self->all, model->path))
        append (self->all, model->path, model->name);
    }
}

static void
remove_clicked (RnComparedModels *self, GtkWidget *button)
{
  g_autofree char *path = g_strdup (g_object_get_data (G_OBJECT (button), "path"));

  rn_compared_models_remove (self, path);
}

/* A compared run is taken away where it was chosen, on Runs. */
static GtkWidget *
make_name (RnComparedModels *self, const Model *model)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *button;
  GtkWidget *label = gtk_label_new (model->name);
  g_autofree char *text = NULL;

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_set_tooltip_text (label, model->path);
  gtk_box_append (GTK_BOX (row), label);
  if (!has_path (self->added, model->path))
    return row;
  text = g_strdup_printf (_ ("Compare with “%s” no longer"), model->name);
  button = gtk_button_new_from_icon_name ("window-close-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, text);
  g_object_set_data_full (G_OBJECT (button), "path", g_strdup (model->path), g_free);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (remove_clicked), self);
  gtk_box_append (GTK_BOX (row), button);
  return row;
}

static void
update (RnComparedModels *self)
{
  GtkWidget *child;

  gather (self);
  while ((child = gtk_widget_get_first_child (self->names)) != NULL)
    gtk_box_remove (GTK_BOX (self->names), child);
  for (guint i = 0; i < self->all->len; i++)
    gtk_box_append (GTK_BOX (self->names), make_name (self, self->all->pdata[i]));
  gtk_widget_set_sensitive (self->add, self->all->len < RN_COMPARED_MODELS_MOST);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* A button that was clicked is not taken away within its own signal. */
static gboolean
update_later (gpointer data)
{
  update (data);
  return G_SOURCE_REMOVE;
}

gboolean
rn_compared_models_add (RnComparedModels *self, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  g_return_val_if_fail (RN_IS_COMPARED_MODELS (self), FALSE);

  if (has_path (self->all, path) || self->all->len >= RN_COMPARED_MODELS_MOST)
    return FALSE;
  append (self->added, path, name);
  update (self);
  return TRUE;
}

void
rn_compared_models_remove (RnComparedModels *self, const char *path)
{
  g_return_if_fail (RN_IS_COMPARED_MODELS (self));

  for (guint i = 0; i < self->added->len; i++)
    if (g_str_equal (((const Model *) self->added->pdata[i])->path, path))
      {
        g_ptr_array_remove_index (self->added, i);
        break;
      }
  g_idle_add_full (G_PRIORITY_DEFAULT, update_later, g_object_ref (self), g_object_unref);
}

guint
rn_compared_models_count (RnComparedModels *self)
{
  return self->all->len;
}

const char *
rn_compared_models_get (RnComparedModels *self, guint at, const char **name)
{
  const Model *model = self->all->pdata[at];

  *name = model->name;
  return model->path;
}

/* Choosing a file */

static void
chosen (RnComparedModels *self, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser))
                               : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    rn_compared_models_add (self, path);
  g_clear_object (&self->chooser);
}

static void
add_clicked (RnComparedModels *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  static const char *const endings[] = { "safetensors", "onnx", "pt", "pth", "th" };

  g_clear_object (&self->chooser);
  self->chooser =
      gtk_file_chooser_native_new (_ ("Compare with a model"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Add"), _ ("_Cancel"));
  gtk_file_filter_set_name (filter, _ ("Models"));
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    gtk_file_filter_add_suffix (filter, endings[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
rn_compared_models_dispose (GObject *object)
{
  RnComparedModels *self = RN_COMPARED_MODELS (object);

  rn_throttle_clear (&self->throttle);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_compared_models_parent_class)->dispose (object);
}

static void
rn_compared_models_finalize (GObject *object)
{
  g_ptr_array_unref (RN_COMPARED_MODELS (object)->added);
  g_ptr_array_unref (RN_COMPARED_MODELS (object)->all);
  G_OBJECT_CLASS (rn_compared_models_parent_class)->finalize (object);
}

static void
take_document (GtkWidget *widget, guint flags)
{
  update (RN_COMPARED_MODELS (widget));
}

static void
rn_compared_models_init (RnComparedModels *self)
{
  rn_throttle_init (&self->throttle, GTK_WIDGET (self), take_document);
  self->added = g_ptr_array_new_with_free_func (model_free);
  self->all = g_ptr_array_new_with_free_func (model_free);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->names = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_hexpand (self->names, TRUE);
  self->add = gtk_button_new_with_label (_ ("Add a model…"));
  gtk_widget_set_tooltip_text (self->add, _ ("Measure a model file beside this network; runs that "
                                             "are compared on Runs are measured, too"));
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (add_clicked), self);
  gtk_box_append (GTK_BOX (self->box), self->names);
  gtk_box_append (GTK_BOX (self->box), self->add);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_compared_models_class_init (RnComparedModelsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_compared_models_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_compared_models_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

/* An edit on the Build page is another document, and nobody sees the names then. */
static void
document_changed (RnComparedModels *self)
{
  rn_throttle_hurry (&self->throttle, 1);
}

GtkWidget *
rn_compared_models_new (RnSession *session)
{
  RnComparedModels *self = g_object_new (RN_TYPE_COMPARED_MODELS, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "compared", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "document", G_CALLBACK (document_changed), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
