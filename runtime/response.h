/* response.h - what answers a request, and how errors become answers. */
#ifndef TERN_RESPONSE_H
#define TERN_RESPONSE_H

#include "bytes.h"
#include "request.h"
#include "tern.h"

typedef struct response {
    int status;              /* HTTP: 200, 400, 413, 500, ... */
    const char *error_type;  /* NULL, or "Function.BadRequest", ... for Lambda's error header */
    char message[REQUEST_ERROR_SIZE];   /* the error in plain text; "" on success */
    bytes body;              /* JSON, one line, no newline at the end; empty if memory ran out even for the error */
    task_kind task;          /* what was asked for; TASK_ANY where nobody can know */
    size_t tokens, entities; /* of all texts that body answers, for metrics; 0 with an error */
} response;

void response_free(response *out);

/* A 200 without a body yet; and its end, after which it is 500 if memory ran out meanwhile. */
void response_begin(response *out);
void response_end(response *out);

/* {"error": message}. error_type is kept by reference (a literal). */
void respond_error(response *out, int status, const char *error_type, const char *message);
void respond_out_of_memory(response *out);   /* 500 */
int respond_bad_request(response *out, const char *message);   /* 400; returns -1 */

/* A refusal of request.h, which gives the status. */
void respond_refusal(response *out, int status, const char *error);

/* What tern_run said; max_chars: the limit that it was given. Returns -1. */
int respond_engine_error(response *out, const tern_error *err, size_t max_chars);

#endif
