#include "pages/train-settings.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "pages/card.h"
#include "pages/memory-note.h"
#include "pages/text.h"

#define ENTRY_CHARS 8
#define LONG_ENTRY_CHARS 12 /* of a list */

typedef struct
{
  const char *title;
  RnField first, last;
  const char *help;
} Group;

static const Group groups[] = {
  { N_ ("Length"), RN_FIELD_EPOCHS, RN_FIELD_DROP_LAST,
    N_ ("A step learns from one batch of pictures, an epoch shows every training picture once in a "
        "new order. The paper trains on CIFAR-10 for 64,000 steps with batches of 128 "
        "(He et al. 2015, section 4.2).") },
  { N_ ("Learning rate"), RN_FIELD_RATE, RN_FIELD_WARMUP_RATE,
    N_ ("A high rate finds the region quickly, a low one settles in it, so the rate falls with "
        "time. The paper begins with 0.1 and divides it by 10 at a half and at three quarters; "
        "its 110 layers begin with 0.01 until the training error is under 80\u00a0% "
        "(He et al. 2015, section 4.2).") },
  { N_ ("Optimiser"), RN_FIELD_MOMENTUM, RN_FIELD_SPARE_NORMS,
    N_ ("Momentum keeps going where the last steps went, and weight decay holds the weights small. "
        "The paper uses 0.9 and 0.0001 (He et al. 2015, sections 3.4 and 4.2).") },
  { N_ ("Augmentation"), RN_FIELD_PAD, RN_FIELD_COLOUR,
    N_ ("Each picture is changed a little every time it is seen, so that the network cannot learn "
        "it by heart. The paper shifts CIFAR’s pictures by up to 4 pixels and mirrors them "
        "(He et al. 2015, section 4.2); scale and colour are for ImageNet (section 3.4).") },
  { N_ ("Input and order"), RN_FIELD_PIXEL_MEAN, RN_FIELD_SEED,
    N_ ("The mean of the training pictures is subtracted from every input, on CIFAR pixel by pixel "
        "(He et al. 2015, section 4.2). The seed decides the initial weights (section 3.4), the "
        "order of the pictures and their augmentation.") },
  { N_ ("Intervals"), RN_FIELD_EVALUATE, RN_FIELD_MEASURE,
    N_ ("How often the test error is taken, a checkpoint is kept and every block is measured. "
        "Measuring often makes finer strips and a slower training; the responses are those of the "
        "paper’s Figure 7 (He et al. 2015, section 4.2).") },
};

struct _RnTrainSettings
{
  GtkWidget parent_instance;

  RnSession *session;
  RnDraft draft;
  GtkWidget *rows[RN_N_FIELDS];
  GtkWidget *controls[RN_N_FIELDS];
  char *problems[RN_N_FIELDS];
  GtkWidget *note;
  RnMemoryNote *memory;
  GtkWidget *reset;
  GtkWidget *groups;
  double usual_epochs;
  gboolean is_run; /* that is shown, so hardly anything can be changed */
  gboolean was_training;
  gboolean is_loading;  /* controls follow the session */
  gboolean is_applying; /* the session follows the controls */
};

G_DEFINE_FINAL_TYPE (RnTrainSettings, rn_train_settings, GTK_TYPE_WIDGET)

GtkWidget *
rn_train_settings_get_row (RnTrainSettings *self, RnField field)
{
  return self->rows[field];
}

GtkWidget *
rn_train_settings_get_control (RnTrainSettings *self, RnField field)
{
  return self->controls[field];
}

const char *
rn_train_settings_get_problem (RnTrainSettings *self, RnField field)
{
  return self->problems[field];
}

/* The problem, or NULL, in the place of the explanation. */
static void
set_problem (RnTrainSettings *self, RnField field, const char *problem)
{
  GtkWidget *row = self->rows[field], *control = self->controls[field];

  if (g_strcmp0 (self->problems[field], problem) == 0)
    return;
  g_free (self->problems[field]);
  self->problems[field] = g_strdup (problem);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               problem != NULL ? problem : rn_field_get_subtitle (field));
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  problem != NULL ? problem : rn_field_get_subtitle (field), -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_STATE_INVALID,
                               problem != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                               : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  if (problem != NULL)
    {
      gtk_widget_add_css_class (row, "error");
      gtk_widget_add_css_class (control, "error");
    }
  else
    {
      gtk_widget_remove_css_class (row, "error");
      gtk_widget_remove_css_class (control, "error");
    }
}

static void
check_memory (RnTrainSettings *self)
{
  rn_memory_note_ask (self->memory, rn_session_get_spec (self->session), self->draft.settings.batch,
                      rn_session_count_threads (self->session));
}

