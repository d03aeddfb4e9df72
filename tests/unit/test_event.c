/* test_event.c - every event shape unwrapped and answered as its sender expects. Recorded events of each shape are in
 * tests/runtime/events, where the whole bootstrap reads them; here are the edges. Entities are those of spaCy. */
#include "fixture.h"

#include <unistd.h>

#include "base64.h"
#include "components.h"
#include "event.h"
#include "one_model.h"

#define TEXT(literal) literal, sizeof(literal) - 1
/* {"text": "Angela Merkel visited Paris on Monday."} as a JSON string, and in base64 */
#define BODY "\"{\\\"text\\\": \\\"Angela Merkel visited Paris on Monday.\\\"}\""
#define BODY64 "\"eyJ0ZXh0IjogIkFuZ2VsYSBNZXJrZWwgdmlzaXRlZCBQYXJpcyBvbiBNb25kYXkuIn0=\""
#define ENTITIES                                                                                                       \
    "{\"entities\": [{\"text\": \"Angela Merkel\", \"label\": \"PERSON\", \"start\": 0, \"end\": 13}, "                \
    "{\"text\": \"Paris\", \"label\": \"GPE\", \"start\": 22, \"end\": 27}, "                                          \
    "{\"text\": \"Monday\", \"label\": \"DATE\", \"start\": 31, \"end\": 37}]}"

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
    model_set models;
    model_contexts contexts;
    handler_settings settings;
    logger log;
    event_context context;
} fixture;

static void handle(void **state, const char *event, size_t len, response *out)
{
    fixture *f = *state;
    event_handle(&f->context, event, len, out);
}

static int set_up(void **state)
{
    static fixture f;
    void *model = NULL;
    if (open_model(&model) || tern_ctx_new(model, &f.ctx, NULL)) return -1;
    f.model = model;
    f.settings = (handler_settings){.model = model, .components = components_by_default(model)};
    f.log = (logger){.file = STDERR_FILENO, .lowest = LOG_LEVEL_FATAL}; /* says nothing */
    f.models = set_of_one("en", model);
    f.contexts = contexts_of_one(&f.models, f.ctx);
    f.context = (event_context){.contexts = &f.contexts, .settings = &f.settings, .log = &f.log};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    return 0;
}

/* What a proxy answer holds. */
typedef struct proxy_answer {
    int status;
    bytes body, allow;
    int has_cookies;
} proxy_answer;

static int status_in(const char *json)
{
    int status = 0;
    assert_int_equal(sscanf(json, "{\"statusCode\": %d, ", &status), 1);
    return status;
}

static void ask_proxy(void **state, const char *event, size_t len, proxy_answer *got)
{
    response out = {0};
    json_error error;
    handle(state, event, len, &out);
    assert_null(out.error_type);
    got->status = status_in(out.body.data);
    json_doc *doc = json_parse(out.body.data, out.body.len, &error);
    assert_non_null(doc);
    const json_node *root = json_root(doc), *headers = json_member(root, "headers");
    const json_node *encoded = json_member(root, "isBase64Encoded"), *cookies = json_member(root, "cookies");
    bytes type = {0};
    assert_string_equal(json_string(json_member(headers, "content-type"), &type), "application/json");
    assert_non_null(json_string(json_member(root, "body"), &got->body));
    json_string(json_member(headers, "allow"), &got->allow);
    assert_int_equal(json_type_of(encoded), JSON_BOOL);
    assert_false(json_is_true(encoded));
    got->has_cookies = json_type_of(cookies) == JSON_ARRAY && json_array_size(cookies) == 0;
    bytes_free(&type);
    json_free(doc);
    response_free(&out);
}

static void expect_proxy(void **state, const char *event, size_t len, int status, const char *part, const char *allow)
{
    proxy_answer got = {0};
    ask_proxy(state, event, len, &got);
    if (got.status != status || !strstr(got.body.data, part))
        fail_msg("%s\nanswered %d %s\nexpected %d %s", event, got.status, got.body.data, status, part);
    assert_string_equal(got.allow.data ? got.allow.data : "", allow);
    assert_int_equal(got.has_cookies, strstr(event, "\"http\"") != NULL);
    bytes_free(&got.body);
    bytes_free(&got.allow);
}

