#include "export-dialog.h"

#include <glib/gstdio.h>

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

/* Writing */

typedef struct
{
  char *folder;
  RnSession *session;
  GtkWidget *dialog; /* NULL when it is gone */
  char *said;        /* (nullable) */
} Writing;

static void
on_done (Writing *writing, const char *text)
{
  g_assert_null (writing->said);
  writing->said = g_strdup (text);
}

static void
writing_begin (Writing *writing, guint format, const char *preset)
{
  const RnPreprocess preprocess = { .side = 32, .channels = 3, .std = { 1.0f, 1.0f, 1.0f } };
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);
  g_autoptr (RnModel) model = NULL;

  g_assert_true (rn_spec_set_input (spec, 32, 3, NULL));
  model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  *writing = (Writing){ .folder = g_dir_make_tmp ("residua-XXXXXX", NULL) };
  writing->session = looking_session (model, 32);
  writing->dialog = open_dialog (writing->session);
  g_object_add_weak_pointer (G_OBJECT (writing->dialog), (gpointer *) &writing->dialog);
  g_signal_connect_swapped (writing->dialog, "done", G_CALLBACK (on_done), writing);
  adw_combo_row_set_selected (looking_find (writing->dialog, ADW_TYPE_COMBO_ROW, 0), format);
  looking_wait (is_ready, writing->dialog);
}

static gboolean
is_gone (gpointer data)
{
  return ((Writing *) data)->dialog == NULL;
}

/* Asserts that the folder holds just @name, or nothing, and removes it. */
static void
writing_end (Writing *writing, const char *name)
{
  g_autoptr (GDir) dir = g_dir_open (writing->folder, 0, NULL);
  g_autofree char *path = name == NULL ? NULL : g_build_filename (writing->folder, name, NULL);

  if (writing->dialog != NULL)
    looking_close (writing->dialog);
  looking_wait (is_gone, writing);
  g_assert_cmpstr (g_dir_read_name (dir), ==, name);
  g_assert_null (g_dir_read_name (dir));
  if (path != NULL)
    g_unlink (path);
  g_rmdir (writing->folder);
  g_object_unref (writing->session);
  g_free (writing->folder);
  g_free (writing->said);
}

/* A writing that was stopped leaves nothing; where its file had its name already, that stays and is told. */
static void
writing_end_stopped (Writing *writing, const char *name)
{
  if (writing->said != NULL)
    g_assert_cmpstr (writing->said, ==, "Exported, but not compared with the model");
  writing_end (writing, writing->said != NULL ? name : NULL);
}

static gboolean
has_ended (gpointer data)
{
  const Writing *writing = data;

  return writing->dialog == NULL || is_ready (writing->dialog);
}

static void
write_in (Writing *writing, const char *name)
{
  g_autofree char *path = g_build_filename (writing->folder, name, NULL);

  rn_export_dialog_write (RN_EXPORT_DIALOG (writing->dialog), path);
}

static void
test_each_format_is_written_checked_and_told (void)
{
  static const char *const names[] = { "a.safetensors", "a.onnx", "a.c", "a.pth" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Writing writing;

      writing_begin (&writing, i, "resnet8");
      write_in (&writing, names[i]);
      looking_wait (is_gone, &writing);
      g_assert_nonnull (writing.said);
      g_assert_nonnull (
          strstr (writing.said, i == 2 ? "outputs differ by at most" : "the same numbers"));
      writing_end (&writing, names[i]);
    }
}

static void
test_cancel_stops_the_writing_and_leaves_no_part (void)
{
  Writing writing;

  writing_begin (&writing, 1, "resnet110");
  write_in (&writing, "a.onnx");
  g_assert_true (gtk_widget_get_visible (looking_find (writing.dialog, GTK_TYPE_PROGRESS_BAR, 0)));
  g_assert_false (is_ready (writing.dialog));
  g_signal_emit_by_name (looking_find (writing.dialog, GTK_TYPE_BUTTON, 0), "clicked");
  looking_wait (has_ended, &writing);
  g_assert_true ((writing.said == NULL) == (writing.dialog != NULL));
  if (writing.dialog != NULL)
    g_assert_false (
        gtk_widget_get_visible (looking_find (writing.dialog, GTK_TYPE_PROGRESS_BAR, 0)));
  writing_end_stopped (&writing, "a.onnx");
}

static void
test_a_dialog_that_is_closed_while_it_writes_leaves_no_part (void)
{
  gboolean stays = TRUE;
  Writing writing;

  writing_begin (&writing, 1, "resnet110");
  write_in (&writing, "a.onnx");
  /* what gtk_window_close() does */
  g_signal_emit_by_name (writing.dialog, "close-request", &stays);
  g_assert_false (stays);
  gtk_window_destroy (GTK_WINDOW (writing.dialog));
  looking_wait (is_gone, &writing);
  writing_end_stopped (&writing, "a.onnx");
}

static void
test_a_file_that_cannot_be_written_is_told_in_the_dialog (void)
{
  Writing writing;

  writing_begin (&writing, 1, "resnet110");
  write_in (&writing, "nowhere/a.onnx");
  wait_for_text (writing.dialog, "nowhere/a.onnx");
  looking_shoot (writing.dialog, "export-dialog-failed");
  g_assert_null (writing.said);
  writing_end (&writing, NULL);
}

static gboolean
says_onnx (gpointer data)
{
  const Writing *writing = data;

  return looking_says (writing->dialog, "million parameters") &&
         looking_says (writing->dialog, "ONNX has no such limit");
}

/* ResNet-18 is too large for C: the reason stands in the dialog and names ONNX, which can be chosen and written. */
static void
test_what_is_too_large_for_c_is_told_and_onnx_offered (void)
{
  Writing writing;

  writing_begin (&writing, 0, "resnet18");
  adw_combo_row_set_selected (looking_find (writing.dialog, ADW_TYPE_COMBO_ROW, 0), 2);
  looking_wait (says_onnx, &writing);
  looking_pass (100);
  looking_shoot (writing.dialog, "export-dialog-too-large");
  g_assert_false (is_ready (writing.dialog));
  adw_combo_row_set_selected (looking_find (writing.dialog, ADW_TYPE_COMBO_ROW, 0), 1);
  looking_wait (is_ready, writing.dialog);
  g_assert_false (says_onnx (&writing));
  writing_end (&writing, NULL);
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
  g_test_add_func ("/export-dialog/each format is written, checked and told",
                   test_each_format_is_written_checked_and_told);
  g_test_add_func ("/export-dialog/Cancel stops the writing and leaves no part",
                   test_cancel_stops_the_writing_and_leaves_no_part);
  g_test_add_func ("/export-dialog/a dialog that is closed while it writes leaves no part",
                   test_a_dialog_that_is_closed_while_it_writes_leaves_no_part);
  g_test_add_func ("/export-dialog/a file that cannot be written is told in the dialog",
                   test_a_file_that_cannot_be_written_is_told_in_the_dialog);
  g_test_add_func ("/export-dialog/what is too large for C is told and ONNX offered",
                   test_what_is_too_large_for_c_is_told_and_onnx_offered);
  return g_test_run ();
}
