#include "pages/curve-card.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "charts/palette.h"
#include "pages/card.h"
#include "pages/test-dots.h"
#include "remembered.h"
#include "state/format.h"

/* The slider's 0 to 1 is a weight of 1 - 10^(-3 t): 0 to 0.999, as fine at both ends. */
#define SMOOTHING_DECADES 3.0
#define SMOOTHING_USUAL 0.9
#define SMOOTHING_MOST 0.999

/* One run: its training and its test curve, with their numbers in each chart */
typedef struct
{
  RnRecord *record;
  int train[RN_N_CURVES];
  int test[RN_N_CURVES];
} Run;

struct _RnCurveCard
{
  GtkWidget parent_instance;

  RnSession *session;
  RnCard *card;
  GtkWidget *stack;
  GtkWidget *toggles[RN_N_CURVES];
  RnCurveChart *charts[RN_N_CURVES];
  gboolean is_stale[RN_N_CURVES]; /* what grew while it was not seen */
  GtkWidget *unit;
  GArray *runs;
  GPtrArray *names; /* of the lines, in order */
};

G_DEFINE_FINAL_TYPE (RnCurveCard, rn_curve_card, GTK_TYPE_WIDGET)

static const char *const curve_ids[RN_N_CURVES] = { "loss", "error" };

/* Data */

static void
redraw (RnCurveCard *self, RnCurve curve)
{
  self->is_stale[curve] = !gtk_widget_get_mapped (GTK_WIDGET (self->charts[curve]));
  if (!self->is_stale[curve])
    rn_curve_chart_changed (self->charts[curve]);
}

static void
on_chart_map (GtkWidget *chart, RnCurveCard *self)
{
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    if (GTK_WIDGET (self->charts[curve]) == chart && self->is_stale[curve])
      redraw (self, curve);
}

static void
update_tests (RnCurveCard *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    {
      const Run *run = &g_array_index (self->runs, Run, i);

      for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
        rn_test_dots_show (self->charts[curve], run->test[curve], run->record,
                           curve == RN_CURVE_LOSS);
    }
}

static void
clear_mark (gpointer mark)
{
  g_free (((RnChartMark *) mark)->label);
}

/* Those of the shown run: where the rate was changed by hand, where it failed */
static void
update_marks (RnCurveCard *self)
{
  RnRecord *record = rn_session_get_record (self->session);
  const GArray *marks = record != NULL ? rn_record_get_marks (record) : NULL;
  g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (RnChartMark));

  g_array_set_clear_func (shown, clear_mark);
  for (guint i = 0; marks != NULL && i < marks->len; i++)
    {
      const RnRecordMark *mark = &g_array_index (marks, RnRecordMark, i);
      g_autofree char *rate = rn_format_number (mark->value);
      RnChartMark chart_mark = { .step = mark->step };

      chart_mark.label = mark->kind == RN_MARK_RATE ? g_strdup_printf (_ ("rate %s"), rate)
                                                    : g_strdup (_ ("failed"));
      g_array_append_val (shown, chart_mark);
    }
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    rn_curve_chart_set_marks (self->charts[curve], (const RnChartMark *) (gpointer) shown->data,
                              shown->len);
}

void
rn_curve_card_update (RnCurveCard *self, guint flags)
{
  g_return_if_fail (RN_IS_CURVE_CARD (self));

  if (flags & RN_RECORD_TESTS)
    update_tests (self);
  if (flags & RN_RECORD_MARKS)
    update_marks (self);
  if (flags & (RN_RECORD_HISTORY | RN_RECORD_TESTS | RN_RECORD_MARKS))
    for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
      redraw (self, curve);
}

/* @title: (nullable): of a run that is compared */
static void
add_run (RnCurveCard *self, RnRecord *record, const char *title, int colour)
{
  Run run = { .record = g_object_ref (record) };
  char *train = title != NULL ? g_strdup_printf (_ ("%s, train"), title) : g_strdup (_ ("train"));
  char *test = title != NULL ? g_strdup_printf (_ ("%s, test"), title) : g_strdup (_ ("test"));
  const int test_colour = title != NULL ? colour : (colour + 1) % RN_N_SERIES_COLOURS;

  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    {
      RnSeries *series =
          curve == RN_CURVE_LOSS ? rn_record_get_loss (record) : rn_record_get_error (record);

      run.train[curve] =
          rn_curve_chart_add_line (self->charts[curve], train, series, colour, title != NULL);
      run.test[curve] =
          rn_curve_chart_add_line (self->charts[curve], test, NULL, test_colour, title != NULL);
    }
  g_array_append_val (self->runs, run);
  g_ptr_array_add (self->names, train);
  g_ptr_array_add (self->names, test);
}

