#include "import-dialog.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pages/text.h"

#define N_PRESETS 3
#define OWN N_PRESETS /* the choice after the presets */

typedef struct
{
  RnSession *session;
  RnDocument *document;
  AdwMessageDialog *dialog;
  GtkWidget *preset;
  GtkWidget *mean;
  GtkWidget *std;
  GtkWidget *side;
  GtkWidget *epsilon; /* (nullable): where the file says it */
  GtkWidget *padding; /* (nullable) */
  GtkWidget *stride;  /* (nullable) */
  GtkWidget *names;
  GtkWidget *forget; /* takes a list of names back */
  char **classes;    /* (nullable): names of a file of the person's own */
  char *trouble;     /* (nullable): why the last file has none */
  GtkFileChooserNative *chooser;
  GCancellable *reading;
  gboolean is_filling;
} Import;

static void
import_free (gpointer data)
{
  Import *self = data;

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_object (&self->chooser);
  g_object_unref (self->session);
  g_object_unref (self->document);
  g_strfreev (self->classes);
  g_free (self->trouble);
  g_free (self);
}

/* Numbers in rows of text */

static char *
format_channels (const float *values, int n)
{
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : ", ",
                            g_ascii_formatd (number, sizeof number, "%.4g", (double) values[i]));
  return g_string_free (text, FALSE);
}

/* One number for each of @n channels, commas or spaces between them, each over @lowest and under @highest */
static gboolean
parse_numbers (GtkWidget *row, int n, double lowest, double highest, double *values)
{
  const char *at = gtk_editable_get_text (GTK_EDITABLE (row));

  for (int i = 0; i < n; i++)
    {
      char *end;

      values[i] = g_ascii_strtod (at, &end);
      if (end == at || !isfinite (values[i]) || (double) (float) values[i] <= lowest ||
          values[i] >= highest)
        return FALSE;
      at = end + strspn (end, " ,;");
    }
  return *at == '\0';
}

static gboolean
check_row (GtkWidget *row, int n, double lowest, double highest, double *values)
{
  const gboolean is_right = parse_numbers (row, n, lowest, highest, values);

  if (is_right)
    gtk_widget_remove_css_class (row, "error");
  else
    gtk_widget_add_css_class (row, "error");
  return is_right;
}

/* Names of classes */

/* Says which names the network would get. Returns: whether they are as many as its classes */
static gboolean
check_names (Import *self, const RnModelHints *hints)
{
  const RnSpec *spec = rn_document_get_spec (self->document);
  const char *const *names = rn_model_hints_get_classes (hints, spec);
  const int n = rn_spec_get_classes (spec);
  const int n_own = self->classes != NULL ? (int) g_strv_length (self->classes) : n;
  const gboolean is_wrong = self->trouble != NULL || n_own != n;
  g_autofree char *text = NULL;

  if (self->trouble != NULL)
    text = g_strdup (self->trouble);
  else if (is_wrong)
    text = g_strdup_printf (_ ("%d names, but the network has %d classes"), n_own, n);
  else if (names != NULL && n > 2)
    text = g_strdup_printf (_ ("%d: %s, %s, …"), n, names[0], names[1]);
  else if (names != NULL)
    text = g_strjoinv (", ", (char **) names);
  else
    text = g_strdup (_ ("None: classes are shown by number"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->names), text);
  gtk_widget_set_visible (self->forget, self->classes != NULL || self->trouble != NULL);
  if (is_wrong)
    gtk_widget_add_css_class (self->names, "error");
  else
    gtk_widget_remove_css_class (self->names, "error");
  return !is_wrong;
}

/* Reads all rows. Returns: whether they can be used */
static gboolean
read_rows (Import *self, RnModelHints *hints)
{
  const int channels = rn_spec_get_channels (rn_document_get_spec (self->document));
  const guint preset = adw_combo_row_get_selected (ADW_COMBO_ROW (self->preset));
  double mean[3] = { 0 }, std[3] = { 0 }, epsilon = 0;
  gboolean is_right = check_row (self->mean, channels, -1e6, 1e6, mean);

  is_right = check_row (self->std, channels, 0.0, 1e6, std) && is_right;
  if (self->epsilon != NULL)
    is_right = check_row (self->epsilon, 1, 0.0, 1.0, &epsilon) && is_right;
  *hints = (RnModelHints){ 0 };
  if (preset < N_PRESETS)
    rn_model_hints_set_preset (hints, rn_model_preset_names ()[preset], NULL);
  hints->has_mean = TRUE;
  for (int i = 0; i < 3; i++)
    {
      hints->mean[i] = (float) mean[i];
      hints->std[i] = (float) std[i];
    }
  hints->epsilon = epsilon;
  hints->side = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->side));
  hints->has_padding = self->padding != NULL;
  hints->pad_end =
      self->padding != NULL && adw_combo_row_get_selected (ADW_COMBO_ROW (self->padding)) == 1;
  hints->has_stride = self->stride != NULL;
  hints->stride_in_1x1 =
      self->stride != NULL && adw_combo_row_get_selected (ADW_COMBO_ROW (self->stride)) == 1;
  if (self->classes != NULL)
    {
      hints->classes = (const char *const *) self->classes;
      hints->needs_classes = TRUE;
    }
  return check_names (self, hints) && is_right;
}

