#include "pages/inspect-activation.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/card.h"
#include "pages/picture-view.h"
#include "pages/study-control.h"
#include "pages/text.h"
#include "state/format.h"

#define N_CLASSES 5 /* that can be chosen: the most likely */

struct _RnInspectActivation
{
  GtkWidget parent_instance;

  GtkWidget *card;
  GtkWidget *view;
  GtkWidget *opacity;
  GtkWidget *text;
  GtkWidget *numbers;
  GtkWidget *class_list;
  GtkStringList *class_names; /* of the model of class_list */
  RnLook *look;
  int classes[N_CLASSES]; /* by rank, the most likely first */
  int n_classes;
  guint rank;          /* that is shown */
  int top;             /* the most likely class as the prediction has it; -1: as the look has it */
  int chosen;          /* by the person; -1: the most likely, whichever it is */
  gboolean is_filling; /* the list is changed by us */
  double sum, logit;
  char *empty; /* (nullable): why there is no map */

  GtkWidget *activation_button;
  GtkWidget *occlusion_button;
  GtkWidget *control;
  RnStudyRunner *runner;      /* of the occlusion map */
  RnPicture *covered_picture; /* (nullable): that it is of, and its class */
  int covered_class;
};

G_DEFINE_FINAL_TYPE (RnInspectActivation, rn_inspect_activation, GTK_TYPE_WIDGET)

/* Returns: the most likely class that is not among the first @n_taken */
static int
find_next (RnInspectActivation *self, int n_taken)
{
  const RnLook *look = self->look;
  int best = -1;

  for (int k = 0; k < look->n_classes; k++)
    {
      gboolean is_taken = FALSE;

      for (int j = 0; j < n_taken; j++)
        is_taken |= self->classes[j] == k;
      if (!is_taken && (best < 0 || look->logits[k] > look->logits[best]))
        best = k;
    }
  return best;
}

/* A class that was chosen stays in the list and stays shown, however unlikely it becomes. */
static void
rank_classes (RnInspectActivation *self)
{
  self->n_classes = MIN (self->look->n_classes, N_CLASSES);
  self->rank = 0;
  for (int i = 0; i < self->n_classes; i++)
    self->classes[i] = i == 0 && self->top >= 0 && self->top < self->look->n_classes
                           ? self->top
                           : find_next (self, i);
  if (self->chosen < 0 || self->chosen >= self->look->n_classes)
    return;
  while ((int) self->rank < self->n_classes - 1 && self->classes[self->rank] != self->chosen)
    self->rank++;
  self->classes[self->rank] = self->chosen;
}

/* Changes the list only where it says something else: an open one must not flicker while training goes on. */
static void
fill_list (RnInspectActivation *self, const char *const *names)
{
  const char *wanted[N_CLASSES + 1] = { NULL };
  gboolean is_same =
      (guint) self->n_classes == g_list_model_get_n_items (G_LIST_MODEL (self->class_names));

  for (int i = 0; i < self->n_classes; i++)
    {
      wanted[i] = names[self->classes[i]];
      is_same =
          is_same && g_str_equal (wanted[i], gtk_string_list_get_string (self->class_names, i));
    }
  self->is_filling = TRUE;
  if (!is_same)
    gtk_string_list_splice (self->class_names, 0,
                            g_list_model_get_n_items (G_LIST_MODEL (self->class_names)), wanted);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->class_list), self->rank);
  self->is_filling = FALSE;
}

static int
get_class (RnInspectActivation *self)
{
  return self->look != NULL && (int) self->rank < self->n_classes ? self->classes[self->rank] : -1;
}

static gboolean
is_occlusion (RnInspectActivation *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->occlusion_button));
}

/* Words */

static const char *
say_occlusion (RnInspectActivation *self)
{
  if (rn_study_runner_get_map (self->runner) != NULL)
    return _ ("How far the class’s probability falls where a square is covered");
  if (rn_study_runner_get_problem (self->runner) != NULL)
    return rn_study_runner_get_problem (self->runner);
  if (rn_study_runner_is_running (self->runner))
    return _ ("The picture is being covered square by square.");
  return _ ("“Measure” covers the picture square by square.");
}

/* Returns: (transfer full): what stands below the map while nobody points at it */
static char *
say_numbers (RnInspectActivation *self)
{
  const RnTensor *map = rn_study_runner_get_map (self->runner);
  float most = -INFINITY;
  g_autofree char *value = NULL;

  if (!is_occlusion (self))
    return isnan (self->sum) ? g_strdup ("") : rn_format_equality (self->sum, self->logit);
  if (map == NULL)
    return g_strdup ("");
  for (int i = 0; i < map->dims[0] * map->dims[1]; i++)
    most = MAX (most, map->data[i]);
  value = rn_format_number ((double) most);
  return g_strdup_printf (_ ("at most %s"), value);
}

