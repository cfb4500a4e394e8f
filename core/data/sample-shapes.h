#pragma once

#include <cairo.h>

#include "base/random.h"

/* The ten objects of the sample set as drawings: each fills about the square from (-1, -1) to (1, 1), y downwards,
 * and draws its proportions and details from @random. None of them depends on the size of the picture.
 */

#define SAMPLE_N_CLASSES 10

typedef enum
{
  SAMPLE_STYLE_PLAIN,   /* areas without outlines */
  SAMPLE_STYLE_LINED,   /* areas with outlines */
  SAMPLE_STYLE_DRAWING, /* outlines over one pale paint */
  SAMPLE_N_STYLES
} SampleStyle;

/* What an area means to the drawing; the colours behind are the same for all classes. */
typedef enum
{
  SAMPLE_TONE_MAIN,
  SAMPLE_TONE_SECOND,
  SAMPLE_TONE_DETAIL /* stands out from both others */
} SampleTone;

typedef struct
{
  cairo_t *cr;
  RnRandom *random;
  SampleStyle style;
  cairo_pattern_t *tones[3]; /* by SampleTone */
  cairo_pattern_t *line;
  double line_width;
} SampleBrush;

void rn_sample_shape_draw (SampleBrush *brush, int label);
/* A simple area that classes have in common (disc, ring, wedge, bar, arc, box, petal), as clutter */
void rn_sample_shape_draw_scrap (SampleBrush *brush);
