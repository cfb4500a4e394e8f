#pragma once

#include <gtk/gtk.h>

#include "spine/row-texts.h"

G_BEGIN_DECLS

/* Where the columns of the cost table stand: the same for its titles and for every row. */

typedef enum
{
  RN_COST_NAME,
  RN_COST_OUTPUT,
  RN_COST_PARAMETERS,
  RN_COST_MACS,
  RN_COST_FIELD,
  RN_COST_MEMORY,
  RN_N_COST_COLUMNS
} RnCostColumn;

/* In pixels from the row's left */
typedef struct
{
  int left[RN_N_COST_COLUMNS];
  int right[RN_N_COST_COLUMNS];
  int bar[RN_N_COST_COLUMNS]; /* length, from @left; 0: none */
} RnCostPlaces;

typedef struct _RnCostColumns RnCostColumns;

/** @widget: in whose font the rows are; @titles: in whose font the titles are. Both outlive the columns. */
RnCostColumns *rn_cost_columns_new (GtkWidget *widget, GtkWidget *titles);
void rn_cost_columns_free (RnCostColumns *self);
/** @texts: the widest of each column; copied. Returns: whether the columns have become wider or narrower */
gboolean rn_cost_columns_set_widest (RnCostColumns *self,
                                     const char *const texts[RN_N_COST_COLUMNS]);
/** The fonts may be others now. */
void rn_cost_columns_clear (RnCostColumns *self);

/** Returns: whether bars of their share stand before the column's numbers */
gboolean rn_cost_column_has_bars (RnCostColumn column);
const char *rn_cost_column_title (RnCostColumn column);
/** @natural: (out): with whole names and short bars. Returns: the narrowest that shows every number */
int rn_cost_columns_get_width (RnCostColumns *self, int *natural);
/** Places them in @width pixels: names take room first, then bars, all three or none, then all columns alike. */
void rn_cost_columns_place (RnCostColumns *self, int width, RnCostPlaces *places);
/** Returns: (transfer none): for the titles or the rows */
RnRowTexts *rn_cost_columns_get_texts (RnCostColumns *self, gboolean is_title);

G_END_DECLS
