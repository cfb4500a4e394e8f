#pragma once

#include "residua/dataset.h"
#include "residua/model.h"

G_BEGIN_DECLS

/**
 * RnFormat:
 * @RN_FORMAT_SAFETENSORS: torchvision's names, network, classes and preprocessing in the metadata; PyTorch loads it with
 *   strict=True
 * @RN_FORMAT_ONNX: a graph of opset 13; input "input" `[N,C,H,W]`, output "logits" `[N,classes]`
 * @RN_FORMAT_C: one file of C99 that needs the C library alone: bytes of a picture in, scores out
 * @RN_FORMAT_TORCH_STATE: a state dictionary in PyTorch's zip form, for torch.load (…, weights_only=True)
 *
 * What a model can be written as.
 */
typedef enum
{
  RN_FORMAT_SAFETENSORS,
  RN_FORMAT_ONNX,
  RN_FORMAT_C,
  RN_FORMAT_TORCH_STATE
} RnFormat;

#define RN_N_FORMATS 4

/** The largest network that is written as C, in learned parameters */
#define RN_C_MAX_PARAMETERS 3000000

/** Returns: (transfer none): "safetensors", "onnx", "c", "torch-state" */
const char *rn_format_get_word (RnFormat format);
/** Returns: (transfer none): what its files end in, with the dot */
const char *rn_format_get_suffix (RnFormat format);
/** @error: RN_ERROR_FORMAT naming the words that there are */
gboolean rn_format_from_word (const char *word, RnFormat *format, GError **error);

/**
 * RnExportOptions:
 * @fold: ONNX: batch-norm is taken into the convolutions. C is always folded, the others never
 * @preprocess: ONNX: the input is bytes as floats, 0 to 255, and the graph normalises. C always does, the others never
 *
 * All zero is a choice too. What a format has no choice in is ignored.
 */
typedef struct
{
  gboolean fold;
  gboolean preprocess;
} RnExportOptions;

/**
 * rn_model_export:
 * @options: (nullable)
 * @progress: (nullable): called now and then on the calling thread
 * @error: RN_ERROR_SHAPE where the format cannot hold the network, saying why and what can; RN_ERROR_CANCELLED;
 *   RN_ERROR_MEMORY; GIO's for writing
 *
 * Writes aside, syncs, renames over @path. Where it fails or is cancelled, nothing has changed.
 */
gboolean rn_model_export (RnModel *model, RnFormat format, const RnExportOptions *options,
                          const char *path, RnProgressFunc progress, gpointer user_data,
                          GError **error);

/**
 * RnExportCheck:
 * @n_pictures: that the two were compared on
 * @difference: the largest between their logits
 * @allowed: what rounding may make of it: 1e-4 x max (1, RMS of the model's logits)
 * @same_bits: every parameter is the model's own to the bit (never where batch-norm is folded)
 */
typedef struct
{
  int n_pictures;
  double difference;
  double allowed;
  gboolean same_bits;
} RnExportCheck;

/**
 * rn_model_check_export:
 * @options: as they were for rn_model_export()
 * @check: (out)
 * @error: RN_ERROR_FORMAT where the file is not what was written, RN_ERROR_CANCELLED and others
 *
 * Reads @path back, runs what it holds on pictures of the sample set and compares with @model.
 */
gboolean rn_model_check_export (RnModel *model, RnFormat format, const RnExportOptions *options,
                                const char *path, RnExportCheck *check, RnProgressFunc progress,
                                gpointer user_data, GError **error);

/**
 * RnExportPreview:
 * @size: of the file, bytes
 * @text: some lines that show the file: names and shapes of the first tensors, C's signature, ONNX's input and output
 * @warning: (nullable): a sentence on what is lost or would surprise
 */
typedef struct
{
  guint64 size;
  char *text;
  char *warning;
} RnExportPreview;

/**
 * rn_model_preview_export:
 * @error: as rn_model_export(), with nothing written
 *
 * Returns: (transfer full): free with rn_export_preview_free(); takes up to a second for C
 */
RnExportPreview *rn_model_preview_export (RnModel *model, RnFormat format,
                                          const RnExportOptions *options, GError **error);
void rn_export_preview_free (RnExportPreview *preview);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnExportPreview, rn_export_preview_free)

G_END_DECLS
