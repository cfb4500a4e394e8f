#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * rn_task_run_behind:
 * @func: as g_task_run_in_thread() takes it
 *
 * g_task_run_in_thread() for what training goes before: in a thread of its own, which steps back and ends with @func; one
 * of the pool's would keep the low priority.
 */
void rn_task_run_behind (GTask *task, GTaskThreadFunc func);

G_END_DECLS
