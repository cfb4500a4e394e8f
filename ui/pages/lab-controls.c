#include "pages/lab-controls.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/text.h"
#include "pages/wrap-box.h"
#include "state/format.h"

struct _RnLabControls
{
  GtkWidget parent_instance;

  RnSession *session;
  RnLabReader *reader;
  RnExperiment *experiment; /* (nullable) */
  char *what;
  char *data;         /* (nullable): chosen in the place of the experiment's own */
  gboolean goes_on;   /* starts by itself as soon as it can */
  gboolean is_silent; /* choices are set, not made */

  GtkWidget *box;
  GtkWidget *start;
  char *start_name; /* (nullable): to assistive technology */
  GtkWidget *stop;
  GtkWidget *other;
  GtkWidget *seeds;
  GtkWidget *order;
  GtkWidget *sets; /* which data */
  GtkWidget *bar;
  GtkWidget *state;
};

G_DEFINE_FINAL_TYPE (RnLabControls, rn_lab_controls, GTK_TYPE_WIDGET)

enum
{
  ASKED,
  OTHER,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static RnLabDesk *
get_desk (RnLabControls *self)
{
  return rn_session_get_lab (self->session);
}

gboolean
rn_lab_controls_is_mine (RnLabControls *self)
{
  const RnLabWish *wish = rn_lab_desk_get_wish (get_desk (self));

  return wish != NULL && g_strcmp0 (wish->what, self->what) == 0;
}

int
rn_lab_controls_get_seeds (RnLabControls *self)
{
  return gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->seeds));
}

const char *
rn_lab_controls_get_data (RnLabControls *self)
{
  return self->data;
}

static RnLabOrder
get_order (RnLabControls *self)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (self->order)) == 0 ? RN_LAB_IN_TURN
                                                                       : RN_LAB_ONE_BY_ONE;
}

/* Whether there is something to go on with: also a run that diverged before its first checkpoint */
static gboolean
has_begun (RnLabControls *self)
{
  RnLabResults *results = rn_lab_reader_get_results (self->reader);
  gint64 wanted;

  return rn_lab_reader_get_steps (self->reader, &wanted) > 0 ||
         (results != NULL && rn_lab_results_n_ended (results) > 0);
}

/* What is said */

static char *
describe_time (RnLabControls *self, int n_runs, int n_done)
{
  const double seconds = rn_lab_reader_get_estimate (self->reader);
  g_autofree char *time = isnan (seconds) ? NULL : rn_format_duration (seconds);

  if (n_done == n_runs)
    return g_strdup_printf (ngettext ("Its one training has ended.", "All %d trainings have ended.",
                                      (gulong) n_runs),
                            n_runs);
  if (time == NULL && has_begun (self))
    return g_strdup_printf (_ ("%d of %d trainings have ended. “Go on” does the rest."), n_done,
                            n_runs);
  if (time == NULL)
    return g_strdup_printf (ngettext ("%d training. How long it takes here is being measured…",
                                      "%d trainings. How long they take here is being measured…",
                                      (gulong) n_runs),
                            n_runs);
  if (has_begun (self))
    /* Translators: two counts and a duration: "2 of 6 trainings have ended, 5 min left" */
    return g_strdup_printf (_ ("%d of %d trainings have ended, %s left. “Go on” does the rest."),
                            n_done, n_runs, time);
  return g_strdup_printf (ngettext ("%d training, %s on this computer",
                                    "%d trainings, %s on this computer", (gulong) n_runs),
                          n_runs, time);
}

static char *
describe_rest (RnLabControls *self)
{
  RnLabPlan *plan = rn_lab_reader_get_plan (self->reader);
  RnLabResults *results = rn_lab_reader_get_results (self->reader);
  const char *problem = rn_lab_reader_get_problem (self->reader);
  const int percent = (int) lround (100.0 * rn_lab_reader_get_progress (self->reader));
  g_autofree char *time = NULL, *diverged = NULL;

  if (problem != NULL)
    return g_strdup (problem);
  if (rn_lab_reader_get_doing (self->reader) == RN_LAB_DOING_DATA)
    return g_strdup_printf (_ ("The pictures are being opened: %d %%"), percent);
  if (rn_lab_reader_get_doing (self->reader) == RN_LAB_DOING_STUDIES)
    return g_strdup_printf (_ ("The trained networks are being taken apart: %d %%"), percent);
  if (plan == NULL || results == NULL)
    return g_strdup (self->experiment != NULL ? _ ("Looking for what is trained already…") : "");
  time = describe_time (self, rn_lab_plan_n_runs (plan), rn_lab_results_n_ended (results));
  diverged = rn_lab_results_describe_divergences (results);
  return diverged == NULL ? g_steal_pointer (&time) : g_strdup_printf ("%s\n%s", time, diverged);
}

