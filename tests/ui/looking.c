#include "looking.h"

#include <string.h>

RnModel *
looking_model (guint64 seed, gboolean plain)
{
  static const char *const classes[] = { "house", "tree", "fish", "star", "car", "flower",
                                         "cup",   "boat", "key",  "face", NULL };
  const RnPreprocess preprocess = { 32, 3, { 0.5f, 0.5f, 0.5f }, { 0.25f, 0.25f, 0.25f }, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", &error);
  g_autoptr (RnSpec) twin = plain ? rn_spec_plain_twin (spec) : NULL;
  RnModel *model = rn_model_new (plain ? twin : spec, NULL, seed, classes, &preprocess, &error);

  g_assert_no_error (error);
  return model;
}

RnSession *
looking_session (RnModel *model, int side)
{
  RnSession *session = rn_session_new ("/nonexistent");
  g_autoptr (RnDocument) document = rn_document_new_model (model, "/nonexistent/net.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) scene = rn_sample_render (RN_SPLIT_TEST, 7, side, &error);

  g_assert_no_error (error);
  rn_session_show (session, document);
  rn_session_set_picture (session, scene, "boat, test 7", 7);
  return session;
}

GtkWidget *
looking_window (GtkWidget *page, int width, int height)
{
  GtkWidget *window = adw_window_new ();

  adw_window_set_content (ADW_WINDOW (window), page);
  if (g_getenv ("RESIDUA_PICTURES_SIZE") != NULL)
    sscanf (g_getenv ("RESIDUA_PICTURES_SIZE"), "%dx%d", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  return window;
}

void
looking_close (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  looking_pass (20);
}

static gboolean
ring (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
looking_pass (int ms)
{
  gboolean is_over = FALSE;

  g_timeout_add ((guint) ms, ring, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

void
looking_wait (LookingFunc is_done, gpointer data)
{
  const gint64 end = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;

  while (!is_done (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      looking_pass (5);
    }
}

static gpointer
find (GtkWidget *root, GType type, int *nth)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && (*nth)-- == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = find (child, type, nth);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gpointer
looking_find (GtkWidget *root, GType type, int nth)
{
  return find (root, type, &nth);
}

gboolean
looking_says (GtkWidget *root, const char *text)
{
  if (!gtk_widget_get_child_visible (root) || !gtk_widget_get_visible (root))
    return FALSE;
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (looking_says (child, text))
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full): the window as it is drawn; one that is to be laid out again has no content until it is */
static GskRenderNode *
draw (GtkWidget *window)
{
  GskRenderNode *node = NULL;

  while (node == NULL)
    {
      g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
      GtkSnapshot *snapshot = gtk_snapshot_new ();

      looking_pass (300);
      gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                              gtk_widget_get_height (window));
      node = gtk_snapshot_free_to_node (snapshot);
    }
  return node;
}

void
looking_shoot (GtkWidget *window, const char *name)
{
  const char *folder = g_getenv ("RESIDUA_PICTURES");
  g_autofree char *path = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (folder == NULL)
    return;
  path = g_strdup_printf ("%s/%s.png", folder, name);
  node = draw (window);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gdk_texture_save_to_png (texture, path);
}
