#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "pages/augment-panel.h"
#include "pages/augment-preview.h"
#include "pages/class-balance.h"
#include "pages/class-bar.h"
#include "pages/data-page.h"
#include "pages/sample-cell.h"
#include "pages/sample-grid.h"
#include "scratch.h"
#include "settle.h"

#define SIDE 8
#define N_TRAIN 50000
#define N_TEST 30
#define N_CLASSES 3

typedef struct
{
  char *folder;
  RnSession *session;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static void
write_digits (const char *folder)
{
  g_autoptr (GByteArray) train = make_idx_pictures (N_TRAIN, SIDE, SIDE);
  g_autoptr (GByteArray) train_labels = make_idx_labels (N_TRAIN, N_CLASSES);
  g_autoptr (GByteArray) test = make_idx_pictures (N_TEST, SIDE, SIDE);
  g_autoptr (GByteArray) test_labels = make_idx_labels (N_TEST, N_CLASSES);

  g_free (scratch_write_array (folder, "train-images-idx3-ubyte", train));
  g_free (scratch_write_array (folder, "train-labels-idx1-ubyte", train_labels));
  g_free (scratch_write_array (folder, "t10k-images-idx3-ubyte", test));
  g_free (scratch_write_array (folder, "t10k-labels-idx1-ubyte", test_labels));
  g_free (scratch_write (folder, "classes.txt", "ant\nbee\nfly\n", 12));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *runs = NULL;

  fixture->folder = scratch_new ();
  runs = g_build_filename (fixture->folder, "runs", NULL);
  fixture->session = rn_session_new (runs);
  fixture->page = rn_data_page_new (fixture->session);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 760, 590);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  settle_for (20);
  g_object_unref (fixture->session);
  scratch_free (fixture->folder);
}

static gboolean
is_open (gpointer data)
{
  return rn_session_get_dataset (((Fixture *) data)->session) != NULL;
}

static gboolean
has_first_picture (gpointer data)
{
  GtkWidget *cell = find_widget (((Fixture *) data)->page, RN_TYPE_SAMPLE_CELL, 0);

  return cell != NULL && rn_sample_cell_get_texture (RN_SAMPLE_CELL (cell)) != NULL;
}

static gboolean
has_classes (gpointer data)
{
  return find_widget (((Fixture *) data)->page, RN_TYPE_CLASS_BAR, 0) != NULL;
}

static void
open_digits (Fixture *fixture)
{
  write_digits (fixture->folder);
  rn_session_open_dataset (fixture->session, fixture->folder);
  settle_until (is_open, fixture, 20.0);
  settle_until (has_first_picture, fixture, 20.0);
  settle_until (has_classes, fixture, 20.0);
}

/* Whether every pixel of @texture is that of @picture, grown by a whole factor */
static gboolean
shows (GdkTexture *texture, const RnPicture *picture)
{
  const int width = gdk_texture_get_width (texture), zoom = width / picture->width;
  const int height = gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, width * height);

  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if ((pixels[y * width + x] & 0xff) != picture->pixels[y / zoom * picture->width + x / zoom])
        return FALSE;
  return TRUE;
}

static void
assert_cell_is_right (Fixture *fixture, RnSampleCell *cell)
{
  RnDataset *dataset = rn_session_get_dataset (fixture->session);
  RnSampleItem *item = rn_sample_cell_get_item (cell);
  const int index = rn_sample_item_get_index (item);
  const RnSplit split = rn_sample_item_get_split (item);
  g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, split, index, NULL);
  g_autofree char *name = rn_sample_item_make_name (item);

  g_assert_true (shows (rn_sample_cell_get_texture (cell), picture));
  g_assert_true (g_str_has_prefix (name, rn_dataset_get_classes (dataset)[index % N_CLASSES]));
  gtk_test_accessible_assert_property (cell, GTK_ACCESSIBLE_PROPERTY_LABEL, name);
}

