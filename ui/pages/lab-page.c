#include "pages/lab-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/card.h"
#include "pages/lab-controls.h"
#include "pages/lab-copy.h"
#include "pages/lab-figures.h"
#include "pages/lab-list.h"
#include "pages/lab-spines.h"
#include "pages/lab-verdicts.h"
#include "pages/margin.h"
#include "pages/pair.h"
#include "pages/text.h"
#include "pages/wrap-box.h"
#include "places.h"

#define LIST_WIDTH 200
#define BESIDE_WIDTH 840   /* from which verdicts and numbers stand side by side */
#define VERDICTS_SHARE 0.4 /* sentences wrap, columns of numbers do not */

struct _RnLabPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnLabDesk *desk;
  RnLabReader *reader;
  RnLabList *list;
  GtkWidget *box;
  GtkWidget *stack; /* "experiment", "problem" */
  GtkWidget *problem;
  RnCard *head;
  GtkWidget *question;
  GtkWidget *claim;
  GtkWidget *source;
  GtkWidget *file; /* opens the chosen one's, where it is the person's own */
  RnLabControls *controls;
  RnCard *verdict_card;
  GtkWidget *verdicts;
  GtkWidget *numbers;
  RnLabFigures *figures;
  RnLabSpines *spines;
  RnLabResults *shown;   /* (nullable): what verdicts and numbers tell */
  RnLabWish *goes_on;    /* (nullable): to be started as soon as it is there */
  gboolean was_training; /* the session */
  GCancellable *copying;
};

G_DEFINE_FINAL_TYPE (RnLabPage, rn_lab_page, GTK_TYPE_WIDGET)

/* What is shown */

static void
show_verdicts (RnLabPage *self, RnLabResults *results)
{
  RnExperiment *experiment = rn_lab_reader_get_experiment (self->reader);
  g_autofree char *summary = rn_lab_verdicts_summarize (experiment, results);

  if (results != NULL)
    rn_lab_results_ref (results);
  g_clear_pointer (&self->shown, rn_lab_results_unref);
  self->shown = results;
  rn_card_set_caption (self->verdict_card, summary);
  gtk_widget_set_visible (GTK_WIDGET (self->verdict_card), rn_experiment_n_checks (experiment) > 0);
  adw_bin_set_child (ADW_BIN (self->verdicts), rn_lab_verdicts_new (experiment, results));
  adw_bin_set_child (ADW_BIN (self->numbers), rn_lab_numbers_new (experiment, results));
}

/* Returns: (nullable): what trains, or what would */
static RnLabPlan *
get_plan (RnLabPage *self)
{
  return rn_lab_controls_is_mine (self->controls) ? rn_lab_desk_get_plan (self->desk)
                                                  : rn_lab_reader_get_plan (self->reader);
}

static void
update_actions (RnLabPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  RnExperiment *experiment = rn_lab_reader_get_experiment (self->reader);

  gtk_widget_action_set_enabled (widget, "lab.report",
                                 rn_lab_reader_get_results (self->reader) != NULL);
  gtk_widget_action_set_enabled (widget, "lab.show-runs", get_plan (self) != NULL);
  gtk_widget_action_set_enabled (widget, "lab.copy",
                                 experiment != NULL && rn_experiment_get_json (experiment) != NULL);
}

static void
update (RnLabPage *self)
{
  const gboolean is_mine = rn_lab_controls_is_mine (self->controls);
  RnLabPlan *plan = get_plan (self);
  RnLabResults *results = rn_lab_reader_get_results (self->reader);
  const RnLabWish *wish = rn_lab_desk_get_wish (self->desk);

  rn_lab_list_set_training (self->list, wish != NULL ? wish->what : NULL);
  rn_lab_controls_update (self->controls);
  if (rn_lab_reader_get_experiment (self->reader) == NULL)
    return;
  if (results != self->shown)
    show_verdicts (self, results);
  rn_lab_figures_update (self->figures, plan, results, is_mine);
  rn_lab_spines_show (self->spines, plan, is_mine);
  update_actions (self);
}

static void
set_text (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_visible (label, *text != '\0');
}

