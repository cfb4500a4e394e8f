#include "layers.h"

#include <string.h>

#include "blas.h"

/* Pieces are tiles of at most ROWS x COLUMNS of the result. */
#define ROWS 32
#define COLUMNS 256

typedef struct
{
  float *y, *dx, *dw, *db;
  const float *x, *w, *b, *dy;
  int n, c, k;
} Linear;

static int
count_tiles (int rows, int columns)
{
  return (rows + ROWS - 1) / ROWS * ((columns + COLUMNS - 1) / COLUMNS);
}

typedef struct
{
  int row, rows, column, columns;
} Tile;

static Tile
find_tile (int piece, int rows, int columns)
{
  int across = (columns + COLUMNS - 1) / COLUMNS;
  Tile tile = { .row = piece / across * ROWS, .column = piece % across * COLUMNS };

  tile.rows = MIN (ROWS, rows - tile.row);
  tile.columns = MIN (COLUMNS, columns - tile.column);
  return tile;
}

/* y [N,K] = b + x w^T */
static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Linear *linear = data;
  Tile tile = find_tile (piece, linear->n, linear->k);
  float *y = linear->y + (gsize) tile.row * (gsize) linear->k + tile.column;

  for (int n = 0; n < tile.rows; n++)
    memcpy (y + (gsize) n * (gsize) linear->k, linear->b + tile.column,
            (gsize) tile.columns * sizeof (float));
  rn_blas_product (y, linear->x + (gsize) tile.row * (gsize) linear->c,
                   linear->w + (gsize) tile.column * (gsize) linear->c, tile.rows, tile.columns,
                   linear->c, linear->k, linear->c, linear->c, FALSE, TRUE, 1.0f);
}

void
rn_linear_forward (RnWorker *worker, float *y, const float *x, const float *w, const float *b,
                   int n, int c, int k)
{
  Linear linear = { .y = y, .x = x, .w = w, .b = b, .n = n, .c = c, .k = k };

  rn_worker_share (worker, count_tiles (n, k), forward_piece, &linear);
}

/* dx [N,C] = dy w */
static void
backward_data_piece (RnWorker *worker, int piece, gpointer data)
{
  const Linear *linear = data;
  Tile tile = find_tile (piece, linear->n, linear->c);

  rn_blas_product (linear->dx + (gsize) tile.row * (gsize) linear->c + tile.column,
                   linear->dy + (gsize) tile.row * (gsize) linear->k, linear->w + tile.column,
                   tile.rows, tile.columns, linear->k, linear->c, linear->k, linear->c, FALSE,
                   FALSE, 0.0f);
}

/* db [K] += sum over n of dy, for one tile's rows of dw */
static void
add_bias (const Linear *linear, int begin, int end)
{
  for (int k = begin; k < end; k++)
    {
      double sum = 0.0;

      for (int n = 0; n < linear->n; n++)
        sum += (double) linear->dy[(gsize) n * (gsize) linear->k + (gsize) k];
      linear->db[k] += (float) sum;
    }
}

/* dw [K,C] += dy^T x */
static void
backward_weights_piece (RnWorker *worker, int piece, gpointer data)
{
  const Linear *linear = data;
  Tile tile = find_tile (piece, linear->k, linear->c);

  rn_blas_product (linear->dw + (gsize) tile.row * (gsize) linear->c + tile.column,
                   linear->dy + tile.row, linear->x + tile.column, tile.rows, tile.columns,
                   linear->n, linear->c, linear->k, linear->c, TRUE, FALSE, 1.0f);
  if (tile.column == 0)
    add_bias (linear, tile.row, tile.row + tile.rows);
}

void
rn_linear_backward (RnWorker *worker, float *dx, float *dw, float *db, const float *dy,
                    const float *x, const float *w, int n, int c, int k)
{
  Linear linear = {
    .dx = dx, .dw = dw, .db = db, .dy = dy, .x = x, .w = w, .n = n, .c = c, .k = k
  };

  if (dx != NULL)
    rn_worker_share (worker, count_tiles (n, c), backward_data_piece, &linear);
  rn_worker_share (worker, count_tiles (k, c), backward_weights_piece, &linear);
}
