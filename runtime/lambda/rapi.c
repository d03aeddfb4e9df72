#define _POSIX_C_SOURCE 200809L /* getcwd */
#include "rapi.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "header_line.h"
#include "json_out.h"
#include "problem.h"
#include "rapi_curl.h"

#define POLL_MS 600000  /* nothing has to happen after it */
#define MAX_CAUSE 1000u /* bytes of the message that X-Ray gets; the platform crops the header at 64 KB */

struct rapi {
    CURL *curl;
    CURLM *multi; /* that waits for curl and can be woken */
    atomic_bool cancelled;
    bytes base, url;      /* "http://host:port/path/2018-06-01/runtime/"; the URL of the current call */
    invocation *incoming; /* where /next writes; NULL in other calls, whose answers do not matter */
    size_t header_bytes;
    int headers_too_large, body_has_begun, event_too_large, no_memory;
    long status;
    problem why;
    char curl_error[CURL_ERROR_SIZE];
};

/* ---- receiving --------------------------------------------------------------------------------------------------- */

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    rapi *api = user;
    size_t len = size * count;
    api->header_bytes += len;
    if (api->header_bytes > RAPI_MAX_HEADERS) {
        api->headers_too_large = 1;
        return 0;
    }
    if (api->incoming && invocation_header(api->incoming, line, len)) {
        api->no_memory = 1;
        return 0;
    }
    return len;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    rapi *api = user;
    size_t len = size * count;
    api->body_has_begun = 1;
    if (!api->incoming) return len;
    bytes *event = &api->incoming->event;
    if (len > RAPI_MAX_EVENT - event->len) {
        api->event_too_large = 1;
        return 0;
    }
    bytes_append(event, data, len);
    api->no_memory |= event->failed;
    return event->failed ? 0 : len;
}

/* ---- calling ----------------------------------------------------------------------------------------------------- */

static rapi_result result_of(rapi *api, rapi_result result, const char *what)
{
    return (rapi_result)problem_set(&api->why, (int)result, "%s", what);
}

/* A header of more than RAPI_MAX_HEADER bytes is out of memory to libcurl before 8.6: no buffer of it may grow so
 * large. */
static int is_large_header(const rapi *api, CURLcode code)
{
    int refused = code == CURLE_OUT_OF_MEMORY;
#if LIBCURL_VERSION_NUM >= 0x080600
    refused |= code == CURLE_TOO_LARGE;
#endif
    return refused && api->header_bytes && !api->body_has_begun;
}

static rapi_result classify(rapi *api, CURLcode code)
{
    curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &api->status);
    if (!api->no_memory && (api->headers_too_large || is_large_header(api, code)))
        return result_of(api, RAPI_HEADERS, "the answer's headers are too large");
    if (api->no_memory || code == CURLE_OUT_OF_MEMORY) return result_of(api, RAPI_MEMORY, "out of memory");
    if (api->event_too_large) return result_of(api, RAPI_TOO_LARGE, "the event is too large");
    if (code != CURLE_OK)
        return result_of(api, RAPI_TRANSPORT, api->curl_error[0] ? api->curl_error : curl_easy_strerror(code));
    if (api->status < 200 || api->status > 299)
        return (rapi_result)problem_set(&api->why, RAPI_STATUS, "status %ld", api->status);
    return result_of(api, RAPI_OK, "");
}

/* Waits until the transfer is over, or is cancelled: then 0. An invocation that has begun to arrive is not
 * cancelled. */
static int wait_for_transfer(rapi *api, int cancellable, CURLcode *code)
{
    int running = 1;
    while (running) {
        if (cancellable && !api->header_bytes && atomic_load(&api->cancelled)) return 0;
        CURLMcode status = curl_multi_perform(api->multi, &running);
        if (!status && running) status = curl_multi_poll(api->multi, NULL, 0, POLL_MS, NULL); /* rapi_cancel wakes it */
        if (status) {
            *code = status == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_RECV_ERROR;
            return 1;
        }
    }
    int left;
    for (const CURLMsg *m; (m = curl_multi_info_read(api->multi, &left)) != NULL;)
        if (m->msg == CURLMSG_DONE) *code = m->data.result;
    return 1;
}

