#include "fit.h"

#include <adwaita.h>
#include <math.h>

/* A scroller of cards is larger than its place by their shadows. */
#define TOLERANCE_PX 3.0f

/* Returns: (transfer full): the first words in @widget, so that a fault can be found in the source */
static char *
words_of (GtkWidget *widget)
{
  char *words = GTK_IS_LABEL (widget) ? g_strdup (gtk_label_get_text (GTK_LABEL (widget))) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && words == NULL;
       child = gtk_widget_get_next_sibling (child))
    words = words_of (child);
  return words;
}

static void
complain (GString *faults, GtkWidget *widget, const char *fault)
{
  g_autofree char *words = words_of (widget);
  GtkWidget *parent = gtk_widget_get_parent (widget);

  g_string_append_printf (faults, "\n  %s in %s, “%s”, %s", G_OBJECT_TYPE_NAME (widget),
                          parent != NULL ? G_OBJECT_TYPE_NAME (parent) : "nothing",
                          words != NULL ? words : "", fault);
}

static gboolean
has_tooltip (GtkWidget *widget)
{
  while (widget != NULL && !gtk_widget_get_has_tooltip (widget))
    widget = gtk_widget_get_parent (widget);
  return widget != NULL;
}

static gboolean
is_hangul (const char *at)
{
  return g_unichar_get_script (g_utf8_get_char (at)) == G_UNICODE_SCRIPT_HANGUL;
}

/* Returns: whether a line ends in the middle of a Korean word */
static gboolean
breaks_word (PangoLayout *layout)
{
  const char *text = pango_layout_get_text (layout);

  for (int i = 1; i < pango_layout_get_line_count (layout); i++)
    {
      const char *at = text + pango_layout_get_line_readonly (layout, i)->start_index;

      if (*at != '\0' && is_hangul (at) && is_hangul (g_utf8_prev_char (at)))
        return TRUE;
    }
  return FALSE;
}

static void
check_text (GtkWidget *label, GString *faults)
{
  if (breaks_word (gtk_label_get_layout (GTK_LABEL (label))))
    complain (faults, label, "breaks a word");
  if (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label))) && !has_tooltip (label))
    complain (faults, label, "is shortened without a tooltip");
}

/* What scrolls may be longer than it is seen, never wider. */
static gboolean
is_scrolled (GtkWidget *widget)
{
  return GTK_IS_SCROLLABLE (widget);
}

/* Knobs, arrows and troughs: GTK's style lets them stick out. */
static gboolean
is_whole (GtkWidget *widget)
{
  return GTK_IS_SCROLLBAR (widget) || GTK_IS_DROP_DOWN (widget);
}

static void
check_size (GtkWidget *widget, GString *faults)
{
  const int width = gtk_widget_get_allocated_width (widget) + gtk_widget_get_margin_start (widget) +
                    gtk_widget_get_margin_end (widget);
  const int height = gtk_widget_get_allocated_height (widget) + gtk_widget_get_margin_top (widget) +
                     gtk_widget_get_margin_bottom (widget);
  int min_width, min_height;
  g_autofree char *fault = NULL;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &min_width, NULL, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, MAX (width, min_width), &min_height, NULL,
                      NULL, NULL);
  if (width >= min_width && (height >= min_height || is_scrolled (widget)))
    return;
  fault = g_strdup_printf ("needs %d×%d and has %d×%d", min_width, min_height, width, height);
  complain (faults, widget, fault);
}

static void
check_place (GtkWidget *widget, GString *faults)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  graphene_rect_t place, room;
  g_autofree char *fault = NULL;

  if (!gtk_widget_compute_bounds (widget, parent, &place) ||
      !gtk_widget_compute_bounds (parent, parent, &room))
    return;
  graphene_rect_inset (&room, -TOLERANCE_PX, is_scrolled (parent) ? -G_MAXINT16 : -TOLERANCE_PX);
  if (graphene_rect_contains_rect (&room, &place))
    return;
  fault =
      g_strdup_printf ("is at %.0f, %.0f, %.0f×%.0f of %d×%d", place.origin.x, place.origin.y,
                       place.size.width, place.size.height, gtk_widget_get_allocated_width (parent),
                       gtk_widget_get_allocated_height (parent));
  complain (faults, widget, fault);
}

static void
check_scrolling (GtkWidget *scroller, GString *faults)
{
  GtkAdjustment *sideways = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scroller));
  const double hidden_px =
      gtk_adjustment_get_upper (sideways) - gtk_adjustment_get_page_size (sideways);
  g_autofree char *fault = NULL;

  if (hidden_px <= TOLERANCE_PX)
    return;
  fault = g_strdup_printf ("hides %.0f px at its side", hidden_px);
  complain (faults, scroller, fault);
}

guint
fit_check (GtkWidget *root, GString *faults)
{
  guint n = 1;

  if (root == NULL || !gtk_widget_get_mapped (root) || GTK_IS_POPOVER (root) ||
      g_str_equal (G_OBJECT_TYPE_NAME (root), "GtkTooltipWindow"))
    return 0;
  if (GTK_IS_LABEL (root))
    check_text (root, faults);
  if (GTK_IS_SCROLLED_WINDOW (root))
    check_scrolling (root, faults);
  if (GTK_IS_RANGE (root))
    return n;
  if (gtk_widget_get_parent (root) != NULL && !is_whole (gtk_widget_get_parent (root)))
    {
      check_size (root, faults);
      check_place (root, faults);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += fit_check (child, faults);
  return n;
}