void
rn_curve_card_rebuild (RnCurveCard *self)
{
  RnRecord *shown;
  GListModel *compared;
  int colour = RN_N_SERIES_COLOURS - 1;

  g_return_if_fail (RN_IS_CURVE_CARD (self));

  g_array_set_size (self->runs, 0);
  g_ptr_array_set_size (self->names, 0);
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    rn_curve_chart_clear (self->charts[curve]);
  shown = rn_session_get_record (self->session);
  if (shown != NULL)
    add_run (self, shown, NULL, 0);
  compared = rn_session_get_compared (self->session);
  for (guint i = 0; compared != NULL && i < g_list_model_get_n_items (compared); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (compared, i);
      RnRecord *record = rn_document_get_record (document);

      if (record == NULL || record == shown)
        continue;
      add_run (self, record, rn_document_get_title (document), colour);
      colour = (colour + 1) % RN_N_SERIES_COLOURS;
    }
  rn_curve_card_update (self, RN_RECORD_HISTORY | RN_RECORD_TESTS | RN_RECORD_MARKS);
}

const char *
rn_curve_card_get_line (RnCurveCard *self, guint at)
{
  return at < self->names->len ? g_ptr_array_index (self->names, at) : NULL;
}

void
rn_curve_card_set_empty (RnCurveCard *self, const char *text, GtkWidget *button)
{
  rn_card_set_empty (self->card, text, button);
}

RnCurveChart *
rn_curve_card_get_chart (RnCurveCard *self, RnCurve curve)
{
  return self->charts[curve];
}

RnCurve
rn_curve_card_get_shown (RnCurveCard *self)
{
  const char *name = gtk_stack_get_visible_child_name (GTK_STACK (self->stack));

  return g_strcmp0 (name, curve_ids[RN_CURVE_ERROR]) == 0 ? RN_CURVE_ERROR : RN_CURVE_LOSS;
}

/* Saving and copying: the chart that is shown does it */

static void
forward (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnCurveCard *self = RN_CURVE_CARD (widget);

  gtk_widget_activate_action_variant (GTK_WIDGET (self->charts[rn_curve_card_get_shown (self)]),
                                      action, parameter);
}

/* Tools */

static void
on_toggle (GtkToggleButton *toggle, RnCurveCard *self)
{
  const gboolean is_loss = toggle == (gpointer) self->toggles[RN_CURVE_LOSS];

  if (gtk_toggle_button_get_active (toggle))
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                      curve_ids[is_loss ? RN_CURVE_LOSS : RN_CURVE_ERROR]);
}

static void
on_smoothing (GtkRange *scale, RnCurveCard *self)
{
  const double weight = 1.0 - pow (10.0, -SMOOTHING_DECADES * gtk_range_get_value (scale));
  g_autofree char *number = g_strdup_printf ("%.3g", weight);
  g_autofree char *text = g_strdup_printf (_ ("Smoothing %s"), number);
  GSettings *remembered = rn_remembered ();

  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    g_object_set (self->charts[curve], "smoothing", weight, NULL);
  if (remembered != NULL)
    g_settings_set_double (remembered, "smoothing", MIN (weight, SMOOTHING_MOST));
  gtk_widget_set_tooltip_text (GTK_WIDGET (scale), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  number, -1);
}

static void
on_unit (GtkDropDown *unit, GParamSpec *pspec, RnCurveCard *self)
{
  RnTimeAxis *time = rn_session_get_time (self->session);

  if (time != NULL)
    rn_time_axis_set_unit (time, (RnTimeUnit) gtk_drop_down_get_selected (unit));
  if (rn_remembered () != NULL)
    g_settings_set_enum (rn_remembered (), "time-unit", (int) gtk_drop_down_get_selected (unit));
}

static void
on_time (RnCurveCard *self)
{
  RnTimeAxis *time = rn_session_get_time (self->session);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->unit), rn_time_axis_get_unit (time));
}

static void
on_reset (RnCurveCard *self)
{
  RnTimeAxis *time = rn_session_get_time (self->session);

  if (time != NULL)
    rn_time_axis_reset (time);
}

/* Making it */

static void
name_control (GtkWidget *widget, const char *name)
{
  gtk_widget_set_tooltip_text (widget, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
make_toggles (RnCurveCard *self)
{
  const char *const labels[RN_N_CURVES] = { _ ("Loss"), _ ("Error") };
  const char *const names[RN_N_CURVES] = { _ ("Show the loss"), _ ("Show the error") };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    {
      self->toggles[curve] = gtk_toggle_button_new_with_label (labels[curve]);
      name_control (self->toggles[curve], names[curve]);
      gtk_box_append (GTK_BOX (box), self->toggles[curve]);
    }
  gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->toggles[RN_CURVE_ERROR]),
                               GTK_TOGGLE_BUTTON (self->toggles[RN_CURVE_LOSS]));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->toggles[RN_CURVE_LOSS]), TRUE);
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    g_signal_connect (self->toggles[curve], "toggled", G_CALLBACK (on_toggle), self);
  return box;
}

static GtkWidget *
make_smoothing (RnCurveCard *self)
{
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.0, 1.0, 0.05);
  GSettings *remembered = rn_remembered ();
  const double weight =
      remembered != NULL ? g_settings_get_double (remembered, "smoothing") : SMOOTHING_USUAL;

  gtk_widget_set_size_request (scale, 90, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Smoothing"), -1);
  g_signal_connect (scale, "value-changed", G_CALLBACK (on_smoothing), self);
  gtk_range_set_value (GTK_RANGE (scale), -log10 (1.0 - weight) / SMOOTHING_DECADES);
  return scale;
}

