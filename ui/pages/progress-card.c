#include "pages/progress-card.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/text.h"
#include "pages/throttle.h"
#include "pages/train-fields.h"
#include "state/format.h"

struct _RnProgressCard
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *state;
  GtkWidget *detail;
  GtkWidget *test_error;
  GtkWidget *bar;
  GtkWidget *commands; /* those of a trainer */
  GtkWidget *words;    /* the first line */
  GtkWidget *rate;
  GtkWidget *rate_now;
  GtkWidget *apply;
  GtkWidget *problem;
  double base_rate; /* that the entry was filled with */
  char *failure;
  RnState shown_state; /* what on_status() has seen last */
  gboolean shown_stopping, shown_pausing;
  RnThrottle throttle;
};

G_DEFINE_FINAL_TYPE (RnProgressCard, rn_progress_card, GTK_TYPE_WIDGET)

/* What it says */

static char *
format_epochs (double epochs)
{
  return fabs (epochs - round (epochs)) < 0.005 ? rn_format_count ((gint64) round (epochs))
                                                : rn_format_number (epochs);
}

static char *
describe_length (double epochs)
{
  g_autofree char *number = format_epochs (epochs);

  return g_strdup_printf (ngettext ("for %s epoch of the data", "for %s epochs of the data",
                                    (gulong) ceil (epochs)),
                          number);
}

/* "epoch 14 of 64", by @form */
static char *
describe_epoch (const RnStatus *status, const char *form)
{
  const double last = MAX (ceil (status->epochs - 1e-9), 1.0);
  g_autofree char *now = rn_format_count ((gint64) MIN (floor (status->epoch + 1e-9) + 1.0, last));
  g_autofree char *all = rn_format_count ((gint64) last);

  return g_strdup_printf (form, now, all);
}

static char *
describe_preparing (const RnStatus *status, const char *dataset_name)
{
  const int percent = (int) floor (100.0 * CLAMP (status->preparing, 0.0, 1.0) + 1e-6);
  g_autofree char *base = NULL;

  /* the pictures are there, and memory and a folder for the run are made */
  if (percent == 100)
    return g_strdup (_ ("Preparing the network"));
  if (dataset_name == NULL || g_str_equal (dataset_name, "sample"))
    return g_strdup_printf (_ ("Preparing the sample set, %d %%"), percent);
  base = g_path_get_basename (dataset_name);
  return g_strdup_printf (_ ("Opening “%s”, %d %%"), base, percent);
}

char *
rn_progress_describe_state (const RnStatus *status, const char *dataset_name, const char *failure)
{
  g_autofree char *step = rn_format_count (status->step);

  if (status->is_stopping)
    return g_strdup (status->state == RN_STATE_PREPARING ? _ ("Giving up the preparation")
                                                         : _ ("Saving and stopping"));
  if (status->is_pausing)
    return g_strdup (status->is_saving ? _ ("Saving, then pausing") : _ ("Pausing"));
  switch (status->state)
    {
    case RN_STATE_PREPARING:
      return describe_preparing (status, dataset_name);
    case RN_STATE_RUNNING:
      return describe_epoch (status, _ ("Epoch %s of %s"));
    case RN_STATE_EVALUATING:
      return describe_epoch (status, _ ("Evaluating in epoch %s of %s"));
    case RN_STATE_PAUSED:
      return describe_epoch (status, _ ("Paused in epoch %s of %s"));
    case RN_STATE_FINISHED:
      return g_strdup (_ ("Finished"));
    case RN_STATE_STOPPED:
      return g_strdup (_ ("Stopped"));
    case RN_STATE_FAILED:
      return failure != NULL ? g_strdup (failure) : g_strdup_printf (_ ("Failed at step %s"), step);
    case RN_STATE_IDLE:
    default:
      return g_strdup (_ ("Ready to train"));
    }
}

static void
append_part (GString *text, char *part)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
  g_free (part);
}

