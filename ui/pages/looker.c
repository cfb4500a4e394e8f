#include "pages/looker.h"

#include <glib/gi18n-lib.h>

#include "pages/gates.h"

#define PAUSE_US (2 * G_USEC_PER_SEC)
#define SHARE                                                                                      \
  40 /* at most one part in so many of the time is spent on looking while training goes on */

struct _RnLooker
{
  GObject parent_instance;

  RnSession *session;
  RnLookKind kind;
  gboolean is_active;
  gboolean is_wanted;
  GCancellable *task; /* of the look under way */
  gint64 started_us;
  gint64 ended_us;
  gint64 took_us;
  gint64 latest; /* step whose weights are to be looked at yet; -1: none */
  guint later;   /* source of the look that is due for them */

  RnLook *look;
  RnPicture *picture; /* of the look */
  RnPicture *asked;   /* of the look under way */
  char *problem;
};

G_DEFINE_FINAL_TYPE (RnLooker, rn_looker, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void begin (RnLooker *self);
static void catch_up (RnLooker *self);

/* What a callback needs to know whether it still counts. */
typedef struct
{
  RnLooker *looker;
  GCancellable *task;
} Ask;

static Ask *
ask_new (RnLooker *self)
{
  Ask *ask = g_new (Ask, 1);

  ask->looker = g_object_ref (self);
  ask->task = g_object_ref (self->task);
  return ask;
}

static void
ask_free (Ask *ask)
{
  g_object_unref (ask->looker);
  g_object_unref (ask->task);
  g_free (ask);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ask, ask_free)

static void
end (RnLooker *self)
{
  g_clear_object (&self->task);
  self->ended_us = g_get_monotonic_time ();
  self->took_us = self->ended_us - self->started_us;
}

/* The look under way has ended. Takes @look (nullable) over; else @problem says why. */
static void
take (RnLooker *self, RnLook *look, const char *problem)
{
  g_free (self->problem);
  self->problem = g_strdup (problem);
  if (look != NULL)
    {
      g_clear_pointer (&self->look, rn_look_unref);
      self->look = look;
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
filled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Ask) ask = data;
  RnLooker *self = ask->looker;
  RnLook *look = rn_look_finish (result, NULL);

  if (g_cancellable_is_cancelled (ask->task))
    {
      g_clear_pointer (&look, rn_look_unref);
      return;
    }
  end (self);
  if (look != NULL)
    take (self, look, NULL);
  catch_up (self);
}

static void
looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Ask) ask = data;
  g_autoptr (GError) error = NULL;
  RnLooker *self = ask->looker;
  RnLook *look = rn_look_finish (result, &error);

  if (g_cancellable_is_cancelled (ask->task))
    {
      g_clear_pointer (&look, rn_look_unref);
      return;
    }
  if (look == NULL || look->is_full)
    end (self); /* first: who is told may ask for the next */
  if (look != NULL)
    {
      g_clear_pointer (&self->picture, rn_picture_unref);
      self->picture = g_steal_pointer (&self->asked);
    }
  take (self, look, look == NULL ? error->message : NULL);
  if (g_cancellable_is_cancelled (ask->task))
    return;
  if (look != NULL && !look->is_full)
    rn_look_fill_async (look, ask->task, filled, ask_new (self));
  else
    catch_up (self);
}

static void
got_model (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Ask) ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = rn_session_get_model_finish (RN_SESSION (source), result, &error);
  RnLooker *self = ask->looker;
  const RnSubject *subject = rn_session_get_picture (self->session);
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autofree gboolean *gates = NULL;

  if (g_cancellable_is_cancelled (ask->task))
    return;
  if (model == NULL)
    {
      end (self);
      take (self, NULL, error->message);
      catch_up (self);
      return;
    }
  if (subject == NULL || spec == NULL ||
      rn_spec_n_blocks (rn_model_get_spec (model)) != rn_spec_n_blocks (spec))
    {
      end (self);
      return;
    }
  self->is_wanted = FALSE; /* what was asked for up to here is in this look */
  gates = self->kind == RN_LOOK_INSIDE ? rn_gates_of (self->session, spec) : NULL;
  g_clear_pointer (&self->asked, rn_picture_unref);
  self->asked = rn_picture_ref (subject->picture);
  rn_look_async (model, subject->picture, self->kind, gates,
                 gates != NULL ? rn_spec_n_blocks (spec) : 0, self->task, looked, ask_new (self));
}

