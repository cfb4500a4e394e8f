#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "lab/results-private.h"

/* At which no line ends */
#define SPACE "\u00a0"

RnLabNumber
rn_lab_number_of (const double *values, int n)
{
  RnLabNumber number = { 0, NAN, NAN };
  double sum = 0.0, squares = 0.0;

  for (int i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        sum += values[i];
        number.n++;
      }
  if (number.n == 0)
    return number;
  number.mean = sum / number.n;
  for (int i = 0; i < n; i++)
    if (!isnan (values[i]))
      squares += (values[i] - number.mean) * (values[i] - number.mean);
  if (number.n > 1)
    number.spread = sqrt (squares / (number.n - 1));
  return number;
}

/* How far the relation holds: over 0 it does, below 0 it does not, by as much. */
static double
margin_of (const RnLabCheck *check, double difference)
{
  switch (check->relation)
    {
    case RN_LAB_LESS:
      return -difference;
    case RN_LAB_WITHIN:
      return check->within - fabs (difference);
    case RN_LAB_GREATER:
    default:
      return difference;
    }
}

/* Equal sides are neither the greater nor the less of each other; NaN holds nothing. */
static gboolean
holds (const RnLabCheck *check, double difference)
{
  const double margin = margin_of (check, difference);

  return margin > 0.0 || (margin == 0.0 && check->relation == RN_LAB_WITHIN);
}

/* What hangs on no chance at all, such as the number of parameters, needs no second seed. */
static gboolean
is_exact (const RnLabCheck *check)
{
  return check->quantity[0] >= RN_LAB_PARAMETERS &&
         (check->arm[1] < 0 || check->quantity[1] >= RN_LAB_PARAMETERS);
}

/* With three seeds a mean beyond the spread comes by chance in about one case of four; that every seed says the same, too, is
 * what keeps a seed from being outvoted. */
static RnLabAnswer
answer_of (const RnLabCheck *check, const RnLabNumber *difference, int n_as_said, int n)
{
  const double margin = margin_of (check, difference->mean);

  if (difference->n < n)
    return RN_LAB_NOT_YET;
  if (is_exact (check))
    return holds (check, difference->mean) ? RN_LAB_AGREES : RN_LAB_DIFFERS;
  if (n < 2 || fabs (margin) <= difference->spread || n_as_said != (margin > 0.0 ? n : 0))
    return RN_LAB_CANNOT_TELL;
  return margin > 0.0 ? RN_LAB_AGREES : RN_LAB_DIFFERS;
}

void
rn_lab_verdict_init (RnLabVerdict *verdict, const RnLabCheck *check, const double *first,
                     const double *second, int n)
{
  g_autofree double *differences = g_new (double, n);

  verdict->n_as_said = 0;
  for (int i = 0; i < n; i++)
    {
      differences[i] = first[i] - second[i];
      verdict->n_as_said += holds (check, differences[i]);
    }
  verdict->side[0] = rn_lab_number_of (first, n);
  verdict->side[1] = rn_lab_number_of (second, check->arm[1] >= 0 ? n : 1);
  verdict->difference = rn_lab_number_of (differences, n);
  verdict->answer = answer_of (check, &verdict->difference, verdict->n_as_said, n);
}

/* In words */

const char *
rn_lab_answer_get_label (RnLabAnswer answer)
{
  switch (answer)
    {
    case RN_LAB_AGREES:
      return _ ("agrees");
    case RN_LAB_DIFFERS:
      return _ ("does not agree");
    case RN_LAB_CANNOT_TELL:
      return _ ("cannot tell");
    case RN_LAB_NOT_YET:
    default:
      return _ ("not yet");
    }
}

