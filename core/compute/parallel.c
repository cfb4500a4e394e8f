#include "parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"

#define CACHE_LINE 64
#define SPIN_US 50
#define SPINS_SKIPPED 16

struct _RnWorker
{
  _Alignas(CACHE_LINE) RnTeam *team;
  int index;
  int spins_to_skip;
  gboolean is_alone;
  float *scratch;
  pthread_t thread;
  gint64 accounted_ns; /* the time until which it has accounted for what it did */
  gint64 spent_ns[RN_N_WORKS];
};

/* One barrier does everything: members wait at it between runs, rn_team_run() arrives last with the new function, all
 * meet again at its end. Plain fields are written by the caller before it arrives, so the barrier publishes them. */
struct _RnTeam
{
  int n_workers;
  gsize scratch_length;
  RnTeamFunc func;
  gpointer data;
  const int *cancel;
  gboolean failed; /* to start; read and written under the mutex */
  gboolean quit;
  gboolean keeps_account;
  gint64 run_ns; /* in runs, since there is an account */

  pthread_mutex_t mutex;
  pthread_cond_t released;

  _Alignas(CACHE_LINE) atomic_uint generation; /* barriers passed */
  atomic_int n_sleepers;
  atomic_int cancelled;
  atomic_int leaves; /* whether it was cancelled as of the last barrier */
  _Alignas(CACHE_LINE) atomic_int n_arrived;
  _Alignas(CACHE_LINE) atomic_int next_piece; /* of the present share; the barrier sets it back */

  RnWorker workers[];
};

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Returns: TRUE when the generation changed within SPIN_US */
static gboolean
spin (RnTeam *team, unsigned generation)
{
  gint64 end = g_get_monotonic_time () + SPIN_US;

  do
    for (int i = 0; i < 32; i++)
      {
        if (atomic_load_explicit (&team->generation, memory_order_acquire) != generation)
          return TRUE;
        relax ();
      }
  while (g_get_monotonic_time () < end);
  return FALSE;
}

/* A sleeper counts itself, then looks at the generation; release() moves the generation, then looks at the count. Both
 * sequentially consistent, so at least one sees the other and no wake-up is lost. */
static void
sleep_until_released (RnTeam *team, unsigned generation)
{
  pthread_mutex_lock (&team->mutex);
  atomic_fetch_add (&team->n_sleepers, 1);
  while (atomic_load (&team->generation) == generation)
    pthread_cond_wait (&team->released, &team->mutex);
  atomic_fetch_sub (&team->n_sleepers, 1);
  pthread_mutex_unlock (&team->mutex);
}

/* Remembered, so that a flag that is set and cleared within a run cannot leave half a result that looks whole. */
static gboolean
is_cancelled (RnTeam *team)
{
  if (team->cancel == NULL)
    return FALSE;
  if (__atomic_load_n (team->cancel, __ATOMIC_RELAXED) != 0)
    atomic_store_explicit (&team->cancelled, 1, memory_order_relaxed);
  return atomic_load_explicit (&team->cancelled, memory_order_relaxed) != 0;
}

/* All have arrived, so nobody claims pieces: the counters may be set back, and what is noted of the cancelling here is
 * the same for every member until all meet again. */
static void
release (RnTeam *team)
{
  atomic_store_explicit (&team->leaves, is_cancelled (team), memory_order_relaxed);
  atomic_store_explicit (&team->next_piece, 0, memory_order_relaxed);
  atomic_store_explicit (&team->n_arrived, 0, memory_order_relaxed);
  atomic_fetch_add (&team->generation, 1);
  if (atomic_load (&team->n_sleepers) == 0)
    return;
  pthread_mutex_lock (&team->mutex);
  pthread_cond_broadcast (&team->released);
  pthread_mutex_unlock (&team->mutex);
}

