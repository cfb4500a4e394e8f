#include "spine/spine.h"

struct _RnSpine
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (RnSpine, rn_spine, GTK_TYPE_WIDGET)

static void
rn_spine_init (RnSpine *self)
{
}

static void
rn_spine_class_init (RnSpineClass *class)
{
}

GtkWidget *
rn_spine_new (RnSession *session)
{
  return g_object_new (RN_TYPE_SPINE, NULL);
}

void
rn_spine_reveal (RnSpine *self, int index)
{
}

char *
rn_spine_describe_block (RnSpine *self, int index)
{
  return g_strdup ("");
}