static void expect_failure(void **state, const char *event, size_t len, const char *part)
{
    response out = {0};
    handle(state, event, len, &out);
    assert_string_equal(out.error_type, "Function.BadRequest");
    if (!strstr(out.message, part)) fail_msg("%s failed with \"%s\", expected \"%s\"", event, out.message, part);
    response_free(&out);
}

#define OK_BODY                                                                                                        \
    "{\\\"status\\\": \\\"ok\\\", \\\"model\\\": \\\"en\\\", \\\"models\\\": [\\\"en\\\"], \\\"ner\\\": [\\\"en\\\"]}"

static void each_shape_is_answered(void **state)
{
    static const struct {
        const char *event;
        size_t len;
    } good[] = {
        {TEXT("{\"version\":\"2.0\",\"rawPath\":\"/ner\","
              "\"requestContext\":{\"http\":{\"method\":\"POST\"}},\"body\":" BODY "}")},
        {TEXT("{\"requestContext\":{\"http\":{}},\"body\":" BODY "}")},
        {TEXT("{\"httpMethod\":\"POST\",\"path\":\"/ner\",\"headers\":null,\"body\":" BODY
              ",\"isBase64Encoded\":false}")},
        {TEXT("{\"httpMethod\":\"POST\",\"path\":\"/prod/v1/ner\",\"body\":" BODY64 ",\"isBase64Encoded\":true}")},
        {TEXT("{\"body\":" BODY "}")},
        {TEXT("{\"body\":" BODY64 ",\"isBase64Encoded\":true}")},
        {TEXT("{\"body\":{\"text\":\"Angela Merkel visited Paris on Monday.\"}}")},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_proxy(state, good[i].event, good[i].len, 200, ENTITIES, "");
}

static void a_bare_text_gets_the_bare_answer(void **state)
{
    response out = {0};
    handle(state, TEXT("{\"text\":\"Angela Merkel visited Paris on Monday.\"}"), &out);
    assert_null(out.error_type);
    assert_string_equal(out.body.data, ENTITIES);
    fixture *f = *state;
    handler_settings short_texts = f->settings;
    event_context context = f->context;
    context.settings = &short_texts;
    short_texts.max_chars = 4;
    event_handle(&context, TEXT("{\"text\":\"12345\"}"), &out);
    assert_string_equal(out.error_type, "Function.TextTooLong");
    assert_string_equal(out.message, "the text has 5 characters, the limit is 4: split it");
    response_free(&out);
    expect_failure(state, TEXT("{\"text\":\"\"}"), "empty");
    expect_failure(state, TEXT("{\"text\":null}"), "must be a string");
}

static void a_request_may_have_members_of_its_own(void **state)
{
    static const char *const own[] = {
        "\"body\":\"article\"",
        "\"body\":null",
        "\"httpMethod\":\"GET\"",
        "\"requestContext\":\"x\"",
        "\"requestContext\":{\"http\":\"1.1\",\"elb\":null}",
        "\"httpMethod\":\"GET\",\"requestContext\":{\"id\":1}",
        "\"path\":\"/nothing\"",
        "\"headers\":{\"content-type\":\"text/html\"}",
        "\"rawPath\":\"/\"",
        "\"version\":\"2.0\"",
        "\"isBase64Encoded\":true",
        "\"Records\":[{\"eventSource\":\"aws:sqs\"}]",
        "\"responsePayload\":{}",
        "\"raw_path\":\"/\",\"method\":\"PUT\"",
        "\"source\":\"aws.events\",\"detail-type\":\"Scheduled Event\",\"detail\":{}",
        "\"ping\":true",
        "\"eventSource\":\"aws:s3\"",
        "\"Type\":\"Notification\",\"TopicArn\":\"\",\"Message\":\"\"",
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        bytes event = {0};
        response out = {0};
        bytes_format(&event, "{%s,\"text\":\"Angela Merkel visited Paris on Monday.\"}", own[i]);
        handle(state, event.data, event.len, &out);
        if (out.error_type || strcmp(out.body.data, ENTITIES))
            fail_msg("%s answered %s", event.data, out.error_type ? out.message : out.body.data);
        bytes_free(&event);
        response_free(&out);
    }
}

/* The marks of a gateway: its event stays one, whatever else it holds. */
static void what_a_gateway_has_marked_is_its_event(void **state)
{
    expect_proxy(state,
                 TEXT("{\"text\":\"x\",\"requestContext\":{\"http\":{\"method\":\"PUT\"}},\"rawPath\":\"/ner\"}"), 405,
                 "must be POST", "POST, OPTIONS");
    expect_proxy(state,
                 TEXT("{\"input\":1,\"requestContext\":{\"elb\":{}},\"httpMethod\":\"POST\",\"path\":\"/nothing\"}"),
                 404, "POST /ner", "");
    expect_proxy(state,
                 TEXT("{\"text\":\"x\",\"requestContext\":{\"serviceNetworkArn\":\"a\"},\"method\":\"PUT\","
                      "\"path\":\"/nothing\"}"),
                 404, "POST /ner", "");
    expect_proxy(state,
                 TEXT("{\"texts\":1,\"requestContext\":{\"apiId\":\"a\"},\"httpMethod\":\"POST\",\"path\":\"/ner\","
                      "\"body\":" BODY "}"),
                 200, ENTITIES, "");
}

static void web_sockets_are_refused_by_name(void **state)
{
    expect_failure(state,
                   TEXT("{\"requestContext\":{\"connectionId\":\"c\",\"apiId\":\"a\",\"routeKey\":\"$default\"},"
                        "\"body\":" BODY "}"),
                   "cannot answer a WebSocket event of API Gateway: tern answers HTTP only");
}

static void what_keeps_a_function_warm_is_answered(void **state)
{
    static const char *const warm[] = {
        "{\"ping\":true}",
        "{\"warmer\":true,\"concurrency\":3}",
        "{\"warmup\":true}",
        "{\"source\":\"serverless-plugin-warmup\"}",
        "{\"detail-type\":\"Scheduled Event\",\"source\":\"aws.events\",\"detail\":{}}",
        "{\"detail-type\":\"Scheduled Event\",\"source\":\"aws.scheduler\",\"detail\":\"{}\"}",
    };
    for (size_t i = 0; i < sizeof warm / sizeof *warm; i++) {
        response out = {0};
        handle(state, warm[i], strlen(warm[i]), &out);
        assert_null(out.error_type);
        assert_string_equal(out.body.data, "{\"status\": \"ok\"}");
        response_free(&out);
    }
    expect_failure(state, TEXT("{\"ping\":false}"), "unknown event with the keys \"ping\"");
    expect_failure(state, TEXT("{\"ping\":\"true\"}"), "unknown event");
    expect_failure(state, TEXT("{\"source\":\"aws.events\"}"), "unknown event");
    expect_failure(state, TEXT("{\"source\":\"mine\",\"detail-type\":\"Scheduled Event\",\"detail\":{}}"),
                   "an event of EventBridge");
}

static void bad_bodies_are_http_errors(void **state)
{
    expect_proxy(state, TEXT("{\"body\":null}"), 400, "no body", "");
    expect_proxy(state, TEXT("{\"body\":\"\"}"), 400, "no body", "");
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\"}"), 400, "no body", "");
    expect_proxy(state, TEXT("{\"body\":5}"), 400, "not a number", "");
    expect_proxy(state, TEXT("{\"body\":[]}"), 400, "not an array", "");
    expect_proxy(state, TEXT("{\"body\":{}}"), 400, "is missing", "");
    expect_proxy(state, TEXT("{\"body\":\"{\"}"), 400, "invalid JSON at byte 1", "");
    expect_proxy(state, TEXT("{\"body\":\"{\\\"text\\\":\\\"\\\\ud800\\\"}\"}"), 400, "lone surrogate", "");
    expect_proxy(state, TEXT("{\"body\":\"\\u0000\"}"), 400, "invalid JSON at byte 0", "");
    expect_proxy(state, TEXT("{\"body\":\"e30\",\"isBase64Encoded\":true}"), 400, "not valid base64", "");
    expect_proxy(state, TEXT("{\"body\":\"/w==\",\"isBase64Encoded\":true}"), 400, "invalid UTF-8 at byte 0", "");
    expect_proxy(state, TEXT("{\"body\":\"e30=\",\"isBase64Encoded\":\"true\"}"), 400, "invalid JSON at byte 0", "");
}

