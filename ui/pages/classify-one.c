#include "pages/classify-one.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/card.h"
#include "pages/class-names.h"
#include "pages/looker.h"
#include "pages/pair.h"
#include "pages/picture-view.h"
#include "pages/prediction-bars.h"
#include "pages/text.h"
#include "pages/untrained.h"
#include "state/format.h"

#define BESIDE 1500          /* logical pixels: from here the answer stands beside the pictures */
#define OUTDATED_OPACITY 0.4 /* of an answer to the picture before */
#define N_NAMED 10           /* classes that “trained on” lists */

struct _RnClassifyOne
{
  GtkWidget parent_instance;

  RnSession *session;
  RnLooker *looker;
  GtkWidget *scroller;
  GtkWidget *picture_card;
  GtkWidget *picture;
  GtkWidget *input_card;
  GtkWidget *input;
  GtkWidget *which; /* of several views the one that is shown as the input */
  GtkWidget *map_card;
  GtkWidget *map; /* of the class that is the answer */
  GtkWidget *answer_card;
  GtkWidget *views;
  GtkWidget *bars;
  GtkWidget *spread; /* entropy and time */
  GtkWidget *notes;
  GtkWidget *trained_on;
  GtkWidget *weights;

  gboolean is_document_due; /* there is another than this page has taken in */
  RnLookKind listed;        /* what the list of views is of */
  int listed_side;          /* and of which input's side */
  GCancellable *cutting;    /* (nullable): of the view that is cut out to be shown */
  RnPicture *map_of;        /* (nullable): the picture whose map is shown */
};

G_DEFINE_FINAL_TYPE (RnClassifyOne, rn_classify_one, GTK_TYPE_WIDGET)

/* In the order of the drop-down */
static const RnLookKind kinds[] = { RN_LOOK_ONE, RN_LOOK_TEN, RN_LOOK_SCALES };

static RnLookKind
kind_of (RnClassifyOne *self)
{
  return kinds[MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->views)),
                    G_N_ELEMENTS (kinds) - 1)];
}

/* The views */

static int
get_chosen (RnClassifyOne *self, const RnViews *views)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->which));

  return rn_views_count (views) > 1 && at < (guint) rn_views_count (views) ? (int) at : 0;
}

static char *
name_view (const RnViews *views, int at)
{
  const char *const places[] = { _ ("Upper left"), _ ("Upper right"), _ ("Lower left"),
                                 _ ("Lower right"), _ ("Middle") };
  g_autofree char *name = NULL;

  if (views->n_scales > 0)
    name = g_strdup_printf (_ ("Shorter side %d"), views->scales[at / 2]);
  else
    name = g_strdup (places[at / 2]);
  return at % 2 == 0 ? g_steal_pointer (&name) : g_strdup_printf (_ ("%s, mirrored"), name);
}

static void show_view (RnClassifyOne *self);

/* The list of views is that of the kind that was asked for, and scales go by the input's @side; of ten the middle one is the
 * class map's, too.
 */
static void
list_views (RnClassifyOne *self, const RnViews *views, int side)
{
  const int n = rn_views_count (views);
  g_autoptr (GtkStringList) names = NULL;

  gtk_widget_set_visible (self->which, n > 1);
  if (self->listed == kind_of (self) && self->listed_side == side)
    return;
  self->listed = kind_of (self);
  self->listed_side = side;
  names = gtk_string_list_new (NULL);
  for (int at = 0; n > 1 && at < n; at++)
    gtk_string_list_take (names, name_view (views, at));
  g_signal_handlers_block_by_func (self->which, show_view, self); /* who asks shows it */
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->which), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->which), views->n_scales == 0 && n > 1 ? 8 : 0);
  g_signal_handlers_unblock_by_func (self->which, show_view, self);
}

/* As shares of the picture's sides: crops where they are cut; of scales, each of which is the whole picture, how large one
 * input is at each.
 */
static void
outline_views (RnClassifyOne *self, const RnPicture *picture, const RnPreprocess *preprocess,
               const RnViews *views)
{
  const int n = rn_views_count (views), step = n > 1 ? 2 : 1;
  g_autofree graphene_rect_t *boxes = g_new (graphene_rect_t, n / step);
  const double longer = MAX (picture->width, picture->height);

  for (int i = 0; i < n / step; i++)
    {
      RnView view = rn_view_find (picture, preprocess, views, i * step);

      if (views->n_scales > 0)
        {
          const double share = MIN ((double) preprocess->side / view.shorter, 1.0);
          const double least = MIN (picture->width, picture->height) / longer;

          view.width = picture->width > picture->height ? share * least : share;
          view.height = picture->height > picture->width ? share * least : share;
          view.x = (1.0 - view.width) / 2;
          view.y = (1.0 - view.height) / 2;
        }
      graphene_rect_init (&boxes[i], (float) view.x, (float) view.y, (float) view.width,
                          (float) view.height);
    }
  rn_picture_view_set_outlines (RN_PICTURE_VIEW (self->picture), boxes, n / step,
                                n > 1 ? get_chosen (self, views) / step : -1);
}

