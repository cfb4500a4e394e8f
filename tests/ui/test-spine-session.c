#include <adwaita.h>

#include "spine/spine.h"
#include "state/record.h"

/* The spine on the real session: what the worker's feed brought stands in its rows. */

static RnDocument *
document_with_measures (const RnSpec *spec, const RnBlockMeasure *measures)
{
  RnSettings settings;
  g_autoptr (RnRecord) record = NULL;
  RnSnapshot snapshot = { .state = RN_STATE_PAUSED, .step = measures[0].step };

  rn_settings_init (&settings);
  record = rn_record_new (spec, &settings, NULL);
  snapshot.points = g_array_new (FALSE, FALSE, sizeof (RnPoint));
  snapshot.marks = g_array_new (FALSE, FALSE, sizeof (RnMark));
  snapshot.watched = g_ptr_array_new ();
  snapshot.measures = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));
  snapshot.responses = g_array_new (FALSE, FALSE, sizeof (RnLayerResponse));
  g_array_append_vals (snapshot.measures, measures, (guint) rn_spec_n_blocks (spec));
  rn_record_take_snapshot (record, &snapshot);
  g_array_unref (snapshot.points);
  g_array_unref (snapshot.marks);
  g_array_unref (snapshot.measures);
  g_array_unref (snapshot.responses);
  g_ptr_array_unref (snapshot.watched);
  return rn_document_new_run (record);
}

static void
test_what_a_run_has_told_stands_in_its_rows (void)
{
  g_autoptr (RnSession) session = rn_session_new ("/nonexistent");
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  const int n = rn_spec_n_blocks (spec);
  g_autofree RnBlockMeasure *measures = g_new0 (RnBlockMeasure, n);
  g_autoptr (RnDocument) document = NULL;
  GtkWidget *window = gtk_window_new (), *spine;

  for (int i = 0; i < n; i++)
    {
      const float f = (float) g_test_rand_double_range (0.1, 2.0);
      const float s = (float) g_test_rand_double_range (0.1, 2.0);

      measures[i] = (RnBlockMeasure){
        .step = 7, .block = rn_spec_get_block (spec, i)->id, .rms_f = f, .rms_s = s, .ratio = f / s
      };
    }
  document = document_with_measures (spec, measures);
  spine = rn_spine_new (session);
  gtk_window_set_default_size (GTK_WINDOW (window), 240, 900);
  gtk_window_set_child (GTK_WINDOW (window), spine);
  gtk_window_present (GTK_WINDOW (window));
  rn_session_show (session, document);
  gtk_test_widget_wait_for_draw (spine);
  for (int i = 0; i < n; i++)
    {
      RnBlockRow *row = rn_spine_body_get_row (rn_spine_get_body (RN_SPINE (spine)), i);
      g_autofree char *number =
          rn_measure_format (RN_MEASURE_RATIO, measures[i].rms_f / measures[i].rms_s);

      g_assert_cmpstr (rn_block_row_get_number (row), ==, number);
    }
  gtk_switch_set_active (GTK_SWITCH (rn_block_row_get_switch (
                             rn_spine_body_get_row (rn_spine_get_body (RN_SPINE (spine)), 3))),
                         FALSE);
  g_assert_cmpint (rn_session_n_gates_off (session), ==, 1);
  g_assert_false (rn_session_get_gate (session, rn_spec_get_block (spec, 3)->id));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/spine-session/what a run has told stands in its rows",
                   test_what_a_run_has_told_stands_in_its_rows);
  return g_test_run ();
}
