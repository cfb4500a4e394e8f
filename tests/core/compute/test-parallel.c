#include "compute/parallel.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define MOST_PIECES 300

static const int team_sizes[] = { 1, 2, 3, 5, 16 };

typedef struct
{
  int done[MOST_PIECES]; /* not atomic: ThreadSanitizer would see a piece that two members do */
  int n_pieces;
  int rounds;
  long wrong;
} Count;

static void
count_piece (RnWorker *worker, int piece, gpointer data)
{
  Count *count = data;

  count->done[piece]++;
}

/* In the next share every piece looks at its neighbour of the last one. */
static void
check_piece (RnWorker *worker, int piece, gpointer data)
{
  Count *count = data;

  if (count->done[(piece + 1) % count->n_pieces] != count->done[piece])
    __atomic_fetch_add (&count->wrong, 1, __ATOMIC_RELAXED);
}

static void
count_rounds (RnWorker *worker, gpointer data)
{
  Count *count = data;

  for (int i = 0; i < count->rounds; i++)
    {
      rn_worker_share (worker, count->n_pieces, count_piece, count);
      rn_worker_share (worker, count->n_pieces, check_piece, count);
    }
}

static void
test_each_piece_is_done_once_and_seen_by_the_next_share (void)
{
  static const int piece_counts[] = { 0, 1, 2, 7, 64, MOST_PIECES };

  for (gsize i = 0; i < G_N_ELEMENTS (team_sizes); i++)
    {
      RnTeam *team = rn_team_new (team_sizes[i]);

      g_assert_cmpint (rn_team_n_threads (team), ==, team_sizes[i]);
      for (gsize j = 0; j < G_N_ELEMENTS (piece_counts); j++)
        {
          Count count = { .n_pieces = piece_counts[j], .rounds = 100 };

          g_assert_true (rn_team_run (team, count_rounds, &count, NULL));
          for (int piece = 0; piece < MOST_PIECES; piece++)
            g_assert_cmpint (count.done[piece], ==, piece < count.n_pieces ? count.rounds : 0);
          g_assert_cmpint (count.wrong, ==, 0);
        }
      rn_team_free (team);
    }
}

typedef struct
{
  int phase[16];
  long wrong;
} Phases;

static void
walk_phases (RnWorker *worker, gpointer data)
{
  Phases *phases = data;
  int n = rn_worker_n_workers (worker), me = rn_worker_index (worker);

  for (int i = 1; i <= 300; i++)
    {
      phases->phase[me] = i;
      rn_worker_barrier (worker);
      for (int j = 0; j < n; j++)
        if (phases->phase[j] != i)
          __atomic_fetch_add (&phases->wrong, 1, __ATOMIC_RELAXED);
      rn_worker_barrier (worker);
    }
}

static void
test_nobody_passes_a_barrier_before_all_have_come (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (team_sizes); i++)
    {
      RnTeam *team = rn_team_new (team_sizes[i]);
      Phases phases = { 0 };

      g_assert_true (rn_team_run (team, walk_phases, &phases, NULL));
      g_assert_cmpint (phases.wrong, ==, 0);
      rn_team_free (team);
    }
}

static void
sleep_in_turn (RnWorker *worker, gpointer data)
{
  int *turns = data;
  int me = rn_worker_index (worker);

  for (int i = 0; i < 40; i++)
    {
      /* One member is late by more than a spin, so that the others go to sleep, and just as late as one. */
      if (i % rn_worker_n_workers (worker) == me)
        g_usleep (i % 2 ? 50 : 400);
      rn_worker_barrier (worker);
      if (me == i % rn_worker_n_workers (worker))
        turns[0]++;
      rn_worker_barrier (worker);
    }
}

static void
test_sleepers_are_woken (void)
{
  RnTeam *team = rn_team_new (3);
  int turns = 0;

  g_assert_true (rn_team_run (team, sleep_in_turn, &turns, NULL));
  g_assert_cmpint (turns, ==, 40);
  rn_team_free (team);
}

static gint64
processor_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

static void
do_nothing (RnWorker *worker, gpointer data)
{
}

static void
test_idle_members_use_no_processor (void)
{
  RnTeam *team = rn_team_new (5);
  gint64 before;

  g_assert_true (rn_team_run (team, do_nothing, NULL, NULL));
  g_usleep (20000);
  before = processor_us ();
  g_usleep (200000);
  g_assert_cmpint (processor_us () - before, <, 20000);
  rn_team_free (team);
}

static gint64
thread_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

#define LATE_ROUNDS 100

