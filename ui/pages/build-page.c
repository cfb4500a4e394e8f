#include "pages/build-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/card.h"
#include "pages/margin.h"
#include "pages/pair.h"
#include "state/format.h"

#define PRESETS_SHARE 0.32
#define BESIDE_WIDTH 900 /* from which the presets and the network stand side by side */
#define LARGEST_SMALL_SIDE 64
#define N_TOTALS 5

struct _RnBuildPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnPresetList *presets;
  RnCard *network;
  RnCostTable *costs;
  GtkWidget *totals[N_TOTALS];
  GtkWidget *total_names[N_TOTALS];
  GtkWidget *facts;
  GtkWidget *twin;
  GtkWidget *save;
  GtkWidget *fit; /* a line that offers it */
  GtkWidget *fit_text;
  int batch; /* that the costs are counted for */
};

G_DEFINE_FINAL_TYPE (RnBuildPage, rn_build_page, GTK_TYPE_WIDGET)

RnPresetList *
rn_build_page_get_presets (RnBuildPage *self)
{
  return self->presets;
}

RnCostTable *
rn_build_page_get_costs (RnBuildPage *self)
{
  return self->costs;
}

/* Networks */

gboolean
rn_spec_fit_dataset (RnSpec *spec, RnDataset *dataset)
{
  const int classes = rn_dataset_n_classes (dataset);
  const int channels = rn_dataset_get_channels (dataset);
  int side = rn_spec_get_side (spec), width, height;
  gboolean is_changed = FALSE;

  rn_dataset_get_size (dataset, &width, &height);
  if (rn_spec_get_stem (spec) == RN_STEM_3X3 && width > 0 && width == height &&
      width <= LARGEST_SMALL_SIDE)
    side = width;
  if (side != rn_spec_get_side (spec) || channels != rn_spec_get_channels (spec))
    is_changed = rn_spec_set_input (spec, side, channels, NULL);
  if (classes != rn_spec_get_classes (spec))
    is_changed = rn_spec_set_classes (spec, classes, NULL) || is_changed;
  return is_changed;
}

void
rn_build_page_choose (RnBuildPage *self, const char *name)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset (name, &error);

  if (spec == NULL)
    {
      g_signal_emit_by_name (self->session, "problem", _ ("There is no such preset"),
                             error->message);
      return;
    }
  if (dataset != NULL)
    rn_spec_fit_dataset (spec, dataset);
  rn_session_show_sketch (self->session, spec, NULL);
}

void
rn_build_page_show_twin (RnBuildPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (RnSpec) twin = spec != NULL ? rn_spec_plain_twin (spec) : NULL;

  if (twin != NULL)
    rn_session_show_sketch (self->session, twin, NULL);
}

void
rn_build_page_fit (RnBuildPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autoptr (RnSpec) fitted = spec != NULL ? rn_spec_copy (spec) : NULL;

  if (fitted != NULL && dataset != NULL && rn_spec_fit_dataset (fitted, dataset))
    rn_session_show_sketch (self->session, fitted, NULL);
}

/* Files */

typedef struct
{
  RnSpec *spec;
  char *path;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  rn_spec_free (saving->spec);
  g_free (saving->path);
  g_free (saving);
}

static void
write_spec (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saving *saving = data;
  GError *error = NULL;

  if (rn_spec_save (saving->spec, saving->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  RnBuildPage *self = RN_BUILD_PAGE (source);
  const Saving *saving = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (saving->path);
  g_autofree char *text = g_strdup_printf (_ ("Saved as “%s”"), name);

  if (self->session == NULL)
    return; /* the page is gone */
  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit_by_name (self->session, "message", text);
  else
    g_signal_emit_by_name (self->session, "problem", _ ("The network was not saved"),
                           error->message);
}

void
rn_build_page_save (RnBuildPage *self, const char *path)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (GTask) task = NULL;
  Saving *saving;

  g_return_if_fail (spec != NULL);

  saving = g_new0 (Saving, 1);
  saving->spec = rn_spec_copy (spec);
  saving->path = g_strdup (path);
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_source_tag (task, rn_build_page_save);
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, write_spec);
}

static void
on_open_response (GtkNativeDialog *dialog, int response, RnBuildPage *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    rn_session_open_spec (self->session, path);
  g_object_unref (dialog);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, RnBuildPage *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    rn_build_page_save (self, path);
  g_object_unref (dialog);
}

