/* Writes pictures of the real window, for the README and for whoever looks at what was changed.
 *
 *   with-display shoot --page train --size 1600x1000 --net resnet20 --train-steps 200 --out train.png
 *
 * Several at once, of one training: --page build,train --moment before,during,after --out "PAGE-MOMENT.png"
 * And of one state: --size 1000x640,1600x1000 --look light,dark --scroll 0,600 --out "SIZE-LOOK-SCROLL.png"
 *
 * Dark, high contrast, Korean: ADW_DEBUG_COLOR_SCHEME=prefer-dark ADW_DEBUG_HIGH_CONTRAST=1 GTK_A11Y=none,
 * LANGUAGE=ko RESIDUA_LOCALEDIR=BUILD-FOLDER/po
 */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "application.h"
#include "drop-zone.h"
#include "pages/classify-many.h"
#include "pages/inspect-mistakes.h"
#include "pages/inspect-study.h"
#include "pages/study-control.h"
#include "pages/lab-page.h"
#include "places.h"
#include "settle.h"
#include "spine/spine-body-private.h"
#include "window.h"

#define SETTLE_US (700 * 1000)
#define MEASURING_US (8 * 1000 * 1000) /* a busy computer takes long to say how long it takes */

static char *page = NULL;
static char *moment = NULL;
static char *size = NULL;
static char *net = NULL;
static char *data = NULL;
static char *out = NULL;
static char *picture = NULL;
static char **open_paths = NULL;
static char **compared = NULL;
static char *hover_path = NULL;
static char *press = NULL;
static char *experiment = NULL;
static char *scroll = NULL;
static char *look = NULL;
static char *runs = NULL;
static gint64 train_steps = 0;
static int batch = 0;
static int block = 0;
static int seeds = 2;
static int side = 0;
static gboolean is_paused = FALSE;
static gboolean is_measured = FALSE;
static int drag_y = -1;
static double timeout_s = 300.0;

