#include "pages/inspect-mistakes.h"

#include <glib/gi18n-lib.h>

#include "charts/confusion.h"
#include "pages/card.h"
#include "pages/class-names.h"
#include "pages/mistake-list.h"
#include "pages/pair.h"
#include "pages/picture-input.h"
#include "pages/study-control.h"
#include "pages/text.h"
#include "state/format.h"

#define LIST_HEIGHT 380  /* pixels: with its heading as high as the matrix */
#define MATRIX_WIDTH 440 /* the most that it fills, as high as it is: the list follows it closely */
#define SWITCHED_MS                                                                                \
  300              /* that no other branch is switched for before the pictures are asked about */
#define BESIDE 640 /* pixels from which the list stands beside the matrix */

struct _RnInspectMistakes
{
  GtkWidget parent_instance;

  RnSession *session;
  RnStudyRunner *runner;
  RnDocument *document; /* (nullable): whose answers are shown */
  GtkWidget *card;
  GtkWidget *control;
  GtkWidget *matrix;
  GtkWidget *heading;
  GtkWidget *all;
  GtkWidget *list;
  GtkWidget *summary;      /* (nullable): weak */
  GtkWidget *summary_text; /* in it */
  guint later;             /* until SWITCHED_MS have passed */
  gboolean is_shown;       /* there are answers */
  gboolean is_seen;
  gboolean is_outdated; /* a branch was switched, and nobody has been asked yet */
  gboolean is_stale;    /* what was answered last was so before a branch was switched */
};

G_DEFINE_FINAL_TYPE (RnInspectMistakes, rn_inspect_mistakes, GTK_TYPE_WIDGET)

enum
{
  OPENED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has_weights (RnInspectMistakes *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_get_kind (document) != RN_DOCUMENT_SKETCH;
}

/* Words */

/* Whether there are answers of the branches that are on, and nothing was wrong since */
static gboolean
has_result (RnInspectMistakes *self)
{
  return rn_study_runner_get_answers (self->runner)->len > 0 && !self->is_stale &&
         !rn_study_runner_is_running (self->runner) &&
         rn_study_runner_get_problem (self->runner) == NULL;
}

/* "38 of 2,000 test pictures wrong (1.9 %), weights of step 1,240, 3 branches off" */
static char *
say_result (RnInspectMistakes *self)
{
  const GArray *answers = rn_study_runner_get_answers (self->runner);
  const int n = (int) answers->len, n_off = rn_study_runner_n_off (self->runner);
  const int n_wrong = rn_answers_n_wrong ((const RnAnswer *) (gpointer) answers->data, n);
  const gint64 at_step = rn_model_get_step (rn_study_runner_get_model (self->runner));
  g_autofree char *wrong = rn_format_count (n_wrong), *all = rn_format_count (n);
  g_autofree char *share = rn_format_percent ((double) n_wrong / n);
  g_autofree char *step = rn_format_count (at_step);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          ngettext ("%s of %s test picture wrong (%s)",
                                    "%s of %s test pictures wrong (%s)", n),
                          wrong, all, share);
  if (at_step >= 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, _ ("weights of step %s"), step);
    }
  if (n_off > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%d branch off", "%d branches off", n_off), n_off);
    }
  return g_strdup (text->str);
}

/* Returns: (transfer none): why there is nothing to see yet */
static const char *
say_empty (RnInspectMistakes *self)
{
  if (!has_weights (self))
    return _ ("Appears as soon as the network has weights.");
  if (rn_study_runner_get_problem (self->runner) != NULL)
    return rn_study_runner_get_problem (self->runner);
  if (rn_session_get_dataset (self->session) == NULL)
    return _ ("Open a data set to ask the network about its test pictures.");
  if (rn_study_runner_is_running (self->runner))
    return _ ("The network is being asked about every test picture.");
  return _ ("“Measure” asks the network about every test picture.");
}

/* Showing */

