#include "event_http.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "deadline.h"
#include "json_out.h"

#define BAD_REQUEST "Function.BadRequest"

/* What a load balancer takes from a function ("1 MB"). */
#define ALB_MAX_RESPONSE 1000000u

/* ---- what an event holds ---------------------------------------------------------------------------------------------- */

/* The last member of this name, whatever the case: REST events keep the spelling of the client. */
static const json_node *find_header(const json_node *headers, const char *name)
{
    const json_node *found = NULL;
    for (const json_node *h = json_first(headers); h; h = json_next(h))
        if (json_key(h) && same_ignoring_case(json_key(h), strlen(json_key(h)), name))
            found = h;
    return found;
}

/* A header's value into *value; NULL if there is none. */
static const char *header(const json_node *event, const char *name, bytes *value)
{
    const json_node *found = find_header(json_member(event, "headers"), name);
    if (!found)
        found = json_array_item(find_header(json_member(event, "multiValueHeaders"), name), 0);
    return json_string(found, value);
}

static const json_node *method_of(const json_node *event, event_shape shape)
{
    if (shape != SHAPE_HTTP_V2)
        return json_member(event, "httpMethod");
    return json_member(json_member(json_member(event, "requestContext"), "http"), "method");
}

static const json_node *path_of(const json_node *event, event_shape shape)
{
    return json_member(event, shape == SHAPE_HTTP_V2 ? "rawPath" : "path");
}

static int is(const bytes *text, const char *expected)
{
    return text->len == strlen(expected) && !memcmp(text->data, expected, text->len);
}

/* Whether the path ends in the segment: a stage or a base path ("/prod/ner") may stand before it. */
static int path_leads_to(const bytes *path, const char *segment)
{
    size_t len = strlen(segment);
    return path->len > len && path->data[path->len - len - 1] == '/' && !memcmp(path->data + path->len - len, segment, len);
}

/* The task in whose segment the path ends, or TASK_ANY. */
static task_kind path_task(const bytes *path)
{
    for (task_kind task = TASK_NER; task < TASK_COUNT; task++)
        if (path_leads_to(path, task_name(task)))
            return task;
    return TASK_ANY;
}

/* Whether the path ends in /ner/NAME or /sentiment/NAME; *target gets what it says, NULL if there is no model of the name. */
static int path_names_model(const bytes *path, const model_set *models, request_target *target)
{
    size_t start = path->len;
    while (start && path->data[start - 1] != '/')
        start--;
    const bytes parent = {.data = path->data, .len = start ? start - 1 : 0};
    *target = (request_target){.task = start == path->len ? TASK_ANY : path_task(&parent)};
    if (target->task == TASK_ANY)
        return 0;
    target->model = models_find(models, path->data + start, path->len - start);
    return 1;
}

/* ---- answering -------------------------------------------------------------------------------------------------------- */

static void answer_encoded_body(const event_context *context, const bytes *body, response *out)
{
    bytes decoded = {0};
    if (base64_decode(body->data, body->len, &decoded))
        respond_error(out, 400, BAD_REQUEST, "isBase64Encoded is true, but the body is not valid base64");
    else if (decoded.failed)
        respond_out_of_memory(out);
    else
        handle_request(context->contexts, &context->asked, decoded.data, decoded.len, context->settings, out);
    bytes_free(&decoded);
}

/* The member "body": JSON as a string, the same in base64, or the request itself as an object. */
static void answer_body(const event_context *context, const json_node *event, response *out)
{
    const json_node *node = json_member(event, "body");
    json_type type = json_type_of(node);
    bytes body = {0};
    out->task = context->asked.task;
    if (type == JSON_NULL)
        handle_request(context->contexts, &context->asked, "", 0, context->settings, out);
    else if (type != JSON_STRING)
        handle_request_json(context->contexts, &context->asked, node, context->settings, out);
    else if (!json_string(node, &body))
        respond_out_of_memory(out);
    else if (json_is_true(json_member(event, "isBase64Encoded")))
        answer_encoded_body(context, &body, out);
    else
        handle_request(context->contexts, &context->asked, body.data, body.len, context->settings, out);
    bytes_free(&body);
}