static void
on_smaller (RnTrainSettings *self, int batch)
{
  g_autofree char *text = g_strdup_printf ("%d", batch);

  gtk_editable_set_text (GTK_EDITABLE (self->controls[RN_FIELD_BATCH]), text);
}

/* From the controls to the session */

static void
show_used (RnTrainSettings *self)
{
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    gtk_widget_set_visible (self->rows[field], rn_field_is_used (field, &self->draft));
}

/* Milestones as shares mean other steps when the length has changed. */
static void
read_milestones (RnTrainSettings *self)
{
  const RnField field = RN_FIELD_MILESTONES;
  g_autofree char *problem = NULL;

  if (rn_field_is_used (field, &self->draft))
    rn_field_parse (field, gtk_editable_get_text (GTK_EDITABLE (self->controls[field])),
                    &self->draft, &problem);
  set_problem (self, field, problem);
}

/* What concerns more than one field. Returns: whether the draft as a whole holds */
static gboolean
check_draft (RnTrainSettings *self)
{
  RnSettings settings = self->draft.settings;
  g_autoptr (GError) error = NULL;

  if (settings.augment.scale_max < settings.augment.scale_min)
    {
      set_problem (self, RN_FIELD_SCALE_MAX, _ ("It must be no less than “Scale from”."));
      return FALSE;
    }
  if (self->problems[RN_FIELD_SCALE_MAX] != NULL)
    {
      /* it was this one's, or the entry's own, which must stay */
      g_autofree char *own = NULL;
      const char *text = gtk_editable_get_text (GTK_EDITABLE (self->controls[RN_FIELD_SCALE_MAX]));
      RnDraft tried = self->draft;

      rn_field_parse (RN_FIELD_SCALE_MAX, text, &tried, &own);
      set_problem (self, RN_FIELD_SCALE_MAX, own);
    }
  settings.steps = rn_draft_steps (&self->draft);
  if (rn_settings_check (&settings, &error))
    return TRUE;
  gtk_label_set_text (GTK_LABEL (self->note), error->message);
  gtk_widget_set_visible (self->note, TRUE);
  return FALSE;
}

static int
count_pictures (RnTrainSettings *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);

  return dataset != NULL ? rn_dataset_count (dataset, RN_SPLIT_TRAIN) : 0;
}

/* Takes what the session has: of a run that is shown, the run's own. */
static void
load (RnTrainSettings *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if (settings != NULL)
    self->draft.settings = *settings;
  else
    rn_settings_init (&self->draft.settings);
  self->draft.n_pictures = count_pictures (self);
  self->draft.epochs = rn_session_get_epochs (self->session);
}

/* Whether the milestones' text says what the draft has, perhaps in other words: a share that was typed stays a share. */
static gboolean
says_milestones (RnTrainSettings *self)
{
  const RnSchedule *schedule = &self->draft.settings.schedule;
  GtkEditable *entry = GTK_EDITABLE (self->controls[RN_FIELD_MILESTONES]);
  RnDraft read = self->draft;
  g_autofree char *problem = NULL;

  return rn_field_parse (RN_FIELD_MILESTONES, gtk_editable_get_text (entry), &read, &problem) &&
         read.settings.schedule.n_milestones == schedule->n_milestones &&
         memcmp (read.settings.schedule.milestones, schedule->milestones,
                 sizeof *schedule->milestones * (gsize) schedule->n_milestones) == 0;
}

static void
refresh_entry (RnTrainSettings *self, RnField field)
{
  g_autofree char *text = rn_field_format (field, &self->draft);
  GtkEditable *entry = GTK_EDITABLE (self->controls[field]);

  if (g_strcmp0 (gtk_editable_get_text (entry), text) != 0 &&
      !(field == RN_FIELD_MILESTONES && says_milestones (self)))
    gtk_editable_set_text (entry, text);
  set_problem (self, field, NULL);
}

/* Fills the entries, but for @edited, that is being typed in, and, where @keep, those with a problem. */
static void
refresh_entries (RnTrainSettings *self, RnField edited, gboolean keep)
{
  self->is_loading = TRUE;
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    if (rn_field_get_control (field) == RN_CONTROL_ENTRY && field != edited &&
        !(keep && self->problems[field] != NULL))
      refresh_entry (self, field);
  self->is_loading = FALSE;
}

/* @edited: whose control the person has changed; RN_N_FIELDS: all */
static void
apply (RnTrainSettings *self, RnField edited)
{
  RnSettings settings;

  if (edited != RN_FIELD_MILESTONES)
    read_milestones (self);
  show_used (self);
  if (!check_draft (self))
    return;
  if (!self->is_run)
    gtk_widget_set_visible (self->note, FALSE);
  settings = self->draft.settings;
  settings.steps = rn_draft_steps (&self->draft);
  self->is_applying = TRUE;
  rn_session_set_epochs (self->session, self->draft.epochs);
  if (!self->is_run)
    rn_session_set_settings (self->session, &settings);
  self->is_applying = FALSE;
  load (self); /* one setting may have decided another */
  refresh_entries (self, edited, edited != RN_N_FIELDS);
}

