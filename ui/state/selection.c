#include "state/selection.h"

struct _RnSelection
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RnSelection, rn_selection, G_TYPE_OBJECT)

static void
rn_selection_init (RnSelection *self)
{
}

static void
rn_selection_class_init (RnSelectionClass *class)
{
}

RnSelection *
rn_selection_new (void)
{
  return g_object_new (RN_TYPE_SELECTION, NULL);
}

RnPart
rn_selection_get_part (RnSelection *self)
{
  return 0;
}

guint32
rn_selection_get_block (RnSelection *self)
{
  return 0;
}

const char *
rn_selection_get_layer (RnSelection *self)
{
  return "";
}

gboolean
rn_selection_contains (RnSelection *self, guint32 block)
{
  return 0;
}

guint
rn_selection_n_blocks (RnSelection *self)
{
  return 0;
}

guint32
rn_selection_get_nth (RnSelection *self, guint at)
{
  return 0;
}

void
rn_selection_clear (RnSelection *self)
{
}

void
rn_selection_select (RnSelection *self, RnPart part, guint32 block, const char *layer)
{
}

void
rn_selection_toggle (RnSelection *self, guint32 block)
{
}

void
rn_selection_extend (RnSelection *self, const RnSpec *spec, guint32 block)
{
}

gboolean
rn_selection_up (RnSelection *self)
{
  return 0;
}

void
rn_selection_keep (RnSelection *self, const RnSpec *spec)
{
}
