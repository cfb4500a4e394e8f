#include "pages/inspect-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/block-view.h"
#include "pages/card.h"
#include "pages/class-names.h"
#include "pages/inspect-activation.h"
#include "pages/inspect-maps.h"
#include "pages/inspect-mistakes.h"
#include "pages/inspect-picture.h"
#include "pages/inspect-prediction.h"
#include "pages/inspect-study.h"
#include "pages/looker.h"
#include "pages/margin.h"
#include "pages/pair.h"
#include "pages/throttle.h"

#define BESIDE 900 /* from here the prediction stands beside the pictures */

struct _RnInspectPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnLooker *looker;
  GtkWidget *box;
  GtkWidget *picture_button;
  GtkWidget *test_button;
  GtkWidget *stack; /* about one picture, or about all test pictures */
  GtkWidget *content;
  GtkWidget *activation;
  GtkWidget *prediction;
  GtkWidget *mistakes;
  GtkWidget *block_card;
  GtkWidget *block;
  GtkWidget *maps;

  /* What is looked at: the selection's lead, or the first block where nothing is selected */
  RnPart part;
  int at;
  gboolean is_document_due; /* another has come than this page has taken in */
  gboolean is_selection_due;

  GPtrArray *outdated; /* (nullable): watched maps from before the picture or the gates changed */
  gboolean has_maps;   /* since this document is shown; before, the cards say what they wait for */
  gboolean has_answer; /* the same of the prediction */
  RnLook *filters_of;  /* the look whose first filters are shown; not a reference */
  RnThrottle throttle;
};

G_DEFINE_FINAL_TYPE (RnInspectPage, rn_inspect_page, GTK_TYPE_WIDGET)

static gboolean
has_weights (RnInspectPage *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_has_weights (document);
}

static RnTensor *
find_watched (RnInspectPage *self, const char *tap, gint64 *step)
{
  const GPtrArray *watched = rn_session_get_watched (self->session);

  for (guint i = 0; watched != NULL && tap != NULL && i < watched->len; i++)
    {
      const RnWatched *one = g_ptr_array_index (watched, i);

      if (!g_str_equal (one->tap, tap))
        continue;
      if (step != NULL)
        *step = one->step;
      return one->values;
    }
  return NULL;
}

static RnTensor *
find_of_block (RnInspectPage *self, const RnSpec *spec, const char *part)
{
  g_autofree char *tap = rn_tap_of_block (spec, self->at, part);

  return find_watched (self, tap, NULL);
}

/* What was there once leaves its place blank for a moment at most: no sentence flickers from block to block. What went
 * wrong takes the place of what is not there any more. */
static void
say_what_is_missing (RnInspectPage *self)
{
  const char *problem = rn_looker_get_problem (self->looker);
  const char *text = problem != NULL ? problem
                     : rn_session_get_picture (self->session) != NULL
                         ? _ ("Appears as soon as the network has answered.")
                         : _ ("Appears as soon as there is a picture.");
  const gboolean is_gone = problem != NULL && rn_session_get_watched (self->session) == NULL;
  const char *no_maps = self->has_maps && !is_gone ? NULL : text;

  if (!has_weights (self))
    return;
  rn_inspect_maps_set_empty (RN_INSPECT_MAPS (self->maps), no_maps);
  rn_card_set_empty (RN_CARD (self->block_card), no_maps, NULL);
  rn_inspect_prediction_set_empty (RN_INSPECT_PREDICTION (self->prediction),
                                   self->has_answer && !is_gone ? NULL : text, FALSE);
  rn_inspect_activation_set_empty (RN_INSPECT_ACTIVATION (self->activation),
                                   rn_looker_get_look (self->looker) != NULL && problem == NULL
                                       ? NULL
                                       : text);
}

/* Showing what has come */

/* Returns: (nullable): the logits as trained. They come with the maps, at the same step; where branches are off both
 * answers come from one look, as only the same weights can be compared. */
