#pragma once

#include "spec/layout.h"

/* The one table of a network's numbers: what each is called in files, its shape, and where it lies in the arena. All
 * learned parameters come first (rn_parameters: [0, n_learned)), then the running statistics, so that one loop over
 * the front of the arena is the optimizer's. Entries start at multiples of 16 floats; gaps are zero.
 *
 * Filters lie in the arena as [K,R,S,C] and in files as OIHW.
 */

typedef enum
{
  RN_PARAMETER_FILTER,
  RN_PARAMETER_GAMMA,
  RN_PARAMETER_BETA,
  RN_PARAMETER_FC_WEIGHT, /* [classes, channels] */
  RN_PARAMETER_FC_BIAS,
  RN_PARAMETER_MEAN, /* running statistics */
  RN_PARAMETER_VARIANCE
} RnParameterKind;

typedef struct
{
  char name[RN_LAYER_NAME_SIZE + 16]; /* "layer1.0.conv1.weight" */
  RnParameterKind kind;
  int conv; /* index into the layout's convs, -1 for fc */
  int n_dims;
  int dims[4]; /* as in files: [O,I,H,W], [C], [classes, C] */
  gsize count;
  gsize offset; /* floats from the start of the arena */
} RnParameter;

typedef struct
{
  int n;
  RnParameter *
      items; /* in the order of files: conv, weight, bias, running_mean, running_var, conv, ..., fc */
  gsize n_learned; /* floats of learned parameters, gaps included */
  gsize n_floats;  /* of the whole arena */
  GHashTable *by_name;
} RnParameters;

RnParameters *rn_parameters_new (const RnLayout *layout);
void rn_parameters_free (RnParameters *parameters);
/* Returns: (nullable): the entry of that name */
const RnParameter *rn_parameters_find (const RnParameters *parameters, const char *name);
/* Returns: the entry of convolution @conv (-1: fc) and @kind; it exists */
const RnParameter *rn_parameters_get (const RnParameters *parameters, int conv,
                                      RnParameterKind kind);

/* [K,R,S,C] from and to OIHW; @parameter is a filter. Other kinds are copied as they are. */
void rn_parameter_to_file_order (const RnParameter *parameter, float *file, const float *arena);
void rn_parameter_from_file_order (const RnParameter *parameter, float *arena, const float *file);

/* He et al. 2015b (fan-in, normal) for filters; gamma 1 (0 where the block says zero_gamma and it is the branch's
 * last), beta 0, statistics 0 and 1; fc uniform within 1 / sqrt (fan-in). Decided by @seed and each entry's name.
 */
void rn_parameters_initialise (const RnParameters *parameters, const RnSpec *spec,
                               const RnLayout *layout, float *arena, guint64 seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnParameters, rn_parameters_free)
