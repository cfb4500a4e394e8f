#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "document-button.h"
#include "drop-zone.h"
#include "page-switcher.h"
#include "pages/build-page.h"
#include "pages/classify-page.h"
#include "pages/data-page.h"
#include "pages/inspect-page.h"
#include "pages/lab-page.h"
#include "pages/runs-page.h"
#include "pages/train-page.h"
#include "remembered.h"
#include "spine/spine.h"

#define PREPARE_MS 300
#define DEFAULT_PAGE "train"

/* Of the spine, in pixels */
#define MIN_SIDE 200
#define MAX_SIDE 420
#define NARROW_SIDE 240
#define WIDE_SIDE 320
/* A window under this has the narrow one. */
#define WIDE_WINDOW 1200

G_DEFINE_FINAL_TYPE (RnWindow, rn_window, ADW_TYPE_APPLICATION_WINDOW)

static const RnPageTitle page_titles[] = {
  { "build", N_ ("Build"), "residua-build-symbolic" },
  { "data", N_ ("Data"), "residua-data-symbolic" },
  { "train", N_ ("Train"), "residua-train-symbolic" },
  { "inspect", N_ ("Inspect"), "residua-inspect-symbolic" },
  { "classify", N_ ("Classify"), "residua-classify-symbolic" },
  { "runs", N_ ("Runs"), "residua-runs-symbolic" },
  { "lab", N_ ("Lab"), "residua-lab-symbolic" },
};

/* In the order of page_titles */
static GtkWidget *(*const new_page[]) (RnSession *session) = {
  rn_build_page_new,    rn_data_page_new, rn_train_page_new, rn_inspect_page_new,
  rn_classify_page_new, rn_runs_page_new, rn_lab_page_new,
};

G_STATIC_ASSERT (G_N_ELEMENTS (page_titles) == G_N_ELEMENTS (new_page));

/* Returns: -1 where there is no such page */
static int
find_page (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (page_titles); i++)
    if (strcmp (page_titles[i].name, name) == 0)
      return (int) i;
  return -1;
}

const char *
rn_window_get_page (RnWindow *self)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (self->pages));
}

GtkWidget *
rn_window_get_page_widget (RnWindow *self, const char *name)
{
  const int at = find_page (name);
  GtkWidget *place;

  g_return_val_if_fail (RN_IS_WINDOW (self), NULL);
  g_return_val_if_fail (at >= 0, NULL);

  place = gtk_stack_get_child_by_name (GTK_STACK (self->pages), name);
  if (adw_bin_get_child (ADW_BIN (place)) == NULL)
    adw_bin_set_child (ADW_BIN (place), new_page[at](self->session));
  return adw_bin_get_child (ADW_BIN (place));
}

static gboolean
has_page (RnWindow *self, const char *name)
{
  return adw_bin_get_child (
             ADW_BIN (gtk_stack_get_child_by_name (GTK_STACK (self->pages), name))) != NULL;
}

void
rn_window_ensure_page (RnWindow *self, const char *name)
{
  rn_window_get_page_widget (self, name);
}

void
rn_window_show_page (RnWindow *self, const char *name)
{
  g_return_if_fail (RN_IS_WINDOW (self));
  g_return_if_fail (find_page (name) >= 0);

  rn_window_ensure_page (self, name);
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), name);
}

RnSession *
rn_window_get_session (RnWindow *self)
{
  g_return_val_if_fail (RN_IS_WINDOW (self), NULL);

  return self->session;
}

void
rn_window_open (RnWindow *self, GListModel *files)
{
  g_return_if_fail (RN_IS_WINDOW (self));

  rn_window_take_files (self, files, FALSE);
}

gboolean
rn_window_is_closing (RnWindow *self)
{
  g_return_val_if_fail (RN_IS_WINDOW (self), FALSE);

  return self->is_closing;
}

/* The spine's width */

/* Until the person moves it, the spine is as wide as suits the window. */
static void
place_side (RnWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!self->is_side_chosen)
    self->side_px = width < WIDE_WINDOW ? NARROW_SIDE : WIDE_SIDE;
  self->is_placing = TRUE;
  gtk_paned_set_position (GTK_PANED (self->paned), self->side_px);
  self->is_placing = FALSE;
}