static void
show_list (RnInspectMistakes *self)
{
  const GArray *answers = rn_study_runner_get_answers (self->runner);
  RnModel *model = rn_study_runner_get_model (self->runner);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  g_auto (GStrv) names = NULL;
  g_autofree char *heading = NULL, *count = NULL;
  int truth, answer;
  gboolean is_picked;

  if (answers->len == 0)
    return;
  is_picked = rn_confusion_get_picked (RN_CONFUSION (self->matrix), &truth, &answer);
  names = rn_class_names (self->session, model, rn_spec_get_classes (rn_model_get_spec (model)));
  for (guint i = 0; i < answers->len; i++)
    {
      const RnAnswer *one = &g_array_index (answers, RnAnswer, i);

      if (is_picked ? one->truth == truth && one->answer == answer : one->answer != one->truth)
        g_array_append_val (chosen, *one);
    }
  rn_mistake_list_set (RN_MISTAKE_LIST (self->list), rn_study_runner_get_dataset (self->runner),
                       (const char *const *) names, (const RnAnswer *) (gpointer) chosen->data,
                       chosen->len);
  count = rn_format_count (chosen->len);
  heading = is_picked
                ? rn_confusion_describe (RN_CONFUSION (self->matrix), truth, answer)
                : g_strdup_printf (ngettext ("%s mistake", "%s mistakes", chosen->len), count);
  gtk_label_set_text (GTK_LABEL (self->heading), heading);
  gtk_widget_set_visible (self->all, is_picked);
}

static void
show_matrix (RnInspectMistakes *self)
{
  const GArray *answers = rn_study_runner_get_answers (self->runner);
  RnModel *model = rn_study_runner_get_model (self->runner);
  const int n = rn_spec_get_classes (rn_model_get_spec (model));
  g_auto (GStrv) names = rn_class_names (self->session, model, n);
  g_autofree int *counts = g_new0 (int, (gsize) n *(gsize) n);

  for (guint i = 0; i < answers->len; i++)
    {
      const RnAnswer *one = &g_array_index (answers, RnAnswer, i);

      if (one->truth >= 0 && one->truth < n && one->answer >= 0 && one->answer < n)
        counts[one->truth * n + one->answer]++;
    }
  rn_confusion_set (RN_CONFUSION (self->matrix), (const char *const *) names, counts, n);
}

static void
show_nothing (RnInspectMistakes *self)
{
  rn_confusion_set (RN_CONFUSION (self->matrix), NULL, NULL, 0);
  rn_mistake_list_set (RN_MISTAKE_LIST (self->list), NULL, NULL, NULL, 0);
  rn_card_set_caption (RN_CARD (self->card), NULL);
}

/* What is said beside the prediction, where branches are off */
static void
update_summary (RnInspectMistakes *self)
{
  g_autofree char *result = has_result (self) ? say_result (self) : NULL;
  const char *text = result != NULL ? result : say_empty (self);

  if (self->summary == NULL)
    return;
  gtk_widget_set_visible (self->summary, rn_session_n_gates_off (self->session) > 0 &&
                                             has_weights (self) &&
                                             rn_session_get_dataset (self->session) != NULL);
  if (self->is_outdated)
    text = _ ("The network is being asked about every test picture.");
  gtk_label_set_text (GTK_LABEL (self->summary_text), text);
}

/* While a study runs again, and until one begins by itself, what came before stays. */
static void
update (RnInspectMistakes *self)
{
  g_autofree char *caption = NULL;

  gtk_widget_set_sensitive (self->control,
                            has_weights (self) && rn_session_get_dataset (self->session) != NULL);
  if (rn_study_runner_get_answers (self->runner)->len == 0)
    self->is_stale = FALSE; /* what comes next is of the branches that are on */
  if (has_result (self))
    {
      self->is_shown = TRUE;
      show_matrix (self);
      show_list (self);
      caption = say_result (self);
      rn_card_set_caption (RN_CARD (self->card), caption);
    }
  else if (self->is_shown && !rn_study_runner_is_running (self->runner) &&
           !(self->is_outdated && self->is_stale))
    {
      self->is_shown = FALSE;
      show_nothing (self);
    }
  rn_card_set_empty (RN_CARD (self->card), self->is_shown ? NULL : say_empty (self), NULL);
  update_summary (self);
}

