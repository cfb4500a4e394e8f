#include "reference.h"

#include <math.h>
#include <string.h>

static double *
doubles_new (RefNetwork *ref, gsize count)
{
  double *values = g_new0 (double, count);

  g_ptr_array_add (ref->memory, values);
  return values;
}

static gsize
in_count (const RefNetwork *ref, const RnLayoutConv *conv)
{
  return (gsize) ref->n * conv->in_h * conv->in_w * conv->in_c;
}

static gsize
out_count (const RefNetwork *ref, const RnLayoutConv *conv)
{
  return (gsize) ref->n * conv->out_h * conv->out_w * conv->out_c;
}

static gsize
block_count (const RefNetwork *ref, const RnLayoutBlock *block)
{
  return (gsize) ref->n * block->out_h * block->out_w * block->out_c;
}

static void
allocate (RefNetwork *ref)
{
  const RnLayout *layout = ref->layout;
  const gsize n = (gsize) ref->n;

  ref->arena = doubles_new (ref, ref->parameters->n_floats);
  ref->gradients = doubles_new (ref, ref->parameters->n_learned);
  ref->x = doubles_new (ref, in_count (ref, &layout->convs[0]));
  ref->convs = g_new0 (RefConv, layout->n_convs);
  ref->blocks = g_new0 (RefBlock, layout->n_blocks);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const gsize count = out_count (ref, &layout->convs[i]);
      RefConv *conv = &ref->convs[i];

      conv->z = doubles_new (ref, count);
      conv->norm = doubles_new (ref, count);
      conv->y = doubles_new (ref, count);
      conv->dy = doubles_new (ref, count);
      conv->mean = doubles_new (ref, (gsize) layout->convs[i].out_c);
      conv->var = doubles_new (ref, (gsize) layout->convs[i].out_c);
    }
  for (int b = 0; b < layout->n_blocks; b++)
    {
      const gsize count = block_count (ref, &layout->blocks[b]);
      RefBlock *block = &ref->blocks[b];

      block->s = layout->blocks[b].shortcut != RN_PATH_NONE ? doubles_new (ref, count) : NULL;
      block->ds = doubles_new (ref, count);
      block->sum = doubles_new (ref, count);
    }
  if (layout->pool)
    {
      const gsize count = n * layout->stem_h * layout->stem_w * layout->convs[0].out_c;

      ref->pool = doubles_new (ref, count);
      ref->dpool = doubles_new (ref, count);
      ref->winners = g_new0 (gsize, count);
    }
  ref->pooled = doubles_new (ref, n * layout->out_c);
  ref->logits = doubles_new (ref, n * layout->classes);
  ref->dlogits = doubles_new (ref, n * layout->classes);
}

RefNetwork *
ref_network_new (const RnSpec *spec, int n, int height, int width)
{
  RefNetwork *ref = g_new0 (RefNetwork, 1);

  ref->layout = rn_layout_new (spec, height, width);
  ref->parameters = rn_parameters_new (ref->layout);
  ref->n = n;
  ref->epsilon = 1e-5;
  ref->memory = g_ptr_array_new_with_free_func (g_free);
  allocate (ref);
  return ref;
}

void
ref_network_free (RefNetwork *ref)
{
  g_ptr_array_unref (ref->memory);
  g_free (ref->convs);
  g_free (ref->blocks);
  g_free (ref->winners);
  rn_parameters_free (ref->parameters);
  rn_layout_free (ref->layout);
  g_free (ref);
}

void
ref_network_set_arena (RefNetwork *ref, const float *arena)
{
  for (gsize i = 0; i < ref->parameters->n_floats; i++)
    ref->arena[i] = arena[i];
}

void
ref_network_set_x (RefNetwork *ref, const float *x)
{
  for (gsize i = 0; i < in_count (ref, &ref->layout->convs[0]); i++)
    ref->x[i] = x[i];
}

static double *
entry (const RefNetwork *ref, double *arena, int conv, RnParameterKind kind)
{
  return arena + rn_parameters_get (ref->parameters, conv, kind)->offset;
}

/* Forward */

typedef void (*TapFunc) (gsize y, gsize x, gsize w, gpointer data);

/* Calls @func for every product of a convolution: y [N,P,Q,K], x [N,H,W,C], w [K,R,S,C]. Inlined, so
 * that each caller has loops of its own. */