static const GOptionEntry options[] = {
  { "page", 0, 0, G_OPTION_ARG_STRING, &page, "Pages to show, by commas; train unless said",
    "NAME" },
  { "moment", 0, 0, G_OPTION_ARG_STRING, &moment,
    "Of the training, by commas: before, starting, during (unless said) or after", "WHEN" },
  { "size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the window, by commas, 1280x800 unless said",
    "WxH" },
  { "net", 0, 0, G_OPTION_ARG_STRING, &net, "Preset to show", "NAME" },
  { "data", 0, 0, G_OPTION_ARG_STRING, &data, "Data set, sample unless said", "PATH" },
  { "open", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &open_paths,
    "Open this as if it had been dropped; several one after the other", "PATH" },
  { "compare", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &compared, "Compare this run, too", "RUN" },
  { "hover", 0, 0, G_OPTION_ARG_FILENAME, &hover_path, "Hold this over the window", "PATH" },
  { "picture", 0, 0, G_OPTION_ARG_STRING, &picture,
    "Picture to watch: a file, or a test picture's number", "WHAT" },
  { "block", 0, 0, G_OPTION_ARG_INT, &block, "Select this block, 1 and more", "N" },
  { "side", 0, 0, G_OPTION_ARG_INT, &side, "Width of the spine", "PIXELS" },
  { "experiment", 0, 0, G_OPTION_ARG_FILENAME, &experiment,
    "Show these in the Lab and train them, instead of the network: names or files, by commas",
    "WHAT" },
  { "runs", 0, 0, G_OPTION_ARG_FILENAME, &runs, "Where the runs are, and new ones will be",
    "FOLDER" },
  { "seeds", 0, 0, G_OPTION_ARG_INT, &seeds, "Trainings of each of its networks, 2 unless said",
    "N" },
  { "scroll", 0, 0, G_OPTION_ARG_STRING, &scroll, "Scroll the page so far down, by commas",
    "PIXELS" },
  { "look", 0, 0, G_OPTION_ARG_STRING, &look, "light or dark, by commas; the system's unless said",
    "NAME" },
  { "train-steps", 0, 0, G_OPTION_ARG_INT64, &train_steps, "Train that far first", "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &batch, "Pictures a step", "N" },
  { "pause", 0, 0, G_OPTION_ARG_NONE, &is_paused, "Pause before the picture is taken", NULL },
  { "measure", 0, 0, G_OPTION_ARG_NONE, &is_measured,
    "On Inspect: turn to the test pictures, and measure everything there is", NULL },
  { "drag", 0, 0, G_OPTION_ARG_INT, &drag_y, "Hold a block over the spine, so far down", "PIXELS" },
  { "press", 0, 0, G_OPTION_ARG_STRING, &press, "Activate this action before: win.preferences",
    "ACTION" },
  { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout_s,
    "Give up after; each experiment has as long, 300 unless said", "SECONDS" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out,
    "Where the picture goes; PAGE, MOMENT, EXPERIMENT, SIZE, LOOK and SCROLL in it stand for what "
    "is shown",
    "FILE" },
  { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
};

static gint64 deadline_us;

static void
set_deadline (void)
{
  deadline_us = g_get_monotonic_time () + (gint64) (timeout_s * G_USEC_PER_SEC);
}

static void
iterate_for (gint64 us)
{
  const gint64 end_us = g_get_monotonic_time () + us;

  while (g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
}

static void
iterate (const char *what)
{
  if (g_get_monotonic_time () > deadline_us)
    {
      g_printerr ("shoot: waited too long for %s\n", what);
      exit (1);
    }
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (2000);
}

/* Returns: (transfer full): the window as it is drawn; a window that is to be laid out again has no content until it is */
static GskRenderNode *
draw (GtkWidget *window, const graphene_rect_t *whole)
{
  GskRenderNode *node = NULL;

  while (node == NULL)
    {
      g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
      GtkSnapshot *snapshot = gtk_snapshot_new ();

      gdk_paintable_snapshot (paintable, snapshot, whole->size.width, whole->size.height);
      node = gtk_snapshot_free_to_node (snapshot);
      if (node == NULL)
        iterate ("the layout");
    }
  return node;
}

/* Of what the window holds: the frame that is drawn where there is no compositor is left out. */
static void
save (GtkWidget *window, const char *path)
{
  GtkWidget *content = gtk_window_get_child (GTK_WINDOW (window));
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  graphene_rect_t whole, inner;

  g_assert_true (gtk_widget_compute_bounds (window, window, &whole));
  g_assert_true (gtk_widget_compute_bounds (content, window, &inner));
  node = draw (window, &whole);
  /* the paintable begins where the frame does */
  graphene_rect_offset (&inner, -whole.origin.x, -whole.origin.y);
  texture =
      gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &inner);
  if (!gdk_texture_save_to_png (texture, path))
    {
      g_printerr ("shoot: “%s” could not be written\n", path);
      exit (1);
    }
}

static void
set_size (GtkWindow *window, const char *wanted)
{
  int width = 1280, height = 800;

  if (sscanf (wanted, "%dx%d", &width, &height) != 2)
    {
      g_printerr ("shoot: --size is WIDTHxHEIGHT\n");
      exit (2);
    }
  settle_size (window, width, height);
}

static void
show_net (RnSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset (net, &error);

  if (spec == NULL)
    {
      g_printerr ("shoot: %s\n", error->message);
      exit (2);
    }
  rn_session_show_sketch (session, spec, NULL);
}

static void
set_picture (RnSession *session)
{
  RnDataset *dataset = rn_session_get_dataset (session);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) loaded = NULL;
  g_autofree char *name = g_path_get_basename (picture);
  char *end;
  const int index = (int) strtol (picture, &end, 10);
  const gboolean is_number = *end == '\0';

  if (is_number)
    {
      g_free (name);
      name = rn_dataset_get_name (dataset, RN_SPLIT_TEST, index);
      loaded = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, index, &error);
    }
  else
    loaded = rn_picture_load (picture, &error);
  if (loaded == NULL)
    {
      g_printerr ("shoot: %s\n", error->message);
      exit (2);
    }
  rn_session_set_picture (session, loaded, name,
                          is_number ? rn_dataset_get_label (dataset, RN_SPLIT_TEST, index) : -1);
}

/* A training that is to be shown after its end is as long as is asked for. */
static void
set_training (RnSession *session)
{
  RnSettings settings = *rn_session_get_settings (session);

  if (batch > 0)
    settings.batch = batch;
  rn_session_set_settings (session, &settings);
  if (moment != NULL && strstr (moment, "after") != NULL)
    {
      const int n = rn_dataset_count (rn_session_get_dataset (session), RN_SPLIT_TRAIN);

      rn_session_set_epochs (session, (double) (train_steps + 8) * settings.batch / n);
    }
}

static void
start (RnSession *session)
{
  if (rn_session_is_training (session) || rn_session_has_trainer (session))
    return;
  set_training (session);
  rn_session_start (session);
}

