/* rapi.h - client of the AWS Lambda Runtime API, version 2018-06-01, on one kept-alive connection.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
#ifndef TERN_RAPI_H
#define TERN_RAPI_H

#include "invocation.h"

/* What Lambda carries at most in a function's result: 6 MB and 100 bytes. */
#define RAPI_MAX_RESPONSE 6291556u
/* Events are limited to the same; a margin keeps the decision with the platform and still guards memory. */
#define RAPI_MAX_EVENT (8u << 20)

/* Headers that come with an event: all together, and one, where libcurl's limit stands. The client context is one of
 * them; AWS itself takes 3,583 bytes of it. */
#define RAPI_MAX_HEADERS (256u << 10)
#define RAPI_MAX_HEADER (100u << 10)

typedef struct rapi rapi;

typedef enum rapi_result {
    RAPI_OK,
    RAPI_TRANSPORT, /* no complete answer: refused, closed, malformed */
    RAPI_STATUS,    /* an answer with another status than 2xx: rapi_status() */
    RAPI_NO_ID,     /* /next: no request id, so nobody can be answered */
    RAPI_TOO_LARGE, /* /next: the event exceeds RAPI_MAX_EVENT; everything but the event is valid */
    /* the answer's headers are too large; after /next what came before the one that was too much is valid */
    RAPI_HEADERS,
    RAPI_MEMORY,   /* out of memory; after /next everything but the event is valid if there is a request id */
    RAPI_CANCELLED /* /next: rapi_cancel */
} rapi_result;

/* address: the value of AWS_LAMBDA_RUNTIME_API, host:port with an optional path. NULL: out of memory, or no such
 * address. The caller has called curl_global_init. A client serves one thread. */
rapi *rapi_new(const char *address);
void rapi_free(rapi *api);

/* Waits for the next event, however long: the platform may freeze the process for hours meanwhile. */
rapi_result rapi_next(rapi *api, invocation *out);

/* Ends this and every later rapi_next, unless its answer has begun to arrive; other calls go on. Any thread. */
void rapi_cancel(rapi *api);

/* The function's result (JSON) of at most RAPI_MAX_RESPONSE bytes. */
rapi_result rapi_respond(rapi *api, const invocation *to, const char *body, size_t len);

/* A failed invocation, or a failed start. error_type: (Runtime|Function)\.[A-Z][a-zA-Z]+, or else the platform replaces
 * it. What went wrong in the runtime (Runtime.*) is told to X-Ray as well. message may be any bytes. */
rapi_result rapi_fail(rapi *api, const invocation *to, const char *error_type, const char *message);
rapi_result rapi_fail_init(rapi *api, const char *error_type, const char *message);

/* Of the last call: the HTTP status (0: none), and what was wrong in words. */
long rapi_status(const rapi *api);
const char *rapi_problem(const rapi *api);

#endif
