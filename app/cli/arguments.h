#pragma once

#include "commands.h"
#include "residua/classify.h"
#include "residua/model.h"

/* The words after a command. Mistakes in them are GErrors of G_OPTION_ERROR, which end the program with code 2. */

/* What an option holds that was not given */
#define RN_CLI_NO_INT G_MININT64
#define RN_CLI_NO_NUMBER (-G_MAXDOUBLE)

/* Parses @argv in place: options go, other words stay. "--help" prints @summary, @examples and the options and leaves
 * the program.
 * @usage: the words after the command, such as "--data DATA --out RUN"
 * @groups: (nullable): NULL-terminated, (transfer full) each
 */
gboolean rn_cli_parse (int *argc, char ***argv, const char *usage, const char *summary,
                       const char *examples, const GOptionEntry *entries,
                       GOptionGroup *const *groups, GError **error);

/* Sets G_OPTION_ERROR_BAD_VALUE. Returns: FALSE */
gboolean rn_cli_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Whether @value, given with @option ("--batch"), is within its bounds; one that was not given is */
gboolean rn_cli_check_int (const char *option, gint64 value, gint64 min, gint64 max,
                           GError **error);
/* Whether @value was given: @option needs it */
gboolean rn_cli_need (const char *option, const char *value, GError **error);
/* Whether no words are left behind the options */
gboolean rn_cli_no_words (int argc, char **argv, GError **error);

gboolean rn_cli_parse_whole (const char *option, const char *text, guint64 *value, GError **error);
gboolean rn_cli_parse_split (const char *text, RnSplit *split, GError **error);
/* Comma-separated, at least one. Returns: how many, 0 on error */
int rn_cli_parse_ints (const char *option, const char *text, int min, int max, int *values,
                       int n_max, GError **error);
int rn_cli_parse_floats (const char *option, const char *text, float *values, int n_max,
                         GError **error);

/* What files of others cannot tell: the group "--help-model" of options, and its values. */
GOptionGroup *rn_cli_hints_group (void);
gboolean rn_cli_get_hints (RnModelHints *hints, GError **error);

/* How a picture is looked at: --crops, --scales, --flip. @side: of the model's input, for "paper" */
GOptionGroup *rn_cli_views_group (void);
gboolean rn_cli_check_views (GError **error);
void rn_cli_get_views (RnViews *views, int side);
