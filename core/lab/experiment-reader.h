#pragma once

#include "base/json.h"
#include "lab/experiment-private.h"

#define RN_LAB_MAX_STEPS 1000000000

/* What is being read */
typedef struct
{
  RnExperiment *experiment;
  const char *where;
  RnLabTranslate translate;
  RnLabSettings settings; /* of all arms that say nothing else */
} RnLabReading;

/* RN_ERROR_FORMAT naming the place. Returns: FALSE */
gboolean rn_lab_fail (const RnJsonReader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Puts the place and @key, if any, before what the core says of a value: RN_ERROR_FORMAT. Returns: FALSE */
gboolean rn_lab_name_place (const RnJsonReader *reader, const char *key, GError **error);

/* A text of at most @most bytes; @is_needed: it has to be there and to say something, else it is "" */
gboolean rn_lab_read_text (const RnLabReading *self, const RnJsonReader *reader, const char *key,
                           gsize most, gboolean is_needed, char **text, GError **error);

/* As the getters of RnJsonReader, but what is not there stays as it is. */
gboolean rn_lab_take_int (const RnJsonReader *reader, const char *key, gint64 min, gint64 max,
                          gint64 *value, GError **error);
gboolean rn_lab_take_double (const RnJsonReader *reader, const char *key, double *value,
                             GError **error);
gboolean rn_lab_take_bool (const RnJsonReader *reader, const char *key, gboolean *value,
                           GError **error);

/* The object "settings" of @outer over what @settings says already; @path names it in errors. */
gboolean rn_lab_read_settings (const RnJsonReader *outer, const char *path, RnLabSettings *settings,
                               GError **error);
/* The lists "figures" and "checks", after the arms */
gboolean rn_lab_read_figures (RnLabReading *self, const RnJsonReader *reader, GError **error);
gboolean rn_lab_read_checks (RnLabReading *self, const RnJsonReader *reader, GError **error);
