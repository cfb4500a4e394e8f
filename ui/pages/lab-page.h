#pragma once

#include "state/session.h"

G_BEGIN_DECLS

/* The Lab: experiments that put the papers' claims to the test. A list at the left, and of the chosen one its question and
 * claim, its trainings, and what came out.
 */

#define RN_TYPE_LAB_PAGE (rn_lab_page_get_type ())
G_DECLARE_FINAL_TYPE (RnLabPage, rn_lab_page, RN, LAB_PAGE, GtkWidget)

GtkWidget *rn_lab_page_new (RnSession *session);
/** Shows an experiment. @what: one that ships or a file, which joins the list */
void rn_lab_page_open (RnLabPage *self, const char *what);
/** Whether it still looks for what the disk has of the experiment, or takes networks apart */
gboolean rn_lab_page_is_reading (RnLabPage *self);
/** Shows an experiment that was cut off and starts it again where it was last saved. */
void rn_lab_page_go_on (RnLabPage *self, const RnLabWish *wish);

G_END_DECLS
