#include "pages/lab-figures.h"

#include <glib/gi18n-lib.h>

#include "charts/lab-chart.h"
#include "charts/lab-plot.h"
#include "pages/card.h"
#include "pages/pair.h"

#define CHART_HEIGHT 280
#define BESIDE_WIDTH 840 /* from which two stand side by side */

struct _RnLabFigures
{
  GtkWidget parent_instance;

  RnLabDesk *desk;
  GtkWidget *box;
  RnExperiment *experiment; /* (nullable) */
  RnLabPlan *plan;          /* (nullable) */
  RnLabResults *results;    /* (nullable): as shown */
  gboolean is_live;
  GPtrArray *charts; /* of RnLabChart, in the order of the figures */
};

G_DEFINE_FINAL_TYPE (RnLabFigures, rn_lab_figures, GTK_TYPE_WIDGET)

const char *
rn_lab_figure_title (RnLabFigureKind kind)
{
  switch (kind)
    {
    case RN_LAB_FIGURE_TRAIN_LOSS:
      return _ ("Training loss");
    case RN_LAB_FIGURE_TRAIN_ERROR:
      return _ ("Training error");
    case RN_LAB_FIGURE_TEST_LOSS:
      return _ ("Test loss");
    case RN_LAB_FIGURE_TEST_ERROR:
      return _ ("Test error");
    case RN_LAB_FIGURE_FINAL_TRAIN_ERROR:
      return _ ("Training error at the end");
    case RN_LAB_FIGURE_FINAL_TEST_ERROR:
      return _ ("Test error at the end");
    case RN_LAB_FIGURE_RESPONSES:
      return _ ("Layer responses, in order");
    case RN_LAB_FIGURE_RESPONSES_SORTED:
      return _ ("Layer responses, sorted");
    case RN_LAB_FIGURE_LESIONS:
      return _ ("Without one block");
    case RN_LAB_FIGURE_LESIONS_MANY:
      return _ ("Without several blocks");
    case RN_LAB_FIGURE_SHUFFLES:
      return _ ("Blocks in another order");
    case RN_LAB_FIGURE_SHORTCUT_SHARE:
    default:
      return _ ("Gradient through the shortcut");
    }
}

/* What a figure shows, for “What is this?” */
static const char *
get_help (RnLabFigureKind kind)
{
  switch (kind)
    {
    case RN_LAB_FIGURE_TRAIN_LOSS:
    case RN_LAB_FIGURE_TRAIN_ERROR:
    case RN_LAB_FIGURE_TEST_LOSS:
    case RN_LAB_FIGURE_TEST_ERROR:
      return _ ("A thick line is the mean over the seeds that are trained, its band one standard "
                "deviation to either side; thin lines are the runs under way. The paper’s Figures "
                "1, 4 and 6 show such curves (He et al. 2015, section 4).");
    case RN_LAB_FIGURE_FINAL_TRAIN_ERROR:
    case RN_LAB_FIGURE_FINAL_TEST_ERROR:
      return _ ("Each small dot is a network that was trained from another seed, the large one "
                "their mean, and the line through it one standard deviation. Where the lines of "
                "two networks overlap, chance may decide which is better (He et al. 2015, Table "
                "6, gives mean and deviation of five runs).");
    case RN_LAB_FIGURE_RESPONSES:
    case RN_LAB_FIGURE_RESPONSES_SORTED:
      return _ ("The standard deviation of what each 3×3 layer answers, after batch-norm and "
                "before ReLU and addition. Residual layers answer more weakly than plain ones "
                "(He et al. 2015, section 4.2 and Figure 7).");
    case RN_LAB_FIGURE_LESIONS:
    case RN_LAB_FIGURE_LESIONS_MANY:
    case RN_LAB_FIGURE_SHUFFLES:
      return _ ("The test error when blocks are left out or exchanged after the training. A "
                "residual network loses little, as if it were many short ones; a plain network "
                "breaks (Veit et al. 2016, Figures 3 and 5).");
    case RN_LAB_FIGURE_SHORTCUT_SHARE:
    default:
      return _ ("How much of the gradient that enters a block came through its shortcut: 100 % "
                "where the branch adds nothing. That way is why deep residual networks can be "
                "trained (He et al. 2016, Identity Mappings, section 2).");
    }
}

static const char *
get_empty_text (RnLabFigures *self, RnLabFigureKind kind)
{
  if (self->results != NULL && rn_lab_results_is_final (self->results))
    return _ ("These trainings have ended and give nothing to draw here.");
  if (rn_lab_plot_is_curve (kind))
    return self->is_live ? _ ("The first steps are on their way.")
                         : _ ("Start, and the curves grow here while the networks train.");
  if (kind == RN_LAB_FIGURE_FINAL_TRAIN_ERROR || kind == RN_LAB_FIGURE_FINAL_TEST_ERROR)
    return _ ("Each network gets its dot here as soon as it is trained.");
  return _ ("Drawn when the networks are trained and have been taken apart.");
}

