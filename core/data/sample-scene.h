#pragma once

#include "residua/dataset.h"

/* Changes with every change of the drawing: cached pictures of another version are drawn again. */
#define SAMPLE_SCENE_VERSION 1
#define SAMPLE_SCENE_SEED 20151210

/* Classes take turns, so every stretch of the set is balanced. */
int rn_sample_scene_label (int index);

/* Draws scene @index of @split into @rgb [@side,@side,3]; any thread may. Numbers are drawn in an order that does
 * not depend on @side, so all sides show the same scene.
 */
void rn_sample_scene_draw (RnSplit split, int index, int side, guint8 *rgb);
