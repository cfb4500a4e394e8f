#include "window.h"

struct _RnWindow
{
  AdwApplicationWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (RnWindow, rn_window, ADW_TYPE_APPLICATION_WINDOW)

static void
rn_window_init (RnWindow *self)
{
}

static void
rn_window_class_init (RnWindowClass *class)
{
}

GtkWidget *
rn_window_new (GtkApplication *application, RnSession *session, GSettings *settings)
{
  return g_object_new (RN_TYPE_WINDOW, NULL);
}

RnSession *
rn_window_get_session (RnWindow *self)
{
  return NULL;
}

void
rn_window_show_page (RnWindow *self, const char *name)
{
}

void
rn_window_open (RnWindow *self, GListModel *files)
{
}
