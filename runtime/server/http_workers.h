/* http_workers.h - the threads that compute answers, each with its own contexts, and the queue in front of them.
 *
 * Small bodies before large ones, of the small the smaller first (by powers of two): what a text costs grows with its
 * bytes, and nobody's book, nor a crowd of them, may hold up a sentence. For the same reason large ones never hold
 * all workers (when there is more than one). They keep their order, and wait until there is the memory that they may
 * need (memory.h). Deferred jobs wait for all others. */
#ifndef TERN_HTTP_WORKERS_H
#define TERN_HTTP_WORKERS_H

#include <stdatomic.h>

#include "routed.h"

/* Bodies from this many bytes on are large: milliseconds of work, 0.1 s at worst. What is compressed counts by the size
 * that it says to have. */
#define HTTP_LARGE_BODY (8u * 1024)
/* Jobs that may wait; further ones get 503. */
#define HTTP_MAX_QUEUED 512u
#define HTTP_TOO_MANY "too many requests wait: try again in a moment"
#define HTTP_STOPPING "the server is stopping: send the request again"

typedef struct http_workers http_workers;

typedef struct http_job {
    struct http_job *next;
    http_workers *workers; /* that have it */
    const route *route;    /* which takes a body: unchanged, as body, until finished is called */
    const char *body;
    size_t len;
    response answer;     /* zeroed by the submitter, who owns it again afterwards */
    double milliseconds; /* what the answer took a worker, without the wait for one */
    size_t size;         /* of the body; if it is compressed, what it says to become */
    int deferred;
    atomic_int cancelled;
    void (*finished)(struct http_job *job); /* called once, by a worker; the job may be gone when it returns */
} http_job;

/* NULL with *error filled when a context or a thread cannot be made. settings is copied, models borrowed. count is 1 or
 * more. */
http_workers *http_workers_start(const model_set *models, const handler_settings *settings, unsigned count,
                                 tern_error *error);

/* Any thread. 0; or -1: too many jobs wait, this one is not taken. Rather than that, a deferred one that waits is
 * finished with 503. */
int http_workers_submit(http_workers *workers, http_job *job);

/* Whether the job had not begun, and never will: finished is not called. Otherwise it is interrupted, and finished is
 * called soon. */
int http_job_cancel(http_job *job);

/* Whoever asked may have gone: the job waits until there is no other. */
void http_job_defer(http_job *job);

/* What waits and what runs is finished with 503: the process ends. */
void http_workers_hurry(http_workers *workers);

/* Finishes what was submitted, ends the threads, frees everything. No submit may follow. */
void http_workers_stop(http_workers *workers);

#endif