static RnField
field_of (RnTrainSettings *self, gpointer control)
{
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    if (self->controls[field] == control)
      return field;
  g_return_val_if_reached (0);
}

static void
on_entry (GtkEditable *entry, RnTrainSettings *self)
{
  const RnField field = field_of (self, entry);
  g_autofree char *problem = NULL;

  if (self->is_loading)
    return;
  rn_field_parse (field, gtk_editable_get_text (entry), &self->draft, &problem);
  set_problem (self, field, problem);
  if (problem != NULL)
    return;
  apply (self, field);
  if (field == RN_FIELD_BATCH)
    check_memory (self);
}

static void
on_switch (GtkSwitch *control, GParamSpec *pspec, RnTrainSettings *self)
{
  if (self->is_loading)
    return;
  rn_field_set (field_of (self, control), gtk_switch_get_active (control), &self->draft);
  apply (self, field_of (self, control));
}

static void
on_choice (AdwComboRow *row, GParamSpec *pspec, RnTrainSettings *self)
{
  const RnField field = field_of (self, row);

  if (self->is_loading)
    return;
  rn_field_set (field, (int) adw_combo_row_get_selected (row), &self->draft);
  /* a warm-up or schedule that begins brings its usual numbers */
  refresh_entries (self, field, TRUE);
  apply (self, field);
}

/* From the session to the controls */

static void
show_draft (RnTrainSettings *self)
{
  self->is_loading = TRUE;
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    switch (rn_field_get_control (field))
      {
      case RN_CONTROL_SWITCH:
        gtk_switch_set_active (GTK_SWITCH (self->controls[field]),
                               rn_field_get (field, &self->draft));
        break;
      case RN_CONTROL_CHOICE:
        adw_combo_row_set_selected (ADW_COMBO_ROW (self->controls[field]),
                                    (guint) rn_field_get (field, &self->draft));
        break;
      case RN_CONTROL_ENTRY:
      default:
        break;
      }
  self->is_loading = FALSE;
  refresh_entries (self, RN_N_FIELDS, FALSE);
  show_used (self);
}

static void
refresh (RnTrainSettings *self)
{
  const gboolean is_training = rn_session_is_training (self->session);

  self->is_run = rn_session_get_record (self->session) != NULL;
  load (self);
  show_draft (self);
  /* the length of a run that rests can still be changed */
  for (RnField field = 0; field < RN_N_FIELDS; field++)
    gtk_widget_set_sensitive (self->rows[field],
                              !self->is_run || (field == RN_FIELD_EPOCHS && !is_training));
  gtk_widget_set_sensitive (self->reset, !self->is_run);
  gtk_label_set_text (GTK_LABEL (self->note),
                      _ ("These are the settings of this run. Its length can be changed while it "
                         "rests, its learning rate beside the progress while it trains."));
  gtk_widget_set_visible (self->note, self->is_run);
  check_memory (self);
}

/* With other data milestones that were typed as shares are these shares of the new length: to go by their steps, rounded
 * for the old one, would let them drift.
 */
static void
follow (RnTrainSettings *self)
{
  GtkEditable *entry = GTK_EDITABLE (self->controls[RN_FIELD_MILESTONES]);
  const gboolean is_other = count_pictures (self) != self->draft.n_pictures;
  g_autofree char *shares = NULL;

  if (is_other && !self->is_run && rn_field_is_used (RN_FIELD_MILESTONES, &self->draft) &&
      self->problems[RN_FIELD_MILESTONES] == NULL &&
      strchr (gtk_editable_get_text (entry), '%') != NULL)
    shares = g_strdup (gtk_editable_get_text (entry));
  refresh (self);
  if (shares != NULL && !self->is_run)
    gtk_editable_set_text (entry, shares);
}

static void
on_settings (RnTrainSettings *self)
{
  if (!self->is_applying)
    follow (self);
}

static void
on_dataset (RnTrainSettings *self)
{
  if (count_pictures (self) != self->draft.n_pictures)
    follow (self);
}

static void
on_status (RnTrainSettings *self)
{
  const gboolean is_training = rn_session_is_training (self->session);

  if (is_training != self->was_training && self->is_run)
    gtk_widget_set_sensitive (self->rows[RN_FIELD_EPOCHS], !is_training);
  self->was_training = is_training;
}

void
rn_train_settings_reset (RnTrainSettings *self)
{
  g_return_if_fail (RN_IS_TRAIN_SETTINGS (self));

  rn_settings_init (&self->draft.settings);
  self->draft.epochs = self->usual_epochs;
  self->draft.settings.schedule.milestones[0] = MAX (rn_draft_steps (&self->draft) / 2, 1);
  self->draft.settings.schedule.milestones[1] = MAX (rn_draft_steps (&self->draft) * 3 / 4, 1);
  show_draft (self);
  apply (self, RN_N_FIELDS);
  check_memory (self);
}

