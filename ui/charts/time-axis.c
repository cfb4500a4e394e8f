#include "charts/time-axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

/* The narrowest range that can be zoomed to, steps */
#define MIN_SPAN 10.0

struct _RnTimeAxis
{
  GObject parent_instance;

  RnTimeUnit unit;
  double epoch_steps;
  GArray *stamps; /* of RnTimeStamp, rising */
  gint64 extent;
  double from, to; /* steps */
  gboolean is_following;
  gint64 hover;
  gint64 cursor;
};

enum
{
  CHANGED,
  HOVERED,
  CURSOR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RnTimeAxis, rn_time_axis, G_TYPE_OBJECT)

static void
rn_time_axis_finalize (GObject *object)
{
  RnTimeAxis *self = RN_TIME_AXIS (object);

  g_clear_pointer (&self->stamps, g_array_unref);
  G_OBJECT_CLASS (rn_time_axis_parent_class)->finalize (object);
}

static void
rn_time_axis_class_init (RnTimeAxisClass *class)
{
  static const char *const names[N_SIGNALS] = { "changed", "hovered", "cursor" };

  G_OBJECT_CLASS (class)->finalize = rn_time_axis_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], RN_TYPE_TIME_AXIS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
rn_time_axis_init (RnTimeAxis *self)
{
  self->stamps = g_array_new (FALSE, FALSE, sizeof (RnTimeStamp));
  self->epoch_steps = 1.0;
  self->to = MIN_SPAN;
  self->is_following = TRUE;
  self->hover = -1;
  self->cursor = -1;
}

RnTimeAxis *
rn_time_axis_new (void)
{
  return g_object_new (RN_TYPE_TIME_AXIS, NULL);
}

/* Units: from steps to what is shown and back. Seconds are straight lines between stamps, and beyond the last as fast
 * as on the whole.
 */

static double
seconds_of (RnTimeAxis *self, double step)
{
  const RnTimeStamp *stamps = (const RnTimeStamp *) (gpointer) self->stamps->data;
  const guint n = self->stamps->len;
  RnTimeStamp before = { 0, 0.0 };
  guint low = 0, high = n;

  if (n == 0 || stamps[n - 1].step <= 0)
    return step;
  while (low < high)
    {
      const guint middle = (low + high) / 2;

      if ((double) stamps[middle].step < step)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == n)
    return stamps[n - 1].seconds + (step - (double) stamps[n - 1].step) * stamps[n - 1].seconds /
                                       (double) stamps[n - 1].step;
  if (low > 0)
    before = stamps[low - 1];
  if (stamps[low].step == before.step)
    return before.seconds;
  return before.seconds + (step - (double) before.step) * (stamps[low].seconds - before.seconds) /
                              (double) (stamps[low].step - before.step);
}

static double
step_of_seconds (RnTimeAxis *self, double seconds)
{
  const RnTimeStamp *stamps = (const RnTimeStamp *) (gpointer) self->stamps->data;
  const guint n = self->stamps->len;
  RnTimeStamp before = { 0, 0.0 };
  guint low = 0, high = n;

  if (n == 0 || stamps[n - 1].step <= 0)
    return seconds;
  while (low < high)
    {
      const guint middle = (low + high) / 2;

      if (stamps[middle].seconds < seconds)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == n)
    return stamps[n - 1].seconds > 0.0 ? (double) stamps[n - 1].step +
                                             (seconds - stamps[n - 1].seconds) *
                                                 (double) stamps[n - 1].step / stamps[n - 1].seconds
                                       : (double) stamps[n - 1].step;
  if (low > 0)
    before = stamps[low - 1];
  if (stamps[low].seconds <= before.seconds)
    return (double) before.step;
  return (double) before.step + (seconds - before.seconds) *
                                    (double) (stamps[low].step - before.step) /
                                    (stamps[low].seconds - before.seconds);
}

static double
to_unit (RnTimeAxis *self, double step)
{
  switch (self->unit)
    {
    case RN_TIME_EPOCHS:
      return step / self->epoch_steps;
    case RN_TIME_SECONDS:
      return seconds_of (self, step);
    case RN_TIME_STEPS:
    default:
      return step;
    }
}

static double
from_unit (RnTimeAxis *self, double value)
{
  switch (self->unit)
    {
    case RN_TIME_EPOCHS:
      return value * self->epoch_steps;
    case RN_TIME_SECONDS:
      return step_of_seconds (self, value);
    case RN_TIME_STEPS:
    default:
      return value;
    }
}