/* Returns: as near to the width that is wanted as the spine and the page that is shown allow */
static int
get_nearest_side (RnWindow *self)
{
  int least, most;

  g_object_get (self->paned, "min-position", &least, "max-position", &most, NULL);
  return MAX (MIN (self->side_px, most), least);
}

/* What a page takes of the spine's room is not the person's choice. */
static void
on_position (GtkPaned *paned, GParamSpec *pspec, RnWindow *self)
{
  const int position = gtk_paned_get_position (paned);

  if (self->is_placing || position == get_nearest_side (self))
    return;
  self->is_side_chosen = TRUE;
  self->side_px = MIN (position, MAX_SIDE);
  if (position > MAX_SIDE)
    gtk_paned_set_position (paned, MAX_SIDE);
}

static gboolean
give_back (gpointer data)
{
  RnWindow *self = data;

  self->place_id = 0;
  place_side (self);
  return G_SOURCE_REMOVE;
}

/* The page that is shown needs another room: while it is laid out is not the time to change it. */
static void
on_room (RnWindow *self)
{
  if (self->place_id == 0 &&
      gtk_paned_get_position (GTK_PANED (self->paned)) != get_nearest_side (self))
    self->place_id = g_idle_add (give_back, self);
}

/* What is remembered */

static void
remember (RnWindow *self)
{
  int width, height;
  const RnSettings *settings;
  RnChoices choices;
  double epochs;

  if (self->remembered == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!gtk_window_is_fullscreen (GTK_WINDOW (self)))
    {
      g_settings_set_int (self->remembered, "width", width);
      g_settings_set_int (self->remembered, "height", height);
      g_settings_set_boolean (self->remembered, "is-maximized",
                              gtk_window_is_maximized (GTK_WINDOW (self)));
    }
  g_settings_set_string (self->remembered, "page", rn_window_get_page (self));
  g_settings_set_boolean (self->remembered, "spine-visible", gtk_widget_get_visible (self->side));
  g_settings_set_int (self->remembered, "spine-width", self->is_side_chosen ? self->side_px : 0);
  g_settings_set_enum (self->remembered, "measure", (int) rn_session_get_measure (self->session));
  settings = rn_session_get_next_settings (self->session, &epochs, &choices);
  rn_remembered_set_training (self->remembered, settings, epochs, choices);
}

static void
restore (RnWindow *self)
{
  int width = 1280, height = 800, side = 0;
  g_autofree char *page = g_strdup (DEFAULT_PAGE);

  if (self->remembered != NULL)
    {
      width = g_settings_get_int (self->remembered, "width");
      height = g_settings_get_int (self->remembered, "height");
      side = g_settings_get_int (self->remembered, "spine-width");
      g_free (page);
      page = g_settings_get_string (self->remembered, "page");
      gtk_widget_set_visible (self->side,
                              g_settings_get_boolean (self->remembered, "spine-visible"));
      if (g_settings_get_boolean (self->remembered, "is-maximized"))
        gtk_window_maximize (GTK_WINDOW (self));
    }
  gtk_window_set_default_size (GTK_WINDOW (self), MAX (width, 360), MAX (height, 240));
  if (side >= MIN_SIDE)
    gtk_paned_set_position (GTK_PANED (self->paned), MIN (side, MAX_SIDE));
  rn_window_show_page (self, find_page (page) >= 0 ? page : DEFAULT_PAGE);
}

/* Closing */

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnWindow) self = data;
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application != NULL)
    g_application_release (G_APPLICATION (application));
  gtk_window_destroy (GTK_WINDOW (self));
}

