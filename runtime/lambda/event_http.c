#include "event_http.h"

#include <string.h>

#include "base64.h"
#include "cors.h"
#include "deadline.h"
#include "health.h"
#include "json_out.h"
#include "reason.h"
#include "routed.h"

/* What a load balancer takes from a function ("1 MB"). */
#define ALB_MAX_RESPONSE 1000000u

#define GZIP_FIRST '\x1F' /* the first byte of a gzip body is ASCII, the second is not */
#define SPOILT_GZIP                                                                                                    \
    "the body is gzip, but the gateway has passed it on as text: let it treat application/json as binary (a REST "     \
    "API's binaryMediaTypes)"

/* ---- what an event holds ----------------------------------------------------------------------------------------- */

/* The last member of this name, whatever the case: REST events keep the spelling of the client. */
static const json_node *find_header(const json_node *headers, const char *name)
{
    const json_node *found = NULL;
    for (const json_node *h = json_first(headers); h; h = json_next(h))
        if (json_key(h) && same_ignoring_case(json_key(h), strlen(json_key(h)), name)) found = h;
    return found;
}

/* A header's value into *value; NULL if there is none. VPC Lattice 2 has arrays of values in "headers". */
static const char *header(const json_node *event, const char *name, bytes *value)
{
    const json_node *found = find_header(json_member(event, "headers"), name);
    if (!found) found = find_header(json_member(event, "multiValueHeaders"), name);
    return json_string(json_type_of(found) == JSON_ARRAY ? json_array_item(found, 0) : found, value);
}

static int is_lattice(event_shape shape) { return shape == SHAPE_LATTICE_V1 || shape == SHAPE_LATTICE_V2; }

static const json_node *method_of(const json_node *event, event_shape shape)
{
    if (shape == SHAPE_HTTP_V2) return json_member(json_member(json_member(event, "requestContext"), "http"), "method");
    return json_member(event, is_lattice(shape) ? "method" : "httpMethod");
}

static const json_node *path_of(const json_node *event, event_shape shape)
{
    return json_member(event, shape == SHAPE_HTTP_V2 ? "rawPath" : shape == SHAPE_LATTICE_V1 ? "raw_path" : "path");
}

static int is_encoded(const json_node *event)
{
    return json_is_true(json_member(event, "isBase64Encoded")) || json_is_true(json_member(event, "is_base64_encoded"));
}

/* ---- answering --------------------------------------------------------------------------------------------------- */

static void answer_encoded_body(const event_context *context, const bytes *body, const route *r, response *out)
{
    bytes decoded = {0};
    if (base64_decode(body->data, body->len, &decoded))
        respond_error(out, 400, ERROR_BAD_REQUEST, "isBase64Encoded is true, but the body is not valid base64");
    else if (decoded.failed) respond_out_of_memory(out);
    else routed_request(context->contexts, r, decoded.data ? decoded.data : "", decoded.len, context->settings, out);
    bytes_free(&decoded);
}

/* The member "body": JSON as a string, the same in base64, or the request itself as an object. Only base64 can be
 * compressed: what is text, a gateway has decompressed already, or spoilt. */
static void answer_body(const event_context *context, const json_node *event, const route *r, response *out)
{
    const json_node *node = json_member(event, "body");
    json_type type = json_type_of(node);
    route of_text = *r;
    bytes body = {0};
    of_text.gzip = 0;
    out->task = r->asked.task;
    if (type == JSON_NULL) routed_request(context->contexts, &of_text, "", 0, context->settings, out);
    else if (type != JSON_STRING) routed_json(context->contexts, r, node, context->settings, out);
    else if (!json_string(node, &body)) respond_out_of_memory(out);
    else if (is_encoded(event)) answer_encoded_body(context, &body, r, out);
    else if (r->gzip && body.data[0] == GZIP_FIRST) respond_error(out, 400, ERROR_BAD_REQUEST, SPOILT_GZIP);
    else routed_request(context->contexts, &of_text, body.data, body.len, context->settings, out);
    bytes_free(&body);
}

/* The same. Returns the milliseconds that it took. */
static double answer_body_timed(const event_context *context, const json_node *event, const route *r, response *out)
{
    double start = clock_monotonic_ms();
    answer_body(context, event, r, out);
    return clock_monotonic_ms() - start;
}

/* The route of an event, without what its header says of the body. A hand-written event may lack method or path: then
 * it means POST, and the request says what it asks for. target owns what the route points to. */
static route route_of(const event_context *context, const json_node *event, event_shape shape, bytes *target)
{
    bytes method = {0}, path = {0};
    const char *has_method = json_string(method_of(event, shape), &method),
               *has_path = json_string(path_of(event, shape), &path);
    route r = route_find(ROUTE_LAMBDA, context->contexts->models, has_method, has_path, path.len);
    route_service(&r, ROUTE_LAMBDA, has_method, header(event, "x-amz-target", target));
    bytes_free(&method);
    bytes_free(&path);
    return r;
}