static GtkWidget *
make_menu (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuModel) files = rn_figure_new_save_menu ("chart.save");

  g_menu_append (menu, _ ("_Copy"), "chart.copy");
  g_menu_append_section (menu, NULL, files);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-save-symbolic");
  gtk_widget_add_css_class (button, "flat");
  name_control (button, _ ("Save or copy the chart"));
  return button;
}

static void
add_tools (RnCurveCard *self)
{
  const char *const units[] = { _ ("Steps"), _ ("Epochs"), _ ("Time"), NULL };
  GtkWidget *log_scale = gtk_toggle_button_new_with_label (_ ("log"));
  GtkWidget *reset = gtk_button_new_from_icon_name ("zoom-fit-best-symbolic");
  RnTimeAxis *time = rn_session_get_time (self->session);

  gtk_widget_add_css_class (log_scale, "flat");
  name_control (log_scale, _ ("Logarithmic scale"));
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    g_object_bind_property (log_scale, "active", self->charts[curve], "log-scale",
                            G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  if (rn_remembered () != NULL)
    g_settings_bind (rn_remembered (), "log-scale", log_scale, "active", G_SETTINGS_BIND_DEFAULT);
  self->unit = gtk_drop_down_new_from_strings (units);
  name_control (self->unit, _ ("What the charts’ horizontal axis counts"));
  g_signal_connect (self->unit, "notify::selected", G_CALLBACK (on_unit), self);
  if (rn_remembered () != NULL)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->unit),
                                (guint) g_settings_get_enum (rn_remembered (), "time-unit"));
  if (time != NULL)
    g_signal_connect_object (time, "changed", G_CALLBACK (on_time), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (reset, "flat");
  name_control (reset, _ ("Show the whole training"));
  g_signal_connect_swapped (reset, "clicked", G_CALLBACK (on_reset), self);
  rn_card_add_suffix (self->card, make_smoothing (self));
  rn_card_add_suffix (self->card, log_scale);
  rn_card_add_suffix (self->card, self->unit);
  rn_card_add_suffix (self->card, reset);
  rn_card_add_suffix (self->card, make_menu ());
}

static void
rn_curve_card_dispose (GObject *object)
{
  RnCurveCard *self = RN_CURVE_CARD (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_array_set_size (self->runs, 0);
  g_clear_object (&self->session);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_curve_card_parent_class)->dispose (object);
}

static void
rn_curve_card_finalize (GObject *object)
{
  RnCurveCard *self = RN_CURVE_CARD (object);

  g_array_unref (self->runs);
  g_ptr_array_unref (self->names);
  G_OBJECT_CLASS (rn_curve_card_parent_class)->finalize (object);
}

static void
clear_run (gpointer run)
{
  g_object_unref (((Run *) run)->record);
}

static void
rn_curve_card_init (RnCurveCard *self)
{
  self->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  g_array_set_clear_func (self->runs, clear_run);
  self->names = g_ptr_array_new_with_free_func (g_free);
}

static void
rn_curve_card_class_init (RnCurveCardClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_curve_card_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_curve_card_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "chart.copy", NULL, forward);
  gtk_widget_class_install_action (widget_class, "chart.save", "s", forward);
}

GtkWidget *
rn_curve_card_new (RnSession *session)
{
  RnCurveCard *self = g_object_new (RN_TYPE_CURVE_CARD, NULL);
  const char *const titles[RN_N_CURVES] = { _ ("Loss"), _ ("Error") };
  const char *const units[RN_N_CURVES] = { _ ("loss"), _ ("error, %") };

  self->session = g_object_ref (session);
  self->stack = gtk_stack_new ();
  for (RnCurve curve = 0; curve < RN_N_CURVES; curve++)
    {
      GtkWidget *chart =
          rn_curve_chart_new (titles[curve], units[curve], rn_session_get_time (session));

      self->charts[curve] = RN_CURVE_CHART (chart);
      g_signal_connect (chart, "map", G_CALLBACK (on_chart_map), self);
      gtk_stack_add_named (GTK_STACK (self->stack), chart, curve_ids[curve]);
    }
  self->card = RN_CARD (rn_card_new (_ ("Loss and error"), self->stack));
  rn_card_set_title_widget (self->card, make_toggles (self));
  add_tools (self);
  rn_card_set_help (
      self->card,
      _ ("The loss is the mean cross-entropy of the answers, the error the share of pictures that "
         "are classified wrongly; both should fall, and the gap between train and test is "
         "overfitting. "
         "The paper’s Figures 1, 4 and 6 show the same curves (He et al. 2015, section 4)."));
  gtk_widget_set_parent (GTK_WIDGET (self->card), GTK_WIDGET (self));
  rn_curve_card_rebuild (self);
  return GTK_WIDGET (self);
}