static rapi_result perform(rapi *api, int cancellable)
{
    CURLcode code = CURLE_RECV_ERROR;
    if (curl_multi_add_handle(api->multi, api->curl)) return result_of(api, RAPI_MEMORY, "out of memory");
    int over = wait_for_transfer(api, cancellable, &code);
    curl_multi_remove_handle(api->multi, api->curl);
    return over ? classify(api, code) : result_of(api, RAPI_CANCELLED, "cancelled");
}

/* Performs the call to api->url with the method that has been set. */
static rapi_result call(rapi *api, struct curl_slist *headers, int cancellable)
{
    if (api->url.failed) return result_of(api, RAPI_MEMORY, "out of memory");
    api->header_bytes = 0;
    api->headers_too_large = api->body_has_begun = api->event_too_large = api->no_memory = 0;
    api->status = 0;
    api->curl_error[0] = '\0';
    curl_easy_setopt(api->curl, CURLOPT_URL, api->url.data);
    curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, headers);
    rapi_result result = perform(api, cancellable);
    curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, NULL);
    return result;
}

static void set_url(rapi *api, const char *path)
{
    bytes_clear(&api->url);
    bytes_append(&api->url, api->base.data, api->base.len);
    bytes_text(&api->url, path);
}

/* invocation/ID/last; the id is opaque, so it is escaped. */
static void set_invocation_url(rapi *api, const invocation *to, const char *last)
{
    char *id = curl_easy_escape(api->curl, to->request_id.data, (int)to->request_id.len);
    set_url(api, "invocation/");
    bytes_text(&api->url, id ? id : "");
    bytes_text(&api->url, last);
    api->url.failed |= !id;
    curl_free(id);
}

/* What goes along with a POST; NULL: not. */
typedef struct post_headers {
    const char *error_type, *cause, *invocation_id;
} post_headers;

/* Posts JSON to api->url. */
static rapi_result post(rapi *api, const char *body, size_t len, const post_headers *with)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:"); /* no waiting for 100 Continue */
    int failed = !headers || header_add(&headers, "Content-Type", "application/json");
    if (!failed && with->error_type)
        failed = header_add(&headers, "Lambda-Runtime-Function-Error-Type", with->error_type);
    if (!failed && with->cause) failed = header_add(&headers, "Lambda-Runtime-Function-XRay-Error-Cause", with->cause);
    if (!failed && with->invocation_id && *with->invocation_id)
        failed = header_add(&headers, "Lambda-Runtime-Invocation-Id", with->invocation_id);
    rapi_result result = RAPI_MEMORY;
    if (failed) {
        result_of(api, result, "out of memory");
    } else {
        curl_easy_setopt(api->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, body);
        result = call(api, headers, 0);
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, NULL);
    }
    curl_slist_free_all(headers);
    return result;
}

/* Appends a JSON string in printable ASCII, as a header needs it: other characters become '?'. */
static void append_header_string(bytes *out, const char *text, size_t len)
{
    bytes_text(out, "\"");
    for (size_t i = 0; i < len; i++) {
        const char c = printable(text[i]);
        if (c == '"' || c == '\\') bytes_text(out, "\\");
        bytes_append(out, &c, 1);
    }
    bytes_text(out, "\"");
}

/* The document that X-Ray shows as an exception of the function's segment. */
static void append_cause(bytes *out, const char *error_type, const char *message)
{
    char directory[256];
    bytes_text(out, "{\"working_directory\": ");
    const char *known = getcwd(directory, sizeof directory) ? directory : "";
    append_header_string(out, known, strlen(known));
    bytes_text(out, ", \"exceptions\": [{\"type\": ");
    append_header_string(out, error_type, strlen(error_type));
    bytes_text(out, ", \"message\": ");
    append_header_string(out, message, strnlen(message, MAX_CAUSE));
    bytes_text(out, ", \"stack\": []}], \"paths\": []}");
}