/* "ResNet-56, seed 2 of 3" */
static char *
describe_run (RnLabPlan *plan, int run)
{
  const int n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (plan));
  const RnLabArm *arm = rn_experiment_get_arm (rn_lab_plan_get_experiment (plan), run % n_arms);

  return g_strdup_printf (_ ("%s, seed %d of %d"), arm->name, run / n_arms + 1,
                          rn_lab_plan_n_seeds (plan));
}

static char *
describe_training (RnLabControls *self)
{
  RnLabDesk *desk = get_desk (self);
  const RnLabStatus *status = rn_lab_desk_get_status (desk);
  g_autofree char *run =
      status->run < 0 ? NULL : describe_run (rn_lab_desk_get_plan (desk), status->run);
  g_autofree char *left =
      status->seconds_left < 0.0 ? NULL : rn_format_duration (status->seconds_left);

  if (rn_lab_desk_is_pending (desk) && status->state == RN_LAB_RUNNING && run == NULL)
    return g_strdup (_ ("The first network is being prepared…"));
  if (status->state == RN_LAB_PAUSED)
    return g_strdup (_ ("Paused. Everything is kept as it is."));
  if (run == NULL)
    return g_strdup (_ ("The next network is being prepared…"));
  if (left == NULL)
    return g_strdup_printf (_ ("Trains now: %s"), run);
  return g_strdup_printf (_ ("Trains now: %s; %s left"), run, left);
}

static char *
describe (RnLabControls *self)
{
  RnLabPlan *plan = rn_lab_desk_get_plan (get_desk (self));

  if (rn_lab_controls_is_mine (self))
    return describe_training (self);
  if (plan != NULL)
    return g_strdup_printf (_ ("“%s” is in training. One experiment trains at a time."),
                            rn_experiment_get_title (rn_lab_plan_get_experiment (plan)));
  if (rn_session_is_training (self->session) || rn_session_has_trainer (self->session))
    return g_strdup (_ ("A network is in training. The experiment can begin when it is stopped."));
  return describe_rest (self);
}

/* What the buttons do */

static gboolean
is_complete (RnLabControls *self)
{
  RnLabPlan *plan = rn_lab_reader_get_plan (self->reader);
  RnLabResults *results = rn_lab_reader_get_results (self->reader);

  return plan != NULL && results != NULL &&
         rn_lab_results_n_ended (results) == rn_lab_plan_n_runs (plan);
}

/* Not before it is known what is trained already, or that it cannot be known. */
static gboolean
can_start (RnLabControls *self)
{
  const gboolean is_known = rn_lab_reader_get_results (self->reader) != NULL ||
                            rn_lab_reader_get_problem (self->reader) != NULL;

  return rn_lab_reader_get_plan (self->reader) != NULL && is_known && !is_complete (self) &&
         !rn_lab_desk_is_busy (get_desk (self)) && !rn_session_is_training (self->session) &&
         !rn_session_has_trainer (self->session);
}

static void
name_start (RnLabControls *self)
{
  const gboolean is_mine = rn_lab_controls_is_mine (self);
  const char *label = is_mine && rn_lab_desk_get_status (get_desk (self))->state == RN_LAB_PAUSED
                          ? _ ("Resume")
                      : is_mine            ? _ ("Pause")
                      : is_complete (self) ? _ ("Finished")
                      : has_begun (self)   ? _ ("Go on")
                                           : _ ("Start");
  g_autofree char *name =
      self->experiment == NULL
          ? g_strdup (label)
          : g_strdup_printf ("%s: %s", label, rn_experiment_get_title (self->experiment));

  /* the status changes ten times a second, and whoever has it read to him hears of each change */
  if (g_strcmp0 (self->start_name, name) == 0)
    return;
  g_free (self->start_name);
  self->start_name = g_strdup (name);
  gtk_button_set_label (GTK_BUTTON (self->start), label);
  if (!is_mine && is_complete (self))
    gtk_widget_remove_css_class (self->start, "suggested-action");
  else
    gtk_widget_add_css_class (self->start, "suggested-action");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->start), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}

static void
update_buttons (RnLabControls *self)
{
  RnLabDesk *desk = get_desk (self);
  const gboolean is_mine = rn_lab_controls_is_mine (self);
  const gboolean is_free = !is_mine && self->experiment != NULL;

  name_start (self);
  gtk_widget_set_sensitive (self->start,
                            is_mine ? !rn_lab_desk_is_pending (desk) : can_start (self));
  gtk_widget_set_sensitive (self->stop, is_mine);
  gtk_widget_set_visible (self->other, !is_mine && rn_lab_desk_get_plan (desk) != NULL);
  gtk_widget_set_sensitive (self->seeds, is_free);
  gtk_widget_set_sensitive (self->order, is_free);
  gtk_widget_set_sensitive (self->sets, is_free);
}