static GtkFileChooserNative *
make_chooser (RnBuildPage *self, GtkFileChooserAction action)
{
  const gboolean is_save = action == GTK_FILE_CHOOSER_ACTION_SAVE;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (is_save ? _ ("Save the network") : _ ("Open a network"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, action,
                                   is_save ? _ ("_Save") : _ ("_Open"), NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Networks (JSON)"));
  gtk_file_filter_add_pattern (filter, "*.json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response",
                           is_save ? G_CALLBACK (on_save_response) : G_CALLBACK (on_open_response),
                           self, 0);
  return dialog;
}

static void
on_open (RnBuildPage *self)
{
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (make_chooser (self, GTK_FILE_CHOOSER_ACTION_OPEN)));
}

static void
on_save (RnBuildPage *self)
{
  GtkFileChooserNative *dialog = make_chooser (self, GTK_FILE_CHOOSER_ACTION_SAVE);
  const RnSpec *spec = rn_session_get_spec (self->session);
  const char *stem =
      spec != NULL && *rn_spec_get_name (spec) != '\0' ? rn_spec_get_name (spec) : "network";
  g_autofree char *name = g_strdup_printf ("%s.json", stem);

  g_strdelimit (name, "/", '-');
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* Showing it */

static gboolean
has_shortcuts (const RnSpec *spec)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    if (!rn_block_kind_is_plain (rn_spec_get_block (spec, i)->kind))
      return TRUE;
  return FALSE;
}

static void
show_fit (RnBuildPage *self, const RnSpec *spec)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autoptr (RnSpec) fitted = spec != NULL ? rn_spec_copy (spec) : NULL;
  g_autofree char *text = NULL;
  gboolean is_needed = fitted != NULL && dataset != NULL && rn_spec_fit_dataset (fitted, dataset);

  gtk_widget_set_visible (self->fit, is_needed);
  if (!is_needed)
    return;
  text = g_strdup_printf (rn_spec_get_channels (fitted) == 1
                              ? _ ("This network does not fit the data set, which has %d classes "
                                   "of grey pictures, for an "
                                   "input of %d×%d.")
                              : _ ("This network does not fit the data set, which has %d classes "
                                   "of colour pictures, for "
                                   "an input of %d×%d."),
                          rn_spec_get_classes (fitted), rn_spec_get_side (fitted),
                          rn_spec_get_side (fitted));
  gtk_label_set_text (GTK_LABEL (self->fit_text), text);
}

static void
refresh (RnBuildPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const RnSettings *settings = rn_session_get_settings (self->session);
  g_autofree char *title = spec != NULL ? rn_format_spec_title (spec) : g_strdup (_ ("Network"));
  g_autofree char *caption = NULL;

  self->batch = settings != NULL ? settings->batch : 128;
  if (spec != NULL)
    caption = g_strdup_printf (ngettext ("%d×%d input, %d block, %d classes",
                                         "%d×%d input, %d blocks, %d classes",
                                         (gulong) rn_spec_n_blocks (spec)),
                               rn_spec_get_side (spec), rn_spec_get_side (spec),
                               rn_spec_n_blocks (spec), rn_spec_get_classes (spec));
  rn_card_set_title (self->network, title);
  gtk_label_set_text (GTK_LABEL (self->facts), caption != NULL ? caption : "");
  rn_card_set_empty (self->network,
                     spec == NULL ? _ ("Choose a preset to see what it costs.") : NULL, NULL);
  gtk_widget_set_sensitive (self->twin, spec != NULL && has_shortcuts (spec));
  gtk_widget_set_sensitive (self->save, spec != NULL);
  show_fit (self, spec);
  rn_cost_table_set_spec (self->costs, spec, self->batch);
}

static void
on_settings (RnBuildPage *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if (settings != NULL && settings->batch != self->batch)
    refresh (self);
}

static void
on_dataset (RnBuildPage *self)
{
  show_fit (self, rn_session_get_spec (self->session));
}

static void
on_counted (RnBuildPage *self)
{
  RnCost total;
  g_autofree char *train = NULL, *run = NULL;

  if (!rn_cost_table_get_total (self->costs, &total))
    return;
  {
    char *texts[N_TOTALS] = {
      rn_format_count (total.parameters),
      rn_format_amount (total.macs),
      g_strdup_printf (_ ("%lld px"), (long long) total.receptive_field),
      rn_format_bytes (total.train_bytes),
      rn_format_bytes (total.run_bytes),
    };

    for (int i = 0; i < N_TOTALS; i++)
      {
        gtk_label_set_text (GTK_LABEL (self->totals[i]), texts[i]);
        g_free (texts[i]);
      }
  }
  train = g_strdup_printf (_ ("to train, batch %d"), self->batch);
  run = g_strdup_printf (_ ("to run, batch %d"), self->batch);
  gtk_label_set_text (GTK_LABEL (self->total_names[3]), train);
  gtk_label_set_text (GTK_LABEL (self->total_names[4]), run);
}

/* Making it */