static inline G_ALWAYS_INLINE void
for_each_product (const RefNetwork *ref, const RnLayoutConv *c, TapFunc func, gpointer data)
{
  for (int n = 0; n < ref->n; n++)
    for (int p = 0; p < c->out_h; p++)
      for (int q = 0; q < c->out_w; q++)
        for (int r = 0; r < c->kernel; r++)
          for (int s = 0; s < c->kernel; s++)
            {
              const int h = p * c->stride + r - c->kernel / 2,
                        w = q * c->stride + s - c->kernel / 2;
              const gsize x = (((gsize) n * c->in_h + h) * c->in_w + w) * c->in_c;
              const gsize y = (((gsize) n * c->out_h + p) * c->out_w + q) * c->out_c;

              if (h < 0 || w < 0 || h >= c->in_h || w >= c->in_w)
                continue;
              for (int k = 0; k < c->out_c; k++)
                for (int i = 0; i < c->in_c; i++)
                  func (y + k, x + i, (((gsize) k * c->kernel + r) * c->kernel + s) * c->in_c + i,
                        data);
            }
}

typedef struct
{
  double *z;
  const double *x, *w, *dz;
  double *dx, *dw;
} Products;

static void
multiply (gsize y, gsize x, gsize w, gpointer data)
{
  const Products *p = data;

  p->z[y] += p->x[x] * p->w[w];
}

static void
multiply_back (gsize y, gsize x, gsize w, gpointer data)
{
  const Products *p = data;

  p->dw[w] += p->dz[y] * p->x[x];
  if (p->dx != NULL)
    p->dx[x] += p->dz[y] * p->w[w];
}

static void
take_statistics (RefNetwork *ref, int index)
{
  const int channels = ref->layout->convs[index].out_c;
  const gsize pixels = out_count (ref, &ref->layout->convs[index]) / (gsize) channels;
  RefConv *conv = &ref->convs[index];

  for (int c = 0; c < channels; c++)
    {
      double sum = 0.0, squares = 0.0;

      for (gsize i = 0; i < pixels; i++)
        sum += conv->z[i * channels + c];
      conv->mean[c] = sum / (double) pixels;
      for (gsize i = 0; i < pixels; i++)
        squares += pow (conv->z[i * channels + c] - conv->mean[c], 2.0);
      conv->var[c] = squares / (double) pixels;
    }
}

/* norm = gamma (z - mean) / sqrt (var + eps) + beta */
static void
forward_conv (RefNetwork *ref, int index, const double *x, gboolean training)
{
  const RnLayoutConv *layer = &ref->layout->convs[index];
  const double *gamma = entry (ref, ref->arena, index, RN_PARAMETER_GAMMA);
  const double *beta = entry (ref, ref->arena, index, RN_PARAMETER_BETA);
  const gsize count = out_count (ref, layer), channels = (gsize) layer->out_c;
  RefConv *conv = &ref->convs[index];
  Products products = { .z = conv->z,
                        .x = x,
                        .w = entry (ref, ref->arena, index, RN_PARAMETER_FILTER) };

  conv->x = x;
  memset (conv->z, 0, count * sizeof (double));
  for_each_product (ref, layer, multiply, &products);
  if (training)
    take_statistics (ref, index);
  else
    {
      memcpy (conv->mean, entry (ref, ref->arena, index, RN_PARAMETER_MEAN),
              channels * sizeof (double));
      memcpy (conv->var, entry (ref, ref->arena, index, RN_PARAMETER_VARIANCE),
              channels * sizeof (double));
    }
  for (gsize i = 0; i < count; i++)
    {
      const gsize c = i % channels;

      conv->norm[i] =
          gamma[c] * (conv->z[i] - conv->mean[c]) / sqrt (conv->var[c] + ref->epsilon) + beta[c];
    }
}

static void
rectify (RefNetwork *ref, double *y, const double *x, gsize count)
{
  for (gsize i = 0; i < count; i++)
    {
      y[i] = x[i] > 0.0 ? x[i] : 0.0;
      ref->margin = MIN (ref->margin, fabs (x[i]));
    }
}

/* 3x3, stride 2, one pixel of padding that never wins; the first of equals does */
static void
forward_pool (RefNetwork *ref)
{
  const RnLayout *layout = ref->layout;
  const RnLayoutConv *stem = &layout->convs[0];
  const double *y = ref->convs[0].y;
  gsize at = 0;

  for (int n = 0; n < ref->n; n++)
    for (int p = 0; p < layout->stem_h; p++)
      for (int q = 0; q < layout->stem_w; q++)
        for (int c = 0; c < stem->out_c; c++, at++)
          {
            ref->pool[at] = -INFINITY;
            for (int h = MAX (2 * p - 1, 0); h <= MIN (2 * p + 1, stem->out_h - 1); h++)
              for (int w = MAX (2 * q - 1, 0); w <= MIN (2 * q + 1, stem->out_w - 1); w++)
                {
                  const gsize from =
                      (((gsize) n * stem->out_h + h) * stem->out_w + w) * stem->out_c + c;

                  if (y[from] > ref->pool[at])
                    {
                      ref->pool[at] = y[from];
                      ref->winners[at] = from;
                    }
                }
          }
}

