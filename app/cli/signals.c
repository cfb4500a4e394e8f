#include "signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

/* Lock-free atomics are what a handler may touch. */
static int n_received;
static int is_looked_at;

static void
receive (int number)
{
  if (__atomic_fetch_add (&n_received, 1, __ATOMIC_RELAXED) > 0 ||
      !__atomic_load_n (&is_looked_at, __ATOMIC_RELAXED))
    _exit (RN_EXIT_INTERRUPTED);
}

static void
handle (int number)
{
  struct sigaction action;

  memset (&action, 0, sizeof action);
  action.sa_handler = receive;
  action.sa_flags = SA_RESTART;
  sigemptyset (&action.sa_mask);
  sigaction (number, &action, NULL);
}

static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void
rn_cli_signals_start (void)
{
  handle (SIGINT);
  handle (SIGTERM);
  /* nohup switches it off, and means it; shells switch SIGINT off in the background, and a script that sends it there
   * means that */
  if (!is_ignored (SIGHUP))
    handle (SIGHUP);
  /* A reader that went away is a failed write, which is seen and told; a training then still saves itself. */
  signal (SIGPIPE, SIG_IGN);
}

void
rn_cli_signals_look (void)
{
  __atomic_store_n (&is_looked_at, 1, __ATOMIC_RELAXED);
}

gboolean
rn_cli_is_interrupted (void)
{
  return __atomic_load_n (&n_received, __ATOMIC_RELAXED) > 0;
}

const int *
rn_cli_get_interrupt (void)
{
  return &n_received;
}
