/* test_request.c - the body of POST /ner and POST /sentiment read: which fields count, which values they may have, what
 * is said about others. */
#include "fixture.h"

#include "request.h"

#define OPTIONS(which, form, unit) {.components = (which), .format = (form), .offsets = (unit)}
#define DEFAULTS OPTIONS(TERN_NER, FORMAT_SPACY, OFFSETS_BYTE)

static int read_body(void **state, task_kind task, const char *body, text_request *out, problem *why)
{
    json_error wrong;
    json_doc *doc = json_parse(body, strlen(body), &wrong);
    assert_non_null(doc);
    *out = (text_request){.options = DEFAULTS};
    why->text[0] = '\0';
    int status = request_read(json_root(doc), task, *state, 3, out, why);
    json_free(doc); /* the nodes in *out are not followed below */
    return status;
}

static void fields_override_the_defaults(void **state)
{
    static const struct {
        const char *body;
        request_options expected;
        int many;
    } good[] = {
        {"{\"text\": \"a\"}", DEFAULTS, 0},
        {"{\"texts\": []}", DEFAULTS, 1},
        {"{\"texts\": [1, null, \"\"]}", DEFAULTS, 1},
        {"{\"text\": \"a\", \"format\": \"ner\"}", OPTIONS(TERN_NER, FORMAT_NER, OFFSETS_BYTE), 0},
        {"{\"text\": \"a\", \"format\": \"spacy\"}", DEFAULTS, 0},
        {"{\"text\": \"a\", \"offsets\": \"codepoint\"}", OPTIONS(TERN_NER, FORMAT_SPACY, OFFSETS_CODEPOINT), 0},
        {"{\"text\": \"a\", \"offsets\": \"utf16\"}", OPTIONS(TERN_NER, FORMAT_SPACY, OFFSETS_UTF16), 0},
        {"{\"text\": \"a\", \"offsets\": \"byte\"}", DEFAULTS, 0},
        {"{\"offsets\": \"byte\", \"offsets\": \"utf16\", \"text\": \"a\"}",
         OPTIONS(TERN_NER, FORMAT_SPACY, OFFSETS_UTF16), 0},
        {"{\"components\": [\"ner\", \"parser\"], \"text\": \"a\"}",
         OPTIONS(TERN_NER | TERN_PARSER, FORMAT_SPACY, OFFSETS_BYTE), 0},
        {"{\"text\": \"a\", \"lang\": 1, \"id\": [], \"offsetting\": \"en\", \"\": {}, \"units\": 5, \"title\": null}",
         DEFAULTS, 0},
        /* there is a text */
        {"{\"text\": \"a\", \"test\": 1, \"next\": 2, \"text2\": 3, \"inputs\": 4, \"Text\": 5}", DEFAULTS, 0},
        {"{\"text\": \"a\", \"format\": \"ner\", \"formats\": 1}", OPTIONS(TERN_NER, FORMAT_NER, OFFSETS_BYTE), 0},
        {"{\"text\": \"a\", \"format\": null, \"offsets\": null, \"components\": null, \"model\": null, \"task\": "
         "null, "
         "\"sentences\": null, \"texts\": null, \"input\": null}",
         DEFAULTS, 0},
        {"{\"text\": null, \"texts\": []}", DEFAULTS, 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        text_request got;
        problem why;
        if (read_body(state, TASK_NER, good[i].body, &got, &why)) fail_msg("%s: %s", good[i].body, why.text);
        assert_int_equal(got.options.components, good[i].expected.components);
        assert_int_equal(got.options.format, good[i].expected.format);
        assert_int_equal(got.options.offsets, good[i].expected.offsets);
        assert_int_equal(got.texts != NULL, good[i].many);
        assert_int_equal(got.text != NULL, !good[i].many);
    }
}

static void wrong_values_are_named_with_the_allowed_ones(void **state)
{
    static const char both[] = "there are both \"text\" and \"texts\"",
                      formats[] = "\"format\" must be \"ner\" or \"spacy\"";
    static const char units[] = "\"offsets\" must be \"codepoint\", \"utf16\" or \"byte\"";
    static const struct {
        const char *body;
        int status;
        const char *cause;
    } bad[] = {
        {"[]", 400, "not an array"},
        {"{}", 400, "\"text\" is missing"},
        {"{\"taxt\": 1, \"id\": 2}", 400, "did you mean \"text\"?"},
        {"{\"text\": \"a\", \"texts\": []}", 400, both},
        {"{\"texts\": null, \"text\": null}", 400, both},
        {"{\"texts\": \"a\"}", 400, "\"texts\" must be an array of strings, not a string"},
        {"{\"texts\": null}", 400, "not null"},
        {"{\"texts\": {\"a\": \"b\"}}", 400, "not an object"},
        {"{\"texts\": [\"1\", \"2\", \"3\", \"4\"]}", 413, "there are 4 \"texts\", the limit is 3: split them"},
        {"{\"text\": \"a\", \"format\": \"SPACY\"}", 400, formats},
        {"{\"text\": \"a\", \"format\": \"\"}", 400, formats},
        {"{\"text\": \"a\", \"format\": 1}", 400, formats},
        {"{\"text\": \"a\", \"format\": \"ner\\u0000\"}", 400, formats},
        {"{\"text\": \"a\", \"format\": \"n\"}", 400, formats},
        {"{\"text\": \"a\", \"offsets\": \"utf-16\"}", 400, units},
        {"{\"text\": \"a\", \"offsets\": [\"byte\"]}", 400, units},
        {"{\"text\": \"a\", \"offsets\": \"bytes\"}", 400, units},
        {"{\"text\": \"a\", \"offsets\": true}", 400, units},
        {"{\"texts\": [], \"components\": []}", 400, "must include \"ner\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        text_request got;
        problem why;
        int status = read_body(state, TASK_NER, bad[i].body, &got, &why);
        if (status != bad[i].status || !strstr(why.text, bad[i].cause))
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", bad[i].body, status, why.text, bad[i].status, bad[i].cause);
    }
}

static void sentiment_has_fields_of_its_own(void **state)
{
    static const struct {
        const char *body, *name;
        int sentences;
        sentiment_format format;
    } good[] = {
        {"{\"text\": \"a\"}", "\"text\"", 0, FORMAT_TERN},
        {"{\"input\": \"a\"}", "\"input\"", 0, FORMAT_TERN},
        {"{\"text\": \"a\", \"format\": \"comprehend\"}", "\"text\"", 0, FORMAT_COMPREHEND},
        {"{\"format\": \"tern\", \"input\": \"a\", \"sentences\": true}", "\"input\"", 1, FORMAT_TERN},
        {"{\"text\": \"a\", \"sentences\": false, \"components\": 1}", "\"text\"", 0, FORMAT_TERN},
        {"{\"input\": \"a\", \"text\": null, \"sentences\": null, \"format\": null}", "\"input\"", 0, FORMAT_TERN},
    };
    static const struct {
        const char *body;
        int status;
        const char *cause;
    } bad[] = {
        {"{\"text\": \"a\", \"input\": \"a\"}", 400, "both \"text\" and \"input\": send one of them"},
        {"{\"texts\": [], \"input\": \"a\"}", 400, "both \"input\" and \"texts\": send one of them"},
        {"{}", 400, "{\"input\": \"...\"} or {\"texts\": [\"...\", ...]} (keys are case-sensitive)"},
        {"{\"text\": \"a\", \"sentences\": 1}", 400, "\"sentences\" must be true or false, not a number"},
        {"{\"text\": \"a\", \"sentence\": true}", 400, "there is no field \"sentence\": did you mean \"sentences\"?"},
        {"{\"text\": \"a\", \"format\": \"ner\"}", 400, "\"format\" must be \"tern\" or \"comprehend\""},
        {"{\"text\": \"a\", \"offsets\": 1}", 400, "\"offsets\" must be"},
        {"5", 400, "expected an object"},
        {"{\"texts\": [\"1\", \"2\", \"3\", \"4\"]}", 413, "there are 4 \"texts\", the limit is 3"},
    };
    text_request got;
    problem why;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (read_body(state, TASK_SENTIMENT, good[i].body, &got, &why)) fail_msg("%s: %s", good[i].body, why.text);
        assert_string_equal(got.text_name, good[i].name);
        assert_int_equal(got.options.sentiment.sentences, good[i].sentences);
        assert_int_equal(got.options.sentiment.format, good[i].format);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int status = read_body(state, TASK_SENTIMENT, bad[i].body, &got, &why);
        if (status != bad[i].status || !strstr(why.text, bad[i].cause))
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", bad[i].body, status, why.text, bad[i].status, bad[i].cause);
    }
}

static void entities_have_no_input(void **state)
{
    text_request got;
    problem why;
    assert_int_equal(read_body(state, TASK_NER, "{\"input\": \"a\"}", &got, &why), 400);
    assert_non_null(strstr(why.text, "\"text\" is missing: send {\"text\": \"...\"} or {\"texts\""));
    assert_int_equal(read_body(state, TASK_NER, "{\"input\": 1, \"text\": \"a\", \"sentences\": 1}", &got, &why), 0);
}

/* One character more, less, other or swapped, in any case; what is further away is the caller's own. */
static void slips_of_the_pen_are_asked_about(void **state)
{
    static const struct {
        const char *field, *meant;
    } samples[] = {
        {"offset", "offsets"},
        {"offsetts", "offsets"},
        {"offsats", "offsets"},
        {"offstes", "offsets"},
        {"Offset", "offsets"},
        {"OFFSETS", "offsets"},
        {"fromat", "format"},
        {"formatt", "format"},
        {"Format", "format"},
        {"fomrat", "format"},
        {"modle", "model"},
        {"mode", "model"},
        {"models", "model"},
        {"component", "components"},
        {"Components", "components"},
        {"sentence", "sentences"},
        {"tasks", "task"},
        {"offsets\\u0000", "offsets"},
        {"format\\u00e9", "format"},
        {"\\ufeffmodel", "model"},
        {"f\\ud83d\\ude00rmat", "format"},
        {"format\\u00e9\\u00e9", NULL},
        {"offsetst\\u00e9", NULL},
        {"off", NULL},
        {"offset_unit", NULL},
        {"", NULL},
        {"m", NULL},
        {"medal", NULL},
    };
    problem why;
    char body[96], expected[96];
    text_request got;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        snprintf(body, sizeof body, "{\"text\": \"a\", \"%s\": 1}", samples[i].field);
        int status = read_body(state, TASK_NER, body, &got, &why);
        snprintf(expected, sizeof expected, "did you mean \"%s\"?", samples[i].meant ? samples[i].meant : "");
        if (status != (samples[i].meant ? 400 : 0) || (samples[i].meant && !strstr(why.text, expected)))
            fail_msg("%s: %d \"%s\"", body, status, why.text);
    }
    assert_int_equal(read_body(state, TASK_NER, "{\"Texts\": [\"a\"]}", &got, &why), 400);
    assert_string_equal(why.text, "there is no field \"Texts\": did you mean \"texts\"?");
    assert_int_equal(read_body(state, TASK_NER, "{\"text\\n\": [\"a\"]}", &got, &why), 400);
    assert_string_equal(why.text, "there is no field \"text?\": did you mean \"text\"?");
}

static void a_text_is_a_string(void **state)
{
    static const char document[] = "[\"a\\u0000b\", \"\", null, 5]";
    problem why;
    json_error wrong;
    bytes text = {0};
    json_doc *doc = json_parse(document, strlen(document), &wrong);
    const json_node *items = json_root(doc);
    (void)state;
    assert_int_equal(request_text(json_array_item(items, 0), "it", &text, &why), 0);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "a\0b", 3);
    assert_int_equal(request_text(json_array_item(items, 1), "it", &text, &why), 0);
    assert_int_equal(text.len, 0);
    assert_int_equal(request_text(json_array_item(items, 2), "it", &text, &why), 400);
    assert_string_equal(why.text, "it must be a string, not null");
    assert_int_equal(request_text(json_array_item(items, 3), "it", &text, &why), 400);
    assert_string_equal(why.text, "it must be a string, not a number");
    bytes_free(&text);
    json_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_override_the_defaults),
        cmocka_unit_test(wrong_values_are_named_with_the_allowed_ones),
        cmocka_unit_test(sentiment_has_fields_of_its_own),
        cmocka_unit_test(entities_have_no_input),
        cmocka_unit_test(slips_of_the_pen_are_asked_about),
        cmocka_unit_test(a_text_is_a_string),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
