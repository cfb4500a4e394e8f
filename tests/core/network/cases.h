#pragma once

#include "reference.h"
#include "residua/model.h"
#include "residua/spec.h"

/* Small networks that together have everything a specification can say, and what is fed to them. */

typedef struct
{
  const char *name;
  int side, channels;
  RnStemKind stem;
  int stem_channels;
  int classes;
  int batch; /* the most that the network is made for */
  int n;     /* pictures of the step */
  int n_blocks;
  RnBlockSpec blocks[5];
} Case;

extern const Case cases[];
extern const int n_cases;

/* One that has the large stem, bottlenecks, both kinds of option A and a projection */
const Case *case_find (const char *name);
RnSpec *case_spec (const Case *self);
/* A specification that chance made, of at most 4 blocks */
RnSpec *random_spec (guint64 seed);

/* Normal numbers; labels spread over the classes */
float *random_pictures (guint64 seed, int n, int height, int width, int channels);
int *random_labels (guint64 seed, int n, int classes);
/* Filters after He, and gamma, beta and running statistics that are no longer as they start */
void randomise_arena (float *arena, const RnSpec *spec, const RnParameters *parameters,
                      guint64 seed);
/* A model with such an arena; channels' means and deviations that are not 0 and 1 */
RnModel *random_model (const RnSpec *spec, guint64 seed);

/* Draws pictures until no ReLU of @ref comes so near to 0 that rounding could decide about its gradient.
 * Returns: the pictures, which @ref has been trained on (its gradients too) */
float *clear_pictures (RefNetwork *ref, guint64 seed, const int *labels);

/* |a - b| <= tolerance |b|, Euclidean */
void assert_near (const char *what, const float *a, const double *b, gsize count, double tolerance);
/* max |a - b| <= tolerance max (1, RMS of b) */
void assert_agree (const char *what, const float *a, const double *b, gsize count,
                   double tolerance);

/* To the bit */
void assert_same_bits (const char *what, const float *a, const float *b, gsize count);

/* RESIDUA_SHARED or "shared" beside the project, and the rest of the path; NULL after g_test_skip() where absent */
char *shared_path (const char *first, ...) G_GNUC_NULL_TERMINATED;
