#pragma once

#include <gtk/gtk.h>

#include "pages/build-tools.h"
#include "pages/cost-table.h"
#include "pages/epoch-total.h"
#include "pages/preset-list.h"
#include "pages/problem-list.h"
#include "pages/property-panel.h"
#include "pages/spec-compare.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Building a network beside the spine, which shows it: tools and palette above; what cannot run; the properties of what is
 * selected, or the presets; what it costs, or how it differs from another.
 */

#define RN_TYPE_BUILD_PAGE (rn_build_page_get_type ())
G_DECLARE_FINAL_TYPE (RnBuildPage, rn_build_page, RN, BUILD_PAGE, GtkWidget)

GtkWidget *rn_build_page_new (RnSession *session);

/** (transfer none) */
RnBuildTools *rn_build_page_get_tools (RnBuildPage *self);
RnProblemList *rn_build_page_get_problems (RnBuildPage *self);
RnPropertyPanel *rn_build_page_get_properties (RnBuildPage *self);
RnPresetList *rn_build_page_get_presets (RnBuildPage *self);
RnCostTable *rn_build_page_get_costs (RnBuildPage *self);
RnSpecCompare *rn_build_page_get_compare (RnBuildPage *self);
RnEpochTotal *rn_build_page_get_epoch (RnBuildPage *self);
/** (transfer none) (nullable): what is said of the input that training takes where it is not the one that is drawn */
const char *rn_build_page_get_input (RnBuildPage *self);
/** Puts the preset in the place of the sketch that is shown, or beside a run or a model, with the input and the classes of
 * the data set where there is one. */
void rn_build_page_choose (RnBuildPage *self, const char *name);
/** @name: "properties" or "presets" at the left, "costs" or "compare" at the right */
void rn_build_page_show (RnBuildPage *self, const char *name);

G_END_DECLS
