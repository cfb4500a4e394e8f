#include "pages/test-dots.h"

void
rn_test_dots_show (RnCurveChart *chart, int line, RnRecord *record, gboolean is_loss)
{
  const GArray *tests = rn_record_get_tests (record);
  g_autofree RnDot *dots = g_new (RnDot, MAX (tests->len, 1));

  for (guint i = 0; i < tests->len; i++)
    {
      const RnTest *test = &g_array_index (tests, RnTest, i);

      dots[i] = (RnDot){ test->step, is_loss ? test->loss : test->error };
    }
  rn_curve_chart_set_dots (chart, line, dots, tests->len);
}