/* data[i]: the processor time that member i needed. Member 0 comes late to each barrier, by far more than a spin. */
static void
wait_for_the_late (RnWorker *worker, gpointer data)
{
  gint64 *used = data;
  const int me = rn_worker_index (worker);
  const gint64 before = thread_us ();

  for (int i = 0; i < LATE_ROUNDS; i++)
    {
      if (me == 0)
        g_usleep (1000);
      rn_worker_barrier (worker);
    }
  used[me] = thread_us () - before;
}

/* Of 100 ms those who wait spin six times 50 us: after one in vain they go to sleep at once sixteen times. */
static void
test_who_waits_long_sleeps (void)
{
  RnTeam *team = rn_team_new (3);
  gint64 used[3];

  g_assert_true (rn_team_run (team, wait_for_the_late, used, NULL));
  for (int i = 1; i < 3; i++)
    g_assert_cmpint (used[i], <, LATE_ROUNDS * 1000 / 5);
  rn_team_free (team);
}

typedef struct
{
  int cancel;
  int n_done;
  int n_returned;
} Cancel;

static void
cancel_piece (RnWorker *worker, int piece, gpointer data)
{
  Cancel *cancel = data;

  if (__atomic_add_fetch (&cancel->n_done, 1, __ATOMIC_RELAXED) == 100)
    __atomic_store_n (&cancel->cancel, 1, __ATOMIC_RELAXED);
}

static void
share_often (RnWorker *worker, gpointer data)
{
  Cancel *cancel = data;

  for (int i = 0; i < 10; i++)
    {
      rn_worker_share (worker, 1000, cancel_piece, cancel);
      rn_worker_barrier (worker);
    }
  __atomic_fetch_add (&cancel->n_returned, 1, __ATOMIC_RELAXED);
}

static void
test_cancelling_skips_the_rest_and_all_come_home (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (team_sizes); i++)
    {
      RnTeam *team = rn_team_new (team_sizes[i]);
      Cancel cancel = { 0 };

      g_assert_false (rn_team_run (team, share_often, &cancel, &cancel.cancel));
      g_assert_cmpint (cancel.n_done, >=, 100);
      g_assert_cmpint (cancel.n_done, <, 100 + 2 * team_sizes[i]);
      g_assert_cmpint (cancel.n_returned, ==, team_sizes[i]);

      /* The team is as good as new: nothing of the last run is left. */
      cancel = (Cancel){ .n_done = 1000 };
      g_assert_true (rn_team_run (team, share_often, &cancel, &cancel.cancel));
      g_assert_cmpint (cancel.n_done, ==, 11000);
      rn_team_free (team);
    }
}

static void
cancel_and_take_back (RnWorker *worker, int piece, gpointer data)
{
  Cancel *cancel = data;

  __atomic_store_n (&cancel->cancel, piece == 0, __ATOMIC_RELAXED);
}

static void
share_cancel (RnWorker *worker, gpointer data)
{
  Cancel *cancel = data;

  rn_worker_share (worker, 1, cancel_and_take_back, data);
  rn_worker_share (worker, 5, cancel_piece, data);
  __atomic_store_n (&cancel->cancel, 0, __ATOMIC_RELAXED);
}

static void
test_a_run_that_skipped_pieces_says_so_even_if_the_flag_is_taken_back (void)
{
  RnTeam *team = rn_team_new (1);
  Cancel cancel = { 0 };

  g_assert_false (rn_team_run (team, share_cancel, &cancel, &cancel.cancel));
  g_assert_cmpint (cancel.cancel, ==, 0);
  g_assert_cmpint (cancel.n_done, ==, 0);
  rn_team_free (team);
}

typedef struct
{
  int cancel;
  int rounds[16]; /* of each member */
} Leaving;

static void
cancel_in_the_fifth_round (RnWorker *worker, int piece, gpointer data)
{
  Leaving *leaving = data;

  if (leaving->rounds[rn_worker_index (worker)] == 5)
    __atomic_store_n (&leaving->cancel, 1, __ATOMIC_RELAXED);
}

static void
leave_when_cancelled (RnWorker *worker, gpointer data)
{
  Leaving *leaving = data;

  for (int i = 0; i < 1000 && !rn_worker_is_cancelled (worker); i++)
    {
      leaving->rounds[rn_worker_index (worker)]++;
      rn_worker_share (worker, 64, cancel_in_the_fifth_round, leaving);
    }
}

