#include "event_names.h"

#define CANNOT "cannot answer "
#define QUEUE "into an SQS queue that tern reads"

/* Appends text in quotes, cut and in printable ASCII. */
static void quote(bytes *list, const char *text)
{
    bytes_text(list, "\"");
    for (size_t i = 0; text[i] && i < 24; i++) {
        const char c = text[i] == '"' ? '?' : printable(text[i]);
        bytes_append(list, &c, 1);
    }
    bytes_text(list, "\"");
}

/* ---- records of a service ---------------------------------------------------------------------------------------- */

static const char *remedy_of(const json_node *source)
{
    static const struct {
        const char *source, *remedy;
    } known[] = {
        {"aws:s3", "they name files and hold no text; read a file and send {\"text\": \"...\"}"},
        {"aws:sns", "subscribe an SQS queue to the topic and have tern read the queue"},
        {"aws:sqs", "this is a batch inside of a message: send each body as a message of its own"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (json_is_text(source, known[i].source)) return known[i].remedy;
    return "tern does not read them: put their texts, each as {\"text\": \"...\"}, " QUEUE;
}

/* Which service's records they are, which is no secret: "aws:s3". SNS begins the name with a capital; Kafka and MQ give
 * it beside the records, EventBridge Pipes send the records alone. */
static int name_records(const json_node *event, bytes *out)
{
    bytes text = {0};
    const json_node *records = json_member(event, "Records");
    const json_node *array = records ? records : event;
    const json_node *from = json_type_of(array) == JSON_ARRAY ? json_array_item(array, 0) : event;
    const json_node *source = json_member(from, "eventSource");
    source = source ? source : json_member(from, "EventSource");
    int named = json_string(source, &text) != NULL;
    if (named) {
        bytes_text(out, CANNOT "Records of ");
        quote(out, text.data);
        bytes_format(out, ": %s", remedy_of(source));
    }
    bytes_free(&text);
    return named;
}

/* ---- other events ------------------------------------------------------------------------------------------------ */

static int is_websocket(const json_node *event)
{
    return json_member(json_member(event, "requestContext"), "connectionId") != NULL;
}

static int is_s3_test(const json_node *event) { return json_is_text(json_member(event, "Event"), "s3:TestEvent"); }

static int is_eventbridge(const json_node *event)
{
    return json_member(event, "detail-type") && json_member(event, "detail");
}

static int is_destination(const json_node *event)
{
    return json_member(json_member(event, "requestContext"), "functionArn") && json_member(event, "requestPayload");
}

static int is_sns_confirmation(const json_node *event)
{
    return json_member(event, "TopicArn") && json_member(event, "SubscribeURL");
}

static int is_array(const json_node *event) { return json_type_of(event) == JSON_ARRAY; }

int event_name(const json_node *event, bytes *out)
{
    static const struct {
        int (*is)(const json_node *);
        const char *name;
    } known[] = {
        {is_websocket,
         "a WebSocket event of API Gateway: tern answers HTTP only, so use an HTTP API, a REST API or a Function "
         "URL"},
        {is_s3_test,
         "the s3:TestEvent that S3 sends when its notifications are set up: it holds no text, and neither do they; "
         "read the files and send {\"text\": \"...\"}"},
        {is_eventbridge,
         "an event of EventBridge: have the rule's input transformer send {\"text\": \"...\"}, or its input path "
         "the part of \"detail\" that is a request"},
        {is_destination,
         "the record of a Lambda destination: send its \"responsePayload\" alone, or make tern the destination"},
        {is_sns_confirmation,
         "a confirmation that SNS asks for: open its \"SubscribeURL\", or subscribe the queue in the console"},
        {is_array,
         "an array: send {\"texts\": [\"...\", ...]}, or the records of an SQS queue as EventBridge Pipes do"},
    };
    if (name_records(event, out)) return 1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].is(event)) {
            bytes_format(out, CANNOT "%s", known[i].name);
            return 1;
        }
    return 0;
}

void event_name_by_keys(const json_node *event, bytes *out)
{
    size_t count = 0;
    if (json_type_of(event) != JSON_OBJECT) {
        bytes_text(out, ", no JSON object");
        return;
    }
    for (const json_node *m = json_first(event); m; m = json_next(m))
        if (++count <= 4) {
            bytes_text(out, count == 1 ? " with the keys " : ", ");
            quote(out, json_key(m));
        }
    bytes_text(out, !count ? " without members" : count > 4 ? ", ..." : "");
}
