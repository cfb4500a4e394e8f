#include "pages/memory-check.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/carry-note.h"
#include "pages/text.h"
#include "state/format.h"

typedef struct
{
  RnSpec *spec;
  int threads;
  RnMemoryCheck check;
} Question;

typedef struct
{
  RnSession *session;
  RnDocument *document; /* (nullable): that was to be trained */
  GtkWidget *widget;
  int batch;        /* that is offered */
  gboolean is_step; /* a single one */
  gboolean is_anew; /* the sketch keeps nothing of its origin */
} Start;

static void
question_free (Question *question)
{
  rn_spec_free (question->spec);
  g_free (question);
}

static void
start_free (gpointer data, GClosure *closure)
{
  Start *start = data;

  g_object_unref (start->session);
  g_clear_object (&start->document);
  g_object_unref (start->widget);
  g_free (start);
}

gboolean
rn_memory_check_fits (const RnMemoryCheck *check)
{
  return (double) check->needed <= RN_MEMORY_SHARE * (double) check->available;
}

char *
rn_memory_check_describe (const RnMemoryCheck *check)
{
  g_autofree char *needed = rn_format_bytes (check->needed);
  g_autofree char *available = rn_format_bytes (check->available);
  g_autofree char *batch = rn_format_count (check->batch);
  g_autofree char *largest = rn_format_count (check->largest_batch);
  g_autofree char *first = NULL;

  if (check->available == G_MAXSIZE)
    return g_strdup_printf (_ ("Training takes about %s."), needed);
  if (rn_memory_check_fits (check))
    return g_strdup_printf (_ ("Training takes about %s of %s available."), needed, available);
  first = g_strdup_printf (_ ("Training with batches of %s takes about %s, but only %s are "
                              "available, and a fifth of that should stay free."),
                           batch, needed, available);
  if (check->largest_batch < 1)
    return g_strdup_printf ("%s %s", first, _ ("Not even a batch of one picture fits."));
  return g_strdup_printf (_ ("%s The largest batch that fits is %s."), first, largest);
}

static gsize
bytes_at (const Question *question, int batch)
{
  RnCost cost;

  rn_cost_of_network (question->spec, batch, question->threads, &cost);
  return cost.train_bytes;
}

static void
answer (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  RnMemoryCheck *check = &question->check;
  int fits = 0, too_many = check->batch;

  if (check->available == 0)
    check->available = rn_memory_available ();
  check->needed = bytes_at (question, check->batch);
  check->largest_batch = check->batch;
  if (!rn_memory_check_fits (check))
    {
      while (too_many - fits > 1)
        {
          const int middle = fits + (too_many - fits) / 2;
          const double bytes = (double) bytes_at (question, middle);

          if (bytes <= RN_MEMORY_SHARE * (double) check->available)
            fits = middle;
          else
            too_many = middle;
        }
      check->largest_batch = fits;
    }
  g_task_return_pointer (task, g_memdup2 (check, sizeof *check), g_free);
}

void
rn_memory_check_async (const RnSpec *spec, int batch, int threads, gsize available,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Question *question = g_new0 (Question, 1);

  question->spec = rn_spec_copy (spec);
  question->threads = threads;
  question->check.batch = CLAMP (batch, 1, 65536);
  question->check.available = available;
  g_task_set_source_tag (task, rn_memory_check_async);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  g_task_run_in_thread (task, answer);
}

gboolean
rn_memory_check_finish (GAsyncResult *result, RnMemoryCheck *check, GError **error)
{
  g_autofree RnMemoryCheck *answered = g_task_propagate_pointer (G_TASK (result), error);

  if (answered == NULL)
    return FALSE;
  *check = *answered;
  return TRUE;
}

/* The person may show something else meanwhile. */
static gboolean
is_still_meant (const Start *start)
{
  return rn_session_get_document (start->session) == start->document;
}

static void
go (const Start *start)
{
  if (start->is_step && start->is_anew)
    rn_session_step_anew (start->session);
  else if (start->is_step)
    rn_session_step (start->session);
  else if (start->is_anew)
    rn_session_start_anew (start->session);
  else
    rn_session_start (start->session);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Start *start)
{
  RnSettings settings = *rn_session_get_settings (start->session);

  if (g_str_equal (response, "cancel") || !is_still_meant (start))
    return;
  if (g_str_equal (response, "smaller"))
    {
      settings.batch = start->batch;
      rn_session_set_settings (start->session, &settings);
    }
  go (start);
}