#define V2(method, path)                                                                                               \
    TEXT("{\"version\":\"2.0\",\"rawPath\":\"" path "\","                                                              \
         "\"requestContext\":{\"http\":{\"method\":\"" method "\"}},\"body\":" BODY "}")
#define V1(method, path) TEXT("{\"httpMethod\":\"" method "\",\"path\":\"" path "\",\"body\":" BODY "}")

static void a_path_may_name_the_model(void **state)
{
    expect_proxy(state, V2("POST", "/ner/en"), 200, ENTITIES, "");
    expect_proxy(state, V1("POST", "/prod/ner/en"), 200, ENTITIES, "");
    expect_proxy(state, V1("POST", "/ner/ner/en"), 200, ENTITIES, "");
    expect_proxy(state, V1("POST", "/ner/ner"), 200, ENTITIES, ""); /* /ner below a base path of that name */
    expect_proxy(state, V1("GET", "/ner/healthz"), 200, "ok", "");
    expect_proxy(state, V1("GET", "/ner/en"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V1("POST", "/ner/x"), 404, "no model of this name (known: en)", "");
    expect_proxy(state, V1("POST", "/ner/EN"), 404, "(known: en)", "");
    expect_proxy(state, V1("POST", "/ner/en\\u0000"), 404, "(known: en)", "");
    expect_proxy(state, V1("POST", "/ner/%65n"), 404, "(known: en)", "");
    expect_proxy(state, V1("GET", "/ner/x"), 404, "(known: en)", "");
    expect_proxy(state, V1("POST", "/prod/ner/en/"), 200, ENTITIES, "");
    expect_proxy(state, V1("POST", "/dinner/en"), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "ner/en"), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "en"), 404, "POST /ner", "");
}

