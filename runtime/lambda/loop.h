/* loop.h - the life of a Lambda worker after its start: NEXT -> HANDLE -> POST, again and again.
 *
 *   /next: no answer, no request id, 4xx   5 tries, 50 ms * 2^n apart, then the process ends
 *   /next or POST: 5xx                     the process ends (the API's "container error: exit promptly")
 *   POST: 413, 400, 403, other 4xx         logged; the platform has already settled the invocation; goes on with /next
 *   POST: no answer                        2 more tries, then the process ends, which lets the platform settle it
 *   a model's file was written to          before the event or after it, answered by Function.ModelChanged: then the
 *                                          process ends, and the next one opens the file again */
#ifndef TERN_LOOP_H
#define TERN_LOOP_H

#include <stdatomic.h>

#include "crash.h"
#include "handler.h"
#include "log.h"
#include "metrics.h"
#include "rapi.h"
#include "sqs_output.h"

/* What the workers of a process share. Everything is borrowed. */
typedef struct loop_shared {
    const handler_settings *settings; /* each worker puts its own interrupt in; memory: of each worker */
    const char *cors_origin;          /* event.h */
    const metrics *metrics;           /* NULL: none are written */
    unsigned margin_ms;               /* deadline.h */
    int publish_trace_id;             /* in the environment, for libraries: sound with one worker only */
    int on_demand;                    /* 1: the process was started because an invocation was waiting */
    double init_ms;                   /* from the start of main to the first /next */
    atomic_bool has_served;           /* an invocation has come */
} loop_shared;

/* What one worker, a thread, has to itself. */
typedef struct loop_worker {
    rapi *api;
    model_contexts contexts;
    const sqs_output *output; /* event.h */
    logger log;               /* its ids are those of the invocation under way */
    crash_guard *guard;       /* of this thread, with this log; NULL: none */
} loop_worker;

/* Serves invocations until the retry policy ends it, which has been logged then: -1; or until rapi_cancel: 0. */
int loop_run(loop_worker *w, loop_shared *shared);

/* Reports a failed start, with the retries of a POST, and logs it. */
void loop_fail_init(rapi *api, const logger *log, const char *error_type, const char *message);

#endif
