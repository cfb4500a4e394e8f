#pragma once

#include <gio/gio.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/* A network written for a paper: its figure, or its table. */

typedef enum
{
  RN_EXPORT_PDF,
  RN_EXPORT_SVG,
  RN_EXPORT_PNG,
  RN_EXPORT_TEXT, /* rn_spec_to_table() */
  RN_N_EXPORTS
} RnExport;

/** Returns: (transfer none): the ending of such files: "pdf" */
const char *rn_export_ending (RnExport format);

/**
 * rn_network_export_async:
 * @spec: copied
 *
 * Draws and writes in a task: aside, and renamed when it is whole; the error of finish names the file.
 */
void rn_network_export_async (const RnSpec *spec, GFile *file, RnExport format,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);
gboolean rn_network_export_finish (GAsyncResult *result, GError **error);

G_END_DECLS
