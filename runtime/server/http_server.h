/* http_server.h - the local and container server: route.h says what it answers, and with which refusals; the page is
 * web/index.html, part of the program.
 *
 *   http_listen      the socket
 *   http_loop        one thread for all input and output: who may be connected, for how long, until when
 *   http_connection  one client: its requests and answers, one after the other
 *   http_message     bytes -> a request, strictly by RFC 9112 (llhttp)
 *   http_answer      an answer -> bytes
 *   http_workers     threads that compute, with the queue in front of them
 *   http_models      the models, with their workers, and how they are replaced
 *
 * An answer of POST says in Server-Timing how long the work took, in milliseconds: "ner;dur=0.211" (W3C Server Timing).
 * Every refusal is {"error": "..."}, to clients of Amazon Comprehend what comprehend_error.h says. */
#ifndef TERN_HTTP_SERVER_H
#define TERN_HTTP_SERVER_H

#include <stdint.h>

#include "handler.h"
#include "problem.h"

#define HTTP_MAX_ANSWER (32u * 1024 * 1024) /* bytes of an answer; 413 above */
#define HTTP_MAX_THREADS 256
#define HTTP_MAX_BUFFERED ((size_t)512 * 1024 * 1024) /* most for max_buffered */

typedef struct http_server_options {
    const char *host;
    uint16_t port;           /* 0: any free one */
    unsigned threads;        /* workers, 1..HTTP_MAX_THREADS */
    unsigned client_seconds; /* how long a client may take to send a request, and between two of them */
    model_set *models;       /* open (MODEL_LOADED); the server takes them */
    /* of POST /ner and POST /sentiment, but for HTTP_MAX_ANSWER; memory: of all that run at once */
    handler_settings settings;
    size_t max_buffered; /* bytes of all bodies and answers in memory (http_site) */
    const char *cors;    /* whose pages may use the server (cors.h), or NULL: only its own */
} http_server_options;

/* Writes "listening on URL" to standard output once it is true, and a line "POST /ner: MODEL..." for each task that the
 * models can do, then serves until SIGTERM or SIGINT: stops listening, finishes what runs, returns 0. A second signal
 * ends the process at once. Upon SIGHUP it opens the models' files again (http_models.h) and writes "reloaded the
 * models" and the lines of the tasks, or to standard error why all stays as it was. Returns -1 with a sentence in why
 * when it cannot start. Call it from the only thread of the process: it blocks the signals for good. */
int http_server_run(const http_server_options *options, problem *why);

#endif