/* The window goes at once; the program stays until the training has written its checkpoint. */
static gboolean
rn_window_close_request (GtkWindow *window)
{
  RnWindow *self = RN_WINDOW (window);
  GtkApplication *application = gtk_window_get_application (window);

  if (self->is_closing)
    return GDK_EVENT_STOP;
  remember (self);
  rn_window_end_presenting (self);
  if (!rn_session_is_busy (self->session))
    return GTK_WINDOW_CLASS (rn_window_parent_class)->close_request (window);
  self->is_closing = TRUE;
  rn_window_update_inhibition (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (application != NULL)
    g_application_hold (G_APPLICATION (application));
  rn_session_shut_down (self->session, on_shut_down, g_object_ref (self));
  return GDK_EVENT_STOP;
}

/* Building */

static GtkWidget *
new_start_face (const char *icon, const char *label)
{
  GtkWidget *face = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (face), icon);
  adw_button_content_set_label (ADW_BUTTON_CONTENT (face), label);
  gtk_widget_set_halign (face, GTK_ALIGN_CENTER);
  return face;
}

static GtkWidget *
new_start_button (RnWindow *self)
{
  GtkWidget *button = gtk_button_new ();
  GtkStack *faces;

  self->start_faces = gtk_stack_new ();
  faces = GTK_STACK (self->start_faces);
  gtk_stack_add_named (faces, new_start_face ("media-playback-start-symbolic", _ ("Start")),
                       "start");
  gtk_stack_add_named (faces, new_start_face ("media-playback-pause-symbolic", _ ("Pause")),
                       "pause");
  gtk_stack_add_named (faces, new_start_face ("media-playback-start-symbolic", _ ("Resume")),
                       "resume");
  gtk_button_set_child (GTK_BUTTON (button), self->start_faces);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.start-or-pause");
  gtk_widget_add_css_class (button, "suggested-action");
  self->start_button = button;
  return button;
}

static GtkWidget *
new_icon_button (const char *icon, const char *action, const char *label, const char *keys)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  /* Translators: what a button does and the key for it, as in "Stop (Ctrl+Shift+Return)" */
  g_autofree char *tip = g_strdup_printf (_ ("%s (%s)"), label, keys);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  return button;
}

static GtkWidget *
new_side_button (void)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), "sidebar-show-symbolic");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.spine");
  gtk_widget_set_tooltip_text (button, _ ("Show the spine (F9)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Spine"), -1);
  return button;
}

static GtkWidget *
new_menu_button (RnWindow *self)
{
  g_autoptr (GMenuModel) menu = rn_window_new_menu (self);
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (button), TRUE);
  g_signal_connect_object (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)), "show",
                           G_CALLBACK (rn_window_fill_undo_menu), self, G_CONNECT_SWAPPED);
  gtk_widget_set_tooltip_text (button, _ ("Main menu (F10)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Main menu"), -1);
  return button;
}

static GtkWidget *
new_header (RnWindow *self)
{
  GtkWidget *header = adw_header_bar_new ();
  AdwHeaderBar *bar = ADW_HEADER_BAR (header);

  adw_header_bar_pack_start (bar, new_side_button ());
  adw_header_bar_pack_start (bar, rn_document_button_new (self->session));
  adw_header_bar_set_title_widget (bar,
                                   rn_page_switcher_new (page_titles, G_N_ELEMENTS (page_titles)));
  adw_header_bar_pack_end (bar, new_menu_button (self));
  adw_header_bar_pack_end (bar, new_icon_button ("media-playback-stop-symbolic", "win.stop",
                                                 _ ("Stop"), _ ("Ctrl+Shift+Return")));
  adw_header_bar_pack_end (bar, new_icon_button ("residua-step-symbolic", "win.step",
                                                 _ ("Single step"), _ ("Ctrl+Period")));
  adw_header_bar_pack_end (bar, new_start_button (self));
  return header;
}

static GtkWidget *
new_pages (RnWindow *self)
{
  GtkWidget *pages = gtk_stack_new ();

  gtk_stack_set_hhomogeneous (GTK_STACK (pages), FALSE);
  gtk_stack_set_vhomogeneous (GTK_STACK (pages), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (page_titles); i++)
    gtk_stack_add_titled (GTK_STACK (pages), adw_bin_new (), page_titles[i].name,
                          _ (page_titles[i].title));
  gtk_widget_set_hexpand (pages, TRUE);
  gtk_widget_set_vexpand (pages, TRUE);
  return pages;
}