/* Where option A's s takes its pixel from: index into x, or G_MAXSIZE for a zero channel. */
static gsize
subsample_source (const RnLayoutBlock *block, int stride, gsize at)
{
  const int k = (int) (at % (gsize) block->out_c) - block->pad_before;
  const gsize pixel = at / (gsize) block->out_c;
  const gsize q = pixel % (gsize) block->out_w,
              p = pixel / (gsize) block->out_w % (gsize) block->out_h;
  const gsize n = pixel / ((gsize) block->out_w * block->out_h);

  if (k < 0 || k >= block->in_c)
    return G_MAXSIZE;
  return ((n * block->in_h + p * stride) * block->in_w + q * stride) * block->in_c + k;
}

static int
stride_of (const RefNetwork *ref, const RnLayoutBlock *block)
{
  int stride = 1;

  for (int i = 0; i < block->n_convs; i++)
    stride *= ref->layout->convs[block->first_conv + i].stride;
  return stride;
}

static void
forward_shortcut (RefNetwork *ref, int b, const double *x, gboolean training)
{
  const RnLayoutBlock *block = &ref->layout->blocks[b];
  const gsize count = block_count (ref, block);
  double *s = ref->blocks[b].s;

  if (block->shortcut == RN_PATH_PROJECTION)
    forward_conv (ref, block->downsample, x, training);
  for (gsize i = 0; s != NULL && i < count; i++)
    {
      gsize from = i;

      if (block->shortcut == RN_PATH_SUBSAMPLE)
        from = subsample_source (block, stride_of (ref, block), i);
      s[i] = block->shortcut == RN_PATH_PROJECTION ? ref->convs[block->downsample].norm[i]
             : from == G_MAXSIZE                   ? 0.0
                                                   : x[from];
    }
}

/* Returns: the block's output */
static const double *
forward_block (RefNetwork *ref, int b, const double *x, gboolean training, gboolean is_on)
{
  const RnLayoutBlock *layout = &ref->layout->blocks[b];
  const gsize count = block_count (ref, layout);
  RefBlock *block = &ref->blocks[b];
  RefConv *last = &ref->convs[layout->first_conv + layout->n_convs - 1];

  block->in = x;
  forward_shortcut (ref, b, x, training);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const int index = layout->first_conv + i;

      forward_conv (ref, index, x, training);
      if (i < layout->n_convs - 1)
        rectify (ref, ref->convs[index].y, ref->convs[index].norm,
                 out_count (ref, &ref->layout->convs[index]));
      x = ref->convs[index].y;
    }
  block->f = last->norm;
  for (gsize i = 0; i < count; i++)
    block->sum[i] = (is_on ? block->f[i] : 0.0) + (block->s != NULL ? block->s[i] : 0.0);
  rectify (ref, last->y, block->sum, count);
  block->out = last->y;
  return last->y;
}

static void
forward (RefNetwork *ref, gboolean training, const gboolean *gates)
{
  const RnLayout *layout = ref->layout;
  const double *w = entry (ref, ref->arena, -1, RN_PARAMETER_FC_WEIGHT);
  const double *bias = entry (ref, ref->arena, -1, RN_PARAMETER_FC_BIAS);
  const gsize pixels = (gsize) layout->out_h * layout->out_w;
  const double *x;

  ref->margin = INFINITY;
  forward_conv (ref, 0, ref->x, training);
  rectify (ref, ref->convs[0].y, ref->convs[0].norm, out_count (ref, &layout->convs[0]));
  if (layout->pool)
    forward_pool (ref);
  x = layout->pool ? ref->pool : ref->convs[0].y;
  for (int b = 0; b < layout->n_blocks; b++)
    x = forward_block (ref, b, x, training, gates == NULL || gates[b]);
  for (int n = 0; n < ref->n; n++)
    {
      double *pooled = ref->pooled + (gsize) n * layout->out_c,
             *logits = ref->logits + (gsize) n * layout->classes;

      for (int c = 0; c < layout->out_c; c++)
        {
          pooled[c] = 0.0;
          for (gsize i = 0; i < pixels; i++)
            pooled[c] += x[((gsize) n * pixels + i) * layout->out_c + c] / (double) pixels;
        }
      for (int k = 0; k < layout->classes; k++)
        {
          logits[k] = bias[k];
          for (int c = 0; c < layout->out_c; c++)
            logits[k] += w[(gsize) k * layout->out_c + c] * pooled[c];
        }
    }
}

