/* workers.h - several invocations at once in one process (Lambda Managed Instances, AWS_LAMBDA_MAX_CONCURRENCY): a
 * thread for each, all on one mapped model. Experimental: AWS names no runtime on provided.al2023 but Rust's for it. */
#ifndef TERN_WORKERS_H
#define TERN_WORKERS_H

#include "loop.h"

#define WORKERS_MAX 256u /* far more than a process gets CPUs for */

/* Runs the first worker on this thread and each other one on a thread of its own, until one of them ends; then the
 * others finish the invocations that they have, and end too. guard of each is set here; model_path is borrowed. 0: all
 * were cancelled (workers_cancel); -1: one failed. */
int workers_run(loop_worker *workers, unsigned count, loop_shared *shared, const char *model_path);

/* No worker takes another invocation. Any thread. */
void workers_cancel(loop_worker *workers, unsigned count);

#endif
