#include "spine/spine-menu.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *word;
  const char *title;
} Choice;

/* In the order of RnBlockKind */
static const Choice kinds[] = {
  { "basic", N_ ("Basic block") },
  { "bottleneck", N_ ("Bottleneck block") },
  { "plain-basic", N_ ("Plain block") },
  { "plain-bottleneck", N_ ("Plain bottleneck block") },
};

/* In the order of RnShortcut */
static const Choice shortcuts[] = {
  { "A-split", N_ ("Option A, zeros on both sides") },
  { "A-end", N_ ("Option A, zeros at the end") },
  { "B", N_ ("Option B, projection where the shape changes") },
  { "C", N_ ("Option C, projection in every block") },
};

static int
find (const Choice *choices, gsize n, const char *word)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (choices[i].word, word))
      return (int) i;
  return -1;
}

gboolean
rn_spine_parse_kind (const char *word, RnBlockKind *kind)
{
  const int at = find (kinds, G_N_ELEMENTS (kinds), word);

  *kind = (RnBlockKind) MAX (at, 0);
  return at >= 0;
}

gboolean
rn_spine_parse_shortcut (const char *word, RnShortcut *shortcut)
{
  const int at = find (shortcuts, G_N_ELEMENTS (shortcuts), word);

  *shortcut = (RnShortcut) MAX (at, 0);
  return at >= 0;
}

static GMenuModel *
choices_new (const char *action, const Choice *choices, gsize n)
{
  GMenu *menu = g_menu_new ();

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *detailed = g_strdup_printf ("%s::%s", action, choices[i].word);

      g_menu_append (menu, _ (choices[i].title), detailed);
    }
  return G_MENU_MODEL (menu);
}

GMenuModel *
rn_spine_menu_new_kinds (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenuModel) blocks = choices_new ("spine.insert", kinds, G_N_ELEMENTS (kinds));
  g_autoptr (GMenu) stage = g_menu_new ();

  g_menu_append (stage, _ ("Whole stage"), "spine.insert::stage");
  g_menu_append_section (menu, NULL, blocks);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (stage));
  return G_MENU_MODEL (menu);
}

static void
append_blocks (GMenu *menu, const RnSpineMenuState *state)
{
  g_autoptr (GMenu) change = g_menu_new ();
  g_autoptr (GMenuModel) change_kind = choices_new ("spine.kind", kinds, G_N_ELEMENTS (kinds));
  g_autoptr (GMenuModel) change_shortcut =
      choices_new ("spine.shortcut", shortcuts, G_N_ELEMENTS (shortcuts));
  g_autoptr (GMenu) more = g_menu_new ();

  g_menu_append (more, _ ("Duplicate"), "spine.duplicate");
  g_menu_append (more, _ ("Repeat…"), "spine.repeat");
  g_menu_append (more, _ ("Deepen here"), "spine.deepen");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  g_menu_append_submenu (change, _ ("Kind"), change_kind);
  if (state->has_shortcut)
    g_menu_append_submenu (change, _ ("Shortcut"), change_shortcut);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (change));
}

static void
append_clipboard (GMenu *menu, const RnSpineMenuState *state)
{
  g_autoptr (GMenu) clipboard = g_menu_new ();
  g_autoptr (GMenu) removal = g_menu_new ();

  if (state->has_blocks)
    {
      g_menu_append (clipboard, _ ("Cut"), "spine.cut");
      g_menu_append (clipboard, _ ("Copy"), "spine.copy");
    }
  g_menu_append (clipboard, _ ("Paste"), "spine.paste");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (clipboard));
  if (!state->has_blocks)
    return;
  g_menu_append (removal, _ ("Delete"), "spine.delete");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (removal));
}

GMenuModel *
rn_spine_menu_new (const RnSpineMenuState *state)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenuModel) insert = rn_spine_menu_new_kinds ();
  g_autoptr (GMenu) first = g_menu_new ();

  g_menu_append_submenu (first, _ ("Insert below"), insert);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  if (state->has_blocks)
    append_blocks (menu, state);
  append_clipboard (menu, state);
  return G_MENU_MODEL (menu);
}