static const float *
find_logits (RnInspectPage *self, const RnLook *look, int n, gint64 *step)
{
  const GPtrArray *watched = rn_session_get_watched (self->session);
  RnTensor *fc = find_watched (self, "fc", step);

  if (rn_session_n_gates_off (self->session) == 0 && fc != NULL && watched != self->outdated &&
      rn_tensor_count (fc) == (gsize) n)
    return fc->data;
  if (look == NULL)
    return NULL;
  *step = rn_model_get_step (look->model);
  return look->logits;
}

static int
find_top (const float *logits, int n)
{
  int top = 0;

  for (int k = 1; k < n; k++)
    if (logits[k] > logits[top])
      top = k;
  return top;
}

static void
show_prediction (RnInspectPage *self)
{
  const int n = rn_spec_get_classes (rn_session_get_spec (self->session));
  RnLook *look = rn_looker_get_look (self->looker);
  gint64 step = -1;
  const float *trained;
  g_auto (GStrv) names = NULL;
  g_autofree char *weights = NULL;

  if (look != NULL && look->n_classes != n)
    look = NULL;
  trained = find_logits (self, look, n, &step);
  names = rn_class_names (self->session, look != NULL ? look->model : NULL, n);
  weights = rn_class_names_of_weights (self->session, step);
  rn_inspect_prediction_set (RN_INSPECT_PREDICTION (self->prediction), (const char *const *) names,
                             n, trained,
                             rn_session_n_gates_off (self->session) > 0 && look != NULL
                                 ? look->gated
                                 : NULL,
                             rn_class_names_find_truth (self->session, (const char *const *) names),
                             weights);
  if (look != NULL && trained != NULL)
    rn_inspect_activation_set_top (RN_INSPECT_ACTIVATION (self->activation), find_top (trained, n),
                                   (const char *const *) names);
  self->has_answer |= trained != NULL;
  say_what_is_missing (self);
}

static void
show_look (RnInspectPage *self)
{
  RnLook *look = rn_looker_get_look (self->looker);
  const RnSubject *subject = rn_session_get_picture (self->session);

  if (look != NULL && subject != NULL)
    {
      g_auto (GStrv) names = rn_class_names (self->session, look->model, look->n_classes);
      g_autoptr (RnTensor) filters = NULL;

      rn_inspect_activation_set_look (RN_INSPECT_ACTIVATION (self->activation), look,
                                      rn_looker_get_picture (self->looker),
                                      (const char *const *) names);
      if (look != self->filters_of)
        {
          filters = rn_model_get_parameter (look->model, "conv1.weight");
          rn_inspect_maps_set_filters (RN_INSPECT_MAPS (self->maps), filters);
          rn_inspect_maps_set_model (RN_INSPECT_MAPS (self->maps), look->model);
        }
      self->filters_of = look;
    }
  show_prediction (self);
}

static void
show_maps (RnInspectPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const guint32 id = self->at >= 0 && self->at < rn_spec_n_blocks (spec)
                         ? rn_spec_get_block (spec, self->at)->id
                         : 0;
  RnTensor *maps =
      find_watched (self, rn_inspect_maps_get_tap (RN_INSPECT_MAPS (self->maps)), NULL);

  self->has_maps |= maps != NULL;
  rn_inspect_maps_set_maps (RN_INSPECT_MAPS (self->maps), maps);
  if (self->part == RN_PART_STEM || self->part == RN_PART_HEAD)
    rn_block_view_set (RN_BLOCK_VIEW (self->block), NULL, NULL, NULL, 0);
  else if (rn_block_kind_is_plain (rn_spec_get_block (spec, self->at)->kind))
    rn_block_view_set (RN_BLOCK_VIEW (self->block), NULL, NULL, find_of_block (self, spec, "out"),
                       0);
  else
    rn_block_view_set (RN_BLOCK_VIEW (self->block), find_of_block (self, spec, "shortcut"),
                       find_of_block (self, spec, "f"), find_of_block (self, spec, "sum"),
                       (rn_tap_has_projection (spec, self->at) ? RN_BLOCK_VIEW_PROJECTION : 0) |
                           (rn_session_get_gate (self->session, id) ? 0 : RN_BLOCK_VIEW_OFF));
}

