#include "state/document.h"

#include <glib/gi18n-lib.h>
#include <residua/carry.h>
#include <string.h>

#include "state/format.h"

#define MAX_STEM 60

struct _RnDocument
{
  GObject parent_instance;

  RnDocumentKind kind;
  char *title;
  char *path;
  RnSpec *spec;     /* NULL in a sketch */
  RnSketch *sketch; /* (nullable) */
  guint64 saved_state;
  guint64 preset_state; /* where it is a preset and nothing more; G_MAXUINT64: never */
  char *aside;          /* (nullable) */
  gboolean is_compared; /* the next two are known */
  guint64 compared_state;
  gboolean keeps_output;
  gboolean was_changed; /* as "changed" was told last */
  RnRecord *record;
  RnModel *model;
  RnDocument *origin;
  RnModelGuess guesses;
};

G_DEFINE_FINAL_TYPE (RnDocument, rn_document, G_TYPE_OBJECT)

enum
{
  PROP_TITLE = 1,
  PROP_CHANGED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
rn_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TITLE)
    g_value_set_string (value, RN_DOCUMENT (object)->title);
  else if (id == PROP_CHANGED)
    g_value_set_boolean (value, rn_document_is_changed (RN_DOCUMENT (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rn_document_dispose (GObject *object)
{
  RnDocument *self = RN_DOCUMENT (object);

  g_clear_object (&self->record);
  g_clear_object (&self->origin);
  g_clear_pointer (&self->model, rn_model_unref);
  G_OBJECT_CLASS (rn_document_parent_class)->dispose (object);
}

static void
rn_document_finalize (GObject *object)
{
  RnDocument *self = RN_DOCUMENT (object);

  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->sketch, rn_sketch_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->aside, g_free);
  G_OBJECT_CLASS (rn_document_parent_class)->finalize (object);
}

static void
rn_document_class_init (RnDocumentClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = rn_document_get_property;
  object_class->dispose = rn_document_dispose;
  object_class->finalize = rn_document_finalize;
  props[PROP_TITLE] =
      g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_CHANGED] = g_param_spec_boolean ("changed", NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
rn_document_init (RnDocument *self)
{
  self->preset_state = G_MAXUINT64;
}

static RnDocument *
document_new (RnDocumentKind kind, const RnSpec *spec, const char *path)
{
  RnDocument *self = g_object_new (RN_TYPE_DOCUMENT, NULL);

  self->kind = kind;
  if (kind == RN_DOCUMENT_SKETCH)
    self->sketch = rn_sketch_new (spec);
  else
    self->spec = rn_spec_copy (spec);
  self->path = g_strdup (path);
  return self;
}

char *
rn_document_folder_stem (const RnSpec *spec)
{
  const char *name = rn_spec_get_name (spec);
  GString *stem = g_string_new (NULL);

  for (; *name != '\0' && stem->len < MAX_STEM; name++)
    if (g_ascii_isalnum (*name) || *name == '_' || (*name == '.' && stem->len > 0))
      g_string_append_c (stem, *name);
    else if (stem->len > 0 && stem->str[stem->len - 1] != '-')
      g_string_append_c (stem, '-');
  while (stem->len > 0 && strchr ("-.", stem->str[stem->len - 1]) != NULL)
    g_string_truncate (stem, stem->len - 1);
  if (stem->len == 0)
    g_string_assign (stem, "network");
  return g_string_free (stem, FALSE);
}

/* The number of a run that still has the name it was given: 3 of ".../resnet20-3"; 0 otherwise */
static int
number_of_run (const RnSpec *spec, const char *path)
{
  g_autofree char *folder = g_path_get_basename (path), *stem = rn_document_folder_stem (spec);
  const char *digits = folder + strlen (stem) + 1;
  guint64 number;

  if (!g_str_has_prefix (folder, stem) || folder[strlen (stem)] != '-' || *digits == '0' ||
      !g_ascii_string_to_unsigned (digits, 10, 1, G_MAXINT, &number, NULL))
    return 0;
  return (int) number;
}

char *
rn_document_make_run_title (const RnSpec *spec, const char *path)
{
  g_autofree char *name = rn_format_spec_title (spec);
  int number;

  if (path == NULL)
    return g_steal_pointer (&name);
  number = number_of_run (spec, path);
  if (number == 0)
    return g_filename_display_basename (path);
  /* Translators: a network and the number of its training: "ResNet-20, run 3" */
  return g_strdup_printf (_ ("%s, run %d"), name, number);
}

static char *
title_of_fork (RnDocument *origin)
{
  const int number = origin->kind == RN_DOCUMENT_RUN && origin->path != NULL
                         ? number_of_run (rn_document_get_spec (origin), origin->path)
                         : 0;

  if (number > 0)
    return g_strdup_printf (_ ("Sketch from run %d"), number);
  return g_strdup_printf (_ ("Sketch from “%s”"), origin->title);
}

RnDocument *
rn_document_new_sketch (const RnSpec *spec, const char *path)
{
  RnDocument *self = document_new (RN_DOCUMENT_SKETCH, spec, path);

  self->title = rn_format_spec_title (spec);
  return self;
}

RnDocument *
rn_document_new_fork (const RnSpec *spec, RnDocument *origin)
{
  RnDocument *self = document_new (RN_DOCUMENT_SKETCH, spec, NULL);
  RnDocument *first = origin->origin != NULL ? origin->origin : origin;

  self->origin = g_object_ref (first);
  rn_sketch_set_origin (self->sketch, rn_document_get_spec (first));
  self->title = title_of_fork (first);
  return self;
}

RnDocument *
rn_document_new_run (RnRecord *record)
{
  const char *path = rn_record_get_path (record);
  RnDocument *self = document_new (RN_DOCUMENT_RUN, rn_record_get_spec (record), path);

  self->record = g_object_ref (record);
  self->title = rn_document_make_run_title (self->spec, path);
  return self;
}

RnDocument *
rn_document_new_model (RnModel *model, const char *path)
{
  RnDocument *self = document_new (RN_DOCUMENT_MODEL, rn_model_get_spec (model), path);

  self->model = rn_model_ref (model);
  self->title =
      path != NULL ? g_filename_display_basename (path) : rn_format_spec_title (self->spec);
  return self;
}

void
rn_document_set_guesses (RnDocument *self, RnModelGuess guesses)
{
  self->guesses = guesses;
}

RnModelGuess
rn_document_get_guesses (RnDocument *self)
{
  return self->guesses;
}

RnDocumentKind
rn_document_get_kind (RnDocument *self)
{
  return self->kind;
}

const char *
rn_document_get_title (RnDocument *self)
{
  return self->title;
}

const RnSpec *
rn_document_get_spec (RnDocument *self)
{
  return self->sketch != NULL ? rn_sketch_get_spec (self->sketch) : self->spec;
}

RnRecord *
rn_document_get_record (RnDocument *self)
{
  return self->record;
}

RnModel *
rn_document_get_model (RnDocument *self)
{
  return self->model;
}

RnSketch *
rn_document_get_sketch (RnDocument *self)
{
  return self->sketch;
}

gboolean
rn_document_is_changed (RnDocument *self)
{
  return self->sketch != NULL && rn_sketch_get_state (self->sketch) != self->saved_state;
}

void
rn_document_set_preset (RnDocument *self)
{
  g_return_if_fail (self->sketch != NULL);

  self->preset_state = rn_sketch_get_state (self->sketch);
}

gboolean
rn_document_is_to_keep (RnDocument *self)
{
  return rn_document_is_changed (self) &&
         (self->path != NULL || rn_sketch_get_state (self->sketch) != self->preset_state);
}

const char *
rn_document_get_aside (RnDocument *self)
{
  if (self->aside == NULL)
    {
      g_autofree char *name = g_uuid_string_random ();

      self->aside = g_strconcat (name, ".json", NULL);
    }
  return self->aside;
}

void
rn_document_set_aside (RnDocument *self, const char *name)
{
  g_return_if_fail (self->sketch != NULL);

  g_free (self->aside);
  self->aside = g_strdup (name);
  self->saved_state = G_MAXUINT64;
  rn_document_refresh (self);
}

gboolean
rn_document_has_weights (RnDocument *self)
{
  guint64 state;

  if (self->sketch == NULL || self->origin == NULL)
    return self->sketch == NULL;
  state = rn_sketch_get_state (self->sketch);
  if (!self->is_compared || state != self->compared_state)
    {
      self->keeps_output = rn_carry_keeps_output (rn_document_get_spec (self->origin),
                                                  rn_sketch_get_spec (self->sketch));
      self->compared_state = state;
      self->is_compared = TRUE;
    }
  return self->keeps_output;
}

void
rn_document_refresh (RnDocument *self)
{
  const gboolean is_changed = rn_document_is_changed (self);
  g_autofree char *title = NULL;

  g_return_if_fail (self->sketch != NULL);

  if (self->origin == NULL)
    title = rn_format_spec_title (rn_document_get_spec (self));
  if (title != NULL && strcmp (title, self->title) != 0)
    {
      g_free (self->title);
      self->title = g_steal_pointer (&title);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
    }
  if (is_changed == self->was_changed)
    return;
  self->was_changed = is_changed;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CHANGED]);
}

void
rn_document_set_saved (RnDocument *self, const char *path, guint64 state)
{
  g_return_if_fail (self->sketch != NULL);

  if (g_strcmp0 (path, self->path) != 0)
    {
      g_free (self->path);
      self->path = g_strdup (path);
    }
  self->saved_state = state;
  rn_document_refresh (self);
}

const char *
rn_document_get_path (RnDocument *self)
{
  return self->path;
}

RnDocument *
rn_document_get_origin (RnDocument *self)
{
  return self->origin;
}

void
rn_document_set_origin (RnDocument *self, RnDocument *origin)
{
  g_autofree char *before = self->title;

  g_return_if_fail (self->sketch != NULL && self->origin != NULL);

  g_set_object (&self->origin, origin);
  self->is_compared = FALSE;
  self->title =
      origin != NULL ? title_of_fork (origin) : rn_format_spec_title (rn_document_get_spec (self));
  if (strcmp (before, self->title) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

gboolean
rn_document_is_same_spec (const RnSpec *a, const RnSpec *b)
{
  g_autofree char *first = rn_spec_to_json (a), *second = rn_spec_to_json (b);

  return strcmp (first, second) == 0;
}