static void
train (RnSession *session)
{
  start (session);
  while (rn_session_get_status (session)->step < train_steps)
    iterate ("the training");
  if (is_paused)
    rn_session_pause (session);
  while (is_paused && rn_session_is_training (session))
    iterate ("the pause");
}

static void
select_block (RnSession *session)
{
  const RnSpec *spec = rn_session_get_spec (session);

  if (block <= rn_spec_n_blocks (spec))
    rn_selection_select (rn_session_get_selection (session), RN_PART_BLOCK,
                         rn_spec_get_block (spec, block - 1)->id, NULL);
}

/* Returns: the newest of the program's windows: a dialog before the main one */
static GtkWidget *
topmost (GtkWindow *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (other) == window)
        return GTK_WIDGET (other);
    }
  return GTK_WIDGET (window);
}

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

/* Calls @func with each descendant of @type. */
static void
for_each (GtkWidget *widget, GType type, void (*func) (GtkWidget *widget))
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    func (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    for_each (child, type, func);
}

static void
turn_to_test_pictures (GtkWidget *button)
{
  const char *label = gtk_button_get_label (GTK_BUTTON (button));

  if (g_strcmp0 (label, _ ("Test pictures")) == 0)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
}

static void
start_study (GtkWidget *control)
{
  if (gtk_widget_get_mapped (control) && gtk_widget_is_sensitive (control))
    g_signal_emit_by_name (control, "start");
}

static void
wait_for (RnStudyRunner *runner)
{
  while (rn_study_runner_is_running (runner))
    iterate ("a study");
}

static void
wait_for_study (GtkWidget *panel)
{
  wait_for (rn_inspect_study_get_runner (RN_INSPECT_STUDY (panel)));
}

static void
wait_for_mistakes (GtkWidget *panel)
{
  wait_for (rn_inspect_mistakes_get_runner (RN_INSPECT_MISTAKES (panel)));
}

static void
wait_for_table (GtkWidget *table)
{
  RnClassifyBatch *rows = rn_classify_many_get_batch (RN_CLASSIFY_MANY (table));

  if (!gtk_widget_get_mapped (table))
    return;
  while (rows != NULL && rn_classify_batch_is_running (rows))
    iterate ("the pictures");
  iterate_for (SETTLE_US);
}

static void
measure (GtkWidget *window)
{
  for_each (window, GTK_TYPE_TOGGLE_BUTTON, turn_to_test_pictures);
  iterate_for (SETTLE_US);
  for_each (window, RN_TYPE_STUDY_CONTROL, start_study);
  for_each (window, RN_TYPE_INSPECT_MISTAKES, wait_for_mistakes);
  for_each (window, RN_TYPE_INSPECT_STUDY, wait_for_study);
  iterate_for (SETTLE_US);
}

static void
set_side (RnWindow *window)
{
  gtk_paned_set_position (GTK_PANED (find (GTK_WIDGET (window), GTK_TYPE_PANED)), side);
}

static void
prepare (RnWindow *window)
{
  RnSession *session = rn_window_get_session (window);

  if (runs != NULL)
    rn_session_set_runs_folder (session, runs);
  if (net != NULL)
    show_net (session);
  if (data != NULL)
    rn_session_open_dataset (session, data);
  while (rn_session_get_dataset (session) == NULL)
    iterate ("the data set");
  if (picture != NULL)
    set_picture (session);
  if (side > 0)
    set_side (window);
}

/* Until the experiment is there with all that the disk has of it, or for @most_us */
static void
wait_for_lab (RnLabPage *lab, gint64 most_us)
{
  const gint64 end_us = g_get_monotonic_time () + most_us;

  iterate_for (SETTLE_US);
  while (rn_lab_page_is_reading (lab) && g_get_monotonic_time () < end_us)
    iterate ("what the experiment has");
}

/* The same moments, of experiment @what. After its end it has also taken the networks apart; where all of them are trained
 * already, nothing begins.
 */
