#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "lab/experiment-private.h"
#include "lab/experiments-resource.h"
#include "residua/error.h"

#define FOLDER "/io/github/residua/lab/"
#define MAX_FILE (1024 * 1024)

/* In the order in which one leads to the next. */
static const char *const names[] = {
  "degradation", "residual", "shortcuts", "bottleneck", "responses",
  "lesions",     "gradient", "beginning", "deepen",     NULL,
};

const char *const *
rn_experiment_names (void)
{
  return names;
}

static const char *
translate (const char *text)
{
  return _ (text);
}

static RnExperiment *
load_shipped (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (FOLDER, name, ".json", NULL);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (rn_experiments_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gsize length;
  const char *text;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  return rn_experiment_parse (text, (gssize) length, name, name, translate, error);
}

/* Returns: (transfer full): what the experiment of this file is called */
static char *
name_of (const char *path)
{
  g_autofree char *base = g_path_get_basename (path), *shown = g_filename_display_name (base);

  if (g_str_has_suffix (shown, ".json"))
    shown[strlen (shown) - strlen (".json")] = '\0';
  return g_steal_pointer (&shown);
}

RnExperiment *
rn_experiment_from_json (const char *text, gssize length, const char *where, GError **error)
{
  g_autofree char *name = name_of (where);

  return rn_experiment_parse (text, length, where, name, NULL, error);
}

static RnExperiment *
load_file (const char *path, GError **error)
{
  g_autofree char *where = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = rn_file_read (path, MAX_FILE, error);
  gsize length;
  const char *text;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  return rn_experiment_from_json (text != NULL ? text : "", (gssize) length, where, error);
}

RnExperiment *
rn_experiment_load (const char *what, GError **error)
{
  g_autofree char *all = NULL;

  if (g_strv_contains (names, what))
    return load_shipped (what, error);
  if (strchr (what, '/') != NULL || g_str_has_suffix (what, ".json"))
    return load_file (what, error);
  all = g_strjoinv (", ", (char **) names);
  g_set_error (error, RN_ERROR, RN_ERROR_DATA,
               _ ("There is no experiment “%.100s”; there are %s, and files whose names end in "
                  ".json"),
               what, all);
  return NULL;
}