static void
refresh (GtkWidget *widget, guint flags)
{
  RnInspectPage *self = RN_INSPECT_PAGE (widget);
  gint64 step = -1;

  if (!has_weights (self))
    return;
  show_maps (self);
  show_prediction (self);
  if (find_watched (self, "fc", &step) != NULL)
    rn_looker_follow (self->looker, step);
}

static void
watched_changed (RnInspectPage *self)
{
  rn_throttle_add (&self->throttle, 1);
}

/* What to look at */

static gboolean
is_about_test (RnInspectPage *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->test_button));
}

static void
watch (RnInspectPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (GPtrArray) taps = g_ptr_array_new_with_free_func (g_free);
  static const char *const parts[] = { "shortcut", "f", "sum" };

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || is_about_test (self) || spec == NULL ||
      !has_weights (self))
    return;
  g_ptr_array_add (taps, g_strdup (rn_inspect_maps_get_tap (RN_INSPECT_MAPS (self->maps))));
  if (self->part != RN_PART_STEM && self->part != RN_PART_HEAD)
    {
      if (rn_block_kind_is_plain (rn_spec_get_block (spec, self->at)->kind))
        g_ptr_array_add (taps, rn_tap_of_block (spec, self->at, "out"));
      else
        for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
          g_ptr_array_add (taps, rn_tap_of_block (spec, self->at, parts[i]));
    }
  g_ptr_array_add (taps, NULL);
  rn_session_watch (self->session, (const char *const *) taps->pdata);
  watched_changed (self);
}

static void
name_block (RnInspectPage *self, const RnSpec *spec)
{
  g_autofree char *title = NULL, *caption = NULL;
  const gboolean is_block = self->part != RN_PART_STEM && self->part != RN_PART_HEAD;

  gtk_widget_set_visible (self->block_card, is_block);
  if (!is_block)
    return;
  title = g_strdup_printf (_ ("Block %d of %d"), self->at + 1, rn_spec_n_blocks (spec));
  caption = rn_tap_describe_block (spec, self->at);
  rn_card_set_title (RN_CARD (self->block_card), title);
  rn_card_set_caption (RN_CARD (self->block_card), caption);
}

static void
take_selection (RnInspectPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnSelection *selection = rn_session_get_selection (self->session);

  if (spec == NULL)
    return;
  self->part = rn_selection_get_part (selection);
  self->at = rn_tap_find_block (spec, rn_selection_get_block (selection));
  if (self->part != RN_PART_STEM && self->part != RN_PART_HEAD && self->at < 0)
    {
      self->part = rn_spec_n_blocks (spec) > 0 ? RN_PART_BLOCK : RN_PART_STEM;
      self->at = 0;
    }
  name_block (self, spec);
  rn_inspect_maps_set_part (RN_INSPECT_MAPS (self->maps), spec, self->part, self->at,
                            rn_selection_get_layer (selection));
  watch (self);
}

/* @document: (nullable) */
static void
set_untrained (RnInspectPage *self, RnDocument *document)
{
  const char *text = _ ("Appears as soon as the network has weights.");
  g_autofree char *why = NULL;

  if (document != NULL)
    why = g_strdup_printf (_ ("“%s” is a sketch: it has no weights yet. Train it, and watch it "
                              "learn to see here."),
                           rn_document_get_title (document));
  rn_inspect_prediction_set_empty (RN_INSPECT_PREDICTION (self->prediction), why, TRUE);
  rn_inspect_activation_set_empty (RN_INSPECT_ACTIVATION (self->activation), text);
  rn_inspect_maps_set_empty (RN_INSPECT_MAPS (self->maps), text);
  rn_card_set_empty (RN_CARD (self->block_card), text, NULL);
}

/* A sketch has nothing to be looked into; where there are weights, everything comes by itself. */
static void
take_document (RnInspectPage *self)
{
  const gboolean is_ready = has_weights (self);

  if (!is_ready)
    set_untrained (self, rn_session_get_document (self->session));
  take_selection (self);
  if (is_ready && rn_session_get_spec (self->session) != NULL)
    {
      show_maps (self);
      show_prediction (self);
      rn_looker_look (self->looker);
    }
}

