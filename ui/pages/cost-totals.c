#include "pages/cost-totals.h"

#include <glib/gi18n-lib.h>

#include "state/format.h"

typedef enum
{
  TOTAL_PARAMETERS,
  TOTAL_MACS,
  TOTAL_FIELD,
  TOTAL_TRAIN,
  TOTAL_RUN,
  N_TOTALS
} Total;

#define N_BESIDE 3

struct _RnCostTotals
{
  GtkWidget parent_instance;

  GtkWidget *grid;
  int n; /* numbers in it */
  GtkWidget *numbers[N_TOTALS];
  GtkWidget *names[N_TOTALS];
};

G_DEFINE_FINAL_TYPE (RnCostTotals, rn_cost_totals, GTK_TYPE_WIDGET)

static void
set_number (RnCostTotals *self, Total total, char *text)
{
  gtk_label_set_text (GTK_LABEL (self->numbers[total]), text);
  g_free (text);
}

static void
set_name (RnCostTotals *self, Total total, char *text)
{
  gtk_label_set_text (GTK_LABEL (self->names[total]), text);
  g_free (text);
}

void
rn_cost_totals_set (RnCostTotals *self, const RnCost *total, int batch)
{
  g_return_if_fail (RN_IS_COST_TOTALS (self));

  set_number (self, TOTAL_PARAMETERS, rn_format_count (total->parameters));
  set_number (self, TOTAL_MACS, rn_format_amount (total->macs));
  set_number (self, TOTAL_FIELD,
              g_strdup_printf (_ ("%lld px"), (long long) total->receptive_field));
  set_number (self, TOTAL_TRAIN, rn_format_bytes (total->train_bytes));
  set_number (self, TOTAL_RUN, rn_format_bytes (total->run_bytes));
  set_name (self, TOTAL_TRAIN, g_strdup_printf (_ ("to train, batch %d"), batch));
  set_name (self, TOTAL_RUN, g_strdup_printf (_ ("to run, batch %d"), batch));
}

void
rn_cost_totals_add (RnCostTotals *self, GtkWidget *widget)
{
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_grid_attach (GTK_GRID (self->grid), widget, self->n % N_BESIDE, self->n / N_BESIDE, 1, 1);
  self->n++;
}

static GtkWidget *
make_total (RnCostTotals *self, Total total, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->numbers[total] = gtk_label_new ("–");
  self->names[total] = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (self->numbers[total]), 0);
  gtk_label_set_xalign (GTK_LABEL (self->names[total]), 0);
  gtk_widget_add_css_class (self->numbers[total], "title-4");
  gtk_widget_add_css_class (self->numbers[total], "numeric");
  gtk_widget_add_css_class (self->names[total], "caption");
  gtk_widget_add_css_class (self->names[total], "dim-label");
  gtk_box_append (GTK_BOX (box), self->numbers[total]);
  gtk_box_append (GTK_BOX (box), self->names[total]);
  return box;
}

static void
rn_cost_totals_dispose (GObject *object)
{
  g_clear_pointer (&RN_COST_TOTALS (object)->grid, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_cost_totals_parent_class)->dispose (object);
}

static void
rn_cost_totals_init (RnCostTotals *self)
{
  const char *const names[N_TOTALS] = { _ ("parameters"), _ ("multiply-adds"),
                                        _ ("receptive field"), _ ("to train"), _ ("to run") };

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  for (Total i = 0; i < N_TOTALS; i++)
    rn_cost_totals_add (self, make_total (self, i, names[i]));
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
}

static void
rn_cost_totals_class_init (RnCostTotalsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_cost_totals_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_cost_totals_new (void)
{
  return g_object_new (RN_TYPE_COST_TOTALS, NULL);
}