static gboolean
has_last_picture (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *cell;

  for (int i = 0; (cell = find_widget (fixture->page, RN_TYPE_SAMPLE_CELL, i)) != NULL; i++)
    {
      RnSampleItem *item = rn_sample_cell_get_item (RN_SAMPLE_CELL (cell));

      if (item != NULL && rn_sample_item_get_index (item) == N_TRAIN - 1 &&
          rn_sample_cell_get_texture (RN_SAMPLE_CELL (cell)) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_the_grid_shows_the_right_picture_and_class_at_each_place (Fixture *fixture, gconstpointer data)
{
  int n_shown = 0;
  GtkWidget *cell;

  open_digits (fixture);
  settle_for (200);
  for (int i = 0; (cell = find_widget (fixture->page, RN_TYPE_SAMPLE_CELL, i)) != NULL; i++)
    if (rn_sample_cell_get_texture (RN_SAMPLE_CELL (cell)) != NULL)
      {
        assert_cell_is_right (fixture, RN_SAMPLE_CELL (cell));
        n_shown++;
      }
  g_assert_cmpint (n_shown, >=, 20);
}

/* All rows are there to be scrolled over. */
static gboolean
has_all_rows (gpointer data)
{
  return gtk_adjustment_get_upper (data) > N_TRAIN / 16 * 64.0;
}

static void
test_fifty_thousand_pictures_take_a_few_hundred_widgets (Fixture *fixture, gconstpointer data)
{
  GtkWidget *grid, *scroller;
  GtkAdjustment *adjustment;

  open_digits (fixture);
  grid = find_widget (fixture->page, RN_TYPE_SAMPLE_GRID, 0);
  g_assert_cmpint (count_widgets (grid, RN_TYPE_SAMPLE_CELL), <=, 600);
  scroller = find_widget (grid, GTK_TYPE_SCROLLED_WINDOW, 0);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  settle_until (has_all_rows, adjustment, 10.0);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  settle_until (has_last_picture, fixture, 10.0);
  g_assert_cmpint (count_widgets (grid, RN_TYPE_SAMPLE_CELL), <=, 600);
}

static void
test_a_class_of_the_balance_filters_the_grid (Fixture *fixture, gconstpointer data)
{
  GtkWidget *balance, *cell;
  int n = 0;

  open_digits (fixture);
  balance = find_widget (fixture->page, RN_TYPE_CLASS_BALANCE, 0);
  g_signal_emit_by_name (balance, "chosen", 2);
  settle_for (300);
  for (int i = 0; (cell = find_widget (fixture->page, RN_TYPE_SAMPLE_CELL, i)) != NULL; i++)
    {
      RnSampleItem *item = rn_sample_cell_get_item (RN_SAMPLE_CELL (cell));

      if (item == NULL)
        continue;
      g_assert_cmpint (rn_sample_item_get_class (item), ==, 2);
      n++;
    }
  g_assert_cmpint (n, >=, 20);
  g_assert_true (says (fixture->page, "16,666 pictures"));
  g_assert_nonnull (strstr (rn_class_balance_get_text (RN_CLASS_BALANCE (balance)),
                            "Nearly balanced: from 16,666 training pictures (fly)"));
}

/* The names' column and the rows' height follow the size of the text. */
static gboolean
has_taller_rows (gpointer data)
{
  return gtk_scrolled_window_get_min_content_height (data) >= 120;
}

static void
test_classes_follow_the_size_of_the_text (Fixture *fixture, gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  GtkScrolledWindow *scroller;
  int before;

  open_digits (fixture);
  scroller =
      GTK_SCROLLED_WINDOW (find_widget (find_widget (fixture->page, RN_TYPE_CLASS_BALANCE, 0),
                                        GTK_TYPE_SCROLLED_WINDOW, 0));
  g_assert_false (has_taller_rows (scroller));
  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  settle_until (has_taller_rows, scroller, 30.0);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

static gboolean
has_subject (gpointer data)
{
  return rn_session_get_picture (((Fixture *) data)->session) != NULL;
}

static void
test_a_click_makes_it_the_picture_of_the_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnPicture) picture = NULL;
  const RnSubject *subject;

  open_digits (fixture);
  rn_sample_grid_pick (RN_SAMPLE_GRID (find_widget (fixture->page, RN_TYPE_SAMPLE_GRID, 0)), 40000);
  settle_until (has_subject, fixture, 10.0);
  subject = rn_session_get_picture (fixture->session);
  picture = rn_dataset_get_picture (rn_session_get_dataset (fixture->session), RN_SPLIT_TRAIN,
                                    40000, NULL);
  g_assert_cmpstr (subject->name, ==, "bee, train 40,000");
  g_assert_cmpint (subject->true_class, ==, 1);
  g_assert_cmpmem (subject->picture->pixels, SIDE * SIDE, picture->pixels, SIDE * SIDE);
}

static gboolean
has_problem (gpointer data)
{
  const char *problem = rn_session_get_dataset_problem (((Fixture *) data)->session);

  return problem != NULL && *problem != '\0';
}

static void
test_a_broken_data_set_is_told_with_file_and_reason (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) pictures = make_idx_pictures (10, SIDE, SIDE);
  g_autofree char *broken = g_build_filename (fixture->folder, "broken", NULL);

  open_digits (fixture);
  g_byte_array_set_size (pictures, 300);
  g_free (scratch_write_array (fixture->folder, "broken/train-images-idx3-ubyte", pictures));
  rn_session_open_dataset (fixture->session, broken);
  settle_until (has_problem, fixture, 10.0);
  g_assert_true (says (fixture->page, "train-images-idx3-ubyte"));
  g_assert_true (says (fixture->page, rn_session_get_dataset_problem (fixture->session)));
  /* what was open stays */
  g_assert_true (says (fixture->page, "50,000 training pictures"));
}

static void
test_what_is_wrong_but_bearable_is_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) pictures = make_idx_pictures (30, SIDE, SIDE);
  g_autoptr (GByteArray) labels = make_idx_labels (30, N_CLASSES);

  g_free (scratch_write_array (fixture->folder, "train-images-idx3-ubyte", pictures));
  g_free (scratch_write_array (fixture->folder, "train-labels-idx1-ubyte", labels));
  g_free (scratch_write (fixture->folder, "classes.txt", "ant\nbee\nfly\n", 12));
  rn_session_open_dataset (fixture->session, fixture->folder);
  settle_until (is_open, fixture, 10.0);
  settle_for (100);
  g_assert_true (says (fixture->page, "There are no test pictures"));
}

