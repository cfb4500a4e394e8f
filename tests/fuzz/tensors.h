#pragma once

#include "formats/tensor-file.h"

/* Reads every tensor of @file (nullable), up to a million numbers each, as floats and as it lies there. */
void tensors_read_all (const RnTensorFile *file);
