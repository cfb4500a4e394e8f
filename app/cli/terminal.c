#include "terminal.h"

#include <glib/gi18n.h>
#include <gio/gio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "residua/error.h"
#include "signals.h"

#define MIN_BAR_COLUMNS 8
#define MAX_BAR_COLUMNS 30
#define DRAW_EVERY_US (G_USEC_PER_SEC / 10)
#define LINE_EVERY_US (5 * G_USEC_PER_SEC)
#define ERASE_LINE "\r\033[K"

static gboolean bar_is_shown;

static void
erase_bar (void)
{
  if (!bar_is_shown)
    return;
  fputs (ERASE_LINE, stderr);
  bar_is_shown = FALSE;
}

void
rn_cli_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  erase_bar ();
  g_printerr ("residua-cli: %s\n", message);
}

void
rn_cli_tell (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  erase_bar ();
  g_printerr ("%s\n", message);
}

void
rn_cli_print (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  erase_bar ();
  g_print ("%s\n", message);
}

RnExit
rn_cli_fail (GError *error, const char *command)
{
  g_autoptr (GError) owned = error;

  rn_cli_complain ("%s", owned->message);
  if (owned->domain == G_OPTION_ERROR)
    {
      if (command != NULL)
        rn_cli_tell (_ ("“residua-cli %s --help” shows how it is used."), command);
      else
        rn_cli_tell (_ ("“residua-cli help” shows what there is."));
      return RN_EXIT_USAGE;
    }
  if (g_error_matches (owned, RN_ERROR, RN_ERROR_DIVERGED))
    return RN_EXIT_DIVERGED;
  if (g_error_matches (owned, RN_ERROR, RN_ERROR_CANCELLED))
    return RN_EXIT_INTERRUPTED;
  return RN_EXIT_FAILED;
}

/* Progress */

static int
columns_of_stderr (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void
draw_bar (const RnCliProgress *progress, double done, const char *left, const char *detail)
{
  const int columns = columns_of_stderr ();
  /* what is left of a narrow window goes to the words */
  g_autofree char *bar = rn_cli_bar (done, CLAMP (columns - 66, MIN_BAR_COLUMNS, MAX_BAR_COLUMNS));
  g_autofree char *whole =
      g_strdup_printf ("%s %s %3.0f %%%s%s%s%s", progress->label, bar, floor (100.0 * done),
                       left != NULL ? "  " : "", left != NULL ? left : "",
                       detail != NULL ? "  " : "", detail != NULL ? detail : "");
  /* a full last column would make some terminals wrap */
  g_autofree char *fitting = rn_cli_cut (whole, MAX (columns - 1, 1));

  fputs (ERASE_LINE, stderr);
  g_printerr ("%s", fitting);
  bar_is_shown = TRUE;
}

static void
write_line (const RnCliProgress *progress, double done, const char *left, const char *detail)
{
  g_printerr ("%s %.0f %%%s%s%s%s\n", progress->label, floor (100.0 * done),
              detail != NULL ? "  " : "", detail != NULL ? detail : "", left != NULL ? "  " : "",
              left != NULL ? left : "");
}

void
rn_cli_progress_start (RnCliProgress *progress, const char *label)
{
  progress->label = label;
  progress->began_us = progress->shown_us = g_get_monotonic_time ();
}

void
rn_cli_progress_update (RnCliProgress *progress, double done, double seconds_left,
                        const char *detail)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gboolean is_terminal = isatty (STDERR_FILENO);
  const double elapsed = (double) (now_us - progress->began_us) * 1e-6;
  g_autofree char *duration = NULL, *left = NULL;

  if (now_us - progress->shown_us < (is_terminal ? DRAW_EVERY_US : LINE_EVERY_US))
    return;
  progress->shown_us = now_us;
  done = CLAMP (done, 0.0, 1.0);
  if (seconds_left < 0.0 && done > 0.01)
    seconds_left = elapsed * (1.0 - done) / done;
  if (seconds_left >= 0.0)
    {
      duration = rn_cli_duration (seconds_left);
      left = g_strdup_printf (_ ("%s left"), duration);
    }
  if (is_terminal)
    draw_bar (progress, done, left, detail);
  else
    write_line (progress, done, left, detail);
}

void
rn_cli_progress_end (RnCliProgress *progress)
{
  erase_bar ();
}

gboolean
rn_cli_progress_func (double done, gpointer progress)
{
  rn_cli_progress_update (progress, done, -1.0, NULL);
  return !rn_cli_is_interrupted ();
}

/* Words */

gboolean
rn_cli_is_terminal (void)
{
  return isatty (STDOUT_FILENO);
}

char *
rn_cli_bar (double share, int width)
{
  static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
  const gboolean is_unicode = g_get_charset (NULL);
  const int filled = (int) lround (CLAMP (share, 0.0, 1.0) * width * 8.0);
  GString *bar = g_string_new (NULL);
  int column = 0;

  for (; column < filled / 8; column++)
    g_string_append (bar, is_unicode ? "█" : "#");
  if (is_unicode && filled % 8 > 0 && column < width)
    {
      g_string_append (bar, eighths[filled % 8]);
      column++;
    }
  for (; column < width; column++)
    g_string_append (bar, is_unicode ? "·" : ".");
  return g_string_free (bar, FALSE);
}

char *
rn_cli_duration (double seconds)
{
  const gint64 whole = isfinite (seconds) ? (gint64) CLAMP (seconds + 0.5, 0.0, 1e9) : 0;
  const int minutes = (int) (whole / 60 % 60), rest = (int) (whole % 60);

  if (whole >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", whole / 3600, minutes, rest);
  return g_strdup_printf ("%d:%02d", minutes, rest);
}

char *
rn_cli_grouped (gint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, ABS (number));
  const gsize length = strlen (digits);
  GString *text = g_string_new (number < 0 ? "-" : "");

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append (text, "\302\240"); /* a space that does not break */
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

char *
rn_cli_large (double number)
{
  static const char *const units[] = { "", " k", " M", " G", " T" };
  guint unit = 0;

  for (; number >= 1000.0 && unit + 1 < G_N_ELEMENTS (units); unit++)
    number /= 1000.0;
  return g_strdup_printf (unit == 0 ? "%.0f%s" : "%.2f%s", number, units[unit]);
}

char *
rn_cli_quote (const char *text)
{
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@,=+:";

  return *text != '\0' && text[strspn (text, plain)] == '\0' ? g_strdup (text)
                                                             : g_shell_quote (text);
}

static int
width_of_char (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

int
rn_cli_width (const char *text)
{
  int width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += width_of_char (g_utf8_get_char (at));
  return width;
}

char *
rn_cli_cut (const char *text, int columns)
{
  const char *at = text;

  for (; *at != '\0'; at = g_utf8_next_char (at))
    {
      columns -= width_of_char (g_utf8_get_char (at));
      if (columns < 0)
        break;
    }
  return g_strndup (text, (gsize) (at - text));
}

void
rn_cli_append_cell (GString *line, const RnCliCell *cell)
{
  const int gap = MAX (ABS (cell->columns) - rn_cli_width (cell->text), 0);
  const gboolean at_left = cell->columns < 0;

  g_string_append_printf (line, "%*s%s%*s", at_left ? 0 : gap, "", cell->text, at_left ? gap : 0,
                          "");
}

void
rn_cli_print_cells (const RnCliCell *cells, gsize n)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (line, ' ');
      rn_cli_append_cell (line, &cells[i]);
    }
  rn_cli_print ("%s", line->str);
}