static void
say (RnInspectActivation *self)
{
  g_autofree char *numbers = say_numbers (self);

  gtk_label_set_text (GTK_LABEL (self->text),
                      self->empty != NULL   ? self->empty
                      : is_occlusion (self) ? say_occlusion (self)
                                            : _ ("Sum of the last maps = logit less its bias"));
  gtk_label_set_text (GTK_LABEL (self->numbers), numbers);
}

static void
on_motion (RnInspectActivation *self, double x, double y)
{
  int column, row;
  double value;
  g_autofree char *number = NULL, *text = NULL;

  if (!rn_picture_view_read (RN_PICTURE_VIEW (self->view), x, y, &column, &row, &value))
    {
      say (self);
      return;
    }
  number = rn_format_number (value);
  text = g_strdup_printf (_ ("x %d, y %d: %s"), column, row, number);
  gtk_label_set_text (GTK_LABEL (self->numbers), text);
}

/* Maps */

/* An occlusion map of another picture or class is none of what is shown; the weights may be older, as with every study. */
static void
drop_outdated (RnInspectActivation *self)
{
  if (self->covered_picture == NULL ||
      (self->covered_picture == rn_picture_view_get_picture (RN_PICTURE_VIEW (self->view)) &&
       self->covered_class == get_class (self)))
    return;
  g_clear_pointer (&self->covered_picture, rn_picture_unref);
  rn_study_runner_clear (self->runner);
}

static void
show (RnInspectActivation *self)
{
  g_autoptr (RnTensor) map = NULL;

  drop_outdated (self);
  self->sum = self->logit = NAN;
  if (get_class (self) >= 0)
    map = rn_look_activation (self->look, get_class (self), &self->sum, &self->logit);
  rn_picture_view_set_overlay (RN_PICTURE_VIEW (self->view),
                               is_occlusion (self) ? rn_study_runner_get_map (self->runner) : map);
  gtk_widget_set_visible (self->control, is_occlusion (self));
  gtk_widget_set_sensitive (self->control, get_class (self) >= 0);
  say (self);
}

static void
cover (RnInspectActivation *self)
{
  RnPicture *picture = rn_picture_view_get_picture (RN_PICTURE_VIEW (self->view));

  if (get_class (self) < 0 || picture == NULL)
    return;
  g_clear_pointer (&self->covered_picture, rn_picture_unref);
  self->covered_picture = rn_picture_ref (picture);
  self->covered_class = get_class (self);
  rn_study_runner_start_with (self->runner, self->look->model, self->look->view,
                              self->covered_class);
}

void
rn_inspect_activation_set_look (RnInspectActivation *self, RnLook *look, RnPicture *picture,
                                const char *const *names)
{
  g_return_if_fail (RN_IS_INSPECT_ACTIVATION (self));

  if (look != NULL)
    rn_look_ref (look);
  if (picture != rn_picture_view_get_picture (RN_PICTURE_VIEW (self->view)))
    self->chosen = -1;
  g_clear_pointer (&self->look, rn_look_unref);
  self->look = look;
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->view), picture, _ ("Map of the class"));
  if (look != NULL)
    {
      rank_classes (self);
      fill_list (self, names);
    }
  gtk_widget_set_sensitive (self->class_list, look != NULL);
  show (self);
}

void
rn_inspect_activation_set_top (RnInspectActivation *self, int class, const char *const *names)
{
  g_return_if_fail (RN_IS_INSPECT_ACTIVATION (self));

  if (class == self->top)
    return;
  self->top = class;
  if (self->look == NULL)
    return;
  rank_classes (self);
  fill_list (self, names);
  show (self);
}

void
rn_inspect_activation_set_empty (RnInspectActivation *self, const char *text)
{
  if (g_strcmp0 (text, self->empty) == 0)
    return; /* a number that is pointed at stays */
  g_free (self->empty);
  self->empty = g_strdup (text);
  gtk_widget_set_sensitive (self->opacity, text == NULL);
  say (self);
}

int
rn_inspect_activation_get_class (RnInspectActivation *self, double *sum, double *logit)
{
  *sum = self->sum;
  *logit = self->logit;
  return get_class (self);
}

void
rn_inspect_activation_set_occlusion (RnInspectActivation *self, gboolean occlusion)
{
  g_return_if_fail (RN_IS_INSPECT_ACTIVATION (self));

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (occlusion ? self->occlusion_button
                                                             : self->activation_button),
                                TRUE);
}

RnStudyRunner *
rn_inspect_activation_get_runner (RnInspectActivation *self)
{
  return self->runner;
}

static void
class_chosen (RnInspectActivation *self)
{
  const guint rank = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->class_list));

  if (self->is_filling || rank == GTK_INVALID_LIST_POSITION)
    return;
  self->rank = rank;
  self->chosen = rank > 0 ? self->classes[rank] : -1;
  show (self);
}

static void
opacity_changed (RnInspectActivation *self)
{
  rn_picture_view_set_overlay_opacity (RN_PICTURE_VIEW (self->view),
                                       gtk_range_get_value (GTK_RANGE (self->opacity)));
}

