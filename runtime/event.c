#include "event.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json_out.h"

#define BAD_REQUEST "Function.BadRequest"
#define EXPECTED "expected {\"text\": ...}, {\"body\": ...}, or an event of API Gateway or a Function URL"

typedef enum event_shape { SHAPE_HTTP_V2, SHAPE_REST_V1, SHAPE_BODY, SHAPE_TEXT, SHAPE_UNKNOWN } event_shape;

/* ---- base64 ----------------------------------------------------------------------------------------------------------- */

static int base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

/* Four characters, of which the last `padding` are '='. */
static int decode_group(const unsigned char *p, size_t padding, bytes *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? base64_value(p[i]) : 0;
        if (value < 0)
            return -1;
        bits = bits << 6 | (uint32_t)value;
    }
    uint32_t unused = padding == 2 ? 0xFFFF : padding == 1 ? 0xFF : 0;
    if (bits & unused)
        return -1;
    const unsigned char octets[3] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8), (unsigned char)bits};
    bytes_append(out, octets, 3 - padding);
    return 0;
}

int base64_decode(const char *text, size_t len, bytes *out)
{
    const unsigned char *p = (const unsigned char *)text;
    if (len % 4)
        return -1;
    size_t padding = 0;
    while (padding < 2 && padding < len && p[len - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < len; i += 4)
        if (decode_group(p + i, i + 4 == len ? padding : 0, out))
            return -1;
    return 0;
}

/* ---- what an event holds ---------------------------------------------------------------------------------------------- */

static event_shape shape_of(const json_node *event)
{
    if (json_member(json_member(event, "requestContext"), "http"))
        return SHAPE_HTTP_V2;
    if (json_member(event, "httpMethod"))
        return SHAPE_REST_V1;
    if (json_member(event, "body"))
        return SHAPE_BODY;
    return json_member(event, "text") ? SHAPE_TEXT : SHAPE_UNKNOWN;
}

/* A header's value into *value; NULL if there is none. REST events keep the spelling of the client. */
static const char *header(const json_node *event, const char *name, bytes *value)
{
    const json_node *found = NULL;
    for (const json_node *h = json_first(json_member(event, "headers")); h; h = json_next(h))
        if (json_key(h) && same_ignoring_case(json_key(h), strlen(json_key(h)), name))
            found = h;
    return json_string(found, value);
}

static const json_node *method_of(const json_node *event, event_shape shape)
{
    if (shape == SHAPE_REST_V1)
        return json_member(event, "httpMethod");
    return json_member(json_member(json_member(event, "requestContext"), "http"), "method");
}

static const json_node *path_of(const json_node *event, event_shape shape)
{
    return json_member(event, shape == SHAPE_REST_V1 ? "path" : "rawPath");
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

/* ---- answering -------------------------------------------------------------------------------------------------------- */

static void answer_encoded_body(tern_ctx *ctx, const bytes *body, const handler_settings *settings, response *out)
{
    bytes decoded = {0};
    if (base64_decode(body->data, body->len, &decoded))
        respond_error(out, 400, BAD_REQUEST, "isBase64Encoded is true, but the body is not valid base64");
    else if (decoded.failed)
        respond_out_of_memory(out);
    else
        handle_ner(ctx, decoded.data, decoded.len, settings, out);
    bytes_free(&decoded);
}

/* The member "body": JSON as a string, the same in base64, or the request itself as an object. */
static void answer_body(tern_ctx *ctx, const json_node *event, const handler_settings *settings, response *out)
{
    const json_node *node = json_member(event, "body");
    json_type type = json_type_of(node);
    bytes body = {0};
    if (type == JSON_NULL)
        handle_ner(ctx, "", 0, settings, out);
    else if (type != JSON_STRING)
        handle_ner_json(ctx, node, settings, out);
    else if (!json_string(node, &body))
        respond_out_of_memory(out);
    else if (json_is_true(json_member(event, "isBase64Encoded")))
        answer_encoded_body(ctx, &body, settings, out);
    else
        handle_ner(ctx, body.data, body.len, settings, out);
    bytes_free(&body);
}

static void answer_ner_request(tern_ctx *ctx, const json_node *event, const handler_settings *settings, response *out)
{
    bytes content_type = {0};
    const char *type = header(event, "content-type", &content_type);
    if (media_type_is_json(type))
        answer_body(ctx, event, settings, out);
    else
        respond_error(out, 415, BAD_REQUEST, ERROR_NOT_JSON);
    bytes_free(&content_type);
}

static void answer_health(response *out)
{
    out->status = 200;
    out->error_type = NULL;
    out->message[0] = '\0';
    bytes_clear(&out->body);
    bytes_text(&out->body, "{\"status\": \"ok\"}");
}

/* Routes as the HTTP server does, save that OPTIONS has a body and status 200: some integrations refuse an empty answer. A
 * hand-written event may lack method or path: then it means POST /ner. Returns the value of the Allow header, or NULL. */
static const char *answer_http(tern_ctx *ctx, const json_node *event, event_shape shape, const handler_settings *settings,
                               response *out)
{
    bytes method = {0}, path = {0};
    int has_method = json_string(method_of(event, shape), &method) != NULL;
    int has_path = json_string(path_of(event, shape), &path) != NULL;
    int health = has_path && path_leads_to(&path, "healthz");
    int options = has_method && is(&method, "OPTIONS");
    int allowed = !has_method || options || (health ? is(&method, "GET") || is(&method, "HEAD") : is(&method, "POST"));
    if (has_path && !health && !path_leads_to(&path, "ner"))
        respond_error(out, 404, BAD_REQUEST, "there is nothing here; POST /ner finds entities");
    else if (!allowed)
        respond_error(out, 405, BAD_REQUEST, health ? "the method must be GET" : "the method must be POST");
    else if (health || options)
        answer_health(out);
    else
        answer_ner_request(ctx, event, settings, out);
    bytes_free(&method);
    bytes_free(&path);
    if (out->status != 405 && !(options && out->status == 200))
        return NULL;
    return health ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
}

/* Puts the answer's status and body into the form that API Gateway and Function URLs turn into an HTTP response. */
static void wrap(response *out, event_shape shape, const char *allow)
{
    bytes wrapped = {0};
    bytes_format(&wrapped, "{\"statusCode\": %d, \"headers\": {\"content-type\": \"application/json\"", out->status);
    if (allow) {
        bytes_text(&wrapped, ", \"allow\": ");
        json_out_cstring(&wrapped, allow);
    }
    bytes_text(&wrapped, "}, \"body\": ");
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

/* Appends "key" in quotes, cut and in printable ASCII. */
static void list_key(bytes *list, const char *key)
{
    bytes_text(list, list->len ? ", \"" : "\"");
    for (size_t i = 0; key[i] && i < 24; i++) {
        unsigned char c = (unsigned char)key[i];
        bytes_append(list, c >= 0x20 && c < 0x7F && c != '"' ? key + i : "?", 1);
    }
    bytes_text(list, "\"");
}

/* Names the first keys, which tell what kind of event it is; never a value. */
static void respond_unknown(const json_node *event, response *out)
{
    char message[sizeof out->message];
    bytes keys = {0};
    size_t count = 0;
    for (const json_node *m = json_first(event); m; m = json_next(m))
        if (json_key(m) && ++count <= 4)
            list_key(&keys, json_key(m));
    if (json_type_of(event) != JSON_OBJECT)
        snprintf(message, sizeof message, "unknown event, no JSON object: " EXPECTED);
    else if (!keys.data)
        snprintf(message, sizeof message, "unknown event without members: " EXPECTED);
    else
        snprintf(message, sizeof message, "unknown event with the keys %s%s: " EXPECTED, keys.data, count > 4 ? ", ..." : "");
    bytes_free(&keys);
    respond_error(out, 400, BAD_REQUEST, message);
}

static void answer(tern_ctx *ctx, const json_node *event, const handler_settings *settings, response *out)
{
    event_shape shape = shape_of(event);
    const char *allow = NULL;
    if (shape == SHAPE_TEXT) {
        handle_ner_json(ctx, event, settings, out);
        return;
    }
    if (shape == SHAPE_UNKNOWN) {
        respond_unknown(event, out);
        return;
    }
    if (shape == SHAPE_BODY)
        answer_body(ctx, event, settings, out);
    else
        allow = answer_http(ctx, event, shape, settings, out);
    wrap(out, shape, allow);
}

void event_handle(tern_ctx *ctx, const char *event, size_t len, const handler_settings *settings, response *out)
{
    json_error error;
    if (!len) {
        respond_error(out, 400, BAD_REQUEST, "the event is empty: " EXPECTED);
        return;
    }
    json_doc *doc = json_parse(event, len, &error);
    if (!doc) {
        if (error.no_memory)
            respond_out_of_memory(out);
        else
            respond_error(out, 400, BAD_REQUEST, error.msg);
        return;
    }
    answer(ctx, json_root(doc), settings, out);
    json_free(doc);
}
