#pragma once

#include <residua/model.h>
#include <string.h>

/* A model file as if others had made it. */

/* The network of @preset, with its metadata under another name than Residua's. Returns: (transfer full): its path in @folder */
static inline char *
foreign_save (const char *folder, const char *preset)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);
  const RnPreprocess preprocess = { .side = rn_spec_get_side (spec),
                                    .channels = 3,
                                    .mean = { 0.5f, 0.5f, 0.5f },
                                    .std = { 1.0f, 1.0f, 1.0f } };
  g_autoptr (RnModel) model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  char *path = g_build_filename (folder, "foreign.safetensors", NULL), *at;
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (rn_model_save (model, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  at = memmem (bytes, length, "residua.version", strlen ("residua.version"));
  g_assert_nonnull (at);
  memcpy (at, "another", strlen ("another"));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  return path;
}