char *
rn_progress_describe_detail (const RnStatus *status)
{
  GString *text = g_string_new (NULL);
  g_autofree char *step = rn_format_count (status->step);
  g_autofree char *steps = rn_format_count (status->steps);

  if (status->steps > 0)
    append_part (text, g_strdup_printf (_ ("step %s of %s"), step, steps));
  if (status->pictures_per_s > 0.0)
    {
      g_autofree char *speed = status->pictures_per_s >= 100.0
                                   ? rn_format_count ((gint64) round (status->pictures_per_s))
                                   : rn_format_number (status->pictures_per_s);

      append_part (text, g_strdup_printf (_ ("%s pictures/s"), speed));
    }
  if (status->state == RN_STATE_RUNNING && status->seconds_left > 0.0)
    {
      g_autofree char *left = rn_format_duration (status->seconds_left);

      append_part (text, g_strdup_printf (_ ("%s left"), left));
    }
  if (status->memory_bytes > 0)
    append_part (text, rn_format_bytes (status->memory_bytes));
  return g_string_free (text, FALSE);
}

/* Where nothing trains the best that a run has reached says more than the newest. */
static char *
append_best (char *detail, RnRecord *record)
{
  GString *text = g_string_new (detail);
  g_autofree char *best = rn_format_percent (rn_record_get_best_error (record));

  g_free (detail);
  if (!isnan (rn_record_get_best_error (record)))
    append_part (text, g_strdup_printf (_ ("lowest test error %s"), best));
  return g_string_free (text, FALSE);
}

/* Showing it */

static void
set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

/* The tooltip is made when it is asked for: a text that changes with every step would set it as often. */
static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y, gboolean by_keys, GtkTooltip *tooltip)
{
  const char *text = GTK_IS_INSCRIPTION (widget)
                         ? gtk_inscription_get_text (GTK_INSCRIPTION (widget))
                         : gtk_label_get_text (GTK_LABEL (widget));

  gtk_tooltip_set_text (tooltip, text);
  return text != NULL && *text != '\0';
}

static void
add_tooltip (GtkWidget *widget)
{
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
}

static void
set_detail (RnProgressCard *self, const char *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (self->detail)), text) == 0)
    return;
  gtk_inscription_set_text (GTK_INSCRIPTION (self->detail), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->detail), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

/* A bar that moves lays the window out: not for less than a pixel. */
static void
set_fraction (RnProgressCard *self, double fraction)
{
  const double old = gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (self->bar));
  const int width = MAX (gtk_widget_get_width (self->bar), 1);

  fraction = CLAMP (fraction, 0.0, 1.0);
  if (fraction != old &&
      (fraction == 0.0 || fraction == 1.0 || fabs (fraction - old) * width >= 1.0))
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), fraction);
}

/* The base rate, that the schedule multiplies: as set, or as changed by hand last */
static double
find_base_rate (RnProgressCard *self)
{
  RnDocument *live = rn_session_get_live (self->session);
  RnRecord *record = live != NULL ? rn_document_get_record (live) : NULL;
  const RnSettings *settings = record != NULL ? rn_record_get_settings (record) : NULL;
  const GArray *marks = record != NULL ? rn_record_get_marks (record) : NULL;

  for (guint i = marks != NULL ? marks->len : 0; i > 0; i--)
    {
      const RnRecordMark *mark = &g_array_index (marks, RnRecordMark, i - 1);

      if (mark->kind == RN_MARK_RATE)
        return mark->value;
    }
  if (settings == NULL)
    settings = rn_session_get_settings (self->session);
  return settings != NULL ? settings->rate : 0.1;
}

static void
show_rate (RnProgressCard *self, const RnStatus *status)
{
  const double base = find_base_rate (self);
  g_autofree char *now = rn_format_number (status->rate);
  g_autofree char *text = g_strdup_printf (_ ("now %s"), now);

  if (base != self->base_rate)
    {
      g_autofree char *entry = g_strdup_printf ("%.12g", base);

      self->base_rate = base;
      gtk_editable_set_text (GTK_EDITABLE (self->rate), entry);
    }
  set_text (self->rate_now, status->rate > 0.0 ? text : "");
}

