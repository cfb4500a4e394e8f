#include "spine/spine-body-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "spine/spine-edit.h"
#include "spine/spine-menu.h"

/* The button of a seam, which opens a menu of kinds. There is one: it comes to the seam that the pointer is near, and else
 * to the one below the lead while the spine has the focus, where Right reaches it. It stands left of the trunk, where
 * nothing else does. */

#define NEAR_PX 7.0
/* Rows less high have no room for it between their neighbours; Insert works there too. */
#define LEAST_ROW_PX 12.0
#define BUTTON_PX 16

static double
scroll_of (RnSpineBody *self)
{
  double from, to;

  rn_spine_body_get_visible (self, &from, &to);
  return from;
}

static gboolean
has_room (RnSpineBody *self, int at)
{
  double y, height;

  if (at == 0)
    return TRUE;
  rn_spine_layout_heat_of (self->view.layout, at - 1, &y, &height);
  return height >= LEAST_ROW_PX;
}

/* Returns: the seam near the pointer, -1 where none is */
static int
seam_near (RnSpineBody *self)
{
  int at;

  if (!self->is_pointed || self->is_hovering)
    return -1;
  at = rn_spine_place_at (self->view.layout, self->pointer_y + scroll_of (self)).at;
  return fabs (rn_spine_place_y (self->view.layout, at) - scroll_of (self) - self->pointer_y) <=
                     NEAR_PX &&
                 has_room (self, at)
             ? at
             : -1;
}

/* Returns: the seam below the lead, above the head; -1 where nothing is selected */
static int
seam_of_lead (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);

  return lead == G_MININT ? -1 : MIN (lead + 1, rn_spec_n_blocks (self->view.spec));
}

static gboolean
has_focus (RnSpineBody *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL &&
         (focus == GTK_WIDGET (self) || gtk_widget_is_ancestor (focus, GTK_WIDGET (self)));
}

static gboolean
is_open (RnSpineBody *self)
{
  GtkPopover *popover = gtk_menu_button_get_popover (GTK_MENU_BUTTON (self->seam));

  return popover != NULL && gtk_widget_get_visible (GTK_WIDGET (popover));
}

static void
name_seam (RnSpineBody *self)
{
  g_autofree char *label = self->seam_at == 0
                               ? g_strdup (_ ("Insert before the first block"))
                               : g_strdup_printf (_ ("Insert after block %d"), self->seam_at);

  gtk_widget_set_tooltip_text (self->seam, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->seam), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
show_seam (RnSpineBody *self, int at)
{
  if (at == self->seam_at || is_open (self))
    return;
  self->seam_at = at;
  rn_spine_set_shown (self->seam, at >= 0);
  if (at >= 0)
    name_seam (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
rn_spine_body_update_seam (RnSpineBody *self)
{
  int at = -1;

  if (self->view.layout != NULL && rn_edit_is_possible (self->view.session))
    {
      at = seam_near (self);
      if (at < 0 && has_focus (self) && has_room (self, MAX (seam_of_lead (self), 0)))
        at = seam_of_lead (self);
    }
  show_seam (self, at);
}

GtkWidget *
rn_spine_body_show_seam_of_lead (RnSpineBody *self)
{
  if (self->view.layout == NULL || !rn_edit_is_possible (self->view.session))
    return NULL;
  self->is_pointed = FALSE;
  show_seam (self, seam_of_lead (self));
  return self->seam_at >= 0 ? self->seam : NULL;
}

int
rn_spine_body_get_seam (RnSpineBody *self)
{
  return self->seam_at;
}

void
rn_spine_body_place_seam (RnSpineBody *self)
{
  const RnSpineGeometry *g = &self->view.geometry;
  GtkAllocation place = { 0, 0, BUTTON_PX, BUTTON_PX };
  int least;

  if (self->seam_at < 0)
    return;
  gtk_widget_measure (self->seam, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  place.width = MAX (place.width, least);
  gtk_widget_measure (self->seam, GTK_ORIENTATION_VERTICAL, -1, &least, NULL, NULL, NULL);
  place.height = MAX (place.height, least);
  place.x = (int) round (0.5 * (g->bracket_x + g->trunk_x) - 0.5 * place.width);
  place.y = (int) round (rn_spine_place_y (self->view.layout, self->seam_at) - scroll_of (self) -
                         0.5 * place.height);
  gtk_widget_size_allocate (self->seam, &place, -1);
}

static void
pointed (GtkEventControllerMotion *controller, double x, double y, RnSpineBody *self)
{
  self->is_pointed = TRUE;
  self->pointer_y = y;
  rn_spine_body_update_seam (self);
}

static void
left (RnSpineBody *self)
{
  self->is_pointed = FALSE;
  rn_spine_body_update_seam (self);
}

void
rn_spine_body_add_seam (RnSpineBody *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autoptr (GMenuModel) menu = rn_spine_menu_new_kinds ();

  self->seam_at = -1;
  self->seam = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->seam), "list-add-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->seam), menu);
  gtk_widget_add_css_class (self->seam, "rn-seam");
  rn_spine_set_shown (self->seam, FALSE);
  gtk_widget_set_parent (self->seam, GTK_WIDGET (self));
  g_signal_connect (motion, "enter", G_CALLBACK (pointed), self);
  g_signal_connect (motion, "motion", G_CALLBACK (pointed), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (left), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (rn_spine_body_update_seam), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (rn_spine_body_update_seam), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}
