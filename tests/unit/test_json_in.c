/* test_json_in.c - what is JSON and what is not: RFC 8259, RFC 3629, and what becomes of it. */
#include "cmocka_all.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "json_in.h"

#define TEXT(literal) literal, sizeof(literal) - 1

typedef struct sample {
    const char *data;
    size_t len;
} sample;

static json_doc *must_parse(const char *data, size_t len)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    if (!doc) fail_msg("%s: refused with \"%s\"", data, error.msg);
    return doc;
}

static void must_refuse(const char *data, size_t len, size_t pos, const char *cause)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    if (doc) fail_msg("%s: accepted", data);
    if (error.pos != pos || !strstr(error.msg, cause))
        fail_msg("%s: refused at %zu with \"%s\", expected %zu and \"%s\"", data, error.pos, error.msg, pos, cause);
    assert_int_equal(error.no_memory, 0);
}

/* The bytes of the string at key "s", compared with what they must be. */
static void check_string(const char *json, size_t json_len, const char *expected, size_t len)
{
    json_doc *doc = must_parse(json, json_len);
    bytes out = {0};
    const char *got = json_string(json_member(json_root(doc), "s"), &out);
    assert_non_null(got);
    assert_int_equal(out.len, len);
    assert_memory_equal(got, expected, len);
    bytes_free(&out);
    json_free(doc);
}

