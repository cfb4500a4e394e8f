#pragma once

#include "base/file-writer.h"
#include "residua/formats.h"

/* What the writers of the formats have in common: a writer that may only count, and somebody who may stop it. */

typedef struct
{
  RnModel *model;
  RnExportOptions options;
  RnFileWriter *writer;
  RnProgressFunc progress; /* (nullable) */
  gpointer user_data;
  guint64 size; /* expected, for @progress; 0 where nobody knows */
} RnExport;

/* Tells how far it is. Returns: FALSE with RN_ERROR_CANCELLED, or where writing has failed (the error comes with
 * rn_file_writer_commit()) */
gboolean rn_export_go_on (const RnExport *export, GError **error);

/* Each adds a whole file to the writer, and refuses before that what it cannot hold. */
gboolean rn_onnx_write (RnExport *export, GError **error);
gboolean rn_c_source_write (RnExport *export, GError **error);
gboolean rn_torch_state_write (RnExport *export, GError **error);

/* Returns: (transfer full): a model with the numbers of a C file that rn_c_source_write() made of @model: its
 * batch-norms do nothing but add. RN_ERROR_FORMAT where the file does not hold as many numbers */
RnModel *rn_c_source_read (const char *path, const RnModel *model, GError **error);
