#include "pages/block-view.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"
#include "charts/figure.h"
#include "charts/overlay.h"
#include "pages/maps.h"
#include "state/format.h"

#define N_SHOWN 3 /* maps of each term */
#define GAP 6     /* between them, logical pixels */
#define MAX_CELL 96
#define SIGN 30 /* of the plus and the equals sign in print */
#define HEAD 48 /* above the maps in print */

/* What a task works out; then it is what is shown. */
typedef struct
{
  RnTensor *maps[RN_N_TERMS];
  RnBlockViewFlags flags;
  double rms[RN_N_TERMS];
  int channels[N_SHOWN]; /* the sum's strongest: the same in each term */
  int n_channels;
  double limit; /* the largest size among what is shown: one scale for all */
} Sum;

typedef struct
{
  GtkWidget *box;
  GtkWidget *name;
  GtkWidget *rms;
  GtkWidget *canvas;
  GtkWidget *channels;
} Term;

struct _RnBlockView
{
  GtkWidget parent_instance;

  GtkWidget *row;
  GtkWidget *plus;
  GtkWidget *equals;
  Term terms[RN_N_TERMS];
  Sum *sum;  /* shown */
  Sum *next; /* waits for the task under way */
  GCancellable *task;
};

G_DEFINE_FINAL_TYPE (RnBlockView, rn_block_view, GTK_TYPE_WIDGET)

static void
sum_free (gpointer data)
{
  Sum *sum = data;

  for (int i = 0; i < RN_N_TERMS; i++)
    g_clear_pointer (&sum->maps[i], rn_tensor_unref);
  g_free (sum);
}

static void
work_out (Sum *sum)
{
  sum->n_channels = rn_maps_strongest (sum->maps[RN_TERM_SUM], sum->channels, N_SHOWN);
  for (int i = 0; i < RN_N_TERMS; i++)
    {
      if (sum->maps[i] == NULL)
        continue;
      sum->rms[i] = rn_maps_rms (sum->maps[i]);
      for (int c = 0; c < sum->n_channels; c++)
        {
          float min, max;

          rn_maps_range (sum->maps[i], sum->channels[c], &min, &max);
          sum->limit = MAX (sum->limit, MAX (fabs ((double) min), fabs ((double) max)));
        }
    }
}

/* Drawing */

static void
draw_maps (RnBlockView *self, cairo_t *cr, const RnPalette *palette, int term, int width,
           int height)
{
  RnTensor *maps = self->sum != NULL ? self->sum->maps[term] : NULL;
  const double room = MIN ((width - (N_SHOWN - 1) * GAP) / (double) N_SHOWN, MAX_CELL);
  double zoom;

  if (maps == NULL || room < 1.0)
    return;
  zoom = MIN (room / maps->dims[2], (double) height / maps->dims[1]);
  if (zoom > 1.0)
    zoom = floor (zoom);
  for (int i = 0; i < self->sum->n_channels; i++)
    {
      cairo_surface_t *surface =
          rn_maps_surface (maps, self->sum->channels[i], self->sum->limit, TRUE, palette);

      cairo_save (cr);
      cairo_translate (cr, i * (floor (zoom * maps->dims[2]) + GAP), 0);
      cairo_scale (cr, zoom, zoom);
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
      cairo_surface_destroy (surface);
    }
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  RnBlockView *self = data;
  RnPalette palette;

  rn_palette_get (GTK_WIDGET (self), &palette);
  draw_maps (self, cr, &palette, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (area), "term")),
             width, height);
}

/* Texts */

static char *
say_channels (const Sum *sum)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (int i = 0; i < sum->n_channels; i++)
    g_string_append_printf (list, "%s%d", i > 0 ? ", " : "", sum->channels[i]);
  /* Translators: %s is a list of numbers, "3, 17, 28" */
  return g_strdup_printf (_ ("channels %s (strongest)"), list->str);
}