static void
ask (RnLabPage *self)
{
  RnExperiment *experiment = rn_lab_list_get_experiment (self->list);

  rn_lab_reader_ask (self->reader, experiment, rn_lab_controls_get_data (self->controls),
                     rn_lab_controls_get_seeds (self->controls));
}

static void
show_experiment (RnLabPage *self, RnExperiment *experiment)
{
  const char *what = rn_lab_list_get_chosen (self->list);
  g_autofree char *source = g_strdup (rn_experiment_get_source (experiment));

  rn_card_set_title (self->head, rn_experiment_get_title (experiment));
  set_text (self->question, rn_experiment_get_question (experiment));
  set_text (self->claim, rn_experiment_get_claim (experiment));
  set_text (self->source, source);
  gtk_widget_set_visible (self->file, g_str_has_suffix (what, ".json"));
  rn_lab_figures_show (self->figures, experiment);
  rn_lab_controls_show (self->controls, experiment, what);
  ask (self);
  show_verdicts (self, NULL);
}

static void
on_chosen (RnLabPage *self)
{
  RnExperiment *experiment = rn_lab_list_get_experiment (self->list);
  const char *problem = rn_lab_list_get_problem (self->list);
  g_autoptr (RnLabWish) wish = NULL;

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    experiment != NULL ? "experiment" : "problem");
  if (experiment == NULL)
    {
      adw_status_page_set_description (ADW_STATUS_PAGE (self->problem),
                                       problem != NULL ? problem : "");
      rn_lab_reader_ask (self->reader, NULL, NULL, 0);
      return;
    }
  show_experiment (self, experiment);
  if (self->goes_on == NULL ||
      g_strcmp0 (self->goes_on->what, rn_lab_list_get_chosen (self->list)) != 0)
    return;
  wish = g_steal_pointer (&self->goes_on);
  rn_lab_controls_go_on (self->controls, wish);
}

void
rn_lab_page_open (RnLabPage *self, const char *what)
{
  g_return_if_fail (RN_IS_LAB_PAGE (self) && what != NULL);

  rn_lab_list_choose (self->list, what);
}

gboolean
rn_lab_page_is_reading (RnLabPage *self)
{
  g_return_val_if_fail (RN_IS_LAB_PAGE (self), FALSE);

  return rn_lab_reader_is_busy (self->reader);
}

void
rn_lab_page_go_on (RnLabPage *self, const RnLabWish *wish)
{
  g_return_if_fail (RN_IS_LAB_PAGE (self) && wish != NULL);

  g_clear_pointer (&self->goes_on, rn_lab_wish_free);
  if (g_strcmp0 (rn_lab_list_get_chosen (self->list), wish->what) == 0 &&
      rn_lab_list_get_experiment (self->list) != NULL)
    {
      rn_lab_controls_go_on (self->controls, wish);
      return;
    }
  self->goes_on = rn_lab_wish_copy (wish);
  rn_lab_list_choose (self->list, wish->what);
}

/* What the desk and the session tell */

static void
on_records (RnLabPage *self)
{
  if (!rn_lab_controls_is_mine (self->controls) ||
      rn_lab_reader_get_experiment (self->reader) == NULL)
    return;
  rn_lab_figures_grow (self->figures);
  rn_lab_spines_grow (self->spines);
}

static void
reread (RnLabPage *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return; /* it is read again when somebody looks */
  rn_lab_reader_refresh (self->reader);
  rn_lab_spines_reread (self->spines);
}

static void
on_ended (RnLabPage *self)
{
  update (self);
  reread (self);
}

/* The status changes ten times a second; what is said here hangs on one bit of it. */
static void
on_status (RnLabPage *self)
{
  const gboolean is_training = rn_session_has_trainer (self->session);

  if (is_training == self->was_training)
    return;
  self->was_training = is_training;
  rn_lab_controls_update (self->controls);
}

static void
on_other (RnLabPage *self)
{
  const RnLabWish *wish = rn_lab_desk_get_wish (self->desk);

  if (wish != NULL)
    rn_lab_list_choose (self->list, wish->what);
}

/* Actions */