static void methods_and_paths_are_routed_as_in_http(void **state)
{
    expect_proxy(state, V2("POST", "/prod/ner"), 200, ENTITIES, "");
    expect_proxy(state, V2("POST", "/prod/ner/"), 200, ENTITIES, "");
    expect_proxy(state, V1("OPTIONS", "//ner/"), 200, "ok", "POST, OPTIONS");
    expect_proxy(state, V2("GET", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V1("PUT", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V1("post", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V2("POST", "/"), 404, "POST /ner", "");
    expect_proxy(state, V2("POST", ""), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "/dinner"), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "/ner\\u0000"), 404, "POST /ner", "");
    expect_proxy(state, V1("OPTIONS", "/elsewhere"), 404, "POST /ner", "");
    expect_proxy(state, V2("OPTIONS", "/ner"), 200, "ok", "POST, OPTIONS");
    expect_proxy(state, V2("OPTIONS", "/healthz/"), 200, "ok", "GET, HEAD, OPTIONS");
    expect_proxy(state, V2("GET", "/stage/healthz"), 200,
                 "{\"status\": \"ok\", \"model\": \"en\", \"models\": [\"en\"], \"ner\": [\"en\"]}", "");
    expect_proxy(state, V1("HEAD", "/healthz"), 200, "ok", "");
    expect_proxy(state, V1("POST", "/healthz"), 405, "must be GET", "GET, HEAD, OPTIONS");
}

static void other_media_types_are_refused(void **state)
{
    expect_proxy(state,
                 TEXT("{\"httpMethod\":\"POST\",\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":" BODY "}"), 415,
                 "application/json", "");
    expect_proxy(state,
                 TEXT("{\"httpMethod\":\"POST\",\"headers\":{\"CONTENT-TYPE\":\"application/json; charset=utf-8\"},"
                      "\"body\":" BODY "}"),
                 200, ENTITIES, "");
    expect_proxy(state,
                 TEXT("{\"requestContext\":{\"http\":{}},"
                      "\"headers\":{\"content-type\":\"application/x-www-form-urlencoded\"},"
                      "\"body\":" BODY64 ",\"isBase64Encoded\":true}"),
                 415, "application/json", "");
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\",\"headers\":{\"content-encoding\":\"br\"},\"body\":" BODY "}"),
                 415, "Content-Encoding may be gzip", "");
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\",\"headers\":[\"content-type\"],\"body\":" BODY "}"), 200,
                 ENTITIES, "");
}

