#define _POSIX_C_SOURCE 200809L
#include "loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "event.h"
#include "memory.h"

#define NEXT_TRIES 5u
#define POST_TRIES 3u
#define FIRST_DELAY_MS 50u
#define MODEL_CHANGED "Function.ModelChanged"

static int is_server_error(const rapi *api, rapi_result result)
{
    return result == RAPI_STATUS && rapi_status(api) >= 500;
}

/* ---- NEXT -------------------------------------------------------------------------------------------------------- */

static int is_answerable(rapi_result received, const invocation *in)
{
    return in->request_id.len
           && (received == RAPI_OK || received == RAPI_TOO_LARGE || received == RAPI_HEADERS
               || received == RAPI_MEMORY);
}

/* 0: in can be answered, and *received says whether its event is there. -1: the worker has to end. */
static int next(const loop_worker *w, invocation *in, rapi_result *received)
{
    for (unsigned failure = 1;; failure++) {
        *received = rapi_next(w->api, in);
        if (is_answerable(*received, in)) return 0;
        if (*received == RAPI_CANCELLED) return -1;
        int last = failure == NEXT_TRIES || is_server_error(w->api, *received);
        log_line(&w->log, last ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "cannot get the next invocation: %s%s",
                 rapi_problem(w->api), last ? "; giving up" : "");
        if (last) return -1;
        back_off(failure, FIRST_DELAY_MS, 0);
    }
}

/* ---- HANDLE ------------------------------------------------------------------------------------------------------ */

static void refuse_large_event(response *out)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message, "the event has more than %u bytes", RAPI_MAX_EVENT);
    respond_error(out, 413, "Function.EventSizeTooLarge", message);
}

static void refuse_large_headers(response *out)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message,
             "the headers of the invocation are too large (one may have %u bytes, all together %u): "
             "send a shorter client context",
             RAPI_MAX_HEADER, RAPI_MAX_HEADERS);
    respond_error(out, 413, "Function.HeadersTooLarge", message);
}

/* The answer is that, whatever it was, if a model cannot be trusted any more. */
static int refuse_changed_model(const loop_worker *w, response *out)
{
    char message[sizeof out->message];
    const named_model *changed = models_changed(w->contexts.models);
    if (!changed) return 0;
    snprintf(message, sizeof message,
             "the file of the model \"%s\" was written to while it was in use, so the process ends and the next "
             "one opens it again: write a new file and rename that",
             changed->name);
    respond_error(out, 500, MODEL_CHANGED, message);
    return 1;
}

static void handle(const loop_worker *w, const loop_shared *shared, rapi_result received, const invocation *in,
                   response *out)
{
    uint64_t deadline = deadline_before(in->deadline_ms, clock_now_ms(), shared->margin_ms);
    handler_settings settings = *shared->settings;
    settings.interrupt = deadline_has_come;
    settings.interrupt_user = &deadline;
    settings.answer = (answer_limit){.bytes = RAPI_MAX_RESPONSE, .carrier = "Lambda"};
    settings.memory =
        memory_share_engine(&(memory_share){.total = settings.memory, .max_chars = settings.max_chars}, in->event.len);
    const event_context context = {.contexts = &w->contexts,
                                   .settings = &settings,
                                   .cors_origin = shared->cors_origin,
                                   .output = w->output,
                                   .log = &w->log,
                                   .deadline_ms = deadline};
    if (refuse_changed_model(w, out)) return;
    if (received == RAPI_TOO_LARGE) refuse_large_event(out);
    else if (received == RAPI_HEADERS) refuse_large_headers(out);
    else if (received == RAPI_MEMORY) respond_out_of_memory(out);
    else event_handle(&context, in->event.data, in->event.len, out);
    refuse_changed_model(w, out);
}

/* ---- POST -------------------------------------------------------------------------------------------------------- */

static rapi_result post_once(rapi *api, const invocation *to, const response *answer)
{
    if (answer->error_type) return rapi_fail(api, to, answer->error_type, answer->message);
    return rapi_respond(api, to, answer->body.data, answer->body.len);
}

