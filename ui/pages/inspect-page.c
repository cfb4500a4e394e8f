#include "pages/inspect-page.h"

struct _RnInspectPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnInspectPage, rn_inspect_page, GTK_TYPE_WIDGET)

static void
rn_inspect_page_init (RnInspectPage *self)
{
}

static void
rn_inspect_page_class_init (RnInspectPageClass *class)
{
}

GtkWidget *
rn_inspect_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_INSPECT_PAGE, NULL);
}