static void
was_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnLabPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = rn_lab_copy_finish (result, &error);
  g_autofree char *text = NULL;

  if (self->session == NULL)
    return; /* the page is gone */
  if (path == NULL)
    {
      g_signal_emit_by_name (self->session, "problem", _ ("The experiment was not copied"),
                             error->message);
      return;
    }
  text = g_strdup_printf (_ ("“%s” is yours to change; the Lab reads it again by itself"), path);
  g_signal_emit_by_name (self->session, "message", text);
  rn_lab_list_choose (self->list, path);
}

static void
copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnLabPage *self = RN_LAB_PAGE (widget);
  RnExperiment *experiment = rn_lab_reader_get_experiment (self->reader);

  if (experiment != NULL)
    rn_lab_copy_async (experiment, rn_lab_list_get_folder (self->list), self->copying, was_copied,
                       g_object_ref (self));
}

static void
open_file (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnLabPage *self = RN_LAB_PAGE (widget);
  g_autoptr (GFile) file = g_file_new_for_path (rn_lab_list_get_chosen (self->list));
  g_autofree char *uri = g_file_get_uri (file);

  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)), uri, GDK_CURRENT_TIME);
}

static void
save_report (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnLabPage *self = RN_LAB_PAGE (widget);
  RnLabResults *results = rn_lab_reader_get_results (self->reader);

  if (results != NULL)
    rn_lab_save_report (widget, self->session, results);
}

static void
show_runs (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnLabPage *self = RN_LAB_PAGE (widget);
  RnLabPlan *plan = get_plan (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  if (plan == NULL)
    return;
  for (int run = 0; run < rn_lab_plan_n_runs (plan); run++)
    g_strv_builder_add (builder, rn_lab_plan_get_run (plan, run)->name);
  names = g_strv_builder_end (builder);
  gtk_widget_activate_action (widget, "win.show-runs", "(s^as)",
                              rn_experiment_get_title (rn_lab_plan_get_experiment (plan)), names);
}

/* Making it */

static GtkWidget *
new_action_button (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tip);
  return button;
}

static GtkWidget *
make_tools (RnLabPage *self)
{
  GtkWidget *tools = rn_wrap_box_new (6, 6);
  RnWrapBox *box = RN_WRAP_BOX (tools);

  self->file = new_action_button (_ ("Open the file"), "lab.open-file",
                                  _ ("Open this experiment’s file in an editor"));
  gtk_widget_set_visible (self->file, FALSE);
  rn_wrap_box_append (box, new_action_button (_ ("Copy and change…"), "lab.copy",
                                              _ ("Make a file of your own of this experiment")));
  rn_wrap_box_append (box, self->file);
  rn_wrap_box_append (box, new_action_button (_ ("Save report…"), "lab.report",
                                              _ ("As a web page or a PDF")));
  rn_wrap_box_append (box, new_action_button (_ ("Show runs"), "lab.show-runs",
                                              _ ("Show what this experiment has trained on Runs")));
  return tools;
}

static GtkWidget *
make_head (RnLabPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->question = rn_text_new (NULL, NULL);
  self->claim = rn_text_new (NULL, "dim-label");
  self->source = rn_text_new (NULL, "caption");
  gtk_box_append (GTK_BOX (box), self->question);
  gtk_box_append (GTK_BOX (box), self->claim);
  gtk_box_append (GTK_BOX (box), self->source);
  gtk_box_append (GTK_BOX (box), make_tools (self));
  self->head = RN_CARD (rn_card_new (NULL, box));
  return GTK_WIDGET (self->head);
}

static GtkWidget *
make_answers (RnLabPage *self)
{
  GtkWidget *card;

  self->verdicts = adw_bin_new ();
  self->numbers = adw_bin_new ();
  self->verdict_card = RN_CARD (rn_card_new (_ ("Does it agree?"), self->verdicts));
  rn_card_set_help (
      self->verdict_card,
      _ ("What counts as agreement stands in the experiment and does not depend on what came out. "
         "A "
         "difference counts when it is larger than its spread over the seeds, which are compared "
         "pair by pair, and when every seed says so; small networks, few steps and a small set may "
         "well not agree with the paper."));
  card = rn_card_new (_ ("Numbers"), self->numbers);
  rn_card_set_caption (RN_CARD (card), _ ("at the end"));
  rn_card_set_help (RN_CARD (card),
                    _ ("The mean over the seeds and, after ±, its standard deviation: about one "
                       "run in three lies outside of it. The training error is that of the last "
                       "tenth of the steps, as the batches came; the paper’s Table 6 gives the "
                       "test errors of its deepest network so, too (He et al. 2015)."));
  return rn_pair_new (GTK_WIDGET (self->verdict_card), card, VERDICTS_SHARE, BESIDE_WIDTH);
}

