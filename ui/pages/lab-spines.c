#include "pages/lab-spines.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/heat-column.h"
#include "charts/pace.h"
#include "pages/card.h"
#include "pages/text.h"
#include "state/format.h"

#define GROW_EVERY_US (G_USEC_PER_SEC / 2)
#define NAME_CHARS 14

/* One network */
typedef struct
{
  GtkWidget *button;
  GtkWidget *column;
  GtkWidget *name;
} Spine;

struct _RnLabSpines
{
  GtkWidget parent_instance;

  RnSession *session;
  RnCard *card;
  GtkWidget *row;
  GtkWidget *seeds;
  GtkWidget *measures;
  GtkWidget *scale;
  GtkWidget *ends[2];
  RnLabPlan *plan; /* (nullable) */
  gboolean is_live;
  gboolean is_silent; /* choices are set, not made */
  gboolean follows;   /* the seed under way is shown until the person chooses one */
  GArray *spines;     /* of Spine */
  GPtrArray *records; /* (nullable): of the chosen seed, as the disk has them */
  int seed;
  GCancellable *reading;
  RnPace pace;
};

G_DEFINE_FINAL_TYPE (RnLabSpines, rn_lab_spines, GTK_TYPE_WIDGET)

static int
n_arms (RnLabSpines *self)
{
  return self->plan == NULL ? 0 : rn_experiment_n_arms (rn_lab_plan_get_experiment (self->plan));
}

/* Returns: (nullable): live where it trains, else what the disk has */
static RnRecord *
get_record (RnLabSpines *self, int arm)
{
  RnRecord *record = NULL;

  if (self->is_live)
    record = rn_lab_desk_get_record (rn_session_get_lab (self->session),
                                     self->seed * n_arms (self) + arm);
  if (record == NULL && self->records != NULL && arm < (int) self->records->len)
    record = self->records->pdata[arm];
  return record;
}

static const RnBlockMeasure *
get_measures (RnRecord *record, int *n)
{
  const RnBlockMeasure *measures = record != NULL ? rn_record_get_newest (record, NULL) : NULL;

  *n = measures != NULL ? rn_spec_n_blocks (rn_record_get_spec (record)) : 0;
  return measures;
}

/* Showing */

static void
show_scale (RnLabSpines *self, const RnSpineScale *scale)
{
  g_autofree char *low = rn_measure_format (scale->kind, scale->min);
  g_autofree char *high = rn_measure_format (scale->kind, scale->max);

  rn_heat_scale_set (RN_HEAT_SCALE (self->scale), scale);
  gtk_label_set_text (GTK_LABEL (self->ends[0]), low);
  gtk_label_set_text (GTK_LABEL (self->ends[1]), high);
}

/* "Open the run of ResNet-56, step 300" */
static void
name_spine (RnLabSpines *self, int arm, RnRecord *record, const RnBlockMeasure *measures)
{
  const Spine *spine = &g_array_index (self->spines, Spine, arm);
  const char *name = rn_experiment_get_arm (rn_lab_plan_get_experiment (self->plan), arm)->name;
  g_autofree char *step =
      measures != NULL ? rn_format_count (rn_record_get_last_step (record)) : NULL;
  g_autofree char *text = measures == NULL
                              ? g_strdup_printf (_ ("%s has not been trained yet"), name)
                              : g_strdup_printf (_ ("Open the run of %s, step %s"), name, step);

  gtk_widget_set_sensitive (spine->button, measures != NULL);
  gtk_widget_set_tooltip_text (spine->button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spine->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

static void
show_spine (RnLabSpines *self, int arm, int most, const RnSpineScale *scale)
{
  RnRecord *record = get_record (self, arm);
  int n;
  const RnBlockMeasure *measures = get_measures (record, &n);
  const RnSpec *spec = rn_lab_plan_get_run (self->plan, self->seed * n_arms (self) + arm)->spec;
  const int n_blocks = measures != NULL ? n : rn_spec_n_blocks (spec);
  g_autofree double *values = g_new (double, MAX (n_blocks, 1));

  for (int i = 0; i < n_blocks; i++)
    values[i] = measures != NULL ? rn_measure_get (&measures[i], scale->kind) : NAN;
  rn_heat_column_set (RN_HEAT_COLUMN (g_array_index (self->spines, Spine, arm).column), values,
                      n_blocks, most, scale);
  name_spine (self, arm, record, measures);
}

static void
update (GtkWidget *widget)
{
  RnLabSpines *self = RN_LAB_SPINES (widget);
  RnSpineScale scale;
  int most = 1;

  if (self->plan == NULL)
    return;
  rn_spine_scale_init (&scale,
                       (RnMeasureKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->measures)));
  for (int arm = 0; arm < n_arms (self); arm++)
    {
      int n;
      const RnBlockMeasure *measures = get_measures (get_record (self, arm), &n);

      rn_spine_scale_grow (&scale, measures, n);
      most = MAX (most, rn_spec_n_blocks (rn_lab_plan_get_run (self->plan, arm)->spec));
    }
  for (int arm = 0; arm < n_arms (self); arm++)
    show_spine (self, arm, most, &scale);
  show_scale (self, &scale);
}

/* Reading runs that do not train */

typedef struct
{
  RnLabPlan *plan;
  int seed;
} Reading;

static void
reading_free (gpointer data)
{
  rn_lab_plan_unref (((Reading *) data)->plan);
  g_free (data);
}

static void
read_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;

  g_task_return_pointer (task, rn_lab_read_records (reading->plan, reading->seed),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
were_read (GObject *source, GAsyncResult *result, gpointer data)
{
  RnLabSpines *self = RN_LAB_SPINES (source);
  g_autoptr (GPtrArray) records = g_task_propagate_pointer (G_TASK (result), NULL);

  if (records == NULL || self->card == NULL)
    return;
  g_clear_pointer (&self->records, g_ptr_array_unref);
  self->records = g_steal_pointer (&records);
  update (GTK_WIDGET (self));
}

void
rn_lab_spines_reread (RnLabSpines *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (RN_IS_LAB_SPINES (self));

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (self->plan == NULL)
    return;
  self->reading = g_cancellable_new ();
  reading = g_new (Reading, 1);
  *reading = (Reading){ rn_lab_plan_ref (self->plan), self->seed };
  task = g_task_new (self, self->reading, were_read, NULL);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_task);
}

static void
set_seed (RnLabSpines *self, int seed)
{
  self->seed = seed;
  g_clear_pointer (&self->records, g_ptr_array_unref);
  rn_lab_spines_reread (self);
  update (GTK_WIDGET (self));
}

static void
on_seed (RnLabSpines *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->seeds));

  if (self->is_silent || at == GTK_INVALID_LIST_POSITION)
    return;
  self->follows = FALSE;
  set_seed (self, (int) at);
}

