#include "pages/problem-list.h"

#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "pages/text.h"
#include "state/format.h"

#define MOST 4 /* that are listed one by one: each has a button, and the spine shows them all */
#define LARGEST_SMALL_SIDE 64

typedef enum
{
  PROBLEM_BLOCK,
  PROBLEM_MORE, /* how many blocks are not listed */
  PROBLEM_MEMORY,
  PROBLEM_DATA
} Kind;

typedef struct
{
  Kind kind;
  char *text;
  char *mend;            /* (nullable) */
  RnSpecProblem problem; /* PROBLEM_BLOCK */
} Problem;

struct _RnProblemList
{
  GtkWidget parent_instance;

  RnSession *session;
  gsize available;
  GtkWidget *box;
  GArray *problems; /* of Problem */
  GCancellable *cancellable;
  RnMemoryCheck memory;
  gboolean is_memory_known; /* @memory is the shown network's */
  int batch, threads;       /* that were asked about */
  RnDataset *dataset;       /* (nullable): the same; only to tell it from another */
};

G_DEFINE_FINAL_TYPE (RnProblemList, rn_problem_list, GTK_TYPE_WIDGET)

enum
{
  LISTED,
  FIT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
problem_clear (gpointer data)
{
  Problem *problem = data;

  g_free (problem->text);
  g_free (problem->mend);
}

guint
rn_problem_list_n (RnProblemList *self)
{
  return self->problems->len;
}

const char *
rn_problem_list_get_text (RnProblemList *self, guint at)
{
  g_return_val_if_fail (at < self->problems->len, NULL);

  return g_array_index (self->problems, Problem, at).text;
}

const char *
rn_problem_list_get_mend (RnProblemList *self, guint at)
{
  g_return_val_if_fail (at < self->problems->len, NULL);

  return g_array_index (self->problems, Problem, at).mend;
}

gboolean
rn_spec_fit_dataset (RnSpec *spec, RnDataset *dataset)
{
  const int classes = rn_dataset_n_classes (dataset);
  const int channels = rn_dataset_get_channels (dataset);
  int side = rn_spec_get_side (spec), width, height;
  gboolean is_changed = FALSE;

  rn_dataset_get_size (dataset, &width, &height);
  if (rn_spec_get_stem (spec) == RN_STEM_3X3 && width > 0 && width == height &&
      width <= LARGEST_SMALL_SIDE)
    side = width;
  if (side != rn_spec_get_side (spec) || channels != rn_spec_get_channels (spec))
    is_changed = rn_spec_set_input (spec, side, channels, NULL);
  if (classes != rn_spec_get_classes (spec))
    is_changed = rn_spec_set_classes (spec, classes, NULL) || is_changed;
  return is_changed;
}

/* Mending */

static void
use_smaller_batch (RnProblemList *self)
{
  RnSettings settings = *rn_session_get_settings (self->session);

  settings.batch = self->memory.largest_batch;
  rn_session_set_settings (self->session, &settings);
}

void
rn_problem_list_mend (RnProblemList *self, guint at)
{
  const Problem *problem;
  RnSpecProblem of_block;
  GError *error = NULL;

  g_return_if_fail (at < self->problems->len);

  problem = &g_array_index (self->problems, Problem, at);
  switch (problem->kind)
    {
    case PROBLEM_BLOCK:
      of_block = problem->problem; /* the edit lists the problems anew */
      rn_sketch_mend (rn_session_begin_edit (self->session), &of_block, &error);
      rn_session_end_edit (self->session, error);
      break;
    case PROBLEM_MEMORY:
      if (problem->mend != NULL)
        use_smaller_batch (self);
      break;
    case PROBLEM_DATA:
      g_signal_emit (self, signals[FIT], 0);
      break;
    case PROBLEM_MORE:
    default:
      break;
    }
}

static void
on_clicked (GtkButton *button, RnProblemList *self)
{
  const guint at = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "rn-problem"));

  if (at < self->problems->len)
    rn_problem_list_mend (self, at);
}

/* Finding */

static void
add (RnProblemList *self, Kind kind, char *text, char *mend, const RnSpecProblem *of_block)
{
  Problem problem = { .kind = kind, .text = text, .mend = mend };

  if (of_block != NULL)
    problem.problem = *of_block;
  g_array_append_val (self->problems, problem);
}

static void
add_blocks (RnProblemList *self, const RnSpec *spec)
{
  g_autoptr (GArray) found = rn_spec_find_problems (spec);

  for (guint i = 0; i < found->len && i < MOST; i++)
    {
      const RnSpecProblem *problem = &g_array_index (found, RnSpecProblem, i);
      g_autofree char *why = rn_spec_problem_to_string (problem);

      add (self, PROBLEM_BLOCK, g_strdup_printf (_ ("Block %d: %s"), problem->at + 1, why),
           g_strdup (rn_mend_get_label (problem->mend)), problem);
    }
  if (found->len > MOST)
    add (self, PROBLEM_MORE,
         g_strdup_printf (ngettext ("%u more block does not fit.", "%u more blocks do not fit.",
                                    (gulong) (found->len - MOST)),
                          found->len - MOST),
         NULL, NULL);
}

static void
add_memory (RnProblemList *self)
{
  g_autofree char *largest = NULL, *mend = NULL;
  RnDocument *document = rn_session_get_document (self->session);

  if (!self->is_memory_known || rn_memory_check_fits (&self->memory))
    return;
  largest = rn_format_count (self->memory.largest_batch);
  /* a run goes on with its own batches */
  if (self->memory.largest_batch >= 1 && rn_document_get_kind (document) == RN_DOCUMENT_SKETCH)
    mend = g_strdup_printf (_ ("Use batches of %s"), largest);
  add (self, PROBLEM_MEMORY, rn_memory_check_describe (&self->memory), g_steal_pointer (&mend),
       NULL);
}

