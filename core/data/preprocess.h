#pragma once

#include "residua/augment.h"

/* The table behind rn_preprocess_apply(): what each byte of each channel becomes; a batch divides nothing. */
typedef struct
{
  float value[3][256];
} RnByteTable;

void rn_byte_table_fill (RnByteTable *table, const RnPreprocess *preprocess);

/* rn_augment_picture() with the table at hand */
gboolean rn_augment_picture_with_table (const RnAugment *augment, const RnPreprocess *preprocess,
                                        const RnByteTable *table, const float *colour_axes,
                                        float *x, RnPicture *picture, guint64 seed, gint64 epoch,
                                        gint64 index, GError **error);
