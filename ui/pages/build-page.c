#include "pages/build-page.h"

struct _RnBuildPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnBuildPage, rn_build_page, GTK_TYPE_WIDGET)

static void
rn_build_page_init (RnBuildPage *self)
{
}

static void
rn_build_page_class_init (RnBuildPageClass *class)
{
}

GtkWidget *
rn_build_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_BUILD_PAGE, NULL);
}
