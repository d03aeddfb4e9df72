#include "http_models.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "health.h"

enum { NOT_LOADING, LOADING, LOADED };

struct http_models {
    http_serving *current; /* first of all that are still in use */
    handler_settings settings;
    unsigned threads;
    void (*wake)(void);
    pthread_t loader;
    int has_loader;
    atomic_int state;   /* while LOADING, made and why are the loader's */
    http_serving *made; /* NULL: see why */
    problem why;
    int once_more;
};

/* ---- one set ----------------------------------------------------------------------------------------------------- */

static void stop_workers(http_serving *serving)
{
    if (serving->workers) http_workers_stop(serving->workers);
    serving->workers = NULL;
}

static void free_serving(http_serving *serving)
{
    stop_workers(serving);
    models_close(&serving->models);
    response_free(&serving->health);
    free(serving);
}

/* Takes the models. */
static http_serving *new_serving(const http_models *m, model_set *models, problem *why)
{
    tern_error reason = {.msg = "out of memory"};
    http_serving *serving = calloc(1, sizeof *serving);
    if (serving) {
        serving->models = *models;
        handle_health(&serving->models, &serving->health);
        if (serving->health.status == 200)
            serving->workers = http_workers_start(&serving->models, &m->settings, m->threads, &reason);
        if (serving->workers) return serving;
        free_serving(serving);
    } else {
        models_close(models);
    }
    problem_set(why, -1, "%s", reason.msg);
    return NULL;
}

/* ---- the loader, a thread that lives for one set ----------------------------------------------------------------- */

/* 0, or -1 with the reason. */
static int open_again(const model_set *old, model_set *models, problem *why)
{
    if (models_again(old, models)) return problem_set(why, -1, "out of memory");
    return models_open(models, MODEL_LOADED, why) || models_set_tasks(models, why) ? -1 : 0;
}

/* The current set stays the same meanwhile. */
static void *load(void *user)
{
    http_models *m = user;
    model_set models = {.count = 0};
    if (open_again(&m->current->models, &models, &m->why)) models_close(&models);
    else m->made = new_serving(m, &models, &m->why);
    atomic_store(&m->state, LOADED);
    m->wake();
    return NULL;
}

void http_models_reload(http_models *m)
{
    if (atomic_load(&m->state) != NOT_LOADING) {
        m->once_more = 1;
        return;
    }
    m->made = NULL;
    atomic_store(&m->state, LOADING);
    int status = pthread_create(&m->loader, NULL, load, m);
    m->has_loader = !status;
    if (m->has_loader) return;
    problem_set(&m->why, -1, "cannot start a thread: %s", strerror(status));
    atomic_store(&m->state, LOADED);
    m->wake();
}

/* The loader has ended, or will at once. Its set, if there is one, becomes the current one. */
static int take_loaded(http_models *m, problem *why)
{
    http_serving *made = m->made;
    if (m->has_loader) pthread_join(m->loader, NULL);
    m->made = NULL;
    atomic_store(&m->state, NOT_LOADING);
    if (made) {
        made->next = m->current;
        m->current = made;
    } else {
        *why = m->why;
    }
    if (m->once_more) {
        m->once_more = 0;
        http_models_reload(m);
    }
    return made ? 1 : -1;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

http_models *http_models_open(model_set *models, const handler_settings *settings, unsigned threads, void (*wake)(void),
                              problem *why)
{
    http_models *m = calloc(1, sizeof *m);
    if (!m) {
        problem_set(why, -1, "out of memory");
        models_close(models);
        return NULL;
    }
    m->settings = *settings;
    m->threads = threads;
    m->wake = wake;
    atomic_init(&m->state, NOT_LOADING);
    m->current = new_serving(m, models, why);
    *models = (model_set){.count = 0};
    if (m->current) return m;
    free(m);
    return NULL;
}

http_serving *http_models_current(const http_models *m) { return m->current; }

http_serving *http_models_begin(http_models *m)
{
    m->current->users++;
    return m->current;
}

void http_models_end(http_serving *serving)
{
    if (serving) serving->users--;
}

int http_models_turn(http_models *m, problem *why)
{
    int news = atomic_load(&m->state) == LOADED ? take_loaded(m, why) : 0;
    for (http_serving **link = &m->current->next; *link;) {
        http_serving *old = *link;
        if (old->users) {
            link = &old->next;
            continue;
        }
        *link = old->next;
        free_serving(old);
    }
    return news;
}

void http_models_hurry(http_models *m)
{
    for (http_serving *serving = m->current; serving; serving = serving->next) http_workers_hurry(serving->workers);
}

int http_models_stop(http_models *m)
{
    problem why;
    m->once_more = 0;
    if (atomic_load(&m->state) == LOADED) take_loaded(m, &why);
    for (http_serving *serving = m->current; serving; serving = serving->next) stop_workers(serving);
    return atomic_load(&m->state) == LOADING;
}

void http_models_close(http_models *m)
{
    while (m->current) {
        http_serving *serving = m->current;
        m->current = serving->next;
        free_serving(serving);
    }
    free(m);
}