/* Acting */

static void
start (RnInspectMistakes *self)
{
  g_clear_handle_id (&self->later, g_source_remove);
  self->is_outdated = FALSE;
  rn_study_runner_start (self->runner, 0);
}

static gboolean
start_in_time (gpointer data)
{
  RnInspectMistakes *self = data;

  self->later = 0;
  start (self);
  return G_SOURCE_REMOVE;
}

/* Whoever switches one branch may well switch the next: only the last is measured. */
static void
start_later (RnInspectMistakes *self)
{
  g_clear_handle_id (&self->later, g_source_remove);
  if (self->is_outdated && self->is_seen && has_weights (self) &&
      rn_session_get_dataset (self->session) != NULL)
    self->later = g_timeout_add (SWITCHED_MS, start_in_time, self);
}

/* Nothing was measured, and nothing is off: then there is nothing to compare. */
static void
gates_changed (RnInspectMistakes *self)
{
  self->is_outdated = self->is_shown || rn_study_runner_is_running (self->runner) ||
                      rn_session_n_gates_off (self->session) > 0;
  self->is_stale = rn_study_runner_get_answers (self->runner)->len > 0;
  rn_study_runner_cancel (self->runner);
  start_later (self);
  update_summary (self);
}

static void
forget (RnInspectMistakes *self)
{
  g_clear_handle_id (&self->later, g_source_remove);
  self->is_outdated = rn_session_n_gates_off (self->session) > 0;
  rn_study_runner_clear (self->runner);
}

static void
document_changed (RnInspectMistakes *self)
{
  if (g_set_object (&self->document, rn_session_get_document (self->session)))
    forget (self);
  else
    update (self);
  start_later (self);
}

static void
dataset_changed (RnInspectMistakes *self)
{
  RnDataset *studied = rn_study_runner_get_dataset (self->runner);

  if (studied != NULL && studied != rn_session_get_dataset (self->session))
    forget (self);
  else if (!self->is_shown)
    update (self);
  start_later (self);
}

static void
all_clicked (RnInspectMistakes *self)
{
  rn_confusion_pick (RN_CONFUSION (self->matrix), -1, -1);
}

static void
activated (RnInspectMistakes *self, int index)
{
  rn_picture_input_test (self->session, index);
  g_signal_emit (self, signals[OPENED], 0);
}

static void
order_chosen (RnInspectMistakes *self, GParamSpec *pspec, GtkDropDown *order)
{
  rn_mistake_list_set_order (RN_MISTAKE_LIST (self->list),
                             (RnMistakeOrder) gtk_drop_down_get_selected (order));
}

static GtkWidget *
make_order (RnInspectMistakes *self)
{
  /* in the order of RnMistakeOrder */
  const char *const names[] = { _ ("Surest first"), _ ("Least sure first"), _ ("By true class"),
                                _ ("By answer"), NULL };
  GtkWidget *order = gtk_drop_down_new_from_strings (names);

  gtk_widget_set_tooltip_text (order, _ ("Order of the pictures"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (order), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Order of the pictures"), -1);
  g_signal_connect_swapped (order, "notify::selected", G_CALLBACK (order_chosen), self);
  return order;
}

static GtkWidget *
make_list (RnInspectMistakes *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->heading = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->heading), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->heading, TRUE);
  self->all = gtk_button_new_with_label (_ ("All mistakes"));
  gtk_widget_set_visible (self->all, FALSE);
  g_signal_connect_swapped (self->all, "clicked", G_CALLBACK (all_clicked), self);
  gtk_box_append (GTK_BOX (line), self->heading);
  gtk_box_append (GTK_BOX (line), self->all);
  gtk_box_append (GTK_BOX (line), make_order (self));
  self->list = rn_mistake_list_new ();
  gtk_widget_set_size_request (self->list, -1, LIST_HEIGHT);
  g_signal_connect_swapped (self->list, "activated", G_CALLBACK (activated), self);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), self->list);
  return box;
}

