#include "pages/cost-columns.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PADDING 2      /* on both sides of a cell */
#define NAME_CHARS 7   /* a longer one may be shortened */
#define NUMBER_CHARS 9 /* so that bars of a column end at the same place whatever the network */
#define FIELD_CHARS 6  /* "501 px": the columns do not move from network to network */
#define MIN_BAR 24
#define GAP 6    /* between bar and number */
#define APART 18 /* of a bar from the column before */

struct _RnCostColumns
{
  RnRowTexts *texts[2]; /* of rows, of titles */
  char *widest[RN_N_COST_COLUMNS];
  int least[RN_N_COST_COLUMNS];
  int name;             /* the whole longest one */
  int number;           /* NUMBER_CHARS of a column with bars */
  gboolean is_measured; /* what is above holds */
};

RnCostColumns *
rn_cost_columns_new (GtkWidget *widget, GtkWidget *titles)
{
  RnCostColumns *self = g_new0 (RnCostColumns, 1);

  self->texts[FALSE] = rn_row_texts_new (widget, 1.0);
  self->texts[TRUE] = rn_row_texts_new (titles, 1.0);
  return self;
}

void
rn_cost_columns_free (RnCostColumns *self)
{
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    g_free (self->widest[c]);
  rn_row_texts_free (self->texts[FALSE]);
  rn_row_texts_free (self->texts[TRUE]);
  g_free (self);
}

void
rn_cost_columns_clear (RnCostColumns *self)
{
  rn_row_texts_clear (self->texts[FALSE]);
  rn_row_texts_clear (self->texts[TRUE]);
  self->is_measured = FALSE;
}

gboolean
rn_cost_column_has_bars (RnCostColumn column)
{
  return column == RN_COST_PARAMETERS || column == RN_COST_MACS || column == RN_COST_MEMORY;
}

const char *
rn_cost_column_title (RnCostColumn column)
{
  const char *const titles[RN_N_COST_COLUMNS] = { _ ("Part"),      _ ("Output"), _ ("Parameters"),
                                                  _ ("Mult-adds"), _ ("Sees"),   _ ("Memory") };

  return titles[column];
}

/* Returns: the width of @n digits */
static int
digits_width (RnCostColumns *self, int n)
{
  return (n * rn_row_texts_get_width (self->texts[FALSE], "0000000000") + 9) / 10;
}

static void
measure (RnCostColumns *self)
{
  if (self->is_measured)
    return;
  self->is_measured = TRUE;
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      const int title = rn_row_texts_get_width (self->texts[TRUE], rn_cost_column_title (c));
      const int text = self->widest[c] != NULL
                           ? rn_row_texts_get_width (self->texts[FALSE], self->widest[c])
                           : 0;

      self->least[c] = MAX (title, text);
      if (c == RN_COST_NAME)
        {
          self->name = self->least[c];
          self->least[c] = MAX (title, MIN (text, digits_width (self, NAME_CHARS)));
        }
      else if (c == RN_COST_FIELD)
        self->least[c] = MAX (self->least[c], digits_width (self, FIELD_CHARS));
      self->least[c] += 2 * PADDING;
    }
  self->name += 2 * PADDING;
  self->number = digits_width (self, NUMBER_CHARS) + 2 * PADDING;
}

gboolean
rn_cost_columns_set_widest (RnCostColumns *self, const char *const texts[RN_N_COST_COLUMNS])
{
  const RnCostColumns was = *self;

  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      if (g_strcmp0 (self->widest[c], texts[c]) == 0)
        continue;
      g_free (self->widest[c]);
      self->widest[c] = g_strdup (texts[c]);
      self->is_measured = FALSE;
    }
  measure (self);
  return self->name != was.name || memcmp (self->least, was.least, sizeof was.least) != 0;
}

/* Returns: what columns with bars take beyond the widest of their numbers, so that all have room for NUMBER_CHARS and
 * a short bar */
static int
room_for_bar (RnCostColumns *self, RnCostColumn column)
{
  if (!rn_cost_column_has_bars (column))
    return 0;
  return MAX (self->number - self->least[column], 0) + APART + MIN_BAR + GAP;
}

int
rn_cost_columns_get_width (RnCostColumns *self, int *natural)
{
  int least = 0;

  measure (self);
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    least += self->least[c];
  *natural = least + self->name - self->least[RN_COST_NAME];
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    *natural += room_for_bar (self, c);
  return least;
}

void
rn_cost_columns_place (RnCostColumns *self, int width, RnCostPlaces *places)
{
  int natural, x = 0, spare = width - rn_cost_columns_get_width (self, &natural);
  const gboolean has_bars = width >= natural;
  const int name = CLAMP (self->name - self->least[RN_COST_NAME], 0, MAX (spare, 0));

  spare = MAX (has_bars ? width - natural : spare - name, 0);
  for (RnCostColumn c = 0; c < RN_N_COST_COLUMNS; c++)
    {
      const int more = (int) ((c + 1) * (guint) spare / RN_N_COST_COLUMNS -
                              c * (guint) spare / RN_N_COST_COLUMNS);
      const int bar = has_bars ? room_for_bar (self, c) : 0;
      const int wide = self->least[c] + (c == RN_COST_NAME ? name : 0) + bar + more;
      const int number = MAX (self->least[c], self->number);

      places->left[c] = x + PADDING + (bar > 0 ? APART : 0);
      places->right[c] = x + wide - PADDING;
      places->bar[c] = bar > 0 ? wide - number - APART - GAP : 0;
      x += wide;
    }
}

RnRowTexts *
rn_cost_columns_get_texts (RnCostColumns *self, gboolean is_title)
{
  return self->texts[is_title];
}
