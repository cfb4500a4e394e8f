#include "kernels-winograd.h"

/* Winograd's F(4x4,3x3): a tile of 4x4 outputs costs 36 products instead of 144 (Lavin and Gray 2015, arXiv 1509.09308,
 * section 4.3; points 0, 1, -1, 2, -2 and infinity). With * for the product of each of the 36 positions:
 *
 *   y  = A' ((G w G') * (B' x B)) A         x: 6x6 inputs, w: 3x3 filter, y: 4x4 outputs
 *   dw = G' ((B' x B) * (A dy A')) G
 *
 * Each transform is two passes of the one-dimensional one below it. Every lane of a vector is a channel of its own.
 */

#define VECTORS (RN_CONV_BLOCK / VECTOR)

/* Where the vector after that at channel @c begins; those channels that fill no vector are done with others once more. */
INLINE int
next_vector (int c, int channels)
{
  const int next = c + VECTOR;

  return next < channels && next + VECTOR > channels ? channels - VECTOR : next;
}

/* o = B' d */
INLINE void
input_points (Vec o[6], const Vec d[6])
{
  const Vec even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
  const Vec even2 = d[4] - d[2], odd2 = 2.0f * (d[3] - d[1]);

  o[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* o = A' m */
INLINE void
output_points (Vec o[4], const Vec m[6])
{
  const Vec sum = m[1] + m[2], difference = m[1] - m[2];
  const Vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];

  o[0] = m[0] + sum + sum2;
  o[1] = difference + 2.0f * difference2;
  o[2] = sum + 4.0f * sum2;
  o[3] = difference + 8.0f * difference2 + m[5];
}

/* o = A d */
INLINE void
gradient_points (Vec o[6], const Vec d[4])
{
  const Vec even = d[0] + d[2], odd = d[1] + d[3];
  const Vec even2 = d[0] + 4.0f * d[2], odd2 = 2.0f * d[1] + 8.0f * d[3];

  o[0] = d[0];
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = d[3];
}

/* o = G g */
INLINE void
filter_points (Vec o[6], const Vec g[3])
{
  const Vec ends = (g[0] + g[2]) * (-1.0f / 6.0f), middle = g[1] * (-1.0f / 6.0f);
  const Vec ends2 = g[0] * (1.0f / 24.0f) + g[2] * (1.0f / 6.0f), middle2 = g[1] * (1.0f / 12.0f);

  o[0] = g[0] * 0.25f;
  o[1] = ends + middle;
  o[2] = ends - middle;
  o[3] = ends2 + middle2;
  o[4] = ends2 - middle2;
  o[5] = g[2];
}

/* o = G' d */
INLINE void
filter_back_points (Vec o[3], const Vec d[6])
{
  const Vec sum = (d[1] + d[2]) * (-1.0f / 6.0f), difference = (d[2] - d[1]) * (1.0f / 6.0f);
  const Vec sum2 = d[3] + d[4], difference2 = (d[3] - d[4]) * (1.0f / 12.0f);

  o[0] = d[0] * 0.25f + sum + sum2 * (1.0f / 24.0f);
  o[1] = difference + difference2;
  o[2] = sum + sum2 * (1.0f / 6.0f) + d[5];
}

/* u [36,..,16] of taps [3,3,16]. Positions may all share a cache set, so each is written whole before the next row of them. */
void
IN_SET (winograd_filters) (float *u, const float *taps, gsize position)
{
  Vec t[VECTORS][3][6]; /* column j of the filter, transformed along its rows */

  for (int v = 0; v < VECTORS; v++)
    for (int j = 0; j < 3; j++)
      {
        Vec g[3];

        for (int i = 0; i < 3; i++)
          g[i] = load (taps + (i * 3 + j) * RN_CONV_BLOCK + v * VECTOR, 0);
        filter_points (t[v][j], g);
      }
  for (int i = 0; i < 6; i++)
    for (int v = 0; v < VECTORS; v++)
      {
        const Vec row[3] = { t[v][0][i], t[v][1][i], t[v][2][i] };
        Vec o[6];

        filter_points (o, row);
        for (int j = 0; j < 6; j++)
          store (u + (gsize) (i * 6 + j) * position + v * VECTOR, o[j], 0);
      }
}

/* taps [3,3,16] of d [36,..,16] */
void
IN_SET (winograd_filters_back) (float *taps, const float *d, gsize position)
{
  for (int lane = 0; lane < RN_CONV_BLOCK; lane += VECTOR)
    {
      Vec t[6][3];

      for (int j = 0; j < 6; j++)
        {
          Vec column[6];

          for (int i = 0; i < 6; i++)
            column[i] = load (d + (gsize) (i * 6 + j) * position + lane, 0);
          filter_back_points (t[j], column);
        }
      for (int i = 0; i < 3; i++)
        {
          const Vec row[6] = { t[0][i], t[1][i], t[2][i], t[3][i], t[4][i], t[5][i] };
          Vec o[3];

          filter_back_points (o, row);
          for (int j = 0; j < 3; j++)
            store (taps + (i * 3 + j) * RN_CONV_BLOCK + lane, o[j], 0);
        }
    }
}

/* One vector of channels of a 6x6 tile, of which columns [first,end) are there. */
INLINE void
input_channels (float *v, const RnWinogradTile *tile, int c, const int first, const int end,
                gsize position)
{
  Vec t[6][6];

  for (int j = 0; j < 6; j++)
    {
      Vec d[6];

      for (int i = 0; i < 6; i++)
        d[i] = j >= first && j < end
                   ? load (tile->rows[i] + (gsize) (tile->column + j) * tile->pixel + c, 0)
                   : splat (0.0f);
      input_points (t[j], d);
    }
  for (int i = 0; i < 6; i++)
    {
      const Vec row[6] = { t[0][i], t[1][i], t[2][i], t[3][i], t[4][i], t[5][i] };
      Vec o[6];

      input_points (o, row);
      for (int j = 0; j < 6; j++)
        store (v + (gsize) (i * 6 + j) * position + c, o[j], 0);
    }
}

void
IN_SET (winograd_input) (float *v, const RnWinogradTile *tile, gsize position)
{
  const int channels = tile->channels;

  if (tile->first == 0 && tile->end == 6)
    for (int c = 0; c < channels; c = next_vector (c, channels))
      input_channels (v, tile, c, 0, 6, position);
  else
    for (int c = 0; c < channels; c = next_vector (c, channels))
      input_channels (v, tile, c, tile->first, tile->end, position);
}

/* One vector of channels of a 4x4 tile of dy, of which columns [0,end) are there. */
INLINE void
gradient_channels (float *z, const RnWinogradTile *tile, int k, const int end, gsize position)
{
  Vec t[4][6];

  for (int j = 0; j < 4; j++)
    {
      Vec d[4];

      for (int i = 0; i < 4; i++)
        d[i] = j < end ? load (tile->rows[i] + (gsize) (tile->column + j) * tile->pixel + k, 0)
                       : splat (0.0f);
      gradient_points (t[j], d);
    }
  for (int i = 0; i < 6; i++)
    {
      const Vec row[4] = { t[0][i], t[1][i], t[2][i], t[3][i] };
      Vec o[6];

      gradient_points (o, row);
      for (int j = 0; j < 6; j++)
        store (z + (gsize) (i * 6 + j) * position + k, o[j], 0);
    }
}

void
IN_SET (winograd_gradient) (float *z, const RnWinogradTile *tile, gsize position)
{
  const int channels = tile->channels;

  if (tile->end >= 4)
    for (int k = 0; k < channels; k = next_vector (k, channels))
      gradient_channels (z, tile, k, 4, position);
  else
    for (int k = 0; k < channels; k = next_vector (k, channels))
      gradient_channels (z, tile, k, tile->end, position);
}

/* One vector of channels; @rows and @columns of the 4x4 outputs are there. */
INLINE void
output_channels (const RnWinogradTile *tile, float *y, const float *m, int k, const int rows,
                 const int columns, gsize position, const RnFinish *finish)
{
  const Vec bias = finish->bias == NULL ? splat (0.0f) : load (finish->bias + k, 0);
  Vec t[6][4];

  for (int j = 0; j < 6; j++)
    {
      Vec d[6];

      for (int i = 0; i < 6; i++)
        d[i] = load (m + (gsize) (i * 6 + j) * position + k, 0);
      output_points (t[j], d);
    }
  for (int i = 0; i < 4; i++)
    {
      const Vec row[6] = { t[0][i], t[1][i], t[2][i], t[3][i], t[4][i], t[5][i] };
      Vec o[4];

      output_points (o, row);
      for (int j = 0; j < 4; j++)
        if (i < rows && j < columns)
          {
            const gsize at = (gsize) i * tile->row + (gsize) j * tile->pixel + (gsize) k;

            o[j] += bias;
            if (finish->add != NULL)
              o[j] += load (finish->add + at, 0);
            store (y + at, finish->relu ? relu_of (o[j]) : o[j], 0);
          }
    }
}

/* @finish's addend begins where y does */
void
IN_SET (winograd_output) (const RnWinogradTile *tile, float *y, const float *m, gsize position,
                          const RnFinish *finish)
{
  const int channels = tile->channels;

  if (tile->n_rows < 4 || tile->end < 4)
    for (int k = 0; k < channels; k = next_vector (k, channels))
      output_channels (tile, y, m, k, tile->n_rows, tile->end, position, finish);
  else
    for (int k = 0; k < channels; k = next_vector (k, channels))
      output_channels (tile, y, m, k, 4, 4, position, finish);
}

/* Rows of sums of an outer product, a divisor of 16, by blocks: what the registers hold beside the factors */
#if VECTOR == 16
#define ROWS 8
#define BLOCKS 2
#elif VECTOR == 8
#define ROWS 4
#define BLOCKS 1
#else
#define ROWS 2
#define BLOCKS 1
#endif

/* d [blocks,K,16], ROWS of its rows, += sum over n of z [n,ROWS] v [n,blocks 16] */
INLINE void
outer_tile (float *d, const float *z, const float *v, int n, int k, int c, const int blocks)
{
  Vec sum[ROWS][BLOCKS * VECTORS];
  const gsize block = (gsize) k * RN_CONV_BLOCK;

  for (int i = 0; i < ROWS; i++)
    for (int b = 0; b < blocks; b++)
      for (int j = 0; j < VECTORS; j++)
        sum[i][b * VECTORS + j] = load (d + (gsize) b * block + i * RN_CONV_BLOCK + j * VECTOR, 0);
  for (int t = 0; t < n; t++, z += k, v += c)
    {
      Vec input[BLOCKS * VECTORS];

      for (int j = 0; j < blocks * VECTORS; j++)
        input[j] = load (v + j * VECTOR, 0);
      for (int i = 0; i < ROWS; i++)
        {
          const Vec gradient = splat (z[i]);

          for (int j = 0; j < blocks * VECTORS; j++)
            sum[i][j] += gradient * input[j];
        }
    }
  for (int i = 0; i < ROWS; i++)
    for (int b = 0; b < blocks; b++)
      for (int j = 0; j < VECTORS; j++)
        store (d + (gsize) b * block + i * RN_CONV_BLOCK + j * VECTOR, sum[i][b * VECTORS + j], 0);
}

/* d [C / 16,K,16] += sum over n of z [n,K] v [n,C], rows [first,end) of K */
void
IN_SET (winograd_outer) (float *d, const float *z, const float *v, int n, int k, int c, int first,
                         int end)
{
  for (int lane = 0; lane < c;)
    {
      const int blocks = lane + BLOCKS * RN_CONV_BLOCK <= c ? BLOCKS : 1;

      for (int row = first; row < end; row += ROWS)
        {
          float *to = d + (gsize) lane * (gsize) k + (gsize) row * RN_CONV_BLOCK;

          if (blocks == BLOCKS)
            outer_tile (to, z + row, v + lane, n, k, c, BLOCKS);
          else
            outer_tile (to, z + row, v + lane, n, k, c, 1);
        }
      lane += blocks * RN_CONV_BLOCK;
    }
}