/* Making it */

static GtkWidget *
make_choice (RnTrainSettings *self, RnField field)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();
  const char *const *choices = rn_field_get_choices (field);

  for (int i = 0; choices[i] != NULL; i++)
    gtk_string_list_append (list, _ (choices[i]));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  g_object_unref (list);
  g_signal_connect (row, "notify::selected", G_CALLBACK (on_choice), self);
  return row;
}

static GtkWidget *
make_control (RnTrainSettings *self, RnField field)
{
  const int chars = field == RN_FIELD_MILESTONES ? LONG_ENTRY_CHARS : ENTRY_CHARS;
  GtkWidget *control;

  if (rn_field_get_control (field) == RN_CONTROL_SWITCH)
    {
      control = gtk_switch_new ();
      g_signal_connect (control, "notify::active", G_CALLBACK (on_switch), self);
    }
  else
    {
      control = gtk_entry_new ();
      gtk_editable_set_width_chars (GTK_EDITABLE (control), chars);
      gtk_editable_set_max_width_chars (GTK_EDITABLE (control), chars);
      gtk_editable_set_alignment (GTK_EDITABLE (control), 1);
      gtk_widget_add_css_class (control, "numeric");
      g_signal_connect (control, "changed", G_CALLBACK (on_entry), self);
    }
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  return control;
}

static GtkWidget *
make_row (RnTrainSettings *self, RnField field)
{
  const gboolean is_choice = rn_field_get_control (field) == RN_CONTROL_CHOICE;
  GtkWidget *row = is_choice ? make_choice (self, field) : adw_action_row_new ();
  GtkWidget *control = is_choice ? row : make_control (self, field);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), rn_field_get_title (field));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), rn_field_get_subtitle (field));
  rn_text_keep_words (row);
  if (!is_choice)
    {
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
    }
  /* its name is the row's title: a row sees to that, and GTK 4.8 would read a second one as well */
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  rn_field_get_subtitle (field), -1);
  self->rows[field] = row;
  self->controls[field] = control;
  return row;
}

static GtkWidget *
make_group (RnTrainSettings *self, const Group *group)
{
  GtkWidget *widget = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (widget), _ (group->title));
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (widget),
                                           rn_help_button_new (_ (group->title), _ (group->help)));
  for (RnField field = group->first; field <= group->last; field++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (widget), make_row (self, field));
  return widget;
}

static GtkWidget *
make_text (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  rn_text_wrap (label);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static GtkWidget *
make_head (RnTrainSettings *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new (_ ("Settings"));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "title-4");
  self->reset = gtk_button_new_with_label (_ ("Reset"));
  gtk_widget_set_tooltip_text (self->reset, _ ("Back to the paper’s settings for CIFAR-10"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->reset), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Reset settings"), -1);
  gtk_widget_add_css_class (self->reset, "flat");
  g_signal_connect_swapped (self->reset, "clicked", G_CALLBACK (rn_train_settings_reset), self);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), self->reset);
  return head;
}

static GtkWidget *
make_content (RnTrainSettings *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->note = make_text ();
  self->memory = RN_MEMORY_NOTE (rn_memory_note_new ());
  g_signal_connect_swapped (self->memory, "batch", G_CALLBACK (on_smaller), self);
  self->groups = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    gtk_box_append (GTK_BOX (self->groups), make_group (self, &groups[i]));
  gtk_box_append (GTK_BOX (box), make_head (self));
  gtk_box_append (GTK_BOX (box), self->note);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->memory));
  gtk_box_append (GTK_BOX (box), self->groups);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  return box;
}

static void
rn_train_settings_dispose (GObject *object)
{
  RnTrainSettings *self = RN_TRAIN_SETTINGS (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_clear_object (&self->session);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_train_settings_parent_class)->dispose (object);
}

static void
rn_train_settings_finalize (GObject *object)
{
  RnTrainSettings *self = RN_TRAIN_SETTINGS (object);

  for (RnField field = 0; field < RN_N_FIELDS; field++)
    g_free (self->problems[field]);
  G_OBJECT_CLASS (rn_train_settings_parent_class)->finalize (object);
}

static void
rn_train_settings_init (RnTrainSettings *self)
{
}

static void
rn_train_settings_class_init (RnTrainSettingsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_train_settings_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_train_settings_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_train_settings_new (RnSession *session)
{
  RnTrainSettings *self = g_object_new (RN_TYPE_TRAIN_SETTINGS, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->session = g_object_ref (session);
  self->usual_epochs = rn_session_get_epochs (session);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), make_content (self));
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
