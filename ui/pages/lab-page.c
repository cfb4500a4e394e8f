#include "pages/lab-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/card.h"
#include "pages/margin.h"
#include "pages/memory-check.h"
#include "pages/text.h"
#include "runs/run-list.h"
#include "runs/run-wishes.h"
#include "state/format.h"

#define TEXT_WIDTH 860 /* logical pixels: longer lines are hard to read */

/* What the experiment's button does now */
typedef enum
{
  DO_NOTHING,
  DO_RESIDUAL, /* there is nothing to compare with yet */
  DO_PLAIN
} Deed;

struct _RnLabPage
{
  GtkWidget parent_instance;

  RnSession *session;
  RnRunList *runs;
  RnRunDigest *residual; /* (nullable): the run to compare with */
  Deed deed;
  gboolean was_training;

  GtkWidget *scroller;
  GtkWidget *state;
  GtkWidget *button;
};

G_DEFINE_FINAL_TYPE (RnLabPage, rn_lab_page, GTK_TYPE_WIDGET)

/* The terminal may have named the same folder otherwise; whether the pictures are the same is checked before training. */
static gboolean
is_same_data (const char *a, const char *b)
{
  g_autofree char *name_a = a != NULL ? g_path_get_basename (a) : NULL;
  g_autofree char *name_b = b != NULL ? g_path_get_basename (b) : NULL;

  return g_strcmp0 (name_a, name_b) == 0;
}

/* Whether the two can be compared: the same network on the same data */
static gboolean
is_run_of (RnLabPage *self, const RnRunDigest *digest, const RnSpec *spec)
{
  return rn_run_digest_get_spec (digest) != NULL && rn_run_digest_get_step (digest) > 0 &&
         rn_run_digest_get_state (digest) != RN_RUN_DAMAGED &&
         rn_spec_equal (rn_run_digest_get_spec (digest), spec) &&
         is_same_data (rn_run_digest_get_data (digest),
                       rn_session_get_dataset_name (self->session));
}

/* Returns: (transfer none) (nullable): the latest run of @spec */
static RnRunDigest *
find_run (RnLabPage *self, const RnSpec *spec)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->runs));
  RnRunDigest *latest = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->runs), i);
      RnRunDigest *digest = rn_run_item_get_digest (item);

      if (is_run_of (self, digest, spec) &&
          (latest == NULL || rn_run_digest_get_time (digest) > rn_run_digest_get_time (latest)))
        latest = digest;
    }
  return latest;
}

static void
tell (RnLabPage *self, Deed deed, const char *button, const char *state)
{
  self->deed = deed;
  gtk_button_set_label (GTK_BUTTON (self->button), button);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  button, -1);
  gtk_widget_set_sensitive (self->button, deed != DO_NOTHING);
  gtk_label_set_text (GTK_LABEL (self->state), state);
}

/* @spec: the residual network that is shown */
static void
tell_experiment (RnLabPage *self, const RnSpec *spec)
{
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);
  g_autofree char *title = rn_format_spec_title (spec), *twin_title = rn_format_spec_title (twin);
  g_autofree char *button = NULL, *state = NULL;

  if (self->residual == NULL)
    {
      button = g_strdup_printf (_ ("Train %s"), title);
      state =
          g_strdup_printf (_ ("There is no run of %s on this data yet: train it first, then its "
                              "plain twin."),
                           title);
      tell (self, DO_RESIDUAL, button, state);
      return;
    }
  button = g_strdup_printf (_ ("Train %s and compare"), twin_title);
  state =
      g_strdup_printf (_ ("%s is trained with the settings and the seed of “%s”, and drawn beside "
                          "it."),
                       twin_title, rn_run_digest_get_name (self->residual));
  tell (self, DO_PLAIN, button, state);
}

static void
update (RnLabPage *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnRunDigest *run = spec != NULL ? find_run (self, spec) : NULL;

  if (run != NULL)
    rn_run_digest_ref (run);
  g_clear_pointer (&self->residual, rn_run_digest_unref);
  self->residual = run;
  if (rn_session_is_training (self->session))
    tell (self, DO_NOTHING, _ ("Train and compare"),
          _ ("A training is under way. Pause or stop it to begin the experiment."));
  else if (rn_session_get_dataset (self->session) == NULL)
    tell (self, DO_NOTHING, _ ("Train and compare"), _ ("The data is not open yet."));
  else if (spec == NULL)
    tell (self, DO_NOTHING, _ ("Train and compare"), _ ("No network is shown."));
  else if (!rn_spec_has_shortcuts (spec))
    tell (self, DO_NOTHING, _ ("Train and compare"),
          _ ("The network that is shown has no shortcuts. Show a residual one to begin."));
  else
    tell_experiment (self, spec);
}

/* The status changes ten times a second; what is said here hangs on one bit of it. */
static void
on_status (RnLabPage *self)
{
  const gboolean is_training = rn_session_is_training (self->session);

  if (is_training == self->was_training)
    return;
  self->was_training = is_training;
  update (self);
}

/* The length of a training is chosen in epochs of the data that is open. */
static double
get_epochs (RnLabPage *self, const RnSettings *settings)
{
  const int n = rn_dataset_count (rn_session_get_dataset (self->session), RN_SPLIT_TRAIN);
  const int rest = settings->drop_last ? 0 : settings->batch - 1;
  const int steps = MAX ((n + rest) / settings->batch, 1);

  return (double) settings->steps / steps;
}

