#include <adwaita.h>

#include "pages/block-palette.h"
#include "spine/spine-edit.h"
#include "spine/spine.h"

/* The spine as an editor, on the real session: what keys, buttons, menus and drops make of a network. */

typedef struct
{
  RnSession *session;
  RnSelection *selection;
  GtkWidget *window;
  GtkWidget *palette;
  RnSpine *spine;
  RnSpineBody *body;
  char *message; /* (nullable): the last one */
} Fixture;

/* Helpers */

static void
on_message (RnSession *session, const char *text, Fixture *f)
{
  g_free (f->message);
  f->message = g_strdup (text);
}

static void
draw (Fixture *f)
{
  gtk_test_widget_wait_for_draw (f->window);
}

static void
spin (int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
show (Fixture *f, const RnSpec *spec)
{
  g_autoptr (RnDocument) document = rn_document_new_sketch (spec, NULL);

  rn_session_show (f->session, document);
  draw (f);
}

/* @preset: NULL for a stem and a head of ResNet-20 alone */
static void
set_up_sized (Fixture *f, const char *preset, int height)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (RnSpec) spec = preset != NULL ? rn_spec_preset (preset, NULL)
                                           : rn_spec_new ("Mine", 32, 3, RN_STEM_3X3, 16, 10, NULL);

  *f = (Fixture){ .session = rn_session_new ("/nonexistent") };
  g_signal_connect (f->session, "message", G_CALLBACK (on_message), f);
  f->selection = rn_session_get_selection (f->session);
  f->palette = rn_block_palette_new (f->session);
  f->spine = RN_SPINE (rn_spine_new (f->session));
  f->body = rn_spine_get_body (f->spine);
  f->window = gtk_window_new ();
  gtk_widget_set_vexpand (GTK_WIDGET (f->spine), TRUE);
  gtk_box_append (GTK_BOX (box), f->palette);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->spine));
  gtk_window_set_decorated (GTK_WINDOW (f->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 420, height);
  gtk_window_set_child (GTK_WINDOW (f->window), box);
  gtk_window_present (GTK_WINDOW (f->window));
  draw (f);
  show (f, spec);
  gtk_widget_grab_focus (GTK_WIDGET (f->body));
}

static void
set_up (Fixture *f, const char *preset)
{
  set_up_sized (f, preset, 980);
}

static void
tear_down (Fixture *f)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  spin (5);
  g_assert_finalize_object (f->session);
  g_free (f->message);
}

static const RnBlockSpec *
block (Fixture *f, int at)
{
  return rn_spec_get_block (rn_session_get_spec (f->session), at);
}

static int
n_blocks (Fixture *f)
{
  return rn_spec_n_blocks (rn_session_get_spec (f->session));
}

static void
select_block (Fixture *f, int at)
{
  rn_selection_select (f->selection, RN_PART_BLOCK, block (f, at)->id, NULL);
}

static void
select_blocks (Fixture *f, int from, int to)
{
  select_block (f, from);
  rn_selection_extend (f->selection, rn_session_get_spec (f->session), block (f, to)->id);
}

static gboolean
press (Fixture *f, guint key, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->body));
  gboolean is_taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, state, &is_taken);
    }
  return is_taken;
}

static GtkDropTarget *
drop_target (Fixture *f)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->body));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller);
    }
  g_assert_not_reached ();
}

/* Drops @cargo at @y of the body, as a pointer would. */
static gboolean
drop (Fixture *f, RnCargo *cargo, double y)
{
  GValue value = G_VALUE_INIT;
  gboolean is_taken = FALSE;

  g_value_init (&value, RN_TYPE_CARGO);
  g_value_set_boxed (&value, cargo);
  g_signal_emit_by_name (drop_target (f), "drop", &value, 100.0, y, &is_taken);
  g_value_unset (&value);
  draw (f);
  return is_taken;
}

