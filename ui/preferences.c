#include "preferences.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "pages/text.h"
#include "places.h"
#include "remembered.h"

#define NUMBER_CHARS 7 /* of all fields, so that they are as wide */

/* What the rows act on; owned by the window */
typedef struct
{
  GtkWindow *window;
  RnSession *session;
  GSettings *remembered;
  GtkWidget *folder_row;
  GtkFileChooserNative *chooser; /* (nullable) */
} Preferences;

static void
preferences_free (Preferences *self)
{
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);
  g_clear_object (&self->remembered);
  g_free (self);
}

/* Style */

static void
apply_style (GSettings *remembered)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  const int style = g_settings_get_enum (remembered, "style");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[CLAMP (style, 0, 2)]);
}

void
rn_preferences_follow_style (GSettings *remembered)
{
  if (remembered == NULL)
    return;
  apply_style (remembered);
  g_signal_connect (remembered, "changed::style", G_CALLBACK (apply_style), NULL);
}

static void
on_style (AdwComboRow *row, GParamSpec *pspec, Preferences *self)
{
  g_settings_set_enum (self->remembered, "style", (int) adw_combo_row_get_selected (row));
}

static GtkWidget *
new_style_row (Preferences *self)
{
  const char *const names[] = { _ ("As the desktop"), _ ("Light"), _ ("Dark"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Style"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              (guint) g_settings_get_enum (self->remembered, "style"));
  g_signal_connect (row, "notify::selected", G_CALLBACK (on_style), self);
  return row;
}

/* Numbers */

static GtkWidget *
new_number_row (const char *title, const char *subtitle, int value, int max, GtkWidget **spin)
{
  GtkWidget *row = adw_action_row_new ();

  *spin = gtk_spin_button_new_with_range (0, max, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (*spin), value);
  gtk_editable_set_width_chars (GTK_EDITABLE (*spin), NUMBER_CHARS);
  gtk_widget_set_valign (*spin, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), *spin);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), *spin);
  return row;
}

static void
on_threads (GtkSpinButton *spin, Preferences *self)
{
  const int threads = gtk_spin_button_get_value_as_int (spin);

  g_settings_set_int (self->remembered, "threads", threads);
  rn_session_set_threads (self->session, threads);
}

static GtkWidget *
new_threads_row (Preferences *self)
{
  GtkWidget *spin;
  GtkWidget *row =
      new_number_row (_ ("Threads"), _ ("0 takes one for each processor; for the next training"),
                      g_settings_get_int (self->remembered, "threads"), 256, &spin);

  g_signal_connect (spin, "value-changed", G_CALLBACK (on_threads), self);
  return row;
}

static void
on_checkpoint (GtkSpinButton *spin, Preferences *self)
{
  RnChoices choices;
  double epochs;
  RnSettings settings = *rn_session_get_next_settings (self->session, &epochs, &choices);

  settings.checkpoint_every = gtk_spin_button_get_value_as_int (spin);
  rn_session_set_settings (self->session, &settings);
}

static GtkWidget *
new_checkpoint_row (Preferences *self)
{
  RnChoices choices;
  double epochs;
  const RnSettings *settings = rn_session_get_next_settings (self->session, &epochs, &choices);
  GtkWidget *spin;
  GtkWidget *row = new_number_row (_ ("Steps between checkpoints"),
                                   _ ("0 saves after each epoch; for the next training"),
                                   (int) MIN (settings->checkpoint_every, 1000000), 1000000, &spin);

  g_signal_connect (spin, "value-changed", G_CALLBACK (on_checkpoint), self);
  return row;
}

/* The runs' folder */

static void
set_folder (Preferences *self, const char *path)
{
  g_autofree char *folder = NULL;
  g_autofree char *shown = NULL;

  g_settings_set_string (self->remembered, "runs-folder", path);
  folder = rn_remembered_get_runs_folder (self->remembered);
  shown = g_filename_display_name (folder);
  rn_session_set_runs_folder (self->session, folder);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->folder_row), shown);
}

static void
on_chosen (GtkNativeDialog *chooser, int response, Preferences *self)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  /* a name that is no UTF-8 cannot be remembered */
  if (path != NULL && g_utf8_validate (path, -1, NULL))
    set_folder (self, path);
  g_clear_object (&self->chooser);
}

static void
choose_folder (GtkButton *button, Preferences *self)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Folder for runs"), self->window,
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);
  g_signal_connect (self->chooser, "response", G_CALLBACK (on_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
reset_folder (GtkButton *button, Preferences *self)
{
  set_folder (self, "");
}

static GtkWidget *
new_row_button (const char *icon, const char *label, GCallback callback, Preferences *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
new_folder_row (Preferences *self)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *shown = g_filename_display_name (rn_session_get_runs_folder (self->session));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Folder for runs"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             new_row_button ("document-open-symbolic", _ ("Choose the folder"),
                                             G_CALLBACK (choose_folder), self));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             new_row_button ("edit-undo-symbolic", _ ("Back to the usual folder"),
                                             G_CALLBACK (reset_folder), self));
  self->folder_row = row;
  return row;
}

static void
add_group (AdwPreferencesPage *page, const char *title, GtkWidget *first, ...)
{
  GtkWidget *group = adw_preferences_group_new ();
  va_list rows;

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  va_start (rows, first);
  for (GtkWidget *row = first; row != NULL; row = va_arg (rows, GtkWidget *))
    {
      rn_text_keep_words (row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  va_end (rows);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
}

GtkWidget *
rn_preferences_new (GtkWindow *parent, RnSession *session, GSettings *remembered)
{
  GtkWidget *window = g_object_new (ADW_TYPE_PREFERENCES_WINDOW, "transient-for", parent, "modal",
                                    TRUE, "search-enabled", FALSE, NULL);
  GtkWidget *page = adw_preferences_page_new ();
  Preferences *self = g_new0 (Preferences, 1);

  self->window = GTK_WINDOW (window);
  self->session = g_object_ref (session);
  self->remembered = remembered != NULL ? g_object_ref (remembered) : NULL;
  g_object_set_data_full (G_OBJECT (window), "preferences", self,
                          (GDestroyNotify) preferences_free);
  if (remembered != NULL)
    {
      add_group (ADW_PREFERENCES_PAGE (page), _ ("Appearance"), new_style_row (self), NULL);
      add_group (ADW_PREFERENCES_PAGE (page), _ ("Train"), new_threads_row (self),
                 new_checkpoint_row (self), NULL);
      add_group (ADW_PREFERENCES_PAGE (page), _ ("Runs"), new_folder_row (self), NULL);
    }
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (page));
  return window;
}
