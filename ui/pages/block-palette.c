#include "pages/block-palette.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "spine/spine-draw.h"
#include "spine/spine-edit.h"

#define GLYPH_WIDTH_PX 46
#define GLYPH_HEIGHT_PX 34
#define N_STAGE_BLOCKS 3

typedef struct
{
  const char *title;
  const char *help; /* of the tooltip */
  RnBlockKind kind;
  gboolean is_stage;
} Entry;

static const Entry entries[] = {
  { N_ ("Basic"), N_ ("Basic block: two 3×3 layers and a shortcut"), RN_BLOCK_BASIC, FALSE },
  { N_ ("Bottleneck"), N_ ("Bottleneck block: 1×1, 3×3, 1×1 and a shortcut"), RN_BLOCK_BOTTLENECK,
    FALSE },
  { N_ ("Plain"), N_ ("Plain block: two 3×3 layers without a shortcut"), RN_BLOCK_PLAIN_BASIC,
    FALSE },
  { N_ ("Plain bottleneck"), N_ ("Plain bottleneck block: 1×1, 3×3, 1×1 without a shortcut"),
    RN_BLOCK_PLAIN_BOTTLENECK, FALSE },
  { N_ ("Whole stage"),
    N_ ("Whole stage: as many blocks as the stage before, half the side and twice the channels"),
    RN_BLOCK_BASIC, TRUE },
};

#define N_ENTRIES G_N_ELEMENTS (entries)

struct _RnBlockPalette
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *buttons[N_ENTRIES];
  RnCargo *cargoes[N_ENTRIES];
};

G_DEFINE_FINAL_TYPE (RnBlockPalette, rn_block_palette, GTK_TYPE_WIDGET)

GtkWidget *
rn_block_palette_get_button (RnBlockPalette *self, int at)
{
  g_return_val_if_fail (at >= 0 && (gsize) at < N_ENTRIES, NULL);
  return self->buttons[at];
}

/* Glyphs: as the spine draws blocks */

static void
draw_boxes (cairo_t *cr, const RnPalette *palette, double x, double y, double width, int n,
            double height)
{
  const GdkRGBA line = rn_spine_line_colour (palette);
  const double pitch = height / n;

  for (int i = 0; i < n; i++)
    rn_spine_draw_box (cr, palette, x, round (y + i * pitch), width, floor (pitch) - 1.0, &line,
                       1.0, FALSE);
}

static void
draw_residual (cairo_t *cr, const RnPalette *palette, double x, double y, double height,
               int n_layers)
{
  const GdkRGBA line = rn_spine_line_colour (palette);
  const double radius = n_layers > 0 ? 4.5 : 3.0;
  const RnSpineBranch branch = { .trunk_x = x,
                                 .box_x = x + 14.0,
                                 .from_y = y,
                                 .in_y = y + 0.25 * height,
                                 .out_y = y + 0.6 * height,
                                 .join_y = y + height - radius - 0.5,
                                 .radius = radius };

  rn_spine_draw_trunk (cr, &line, x, y, y + height, FALSE);
  rn_spine_draw_branch (cr, &branch, &line, 1.5, FALSE);
  rn_spine_draw_join (cr, palette, x, branch.join_y, radius);
  draw_boxes (cr, palette, x + 14.0, y + 2.0, 18.0, MAX (n_layers, 1), 0.72 * height);
}

static void
draw_plain (cairo_t *cr, const RnPalette *palette, double x, double height, int n_layers)
{
  const GdkRGBA line = rn_spine_line_colour (palette);

  rn_spine_draw_trunk (cr, &line, x, 0.0, height, FALSE);
  draw_boxes (cr, palette, floor (x) - 8.5, 4.0, 18.0, n_layers, height - 7.0);
}

static void
draw_glyph (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const Entry *entry = data;
  const int n_layers = rn_block_kind_is_bottleneck (entry->kind) ? 3 : 2;
  RnPalette palette;

  rn_palette_get (GTK_WIDGET (area), &palette);
  if (entry->is_stage)
    for (int i = 0; i < N_STAGE_BLOCKS; i++)
      draw_residual (cr, &palette, 8.0, (double) i * height / N_STAGE_BLOCKS,
                     (double) height / N_STAGE_BLOCKS, 0);
  else if (rn_block_kind_is_plain (entry->kind))
    draw_plain (cr, &palette, 0.5 * width, height, n_layers);
  else
    draw_residual (cr, &palette, 8.0, 0.0, height, n_layers);
}

/* Buttons */

static int
find (RnBlockPalette *self, GtkWidget *button)
{
  int at = 0;

  while (self->buttons[at] != button)
    at++;
  return at;
}

static void
clicked (GtkWidget *button, RnBlockPalette *self)
{
  rn_edit_insert (self->session, self->cargoes[find (self, button)],
                  rn_edit_find_place (self->session));
}

static GdkContentProvider *
prepare (GtkDragSource *source, double x, double y, RnBlockPalette *self)
{
  GtkWidget *button = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));

  return rn_cargo_get_provider (self->cargoes[find (self, button)]);
}

static void
drag_begun (GtkDragSource *source, GdkDrag *drag, RnBlockPalette *self)
{
  GtkWidget *button = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));

  rn_cargo_show (self->cargoes[find (self, button)], drag);
}

static void
add_drag (RnBlockPalette *self, GtkWidget *button)
{
  GtkDragSource *source = gtk_drag_source_new ();

  /* before the button takes the press for itself */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (source), GTK_PHASE_CAPTURE);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (prepare), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begun), self);
  gtk_widget_add_controller (button, GTK_EVENT_CONTROLLER (source));
}

static GtkWidget *
button_new (RnBlockPalette *self, const Entry *entry)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *glyph = gtk_drawing_area_new ();
  GtkWidget *label = gtk_label_new (_ (entry->title));

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (glyph), GLYPH_WIDTH_PX);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (glyph), GLYPH_HEIGHT_PX);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (glyph), draw_glyph, (gpointer) entry, NULL);
  gtk_widget_set_halign (glyph, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), glyph);
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "rn-palette-entry");
  gtk_widget_set_tooltip_text (button, _ (entry->help));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (entry->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ (entry->help), -1);
  g_signal_connect (button, "clicked", G_CALLBACK (clicked), self);
  add_drag (self, button);
  return button;
}

static void
document_changed (RnBlockPalette *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self), rn_edit_is_possible (self->session));
}

static void
rn_block_palette_dispose (GObject *object)
{
  RnBlockPalette *self = RN_BLOCK_PALETTE (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  for (gsize i = 0; i < N_ENTRIES; i++)
    g_clear_pointer (&self->cargoes[i], rn_cargo_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_block_palette_parent_class)->dispose (object);
}

static void
rn_block_palette_class_init (RnBlockPaletteClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_block_palette_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
rn_block_palette_init (RnBlockPalette *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Blocks to build with"), -1);
  for (gsize i = 0; i < N_ENTRIES; i++)
    {
      self->cargoes[i] =
          entries[i].is_stage ? rn_cargo_new_stage () : rn_cargo_new_block (entries[i].kind);
      self->buttons[i] = button_new (self, &entries[i]);
      gtk_widget_set_parent (self->buttons[i], GTK_WIDGET (self));
    }
}

GtkWidget *
rn_block_palette_new (RnSession *session)
{
  RnBlockPalette *self = g_object_new (RN_TYPE_BLOCK_PALETTE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "document", G_CALLBACK (document_changed), self,
                           G_CONNECT_SWAPPED);
  document_changed (self);
  return GTK_WIDGET (self);
}