static void
refresh (GtkWidget *widget, guint flags)
{
  RnProgressCard *self = RN_PROGRESS_CARD (widget);
  const RnStatus *status = rn_session_get_status (self->session);
  RnRecord *record = rn_session_get_record (self->session);
  RnDocument *live = rn_session_get_live (self->session);
  g_autofree char *state = NULL, *detail = NULL, *error_text = NULL, *percent = NULL;
  double fraction = 0.0, test_error = NAN;
  gboolean is_opening;

  if (status == NULL)
    return;
  /* how far a network is made is not known: no step is done, so the bar is empty */
  is_opening = status->state == RN_STATE_PREPARING && status->preparing < 1.0;
  state = rn_progress_describe_state (status, rn_session_get_dataset_name (self->session),
                                      self->failure);
  detail = status->state == RN_STATE_IDLE || status->state == RN_STATE_PREPARING
               ? describe_length (rn_session_get_epochs (self->session))
               : rn_progress_describe_detail (status);
  if (record != NULL && (status->state == RN_STATE_FINISHED || status->state == RN_STATE_STOPPED))
    detail = append_best (detail, record);
  test_error = status->test_error;
  fraction = is_opening          ? status->preparing
             : status->steps > 0 ? (double) status->step / (double) status->steps
                                 : 0.0;
  if (live != NULL && live != rn_session_get_document (self->session))
    {
      char *shown = g_strdup_printf ("%s: %s", rn_document_get_title (live), state);

      g_free (state);
      state = shown;
    }
  percent = rn_format_percent (test_error);
  error_text = g_strdup_printf (_ ("test error %s"), percent);
  set_text (self->state, state);
  set_detail (self, detail);
  set_text (self->test_error, isnan (test_error) ? "" : error_text);
  set_fraction (self, fraction);
  /* always there, so that what stands below does not move when a training begins or ends */
  gtk_widget_set_sensitive (self->commands, rn_session_has_trainer (self->session));
  show_rate (self, status);
}

static void
on_status (RnProgressCard *self)
{
  const RnStatus *status = rn_session_get_status (self->session);

  if (status != NULL && status->state == RN_STATE_RUNNING)
    g_clear_pointer (&self->failure, g_free);
  if (status != NULL &&
      (status->state != self->shown_state || status->is_stopping != self->shown_stopping ||
       status->is_pausing != self->shown_pausing))
    {
      self->shown_pausing = status->is_pausing;
      self->shown_state = status->state;
      self->shown_stopping = status->is_stopping;
      rn_throttle_hurry (&self->throttle, 1);
    }
  else
    rn_throttle_add (&self->throttle, 1);
}

static void
on_ended (RnSession *session, int state, const char *text, RnProgressCard *self)
{
  g_free (self->failure);
  self->failure = state == RN_STATE_FAILED || state == RN_STATE_PAUSED ? g_strdup (text) : NULL;
  on_status (self);
}

/* Commands */

static gboolean
parse_rate (RnProgressCard *self, double *rate)
{
  RnDraft draft = { 0 };
  g_autofree char *problem = NULL;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->rate));
  const gboolean is_good = rn_field_parse (RN_FIELD_RATE, text, &draft, &problem);

  gtk_label_set_text (GTK_LABEL (self->problem), is_good ? "" : problem);
  gtk_widget_set_visible (self->problem, !is_good);
  if (is_good)
    gtk_widget_remove_css_class (self->rate, "error");
  else
    gtk_widget_add_css_class (self->rate, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->rate), GTK_ACCESSIBLE_STATE_INVALID,
                               is_good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  *rate = draft.settings.rate;
  return is_good;
}

static void
on_rate_changed (RnProgressCard *self)
{
  double rate;

  gtk_widget_set_sensitive (self->apply, parse_rate (self, &rate) && rate != self->base_rate);
}

static void
on_apply (RnProgressCard *self)
{
  double rate;

  if (!parse_rate (self, &rate) || rate == self->base_rate)
    return;
  self->base_rate = rate;
  gtk_widget_set_sensitive (self->apply, FALSE);
  rn_session_set_rate (self->session, rate);
}

static void
on_evaluate (RnProgressCard *self)
{
  rn_session_evaluate (self->session);
}

/* Making it */

static GtkWidget *
make_label (const char *css_class, float xalign)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_add_css_class (label, "numeric");
  add_tooltip (label);
  return label;
}

