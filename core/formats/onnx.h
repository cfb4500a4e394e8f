#pragma once

#include "residua/model.h"

/* Reads an ONNX graph that is a residual network: convolutions with batch-norm beside or folded in, ReLU, one sum a block,
 * the mean over all pixels and a linear layer; before them what brings pictures to the network's scale. As
 * rn_model_import(); RN_ERROR_SHAPE names the first node that does not fit.
 */
RnModel *rn_onnx_load (const char *path, const RnModelHints *hints, RnModelGuess *guesses,
                       GError **error);
