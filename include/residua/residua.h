#pragma once

/**
 * The tour of the core, in the order in which data flows:
 *
 *   spec.h, cost.h     what a network is, on paper, and what it costs; spec-table.h says it as the paper does
 *   sketch.h           editing one, with undo
 *   dataset.h          labelled pictures: CIFAR, IDX, folders, the sample set; picture files
 *   augment.h          from bytes to a network's input
 *   settings.h         everything else that decides a training
 *   trainer.h, feed.h  the worker that trains: commands in, snapshots out
 *   run.h              what it leaves on disk
 *   model.h            a network that has learned: load, save, look up
 *   evaluator.h        run it, with taps and gates
 *   classify.h         pictures in, classes out; accuracy on a data set
 *   inspect.h, study.h taking it apart
 *   experiment.h, lab.h, lab-results.h
 *                      networks compared: what is trained, training it, what came out
 *
 * Functions that can fail take a GError; see error.h. Nothing here prints or exits.
 */

#include "residua/augment.h"
#include "residua/carry.h"
#include "residua/classify.h"
#include "residua/compute-info.h"
#include "residua/cost.h"
#include "residua/dataset.h"
#include "residua/error.h"
#include "residua/evaluator.h"
#include "residua/experiment.h"
#include "residua/feed.h"
#include "residua/inspect.h"
#include "residua/lab-results.h"
#include "residua/lab.h"
#include "residua/model.h"
#include "residua/run.h"
#include "residua/settings.h"
#include "residua/sketch.h"
#include "residua/spec-table.h"
#include "residua/spec.h"
#include "residua/study.h"
#include "residua/tensor.h"
#include "residua/trainer.h"
