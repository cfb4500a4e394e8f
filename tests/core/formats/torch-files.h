#pragma once

#include <glib.h>

/* What scripts beside this file write with PyTorch: models, "picture" (3x64x64), and logits of ten classes. */

/* Runs @script once for each @folder. Returns: FALSE, with the test skipped, where a library it needs is missing */
gboolean torch_files_make (const char *folder, const char *script);
/* Fails unless the model @file gives the logits @reference of the picture. */
void torch_files_assert_logits (const char *folder, const char *file, const char *reference);