/* Cutting one out, in a task */

typedef struct
{
  RnPicture *picture;
  RnPreprocess preprocess;
  RnViews views;
  int at;
} Cut;

static void
cut_free (gpointer data)
{
  Cut *cut = data;

  rn_picture_unref (cut->picture);
  rn_preprocess_clear (&cut->preprocess);
  g_free (cut);
}

static void
cut_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Cut *cut = data;
  GError *error = NULL;
  RnPicture *view = rn_view_new (cut->picture, &cut->preprocess, &cut->views, cut->at, &error);

  if (view != NULL)
    g_task_return_pointer (task, view, (GDestroyNotify) rn_picture_unref);
  else
    g_task_return_error (task, error);
}

static void
stop_cutting (RnClassifyOne *self)
{
  if (self->cutting != NULL)
    g_cancellable_cancel (self->cutting);
  g_clear_object (&self->cutting);
}

static void
show_input (RnClassifyOne *self, RnPicture *view)
{
  g_autofree char *size = g_strdup_printf (view->channels == 1 ? _ ("%d×%d, grey") : _ ("%d×%d"),
                                           view->width, view->height);

  rn_card_set_caption (RN_CARD (self->input_card), size);
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->input), view, _ ("What the network sees"));
}

static void
was_cut (GObject *source, GAsyncResult *result, gpointer data)
{
  RnClassifyOne *self = RN_CLASSIFY_ONE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) view = g_task_propagate_pointer (G_TASK (result), &error);

  if (view != NULL)
    show_input (self, view);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (self->session, "message", error->message);
}

/* The chosen view: its pixels and its frame */
static void
show_view (RnClassifyOne *self)
{
  const RnLook *look = rn_looker_get_look (self->looker);
  RnPicture *picture = rn_looker_get_picture (self->looker);
  const RnPreprocess *preprocess = look != NULL ? rn_model_get_preprocess (look->model) : NULL;
  g_autoptr (GTask) task = NULL;
  RnViews views;
  Cut *cut;

  if (look == NULL || picture == NULL)
    return;
  rn_look_views (kind_of (self), preprocess->side, &views);
  list_views (self, &views, preprocess->side);
  outline_views (self, picture, preprocess, &views);
  stop_cutting (self);
  if (rn_views_count (&views) == 1)
    {
      show_input (self, look->view);
      return;
    }
  cut = g_new0 (Cut, 1);
  cut->picture = rn_picture_ref (picture);
  rn_preprocess_copy (&cut->preprocess, preprocess);
  cut->views = views;
  cut->at = get_chosen (self, &views);
  self->cutting = g_cancellable_new ();
  task = g_task_new (self, self->cutting, was_cut, NULL);
  g_task_set_task_data (task, cut, cut_free);
  g_task_run_in_thread (task, cut_in_task);
}

/* The answer */

/* "Entropy 0.42 of at most 3.32 bits · 12 ms" */
static char *
say_spread (const RnLook *look, const double *p)
{
  g_autofree char *bits = g_strdup_printf ("%.2f", rn_look_entropy (p, look->n_classes));
  g_autofree char *most = g_strdup_printf ("%.2f", log2 (look->n_classes));
  g_autofree char *time = look->seconds < 1.0
                              ? g_strdup_printf (_ ("%.0f ms"), MAX (look->seconds * 1000, 1.0))
                              : g_strdup_printf (_ ("%.1f s"), look->seconds);

  return g_strdup_printf (_ ("Entropy %s of at most %s bits · %s"), bits, most, time);
}

