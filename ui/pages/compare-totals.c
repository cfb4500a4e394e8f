#include "pages/compare-totals.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

typedef enum
{
  TOTAL_BLOCKS,
  TOTAL_PARAMETERS,
  TOTAL_MACS,
  TOTAL_FIELD,
  TOTAL_TRAIN,
  TOTAL_RUN,
  TOTAL_EPOCH,
  N_TOTALS
} Total;

/* What stands in a row: one network's, the other's, the difference */
#define N_CELLS 3

struct _RnCompareTotals
{
  GtkWidget parent_instance;

  RnEpochMeter *meter;
  GtkWidget *grid;
  GtkWidget *heads[2]; /* the networks' names */
  GtkWidget *totals[N_TOTALS][N_CELLS];
};

G_DEFINE_FINAL_TYPE (RnCompareTotals, rn_compare_totals, GTK_TYPE_WIDGET)

/* Words */

char *
rn_format_change (gint64 from, gint64 to, char *(*format) (gint64))
{
  g_autofree char *text = NULL;

  if (from == to)
    return g_strdup ("=");
  text = format (to > from ? to - from : from - to);
  return g_strdup_printf (to > from ? "+%s" : "−%s", text);
}

static char *
format_size (gint64 bytes)
{
  return rn_format_bytes ((gsize) bytes);
}

static char *
format_pixels (gint64 side)
{
  return g_strdup_printf (_ ("%lld px"), (long long) side);
}

/* "+3 s", "−1:10 h", "=" where both are told by the same words; "–" where one is not known */
static char *
format_longer (double from, double to)
{
  g_autofree char *a = rn_format_epoch (from), *b = rn_format_epoch (to);
  g_autofree char *change = rn_format_epoch (fabs (to - from));

  if (isnan (from) || isnan (to))
    return g_strdup ("–");
  if (g_str_equal (a, b))
    return g_strdup ("=");
  return g_strdup_printf (to > from ? "+%s" : "−%s", change);
}

/* Showing */

static void
set_row (RnCompareTotals *self, Total total, const char *const texts[N_CELLS], gboolean differs)
{
  for (int i = 0; i < N_CELLS; i++)
    {
      GtkWidget *label = self->totals[total][i];

      gtk_label_set_text (GTK_LABEL (label), texts[i]);
      if (differs)
        gtk_widget_add_css_class (label, "heading");
      else
        gtk_widget_remove_css_class (label, "heading");
    }
}

static void
set_total (RnCompareTotals *self, Total total, gint64 a, gint64 b, char *(*format) (gint64))
{
  g_autofree char *left = format (a), *right = format (b),
                  *change = rn_format_change (a, b, format);
  const char *const texts[N_CELLS] = { left, right, change };

  set_row (self, total, texts, a != b);
}

static void
show_epochs (RnCompareTotals *self)
{
  const double a = rn_epoch_meter_get_seconds (self->meter, 0);
  const double b = rn_epoch_meter_get_seconds (self->meter, 1);
  const gboolean is_measuring = rn_epoch_meter_is_measuring (self->meter);
  g_autofree char *left = rn_format_epoch (a), *right = rn_format_epoch (b);
  g_autofree char *change = format_longer (a, b);
  const char *const texts[N_CELLS] = { isnan (a) && is_measuring ? "…" : left,
                                       isnan (b) && is_measuring ? "…" : right, change };

  set_row (self, TOTAL_EPOCH, texts, !g_str_equal (change, "=") && !g_str_equal (change, "–"));
}

static void
show_names (RnCompareTotals *self, const RnSpecDiff *diff)
{
  for (int side = 0; side < 2; side++)
    {
      g_autofree char *title = rn_format_spec_title (diff->specs[side]);

      gtk_label_set_text (GTK_LABEL (self->heads[side]), title);
      gtk_widget_set_tooltip_text (self->heads[side], title);
    }
}

