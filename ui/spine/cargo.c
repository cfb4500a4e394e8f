#include "spine/cargo.h"

#include <glib/gi18n-lib.h>

G_DEFINE_BOXED_TYPE (RnCargo, rn_cargo, rn_cargo_ref, rn_cargo_unref)

static RnCargo *
cargo_new (void)
{
  RnCargo *self = g_new0 (RnCargo, 1);

  g_atomic_ref_count_init (&self->n_refs);
  self->ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

RnCargo *
rn_cargo_new_block (RnBlockKind kind)
{
  RnCargo *self = cargo_new ();

  self->kind = kind;
  return self;
}

RnCargo *
rn_cargo_new_stage (void)
{
  RnCargo *self = cargo_new ();

  self->is_stage = TRUE;
  return self;
}

RnCargo *
rn_cargo_new_blocks (const GArray *ids, char *text)
{
  RnCargo *self = cargo_new ();

  g_array_append_vals (self->ids, ids->data, ids->len);
  self->text = text;
  return self;
}

RnCargo *
rn_cargo_ref (RnCargo *self)
{
  g_atomic_ref_count_inc (&self->n_refs);
  return self;
}

void
rn_cargo_unref (RnCargo *self)
{
  if (!g_atomic_ref_count_dec (&self->n_refs))
    return;
  g_array_unref (self->ids);
  g_free (self->text);
  g_free (self);
}

char *
rn_cargo_describe (const RnCargo *self)
{
  const int n = (int) self->ids->len;

  if (n > 0)
    return g_strdup_printf (ngettext ("%d block", "%d blocks", (gulong) n), n);
  if (self->is_stage)
    return g_strdup (_ ("Whole stage"));
  switch (self->kind)
    {
    case RN_BLOCK_BOTTLENECK:
      return g_strdup (_ ("Bottleneck block"));
    case RN_BLOCK_PLAIN_BASIC:
      return g_strdup (_ ("Plain block"));
    case RN_BLOCK_PLAIN_BOTTLENECK:
      return g_strdup (_ ("Plain bottleneck block"));
    default:
      return g_strdup (_ ("Basic block"));
    }
}

void
rn_cargo_show (RnCargo *self, GdkDrag *drag)
{
  g_autofree char *text = rn_cargo_describe (self);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "rn-cargo");
  /* beside the pointer, so that the marker is seen */
  gdk_drag_set_hotspot (drag, -18, -12);
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), label);
}

GdkContentProvider *
rn_cargo_get_provider (RnCargo *self)
{
  GdkContentProvider *providers[2] = { gdk_content_provider_new_typed (RN_TYPE_CARGO, self) };

  if (self->text == NULL)
    return providers[0];
  providers[1] = gdk_content_provider_new_typed (G_TYPE_STRING, self->text);
  return gdk_content_provider_new_union (providers, G_N_ELEMENTS (providers));
}
