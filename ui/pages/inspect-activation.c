#include "pages/inspect-activation.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pages/card.h"
#include "pages/picture-view.h"
#include "pages/text.h"

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

static void
show (RnInspectActivation *self)
{
  g_autoptr (RnTensor) map = NULL;
  g_autofree char *text = NULL;

  self->sum = self->logit = NAN;
  if (self->look != NULL && (int) self->rank < self->n_classes)
    map = rn_look_activation (self->look, self->classes[self->rank], &self->sum, &self->logit);
  rn_picture_view_set_overlay (RN_PICTURE_VIEW (self->view), map);
  if (map != NULL)
    text = g_strdup_printf ("%.3f = %.3f", self->sum, self->logit);
  gtk_label_set_text (GTK_LABEL (self->numbers), text != NULL ? text : "");
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
  rn_picture_view_set_picture (RN_PICTURE_VIEW (self->view), picture, _ ("Class activation map"));
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
  gtk_label_set_text (GTK_LABEL (self->text),
                      text != NULL ? text : _ ("Sum of the last maps = logit less its bias"));
  gtk_widget_set_sensitive (self->opacity, text == NULL);
}

int
rn_inspect_activation_get_class (RnInspectActivation *self, double *sum, double *logit)
{
  *sum = self->sum;
  *logit = self->logit;
  return self->look != NULL && (int) self->rank < self->n_classes ? self->classes[self->rank] : -1;
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
                                  _ ("Class of the activation map"), -1);
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

static void
rn_inspect_activation_init (RnInspectActivation *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->top = self->chosen = -1;
  self->sum = self->logit = NAN;
  self->view = rn_picture_view_new ();
  gtk_widget_set_vexpand (self->view, TRUE);
  rn_picture_view_set_square (RN_PICTURE_VIEW (self->view), TRUE);
  self->text = gtk_label_new (NULL);
  self->numbers = gtk_label_new (NULL);
  rn_text_wrap (self->text);
  gtk_label_set_xalign (GTK_LABEL (self->text), 0);
  gtk_label_set_xalign (GTK_LABEL (self->numbers), 0);
  gtk_widget_add_css_class (self->text, "caption");
  gtk_widget_add_css_class (self->text, "dim-label");
  gtk_widget_add_css_class (self->numbers, "caption");
  gtk_widget_add_css_class (self->numbers, "numeric");
  gtk_box_append (GTK_BOX (box), self->view);
  gtk_box_append (GTK_BOX (box), make_controls (self));
  gtk_box_append (GTK_BOX (box), self->text);
  gtk_box_append (GTK_BOX (box), self->numbers);
  self->card = rn_card_new (_ ("Class activation map"), box);
  rn_card_set_help (RN_CARD (self->card),
                    _ ("The last maps, each weighted by what it counts for the class. As the "
                       "network ends in a global average pool (He et al. 2015, section 3.3), their "
                       "sum over all places is the class’s logit without its bias: nothing is "
                       "estimated here (Zhou et al. 2016)."));
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
  rn_inspect_activation_set_empty (self, NULL);
}

static void
rn_inspect_activation_dispose (GObject *object)
{
  RnInspectActivation *self = RN_INSPECT_ACTIVATION (object);

  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_pointer (&self->look, rn_look_unref);
  G_OBJECT_CLASS (rn_inspect_activation_parent_class)->dispose (object);
}

static void
rn_inspect_activation_class_init (RnInspectActivationClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_activation_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_activation_new (void)
{
  return g_object_new (RN_TYPE_INSPECT_ACTIVATION, NULL);
}