static GtkWidget *
make_button (const char *label, const char *tooltip, GCallback callback, RnBuildPage *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  g_autofree char *name = g_strdup (label);
  char *underscore = strchr (name, '_');

  if (underscore != NULL)
    memmove (underscore, underscore + 1, strlen (underscore));
  gtk_widget_set_tooltip_text (button, tooltip);
  /* its own label would be read as well, with the underscore */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

/* Five numbers, each over its name */
static GtkWidget *
make_totals (RnBuildPage *self)
{
  const char *const names[N_TOTALS] = { _ ("parameters"), _ ("multiply-adds"),
                                        _ ("receptive field"), _ ("to train"), _ ("to run") };
  GtkWidget *flow = gtk_flow_box_new ();

  /* nothing in it does, and it would hold the Tab key */
  gtk_widget_set_can_focus (flow, FALSE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), N_TOTALS);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 3);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 12);
  for (int i = 0; i < N_TOTALS; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *name = gtk_label_new (names[i]), *child;

      self->totals[i] = gtk_label_new ("–");
      gtk_label_set_xalign (GTK_LABEL (self->totals[i]), 0);
      gtk_label_set_xalign (GTK_LABEL (name), 0);
      gtk_widget_add_css_class (self->totals[i], "title-4");
      gtk_widget_add_css_class (self->totals[i], "numeric");
      gtk_widget_add_css_class (name, "caption");
      gtk_widget_add_css_class (name, "dim-label");
      gtk_box_append (GTK_BOX (box), self->totals[i]);
      gtk_box_append (GTK_BOX (box), name);
      gtk_flow_box_insert (GTK_FLOW_BOX (flow), box, -1);
      child = gtk_widget_get_parent (box);
      gtk_widget_set_focusable (child, FALSE);
      self->total_names[i] = name;
    }
  return flow;
}

static GtkWidget *
make_fit (RnBuildPage *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *button =
      make_button (_ ("_Fit to the data"), _ ("The same layers with this input and these classes"),
                   G_CALLBACK (rn_build_page_fit), self);

  self->fit_text = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->fit_text), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->fit_text), 0);
  gtk_widget_set_hexpand (self->fit_text, TRUE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), self->fit_text);
  gtk_box_append (GTK_BOX (line), button);
  return line;
}

static void
add_buttons (RnBuildPage *self)
{
  self->twin = make_button (_ ("_Plain twin"), _ ("The same layers without shortcuts"),
                            G_CALLBACK (rn_build_page_show_twin), self);
  self->save =
      make_button (_ ("_Save…"), _ ("Keep the network as a JSON file"), G_CALLBACK (on_save), self);
  rn_card_add_suffix (self->network, self->twin);
  rn_card_add_suffix (self->network,
                      make_button (_ ("_Open…"), _ ("Read a network from a JSON file"),
                                   G_CALLBACK (on_open), self));
  rn_card_add_suffix (self->network, self->save);
}

static GtkWidget *
make_network (RnBuildPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->costs = RN_COST_TABLE (rn_cost_table_new (rn_session_get_selection (self->session)));
  g_signal_connect_swapped (self->costs, "counted", G_CALLBACK (on_counted), self);
  self->fit = make_fit (self);
  gtk_widget_set_vexpand (GTK_WIDGET (self->costs), TRUE);
  self->facts = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->facts), 0);
  gtk_label_set_wrap (GTK_LABEL (self->facts), TRUE);
  gtk_widget_add_css_class (self->facts, "dim-label");
  gtk_box_append (GTK_BOX (box), self->facts);
  gtk_box_append (GTK_BOX (box), make_totals (self));
  gtk_box_append (GTK_BOX (box), self->fit);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->costs));
  self->network = RN_CARD (rn_card_new (_ ("Network"), box));
  rn_card_set_help (
      self->network,
      _ ("Parameters are what is learned, multiply-adds the work for one picture, and what a part "
         "“sees” is the square of the picture that one of its output pixels depends on. "
         "Multiply-adds are counted as in Table 1 of the paper (He et al. 2015, section 3.3); "
         "memory is what the program keeps at the batch size of the settings."));
  gtk_widget_set_vexpand (GTK_WIDGET (self->network), TRUE);
  add_buttons (self);
  return GTK_WIDGET (self->network);
}

static GtkWidget *
make_presets (RnBuildPage *self)
{
  GtkWidget *card;

  self->presets = RN_PRESET_LIST (rn_preset_list_new ());
  g_signal_connect_swapped (self->presets, "chosen", G_CALLBACK (rn_build_page_choose), self);
  card = rn_card_new (_ ("Presets"), GTK_WIDGET (self->presets));
  rn_card_set_help (
      RN_CARD (card),
      _ ("The paper’s networks: ResNets and their plain twins without shortcuts, small ones for "
         "CIFAR (He et al. 2015, section 4.2) and large ones for ImageNet (section 3.3, Table 1). "
         "“b” and “c” have the projections of options B and C (section 4.1); choosing one makes a "
         "new sketch and keeps what is open."));
  return card;
}

static void
rn_build_page_dispose (GObject *object)
{
  RnBuildPage *self = RN_BUILD_PAGE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_clear_object (&self->session);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_build_page_parent_class)->dispose (object);
}

static void
rn_build_page_init (RnBuildPage *self)
{
}

static void
rn_build_page_class_init (RnBuildPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_build_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_build_page_new (RnSession *session)
{
  RnBuildPage *self = g_object_new (RN_TYPE_BUILD_PAGE, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new (), *pair;

  self->session = g_object_ref (session);
  pair = rn_pair_new (make_presets (self), make_network (self), PRESETS_SHARE, BESIDE_WIDTH);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), rn_margin_new (pair));
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
