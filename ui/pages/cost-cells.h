#pragma once

#include <gtk/gtk.h>

#include "pages/cost-columns.h"

G_BEGIN_DECLS

/* A row of the cost table, or its titles: all cells are one widget. A list keeps two hundred rows, whatever it shows; made of
 * a label for each cell, a jump from one end of a network of 600 blocks to the other took the time of three frames. */

/* What a row says */
typedef struct
{
  char *texts[RN_N_COST_COLUMNS];
  double shares[RN_N_COST_COLUMNS]; /* of the column's largest, 0 to 1; of columns that have bars */
  char *sentence;                   /* for assistive technology: the row's label */
} RnCostLine;

/** Frees what @line owns, not itself. */
void rn_cost_line_clear (RnCostLine *line);

#define RN_TYPE_COST_CELLS (rn_cost_cells_get_type ())
G_DECLARE_FINAL_TYPE (RnCostCells, rn_cost_cells, RN, COST_CELLS, GtkWidget)

/** The titles until there is a line. @columns may be NULL until rn_cost_cells_set_columns(). */
GtkWidget *rn_cost_cells_new (RnCostColumns *columns);
/** @columns: (nullable): outlive the cells, or are taken from them */
void rn_cost_cells_set_columns (RnCostCells *self, RnCostColumns *columns);
/** @line: lives until the next call */
void rn_cost_cells_set_line (RnCostCells *self, const RnCostLine *line);
/** The columns stand elsewhere. */
void rn_cost_cells_place (RnCostCells *self);
/** Returns: whether the name is shown with an ellipsis */
gboolean rn_cost_cells_is_shortened (RnCostCells *self);

G_END_DECLS