/* Takes in what has changed while other pages were shown. */
static void
catch_up (RnInspectPage *self)
{
  if (self->is_document_due)
    take_document (self);
  else if (self->is_selection_due)
    take_selection (self);
  self->is_document_due = self->is_selection_due = FALSE;
}

/* While Build edits a sketch it has another block, and other blocks are selected, at every click: what nobody sees waits. */
static void
selection_changed (RnInspectPage *self)
{
  self->is_selection_due = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    catch_up (self);
}

/* What is of the document before goes at once: it may hold much memory. */
static void
document_changed (RnInspectPage *self)
{
  rn_looker_clear (self->looker);
  rn_inspect_activation_set_look (RN_INSPECT_ACTIVATION (self->activation), NULL, NULL, NULL);
  rn_inspect_maps_set_filters (RN_INSPECT_MAPS (self->maps), NULL);
  rn_inspect_maps_set_model (RN_INSPECT_MAPS (self->maps), NULL);
  self->filters_of = NULL;
  self->has_maps = self->has_answer = FALSE;
  self->is_document_due = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    catch_up (self);
}

/* The maps that are there are of another picture, or of other gates. */
static void
look_again (RnInspectPage *self)
{
  const GPtrArray *watched = rn_session_get_watched (self->session);

  g_clear_pointer (&self->outdated, g_ptr_array_unref);
  if (watched != NULL)
    self->outdated = g_ptr_array_ref ((GPtrArray *) watched);
  say_what_is_missing (self);
  if (has_weights (self))
    rn_looker_look (self->looker);
}

/* Only a half that is seen asks for maps and looks. */
static void
attend (RnInspectPage *self)
{
  const gboolean is_seen = gtk_widget_get_mapped (GTK_WIDGET (self)) && !is_about_test (self);

  rn_looker_set_active (self->looker, is_seen);
  if (is_seen)
    watch (self);
  else
    rn_session_watch (self->session, NULL);
}

static void
turn (RnInspectPage *self)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    is_about_test (self) ? "test" : "picture");
  attend (self);
}

static void
turn_to_picture (RnInspectPage *self)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->picture_button), TRUE);
}

static void
rn_inspect_page_map (GtkWidget *widget)
{
  catch_up (
      RN_INSPECT_PAGE (widget)); /* before anything asks for maps of a block that is no more */
  GTK_WIDGET_CLASS (rn_inspect_page_parent_class)->map (widget);
  attend (RN_INSPECT_PAGE (widget));
  rn_inspect_mistakes_set_seen (RN_INSPECT_MISTAKES (RN_INSPECT_PAGE (widget)->mistakes), TRUE);
}

static void
rn_inspect_page_unmap (GtkWidget *widget)
{
  RnInspectPage *self = RN_INSPECT_PAGE (widget);

  rn_looker_set_active (self->looker, FALSE);
  rn_session_watch (self->session, NULL);
  rn_inspect_mistakes_set_seen (RN_INSPECT_MISTAKES (self->mistakes), FALSE);
  GTK_WIDGET_CLASS (rn_inspect_page_parent_class)->unmap (widget);
}

static void
make_block_card (RnInspectPage *self)
{
  self->block = rn_block_view_new ();
  self->block_card = rn_card_new (_ ("Block"), self->block);
  rn_card_set_help (RN_CARD (self->block_card),
                    _ ("A residual block adds what its layers make of x to x itself: the layers "
                       "only have to learn the difference. Compare the strength of F(x) with that "
                       "of x (He et al. 2015, sections 3.1 and 4.2, figure 7)."));
}

static GtkWidget *
make_scroller (GtkWidget *content)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), rn_margin_new (content));
  return scroller;
}

