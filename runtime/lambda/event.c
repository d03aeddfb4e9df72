#include "event.h"

#include <stdio.h>

#include "event_http.h"
#include "event_names.h"
#include "sqs.h"

#define EXPECTED                                                                                                       \
    "expected {\"text\": ...}, {\"input\": ...}, {\"tokens\": ...}, {\"body\": ...} or an event of API Gateway, ALB, " \
    "VPC "                                                                                                             \
    "Lattice, SQS or a Function URL"

/* ---- what an event is -------------------------------------------------------------------------------------------- */

static int has_member_object(const json_node *event, const char *key)
{
    return json_type_of(json_member(event, key)) == JSON_OBJECT;
}

/* What bears the marks of a gateway, which no caller writes by accident, whatever else it holds; or SHAPE_UNKNOWN. */
static event_shape shape_by_marks(const json_node *event)
{
    const json_node *context = json_member(event, "requestContext");
    if (has_member_object(context, "http")) return SHAPE_HTTP_V2;
    if (has_member_object(context, "elb")) return SHAPE_ALB;
    if (json_member(context, "serviceNetworkArn")) return SHAPE_LATTICE_V2;
    return json_member(event, "httpMethod") && json_member(context, "apiId") ? SHAPE_REST_V1 : SHAPE_UNKNOWN;
}

/* Sent only so that the environment stays warm. */
static int is_ping(const json_node *event)
{
    const json_node *source = json_member(event, "source");
    if (json_is_text(json_member(event, "detail-type"), "Scheduled Event"))
        return json_is_text(source, "aws.events") || json_is_text(source, "aws.scheduler");
    return json_is_text(source, "serverless-plugin-warmup") || json_is_true(json_member(event, "ping"))
           || json_is_true(json_member(event, "warmer")) || json_is_true(json_member(event, "warmup"));
}

static event_shape shape_of(const json_node *event)
{
    const json_node *context = json_member(event, "requestContext");
    event_shape marked = shape_by_marks(event);
    if (marked != SHAPE_UNKNOWN) return marked;
    if (request_has_text(event)) return SHAPE_REQUEST;
    if (json_member(context, "connectionId")) return SHAPE_UNKNOWN;
    if (json_member(event, "httpMethod")) return SHAPE_REST_V1;
    if (json_member(event, "raw_path") && json_member(event, "method")) return SHAPE_LATTICE_V1;
    if (sqs_records(event)) return SHAPE_SQS;
    if (json_member(context, "functionArn") && json_member(event, "responsePayload")) return SHAPE_DESTINATION;
    if (json_member(event, "body")) return SHAPE_BODY;
    return is_ping(event) ? SHAPE_PING : SHAPE_UNKNOWN;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void respond_unknown(const json_node *event, response *out)
{
    char message[sizeof out->message];
    bytes seen = {0};
    if (event_name(event, &seen)) {
        snprintf(message, sizeof message, "%s", seen.data ? seen.data : "out of memory");
    } else {
        event_name_by_keys(event, &seen);
        snprintf(message, sizeof message, "unknown event%s: " EXPECTED, seen.data ? seen.data : "");
    }
    bytes_free(&seen);
    respond_error(out, 400, ERROR_BAD_REQUEST, message);
}

static void respond_to_ping(response *out)
{
    response_begin(out);
    bytes_text(&out->body, "{\"status\": \"ok\"}");
    response_end(out);
}

static void answer(const event_context *context, const json_node *event, response *out)
{
    event_shape shape = shape_of(event);
    switch (shape) {
    case SHAPE_HTTP_V2:
    case SHAPE_ALB:
    case SHAPE_REST_V1:
    case SHAPE_LATTICE_V1:
    case SHAPE_LATTICE_V2:
    case SHAPE_BODY: event_http_answer(context, event, shape, out); break;
    case SHAPE_SQS: sqs_handle(context, sqs_records(event), out); break;
    case SHAPE_DESTINATION:
        handle_request_json(context->contexts, &context->asked, json_member(event, "responsePayload"),
                            context->settings, out);
        break;
    case SHAPE_REQUEST: handle_request_json(context->contexts, &context->asked, event, context->settings, out); break;
    case SHAPE_PING: respond_to_ping(out); break;
    case SHAPE_UNKNOWN: respond_unknown(event, out); break;
    }
}

void event_handle(const event_context *context, const char *event, size_t len, response *out)
{
    json_error error;
    out->fault = NULL;
    if (!len) {
        respond_error(out, 400, ERROR_BAD_REQUEST, "the event is empty: " EXPECTED);
        return;
    }
    json_doc *doc = json_parse(event, len, &error);
    if (!doc) {
        if (error.no_memory) respond_out_of_memory(out);
        else respond_error(out, 400, ERROR_BAD_REQUEST, error.msg);
        return;
    }
    answer(context, json_root(doc), out);
    json_free(doc);
}
