#pragma once

#include <glib.h>

#include "commands.h"

/* What people read: messages and progress on stderr, a bar where that is a terminal and now and then a line where it
 * is not; results on stdout.
 */

/* "residua-cli: MESSAGE" */
void rn_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* A line on stderr, without a name before it */
void rn_cli_tell (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* A line on stdout, above the bar where one is shown */
void rn_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* (transfer full) @error: complains and Returns: the exit code that it stands for. @command: (nullable): whose help is
 * named after a mistake in usage
 */
RnExit rn_cli_fail (GError *error, const char *command);

typedef struct
{
  const char *label;
  gint64 began_us;
  gint64 shown_us;
} RnCliProgress;

void rn_cli_progress_start (RnCliProgress *progress, const char *label);
/* @done: 0 to 1; @seconds_left: below 0 to work it out from @done; @detail: (nullable): behind the bar. Draws at most ten
 * times a second, and in a pipe writes a line every five seconds.
 */
void rn_cli_progress_update (RnCliProgress *progress, double done, double seconds_left,
                             const char *detail);
void rn_cli_progress_end (RnCliProgress *progress);
/* An RnProgressFunc: @progress is an RnCliProgress; cancels when interrupted */
gboolean rn_cli_progress_func (double done, gpointer progress);

/* Whether stdout is a terminal */
gboolean rn_cli_is_terminal (void);
/* Returns: (transfer full): @share (0 to 1) as a bar of @width columns */
char *rn_cli_bar (double share, int width);
/* Returns: (transfer full): "0:42", "1:02:13" */
char *rn_cli_duration (double seconds);
/* Returns: (transfer full): "269,722" as "269 722", so that no locale's mark is mistaken */
char *rn_cli_grouped (gint64 number);
/* Returns: (transfer full): "40.55 M", "1.81 G" */
char *rn_cli_large (double number);
/* Returns: (transfer full): @text as a shell takes it, quoted only where it must be */
char *rn_cli_quote (const char *text);
/* Returns: columns that @text takes, about: characters, wide ones counted twice */
int rn_cli_width (const char *text);
/* Returns: (transfer full): the beginning of @text that fits into @columns */
char *rn_cli_cut (const char *text, int columns);

/* @columns: what @text is filled up to, as printf() would were all its characters a byte and a column: spaces before
 * it, or behind it where @columns is negative. A longer @text stays whole.
 */
typedef struct
{
  const char *text;
  int columns;
} RnCliCell;

void rn_cli_append_cell (GString *line, const RnCliCell *cell);
/* A line on stdout, a space between the @n cells */
void rn_cli_print_cells (const RnCliCell *cells, gsize n);
