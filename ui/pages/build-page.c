#include "pages/build-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "pages/block-palette.h"
#include "pages/card.h"
#include "pages/cost-totals.h"
#include "pages/margin.h"
#include "pages/pair.h"
#include "pages/text.h"
#include "state/format.h"

#define LEFT_SHARE 0.32
#define BESIDE_WIDTH 690 /* from which properties and costs stand side by side */
#define LEFT_HEIGHT 200
#define LEFT_WIDTH 208

struct _RnBuildPage
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *tools;
  GtkWidget *hint; /* where there is no block yet */
  GtkWidget *problems;
  GtkWidget *properties;
  GtkWidget *presets;
  GtkWidget *left;  /* stack of the two */
  GtkWidget *right; /* stack of costs and comparison */
  RnCard *network;
  GtkWidget *facts;
  GtkWidget *input; /* what training makes of it */
  GtkWidget *totals;
  GtkWidget *epoch; /* the last of them */
  RnCostTable *costs;
  GtkWidget *compare;
  int batch, threads; /* that the costs are counted for */
  RnDataset *dataset; /* (nullable): the same; only to tell it from another */
};

G_DEFINE_FINAL_TYPE (RnBuildPage, rn_build_page, GTK_TYPE_WIDGET)

RnBuildTools *
rn_build_page_get_tools (RnBuildPage *self)
{
  return RN_BUILD_TOOLS (self->tools);
}

RnProblemList *
rn_build_page_get_problems (RnBuildPage *self)
{
  return RN_PROBLEM_LIST (self->problems);
}

RnPropertyPanel *
rn_build_page_get_properties (RnBuildPage *self)
{
  return RN_PROPERTY_PANEL (self->properties);
}

RnPresetList *
rn_build_page_get_presets (RnBuildPage *self)
{
  return RN_PRESET_LIST (self->presets);
}

RnCostTable *
rn_build_page_get_costs (RnBuildPage *self)
{
  return self->costs;
}

RnSpecCompare *
rn_build_page_get_compare (RnBuildPage *self)
{
  return RN_SPEC_COMPARE (self->compare);
}

const char *
rn_build_page_get_input (RnBuildPage *self)
{
  return gtk_widget_get_visible (self->input) ? gtk_label_get_text (GTK_LABEL (self->input)) : NULL;
}

RnEpochTotal *
rn_build_page_get_epoch (RnBuildPage *self)
{
  return RN_EPOCH_TOTAL (self->epoch);
}

void
rn_build_page_show (RnBuildPage *self, const char *name)
{
  const gboolean is_left = gtk_stack_get_child_by_name (GTK_STACK (self->left), name) != NULL;

  gtk_stack_set_visible_child_name (GTK_STACK (is_left ? self->left : self->right), name);
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
  rn_session_show_preset (self->session, spec);
}

/* Showing it */

/* Where the data decide another input than is drawn */
static void
show_input (RnBuildPage *self, const RnSpec *spec, const RnSpec *trained)
{
  const int drawn = spec != NULL ? rn_spec_get_side (spec) : 0;
  const int side = trained != NULL ? rn_spec_get_side (trained) : drawn;
  g_autofree char *text =
      g_strdup_printf (_ ("Training takes the data set’s %d×%d pictures as they are: memory to "
                          "train and an epoch are for that input, all else for the drawn %d×%d."),
                       side, side, drawn, drawn);

  gtk_label_set_text (GTK_LABEL (self->input), text);
  gtk_widget_set_visible (self->input, side != drawn);
}

static void
refresh (RnBuildPage *self)
{
  RnDocument *document = rn_session_get_document (self->session);
  const RnSpec *spec = rn_session_get_spec (self->session);
  const RnSettings *settings = rn_session_get_settings (self->session);
  g_autoptr (RnSpec) trained = document != NULL ? rn_session_fit (self->session, document) : NULL;
  g_autofree char *facts = NULL;

  self->dataset = rn_session_get_dataset (self->session);
  self->batch = settings != NULL ? settings->batch : 128;
  self->threads = rn_session_count_threads (self->session);
  if (spec != NULL)
    {
      g_autofree char *title = rn_format_spec_title (spec);

      /* Translators: a network's name and what it is */
      facts = g_strdup_printf (ngettext ("%s: %d×%d input, %d block, %d classes",
                                         "%s: %d×%d input, %d blocks, %d classes",
                                         (gulong) rn_spec_n_blocks (spec)),
                               title, rn_spec_get_side (spec), rn_spec_get_side (spec),
                               rn_spec_n_blocks (spec), rn_spec_get_classes (spec));
    }
  gtk_label_set_text (GTK_LABEL (self->facts), facts != NULL ? facts : "");
  rn_card_set_empty (self->network,
                     spec == NULL ? _ ("Choose a preset to see what it costs.") : NULL, NULL);
  gtk_widget_set_visible (self->hint, spec != NULL && rn_spec_n_blocks (spec) == 0);
  show_input (self, spec, trained);
  rn_cost_table_set_spec (self->costs, spec, trained, self->batch, self->threads);
  rn_spec_compare_refresh (RN_SPEC_COMPARE (self->compare), self->batch);
}

static void
on_settings (RnBuildPage *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if ((settings != NULL && settings->batch != self->batch) ||
      rn_session_count_threads (self->session) != self->threads)
    refresh (self);
}

/* The signal also tells the progress of opening. */
static void
on_dataset (RnBuildPage *self)
{
  if (rn_session_get_dataset (self->session) != self->dataset)
    refresh (self);
}

static void
on_counted (RnBuildPage *self)
{
  RnCost total;

  if (rn_cost_table_get_total (self->costs, &total))
    rn_cost_totals_set (RN_COST_TOTALS (self->totals), &total, self->batch);
}