/* Augmentation */

static GtkSwitch *
get_switch (Fixture *fixture, int at)
{
  GtkWidget *panel = find_widget (fixture->page, RN_TYPE_AUGMENT_PANEL, 0);

  return GTK_SWITCH (find_widget (panel, GTK_TYPE_SWITCH, at));
}

static void
test_switches_of_the_augmentation_change_the_settings (Fixture *fixture, gconstpointer data)
{
  RnSettings settings = *rn_session_get_settings (fixture->session);
  GtkWidget *panel = find_widget (fixture->page, RN_TYPE_AUGMENT_PANEL, 0);
  const RnAugment *augment;

  settings.augment = (RnAugment){ 0 };
  rn_session_set_settings (fixture->session, &settings);
  for (int i = 0; i < 4; i++)
    {
      g_assert_false (gtk_switch_get_active (get_switch (fixture, i)));
      gtk_switch_set_active (get_switch (fixture, i), TRUE);
    }
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_widget (panel, GTK_TYPE_SPIN_BUTTON, 0)), 7);
  augment = &rn_session_get_settings (fixture->session)->augment;
  g_assert_cmpint (augment->pad, ==, 7);
  g_assert_true (augment->flip);
  g_assert_cmpint (augment->scale_min, >=, 1);
  g_assert_cmpint (augment->scale_max, >=, augment->scale_min);
  g_assert_cmpfloat (augment->colour, >, 0.0);
  g_assert_true (rn_settings_check (rn_session_get_settings (fixture->session), NULL));
  gtk_switch_set_active (get_switch (fixture, 0), FALSE);
  g_assert_cmpint (rn_session_get_settings (fixture->session)->augment.pad, ==, 0);
  /* and back: what others set is shown */
  settings.augment = (RnAugment){ .pad = 3, .scale_min = 40, .scale_max = 50 };
  rn_session_set_settings (fixture->session, &settings);
  g_assert_true (gtk_switch_get_active (get_switch (fixture, 0)));
  g_assert_false (gtk_switch_get_active (get_switch (fixture, 1)));
  g_assert_cmpint (rn_session_get_settings (fixture->session)->augment.scale_max, ==, 50);
}

