#pragma once

#include "window.h"

#include "opened.h"

G_BEGIN_DECLS

/* The window in its parts: window.c builds it and closes it, window-actions.c acts, window-open.c takes in what is
 * opened, window-tell.c says what has happened.
 */

struct _RnWindow
{
  AdwApplicationWindow parent_instance;
  RnSession *session;
  GSettings *remembered; /* (nullable) */

  GtkWidget *header;
  GtkWidget *start_button; /* starts, pauses and resumes */
  GtkWidget *start_faces;  /* GtkStack of "start", "pause", "resume": as wide as the widest */
  GtkWidget *paned;
  GtkWidget *side; /* the spine's */
  GtkWidget *pages;
  GtkWidget *toasts;
  GtkWidget *notices; /* bars above the pages */

  GMenu *undo_menu; /* the section that says what is undone */

  GtkFileChooserNative *chooser; /* (nullable): while it is open */
  GCancellable *opening;         /* cancelled when the window goes */
  guint prepare_id;
  char *crashed;        /* (nullable): the run that the notice offers */
  GtkWidget *crash_bar; /* (nullable): the notice */
  guint inhibit_cookie; /* 0 where the desktop cannot */
  gboolean is_inhibiting;
  int type_size;           /* gtk-xft-dpi before presenter mode; 0 when it is off */
  gboolean is_side_chosen; /* the person moved the spine's edge */
  gboolean is_placing;     /* the window moves it */
  int side_px;             /* where it is to be, if the page leaves room */
  guint place_id;
  gboolean is_closing;
};

/* window.c */
const char *rn_window_get_page (RnWindow *self);
/** Makes page @name where it has not been shown yet. */
void rn_window_ensure_page (RnWindow *self, const char *name);

/* window-actions.c */
void rn_window_bind_actions (RnWindow *self);
void rn_window_update_actions (RnWindow *self);
GMenuModel *rn_window_new_menu (RnWindow *self);
void rn_window_end_presenting (RnWindow *self);

/* window-undo.c */
GMenuModel *rn_window_new_undo_menu (RnWindow *self);
/* When the menu is opened */
void rn_window_fill_undo_menu (RnWindow *self);
void rn_window_add_undo (RnWindow *self);

/* window-open.c */
/** @pictures: the dialog begins with pictures; what is chosen is told all the same */
void rn_window_choose_files (RnWindow *self, gboolean pictures);
void rn_window_paste (RnWindow *self);
void rn_window_take_files (RnWindow *self, GListModel *files, gboolean all_pictures);
void rn_window_take_texture (RnWindow *self, GdkTexture *texture);
/** Acts on what was told: the right column of the table. */
void rn_window_take (RnWindow *self, const RnOpened *opened);

/* window-tell.c */
void rn_window_listen (RnWindow *self);
void rn_window_toast (RnWindow *self, const char *text);
void rn_window_update_inhibition (RnWindow *self);

G_END_DECLS