static void
explain (Start *start, const RnMemoryCheck *check)
{
  GtkRoot *root = gtk_widget_get_root (start->widget);
  g_autofree char *text = rn_memory_check_describe (check);
  g_autofree char *largest = rn_format_count (check->largest_batch);
  g_autofree char *offer = g_strdup_printf (_ ("Start with _batches of %s"), largest);
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              _ ("Memory is short"), text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "anyway",
                                    _ ("Start _anyway"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  /* a run goes on with its own batches */
  if (check->largest_batch >= 1 && rn_document_get_kind (start->document) == RN_DOCUMENT_SKETCH)
    {
      adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "smaller", offer);
      adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "smaller",
                                                  ADW_RESPONSE_SUGGESTED);
      adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "smaller");
    }
  start->batch = check->largest_batch;
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), start, start_free, 0);
  rn_text_keep_words (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  Start *start = data;
  RnMemoryCheck check;
  const gboolean fits =
      !rn_memory_check_finish (result, &check, NULL) || rn_memory_check_fits (&check);

  if (!fits && is_still_meant (start))
    {
      explain (start, &check);
      return;
    }
  if (is_still_meant (start))
    go (start);
  start_free (start, NULL);
}

/* Of the network as it will be trained, which the data may make smaller than it is drawn. Takes @start. */
static void
check_memory (Start *start)
{
  g_autoptr (RnSpec) fitted = rn_session_fit (start->session, start->document);

  rn_memory_check_async (fitted != NULL ? fitted : rn_document_get_spec (start->document),
                         rn_session_get_settings (start->session)->batch,
                         rn_session_count_threads (start->session), 0, NULL, on_checked, start);
}

static void
on_past_answered (AdwMessageDialog *dialog, const char *response, Start *start)
{
  if (g_str_equal (response, "cancel") || !is_still_meant (start))
    {
      start_free (start, NULL);
      return;
    }
  start->is_anew = g_str_equal (response, "anew");
  check_memory (start);
}

/* A sketch of a run or a model: what it keeps of their weights. Takes @start. */
static void
ask_of_past (Start *start, const GArray *parts)
{
  GtkRoot *root = gtk_widget_get_root (start->widget);
  RnDocument *origin = rn_document_get_origin (start->document);
  g_autofree char *text = rn_carry_describe (parts, rn_document_get_title (origin));
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              _ ("This sketch has a past"), text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "anew",
                                    _ ("Start all _anew"), "keep", _ ("_Keep the weights"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "keep",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect (dialog, "response", G_CALLBACK (on_past_answered), start);
  rn_text_keep_words (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Trains to the end, or a single step. */
static void
train (RnSession *session, GtkWidget *widget, gboolean is_step)
{
  RnDocument *document = rn_session_get_document (session);
  g_autoptr (GArray) parts = NULL;
  Start *start = g_new0 (Start, 1);

  start->session = g_object_ref (session);
  g_set_object (&start->document, document);
  start->widget = g_object_ref (widget);
  start->is_step = is_step;
  /* A trainer that is there, or is being made, was asked about already. */
  if (document == NULL || document == rn_session_get_live (session) ||
      rn_session_prepares (session, document))
    {
      go (start);
      start_free (start, NULL);
      return;
    }
  parts = rn_session_list_carry (session);
  if (parts != NULL && rn_carry_keeps_any (parts))
    ask_of_past (start, parts);
  else
    check_memory (start);
}

void
rn_start_training (RnSession *session, GtkWidget *widget)
{
  train (session, widget, FALSE);
}

void
rn_step_training (RnSession *session, GtkWidget *widget)
{
  train (session, widget, TRUE);
}

static void
on_run_shown (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  RnSession *session = RN_SESSION (source);

  if (rn_session_open_run_finish (session, result, NULL))
    rn_start_training (session, widget);
}

void
rn_resume_training (RnSession *session, GtkWidget *widget, const char *path)
{
  rn_session_open_run_async (session, path, on_run_shown, g_object_ref (widget));
}