static void valid_documents_are_accepted(void **state)
{
    static const sample valid[] = {
        {TEXT("{}")},
        {TEXT("[]")},
        {TEXT("null")},
        {TEXT("true")},
        {TEXT("false")},
        {TEXT("0")},
        {TEXT("-0")},
        {TEXT("\"\"")},
        {TEXT(" \t\r\n[ 1 , 2 ] \t\r\n")},
        {TEXT("{\"a\":{\"b\":[{},[],[[]]]},\"c\":null}")},
        {TEXT("[-0.5e+10,1E-2,1e5,10,0.0]")},
        {TEXT("\"\x7f\"")},
        {TEXT("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"")},
        {TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\"")},
        {TEXT("\"\xef\xbb\xbf\"")},
        {TEXT("\"\\uFFFF\\uE000\\uD7FF\"")},
        {TEXT("[1234567890123456789012345678901234567890123456789012345678901234567890.5, 1e999999]")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) json_free(must_parse(valid[i].data, valid[i].len));
}

static void malformed_documents_are_refused_with_position_and_cause(void **state)
{
    static const struct {
        sample json;
        size_t pos;
        const char *cause;
    } bad[] = {
        {{TEXT("")}, 0, "there is no value"},
        {{TEXT(" \n")}, 2, "there is no value"},
        {{TEXT("\xef\xbb\xbf{}")}, 0, "byte order mark"},
        {{TEXT("\0")}, 0, "expected a value"},
        {{TEXT("{} x")}, 3, "after the end"},
        {{TEXT("{}{}")}, 2, "after the end"},
        {{TEXT("1 2")}, 2, "after the end"},
        {{TEXT("{}\0")}, 2, "after the end"},
        {{TEXT("[]]")}, 2, "after the end"},
        {{TEXT("{")}, 1, "expected a key"},
        {{TEXT("[")}, 1, "missing"},
        {{TEXT("[1,")}, 3, "missing"},
        {{TEXT("[1")}, 2, "an array is not closed"},
        {{TEXT("{\"a\":1")}, 6, "an object is not closed"},
        {{TEXT("[1,]")}, 3, "expected a value"},
        {{TEXT("{\"a\":1,}")}, 7, "expected a key"},
        {{TEXT("[,1]")}, 1, "expected a value"},
        {{TEXT("[1 2]")}, 3, "expected ',' or ']'"},
        {{TEXT("{\"a\":1]")}, 6, "expected ',' or '}'"},
        {{TEXT("[1}")}, 2, "expected ',' or ']'"},
        {{TEXT("{a:1}")}, 1, "expected a key"},
        {{TEXT("{'a':1}")}, 1, "expected a key"},
        {{TEXT("{1:1}")}, 1, "expected a key"},
        {{TEXT("{\"a\" 1}")}, 5, "expected a colon"},
        {{TEXT("{\"a\"")}, 4, "expected a colon"},
        {{TEXT("{\"a\":}")}, 5, "expected a value"},
        {{TEXT("{\"a\":")}, 5, "missing"},
        {{TEXT("True")}, 0, "expected a value"},
        {{TEXT("nul")}, 0, "expected a value"},
        {{TEXT("truex")}, 4, "after the end"},
        {{TEXT("NaN")}, 0, "expected a value"},
        {{TEXT("Infinity")}, 0, "expected a value"},
        {{TEXT("-Infinity")}, 0, "malformed number"},
        {{TEXT("/**/1")}, 0, "expected a value"},
        {{TEXT("\x0b"
               "1")},
         0,
         "expected a value"},
        {{TEXT("\xc2\xa0"
               "1")},
         0,
         "expected a value"},
        {{TEXT("1\xc2\xa0")}, 1, "after the end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must_refuse(bad[i].json.data, bad[i].json.len, bad[i].pos, bad[i].cause);
}

static void numbers_that_cjson_takes_are_refused(void **state)
{
    static const sample bad[] = {
        {TEXT("[01]")}, {TEXT("[-01]")}, {TEXT("[1.]")},   {TEXT("[-]")},
        {TEXT("[1e]")}, {TEXT("[1e+]")}, {TEXT("[1.e5]")}, {TEXT("[00]")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) must_refuse(bad[i].data, bad[i].len, 1, "malformed number");
    must_refuse(TEXT("[+1]"), 1, "expected a value");
    must_refuse(TEXT("[.5]"), 1, "expected a value");
    must_refuse(TEXT("[0x10]"), 2, "expected ',' or ']'");
}

static void bad_strings_are_refused(void **state)
{
    (void)state;
    must_refuse(TEXT("\"abc"), 0, "does not end");
    must_refuse(TEXT("\"abc\\"), 4, "does not end");
    must_refuse(TEXT("\"abc\\\""), 0, "does not end");
    must_refuse(TEXT("\"a\nb\""), 2, "control character 0x0a");
    must_refuse(TEXT("\"a\0b\""), 2, "control character 0x00");
    must_refuse(TEXT("{\"a\tb\":1}"), 3, "control character 0x09");
    must_refuse(TEXT("\"\\x41\""), 1, "unknown escape");
    must_refuse(TEXT("\"\\\0\""), 1, "unknown escape");
    must_refuse(TEXT("\"\\U0041\""), 1, "unknown escape");
    must_refuse(TEXT("\"\\u12g4\""), 1, "four hexadecimal digits");
    must_refuse(TEXT("\"\\u12"), 1, "four hexadecimal digits");
    must_refuse(TEXT("\"\\u+123\""), 1, "four hexadecimal digits");
}

static void lone_surrogates_have_their_own_message(void **state)
{
    static const sample bad[] = {
        {TEXT("\"\\ud800\"")},        {TEXT("\"\\uDFFF\"")},       {TEXT("\"\\ude00\\ud83d\"")},
        {TEXT("\"\\ud83d\\u0041\"")}, {TEXT("\"\\ud83dx\"")},      {TEXT("\"\\ud83d\\ud83d\\ude00\"")},
        {TEXT("\"\\ud83d\\n\"")},     {TEXT("\"\\ud83d\\ude0\"")}, {TEXT("\"\\ud83d")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) must_refuse(bad[i].data, bad[i].len, 1, "lone surrogate");
    must_refuse(TEXT("{\"\\ud800\":1}"), 2, "lone surrogate");
}

static void invalid_utf8_is_refused(void **state)
{
    static const sample bad[] = {
        /* the classes of the Unicode standard, table 3-7 */
        {TEXT("\"\x80\"")},
        {TEXT("\"\xbf\"")},
        {TEXT("\"\xc0\x80\"")},
        {TEXT("\"\xc1\xbf\"")},
        {TEXT("\"\xc2\"")},
        {TEXT("\"\xc2")},
        {TEXT("\"\xe0\x9f\xbf\"")},
        {TEXT("\"\xed\xa0\x80\"")},
        {TEXT("\"\xed\xbf\xbf\"")},
        {TEXT("\"\xe2\x82\"")},
        {TEXT("\"\xe2\x82")},
        {TEXT("\"\xf0\x8f\xbf\xbf\"")},
        {TEXT("\"\xf4\x90\x80\x80\"")},
        {TEXT("\"\xf5\x80\x80\x80\"")},
        {TEXT("\"\xff\"")},
        {TEXT("\"\xf0\x9f\x98\"")},
        {TEXT("\"\xe9t\"")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must_refuse(bad[i].data, bad[i].len, 1, "invalid UTF-8 at byte 1");
    must_refuse(TEXT("[\x80]"), 1, "invalid UTF-8");
}

/* Arrays, objects and a mix, `depth` deep and closed. */
static void nest(bytes *out, const char *opening, const char *closing, size_t depth)
{
    bytes_clear(out);
    for (size_t i = 0; i < depth; i++) bytes_text(out, opening);
    bytes_text(out, "1");
    for (size_t i = 0; i < depth; i++) bytes_text(out, closing);
}

static void depth_is_limited(void **state)
{
    bytes json = {0};
    (void)state;
    nest(&json, "[", "]", JSON_MAX_DEPTH);
    json_free(must_parse(json.data, json.len));
    nest(&json, "{\"a\":", "}", JSON_MAX_DEPTH);
    json_free(must_parse(json.data, json.len));
    nest(&json, "[", "]", JSON_MAX_DEPTH + 1);
    must_refuse(json.data, json.len, JSON_MAX_DEPTH, "nested more than 200 deep");
    nest(&json, "{\"a\":", "}", 100000);
    must_refuse(json.data, json.len, 5 * JSON_MAX_DEPTH, "nested more than 200 deep");
    bytes_free(&json);
}

static void the_number_of_values_is_limited(void **state)
{
    bytes json = {0};
    (void)state;
    bytes_text(&json, "[0");
    for (size_t i = 2; i < JSON_MAX_VALUES; i++) /* with the array itself: as many as are allowed */
        bytes_text(&json, ",0");
    size_t end = json.len;
    bytes_text(&json, "]");
    json_doc *doc = must_parse(json.data, json.len);
    assert_int_equal(json_array_size(json_root(doc)), JSON_MAX_VALUES - 1);
    json_free(doc);
    json.data[end] = ',';
    bytes_text(&json, "0]");
    must_refuse(json.data, json.len, end + 1, "more than 250000 values");
    bytes_free(&json);
}

static void strings_come_back_whole(void **state)
{
    (void)state;
    check_string(TEXT("{\"s\":\"\"}"), TEXT(""));
    check_string(TEXT("{\"s\":\"ab\\u0000cd\"}"), TEXT("ab\0cd"));
    check_string(TEXT("{\"s\":\"\\u0000\\u0000\"}"), TEXT("\0\0"));
    check_string(TEXT("{\"s\":\"x\\u0000\"}"), TEXT("x\0"));
    check_string(TEXT("{\"s\":\"\\\\u0000\"}"), TEXT("\\u0000"));
    check_string(TEXT("{\"s\":\"\\u00e9 \xc3\xa9 \\uD83D\\uDE00 \\u20AC\"}"),
                 TEXT("\xc3\xa9 \xc3\xa9 \xf0\x9f\x98\x80 \xe2\x82\xac"));
    check_string(TEXT("{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}"), TEXT("\"\\/\b\f\n\r\t"));
    check_string(
        TEXT("{\"s\":\"\\u007F\\u0080\\u07fF\\u0800\\ud7ff\\ue000\\uFfFf\\uD800\\uDC00\\udbff\\udfff\"}"),
        TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
    check_string(TEXT("{\"n\":123456.789e5,\"s\":\"after a number\\u0000\"}"), TEXT("after a number\0"));
}

static void keys_are_case_sensitive_and_the_last_one_counts(void **state)
{
    (void)state;
    check_string(TEXT("{\"s\":\"first\",\"S\":\"other\",\"s\":\"last\"}"), TEXT("last"));
    check_string(TEXT("{\"s\":\"this\",\"s\\u0000\":\"not this\"}"), TEXT("this"));
    check_string(TEXT("{\"\\u0073\":\"escaped key\"}"), TEXT("escaped key"));
    json_doc *doc = must_parse(TEXT("{\"Text\":\"x\",\"TEXT\":1}"));
    assert_null(json_member(json_root(doc), "text"));
    json_free(doc);
}

static void a_text_is_compared_whole(void **state)
{
    json_doc *doc =
        must_parse(TEXT("[\"aws:sqs\",\"\\u0061ws\\u003asqs\",\"aws:sqs\\u0000\",\"aws\",\"aws:sqs2\",\"\",5]"));
    const json_node *node = json_first(json_root(doc));
    (void)state;
    for (int i = 0; i < 7; i++, node = json_next(node)) assert_int_equal(json_is_text(node, "aws:sqs"), i < 2);
    assert_true(json_is_text(json_array_item(json_root(doc), 5), ""));
    assert_false(json_is_text(json_array_item(json_root(doc), 6), ""));
    assert_false(json_is_text(NULL, ""));
    json_free(doc);
}

static void a_key_is_not_cut(void **state)
{
    json_doc *doc = must_parse(TEXT("{\"a\\u0000\\u00e9\\\"b\":1,\"\":2}"));
    const json_node *member = json_first(json_root(doc));
    (void)state;
    assert_string_equal(json_key(member), "a\xe2\x90\x80\xc3\xa9\"b");
    assert_string_equal(json_key(json_next(member)), "");
    json_free(doc);
}

static size_t allocations_left;

static void *allocate_some(size_t size) { return allocations_left && allocations_left-- ? malloc(size) : NULL; }

static void memory_that_runs_out_is_said(void **state)
{
    static const char json[] = "{\"a\":[null,true,false,1,\"s\",[],{\"b\":{}}],\"c\":\"t\"}";
    json_doc *doc = NULL;
    size_t allowed = 0;
    (void)state;
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate_some, .free_fn = free});
    for (; !doc; allowed++) {
        json_error error;
        allocations_left = allowed;
        doc = json_parse(json, sizeof json - 1, &error);
        if (!doc) assert_true(error.no_memory && strstr(error.msg, "out of memory"));
    }
    cJSON_InitHooks(NULL);
    assert_int_equal(allowed, 1 + 11 + 3); /* nodes and keys */
    json_free(doc);
}

static void the_tree_can_be_walked(void **state)
{
    static const json_type types[] = {JSON_NULL,   JSON_BOOL,  JSON_BOOL,  JSON_NUMBER,
                                      JSON_STRING, JSON_ARRAY, JSON_OBJECT};
    json_doc *doc = must_parse(TEXT("{\"k\":[null,true,false,-1.5,\"s\",[1,2],{\"a\":1}],\"l\":2}"));
    const json_node *list = json_first(json_root(doc));
    bytes out = {0};
    (void)state;
    assert_string_equal(json_key(list), "k");
    assert_string_equal(json_key(json_next(list)), "l");
    assert_null(json_next(json_next(list)));
    assert_int_equal(json_array_size(list), 7);
    for (size_t i = 0; i < 7; i++) assert_int_equal(json_type_of(json_array_item(list, i)), types[i]);
    assert_null(json_array_item(list, 7));
    assert_true(json_is_true(json_array_item(list, 1)));
    assert_false(json_is_true(json_array_item(list, 2)));
    assert_false(json_is_true(json_array_item(list, 3)));
    assert_false(json_is_true(NULL));
    assert_null(json_string(json_array_item(list, 3), &out));
    assert_null(json_string(NULL, &out));
    assert_null(json_member(list, "k"));
    assert_null(json_member(NULL, "k"));
    assert_null(json_first(json_array_item(list, 4)));
    assert_int_equal(json_array_size(NULL), 0);
    bytes_free(&out);
    json_free(doc);
}

static void every_prefix_of_a_document_is_refused(void **state)
{
    static const char json[] =
        "{\"a\": [1.5e3, \"\\ud83d\\ude00\\u0000\xe2\x82\xac\", true, null], \"b\": {\"c\": {}}}";
    size_t len = sizeof json - 1;
    (void)state;
    for (size_t cut = 0; cut < len; cut++) {
        char *copy = malloc(cut + 1); /* exactly as long, so that a sanitizer sees reads beyond */
        json_error error;
        assert_non_null(copy);
        memcpy(copy, json, cut);
        assert_null(json_parse(copy, cut, &error));
        assert_true(error.pos <= cut && error.msg[0]);
        free(copy);
    }
    json_free(must_parse(json, len));
}

static void messages_never_repeat_the_input(void **state)
{
    static const sample secret[] = {
        {TEXT("{\"SECRET\" \"SECRET\"}")},
        {TEXT("SECRET")},
        {TEXT("\"SECRET")},
        {TEXT("{} SECRET")},
        {TEXT("\"\\SECRET\"")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        json_error error;
        assert_null(json_parse(secret[i].data, secret[i].len, &error));
        assert_null(strstr(error.msg, "SECRET"));
    }
}

/* ---- where values stand ------------------------------------------------------------------------------------------ */

static void must_stand(const char *got, size_t len, const char *expected)
{
    if (len != strlen(expected) || memcmp(got, expected, len) != 0)
        fail_msg("\"%.*s\" stands there, not \"%s\"", (int)len, got, expected);
}

static void values_are_found_as_they_stand(void **state)
{
    static const char json[] =
        " { \"n\" : -1.50e+02 ,\"\\u0000\":[1, {\"x\": []}] , \"s\":\"\\u00e9\", \"t\":true,\"e\":{ } } ";
    static const char *const values[] = {"-1.50e+02", "[1, {\"x\": []}]", "\"\\u00e9\"", "true", "{ }"};
    static const char *const members[] = {"\"n\" : -1.50e+02", "\"\\u0000\":[1, {\"x\": []}]", "\"s\":\"\\u00e9\"",
                                          "\"t\":true", "\"e\":{ }"};
    json_doc *doc = must_parse(TEXT(json));
    const json_node *root = json_root(doc);
    size_t len, i = 0;
    const char *got = json_source(root, json, &len);
    must_stand(got, len,
               "{ \"n\" : -1.50e+02 ,\"\\u0000\":[1, {\"x\": []}] , \"s\":\"\\u00e9\", \"t\":true,\"e\":{ } }");
    for (const json_node *m = json_first(root); m; m = json_next(m), i++) {
        got = json_source(m, json, &len);
        must_stand(got, len, values[i]);
        got = json_member_source(root, m, json, &len);
        must_stand(got, len, members[i]);
    }
    assert_int_equal(i, 5);
    json_free(doc);
    (void)state;
}

static void check_number(const char *json, int status, double expected)
{
    double number = 7;
    json_doc *doc = must_parse(json, strlen(json));
    assert_int_equal(json_number(json_root(doc), &number), status);
    assert_true(number >= expected && number <= expected);
    json_free(doc);
}

/* 1.000... of so many characters. */
static void check_long_number(size_t len, int status, double expected)
{
    char json[2 * JSON_NUMBER_SIZE] = "1.";
    memset(json + 2, '0', len - 2);
    json[len] = '\0';
    check_number(json, status, expected);
}

static void numbers_are_read_when_they_are_asked_for(void **state)
{
    (void)state;
    check_number("0.25", 0, 0.25);
    check_number(" -1e-2 ", 0, -0.01);
    check_number("12345678901234567890", 0, 12345678901234567890.0);
    check_number("\"1\"", -1, 7);
    check_long_number(JSON_NUMBER_SIZE - 1, 0, 1);
    check_long_number(JSON_NUMBER_SIZE, -1, 7);
    double number;
    assert_int_equal(json_number(NULL, &number), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_when_they_are_asked_for),
        cmocka_unit_test(valid_documents_are_accepted),
        cmocka_unit_test(malformed_documents_are_refused_with_position_and_cause),
        cmocka_unit_test(numbers_that_cjson_takes_are_refused),
        cmocka_unit_test(bad_strings_are_refused),
        cmocka_unit_test(lone_surrogates_have_their_own_message),
        cmocka_unit_test(invalid_utf8_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(the_number_of_values_is_limited),
        cmocka_unit_test(strings_come_back_whole),
        cmocka_unit_test(keys_are_case_sensitive_and_the_last_one_counts),
        cmocka_unit_test(a_text_is_compared_whole),
        cmocka_unit_test(a_key_is_not_cut),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(the_tree_can_be_walked),
        cmocka_unit_test(every_prefix_of_a_document_is_refused),
        cmocka_unit_test(messages_never_repeat_the_input),
        cmocka_unit_test(values_are_found_as_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