static void unknown_events_are_named_by_their_keys_only(void **state)
{
    response out = {0};
    expect_failure(state, "", 0, "the event is empty");
    expect_failure(state, TEXT("5"), "no JSON object");
    expect_failure(state, TEXT("{}"), "without members");
    expect_failure(state, TEXT("{\"a\""), "invalid JSON at byte 4");
    handle(state,
           TEXT("{\"Records\":\"SECRET\",\"a\\nb\\u00e9\\\"\":\"SECRET\","
                "\"abcdefghijklmnopqrstuvwxyz\":1,\"d\":2,\"e\":3}"),
           &out);
    assert_string_equal(out.error_type, "Function.BadRequest");
    static const char start[] =
        "unknown event with the keys \"Records\", \"a?b???\", \"abcdefghijklmnopqrstuvwx\", \"d\", ...: ";
    assert_int_equal(strncmp(out.message, start, sizeof start - 1), 0);
    assert_null(strstr(out.message, "SECRET"));
    assert_non_null(strstr(out.message, "Function URL")); /* the end of the sentence fits */
    response_free(&out);
}

/* ---- load balancers, cross-origin requests ----------------------------------------------------------------------- */

/* Takes the number out of "ner;dur=0.211": it differs from run to run. */
static void cut_time(char *answer)
{
    static const char start[] = "ner;dur=";
    char *found = strstr(answer, start);
    if (!found) return;
    char *number = found + sizeof start - 1;
    size_t len = strspn(number, "0123456789.");
    assert_true(len > 0);
    memmove(number, number + len, strlen(number + len) + 1);
}

static void expect_body(void **state, const event_context *context, const char *event, size_t len, const char *expected)
{
    response out = {0};
    (void)state;
    event_handle(context, event, len, &out);
    assert_null(out.error_type);
    cut_time(out.body.data);
    assert_string_equal(out.body.data, expected);
    response_free(&out);
}

#define ALB(headers, method, path, body)                                                                               \
    TEXT("{\"requestContext\":{\"elb\":{\"targetGroupArn\":\"arn\"}},\"httpMethod\":\"" method "\",\"path\":\"" path   \
         "\"," headers ",\"body\":" body ",\"isBase64Encoded\":false}")
#define ALB_ANSWER(status, reason, headers, body)                                                                      \
    "{\"statusCode\": " status ", \"statusDescription\": \"" status " " reason "\", " headers ", \"body\": \"" body    \
    "\", "                                                                                                             \
    "\"isBase64Encoded\": false}"

static void load_balancers_get_their_own_form(void **state)
{
    const event_context *context = &((fixture *)*state)->context;
    expect_body(state, context, ALB("\"headers\":{\"content-type\":\"application/json\"}", "GET", "/healthz", "\"\""),
                ALB_ANSWER("200", "OK", "\"headers\": {\"content-type\": \"application/json\"}", OK_BODY));
    expect_body(state, context,
                ALB("\"multiValueHeaders\":{\"content-type\":[\"application/json\"]}", "PUT", "/ner", BODY),
                ALB_ANSWER("405", "Method Not Allowed",
                           "\"multiValueHeaders\": {\"content-type\": [\"application/json\"], "
                           "\"allow\": [\"POST, OPTIONS\"]}",
                           "{\\\"error\\\": \\\"the method must be POST\\\"}"));
    expect_body(
        state, context, ALB("\"multiValueHeaders\":{\"Content-Type\":[\"text/html\"]}", "POST", "/ner", BODY),
        ALB_ANSWER("415", "Unsupported Media Type", "\"multiValueHeaders\": {\"content-type\": [\"application/json\"]}",
                   "{\\\"error\\\": \\\"the body must be JSON: send the header Content-Type: application/json\\\"}"));
    expect_body(state, context, ALB("\"headers\":{}", "POST", "/", BODY),
                ALB_ANSWER("404", "Not Found", "\"headers\": {\"content-type\": \"application/json\"}",
                           "{\\\"error\\\": \\\"there is nothing here; POST /ner finds entities, POST /sentiment "
                           "sentiments, POST /redact hides what a text says of persons\\\"}"));
}

/* Of the longest answer that a limit lets through, and of one byte less. A health check's has no time, which
 * differs. */