/* @share of the row of block @index (-1 the stem, n the head), 0 its top, 1 its bottom, in the body */
static double
y_of (Fixture *f, int index, double share)
{
  GtkWidget *row = GTK_WIDGET (rn_spine_body_get_row (f->body, index));
  double x, y;

  g_assert_nonnull (row);
  gtk_widget_translate_coordinates (row, GTK_WIDGET (f->body), 0.0,
                                    share * gtk_widget_get_height (row), &x, &y);
  return y;
}

static void
check_undo (Fixture *f, const char *label, const char *json)
{
  g_autofree char *undo = rn_session_get_undo_label (f->session);
  g_autofree char *after = NULL;

  g_assert_cmpstr (undo, ==, label);
  rn_session_undo (f->session);
  after = rn_spec_to_json (rn_session_get_spec (f->session));
  g_assert_cmpstr (after, ==, json);
}

static char *
json_of (Fixture *f)
{
  return rn_spec_to_json (rn_session_get_spec (f->session));
}

/* Insertion */

static void
test_insert_puts_a_block_like_the_lead_below_it (void)
{
  Fixture f;
  g_autofree char *json = NULL;
  guint32 third;

  set_up (&f, "resnet20");
  json = json_of (&f);
  third = block (&f, 3)->id; /* 32 channels, stride 2 */
  select_block (&f, 3);
  g_assert_true (press (&f, GDK_KEY_Insert, 0));
  g_assert_cmpint (n_blocks (&f), ==, 10);
  g_assert_cmpint (block (&f, 3)->id, ==, third);
  g_assert_cmpint (block (&f, 4)->channels, ==, 32);
  g_assert_cmpint (block (&f, 4)->stride, ==, 1);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 4)->id);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 1);
  g_assert_true (press (&f, GDK_KEY_plus, 0));
  g_assert_cmpint (n_blocks (&f), ==, 11);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 5)->id);
  rn_session_undo (f.session);
  rn_session_undo (f.session);
  g_assert_cmpint (n_blocks (&f), ==, 9);
  {
    g_autofree char *after = json_of (&f);

    g_assert_cmpstr (after, ==, json);
  }
  tear_down (&f);
}

static void
test_insert_works_from_the_stem_and_where_nothing_is_selected (void)
{
  Fixture f;

  set_up (&f, NULL);
  g_assert_true (press (&f, GDK_KEY_Insert, 0));
  g_assert_cmpint (n_blocks (&f), ==, 1);
  g_assert_cmpint (block (&f, 0)->channels, ==, 16);
  g_assert_cmpint (block (&f, 0)->kind, ==, RN_BLOCK_BASIC);
  tear_down (&f);
  set_up (&f, "resnet20");
  rn_selection_clear (f.selection);
  press (&f, GDK_KEY_Insert, 0);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 9)->id);
  rn_selection_select (f.selection, RN_PART_STEM, 0, NULL);
  press (&f, GDK_KEY_Insert, 0);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 0)->id);
  g_assert_cmpint (block (&f, 0)->channels, ==, 16);
  tear_down (&f);
}

static void
test_every_entry_of_the_palette_goes_in_after_the_lead (void)
{
  Fixture f;

  for (int i = 0; i < 4; i++)
    {
      set_up (&f, "resnet20");
      select_block (&f, 5);
      g_signal_emit_by_name (rn_block_palette_get_button (RN_BLOCK_PALETTE (f.palette), i),
                             "clicked");
      g_assert_cmpint (n_blocks (&f), ==, 10);
      g_assert_cmpint (block (&f, 6)->kind, ==, i);
      g_assert_cmpint (block (&f, 6)->channels, ==, 32);
      g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 6)->id);
      tear_down (&f);
    }
  set_up (&f, "resnet14");
  rn_selection_clear (f.selection);
  g_signal_emit_by_name (rn_block_palette_get_button (RN_BLOCK_PALETTE (f.palette), 4), "clicked");
  g_assert_cmpint (n_blocks (&f), ==, 8);
  g_assert_cmpint (block (&f, 6)->channels, ==, 128);
  g_assert_cmpint (block (&f, 6)->stride, ==, 2);
  g_assert_cmpint (block (&f, 7)->stride, ==, 1);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 2);
  tear_down (&f);
}