static void
test_the_smaller_scale_stays_the_smaller (Fixture *fixture, gconstpointer data)
{
  RnSettings settings = *rn_session_get_settings (fixture->session);
  GtkWidget *panel = find_widget (fixture->page, RN_TYPE_AUGMENT_PANEL, 0);

  settings.augment = (RnAugment){ .scale_min = 40, .scale_max = 50 };
  rn_session_set_settings (fixture->session, &settings);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_widget (panel, GTK_TYPE_SPIN_BUTTON, 1)), 60);
  g_assert_cmpint (rn_session_get_settings (fixture->session)->augment.scale_min, ==, 60);
  g_assert_cmpint (rn_session_get_settings (fixture->session)->augment.scale_max, ==, 60);
  g_assert_true (rn_settings_check (rn_session_get_settings (fixture->session), NULL));
}

static gboolean
is_previewed (gpointer data)
{
  return rn_augment_preview_get_texture (data, RN_AUGMENT_PREVIEW_N - 1) != NULL;
}

static RnAugmentPreview *
make_preview (GtkWidget **window)
{
  GtkWidget *preview = rn_augment_preview_new ();

  *window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (*window), preview);
  return RN_AUGMENT_PREVIEW (preview);
}

static void
test_the_preview_mirrors_as_the_training_does (void)
{
  g_autoptr (RnPicture) picture = make_noise (SIDE, SIDE, 1, 5);
  g_autoptr (RnPicture) mirrored = rn_picture_flip (picture, NULL);
  RnAugmentInput input = { .augment = { .flip = TRUE },
                           .side = SIDE,
                           .channels = 1,
                           .mean = { 0.4f },
                           .std = { 0.2f },
                           .seed = 1,
                           .index = 3 };
  const RnPreprocess preprocess = {
    .side = SIDE, .channels = 1, .mean = { 0.4f }, .std = { 0.2f }
  };
  float x[SIDE * SIDE];
  GtkWidget *window;
  RnAugmentPreview *preview = make_preview (&window);
  int n_mirrored = 0;

  rn_augment_preview_set (preview, picture, &input);
  settle_until (is_previewed, preview, 10.0);
  for (int i = 0; i < RN_AUGMENT_PREVIEW_N; i++)
    {
      gboolean is_mirrored;

      g_assert_true (
          rn_augment_picture (&input.augment, &preprocess, NULL, x, picture, 1, i, 3, NULL));
      is_mirrored = lrintf ((x[0] * 0.2f + 0.4f) * 255.0f) == mirrored->pixels[0];
      n_mirrored += is_mirrored;
      g_assert_true (
          shows (rn_augment_preview_get_texture (preview, i), is_mirrored ? mirrored : picture));
    }
  g_assert_cmpint (n_mirrored, >, 0);
  g_assert_cmpint (n_mirrored, <, RN_AUGMENT_PREVIEW_N);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_again_shows_the_next_epochs (void)
{
  g_autoptr (RnPicture) picture = make_noise (SIDE, SIDE, 1, 5);
  RnAugmentInput input = { .augment = { .pad = 4 },
                           .side = SIDE,
                           .channels = 1,
                           .mean = { 0.4f },
                           .std = { 0.2f },
                           .seed = 1,
                           .index = 3 };
  GtkWidget *window;
  RnAugmentPreview *preview = make_preview (&window);
  g_autoptr (GdkTexture) before = NULL;

  rn_augment_preview_set (preview, picture, &input);
  settle_until (is_previewed, preview, 10.0);
  before = g_object_ref (rn_augment_preview_get_texture (preview, 0));
  rn_augment_preview_again (preview);
  g_assert_cmpint (rn_augment_preview_get_epoch (preview), ==, RN_AUGMENT_PREVIEW_N);
  settle_for (200);
  g_assert_true (rn_augment_preview_get_texture (preview, 0) != before);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_the_sample_set_shows_pictures_while_it_is_drawn (Fixture *fixture, gconstpointer data)
{
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TRAIN, 0, 32, NULL);
  RnSampleCell *cell;
  g_autofree guint32 *pixels = g_new (guint32, 64 * 64);

  rn_session_open_dataset (fixture->session, "sample");
  settle_until (has_first_picture, fixture, 10.0);
  g_test_message ("first picture after %lld ms",
                  (long long) (g_get_monotonic_time () - start) / 1000);
  /* drawing all 12,000 takes several seconds on any computer */
  g_assert_null (rn_session_get_dataset (fixture->session));
  g_assert_cmpfloat (rn_session_get_dataset_progress (fixture->session), >=, 0.0);
  cell = RN_SAMPLE_CELL (find_widget (fixture->page, RN_TYPE_SAMPLE_CELL, 0));
  g_assert_cmpint (rn_sample_item_get_index (rn_sample_cell_get_item (cell)), ==, 0);
  gdk_texture_download (rn_sample_cell_get_texture (cell), (guchar *) pixels, 64 * 4);
  for (int i = 0; i < 32 * 32; i++)
    {
      const guint8 *from = scene->pixels + 3 * i;

      g_assert_cmphex (pixels[i / 32 * 2 * 64 + i % 32 * 2] & 0xffffff, ==,
                       (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2]);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("residua-cache-XXXXXX", NULL);
  int result;

  /* an empty one: the sample set is drawn for the first time */
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/data-page/the grid shows the right picture and class at each place",
       test_the_grid_shows_the_right_picture_and_class_at_each_place);
  ADD ("/data-page/fifty thousand pictures take a few hundred widgets",
       test_fifty_thousand_pictures_take_a_few_hundred_widgets);
  ADD ("/data-page/a class of the balance filters the grid",
       test_a_class_of_the_balance_filters_the_grid);
  ADD ("/data-page/classes follow the size of the text", test_classes_follow_the_size_of_the_text);
  ADD ("/data-page/a click makes it the picture of the session",
       test_a_click_makes_it_the_picture_of_the_session);
  ADD ("/data-page/a broken data set is told with file and reason",
       test_a_broken_data_set_is_told_with_file_and_reason);
  ADD ("/data-page/what is wrong but bearable is told", test_what_is_wrong_but_bearable_is_told);
  ADD ("/data-page/switches of the augmentation change the settings",
       test_switches_of_the_augmentation_change_the_settings);
  ADD ("/data-page/the smaller scale stays the smaller", test_the_smaller_scale_stays_the_smaller);
  g_test_add_func ("/augment-preview/mirrors as the training does",
                   test_the_preview_mirrors_as_the_training_does);
  g_test_add_func ("/augment-preview/again shows the next epochs",
                   test_again_shows_the_next_epochs);
  ADD ("/data-page/the sample set shows pictures while it is drawn",
       test_the_sample_set_shows_pictures_while_it_is_drawn);
  result = g_test_run ();
  scratch_free (g_steal_pointer (&cache));
  return result;
}
