#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/file.h"
#include "residua/error.h"
#include "residua/sketch.h"
#include "spec/spec-node.h"

#define VERSION 1

static const char *const aside_keys[] = { "residua", "file",  "file_time", "origin",
                                          "spec",    "hints", NULL };
static const char *const hint_keys[] = { "mean",    "std",  "pad_end", "stride_in_1x1",
                                         "epsilon", "side", "classes", NULL };

/* Writing */

static void
add_flag (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

static void
add_channels (JsonBuilder *builder, const char *key, const float values[3])
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (int i = 0; i < 3; i++)
    json_builder_add_double_value (builder, (double) values[i]);
  json_builder_end_array (builder);
}

static void
add_hints (JsonBuilder *builder, const RnModelHints *hints)
{
  json_builder_set_member_name (builder, "hints");
  json_builder_begin_object (builder);
  if (hints->has_mean)
    {
      add_channels (builder, "mean", hints->mean);
      add_channels (builder, "std", hints->std);
    }
  if (hints->has_padding)
    add_flag (builder, "pad_end", hints->pad_end);
  if (hints->has_stride)
    add_flag (builder, "stride_in_1x1", hints->stride_in_1x1);
  json_builder_set_member_name (builder, "epsilon");
  json_builder_add_double_value (builder, hints->epsilon);
  rn_json_add_int (builder, "side", hints->side);
  if (hints->classes != NULL)
    {
      json_builder_set_member_name (builder, "classes");
      json_builder_begin_array (builder);
      for (int i = 0; hints->classes[i] != NULL; i++)
        json_builder_add_string_value (builder, hints->classes[i]);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

gboolean
rn_aside_save (const RnAside *aside, const char *path, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  rn_json_add_int (builder, "residua", VERSION);
  rn_json_add_string (builder, "file", aside->file != NULL ? aside->file : "");
  rn_json_add_int (builder, "file_time", aside->file_time);
  rn_json_add_string (builder, "origin", aside->origin != NULL ? aside->origin : "");
  json_builder_set_member_name (builder, "spec");
  json_builder_add_value (builder, rn_spec_build_node (aside->spec));
  if (aside->hints != NULL)
    add_hints (builder, aside->hints);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = rn_json_print (root, TRUE);
  return rn_file_replace (path, text, strlen (text), error);
}

/* Reading */

static gboolean
fail (const RnJsonReader *reader, const char *key, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: “%s” is not understood"),
               reader->where, key);
  return FALSE;
}

/* @lowest: what each is over */
static gboolean
read_channels (const RnJsonReader *reader, const char *key, double lowest, float values[3],
               GError **error)
{
  JsonArray *array;

  if (!rn_json_reader_get_array (reader, key, 3, &array, error))
    return FALSE;
  if (json_array_get_length (array) != 3)
    return fail (reader, key, error);
  for (guint i = 0; i < 3; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || (json_node_get_value_type (node) != G_TYPE_DOUBLE &&
                                            json_node_get_value_type (node) != G_TYPE_INT64))
        return fail (reader, key, error);
      values[i] = (float) json_node_get_double (node);
      if (!isfinite (values[i]) || (double) values[i] <= lowest)
        return fail (reader, key, error);
    }
  return TRUE;
}

/* Returns: (transfer full) (nullable) */
static char **
read_classes (const RnJsonReader *reader, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  JsonArray *array;

  if (!rn_json_reader_get_array (reader, "classes", RN_MAX_CLASSES, &array, error))
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        {
          fail (reader, "classes", error);
          return NULL;
        }
      g_strv_builder_add (names, json_node_get_string (node));
    }
  return g_strv_builder_end (names);
}