static void
show_answer (RnClassifyOne *self, const RnLook *look)
{
  g_auto (GStrv) names = rn_class_names (self->session, look->model, look->n_classes);
  g_autofree double *p = g_new (double, look->n_classes);
  g_autofree char *spread = NULL, *list = NULL, *trained_on = NULL, *weights = NULL, *used = NULL;

  for (int k = 0; k < look->n_classes; k++)
    p[k] = (double) look->probabilities[k];
  rn_prediction_bars_set (RN_PREDICTION_BARS (self->bars), (const char *const *) names,
                          look->n_classes, p, NULL,
                          rn_class_names_find_truth (self->session, (const char *const *) names));
  gtk_widget_set_opacity (self->bars, 1.0);
  rn_card_set_empty (RN_CARD (self->answer_card), NULL, NULL);
  spread = say_spread (look, p);
  list = rn_class_names_list ((const char *const *) names, N_NAMED);
  trained_on =
      g_strdup_printf (_ ("Trained on: %s. Anything else gets one of these names, too."), list);
  weights = rn_class_names_of_weights (self->session, rn_model_get_step (look->model));
  used = g_strdup_printf (_ ("Weights: %s"), weights);
  gtk_label_set_text (GTK_LABEL (self->spread), spread);
  gtk_label_set_text (GTK_LABEL (self->notes), look->notes != NULL ? look->notes : "");
  gtk_widget_set_visible (self->notes, look->notes != NULL);
  gtk_label_set_text (GTK_LABEL (self->trained_on), trained_on);
  gtk_label_set_text (GTK_LABEL (self->weights), used);
}

static int
find_answer (const RnLook *look)
{
  int best = 0;

  for (int k = 1; k < look->n_classes; k++)
    if (look->probabilities[k] > look->probabilities[best])
      best = k;
  return best;
}

/* It comes after the answer: of the same picture the map before it stays until then. */
static void
show_map (RnClassifyOne *self, const RnLook *look)
{
  g_auto (GStrv) names = rn_class_names (self->session, look->model, look->n_classes);
  RnPicture *picture = rn_looker_get_picture (self->looker);
  const int class = find_answer (look);
  g_autoptr (RnTensor) map = NULL;
  double sum, logit;

  if (!look->is_full && picture == self->map_of)
    return;
  g_clear_pointer (&self->map_of, rn_picture_unref);
  self->map_of = rn_picture_ref (picture);
  map = look->is_full ? rn_look_activation (look, class, &sum, &logit) : NULL;
  rn_card_set_empty (RN_CARD (self->map_card),
                     map != NULL || !look->is_full ? NULL
                     : look->problem != NULL       ? look->problem
                                             : _ ("A network without blocks has no such map."),
                     NULL);
  rn_card_set_caption (RN_CARD (self->map_card), names[class]);
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->map), look->view, _ ("Map of the class"));
  rn_picture_view_set_overlay (RN_PICTURE_VIEW (self->map), map);
}

static void
clear_views (RnClassifyOne *self)
{
  stop_cutting (self);
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->input), NULL, NULL);
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->map), NULL, NULL);
  rn_picture_view_set_overlay (RN_PICTURE_VIEW (self->map), NULL);
  g_clear_pointer (&self->map_of, rn_picture_unref);
  rn_card_set_caption (RN_CARD (self->input_card), NULL);
  rn_card_set_caption (RN_CARD (self->map_card), NULL);
}

static void
show_look (RnClassifyOne *self)
{
  const RnLook *look = rn_looker_get_look (self->looker);
  const char *problem = rn_looker_get_problem (self->looker);

  if (problem != NULL)
    {
      rn_card_set_empty (RN_CARD (self->answer_card), problem, NULL);
      clear_views (self);
    }
  if (problem != NULL || look == NULL || rn_session_get_picture (self->session) == NULL)
    return;
  show_map (self, look);
  if (look->is_full)
    return; /* the same answer as before */
  show_view (self);
  show_answer (self, look);
}

/* Asking */

static gboolean
has_weights (RnClassifyOne *self)
{
  RnDocument *document = rn_session_get_document (self->session);

  return document != NULL && rn_document_has_weights (document);
}

static void
picture_changed (RnClassifyOne *self)
{
  const RnSubject *subject = rn_session_get_picture (self->session);
  g_autofree char *size = NULL;

  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->picture),
                               subject != NULL ? subject->picture : NULL,
                               subject != NULL ? subject->name : NULL);
  rn_picture_view_set_outlines (RN_PICTURE_VIEW (self->picture), NULL, 0, -1);
  gtk_widget_set_opacity (self->bars, OUTDATED_OPACITY);
  if (subject == NULL)
    {
      rn_prediction_bars_set (RN_PREDICTION_BARS (self->bars), NULL, 0, NULL, NULL, -1);
      return;
    }
  size = g_strdup_printf (_ ("%s, %d×%d"), subject->name != NULL ? subject->name : _ ("Picture"),
                          subject->picture->width, subject->picture->height);
  rn_card_set_caption (RN_CARD (self->picture_card), size);
  if (has_weights (self))
    rn_looker_look (self->looker);
}