/* The same. Returns the milliseconds that it took. */
static double answer_body_timed(const event_context *context, const json_node *event, response *out)
{
    double start = clock_monotonic_ms();
    answer_body(context, event, out);
    return clock_monotonic_ms() - start;
}

/* Returns the milliseconds of the work, 0 if there was none. */
static double answer_request(const event_context *context, const json_node *event, response *out)
{
    bytes content_type = {0};
    const char *type = header(event, "content-type", &content_type);
    double milliseconds = 0;
    if (media_type_is_json(type))
        milliseconds = answer_body_timed(context, event, out);
    else
        respond_error(out, 415, BAD_REQUEST, ERROR_NOT_JSON);
    bytes_free(&content_type);
    return milliseconds;
}

/* What an HTTP answer says besides status and body. */
typedef struct http_extras {
    const char *allow;      /* NULL: no such header */
    int preflight;          /* OPTIONS */
    double milliseconds;    /* of the work on POST /ner or /sentiment, for Server-Timing; 0: no such header */
} http_extras;

typedef enum place { PLACE_TASK, PLACE_HEALTH, PLACE_UNKNOWN_MODEL, PLACE_NONE } place;

static place place_of(const bytes *path, const model_set *models, request_target *asked)
{
    int names_model = path_names_model(path, models, asked);
    if (asked->model)
        return PLACE_TASK;
    asked->task = path_task(path);
    if (path_leads_to(path, "healthz"))
        return PLACE_HEALTH;
    if (asked->task != TASK_ANY)
        return PLACE_TASK;
    return names_model ? PLACE_UNKNOWN_MODEL : PLACE_NONE;
}

/* Routes as the HTTP server does, save that OPTIONS has a body and status 200: some integrations refuse an empty answer. A
 * hand-written event may lack method or path: then it means POST, and the request says what it asks for. */
static http_extras answer_http(const event_context *context, const json_node *event, event_shape shape, response *out)
{
    bytes method = {0}, path = {0};
    event_context own = *context;
    const model_set *models = context->contexts->models;
    double milliseconds = 0;
    int has_method = json_string(method_of(event, shape), &method) != NULL;
    int has_path = json_string(path_of(event, shape), &path) != NULL;
    place at = has_path ? place_of(&path, models, &own.asked) : PLACE_TASK;
    int health = at == PLACE_HEALTH;
    int options = has_method && is(&method, "OPTIONS");
    int allowed = !has_method || options || (health ? is(&method, "GET") || is(&method, "HEAD") : is(&method, "POST"));
    if (at == PLACE_NONE)
        respond_error(out, 404, BAD_REQUEST, NOTHING_HERE);
    else if (at == PLACE_UNKNOWN_MODEL)
        respond_unknown_model(models, out);
    else if (!allowed)
        respond_error(out, 405, BAD_REQUEST, health ? "the method must be GET" : "the method must be POST");
    else if (health || options)
        handle_health(models, out);
    else
        milliseconds = answer_request(&own, event, out);
    bytes_free(&method);
    bytes_free(&path);
    int says_allow = out->status == 405 || (options && out->status == 200);
    const char *allow = !says_allow ? NULL : health ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
    return (http_extras){.allow = allow, .preflight = options, .milliseconds = milliseconds};
}

/* ---- the form that gateways turn into an HTTP response ------------------------------------------------------------------ */

typedef struct header_line {
    const char *name, *value;
} header_line;

#define MAX_HEADERS 8

typedef struct header_list {
    header_line line[MAX_HEADERS];
    size_t count;
} header_list;

static void add_header(header_list *list, const char *name, const char *value)
{
    list->line[list->count++] = (header_line){name, value};
}

/* Whether origin is one of the list (settings.h). */
static int is_listed(const char *list, const bytes *origin)
{
    for (const char *item = list;; item++) {
        size_t len = strcspn(item, ",");
        if (origin->data && origin->len == len && !memcmp(origin->data, item, len))
            return 1;
        item += len;
        if (!*item)
            return 0;
    }
}

