#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The time that all charts and strips of a run share: unit, visible range, hover and cursor. Everything is in steps;
 * the unit only decides labels and, for time, spacing.
 */

typedef enum
{
  RN_TIME_STEPS,
  RN_TIME_EPOCHS,
  RN_TIME_SECONDS
} RnTimeUnit;

/* Seconds of training (pauses left out) that had gone by when @step was done; rising in both */
typedef struct
{
  gint64 step;
  double seconds;
} RnTimeStamp;

#define RN_TYPE_TIME_AXIS (rn_time_axis_get_type ())
G_DECLARE_FINAL_TYPE (RnTimeAxis, rn_time_axis, RN, TIME_AXIS, GObject)

/* Signals, without arguments: "changed" (unit, extent or range), "hovered" (only the hover step), "cursor" (only the
 * cursor).
 */

RnTimeAxis *rn_time_axis_new (void);

void rn_time_axis_set_unit (RnTimeAxis *self, RnTimeUnit unit);
RnTimeUnit rn_time_axis_get_unit (RnTimeAxis *self);
/* @steps: an epoch's, at least 1 */
void rn_time_axis_set_epoch_steps (RnTimeAxis *self, double steps);
double rn_time_axis_get_epoch_steps (RnTimeAxis *self);
/* Copies @n stamps. */
void rn_time_axis_set_stamps (RnTimeAxis *self, const RnTimeStamp *stamps, guint n);
/** The newest; those from it on are forgotten where the run went back. The same again changes nothing. */
void rn_time_axis_add_stamp (RnTimeAxis *self, RnTimeStamp stamp);

/* The newest step that there is. While following (nobody zoomed) the range is 0 to the least of 1, 2, 5 x 10^k that
 * holds it (in the unit shown), so ticks stay where they are; it never shrinks by itself.
 */
void rn_time_axis_set_extent (RnTimeAxis *self, gint64 last_step);
gint64 rn_time_axis_get_extent (RnTimeAxis *self);
void rn_time_axis_get_range (RnTimeAxis *self, double *from, double *to); /* steps */
void rn_time_axis_set_range (RnTimeAxis *self, double from, double to);   /* stops following */
void rn_time_axis_zoom (RnTimeAxis *self, double around_step,
                        double factor); /* factor < 1 zooms in; at least 10 steps */
void rn_time_axis_pan (RnTimeAxis *self, double steps);
void rn_time_axis_reset (RnTimeAxis *self); /* follow again; the extent may shrink here */
gboolean rn_time_axis_is_following (RnTimeAxis *self);

/* Between steps and a place in a plot @width pixels wide. In time the map is linear in seconds. */
double rn_time_axis_to_x (RnTimeAxis *self, double step, double width);
double rn_time_axis_to_step (RnTimeAxis *self, double x, double width);

/* Ticks in the unit shown, 4 to 6 of them at 1-2-5, with labels. Returns: how many. @at: in steps; @labels: (transfer
 * full) each
 */
#define RN_MAX_TICKS 12
int rn_time_axis_get_ticks (RnTimeAxis *self, double at[RN_MAX_TICKS], char *labels[RN_MAX_TICKS]);
/* (transfer none) "step", "epoch", "minutes", "hours" (by the range shown) */
const char *rn_time_axis_get_unit_label (RnTimeAxis *self);

void rn_time_axis_set_hover (RnTimeAxis *self, gint64 step); /* -1: none */
gint64 rn_time_axis_get_hover (RnTimeAxis *self);
void rn_time_axis_set_cursor (RnTimeAxis *self, gint64 step); /* -1: live */
gint64 rn_time_axis_get_cursor (RnTimeAxis *self);

G_END_DECLS