static void append_error(bytes *out, const invocation *to, const char *error_type, const char *message)
{
    bytes_text(out, "{\"errorMessage\": ");
    json_out_lossy(out, message, strlen(message));
    bytes_text(out, ", \"errorType\": ");
    json_out_cstring(out, error_type);
    bytes_text(out, ", \"stackTrace\": []");
    if (to) {
        bytes_text(out, ", \"requestId\": ");
        json_out_lossy(out, to->request_id.data, to->request_id.len);
    }
    bytes_text(out, "}");
}

/* Posts {"errorMessage", "errorType", "stackTrace", "requestId"} to api->url. to is NULL for a failed start. */
static rapi_result post_error(rapi *api, const invocation *to, const char *error_type, const char *message)
{
    bytes body = {0}, cause = {0};
    append_error(&body, to, error_type, message);
    if (!strncmp(error_type, "Runtime.", 8)) append_cause(&cause, error_type, message);
    const post_headers with = {error_type, cause.failed ? NULL : cause.data, to ? to->invocation_id.data : NULL};
    rapi_result result =
        body.failed ? result_of(api, RAPI_MEMORY, "out of memory") : post(api, body.data, body.len, &with);
    bytes_free(&body);
    bytes_free(&cause);
    return result;
}

rapi_result rapi_next(rapi *api, invocation *out)
{
    invocation_clear(out);
    api->incoming = out;
    curl_easy_setopt(api->curl, CURLOPT_HTTPGET, 1L);
    set_url(api, "invocation/next");
    rapi_result result = call(api, NULL, 1);
    api->incoming = NULL;
    int usable = result == RAPI_OK || result == RAPI_TOO_LARGE;
    if (usable && !out->request_id.len)
        return result_of(api, RAPI_NO_ID, "the answer has no Lambda-Runtime-Aws-Request-Id");
    return result;
}

rapi_result rapi_respond(rapi *api, const invocation *to, const char *body, size_t len)
{
    set_invocation_url(api, to, "/response");
    return post(api, body, len, &(post_headers){.invocation_id = to->invocation_id.data});
}

rapi_result rapi_fail(rapi *api, const invocation *to, const char *error_type, const char *message)
{
    set_invocation_url(api, to, "/error");
    return post_error(api, to, error_type, message);
}

rapi_result rapi_fail_init(rapi *api, const char *error_type, const char *message)
{
    set_url(api, "init/error");
    return post_error(api, NULL, error_type, message);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void set_callbacks(rapi *api)
{
    curl_easy_setopt(api->curl, CURLOPT_ERRORBUFFER, api->curl_error);
    curl_easy_setopt(api->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(api->curl, CURLOPT_HEADERDATA, api);
    curl_easy_setopt(api->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(api->curl, CURLOPT_WRITEDATA, api);
}

rapi *rapi_new(const char *address)
{
    rapi *api = calloc(1, sizeof *api);
    if (!api) return NULL;
    atomic_init(&api->cancelled, 0);
    api->curl = rapi_curl_new();
    api->multi = curl_multi_init();
    if (!api->curl || !api->multi || rapi_base_url(&api->base, address, "/2018-06-01/runtime/") || api->base.failed) {
        rapi_free(api);
        return NULL;
    }
    set_callbacks(api);
    return api;
}

void rapi_cancel(rapi *api)
{
    atomic_store(&api->cancelled, 1);
    curl_multi_wakeup(api->multi);
}

void rapi_free(rapi *api)
{
    if (!api) return;
    curl_easy_cleanup(api->curl);
    curl_multi_cleanup(api->multi);
    bytes_free(&api->base);
    bytes_free(&api->url);
    free(api);
}

long rapi_status(const rapi *api) { return api->status; }

const char *rapi_problem(const rapi *api) { return api->why.text; }
