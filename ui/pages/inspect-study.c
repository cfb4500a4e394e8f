#include "pages/inspect-study.h"

#include <glib/gi18n-lib.h>

#include "charts/path-chart.h"
#include "charts/study-chart.h"
#include "pages/card.h"
#include "pages/compared-models.h"
#include "pages/pair.h"
#include "pages/study-control.h"
#include "pages/study-responses.h"
#include "state/format.h"

#define BESIDE 640 /* pixels from which the two charts stand side by side */
#define DEFAULT_COUNT 1
#define MOST_CHARTS 2

static const int counts[] = { 200, 500, 1000, 0 }; /* pictures; 0: all */

struct _RnInspectStudy
{
  GtkWidget parent_instance;

  RnStudyKind kind;
  RnSession *session;
  RnStudyRunner *runner;
  RnDocument *document; /* (nullable): whose points are shown */
  GtkWidget *card;
  GtkWidget *count;
  GtkWidget *control;
  GtkWidget *compared; /* (nullable): RnComparedModels */
  GtkWidget *charts[MOST_CHARTS];
  int n_charts;
  guint n_told; /* curves whose problem was told */
};

G_DEFINE_FINAL_TYPE (RnInspectStudy, rn_inspect_study, GTK_TYPE_WIDGET)

static GtkWidget *make_lesions (RnInspectStudy *self);
static GtkWidget *make_shuffles (RnInspectStudy *self);
static GtkWidget *make_paths (RnInspectStudy *self);
static GtkWidget *make_responses (RnInspectStudy *self);
static gboolean show_points (RnInspectStudy *self);
static gboolean show_gradients (RnInspectStudy *self);
static gboolean show_curves (RnInspectStudy *self);

/* What the kinds of study differ in */
static const struct
{
  const char *name;
  const char *invitation; /* says what "Measure" does */
  GtkWidget *(*make) (
      RnInspectStudy *);               /* Returns: (transfer floating): the card, with its charts */
  gboolean (*show) (RnInspectStudy *); /* Returns: whether there is anything */
} kinds[] = {
  [RN_STUDY_LESIONS] = { N_ ("Without its blocks"),
                         N_ ("“Measure” switches off each block in turn, then ever more random "
                             "ones."),
                         make_lesions, show_points },
  [RN_STUDY_SHUFFLES] = { N_ ("In another order"),
                          N_ ("“Measure” exchanges ever more pairs of blocks of the same shape."),
                          make_shuffles, show_points },
  [RN_STUDY_PATHS] = { N_ ("Its paths"),
                       N_ ("“Measure” sends the gradient back through random paths of every "
                           "length."),
                       make_paths, show_gradients },
  [RN_STUDY_RESPONSES] = { N_ ("Layer responses"),
                           N_ ("“Measure” shows how strongly each layer answers, beside other "
                               "models."),
                           make_responses, show_curves },
};

static gboolean
has_weights (RnInspectStudy *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_get_kind (document) != RN_DOCUMENT_SKETCH;
}

static int
count_branches (RnInspectStudy *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  int n = 0;

  for (int i = 0; spec != NULL && i < rn_spec_n_blocks (spec); i++)
    n += !rn_block_kind_is_plain (rn_spec_get_block (spec, i)->kind);
  return n;
}

/* Plain blocks can change places, too. */
static gboolean
needs_branches (RnInspectStudy *self)
{
  return self->kind == RN_STUDY_LESIONS || self->kind == RN_STUDY_PATHS;
}

/* Returns: (transfer none): why there is nothing to see yet */
static const char *
say_empty (RnInspectStudy *self)
{
  if (!has_weights (self))
    return _ ("Appears as soon as the network has weights.");
  if (needs_branches (self) && count_branches (self) == 0)
    return self->kind == RN_STUDY_PATHS
               ? _ ("A plain network has one path only: no block has a shortcut.")
               : _ ("A plain network has no residual branches that could be switched off.");
  if (rn_study_runner_get_problem (self->runner) != NULL)
    return rn_study_runner_get_problem (self->runner);
  if (rn_session_get_dataset (self->session) == NULL)
    return _ ("Open a data set to ask the network about its test pictures.");
  if (rn_study_runner_is_running (self->runner))
    return _ ("The network is being asked about the test pictures.");
  return _ (kinds[self->kind].invitation);
}

