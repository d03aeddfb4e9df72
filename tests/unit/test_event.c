/* test_event.c - every event shape unwrapped and answered as its sender expects. Recorded events of each shape are in
 * tests/runtime/events, where the whole bootstrap reads them; here are the edges. Entities are those of spaCy. */
#include "fixture.h"

#include "event.h"

#define TEXT(literal) literal, sizeof(literal) - 1
/* {"text": "Angela Merkel visited Paris on Monday."} as a JSON string, and in base64 */
#define BODY "\"{\\\"text\\\": \\\"Angela Merkel visited Paris on Monday.\\\"}\""
#define BODY64 "\"eyJ0ZXh0IjogIkFuZ2VsYSBNZXJrZWwgdmlzaXRlZCBQYXJpcyBvbiBNb25kYXkuIn0=\""
#define ENTITIES "{\"entities\": [{\"text\": \"Angela Merkel\", \"label\": \"PERSON\", \"start\": 0, \"end\": 13}, " \
                 "{\"text\": \"Paris\", \"label\": \"GPE\", \"start\": 22, \"end\": 27}, " \
                 "{\"text\": \"Monday\", \"label\": \"DATE\", \"start\": 31, \"end\": 37}]}"

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
    handler_settings settings;
} fixture;

static void handle(void **state, const char *event, size_t len, response *out)
{
    fixture *f = *state;
    event_handle(f->ctx, event, len, &f->settings, out);
}

static int set_up(void **state)
{
    static fixture f;
    void *model = NULL;
    if (open_model(&model) || tern_ctx_new(model, &f.ctx, NULL))
        return -1;
    f.model = model;
    f.settings = (handler_settings){.model = model, .components = tern_model_default_components(model)};
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
    if (!strstr(out.message, part))
        fail_msg("%s failed with \"%s\", expected \"%s\"", event, out.message, part);
    response_free(&out);
}

static void each_shape_is_answered(void **state)
{
    static const struct { const char *event; size_t len; } good[] = {
        {TEXT("{\"version\":\"2.0\",\"rawPath\":\"/ner\","
              "\"requestContext\":{\"http\":{\"method\":\"POST\"}},\"body\":" BODY "}")},
        {TEXT("{\"requestContext\":{\"http\":{}},\"body\":" BODY "}")},
        {TEXT("{\"httpMethod\":\"POST\",\"path\":\"/ner\",\"headers\":null,\"body\":" BODY ",\"isBase64Encoded\":false}")},
        {TEXT("{\"httpMethod\":\"POST\",\"path\":\"/prod/v1/ner\",\"body\":" BODY64 ",\"isBase64Encoded\":true}")},
        {TEXT("{\"body\":" BODY "}")}, {TEXT("{\"body\":" BODY64 ",\"isBase64Encoded\":true}")},
        {TEXT("{\"body\":{\"text\":\"Angela Merkel visited Paris on Monday.\"}}")},
        {TEXT("{\"text\":\"not this\",\"body\":" BODY "}")},
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
    short_texts.max_chars = 4;
    event_handle(f->ctx, TEXT("{\"text\":\"12345\"}"), &short_texts, &out);
    assert_string_equal(out.error_type, "Function.TextTooLong");
    assert_string_equal(out.message, "the text has 5 characters, the limit is 4: split it");
    response_free(&out);
    expect_failure(state, TEXT("{\"text\":\"\"}"), "empty");
    expect_failure(state, TEXT("{\"text\":null}"), "must be a string");
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

#define V2(method, path) TEXT("{\"version\":\"2.0\",\"rawPath\":\"" path "\"," \
                              "\"requestContext\":{\"http\":{\"method\":\"" method "\"}},\"body\":" BODY "}")
#define V1(method, path) TEXT("{\"httpMethod\":\"" method "\",\"path\":\"" path "\",\"body\":" BODY "}")

static void methods_and_paths_are_routed_as_in_http(void **state)
{
    expect_proxy(state, V2("POST", "/prod/ner"), 200, ENTITIES, "");
    expect_proxy(state, V2("GET", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V1("PUT", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V1("post", "/ner"), 405, "must be POST", "POST, OPTIONS");
    expect_proxy(state, V2("POST", "/"), 404, "POST /ner", "");
    expect_proxy(state, V2("POST", ""), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "/dinner"), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "/ner/x"), 404, "POST /ner", "");
    expect_proxy(state, V1("POST", "/ner\\u0000"), 404, "POST /ner", "");
    expect_proxy(state, V1("OPTIONS", "/elsewhere"), 404, "POST /ner", "");
    expect_proxy(state, V2("OPTIONS", "/ner"), 200, "ok", "POST, OPTIONS");
    expect_proxy(state, V2("GET", "/stage/healthz"), 200, "{\"status\": \"ok\"}", "");
    expect_proxy(state, V1("HEAD", "/healthz"), 200, "ok", "");
    expect_proxy(state, V1("POST", "/healthz"), 405, "must be GET", "GET, HEAD, OPTIONS");
}

static void other_media_types_are_refused(void **state)
{
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\",\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":" BODY "}"),
                 415, "application/json", "");
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\",\"headers\":{\"CONTENT-TYPE\":\"application/json; charset=utf-8\"},"
                             "\"body\":" BODY "}"), 200, ENTITIES, "");
    expect_proxy(state, TEXT("{\"requestContext\":{\"http\":{}},"
                             "\"headers\":{\"content-type\":\"application/x-www-form-urlencoded\"},"
                             "\"body\":" BODY64 ",\"isBase64Encoded\":true}"), 415, "application/json", "");
    expect_proxy(state, TEXT("{\"httpMethod\":\"POST\",\"headers\":[\"content-type\"],\"body\":" BODY "}"),
                 200, ENTITIES, "");
}