static void
make_class_list (RnInspectActivation *self)
{
  const char *const none[] = { "–", NULL };

  self->class_names = gtk_string_list_new (none);
  self->class_list = gtk_drop_down_new (G_LIST_MODEL (self->class_names), NULL);
  gtk_widget_set_tooltip_text (self->class_list, _ ("The class that is looked for"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->class_list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Class of the map"), -1);
  g_signal_connect_swapped (self->class_list, "notify::selected", G_CALLBACK (class_chosen), self);
}

static GtkWidget *
make_controls (RnInspectActivation *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->opacity = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.0, 1.0, 0.05);
  gtk_range_set_value (GTK_RANGE (self->opacity), 0.6);
  gtk_widget_set_hexpand (self->opacity, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->opacity), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Opacity of the map"), -1);
  g_signal_connect_swapped (self->opacity, "value-changed", G_CALLBACK (opacity_changed), self);
  gtk_widget_set_tooltip_text (self->opacity, _ ("Opacity of the map"));
  make_class_list (self);
  gtk_box_append (GTK_BOX (row), self->class_list);
  gtk_box_append (GTK_BOX (row), self->opacity);
  return row;
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  rn_text_wrap (label);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_toggle (const char *text, const char *tooltip)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (text);

  gtk_widget_set_tooltip_text (button, tooltip);
  return button;
}

/* Which of the two maps, and the measuring of the second */
static GtkWidget *
make_switch (RnInspectActivation *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->activation_button = make_toggle (_ ("Activation"), _ ("Where the class was found: exact"));
  self->occlusion_button =
      make_toggle (_ ("Occlusion"), _ ("Where the class is lost when a square is covered"));
  gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->occlusion_button),
                               GTK_TOGGLE_BUTTON (self->activation_button));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->activation_button), TRUE);
  g_signal_connect_swapped (self->occlusion_button, "toggled", G_CALLBACK (show), self);
  gtk_widget_add_css_class (linked, "linked");
  gtk_box_append (GTK_BOX (linked), self->activation_button);
  gtk_box_append (GTK_BOX (linked), self->occlusion_button);
  self->control = rn_study_control_new (self->runner, _ ("Occlusion map"));
  gtk_widget_set_hexpand (self->control, TRUE);
  gtk_widget_set_halign (self->control, GTK_ALIGN_END);
  g_signal_connect_swapped (self->control, "start", G_CALLBACK (cover), self);
  gtk_box_append (GTK_BOX (row), linked);
  gtk_box_append (GTK_BOX (row), self->control);
  return row;
}

static void
make_view (RnInspectActivation *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  /* as high, and as far from the buttons, as the picture that stands beside it */
  self->view = rn_picture_view_new ();
  gtk_widget_set_margin_bottom (self->view, 6);
  rn_picture_view_set_square (RN_PICTURE_VIEW (self->view), TRUE);
  rn_picture_view_make_figure (RN_PICTURE_VIEW (self->view));
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (say), self);
  gtk_widget_add_controller (self->view, motion);
}

static void
make_content (RnInspectActivation *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  make_view (self);
  self->text = make_label ("dim-label");
  self->numbers = make_label ("numeric");
  gtk_box_append (GTK_BOX (box), self->view);
  gtk_box_append (GTK_BOX (box), make_switch (self));
  gtk_box_append (GTK_BOX (box), make_controls (self));
  gtk_box_append (GTK_BOX (box), self->text);
  gtk_box_append (GTK_BOX (box), self->numbers);
  self->card = rn_card_new (_ ("Where it sees the class"), box);
  rn_card_set_help (
      RN_CARD (self->card),
      _ ("Activation: the last maps, each weighted by what it counts for the class. As the network "
         "ends in a global average pool (He et al. 2015, section 3.3), their sum over all places "
         "is the class’s logit without its bias: nothing is estimated here (Zhou et al. 2016). "
         "Occlusion, a second opinion: the picture is covered square by square (Zeiler and Fergus "
         "2014, section 4.2)."));
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
}

static void
rn_inspect_activation_init (RnInspectActivation *self)
{
  self->top = self->chosen = -1;
  self->sum = self->logit = NAN;
}

static void
rn_inspect_activation_dispose (GObject *object)
{
  RnInspectActivation *self = RN_INSPECT_ACTIVATION (object);

  if (self->runner != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->runner, self);
      rn_study_runner_clear (self->runner);
    }
  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_pointer (&self->look, rn_look_unref);
  g_clear_pointer (&self->covered_picture, rn_picture_unref);
  g_clear_pointer (&self->empty, g_free);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (rn_inspect_activation_parent_class)->dispose (object);
}

static void
rn_inspect_activation_class_init (RnInspectActivationClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_activation_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_activation_new (RnSession *session)
{
  RnInspectActivation *self = g_object_new (RN_TYPE_INSPECT_ACTIVATION, NULL);

  self->runner = rn_study_runner_new (session, RN_STUDY_OCCLUSION);
  make_content (self);
  g_signal_connect_swapped (self->runner, "changed", G_CALLBACK (show), self);
  show (self);
  return GTK_WIDGET (self);
}