static void
make_content (RnInspectMistakes *self)
{
  GtkWidget *pair;

  self->matrix = rn_confusion_new ();
  pair = rn_pair_new (self->matrix, make_list (self), 0.55, BESIDE);
  rn_pair_set_most_first (RN_PAIR (pair), MATRIX_WIDTH);
  g_signal_connect_swapped (self->matrix, "picked", G_CALLBACK (show_list), self);
  self->card = rn_card_new (_ ("What it gets wrong"), pair);
  rn_card_set_help (RN_CARD (self->card),
                    _ ("Each row is a true class, each column an answer: what lies off the "
                       "diagonal is wrong. Pick a cell to see its pictures, and open one to look "
                       "into the network with it (error on the test set: He et al. 2015, "
                       "section 4.2)."));
  self->control = rn_study_control_new (self->runner, _ ("What it gets wrong"));
  g_signal_connect_swapped (self->control, "start", G_CALLBACK (start), self);
  rn_card_add_suffix (RN_CARD (self->card), self->control);
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
}

static void
rn_inspect_mistakes_dispose (GObject *object)
{
  RnInspectMistakes *self = RN_INSPECT_MISTAKES (object);

  g_clear_handle_id (&self->later, g_source_remove);
  g_clear_weak_pointer (&self->summary);
  if (self->runner != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->runner, self);
      rn_study_runner_clear (self->runner);
    }
  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_object (&self->runner);
  g_clear_object (&self->document);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_inspect_mistakes_parent_class)->dispose (object);
}

static void
rn_inspect_mistakes_init (RnInspectMistakes *self)
{
}

static void
rn_inspect_mistakes_class_init (RnInspectMistakesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_mistakes_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
connect (RnInspectMistakes *self, gpointer object, const char *signal,
         void (*changed) (RnInspectMistakes *))
{
  g_signal_connect_object (object, signal, G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
}

GtkWidget *
rn_inspect_mistakes_new (RnSession *session)
{
  RnInspectMistakes *self = g_object_new (RN_TYPE_INSPECT_MISTAKES, NULL);

  self->session = g_object_ref (session);
  self->runner = rn_study_runner_new (session, RN_STUDY_ANSWERS);
  make_content (self);
  connect (self, session, "document", document_changed);
  connect (self, session, "dataset", dataset_changed);
  connect (self, session, "gates", gates_changed);
  connect (self, self->runner, "changed", update);
  document_changed (self);
  update (self);
  return GTK_WIDGET (self);
}

void
rn_inspect_mistakes_set_seen (RnInspectMistakes *self, gboolean is_seen)
{
  g_return_if_fail (RN_IS_INSPECT_MISTAKES (self));

  self->is_seen = is_seen;
  start_later (self);
}

GtkWidget *
rn_inspect_mistakes_new_summary (RnInspectMistakes *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *control =
      rn_study_control_new (self->runner, _ ("What it gets wrong with the switched-off branches"));

  self->summary_text = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->summary_text), 0);
  rn_text_wrap (self->summary_text);
  gtk_widget_set_hexpand (self->summary_text, TRUE);
  gtk_widget_add_css_class (self->summary_text, "numeric");
  gtk_widget_add_css_class (self->summary_text, "caption");
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  g_signal_connect_object (control, "start", G_CALLBACK (start), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->summary_text);
  gtk_box_append (GTK_BOX (box), control);
  g_set_weak_pointer (&self->summary, box);
  update_summary (self);
  return box;
}

RnStudyRunner *
rn_inspect_mistakes_get_runner (RnInspectMistakes *self)
{
  return self->runner;
}