void
rn_compare_totals_set (RnCompareTotals *self, const RnSpecDiff *diff)
{
  const RnCost *a = &diff->totals[0], *b = &diff->totals[1];

  g_return_if_fail (RN_IS_COMPARE_TOTALS (self));

  show_names (self, diff);
  set_total (self, TOTAL_BLOCKS, rn_spec_n_blocks (diff->specs[0]),
             rn_spec_n_blocks (diff->specs[1]), rn_format_count);
  set_total (self, TOTAL_PARAMETERS, a->parameters, b->parameters, rn_format_amount);
  set_total (self, TOTAL_MACS, a->macs, b->macs, rn_format_amount);
  set_total (self, TOTAL_FIELD, a->receptive_field, b->receptive_field, format_pixels);
  set_total (self, TOTAL_TRAIN, (gint64) a->train_bytes, (gint64) b->train_bytes, format_size);
  set_total (self, TOTAL_RUN, (gint64) a->run_bytes, (gint64) b->run_bytes, format_size);
  rn_epoch_meter_set_specs (self->meter, (const RnSpec *const *) diff->specs, 2);
}

RnEpochMeter *
rn_compare_totals_get_meter (RnCompareTotals *self)
{
  return self->meter;
}

/* Making it */

static GtkWidget *
make_label (const char *text, float xalign, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_heads (RnCompareTotals *self)
{
  for (int side = 0; side < 2; side++)
    {
      self->heads[side] = make_label (NULL, 1, "dim-label");
      gtk_label_set_ellipsize (GTK_LABEL (self->heads[side]), PANGO_ELLIPSIZE_END);
      gtk_widget_set_hexpand (self->heads[side], TRUE);
      gtk_grid_attach (GTK_GRID (self->grid), self->heads[side], 1 + side, 0, 1, 1);
    }
  gtk_grid_attach (GTK_GRID (self->grid), make_label (_ ("difference"), 1, "dim-label"), N_CELLS, 0,
                   1, 1);
}

/* A row's name; that of the epoch has the button that measures beside it. */
static GtkWidget *
make_name (RnCompareTotals *self, Total total, const char *name)
{
  GtkWidget *label = make_label (name, 0, "dim-label"), *line;

  if (total != TOTAL_EPOCH)
    return label;
  line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), rn_epoch_meter_new_button (self->meter));
  return line;
}

static void
fill (RnCompareTotals *self)
{
  const char *const names[N_TOTALS] = { _ ("Blocks"),          _ ("Parameters"),
                                        _ ("Multiply-adds"),   _ ("Receptive field"),
                                        _ ("Memory to train"), _ ("Memory to run"),
                                        _ ("An epoch") };

  add_heads (self);
  for (Total row = 0; row < N_TOTALS; row++)
    {
      gtk_grid_attach (GTK_GRID (self->grid), make_name (self, row, names[row]), 0, (int) row + 1,
                       1, 1);
      for (int i = 0; i < N_CELLS; i++)
        {
          self->totals[row][i] = make_label ("–", 1, "numeric");
          gtk_grid_attach (GTK_GRID (self->grid), self->totals[row][i], 1 + i, (int) row + 1, 1, 1);
        }
    }
}

static void
rn_compare_totals_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_compare_totals_parent_class)->map (widget);
  rn_epoch_meter_set_seen (RN_COMPARE_TOTALS (widget)->meter, TRUE);
}

static void
rn_compare_totals_unmap (GtkWidget *widget)
{
  rn_epoch_meter_set_seen (RN_COMPARE_TOTALS (widget)->meter, FALSE);
  GTK_WIDGET_CLASS (rn_compare_totals_parent_class)->unmap (widget);
}

static void
rn_compare_totals_dispose (GObject *object)
{
  RnCompareTotals *self = RN_COMPARE_TOTALS (object);

  g_clear_pointer (&self->grid, gtk_widget_unparent);
  g_clear_object (&self->meter);
  G_OBJECT_CLASS (rn_compare_totals_parent_class)->dispose (object);
}

static void
rn_compare_totals_init (RnCompareTotals *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 3);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
}

static void
rn_compare_totals_class_init (RnCompareTotalsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_compare_totals_dispose;
  widget_class->map = rn_compare_totals_map;
  widget_class->unmap = rn_compare_totals_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_compare_totals_new (RnSession *session)
{
  RnCompareTotals *self = g_object_new (RN_TYPE_COMPARE_TOTALS, NULL);

  self->meter = rn_epoch_meter_new (session);
  fill (self);
  g_signal_connect_object (self->meter, "changed", G_CALLBACK (show_epochs), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