static void
follow (RnLabSpines *self)
{
  const int seed = rn_lab_desk_get_seed (rn_session_get_lab (self->session));

  if (!self->is_live || !self->follows || seed < 0 || seed == self->seed)
    return;
  self->is_silent = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->seeds), (guint) seed);
  self->is_silent = FALSE;
  set_seed (self, seed);
}

void
rn_lab_spines_grow (RnLabSpines *self)
{
  g_return_if_fail (RN_IS_LAB_SPINES (self));

  follow (self);
  rn_pace_ask (&self->pace);
}

/* Columns */

static void
on_open (GtkWidget *button, RnLabSpines *self)
{
  const int arm = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "arm"));

  rn_session_open_run (self->session,
                       rn_lab_plan_get_run (self->plan, self->seed * n_arms (self) + arm)->path);
}

static void
add_spine (RnLabSpines *self, int arm)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  Spine spine = { gtk_button_new (), rn_heat_column_new (),
                  gtk_label_new (
                      rn_experiment_get_arm (rn_lab_plan_get_experiment (self->plan), arm)->name) };

  rn_text_wrap (spine.name);
  gtk_label_set_width_chars (GTK_LABEL (spine.name), NAME_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (spine.name), NAME_CHARS);
  gtk_label_set_lines (GTK_LABEL (spine.name), 3);
  gtk_label_set_ellipsize (GTK_LABEL (spine.name), PANGO_ELLIPSIZE_END);
  gtk_label_set_justify (GTK_LABEL (spine.name), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (spine.name, "caption");
  gtk_box_append (GTK_BOX (box), spine.column);
  gtk_box_append (GTK_BOX (box), spine.name);
  gtk_button_set_child (GTK_BUTTON (spine.button), box);
  gtk_widget_add_css_class (spine.button, "flat");
  g_object_set_data (G_OBJECT (spine.button), "arm", GINT_TO_POINTER (arm));
  /* the name below the column would be read as well */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (spine.button),
                                 GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  g_signal_connect (spine.button, "clicked", G_CALLBACK (on_open), self);
  gtk_box_append (GTK_BOX (self->row), spine.button);
  g_array_append_val (self->spines, spine);
}

static void
list_seeds (RnLabSpines *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (int seed = 0; seed < rn_lab_plan_n_seeds (self->plan); seed++)
    {
      g_autofree char *name = g_strdup_printf (_ ("Seed %d"), seed + 1);

      gtk_string_list_append (names, name);
    }
  self->is_silent = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->seeds), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->seeds), 0);
  self->is_silent = FALSE;
}

static void
clear (RnLabSpines *self)
{
  GtkWidget *child;

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_array_set_size (self->spines, 0);
  while ((child = gtk_widget_get_first_child (self->row)) != NULL)
    gtk_box_remove (GTK_BOX (self->row), child);
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->plan, rn_lab_plan_unref);
}