static void what_counts_is_the_whole_envelope(void **state)
{
    static const struct {
        const char *event;
        size_t len;
    } samples[] = {
        {V2("GET", "/healthz")},
        {V1("GET", "/healthz")},
        {V1("POST", "/nothing")},
        {V1("OPTIONS", "/ner")},
    };
    handler_settings settings = ((fixture *)*state)->settings;
    event_context context = ((fixture *)*state)->context;
    response out = {0};
    context.settings = &settings;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        settings.answer = (answer_limit){.bytes = 0, .carrier = "Lambda"};
        event_handle(&context, samples[i].event, samples[i].len, &out);
        int status = status_in(out.body.data);
        settings.answer.bytes = out.body.len;
        event_handle(&context, samples[i].event, samples[i].len, &out);
        assert_int_equal(status_in(out.body.data), status);
        settings.answer.bytes--;
        event_handle(&context, samples[i].event, samples[i].len, &out);
        assert_int_equal(status_in(out.body.data), 413);
        assert_null(out.error_type);
        assert_null(out.fault);
    }
    response_free(&out);
}

static int at_once(void *user)
{
    (void)user;
    return 1;
}

static void faults_of_the_function_are_told_with_an_http_answer(void **state)
{
    handler_settings settings = ((fixture *)*state)->settings;
    event_context context = ((fixture *)*state)->context;
    response out = {0};
    context.settings = &settings;
    settings.interrupt = at_once;
    event_handle(&context, V2("POST", "/ner"), &out);
    assert_int_equal(status_in(out.body.data), 504);
    assert_null(out.error_type);
    assert_string_equal(out.fault, "Function.DeadlineExceeded");
    assert_non_null(strstr(out.message, "time limit"));
    event_handle(&context, V2("POST", "/x"), &out);
    assert_null(out.fault);
    event_handle(&context, V2("POST", "/ner"), &out);
    settings.interrupt = NULL;
    event_handle(&context, TEXT("{\"text\": \"Paris\"}"), &out);
    assert_null(out.fault);
    response_free(&out);
}

static void load_balancers_carry_1_mb(void **state)
{
    bytes event = {0};
    response out = {0};
    handler_settings tokens = ((fixture *)*state)->settings;
    event_context context = ((fixture *)*state)->context;
    context.settings = &tokens;
    bytes_text(&event, "{\"requestContext\":{\"elb\":{}},\"httpMethod\":\"POST\",\"path\":\"/ner\","
                       "\"multiValueHeaders\":{},\"body\":{\"texts\":[");
    for (int i = 0; i < 100000; i++) /* wrong ones need no engine */
        bytes_text(&event, i ? ",1" : "1");
    bytes_text(&event, "]}}");
    tokens.max_texts = 100000;
    event_handle(&context, event.data, event.len, &out);
    static const char start[] = "{\"statusCode\": 413, \"statusDescription\": \"413 Content Too Large\", "
                                "\"multiValueHeaders\": {\"content-type\": [\"application/json\"], "
                                "\"server-timing\": [\"ner;dur=\"]}, "
                                "\"body\": \"{\\\"error\\\": \\\"the answer is larger than ";
    cut_time(out.body.data);
    assert_int_equal(strncmp(out.body.data, start, sizeof start - 1), 0);
    assert_non_null(strstr(out.body.data, "the 1000000 bytes that a load balancer carries: send less text at a time"));
    assert_null(out.error_type);
    bytes_free(&event);
    response_free(&out);
}

#define ORIGIN(origin, method)                                                                                         \
    TEXT("{\"httpMethod\":\"" method "\",\"path\":\"/ner\",\"headers\":{\"Origin\":\"" origin "\"},\"body\":null}")
#define V1_ANSWER(status, headers, body)                                                                               \
    "{\"statusCode\": " status ", \"headers\": {\"content-type\": \"application/json\"" headers "}, \"body\": \"" body \
    "\", "                                                                                                             \
    "\"isBase64Encoded\": false}"
#define ALLOW ", \"allow\": \"POST, OPTIONS\""
#define TIMING ", \"server-timing\": \"ner;dur=\""
#define EXPOSE ", \"access-control-expose-headers\": \"server-timing, retry-after, x-amzn-requestid, x-amzn-errortype\""
#define PREFLIGHT                                                                                                      \
    ", \"access-control-allow-methods\": \"POST, OPTIONS\", "                                                          \
    "\"access-control-allow-headers\": \"content-type, content-encoding, authorization, x-api-key, apikey, "           \
    "x-amz-target, x-amz-date, "                                                                                       \
    "x-amz-content-sha256, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request\", "         \
    "\"access-control-max-age\": \"7200\""
