#pragma once

#include "kernels.h"
#include "vector.h"

/* What kernels-conv.c gives to the table of its instruction set. */
void IN_SET (conv_row) (const RnConvRow *row);
void IN_SET (conv_product) (const RnConvProduct *product);
void IN_SET (conv_filters) (const RnConvFilters *filters);
