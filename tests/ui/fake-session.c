#include "fake-session.h"

#include <string.h>

struct _RnSession
{
  GObject parent_instance;

  RnSelection *selection;
  RnTimeAxis *time;
  RnSpec *spec;
  RnSketch *sketch; /* from the first edit on */
  guint64 state;    /* of the sketch before the edit under way */
  RnDocument *document;
  char *title;
  RnBlockMeasure *measures;
  RnMeasureKind kind;
  GHashTable *off;
  int block;
  gboolean is_backward;
};

struct _RnDocument
{
  GObject parent_instance;
  char *title;
};

G_DEFINE_FINAL_TYPE (RnSession, rn_session, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (RnDocument, rn_document, G_TYPE_OBJECT)

static void
rn_document_finalize (GObject *object)
{
  g_free (RN_DOCUMENT (object)->title);
  G_OBJECT_CLASS (rn_document_parent_class)->finalize (object);
}

static void
rn_document_class_init (RnDocumentClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_document_finalize;
}

static void
rn_document_init (RnDocument *self)
{
}

const char *
rn_document_get_title (RnDocument *self)
{
  return self->title;
}

static void
rn_session_finalize (GObject *object)
{
  RnSession *self = RN_SESSION (object);

  g_clear_object (&self->selection);
  g_clear_object (&self->time);
  g_clear_object (&self->document);
  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->sketch, rn_sketch_free);
  g_free (self->measures);
  g_hash_table_unref (self->off);
  G_OBJECT_CLASS (rn_session_parent_class)->finalize (object);
}

static void
rn_session_class_init (RnSessionClass *class)
{
  const char *const signals[] = { "document", "status", "measures", "gates" };

  G_OBJECT_CLASS (class)->finalize = rn_session_finalize;
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_new (signals[i], RN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  0);
}

static void
rn_session_init (RnSession *self)
{
  self->selection = rn_selection_new ();
  self->time = rn_time_axis_new ();
  self->off = g_hash_table_new (NULL, NULL);
  self->block = G_MININT;
}

RnSession *
rn_session_new (const char *runs_folder)
{
  return g_object_new (RN_TYPE_SESSION, NULL);
}

void
fake_session_show (RnSession *self, const RnSpec *spec, const char *title)
{
  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->sketch, rn_sketch_free);
  g_clear_pointer (&self->measures, g_free);
  g_clear_object (&self->document);
  g_hash_table_remove_all (self->off);
  self->spec = spec != NULL ? rn_spec_copy (spec) : NULL;
  self->document = g_object_new (RN_TYPE_DOCUMENT, NULL);
  self->document->title = g_strdup (title);
  g_signal_emit_by_name (self, "document");
}

RnSketch *
rn_session_begin_edit (RnSession *self)
{
  if (self->sketch == NULL)
    self->sketch = rn_sketch_new (self->spec);
  self->state = rn_sketch_get_state (self->sketch);
  return self->sketch;
}

gboolean
rn_session_end_edit (RnSession *self, GError *error)
{
  g_autoptr (GError) why = error;

  if (rn_sketch_get_state (self->sketch) != self->state)
    {
      rn_spec_free (self->spec);
      self->spec = rn_spec_copy (rn_sketch_get_spec (self->sketch));
      g_clear_pointer (&self->measures, g_free);
      g_signal_emit_by_name (self, "document");
    }
  return why == NULL;
}

void
fake_session_set_measures (RnSession *self, const RnBlockMeasure *measures)
{
  g_free (self->measures);
  self->measures = g_memdup2 (measures, sizeof *measures * (gsize) rn_spec_n_blocks (self->spec));
  g_signal_emit_by_name (self, "measures");
}

void
fake_session_set_position (RnSession *self, int block, gboolean is_backward)
{
  self->block = block;
  self->is_backward = is_backward;
  g_signal_emit_by_name (self, "status");
}

RnSelection *
rn_session_get_selection (RnSession *self)
{
  return self->selection;
}

RnTimeAxis *
rn_session_get_time (RnSession *self)
{
  return self->time;
}

RnDocument *
rn_session_get_document (RnSession *self)
{
  return self->document;
}

void
rn_session_show (RnSession *self, RnDocument *document)
{
}

RnDocument *
rn_session_get_live (RnSession *self)
{
  return self->document;
}

const RnSpec *
rn_session_get_spec (RnSession *self)
{
  return self->spec;
}

gboolean
rn_session_is_training (RnSession *self)
{
  return self->block != G_MININT;
}

gboolean
rn_session_get_position (RnSession *self, int *block, gboolean *is_backward)
{
  *block = self->block;
  *is_backward = self->is_backward;
  return self->block != G_MININT;
}

RnMeasureKind
rn_session_get_measure (RnSession *self)
{
  return self->kind;
}

void
rn_session_set_measure (RnSession *self, RnMeasureKind kind)
{
  self->kind = kind;
  g_signal_emit_by_name (self, "measures");
}

const RnBlockMeasure *
rn_session_get_measures (RnSession *self, gint64 *step)
{
  return self->measures;
}

gboolean
rn_session_get_gate (RnSession *self, guint32 block)
{
  return !g_hash_table_contains (self->off, GUINT_TO_POINTER (block));
}

void
rn_session_set_gate (RnSession *self, guint32 block, gboolean is_on)
{
  if (is_on)
    g_hash_table_remove (self->off, GUINT_TO_POINTER (block));
  else
    g_hash_table_add (self->off, GUINT_TO_POINTER (block));
  g_signal_emit_by_name (self, "gates");
}

int
rn_session_n_gates_off (RnSession *self)
{
  return (int) g_hash_table_size (self->off);
}

void
rn_session_restore_gates (RnSession *self)
{
  g_hash_table_remove_all (self->off);
  g_signal_emit_by_name (self, "gates");
}
