/* http_server.h - the local and container server, on libmicrohttpd.
 *
 *     POST /ner, POST /ner/MODEL                handler.h
 *     POST /sentiment, POST /sentiment/MODEL    handler.h
 *     GET /healthz                              {"status": "ok", ...}: handler.h
 *     GET /                                     the page (web/index.html, part of the program)
 *
 * An answer of POST says in Server-Timing how long the work took, in milliseconds: "ner;dur=0.211" (W3C Server Timing).
 * Anything else is 404, 405 (with Allow), 413 or 415 with {"error": "..."}. One thread does all input and output, so that a
 * slow client costs nothing but its connection; worker threads compute (http_workers.h). Limits: HTTP_MAX_* below. */
#ifndef TERN_HTTP_SERVER_H
#define TERN_HTTP_SERVER_H

#include <stdint.h>

#include "handler.h"

#define HTTP_MAX_BODY (6u * 1024 * 1024)          /* bytes of a request's body; 413 above */
#define HTTP_MAX_BUFFERED (512u * 1024 * 1024)    /* bytes of all bodies in memory; 503 above, for large ones only */
#define HTTP_MAX_HEADER (32u * 1024)              /* bytes of request line and header fields; 414 or 431 above */
#define HTTP_MAX_CONNECTIONS 256u                 /* more wait in the kernel's queue */
#define HTTP_MAX_THREADS 256u

typedef struct http_server_options {
    const char *host;
    uint16_t port;              /* 0: any free one */
    unsigned threads;           /* workers, 1..HTTP_MAX_THREADS */
    unsigned client_seconds;    /* how long a client may take to send a request, and between two of them */
    const model_set *models;    /* open; outlive the server */
    handler_settings settings;  /* of POST /ner and POST /sentiment; memory: of all that run at once */
    const char *cors;           /* whose pages may use the server (http_cors_is_origin), or NULL: only its own */
} http_server_options;

/* Writes "listening on URL" to standard output once it is true, and a line "POST /ner: MODEL..." for each task that the models
 * can do, then serves until SIGTERM or SIGINT: stops listening, finishes what runs, returns 0. A second signal ends the process
 * at once. Returns -1 with a sentence in error when it cannot start.
 * Call it from the only thread of the process: it blocks both signals for good. */
int http_server_run(const http_server_options *options, char *error, size_t error_size);

#endif
