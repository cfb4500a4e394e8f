#include "application.h"

struct _RnApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (RnApplication, rn_application, ADW_TYPE_APPLICATION)

static void
rn_application_init (RnApplication *self)
{
}

static void
rn_application_class_init (RnApplicationClass *class)
{
}

RnApplication *
rn_application_new (void)
{
  return g_object_new (RN_TYPE_APPLICATION, NULL);
}