static void
test_the_button_of_a_seam_puts_in_there_what_its_menu_says (void)
{
  Fixture f;
  GtkWidget *seam;

  set_up (&f, "resnet20");
  select_block (&f, 2);
  draw (&f);
  /* the switch of the row, then the button */
  press (&f, GDK_KEY_Right, 0);
  press (&f, GDK_KEY_Right, 0);
  seam = gtk_root_get_focus (GTK_ROOT (f.window));
  seam = gtk_widget_get_ancestor (seam, GTK_TYPE_MENU_BUTTON);
  g_assert_nonnull (seam);
  gtk_test_accessible_assert_property (seam, GTK_ACCESSIBLE_PROPERTY_LABEL, "Insert after block 3");
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (f.body), "spine.insert", "s", "plain-basic"));
  g_assert_cmpint (block (&f, 3)->kind, ==, RN_BLOCK_PLAIN_BASIC);
  g_assert_cmpint (block (&f, 3)->channels, ==, 16);
  tear_down (&f);
}

/* What is there */

static void
test_keys_duplicate_move_delete_and_change_the_kind (void)
{
  Fixture f;
  g_autofree char *json = NULL;
  guint32 ids[3];

  set_up (&f, "resnet20");
  json = json_of (&f);
  for (int i = 0; i < 3; i++)
    ids[i] = block (&f, i)->id;
  select_block (&f, 1);
  press (&f, GDK_KEY_d, GDK_CONTROL_MASK);
  g_assert_cmpint (n_blocks (&f), ==, 10);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 2)->id);
  check_undo (&f, "Undo duplicate block 2", json);
  select_block (&f, 1);
  press (&f, GDK_KEY_Up, GDK_ALT_MASK);
  g_assert_cmpint (block (&f, 0)->id, ==, ids[1]);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, ids[1]);
  g_assert_false (press (&f, GDK_KEY_Up, GDK_ALT_MASK) && block (&f, 0)->id != ids[1]);
  press (&f, GDK_KEY_Down, GDK_ALT_MASK);
  press (&f, GDK_KEY_Down, GDK_ALT_MASK);
  g_assert_cmpint (block (&f, 1)->id, ==, ids[2]);
  g_assert_cmpint (block (&f, 2)->id, ==, ids[1]);
  rn_session_undo (f.session);
  rn_session_undo (f.session);
  check_undo (&f, "Undo move block 2", json);
  select_blocks (&f, 0, 1);
  press (&f, GDK_KEY_Delete, 0);
  g_assert_cmpint (n_blocks (&f), ==, 7);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, ids[2]);
  check_undo (&f, "Undo delete 2 blocks", json);
  select_blocks (&f, 0, 1);
  press (&f, GDK_KEY_k, 0);
  g_assert_cmpint (block (&f, 0)->kind, ==, RN_BLOCK_BOTTLENECK);
  g_assert_cmpint (block (&f, 1)->kind, ==, RN_BLOCK_BOTTLENECK);
  g_assert_cmpint (block (&f, 2)->kind, ==, RN_BLOCK_BASIC);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 2);
  tear_down (&f);
}

static void
test_control_a_and_shift_select_blocks_alone (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  press (&f, GDK_KEY_a, GDK_CONTROL_MASK);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 9);
  select_block (&f, 1);
  press (&f, GDK_KEY_Up, GDK_SHIFT_MASK);
  press (&f, GDK_KEY_Up, GDK_SHIFT_MASK);
  press (&f, GDK_KEY_Up, GDK_SHIFT_MASK);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 2);
  g_assert_cmpint (rn_selection_get_part (f.selection), ==, RN_PART_BLOCK);
  press (&f, GDK_KEY_Escape, 0);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 0);
  tear_down (&f);
}

