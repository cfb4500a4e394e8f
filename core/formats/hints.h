#pragma once

#include "residua/model.h"

/* What a file cannot tell about the network @spec: by @hints (nullable), else by what is usual for such a network.
 *
 * @imagenet_mean: the file is of those that use ImageNet's mean whatever they were trained on
 * @classes: (out) (transfer full) (nullable)
 * @error: RN_ERROR_DATA where names are for another number of classes, and needed
 * @guesses: (out): what stood neither in @hints nor in @spec
 */
gboolean rn_hints_apply (const RnModelHints *hints, const RnSpec *spec, gboolean imagenet_mean,
                         RnPreprocess *preprocess, double *epsilon, char ***classes,
                         RnModelGuess *guesses, GError **error);
