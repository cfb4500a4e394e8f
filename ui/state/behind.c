#include "state/behind.h"

#include <residua/compute-info.h>

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Errand;

static gboolean
let_go (gpointer task)
{
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  g_autofree Errand *errand = data;
  GTask *task = errand->task;
  g_autoptr (GSource) last = g_idle_source_new ();

  rn_compute_lower_priority ();
  errand->func (task, g_task_get_source_object (task), g_task_get_task_data (task),
                g_task_get_cancellable (task));
  /* what the task holds, objects of the window among it, is let go of where it was made */
  g_source_set_callback (last, let_go, task, NULL);
  g_source_attach (last, g_task_get_context (task));
  return NULL;
}

void
rn_task_run_behind (GTask *task, GTaskThreadFunc func)
{
  Errand *errand = g_new (Errand, 1);

  *errand = (Errand){ g_object_ref (task), func };
  g_thread_unref (g_thread_new ("look", run, errand));
}