static void
wait_for_release (RnWorker *worker, unsigned generation)
{
  RnTeam *team = worker->team;

  if (worker->spins_to_skip > 0)
    worker->spins_to_skip--;
  else if (spin (team, generation))
    return;
  else
    worker->spins_to_skip = SPINS_SKIPPED;
  sleep_until_released (team, generation);
}

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What passes until here is not accounted for: where all of a run is known, the rest is waiting. */
static void
begin_account (RnWorker *worker)
{
  if (worker->team->keeps_account)
    worker->accounted_ns = now_ns ();
}

void
rn_worker_account (RnWorker *worker, RnWork work)
{
  gint64 ns;

  if (!worker->team->keeps_account)
    return;
  ns = now_ns ();
  worker->spent_ns[work] += ns - worker->accounted_ns;
  worker->accounted_ns = ns;
}

static void
meet (RnWorker *worker)
{
  RnTeam *team = worker->team;
  unsigned generation;

  if (team->n_workers == 1)
    return;
  /* Before arriving: afterwards the last one may move it at any moment. */
  generation = atomic_load_explicit (&team->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit (&team->n_arrived, 1, memory_order_acq_rel) + 1 == team->n_workers)
    release (team);
  else
    wait_for_release (worker, generation);
}

void
rn_worker_barrier (RnWorker *worker)
{
  rn_worker_account (worker, RN_WORK_PASSES);
  if (worker->team->n_workers == 1 || worker->is_alone)
    return;
  meet (worker);
  begin_account (worker);
}

static void
share_alone (RnWorker *worker, int n_pieces, RnPieceFunc func, gpointer data)
{
  for (int piece = 0; piece < n_pieces && !is_cancelled (worker->team); piece++)
    func (worker, piece, data);
  rn_worker_account (worker, RN_WORK_PASSES);
}

void
rn_worker_share (RnWorker *worker, int n_pieces, RnPieceFunc func, gpointer data)
{
  RnTeam *team = worker->team;

  if (team->n_workers == 1 || worker->is_alone)
    {
      share_alone (worker, n_pieces, func, data);
      return;
    }
  while (!is_cancelled (team))
    {
      int piece = atomic_fetch_add_explicit (&team->next_piece, 1, memory_order_relaxed);

      if (piece >= n_pieces)
        break;
      func (worker, piece, data);
    }
  rn_worker_barrier (worker);
}

/* A member's part of a run. Behind its end the caller goes on, so the account is closed before. */
static void
run (RnWorker *worker)
{
  begin_account (worker);
  worker->team->func (worker, worker->team->data);
  rn_worker_account (worker, RN_WORK_PASSES);
  meet (worker);
}

static void *
work (void *data)
{
  RnWorker *worker = data;
  RnTeam *team = worker->team;
  gboolean failed;
  char name[16];

  snprintf (name, sizeof name, "residua-%d", worker->index);
  pthread_setname_np (pthread_self (), name);

  /* rn_team_new() holds the mutex until it is known whether all threads could be had. */
  pthread_mutex_lock (&team->mutex);
  failed = team->failed;
  pthread_mutex_unlock (&team->mutex);
  if (failed)
    return NULL;
  for (;;)
    {
      meet (worker);
      if (team->quit)
        return NULL;
      run (worker);
    }
}

