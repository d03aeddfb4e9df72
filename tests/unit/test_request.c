/* test_request.c - the body of POST /ner read: which fields count, which values they may have, what is said about others. */
#include "fixture.h"

#include "request.h"

#define DEFAULTS ((request_options){.components = TERN_NER, .format = FORMAT_SPACY, .offsets = OFFSETS_BYTE})

static int read_body(void **state, const char *body, ner_request *out, char error[REQUEST_ERROR_SIZE])
{
    json_error problem;
    json_doc *doc = json_parse(body, strlen(body), &problem);
    assert_non_null(doc);
    *out = (ner_request){.options = DEFAULTS};
    error[0] = '\0';
    int status = request_read(json_root(doc), *state, 3, out, error);
    json_free(doc);   /* the nodes in *out are not followed below */
    return status;
}

static void fields_override_the_defaults(void **state)
{
    static const struct { const char *body; request_options expected; int many; } good[] = {
        {"{\"text\": \"a\"}", DEFAULTS, 0},
        {"{\"texts\": []}", DEFAULTS, 1},
        {"{\"texts\": [1, null, \"\"]}", DEFAULTS, 1},
        {"{\"text\": \"a\", \"format\": \"ner\"}", {TERN_NER, FORMAT_NER, OFFSETS_BYTE}, 0},
        {"{\"text\": \"a\", \"format\": \"spacy\"}", DEFAULTS, 0},
        {"{\"text\": \"a\", \"offsets\": \"codepoint\"}", {TERN_NER, FORMAT_SPACY, OFFSETS_CODEPOINT}, 0},
        {"{\"text\": \"a\", \"offsets\": \"utf16\"}", {TERN_NER, FORMAT_SPACY, OFFSETS_UTF16}, 0},
        {"{\"text\": \"a\", \"offsets\": \"byte\"}", DEFAULTS, 0},
        {"{\"offsets\": \"byte\", \"offsets\": \"utf16\", \"text\": \"a\"}", {TERN_NER, FORMAT_SPACY, OFFSETS_UTF16}, 0},
        {"{\"components\": [\"ner\", \"parser\"], \"text\": \"a\"}", {TERN_NER | TERN_PARSER, FORMAT_SPACY, OFFSETS_BYTE}, 0},
        {"{\"text\": \"a\", \"Format\": 1, \"FORMAT\": [], \"Model\": \"en\", \"offset\": 5, \"\": {}}", DEFAULTS, 0},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ner_request got;
        char error[REQUEST_ERROR_SIZE];
        if (read_body(state, good[i].body, &got, error))
            fail_msg("%s: %s", good[i].body, error);
        assert_int_equal(got.options.components, good[i].expected.components);
        assert_int_equal(got.options.format, good[i].expected.format);
        assert_int_equal(got.options.offsets, good[i].expected.offsets);
        assert_int_equal(got.texts != NULL, good[i].many);
        assert_int_equal(got.text != NULL, !good[i].many);
    }
}

static void wrong_values_are_named_with_the_allowed_ones(void **state)
{
    static const char both[] = "there are both \"text\" and \"texts\"", formats[] = "\"format\" must be \"ner\" or \"spacy\"";
    static const char units[] = "\"offsets\" must be \"codepoint\", \"utf16\" or \"byte\"";
    static const struct { const char *body; int status; const char *cause; } bad[] = {
        {"[]", 400, "not an array"}, {"{}", 400, "\"text\" is missing"}, {"{\"Texts\": []}", 400, "case-sensitive"},
        {"{\"text\": \"a\", \"texts\": []}", 400, both}, {"{\"texts\": null, \"text\": null}", 400, both},
        {"{\"texts\": \"a\"}", 400, "\"texts\" must be an array of strings, not a string"},
        {"{\"texts\": null}", 400, "not null"}, {"{\"texts\": {\"a\": \"b\"}}", 400, "not an object"},
        {"{\"texts\": [\"1\", \"2\", \"3\", \"4\"]}", 413, "there are 4 \"texts\", the limit is 3: split them"},
        {"{\"text\": \"a\", \"format\": \"SPACY\"}", 400, formats}, {"{\"text\": \"a\", \"format\": \"\"}", 400, formats},
        {"{\"text\": \"a\", \"format\": null}", 400, formats}, {"{\"text\": \"a\", \"format\": 1}", 400, formats},
        {"{\"text\": \"a\", \"format\": \"ner\\u0000\"}", 400, formats}, {"{\"text\": \"a\", \"format\": \"n\"}", 400, formats},
        {"{\"text\": \"a\", \"offsets\": \"utf-16\"}", 400, units}, {"{\"text\": \"a\", \"offsets\": [\"byte\"]}", 400, units},
        {"{\"text\": \"a\", \"offsets\": \"bytes\"}", 400, units}, {"{\"text\": \"a\", \"offsets\": true}", 400, units},
        {"{\"texts\": [], \"components\": []}", 400, "must include \"ner\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ner_request got;
        char error[REQUEST_ERROR_SIZE];
        int status = read_body(state, bad[i].body, &got, error);
        if (status != bad[i].status || !strstr(error, bad[i].cause))
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", bad[i].body, status, error, bad[i].status, bad[i].cause);
    }
}

static void a_text_is_a_string(void **state)
{
    static const char document[] = "[\"a\\u0000b\", \"\", null, 5]";
    char error[REQUEST_ERROR_SIZE];
    json_error problem;
    bytes text = {0};
    json_doc *doc = json_parse(document, strlen(document), &problem);
    const json_node *items = json_root(doc);
    (void)state;
    assert_int_equal(request_text(json_array_item(items, 0), "it", &text, error), 0);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "a\0b", 3);
    assert_int_equal(request_text(json_array_item(items, 1), "it", &text, error), 0);
    assert_int_equal(text.len, 0);
    assert_int_equal(request_text(json_array_item(items, 2), "it", &text, error), 400);
    assert_string_equal(error, "it must be a string, not null");
    assert_int_equal(request_text(json_array_item(items, 3), "it", &text, error), 400);
    assert_string_equal(error, "it must be a string, not a number");
    bytes_free(&text);
    json_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_override_the_defaults),
        cmocka_unit_test(wrong_values_are_named_with_the_allowed_ones),
        cmocka_unit_test(a_text_is_a_string),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
