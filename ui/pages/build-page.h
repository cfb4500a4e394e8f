#pragma once

#include <gtk/gtk.h>

#include "pages/cost-table.h"
#include "pages/preset-list.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Choosing a network and seeing what it costs: presets, its twin without shortcuts, files. */

#define RN_TYPE_BUILD_PAGE (rn_build_page_get_type ())
G_DECLARE_FINAL_TYPE (RnBuildPage, rn_build_page, RN, BUILD_PAGE, GtkWidget)

GtkWidget *rn_build_page_new (RnSession *session);

/** (transfer none) */
RnPresetList *rn_build_page_get_presets (RnBuildPage *self);
RnCostTable *rn_build_page_get_costs (RnBuildPage *self);
/** Shows @name as a new sketch, with the input and the classes of the data set where there is one. */
void rn_build_page_choose (RnBuildPage *self, const char *name);
/** Shows the same layers without shortcuts as a new sketch. */
void rn_build_page_show_twin (RnBuildPage *self);
/** Shows the network for the data set's pictures and classes as a new sketch. */
void rn_build_page_fit (RnBuildPage *self);
/** Writes the shown network from a task; the session's "message" or "problem" tells how it went. */
void rn_build_page_save (RnBuildPage *self, const char *path);

/**
 * rn_spec_fit_dataset:
 *
 * Brings input and classes of @spec to @dataset: colour and classes always, the side where the network has the small
 * stem and the pictures one size of at most 64 pixels (others are scaled to the input).
 *
 * Returns: whether anything changed
 */
gboolean rn_spec_fit_dataset (RnSpec *spec, RnDataset *dataset);

G_END_DECLS