static void unknown_events_are_named_by_their_keys_only(void **state)
{
    response out = {0};
    expect_failure(state, "", 0, "the event is empty");
    expect_failure(state, TEXT("[1]"), "no JSON object");
    expect_failure(state, TEXT("{}"), "without members");
    expect_failure(state, TEXT("{\"a\""), "invalid JSON at byte 4");
    handle(state, TEXT("{\"Records\":\"SECRET\",\"a\\nb\\u00e9\\\"\":\"SECRET\","
                       "\"abcdefghijklmnopqrstuvwxyz\":1,\"d\":2,\"e\":3}"), &out);
    assert_string_equal(out.error_type, "Function.BadRequest");
    static const char start[] = "unknown event with the keys \"Records\", \"a?b???\", \"abcdefghijklmnopqrstuvwx\", \"d\", ...: ";
    assert_int_equal(strncmp(out.message, start, sizeof start - 1), 0);
    assert_null(strstr(out.message, "SECRET"));
    assert_non_null(strstr(out.message, "Function URL"));   /* the end of the sentence fits */
    response_free(&out);
}

static void base64_follows_the_test_vectors_of_rfc_4648(void **state)
{
    static const struct { const char *encoded, *plain; } vectors[] = {
        {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"},
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
    static const char *const bad[] = {"Z", "Zg", "Zg=", "Zm9", "Zg===", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm=v", "=Zm9",
                                      "Zm9v\n", "Zm 9", "Zm9-", "Zm9_", "Zm9\xe9", "Zm9vZg=A"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bytes out = {0};
        if (!base64_decode(bad[i], strlen(bad[i]), &out))
            fail_msg("\"%s\" was accepted", bad[i]);
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
        cmocka_unit_test(bad_bodies_are_http_errors),
        cmocka_unit_test(methods_and_paths_are_routed_as_in_http),
        cmocka_unit_test(other_media_types_are_refused),
        cmocka_unit_test(unknown_events_are_named_by_their_keys_only),
        cmocka_unit_test(base64_follows_the_test_vectors_of_rfc_4648),
        cmocka_unit_test(base64_is_strict),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
