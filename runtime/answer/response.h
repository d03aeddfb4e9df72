/* response.h - what answers a request, and how errors become answers. */
#ifndef TERN_RESPONSE_H
#define TERN_RESPONSE_H

#include "bytes.h"
#include "problem.h"
#include "request.h"
#include "tern.h"

/* Error types that more than one file gives, as Lambda reports them; the others stand where they arise. */
#define ERROR_BAD_REQUEST "Function.BadRequest"
#define ERROR_UNKNOWN_MODEL "Function.UnknownModel"
#define ERROR_TOO_LARGE "Function.ResponseSizeTooLarge"
#define ERROR_TEXT_TOO_LONG "Function.TextTooLong"
#define ERROR_TEXT_TOO_COMPLEX "Function.TextTooComplex"
#define ERROR_MEMORY_LIMIT "Function.MemoryLimit"
#define ERROR_OUT_OF_MEMORY "Runtime.OutOfMemory"
#define ERROR_INTERNAL "Runtime.InternalError"

/* How large an answer may be, and what carries it to its reader. What counts is what goes out: all of its bytes, with
 * the envelope where a gateway's event wants one, in which the answer is a JSON string. It is refused if and only if it
 * is larger. The work ends as soon as what is written shows that: nobody waits for an answer that cannot come. */
typedef struct answer_limit {
    size_t bytes;        /* 0: none */
    int quoted;          /* it becomes a JSON string: every quotation mark and backslash takes one byte more */
    const char *carrier; /* "Lambda" */
} answer_limit;

typedef struct response {
    int status;             /* HTTP: 200, 400, 413, 500, ... */
    const char *error_type; /* NULL, or ERROR_BAD_REQUEST, ... for Lambda's error header */
    /* of a Lambda event's answer that is in body whatever it says: the error_type of status 500 and above, for the log;
     * NULL: none */
    const char *fault;
    char message[PROBLEM_SIZE]; /* the error in plain text; "" on success */
    bytes body;                 /* JSON, one line, no newline at the end; empty if memory ran out even for the error */
    task_kind task;             /* what was asked for; TASK_ANY where nobody can know */
    size_t tokens, entities;    /* of all texts that body answers, for metrics; 0 with an error */
    size_t counted, size;       /* response_size */
} response;

void response_free(response *out);

/* A 200 without a body yet; and its end, after which it is 500 if memory ran out meanwhile. */
void response_begin(response *out);
void response_end(response *out);

/* The bytes that the body takes where it goes: answer_limit.quoted. Each byte is looked at once: ask as often as you
 * like. */
size_t response_size(response *out, int quoted);

/* Whether the answer, behind `before` bytes of a larger one, is already larger than may go out. */
int response_is_over(response *out, const answer_limit *limit, size_t before);

/* {"error": message}. error_type is kept by reference (a literal). */
void respond_error(response *out, int status, const char *error_type, const char *message);
void respond_out_of_memory(response *out);                   /* 500 */
int respond_bad_request(response *out, const char *message); /* 400; returns -1 */

void respond_too_large(response *out, const answer_limit *limit); /* 413 */

/* A refusal of request.h, which gives the status. */
void respond_refusal(response *out, int status, const char *error);

/* The JSON of a request, as json_parse; NULL with the error in out. */
json_doc *response_parse(response *out, const char *data, size_t len);

/* What tern_run said; max_chars: the limit that it was given. Returns -1. */
int respond_engine_error(response *out, const tern_error *err, size_t max_chars);

#endif
