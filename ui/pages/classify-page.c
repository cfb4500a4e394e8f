#include "pages/classify-page.h"

struct _RnClassifyPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnClassifyPage, rn_classify_page, GTK_TYPE_WIDGET)

static void
rn_classify_page_init (RnClassifyPage *self)
{
}

static void
rn_classify_page_class_init (RnClassifyPageClass *class)
{
}

GtkWidget *
rn_classify_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_CLASSIFY_PAGE, NULL);
}