static gboolean
read_hints (const RnJsonReader *reader, RnModelHints *hints, GError **error)
{
  gint64 side;

  hints->has_mean = rn_json_reader_has (reader, "mean");
  hints->has_padding = rn_json_reader_has (reader, "pad_end");
  hints->has_stride = rn_json_reader_has (reader, "stride_in_1x1");
  if ((hints->has_mean && (!read_channels (reader, "mean", -G_MAXDOUBLE, hints->mean, error) ||
                           !read_channels (reader, "std", 0.0, hints->std, error))) ||
      (hints->has_padding &&
       !rn_json_reader_get_bool (reader, "pad_end", &hints->pad_end, error)) ||
      (hints->has_stride &&
       !rn_json_reader_get_bool (reader, "stride_in_1x1", &hints->stride_in_1x1, error)) ||
      !rn_json_reader_get_double (reader, "epsilon", &hints->epsilon, error) ||
      !rn_json_reader_get_int (reader, "side", 0, RN_MAX_SIDE, &side, error))
    return FALSE;
  hints->side = (int) side;
  if (!(hints->epsilon >= 0.0 && hints->epsilon <= 1.0))
    return fail (reader, "epsilon", error);
  if (!rn_json_reader_has (reader, "classes"))
    return TRUE;
  hints->classes = (const char *const *) read_classes (reader, error);
  return hints->classes != NULL;
}

static gboolean
read_part (const RnJsonReader *reader, RnAside *aside, GError **error)
{
  RnJsonReader part;
  JsonNode *node;

  if (!rn_json_reader_get_object (reader, "spec", &node, error) ||
      (aside->spec = rn_spec_read_node (node, reader->where, TRUE, error)) == NULL)
    return FALSE;
  if (!rn_json_reader_has (reader, "hints"))
    return TRUE;
  aside->hints = g_new0 (RnModelHints, 1);
  return rn_json_reader_get_object (reader, "hints", &node, error) &&
         rn_json_reader_init (&part, node, reader->where, "hints", error) &&
         rn_json_reader_check_keys (&part, hint_keys, error) &&
         read_hints (&part, aside->hints, error);
}

RnAside *
rn_aside_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = rn_file_read (path, RN_JSON_MAX_BYTES, error);
  g_autoptr (RnAside) aside = g_new0 (RnAside, 1);
  g_autoptr (JsonNode) root = NULL;
  const char *file, *origin;
  RnJsonReader reader;
  gint64 version;

  if (bytes == NULL)
    return NULL;
  root = rn_json_parse (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "",
                        (gssize) g_bytes_get_size (bytes), path, error);
  if (root == NULL || !rn_json_reader_init (&reader, root, path, NULL, error) ||
      !rn_json_reader_get_int (&reader, "residua", VERSION, VERSION, &version, error) ||
      !rn_json_reader_check_keys (&reader, aside_keys, error) ||
      !rn_json_reader_get_string (&reader, "file", &file, error) ||
      !rn_json_reader_get_int (&reader, "file_time", 0, G_MAXINT64, &aside->file_time, error) ||
      !rn_json_reader_get_string (&reader, "origin", &origin, error) ||
      !read_part (&reader, aside, error))
    return NULL;
  aside->file = *file != '\0' ? g_strdup (file) : NULL;
  aside->origin = *origin != '\0' ? g_strdup (origin) : NULL;
  return g_steal_pointer (&aside);
}

RnModelHints *
rn_aside_copy_hints (const RnModelHints *hints)
{
  RnModelHints *copy = g_memdup2 (hints, sizeof *hints);

  copy->classes = (const char *const *) g_strdupv ((char **) hints->classes);
  return copy;
}

static void
hints_free (RnModelHints *hints)
{
  if (hints == NULL)
    return;
  g_strfreev ((char **) hints->classes);
  g_free (hints);
}

void
rn_aside_free (RnAside *aside)
{
  if (aside == NULL)
    return;
  g_clear_pointer (&aside->spec, rn_spec_free);
  g_free (aside->file);
  g_free (aside->origin);
  hints_free (aside->hints);
  g_free (aside);
}