static const char *
name_of (const Sum *sum, int term)
{
  const gboolean is_projection = (sum->flags & RN_BLOCK_VIEW_PROJECTION) != 0;
  const gboolean is_off = (sum->flags & RN_BLOCK_VIEW_OFF) != 0;

  if (sum->maps[RN_TERM_BRANCH] == NULL)
    return _ ("Output");
  if (term == RN_TERM_BRANCH)
    return is_off ? _ ("F(x), switched off") : "F(x)";
  if (term == RN_TERM_SHORTCUT || is_off)
    return is_projection ? "s(x)" : "x";
  return is_projection ? "s(x) + F(x)" : "x + F(x)";
}

static void
clear_term (Term *term)
{
  gtk_label_set_text (GTK_LABEL (term->name), "");
  gtk_label_set_text (GTK_LABEL (term->rms), "");
  gtk_label_set_text (GTK_LABEL (term->channels), "");
  gtk_widget_queue_draw (term->canvas);
}

static void
show (RnBlockView *self)
{
  const Sum *sum = self->sum;
  const gboolean is_plain = sum == NULL || sum->maps[RN_TERM_BRANCH] == NULL;
  g_autofree char *channels = sum != NULL ? say_channels (sum) : g_strdup ("");

  /* without anything to show the boxes stay, empty: the card keeps its height */
  gtk_widget_set_visible (self->plus, !is_plain);
  gtk_widget_set_visible (self->equals, !is_plain);
  for (int i = 0; i < RN_N_TERMS; i++)
    {
      Term *term = &self->terms[i];
      g_autofree char *rms = NULL, *text = NULL;

      gtk_widget_set_visible (term->box, sum == NULL || sum->maps[i] != NULL);
      if (sum == NULL)
        clear_term (term);
      if (sum == NULL || sum->maps[i] == NULL)
        continue;
      gtk_widget_set_opacity (term->canvas,
                              i == RN_TERM_BRANCH && (sum->flags & RN_BLOCK_VIEW_OFF) != 0 ? 0.4
                                                                                           : 1.0);
      rms = rn_format_number (sum->rms[i]);
      /* Translators: root mean square */
      text = g_strdup_printf (_ ("RMS %s"), rms);
      gtk_label_set_text (GTK_LABEL (term->name), name_of (sum, i));
      gtk_label_set_text (GTK_LABEL (term->rms), text);
      gtk_label_set_text (GTK_LABEL (term->channels), channels);
      gtk_widget_set_tooltip_text (term->channels, channels);
      gtk_accessible_update_property (GTK_ACCESSIBLE (term->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      name_of (sum, i), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                      -1);
      gtk_widget_queue_draw (term->canvas);
    }
}

/* As a figure */

static void
draw_term (RnBlockView *self, cairo_t *cr, const RnPalette *palette, int term, int width,
           int height)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autofree char *channels = say_channels (self->sum);

  rn_text_draw (cr, widget, RN_TEXT_BODY, name_of (self->sum, term), 0, HEAD / 4.0, 0.0,
                &palette->text);
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, rn_block_view_get_rms_text (self, term), width,
                HEAD / 4.0, 1.0, &palette->dim);
  rn_text_draw (cr, widget, RN_TEXT_CAPTION, channels, 0, HEAD * 0.65, 0.0, &palette->dim);
  cairo_translate (cr, 0, HEAD);
  draw_maps (self, cr, palette, term, width, height - HEAD);
}

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnBlockView *self = RN_BLOCK_VIEW (widget);
  const gboolean is_plain = self->sum != NULL && self->sum->maps[RN_TERM_BRANCH] == NULL;
  const int room = is_plain ? width : (width - (RN_N_TERMS - 1) * SIGN) / RN_N_TERMS;
  RnPalette palette;

  if (self->sum == NULL)
    return;
  rn_palette_get_for_print (&palette);
  for (int i = is_plain ? RN_TERM_SUM : 0; i < RN_N_TERMS; i++)
    {
      const double x = is_plain ? 0.0 : i * (room + SIGN);

      if (i > 0 && !is_plain)
        rn_text_draw (cr, widget, RN_TEXT_TITLE, i == RN_TERM_BRANCH ? "+" : "=", x - SIGN / 2.0,
                      height / 2.0, 0.5, &palette.dim);
      cairo_save (cr);
      cairo_translate (cr, x, 0);
      draw_term (self, cr, &palette, i, room, height);
      cairo_restore (cr);
    }
}

