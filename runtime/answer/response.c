#include "response.h"

#include <stdio.h>

#include "json_out.h"

#define TOO_MANY_TEXTS "Function.TooManyTexts"
#define DEADLINE_EXCEEDED "Function.DeadlineExceeded"

void respond_error(response *out, int status, const char *error_type, const char *message)
{
    out->status = status;
    out->error_type = error_type;
    snprintf(out->message, sizeof out->message, "%s", message);
    out->tokens = out->entities = out->counted = out->size = 0;
    bytes_clear(&out->body);
    bytes_text(&out->body, "{\"error\": ");
    json_out_cstring(&out->body, out->message);
    bytes_text(&out->body, "}");
    if (out->body.failed) bytes_clear(&out->body);
}

void respond_out_of_memory(response *out)
{
    bytes_free(&out->body); /* gives back what a half-written answer held */
    respond_error(out, 500, ERROR_OUT_OF_MEMORY, "out of memory: send a shorter text, or give the process more memory");
}

void respond_too_large(response *out, const answer_limit *limit)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message,
             "the answer is larger than the %zu bytes that %s carries: send less text at a time", limit->bytes,
             limit->carrier);
    bytes_free(&out->body);
    respond_error(out, 413, ERROR_TOO_LARGE, message);
}

void response_free(response *out) { bytes_free(&out->body); }

int respond_bad_request(response *out, const char *message)
{
    respond_error(out, 400, ERROR_BAD_REQUEST, message);
    return -1;
}

void response_begin(response *out)
{
    out->status = 200;
    out->error_type = NULL;
    out->message[0] = '\0';
    out->tokens = out->entities = out->counted = out->size = 0;
    bytes_clear(&out->body);
}

size_t response_size(response *out, int quoted)
{
    for (; out->counted < out->body.len; out->counted++) {
        char c = out->body.data[out->counted];
        out->size += quoted && (c == '"' || c == '\\') ? 2 : 1;
    }
    return out->size;
}

int response_is_over(response *out, const answer_limit *limit, size_t before)
{
    return limit->bytes && before + response_size(out, limit->quoted) > limit->bytes;
}

void response_end(response *out)
{
    if (out->body.failed) respond_out_of_memory(out);
}

int respond_engine_error(response *out, const tern_error *err, size_t max_chars)
{
    char message[sizeof out->message];
    switch (err->code) {
    case TERN_E_MEMORY: respond_out_of_memory(out); return -1;
    case TERN_E_UTF8: return respond_bad_request(out, err->msg);
    case TERN_E_TOO_LONG:
        if (!max_chars || max_chars > TERN_MAX_CHARS) max_chars = TERN_MAX_CHARS;
        snprintf(message, sizeof message, "the text has %zu characters, the limit is %zu: split it", err->pos,
                 max_chars);
        respond_error(out, 413, ERROR_TEXT_TOO_LONG, message);
        return -1;
    case TERN_E_MEMORY_LIMIT:
        respond_error(out, 413, ERROR_MEMORY_LIMIT,
                      "the text needs more memory than there is for one here: split it, or give the "
                      "process more memory");
        return -1;
    case TERN_E_TOO_COMPLEX: respond_error(out, 413, ERROR_TEXT_TOO_COMPLEX, err->msg); return -1;
    case TERN_E_INTERRUPTED:
        respond_error(out, 504, DEADLINE_EXCEEDED,
                      "the time limit came before the answer: send a shorter text, or give the "
                      "function more time or memory");
        return -1;
    default: respond_error(out, 500, ERROR_INTERNAL, err->msg); return -1;
    }
}

void respond_refusal(response *out, int status, const char *error)
{
    if (status == 500) respond_out_of_memory(out);
    else
        respond_error(out, status,
                      status == 413   ? TOO_MANY_TEXTS
                      : status == 404 ? ERROR_UNKNOWN_MODEL
                                      : ERROR_BAD_REQUEST,
                      error);
}

json_doc *response_parse(response *out, const char *data, size_t len)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    if (!doc) {
        if (error.no_memory) respond_out_of_memory(out);
        else respond_bad_request(out, error.msg);
    }
    return doc;
}