static GtkWidget *
make_picture_half (RnInspectPage *self)
{
  GtkWidget *pictures = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->activation = rn_inspect_activation_new (self->session);
  self->prediction = rn_inspect_prediction_new (self->session);
  gtk_box_set_homogeneous (GTK_BOX (pictures), TRUE);
  gtk_box_append (GTK_BOX (pictures), rn_inspect_picture_new (self->session));
  gtk_box_append (GTK_BOX (pictures), self->activation);
  make_block_card (self);
  self->maps = rn_inspect_maps_new ();
  g_signal_connect_swapped (self->maps, "notify::tap", G_CALLBACK (watch), self);
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  rn_inspect_prediction_append (RN_INSPECT_PREDICTION (self->prediction),
                                rn_inspect_mistakes_new_summary (
                                    RN_INSPECT_MISTAKES (self->mistakes)));
  gtk_box_append (GTK_BOX (self->content), rn_pair_new (pictures, self->prediction, 0.5, BESIDE));
  gtk_box_append (GTK_BOX (self->content), self->block_card);
  gtk_box_append (GTK_BOX (self->content), self->maps);
  return make_scroller (self->content);
}

static GtkWidget *
make_test_half (RnInspectPage *self)
{
  static const RnStudyKind studies[] = { RN_STUDY_LESIONS, RN_STUDY_SHUFFLES, RN_STUDY_PATHS,
                                         RN_STUDY_RESPONSES };
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  g_signal_connect_swapped (self->mistakes, "opened", G_CALLBACK (turn_to_picture), self);
  gtk_box_append (GTK_BOX (content), self->mistakes);
  for (gsize i = 0; i < G_N_ELEMENTS (studies); i++)
    gtk_box_append (GTK_BOX (content), rn_inspect_study_new (self->session, studies[i]));
  return make_scroller (content);
}

static void
make_switch (RnInspectPage *self)
{
  GtkWidget *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->picture_button = gtk_toggle_button_new_with_label (_ ("Picture"));
  self->test_button = gtk_toggle_button_new_with_label (_ ("Test pictures"));
  gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->test_button),
                               GTK_TOGGLE_BUTTON (self->picture_button));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->picture_button), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Look into the network with one picture"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->test_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Study the network with all test pictures"), -1);
  g_signal_connect_swapped (self->test_button, "toggled", G_CALLBACK (turn), self);
  gtk_widget_add_css_class (linked, "linked");
  gtk_box_append (GTK_BOX (linked), self->picture_button);
  gtk_box_append (GTK_BOX (linked), self->test_button);
  gtk_box_append (GTK_BOX (self->box), rn_margin_new_head (linked));
}

static void
make_content (RnInspectPage *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  make_switch (self);
  self->mistakes = rn_inspect_mistakes_new (self->session);
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_named (GTK_STACK (self->stack), make_picture_half (self), "picture");
  gtk_stack_add_named (GTK_STACK (self->stack), make_test_half (self), "test");
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
rn_inspect_page_dispose (GObject *object)
{
  RnInspectPage *self = RN_INSPECT_PAGE (object);

  rn_throttle_clear (&self->throttle);
  if (self->looker != NULL)
    rn_looker_clear (self->looker);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->outdated, g_ptr_array_unref);
  g_clear_object (&self->looker);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_inspect_page_parent_class)->dispose (object);
}

static void
rn_inspect_page_init (RnInspectPage *self)
{
  rn_throttle_init (&self->throttle, GTK_WIDGET (self), refresh);
}

static void
rn_inspect_page_class_init (RnInspectPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_inspect_page_dispose;
  widget_class->map = rn_inspect_page_map;
  widget_class->unmap = rn_inspect_page_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
connect (RnInspectPage *self, gpointer object, const char *signal,
         void (*changed) (RnInspectPage *))
{
  g_signal_connect_object (object, signal, G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
}

GtkWidget *
rn_inspect_page_new (RnSession *session)
{
  RnInspectPage *self = g_object_new (RN_TYPE_INSPECT_PAGE, NULL);

  self->session = g_object_ref (session);
  self->looker = rn_looker_new (session, RN_LOOK_INSIDE);
  make_content (self);
  connect (self, session, "document", document_changed);
  connect (self, session, "picture", look_again);
  connect (self, session, "gates", look_again);
  connect (self, session, "watched", watched_changed);
  connect (self, rn_session_get_selection (session), "changed", selection_changed);
  connect (self, self->looker, "changed", show_look);
  document_changed (self);
  return GTK_WIDGET (self);
}