/* Returns: (transfer full) (nullable) (type Sum): of the same tensors, which nobody writes to any more */
static gpointer
copy_numbers (GtkWidget *widget)
{
  const Sum *sum = RN_BLOCK_VIEW (widget)->sum;
  Sum *copy = sum != NULL ? g_memdup2 (sum, sizeof *sum) : NULL;

  for (int i = 0; copy != NULL && i < RN_N_TERMS; i++)
    if (copy->maps[i] != NULL)
      rn_tensor_ref (copy->maps[i]);
  return copy;
}

/* All channels, not the shown ones alone; of a plain block the output only */
static char *
format_csv (gconstpointer numbers)
{
  static const char *const names[RN_N_TERMS] = { ",shortcut", ",branch", ",sum" };
  const Sum *sum = numbers;
  const RnTensor *shape = sum != NULL ? sum->maps[RN_TERM_SUM] : NULL;
  GString *text = g_string_new ("channel,row,column");

  for (int i = 0; i < RN_N_TERMS; i++)
    if (sum != NULL && sum->maps[i] != NULL)
      g_string_append (text, sum->maps[RN_TERM_BRANCH] != NULL ? names[i] : ",output");
  g_string_append_c (text, '\n');
  for (int c = 0; shape != NULL && c < shape->dims[3]; c++)
    for (int at = 0; at < shape->dims[1] * shape->dims[2]; at++)
      {
        g_string_append_printf (text, "%d,%d,%d", c, at / shape->dims[2], at % shape->dims[2]);
        for (int i = 0; i < RN_N_TERMS; i++)
          if (sum->maps[i] != NULL)
            {
              g_string_append_c (text, ',');
              rn_figure_append_number (text,
                                       (double) sum->maps[i]
                                           ->data[(gsize) at * (gsize) shape->dims[3] + (gsize) c]);
            }
        g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}

static const RnFigure figure = { "block", draw_for_print, copy_numbers, format_csv, sum_free };

static void
rn_block_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnPalette palette;

  GTK_WIDGET_CLASS (rn_block_view_parent_class)->snapshot (widget, snapshot);
  rn_palette_get (widget, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

/* The task: one at a time, the newest of what waits comes next */

static void start (RnBlockView *self);

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  work_out (data);
  g_task_return_boolean (task, TRUE);
}

static void
worked (GObject *source, GAsyncResult *result, gpointer data)
{
  RnBlockView *self = RN_BLOCK_VIEW (source);
  Sum *sum = g_object_steal_data (G_OBJECT (result), "sum");

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    {
      sum_free (sum);
      return; /* nothing is to be shown any more */
    }
  g_clear_object (&self->task);
  g_clear_pointer (&self->sum, sum_free);
  self->sum = sum;
  show (self);
  if (self->next != NULL)
    start (self);
}

static void
start (RnBlockView *self)
{
  g_autoptr (GTask) task = NULL;
  Sum *sum = g_steal_pointer (&self->next);

  self->task = g_cancellable_new ();
  task = g_task_new (self, self->task, worked, NULL);
  g_object_set_data (G_OBJECT (task), "sum", sum);
  g_task_set_task_data (task, sum, NULL);
  g_task_run_in_thread (task, work_thread);
}

static void
stop (RnBlockView *self)
{
  if (self->task != NULL)
    g_cancellable_cancel (self->task);
  g_clear_object (&self->task);
  g_clear_pointer (&self->next, sum_free);
}

void
rn_block_view_set (RnBlockView *self, RnTensor *shortcut, RnTensor *branch, RnTensor *sum,
                   RnBlockViewFlags flags)
{
  g_return_if_fail (RN_IS_BLOCK_VIEW (self));

  if (sum == NULL)
    {
      stop (self);
      g_clear_pointer (&self->sum, sum_free);
      show (self);
      return;
    }
  g_clear_pointer (&self->next, sum_free);
  self->next = g_new0 (Sum, 1);
  self->next->maps[RN_TERM_SHORTCUT] = shortcut != NULL ? rn_tensor_ref (shortcut) : NULL;
  self->next->maps[RN_TERM_BRANCH] = branch != NULL ? rn_tensor_ref (branch) : NULL;
  self->next->maps[RN_TERM_SUM] = rn_tensor_ref (sum);
  self->next->flags = flags;
  if (self->task == NULL)
    start (self);
}

RnTensor *
rn_block_view_get_maps (RnBlockView *self, RnTerm term)
{
  return self->sum != NULL ? self->sum->maps[term] : NULL;
}

const char *
rn_block_view_get_rms_text (RnBlockView *self, RnTerm term)
{
  return gtk_label_get_text (GTK_LABEL (self->terms[term].rms));
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
make_term (RnBlockView *self, int at)
{
  Term *term = &self->terms[at];
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  term->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  term->name = make_label ("heading");
  term->rms = make_label ("dim-label");
  term->channels = make_label ("caption");
  gtk_widget_add_css_class (term->channels, "dim-label");
  gtk_label_set_ellipsize (GTK_LABEL (term->channels), PANGO_ELLIPSIZE_END);
  term->canvas = gtk_drawing_area_new ();
  g_object_set_data (G_OBJECT (term->canvas), "term", GINT_TO_POINTER (at));
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (term->canvas), draw, self, NULL);
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (term->canvas), N_SHOWN * 48 + 2 * GAP);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (term->canvas), MAX_CELL);
  gtk_widget_set_hexpand (term->canvas, TRUE);
  gtk_box_append (GTK_BOX (head), term->name);
  gtk_box_append (GTK_BOX (head), term->rms);
  gtk_box_append (GTK_BOX (term->box), head);
  gtk_box_append (GTK_BOX (term->box), term->channels);
  gtk_box_append (GTK_BOX (term->box), term->canvas);
}