static GtkWidget *
new_paned (RnWindow *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  GtkWidget *spine = rn_spine_new (self->session);

  self->side = adw_bin_new ();
  adw_bin_set_child (ADW_BIN (self->side), spine);
  gtk_widget_set_size_request (self->side, MIN_SIDE, -1);
  gtk_widget_add_css_class (self->side, "spine-side");
  self->pages = new_pages (self);
  gtk_paned_set_start_child (GTK_PANED (paned), self->side);
  gtk_paned_set_end_child (GTK_PANED (paned), self->pages);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  gtk_widget_set_vexpand (paned, TRUE);
  g_signal_connect (paned, "notify::position", G_CALLBACK (on_position), self);
  g_signal_connect_swapped (paned, "notify::min-position", G_CALLBACK (on_room), self);
  g_signal_connect_swapped (paned, "notify::max-position", G_CALLBACK (on_room), self);
  g_signal_connect (self, "notify::default-width", G_CALLBACK (place_side), NULL);
  return paned;
}

static void
build (RnWindow *self)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *zone;

  self->header = new_header (self);
  self->notices = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->paned = new_paned (self);
  gtk_box_append (GTK_BOX (column), self->header);
  gtk_box_append (GTK_BOX (column), self->notices);
  gtk_box_append (GTK_BOX (column), self->paned);

  self->toasts = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), column);
  zone = rn_drop_zone_new (self->toasts);
  g_signal_connect_swapped (zone, "files", G_CALLBACK (rn_window_take_files), self);
  g_signal_connect_swapped (zone, "texture", G_CALLBACK (rn_window_take_texture), self);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), zone);
}

static void
rn_window_dispose (GObject *object)
{
  RnWindow *self = RN_WINDOW (object);

  g_clear_handle_id (&self->prepare_id, g_source_remove);
  g_clear_handle_id (&self->place_id, g_source_remove);
  g_cancellable_cancel (self->opening);
  g_clear_object (&self->chooser);
  if (self->session != NULL)
    rn_session_set_clock (self->session, NULL);
  G_OBJECT_CLASS (rn_window_parent_class)->dispose (object);
  g_clear_object (&self->opening);
  g_clear_object (&self->undo_menu);
  g_clear_object (&self->session);
  g_clear_object (&self->remembered);
  g_clear_pointer (&self->crashed, g_free);
}

static void
rn_window_class_init (RnWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = rn_window_close_request;
}

static void
rn_window_init (RnWindow *self)
{
  self->opening = g_cancellable_new ();
}

/* Pages that nobody has looked at are made soon after the first frame, one at a time: what a page of hundreds of widgets takes
 * is then no part of the click that shows it. Build is the first, since it has the keys that edit and save the network,
 * which stands beside every page. Not Data, whose grid decodes pictures: it waits until somebody wants to see them. */
static gboolean
prepare (gpointer data)
{
  RnWindow *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (page_titles); i++)
    if (new_page[i] != rn_data_page_new && !has_page (self, page_titles[i].name))
      {
        rn_window_ensure_page (self, page_titles[i].name);
        return G_SOURCE_CONTINUE;
      }
  self->prepare_id = 0;
  return G_SOURCE_REMOVE;
}

GtkWidget *
rn_window_new (GtkApplication *application, RnSession *session, GSettings *settings)
{
  RnWindow *self =
      g_object_new (RN_TYPE_WINDOW, "application", application, "title", "Residua", NULL);

  self->session = g_object_ref (session);
  g_set_object (&self->remembered, settings);
  build (self);
  rn_window_bind_actions (self);
  rn_session_set_clock (session, GTK_WIDGET (self));
  restore (self);
  rn_window_listen (self);
  rn_window_update_actions (self);
  self->prepare_id = g_timeout_add_full (G_PRIORITY_LOW, PREPARE_MS, prepare, self, NULL);
  return GTK_WIDGET (self);
}