static void
on_edited (Import *self)
{
  RnModelHints hints;

  adw_message_dialog_set_response_enabled (self->dialog, "use", read_rows (self, &hints));
}

/* Mean or deviation: numbers of one's own go with no preset's names. */
static void
on_numbers_edited (Import *self)
{
  on_edited (self);
  if (!self->is_filling)
    adw_combo_row_set_selected (ADW_COMBO_ROW (self->preset), OWN);
}

static void
fill_numbers (Import *self, const float *mean, const float *std, int side)
{
  const int channels = rn_spec_get_channels (rn_document_get_spec (self->document));
  g_autofree char *mean_text = format_channels (mean, channels);
  g_autofree char *std_text = format_channels (std, channels);

  self->is_filling = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->mean), mean_text);
  gtk_editable_set_text (GTK_EDITABLE (self->std), std_text);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->side), side);
  self->is_filling = FALSE;
}

static void
on_preset (Import *self)
{
  const guint preset = adw_combo_row_get_selected (ADW_COMBO_ROW (self->preset));
  RnModelHints hints = { 0 };

  if (preset < N_PRESETS &&
      rn_model_hints_set_preset (&hints, rn_model_preset_names ()[preset], NULL))
    fill_numbers (self, hints.mean, hints.std, hints.side);
  on_edited (self);
}

static void
read_names (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  GError *error = NULL;
  char **names = rn_model_read_classes (path, &error);

  if (names == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, names, (GDestroyNotify) g_strfreev);
}

static void
on_names (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = g_task_propagate_pointer (G_TASK (result), &error);
  Import *self = data;

  /* another file was chosen, or the dialog has gone */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&self->classes, g_strfreev);
  g_clear_pointer (&self->trouble, g_free);
  if (names == NULL)
    self->trouble = g_strdup (error->message);
  else
    self->classes = g_steal_pointer (&names);
  on_edited (self);
}

static void
forget_names (Import *self)
{
  g_cancellable_cancel (self->reading);
  g_clear_pointer (&self->classes, g_strfreev);
  g_clear_pointer (&self->trouble, g_free);
  on_edited (self);
}

static gboolean
take_names_of (Import *self, GFile *file)
{
  g_autoptr (GTask) task = NULL;

  if (file == NULL || g_file_peek_path (file) == NULL)
    return FALSE;
  g_cancellable_cancel (self->reading);
  g_object_unref (self->reading);
  self->reading = g_cancellable_new ();
  task = g_task_new (NULL, self->reading, on_names, self);
  g_task_set_task_data (task, g_file_get_path (file), g_free);
  g_task_run_in_thread (task, read_names);
  return TRUE;
}

static void
on_chosen (Import *self, int response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  take_names_of (self, file);
  g_clear_object (&self->chooser);
}

static void
choose_names (Import *self)
{
  g_autoptr (GtkFileFilter) texts = gtk_file_filter_new (), any = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (_ ("A name in each line"), GTK_WINDOW (self->dialog),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  gtk_file_filter_set_name (texts, _ ("Text"));
  gtk_file_filter_add_mime_type (texts, "text/plain");
  gtk_file_filter_set_name (any, _ ("All files"));
  gtk_file_filter_add_pattern (any, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), texts);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), any);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
on_dropped (GtkDropTarget *target, const GValue *value, double x, double y, Import *self)
{
  return take_names_of (self, g_value_get_object (value));
}

static void
on_response (Import *self, const char *response)
{
  RnModelHints hints;

  if (strcmp (response, "use") == 0 && read_rows (self, &hints))
    rn_session_reopen_model (self->session, self->document, &hints);
}

/* Rows */

static GtkWidget *
new_choice (const char *title, const char *const *names, guint selected)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), selected);
  return row;
}

static GtkWidget *
new_entry (Import *self, const char *title, void (*edited) (Import *))
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (edited), self);
  return row;
}

static GtkWidget *
new_side_row (Import *self, int side)
{
  GtkWidget *row = adw_action_row_new ();

  self->side = gtk_spin_button_new_with_range (1, RN_MAX_SIDE, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->side), side);
  gtk_widget_set_valign (self->side, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Side of the input, pixels"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->side);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), self->side);
  return row;
}