/* Takes in a document that has come while other pages were shown. */
static void
catch_up (RnClassifyOne *self)
{
  RnDocument *document = rn_session_get_document (self->session);
  g_autofree char *text = NULL;
  GtkWidget *button = NULL;

  if (!self->is_document_due)
    return;
  self->is_document_due = FALSE;
  if (!has_weights (self))
    {
      text = g_strdup_printf (_ ("“%s” is a sketch: it has no weights yet. Train it, or open a "
                                 "trained model."),
                              document != NULL ? rn_document_get_title (document) : "");
      button = rn_untrained_offer_new (self->session);
    }
  else
    text = g_strdup (_ ("No answer yet."));
  rn_card_set_empty (RN_CARD (self->answer_card), text, button);
  if (has_weights (self))
    rn_looker_look (self->looker);
}

/* What is of the document before goes at once: it may hold much memory. The rest waits for somebody to see it. */
static void
document_changed (RnClassifyOne *self)
{
  rn_looker_clear (self->looker);
  clear_views (self);
  self->is_document_due = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    catch_up (self);
}

/* While the network learns, and when that has ended unseen, its newest weights answer; not while the time cursor asks for
 * those of the past. */
static void
status_changed (RnClassifyOne *self)
{
  RnDocument *document = rn_session_get_document (self->session);
  RnRecord *record = rn_session_get_record (self->session);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !has_weights (self) ||
      rn_time_axis_get_cursor (rn_session_get_time (self->session)) >= 0)
    return;
  if (!rn_session_has_trainer (self->session) && record != NULL)
    rn_looker_follow (self->looker, rn_record_get_last_step (record));
  else if (rn_session_has_trainer (self->session) &&
           document == rn_session_get_live (self->session))
    rn_looker_follow (self->looker, rn_session_get_status (self->session)->step);
}

static void
cursor_moved (RnClassifyOne *self)
{
  if (has_weights (self) && rn_session_get_record (self->session) != NULL)
    rn_looker_look (self->looker);
}

static void
views_chosen (RnClassifyOne *self)
{
  rn_looker_set_kind (self->looker, kind_of (self));
}

/* Making */

