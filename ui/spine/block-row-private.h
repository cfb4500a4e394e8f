#pragma once

#include "spine/block-row.h"

#include "spine/spine-words.h"

G_BEGIN_DECLS

/* What a row shows, for the file that draws it. */

struct _RnBlockRow
{
  GtkWidget parent_instance;

  const RnSpineView *view;
  RnRow row;
  int at; /* in the layout; -1: bound to nothing */

  /* of a block */
  RnBlockSpec block;
  gboolean is_plain;
  gboolean changes_shape;
  gboolean is_projection;
  gboolean is_on;
  double ratio; /* decides the branch's weight, whatever measure is shown */

  /* selection */
  gboolean is_selected;
  gboolean is_lead;
  double glow;      /* as drawn, 0 to 1 */
  double glow_from; /* when the selection changed last */
  RnPart part;      /* of the lead */
  int part_layer;   /* -1: none */
  int lead_line;    /* of a folded stage: the lead's place in it, -1: not here */

  /* where the block does not fit; block-row-mend.c */
  gboolean has_problem;
  char *sentence;
  GtkWidget *mend; /* (nullable) */

  double *values; /* the shown measure of each block of the row */
  short *places;  /* as drawn, to see whether anything would change */
  int branch_px4; /* the branch's width in quarters of a pixel, as drawn */

  char *label;
  PangoLayout *texts[RN_MAX_LAYERS]; /* shared with other rows */
  int n_texts;
  gboolean is_each_layer; /* texts are one layer each */
  PangoLayout *number;
  gboolean is_struck;
  double name_width; /* of the longest name, so that bars begin alike */
  double number_width;
  double line_height;
  GtkWidget *toggle; /* a child in view in cards only */
};

typedef struct
{
  double x, y, width, height;
} RnRowBox;

/** The box of a card, stem or head, in the row */
RnRowBox rn_block_row_get_box (RnBlockRow *self);
/** Where text @at stands */
void rn_block_row_get_text_place (RnBlockRow *self, int at, double *x, double *y);
void rn_block_row_bind_problem (RnBlockRow *self);
void rn_block_row_allocate_mend (RnBlockRow *self);
/** Returns: how many lines of its sentence a card has room for, each @width pixels: above its button, else beside it */
int rn_block_row_get_sentence_room (RnBlockRow *self, double *width);
/** A hatched outline in the colour of warnings */
void rn_block_row_draw_problem (RnBlockRow *self, cairo_t *cr, const RnPalette *palette, double x,
                                double y, double width, double height);
void rn_block_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