static GtkWidget *
new_names_row (Import *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Open a List…"));

  self->names = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->names), _ ("Names of the classes"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->names), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->names), 3);
  gtk_widget_set_valign (open, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (open, _ ("A text file with a name in each line, in their order"));
  self->forget = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  gtk_widget_set_valign (self->forget, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->forget, _ ("Without this list"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->forget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Without this list"), -1);
  gtk_widget_add_css_class (self->forget, "flat");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->names), self->forget);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->names), open);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self->names), open);
  g_signal_connect_swapped (open, "clicked", G_CALLBACK (choose_names), self);
  g_signal_connect_swapped (self->forget, "clicked", G_CALLBACK (forget_names), self);
  g_signal_connect (target, "drop", G_CALLBACK (on_dropped), self);
  gtk_widget_add_controller (self->names, GTK_EVENT_CONTROLLER (target));
  return self->names;
}

/* The preset whose numbers the model was given */
static guint
find_preset (const RnPreprocess *preprocess)
{
  for (guint i = 0; i < N_PRESETS; i++)
    {
      RnModelHints hints = { 0 };

      rn_model_hints_set_preset (&hints, rn_model_preset_names ()[i], NULL);
      if (preprocess->channels == 3 && hints.side == preprocess->side &&
          memcmp (hints.mean, preprocess->mean, sizeof hints.mean) == 0 &&
          memcmp (hints.std, preprocess->std, sizeof hints.std) == 0)
        return i;
    }
  return OWN;
}

static GtkWidget *
new_rows (Import *self)
{
  /* a combo row shows no more than some 20 letters */
  const char *const presets[] = { _ ("ImageNet"), _ ("CIFAR-10"), _ ("CIFAR-10 (ImageNet)"),
                                  _ ("Something else"), NULL };
  const char *const paddings[] = { _ ("On both sides"), _ ("At the end"), NULL };
  const char *const strides[] = { _ ("In the 3×3"), _ ("In the first 1×1"), NULL };
  RnModel *model = rn_document_get_model (self->document);
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const RnModelGuess guesses = rn_document_get_guesses (self->document);
  GtkWidget *group = adw_preferences_group_new ();
  char epsilon[G_ASCII_DTOSTR_BUF_SIZE];

  self->preset = new_choice (_ ("Trained on"), presets, find_preset (preprocess));
  self->mean = new_entry (self, _ ("Mean of each channel, where white is 1"), on_numbers_edited);
  self->std = new_entry (self, _ ("Standard deviation of each channel"), on_numbers_edited);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->preset);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->mean);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->std);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_side_row (self, preprocess->side));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_names_row (self));
  if (guesses & RN_GUESS_PADDING)
    {
      self->padding = new_choice (_ ("Zero channels of option A"), paddings, 0);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->padding);
    }
  if (guesses & RN_GUESS_STRIDE)
    {
      self->stride = new_choice (_ ("Stride of the bottlenecks"), strides, 0);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->stride);
    }
  self->is_filling = TRUE;
  if (guesses & RN_GUESS_EPSILON)
    {
      self->epsilon = new_entry (self, _ ("Epsilon of batch-norm"), on_edited);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->epsilon);
      gtk_editable_set_text (GTK_EDITABLE (self->epsilon),
                             g_ascii_formatd (epsilon, sizeof epsilon, "%g",
                                              rn_model_get_epsilon (model)));
    }
  fill_numbers (self, preprocess->mean, preprocess->std, preprocess->side);
  on_edited (self);
  g_signal_connect_swapped (self->preset, "notify::selected", G_CALLBACK (on_preset), self);
  return group;
}

void
rn_import_dialog_present (GtkWindow *parent, RnSession *session, RnDocument *document)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, NULL, NULL);
  Import *self = g_new0 (Import, 1);

  self->session = g_object_ref (session);
  self->document = g_object_ref (document);
  self->reading = g_cancellable_new ();
  self->dialog = ADW_MESSAGE_DIALOG (dialog);
  g_object_set_data_full (G_OBJECT (dialog), "import", self, import_free);
  adw_message_dialog_format_heading (self->dialog, _ ("What “%s” does not say"),
                                     rn_document_get_title (document));
  adw_message_dialog_set_body (
      self->dialog, _ ("All of this is guessed from what is usual. Wrong values do not stop the "
                       "network, they make its answers worse. The data it was trained on give the "
                       "names of the classes too, where their number fits."));
  adw_message_dialog_add_responses (self->dialog, "keep", _ ("_Keep the guesses"), "use",
                                    _ ("_Use these values"), NULL);
  adw_message_dialog_set_response_appearance (self->dialog, "use", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (self->dialog, "use");
  adw_message_dialog_set_close_response (self->dialog, "keep");
  adw_message_dialog_set_extra_child (self->dialog, new_rows (self));
  rn_text_keep_words (dialog);
  g_signal_connect_swapped (dialog, "response", G_CALLBACK (on_response), self);
  gtk_window_present (GTK_WINDOW (dialog));
}