static GtkWidget *
make_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  rn_text_wrap (label);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
make_views (RnClassifyOne *self)
{
  const char *names[] = { _ ("1 view"), _ ("10 views"), _ ("5 scales"), NULL };

  self->views = gtk_drop_down_new_from_strings (names);
  gtk_widget_set_tooltip_text (
      self->views, _ ("How the picture is looked at: the middle; four corners and the middle, and "
                      "their mirror images; or whole at five sizes, also mirrored"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->views), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Views of the picture"), -1);
  g_signal_connect_swapped (self->views, "notify::selected", G_CALLBACK (views_chosen), self);
}

static void
make_answer (RnClassifyOne *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->bars = rn_prediction_bars_new ();
  gtk_widget_set_vexpand (self->bars, TRUE);
  gtk_widget_set_margin_bottom (self->bars, 6);
  gtk_box_append (GTK_BOX (box), self->bars);
  self->spread = make_label (box, NULL);
  self->notes = make_label (box, NULL);
  gtk_widget_set_visible (self->notes, FALSE);
  self->trained_on = make_label (box, "dim-label");
  self->weights = make_label (box, "dim-label");
  self->answer_card = rn_card_new (_ ("Answer"), box);
  make_views (self);
  rn_card_add_suffix (RN_CARD (self->answer_card), self->views);
  rn_card_set_help (RN_CARD (self->answer_card),
                    _ ("Looking at a picture in several ways and taking the mean is a little more "
                       "often right, and takes longer: 10 crops, or fully convolutional at several "
                       "scales (He et al. 2015, section 3.4)."));
}

static GtkWidget *
make_picture_view (void)
{
  GtkWidget *view = rn_picture_view_new ();

  gtk_widget_set_vexpand (view, TRUE);
  rn_picture_view_set_natural_side (RN_PICTURE_VIEW (view), 320);
  rn_picture_view_set_can_shrink (RN_PICTURE_VIEW (view), TRUE);
  return view;
}

/* Below the input: which of several views it is */
static GtkWidget *
make_input (RnClassifyOne *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->input = make_picture_view ();
  self->which = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_visible (self->which, FALSE);
  gtk_widget_set_tooltip_text (self->which, _ ("Which view is shown"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->which), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Which view is shown"), -1);
  g_signal_connect_swapped (self->which, "notify::selected", G_CALLBACK (show_view), self);
  gtk_box_append (GTK_BOX (box), self->input);
  gtk_box_append (GTK_BOX (box), self->which);
  return box;
}

static GtkWidget *
make_picture_card (const char *title, GtkWidget **view)
{
  *view = make_picture_view ();
  return rn_card_new (title, *view);
}

static void
make_content (RnClassifyOne *self)
{
  GtkWidget *pictures = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *row;

  self->picture_card = make_picture_card (_ ("Picture"), &self->picture);
  self->input_card = rn_card_new (_ ("Network input"), make_input (self));
  rn_card_set_help (RN_CARD (self->picture_card),
                    _ ("The picture as it is; frames show the parts of it that the network is "
                       "given; with several scales it is given the whole picture, and each frame "
                       "is as large as one input at that scale. Drop, paste or open another one "
                       "anywhere (He et al. 2015, section 3.4)."));
  rn_card_set_help (
      RN_CARD (self->input_card),
      _ ("Each pixel of the network’s input: the picture’s shorter side is brought to "
         "the input’s side, and the middle is taken; of several views the chosen one. What cannot "
         "be seen here, the network cannot see either (He et al. 2015, section 3.4)."));
  self->map_card = make_picture_card (_ ("Class map"), &self->map);
  rn_picture_view_make_figure (RN_PICTURE_VIEW (self->map));
  rn_card_set_help (
      RN_CARD (self->map_card),
      _ ("The class activation map of the answer, over what the network sees: the last maps, each "
         "weighted by what it counts for the class. With several views it is that of the middle "
         "one (He et al. 2015, section 3.3; Zhou et al. 2016)."));
  make_answer (self);
  gtk_box_set_homogeneous (GTK_BOX (pictures), TRUE);
  gtk_box_append (GTK_BOX (pictures), self->picture_card);
  gtk_box_append (GTK_BOX (pictures), self->input_card);
  gtk_box_append (GTK_BOX (pictures), self->map_card);
  row = rn_pair_new (pictures, self->answer_card, 0.58, BESIDE);
  gtk_widget_set_valign (row, GTK_ALIGN_START);
  gtk_widget_set_margin_bottom (row, 12);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), row);
  gtk_widget_add_css_class (self->scroller, "card-scroller");
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

static void
rn_classify_one_map (GtkWidget *widget)
{
  catch_up (RN_CLASSIFY_ONE (widget));
  GTK_WIDGET_CLASS (rn_classify_one_parent_class)->map (widget);
  rn_looker_set_active (RN_CLASSIFY_ONE (widget)->looker, TRUE);
  status_changed (RN_CLASSIFY_ONE (widget));
}

static void
rn_classify_one_unmap (GtkWidget *widget)
{
  rn_looker_set_active (RN_CLASSIFY_ONE (widget)->looker, FALSE);
  GTK_WIDGET_CLASS (rn_classify_one_parent_class)->unmap (widget);
}

static void
rn_classify_one_dispose (GObject *object)
{
  RnClassifyOne *self = RN_CLASSIFY_ONE (object);

  stop_cutting (self);
  if (self->looker != NULL)
    rn_looker_clear (self->looker);
  g_clear_pointer (&self->map_of, rn_picture_unref);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->looker);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_classify_one_parent_class)->dispose (object);
}

static void
rn_classify_one_init (RnClassifyOne *self)
{
}

static void
rn_classify_one_class_init (RnClassifyOneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_classify_one_dispose;
  widget_class->map = rn_classify_one_map;
  widget_class->unmap = rn_classify_one_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_classify_one_new (RnSession *session)
{
  RnClassifyOne *self = g_object_new (RN_TYPE_CLASSIFY_ONE, NULL);

  self->session = g_object_ref (session);
  self->looker = rn_looker_new (session, RN_LOOK_ONE);
  make_content (self);
  g_signal_connect_object (session, "document", G_CALLBACK (document_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "picture", G_CALLBACK (picture_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "status", G_CALLBACK (status_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rn_session_get_time (session), "cursor", G_CALLBACK (cursor_moved), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->looker, "changed", G_CALLBACK (show_look), self,
                           G_CONNECT_SWAPPED);
  document_changed (self);
  picture_changed (self);
  return GTK_WIDGET (self);
}