static void
reach_in_lab (RnWindow *window, const char *what, const char *when)
{
  RnLabPage *lab = RN_LAB_PAGE (rn_window_get_page_widget (window, "lab"));
  RnLabDesk *desk = rn_session_get_lab (rn_window_get_session (window));
  const RnLabWish wish = { (char *) what, NULL, seeds, RN_LAB_IN_TURN };
  const gboolean is_after = strcmp (when, "after") == 0, is_before = strcmp (when, "before") == 0;
  gint64 from;

  rn_window_show_page (window, "lab");
  if (is_before)
    rn_lab_page_open (lab, what);
  else if (!rn_lab_desk_is_busy (desk))
    rn_lab_page_go_on (lab, &wish);
  wait_for_lab (lab, is_before ? MEASURING_US : G_MAXINT64 / 2);
  from = rn_lab_desk_get_status (desk)->step;
  while (!is_after && !is_before && rn_lab_desk_get_status (desk)->step < from + train_steps)
    iterate ("the experiment");
  while (is_after && rn_lab_desk_is_busy (desk))
    iterate ("the end of the experiment");
  if (is_after)
    wait_for_lab (lab, G_MAXINT64 / 2);
}

static void
reach (RnWindow *window, const char *when)
{
  RnSession *session = rn_window_get_session (window);

  if (strcmp (when, "starting") == 0)
    start (session);
  else if (strcmp (when, "before") != 0 && train_steps > 0)
    train (session);
  if (strcmp (when, "after") == 0)
    while (rn_session_has_trainer (session))
      iterate ("the end of the training");
  if (block > 0)
    select_block (session);
}

static GListModel *
files_of (const char *path)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);

  g_list_store_append (files, file);
  return G_LIST_MODEL (files);
}

/* @action: such as "win.preferences" or "win.page::runs" */
static void
activate (GtkWidget *window, const char *action)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_action_parse_detailed_name (action, &name, &target, &error))
    {
      g_printerr ("shoot: %s\n", error->message);
      exit (2);
    }
  gtk_widget_activate_action_variant (window, name, target);
}

static void
set_look (const char *name)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      g_str_equal (name, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK
                                                                 : ADW_COLOR_SCHEME_FORCE_LIGHT);
  iterate_for (SETTLE_US);
}

/* Returns: (transfer full): @out with what is shown in its place */
static char *
name_of (const char *const shown[][2], gsize n)
{
  g_autoptr (GString) name = g_string_new (out);

  for (gsize i = 0; i < n; i++)
    g_string_replace (name, shown[i][0], shown[i][1], 0);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* The widest of the page's scrolled windows that are seen */
static void
scroll_down (RnWindow *window, const char *shown, double pixels)
{
  GtkWidget *best = NULL;
  g_autoptr (GQueue) waiting = g_queue_new ();

  g_queue_push_tail (waiting, rn_window_get_page_widget (window, shown));
  while (!g_queue_is_empty (waiting))
    {
      GtkWidget *widget = g_queue_pop_head (waiting);

      if (GTK_IS_SCROLLED_WINDOW (widget) && gtk_widget_get_mapped (widget) &&
          (best == NULL || gtk_widget_get_width (widget) > gtk_widget_get_width (best)))
        best = widget;
      for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
           child = gtk_widget_get_next_sibling (child))
        g_queue_push_tail (waiting, child);
    }
  if (best != NULL)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (best)),
                              pixels);
  iterate_for (SETTLE_US);
}

/* One picture for each of what was asked for by commas */
static void
save_all (RnWindow *window, const char *shown, const char *what, const char *when)
{
  g_autofree char *base = what != NULL ? g_path_get_basename (what) : g_strdup ("");
  g_auto (GStrv) sizes = g_strsplit (size != NULL ? size : "1280x800", ",", -1);
  g_auto (GStrv) looks = g_strsplit (look != NULL ? look : "system", ",", -1);
  g_auto (GStrv) scrolls = g_strsplit (scroll != NULL ? scroll : "0", ",", -1);

  for (int i = 0; sizes[i] != NULL; i++)
    for (int k = 0; looks[k] != NULL; k++)
      for (int j = 0; scrolls[j] != NULL; j++)
        {
          const char *const words[][2] = { { "PAGE", shown },      { "MOMENT", when },
                                           { "EXPERIMENT", base }, { "SIZE", sizes[i] },
                                           { "LOOK", looks[k] },   { "SCROLL", scrolls[j] } };
          g_autofree char *path = name_of (words, G_N_ELEMENTS (words));

          set_size (GTK_WINDOW (window), sizes[i]);
          if (look != NULL)
            set_look (looks[k]);
          else
            iterate_for (SETTLE_US);
          /* the frame may have become another meanwhile */
          set_size (GTK_WINDOW (window), sizes[i]);
          if (scroll != NULL)
            scroll_down (window, shown, g_ascii_strtod (scrolls[j], NULL));
          save (topmost (GTK_WINDOW (window)), path);
        }
}

