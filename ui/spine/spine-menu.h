#pragma once

#include <gio/gio.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* The menus of the spine; their actions are those of its body (spine-actions.c). */

/** Returns: (transfer full): what can be put in at a seam */
GMenuModel *rn_spine_menu_new_kinds (void);

typedef struct
{
  gboolean has_blocks;   /* some are selected */
  gboolean has_shortcut; /* at least one of them is not plain */
} RnSpineMenuState;

/** Returns: (transfer full): what can be done with what is selected */
GMenuModel *rn_spine_menu_new (const RnSpineMenuState *state);

/* The words of the actions: "basic", "bottleneck", "plain-basic", "plain-bottleneck"; "A-split", "A-end", "B", "C" */

gboolean rn_spine_parse_kind (const char *word, RnBlockKind *kind);
gboolean rn_spine_parse_shortcut (const char *word, RnShortcut *shortcut);

G_END_DECLS
