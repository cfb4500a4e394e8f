#include <adwaita.h>

#include "spine/spine.h"

static void
test_a_widget_of_ours_can_be_made (void)
{
  g_autoptr (RnSession) session = rn_session_new ("/nonexistent");
  GtkWidget *spine = g_object_ref_sink (rn_spine_new (session));

  g_assert_true (RN_IS_SPINE (spine));
  g_object_unref (spine);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/skeleton/a widget of ours can be made", test_a_widget_of_ours_can_be_made);
  return g_test_run ();
}
