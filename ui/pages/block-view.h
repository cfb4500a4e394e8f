#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* A residual block as a sum: the shortcut's x, the branch's F(x) and x + F(x) side by side, each by its strongest maps in
 * one scale, with its RMS. Of a plain block only its output.
 * Ctrl+C copies it as a picture. */

#define RN_TYPE_BLOCK_VIEW (rn_block_view_get_type ())
G_DECLARE_FINAL_TYPE (RnBlockView, rn_block_view, RN, BLOCK_VIEW, GtkWidget)

typedef enum
{
  RN_TERM_SHORTCUT,
  RN_TERM_BRANCH,
  RN_TERM_SUM, /* of a plain block its output */
  RN_N_TERMS
} RnTerm;

typedef enum
{
  RN_BLOCK_VIEW_PROJECTION = 1 << 0, /* the shortcut is not x itself */
  RN_BLOCK_VIEW_OFF = 1 << 1         /* the branch is switched off: the sum is the shortcut alone */
} RnBlockViewFlags;

GtkWidget *rn_block_view_new (void);
/** @shortcut, @branch: (nullable): of a plain block both are NULL; @sum: (nullable): NULL shows nothing. `[1,H,W,C]`, all
 * of one shape; kept. The numbers are worked out in a task, newest only. */
void rn_block_view_set (RnBlockView *self, RnTensor *shortcut, RnTensor *branch, RnTensor *sum,
                        RnBlockViewFlags flags);
/** Returns: (transfer none) (nullable): the very tensor whose maps and RMS are shown */
RnTensor *rn_block_view_get_maps (RnBlockView *self, RnTerm term);
/** Returns: (transfer none): "RMS 0.88" as it stands there */
const char *rn_block_view_get_rms_text (RnBlockView *self, RnTerm term);

G_END_DECLS
