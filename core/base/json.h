#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* Reading JSON that somebody else wrote: length and depth are bounded before it is parsed, a key that stands twice is
 * an error, a key that nobody asked for is one too, and every message names the text, the place in it and the value.
 */

#define RN_JSON_MAX_BYTES (16 * 1024 * 1024)
#define RN_JSON_MAX_DEPTH 32

/* Returns: (transfer full): the root, or NULL with RN_ERROR_FORMAT "WHERE: line N: ..." . @length -1: a C string. */
JsonNode *rn_json_parse (const char *text, gssize length, const char *where, GError **error);

/* Returns: (transfer full): @root as text, pretty with two spaces a level or on one line; the way back of
 * rn_json_parse(). Use it in place of json_to_string(), which leaves byte 0x1f of a string as it is (json-glib 1.6).
 */
char *rn_json_print (JsonNode *root, gboolean pretty);

/* Returns: (transfer full): @text for a message: cut where it is long, nothing in it that a terminal would obey */
char *rn_json_quote (const char *text);

/* A member of the object that is open in @builder */
void rn_json_add_int (JsonBuilder *builder, const char *key, gint64 value);
void rn_json_add_string (JsonBuilder *builder, const char *key, const char *value);

/* A JSON object being read. @path names it in errors: "block 3" gives "net.json: block 3: “stride” is ...". Values
 * that are asked for and absent or of another type are errors.
 */
typedef struct
{
  JsonObject *object;
  const char *where;
  const char *path; /* (nullable) */
} RnJsonReader;

gboolean rn_json_reader_init (RnJsonReader *reader, JsonNode *node, const char *where,
                              const char *path, GError **error);
/* Refuses keys that are not in the NULL-terminated list. */
gboolean rn_json_reader_check_keys (const RnJsonReader *reader, const char *const *known,
                                    GError **error);
gboolean rn_json_reader_has (const RnJsonReader *reader, const char *key);
gboolean rn_json_reader_get_int (const RnJsonReader *reader, const char *key, gint64 min,
                                 gint64 max, gint64 *value, GError **error);
gboolean rn_json_reader_get_double (const RnJsonReader *reader, const char *key, double *value,
                                    GError **error);
gboolean rn_json_reader_get_bool (const RnJsonReader *reader, const char *key, gboolean *value,
                                  GError **error);
/* @value: (out) (transfer none): valid while the node lives */
gboolean rn_json_reader_get_string (const RnJsonReader *reader, const char *key, const char **value,
                                    GError **error);
/* One of a NULL-terminated list of words: its index */
gboolean rn_json_reader_get_word (const RnJsonReader *reader, const char *key,
                                  const char *const *words, int *value, GError **error);
/* @value: (out) (transfer none) */
gboolean rn_json_reader_get_array (const RnJsonReader *reader, const char *key, guint max_length,
                                   JsonArray **value, GError **error);
gboolean rn_json_reader_get_object (const RnJsonReader *reader, const char *key, JsonNode **value,
                                    GError **error);