/* Returns: the least of 1, 2, 5 x 10^k (of 60 x that in minutes and hours, where @seconds) that is at least @least */
static double
round_up (double least, gboolean seconds)
{
  const double unit = !seconds || least < 60.0 ? 1.0 : least < 3600.0 ? 60.0 : 3600.0;
  const double power = pow (10.0, floor (log10 (least / unit)));
  const double mantissa = least / unit / power;

  if (mantissa <= 1.0 + 1e-9)
    return unit * power;
  if (mantissa <= 2.0 + 1e-9)
    return 2.0 * unit * power;
  return unit * power * (mantissa <= 5.0 + 1e-9 ? 5.0 : 10.0);
}

/* Range */

/* Returns: the end of the range that follows: it leaves room for the next growth, so labels stand still meanwhile. */
static double
following_end (RnTimeAxis *self)
{
  const double least = self->unit == RN_TIME_EPOCHS ? 1.0 : MIN_SPAN;

  return from_unit (self, round_up (MAX (to_unit (self, (double) self->extent), least),
                                    self->unit == RN_TIME_SECONDS));
}

static void
follow (RnTimeAxis *self, gboolean may_shrink)
{
  const double end = following_end (self);

  self->from = 0.0;
  self->to = may_shrink ? end : MAX (self->to, end);
}

static void
emit (RnTimeAxis *self, int signal)
{
  g_signal_emit (self, signals[signal], 0);
}

void
rn_time_axis_set_unit (RnTimeAxis *self, RnTimeUnit unit)
{
  if (unit == self->unit)
    return;
  self->unit = unit;
  if (self->is_following)
    follow (self, TRUE);
  emit (self, CHANGED);
}

RnTimeUnit
rn_time_axis_get_unit (RnTimeAxis *self)
{
  return self->unit;
}

void
rn_time_axis_set_epoch_steps (RnTimeAxis *self, double steps)
{
  g_return_if_fail (steps >= 1.0);
  if (steps == self->epoch_steps)
    return;
  self->epoch_steps = steps;
  if (self->is_following)
    follow (self, TRUE);
  emit (self, CHANGED);
}

double
rn_time_axis_get_epoch_steps (RnTimeAxis *self)
{
  return self->epoch_steps;
}

void
rn_time_axis_set_stamps (RnTimeAxis *self, const RnTimeStamp *stamps, guint n)
{
  g_array_set_size (self->stamps, 0);
  if (n > 0)
    g_array_append_vals (self->stamps, stamps, n);
  if (self->unit != RN_TIME_SECONDS)
    return;
  if (self->is_following)
    follow (self, TRUE);
  emit (self, CHANGED);
}

void
rn_time_axis_add_stamp (RnTimeAxis *self, RnTimeStamp stamp)
{
  const RnTimeStamp *last = self->stamps->len > 0
                                ? &g_array_index (self->stamps, RnTimeStamp, self->stamps->len - 1)
                                : NULL;

  if (last != NULL && last->step == stamp.step && last->seconds == stamp.seconds)
    return;
  /* a run that went back to its checkpoint tells of these steps anew */
  for (guint n = self->stamps->len;
       n > 0 && g_array_index (self->stamps, RnTimeStamp, n - 1).step >= stamp.step; n--)
    g_array_set_size (self->stamps, n - 1);
  g_array_append_val (self->stamps, stamp);
  if (self->unit != RN_TIME_SECONDS)
    return;
  if (self->is_following)
    follow (self, FALSE);
  emit (self, CHANGED);
}

void
rn_time_axis_set_extent (RnTimeAxis *self, gint64 last_step)
{
  const double to = self->to;

  if (last_step == self->extent)
    return;
  self->extent = last_step;
  if (self->is_following)
    follow (self, FALSE);
  if (self->to != to)
    emit (self, CHANGED);
}

gint64
rn_time_axis_get_extent (RnTimeAxis *self)
{
  return self->extent;
}

void
rn_time_axis_get_range (RnTimeAxis *self, double *from, double *to)
{
  *from = self->from;
  *to = self->to;
}