#define NO_BODY "{\\\"error\\\": \\\"the request has no body: send {\\\\\\\"text\\\\\\\": \\\\\\\"...\\\\\\\"}\\\"}"

static void origins_are_allowed_as_set(void **state)
{
    event_context context = ((fixture *)*state)->context;
    expect_body(state, &context, ORIGIN("https://a.example", "OPTIONS"), V1_ANSWER("200", ALLOW, OK_BODY));
    context.cors_origin = "*";
    expect_body(state, &context, ORIGIN("https://a.example", "OPTIONS"),
                V1_ANSWER("200", ALLOW ", \"access-control-allow-origin\": \"*\"" PREFLIGHT, OK_BODY));
    expect_body(state, &context, ORIGIN("https://a.example", "POST"),
                V1_ANSWER("400", TIMING ", \"access-control-allow-origin\": \"*\"" EXPOSE, NO_BODY));
    context.cors_origin = "https://a.example,http://localhost:8080";
    expect_body(
        state, &context, ORIGIN("http://localhost:8080", "OPTIONS"),
        V1_ANSWER("200",
                  ALLOW ", \"vary\": \"Origin\", \"access-control-allow-origin\": \"http://localhost:8080\"" PREFLIGHT,
                  OK_BODY));
    expect_body(
        state, &context, ORIGIN("https://a.example", "POST"),
        V1_ANSWER("400", TIMING ", \"vary\": \"Origin\", \"access-control-allow-origin\": \"https://a.example\"" EXPOSE,
                  NO_BODY));
    static const struct {
        const char *event;
        size_t len;
    } others[] = {
        {ORIGIN("https://a.example.evil", "POST")},
        {ORIGIN("https://a.exampl", "POST")},
        {ORIGIN("HTTPS://A.EXAMPLE", "POST")},
        {ORIGIN("https://a.example,http://localhost:8080", "POST")},
        {ORIGIN("null", "POST")},
        {ORIGIN("", "POST")},
        {ORIGIN("https://a.example\\u0000", "POST")},
        {ORIGIN("https://a.example\\r\\nx: y", "POST")},
        {TEXT("{\"httpMethod\":\"POST\",\"path\":\"/ner\",\"body\":null}")},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_body(state, &context, others[i].event, others[i].len,
                    V1_ANSWER("400", TIMING ", \"vary\": \"Origin\"", NO_BODY));
}

static void records_of_destinations_are_direct_requests(void **state)
{
    const event_context *context = &((fixture *)*state)->context;
#define RECORD(payload)                                                                                                \
    TEXT("{\"requestContext\":{\"functionArn\":\"arn\",\"condition\":\"Success\"},\"responsePayload\":" payload "}")
    expect_body(state, context, RECORD("{\"text\":\"Angela Merkel visited Paris on Monday.\"}"), ENTITIES);
    expect_body(state, context, RECORD("{\"texts\":[\"Angela Merkel visited Paris on Monday.\"]}"),
                "{\"results\": [" ENTITIES "]}");
    expect_failure(state, RECORD("{\"errorMessage\":\"SECRET\"}"), "\"text\" is missing");
    expect_failure(state, RECORD("null"), "not null");
    expect_failure(state, TEXT("{\"requestContext\":{\"functionArn\":\"arn\"}}"),
                   "unknown event with the keys \"requestContext\"");
}

static void events_of_other_services_are_named_with_a_remedy(void **state)
{
#define OF(source) TEXT("{\"Records\":[{\"eventSource\":\"" source "\"}]}")
    expect_failure(state, OF("aws:s3"),
                   "cannot answer Records of \"aws:s3\": they name files and hold no text; read a file");
    expect_failure(state, TEXT("{\"Records\":[{\"EventSource\":\"aws:sns\"}]}"),
                   "Records of \"aws:sns\": subscribe an SQS queue to the topic");
    expect_failure(state, OF("aws:kinesis"), "Records of \"aws:kinesis\": tern does not read them: put their texts");
    expect_failure(state, OF("aws:dynamodb"), "Records of \"aws:dynamodb\": tern does not read them");
    expect_failure(state, OF("aws:sqs\\u0000"), "Records of \"aws:sqs\": tern does not read them");
    expect_failure(state, TEXT("{\"eventSource\":\"aws:kafka\",\"records\":{}}"), "Records of \"aws:kafka\"");
    expect_failure(state, TEXT("[{\"eventSource\":\"aws:kinesis\"}]"), "Records of \"aws:kinesis\"");
    expect_failure(state, TEXT("[1]"), "cannot answer an array: send {\"texts\"");
    expect_failure(state, TEXT("[]"), "cannot answer an array");
    expect_failure(state, TEXT("[{\"text\":\"SECRET\"}]"), "cannot answer an array");
    expect_failure(state, TEXT("{\"detail-type\":\"order\",\"source\":\"shop\",\"detail\":{\"text\":\"x\"}}"),
                   "cannot answer an event of EventBridge: have the rule's input transformer send {\"text\"");
    expect_failure(state, TEXT("{\"Event\":\"s3:TestEvent\",\"Service\":\"Amazon S3\"}"), "the s3:TestEvent");
    expect_failure(state, TEXT("{\"Records\":[]}"), "unknown event with the keys \"Records\": expected");
    expect_failure(state, TEXT("{\"Records\":[{\"eventsource\":\"aws:sqs\"}]}"),
                   "unknown event with the keys \"Records\": expected");
}

static void base64_follows_the_test_vectors_of_rfc_4648(void **state)
{
    static const struct {
        const char *encoded, *plain;
    } vectors[] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        bytes out = {0};
        assert_int_equal(base64_decode(vectors[i].encoded, strlen(vectors[i].encoded), &out), 0);
        assert_int_equal(out.len, strlen(vectors[i].plain));
        assert_memory_equal(out.data ? out.data : "", vectors[i].plain, out.len);
        bytes_free(&out);
    }
    bytes all = {0};
    assert_int_equal(base64_decode(TEXT("+/AZaz09////AAAA"), &all), 0);
    assert_memory_equal(all.data, "\xfb\xf0\x19\x6b\x3d\x3d\xff\xff\xff\x00\x00\x00", 12);
    bytes_free(&all);
}