/* Returns: how many of the team's threads, the caller among them, are there */
static int
start_threads (RnTeam *team)
{
  sigset_t all, before;
  int n = 1;

  /* Signals are for the threads of the application. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  while (n < team->n_workers &&
         pthread_create (&team->workers[n].thread, NULL, work, &team->workers[n]) == 0)
    n++;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return n;
}

static void
destroy (RnTeam *team, int n_threads)
{
  for (int i = 1; i < n_threads; i++)
    pthread_join (team->workers[i].thread, NULL);
  for (int i = 0; i < team->n_workers; i++)
    rn_floats_free (team->workers[i].scratch);
  pthread_cond_destroy (&team->released);
  pthread_mutex_destroy (&team->mutex);
  free (team);
}

RnTeam *
rn_team_new (int n_threads)
{
  gsize size = sizeof (RnTeam) + (gsize) n_threads * sizeof (RnWorker);
  RnTeam *team;
  int n_started;

  g_return_val_if_fail (n_threads >= 1 && n_threads <= RN_TEAM_MAX_THREADS, NULL);

  team = aligned_alloc (CACHE_LINE, (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  if (team == NULL)
    return NULL;
  memset (team, 0, size);
  team->n_workers = n_threads;
  pthread_mutex_init (&team->mutex, NULL);
  pthread_cond_init (&team->released, NULL);
  for (int i = 0; i < n_threads; i++)
    {
      team->workers[i].team = team;
      team->workers[i].index = i;
    }

  pthread_mutex_lock (&team->mutex);
  n_started = start_threads (team);
  team->failed = n_started < n_threads;
  pthread_mutex_unlock (&team->mutex);
  if (team->failed)
    {
      destroy (team, n_started);
      return NULL;
    }
  return team;
}

void
rn_team_free (RnTeam *team)
{
  if (team == NULL)
    return;
  team->quit = TRUE;
  meet (&team->workers[0]);
  destroy (team, team->n_workers);
}

int
rn_team_n_threads (const RnTeam *team)
{
  return team->n_workers;
}

gboolean
rn_team_reserve (RnTeam *team, gsize n_floats)
{
  if (n_floats <= team->scratch_length)
    return TRUE;
  for (int i = 0; i < team->n_workers; i++)
    {
      float *scratch = rn_floats_new (n_floats);

      if (scratch == NULL)
        return FALSE;
      rn_floats_free (team->workers[i].scratch);
      team->workers[i].scratch = scratch;
    }
  team->scratch_length = n_floats;
  return TRUE;
}

gboolean
rn_team_run (RnTeam *team, RnTeamFunc func, gpointer data, const int *cancel)
{
  const gint64 began_ns = team->keeps_account ? now_ns () : 0;
  gboolean cancelled;

  team->func = func;
  team->data = data;
  team->cancel = cancel;
  atomic_store_explicit (&team->cancelled, 0, memory_order_relaxed);

  meet (&team->workers[0]);
  run (&team->workers[0]);
  if (team->keeps_account)
    team->run_ns += now_ns () - began_ns;

  cancelled = is_cancelled (team);
  /* barriers look at it, also those between runs, and it is the caller's */
  team->cancel = NULL;
  return !cancelled;
}

void
rn_team_keep_account (RnTeam *team, gboolean keeps)
{
  team->keeps_account = keeps;
  team->run_ns = 0;
  for (int i = 0; i < team->n_workers; i++)
    memset (team->workers[i].spent_ns, 0, sizeof team->workers[i].spent_ns);
}

void
rn_team_get_account (const RnTeam *team, double seconds[RN_N_WORKS])
{
  seconds[RN_WORK_WAITING] = (double) team->run_ns * 1e-9 * team->n_workers;
  for (int work = 0; work < RN_WORK_WAITING; work++)
    {
      seconds[work] = 0.0;
      for (int i = 0; i < team->n_workers; i++)
        seconds[work] += (double) team->workers[i].spent_ns[work] * 1e-9;
      seconds[RN_WORK_WAITING] -= seconds[work];
    }
}

void
rn_worker_begin_alone (RnWorker *worker)
{
  worker->is_alone = TRUE;
}

void
rn_worker_end_alone (RnWorker *worker)
{
  worker->is_alone = FALSE;
}

gboolean
rn_worker_is_cancelled (const RnWorker *worker)
{
  RnTeam *team = worker->team;

  if (team->n_workers == 1)
    return is_cancelled (team);
  return atomic_load_explicit (&team->leaves, memory_order_relaxed) != 0;
}

int
rn_worker_index (const RnWorker *worker)
{
  return worker->index;
}

int
rn_worker_n_workers (const RnWorker *worker)
{
  return worker->is_alone ? 1 : worker->team->n_workers;
}

int
rn_worker_foresee (const RnWorker *worker, int piece)
{
  return piece + rn_worker_n_workers (worker);
}

float *
rn_worker_scratch (RnWorker *worker)
{
  return worker->scratch;
}
