#pragma once

#include "residua/augment.h"
#include "residua/spec.h"
#include "residua/tensor.h"

G_BEGIN_DECLS

/**
 * RnModel:
 *
 * A network that has learned: specification, parameters, running statistics, class names and preprocessing. Immutable
 * and reference counted: it crosses threads, and many evaluators can share one.
 */
typedef struct _RnModel RnModel;

RnModel *rn_model_ref (RnModel *model);
void rn_model_unref (RnModel *model);

/**
 * rn_model_new:
 * @spec: copied
 * @arena: (nullable): rn_parameters_count() floats in the order of the core's parameter table; NULL initialises
 *   after He et al. 2015b with @seed (zero_gamma is respected)
 * @classes: (nullable): NULL-terminated, as many as the specification's
 * @preprocess: copied
 * @error: RN_ERROR_SHAPE, RN_ERROR_MEMORY
 */
RnModel *rn_model_new (const RnSpec *spec, const float *arena, guint64 seed,
                       const char *const *classes, const RnPreprocess *preprocess, GError **error);

const RnSpec *rn_model_get_spec (const RnModel *model);
/** Returns: (transfer none): NULL-terminated names, or NULL where the file has none */
const char *const *rn_model_get_classes (const RnModel *model);
const RnPreprocess *rn_model_get_preprocess (const RnModel *model);
/** Returns: the step of training at which this was copied, or -1 where it is not known */
gint64 rn_model_get_step (const RnModel *model);
/** Returns: batch-norm's epsilon, 1e-5 unless a file's reader was told otherwise */
double rn_model_get_epsilon (const RnModel *model);

/**
 * rn_model_get_parameter:
 * @name: as in PyTorch's state dictionary: "layer1.0.conv1.weight", "bn1.running_var", "fc.bias"
 *
 * Returns: (transfer full) (nullable): a copy, convolutions as OIHW; NULL where there is none of that name
 */
RnTensor *rn_model_get_parameter (const RnModel *model, const char *name);
/** Returns: (transfer full): the names of all parameters and statistics in forward order, NULL-terminated */
char **rn_model_list_parameters (const RnModel *model);

/**
 * RnModelHints:
 * @has_mean: @mean and @std count
 * @pad_end: option A's zero channels stand at the end, not on both sides
 * @stride_in_1x1: bottlenecks stride in their first 1x1
 * @epsilon: batch-norm's, 0 for 1e-5
 * @side: of the input, 0 to tell from the network (32 with the 3x3 stem, 224 with the 7x7)
 *
 * What a file made elsewhere cannot tell. Metadata of our own files wins over all of it.
 */
typedef struct
{
  gboolean has_mean;
  float mean[3];
  float std[3];
  gboolean pad_end;
  gboolean stride_in_1x1;
  double epsilon;
  int side;
} RnModelHints;

/**
 * rn_model_load:
 * @path: a .safetensors file, ours or another's: names of torchvision's kind, with aliases "linear.*" for "fc.*",
 *   "shortcut.0.*" and "shortcut.1.*" for "downsample.*", prefix "module."
 * @hints: (nullable)
 * @error: RN_ERROR_FORMAT naming the file and the tensor or byte; RN_ERROR_SHAPE where the tensors make no residual
 *   network, naming the first that does not fit; GIO's for reading
 */
RnModel *rn_model_load (const char *path, const RnModelHints *hints, GError **error);

/** Writes safetensors that PyTorch loads with strict=True: aside, synced, renamed over @path. */
gboolean rn_model_save (const RnModel *model, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnModel, rn_model_unref)

G_END_DECLS
