#pragma once

#include "base/random.h"
#include "residua/evaluator.h"
#include "residua/model.h"

/* Models with pictures and what the core's own unfolded path makes of them; and the others who run what was exported. */

/* A model whose numbers are of the size that training leaves, its statistics not those of the beginning */
RnModel *truth_model (const RnSpec *spec, RnRandom *random, gboolean pixel_mean);

typedef struct
{
  int n;
  RnPicture **pictures;
  gsize n_inputs; /* numbers of a picture */
  gsize classes;
  float *x; /* [N,H,W,C], normalised */
  float *logits;
  double allowed;
} Truth;

/* @n pictures of noise */
void truth_init (Truth *truth, RnModel *model, int n, RnRandom *random);
/* @pictures: (transfer full): @n of the model's own size */
void truth_init_take (Truth *truth, RnModel *model, RnPicture **pictures, int n);
void truth_clear (Truth *truth);

/* FOLDER/NAME.f32 holds the input as [N,C,H,W], in bytes where @bytes; NAME.logits what is expected, NAME.txt the shape
 * and NAME.json the network.
 */
void truth_write (const Truth *truth, RnModel *model, const char *folder, const char *name,
                  gboolean bytes);

/* Compiles C without a warning. Returns: FALSE where there is no @compiler */
gboolean truth_compile (const char *compiler, const char *source, const char *library);
/* Fails where a compiled file's scores are others. Returns: the largest difference */
double truth_compare_c (const Truth *truth, const char *library);

/* Has peers.py run the cases in @folder by @peer: "checker", "opencv", "onnxruntime", "torchvision" or "torch". Fails
 * where it disagrees; skips the test, with the reason, where it is not installed (tests/peers installs them).
 */
void truth_ask_peer (const char *peer, const char *folder);
