#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A page of the window, as the switcher names it */
typedef struct
{
  const char *name;  /* "train": the target of the action "win.page" */
  const char *title; /* not translated yet */
  const char *icon;
} RnPageTitle;

/** Returns: (transfer full): buttons for @n pages: words where there is room, else icons. They act through "win.page". */
GtkWidget *rn_page_switcher_new (const RnPageTitle *pages, guint n);

G_END_DECLS