/* "500 test pictures, weights of step 1,240" */
static char *
say_what (RnInspectStudy *self)
{
  const int n = rn_study_runner_n_pictures (self->runner);
  const gint64 at_step = rn_model_get_step (rn_study_runner_get_model (self->runner));
  g_autofree char *count = rn_format_count (n), *step = rn_format_count (at_step);
  g_autofree char *pictures =
      g_strdup_printf (ngettext ("%s test picture", "%s test pictures", n), count);
  g_autofree char *weights = g_strdup_printf (_ ("weights of step %s"), step);

  return at_step < 0 ? g_steal_pointer (&pictures) : g_strdup_printf ("%s, %s", pictures, weights);
}

static gboolean
show_points (RnInspectStudy *self)
{
  const GArray *points = rn_study_runner_get_points (self->runner);
  const RnSpec *spec = points->len > 0 ? rn_session_get_spec (self->session) : NULL;

  for (int i = 0; i < self->n_charts; i++)
    rn_study_chart_set (RN_STUDY_CHART (self->charts[i]), spec,
                        (const RnStudyPoint *) (gpointer) points->data, points->len,
                        rn_study_runner_n_pictures (self->runner));
  return points->len > 0;
}

static gboolean
show_gradients (RnInspectStudy *self)
{
  const GArray *gradients = rn_study_runner_get_gradients (self->runner);
  const int n = gradients->len > 0 ? count_branches (self) : -1;

  for (int i = 0; i < self->n_charts; i++)
    rn_path_chart_set (RN_PATH_CHART (self->charts[i]), n,
                       (const RnPathGradient *) (gpointer) gradients->data, gradients->len);
  return gradients->len > 0;
}

static gboolean
show_curves (RnInspectStudy *self)
{
  const GPtrArray *curves = rn_study_runner_get_curves (self->runner);
  gboolean is_shown = FALSE;

  for (int i = 0; i <= RN_COMPARED_MODELS_MOST; i++)
    {
      const RnStudyCurve *curve = i < (int) curves->len ? curves->pdata[i] : NULL;
      const guint n = curve != NULL ? curve->points->len : 0;

      rn_response_chart_set_curve (RN_RESPONSE_CHART (self->charts[0]), i,
                                   curve != NULL ? curve->name : "",
                                   n > 0 ? (const RnResponsePoint *) (gpointer) curve->points->data
                                         : NULL,
                                   n);
      is_shown |= n > 0;
    }
  return is_shown;
}

/* A model that could not be measured is told once, and is compared no longer. */
static void
tell_problems (RnInspectStudy *self)
{
  const GPtrArray *curves = rn_study_runner_get_curves (self->runner);

  if (rn_study_runner_is_running (self->runner))
    {
      self->n_told = 0;
      return;
    }
  for (; self->n_told < curves->len; self->n_told++)
    {
      const RnStudyCurve *curve = curves->pdata[self->n_told];

      if (curve->problem == NULL)
        continue;
      g_signal_emit_by_name (self->session, "message", curve->problem);
      if (curve->path != NULL)
        rn_compared_models_remove (RN_COMPARED_MODELS (self->compared), curve->path);
    }
}

static void
update (RnInspectStudy *self)
{
  const gboolean is_ready = has_weights (self) &&
                            (!needs_branches (self) || count_branches (self) > 0) &&
                            rn_session_get_dataset (self->session) != NULL;
  const gboolean is_shown = kinds[self->kind].show (self);
  g_autofree char *what = is_shown ? say_what (self) : NULL;

  gtk_widget_set_sensitive (self->control, is_ready);
  gtk_widget_set_sensitive (self->count, is_ready && !rn_study_runner_is_running (self->runner));
  rn_card_set_caption (RN_CARD (self->card), what);
  if (self->compared !=
      NULL) /* models are chosen before they are measured: the card is never empty */
    rn_response_chart_set_empty (RN_RESPONSE_CHART (self->charts[0]), say_empty (self));
  else
    rn_card_set_empty (RN_CARD (self->card), is_shown ? NULL : say_empty (self), NULL);
  tell_problems (self);
}

