#include "pages/data-page.h"

struct _RnDataPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnDataPage, rn_data_page, GTK_TYPE_WIDGET)

static void
rn_data_page_init (RnDataPage *self)
{
}

static void
rn_data_page_class_init (RnDataPageClass *class)
{
}

GtkWidget *
rn_data_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_DATA_PAGE, NULL);
}
