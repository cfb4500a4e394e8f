#include "pages/dataset-head.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pages/recent-data.h"
#include "pages/text.h"
#include "state/format.h"

/* Sentences of warning that are listed; the rest is counted */
#define MAX_WARNINGS 200
/* So many are shown without being asked for */
#define FEW_WARNINGS 2
#define WARNINGS_HEIGHT_PX 120

struct _RnDatasetHead
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkFileChooserNative *chooser;
  GtkWidget *box;
  GtkWidget *title;
  GtkWidget *facts;
  GtkWidget *progress_box;
  GtkWidget *progress_text;
  GtkWidget *progress;
  GtkWidget *problem;
  GtkWidget *problem_text;
  GtkWidget *warnings;
  GtkWidget *warnings_text;
  RnDataset *told; /* whose facts stand there */
};

G_DEFINE_FINAL_TYPE (RnDatasetHead, rn_dataset_head, GTK_TYPE_WIDGET)

char *
rn_dataset_head_make_title (const char *source)
{
  g_autofree char *name = NULL;

  if (source == NULL || *source == '\0')
    return g_strdup (_ ("No data"));
  if (strcmp (source, "sample") == 0)
    return g_strdup (_ ("Sample set"));
  name = g_path_get_basename (source);
  return g_filename_display_name (name);
}

/* Opening */

static void
on_response (RnDatasetHead *self, int response)
{
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    rn_session_open_dataset (self->session, path);
}

static void
ask_for (RnDatasetHead *self, const char *title, GtkFileChooserAction action)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (title, GTK_WINDOW (root), action, _ ("Open"), _ ("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_open_folder (RnDatasetHead *self)
{
  ask_for (self, _ ("Open a folder of data"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
on_open_file (RnDatasetHead *self)
{
  ask_for (self, _ ("Open a file of data (CIFAR .bin, IDX, .gz)"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
on_open_sample (RnDatasetHead *self)
{
  rn_session_open_dataset (self->session, "sample");
}

/* What is said */

static char *
describe_sizes (const RnDataset *dataset)
{
  int width, height;

  rn_dataset_get_size (dataset, &width, &height);
  if (width == 0)
    return g_strdup (rn_dataset_get_channels (dataset) == 3 ? _ ("colour, of different sizes")
                                                            : _ ("grey, of different sizes"));
  return g_strdup_printf (rn_dataset_get_channels (dataset) == 3 ? _ ("%d×%d, colour")
                                                                 : _ ("%d×%d, grey"),
                          width, height);
}

static char *
describe_dataset (const RnDataset *dataset)
{
  const int n_train = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const int n_test = rn_dataset_count (dataset, RN_SPLIT_TEST);
  const int n_classes = rn_dataset_n_classes (dataset);
  g_autofree char *train_count = rn_format_count (n_train), *test_count = rn_format_count (n_test);
  g_autofree char *class_count = rn_format_count (n_classes), *sizes = describe_sizes (dataset);
  g_autofree char *train =
      g_strdup_printf (ngettext ("%s training picture", "%s training pictures", (gulong) n_train),
                       train_count);
  g_autofree char *test =
      g_strdup_printf (ngettext ("%s test picture", "%s test pictures", (gulong) n_test),
                       test_count);
  g_autofree char *classes =
      g_strdup_printf (ngettext ("%s class", "%s classes", (gulong) n_classes), class_count);

  return g_strdup_printf ("%s · %s · %s · %s · %s", rn_dataset_get_format (dataset), train, test,
                          sizes, classes);
}

static void
tell_warnings (RnDatasetHead *self, const RnDataset *dataset)
{
  const char *const *warnings = rn_dataset_get_warnings (dataset);
  const guint n = g_strv_length ((char **) warnings);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *title = NULL;

  for (guint i = 0; i < MIN (n, MAX_WARNINGS); i++)
    g_string_append_printf (text, "%s• %s", i > 0 ? "\n" : "", warnings[i]);
  if (n > MAX_WARNINGS)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (text, _ ("and %u more"), n - MAX_WARNINGS);
    }
  title = g_strdup_printf (ngettext ("%u thing to know about this data",
                                     "%u things to know about this data", n),
                           n);
  gtk_expander_set_label (GTK_EXPANDER (self->warnings), title);
  gtk_expander_set_expanded (GTK_EXPANDER (self->warnings), n <= FEW_WARNINGS);
  gtk_label_set_text (GTK_LABEL (self->warnings_text), text->str);
  gtk_widget_set_visible (self->warnings, n > 0);
}

/* @opening: (nullable): the first data, which is still on its way */
static void
tell_nothing (RnDatasetHead *self, const char *opening)
{
  g_autofree char *title = rn_dataset_head_make_title (opening);

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, opening);
  gtk_label_set_text (GTK_LABEL (self->facts),
                      _ ("Open the binary files of CIFAR, IDX files of the MNIST family, or a "
                         "folder with one folder of pictures per class."));
  gtk_widget_set_visible (self->facts, opening == NULL);
  gtk_widget_set_visible (self->warnings, FALSE);
}

static void
tell_dataset (RnDatasetHead *self, const RnDataset *dataset)
{
  g_autofree char *title = rn_dataset_head_make_title (rn_dataset_get_source (dataset));
  g_autofree char *facts = describe_dataset (dataset);

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, rn_dataset_get_source (dataset));
  gtk_label_set_text (GTK_LABEL (self->facts), facts);
  gtk_widget_set_visible (self->facts, TRUE);
  tell_warnings (self, dataset);
}

void
rn_dataset_head_update (RnDatasetHead *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  const double progress = rn_session_get_dataset_progress (self->session);
  const char *problem = rn_session_get_dataset_problem (self->session);
  const char *wanted = rn_session_get_dataset_name (self->session);

  g_return_if_fail (RN_IS_DATASET_HEAD (self));

  if (dataset == NULL)
    tell_nothing (self, progress >= 0.0 ? wanted : NULL);
  else if (dataset != self->told)
    tell_dataset (self, dataset);
  if (dataset != self->told)
    {
      g_clear_pointer (&self->told, rn_dataset_unref);
      self->told = dataset != NULL ? rn_dataset_ref (dataset) : NULL;
    }
  gtk_widget_set_visible (self->progress_box, progress >= 0.0);
  if (progress >= 0.0)
    {
      g_autofree char *name = rn_dataset_head_make_title (wanted);
      g_autofree char *text = g_strcmp0 (wanted, "sample") == 0
                                  ? g_strdup (_ ("Drawing the sample set; this happens only once"))
                                  : g_strdup_printf (_ ("Opening “%s”"), name);

      gtk_label_set_text (GTK_LABEL (self->progress_text), text);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), CLAMP (progress, 0.0, 1.0));
    }
  gtk_label_set_text (GTK_LABEL (self->problem_text), problem != NULL ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL && *problem != '\0' && progress < 0.0);
}

/* Making */

static GtkWidget *
make_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  rn_text_wrap (label);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_button (RnDatasetHead *self, GtkWidget *box, const char *label, const char *tooltip,
            GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_append (GTK_BOX (box), button);
}

static GtkWidget *
make_head (RnDatasetHead *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *recent;

  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_box_append (GTK_BOX (head), self->title);
  add_button (self, head, _ ("Sample set"), _ ("Ten classes of small scenes, made here"),
              G_CALLBACK (on_open_sample));
  add_button (self, head, _ ("Open file…"), _ ("A file of CIFAR (.bin) or IDX (also .gz)"),
              G_CALLBACK (on_open_file));
  add_button (self, head, _ ("Open folder…"),
              _ ("A folder with one folder of pictures per class, or with the files of CIFAR or of "
                 "the MNIST family"),
              G_CALLBACK (on_open_folder));
  recent = rn_recent_data_new (self->session);
  gtk_widget_set_valign (recent, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (head), recent);
  return head;
}

static GtkWidget *
make_progress (RnDatasetHead *self)
{
  self->progress_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->progress_text = make_label (NULL);
  self->progress = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress of opening the data"), -1);
  gtk_box_append (GTK_BOX (self->progress_box), self->progress_text);
  gtk_box_append (GTK_BOX (self->progress_box), self->progress);
  return self->progress_box;
}

static GtkWidget *
make_problem (RnDatasetHead *self)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-error-symbolic");

  self->problem = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->problem_text = make_label (NULL);
  gtk_label_set_selectable (GTK_LABEL (self->problem_text), TRUE);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->problem, "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Error"),
                                  -1);
  gtk_box_append (GTK_BOX (self->problem), icon);
  gtk_box_append (GTK_BOX (self->problem), self->problem_text);
  return self->problem;
}