/* @has_side: whether the data decide the input's side too */
static char *
describe_data (const RnSpec *fitted, gboolean has_side)
{
  const int classes = rn_spec_get_classes (fitted), side = rn_spec_get_side (fitted);
  const gboolean is_grey = rn_spec_get_channels (fitted) == 1;

  if (!has_side)
    return g_strdup_printf (
        is_grey ? _ ("This network does not fit the data set, which has %d classes of grey "
                     "pictures.")
                : _ ("This network does not fit the data set, which has %d classes of colour "
                     "pictures."),
        classes);
  return g_strdup_printf (
      is_grey ? _ ("This network does not fit the data set, which has %d classes of grey pictures, "
                   "for an input of %d×%d.")
              : _ ("This network does not fit the data set, which has %d classes of colour "
                   "pictures, for an input of %d×%d."),
      classes, side, side);
}

static void
add_data (RnProblemList *self, const RnSpec *spec)
{
  RnDataset *dataset = rn_session_get_dataset (self->session);
  g_autoptr (RnSpec) fitted = dataset != NULL ? rn_spec_copy (spec) : NULL;

  if (fitted != NULL && rn_spec_fit_dataset (fitted, dataset))
    add (self, PROBLEM_DATA,
         describe_data (fitted, rn_spec_get_side (fitted) != rn_spec_get_side (spec)),
         g_strdup (_ ("Fit to the data")), NULL);
}

/* Showing */

static GtkWidget *
make_row (RnProblemList *self, guint at)
{
  const Problem *problem = &g_array_index (self->problems, Problem, at);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *label = rn_text_new (problem->text, NULL);

  gtk_widget_add_css_class (icon, problem->kind == PROBLEM_DATA ? "dim-label" : "warning");
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), label);
  if (problem->mend != NULL)
    {
      GtkWidget *button = gtk_button_new_with_label (problem->mend);
      g_autofree char *name = g_strdup_printf ("%s: %s", problem->mend, problem->text);

      g_object_set_data (G_OBJECT (button), "rn-problem", GUINT_TO_POINTER (at));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                      -1);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
      gtk_box_append (GTK_BOX (row), button);
    }
  return row;
}

static void
list_problems (RnProblemList *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  GtkWidget *child;

  g_array_set_size (self->problems, 0);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  if (spec != NULL)
    {
      add_blocks (self, spec);
      add_memory (self);
      add_data (self, spec);
    }
  for (guint i = 0; i < self->problems->len; i++)
    gtk_box_append (GTK_BOX (self->box), make_row (self, i));
  gtk_widget_set_visible (GTK_WIDGET (self), self->problems->len > 0);
  g_signal_emit (self, signals[LISTED], 0);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  RnMemoryCheck memory;
  RnProblemList *self;

  if (!rn_memory_check_finish (result, &memory, NULL))
    return; /* cancelled: @data may be gone */
  self = data;
  self->memory = memory;
  self->is_memory_known = TRUE;
  list_problems (self);
}

static void
refresh (RnProblemList *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const RnSettings *settings = rn_session_get_settings (self->session);
  RnDocument *document = rn_session_get_document (self->session);
  g_autoptr (RnSpec) trained = document != NULL ? rn_session_fit (self->session, document) : NULL;
  gboolean is_asked;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->dataset = rn_session_get_dataset (self->session);
  self->batch = settings != NULL ? settings->batch : 128;
  self->threads = rn_session_count_threads (self->session);
  /* a trainer that is there has its memory already; otherwise what was known stays until it is known anew */
  is_asked = spec != NULL && document != rn_session_get_live (self->session);
  self->is_memory_known = self->is_memory_known && is_asked;
  list_problems (self);
  if (!is_asked)
    return;
  self->cancellable = g_cancellable_new ();
  rn_memory_check_async (trained != NULL ? trained : spec, self->batch, self->threads,
                         self->available, self->cancellable, on_checked, self);
}

/* The signal also tells the progress of opening. */
static void
on_dataset (RnProblemList *self)
{
  if (rn_session_get_dataset (self->session) != self->dataset)
    refresh (self);
}

static void
on_settings (RnProblemList *self)
{
  const RnSettings *settings = rn_session_get_settings (self->session);

  if ((settings != NULL && settings->batch != self->batch) ||
      rn_session_count_threads (self->session) != self->threads)
    refresh (self);
}

static void
rn_problem_list_dispose (GObject *object)
{
  RnProblemList *self = RN_PROBLEM_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->problems, g_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_problem_list_parent_class)->dispose (object);
}

static void
rn_problem_list_init (RnProblemList *self)
{
  self->problems = g_array_new (FALSE, FALSE, sizeof (Problem));
  g_array_set_clear_func (self->problems, problem_clear);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_margin_top (self->box, 12);
  gtk_widget_set_margin_bottom (self->box, 12);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What cannot run"), -1);
}

static void
rn_problem_list_class_init (RnProblemListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_problem_list_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  signals[LISTED] = g_signal_new ("listed", RN_TYPE_PROBLEM_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[FIT] = g_signal_new ("fit", RN_TYPE_PROBLEM_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

GtkWidget *
rn_problem_list_new (RnSession *session, gsize available)
{
  RnProblemList *self = g_object_new (RN_TYPE_PROBLEM_LIST, NULL);

  self->session = g_object_ref (session);
  self->available = available;
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings", G_CALLBACK (on_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "dataset", G_CALLBACK (on_dataset), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
