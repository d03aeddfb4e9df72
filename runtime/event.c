#include "event.h"

#include <stdio.h>

#include "event_http.h"

#define BAD_REQUEST "Function.BadRequest"
#define EXPECTED "expected {\"text\": ...}, {\"input\": ...}, {\"body\": ...} or an event of API Gateway, ALB, SQS or a Function URL"

static event_shape shape_of(const json_node *event)
{
    const json_node *context = json_member(event, "requestContext");
    if (json_member(context, "http"))
        return SHAPE_HTTP_V2;
    if (json_member(context, "elb"))
        return SHAPE_ALB;
    if (json_member(event, "httpMethod"))
        return SHAPE_REST_V1;
    if (sqs_is_batch(event))
        return SHAPE_SQS;
    if (json_member(context, "functionArn") && json_member(event, "responsePayload"))
        return SHAPE_DESTINATION;
    if (json_member(event, "body"))
        return SHAPE_BODY;
    return json_member(event, "text") || json_member(event, "texts") || json_member(event, "input") ? SHAPE_REQUEST
                                                                                                     : SHAPE_UNKNOWN;
}

/* ---- other events ------------------------------------------------------------------------------------------------------- */

/* Appends text in quotes, cut and in printable ASCII. */
static void quote(bytes *list, const char *text)
{
    bytes_text(list, "\"");
    for (size_t i = 0; text[i] && i < 24; i++) {
        unsigned char c = (unsigned char)text[i];
        bytes_append(list, c >= 0x20 && c < 0x7F && c != '"' ? text + i : "?", 1);
    }
    bytes_text(list, "\"");
}

/* Which service's records they are, which is no secret: "aws:s3". SNS begins the name with a capital. */
static int name_source(const json_node *event, bytes *seen)
{
    bytes source = {0};
    const json_node *record = json_array_item(json_member(event, "Records"), 0);
    const json_node *name = json_member(record, "eventSource");
    const char *text = json_string(name ? name : json_member(record, "EventSource"), &source);
    if (text) {
        bytes_text(seen, " with Records of ");
        quote(seen, text);
    }
    bytes_free(&source);
    return text != NULL;
}

/* The first keys, which tell what kind of event it is; never a value. */
static void name_keys(const json_node *event, bytes *seen)
{
    size_t count = 0;
    for (const json_node *m = json_first(event); m; m = json_next(m))
        if (json_key(m) && ++count <= 4) {
            bytes_text(seen, count == 1 ? " with the keys " : ", ");
            quote(seen, json_key(m));
        }
    bytes_text(seen, !count ? " without members" : count > 4 ? ", ..." : "");
}

static void respond_unknown(const json_node *event, response *out)
{
    char message[sizeof out->message];
    bytes seen = {0};
    if (json_type_of(event) != JSON_OBJECT)
        bytes_text(&seen, ", no JSON object");
    else if (!name_source(event, &seen))
        name_keys(event, &seen);
    snprintf(message, sizeof message, "unknown event%s: " EXPECTED, seen.data ? seen.data : "");
    bytes_free(&seen);
    respond_error(out, 400, BAD_REQUEST, message);
}

static void answer(const event_context *context, const json_node *event, response *out)
{
    event_shape shape = shape_of(event);
    switch (shape) {
    case SHAPE_HTTP_V2:
    case SHAPE_ALB:
    case SHAPE_REST_V1:
    case SHAPE_BODY:
        event_http_answer(context, event, shape, out);
        break;
    case SHAPE_SQS:
        sqs_handle(context, event, out);
        break;
    case SHAPE_DESTINATION:
        handle_request_json(context->contexts, &context->asked, json_member(event, "responsePayload"), context->settings, out);
        break;
    case SHAPE_REQUEST:
        handle_request_json(context->contexts, &context->asked, event, context->settings, out);
        break;
    case SHAPE_UNKNOWN:
        respond_unknown(event, out);
        break;
    }
}

void event_handle(const event_context *context, const char *event, size_t len, response *out)
{
    json_error error;
    out->fault = NULL;
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
    answer(context, json_root(doc), out);
    json_free(doc);
}
