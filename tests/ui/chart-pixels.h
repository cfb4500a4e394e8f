#pragma once

#include <adwaita.h>
#include <math.h>

/* What tests of drawn widgets share: a window, the pixels of a widget, its controllers and keys. */

typedef struct
{
  int width, height;
  guint32 *argb;
} Pixels;

/* Shows @widget @width x @height in a window of its own. Returns: (transfer full): the window, to destroy */
static inline GtkWidget *
show_widget (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_widget_set_halign (widget, GTK_ALIGN_START);
  gtk_widget_set_valign (widget, GTK_ALIGN_START);
  gtk_widget_set_size_request (widget, width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (widget);
  return window;
}

static inline Pixels
take_texture (GdkTexture *texture)
{
  Pixels pixels = { gdk_texture_get_width (texture), gdk_texture_get_height (texture), NULL };

  pixels.argb = g_new0 (guint32, pixels.width * pixels.height);
  gdk_texture_download (texture, (guchar *) pixels.argb, pixels.width * sizeof *pixels.argb);
  return pixels;
}

/* Returns: what the widget draws, over white; free argb */
static inline Pixels
take_pixels (GtkWidget *widget)
{
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, width, height);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderNode *node;

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 1, 1, 1, 1 }, &all);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widget)),
                                         node, &all);
  gsk_render_node_unref (node);
  return take_texture (texture);
}

static inline guint32
pixel_at (const Pixels *pixels, int x, int y)
{
  g_assert_true (x >= 0 && y >= 0 && x < pixels->width && y < pixels->height);
  return pixels->argb[y * pixels->width + x];
}

/* Returns: the largest difference of a channel */
static inline int
colour_distance (guint32 a, guint32 b)
{
  int most = 0;

  for (int shift = 0; shift < 24; shift += 8)
    most = MAX (most, abs ((int) (a >> shift & 0xff) - (int) (b >> shift & 0xff)));
  return most;
}

/* Waits until nothing is to be done and the widget was drawn, or @ms have gone by. */
static inline void
spin (int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

/* Returns: (transfer none): the first controller of @type, of that button where it is a gesture with one */
static inline GtkEventController *
find_controller (GtkWidget *widget, GType type, guint button)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type) &&
          (!GTK_IS_GESTURE_SINGLE (controller) ||
           gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (controller)) == button))
        return controller;
    }
  g_assert_not_reached ();
}

static inline void
click (GtkWidget *widget, int n_press, double x, double y)
{
  g_signal_emit_by_name (find_controller (widget, GTK_TYPE_GESTURE_CLICK, GDK_BUTTON_PRIMARY),
                         "pressed", n_press, x, y);
}

static inline void
point_at (GtkWidget *widget, double x, double y)
{
  g_signal_emit_by_name (find_controller (widget, GTK_TYPE_EVENT_CONTROLLER_MOTION, 0), "motion", x,
                         y);
}

/* Does what the key of the widget's class does. @key: as gtk_shortcut_trigger_to_string() writes it, "Down" */
static inline void
press_key (GtkWidget *widget, const char *key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (controller)); k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);
          g_autofree char *trigger =
              gtk_shortcut_trigger_to_string (gtk_shortcut_get_trigger (shortcut));

          if (g_str_equal (trigger, key))
            {
              gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget,
                                            gtk_shortcut_get_arguments (shortcut));
              return;
            }
        }
    }
  g_error ("no key %s", key);
}

/* Fails unless the property of the accessible is @expected. */
static inline void
assert_accessible (GtkWidget *widget, GtkAccessibleProperty property, const char *expected)
{
  g_autofree char *wrong =
      gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), property, expected);

  g_assert_cmpstr (wrong, ==, NULL);
}