void
ref_network_evaluate (RefNetwork *ref, const gboolean *gates)
{
  forward (ref, FALSE, gates);
}

void
ref_network_train (RefNetwork *ref, const int *labels)
{
  const int classes = ref->layout->classes;

  forward (ref, TRUE, NULL);
  ref->loss = 0.0;
  ref->wrong = 0;
  for (int n = 0; n < ref->n; n++)
    {
      const double *logits = ref->logits + (gsize) n * classes;
      double *d = ref->dlogits + (gsize) n * classes;
      double total = 0.0;
      int best = 0;

      for (int k = 0; k < classes; k++)
        best = logits[k] > logits[best] ? k : best;
      for (int k = 0; k < classes; k++)
        total += exp (logits[k] - logits[best]);
      ref->wrong += best != labels[n];
      ref->loss += (log (total) + logits[best] - logits[labels[n]]) / ref->n;
      for (int k = 0; k < classes; k++)
        d[k] = (exp (logits[k] - logits[best]) / total - (k == labels[n] ? 1.0 : 0.0)) / ref->n;
    }
}

/* Backward */

/* From conv->dy (gradient of norm) to the gradients of filters, gamma, beta, and to dx, which is added to. */
static void
backward_conv (RefNetwork *ref, int index, double *dx)
{
  const RnLayoutConv *layer = &ref->layout->convs[index];
  const gsize channels = (gsize) layer->out_c, count = out_count (ref, layer),
              pixels = count / channels;
  const double *gamma = entry (ref, ref->arena, index, RN_PARAMETER_GAMMA);
  double *dgamma = entry (ref, ref->gradients, index, RN_PARAMETER_GAMMA);
  double *dbeta = entry (ref, ref->gradients, index, RN_PARAMETER_BETA);
  const RefConv *conv = &ref->convs[index];
  g_autofree double *dz = g_new (double, count);
  Products products = { .x = conv->x,
                        .w = entry (ref, ref->arena, index, RN_PARAMETER_FILTER),
                        .dz = dz,
                        .dx = dx,
                        .dw = entry (ref, ref->gradients, index, RN_PARAMETER_FILTER) };

  for (gsize c = 0; c < channels; c++)
    {
      const double inv_std = 1.0 / sqrt (conv->var[c] + ref->epsilon);

      for (gsize i = c; i < count; i += channels)
        {
          dbeta[c] += conv->dy[i];
          dgamma[c] += conv->dy[i] * (conv->z[i] - conv->mean[c]) * inv_std;
        }
      for (gsize i = c; i < count; i += channels)
        dz[i] = gamma[c] * inv_std *
                (conv->dy[i] - dbeta[c] / (double) pixels -
                 (conv->z[i] - conv->mean[c]) * inv_std * dgamma[c] / (double) pixels);
    }
  for_each_product (ref, layer, multiply_back, &products);
}

static void
mask (double *d, const double *y, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (!(y[i] > 0.0))
      d[i] = 0.0;
}

/* @dx is added to. */
static void
backward_block (RefNetwork *ref, int b, double *dx)
{
  const RnLayoutBlock *block = &ref->layout->blocks[b];
  const int last = block->first_conv + block->n_convs - 1;
  const gsize count = block_count (ref, block);

  mask (ref->convs[last].dy, ref->convs[last].y, count);
  memcpy (ref->blocks[b].ds, ref->convs[last].dy, count * sizeof (double));
  for (int i = last; i > block->first_conv; i--)
    {
      backward_conv (ref, i, ref->convs[i - 1].dy);
      mask (ref->convs[i - 1].dy, ref->convs[i - 1].y, out_count (ref, &ref->layout->convs[i - 1]));
    }
  backward_conv (ref, block->first_conv, dx);
  if (block->shortcut == RN_PATH_PROJECTION)
    {
      memcpy (ref->convs[block->downsample].dy, ref->blocks[b].ds, count * sizeof (double));
      backward_conv (ref, block->downsample, dx);
    }
  for (gsize i = 0; i < count; i++)
    {
      const gsize to = block->shortcut == RN_PATH_SUBSAMPLE
                           ? subsample_source (block, stride_of (ref, block), i)
                           : i;

      if ((block->shortcut == RN_PATH_SUBSAMPLE || block->shortcut == RN_PATH_IDENTITY) &&
          to != G_MAXSIZE)
        dx[to] += ref->blocks[b].ds[i];
    }
}

