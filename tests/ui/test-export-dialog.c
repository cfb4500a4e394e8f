#include "export-dialog.h"

#include "looking.h"

static GtkWidget *
open_dialog (RnSession *session)
{
  GtkWidget *dialog = rn_export_dialog_new (NULL, session);

  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

static GtkWidget *
find_write (GtkWidget *dialog)
{
  /* 0 is Cancel */
  return looking_find (dialog, GTK_TYPE_BUTTON, 1);
}

static gboolean
is_ready (gpointer dialog)
{
  return gtk_widget_get_sensitive (find_write (dialog));
}

typedef struct
{
  GtkWidget *dialog;
  const char *text;
} Saying;

static gboolean
says (gpointer data)
{
  const Saying *saying = data;

  return looking_says (saying->dialog, saying->text) && is_ready (saying->dialog);
}

static void
wait_for_text (GtkWidget *dialog, const char *text)
{
  Saying saying = { dialog, text };

  looking_wait (says, &saying);
}

static void
test_each_format_shows_what_it_writes (void)
{
  static const char *const expected[] = { "conv1.weight  [16, 3, 3, 3]", "logits  float [N, 10]",
                                          "int classify (const unsigned char *rgb, float *scores)",
                                          "bn1.running_mean" };
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  g_autoptr (RnSession) session = looking_session (model, 32);
  GtkWidget *dialog = open_dialog (session);
  AdwComboRow *format = looking_find (dialog, ADW_TYPE_COMBO_ROW, 0);

  g_assert_false (is_ready (dialog));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *name = g_strdup_printf ("export-dialog-%u", i);

      adw_combo_row_set_selected (format, i);
      wait_for_text (dialog, expected[i]);
      looking_shoot (dialog, name);
    }
  looking_close (dialog);
}

static void
test_onnx_has_two_choices_and_their_effect_shows (void)
{
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  g_autoptr (RnSession) session = looking_session (model, 32);
  GtkWidget *dialog = open_dialog (session);
  AdwComboRow *format = looking_find (dialog, ADW_TYPE_COMBO_ROW, 0);
  GtkSwitch *fold = looking_find (dialog, GTK_TYPE_SWITCH, 0);
  GtkSwitch *preprocess = looking_find (dialog, GTK_TYPE_SWITCH, 1);

  looking_wait (is_ready, dialog);
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (fold)));
  adw_combo_row_set_selected (format, 1);
  wait_for_text (dialog, "normalised");
  looking_pass (200);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (fold)));
  gtk_switch_set_active (preprocess, TRUE);
  wait_for_text (dialog, "0 to 255");
  looking_close (dialog);
}

static void
test_a_dialog_that_is_closed_at_once_leaves_nothing (void)
{
  g_autoptr (RnModel) model = looking_model (1, FALSE);
  g_autoptr (RnSession) session = looking_session (model, 32);
  GtkWidget *dialog = open_dialog (session);
  gpointer left = dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), &left);
  gtk_window_destroy (GTK_WINDOW (dialog));
  for (int i = 0; i < 50 && left != NULL; i++)
    looking_pass (20);
  g_assert_null (left);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/export-dialog/each format shows what it writes",
                   test_each_format_shows_what_it_writes);
  g_test_add_func ("/export-dialog/ONNX has two choices and their effect shows",
                   test_onnx_has_two_choices_and_their_effect_shows);
  g_test_add_func ("/export-dialog/a dialog that is closed at once leaves nothing",
                   test_a_dialog_that_is_closed_at_once_leaves_nothing);
  return g_test_run ();
}