static void
test_blocks_go_by_the_clipboard (void)
{
  Fixture f;
  guint32 first;

  set_up (&f, "resnet20");
  select_blocks (&f, 3, 4);
  g_assert_true (press (&f, GDK_KEY_c, GDK_CONTROL_MASK));
  select_block (&f, 8);
  g_assert_true (press (&f, GDK_KEY_v, GDK_CONTROL_MASK));
  spin (50);
  g_assert_cmpint (n_blocks (&f), ==, 11);
  g_assert_cmpint (block (&f, 9)->channels, ==, 32);
  g_assert_cmpint (block (&f, 9)->stride, ==, 2);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 2);
  first = block (&f, 0)->id;
  select_block (&f, 0);
  press (&f, GDK_KEY_x, GDK_CONTROL_MASK);
  g_assert_cmpint (n_blocks (&f), ==, 10);
  g_assert_cmpint (block (&f, 0)->id, !=, first);
  /* what is no block says so, and changes nothing */
  gdk_clipboard_set_text (gtk_widget_get_clipboard (f.window), "a poem");
  g_assert_null (f.message);
  press (&f, GDK_KEY_v, GDK_CONTROL_MASK);
  spin (50);
  g_assert_cmpint (n_blocks (&f), ==, 10);
  g_assert_nonnull (f.message);
  tear_down (&f);
}

static void
test_a_picture_on_the_clipboard_is_left_to_the_window (void)
{
  Fixture f;
  const guint8 pixels[16] = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new (pixels, sizeof pixels);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (2, 2, GDK_MEMORY_R8G8B8A8, bytes, 8);

  set_up (&f, "resnet20");
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (f.window), texture);
  g_assert_false (press (&f, GDK_KEY_v, GDK_CONTROL_MASK));
  tear_down (&f);
}

/* Drag and drop */

static void
check_dropped_at (Fixture *f, double y, int at, const char *where)
{
  g_autoptr (RnCargo) cargo = rn_cargo_new_block (RN_BLOCK_BOTTLENECK);
  const int n = n_blocks (f);

  g_test_message ("%s", where);
  g_assert_true (drop (f, cargo, y));
  g_assert_cmpint (n_blocks (f), ==, n + 1);
  for (int i = 0; i <= n; i++)
    g_assert_cmpint (block (f, i)->kind == RN_BLOCK_BOTTLENECK, ==, i == at);
  rn_session_undo (f->session);
  draw (f);
  g_assert_cmpint (n_blocks (f), ==, n);
}

static void
test_a_drop_goes_where_the_marker_is (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  check_dropped_at (&f, y_of (&f, 4, 0.2), 4, "upper half of a block");
  check_dropped_at (&f, y_of (&f, 4, 0.8), 5, "lower half of a block");
  check_dropped_at (&f, y_of (&f, 4, 1.0), 5, "between two");
  check_dropped_at (&f, y_of (&f, -1, 0.5), 0, "stem");
  check_dropped_at (&f, y_of (&f, 9, 0.5), 9, "head");
  check_dropped_at (&f, y_of (&f, 3, -0.1), 3, "seam of a stage");
  check_dropped_at (&f, 2000.0, 9, "below all");
  check_dropped_at (&f, -5.0, 0, "above all");
  tear_down (&f);
  set_up (&f, NULL);
  check_dropped_at (&f, y_of (&f, 0, 0.5), 0, "head of an empty network");
  tear_down (&f);
}

static void
test_blocks_that_are_dropped_move_together (void)
{
  Fixture f;
  g_autofree char *json = NULL;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (RnCargo) cargo = NULL;

  set_up (&f, "resnet20");
  json = json_of (&f);
  g_array_append_val (ids, block (&f, 0)->id);
  g_array_append_val (ids, block (&f, 2)->id);
  cargo = rn_cargo_new_blocks (ids, NULL);
  drop (&f, cargo, y_of (&f, 4, 0.8));
  g_assert_cmpint (n_blocks (&f), ==, 9);
  g_assert_cmpint (block (&f, 3)->id, ==, g_array_index (ids, guint32, 0));
  g_assert_cmpint (block (&f, 4)->id, ==, g_array_index (ids, guint32, 1));
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 2);
  check_undo (&f, "Undo move 2 blocks", json);
  rn_edit_drop (f.session, cargo, 9, TRUE);
  g_assert_cmpint (n_blocks (&f), ==, 11);
  g_assert_cmpint (block (&f, 0)->id, ==, g_array_index (ids, guint32, 0));
  tear_down (&f);
}