/* The shown network, then the others */
static void
choose_curves (RnInspectStudy *self)
{
  g_autoptr (GPtrArray) curves = g_ptr_array_new_with_free_func (rn_study_curve_free);
  RnComparedModels *compared = RN_COMPARED_MODELS (self->compared);

  g_ptr_array_add (curves, rn_study_curve_new (rn_document_get_title (
                                                   rn_session_get_document (self->session)),
                                               NULL));
  for (guint i = 0; i < rn_compared_models_count (compared); i++)
    {
      const char *name, *path = rn_compared_models_get (compared, i, &name);

      g_ptr_array_add (curves, rn_study_curve_new (name, path));
    }
  rn_study_runner_set_curves (self->runner, curves);
}

static void
start (RnInspectStudy *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->count));

  if (self->compared != NULL)
    choose_curves (self);
  rn_study_runner_start (self->runner, at < G_N_ELEMENTS (counts) ? counts[at] : 0);
}

static void
document_changed (RnInspectStudy *self)
{
  if (g_set_object (&self->document, rn_session_get_document (self->session)))
    rn_study_runner_clear (self->runner);
  else
    update (self);
}

static void
dataset_changed (RnInspectStudy *self)
{
  RnDataset *studied = rn_study_runner_get_dataset (self->runner);

  if (studied != NULL && studied != rn_session_get_dataset (self->session))
    rn_study_runner_clear (self->runner);
  else if (studied == NULL)
    update (self);
}

static void
make_count (RnInspectStudy *self)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *count = rn_format_count (counts[i]);

      g_ptr_array_add (texts, counts[i] == 0
                                  ? g_strdup (_ ("All pictures"))
                                  : g_strdup_printf (ngettext ("%s picture", "%s pictures",
                                                               (gulong) counts[i]),
                                                     count));
    }
  g_ptr_array_add (texts, NULL);
  self->count = gtk_drop_down_new_from_strings ((const char *const *) texts->pdata);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->count), DEFAULT_COUNT);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->count), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Test pictures to ask about"), -1);
}

/* Charts, name and help of each kind. Returns: (transfer floating): the card */
static GtkWidget *
make_lesions (RnInspectStudy *self)
{
  GtkWidget *card;

  self->n_charts = 2;
  self->charts[0] =
      rn_study_chart_new (RN_STUDY_PLOT_EACH, rn_session_get_selection (self->session));
  self->charts[1] = rn_study_chart_new (RN_STUDY_PLOT_MANY, NULL);
  card = rn_card_new (_ ("Without its blocks"),
                      rn_pair_new (self->charts[0], self->charts[1], 0.5, BESIDE));
  rn_card_set_help (
      RN_CARD (card),
      _ ("Left, the error with one block’s residual branch off; rings are blocks that "
         "change the shape. Right, with ever more random ones off: the line is the "
         "mean, the band the range. A residual network loses little with one block, "
         "as many paths remain (Veit et al. 2016, sections 4.1 and 4.2)."));
  return card;
}

static GtkWidget *
make_shuffles (RnInspectStudy *self)
{
  GtkWidget *card;

  self->n_charts = 1;
  self->charts[0] = rn_study_chart_new (RN_STUDY_PLOT_ORDER, NULL);
  card = rn_card_new (_ ("In another order"), self->charts[0]);
  rn_card_set_help (RN_CARD (card),
                    _ ("The error after pairs of blocks have changed places; only blocks of one "
                       "shape can. Each small dot is one drawing, the line the mean; τ is 1 in the "
                       "trained order and falls the more it is disturbed. The error grows "
                       "smoothly, as in an ensemble (Veit et al. 2016, section 4.2)."));
  return card;
}

