#include "pages/train-page.h"

struct _RnTrainPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnTrainPage, rn_train_page, GTK_TYPE_WIDGET)

static void
rn_train_page_init (RnTrainPage *self)
{
}

static void
rn_train_page_class_init (RnTrainPageClass *class)
{
}

GtkWidget *
rn_train_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_TRAIN_PAGE, NULL);
}
