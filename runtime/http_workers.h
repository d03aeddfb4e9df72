/* http_workers.h - the threads that compute answers, each with its own contexts, and the queue in front of them.
 *
 * First come, first served, with one exception: large bodies never hold all workers (when there is more than one), so that a
 * short text does not wait for somebody's book; and they wait until there is the memory that they may need (memory.h). */
#ifndef TERN_HTTP_WORKERS_H
#define TERN_HTTP_WORKERS_H

#include "handler.h"

/* Bodies from this many bytes on are large: a few milliseconds of work. */
#define HTTP_LARGE_BODY (64u * 1024)

typedef struct http_job {
    struct http_job *next;
    request_target asked;   /* by the path */
    const char *body;   /* of POST /ner or /sentiment; stays unchanged until finished is called */
    size_t len;
    response answer;    /* zeroed by the submitter, who owns it again afterwards */
    double milliseconds;   /* what the answer took a worker, without the wait for one */
    void (*finished)(struct http_job *job);   /* called once, by a worker; the job may be gone when it returns */
} http_job;

typedef struct http_workers http_workers;

/* NULL with *error filled when a context or a thread cannot be made. settings is copied, models borrowed. count is 1 or
 * more. */
http_workers *http_workers_start(const model_set *models, const handler_settings *settings, unsigned count, tern_error *error);
void http_workers_submit(http_workers *workers, http_job *job);   /* any thread */
/* Finishes what was submitted, ends the threads, frees everything. No submit may follow. */
void http_workers_stop(http_workers *workers);

#endif