/* 0: go on with /next. -1: the process has to end. */
static int post(const loop_worker *w, const invocation *to, const response *answer)
{
    for (unsigned failure = 1;; failure++) {
        rapi_result result = post_once(w->api, to, answer);
        if (result == RAPI_OK) return 0;
        int settled = result == RAPI_STATUS && !is_server_error(w->api, result);
        int last = failure == POST_TRIES || result == RAPI_STATUS;
        log_line(&w->log, last ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "the answer was not accepted: %s%s",
                 rapi_problem(w->api),
                 !last     ? ""
                 : settled ? "; going on"
                           : "; giving up");
        if (last) return settled ? 0 : -1;
        back_off(failure, FIRST_DELAY_MS, 0);
    }
}

/* ---- what is told of an invocation ------------------------------------------------------------------------------- */

/* Instrumented libraries read the trace id from the environment. */
static void publish_trace_id(const invocation *in)
{
    if (in->trace_id.len) setenv("_X_AMZN_TRACE_ID", in->trace_id.data, 1);
    else unsetenv("_X_AMZN_TRACE_ID");
}

static void begin_log(logger *log, const invocation *in)
{
    log->request_id = in->request_id.data;
    log->trace_id = in->trace_id.data;
    log->tenant_id = in->tenant_id.data;
    if (log_wants(log, LOG_LEVEL_TRACE) && in->event.len)
        log_line(log, LOG_LEVEL_TRACE, "event: %.*s", (int)in->event.len, in->event.data);
}

/* The strings are about to change. */
static void end_log(logger *log) { log->request_id = log->trace_id = log->tenant_id = NULL; }

/* Before the answer goes out: after it the platform may freeze the process at any time. */
static void report(const loop_worker *w, loop_shared *shared, const response *answer, double duration_ms)
{
    int first = !atomic_exchange(&shared->has_served, 1);
    const char *error = answer->error_type ? answer->error_type : answer->fault;
    if (error) log_line(&w->log, LOG_LEVEL_ERROR, "%s: %s", error, answer->message);
    else
        log_line(&w->log, LOG_LEVEL_DEBUG, "%zu tokens, %zu entities in %.3f ms", answer->tokens, answer->entities,
                 duration_ms);
    if (!shared->metrics) return;
    const invocation_metrics of = {.duration_ms = duration_ms,
                                   .tokens = answer->tokens,
                                   .entities = answer->entities,
                                   .errors = answer->status >= 500,
                                   .cold_start = first && shared->on_demand,
                                   .init_ms = first ? shared->init_ms : -1,
                                   .peak_mb = metrics_peak_mb()};
    metrics_write(shared->metrics, &of, &w->log);
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static int has_lost_model(const response *answer)
{
    return answer->error_type && !strcmp(answer->error_type, MODEL_CHANGED);
}

int loop_run(loop_worker *w, loop_shared *shared)
{
    invocation in = {0};
    response answer = {0};
    rapi_result received;
    int failed = 0, answered = 0;
    while (!failed && !next(w, &in, &received)) {
        double begin = clock_monotonic_ms();
        begin_log(&w->log, &in);
        if (shared->publish_trace_id) publish_trace_id(&in);
        handle(w, shared, received, &in, &answer);
        report(w, shared, &answer, clock_monotonic_ms() - begin);
        failed = post(w, &in, &answer) || has_lost_model(&answer);
        end_log(&w->log);
        if (!answered++ && w->guard) crash_guard_prepare_backtrace(w->guard);
    }
    response_free(&answer);
    invocation_free(&in);
    return received == RAPI_CANCELLED ? 0 : -1;
}

void loop_fail_init(rapi *api, const logger *log, const char *error_type, const char *message)
{
    log_line(log, LOG_LEVEL_ERROR, "%s: %s", error_type, message);
    for (unsigned failure = 1; rapi_fail_init(api, error_type, message) == RAPI_TRANSPORT && failure < POST_TRIES;
         failure++)
        back_off(failure, FIRST_DELAY_MS, 0);
}
