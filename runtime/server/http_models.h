/* http_models.h - the models that a server answers with at the moment, and their replacement while it serves.
 *
 * A set of models has workers of its own. Reloading opens the same files again, on another thread; if that succeeds,
 * requests that begin from then on get the new set, those that had begun finish with the old one, and with the last of
 * them it goes. If it fails, all stays as it was. */
#ifndef TERN_HTTP_MODELS_H
#define TERN_HTTP_MODELS_H

#include "http_workers.h"
#include "problem.h"
#include "response.h"

/* What a request is answered with. */
typedef struct http_serving {
    struct http_serving *next;
    model_set models;
    http_workers *workers;
    response health; /* the answer to /healthz */
    size_t users;    /* requests under way */
} http_serving;

typedef struct http_models http_models;

/* Takes the models, which are open, and starts threads for them; wake is called, from another thread, when
 * http_models_turn has something to do. NULL with a sentence in why; the models are taken all the same. */
http_models *http_models_open(model_set *models, const handler_settings *settings, unsigned threads, void (*wake)(void),
                              problem *why);

/* All that follows: on one thread. */

/* The current one. begin counts a request, end ends it; NULL is allowed there. */
http_serving *http_models_current(const http_models *m);
http_serving *http_models_begin(http_models *m);
void http_models_end(http_serving *serving);

/* Begins to reload; if that is under way, once more afterwards: the files may have changed since. */
void http_models_reload(http_models *m);

/* Takes over what has been loaded, and frees what nobody uses any more. 0; 1: the models are new; -1: they could not be
 * loaded, for the reason in why. */
int http_models_turn(http_models *m, problem *why);

/* http_workers_hurry of all. */
void http_models_hurry(http_models *m);
/* http_workers_stop of all. Returns 1 if files are still being read: only the end of the process ends that. */
int http_models_stop(http_models *m);
/* After stop, which returned 0. */
void http_models_close(http_models *m);

#endif