/* Where the gradient of what block @b sees is gathered. */
static double *
gradient_before (RefNetwork *ref, int b)
{
  const RnLayoutBlock *before = b > 0 ? &ref->layout->blocks[b - 1] : NULL;

  if (before != NULL)
    return ref->convs[before->first_conv + before->n_convs - 1].dy;
  return ref->layout->pool ? ref->dpool : ref->convs[0].dy;
}

static void
backward_head (RefNetwork *ref)
{
  const RnLayout *layout = ref->layout;
  const double *w = entry (ref, ref->arena, -1, RN_PARAMETER_FC_WEIGHT);
  double *dw = entry (ref, ref->gradients, -1, RN_PARAMETER_FC_WEIGHT);
  double *db = entry (ref, ref->gradients, -1, RN_PARAMETER_FC_BIAS);
  double *dx = gradient_before (ref, layout->n_blocks);
  const gsize pixels = (gsize) layout->out_h * layout->out_w, channels = (gsize) layout->out_c;

  for (gsize n = 0; n < (gsize) ref->n; n++)
    for (gsize k = 0; k < (gsize) layout->classes; k++)
      {
        const double d = ref->dlogits[n * layout->classes + k];

        db[k] += d;
        for (gsize c = 0; c < channels; c++)
          {
            dw[k * channels + c] += d * ref->pooled[n * channels + c];
            for (gsize i = 0; i < pixels; i++)
              dx[(n * pixels + i) * channels + c] += d * w[k * channels + c] / (double) pixels;
          }
      }
}

void
ref_network_backward (RefNetwork *ref, const int *labels)
{
  const RnLayout *layout = ref->layout;
  const gsize n_pool = (gsize) ref->n * layout->stem_h * layout->stem_w * layout->convs[0].out_c;

  memset (ref->gradients, 0, ref->parameters->n_learned * sizeof (double));
  for (int i = 0; i < layout->n_convs; i++)
    memset (ref->convs[i].dy, 0, out_count (ref, &layout->convs[i]) * sizeof (double));
  if (layout->pool)
    memset (ref->dpool, 0, n_pool * sizeof (double));
  backward_head (ref);
  for (int b = layout->n_blocks - 1; b >= 0; b--)
    backward_block (ref, b, gradient_before (ref, b));
  for (gsize i = 0; layout->pool && i < n_pool; i++)
    ref->convs[0].dy[ref->winners[i]] += ref->dpool[i];
  mask (ref->convs[0].dy, ref->convs[0].y, out_count (ref, &layout->convs[0]));
  backward_conv (ref, 0, NULL);
}

/* Names */

static const double *
found (int dims[4], const double *values, int n, int h, int w, int c)
{
  dims[0] = n;
  dims[1] = h;
  dims[2] = w;
  dims[3] = c;
  return values;
}

static const double *
find_in_block (const RefNetwork *ref, int b, const char *part, int dims[4])
{
  const RnLayoutBlock *layout = &ref->layout->blocks[b];
  const RefBlock *block = &ref->blocks[b];
  const double *values = g_str_equal (part, "shortcut") ? block->s
                         : g_str_equal (part, "f")      ? block->f
                         : g_str_equal (part, "sum")    ? block->sum
                         : g_str_equal (part, "out")    ? block->out
                                                        : NULL;

  if (g_str_equal (part, "in"))
    return found (dims, block->in, ref->n, layout->in_h, layout->in_w, layout->in_c);
  return found (dims, values, ref->n, layout->out_h, layout->out_w, layout->out_c);
}

double
ref_rms (const double *x, gsize count)
{
  double squares = 0.0;

  for (gsize i = 0; i < count; i++)
    squares += x[i] * x[i];
  return sqrt (squares / (double) count);
}

const double *
ref_network_find (const RefNetwork *ref, const char *name, int dims[4])
{
  const RnLayout *layout = ref->layout;

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      if (g_str_equal (name, conv->conv_name) || g_str_equal (name, conv->norm_name))
        return found (dims,
                      g_str_equal (name, conv->conv_name) ? ref->convs[i].z : ref->convs[i].norm,
                      ref->n, conv->out_h, conv->out_w, conv->out_c);
    }
  for (int b = 0; b < layout->n_blocks; b++)
    {
      g_autofree char *prefix = g_strconcat (layout->blocks[b].name, ".", NULL);

      if (g_str_has_prefix (name, prefix))
        return find_in_block (ref, b, name + strlen (prefix), dims);
    }
  if (g_str_equal (name, "pool"))
    return found (dims, ref->pooled, ref->n, 1, 1, layout->out_c);
  if (g_str_equal (name, "fc"))
    return found (dims, ref->logits, ref->n, 1, 1, layout->classes);
  return NULL;
}
