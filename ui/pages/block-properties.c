#include "pages/block-properties.h"

#include <glib/gi18n-lib.h>
#include <residua/sketch.h>

#include "state/format.h"

struct _RnBlockProperties
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *box;
  RnPropertyRow *rows[RN_N_BLOCK_PROPERTIES];
};

G_DEFINE_FINAL_TYPE (RnBlockProperties, rn_block_properties, GTK_TYPE_WIDGET)

RnPropertyRow *
rn_block_properties_get_row (RnBlockProperties *self, RnBlockProperty property)
{
  g_return_val_if_fail (property < RN_N_BLOCK_PROPERTIES, NULL);

  return self->rows[property];
}

/* Properties and fields stand in the same order. */
static guint
field_of (RnBlockProperty property)
{
  return 1u << property;
}

static int
get_value (const RnBlockSpec *block, RnBlockProperty property)
{
  switch (property)
    {
    case RN_BLOCK_PROPERTY_KIND:
      return (int) block->kind;
    case RN_BLOCK_PROPERTY_CHANNELS:
      return block->channels;
    case RN_BLOCK_PROPERTY_STRIDE:
      return block->stride - 1;
    case RN_BLOCK_PROPERTY_SHORTCUT:
      return (int) block->shortcut;
    case RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE:
      return (int) block->bottleneck_stride;
    case RN_BLOCK_PROPERTY_ZERO_GAMMA:
      return block->zero_gamma != FALSE;
    case RN_N_BLOCK_PROPERTIES:
    default:
      g_return_val_if_reached (0);
    }
}

static void
set_value (RnBlockSpec *block, RnBlockProperty property, int value)
{
  switch (property)
    {
    case RN_BLOCK_PROPERTY_KIND:
      block->kind = (RnBlockKind) value;
      break;
    case RN_BLOCK_PROPERTY_CHANNELS:
      block->channels = value;
      break;
    case RN_BLOCK_PROPERTY_STRIDE:
      block->stride = value + 1;
      break;
    case RN_BLOCK_PROPERTY_SHORTCUT:
      block->shortcut = (RnShortcut) value;
      break;
    case RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE:
      block->bottleneck_stride = (RnBottleneckStride) value;
      break;
    case RN_BLOCK_PROPERTY_ZERO_GAMMA:
      block->zero_gamma = value != 0;
      break;
    case RN_N_BLOCK_PROPERTIES:
    default:
      g_return_if_reached ();
    }
}

/* The selection */

/* Returns: (transfer full) (element-type guint32): ids of the selected blocks */
static GArray *
get_ids (RnBlockProperties *self)
{
  RnSelection *selection = rn_session_get_selection (self->session);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < rn_selection_n_blocks (selection); i++)
    {
      const guint32 id = rn_selection_get_nth (selection, i);

      g_array_append_val (ids, id);
    }
  return ids;
}

/* What all of some blocks are */
typedef struct
{
  gboolean are_plain;       /* all */
  gboolean are_bottlenecks; /* all */
  gboolean has_bottleneck;
} Kinds;

static Kinds
find_kinds (const RnSpec *spec, const GArray *ids)
{
  Kinds kinds = { TRUE, TRUE, FALSE };

  for (guint i = 0; i < ids->len; i++)
    {
      const int at = rn_spec_find_block (spec, g_array_index (ids, guint32, i));
      const RnBlockKind kind = at >= 0 ? rn_spec_get_block (spec, at)->kind : RN_BLOCK_BASIC;

      if (at < 0)
        continue;
      kinds.are_plain = kinds.are_plain && rn_block_kind_is_plain (kind);
      kinds.are_bottlenecks = kinds.are_bottlenecks && rn_block_kind_is_bottleneck (kind);
      kinds.has_bottleneck = kinds.has_bottleneck || rn_block_kind_is_bottleneck (kind);
    }
  return kinds;
}

static void
refresh (RnBlockProperties *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  g_autoptr (GArray) ids = get_ids (self);
  RnBlockSpec shared = { 0 }, lead;
  guint mask;
  Kinds kinds;
  int at;

  if (spec == NULL || ids->len == 0)
    return;
  at = rn_spec_find_block (spec, g_array_index (ids, guint32, 0));
  if (at < 0)
    return;
  lead = *rn_spec_get_block (spec, at);
  mask = rn_spec_get_shared_fields (spec, (const guint32 *) ids->data, (int) ids->len, &shared);
  kinds = find_kinds (spec, ids);
  rn_property_row_set_step (self->rows[RN_BLOCK_PROPERTY_CHANNELS], kinds.has_bottleneck ? 4 : 1);
  for (RnBlockProperty p = 0; p < RN_N_BLOCK_PROPERTIES; p++)
    {
      if ((mask & field_of (p)) != 0)
        rn_property_row_set_value (self->rows[p], get_value (&shared, p));
      else
        rn_property_row_set_mixed (self->rows[p], get_value (&lead, p));
    }
  rn_property_row_set_reason (self->rows[RN_BLOCK_PROPERTY_SHORTCUT],
                              kinds.are_plain ? _ ("Plain blocks have no shortcut.") : NULL);
  rn_property_row_set_reason (self->rows[RN_BLOCK_PROPERTY_ZERO_GAMMA],
                              kinds.are_plain ? _ ("In a plain block nothing would come through.")
                                              : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->rows[RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE]),
                          kinds.has_bottleneck);
}

