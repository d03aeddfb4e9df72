#include "workers.h"

#include <pthread.h>

typedef struct crew {
    loop_worker *workers;
    unsigned count;
    loop_shared *shared;
    const char *model_path;
    atomic_int failed;
} crew;

typedef struct member {
    crew *crew;
    unsigned number;
    pthread_t thread;
    int has_thread;
} member;

static void *work(void *user)
{
    const member *m = user;
    crew *c = m->crew;
    loop_worker *w = &c->workers[m->number];
    const crash_facts facts = {.log = &w->log, .mapped = c->model_path};
    w->guard = crash_guard_new(&facts);
    if (loop_run(w, c->shared)) atomic_store(&c->failed, 1);
    workers_cancel(c->workers, c->count);
    crash_guard_free(w->guard);
    w->guard = NULL;
    return NULL;
}

int workers_run(loop_worker *workers, unsigned count, loop_shared *shared, const char *model_path)
{
    crew c = {.workers = workers, .count = count, .shared = shared, .model_path = model_path};
    member members[WORKERS_MAX];
    atomic_init(&c.failed, 0);
    for (unsigned i = 0; i < count; i++) members[i] = (member){.crew = &c, .number = i};
    for (unsigned i = 1; i < count; i++) {
        members[i].has_thread = !pthread_create(&members[i].thread, NULL, work, &members[i]);
        if (!members[i].has_thread)
            log_line(&workers[0].log, LOG_LEVEL_WARNING, "cannot start thread %u of %u", i + 1, count);
    }
    work(&members[0]);
    for (unsigned i = 1; i < count; i++)
        if (members[i].has_thread) pthread_join(members[i].thread, NULL);
    return atomic_load(&c.failed) ? -1 : 0;
}

void workers_cancel(loop_worker *workers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) rapi_cancel(workers[i].api);
}
