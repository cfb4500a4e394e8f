#pragma once

#include "formats/safetensors.h"
#include "network/model.h"

/* How a model lies in a safetensors file; checkpoints hold the same and more. */

/* What stands before the names of a checkpoint's own tensors */
#define RN_TRAIN_PREFIX "train."

/* Adds the metadata that give the model back exactly; @step is written in place of the model's own. */
void rn_model_file_add_metadata (RnSafetensorsWriter *writer, const RnModel *model, gint64 step);
/* Adds the entries of @parameters out of @arena, each name after @prefix; only learned ones where @learned. All
 * three live until the file is written.
 */
void rn_model_file_add_parameters (RnSafetensorsWriter *writer, const RnParameters *parameters,
                                   const float *arena, const char *prefix, gboolean learned);

/* rn_model_save() that can be cancelled. @progress: (nullable) */
gboolean rn_model_file_write (const RnModel *model, const char *path, RnProgressFunc progress,
                              gpointer user_data, GError **error);

/* Bytes of what rn_model_save() writes */
guint64 rn_model_file_get_size (const RnModel *model);

/* Reads a model out of an open file, as rn_model_import(). @guesses: (out) (nullable): untouched for our own */
RnModel *rn_model_file_read (const RnTensorFile *file, const RnModelHints *hints,
                             RnModelGuess *guesses, GError **error);
/* Reads into @arena what rn_model_file_add_parameters() wrote. */
gboolean rn_model_file_read_parameters (const RnTensorFile *file, const RnParameters *parameters,
                                        const char *prefix, gboolean learned, float *arena,
                                        GError **error);

/* What a model is beside its numbers */
typedef struct
{
  RnSpec *spec;
  char **classes; /* (nullable) */
  RnPreprocess preprocess;
  double epsilon;
  gint64 step; /* -1 where it is not known */
} RnModelDescription;

/* What our own metadata say, @file having "residua.version" */
gboolean rn_model_description_read (const RnTensorFile *file, RnModelDescription *description,
                                    GError **error);
void rn_model_description_clear (RnModelDescription *description);
