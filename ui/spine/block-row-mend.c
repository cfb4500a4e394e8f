#include "spine/block-row-private.h"

#include <math.h>

#include "spine/spine-draw.h"
#include "spine/spine-edit.h"

/* A block that does not fit is drawn where it stands, with the reason in words and its mend as a button. */

#define RING_PX 4.0
#define HATCH_PX 5.0

static void
mend_clicked (RnBlockRow *self)
{
  if (self->at >= 0 && self->has_problem)
    rn_edit_mend (self->view->session, self->block.id);
}

static void
tell (RnBlockRow *self)
{
  if (self->has_problem)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    self->sentence, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

/* A row has one from the first time on that its block does not fit: few ever do. */
static void
make_mend (RnBlockRow *self)
{
  self->mend = gtk_button_new ();
  gtk_widget_add_css_class (self->mend, "rn-bar-button");
  gtk_widget_set_parent (self->mend, GTK_WIDGET (self));
  g_signal_connect_swapped (self->mend, "clicked", G_CALLBACK (mend_clicked), self);
}

void
rn_block_row_bind_problem (RnBlockRow *self)
{
  const RnSpecProblem *problem = self->row.kind == RN_ROW_BLOCK
                                     ? rn_spine_view_get_problem (self->view, self->row.first_block)
                                     : NULL;
  const gboolean had_problem = self->has_problem;
  const gboolean is_shown = problem != NULL && self->row.detail >= RN_DETAIL_LINE;

  self->has_problem = problem != NULL;
  g_clear_pointer (&self->sentence, g_free);
  if (problem != NULL)
    self->sentence = rn_spec_problem_to_string (problem);
  if (had_problem || self->has_problem)
    tell (self);
  if (is_shown && self->mend == NULL)
    make_mend (self);
  if (self->mend == NULL)
    return;
  rn_spine_set_shown (self->mend, is_shown);
  if (!is_shown)
    return;
  gtk_button_set_label (GTK_BUTTON (self->mend), rn_mend_get_label (problem->mend));
  gtk_widget_set_tooltip_text (self->mend, self->sentence);
}

GtkWidget *
rn_block_row_get_mend (RnBlockRow *self)
{
  return self->mend != NULL && gtk_widget_get_child_visible (self->mend) ? self->mend : NULL;
}

void
rn_block_row_allocate_mend (RnBlockRow *self)
{
  GtkWidget *mend = rn_block_row_get_mend (self);
  const RnSpineGeometry *g = &self->view->geometry;
  const RnRowBox box = rn_block_row_get_box (self);
  GtkAllocation place = { 0 };

  if (mend == NULL)
    return;
  gtk_widget_measure (mend, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &place.width, NULL, NULL);
  gtk_widget_measure (mend, GTK_ORIENTATION_VERTICAL, -1, NULL, &place.height, NULL, NULL);
  if (self->row.detail == RN_DETAIL_CARD)
    {
      place.x = (int) (box.x + box.width - RING_PX - 2.0) - place.width;
      place.y = (int) (box.y + box.height - RING_PX - 1.0) - place.height;
    }
  else
    {
      place.x = (int) g->end_x - place.width;
      place.y = (int) round (0.5 * (self->row.height - place.height));
    }
  gtk_widget_size_allocate (mend, &place, -1);
}

int
rn_block_row_get_sentence_room (RnBlockRow *self, double *width)
{
  const RnRowBox box = rn_block_row_get_box (self);
  int mend_width = 0, mend_height = 0, n_above;

  if (self->mend != NULL)
    {
      gtk_widget_measure (self->mend, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &mend_width, NULL,
                          NULL);
      gtk_widget_measure (self->mend, GTK_ORIENTATION_VERTICAL, -1, NULL, &mend_height, NULL, NULL);
    }
  *width = box.width - 4.0 * RING_PX;
  n_above = (int) ((box.height - 2.0 * RING_PX - mend_height) / self->line_height);
  if (n_above >= 2)
    return n_above;
  /* else beside its button */
  *width -= mend_width + RING_PX;
  return (int) ((box.height - 2.0 * RING_PX) / self->line_height);
}

static void
hatch (cairo_t *cr, const RnPalette *palette, double x, double y, double width, double height)
{
  cairo_set_line_width (cr, 1.5);
  rn_palette_set_source (cr, &palette->warning, 1.0);
  for (double at = x - height; at < x + width; at += HATCH_PX)
    {
      cairo_move_to (cr, at, y + height);
      cairo_line_to (cr, at + height, y);
    }
  cairo_stroke (cr);
}

void
rn_block_row_draw_problem (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, double x,
                           double y, double width, double height)
{
  const double ring = MIN (RING_PX, 0.35 * MIN (width, height));

  cairo_save (cr);
  rn_spine_path_box (cr, x, y, width, height, 6.0);
  if (ring > 1.5)
    rn_spine_path_box (cr, x + ring, y + ring, width - 2.0 * ring, height - 2.0 * ring, 4.0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_clip (cr);
  hatch (cr, palette, x, y, width, height);
  cairo_restore (cr);
  rn_spine_path_box (cr, x + 0.5, y + 0.5, width - 1.0, height - 1.0, 6.0);
  rn_palette_set_source (cr, &palette->warning, 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
}