/* What changes with every step: unlike a label it keeps its size whatever it says, so nothing is laid out again. */
static GtkWidget *
make_detail (void)
{
  GtkWidget *detail = gtk_inscription_new (NULL);

  gtk_inscription_set_xalign (GTK_INSCRIPTION (detail), 0);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (detail),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_add_css_class (detail, "numeric");
  gtk_widget_set_hexpand (detail, TRUE);
  /* in a higher place it would make several lines of what does not fit into one */
  gtk_widget_set_valign (detail, GTK_ALIGN_CENTER);
  add_tooltip (detail);
  return detail;
}

static GtkWidget *
make_words (RnProgressCard *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);

  self->state = make_label ("heading", 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->state), PANGO_ELLIPSIZE_NONE);
  rn_text_wrap (self->state);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (self->state), GTK_NATURAL_WRAP_NONE);
  self->detail = make_detail ();
  self->test_error = make_label ("heading", 1);
  gtk_label_set_ellipsize (GTK_LABEL (self->test_error), PANGO_ELLIPSIZE_NONE);
  gtk_box_append (GTK_BOX (line), self->state);
  gtk_box_append (GTK_BOX (line), self->detail);
  gtk_box_append (GTK_BOX (line), self->test_error);
  return line;
}

static GtkWidget *
make_button (const char *label, const char *tooltip, GCallback callback, RnProgressCard *self)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

/* Keeps what follows at the right. */
static GtkWidget *
make_spacer (void)
{
  GtkWidget *spacer = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_hexpand (spacer, TRUE);
  return spacer;
}

static GtkWidget *
make_commands (RnProgressCard *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (_ ("Learning rate"));

  self->rate = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->rate), 7);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->rate), 7);
  gtk_editable_set_alignment (GTK_EDITABLE (self->rate), 1);
  gtk_widget_add_css_class (self->rate, "numeric");
  gtk_widget_set_tooltip_text (self->rate, _ ("The base rate, which the schedule multiplies"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->rate), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Learning rate"), -1);
  self->apply = make_button (_ ("Apply"), _ ("Train on with this rate; the charts mark the change"),
                             G_CALLBACK (on_apply), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->apply), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Apply the learning rate"), -1);
  gtk_widget_set_sensitive (self->apply, FALSE);
  self->rate_now = make_label ("dim-label", 0);
  g_signal_connect_swapped (self->rate, "changed", G_CALLBACK (on_rate_changed), self);
  g_signal_connect_swapped (self->rate, "activate", G_CALLBACK (on_apply), self);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), self->rate);
  gtk_box_append (GTK_BOX (line), self->apply);
  gtk_box_append (GTK_BOX (line), self->rate_now);
  gtk_box_append (GTK_BOX (line), make_spacer ());
  gtk_box_append (GTK_BOX (line),
                  make_button (_ ("Evaluate now"), _ ("Take the test error after the next step"),
                               G_CALLBACK (on_evaluate), self));
  return line;
}

static void
rn_progress_card_init (RnProgressCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->bar = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress of the training"), -1);
  self->commands = make_commands (self);
  self->problem = make_label ("error", 0);
  gtk_widget_set_visible (self->problem, FALSE);
  self->words = make_words (self);
  gtk_box_append (GTK_BOX (box), self->words);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), self->commands);
  gtk_box_append (GTK_BOX (box), self->problem);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
}

static void
rn_progress_card_dispose (GObject *object)
{
  RnProgressCard *self = RN_PROGRESS_CARD (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  rn_throttle_clear (&self->throttle);
  g_clear_object (&self->session);
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_progress_card_parent_class)->dispose (object);
}

static void
rn_progress_card_class_init (RnProgressCardClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_progress_card_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

void
rn_progress_card_add_control (RnProgressCard *self, GtkWidget *widget)
{
  g_return_if_fail (RN_IS_PROGRESS_CARD (self));

  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->words), widget);
}

GtkWidget *
rn_progress_card_new (RnSession *session)
{
  RnProgressCard *self = g_object_new (RN_TYPE_PROGRESS_CARD, NULL);

  self->session = g_object_ref (session);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress"), -1);
  rn_throttle_init (&self->throttle, GTK_WIDGET (self), refresh);
  g_signal_connect_object (session, "status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "document", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "ended", G_CALLBACK (on_ended), self, 0);
  refresh (GTK_WIDGET (self), 1);
  return GTK_WIDGET (self);
}