void
rn_lab_spines_show (RnLabSpines *self, RnLabPlan *plan, gboolean is_live)
{
  g_return_if_fail (RN_IS_LAB_SPINES (self));

  self->is_live = is_live;
  gtk_widget_set_visible (GTK_WIDGET (self), plan != NULL);
  if (plan == self->plan)
    return;
  if (plan != NULL)
    rn_lab_plan_ref (plan);
  clear (self);
  self->plan = plan;
  self->seed = 0;
  self->follows = TRUE;
  if (plan == NULL)
    return;
  for (int arm = 0; arm < n_arms (self); arm++)
    add_spine (self, arm);
  list_seeds (self);
  rn_lab_spines_reread (self);
  update (GTK_WIDGET (self));
  follow (self);
}

/* The widget */

static GtkWidget *
make_legend (RnLabSpines *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->scale = rn_heat_scale_new ();
  for (int i = 0; i < 2; i++)
    {
      self->ends[i] = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->ends[i], "caption");
      gtk_widget_add_css_class (self->ends[i], "numeric");
    }
  gtk_box_append (GTK_BOX (box), self->ends[0]);
  gtk_box_append (GTK_BOX (box), self->scale);
  gtk_box_append (GTK_BOX (box), self->ends[1]);
  return box;
}

static GtkWidget *
new_choice (const char *const *names, const char *label, const char *tip)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (names);

  gtk_widget_set_tooltip_text (choice, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  return choice;
}

static GtkWidget *
make_measures (RnLabSpines *self)
{
  const char *names[RN_N_MEASURES + 1] = { NULL };

  for (RnMeasureKind kind = 0; kind < RN_N_MEASURES; kind++)
    names[kind] = rn_measure_title (kind);
  self->measures = new_choice (names, _ ("Measure"), _ ("What the colours stand for"));
  /* the ratio is nothing that a plain network has */
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->measures), RN_MEASURE_GRADIENT);
  g_signal_connect_swapped (self->measures, "notify::selected", G_CALLBACK (update), self);
  return self->measures;
}

static void
build (RnLabSpines *self)
{
  const char *const none[] = { NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->row);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), make_legend (self));
  self->card = RN_CARD (rn_card_new (_ ("Side by side"), box));
  self->seeds = new_choice (none, _ ("Seed"), _ ("Whose networks are shown"));
  g_signal_connect_swapped (self->seeds, "notify::selected", G_CALLBACK (on_seed), self);
  rn_card_add_suffix (self->card, self->seeds);
  rn_card_add_suffix (self->card, make_measures (self));
  rn_card_set_help (
      self->card,
      _ ("The networks of one seed, which saw the very same batches: each block is a field, from "
         "the stem down, and all are on one scale of colours. Of deep plain networks the paper "
         "says that their gradients are healthy and yet they learn worse (He et al. 2015, section "
         "4.1). A click opens the run."));
  gtk_widget_set_parent (GTK_WIDGET (self->card), GTK_WIDGET (self));
}

static void
rn_lab_spines_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_lab_spines_parent_class)->map (widget);
  rn_pace_map (&RN_LAB_SPINES (widget)->pace);
}

static void
rn_lab_spines_unmap (GtkWidget *widget)
{
  rn_pace_unmap (&RN_LAB_SPINES (widget)->pace);
  GTK_WIDGET_CLASS (rn_lab_spines_parent_class)->unmap (widget);
}

static void
rn_lab_spines_dispose (GObject *object)
{
  RnLabSpines *self = RN_LAB_SPINES (object);

  rn_pace_unmap (&self->pace);
  if (self->card != NULL)
    clear (self);
  if (self->card != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->card));
  self->card = NULL;
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_lab_spines_parent_class)->dispose (object);
}

static void
rn_lab_spines_finalize (GObject *object)
{
  g_array_unref (RN_LAB_SPINES (object)->spines);
  G_OBJECT_CLASS (rn_lab_spines_parent_class)->finalize (object);
}

static void
rn_lab_spines_init (RnLabSpines *self)
{
  self->spines = g_array_new (FALSE, FALSE, sizeof (Spine));
  self->follows = TRUE;
  rn_pace_init (&self->pace, GTK_WIDGET (self), GROW_EVERY_US, update);
}

static void
rn_lab_spines_class_init (RnLabSpinesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_lab_spines_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_lab_spines_finalize;
  widget_class->map = rn_lab_spines_map;
  widget_class->unmap = rn_lab_spines_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_lab_spines_new (RnSession *session)
{
  RnLabSpines *self = g_object_new (RN_TYPE_LAB_SPINES, NULL);

  self->session = g_object_ref (session);
  build (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return GTK_WIDGET (self);
}