static void
shoot_page (RnWindow *window, const char *shown, const char *what, const char *when)
{
  rn_window_show_page (window, shown);
  iterate_for (SETTLE_US);
  if (is_measured)
    measure (GTK_WIDGET (window));
  for_each (GTK_WIDGET (window), RN_TYPE_CLASSIFY_MANY, wait_for_table);
  if (press != NULL)
    {
      activate (GTK_WIDGET (window), press);
      iterate_for (SETTLE_US);
    }
  if (drag_y >= 0)
    {
      rn_spine_body_hover (RN_SPINE_BODY (find (GTK_WIDGET (window), RN_TYPE_SPINE_BODY)), drag_y);
      iterate_for (SETTLE_US);
    }
  save_all (window, shown, what, when);
  while (topmost (GTK_WINDOW (window)) != GTK_WIDGET (window))
    gtk_window_destroy (GTK_WINDOW (topmost (GTK_WINDOW (window))));
}

/* A network is waited for: what is opened after it may need its weights. */
static void
open_one (RnWindow *window, const char *path)
{
  RnSession *session = rn_window_get_session (window);
  RnDocument *before = rn_session_get_document (session);
  g_autoptr (GListModel) files = files_of (path);

  rn_window_open (window, files);
  while (g_str_has_suffix (path, ".safetensors") && rn_session_get_document (session) == before)
    iterate ("the network");
}

/* @what: (nullable): an experiment, in the place of the network */
static void
shoot_moments (RnWindow *window, const char *what)
{
  g_auto (GStrv) moments = g_strsplit (moment != NULL ? moment : "during", ",", -1);
  g_auto (GStrv) pages = g_strsplit (page != NULL ? page : "train", ",", -1);

  for (int i = 0; moments[i] != NULL; i++)
    {
      if (what != NULL)
        reach_in_lab (window, what, moments[i]);
      else
        reach (window, moments[i]);
      for (int k = 0; pages[k] != NULL; k++)
        shoot_page (window, pages[k], what, moments[i]);
    }
}

/* One experiment trains at a time. */
static void
end_experiment (RnLabDesk *desk)
{
  if (rn_lab_desk_is_busy (desk))
    rn_lab_desk_stop (desk);
  while (rn_lab_desk_is_busy (desk))
    iterate ("the experiment's end");
}

static void
shoot_all (RnWindow *window)
{
  g_auto (GStrv) experiments = g_strsplit (experiment != NULL ? experiment : "", ",", -1);

  if (experiment == NULL)
    shoot_moments (window, NULL);
  for (int i = 0; experiments[i] != NULL; i++)
    {
      set_deadline ();
      shoot_moments (window, experiments[i]);
      end_experiment (rn_session_get_lab (rn_window_get_session (window)));
    }
}

static int
shoot (GtkApplication *application)
{
  RnWindow *window;

  g_application_activate (G_APPLICATION (application));
  window = RN_WINDOW (gtk_application_get_windows (application)->data);
  set_size (GTK_WINDOW (window), size != NULL ? size : "1280x800");
  prepare (window);
  for (int i = 0; open_paths != NULL && open_paths[i] != NULL; i++)
    open_one (window, open_paths[i]);
  for (int i = 0; compared != NULL && compared[i] != NULL; i++)
    rn_session_compare (rn_window_get_session (window), compared[i]);
  if (hover_path != NULL)
    {
      g_autoptr (GListModel) files = files_of (hover_path);

      rn_drop_zone_hover (RN_DROP_ZONE (
                              adw_application_window_get_content (ADW_APPLICATION_WINDOW (window))),
                          files);
    }
  shoot_all (window);
  gtk_window_close (GTK_WINDOW (window));
  while (gtk_application_get_windows (application) != NULL)
    iterate ("the end");
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- a picture of the window");
  g_autofree char *translations = rn_places_get_locale ();
  g_autoptr (RnApplication) application = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, translations);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || out == NULL)
    {
      g_printerr ("shoot: %s\n", error != NULL ? error->message : "--out is missing");
      return 2;
    }
  set_deadline ();
  application = rn_application_new ();
  if (!g_application_register (G_APPLICATION (application), NULL, &error))
    {
      g_printerr ("shoot: %s\n", error->message);
      return 1;
    }
  /* as on GNOME's desktop */
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  return shoot (GTK_APPLICATION (application));
}