/* Settings come from the run itself, so nothing differs but the shortcuts. */
static void
train_twin (RnLabPage *self, const RnSettings *settings)
{
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (rn_session_get_spec (self->session));
  /* of its own: an edit of the run that is shown would begin with its weights */
  g_autoptr (RnDocument) sketch = rn_document_new_sketch (twin, NULL);
  /* another document is shown, and with it another run, or none, is the one to compare with */
  g_autofree char *path = g_strdup (rn_run_digest_get_path (self->residual));

  rn_session_show (self->session, sketch);
  rn_session_set_epochs (self->session, get_epochs (self, settings));
  rn_session_set_settings (self->session, settings);
  if (!rn_run_is_compared (self->session, path))
    rn_session_compare (self->session, path);
  rn_start_training (self->session, GTK_WIDGET (self));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "train");
}

/* What the task needs: the run to read, and the data that it has to have been trained on */
typedef struct
{
  char *path;
  RnDataset *dataset;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  rn_dataset_unref (reading->dataset);
  g_free (reading);
}

static void
read_settings (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;
  GError *error = NULL;
  g_autoptr (RnRun) run = rn_run_open (reading->path, &error);

  if (run == NULL)
    g_task_return_error (task, error);
  else if (g_strcmp0 (rn_run_get_data_digest (run), rn_dataset_get_digest (reading->dataset)) != 0)
    g_task_return_new_error (task, RN_ERROR, RN_ERROR_DATA,
                             _ ("“%s” was trained on other pictures than those that are open"),
                             reading->path);
  else
    g_task_return_pointer (task, g_memdup2 (rn_run_get_settings (run), sizeof (RnSettings)),
                           g_free);
}

static void
on_settings (GObject *object, GAsyncResult *result, gpointer data)
{
  RnLabPage *self = RN_LAB_PAGE (object);
  g_autoptr (GError) error = NULL;
  g_autofree RnSettings *settings = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->session == NULL)
    return; /* the page is gone */
  update (self);
  if (settings == NULL)
    g_signal_emit_by_name (self->session, "problem", _ ("The experiment cannot begin"),
                           error->message);
  else if (self->deed == DO_PLAIN)
    train_twin (self, settings);
}

static void
on_clicked (RnLabPage *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  if (self->deed == DO_RESIDUAL)
    {
      rn_start_training (self->session, GTK_WIDGET (self));
      gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "train");
      return;
    }
  if (self->deed != DO_PLAIN)
    return;
  gtk_widget_set_sensitive (self->button, FALSE);
  task = g_task_new (self, NULL, on_settings, NULL);
  reading = g_new0 (Reading, 1);
  reading->path = g_strdup (rn_run_digest_get_path (self->residual));
  reading->dataset = rn_dataset_ref (rn_session_get_dataset (self->session));
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_settings);
}

static void
map (GtkWidget *widget)
{
  RnLabPage *self = RN_LAB_PAGE (widget);

  GTK_WIDGET_CLASS (rn_lab_page_parent_class)->map (widget);
  rn_run_list_set_folder (self->runs, rn_session_get_runs_folder (self->session));
  rn_run_list_refresh (self->runs);
}

/* Making */

static GtkWidget *
make_experiment (RnLabPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *card;

  gtk_box_append (
      GTK_BOX (box),
      rn_text_new (_ ("Take the shortcuts away, and nothing else: the same layers, the same "
                      "settings, the same seed. What do the shortcuts give?"),
                   NULL));
  gtk_box_append (
      GTK_BOX (box),
      rn_text_new (
          _ ("The paper found that of plain networks the deeper one is worse, already on its "
             "training pictures: on CIFAR-10 with 56 layers worse than with 20. Of residual "
             "networks the deeper one is better, up to 110 layers. With about 20 layers the "
             "two kinds end up close; the residual one is there sooner (sections 4.1 and "
             "4.2)."),
          "dim-label"));
  self->state = rn_text_new (NULL, NULL);
  gtk_box_append (GTK_BOX (box), self->state);
  self->button = gtk_button_new ();
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->button, "suggested-action");
  gtk_widget_add_css_class (self->button, "pill");
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);
  gtk_box_append (GTK_BOX (box), self->button);
  card = rn_card_new (_ ("Residual against plain"), box);
  return card;
}

static GtkWidget *
make_more (void)
{
  GtkWidget *text = rn_text_new (
      _ ("Other comparisons are made by hand: change the network on Build or the settings "
         "on Train, train, and tick Compare on Runs. From a terminal, "
         "residua-cli trains without a window: “residua-cli train --help”."),
      NULL);

  return rn_card_new (_ ("Your own experiments"), text);
}

static void
constructed (RnLabPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *clamp = adw_clamp_new ();

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), TEXT_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), TEXT_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_box_append (GTK_BOX (box), make_experiment (self));
  gtk_box_append (GTK_BOX (box), make_more ());
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), rn_margin_new (clamp));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  g_signal_connect_object (self->session, "document", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "status", G_CALLBACK (on_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "dataset", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runs, "scanned", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
rn_lab_page_init (RnLabPage *self)
{
  self->runs = rn_run_list_new ();
}

static void
dispose (GObject *object)
{
  RnLabPage *self = RN_LAB_PAGE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->residual, rn_run_digest_unref);
  g_clear_object (&self->runs);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_lab_page_parent_class)->dispose (object);
}

static void
rn_lab_page_class_init (RnLabPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->map = map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_lab_page_new (RnSession *session)
{
  RnLabPage *self = g_object_new (RN_TYPE_LAB_PAGE, NULL);

  self->session = g_object_ref (session);
  constructed (self);
  return GTK_WIDGET (self);
}