static void base64_is_strict(void **state)
{
    static const char *const bad[] = {"Z",      "Zg",   "Zg=",  "Zm9",      "Zg===",   "====",
                                      "Z===",   "Zh==", "Zm9=", "Zg==Zg==", "Zm=v",    "=Zm9",
                                      "Zm9v\n", "Zm 9", "Zm9-", "Zm9_",     "Zm9\xe9", "Zm9vZg=A"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bytes out = {0};
        if (!base64_decode(bad[i], strlen(bad[i]), &out)) fail_msg("\"%s\" was accepted", bad[i]);
        bytes_free(&out);
    }
    bytes nul = {0};
    assert_int_equal(base64_decode("Zm\0v", 4, &nul), -1);
    bytes_free(&nul);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shape_is_answered),
        cmocka_unit_test(a_bare_text_gets_the_bare_answer),
        cmocka_unit_test(a_request_may_have_members_of_its_own),
        cmocka_unit_test(what_a_gateway_has_marked_is_its_event),
        cmocka_unit_test(web_sockets_are_refused_by_name),
        cmocka_unit_test(what_keeps_a_function_warm_is_answered),
        cmocka_unit_test(bad_bodies_are_http_errors),
        cmocka_unit_test(a_path_may_name_the_model),
        cmocka_unit_test(methods_and_paths_are_routed_as_in_http),
        cmocka_unit_test(other_media_types_are_refused),
        cmocka_unit_test(unknown_events_are_named_by_their_keys_only),
        cmocka_unit_test(load_balancers_get_their_own_form),
        cmocka_unit_test(what_counts_is_the_whole_envelope),
        cmocka_unit_test(faults_of_the_function_are_told_with_an_http_answer),
        cmocka_unit_test(load_balancers_carry_1_mb),
        cmocka_unit_test(origins_are_allowed_as_set),
        cmocka_unit_test(records_of_destinations_are_direct_requests),
        cmocka_unit_test(events_of_other_services_are_named_with_a_remedy),
        cmocka_unit_test(base64_follows_the_test_vectors_of_rfc_4648),
        cmocka_unit_test(base64_is_strict),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