static void
test_a_folded_stage_unfolds_when_something_hovers_over_it (void)
{
  Fixture f;
  g_autoptr (RnCargo) cargo = rn_cargo_new_block (RN_BLOCK_BOTTLENECK);

  set_up (&f, "resnet56");
  rn_spine_body_set_folded (f.body, 1, TRUE);
  draw (&f);
  g_assert_cmpint (rn_block_row_get_kind (rn_spine_body_get_row (f.body, 9)), ==, RN_ROW_STAGE);
  /* within its lines as it is */
  check_dropped_at (&f, y_of (&f, 9, 1.0 / 3.0), 12, "a third of nine lines");
  rn_spine_body_hover (f.body, y_of (&f, 9, 0.5));
  spin (300);
  g_assert_cmpint (rn_block_row_get_kind (rn_spine_body_get_row (f.body, 9)), ==, RN_ROW_STAGE);
  spin (600);
  draw (&f);
  g_assert_cmpint (rn_block_row_get_kind (rn_spine_body_get_row (f.body, 9)), ==, RN_ROW_BLOCK);
  rn_spine_body_end_hover (f.body);
  tear_down (&f);
}

static void
test_what_hovers_is_told_where_it_would_go (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  rn_spine_body_hover (f.body, y_of (&f, 3, 0.8));
  gtk_test_accessible_assert_property (f.body, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "What is dropped here becomes block 5 of the network");
  rn_spine_body_hover (f.body, y_of (&f, 3, 0.2));
  gtk_test_accessible_assert_property (f.body, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "What is dropped here becomes block 4 of the network");
  rn_spine_body_end_hover (f.body);
  g_assert_false (gtk_test_accessible_has_property (GTK_ACCESSIBLE (f.body),
                                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION));
  tear_down (&f);
}

static void
test_the_spine_scrolls_while_something_hovers_at_its_edge (void)
{
  Fixture f;
  double before, after, to;

  set_up (&f, "resnet110");
  rn_spine_body_set_zoom (f.body, 60.0, -1.0);
  draw (&f);
  rn_spine_body_get_visible (f.body, &before, &to);
  rn_spine_body_hover (f.body, gtk_widget_get_height (GTK_WIDGET (f.body)) - 5.0);
  spin (400);
  rn_spine_body_get_visible (f.body, &after, &to);
  g_assert_cmpfloat (after, >, before + 50.0);
  rn_spine_body_hover (f.body, 5.0);
  spin (1500);
  rn_spine_body_get_visible (f.body, &before, &to);
  g_assert_cmpfloat (before, <, after);
  rn_spine_body_end_hover (f.body);
  rn_spine_body_get_visible (f.body, &before, &to);
  spin (200);
  rn_spine_body_get_visible (f.body, &after, &to);
  g_assert_cmpfloat (after, ==, before);
  tear_down (&f);
}

static GtkDragSource *
drag_source (Fixture *f)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->body));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DRAG_SOURCE (controller))
        return GTK_DRAG_SOURCE (controller);
    }
  g_assert_not_reached ();
}

/* Takes hold at @y and lets go at once: which blocks would come along */
static void
check_taken (Fixture *f, double y, int from, int n)
{
  g_autoptr (GdkContentProvider) provider = NULL;
  GValue value = G_VALUE_INIT;
  const RnCargo *cargo;

  g_signal_emit_by_name (drag_source (f), "prepare", 200.0, y, &provider);
  if (n == 0)
    {
      g_assert_null (provider);
      return;
    }
  g_value_init (&value, RN_TYPE_CARGO);
  g_assert_true (gdk_content_provider_get_value (provider, &value, NULL));
  cargo = g_value_get_boxed (&value);
  g_assert_cmpuint (cargo->ids->len, ==, n);
  for (int i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (cargo->ids, guint32, (guint) i), ==, block (f, from + i)->id);
  g_assert_true (g_str_has_prefix (cargo->text, "{"));
  g_value_unset (&value);
}

