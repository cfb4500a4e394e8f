#pragma once

#include <gtk/gtk.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* Blocks on their way, by drag and drop: of the palette, which take the shape of where they come to, or of a network.
 * Immutable. */

#define RN_TYPE_CARGO (rn_cargo_get_type ())
GType rn_cargo_get_type (void);

typedef struct
{
  gatomicrefcount n_refs;
  gboolean is_stage; /* of the palette */
  RnBlockKind kind;  /* of the palette's block */
  GArray *ids; /* (element-type guint32): of a network, in its order; empty for the palette's */
  char *text;  /* (nullable): blocks of a network as text, as the clipboard has them */
} RnCargo;

/** Returns: (transfer full): a block of the palette, channels as where it comes to */
RnCargo *rn_cargo_new_block (RnBlockKind kind);
/** Returns: (transfer full): a stage of the palette, of the kind that its neighbours have, as many blocks as the stage before
 * it; twice the channels and half the side, but for the first after the stem */
RnCargo *rn_cargo_new_stage (void);
/** Returns: (transfer full): @ids (element-type guint32), copied. @text: (transfer full) (nullable) */
RnCargo *rn_cargo_new_blocks (const GArray *ids, char *text);
RnCargo *rn_cargo_ref (RnCargo *self);
void rn_cargo_unref (RnCargo *self);
/** Returns: (transfer full): "Basic block", "3 blocks": what is under the pointer */
char *rn_cargo_describe (const RnCargo *self);
/** Puts its description under the pointer. */
void rn_cargo_show (RnCargo *self, GdkDrag *drag);
/** Returns: (transfer full): offers it to the spine, and its text to whoever takes text */
GdkContentProvider *rn_cargo_get_provider (RnCargo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnCargo, rn_cargo_unref)

G_END_DECLS
