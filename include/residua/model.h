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
 * @has_padding: @pad_end counts, also where it is FALSE
 * @pad_end: option A's zero channels stand at the end, not on both sides
 * @has_stride: @stride_in_1x1 counts, also where it is FALSE
 * @stride_in_1x1: bottlenecks stride in their first 1x1
 * @epsilon: batch-norm's, 0 for 1e-5
 * @side: of the input, 0 to tell from the network (32 with the 3x3 stem, 224 with the 7x7)
 * @classes: (nullable) (transfer none): NULL-terminated names
 * @needs_classes: another number of classes than @classes is RN_ERROR_DATA; otherwise they are left out then
 *
 * What a file made elsewhere cannot tell. What a file says itself wins over all of it: metadata of Residua, and the
 * nodes of an ONNX graph.
 */
typedef struct
{
  gboolean has_mean;
  float mean[3];
  float std[3];
  gboolean has_padding;
  gboolean pad_end;
  gboolean has_stride;
  gboolean stride_in_1x1;
  double epsilon;
  int side;
  const char *const *classes;
  gboolean needs_classes;
} RnModelHints;

/** @hints: (out): with which the file of @model is read as @model is, whatever of it the file says itself; the classes are
 *   @model's */
void rn_model_get_hints (const RnModel *model, RnModelHints *hints);
/**
 * rn_model_hints_set_preset:
 * @hints: its mean, standard deviation, side and classes are set, the rest stays
 * @name: one of rn_model_preset_names()
 * @error: RN_ERROR_DATA naming the presets
 */
gboolean rn_model_hints_set_preset (RnModelHints *hints, const char *name, GError **error);
/**
 * Returns: (transfer none): "imagenet"; "cifar10", with the deviations that most published training scripts have;
 *   "cifar10-imagenet", CIFAR-10's classes with ImageNet's mean, as others have it. NULL-terminated
 */
const char *const *rn_model_preset_names (void);
/** Returns: (transfer none) (nullable): the names that a model of @spec gets by @hints (nullable) where its file has none */
const char *const *rn_model_hints_get_classes (const RnModelHints *hints, const RnSpec *spec);
/**
 * rn_model_read_classes:
 * @path: a text file with a name in each line, in the order of the classes
 * @error: RN_ERROR_FORMAT naming file and line where it is not UTF-8, or a name is empty or over 200 bytes
 *
 * Returns: (transfer full): 1 to RN_MAX_CLASSES names, NULL-terminated, for RnModelHints
 */
char **rn_model_read_classes (const char *path, GError **error);
/** Returns: (transfer none): the 1000 names in the order of the classes, NULL-terminated */
const char *const *rn_imagenet_classes (void);

/**
 * RnModelGuess:
 *
 * What rn_model_import() had to guess, as neither the file nor the hints said it. The bottleneck's stride and option A's
 * padding are guessed only where the network has such blocks.
 */
typedef enum
{
  RN_GUESS_MEAN = 1 << 0,
  RN_GUESS_CLASSES = 1 << 1,
  RN_GUESS_PADDING = 1 << 2,
  RN_GUESS_STRIDE = 1 << 3,
  RN_GUESS_EPSILON = 1 << 4,
  RN_GUESS_SIDE = 1 << 5
} RnModelGuess;

/**
 * rn_model_import:
 * @path: a model file, told by its content:
 *   safetensors, ours or another's; PyTorch's zip and legacy files with a state dictionary in them, bare or under
 *   "state_dict", "model" and the like; an ONNX graph. Names are torchvision's, timm's, Hugging Face's, or those of the
 *   usual CIFAR repositories. Nothing in a file is executed.
 * @hints: (nullable)
 * @guesses: (out) (nullable): which of @hints would have been of use
 * @error: RN_ERROR_FORMAT naming the file and the tensor, byte or Python name; RN_ERROR_SHAPE where the tensors or nodes
 *   make no residual network, naming the first that does not fit; GIO's for reading
 */
RnModel *rn_model_import (const char *path, const RnModelHints *hints, RnModelGuess *guesses,
                          GError **error);

/** rn_model_import() for those who do not ask what was guessed */
RnModel *rn_model_load (const char *path, const RnModelHints *hints, GError **error);

/** Writes safetensors that PyTorch loads with strict=True: aside, synced, renamed over @path. */
gboolean rn_model_save (const RnModel *model, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnModel, rn_model_unref)

G_END_DECLS
