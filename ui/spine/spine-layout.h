#pragma once

#include <residua/spec.h>

G_BEGIN_DECLS

/* Where everything of the spine goes, apart from drawing: rows for stem, blocks or folded stages, and head; brackets of
 * stages; the overview. Pure numbers, in logical pixels. */

#define RN_SPINE_MAX_ROW_PX 84.0
#define RN_SPINE_MIN_ROW_PX 6.0 /* below, fitting folds stages */
#define RN_SPINE_SEAM_PX 22.0   /* above each stage, less where stages are many */
#define RN_SPINE_MIN_FOLDED_PX 28.0

typedef enum
{
  RN_ROW_STEM,
  RN_ROW_BLOCK,
  RN_ROW_STAGE, /* folded: one heat line per block */
  RN_ROW_HEAD
} RnRowKind;

/* By height: under 6 heat only; 6 to 19 bar; 20 to 43 name, bar, number; 44 and more a card with switch and layers */
typedef enum
{
  RN_DETAIL_HEAT,
  RN_DETAIL_BAR,
  RN_DETAIL_LINE,
  RN_DETAIL_CARD
} RnDetail;

typedef struct
{
  RnRowKind kind;
  RnDetail detail;
  int first_block; /* index; -1 for the stem, that after the last block for the head */
  int n_blocks;    /* 1 for a block, more for a folded stage, 0 for stem and head */
  int stage;       /* -1 for stem and head */
  double y;
  double height;
} RnRow;

typedef struct
{
  int first_block;
  int n_blocks;
  int channels;
  int side;
  gboolean is_folded;
  double y; /* of its seam; the rows begin @seam below */
  double seam;
  double height;
} RnStage;

typedef struct
{
  GArray *rows;   /* of RnRow, from top to bottom, none overlaps */
  GArray *stages; /* of RnStage: runs of blocks with the same output shape */
  double height;  /* of all */
} RnSpineLayout;

/**
 * rn_spine_layout_new:
 * @available: height of the view
 * @zoom: 0 fits: rows as high as @available allows, at most 84; where that is under 6 a block, stages fold. Otherwise the
 *   height of a block's row
 * @folded: (nullable) (element-type int): stages that the person has folded; @unfolded: opened though fitting folds them
 */
RnSpineLayout *rn_spine_layout_new (const RnSpec *spec, double available, double zoom,
                                    const GArray *folded, const GArray *unfolded);
/** Of the overview: every block the same height within @available however little that is, nothing folded. */
RnSpineLayout *rn_spine_layout_new_overview (const RnSpec *spec, double available);
void rn_spine_layout_free (RnSpineLayout *layout);
/** Returns: the index of the row at @y, -1 above and below all; a seam belongs to the row below it */
int rn_spine_layout_find (const RnSpineLayout *layout, double y);
/** Returns: the row that shows block @index; -1 is the stem, the number of blocks is the head */
int rn_spine_layout_row_of (const RnSpineLayout *layout, int index);
/** Where block @index has its heat: within a folded stage its own line; stem and head as in row_of() */
void rn_spine_layout_heat_of (const RnSpineLayout *layout, int index, double *y, double *height);
/** Returns: the block at @y, the nearest one where @y is in a seam, above or below; -1 where there is none at all */
int rn_spine_layout_block_at (const RnSpineLayout *layout, double y);
/** The place in @to that shows what is at @y in @from: two layouts of one network. */
double rn_spine_layout_map (const RnSpineLayout *from, double y, const RnSpineLayout *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSpineLayout, rn_spine_layout_free)

G_END_DECLS