static void
test_a_block_is_taken_with_the_selection_that_it_belongs_to (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  select_blocks (&f, 5, 3); /* backwards: they go in the order of the network */
  draw (&f);
  check_taken (&f, y_of (&f, 4, 0.5), 3, 3);
  check_taken (&f, y_of (&f, 7, 0.5), 7, 1);
  check_taken (&f, y_of (&f, -1, 0.5), 0, 0);
  check_taken (&f, y_of (&f, 9, 0.5), 0, 0);
  rn_spine_body_set_folded (f.body, 2, TRUE);
  draw (&f);
  check_taken (&f, y_of (&f, 7, 0.5), 6, 3);
  tear_down (&f);
}

/* Menus */

static GtkWidget *
open_popover (Fixture *f)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (f->body)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child) && gtk_widget_get_visible (child))
      return child;
  return NULL;
}

static GtkWidget *
find_within (GtkWidget *root, GType type)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_within (child, type);
  return found;
}

static void
test_the_menu_key_opens_a_menu_and_repeat_asks_how_often (void)
{
  Fixture f;
  GtkWidget *popover;

  set_up (&f, "resnet20");
  rn_selection_clear (f.selection);
  g_assert_false (press (&f, GDK_KEY_Menu, 0));
  select_blocks (&f, 0, 1);
  draw (&f);
  g_assert_true (press (&f, GDK_KEY_Menu, 0));
  popover = open_popover (&f);
  g_assert_true (GTK_IS_POPOVER_MENU (popover));
  gtk_popover_popdown (GTK_POPOVER (popover));
  spin (300);
  g_assert_null (open_popover (&f));
  g_assert_true (press (&f, GDK_KEY_F10, GDK_SHIFT_MASK));
  gtk_popover_popdown (GTK_POPOVER (open_popover (&f)));
  spin (300);
  g_assert_true (press (&f, GDK_KEY_r, 0));
  popover = open_popover (&f);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_within (popover, GTK_TYPE_SPIN_BUTTON)), 3.0);
  g_signal_emit_by_name (gtk_widget_get_last_child (gtk_popover_get_child (GTK_POPOVER (popover))),
                         "clicked");
  g_assert_cmpint (n_blocks (&f), ==, 15);
  g_assert_cmpuint (rn_selection_n_blocks (f.selection), ==, 6);
  spin (300);
  g_assert_null (open_popover (&f));
  tear_down (&f);
}

static void
test_deepen_adds_a_block_that_computes_the_identity_or_says_why_not (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  select_block (&f, 4);
  gtk_widget_activate_action (GTK_WIDGET (f.body), "spine.deepen", NULL);
  g_assert_cmpint (n_blocks (&f), ==, 10);
  g_assert_true (block (&f, 5)->zero_gamma);
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 5)->id);
  g_assert_null (f.message);
  tear_down (&f);
  set_up (&f, "plain20");
  select_block (&f, 4);
  gtk_widget_activate_action (GTK_WIDGET (f.body), "spine.deepen", NULL);
  g_assert_cmpint (n_blocks (&f), ==, 9);
  g_assert_nonnull (f.message);
  tear_down (&f);
}

/* What does not fit */