/* What a person selects is what they want to change. */
static void
on_selection (RnBuildPage *self)
{
  if (rn_selection_get_part (rn_session_get_selection (self->session)) != RN_PART_NONE)
    rn_build_page_show (self, "properties");
}

static void
on_fit (RnBuildPage *self)
{
  rn_build_tools_activate (RN_BUILD_TOOLS (self->tools), "fit");
}

/* Making it */

static GtkWidget *
make_stack (void)
{
  GtkWidget *stack = gtk_stack_new ();

  gtk_stack_set_vhomogeneous (GTK_STACK (stack), FALSE);
  gtk_stack_set_hhomogeneous (GTK_STACK (stack), FALSE);
  gtk_widget_set_vexpand (stack, TRUE);
  gtk_widget_set_margin_top (stack, 6);
  return stack;
}

/* A card of which the title is what can be shown in it */
static RnCard *
make_card (GtkWidget *stack, GtkWidget *content, const char *title, const char *help)
{
  GtkWidget *card = rn_card_new (title, content), *switcher = gtk_stack_switcher_new ();

  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (stack));
  gtk_widget_set_halign (switcher, GTK_ALIGN_START);
  gtk_widget_add_css_class (switcher, "card-switcher");
  gtk_accessible_update_property (GTK_ACCESSIBLE (switcher), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  rn_card_set_title_widget (RN_CARD (card), switcher);
  rn_card_set_help (RN_CARD (card), help);
  gtk_widget_set_vexpand (card, TRUE);
  return RN_CARD (card);
}

static GtkWidget *
make_left (RnBuildPage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->left = make_stack ();
  self->properties = rn_property_panel_new (self->session);
  self->presets = rn_preset_list_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), LEFT_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->properties);
  g_signal_connect_swapped (self->presets, "chosen", G_CALLBACK (rn_build_page_choose), self);
  gtk_stack_add_titled (GTK_STACK (self->left), scrolled, "properties", _ ("Properties"));
  gtk_stack_add_titled (GTK_STACK (self->left), self->presets, "presets", _ ("Presets"));
  gtk_widget_set_size_request (self->left, LEFT_WIDTH, -1);
  return GTK_WIDGET (make_card (
      self->left, self->left, _ ("Properties and presets"),
      _ ("Properties change what is selected in the spine; several blocks change together. "
         "Presets are the paper’s networks and their plain twins: small ones for CIFAR (He et al. "
         "2015, section 4.2), large ones for ImageNet (section 3.3, Table 1); “b” and “c” have "
         "the projections of options B and C (section 4.1). Every change can be undone.")));
}

static GtkWidget *
make_costs (RnBuildPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->costs = RN_COST_TABLE (rn_cost_table_new (rn_session_get_selection (self->session)));
  g_signal_connect_swapped (self->costs, "counted", G_CALLBACK (on_counted), self);
  gtk_widget_set_vexpand (GTK_WIDGET (self->costs), TRUE);
  self->facts = rn_text_new (NULL, "dim-label");
  self->totals = rn_cost_totals_new ();
  self->epoch = rn_epoch_total_new (self->session);
  rn_cost_totals_add (RN_COST_TOTALS (self->totals), self->epoch);
  gtk_box_append (GTK_BOX (box), self->facts);
  gtk_box_append (GTK_BOX (box), self->totals);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->costs));
  return box;
}

static GtkWidget *
make_right (RnBuildPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->right = make_stack ();
  self->compare = rn_spec_compare_new (self->session);
  gtk_stack_add_titled (GTK_STACK (self->right), make_costs (self), "costs", _ ("Costs"));
  gtk_stack_add_titled (GTK_STACK (self->right), self->compare, "compare", _ ("Compare"));
  self->input = rn_text_new (NULL, "dim-label");
  gtk_box_append (GTK_BOX (box), self->input);
  gtk_box_append (GTK_BOX (box), self->right);
  self->network = make_card (
      self->right, box, _ ("Costs and comparison"),
      _ ("Parameters are what is learned, multiply-adds the work for one picture, and what a part "
         "“sees” is the square of the picture that one of its output pixels depends on. "
         "Multiply-adds are counted as in Table 1 of the paper (He et al. 2015, section 3.3); "
         "memory is what the program keeps at the batch size of the settings."));
  return GTK_WIDGET (self->network);
}

static GtkWidget *
make_problems (RnBuildPage *self)
{
  self->problems = rn_problem_list_new (self->session, 0);
  gtk_widget_add_css_class (self->problems, "card");
  g_signal_connect_swapped (self->problems, "fit", G_CALLBACK (on_fit), self);
  return self->problems;
}

static GtkWidget *
make_content (RnBuildPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *pair;

  self->tools = rn_build_tools_new (self->session);
  gtk_box_append (GTK_BOX (box), self->tools);
  gtk_box_append (GTK_BOX (box), rn_block_palette_new (self->session));
  self->hint = rn_text_new (_ ("This network has no blocks yet: drag some of these onto the spine, "
                               "or press one. Presets are ready networks."),
                            "dim-label");
  gtk_box_append (GTK_BOX (box), self->hint);
  gtk_box_append (GTK_BOX (box), make_problems (self));
  pair = rn_pair_new (make_left (self), make_right (self), LEFT_SHARE, BESIDE_WIDTH);
  gtk_widget_set_vexpand (pair, TRUE);
  gtk_box_append (GTK_BOX (box), pair);
  return box;
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
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->session = g_object_ref (session);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled),
                                 rn_margin_new (make_content (self)));
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rn_session_get_selection (session), "changed", G_CALLBACK (on_selection),
                           self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