/* Returns: 0 to 1, how much of all is done */
static double
get_share (RnLabControls *self)
{
  gint64 wanted;
  const gint64 done = rn_lab_reader_get_steps (self->reader, &wanted);

  if (rn_lab_controls_is_mine (self))
    return rn_lab_desk_get_status (get_desk (self))->done;
  if (is_complete (self)) /* also where a run diverged on the way */
    return 1.0;
  return wanted > 0 && done > 0 ? CLAMP ((double) done / (double) wanted, 0.0, 1.0) : 0.0;
}

static void
start (RnLabControls *self)
{
  const RnLabWish wish = { self->what, self->data, rn_lab_controls_get_seeds (self),
                           get_order (self) };

  self->goes_on = FALSE;
  rn_lab_desk_start (get_desk (self), rn_lab_reader_get_plan (self->reader), &wish);
}

void
rn_lab_controls_update (RnLabControls *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_LAB_CONTROLS (self));

  if (self->goes_on && can_start (self))
    start (self);
  text = describe (self);
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->state)), text) != 0)
    gtk_label_set_text (GTK_LABEL (self->state), text);
  update_buttons (self);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), get_share (self));
}

static void
on_start (RnLabControls *self)
{
  RnLabDesk *desk = get_desk (self);

  if (!rn_lab_controls_is_mine (self))
    start (self);
  else if (rn_lab_desk_get_status (desk)->state == RN_LAB_PAUSED)
    rn_lab_desk_resume (desk);
  else
    rn_lab_desk_pause (desk);
}

static void
on_stop (RnLabControls *self)
{
  rn_lab_desk_stop (get_desk (self));
}

static void
on_other (RnLabControls *self)
{
  g_signal_emit (self, signals[OTHER], 0);
}

/* Choices */

static void
on_seeds (RnLabControls *self)
{
  if (!self->is_silent)
    g_signal_emit (self, signals[ASKED], 0);
}

/* The data that are open in the window, where they are other than the experiment's own. Returns: (nullable) */
static const char *
get_open_data (RnLabControls *self)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  const char *source = dataset != NULL ? rn_dataset_get_source (dataset) : NULL;

  return self->experiment == NULL ||
                 g_strcmp0 (source, rn_experiment_get_data (self->experiment)) == 0
             ? NULL
             : source;
}

static void
on_set (RnLabControls *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->sets));
  GtkStringList *paths = g_object_get_data (G_OBJECT (self->sets), "paths");

  if (self->is_silent || at == GTK_INVALID_LIST_POSITION)
    return;
  g_free (self->data);
  self->data = at == 0 ? NULL : g_strdup (gtk_string_list_get_string (paths, at));
  g_signal_emit (self, signals[ASKED], 0);
}

static void
add_set (GtkStringList *names, GtkStringList *paths, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  gtk_string_list_append (paths, path);
  gtk_string_list_append (names, g_str_equal (path, "sample") ? _ ("Sample set") : base);
}

static void
list_sets (RnLabControls *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkStringList *paths = gtk_string_list_new (NULL);
  const char *open = get_open_data (self);

  if (self->experiment != NULL)
    add_set (names, paths, rn_experiment_get_data (self->experiment));
  if (self->data != NULL)
    add_set (names, paths, self->data);
  if (open != NULL && g_strcmp0 (open, self->data) != 0)
    add_set (names, paths, open);
  self->is_silent = TRUE;
  g_object_set_data_full (G_OBJECT (self->sets), "paths", paths, g_object_unref);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->sets), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->sets), self->data != NULL ? 1 : 0);
  self->is_silent = FALSE;
}

static void
set_choices (RnLabControls *self, int n_seeds, const char *data, RnLabOrder order)
{
  char *copy = g_strdup (data);

  g_free (self->data);
  self->data = copy;
  self->is_silent = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->seeds), n_seeds);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->order), order == RN_LAB_IN_TURN ? 0 : 1);
  self->is_silent = FALSE;
  list_sets (self);
}

