#pragma once

#include "base/random.h"
#include "residua/spec.h"

/* A specification of 0 to 12 blocks of every kind, odd sides and widths included, that fits together. */
RnSpec *random_spec (RnRandom *random);