/* Cross-origin resource sharing (https://fetch.spec.whatwg.org/#http-cors-protocol). origin owns what the list points to. */
static void add_cors(const event_context *context, const json_node *event, int preflight, bytes *origin, header_list *list)
{
    if (!context->cors_origin)
        return;
    int anyone = !strcmp(context->cors_origin, "*");
    header(event, "origin", origin);
    if (!anyone)
        add_header(list, "vary", "Origin");
    if (!anyone && !is_listed(context->cors_origin, origin))
        return;
    add_header(list, "access-control-allow-origin", anyone ? "*" : origin->data);
    if (!preflight) {
        add_header(list, "access-control-expose-headers", "server-timing");
        return;
    }
    add_header(list, "access-control-allow-methods", "POST, OPTIONS");
    add_header(list, "access-control-allow-headers", "content-type, authorization, x-api-key, apikey");
    add_header(list, "access-control-max-age", "3600");
}

static void write_headers(bytes *out, const header_list *list, int multi_value)
{
    bytes_text(out, multi_value ? "\"multiValueHeaders\": {" : "\"headers\": {");
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            bytes_text(out, ", ");
        json_out_cstring(out, list->line[i].name);
        bytes_text(out, multi_value ? ": [" : ": ");
        json_out_cstring(out, list->line[i].value);
        bytes_text(out, multi_value ? "]" : "");
    }
    bytes_text(out, "}");
}

static const char *reason_of(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 504: return "Gateway Timeout";
    default: return "Internal Server Error";
    }
}

static void wrap(response *out, event_shape shape, const header_list *headers, int multi_value)
{
    bytes wrapped = {0};
    bytes_format(&wrapped, "{\"statusCode\": %d, ", out->status);
    if (shape == SHAPE_ALB)
        bytes_format(&wrapped, "\"statusDescription\": \"%d %s\", ", out->status, reason_of(out->status));
    write_headers(&wrapped, headers, multi_value);
    bytes_text(&wrapped, ", \"body\": ");
    json_out_string(&wrapped, out->body.data ? out->body.data : "", out->body.len);
    bytes_text(&wrapped, ", \"isBase64Encoded\": false");
    bytes_text(&wrapped, shape == SHAPE_HTTP_V2 ? ", \"cookies\": []}" : "}");
    if (wrapped.failed) {
        bytes_free(&wrapped);
        respond_out_of_memory(out);
        return;
    }
    bytes_free(&out->body);
    out->body = wrapped;
    out->error_type = NULL;
}

static void respond_too_large_for_alb(response *out)
{
    char message[sizeof out->message];
    snprintf(message, sizeof message, "the answer has %zu bytes, a load balancer carries %u: split the text and send its parts",
             out->body.len, ALB_MAX_RESPONSE);
    respond_error(out, 413, "Function.ResponseSizeTooLarge", message);
}

void event_http_answer(const event_context *context, const json_node *event, event_shape shape, response *out)
{
    bytes origin = {0};
    http_extras extras = {0};
    header_list headers = {.count = 0};
    char timing[SERVER_TIMING_SIZE];
    if (shape == SHAPE_BODY)
        extras.milliseconds = answer_body_timed(context, event, out);
    else
        extras = answer_http(context, event, shape, out);
    add_header(&headers, "content-type", "application/json");
    if (extras.allow)
        add_header(&headers, "allow", extras.allow);
    if (extras.milliseconds > 0) {
        server_timing(out->task, extras.milliseconds, timing);
        add_header(&headers, "server-timing", timing);
    }
    add_cors(context, event, extras.preflight, &origin, &headers);
    int multi_value = shape == SHAPE_ALB && json_member(event, "multiValueHeaders");
    wrap(out, shape, &headers, multi_value);
    if (shape == SHAPE_ALB && !out->error_type && out->body.len > ALB_MAX_RESPONSE) {
        respond_too_large_for_alb(out);
        wrap(out, shape, &headers, multi_value);
    }
    bytes_free(&origin);
}
