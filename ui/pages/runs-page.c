#include "pages/runs-page.h"

struct _RnRunsPage
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnRunsPage, rn_runs_page, GTK_TYPE_WIDGET)

static void
rn_runs_page_init (RnRunsPage *self)
{
}

static void
rn_runs_page_class_init (RnRunsPageClass *class)
{
}

GtkWidget *
rn_runs_page_new (RnSession *session)
{
  return g_object_new (RN_TYPE_RUNS_PAGE, NULL);
}