static void
set_fields (RnBlockProperties *self, RnBlockProperty property, int value)
{
  g_autoptr (GArray) ids = get_ids (self);
  RnBlockSpec values = { 0 };
  GError *error = NULL;

  if (ids->len == 0 || rn_session_get_spec (self->session) == NULL)
    return;
  set_value (&values, property, value);
  rn_sketch_set_fields (rn_session_begin_edit (self->session), (const guint32 *) ids->data,
                        (int) ids->len, field_of (property), &values, &error);
  rn_session_end_edit (self->session, error);
}

static void
on_chosen (RnPropertyRow *row, int value, RnBlockProperties *self)
{
  for (RnBlockProperty p = 0; p < RN_N_BLOCK_PROPERTIES; p++)
    if (self->rows[p] == row)
      set_fields (self, p, value);
  /* what was refused is shown no longer */
  refresh (self);
}

/* Making */

static void
add_row (RnBlockProperties *self, RnBlockProperty property, GtkWidget *row)
{
  self->rows[property] = RN_PROPERTY_ROW (row);
  g_signal_connect (row, "chosen", G_CALLBACK (on_chosen), self);
  gtk_box_append (GTK_BOX (self->box), row);
}

static void
add_rows (RnBlockProperties *self)
{
  const char *const kinds[] = { rn_format_block_kind (RN_BLOCK_BASIC),
                                rn_format_block_kind (RN_BLOCK_BOTTLENECK),
                                rn_format_block_kind (RN_BLOCK_PLAIN_BASIC),
                                rn_format_block_kind (RN_BLOCK_PLAIN_BOTTLENECK), NULL };
  const char *const strides[] = { "1", "2", NULL };
  const char *const shortcuts[] = { _ ("A, split"), _ ("A, end"), "B", "C", NULL };
  const char *const places[] = { _ ("3×3"), _ ("first 1×1"), NULL };

  add_row (self, RN_BLOCK_PROPERTY_KIND,
           rn_property_row_new_choice (
               _ ("Kind"), kinds,
               _ ("Basic: two 3×3. Bottleneck: 1×1, 3×3, 1×1. Plain: no shortcut.")));
  add_row (self, RN_BLOCK_PROPERTY_CHANNELS,
           rn_property_row_new_number (_ ("Channels"), 1, RN_MAX_CHANNELS,
                                       _ ("Of the output, 1 to 8192; multiples of 4 in a "
                                          "bottleneck, a quarter of them inside.")));
  add_row (self, RN_BLOCK_PROPERTY_STRIDE,
           rn_property_row_new_choice (_ ("Stride"), strides, _ ("2 halves width and height.")));
  add_row (self, RN_BLOCK_PROPERTY_SHORTCUT,
           rn_property_row_new_choice (
               _ ("Shortcut"), shortcuts,
               _ ("Where the shape changes, A adds zero channels on both sides (split) or at the "
                  "end, B projects by a 1×1. C projects in every block.")));
  add_row (self, RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE,
           rn_property_row_new_choice (
               _ ("Stride is in the"), places,
               _ ("Which layer of a bottleneck takes stride 2; the paper’s is the first 1×1.")));
  add_row (self, RN_BLOCK_PROPERTY_ZERO_GAMMA,
           rn_property_row_new_check (
               _ ("Last γ starts at zero"),
               _ ("The block begins as its shortcut alone, which helps deep nets to start.")));
}

static void
rn_block_properties_dispose (GObject *object)
{
  RnBlockProperties *self = RN_BLOCK_PROPERTIES (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_block_properties_parent_class)->dispose (object);
}

static void
rn_block_properties_init (RnBlockProperties *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_rows (self);
}

static void
rn_block_properties_class_init (RnBlockPropertiesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_block_properties_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_block_properties_new (RnSession *session)
{
  RnBlockProperties *self = g_object_new (RN_TYPE_BLOCK_PROPERTIES, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "document", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rn_session_get_selection (session), "changed", G_CALLBACK (refresh),
                           self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