static void
begin (RnLooker *self)
{
  self->is_wanted = FALSE;
  self->latest = -1;
  if (rn_session_get_picture (self->session) == NULL)
    return;
  self->started_us = g_get_monotonic_time ();
  self->task = g_cancellable_new ();
  rn_session_get_model_async (self->session, self->task, got_model, ask_new (self));
}

static void
cancel (RnLooker *self)
{
  if (self->task != NULL)
    g_cancellable_cancel (self->task);
  g_clear_object (&self->task);
}

void
rn_looker_look (RnLooker *self)
{
  g_return_if_fail (RN_IS_LOOKER (self));

  self->is_wanted = TRUE;
  cancel (self); /* also while it is not active: nobody wants that answer any more */
  if (self->is_active)
    begin (self);
}

static gboolean
look_later (gpointer data)
{
  RnLooker *self = data;

  self->later = 0;
  catch_up (self);
  return G_SOURCE_REMOVE;
}

/* Looks at the latest weights as soon as that may be: the last of a training are not followed by others. */
static void
catch_up (RnLooker *self)
{
  const gint64 due_us = self->ended_us + MAX (PAUSE_US, SHARE * self->took_us);
  const gint64 left_us = due_us - g_get_monotonic_time ();

  if (self->task != NULL || self->latest < 0 ||
      (self->look != NULL && rn_model_get_step (self->look->model) == self->latest))
    return;
  if (left_us <= 0)
    rn_looker_look (self);
  else if (self->later == 0)
    self->later = g_timeout_add ((guint) (left_us / 1000 + 1), look_later, self);
}

void
rn_looker_follow (RnLooker *self, gint64 step)
{
  g_return_if_fail (RN_IS_LOOKER (self));

  self->latest = step;
  catch_up (self);
}

void
rn_looker_clear (RnLooker *self)
{
  g_return_if_fail (RN_IS_LOOKER (self));

  cancel (self);
  g_clear_handle_id (&self->later, g_source_remove);
  self->latest = -1;
  self->is_wanted = FALSE;
  g_clear_pointer (&self->look, rn_look_unref);
  g_clear_pointer (&self->picture, rn_picture_unref);
  g_clear_pointer (&self->problem, g_free);
}

void
rn_looker_set_kind (RnLooker *self, RnLookKind kind)
{
  g_return_if_fail (RN_IS_LOOKER (self));

  if (kind == self->kind)
    return;
  self->kind = kind;
  rn_looker_look (self);
}

void
rn_looker_set_active (RnLooker *self, gboolean is_active)
{
  g_return_if_fail (RN_IS_LOOKER (self));

  self->is_active = is_active;
  if (is_active && self->is_wanted && self->task == NULL)
    begin (self);
}

RnLook *
rn_looker_get_look (RnLooker *self)
{
  return self->look;
}

const char *
rn_looker_get_problem (RnLooker *self)
{
  return self->problem;
}

RnPicture *
rn_looker_get_picture (RnLooker *self)
{
  return self->picture;
}

static void
rn_looker_dispose (GObject *object)
{
  RnLooker *self = RN_LOOKER (object);

  rn_looker_clear (self);
  g_clear_pointer (&self->asked, rn_picture_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_looker_parent_class)->dispose (object);
}

static void
rn_looker_init (RnLooker *self)
{
  self->latest = -1;
}

static void
rn_looker_class_init (RnLookerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_looker_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

RnLooker *
rn_looker_new (RnSession *session, RnLookKind kind)
{
  RnLooker *self = g_object_new (RN_TYPE_LOOKER, NULL);

  self->session = g_object_ref (session);
  self->kind = kind;
  return self;
}