void
rn_lab_controls_show (RnLabControls *self, RnExperiment *experiment, const char *what)
{
  const RnLabWish *wish;

  g_return_if_fail (RN_IS_LAB_CONTROLS (self));

  if (experiment != NULL)
    rn_experiment_ref (experiment);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  self->experiment = experiment;
  g_free (self->what);
  self->what = g_strdup (what);
  self->goes_on = FALSE;
  wish = rn_lab_controls_is_mine (self) ? rn_lab_desk_get_wish (get_desk (self)) : NULL;
  if (wish != NULL)
    set_choices (self, wish->n_seeds, wish->data, wish->order);
  else
    set_choices (self, experiment != NULL ? rn_experiment_get_n_seeds (experiment) : 1, NULL,
                 get_order (self));
  rn_lab_controls_update (self);
}

void
rn_lab_controls_go_on (RnLabControls *self, const RnLabWish *wish)
{
  g_return_if_fail (RN_IS_LAB_CONTROLS (self));

  set_choices (self, MAX (wish->n_seeds, 1), wish->data, wish->order);
  self->goes_on = TRUE;
  g_signal_emit (self, signals[ASKED], 0);
}

/* The widget */

static void
rn_lab_controls_dispose (GObject *object)
{
  RnLabControls *self = RN_LAB_CONTROLS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  g_clear_object (&self->reader);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_lab_controls_parent_class)->dispose (object);
}

static void
rn_lab_controls_finalize (GObject *object)
{
  RnLabControls *self = RN_LAB_CONTROLS (object);

  g_free (self->start_name);
  g_free (self->what);
  g_free (self->data);
  G_OBJECT_CLASS (rn_lab_controls_parent_class)->finalize (object);
}

static GtkWidget *
new_button (RnLabControls *self, const char *label, const char *tip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_add_css_class (button, "pill");
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
add_choice (RnWrapBox *box, GtkWidget *control, const char *text, const char *tip)
{
  GtkWidget *pair = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_tooltip_text (control, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
  gtk_box_append (GTK_BOX (pair), label);
  gtk_box_append (GTK_BOX (pair), control);
  rn_wrap_box_append (box, pair);
}

static void
add_buttons (RnLabControls *self, RnWrapBox *box)
{
  self->start = new_button (self, _ ("Start"), _ ("Train what of the experiment is not there yet"),
                            G_CALLBACK (on_start));
  gtk_widget_add_css_class (self->start, "suggested-action");
  self->stop = new_button (self, _ ("Stop"), _ ("Save all networks as they are and end"),
                           G_CALLBACK (on_stop));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->stop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Stop the experiment"), -1);
  self->other = new_button (self, _ ("Show it"), _ ("Show the experiment that trains"),
                            G_CALLBACK (on_other));
  rn_wrap_box_append (box, self->start);
  rn_wrap_box_append (box, self->stop);
  rn_wrap_box_append (box, self->other);
}

static void
add_choices (RnLabControls *self, RnWrapBox *box)
{
  const char *const orders[] = { _ ("In turn"), _ ("One after another"), NULL };

  self->seeds = gtk_spin_button_new_with_range (1, RN_LAB_MAX_SEEDS, 1);
  g_signal_connect_swapped (self->seeds, "value-changed", G_CALLBACK (on_seeds), self);
  add_choice (box, self->seeds, _ ("Seeds"),
              _ ("Each network is trained so many times, each time with other chance"));
  self->order = gtk_drop_down_new_from_strings (orders);
  self->sets = gtk_drop_down_new (NULL, NULL);
  g_signal_connect_swapped (self->sets, "notify::selected", G_CALLBACK (on_set), self);
  add_choice (box, self->order, _ ("Order"),
              _ ("In turn, the curves of one seed grow together; the networks are the same "
                 "either way"));
  add_choice (box, self->sets, _ ("Data"), _ ("What the networks learn"));
}

static void
rn_lab_controls_init (RnLabControls *self)
{
  GtkWidget *row = rn_wrap_box_new (12, 12);

  add_buttons (self, RN_WRAP_BOX (row));
  add_choices (self, RN_WRAP_BOX (row));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->bar = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress of the experiment"), -1);
  self->state = rn_text_new (NULL, "numeric");
  gtk_box_append (GTK_BOX (self->box), row);
  gtk_box_append (GTK_BOX (self->box), self->state);
  gtk_box_append (GTK_BOX (self->box), self->bar);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_lab_controls_class_init (RnLabControlsClass *class)
{
  static const char *const names[N_SIGNALS] = { "asked", "other" };

  G_OBJECT_CLASS (class)->dispose = rn_lab_controls_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lab_controls_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_lab_controls_new (RnSession *session, RnLabReader *reader)
{
  RnLabControls *self = g_object_new (RN_TYPE_LAB_CONTROLS, NULL);

  self->session = g_object_ref (session);
  self->reader = g_object_ref (reader);
  g_signal_connect_object (session, "dataset", G_CALLBACK (list_sets), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