/* Returns: (transfer full): "269,722" */
static char *
group_digits (double value)
{
  g_autofree char *digits = g_strdup_printf ("%.0f", fabs (value));
  const gsize length = strlen (digits);
  GString *text = g_string_new (value < 0.0 ? "−" : NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

/* Digits after the point that leave two of the spread, or three of the number where there is no spread */
static int
n_decimals (const RnLabNumber *number, double scale)
{
  const double spread = number->spread * scale;
  const double size = spread > 0.0 ? spread * 10.0 : fabs (number->mean) * scale;

  if (!(size > 0.0 && isfinite (size)))
    return 2;
  return CLAMP (2 - (int) floor (log10 (size)), 1, 4);
}

/* Returns: (transfer full): with the sign that typesetters use for minus */
static char *
print_mean (double value, int decimals)
{
  return g_strdup_printf ("%s%.*f", value < 0.0 ? "−" : "", decimals, fabs (value));
}

char *
rn_lab_number_to_string (const RnLabNumber *number, RnLabQuantity quantity)
{
  const gboolean is_share = rn_lab_quantity_is_share (quantity);
  const double scale = is_share ? 100.0 : 1.0;
  const int decimals = is_share ? MIN (n_decimals (number, scale), 2) : n_decimals (number, scale);
  const char *unit = is_share ? SPACE "%" : "";
  g_autofree char *mean = print_mean (scale * number->mean, decimals);

  if (number->n == 0)
    return g_strdup ("–");
  if (quantity >= RN_LAB_PARAMETERS)
    return group_digits (number->mean);
  if (number->n < 2)
    return g_strconcat (mean, unit, NULL);
  return g_strdup_printf ("%s" SPACE "±" SPACE "%.*f%s", mean, decimals, scale * number->spread,
                          unit);
}

static gboolean
needs_lost_run (const RnLabResults *self, const RnLabCheck *check)
{
  for (int side = 0; side < 2 && check->arm[side] >= 0; side++)
    for (int seed = 0; seed < self->n_seeds; seed++)
      {
        const int run = seed * self->n_arms + check->arm[side];

        if (rn_lab_results_is_over (self, run) && !self->outcomes[run].is_finished)
          return TRUE;
      }
  return FALSE;
}

/* Returns: (transfer full): shares differ by points, which percent of one of them would be another number */
static char *
describe_difference (const RnLabNumber *difference, RnLabQuantity quantity)
{
  g_autofree char *text = rn_lab_number_to_string (difference, quantity);
  GString *words = g_string_new (text);

  if (rn_lab_quantity_is_share (quantity))
    {
      g_autofree char *points = g_strconcat (SPACE, _ ("points"), NULL);

      g_string_replace (words, SPACE "%", points, 0);
    }
  return g_string_free (words, FALSE);
}

char *
rn_lab_results_describe (const RnLabResults *self, int index)
{
  const RnLabCheck *check = rn_experiment_get_check (self->experiment, index);
  const RnLabVerdict *verdict = rn_lab_results_get_verdict (self, index);
  g_autofree char *first = NULL, *second = NULL, *difference = NULL;

  g_return_val_if_fail (check != NULL && verdict != NULL, NULL);

  first = rn_lab_number_to_string (&verdict->side[0], check->quantity[0]);
  second = rn_lab_number_to_string (&verdict->side[1], check->quantity[1]);
  if (verdict->answer == RN_LAB_CANNOT_TELL && verdict->difference.n < self->n_seeds)
    return g_strdup_printf (needs_lost_run (self, check)
                                ? _ ("%s against %s; a run that this needs diverged")
                                : _ ("%s against %s; these networks give no such number"),
                            first, second);
  if (verdict->difference.n == 0)
    return g_strdup_printf (_ ("%s against %s"), first, second);
  difference = describe_difference (&verdict->difference, check->quantity[0]);
  if (is_exact (check))
    return g_strdup_printf (_ ("%s against %s: a difference of %s"), first, second, difference);
  return g_strdup_printf (
      ngettext ("%s against %s: a difference of %s; as said in %d\u00a0of\u00a0%d\u00a0seed",
                "%s against %s: a difference of %s; as said in %d\u00a0of\u00a0%d\u00a0seeds",
                (gulong) verdict->difference.n),
      first, second, difference, verdict->n_as_said, verdict->difference.n);
}