static void
test_a_block_that_does_not_fit_says_so_and_can_be_mended (void)
{
  Fixture f;
  RnBlockRow *row;
  GtkWidget *mend;
  const char *sentence = "The identity cannot go from 64 to 16 channels: use a projection.";

  set_up (&f, "resnet20");
  g_assert_null (rn_block_row_get_mend (rn_spine_body_get_row (f.body, 0)));
  select_block (&f, 0);
  for (int i = 0; i < 8; i++)
    press (&f, GDK_KEY_Down, GDK_ALT_MASK);
  draw (&f);
  row = rn_spine_body_get_row (f.body, 8);
  mend = rn_block_row_get_mend (row);
  g_assert_nonnull (mend);
  gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (mend)), ==, "Use a projection");
  press (&f, GDK_KEY_Right, 0);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (f.window)) == mend);
  g_signal_emit_by_name (mend, "clicked");
  draw (&f);
  g_assert_cmpint (block (&f, 8)->shortcut, ==, RN_SHORTCUT_B);
  g_assert_null (rn_block_row_get_mend (rn_spine_body_get_row (f.body, 8)));
  g_assert_true (rn_spec_check (rn_session_get_spec (f.session), NULL));
  tear_down (&f);
}

/* Focus and folds */

static guint
count_stops_in (Fixture *f)
{
  guint n = 0;

  gtk_root_set_focus (GTK_ROOT (f->window), NULL);
  for (int i = 0; i < 60 && gtk_widget_child_focus (f->window, GTK_DIR_TAB_FORWARD); i++)
    {
      GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (f->window));

      n += focus == GTK_WIDGET (f->body) || gtk_widget_is_ancestor (focus, GTK_WIDGET (f->body));
      if (focus == GTK_WIDGET (f->body))
        return n + (gtk_widget_child_focus (GTK_WIDGET (f->body), GTK_DIR_TAB_FORWARD) ? 1 : 0);
    }
  return n;
}

static void
test_the_rows_are_one_stop_and_right_goes_through_a_row (void)
{
  Fixture f;
  GtkWidget *gate;

  set_up (&f, "resnet20");
  g_assert_cmpuint (count_stops_in (&f), ==, 1);
  select_block (&f, 3);
  draw (&f);
  gtk_widget_grab_focus (GTK_WIDGET (f.body));
  gate = rn_block_row_get_switch (rn_spine_body_get_row (f.body, 3));
  press (&f, GDK_KEY_Right, 0);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (f.window)) == gate);
  press (&f, GDK_KEY_Left, 0);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (f.window)) == GTK_WIDGET (f.body));
  press (&f, GDK_KEY_Right, 0);
  press (&f, GDK_KEY_Down, 0);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (f.window)) == GTK_WIDGET (f.body));
  g_assert_cmpint (rn_selection_get_block (f.selection), ==, block (&f, 4)->id);
  tear_down (&f);
}

static void
test_folds_and_place_stay_when_blocks_are_edited (void)
{
  Fixture f;
  double before, after, to;
  g_autoptr (RnCargo) stage = rn_cargo_new_stage ();
  guint32 first;

  set_up (&f, "resnet110");
  rn_spine_body_set_zoom (f.body, 50.0, -1.0);
  rn_spine_body_set_folded (f.body, 0, TRUE);
  first = block (&f, 10)->id;
  rn_spine_reveal (f.spine, 30);
  draw (&f);
  select_block (&f, 30);
  draw (&f);
  rn_spine_body_get_visible (f.body, &before, &to);
  g_assert_cmpfloat (before, >, 100.0);
  press (&f, GDK_KEY_Delete, 0);
  draw (&f);
  rn_spine_body_get_visible (f.body, &after, &to);
  g_assert_cmpfloat (ABS (after - before), <=, 60.0);
  g_assert_true (
      g_array_index (rn_spine_body_get_view (f.body)->layout->stages, RnStage, 0).is_folded);
  /* it is the stage of those blocks, not the first one */
  rn_edit_insert (f.session, stage, 0);
  rn_edit_set_kind (f.session, RN_BLOCK_PLAIN_BASIC);
  rn_edit_drop (f.session, stage, 3, FALSE);
  draw (&f);
  for (guint i = 0; i < rn_spine_body_get_view (f.body)->layout->stages->len; i++)
    {
      const RnStage *s =
          &g_array_index (rn_spine_body_get_view (f.body)->layout->stages, RnStage, i);
      gboolean has_first = FALSE;

      for (int b = 0; b < s->n_blocks; b++)
        has_first |= block (&f, s->first_block + b)->id == first;
      g_assert_cmpint (s->is_folded && i > 0, ==, has_first && i > 0);
    }
  tear_down (&f);
}