static GtkWidget *
make_experiment (RnLabPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->controls = RN_LAB_CONTROLS (rn_lab_controls_new (self->session, self->reader));
  self->figures = RN_LAB_FIGURES (rn_lab_figures_new (self->desk));
  self->spines = RN_LAB_SPINES (rn_lab_spines_new (self->session));
  gtk_box_append (GTK_BOX (box), make_head (self));
  gtk_box_append (GTK_BOX (box), rn_card_new (_ ("Trainings"), GTK_WIDGET (self->controls)));
  gtk_box_append (GTK_BOX (box), make_answers (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->figures));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->spines));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), rn_margin_new (box));
  gtk_widget_set_hexpand (scroller, TRUE);
  return scroller;
}

static void
build (RnLabPage *self)
{
  g_autofree char *folder = rn_places_get_experiments ();
  GtkWidget *list = rn_lab_list_new (folder);

  self->list = RN_LAB_LIST (list);
  gtk_widget_set_size_request (list, LIST_WIDTH, -1);
  self->problem = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->problem), "dialog-warning-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (self->problem), _ ("This experiment cannot be read"));
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (self->stack), make_experiment (self), "experiment");
  gtk_stack_add_named (GTK_STACK (self->stack), self->problem, "problem");
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_append (GTK_BOX (self->box), list);
  gtk_box_append (GTK_BOX (self->box), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
listen (RnLabPage *self)
{
  /* the list may outlive the page, until what it reads is read */
  g_signal_connect_object (self->list, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->controls, "asked", G_CALLBACK (ask), self);
  g_signal_connect_swapped (self->controls, "other", G_CALLBACK (on_other), self);
  g_signal_connect_object (self->reader, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "records", G_CALLBACK (on_records), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "run-done", G_CALLBACK (reread), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "status", G_CALLBACK (on_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "folder", G_CALLBACK (reread), self, G_CONNECT_SWAPPED);
}

static void
rn_lab_page_map (GtkWidget *widget)
{
  RnLabPage *self = RN_LAB_PAGE (widget);

  GTK_WIDGET_CLASS (rn_lab_page_parent_class)->map (widget);
  if (rn_lab_reader_get_experiment (self->reader) != NULL)
    reread (self);
}

static void
rn_lab_page_unmap (GtkWidget *widget)
{
  rn_lab_reader_leave (RN_LAB_PAGE (widget)->reader);
  GTK_WIDGET_CLASS (rn_lab_page_parent_class)->unmap (widget);
}

static void
rn_lab_page_dispose (GObject *object)
{
  RnLabPage *self = RN_LAB_PAGE (object);

  g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->shown, rn_lab_results_unref);
  g_clear_pointer (&self->goes_on, rn_lab_wish_free);
  g_clear_object (&self->reader);
  g_clear_object (&self->desk);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_lab_page_parent_class)->dispose (object);
}

static void
rn_lab_page_init (RnLabPage *self)
{
  self->copying = g_cancellable_new ();
}

static void
rn_lab_page_class_init (RnLabPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_lab_page_dispose;
  widget_class->map = rn_lab_page_map;
  widget_class->unmap = rn_lab_page_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "lab.copy", NULL, copy);
  gtk_widget_class_install_action (widget_class, "lab.open-file", NULL, open_file);
  gtk_widget_class_install_action (widget_class, "lab.report", NULL, save_report);
  gtk_widget_class_install_action (widget_class, "lab.show-runs", NULL, show_runs);
}

GtkWidget *
rn_lab_page_new (RnSession *session)
{
  RnLabPage *self = g_object_new (RN_TYPE_LAB_PAGE, NULL);

  self->session = g_object_ref (session);
  self->desk = g_object_ref (rn_session_get_lab (session));
  self->reader = rn_lab_reader_new (session);
  build (self);
  listen (self);
  return GTK_WIDGET (self);
}
