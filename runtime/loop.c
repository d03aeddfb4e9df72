#define _POSIX_C_SOURCE 200809L
#include "loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event.h"
#include "log.h"

#define NEXT_TRIES 5u
#define POST_TRIES 3u
#define FIRST_DELAY_MS 50L

/* 50 ms, 100 ms, 200 ms, ... for failure 1, 2, 3, ... */
static void back_off(unsigned failure)
{
    long ms = FIRST_DELAY_MS << (failure - 1);
    struct timespec delay = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&delay, NULL);
}

static int is_server_error(const rapi *api, rapi_result result)
{
    return result == RAPI_STATUS && rapi_status(api) >= 500;
}

/* ---- NEXT ------------------------------------------------------------------------------------------------------------- */

static int is_answerable(rapi_result received, const invocation *in)
{
    return in->request_id.len && (received == RAPI_OK || received == RAPI_TOO_LARGE || received == RAPI_MEMORY);
}

/* 0: in can be answered, and *received says whether its event is there. -1: the process has to end. */
static int next(rapi *api, invocation *in, rapi_result *received)
{
    for (unsigned failure = 1;; failure++) {
        *received = rapi_next(api, in);
        if (is_answerable(*received, in))
            return 0;
        int last = failure == NEXT_TRIES || is_server_error(api, *received);
        log_line(last ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, "cannot get the next invocation: %s%s", rapi_problem(api),
                 last ? "; giving up" : "");
        if (last)
            return -1;
        back_off(failure);
    }
}

/* Instrumented libraries read the trace id from the environment; that is sound with one worker per process. */
static void publish_trace_id(const invocation *in)
{
    if (in->trace_id.len)
        setenv("_X_AMZN_TRACE_ID", in->trace_id.data, 1);
    else
        unsetenv("_X_AMZN_TRACE_ID");
}

/* ---- HANDLE ----------------------------------------------------------------------------------------------------------- */

static void refuse_large_response(response *out)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message, "the answer has %zu bytes, Lambda carries %u: split the text and send its parts",
             out->body.len, RAPI_MAX_RESPONSE);
    respond_error(out, 413, "Function.ResponseSizeTooLarge", message);
}

static void refuse_large_event(response *out)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message, "the event has more than %u bytes", RAPI_MAX_EVENT);
    respond_error(out, 413, "Function.EventSizeTooLarge", message);
}

static void handle(tern_ctx *ctx, const handler_settings *settings, rapi_result received, const invocation *in, response *out)
{
    if (received == RAPI_TOO_LARGE)
        refuse_large_event(out);
    else if (received == RAPI_MEMORY)
        respond_out_of_memory(out);
    else
        event_handle(ctx, in->event.data, in->event.len, settings, out);
    if (!out->error_type && out->body.len > RAPI_MAX_RESPONSE)
        refuse_large_response(out);
}

/* ---- POST ------------------------------------------------------------------------------------------------------------- */

static rapi_result post_once(rapi *api, const invocation *to, const response *answer)
{
    if (answer->error_type)
        return rapi_fail(api, to, answer->error_type, answer->message);
    return rapi_respond(api, to, answer->body.data, answer->body.len);
}

/* 0: go on with /next. -1: the process has to end. */
static int post(rapi *api, const invocation *to, const response *answer)
{
    for (unsigned failure = 1;; failure++) {
        rapi_result result = post_once(api, to, answer);
        if (result == RAPI_OK)
            return 0;
        int settled = result == RAPI_STATUS && !is_server_error(api, result);
        int last = failure == POST_TRIES || result == RAPI_STATUS;
        log_line(last ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, to->request_id.data, "the answer was not accepted: %s%s",
                 rapi_problem(api), !last ? "" : settled ? "; going on" : "; giving up");
        if (last)
            return settled ? 0 : -1;
        back_off(failure);
    }
}

void loop_run(rapi *api, tern_ctx *ctx, const handler_settings *settings)
{
    invocation in = {0};
    response answer = {0};
    rapi_result received;
    while (!next(api, &in, &received)) {
        publish_trace_id(&in);
        handle(ctx, settings, received, &in, &answer);
        if (answer.error_type)
            log_line(LOG_LEVEL_ERROR, in.request_id.data, "%s: %s", answer.error_type, answer.message);
        if (post(api, &in, &answer))
            break;
    }
    response_free(&answer);
    invocation_free(&in);
}

void loop_fail_init(rapi *api, const char *error_type, const char *message)
{
    log_line(LOG_LEVEL_ERROR, NULL, "%s: %s", error_type, message);
    for (unsigned failure = 1; rapi_fail_init(api, error_type, message) == RAPI_TRANSPORT && failure < POST_TRIES; failure++)
        back_off(failure);
}