/* A bare body may be of any type. */
static void check_body(route *r, const json_node *event, event_shape shape)
{
    bytes type = {0}, encoding = {0};
    route_check_body(r, shape == SHAPE_BODY ? NULL : header(event, "content-type", &type),
                     header(event, "content-encoding", &encoding));
    bytes_free(&type);
    bytes_free(&encoding);
}

/* As the HTTP server does, save that OPTIONS has a body and status 200: some integrations refuse an empty answer.
 * Returns the milliseconds of the work, 0 if there was none. */
static double answer_route(const event_context *context, const json_node *event, const route *r, response *out)
{
    if (r->status) route_refuse(r, context->contexts->models, out);
    else if (r->is_options || r->place == PLACE_HEALTH) handle_health(context->contexts->models, out);
    else return answer_body_timed(context, event, r, out);
    return 0;
}

/* ---- the form that gateways turn into an HTTP response ----------------------------------------------------------- */

static void write_headers(bytes *out, const header_list *list, int multi_value)
{
    bytes_text(out, multi_value ? "\"multiValueHeaders\": {" : "\"headers\": {");
    for (size_t i = 0; i < list->count; i++) {
        if (i) bytes_text(out, ", ");
        json_out_cstring(out, list->line[i].name);
        bytes_text(out, multi_value ? ": [" : ": ");
        json_out_cstring(out, list->line[i].value);
        bytes_text(out, multi_value ? "]" : "");
    }
    bytes_text(out, "}");
}

static void wrap(bytes *out, const response *answer, event_shape shape, const header_list *headers, int multi_value)
{
    bytes_format(out, "{\"statusCode\": %d, ", answer->status);
    if (shape == SHAPE_ALB || is_lattice(shape))
        bytes_format(out, "\"statusDescription\": \"%d %s\", ", answer->status, reason_phrase(answer->status));
    write_headers(out, headers, multi_value);
    bytes_text(out, ", \"body\": ");
    json_out_string(out, answer->body.data ? answer->body.data : "", answer->body.len);
    bytes_text(out, ", \"isBase64Encoded\": false");
    bytes_text(out, shape == SHAPE_HTTP_V2 ? ", \"cookies\": []}" : "}");
}

/* Puts the answer into its envelope, or a short one that says why it cannot go out. The invocation fails only where
 * there is no memory for that either. */
static void put_in_envelope(response *out, event_shape shape, const route *r, const header_list *headers,
                            int multi_value, const answer_limit *limit)
{
    bytes wrapped = {0};
    wrap(&wrapped, out, shape, headers, multi_value);
    if (wrapped.failed || (limit->bytes && wrapped.len > limit->bytes)) {
        if (wrapped.failed) respond_out_of_memory(out);
        else respond_too_large(out, limit);
        routed_end(r, out);
        bytes_free(&wrapped);
        wrap(&wrapped, out, shape, headers, multi_value);
    }
    if (wrapped.failed) {
        bytes_free(&wrapped);
        respond_out_of_memory(out);
        return;
    }
    bytes_free(&out->body);
    out->body = wrapped;
    out->fault = out->status >= 500 ? out->error_type : NULL;
    out->error_type = NULL;
}

static answer_limit limit_of(const event_context *context, event_shape shape)
{
    answer_limit limit = context->settings->answer;
    if (shape == SHAPE_ALB) limit = (answer_limit){.bytes = ALB_MAX_RESPONSE, .carrier = "a load balancer"};
    limit.quoted = 1;
    return limit;
}

/* What a list of headers points to. */
typedef struct header_values {
    char timing[SERVER_TIMING_SIZE], id[REQUEST_ID_SIZE];
    bytes origin;
} header_values;

static void list_headers(const event_context *context, const json_node *event, const route *r, const response *out,
                         header_values *values, header_list *list)
{
    bytes *origin = &values->origin;
    headers_add(list, "content-type", routed_content_type(r));
    route_headers(r, list);
    routed_headers(r, out, values->id, list);
    if (*values->timing) headers_add(list, "server-timing", values->timing);
    header(event, "origin", origin);
    cors_add(list, context->cors_origin, origin->data, origin->len, r->is_options ? r->allowed : NULL);
}

void event_http_answer(const event_context *context, const json_node *event, event_shape shape, response *out)
{
    event_context own = *context;
    handler_settings settings = *context->settings;
    bytes target = {0};
    header_list headers = {.count = 0};
    header_values values = {.timing = ""};
    route r = {.place = PLACE_TASK};
    if (shape != SHAPE_BODY) r = route_of(context, event, shape, &target);
    check_body(&r, event, shape);
    settings.answer = limit_of(context, shape);
    own.settings = &settings;
    double milliseconds = answer_route(&own, event, &r, out);
    if (milliseconds > 0) server_timing(out->task, milliseconds, values.timing);
    routed_end(&r, out);
    list_headers(context, event, &r, out, &values, &headers);
    put_in_envelope(out, shape, &r, &headers, shape == SHAPE_ALB && json_member(event, "multiValueHeaders"),
                    &settings.answer);
    bytes_free(&values.origin);
    bytes_free(&target);
}
