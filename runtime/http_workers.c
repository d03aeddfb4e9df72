#include "http_workers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "memory.h"

typedef struct worker {
    pthread_t thread;
    struct http_workers *workers;
    model_contexts contexts;
} worker;

struct http_workers {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    http_job *first, **last;
    int stopping;
    handler_settings settings;
    unsigned large_running, large_allowed;
    memory_share memory;
    unsigned count;
    worker worker[];   /* [count] */
};

static void compute(worker *self, http_job *job)
{
    handler_settings settings = self->workers->settings;
    settings.memory = memory_share_engine(&self->workers->memory, job->len);
    double start = clock_monotonic_ms();
    handle_request(&self->contexts, &job->asked, job->body, job->len, &settings, &job->answer);
    job->milliseconds = clock_monotonic_ms() - start;
}

static int is_large(const http_job *job)
{
    return job->len >= HTTP_LARGE_BODY;
}

/* Takes the first job that may start now out of the queue. Those that need memory keep their order, so that none waits for ever. */
static http_job *take(http_workers *workers)
{
    int may_be_large = workers->large_running < workers->large_allowed;
    for (http_job **link = &workers->first; *link != NULL; link = &(*link)->next) {
        http_job *job = *link;
        if (is_large(job) && !(may_be_large = may_be_large && memory_share_has(&workers->memory, job->len)))
            continue;
        *link = job->next;
        if (workers->last == &job->next)
            workers->last = link;
        if (is_large(job))
            workers->large_running++;
        memory_share_take(&workers->memory, job->len);
        return job;
    }
    return NULL;
}

static void *work(void *argument)
{
    worker *self = argument;
    http_workers *workers = self->workers;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        http_job *job = take(workers);
        if (job == NULL) {
            if (workers->stopping && workers->first == NULL)
                break;
            pthread_cond_wait(&workers->changed, &workers->lock);
            continue;
        }
        pthread_mutex_unlock(&workers->lock);
        int large = is_large(job);
        size_t len = job->len;
        compute(self, job);
        job->finished(job);
        pthread_mutex_lock(&workers->lock);
        memory_share_put(&workers->memory, len);
        if (large) {
            workers->large_running--;
            pthread_cond_broadcast(&workers->changed);   /* another large one may start now */
        }
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static int start_worker(http_workers *workers, const model_set *models, tern_error *error)
{
    worker *w = &workers->worker[workers->count];
    w->workers = workers;
    if (model_contexts_open(&w->contexts, models, error) != 0)
        return -1;
    int status = pthread_create(&w->thread, NULL, work, w);
    if (status != 0) {
        model_contexts_close(&w->contexts);
        snprintf(error->msg, sizeof error->msg, "cannot start worker thread %u: %s", workers->count + 1, strerror(status));
        return -1;
    }
    workers->count++;
    return 0;
}

http_workers *http_workers_start(const model_set *models, const handler_settings *settings, unsigned count, tern_error *error)
{
    http_workers *workers = calloc(1, sizeof *workers + count * sizeof workers->worker[0]);
    if (workers == NULL) {
        snprintf(error->msg, sizeof error->msg, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    workers->settings = *settings;
    workers->memory = (memory_share){.total = settings->memory, .max_chars = settings->max_chars};
    workers->last = &workers->first;
    workers->large_allowed = count > 1 ? count - 1 : 1;
    for (unsigned i = 0; i < count; i++)
        if (start_worker(workers, models, error) != 0) {
            http_workers_stop(workers);
            return NULL;
        }
    return workers;
}

void http_workers_submit(http_workers *workers, http_job *job)
{
    pthread_mutex_lock(&workers->lock);
    job->next = NULL;
    *workers->last = job;
    workers->last = &job->next;
    pthread_cond_signal(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
}

void http_workers_stop(http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = 1;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++) {
        pthread_join(workers->worker[i].thread, NULL);
        model_contexts_close(&workers->worker[i].contexts);
    }
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