static GtkWidget *
make_paths (RnInspectStudy *self)
{
  GtkWidget *card;

  self->n_charts = 2;
  self->charts[0] = rn_path_chart_new (RN_PATH_PLOT_SHARES);
  self->charts[1] = rn_path_chart_new (RN_PATH_PLOT_GRADIENT);
  card = rn_card_new (_ ("Its paths"), rn_pair_new (self->charts[0], self->charts[1], 0.5, BESIDE));
  rn_card_set_help (RN_CARD (card),
                    _ ("n residual blocks are 2ⁿ paths; most go through about half of the "
                       "branches. Right, the gradient that one path brings back to the picture; "
                       "times the number of such paths it is the share on the left. In very deep "
                       "networks short paths carry most of it (Veit et al. 2016, section 4.3)."));
  return card;
}

static void
on_sorted (GtkToggleButton *button, RnInspectStudy *self)
{
  rn_response_chart_set_sorted (RN_RESPONSE_CHART (self->charts[0]),
                                gtk_toggle_button_get_active (button));
}

static GtkWidget *
make_responses (RnInspectStudy *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *card;
  GtkWidget *sorted = gtk_toggle_button_new ();

  self->n_charts = 1;
  self->charts[0] = rn_response_chart_new (rn_session_get_selection (self->session));
  gtk_widget_set_vexpand (self->charts[0], TRUE);
  self->compared = rn_compared_models_new (self->session);
  gtk_box_append (GTK_BOX (box), self->charts[0]);
  gtk_box_append (GTK_BOX (box), self->compared);
  card = rn_card_new (_ ("Layer responses"), box);
  gtk_button_set_icon_name (GTK_BUTTON (sorted), "view-sort-descending-symbolic");
  gtk_widget_add_css_class (sorted, "flat");
  gtk_widget_set_tooltip_text (sorted, _ ("Sort by size, as the paper’s lower figure"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (sorted), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Sort responses by size"), -1);
  g_signal_connect (sorted, "toggled", G_CALLBACK (on_sorted), self);
  rn_card_add_suffix (RN_CARD (card), sorted);
  rn_card_set_help (RN_CARD (card),
                    _ ("The standard deviation of each 3×3 layer’s response over test pictures, "
                       "after batch-norm and before ReLU and addition. Residual layers answer more "
                       "weakly than plain ones, those of deeper networks more weakly still (He et "
                       "al. 2015, section 4.2 and figure 7)."));
  return card;
}

static void
make_content (RnInspectStudy *self)
{
  self->card = kinds[self->kind].make (self);
  make_count (self);
  self->control = rn_study_control_new (self->runner, _ (kinds[self->kind].name));
  g_signal_connect_swapped (self->control, "start", G_CALLBACK (start), self);
  rn_card_add_suffix (RN_CARD (self->card), self->count);
  rn_card_add_suffix (RN_CARD (self->card), self->control);
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
}

static void
rn_inspect_study_dispose (GObject *object)
{
  RnInspectStudy *self = RN_INSPECT_STUDY (object);

  if (self->runner != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->runner, self);
      rn_study_runner_clear (self->runner);
    }
  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_object (&self->runner);
  g_clear_object (&self->document);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_inspect_study_parent_class)->dispose (object);
}

static void
rn_inspect_study_init (RnInspectStudy *self)
{
}

static void
rn_inspect_study_class_init (RnInspectStudyClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_study_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
connect (RnInspectStudy *self, gpointer object, const char *signal,
         void (*changed) (RnInspectStudy *))
{
  g_signal_connect_object (object, signal, G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
}

GtkWidget *
rn_inspect_study_new (RnSession *session, RnStudyKind kind)
{
  RnInspectStudy *self = g_object_new (RN_TYPE_INSPECT_STUDY, NULL);

  self->kind = kind;
  self->session = g_object_ref (session);
  self->runner = rn_study_runner_new (session, kind);
  make_content (self);
  connect (self, session, "document", document_changed);
  connect (self, session, "dataset", dataset_changed);
  connect (self, self->runner, "changed", update);
  document_changed (self);
  update (self);
  return GTK_WIDGET (self);
}

RnStudyRunner *
rn_inspect_study_get_runner (RnInspectStudy *self)
{
  return self->runner;
}