static GtkWidget *
make_sign (const char *text)
{
  GtkWidget *sign = gtk_label_new (text);

  gtk_widget_add_css_class (sign, "title-2");
  gtk_widget_add_css_class (sign, "dim-label");
  gtk_widget_set_valign (sign, GTK_ALIGN_CENTER);
  return sign;
}

static void
rn_block_view_init (RnBlockView *self)
{
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  self->plus = make_sign ("+");
  self->equals = make_sign ("=");
  for (int i = 0; i < RN_N_TERMS; i++)
    {
      make_term (self, i);
      if (i > 0)
        gtk_box_append (GTK_BOX (self->row), i == RN_TERM_BRANCH ? self->plus : self->equals);
      gtk_box_append (GTK_BOX (self->row), self->terms[i].box);
    }
  gtk_widget_set_parent (self->row, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The block as a sum"), -1);
  rn_figure_attach (GTK_WIDGET (self), &figure);
  show (self);
}

static void
rn_block_view_dispose (GObject *object)
{
  RnBlockView *self = RN_BLOCK_VIEW (object);

  stop (self);
  rn_figure_detach (GTK_WIDGET (self));
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_pointer (&self->sum, sum_free);
  G_OBJECT_CLASS (rn_block_view_parent_class)->dispose (object);
}

static void
rn_block_view_class_init (RnBlockViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_block_view_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  widget_class->snapshot = rn_block_view_snapshot;
  rn_figure_install (widget_class);
}

GtkWidget *
rn_block_view_new (void)
{
  return g_object_new (RN_TYPE_BLOCK_VIEW, NULL);
}