static void
test_all_leave_a_cancelled_run_in_the_same_place (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (team_sizes); i++)
    {
      RnTeam *team = rn_team_new (team_sizes[i]);

      for (int again = 0; again < 50; again++)
        {
          Leaving leaving = { 0 };

          g_assert_false (rn_team_run (team, leave_when_cancelled, &leaving, &leaving.cancel));
          for (int j = 0; j < team_sizes[i]; j++)
            g_assert_cmpint (leaving.rounds[j], ==, 5);

          /* and nothing of that is left for the next run */
          leaving = (Leaving){ .rounds = { 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6 } };
          g_assert_true (rn_team_run (team, leave_when_cancelled, &leaving, &leaving.cancel));
          g_assert_cmpint (leaving.rounds[0], ==, 1006);
        }
      rn_team_free (team);
    }
}

static void
fill_scratch (RnWorker *worker, gpointer data)
{
  gsize n = *(gsize *) data;
  float *scratch = rn_worker_scratch (worker);
  int me = rn_worker_index (worker);

  g_assert_cmpuint ((gsize) scratch % 64, ==, 0);
  for (gsize i = 0; i < n; i++)
    scratch[i] = (float) me;
  rn_worker_barrier (worker);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (scratch[i], ==, (float) me);
}

static void
test_scratch_is_each_members_own (void)
{
  static const gsize lengths[] = { 1, 1000, 10, 100000 };
  RnTeam *team = rn_team_new (3);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      gsize n = lengths[i];

      g_assert_true (rn_team_reserve (team, n));
      g_assert_true (rn_team_run (team, fill_scratch, &n, NULL));
    }
  g_assert_false (rn_team_reserve (team, G_MAXSIZE));
  rn_team_free (team);
}

static void
note_name (RnWorker *worker, gpointer data)
{
  char (*names)[16] = data;

  pthread_getname_np (pthread_self (), names[rn_worker_index (worker)], 16);
}

static void
test_threads_bear_names (void)
{
  char names[3][16];
  RnTeam *team = rn_team_new (3);

  g_assert_true (rn_team_run (team, note_name, names, NULL));
  g_assert_cmpstr (names[1], ==, "residua-1");
  g_assert_cmpstr (names[2], ==, "residua-2");
  rn_team_free (team);
}

static gpointer
run_own_team (gpointer data)
{
  RnTeam *team = rn_team_new (3);

  for (int i = 0; i < 50; i++)
    {
      Count count = { .n_pieces = 20, .rounds = 3 };

      g_assert_true (rn_team_run (team, count_rounds, &count, NULL));
      for (int piece = 0; piece < 20; piece++)
        g_assert_cmpint (count.done[piece], ==, 3);
    }
  rn_team_free (team);
  return NULL;
}

static void
test_teams_do_not_disturb_one_another (void)
{
  pthread_t threads[4];

  for (int i = 0; i < 4; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, run_own_team, NULL), ==, 0);
  for (int i = 0; i < 4; i++)
    pthread_join (threads[i], NULL);
}

static void
test_a_team_may_be_freed_at_once_or_after_a_rest (void)
{
  for (int i = 0; i < 60; i++)
    {
      RnTeam *team = rn_team_new (1 + i % 7);

      if (i % 3 == 1)
        g_assert_true (rn_team_run (team, do_nothing, NULL, NULL));
      if (i % 5 == 4)
        g_usleep (500);
      rn_team_free (team);
    }
  rn_team_free (NULL);
}

#define ALONE_PIECES 4

/* One for each piece of the outer share */
typedef struct
{
  Count inner; /* what it does while it is alone */
  int seen;    /* who share with the member that does it, then */
  int after;   /* and afterwards */
} Alone;

static void
share_while_alone (RnWorker *worker, int piece, gpointer data)
{
  Alone *alone = (Alone *) data + piece;

  rn_worker_begin_alone (worker);
  alone->seen = rn_worker_n_workers (worker);
  for (int i = 0; i < alone->inner.rounds; i++)
    {
      rn_worker_share (worker, alone->inner.n_pieces, count_piece, &alone->inner);
      rn_worker_barrier (worker);
    }
  rn_worker_end_alone (worker);
  alone->after = rn_worker_n_workers (worker);
}

static void
share_members (RnWorker *worker, gpointer data)
{
  rn_worker_share (worker, ALONE_PIECES, share_while_alone, data);
}