/* The most steps that an arm has behind it at its end */
static double
get_steps (RnLabFigures *self)
{
  gint64 most = 0;

  for (int run = 0; self->plan != NULL && run < rn_lab_plan_n_runs (self->plan); run++)
    {
      const RnLabRun *planned = rn_lab_plan_get_run (self->plan, run);

      most = MAX (most, planned->offset + planned->settings->steps);
    }
  return (double) most;
}

/* Runs that are finished are in the results; only those under way are drawn beside them. */
static void
set_lives (RnLabFigures *self, RnLabChart *chart)
{
  const int n_arms = rn_experiment_n_arms (self->experiment);
  const int seed = self->is_live ? rn_lab_desk_get_seed (self->desk) : -1;

  for (int arm = 0; arm < n_arms; arm++)
    {
      const int run = seed * n_arms + arm;
      RnRecord *record = seed < 0 ? NULL : rn_lab_desk_get_record (self->desk, run);
      const RnLabRun *planned =
          record == NULL ? NULL : rn_lab_plan_get_run (rn_lab_desk_get_plan (self->desk), run);

      rn_lab_chart_set_live (chart, arm, record, planned != NULL ? planned->offset : 0);
    }
}

void
rn_lab_figures_grow (RnLabFigures *self)
{
  g_return_if_fail (RN_IS_LAB_FIGURES (self));

  for (guint i = 0; i < self->charts->len; i++)
    if (rn_lab_plot_is_curve (rn_experiment_get_figure (self->experiment, (int) i)))
      {
        set_lives (self, self->charts->pdata[i]);
        rn_lab_chart_changed (self->charts->pdata[i]);
      }
}

void
rn_lab_figures_update (RnLabFigures *self, RnLabPlan *plan, RnLabResults *results, gboolean is_live)
{
  const gboolean is_other =
      plan != self->plan || results != self->results || is_live != self->is_live;

  g_return_if_fail (RN_IS_LAB_FIGURES (self));

  if (!is_other)
    return;
  if (plan != NULL)
    rn_lab_plan_ref (plan);
  if (results != NULL)
    rn_lab_results_ref (results);
  g_clear_pointer (&self->plan, rn_lab_plan_unref);
  g_clear_pointer (&self->results, rn_lab_results_unref);
  self->plan = plan;
  self->results = results;
  self->is_live = is_live;
  for (guint i = 0; i < self->charts->len; i++)
    {
      RnLabChart *chart = self->charts->pdata[i];

      rn_lab_chart_set_empty_text (chart,
                                   get_empty_text (self, rn_experiment_get_figure (self->experiment,
                                                                                   (int) i)));
      rn_lab_chart_set_results (chart, results, (int) i, get_steps (self));
      set_lives (self, chart);
    }
}

/* Cards */

static GtkWidget *
new_card (RnLabFigures *self, int figure)
{
  const RnLabFigureKind kind = rn_experiment_get_figure (self->experiment, figure);
  const char *title = rn_lab_figure_title (kind);
  GtkWidget *chart = rn_lab_chart_new (self->experiment, kind, title), *card;

  gtk_widget_set_size_request (chart, -1, CHART_HEIGHT);
  gtk_widget_set_vexpand (chart, TRUE);
  rn_lab_chart_set_empty_text (RN_LAB_CHART (chart), get_empty_text (self, kind));
  g_ptr_array_add (self->charts, chart);
  card = rn_card_new (title, chart);
  rn_card_set_help (RN_CARD (card), get_help (kind));
  return card;
}

static void
clear (RnLabFigures *self)
{
  GtkWidget *child;

  g_ptr_array_set_size (self->charts, 0);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  g_clear_pointer (&self->plan, rn_lab_plan_unref);
  g_clear_pointer (&self->results, rn_lab_results_unref);
  self->is_live = FALSE;
}

void
rn_lab_figures_show (RnLabFigures *self, RnExperiment *experiment)
{
  const int n = experiment != NULL ? rn_experiment_n_figures (experiment) : 0;

  g_return_if_fail (RN_IS_LAB_FIGURES (self));

  clear (self);
  if (experiment != NULL)
    rn_experiment_ref (experiment);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  self->experiment = experiment;
  for (int i = 0; i < n; i += 2)
    {
      GtkWidget *first = new_card (self, i);

      gtk_box_append (GTK_BOX (self->box),
                      i + 1 == n ? first
                                 : rn_pair_new (first, new_card (self, i + 1), 0.5, BESIDE_WIDTH));
    }
}

static void
rn_lab_figures_dispose (GObject *object)
{
  RnLabFigures *self = RN_LAB_FIGURES (object);

  if (self->box != NULL)
    clear (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (rn_lab_figures_parent_class)->dispose (object);
}

static void
rn_lab_figures_finalize (GObject *object)
{
  g_ptr_array_unref (RN_LAB_FIGURES (object)->charts);
  G_OBJECT_CLASS (rn_lab_figures_parent_class)->finalize (object);
}

static void
rn_lab_figures_init (RnLabFigures *self)
{
  self->charts = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_lab_figures_class_init (RnLabFiguresClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_lab_figures_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lab_figures_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_lab_figures_new (RnLabDesk *desk)
{
  RnLabFigures *self = g_object_new (RN_TYPE_LAB_FIGURES, NULL);

  self->desk = g_object_ref (desk);
  return GTK_WIDGET (self);
}
