#include "http_workers.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "deadline.h"
#include "gzip.h"
#include "memory.h"

typedef struct worker {
    pthread_t thread;
    http_workers *workers;
    model_contexts contexts;
    http_job *running;
    char doing[48 + MODEL_NAME_SIZE]; /* crash_facts */
} worker;

struct http_workers {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    http_job *first, **last; /* that wait */
    unsigned waiting;
    int stopping;
    handler_settings settings;
    unsigned large_running, large_allowed;
    memory_share memory;
    unsigned count;
    worker worker[]; /* [count] */
};

static int is_cancelled(void *job) { return atomic_load(&((http_job *)job)->cancelled); }

static void respond_busy(http_job *job, const char *why) { respond_error(&job->answer, 503, NULL, why); }

static void note_job(worker *self, const http_job *job)
{
    const request_target *asked = &job->route->asked;
    if (job->route->place == PLACE_SERVICE)
        snprintf(self->doing, sizeof self->doing, "POST / for Amazon Comprehend with a body of %zu bytes", job->len);
    else
        snprintf(self->doing, sizeof self->doing, "POST /%s%s%s with a body of %zu bytes", task_name(asked->task),
                 asked->model ? "/" : "", asked->model ? asked->model->name : "", job->len);
}

static void compute(worker *self, http_job *job)
{
    note_job(self, job);
    handler_settings settings = self->workers->settings;
    settings.memory = memory_share_engine(&self->workers->memory, job->size);
    settings.interrupt = is_cancelled;
    settings.interrupt_user = job;
    double start = clock_monotonic_ms();
    routed_request(&self->contexts, job->route, job->body, job->len, &settings, &job->answer);
    job->milliseconds = clock_monotonic_ms() - start;
    if (is_cancelled(job)) respond_busy(job, HTTP_STOPPING);
}

static size_t size_of(const http_job *job)
{
    size_t announced = job->route->gzip ? gzip_announced_size(job->body, job->len) : 0;
    return announced > job->len ? announced : job->len;
}

static int is_large(const http_job *job) { return job->size >= HTTP_LARGE_BODY; }

/* ---- the queue; the lock is held --------------------------------------------------------------------------------- */

static void unlink_job(http_workers *workers, http_job **link)
{
    http_job *job = *link;
    *link = job->next;
    if (workers->last == &job->next) workers->last = link;
    workers->waiting--;
}

static http_job **find_job(http_workers *workers, const http_job *job)
{
    http_job **link = &workers->first;
    while (*link && *link != job) link = &(*link)->next;
    return *link ? link : NULL;
}

/* Of small ones the smaller goes first. Large ones keep their order, so that none waits for ever for the memory it
 * needs. */
static unsigned rank(const http_job *job)
{
    unsigned size = 0;
    while (!is_large(job) && job->size >> size > 1) size++;
    return is_large(job) ? UINT_MAX : size;
}

/* Of the jobs that may start now, deferred or not, the first of the lowest rank. */
static http_job **find_ready(http_workers *workers, int deferred)
{
    int may_be_large = workers->large_running < workers->large_allowed;
    http_job **best = NULL;
    for (http_job **link = &workers->first; *link; link = &(*link)->next) {
        const http_job *job = *link;
        if (job->deferred != deferred || (is_large(job) && !may_be_large)) continue;
        may_be_large = may_be_large && (!is_large(job) || memory_share_has(&workers->memory, job->size));
        if ((!is_large(job) || may_be_large) && (!best || rank(job) < rank(*best))) best = link;
    }
    return best;
}

static http_job *take(http_workers *workers)
{
    http_job **link = find_ready(workers, 0);
    if (!link) link = find_ready(workers, 1);
    if (!link) return NULL;
    http_job *job = *link;
    unlink_job(workers, link);
    workers->large_running += (unsigned)is_large(job);
    memory_share_take(&workers->memory, job->size);
    return job;
}

