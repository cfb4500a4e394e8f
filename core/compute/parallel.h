#pragma once

#include <glib.h>

/* A team of threads that the core owns. rn_team_run() calls one function on every member at once; inside, work is
 * dealt out in pieces and every rn_worker_share() ends in a barrier, so a whole forward pass is one dispatch.
 *
 * Pieces are chosen by the caller from shapes alone, never from the number of members; which member takes which piece
 * is decided by who is free. A piece writes only what is its own (partial sums go into the piece's own slot, and are
 * added in the order of pieces), so the bits do not depend on the number of threads.
 *
 * A waiting thread spins for at most 50 us, then sleeps on a condition; after a spin that ran out it does not spin the
 * next 16 times. Idle members sleep. Shared state is pthread's and C11 atomics, which ThreadSanitizer understands.
 */

typedef struct _RnTeam RnTeam;
typedef struct _RnWorker RnWorker;

typedef void (*RnTeamFunc) (RnWorker *worker, gpointer data);
typedef void (*RnPieceFunc) (RnWorker *worker, int piece, gpointer data);

#define RN_TEAM_MAX_THREADS 256

/* @n_threads: 1 to 256, the caller of rn_team_run() among them. Returns: (nullable): NULL where threads cannot be had */
RnTeam *rn_team_new (int n_threads);
void rn_team_free (RnTeam *team);
int rn_team_n_threads (const RnTeam *team);

/* Makes every member's scratch at least @n_floats long; between runs only. Returns: FALSE without memory */
gboolean rn_team_reserve (RnTeam *team, gsize n_floats);

/* Calls @func on every member, the caller among them, and returns when all have returned. @cancel: (nullable): once it
 * is non-zero the remaining pieces of this run are skipped; the run still goes through its barriers, unless it asks
 * rn_worker_is_cancelled().
 * Returns: FALSE where it was cancelled: what was computed is then worthless. */
gboolean rn_team_run (RnTeam *team, RnTeamFunc func, gpointer data, const int *cancel);

/* What members spend their time on. */
typedef enum
{
  RN_WORK_TRANSFORMS, /* Winograd's */
  RN_WORK_PRODUCTS,   /* of matrices: Winograd's positions, lowered convolutions */
  RN_WORK_DIRECT,     /* convolution in registers */
  RN_WORK_PASSES,     /* everything else */
  RN_WORK_WAITING,    /* for one another, asleep or not */
  RN_N_WORKS
} RnWork;

/* Between runs only: from now on an account is kept of that, from nothing, or no longer. It costs a look at the clock a piece
 * or two. */
void rn_team_keep_account (RnTeam *team, gboolean keeps);
/* Between runs only. @seconds: of all members together, in runs */
void rn_team_get_account (const RnTeam *team, double seconds[RN_N_WORKS]);
/* What this member did since it last said so was @work; what nobody says is RN_WORK_PASSES. */
void rn_worker_account (RnWorker *worker, RnWork work);

/* Between the two, inside a piece of a share, the shares that this member enters are its own affair: it does all their pieces and
 * meets nobody. So a piece may be a whole pass over a part of the data. */
void rn_worker_begin_alone (RnWorker *worker);
void rn_worker_end_alone (RnWorker *worker);

int rn_worker_index (const RnWorker *worker);
/* Who share with this one, itself among them: the team, or nobody else while it is alone */
int rn_worker_n_workers (const RnWorker *worker);
/* This member's own scratch, 64-byte aligned, as long as was reserved */
float *rn_worker_scratch (RnWorker *worker);
/* Every member calls it with the same arguments: pieces 0 .. n_pieces - 1 are each done once; returns when all are. */
void rn_worker_share (RnWorker *worker, int n_pieces, RnPieceFunc func, gpointer data);
/* Pieces are dealt out in order: the one that a member is likely to get after @piece is as many further as there are members.
 * It may be none of theirs. */
int rn_worker_foresee (const RnWorker *worker, int piece);
void rn_worker_barrier (RnWorker *worker);
/* Whether the run was cancelled as of the last barrier: the same answer for every member, so that all may return at the
 * same place. Hundreds of barriers with nothing between them would take as long as waking the sleepers at each. */
gboolean rn_worker_is_cancelled (const RnWorker *worker);