static GtkWidget *
make_warnings (RnDatasetHead *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->warnings = gtk_expander_new (NULL);
  self->warnings_text = make_label (NULL);
  gtk_label_set_selectable (GTK_LABEL (self->warnings_text), TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), WARNINGS_HEIGHT_PX);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->warnings_text);
  gtk_expander_set_child (GTK_EXPANDER (self->warnings), scroller);
  gtk_widget_add_css_class (self->warnings, "warning");
  return self->warnings;
}

static void
make_content (RnDatasetHead *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  gtk_widget_set_margin_top (self->box, 12);
  gtk_widget_set_margin_bottom (self->box, 12);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_box_append (GTK_BOX (self->box), make_head (self));
  self->facts = make_label ("dim-label");
  gtk_box_append (GTK_BOX (self->box), self->facts);
  gtk_box_append (GTK_BOX (self->box), make_progress (self));
  gtk_box_append (GTK_BOX (self->box), make_problem (self));
  gtk_box_append (GTK_BOX (self->box), make_warnings (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_dataset_head_init (RnDatasetHead *self)
{
}

static void
dispose (GObject *object)
{
  RnDatasetHead *self = RN_DATASET_HEAD (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->told, rn_dataset_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_dataset_head_parent_class)->dispose (object);
}

static void
rn_dataset_head_class_init (RnDatasetHeadClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

GtkWidget *
rn_dataset_head_new (RnSession *session)
{
  RnDatasetHead *self = g_object_new (RN_TYPE_DATASET_HEAD, NULL);

  self->session = g_object_ref (session);
  make_content (self);
  rn_dataset_head_update (self);
  return GTK_WIDGET (self);
}