/* The deferred one that came last. */
static http_job *drop_deferred(http_workers *workers)
{
    http_job **found = NULL;
    for (http_job **link = &workers->first; *link; link = &(*link)->next)
        if ((*link)->deferred) found = link;
    http_job *job = found ? *found : NULL;
    if (found) unlink_job(workers, found);
    return job;
}

/* ---- the threads ------------------------------------------------------------------------------------------------- */

static void end_job(worker *self)
{
    http_workers *workers = self->workers;
    const http_job *job = self->running;
    self->running = NULL;
    memory_share_put(&workers->memory, job->size);
    if (!is_large(job)) return;
    workers->large_running--;
    pthread_cond_broadcast(&workers->changed); /* another large one may start now */
}

static void serve_queue(worker *self)
{
    http_workers *workers = self->workers;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        http_job *job = self->running = take(workers);
        if (!job) {
            if (workers->stopping && !workers->first) break;
            pthread_cond_wait(&workers->changed, &workers->lock);
            continue;
        }
        pthread_mutex_unlock(&workers->lock);
        compute(self, job);
        pthread_mutex_lock(&workers->lock);
        end_job(self);
        pthread_mutex_unlock(&workers->lock);
        job->finished(job);
        pthread_mutex_lock(&workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
}

static void *work(void *argument)
{
    worker *self = argument;
    const crash_facts facts = {.doing = self->doing};
    crash_guard *guard = crash_guard_new(&facts);
    if (guard) crash_guard_prepare_backtrace(guard);
    serve_queue(self);
    crash_guard_free(guard);
    return NULL;
}

static int start_worker(http_workers *workers, const model_set *models, tern_error *error)
{
    worker *w = &workers->worker[workers->count];
    w->workers = workers;
    if (model_contexts_open(&w->contexts, models, error) != 0) return -1;
    int status = pthread_create(&w->thread, NULL, work, w);
    if (status != 0) {
        model_contexts_close(&w->contexts);
        snprintf(error->msg, sizeof error->msg, "cannot start worker thread %u: %s", workers->count + 1,
                 strerror(status));
        return -1;
    }
    workers->count++;
    return 0;
}

http_workers *http_workers_start(const model_set *models, const handler_settings *settings, unsigned count,
                                 tern_error *error)
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

int http_workers_submit(http_workers *workers, http_job *job)
{
    http_job *dropped = NULL;
    pthread_mutex_lock(&workers->lock);
    if (workers->waiting >= HTTP_MAX_QUEUED) dropped = drop_deferred(workers);
    int taken = workers->waiting < HTTP_MAX_QUEUED;
    if (taken) {
        job->size = size_of(job);
        job->next = NULL;
        job->workers = workers;
        *workers->last = job;
        workers->last = &job->next;
        workers->waiting++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    if (dropped) {
        respond_busy(dropped, HTTP_TOO_MANY);
        dropped->finished(dropped);
    }
    return taken ? 0 : -1;
}

int http_job_cancel(http_job *job)
{
    http_workers *workers = job->workers;
    pthread_mutex_lock(&workers->lock);
    http_job **link = find_job(workers, job);
    if (link) unlink_job(workers, link);
    else atomic_store(&job->cancelled, 1);
    pthread_mutex_unlock(&workers->lock);
    return link != NULL;
}

void http_job_defer(http_job *job)
{
    pthread_mutex_lock(&job->workers->lock);
    job->deferred = 1;
    pthread_mutex_unlock(&job->workers->lock);
}

void http_workers_hurry(http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    http_job *waiting = workers->first;
    workers->first = NULL;
    workers->last = &workers->first;
    workers->waiting = 0;
    for (unsigned i = 0; i < workers->count; i++)
        if (workers->worker[i].running) atomic_store(&workers->worker[i].running->cancelled, 1);
    pthread_mutex_unlock(&workers->lock);
    while (waiting) {
        http_job *job = waiting;
        waiting = job->next;
        respond_busy(job, HTTP_STOPPING);
        job->finished(job);
    }
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
