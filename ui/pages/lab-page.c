#include "pages/lab-page.h"

struct _RnLabPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnLabPage, rn_lab_page, GTK_TYPE_WIDGET)

static void
rn_lab_page_init (RnLabPage *self)
{
}

static void
rn_lab_page_class_init (RnLabPageClass *class)
{
}

GtkWidget *
rn_lab_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_LAB_PAGE, NULL);
}