static void
test_what_moves_is_where_it_belongs_when_animations_are_off (void)
{
  Fixture f;

  set_up (&f, "resnet20");
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  g_assert_false (rn_spine_body_is_moving (f.body));
  rn_spine_body_set_folded (f.body, 0, TRUE);
  g_assert_false (rn_spine_body_is_moving (f.body));
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  rn_spine_body_set_folded (f.body, 0, FALSE);
  g_assert_true (rn_spine_body_is_moving (f.body));
  spin (400);
  g_assert_false (rn_spine_body_is_moving (f.body));
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/spine-edit/Insert puts a block like the lead below it",
                   test_insert_puts_a_block_like_the_lead_below_it);
  g_test_add_func ("/spine-edit/Insert works from the stem and where nothing is selected",
                   test_insert_works_from_the_stem_and_where_nothing_is_selected);
  g_test_add_func ("/spine-edit/every entry of the palette goes in after the lead",
                   test_every_entry_of_the_palette_goes_in_after_the_lead);
  g_test_add_func ("/spine-edit/the button of a seam puts in there what its menu says",
                   test_the_button_of_a_seam_puts_in_there_what_its_menu_says);
  g_test_add_func ("/spine-edit/keys duplicate, move, delete and change the kind",
                   test_keys_duplicate_move_delete_and_change_the_kind);
  g_test_add_func ("/spine-edit/Ctrl+A and Shift select blocks alone",
                   test_control_a_and_shift_select_blocks_alone);
  g_test_add_func ("/spine-edit/blocks go by the clipboard", test_blocks_go_by_the_clipboard);
  g_test_add_func ("/spine-edit/a picture on the clipboard is left to the window",
                   test_a_picture_on_the_clipboard_is_left_to_the_window);
  g_test_add_func ("/spine-edit/a drop goes where the marker is",
                   test_a_drop_goes_where_the_marker_is);
  g_test_add_func ("/spine-edit/blocks that are dropped move together",
                   test_blocks_that_are_dropped_move_together);
  g_test_add_func ("/spine-edit/a folded stage unfolds when something hovers over it",
                   test_a_folded_stage_unfolds_when_something_hovers_over_it);
  g_test_add_func ("/spine-edit/what hovers is told where it would go",
                   test_what_hovers_is_told_where_it_would_go);
  g_test_add_func ("/spine-edit/the spine scrolls while something hovers at its edge",
                   test_the_spine_scrolls_while_something_hovers_at_its_edge);
  g_test_add_func ("/spine-edit/a block is taken with the selection that it belongs to",
                   test_a_block_is_taken_with_the_selection_that_it_belongs_to);
  g_test_add_func ("/spine-edit/the Menu key opens a menu, and Repeat asks how often",
                   test_the_menu_key_opens_a_menu_and_repeat_asks_how_often);
  g_test_add_func ("/spine-edit/deepen adds a block that computes the identity, or says why not",
                   test_deepen_adds_a_block_that_computes_the_identity_or_says_why_not);
  g_test_add_func ("/spine-edit/a block that does not fit says so and can be mended",
                   test_a_block_that_does_not_fit_says_so_and_can_be_mended);
  g_test_add_func ("/spine-edit/the rows are one stop, and Right goes through a row",
                   test_the_rows_are_one_stop_and_right_goes_through_a_row);
  g_test_add_func ("/spine-edit/folds and place stay when blocks are edited",
                   test_folds_and_place_stay_when_blocks_are_edited);
  g_test_add_func ("/spine-edit/nothing moves where animations are off",
                   test_what_moves_is_where_it_belongs_when_animations_are_off);
  return g_test_run ();
}