static void
test_who_is_alone_shares_with_nobody (void)
{
  RnTeam *team = rn_team_new (3);
  Alone alone[ALONE_PIECES] = { 0 };

  for (int i = 0; i < ALONE_PIECES; i++)
    alone[i].inner = (Count){ .n_pieces = 7 + i, .rounds = 5 };
  g_assert_true (rn_team_run (team, share_members, alone, NULL));
  for (int i = 0; i < ALONE_PIECES; i++)
    {
      for (int piece = 0; piece < MOST_PIECES; piece++)
        g_assert_cmpint (alone[i].inner.done[piece], ==, piece < 7 + i ? 5 : 0);
      g_assert_cmpint (alone[i].seen, ==, 1);
      g_assert_cmpint (alone[i].after, ==, 3);
    }
  rn_team_free (team);
}

/* At least us microseconds; this clock is cut off to whole ones. */
static void
be_busy (gint64 us)
{
  const gint64 end_us = g_get_monotonic_time () + us + 1;

  while (g_get_monotonic_time () < end_us)
    ;
}

/* One of two members works while the other waits, then both. */
static void
work_and_wait (RnWorker *worker, gpointer data)
{
  if (rn_worker_index (worker) == 0)
    {
      be_busy (4000);
      rn_worker_account (worker, RN_WORK_DIRECT);
      be_busy (6000);
    }
  rn_worker_barrier (worker);
  be_busy (8000);
  rn_worker_account (worker, RN_WORK_PRODUCTS);
}

/* The clock may run on while somebody else has the processor, so each is at least what it must be. */
static void
test_an_account_tells_work_and_waiting_apart (void)
{
  RnTeam *team = rn_team_new (2);
  double seconds[RN_N_WORKS], all = 0.0;
  gint64 began_us, us = 0;

  rn_team_run (team, work_and_wait, NULL, NULL);
  rn_team_keep_account (team, TRUE);
  for (int i = 0; i < 2; i++)
    {
      g_usleep (30000); /* between runs nothing counts */
      began_us = g_get_monotonic_time ();
      rn_team_run (team, work_and_wait, NULL, NULL);
      us += g_get_monotonic_time () - began_us;
    }
  rn_team_get_account (team, seconds);
  g_assert_cmpfloat (seconds[RN_WORK_DIRECT], >=, 0.008);
  g_assert_cmpfloat (seconds[RN_WORK_PASSES], >=, 0.012);
  g_assert_cmpfloat (seconds[RN_WORK_PRODUCTS], >=, 0.032);
  g_assert_cmpfloat (seconds[RN_WORK_WAITING], >=, 0.020 - 0.001);
  g_assert_cmpfloat (seconds[RN_WORK_TRANSFORMS], ==, 0.0);
  for (int i = 0; i < RN_N_WORKS; i++)
    all += seconds[i];
  g_assert_cmpfloat (all, <=, 2e-6 * (double) (us + 2)); /* each clock is cut off to 1 us */
  rn_team_keep_account (team, TRUE);
  rn_team_get_account (team, seconds);
  for (int i = 0; i < RN_N_WORKS; i++)
    g_assert_cmpfloat (seconds[i], ==, 0.0);
  rn_team_free (team);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallel/each piece is done once and seen by the next share",
                   test_each_piece_is_done_once_and_seen_by_the_next_share);
  g_test_add_func ("/parallel/nobody passes a barrier before all have come",
                   test_nobody_passes_a_barrier_before_all_have_come);
  g_test_add_func ("/parallel/sleepers are woken", test_sleepers_are_woken);
  g_test_add_func ("/parallel/idle members use no processor", test_idle_members_use_no_processor);
  g_test_add_func ("/parallel/who waits long sleeps", test_who_waits_long_sleeps);
  g_test_add_func ("/parallel/cancelling skips the rest and all come home",
                   test_cancelling_skips_the_rest_and_all_come_home);
  g_test_add_func ("/parallel/all leave a cancelled run in the same place",
                   test_all_leave_a_cancelled_run_in_the_same_place);
  g_test_add_func ("/parallel/a run that skipped pieces says so even if the flag is taken back",
                   test_a_run_that_skipped_pieces_says_so_even_if_the_flag_is_taken_back);
  g_test_add_func ("/parallel/scratch is each member's own", test_scratch_is_each_members_own);
  g_test_add_func ("/parallel/threads bear names", test_threads_bear_names);
  g_test_add_func ("/parallel/teams do not disturb one another",
                   test_teams_do_not_disturb_one_another);
  g_test_add_func ("/parallel/a team may be freed at once or after a rest",
                   test_a_team_may_be_freed_at_once_or_after_a_rest);
  g_test_add_func ("/parallel/who is alone shares with nobody",
                   test_who_is_alone_shares_with_nobody);
  g_test_add_func ("/parallel/an account tells work and waiting apart",
                   test_an_account_tells_work_and_waiting_apart);
  return g_test_run ();
}