void
rn_time_axis_set_range (RnTimeAxis *self, double from, double to)
{
  const double end = MAX (following_end (self), MIN_SPAN);
  const double span = CLAMP (to - from, MIN_SPAN, end);

  from = CLAMP (from, 0.0, end - span);
  self->is_following = FALSE;
  if (from == self->from && from + span == self->to)
    return;
  self->from = from;
  self->to = from + span;
  emit (self, CHANGED);
}

void
rn_time_axis_zoom (RnTimeAxis *self, double around_step, double factor)
{
  const double span = MAX ((self->to - self->from) * factor, MIN_SPAN);
  const double share = (around_step - self->from) / (self->to - self->from);

  /* zoomed out to all there is: follow again */
  if (factor > 1.0 && span >= following_end (self))
    rn_time_axis_reset (self);
  else
    rn_time_axis_set_range (self, around_step - share * span, around_step + (1.0 - share) * span);
}

void
rn_time_axis_pan (RnTimeAxis *self, double steps)
{
  const double span = self->to - self->from;
  const double from = CLAMP (self->from + steps, 0.0, MAX (following_end (self) - span, 0.0));

  if (from != self->from)
    rn_time_axis_set_range (self, from, from + span);
}

void
rn_time_axis_reset (RnTimeAxis *self)
{
  const double from = self->from, to = self->to;

  self->is_following = TRUE;
  follow (self, TRUE);
  if (self->from != from || self->to != to)
    emit (self, CHANGED);
}

gboolean
rn_time_axis_is_following (RnTimeAxis *self)
{
  return self->is_following;
}

double
rn_time_axis_to_x (RnTimeAxis *self, double step, double width)
{
  const double from = to_unit (self, self->from), to = to_unit (self, self->to);

  return (to_unit (self, step) - from) / (to - from) * width;
}

double
rn_time_axis_to_step (RnTimeAxis *self, double x, double width)
{
  const double from = to_unit (self, self->from), to = to_unit (self, self->to);

  return from_unit (self, from + x / width * (to - from));
}

/* Ticks */

/* What labels count in: seconds are shown as minutes or hours. */
static double
label_unit (RnTimeAxis *self)
{
  double span;

  if (self->unit != RN_TIME_SECONDS)
    return 1.0;
  span = to_unit (self, self->to);
  return span < 120.0 ? 1.0 : span < 7200.0 ? 60.0 : 3600.0;
}

int
rn_time_axis_get_ticks (RnTimeAxis *self, double at[RN_MAX_TICKS], char *labels[RN_MAX_TICKS])
{
  const double unit = label_unit (self), from = to_unit (self, self->from) / unit,
               to = to_unit (self, self->to) / unit;
  const double least = self->unit == RN_TIME_STEPS ? 1.0 : 0.01;
  const double step = round_up (MAX ((to - from) / 6.0, least), FALSE);
  const int decimals = (int) CLAMP (-floor (log10 (step) + 1e-9), 0.0, 4.0);
  int n = 0;

  for (double i = ceil (from / step - 1e-9); i * step <= to + 1e-6 * step && n < RN_MAX_TICKS; i++)
    {
      at[n] = from_unit (self, i * step * unit);
      labels[n++] = decimals == 0 ? rn_format_count ((gint64) round (i * step))
                                  : g_strdup_printf ("%.*f", decimals, i * step);
    }
  return n;
}

const char *
rn_time_axis_get_unit_label (RnTimeAxis *self)
{
  const double unit = label_unit (self);

  switch (self->unit)
    {
    case RN_TIME_EPOCHS:
      return C_ ("axis", "epoch");
    case RN_TIME_SECONDS:
      return unit == 1.0    ? C_ ("axis", "seconds")
             : unit == 60.0 ? C_ ("axis", "minutes")
                            : C_ ("axis", "hours");
    case RN_TIME_STEPS:
    default:
      return C_ ("axis", "step");
    }
}

/* Hover and cursor */

void
rn_time_axis_set_hover (RnTimeAxis *self, gint64 step)
{
  if (step == self->hover)
    return;
  self->hover = step;
  emit (self, HOVERED);
}

gint64
rn_time_axis_get_hover (RnTimeAxis *self)
{
  return self->hover;
}

void
rn_time_axis_set_cursor (RnTimeAxis *self, gint64 step)
{
  if (step == self->cursor)
    return;
  self->cursor = step;
  emit (self, CURSOR);
}

gint64
rn_time_axis_get_cursor (RnTimeAxis *self)
{
  return self->cursor;
}
